/** Tests of the whole house, and what tests of every room may use. */
@NullMarked
package io.connscale;

import org.jspecify.annotations.NullMarked;
