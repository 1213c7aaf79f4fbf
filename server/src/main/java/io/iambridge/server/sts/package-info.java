/** AWS STS: credentials for sessions, and who we are to AWS, through the AWS SDK. */
@NullMarked
package io.iambridge.server.sts;

import org.jspecify.annotations.NullMarked;
