/**
 * Counters and snapshots: no input or output. A leaf: used by every package.
 */
@NullMarked
package io.connscale.stats;

import org.jspecify.annotations.NullMarked;
