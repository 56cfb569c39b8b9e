package io.connscale.cluster.config;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;

/** How a process is started on a host with its standard input and output in our hands. */
public sealed interface Launch {
    /** As a process of this machine. */
    record Local() implements Launch {
        @Override
        public String toString() {
            return "local";
        }
    }

    /** Who speaks SSH. */
    enum SshClient {
        /** The library in this process. */
        SSHJ,
        /** The program {@code ssh}, with all that it can do and its configuration says. */
        OPENSSH;

        static SshClient parse(String text) {
            for (SshClient client : values()) {
                if (client.toString().equals(text)) {
                    return client;
                }
            }
            throw new IllegalArgumentException("no such client: sshj or openssh");
        }

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /**
     * Over SSH. What is not given is found as OpenSSH would.
     *
     * @param key the file of the private key; {@code ~} is left as written
     * @param knownHosts the file of the known hosts; {@code ~} is left as written
     * @param jump the host to go through, an {@link SshAddress} as text
     */
    record Ssh(
            Optional<String> user,
            String host,
            OptionalInt port,
            Optional<String> key,
            Optional<HostKey> hostKey,
            Optional<String> knownHosts,
            Optional<String> jump,
            SshClient client)
            implements Launch {
        public Ssh {
            SshAddress.check(user, host, port);
            key.ifPresent(Checks::word);
            knownHosts.ifPresent(Checks::word);
            jump.ifPresent(SshAddress::parse);
        }

        /** By SSHJ. */
        public Ssh(
                Optional<String> user,
                String host,
                OptionalInt port,
                Optional<String> key,
                Optional<HostKey> hostKey,
                Optional<String> knownHosts,
                Optional<String> jump) {
            this(user, host, port, key, hostKey, knownHosts, jump, SshClient.SSHJ);
        }

        public SshAddress address() {
            return new SshAddress(user, host, port);
        }

        @Override
        public String toString() {
            return (client == SshClient.OPENSSH ? "openssh " : "ssh ") + address();
        }
    }

    /**
     * By words put in front of the command, such as {@code ip netns exec h5}.
     *
     * @param words at least one; each is one argument, no shell reads them
     */
    record Command(List<String> words) implements Launch {
        public Command {
            words = List.copyOf(words);
            words.forEach(Checks::word);
            if (words.isEmpty()) {
                throw new IllegalArgumentException("a command has at least one word");
            }
        }

        @Override
        public String toString() {
            return String.join(" ", words);
        }
    }

    /**
     * What to do where a host's SSH key is unknown. A key that changed is always refused. Where {@code hosts.yaml} does not say it, OpenSSH's
     * own configuration counts.
     */
    enum HostKey {
        /** Refuse it, without a question: the user puts it into the known hosts first. */
        STRICT("strict"),
        /** Add it to the known hosts and go on. */
        ACCEPT_NEW("accept-new");

        private final String word;

        HostKey(String word) {
            this.word = word;
        }

        static HostKey parse(String text) {
            for (HostKey key : values()) {
                if (key.word.equals(text)) {
                    return key;
                }
            }
            throw new IllegalArgumentException("no such way: strict or accept-new");
        }

        @Override
        public String toString() {
            return word;
        }
    }
}
