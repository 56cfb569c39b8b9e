package io.connscale.hosts;

import io.connscale.ConsoleScript.Ran;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A machine of a {@link NetworkOfHosts}: its own network and address, and a home folder of its own for root. What runs on
 * it sees this machine's files otherwise. For the test's thread.
 */
public class Machine {
    private final String name;
    private final Namespace namespace;
    private final Namespace networkSwitch;
    private final String address;
    private final Path folder;

    Machine(String name, Namespace namespace, Namespace networkSwitch, String address, Path folder) {
        this.name = name;
        this.namespace = namespace;
        this.networkSwitch = networkSwitch;
        this.address = address;
        this.folder = folder;
    }

    public String name() {
        return name;
    }

    /** Its IPv4 address. */
    public String address() {
        return address;
    }

    /** Its IPv6 address. */
    public String address6() {
        return "fd77::" + address.substring(address.lastIndexOf('.') + 1);
    }

    Namespace namespace() {
        return namespace;
    }

    /** Its link-local IPv6 address, without the interface, which is {@code eth0}. */
    String linkLocal() {
        String shown = must("ip", "-6", "-o", "address", "show", "dev", "eth0", "scope", "link");
        return shown.replaceFirst("(?s).* inet6 ([0-9a-f:]+)/.*", "$1");
    }

    /** Where root is at home on it; on this machine the same path. */
    public Path home() {
        return folder.resolve("home");
    }

    Path folder() {
        return folder;
    }

    /** A program that runs the words after it on this machine: as a host's {@code command}, or to put before a command. */
    public Path in() {
        return folder.resolve("in");
    }

    /** A program that is {@code program} on this machine, with whatever arguments. */
    public Path program(Path program) {
        return Folders.script(
                folder.resolve(program.getFileName().toString()), "exec " + in() + " " + program + " \"$@\"");
    }

    /** Runs a command on it to its end, with nothing on standard input. */
    public Ran run(String... words) {
        return runWith("", words);
    }

    public Ran runWith(String input, String... words) {
        List<String> command = new ArrayList<>(List.of(in().toString()));
        command.addAll(List.of(words));
        return Command.run(input, command);
    }

    /** Starts a command on it, which goes on; what it says on standard error is this process's. */
    Process start(String... words) {
        List<String> command = new ArrayList<>(List.of(in().toString()));
        command.addAll(List.of(words));
        try {
            return new ProcessBuilder(command)
                    .redirectError(ProcessBuilder.Redirect.INHERIT)
                    .start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What {@link #run} prints, where it works. */
    String must(String... words) {
        Ran ran = run(words);
        if (ran.exit() != 0) {
            throw new IllegalStateException(name + ": " + String.join(" ", words) + ": " + ran.err());
        }
        return ran.out();
    }

    /** Changes a setting of its network; the other machines keep theirs. */
    void sysctl(String name, String value) {
        must("sysctl", "-q", "-w", name + "=" + value);
    }

    /** Established TCP connections here to or from {@code port}, as the kernel tells. */
    public int established(int port) {
        String filter = "( sport = :" + port + " or dport = :" + port + " )";
        return (int) must("ss", "-H", "-t", "-n", "state", "established", filter)
                .lines()
                .count();
    }

    /** Pulls its cable out of the switch: it hears nothing from now on, and nobody is told. */
    public void cut() {
        networkSwitch.ip("link", "set", name, "down");
    }

    /** Puts its cable back. */
    public void restore() {
        networkSwitch.ip("link", "set", name, "up");
    }

    /** Whatever comes from {@code other} gets lost here; what is sent to it still leaves. */
    public void dropFrom(Machine other) {
        drop("input", "saddr " + other.address(), "saddr " + other.address6());
    }

    /** Whatever is sent to {@code other} gets lost here; what it sends still arrives. */
    public void dropTo(Machine other) {
        drop("output", "daddr " + other.address(), "daddr " + other.address6());
    }

    private void drop(String hook, String four, String six) {
        String chain = "inet drops " + hook;
        must("nft", "add table inet drops");
        must("nft", "add chain " + chain + " { type filter hook " + hook + " priority 0; }");
        must("nft", "add rule " + chain + " ip " + four + " drop");
        must("nft", "add rule " + chain + " ip6 " + six + " drop");
    }

    /** Nothing gets lost any more. */
    public void dropNothing() {
        must("nft", "delete table inet drops");
    }

    /** Everything that runs on it now. */
    public List<ProcessHandle> processes() {
        return namespace.processes();
    }

    /** Its processes whose command line has this in it. */
    public List<ProcessHandle> processes(String words) {
        return processes().stream()
                .filter(process -> commandLine(process).contains(words))
                .toList();
    }

    /** From {@code /proc}: the JDK's own leaves it out where it is long. */
    private static String commandLine(ProcessHandle process) {
        return Folders.read(Path.of("/proc", Long.toString(process.pid()), "cmdline"))
                .replace('\0', ' ');
    }

    /** {@code STOP}, {@code CONT}, … to some of its processes. */
    public void signal(String signal, List<ProcessHandle> processes) {
        for (ProcessHandle process : processes) {
            Command.run("", List.of("kill", "-" + signal, Long.toString(process.pid())));
        }
    }

    /** Every process on it stands still, as on a machine that swaps itself to death; its kernel still answers. */
    public void freeze() {
        signal("STOP", processes());
    }

    public void thaw() {
        signal("CONT", processes());
    }
}
