/**
 * The {@code Agent} interface, its messages and the two ends of the JSON channel. Used by {@code cluster} and {@code agent},
 * each at its own end, and by all above them.
 */
@NullMarked
package io.connscale.control;

import org.jspecify.annotations.NullMarked;
