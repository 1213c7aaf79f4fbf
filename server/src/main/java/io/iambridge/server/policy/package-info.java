/** What a namespace lets its pods become: kiam's and kube2iam's annotations, read as rules. */
@NullMarked
package io.iambridge.server.policy;

import org.jspecify.annotations.NullMarked;
