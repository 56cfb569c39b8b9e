/**
 * What of a machine's settings stops connections before its memory does, and how to change it: pure. {@code command} knocks
 * here.
 */
@NullMarked
package io.connscale.kernel.doctor;

import org.jspecify.annotations.NullMarked;
