/**
 * connscale as a library: what a Java program or JShell calls, and what the console's commands stand on. Used by
 * {@code command} and by {@code Main}; nothing below knows it. No type of a library is in its signatures.
 *
 * <p>Calls block until they are answered, each for a bounded time, and may come from any thread. What can't be done is a
 * {@link io.connscale.api.ConnscaleException}.
 */
@NullMarked
package io.connscale.api;

import org.jspecify.annotations.NullMarked;
