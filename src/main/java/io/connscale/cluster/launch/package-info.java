/**
 * Starting a command on a host with its standard input and output in our hands: one file per way of doing it.
 * Used by {@code Cluster}.
 */
@NullMarked
package io.connscale.cluster.launch;

import org.jspecify.annotations.NullMarked;
