/**
 * A run as people and other programs look at it: the page, of runs that were recorded and of the one that goes on, and the metrics of
 * the latter. What they say comes from a record's samples and events alone ({@code run}). Used by {@code command} and {@code Main}.
 */
@NullMarked
package io.connscale.report;

import org.jspecify.annotations.NullMarked;
