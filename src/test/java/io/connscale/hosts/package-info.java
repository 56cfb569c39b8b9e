/**
 * Machines for tests: hosts with their own network, address, home and OpenSSH server, made of network namespaces on this
 * one machine. Tests of every room may use them; {@link io.connscale.hosts.NetworkOfHosts} is the way in. Needs root.
 */
@NullMarked
package io.connscale.hosts;

import org.jspecify.annotations.NullMarked;
