/**
 * The Ping/Pong server. Used by {@code Main} and {@code api}.
 */
@NullMarked
package io.connscale.server;

import org.jspecify.annotations.NullMarked;
