/**
 * Asks both ends what they have seen, once for all who judge it, and has the catalogue of {@code limits} say why. Below the
 * commands, above the cluster.
 */
@NullMarked
package io.connscale.diagnosis;

import org.jspecify.annotations.NullMarked;
