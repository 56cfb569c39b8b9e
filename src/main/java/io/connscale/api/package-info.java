/**
 * connscale as a library: what a Java program or JShell calls, and what the console's commands call. Used by {@code command} and
 * by {@code Main}; nothing below knows it. No type of a library is in its signatures.
 *
 * <p>It begins with {@link io.connscale.api.Connscale}. Calls for one host block until they are answered, each for a bounded time.
 * Calls for a list of hosts begin on all of them and give a {@link io.connscale.api.Pending}, or an
 * {@link io.connscale.api.Opening}, to wait for. All may come from any thread. What can't be done is a
 * {@link io.connscale.api.ConnscaleException}; so is an interruption, after which the thread is still interrupted.
 */
@NullMarked
package io.connscale.api;

import org.jspecify.annotations.NullMarked;
