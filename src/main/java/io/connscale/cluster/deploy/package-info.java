/**
 * What a host needs before an agent can start there: one look at it, and this program's jar in its cache folder. Written once
 * over any launcher, for POSIX {@code sh} (the scripts stand among the resources). Used by {@code Cluster}.
 */
@NullMarked
package io.connscale.cluster.deploy;

import org.jspecify.annotations.NullMarked;
