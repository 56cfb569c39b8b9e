/**
 * What the kernel tells of a process, its network and its machine: {@link io.connscale.kernel.Facts}, and who reads them. It judges
 * nothing: that is for {@code limits}. A leaf.
 */
@NullMarked
package io.connscale.kernel;

import org.jspecify.annotations.NullMarked;
