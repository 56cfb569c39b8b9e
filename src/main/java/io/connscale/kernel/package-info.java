/**
 * Limits as the kernel tells them: pure records and one reader. A leaf: every room may knock.
 */
@NullMarked
package io.connscale.kernel;

import org.jspecify.annotations.NullMarked;
