/**
 * Will N connections fit: arithmetic over what the kernels of the hosts say. Pure; every room may knock.
 */
@NullMarked
package io.connscale.kernel.plan;

import org.jspecify.annotations.NullMarked;
