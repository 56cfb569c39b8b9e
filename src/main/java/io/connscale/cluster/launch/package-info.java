/**
 * Starting a command on a host with its standard input and output in our hands: one file a way of doing it. {@code Host}
 * knocks here.
 */
@NullMarked
package io.connscale.cluster.launch;

import org.jspecify.annotations.NullMarked;
