package io.connscale.limits;

import com.google.auto.service.AutoService;
import io.connscale.limits.Limit.Cause.Certainty;
import java.util.Comparator;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * A process of an agent or of the server is gone with the connections that it held: since connscale ended it, which had said nothing
 * for a minute, or by somebody else. Where the kernel killed it for want of memory, {@link MemoryLimit} says so.
 */
@AutoService(Limit.class)
public final class EndedProcess implements Limit {
    private static final String LOST = " lost";
    private static final String SILENT = " silent";
    private static final String OUT_OF_MEMORY = " killed: out of memory";

    /** An end, and how many connections it lost so. */
    record Loss(End end, long connections) {
        /** The end that lost the most, if any did, with a process that the kernel killed for want of memory. */
        static Optional<Loss> outOfMemory(Observation seen) {
            return of(seen, OUT_OF_MEMORY);
        }

        private static Optional<Loss> of(Observation seen, String how) {
            return Stream.<End>concat(seen.hosts().stream(), Stream.of(seen.server()))
                    .map(end -> new Loss(end, count(end, how)))
                    .filter(loss -> loss.connections > 0)
                    .max(Comparator.comparingLong(Loss::connections));
        }

        private static long count(End end, String how) {
            return end instanceof HostEnd host
                    ? host.count("worker" + how)
                    : errors(end).getOrDefault("server process" + how, 0L);
        }

        private static Map<String, Long> errors(End end) {
            return end instanceof HostEnd host ? host.errors() : ((ServerEnd) end).errors();
        }

        /** {@code stopped at 100 on client1: }. */
        String stopped() {
            return end instanceof HostEnd host ? host.stopped() : ((ServerEnd) end).stoppedAccepting();
        }

        /** {@code (worker lost 555)}, to be put at the end of the sentence. */
        String reasons() {
            return Words.errors(errors(end));
        }

        /** {@code the agent on client1}, whose process it was. */
        String whose() {
            return end.process();
        }

        Cause cause(Verdict verdict) {
            return new Cause(Certainty.PROCESS_ENDED, connections, verdict);
        }
    }

    @Override
    public Optional<Cause> cause(Observation seen) {
        Optional<Cause> silent = Loss.of(seen, SILENT).map(EndedProcess::silent);
        Optional<Cause> lost = Loss.of(seen, LOST).map(EndedProcess::lost);
        return Stream.concat(silent.stream(), lost.stream()).min(Cause.SUREST);
    }

    private static Cause silent(Loss loss) {
        return loss.cause(new Verdict(
                "process-silent",
                loss.end,
                loss.stopped() + "connscale ended a process of " + loss.whose()
                        + ", which had no heartbeat for a minute, with what it held (" + loss.reasons() + ")",
                "It was stopped (SIGSTOP, a debugger, a frozen control group), or had no CPU;"
                        + " connections start opens what is missing"));
    }

    private static Cause lost(Loss loss) {
        return loss.cause(new Verdict(
                "process-lost",
                loss.end,
                loss.stopped() + "a process of " + loss.whose() + " ended with what it held (" + loss.reasons() + ")",
                "The log says how it ended. A SIGKILL that nobody sent is the kernel's, out of memory: dmesg tells;"
                        + " connections start opens what is missing"));
    }
}
