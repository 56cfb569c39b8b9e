package io.connscale.limits;

import com.google.auto.service.AutoService;
import io.connscale.kernel.Fact;
import io.connscale.limits.Limit.Cause.Certainty;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/** The agent itself: without CPU its Pings and its looks at the Pongs come late, and its clock may be slow to read. */
@AutoService(Limit.class)
public final class AgentCpuLimit implements Limit {
    private static final long NANOS_A_MILLI = 1_000_000;
    /** Of the time between both readings: a loop that waited so long for a CPU, or ran so long, is the limit itself. */
    private static final double WAITED_MUCH = 0.15;

    private static final double RAN_ALWAYS = 0.95;
    /** A clock that is read by a system call and a register of a device: a thousand nanoseconds and more each time. */
    private static final Set<String> SLOW_CLOCKS = Set.of("hpet", "acpi_pm", "jiffies", "pit", "refined-jiffies");

    @Override
    public List<Finding> findings(End end) {
        String clock = end.now().clock();
        return SLOW_CLOCKS.contains(clock)
                ? List.of(new Finding(
                                "clocksource",
                                clock,
                                "nothing, but asking for the time is slow, and round trips are measured with it",
                                Finding.NO_NUMBER,
                                new Remedy(
                                        "echo tsc > /sys/devices/system/clocksource/clocksource0/current_clocksource",
                                        "clocksource=tsc on the kernel's command line"))
                        .with("clock", clock))
                : List.of();
    }

    /** It accuses itself only where something went wrong: late Pings or missing Pongs. */
    @Override
    public Optional<Cause> cause(Observation seen) {
        return seen.hosts().stream()
                .filter(host -> host.count("receive timeout") > 0 || host.lateMuch())
                .map(AgentCpuLimit::starved)
                .flatMap(Optional::stream)
                .findFirst();
    }

    private static Optional<Cause> starved(HostEnd host) {
        if (host.grown(Fact.UPTIME) < 0 || host.grown(Fact.LOOPS_WAITED) < 0 || host.grown(Fact.LOOPS_RAN) < 0) {
            return Optional.empty(); // unknown
        }
        double time = (double) host.grown(Fact.UPTIME)
                * NANOS_A_MILLI
                * Math.max(1, host.now().get(Fact.LOOPS));
        double waited = host.grown(Fact.LOOPS_WAITED) / time;
        double ran = host.grown(Fact.LOOPS_RAN) / time;
        if (!(time > 0) || (waited < WAITED_MUCH && ran < RAN_ALWAYS)) {
            return Optional.empty();
        }
        String why = waited < WAITED_MUCH
                ? String.format(Locale.ROOT, "its event loops ran %.0f %% of the time", ran * 100)
                : String.format(Locale.ROOT, "its event loops waited %.0f %% of the time for a CPU", waited * 100);
        return Optional.of(new Cause(
                Certainty.AGENT_MEASURED,
                host.count("receive timeout"),
                new Verdict(
                        "generator",
                        host,
                        host.process() + " is the limit itself, and its numbers are unreliable: " + why + " ("
                                + Words.many(host.skipped(), "Ping") + " late, receive timeout "
                                + Words.number(host.count("receive timeout")) + ", "
                                + Words.many(host.now().get(Fact.CPUS), "CPU") + " there)",
                        "Give it more CPU, or fewer connections, a longer interval, or more hosts")));
    }
}
