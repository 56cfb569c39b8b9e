package io.connscale.hosts;

import io.connscale.Needs;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Hosts with real OpenSSH servers and a machine for the console, each with its own addresses, at one switch; nothing
 * leaves it. It is made of network namespaces, and {@link #close()} removes all of it, with whatever still runs there.
 *
 * <pre>{@code
 * try (NetworkOfHosts network = NetworkOfHosts.of(host("h1"), host("h2").withSshd("MaxSessions 1"))) {
 *     network.console().run("ssh", "h1", "echo", "hello");
 *     network.host("h2").cut();
 * }
 * }</pre>
 *
 * On the console's machine root has a key that every host takes, every host's key in {@code known_hosts}, and every
 * host's name in {@code ~/.ssh/config}: OpenSSH finds them because {@code /etc/passwd} names that home there.
 */
public final class NetworkOfHosts implements AutoCloseable {
    private static final AtomicInteger NUMBERS = new AtomicInteger();
    private static final int FIRST_HOST = 11;

    private final String prefix;
    private final Path folder;
    private final List<Namespace> namespaces = new ArrayList<>();
    private final Map<String, SshHost> hosts = new LinkedHashMap<>();
    private final Machine console;

    private NetworkOfHosts(List<HostPlan> plans) {
        int number = NUMBERS.incrementAndGet();
        prefix = "connscale-" + ProcessHandle.current().pid() + "-" + number + "-";
        folder = temporaryFolder(prefix);
        try {
            Namespace networkSwitch = namespace("switch");
            networkSwitch.ip("link", "add", "bridge", "type", "bridge");
            networkSwitch.ip("link", "set", "bridge", "up");
            console = console(networkSwitch);
            Path key = Keys.make(console.home().resolve(".ssh/id_ed25519"));
            for (HostPlan plan : plans) {
                hosts.put(plan.name(), sshHost(plan, networkSwitch, Path.of(key + ".pub")));
            }
            hosts.values().forEach(SshHost::startSshd);
            ClientFiles.write(console, hosts.values());
        } catch (RuntimeException e) {
            try {
                close();
            } catch (RuntimeException f) {
                e.addSuppressed(f);
            }
            throw e;
        }
    }

    /** Skips the test where the machine can't do it; first thing in a test. Then makes the network. */
    public static NetworkOfHosts of(HostPlan... hosts) {
        Needs.root();
        for (String program : List.of("ip", "ss", "nft", "ssh", "ssh-keygen", "sshd")) {
            Needs.command(program);
        }
        Leftovers.remove();
        return new NetworkOfHosts(Arrays.asList(hosts));
    }

    /** The hosts {@code h1} to {@code hN}, nothing special about them. */
    public static NetworkOfHosts of(int count) {
        return of(IntStream.rangeClosed(1, count)
                .mapToObj(i -> HostPlan.host("h" + i))
                .toArray(HostPlan[]::new));
    }

    /** The machine that the console runs on; it has no sshd. */
    public Machine console() {
        return console;
    }

    public SshHost host(String name) {
        SshHost host = hosts.get(name);
        if (host == null) {
            throw new IllegalArgumentException("no host " + name + " among " + hosts.keySet());
        }
        return host;
    }

    public List<SshHost> hosts() {
        return List.copyOf(hosts.values());
    }

    private Machine console(Namespace networkSwitch) {
        Namespace namespace = namespace("console");
        String address = plug("console", namespace, networkSwitch, 1);
        Path place = furnish(HostPlan.host("console"), namespace);
        return new Machine("console", namespace, networkSwitch, address, place);
    }

    private SshHost sshHost(HostPlan plan, Namespace networkSwitch, Path keys) {
        Namespace namespace = namespace(plan.name());
        String address = plug(plan.name(), namespace, networkSwitch, FIRST_HOST + hosts.size());
        return new SshHost(plan, namespace, networkSwitch, address, furnish(plan, namespace), keys);
    }

    private Namespace namespace(String name) {
        Namespace made = Namespace.make(prefix + name);
        namespaces.add(made);
        return made;
    }

    /** A cable from the machine's {@code eth0} to a port of the switch that has the machine's name. */
    private static String plug(String name, Namespace machine, Namespace networkSwitch, int number) {
        String address = "10.77.0." + number;
        networkSwitch.ip("link", "add", name, "type", "veth", "peer", "name", "eth0", "netns", machine.name());
        networkSwitch.ip("link", "set", name, "master", "bridge", "up");
        machine.ip("address", "add", address + "/24", "dev", "eth0");
        machine.ip("address", "add", "fd77::" + number + "/64", "dev", "eth0", "nodad");
        machine.ip("link", "set", "eth0", "up");
        return address;
    }

    /** Home, and the program that runs something there: {@code ip netns exec} gives each its own mount namespace. */
    private Path furnish(HostPlan plan, Namespace namespace) {
        Path place = folder.resolve(plan.name());
        Path home = Folders.make(place.resolve("home"));
        plan.files().forEach((path, content) -> Folders.write(home.resolve(path), content));
        Folders.write(place.resolve("passwd"), passwd(home, plan.shell()));
        Folders.script(
                place.resolve("in"),
                "export HOME=" + home + "\n" + "exec ip netns exec " + namespace.name()
                        + " /bin/sh -c 'mount --bind \"$0\" /etc/passwd && exec \"$@\"' " + place.resolve("passwd")
                        + " \"$@\"");
        return place;
    }

    /** This machine's users, with root's home and login shell changed. */
    private static String passwd(Path home, String shell) {
        Stream<String> others = Folders.read(Path.of("/etc/passwd")).lines().filter(line -> !line.startsWith("root:"));
        return String.join(
                        "\n",
                        Stream.concat(Stream.of("root:x:0:0:root:" + home + ":" + shell), others)
                                .toList())
                + "\n";
    }

    private static Path temporaryFolder(String prefix) {
        try {
            return Files.createTempDirectory(prefix);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Kills what runs in it, and removes it; what can't be removed doesn't keep the rest from going. */
    @Override
    public void close() {
        Leftovers.removeAll(namespaces, List.of(folder));
    }
}
