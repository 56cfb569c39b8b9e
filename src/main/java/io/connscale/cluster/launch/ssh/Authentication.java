package io.connscale.cluster.launch.ssh;

import java.io.IOException;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import net.schmizz.sshj.AbstractService;
import net.schmizz.sshj.SSHClient;
import net.schmizz.sshj.Service;
import net.schmizz.sshj.common.Buffer;
import net.schmizz.sshj.common.Message;
import net.schmizz.sshj.common.SSHException;
import net.schmizz.sshj.common.SSHPacket;
import org.jspecify.annotations.Nullable;

/**
 * The server's side of a login: a question, an answer. In the place of SSHJ's own, which signs on its reading thread, where
 * nobody can be asked for a passphrase.
 */
final class Authentication extends AbstractService {
    enum Answer {
        SUCCESS,
        REFUSED,
        /** This public key would do. */
        ACCEPTED,
        LOST
    }

    private final SSHClient client;
    private final int seconds;
    private final BlockingQueue<Answer> answers = new ArrayBlockingQueue<>(8);
    private volatile String methods = "";
    private volatile boolean partial;
    private volatile @Nullable SSHException lost;

    Authentication(SSHClient client, int seconds) {
        super("ssh-userauth", client.getTransport());
        this.client = client;
        this.seconds = seconds;
    }

    void begin() throws IOException {
        request();
    }

    /** Sends a request for authentication, without its first byte, and waits for the answer. */
    Answer ask(Buffer.PlainBuffer request) throws IOException, InterruptedException {
        trans.write(new SSHPacket(Message.USERAUTH_REQUEST).putRawBytes(request.getCompactData()));
        Answer answer = answers.poll(seconds, TimeUnit.SECONDS);
        if (answer == null) {
            throw new IOException("no answer for " + seconds + " s");
        }
        if (answer == Answer.LOST) {
            throw new IOException(lost == null ? "disconnected" : lost.getMessage(), lost);
        }
        return answer;
    }

    /** What the server would take, with commas between. */
    String methods() {
        return methods;
    }

    /** Whether a key was right and something else is wanted besides. */
    boolean wantsMore() {
        return partial;
    }

    /** On SSHJ's reading thread. */
    @Override
    public void handle(Message message, SSHPacket packet) throws SSHException {
        switch (message) {
            case USERAUTH_BANNER -> log.info("banner of {}: {}", trans.getRemoteHost(), packet.readString());
            case USERAUTH_SUCCESS -> {
                trans.setAuthenticated();
                trans.setService((Service) client.getConnection());
                answers.offer(Answer.SUCCESS);
            }
            case USERAUTH_FAILURE -> {
                methods = packet.readString();
                partial |= packet.readBoolean();
                answers.offer(Answer.REFUSED);
            }
            case USERAUTH_60 -> answers.offer(Answer.ACCEPTED);
            default -> super.handle(message, packet);
        }
    }

    @Override
    public void notifyError(SSHException error) {
        lost = error;
        answers.offer(Answer.LOST);
    }
}
