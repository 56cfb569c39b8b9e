import io.connscale.command.Commands;
import io.connscale.console.StartOptions;
import io.connscale.console.Vocabulary;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/**
 * Writes the man page and the shells' completions from the declarations that {@code --help} and {@code help} are made from. Run by
 * {@code stage} from its source, with the program's jar as class path: none of it is in the program. The page is written as roff at once;
 * picocli's own generator writes AsciiDoc, which would take a JRuby to become roff.
 */
final class Documents {
    private static final String NAME = "connscale-console";

    private final CommandSpec program = CommandSpec.forAnnotatedObject(StartOptions.class);
    private final CommandSpec commands = Commands.root().getCommandSpec();

    /** @param args the folder to write into, the program's version, the page's date */
    public static void main(String[] args) throws IOException {
        Documents documents = new Documents();
        Path share = Path.of(args[0]);
        write(share.resolve("man/man1/" + NAME + ".1"), documents.page(args[1], args[2]));
        write(share.resolve("bash-completion/completions/" + NAME), documents.bash());
        write(share.resolve("zsh/site-functions/_" + NAME), documents.zsh());
    }

    private static void write(Path file, String text) throws IOException {
        Files.createDirectories(file.getParent());
        Files.writeString(file, text);
    }

    // The man page

    private String page(String version, String date) {
        List<String> out = new ArrayList<>();
        out.add(".TH CONNSCALE-CONSOLE 1 \"%s\" \"connscale %s\" \"User Commands\"".formatted(date, version));
        out.add(".SH NAME");
        out.add("connscale\\-console \\- measure how many TCP connections a machine sustains, and what stops it");
        out.add(".SH SYNOPSIS");
        out.add(".nh\n.ad l");
        out.add(roff(String.join(" ", program.usageMessage().customSynopsis()).replaceAll("\\s+", " ")));
        out.add(".ad b\n.hy");
        out.add(".SH DESCRIPTION");
        out.add("A console that runs a Ping/Pong server and launches agents, which open and hold connections by the thousand."
                + " Whenever connections stop growing or end unasked, it names the limit that was reached, the evidence, and the fix.");
        out.add(".PP");
        String[] footer = program.usageMessage().footer();
        out.add(roff(footer[1]));
        out.add(".SH OPTIONS");
        program.options().forEach(option -> option(out, option));
        out.add(".SH COMMANDS");
        out.add("These are typed at the prompt, given with \\fB\\-e\\fR, or stand in a script, one per line.");
        Vocabulary.commands(commands).forEach(command -> command(out, command));
        out.add(".SH EXIT STATUS");
        for (String code : footer[2].replaceFirst("^Exit codes: ", "").replaceFirst("\\.$", "").split(", ")) {
            int space = code.indexOf(' ');
            item(out, bold(code.substring(0, space)), code.substring(space + 1));
        }
        out.add(".SH ENVIRONMENT");
        item(out, bold("JAVA_HOME"), "the Java to use; otherwise the one beside bin/ if there is one, otherwise the one on PATH");
        item(out, bold("CONNSCALE_JAVA_OPTS"), "more flags for the console's JVM");
        item(out, bold("CONNSCALE_STATE"), "the folder of the log, the history and the records of runs, instead of ~/.connscale");
        item(out, bold("CONNSCALE_JMODS"), "the folder jmods of a JDK for another architecture, for hosts with java: bring");
        item(out, bold("NO_COLOR"), "no colours");
        out.add(".SH FILES");
        item(out, bold("hosts.yaml"), "in the working directory, otherwise the one beside bin/, which is /etc/connscale/hosts.yaml where Debian's package is"
                + " installed: what runs where; the shipped one describes all settings");
        item(out, bold("~/.connscale"), "the log, the history and the records of runs");
        out.add(".SH EXAMPLES");
        out.add("Open 1,000 connections on this machine, and count them at both ends:");
        out.add(".PP\n.RS\n.nf");
        out.add(roff(NAME + " -e 'start client1' -e 'connections start 1000 client1' -e count"));
        out.add(".fi\n.RE");
        return String.join("\n", out) + "\n";
    }

    private static void command(List<String> out, CommandSpec command) {
        List<CommandSpec> below = Vocabulary.commands(command);
        boolean runs = below.isEmpty() || !command.args().isEmpty();
        if (runs) {
            item(out, bold(Vocabulary.path(command)) + arguments(command), Vocabulary.description(command));
            if (!command.options().isEmpty()) {
                out.add(".RS");
                command.options().stream().filter(option -> !option.hidden()).forEach(option -> option(out, option));
                out.add(".RE");
            }
        }
        below.forEach(one -> command(out, one));
    }

    private static String arguments(CommandSpec command) {
        String all = Vocabulary.synopsis(command);
        String path = Vocabulary.path(command);
        return all.startsWith(path) ? roff(all.substring(path.length())) : "";
    }

    private static void option(List<String> out, OptionSpec option) {
        String value = option.arity().max() == 0 ? "" : " \\fI" + roff(Vocabulary.label(option)) + "\\fR";
        item(out, bold(String.join(", ", option.names())) + value, String.join(" ", option.description()));
    }

    private static void item(List<String> out, String head, String text) {
        out.add(".TP\n" + head + "\n" + roff(text));
    }

    private static String bold(String text) {
        return "\\fB" + roff(text) + "\\fR";
    }

    /** As roff prints it: a hyphen that is typed stays one, and no line is taken for a request. */
    private static String roff(String text) {
        String escaped = text.replace("\\", "\\e").replace("-", "\\-").replace("\n", " ");
        return escaped.startsWith(".") || escaped.startsWith("'") ? "\\&" + escaped : escaped;
    }

    // The completions

    private String names() {
        return Vocabulary.commands(commands).stream().map(CommandSpec::name).collect(Collectors.joining(" "));
    }

    /** What the value of an option may be. */
    private enum Value {
        NONE,
        FILE,
        FOLDER,
        COMMAND,
        CHOICE,
        OTHER;

        static Value of(OptionSpec option) {
            if (option.arity().max() == 0) {
                return NONE;
            }
            String label = Vocabulary.label(option);
            return switch (label) {
                case "FILE" -> FILE;
                case "FOLDER" -> FOLDER;
                case "COMMAND" -> COMMAND;
                default -> label.contains("|") ? CHOICE : OTHER;
            };
        }
    }

    private String bash() {
        StringBuilder cases = new StringBuilder();
        for (OptionSpec option : program.options()) {
            String offer = switch (Value.of(option)) {
                case NONE -> "";
                case FILE -> "compopt -o filenames; mapfile -t COMPREPLY < <(compgen -f -- \"$word\")";
                case FOLDER -> "compopt -o filenames; mapfile -t COMPREPLY < <(compgen -d -- \"$word\")";
                case COMMAND -> words(names());
                case CHOICE -> words(Vocabulary.label(option).replace('|', ' '));
                case OTHER -> ":";
            };
            if (!offer.isEmpty()) {
                cases.append("        %s) %s; return ;;%n".formatted(String.join(" | ", option.names()), offer));
            }
        }
        String all = program.options().stream().flatMap(o -> List.of(o.names()).stream()).collect(Collectors.joining(" "));
        return """
                # bash completion for connscale-console; the console itself completes commands and hosts with Tab.
                _connscale_console() {
                    local word=${COMP_WORDS[COMP_CWORD]}
                    COMPREPLY=()
                    case ${COMP_WORDS[COMP_CWORD - 1]} in
                %s    esac
                    %s
                }
                complete -F _connscale_console connscale-console
                """.formatted(cases, words(all));
    }

    private static String words(String words) {
        return "mapfile -t COMPREPLY < <(compgen -W '%s' -- \"$word\")".formatted(words);
    }

    private String zsh() {
        StringBuilder options = new StringBuilder();
        for (OptionSpec option : program.options()) {
            String label = Vocabulary.label(option).replace(":", "\\:");
            String value = switch (Value.of(option)) {
                case NONE -> "";
                case FILE -> ":" + label + ":_files";
                case FOLDER -> ":" + label + ":_files -/";
                case COMMAND -> ":" + label + ":(" + names() + ")";
                case CHOICE -> ":" + label + ":(" + label.replace('|', ' ') + ")";
                case OTHER -> ":" + label + ":";
            };
            String text = String.join(" ", option.description()).replaceAll("([\\[\\]:\\\\])", "\\\\$1").replace("'", "'\\''");
            boolean repeated = option.isMultiValue();
            for (String name : option.names()) {
                options.append(" \\\n    '%s%s[%s]%s'".formatted(repeated ? "*" : "", name, text, value));
            }
        }
        return "#compdef connscale-console\n_arguments" + options + "\n";
    }
}
