package io.connscale.cluster.deploy;

import io.connscale.cluster.deploy.Deployment.Installation;
import io.connscale.cluster.deploy.Probe.HostFacts;
import io.connscale.cluster.launch.CommandLauncher;
import io.connscale.cluster.launch.Launcher;
import io.connscale.control.AgentException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** A host as a test wants it: a folder that is its home, and words that start its shell with an environment of its own. */
final class RemoteHost {
    final Path home;
    final Jar jar;
    private final List<String> environment = new ArrayList<>();
    private final List<String> words = new ArrayList<>();

    /** @param size of the jar, in bytes */
    RemoteHost(Path folder, int size) throws IOException, AgentException {
        home = Files.createDirectories(folder.resolve("home of h1"));
        byte[] content = new byte[size];
        new java.util.Random(size).nextBytes(content);
        jar = Jar.of(Files.write(folder.resolve("here.jar"), content));
        environment.addAll(List.of("env", "-i", "HOME=" + home, "PATH=/usr/bin:/bin"));
    }

    /** A variable of its environment; the last one counts. */
    RemoteHost with(String variable) {
        environment.add(variable);
        return this;
    }

    /** Words in front of its shell. */
    RemoteHost through(String... more) {
        words.addAll(List.of(more));
        return this;
    }

    Launcher launcher() {
        List<String> all = new ArrayList<>(environment);
        all.addAll(words);
        return new CommandLauncher(all);
    }

    Installation deploy() throws AgentException, InterruptedException {
        return new Deployment(jar).ensure(launcher(), Optional.empty(), step -> {});
    }

    HostFacts probe(String java) throws AgentException, InterruptedException {
        return Probe.of(launcher(), jar, Optional.of(java).filter(word -> !word.isEmpty()));
    }

    Path cache() {
        return home.resolve(".cache/connscale");
    }

    Path farJar() {
        return cache().resolve(jar.remoteName());
    }

    List<String> inCache() throws IOException {
        try (Stream<Path> files = Files.list(cache())) {
            return files.map(file -> file.getFileName().toString()).sorted().toList();
        }
    }

    /** A Java in this folder that says it has this version, by a script in place of a JVM. */
    static Path fakeJava(Path folder, String version) throws IOException {
        return script(folder.resolve("bin/java"), "echo 'openjdk version \"" + version + "\" 2020-01-01' >&2");
    }

    static Path script(Path file, String text) throws IOException {
        Files.createDirectories(file.getParent());
        Files.writeString(file, "#!/bin/sh\n" + text + "\n");
        return Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    }
}
