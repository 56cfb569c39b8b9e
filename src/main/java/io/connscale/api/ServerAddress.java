package io.connscale.api;

import io.connscale.cluster.config.ClusterConfig;
import io.connscale.cluster.config.HostConfig;
import io.connscale.cluster.config.Launch;
import io.connscale.cluster.config.ServerConfig;
import io.connscale.cluster.config.TargetConfig;
import io.connscale.cluster.launch.ssh.SshLauncher;
import io.connscale.control.AgentException;
import io.connscale.control.Answers;
import io.connscale.control.Server;
import io.connscale.control.ServerStatus;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What agents connect to. Any thread; where any free port was asked for it asks the server, which may be on another host. The name of a host
 * that runs it may be one of {@code ~/.ssh/config} alone: others are given what that stands for.
 */
final class ServerAddress {
    private static final Logger log = LoggerFactory.getLogger(ServerAddress.class);

    /** What OpenSSH makes of a host's name. */
    interface Aliases {
        String hostName(Launch.Ssh ssh) throws AgentException, InterruptedException;
    }

    private final Optional<TargetConfig> target;
    private final ServerConfig config;
    private final Aliases aliases;
    private final Optional<Launch.Ssh> alias;
    private volatile @Nullable String host;
    private volatile @Nullable Server server;
    /** Where any free ports were asked for: those of the last run. */
    private volatile @Nullable List<Integer> lastPorts;

    ServerAddress(ClusterConfig whole) {
        this(whole, SshLauncher::hostName);
    }

    ServerAddress(ClusterConfig whole, Aliases aliases) {
        this.target = whole.target();
        this.config = whole.server();
        this.aliases = aliases;
        alias = whole.hosts().stream()
                .filter(host -> config.on().filter(host.name()::equals).isPresent())
                .map(HostConfig::launch)
                .flatMap(launch -> launch instanceof Launch.Ssh ssh ? Stream.of(ssh) : Stream.empty())
                .filter(ssh -> ssh.host().equals(config.host()))
                .findFirst();
    }

    /** The server is made after the cluster, which may run it. */
    void of(Server made) {
        server = made;
    }

    /** {@code host:port} for each port. */
    List<String> targets() {
        if (target.isPresent()) {
            return target.get().targets();
        }
        return config.targets(host(), ports());
    }

    private String host() {
        String known = host;
        if (known != null || alias.isEmpty()) {
            return known == null ? config.host() : known;
        }
        try {
            known = aliases.hostName(alias.get());
            host = known;
            return known;
        } catch (AgentException e) {
            log.warn("what {} stands for: {}", config.host(), e.message()); // starting the host says so, too
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return config.host();
    }

    /** Those that it was last seen to listen on: connections that are left may be to them. */
    private List<Integer> ports() {
        List<Integer> asked = asked();
        return asked.contains(0) && server != null
                ? running().or(() -> Optional.ofNullable(lastPorts)).orElse(asked)
                : asked;
    }

    /** Those of the file, and more where a search has lifted that limit. */
    private List<Integer> asked() {
        Server made = server;
        return made == null || made.ports().isEmpty() ? config.ports() : made.ports();
    }

    /** Whether there is nothing to connect to before the server is started, since its start chooses the port. */
    boolean isChosenAtStart() {
        return target.isEmpty()
                && asked().contains(0)
                && server != null
                && running().isEmpty();
    }

    /** Its ports; empty where it is stopped, or does not answer. */
    private Optional<List<Integer>> running() {
        try {
            ServerStatus status = Answers.within(
                    Server.ANSWER_SECONDS, Objects.requireNonNull(server).status());
            if (status.running()) {
                List<Integer> ports = status.listeners().stream()
                        .map(ServerStatus.Listener::port)
                        .toList();
                lastPorts = ports;
                return Optional.of(ports);
            }
        } catch (AgentException e) {
            log.debug("the server's ports", e); // connecting will say so, address by address
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return Optional.empty();
    }
}
