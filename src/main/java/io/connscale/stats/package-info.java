/**
 * Counters and snapshots: no input or output. A leaf: every room may knock.
 */
@NullMarked
package io.connscale.stats;

import org.jspecify.annotations.NullMarked;
