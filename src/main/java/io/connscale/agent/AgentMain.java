package io.connscale.agent;

import io.connscale.control.AgentProcess;
import io.connscale.control.BoundedLines;
import io.connscale.control.IdleCounter;
import io.connscale.control.Message;
import io.connscale.control.MessageLines;
import io.connscale.control.PlainText;
import io.connscale.control.Server;
import io.connscale.control.ServerSettings;
import io.connscale.control.Threads;
import io.connscale.control.Version;
import io.connscale.kernel.Limits;
import io.connscale.net.Transport;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The agent's process: requests come in as lines, answers and a snapshot a second go out. {@code Main} calls this with the
 * process's own standard input and output; it returns when the input ends or the console has fallen silent, and the process
 * is to end then.
 */
@SuppressWarnings("FutureReturnValueIgnored") // what goes wrong comes up through the pipeline or the answer
public final class AgentMain {
    private static final Logger log = LoggerFactory.getLogger(AgentMain.class);
    /**
     * A console that says nothing for so long, though it should every few seconds, is gone: its host cut off, or it stopped. A
     * worker is told to be more patient: no network is between, and a machine that opens a million connections is a busy one.
     */
    private static final int SILENT_SECONDS = Integer.getInteger("connscale.silence", 10);
    /** Requests not yet looked at; a console that keeps to the protocol has 64 unanswered ones at most. */
    private static final int MAX_WAITING = 100;

    private AgentMain() {}

    /**
     * Runs until {@code in} ends, or nothing has come from there for that many seconds ({@link #SILENT_SECONDS}).
     *
     * @param out for messages alone; nothing else may write to it
     * @param servers makes the server that this agent may be told to run
     * @param starter starts workers, where this process may not open enough files
     * @return what is left: connections and event loops. They end with the process; who lives on closes them
     */
    public static AutoCloseable run(
            InputStream in,
            OutputStream out,
            Transport transport,
            Function<ServerSettings, Server> servers,
            AgentProcess.Starter starter) {
        return run(in, out, transport, servers, starter, SILENT_SECONDS);
    }

    static AutoCloseable run(
            InputStream in,
            OutputStream out,
            Transport transport,
            Function<ServerSettings, Server> servers,
            AgentProcess.Starter starter,
            int silentSeconds) {
        try (Outbox outbox = new Outbox(out)) {
            outbox.send(hello());
            Transport.whyNot(Transport.AUTO).ifPresent(why -> outbox.send(new Message.Notice(why)));
            ScheduledThreadPoolExecutor control = Threads.clock("agent-control");
            Requests requests = new Requests(transport, new HostedServer(servers), starter, outbox, control);
            CountDownLatch end = new CountDownLatch(1);
            IdleCounter silence = new IdleCounter();
            control.scheduleWithFixedDelay(() -> report(requests), 1, 1, TimeUnit.SECONDS);
            // Not on the control thread: that waits where the console does not read, which is what is to be noticed
            // here, and takes long for its first order where it shares a CPU with a hundred others.
            ScheduledThreadPoolExecutor watchdog = Threads.clock("agent-watchdog");
            watchdog.scheduleWithFixedDelay(
                    () -> {
                        listen(silence, silentSeconds, end);
                        outbox.tick();
                    },
                    1,
                    1,
                    TimeUnit.SECONDS);
            Consumer<Message> heard = message -> {
                if (message instanceof Message.StillHere) {
                    return; // that it came is all that it says
                }
                if (control.getQueue().size() < MAX_WAITING) {
                    control.execute(() -> requests.take(message));
                } else {
                    log.warn("dropped a request: {} wait already", MAX_WAITING);
                }
            };
            Threads.start("agent-channel", () -> read(silence.on(in), heard, end));
            await(end);
            watchdog.shutdownNow();
            control.shutdownNow();
            return requests;
        }
    }

    private static void listen(IdleCounter silence, int seconds, CountDownLatch end) {
        if (silence.tick() == seconds) {
            log.warn("no heartbeat of the console for {} s: this agent ends", seconds);
            end.countDown();
        }
    }

    private static void report(Requests requests) {
        try {
            requests.report();
        } catch (RuntimeException | OutOfMemoryError e) { // or else it would never tick again
            Threads.goesOn(e);
            log.error("the clock goes on", e);
        }
    }

    static void await(CountDownLatch end) {
        try {
            end.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // told to end: so we do
        }
    }

    private static void read(InputStream in, Consumer<Message> requests, CountDownLatch end) {
        try {
            MessageLines.read(in, requests, AgentMain::ignore);
        } catch (IOException e) {
            log.warn("the control channel broke", e); // the console is gone: so are we
        } catch (RuntimeException
                | Error e) { // first: once the main thread goes on, the process ends as if all were well
            Thread self = Thread.currentThread();
            self.getUncaughtExceptionHandler().uncaughtException(self, e);
        } finally {
            end.countDown();
        }
    }

    /** Of this process. */
    static Message.Hello hello() {
        return new Message.Hello(
                Message.PROTOCOL,
                Version.program(),
                System.getProperty("java.version"),
                ProcessHandle.current().pid(),
                System.getProperty("os.name"),
                System.getProperty("os.arch"),
                Limits.ofThisProcess());
    }

    private static void ignore(BoundedLines.Line line) {
        log.warn("not a message: {}", PlainText.of(line.text(), 200));
    }
}
