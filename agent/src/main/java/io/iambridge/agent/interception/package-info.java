/**
 * Keeps the rules of the node's nat tables that bring pods' metadata requests to the agent: {@link
 * io.iambridge.agent.interception.Interception} installs, checks and repairs them, {@link
 * io.iambridge.agent.interception.Inspection} tells how they are, {@link
 * io.iambridge.agent.interception.Removal} takes them away.
 *
 * <p>What has to be there ({@code Wanted}), what is there ({@code NatTable}), where a packet would
 * go ({@code Walk}) and what has to be done ({@code Repair}) are pure; programs are run by {@code
 * ProgramRunner} alone, without a shell.
 */
@NullMarked
package io.iambridge.agent.interception;

import org.jspecify.annotations.NullMarked;
