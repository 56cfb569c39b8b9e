/**
 * What the user types, a file a noun. A command turns words into a call of {@code api}, and what that gives into an answer: lines
 * and a table for the screen, records for JSON, whose components' names are what scripts depend on. Used by {@code Main}.
 */
@NullMarked
package io.connscale.command;

import org.jspecify.annotations.NullMarked;
