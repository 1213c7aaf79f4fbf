/**
 * Accounts' users, roles, access keys and trust policies, and who may assume what: the part of AWS
 * IAM that the sandbox's emulators decide by.
 */
@NullMarked
package io.iambridge.sandbox.iam;

import org.jspecify.annotations.NullMarked;
