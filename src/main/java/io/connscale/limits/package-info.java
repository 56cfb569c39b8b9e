/**
 * The catalogue of limits: everything that stops connections, a file each. {@code plan}, {@code doctor}, the check before opening,
 * the verdict and the explanation of {@code count} judge the same {@link io.connscale.limits.Observation} by the same limits, so that
 * they can't disagree. Pure: {@code kernel} reads, {@code diagnosis} asks both ends.
 *
 * <p>To add a limit, write one class that implements {@link io.connscale.limits.Limit} with {@code @AutoService(Limit.class)}, and its
 * test. What it overrides says where it takes part: {@code plan} (how many it allows), {@code pace} (how fast), {@code findings}
 * ({@code doctor}), {@code cause} (the verdict). A number of the kernel that nobody has read yet is a line in
 * {@link io.connscale.kernel.Fact}. Nothing else has to know of it.
 */
@NullMarked
package io.connscale.limits;

import org.jspecify.annotations.NullMarked;
