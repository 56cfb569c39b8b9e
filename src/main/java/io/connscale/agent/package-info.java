/**
 * Inside the agent: connection pool, ramp, ping schedule. {@code Main} knocks here, in the agent's process.
 */
@NullMarked
package io.connscale.agent;

import org.jspecify.annotations.NullMarked;
