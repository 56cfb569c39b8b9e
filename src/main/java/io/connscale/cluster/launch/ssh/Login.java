package io.connscale.cluster.launch.ssh;

import io.connscale.cluster.launch.ssh.Identities.Identity;
import io.connscale.cluster.launch.ssh.Keyring.KeyFile;
import io.connscale.cluster.launch.ssh.Route.Hop;
import io.connscale.cluster.launch.ssh.SshConnection.Link;
import io.connscale.cluster.launch.ssh.SshLauncher.Timeouts;
import io.connscale.control.AgentException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import net.schmizz.sshj.AbstractService;
import net.schmizz.sshj.SSHClient;
import net.schmizz.sshj.Service;
import net.schmizz.sshj.common.Buffer;
import net.schmizz.sshj.common.Message;
import net.schmizz.sshj.common.SSHException;
import net.schmizz.sshj.common.SSHPacket;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Logs in at a hop with the user's keys (RFC 4252, 7): the server is shown a public key first, and only for one that it
 * takes is the private one opened. On the thread that starts a host. Passwords are not offered.
 */
final class Login {
    private static final Logger log = LoggerFactory.getLogger(Login.class);

    private final Link link;
    private final Keyring keyring;
    private final Authentication server;
    private final List<String> tried = new ArrayList<>();

    Login(Link link, Keyring keyring, Timeouts timeouts) {
        this.link = link;
        this.keyring = keyring;
        this.server = new Authentication(link.client(), timeouts.answer());
    }

    /** @throws ConnectionLost where the server hung up while the user was asked: connecting again, nothing is asked again */
    void run() throws AgentException, ConnectionLost, InterruptedException {
        boolean asked = false;
        Identities identities = Identities.of(link.hop(), keyring);
        try {
            server.begin();
            for (Identity identity : identities.all()) {
                Authentication.Answer answer = offer(identity);
                if (answer == Authentication.Answer.ACCEPTED) {
                    asked = true;
                    answer = prove(identity);
                }
                if (answer == Authentication.Answer.SUCCESS) {
                    return;
                }
            }
        } catch (IOException e) {
            log.debug("logging in at {}", link.hop().place(), e);
            if (Thread.interrupted()) {
                throw new InterruptedException("during the login");
            }
            if (asked) {
                throw new ConnectionLost(e);
            }
            throw brokenOff(e);
        }
        throw noKey(identities.agentFailure());
    }

    /** The server hung up between. */
    static final class ConnectionLost extends IOException {
        @java.io.Serial
        private static final long serialVersionUID = 1;

        ConnectionLost(IOException cause) {
            super(cause);
        }
    }

    /** Shows the public half. */
    private Authentication.Answer offer(Identity identity) throws IOException, InterruptedException {
        PublicKeyBlob key;
        try {
            key = identity.key();
        } catch (IOException e) {
            tried.add(identity.name() + " (" + e.getMessage() + ")");
            return Authentication.Answer.REFUSED;
        }
        Authentication.Answer answer = server.ask(request(key, false));
        if (answer == Authentication.Answer.REFUSED) {
            tried.add(identity.name());
        }
        return answer;
    }

    private Authentication.Answer prove(Identity identity) throws IOException, InterruptedException {
        PublicKeyBlob key = identity.key();
        Buffer.PlainBuffer request = request(key, true);
        byte[] signed = new Buffer.PlainBuffer()
                .putBytes(link.client().getTransport().getSessionID())
                .putByte(Message.USERAUTH_REQUEST.toByte())
                .putRawBytes(request.getCompactData())
                .getCompactData();
        byte[] signature;
        try {
            signature = identity.sign(signed);
        } catch (IOException e) {
            tried.add(identity.name() + " (" + e.getMessage() + ")");
            return Authentication.Answer.REFUSED;
        }
        Authentication.Answer answer = server.ask(request.putBytes(signature));
        if (answer != Authentication.Answer.SUCCESS) {
            tried.add(identity.name() + " (its signature)");
        }
        return answer;
    }

    private Buffer.PlainBuffer request(PublicKeyBlob key, boolean signed) {
        return new Buffer.PlainBuffer()
                .putString(link.hop().user())
                .putString("ssh-connection")
                .putString("publickey")
                .putBoolean(signed)
                .putString(Identity.algorithm(key))
                .putBytes(key.bytes());
    }

    private AgentException brokenOff(IOException e) {
        String why = String.valueOf(e.getMessage());
        if (why.contains("Too many authentication failures")) {
            return new AgentException(
                    "the server hung up after too many wrong keys: " + String.join(", ", tried),
                    "key: FILE in hosts.yaml names the right one");
        }
        return new AgentException("the server broke the login off: " + why, "its log (journalctl -u ssh) says more");
    }

    private AgentException noKey(String agentFailure) {
        Hop hop = link.hop();
        String who = hop.user() + "@" + hop.place();
        if (server.wantsMore()) {
            return new AgentException(
                    "a key is not enough for " + who + ": it also wants " + server.methods(),
                    "AuthenticationMethods in its sshd_config says so; agents are started with keys alone");
        }
        if (!server.methods().isEmpty() && !server.methods().contains("publickey")) {
            return new AgentException(
                    who + " can't log in with a key: the server takes " + server.methods(),
                    server.methods().contains("gssapi")
                            ? OpenSshLauncher.HINT + "logs in with a Kerberos ticket (GSSAPIAuthentication)"
                            : "PubkeyAuthentication in its sshd_config says so; agents are started with keys alone");
        }
        if (tried.isEmpty()) {
            String files = hop.keys().stream()
                    .map(key -> "there is no " + keyring.user().shown(key) + ", ")
                    .collect(Collectors.joining());
            return new AgentException(
                    "no key to log in with: " + files
                            + (agentFailure.isEmpty() ? "and nothing in ssh-agent" : agentFailure),
                    "ssh-keygen -t ed25519 makes one, " + copies(hop) + " takes it there");
        }
        return new AgentException(
                who + " accepted none of these keys: " + String.join(", ", tried)
                        + (agentFailure.isEmpty() ? "" : "; " + agentFailure),
                keyHint(hop));
    }

    private String keyHint(Hop hop) {
        if (tried.stream().anyMatch(key -> key.endsWith(KeyFile.FIDO + ")"))) {
            return OpenSshLauncher.HINT + "asks the key's token to sign";
        }
        return tried.stream().anyMatch(key -> key.contains("its passphrase"))
                ? "ssh-add gives a key to ssh-agent, which then needs no passphrase"
                : copies(hop) + " takes a key there";
    }

    private static String copies(Hop hop) {
        return "ssh-copy-id -p " + hop.port() + " " + hop.user() + "@" + hop.address();
    }

    /**
     * The server's side of a login: a question, an answer. In the place of SSHJ's own, which signs on its reading thread, where
     * nobody can be asked for a passphrase.
     */
    static final class Authentication extends AbstractService {
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
}
