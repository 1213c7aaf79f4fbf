package io.iambridge.sandbox.eksauth;

import io.iambridge.sandbox.iam.AccessKey;

/** What a pod gets, and by which association. */
public record PodSession(Association association, AccessKey key) {}
