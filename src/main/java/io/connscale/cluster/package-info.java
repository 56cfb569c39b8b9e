/**
 * {@code hosts.yaml}, hosts, launchers, and running agents by name. Used by {@code command}, {@code api} and {@code diagnosis}; what they ask of an agent
 * goes through {@code control}.
 */
@NullMarked
package io.connscale.cluster;

import org.jspecify.annotations.NullMarked;
