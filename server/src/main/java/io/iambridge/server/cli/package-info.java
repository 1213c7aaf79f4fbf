/** The commands by which people and pipelines see and steer the migration. */
@NullMarked
package io.iambridge.server.cli;

import org.jspecify.annotations.NullMarked;
