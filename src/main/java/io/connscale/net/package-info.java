/**
 * What both ends need of Netty: the choice of transport, links (sockets on event loops), the bytes on the wire, names of
 * errnos. Used by {@code agent} and {@code server}.
 */
@NullMarked
package io.connscale.net;

import org.jspecify.annotations.NullMarked;
