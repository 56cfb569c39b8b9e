package io.connscale;

import io.connscale.agent.AgentMain;
import io.connscale.control.AgentException;
import io.connscale.control.Message;
import io.connscale.control.MessageLines;
import io.connscale.control.ServerSettings;
import io.connscale.control.Settings;
import io.connscale.control.Threads;
import io.connscale.net.Transport;
import io.connscale.server.PingPongServer;
import java.io.IOException;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.util.List;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A second of an agent's life with a server, in one process and for nobody: a JVM that archives the classes it has loaded
 * ({@code ArchiveClassesAtExit}) then has those that agents and processes need. {@code cluster.ClassArchive} starts it.
 */
final class CdsTraining {
    private static final int CONNECTIONS = 50;
    private static final long ANSWER_SECONDS = 10;

    private final PipedOutputStream requests = new PipedOutputStream();
    private final LinkedBlockingQueue<Message> heard = new LinkedBlockingQueue<>();

    /** Returns when it is over; fails where anything is not as it should be: then there is nothing worth archiving. */
    static void run() throws IOException, InterruptedException {
        AgentLog.choose();
        new CdsTraining().play();
    }

    private void play() throws IOException, InterruptedException {
        PipedInputStream in = new PipedInputStream(requests);
        PipedInputStream said = new PipedInputStream(1 << 16);
        PipedOutputStream out = new PipedOutputStream(said);
        Transport transport = Transport.best();
        Threads.start("cds-training", () -> {
            AutoCloseable unused = AgentMain.run(
                    in, out, transport, settings -> new PingPongServer(settings, transport), CdsTraining::noWorker);
        });
        Threads.start("cds-training", () -> {
            try {
                MessageLines.read(said, heard::add, line -> {});
            } catch (IOException e) {
                heard.add(new Message.Failed(0, "the channel broke: " + e, ""));
            }
        });
        ServerSettings server = new ServerSettings("127.0.0.1", List.of(0), 128, 1);
        ask(new Message.StartServer(1, server));
        Message status = ask(new Message.TakeServerStatus(2));
        int port =
                ((Message.ServerStatusTaken) status).status().listeners().get(0).port();
        ask(new Message.Configure(3, new Settings(List.of("127.0.0.1:" + port), List.of("127.0.0.1"), 20, 5000, 0)));
        ask(new Message.OpenConnections(4, CONNECTIONS, 1000L));
        ask(new Message.TakeSnapshot(5));
        ask(new Message.CloseConnections(6, CONNECTIONS));
        ask(new Message.StopOpening(7));
        MessageLines.write(requests, new Message.StillHere());
        ask(new Message.StopServer(8));
        requests.close();
    }

    private static io.connscale.control.AgentProcess noWorker(String name) throws AgentException {
        throw new AgentException("no " + name + " in a CDS training run", "");
    }

    private Message ask(Message.Request request) throws IOException, InterruptedException {
        MessageLines.write(requests, request);
        while (true) {
            @Nullable Message message = heard.poll(ANSWER_SECONDS, TimeUnit.SECONDS);
            if (message == null || message instanceof Message.Failed) {
                throw new IOException("no answer to " + request + ": " + message);
            }
            if (message instanceof Message.Answer answer && answer.id() == request.id()) {
                return message;
            }
            if (message instanceof Message.SnapshotTaken taken && taken.id() != null && taken.id() == request.id()) {
                return message;
            }
        }
    }
}
