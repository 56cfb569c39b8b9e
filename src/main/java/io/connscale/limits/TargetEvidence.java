package io.connscale.limits;

import io.connscale.kernel.Facts;
import io.connscale.kernel.ForeignServer;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/** What several limits of somebody else's server judge by, and how they call it. */
final class TargetEvidence {
    /** By the name of a process, or the beginning of it, the setting that bounds its connections. */
    private static final Map<String, String> SETTINGS = settings();

    private TargetEvidence() {}

    private static Map<String, String> settings() {
        Map<String, String> settings = new LinkedHashMap<>();
        settings.put("nginx", "worker_connections");
        settings.put("redis-server", "maxclients");
        settings.put("mosquitto", "max_connections");
        settings.put("haproxy", "maxconn");
        settings.put("postgres", "max_connections");
        settings.put("mysqld", "max_connections");
        settings.put("mariadbd", "max_connections");
        settings.put("memcached", "-c");
        settings.put("apache2", "MaxRequestWorkers");
        settings.put("httpd", "MaxRequestWorkers");
        settings.put("vsftpd", "max_clients");
        settings.put("dovecot", "client_limit");
        return settings;
    }

    /** Whether it is somebody else's server. */
    static boolean isTarget(Observation seen) {
        return seen.server().isTarget() && !seen.hosts().isEmpty();
    }

    /** {@code the server at 127.0.0.1:6379 (redis-server, pid 12)}. */
    static String name(Observation seen) {
        return "the server at " + seen.hosts().get(0).target() + process(seen.server());
    }

    private static String process(ServerEnd server) {
        return found(server).map(read -> " (" + read.now().text() + ")").orElse("");
    }

    /** What is read of it, where its processes are known. */
    static Optional<ServerEnd.Read> found(ServerEnd server) {
        return Optional.ofNullable(server.read()).filter(read -> read.now().found());
    }

    /** Connections of all hosts that are asked about. */
    static long held(Observation seen) {
        return seen.hosts().stream().mapToLong(HostEnd::established).sum();
    }

    /**
     * The round number at which it stands, as the hosts or its kernel count, if it is one. Not the very number that was asked for: of
     * 5,000 that are asked for 4,999 remain where one is lost, whatever the reason.
     */
    static OptionalLong limit(Observation seen) {
        ServerEnd.Read read = seen.server().read();
        Long established = read == null ? null : read.now().established();
        OptionalLong limit = RoundNumber.among(
                held(seen),
                established == null ? Facts.UNKNOWN : established,
                read == null ? Facts.UNKNOWN : read.accepted());
        return limit.isPresent() && limit.getAsLong() == held(seen) + seen.errors() ? OptionalLong.empty() : limit;
    }

    /** The setting of that program, by the name of its process or by what it said. */
    static String setting(Observation seen, String words) {
        Optional<String> byName = found(seen.server()).stream()
                .flatMap(read -> read.now().processes().stream())
                .map(ForeignServer.Member::name)
                .flatMap(name -> Optional.ofNullable(SETTINGS.get(name)).stream())
                .findFirst();
        if (byName.isPresent()) {
            return byName.get();
        }
        return words.contains("max number of clients reached") ? "maxclients" : "";
    }

    /** {@code Raise its maxclients}. */
    static String raise(Observation seen, String words) {
        String setting = setting(seen, words);
        return "Raise its " + (setting.isEmpty() ? "connection limit" : setting) + nginx(seen)
                + ", and look at its log";
    }

    /** nginx has a free connection by closing idle ones before it has none: when fewer than a sixteenth are free (ngx_connection.c). */
    private static String nginx(Observation seen) {
        ServerEnd.Read read = found(seen.server()).orElse(null);
        if (read == null
                || !read.now().processes().get(0).name().equals("nginx")
                || seen.server().established() <= 0) {
            return "";
        }
        long each = seen.server().established() / read.now().sharing();
        return " (it closes idle ones when fewer than a sixteenth of these are free: with " + Words.number(each)
                + " held it is about " + Words.number(each * 16 / 15) + " for each worker)";
    }
}
