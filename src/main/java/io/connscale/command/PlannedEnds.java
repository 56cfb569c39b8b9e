package io.connscale.command;

import io.connscale.cluster.HostStatus;
import io.connscale.cluster.RemoteServer;
import io.connscale.cluster.config.Launch;
import io.connscale.console.CommandException;
import io.connscale.control.Message;
import io.connscale.kernel.Limits;
import io.connscale.kernel.LimitsReader;
import io.connscale.kernel.law.Law;
import io.connscale.kernel.law.Overlay;
import io.connscale.kernel.plan.Costs;
import io.connscale.kernel.plan.End;
import io.connscale.kernel.plan.Machine;
import io.connscale.kernel.plan.Network;
import io.connscale.kernel.plan.Processes;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Both ends of planned connections as the plan's arithmetic takes them: read here, or told by the agents. */
final class PlannedEnds {
    private static final String HERE = "this machine";
    private static final String SERVER = "server";

    private final Desk desk;
    private final Limits here = new LimitsReader().read();

    PlannedEnds(Desk desk) {
        this.desk = desk;
    }

    /**
     * The hosts' agents.
     *
     * @param wanted by host, how many more connections
     * @throws CommandException where a host is neither started nor this machine
     */
    List<End> clients(Map<String, Long> wanted) throws CommandException {
        List<End> ends = new ArrayList<>();
        for (Map.Entry<String, Long> one : wanted.entrySet()) {
            ends.add(client(desk.cluster().status(one.getKey()), one.getValue()));
        }
        return ends;
    }

    private End client(HostStatus host, long wanted) throws CommandException {
        Limits limits = limits(host);
        String place = place(host);
        return new End(
                host.name(),
                wanted,
                sources(host),
                Costs.SOCKET + Costs.IN_AGENT,
                new Processes(limits.hardFiles(), 1, host.counts().established(), Costs.AGENT),
                Machine.unknown(place),
                Network.untracked(place, limits.ports()));
    }

    /** Where {@code hosts.yaml} gives none the kernel takes one, the same for all connections to the server. */
    private static Set<String> sources(HostStatus host) {
        List<String> given = host.config().source();
        return given.isEmpty() ? Set.of("the kernel's choice") : Set.copyOf(given);
    }

    private Limits limits(HostStatus host) throws CommandException {
        Message.Hello hello = host.hello();
        if (hello != null) {
            return hello.limits();
        }
        if (local(host)) {
            return here;
        }
        throw new CommandException(
                host.name() + " is not started: its limits are not known", "start " + host.name() + " first");
    }

    private static boolean local(HostStatus host) {
        return host.config().launch() instanceof Launch.Local;
    }

    private static String place(HostStatus host) {
        return local(host) ? HERE : host.name();
    }

    /** The server, running or to be started; it has all the connections. */
    Optional<End> server(long wanted) throws CommandException, InterruptedException {
        long held = ServerCommand.status(desk).established();
        if (desk.server() instanceof RemoteServer remote) {
            HostStatus host = desk.cluster().status(remote.host());
            return Optional.of(server(wanted, held, limits(host), place(host)));
        }
        return Optional.of(server(wanted, held, here, HERE));
    }

    private static End server(long wanted, long held, Limits limits, String place) {
        return new End(
                SERVER,
                wanted,
                Set.of(),
                Costs.SOCKET + Costs.IN_SERVER,
                new Processes(limits.hardFiles(), 1, held, Costs.SERVER),
                Machine.unknown(place),
                Network.untracked(place, limits.ports()));
    }

    /** How large an overlay may get whose nodes are such hosts, by their files and by their ports. */
    List<Overlay> overlays(Law law, List<String> names) throws CommandException {
        List<Overlay> overlays = new ArrayList<>();
        for (String name : names) {
            Limits limits = limits(desk.cluster().status(name));
            if (limits.hardFiles() != Limits.UNKNOWN) {
                overlays.add(Overlay.of(law, name, "files", limits.hardFiles()));
            }
            if (limits.ports() != Limits.UNKNOWN) {
                overlays.add(Overlay.of(law, name, "ports", limits.ports()));
            }
        }
        if (overlays.isEmpty()) {
            throw new CommandException("no limit of these hosts is known", "give one: --files 1024");
        }
        return overlays;
    }
}
