package io.connscale.cluster.launch.ssh;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;

import io.connscale.cluster.launch.ssh.SshProcess.ExecChannel;
import java.lang.reflect.Proxy;
import java.util.concurrent.atomic.AtomicReference;
import net.schmizz.sshj.common.Message;
import net.schmizz.sshj.common.SSHException;
import net.schmizz.sshj.common.SSHPacket;
import net.schmizz.sshj.connection.Connection;
import net.schmizz.sshj.transport.Transport;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** A channel without a server: what comes, and when, is the test's. */
@Timeout(60)
class SshProcessTest {
    private static final int WINDOW = 1 << 10;

    /** What is done when the channel writes. */
    private volatile Runnable written = () -> {};

    private final ExecChannel channel = new ExecChannel(connection());

    private Connection connection() {
        Transport transport = proxy(Transport.class, name -> switch (name) {
            case "getConfig" -> Algorithms.config();
            case "write" -> {
                written.run();
                yield 0L;
            }
            default -> throw new UnsupportedOperationException(name);
        });
        return proxy(Connection.class, name -> switch (name) {
            case "getTransport" -> transport;
            case "getWindowSize" -> (long) WINDOW;
            case "getMaxPacketSize" -> WINDOW;
            case "getTimeoutMs", "nextID" -> 0;
            case "attach" -> null;
            default -> throw new UnsupportedOperationException(name);
        });
    }

    private interface Answers {
        @Nullable
        Object to(String method);
    }

    private static <T> T proxy(Class<T> type, Answers answers) {
        return type.cast(Proxy.newProxyInstance(
                type.getClassLoader(), new Class<?>[] {type}, (self, method, values) -> answers.to(method.getName())));
    }

    @BeforeEach
    void open() {
        SSHPacket packet = new SSHPacket(Message.CHANNEL_OPEN_CONFIRMATION);
        packet.putUInt32(0).putUInt32(WINDOW).putUInt32(WINDOW); // its number there, and what that takes
        handle(Message.CHANNEL_OPEN_CONFIRMATION, packet);
    }

    private void output(int bytes) {
        SSHPacket packet = new SSHPacket(Message.CHANNEL_DATA);
        packet.putBytes(new byte[bytes]);
        handle(Message.CHANNEL_DATA, packet);
    }

    private void error(int bytes) {
        SSHPacket packet = new SSHPacket(Message.CHANNEL_EXTENDED_DATA);
        packet.putUInt32(1); // SSH_EXTENDED_DATA_STDERR, RFC 4254, 5.2
        packet.putBytes(new byte[bytes]);
        handle(Message.CHANNEL_EXTENDED_DATA, packet);
    }

    private void handle(Message message, SSHPacket packet) {
        try {
            packet.readByte(); // the message, which SSHJ has read
            channel.handle(message, packet);
        } catch (SSHException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void theServerMayUseTheRoomThatIsMadeInOneStreamForTheOtherBeforeTheReaderHasNotedIt() throws Exception {
        output(WINDOW - 1);
        error(1);
        AtomicReference<@Nullable Throwable> thrown = new AtomicReference<>();
        Thread server = new Thread(() -> output(WINDOW));
        server.setUncaughtExceptionHandler((thread, e) -> thrown.set(e));
        written = () -> {
            server.start();
            await().until(() -> server.getState() != Thread.State.RUNNABLE);
        };
        assertThat(channel.getErrorStream().read()).isZero();
        server.join();
        assertThat(thrown.get()).isNull();
        assertThat(channel.getInputStream().available()).isEqualTo(2 * WINDOW - 1);
    }

    @Test
    void aServerThatSendsMoreThanItMayIsGivenUp() {
        output(WINDOW);
        assertThat(catchThrowable(() -> output(1))).hasMessageContaining("Window consumed to below 0");
    }

    @Test
    void whatComesForADroppedOneIsNotHeard() {
        channel.drop();
        output(2 * WINDOW);
    }
}
