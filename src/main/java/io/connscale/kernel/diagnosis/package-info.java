/**
 * Why connections stopped growing or ended: evidence in, a verdict out. Pure; {@code command} knocks here.
 */
@NullMarked
package io.connscale.kernel.diagnosis;

import org.jspecify.annotations.NullMarked;
