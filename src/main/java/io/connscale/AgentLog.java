package io.connscale;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.PatternLayout;
import ch.qos.logback.classic.spi.Configurator;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.ConsoleAppender;
import ch.qos.logback.core.LayoutBase;
import ch.qos.logback.core.encoder.LayoutWrappingEncoder;
import ch.qos.logback.core.spi.ContextAwareBase;
import ch.qos.logback.core.status.NopStatusListener;
import io.connscale.control.PlainText;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;

/**
 * An agent's log: standard error, which the console reads and keeps in its own log under the host's name. Standard output
 * belongs to the control channel alone. In code and not in XML, whose reading would be a fifth of what an agent's start costs;
 * Logback finds it as a service.
 */
public final class AgentLog extends ContextAwareBase implements Configurator {
    private static final String WANTED = "connscale.log.agent";

    /** From now on this process logs as an agent does. Before anything else has a logger. */
    static void choose() {
        System.setProperty(WANTED, "true");
    }

    /** By Logback; leaves every other process to its file. */
    @Override
    public ExecutionStatus configure(LoggerContext context) {
        if (!Boolean.getBoolean(WANTED)) {
            return ExecutionStatus.INVOKE_NEXT_IF_ANY;
        }
        context.getStatusManager().add(new NopStatusListener());
        LayoutWrappingEncoder<ILoggingEvent> encoder = new LayoutWrappingEncoder<>();
        encoder.setContext(context);
        encoder.setCharset(StandardCharsets.UTF_8);
        encoder.setLayout(started(new OneLine(), context));
        ConsoleAppender<ILoggingEvent> appender = new ConsoleAppender<>();
        appender.setContext(context);
        appender.setTarget("System.err");
        appender.setEncoder(encoder);
        encoder.start();
        appender.start();
        context.getLogger(Logger.ROOT_LOGGER_NAME).setLevel(Level.WARN);
        context.getLogger(Logger.ROOT_LOGGER_NAME).addAppender(appender);
        // A container may have no /tmp: said where it matters, which is where there is no epoll for that.
        context.getLogger("io.netty.util.internal.PlatformDependent").setLevel(Level.ERROR);
        context.getLogger("io.connscale")
                .setLevel(Level.toLevel(System.getProperty("connscale.log.level"), Level.INFO));
        return ExecutionStatus.DO_NOT_INVOKE_NEXT_IF_ANY;
    }

    private static OneLine started(OneLine layout, LoggerContext context) {
        layout.setContext(context);
        layout.start();
        return layout;
    }

    /** One line an event; an exception in its first lines, with the ends of lines taken out. Most agents never say anything. */
    private static final class OneLine extends LayoutBase<ILoggingEvent> {
        private static final String PATTERN = "%-5level [%thread] %logger{20} - "
                + "%replace(%replace(%msg%n%ex{8}){'\\s*[\\r\\n]+\\s*', ' | '}){' \\| $', ''}%nopex%n";

        private @Nullable PatternLayout layout;

        /** One at a time: by the appender. */
        @Override
        public synchronized String doLayout(ILoggingEvent event) {
            PatternLayout first = layout;
            if (first == null) {
                first = new PatternLayout();
                first.setContext(getContext());
                first.setPattern(PATTERN);
                first.start();
                layout = first;
            }
            return PlainText.of(first.doLayout(event).strip()) + "\n";
        }
    }
}
