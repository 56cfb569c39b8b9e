/**
 * Searching for the largest number that holds: which to try next, and when it is known. Arithmetic alone: {@code api} does what is
 * tried, and says how it went. Knows nobody.
 */
@NullMarked
package io.connscale.find;

import org.jspecify.annotations.NullMarked;
