/**
 * Laws in n, such as {@code 3n+15}: how many connections a node of an overlay of n nodes needs, and how large it may grow
 * before a limit is met. Pure; every room may knock.
 */
@NullMarked
package io.connscale.kernel.formula;

import org.jspecify.annotations.NullMarked;
