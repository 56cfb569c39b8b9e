/**
 * One file a noun: what the user types, turned into calls on the rooms below. Only {@code Main} knocks here.
 */
@NullMarked
package io.connscale.command;

import org.jspecify.annotations.NullMarked;
