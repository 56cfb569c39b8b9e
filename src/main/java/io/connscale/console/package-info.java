/**
 * The console: reads a line, runs it, prints the answer; completion, history, progress, tables. Knows no command by
 * name and nothing of hosts. Used by {@code command} and {@code Main}.
 */
@NullMarked
package io.connscale.console;

import org.jspecify.annotations.NullMarked;
