package io.connscale.console;

import io.connscale.console.Sentence.Part;
import java.util.List;
import org.jline.reader.Highlighter;
import org.jline.reader.LineReader;
import org.jline.utils.AttributedString;
import org.jline.utils.AttributedStringBuilder;
import org.jline.utils.AttributedStyle;
import picocli.CommandLine.Model.CommandSpec;

/** Colours a line while it is typed. Called by JLine on the console's thread, for every key. */
final class Colours implements Highlighter {
    static final AttributedStyle RED = AttributedStyle.DEFAULT.foreground(AttributedStyle.RED);
    private static final AttributedStyle GREEN = AttributedStyle.BOLD.foreground(AttributedStyle.GREEN);
    static final AttributedStyle CYAN = AttributedStyle.DEFAULT.foreground(AttributedStyle.CYAN);

    private final CommandSpec root;

    Colours(CommandSpec root) {
        this.root = root;
    }

    @Override
    public AttributedString highlight(LineReader reader, String line) {
        return highlight(line);
    }

    AttributedString highlight(String line) {
        AttributedStringBuilder coloured = new AttributedStringBuilder();
        int done = 0;
        if (line.length() <= Lines.MAX_LENGTH) {
            Sentence sentence = new Sentence(root, Words.of(line).list());
            for (Part part : sentence.parts()) {
                coloured.append(line, done, part.word().start());
                done = part.word().end();
                AttributedStyle style = style(part, sentence.spec(), done == line.length());
                coloured.styled(style, line.substring(part.word().start(), done));
            }
        }
        return coloured.append(line, done, line.length()).toAttributedString();
    }

    /** A word still being typed is not wrong as long as it can become right. */
    private static AttributedStyle style(Part part, CommandSpec spec, boolean last) {
        return switch (part.role()) {
            case COMMAND -> GREEN;
            case OPTION -> CYAN;
            case VALUE -> AttributedStyle.DEFAULT;
            case WRONG -> last && canBecomeRight(part.word().text(), spec) ? AttributedStyle.DEFAULT : RED;
        };
    }

    private static boolean canBecomeRight(String word, CommandSpec spec) {
        String name = word.startsWith("/") && spec.parent() == null ? word.substring(1) : word;
        List<CommandSpec> commands = Vocabulary.commands(spec);
        return commands.stream().anyMatch(c -> c.name().startsWith(name))
                || spec.optionsMap().keySet().stream().anyMatch(o -> o.startsWith(word));
    }
}
