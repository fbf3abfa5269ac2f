/** The {@code ahti} command line: one class per subcommand, and nothing a library would want. */
@NullMarked
package dev.ahti.cli;

import org.jspecify.annotations.NullMarked;
