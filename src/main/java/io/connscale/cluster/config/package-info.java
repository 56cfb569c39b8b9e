/**
 * {@code hosts.yaml} as records that check themselves, and its strict reader. {@code cluster} and {@code Main} knock here, at
 * {@link io.connscale.cluster.config.HostsFile}; whoever needs a setting is handed its record. Three steps, a few files each:
 * YAML to nodes with their places ({@code YamlTree}), nodes to values ({@code Section}, {@code Kind}), values to records.
 */
@NullMarked
package io.connscale.cluster.config;

import org.jspecify.annotations.NullMarked;
