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

    private List<Integer> ports() {
        Server known = server;
        if (!config.ports().contains(0) || known == null) {
            return config.ports();
        }
        try {
            ServerStatus status = Answers.within(Server.ANSWER_SECONDS, known.status());
            return status.running()
                    ? status.listeners().stream()
                            .map(ServerStatus.Listener::port)
                            .toList()
                    : config.ports();
        } catch (AgentException e) {
            return config.ports(); // it does not answer: connecting will say so, address by address
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return config.ports();
        }
    }
}
