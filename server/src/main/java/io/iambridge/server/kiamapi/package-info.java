/**
 * The edge towards kiam's agents, for as long as nodes are changed over: kiam's own service,
 * decided as for our agents, except that nothing proves a node.
 */
@NullMarked
package io.iambridge.server.kiamapi;

import org.jspecify.annotations.NullMarked;
