/**
 * What connections say to a server that is not ours, and how its answers are framed: a file per talk. {@code cluster.config} checks
 * here what {@code hosts.yaml} says, {@code agent} speaks. Bytes only: no sockets, no threads, no clock.
 */
@NullMarked
package io.connscale.talk;

import org.jspecify.annotations.NullMarked;
