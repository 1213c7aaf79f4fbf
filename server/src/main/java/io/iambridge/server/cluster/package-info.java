/** What we know of the cluster: the objects we watch, cut down to what is used of them. */
@NullMarked
package io.iambridge.server.cluster;

import org.jspecify.annotations.NullMarked;
