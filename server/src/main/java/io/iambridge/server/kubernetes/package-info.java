/**
 * The Kubernetes API: watches the cluster and tells a {@link
 * io.iambridge.server.cluster.ClusterListener}, reads single pods anew, has tokens reviewed, and
 * writes Events for the people who must act. No other package knows the API or its client.
 */
@NullMarked
package io.iambridge.server.kubernetes;

import org.jspecify.annotations.NullMarked;
