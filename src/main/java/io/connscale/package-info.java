/** The way in: picks the role (console or agent) and wires the rooms by constructors. */
@NullMarked
package io.connscale;

import org.jspecify.annotations.NullMarked;
