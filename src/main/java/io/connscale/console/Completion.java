package io.connscale.console;

import io.connscale.console.Words.Word;
import io.connscale.control.PlainText;
import java.io.File;
import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jline.reader.Candidate;
import org.jline.reader.Completer;
import org.jline.reader.CompletingParsedLine;
import org.jline.reader.LineReader;
import org.jline.reader.ParsedLine;
import org.jline.reader.Parser;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/**
 * What Tab offers: the words that may stand at the cursor, by position. Our own, since picocli's completers offer every
 * parameter's candidates at every position (its issue 1018). Called by JLine on the console's thread.
 */
final class Completion implements Completer {
    private static final Logger log = LoggerFactory.getLogger(Completion.class);

    /** Nobody reads more, and a directory may hold millions. */
    private static final int MAX_FILES = 1_000;

    private final CommandSpec root;
    private final Repl.Lexicon lexicon;

    Completion(CommandSpec root, Repl.Lexicon lexicon) {
        this.root = root;
        this.lexicon = lexicon;
    }

    @Override
    public void complete(LineReader reader, ParsedLine line, List<Candidate> candidates) {
        candidates.addAll(candidates(new TypedLine(line.line(), line.cursor())));
    }

    /** How the command before the cursor is typed, where its words are whole or no word can be offered. */
    Optional<CommandSpec> finished(TypedLine line) {
        Sentence before = new Sentence(root, line.before());
        if (before.awaitsCommand()) {
            String name = line.begun().startsWith("/") && before.spec() == root
                    ? line.begun().substring(1)
                    : line.begun();
            return Optional.ofNullable(before.spec().subcommands().get(name)).map(c -> c.getCommandSpec());
        }
        return before.spec() != root && candidates(line).isEmpty() ? Optional.of(before.spec()) : Optional.empty();
    }

    List<Candidate> candidates(TypedLine line) {
        Sentence before = new Sentence(root, line.before());
        String begun = line.begun();
        List<Candidate> all = new ArrayList<>();
        if (before.awaitsOption() && begun.startsWith("-")) {
            options(before.spec(), begun, all);
        } else {
            if (before.awaitsCommand()) {
                commands(before.spec(), before.spec() == root && begun.startsWith("/") ? "/" : "", all);
            }
            values(before, line, all);
        }
        return all.stream().filter(c -> c.value().startsWith(begun)).toList();
    }

    private static void commands(CommandSpec spec, String slash, List<Candidate> all) {
        for (CommandSpec command : Vocabulary.commands(spec)) {
            String name = slash + command.name();
            all.add(new Candidate(name, name, null, Vocabulary.description(command), null, null, true));
        }
    }

    private void options(CommandSpec spec, String begun, List<Candidate> all) {
        for (OptionSpec option : spec.options()) {
            String name = option.longestName();
            if (begun.startsWith(name + "=")) {
                words(spec, option, begun.substring(name.length() + 1), false)
                        .forEach(word -> all.add(new Candidate(name + "=" + word)));
            } else if (!option.hidden()) {
                all.add(new Candidate(name, name, null, String.join(" ", option.description()), null, null, true));
            }
        }
    }

    private void values(Sentence before, TypedLine line, List<Candidate> all) {
        ArgSpec arg = before.unfinished() != null ? before.unfinished() : before.awaited();
        if (arg == null) {
            return;
        }
        List<String> others = new ArrayList<>(line.words());
        others.remove(line.word());
        Set<String> used =
                others.stream().flatMap(word -> Stream.of(word.split(",", -1))).collect(Collectors.toSet());
        boolean further = before.parts().stream().anyMatch(part -> arg.equals(part.arg()));
        String typed = line.begun();
        int begin = Math.max(typed.lastIndexOf(','), typed.lastIndexOf('[')) + 1;
        for (String word : words(before.spec(), arg, typed, further)) {
            String shown = word.substring(Math.min(begin, word.length()));
            if (!used.contains(shown)) {
                all.add(new Candidate(word, shown, null, null, null, null, !openBracket(word)));
            }
        }
        if (arg.type() == Path.class || arg.type() == File.class) {
            files(line.begun(), all);
        }
    }

    /** Such a word goes on. */
    private static boolean openBracket(String word) {
        return word.lastIndexOf('[') > word.lastIndexOf(']');
    }

    private List<String> words(CommandSpec spec, ArgSpec arg, String typed, boolean further) {
        List<String> words = new ArrayList<>();
        if (arg.completionCandidates() != null) {
            arg.completionCandidates().forEach(words::add);
        }
        Object command = spec.userObject();
        if (command != null) {
            words.addAll(known(command, Vocabulary.label(arg), typed, further));
        }
        return words;
    }

    /** A mistake in there must not end the session: then Tab has nothing to offer. */
    private List<String> known(Object command, String label, String typed, boolean further) {
        try {
            return lexicon.candidates(command, label, typed, further);
        } catch (RuntimeException e) {
            log.error("no candidates for {} of {}", label, command, e);
            return List.of();
        }
    }

    private static void files(String begun, List<Candidate> all) {
        int name = begun.lastIndexOf('/') + 1;
        Path directory = directory(begun.substring(0, name));
        if (directory == null) {
            return;
        }
        try (DirectoryStream<Path> files = Files.newDirectoryStream(directory)) {
            for (Path file : files) {
                boolean hidden = file.getFileName().toString().startsWith(".") && !begun.startsWith(".", name);
                if (!hidden && file.getFileName().toString().startsWith(begun.substring(name))) {
                    all.add(file(begun.substring(0, name), file));
                }
                if (all.size() == MAX_FILES) {
                    return;
                }
            }
        } catch (IOException | DirectoryIteratorException e) {
            // a directory that can't be read has no files to offer
        }
    }

    private static Candidate file(String prefix, Path file) {
        String name = file.getFileName().toString();
        boolean directory = Files.isDirectory(file);
        String shown = PlainText.of(name) + (directory ? "/" : "");
        return new Candidate(prefix + name + (directory ? "/" : ""), shown, null, null, null, null, !directory);
    }

    private static @Nullable Path directory(String typed) {
        try {
            return typed.startsWith("~/")
                    ? Path.of(System.getProperty("user.home"), typed.substring(2))
                    : Path.of(typed.isEmpty() ? "." : typed);
        } catch (InvalidPathException e) {
            return null;
        }
    }

    /**
     * A line being typed, in JLine's terms and by our own rules of quoting: JLine's parser would see other words than
     * {@link Words}. Every line is accepted; what is wrong with it the engine says.
     */
    static final class TypedLine implements CompletingParsedLine {
        /** Gives JLine such lines. */
        static final class Reader implements Parser {
            @Override
            public ParsedLine parse(String line, int cursor, ParseContext context) {
                return new TypedLine(line, cursor);
            }

            @Override
            public boolean isEscapeChar(char c) {
                return false;
            }
        }

        private final String line;
        private final int cursor;
        private final List<String> words = new ArrayList<>();
        private final Word word;
        private final int index;

        TypedLine(String line, int cursor) {
            this.line = line;
            this.cursor = cursor;
            List<Word> all = Words.of(line).list();
            List<Word> before = all.stream().filter(w -> w.end() < cursor).toList();
            index = before.size();
            boolean inWord = index < all.size() && all.get(index).start() < cursor;
            word = inWord ? all.get(index) : new Word("", cursor, cursor);
            before.forEach(w -> words.add(w.text()));
            words.add(word.text());
            all.stream().skip(inWord ? index + 1L : index).forEach(w -> words.add(w.text()));
        }

        /** The words before the one with the cursor. */
        List<Word> before() {
            return Words.of(line).list().subList(0, index);
        }

        /** The word with the cursor, as far as it stands before the cursor. */
        String begun() {
            return word.text().substring(0, wordCursor());
        }

        @Override
        public String word() {
            return word.text();
        }

        @Override
        public int wordCursor() {
            int typed = Words.of(line.substring(word.start(), cursor)).list().stream()
                    .mapToInt(w -> w.text().length())
                    .sum();
            return Math.min(typed, word.text().length());
        }

        @Override
        public int wordIndex() {
            return index;
        }

        @Override
        public List<String> words() {
            return words;
        }

        @Override
        public String line() {
            return line;
        }

        @Override
        public int cursor() {
            return cursor;
        }

        @Override
        public int rawWordCursor() {
            return cursor - word.start();
        }

        @Override
        public int rawWordLength() {
            return word.end() - word.start();
        }

        /** A candidate as it is put into the line; one that goes on, such as a directory, keeps its quote open. */
        @Override
        public CharSequence escape(CharSequence candidate, boolean complete) {
            String quoted = Words.quote(candidate.toString());
            boolean open = !complete && quoted.startsWith("\"");
            return open ? quoted.substring(0, quoted.length() - 1) : quoted;
        }
    }
}
