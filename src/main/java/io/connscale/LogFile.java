package io.connscale;

import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.pattern.CompositeConverter;
import ch.qos.logback.core.rolling.RollingFileAppender;
import io.connscale.control.PlainText;
import java.io.IOException;
import java.nio.file.Path;
import java.util.stream.Collectors;

/** The console's log, by {@code conf/logback.xml}: a file, and those that follow it when it is full, that nobody else reads. */
public final class LogFile extends RollingFileAppender<ILoggingEvent> {
    @Override
    public void openFile(String name) throws IOException {
        StateFolder.makePrivate(Path.of(name));
        super.openFile(name);
    }

    /**
     * {@code %plain(…)}: what it encloses, made safe. Messages and exceptions hold what other processes say, such as a server's banner. Each further
     * line begins with a tab, so that none of them can pass for a line of the log.
     */
    public static final class Plain extends CompositeConverter<ILoggingEvent> {
        @Override
        protected String transform(ILoggingEvent event, String in) {
            return in.lines()
                    .filter(line -> !line.isBlank())
                    .map(line -> PlainText.of(line.strip()))
                    .collect(Collectors.joining("\n\t"));
        }
    }
}
