/**
 * {@code hosts.yaml} as records that check themselves, and its strict reader. Used by {@code cluster} and {@code Main}, at
 * {@link io.connscale.cluster.config.HostsFile}; whoever needs a setting gets its record. Three steps, a few files each:
 * YAML to nodes with their places ({@code YamlTree}), nodes to values ({@code Section}, {@code Kind}), values to records.
 */
@NullMarked
package io.connscale.cluster.config;

import org.jspecify.annotations.NullMarked;
