/**
 * The Ping/Pong server. {@code Main} and {@code command} knock here.
 */
@NullMarked
package io.connscale.server;

import org.jspecify.annotations.NullMarked;
