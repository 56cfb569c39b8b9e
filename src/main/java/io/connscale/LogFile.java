package io.connscale;

import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.pattern.CompositeConverter;
import ch.qos.logback.core.rolling.RollingFileAppender;
import io.connscale.control.PlainText;
import io.connscale.control.Threads;
import io.connscale.net.Transport;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.stream.Collectors;

/** The console's log, by {@code conf/logback.xml}: a file, and those that follow it when it is full, that nobody else reads. */
public final class LogFile extends RollingFileAppender<ILoggingEvent> {
    /** Events of loops that have files of their own ({@link Transport#withOwnFiles()}), to which this file is none; more are not kept. */
    private static final int MAX_WAITING = 1_000;

    private final ThreadPoolExecutor ofLoops = Threads.queue("log", MAX_WAITING);

    @Override
    public void start() {
        ofLoops.prestartCoreThread(); // here, and not on a loop, whose files it would have
        super.start();
    }

    @Override
    protected void append(ILoggingEvent event) {
        if (Transport.hasOwnFiles()) {
            event.prepareForDeferredProcessing();
            try {
                ofLoops.execute(() -> super.append(event));
            } catch (RejectedExecutionException e) {
                addWarn("the log is full of what loops say", e);
            }
        } else {
            super.append(event);
        }
    }

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
