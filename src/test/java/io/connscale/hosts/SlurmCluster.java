package io.connscale.hosts;

import static org.awaitility.Awaitility.await;

import io.connscale.ConsoleScript;
import io.connscale.ConsoleScript.Ran;
import io.connscale.Needs;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Slurm on a {@link NetworkOfHosts}: the daemons of Debian's packages, started here with a configuration and a munge key of their own, one
 * {@code slurmd} in each host's network and under its name; {@code slurmctld} and the user's commands on the console's machine, which is
 * called {@code login}. One user without privileges, whose home all nodes share, as on a cluster. Whatever runs there ends with the
 * network.
 */
final class SlurmCluster implements AutoCloseable {
    static final int NODES = 3;

    /** The hard limit of descriptors on the last node. */
    static final int FEW_FILES = 4096;

    private static final int UID = 4711;
    private static final String LOGIN = "login";
    /** A partition that is larger than the machine is: several jobs share the nodes. */
    private static final int CPUS = 16;

    private static final Duration UP = Duration.ofSeconds(60);

    private final Path folder;
    private final NetworkOfHosts network;

    private SlurmCluster() {
        folder = temporaryFolder();
        network = NetworkOfHosts.of(IntStream.rangeClosed(1, NODES)
                .mapToObj(n -> HostPlan.host("node" + n))
                .toArray(HostPlan[]::new));
        boolean up = false;
        try {
            furnish();
            start();
            up = true;
        } finally {
            if (!up) {
                close();
            }
        }
    }

    /** Skips the test where the machine can't do it; first thing in a test. Then starts all of it, and waits until the nodes are idle. */
    static SlurmCluster make() {
        Needs.root();
        for (String program : List.of("munged", "slurmctld", "slurmd", "srun", "setpriv", "unshare", "ip")) {
            Needs.command(program);
        }
        return new SlurmCluster();
    }

    private static Path temporaryFolder() {
        try {
            Path made = Files.createTempDirectory(
                    "connscale-" + ProcessHandle.current().pid() + "-0-slurm-");
            return Files.setPosixFilePermissions(made, PosixFilePermissions.fromString("rwxr-xr-x"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The user's home, on all machines. */
    Path home() {
        return folder.resolve("home");
    }

    /** Where connscale is installed, on all machines. */
    Path app() {
        return folder.resolve("app");
    }

    /** The hosts file that is shipped for jobs. */
    String hosts() {
        return app().resolve("conf/slurm/hosts.yaml").toString();
    }

    Machine node(int n) {
        return network.host("node" + n);
    }

    private void furnish() {
        Folders.make(home());
        for (Path file : List.of(Path.of("bin/connscale-console"), Path.of("conf"))) {
            Folders.make(app().resolve(file).resolveSibling(""));
            Command.must(
                    "cp",
                    "-r",
                    Path.of("").toAbsolutePath().resolve(file).toString(),
                    app().resolve(file).toString());
        }
        Path jar = Path.of(System.getProperty("connscale.jar"));
        Command.must(
                "cp",
                jar.toString(),
                jar.resolveSibling("agent-" + jar.getFileName()).toString(),
                app().toString());
        Command.must("chown", "-R", UID + ":" + UID, home().toString(), app().toString());

        Folders.write(
                folder.resolve("hosts"),
                machines()
                        .map(machine -> machine.address() + " " + name(machine) + "\n")
                        .collect(Collectors.joining("", "127.0.0.1 localhost\n", "")));
        machines().forEach(this::enter);
        Folders.script(
                folder.resolve("as-user"),
                "exec %s setpriv --reuid %d --regid %d --clear-groups env -i HOME=%s USER=bench PATH=/usr/bin:/bin TERM=dumb SLURM_CONF=%s"
                                .formatted(in(network.console()), UID, UID, home(), configurationFile())
                        + " JAVA_HOME=%s sh -c 'cd && exec \"$@\"' sh \"$@\""
                                .formatted(System.getProperty("java.home")));
        Folders.write(configurationFile(), configuration());
        // Not that of the machine, of which a network namespace sees nothing: no job is limited by control groups here.
        Folders.write(folder.resolve("cgroup.conf"), "CgroupPlugin=cgroup/v1\n");
        Folders.make(folder.resolve("state"));
        IntStream.rangeClosed(1, NODES).forEach(n -> Folders.make(folder.resolve("spool-node" + n)));
    }

    private Stream<Machine> machines() {
        return Stream.concat(Stream.of(network.console()), network.hosts().stream());
    }

    private String name(Machine machine) {
        return machine == network.console() ? LOGIN : machine.name();
    }

    /** The program that runs what follows under the machine's name, where all machines are known and the user is. */
    private void enter(Machine machine) {
        Path passwd = machine.folder().resolve("passwd");
        Folders.write(passwd, Folders.read(passwd) + "bench:x:%d:%d::%s:/bin/bash\n".formatted(UID, UID, home()));
        Folders.script(
                in(machine),
                "export SLURM_CONF=" + configurationFile() + "\nexec " + machine.in()
                        + " unshare --uts sh -c 'hostname \"$0\" && mount --bind " + folder.resolve("hosts")
                        + " /etc/hosts && exec \"$@\"' " + name(machine) + " \"$@\"");
    }

    private Path in(Machine machine) {
        return folder.resolve("in-" + name(machine));
    }

    private Path configurationFile() {
        return folder.resolve("slurm.conf");
    }

    private String configuration() {
        String nodes = network.hosts().stream()
                .map(host ->
                        "NodeName=%s NodeAddr=%s CPUs=%d State=UNKNOWN\n".formatted(host.name(), host.address(), CPUS))
                .collect(Collectors.joining());
        return """
                ClusterName=connscale
                SlurmctldHost=%1$s(%2$s)
                SlurmUser=root
                AuthInfo=socket=%3$s/munge/socket
                StateSaveLocation=%3$s/state
                SlurmdSpoolDir=%3$s/spool-%%n
                SlurmctldPidFile=%3$s/slurmctld.pid
                SlurmdPidFile=%3$s/slurmd-%%n.pid
                SlurmdParameters=config_overrides
                MailProg=/bin/true
                ProctrackType=proctrack/linuxproc
                TaskPlugin=task/none
                SwitchType=switch/none
                MpiDefault=none
                AccountingStorageType=accounting_storage/none
                JobAcctGatherType=jobacct_gather/none
                SelectType=select/cons_tres
                SelectTypeParameters=CR_Core
                SchedulerParameters=bf_interval=1,sched_interval=2
                ReturnToService=2
                SlurmdTimeout=6
                MessageTimeout=5
                KillWait=2
                %4$sPartitionName=all Nodes=node[1-%5$d] Default=YES MaxTime=INFINITE State=UP
                """.formatted(LOGIN, network.console().address(), folder, nodes, NODES);
    }

    private void start() {
        Path munge = Folders.make(folder.resolve("munge"));
        Path secret = Folders.make(folder.resolve("secret"));
        Path key = secret.resolve("key");
        Command.must("mungekey", "--create", "--keyfile=" + key);
        Command.must("chown", "-R", "munge", munge.toString(), secret.toString());
        Command.must("chmod", "700", secret.toString());
        daemon(
                network.console(),
                "munged",
                List.of(
                        "setpriv",
                        "--reuid",
                        "munge",
                        "--regid",
                        "munge",
                        "--clear-groups",
                        "munged",
                        "-F",
                        "--socket=" + munge + "/socket",
                        "--key-file=" + key,
                        "--pid-file=" + munge + "/pid",
                        "--seed-file=" + munge + "/seed"));
        await("munge's socket").atMost(UP).until(() -> Files.exists(munge.resolve("socket")));
        daemon(network.console(), "slurmctld", List.of("slurmctld", "-D"));
        network.hosts().forEach(this::startSlurmd);
        awaitIdle();
    }

    /** Until no job has any of the nodes, and all are up. */
    void awaitIdle() {
        await("idle nodes")
                .atMost(UP)
                .until(() -> run("sinfo", "-h", "-t", "idle", "-o", "%D")
                        .out()
                        .strip()
                        .equals("" + NODES));
    }

    /** The last node's hard limit of descriptors is lower than the others': that of its slurmd is its jobs'. */
    private void startSlurmd(Machine node) {
        String limit = name(node).equals("node" + NODES) ? "ulimit -n " + FEW_FILES + "; " : "";
        daemon(node, "slurmd-" + name(node), List.of("sh", "-c", limit + "exec slurmd -D"));
    }

    private void daemon(Machine machine, String name, List<String> words) {
        List<String> command = new ArrayList<>(List.of(in(machine).toString()));
        command.addAll(words);
        try {
            Process unused = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.appendTo(
                            folder.resolve(name + ".log").toFile()))
                    .start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The user's words on the login machine, to their end. */
    Ran run(String... words) {
        return Command.run(
                "",
                Stream.concat(Stream.of(folder.resolve("as-user").toString()), Stream.of(words))
                        .toList());
    }

    /** What {@link #run} prints, where it works. */
    String must(String... words) {
        Ran ran = run(words);
        if (ran.exit() != 0) {
            throw new IllegalStateException(String.join(" ", words) + ": " + ran.err() + ran.out());
        }
        return ran.out();
    }

    /** The same as root, who may do more to jobs and nodes. */
    void mustAsRoot(String... words) {
        Command.must(Stream.concat(Stream.of(in(network.console()).toString()), Stream.of(words))
                .toArray(String[]::new));
    }

    /**
     * The user's console on the login machine.
     *
     * @param name of its folder
     * @param words of a shell, before it: {@code salloc -N3}
     */
    ConsoleScript console(String name, String words) {
        Path program = Folders.script(
                folder.resolve(name),
                "exec " + folder.resolve("as-user") + " " + words + " " + app().resolve("bin/connscale-console")
                        + " \"$@\"");
        return ConsoleScript.in(Folders.make(folder.resolve(name + ".files"))).calledAs(program);
    }

    @Override
    public void close() {
        try {
            network.close();
        } finally {
            Folders.delete(folder);
        }
    }
}
