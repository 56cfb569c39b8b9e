package io.connscale.cluster.deploy;

import io.connscale.cluster.launch.Launcher;
import io.connscale.control.AgentException;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/** One look at a host: one script, one round trip. */
public final class Probe {
    private static final int SECONDS = 30;

    private Probe() {}

    /**
     * What there is on the host behind {@code launcher}.
     *
     * @param java the program that {@code hosts.yaml} names; where it names none, all usual places are looked at
     * @throws AgentException where the host gave no answer; what it lacks is no error here
     */
    public static HostFacts of(Launcher launcher, Jar jar, Optional<String> java)
            throws AgentException, InterruptedException {
        List<String> arguments = List.of(java.orElse(""), jar.remoteName(), Long.toString(jar.size()), jar.sha256());
        return RemoteScript.run(launcher, "probe.sh", arguments, SECONDS, Probe::listen);
    }

    private static Optional<HostFacts> listen(RemoteScript script) throws IOException {
        Answer answer = new Answer();
        Optional<String> line = script.hear();
        for (; line.isPresent() && !line.get().equals("end"); line = script.hear()) {
            answer.add(line.get());
        }
        return line.map(end -> answer.facts());
    }
}
