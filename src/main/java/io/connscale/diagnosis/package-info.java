/**
 * Asks both ends what they have seen, and has the rules of {@code kernel.diagnosis} say why. Below the commands, above the
 * cluster.
 */
@NullMarked
package io.connscale.diagnosis;

import org.jspecify.annotations.NullMarked;
