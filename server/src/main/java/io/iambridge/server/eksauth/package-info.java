/** EKS Auth: credentials for pods' tokens by EKS Pod Identity, through the AWS SDK. */
@NullMarked
package io.iambridge.server.eksauth;

import org.jspecify.annotations.NullMarked;
