/**
 * {@code hosts.yaml}, hosts, launchers, and running agents by name. {@code command} knocks here; what it asks of an agent
 * goes through {@code control}.
 */
@NullMarked
package io.connscale.cluster;

import org.jspecify.annotations.NullMarked;
