/** Writes a plan down: for people, for programs, for Kubernetes, Terraform and the AWS CLI. */
@NullMarked
package io.iambridge.server.plan.text;

import org.jspecify.annotations.NullMarked;
