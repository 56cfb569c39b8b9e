package io.connscale.cluster.launch.ssh;

import io.connscale.cluster.config.Launch;
import io.connscale.cluster.config.SshAddress;
import io.connscale.cluster.launch.ssh.OpenSshConfig.LocalUser;
import io.connscale.cluster.launch.ssh.OpenSshConfig.Tokens;
import io.connscale.control.AgentException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The way to a host: its jump hosts, then itself. What {@code hosts.yaml} says wins over {@code ~/.ssh/config}, that over
 * OpenSSH's defaults. Asked anew for each connection, since files change.
 */
final class Route {
    private static final int MAX_HOPS = 8;
    private static final List<String> DEFAULT_KEYS = List.of("~/.ssh/id_rsa", "~/.ssh/id_ecdsa", "~/.ssh/id_ed25519");
    private static final List<String> DEFAULT_KNOWN = List.of("~/.ssh/known_hosts", "~/.ssh/known_hosts2");
    private static final List<String> GLOBAL_KNOWN = List.of("/etc/ssh/ssh_known_hosts", "/etc/ssh/ssh_known_hosts2");

    private final Launch.Ssh launch;
    private final LocalUser user;
    private final List<Hop> hops = new ArrayList<>();

    private Route(Launch.Ssh launch, LocalUser user) {
        this.launch = launch;
        this.user = user;
    }

    /** At least one hop; the last is the host itself. */
    static List<Hop> to(Launch.Ssh launch, LocalUser user) throws AgentException, InterruptedException {
        Route route = new Route(launch, user);
        route.lead(launch.address(), launch.jump(), true);
        return List.copyOf(route.hops);
    }

    /** Adds the hops to {@code address}, from the far end to the near one, in front of those that are there. */
    private void lead(SshAddress address, Optional<String> jump, boolean target)
            throws AgentException, InterruptedException {
        if (hops.size() == MAX_HOPS) {
            throw new AgentException(
                    "more than " + MAX_HOPS + " jump hosts", "does ProxyJump in ~/.ssh/config lead in a circle?");
        }
        OpenSshConfig config = OpenSshConfig.of(address, user);
        refuseProxyCommand(config);
        hops.add(0, hop(address, config, target));
        Optional<String> via = jump.or(() -> config.one("proxyjump").filter(name -> !name.equals(address.host())));
        if (via.isPresent()) {
            through(via.get());
        }
    }

    /** A jump list {@code a,b} is gone through from its end; only the first of it may have a jump host of its own. */
    private void through(String list) throws AgentException, InterruptedException {
        String[] names = list.split(",", MAX_HOPS);
        for (int i = names.length - 1; i > 0; i--) {
            SshAddress address = address(names[i]);
            hops.add(0, hop(address, OpenSshConfig.of(address, user), false));
        }
        lead(address(names[0]), Optional.empty(), false);
    }

    private static SshAddress address(String jump) throws AgentException {
        try {
            return SshAddress.parse(jump.strip().replaceFirst("^ssh://", ""));
        } catch (IllegalArgumentException e) {
            throw new AgentException("jump host: " + e.getMessage(), "write [user@]host[:port]");
        }
    }

    private static void refuseProxyCommand(OpenSshConfig config) throws AgentException {
        if (config.one("proxycommand").isPresent()) {
            throw new AgentException(
                    "its ProxyCommand in ~/.ssh/config is not run by connscale",
                    OpenSshLauncher.HINT + "runs it; so does ProxyJump without");
        }
    }

    private Hop hop(SshAddress address, OpenSshConfig config, boolean target) {
        String name = config.one("hostname").orElse(address.host());
        int port = address.port()
                .orElseGet(() -> config.one("port").map(Integer::valueOf).orElse(Hop.SSH_PORT));
        String login = address.user().or(() -> config.one("user")).orElse(user.name());
        Optional<String> alias = config.one("hostkeyalias");
        Tokens tokens = new Tokens(user, address.host(), name, port, login, alias);
        return new Hop(
                address.host(),
                name,
                port,
                login,
                alias.orElseGet(() -> Hop.knownAs(name.toLowerCase(Locale.ROOT), port)),
                keys(config, target, tokens),
                paths(config.all("certificatefile").orElse(List.of()), tokens),
                agentSocket(config, tokens),
                (target && launch.key().isPresent())
                        || config.one("identitiesonly").filter("yes"::equals).isPresent(),
                HostKeyCheck.Rule.of(launch, config),
                launch.knownHosts()
                        .map(file -> List.of(user.path(file)))
                        .orElseGet(
                                () -> paths(config.words("userknownhostsfile").orElse(DEFAULT_KNOWN), tokens)),
                paths(config.words("globalknownhostsfile").orElse(GLOBAL_KNOWN), tokens));
    }

    private List<Path> keys(OpenSshConfig config, boolean target, Tokens tokens) {
        Stream<Path> given = launch.key().stream().map(user::path);
        if (launch.key().isPresent() && target) {
            return given.toList();
        }
        List<Path> found = paths(config.all("identityfile").orElse(DEFAULT_KEYS), tokens);
        return Stream.concat(given, found.stream()).distinct().toList();
    }

    /** {@code IdentityAgent}: a path, a variable that has it, {@code none}; else what the environment says. */
    private Optional<Path> agentSocket(OpenSshConfig config, Tokens tokens) {
        Optional<List<String>> said = config.all("identityagent");
        if (said.isEmpty()) {
            return user.agentSocket();
        }
        return said.get().stream().findFirst().flatMap(where -> {
            if (where.equals("SSH_AUTH_SOCK")) {
                return user.agentSocket();
            }
            return where.startsWith("$") && !where.startsWith("${")
                    ? Optional.ofNullable(System.getenv(where.substring(1))).map(Path::of)
                    : tokens.path(where);
        });
    }

    private static List<Path> paths(List<String> written, Tokens tokens) {
        return written.stream().map(tokens::path).flatMap(Optional::stream).toList();
    }

    /**
     * One SSH server on the way, with all that is needed to log in there.
     *
     * @param written the host as the user wrote it, for messages
     * @param address the name or IP address that is connected to
     * @param knownAs the name in the known hosts: {@code name}, or {@code [name]:port} where the port is not 22
     * @param keys private key files, in the order in which they are tried
     * @param certificates files of certificates for keys, whichever of the keys they are for
     * @param agentSocket where the ssh-agent listens that is asked
     * @param keysOnly whether ssh-agent's other keys are left alone
     * @param knownHosts the user's files; a new key goes to the first. Without any, no new key can be remembered
     * @param globalKnownHosts the machine's files
     */
    record Hop(
            String written,
            String address,
            int port,
            String user,
            String knownAs,
            List<Path> keys,
            List<Path> certificates,
            Optional<Path> agentSocket,
            boolean keysOnly,
            HostKeyCheck.Rule rule,
            List<Path> knownHosts,
            List<Path> globalKnownHosts) {

        static final int SSH_PORT = 22;

        Hop {
            keys = List.copyOf(keys);
            certificates = List.copyOf(certificates);
            knownHosts = List.copyOf(knownHosts);
            globalKnownHosts = List.copyOf(globalKnownHosts);
        }

        static String knownAs(String name, int port) {
            return port == SSH_PORT ? name : "[" + name + "]:" + port;
        }

        /** {@code name}, with its port where that is not 22. */
        String place() {
            return port == SSH_PORT ? address : (address.contains(":") ? "[" + address + "]" : address) + ":" + port;
        }
    }
}
