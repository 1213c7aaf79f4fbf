/** What the agent tells its operators, in domain words; the Prometheus names are in one class. */
@NullMarked
package io.iambridge.agent.metrics;

import org.jspecify.annotations.NullMarked;
