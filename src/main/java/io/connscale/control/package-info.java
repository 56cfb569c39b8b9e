/**
 * The {@code Agent} interface, its messages and the two ends of the JSON channel. {@code cluster} and {@code agent} knock here,
 * each at its own end.
 */
@NullMarked
package io.connscale.control;

import org.jspecify.annotations.NullMarked;
