/**
 * Inside the agent: connection pool, ramp, ping schedule. Used by {@code Main}, in the agent's process.
 */
@NullMarked
package io.connscale.agent;

import org.jspecify.annotations.NullMarked;
