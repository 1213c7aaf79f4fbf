/** What a program in a pod does: asks the metadata address, from its pod's own address. */
@NullMarked
package io.iambridge.sandbox.pods;

import org.jspecify.annotations.NullMarked;
