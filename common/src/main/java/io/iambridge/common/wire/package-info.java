/** What the contract between agent and server says outside its messages. */
@NullMarked
package io.iambridge.common.wire;

import org.jspecify.annotations.NullMarked;
