package io.connscale.command;

import io.connscale.control.Quantity;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ServiceLoader;
import picocli.CommandLine;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Model.CommandSpec;

/** All that can be typed, in picocli's terms; {@code Main} gives it to the console. */
public final class Commands {
    private Commands() {}

    /** A root whose subcommands are every noun with {@code @AutoService(Command.class)}. */
    public static CommandLine root() {
        CommandLine root = new CommandLine(CommandSpec.create().name("connscale"));
        for (Command verb : ServiceLoader.load(Command.class)) {
            root.addSubcommand(verb);
        }
        return root;
    }

    /** FILE as picocli converts it. No shell stands between the prompt and us, so that nobody else makes {@code ~/} the home directory. */
    static final class FileWord implements ITypeConverter<Path> {
        @Override
        public Path convert(String typed) {
            boolean home = typed.equals("~") || typed.startsWith("~/");
            try {
                return home ? Path.of(System.getProperty("user.home") + typed.substring(1)) : Path.of(typed);
            } catch (InvalidPathException e) {
                throw new IllegalArgumentException(Quantity.quoted(typed) + " is not a file's name", e);
            }
        }
    }
}
