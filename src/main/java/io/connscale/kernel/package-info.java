/**
 * What the kernel tells, what of it stops connections, and why they stopped: pure records and functions, and one reader. A
 * leaf: every room may knock.
 */
@NullMarked
package io.connscale.kernel;

import org.jspecify.annotations.NullMarked;
