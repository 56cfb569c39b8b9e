package io.connscale.limits;

import com.google.auto.service.AutoService;
import io.connscale.kernel.Fact;
import java.util.Optional;

/**
 * A process of one end that somebody has stopped (SIGSTOP, a debugger, the freezer of job control): its kernel goes on acknowledging
 * what comes, and nobody answers.
 */
@AutoService(Limit.class)
public final class StoppedProcess implements Limit {
    @Override
    public Optional<Cause> cause(Observation seen) {
        return seen.ends().stream()
                .filter(end -> end.now().knows(Fact.STOPPED_CHILD))
                .findFirst()
                .map(end -> cause(end, end.now().get(Fact.STOPPED_CHILD)));
    }

    private static Cause cause(End end, long pid) {
        boolean serves =
                end instanceof ServerEnd server && server.listening().pids().contains(pid);
        String which =
                serves ? "server process " + pid : "process " + pid + ", which " + end.process() + " has started,";
        String where = end.place().equals(ServerEnd.HERE) ? "" : " on " + end.place();
        return new Cause(
                Cause.Certainty.STOPPED,
                1,
                new Verdict(
                        "stopped-process",
                        end,
                        which + " is stopped (state T): it accepts and answers nothing",
                        "Let it go on: kill -CONT " + pid + where));
    }
}
