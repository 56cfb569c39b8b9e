package io.connscale.cluster.config;

import io.connscale.cluster.config.Launch.HostKey;
import io.connscale.control.Json;
import io.connscale.control.Quantity;
import io.connscale.control.Rate;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** A configuration as a hosts file that says all of it; as JSON, which is YAML too. */
final class Written {
    private Written() {}

    static String of(ClusterConfig config) {
        Map<String, Object> hosts = new LinkedHashMap<>();
        config.hosts().forEach(host -> hosts.put(host.name(), host(host)));
        return Json.line(Map.of("hosts", hosts, "server", server(config.server())));
    }

    private static Map<String, Object> server(ServerConfig server) {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("bind", server.bind());
        map.put("address", server.address());
        map.put("ports", server.ports());
        map.put("backlog", server.backlog());
        map.put("acceptors", server.acceptors());
        map.put("autostart", server.autostart());
        put(map, "on", server.on());
        map.put("workers", server.workers().toString());
        map.put("patience", Quantity.text(server.patience()));
        map.put("keepalive", server.keepalive().isZero() ? "off" : Quantity.text(server.keepalive()));
        return map;
    }

    private static Map<String, Object> host(HostConfig host) {
        Map<String, Object> map = launch(host.launch());
        map.put("interval", Quantity.text(host.client().interval()));
        map.put("timeout", Quantity.text(host.client().timeout()));
        Rate rate = host.client().rate();
        map.put("rate", rate.unlimited() ? "unlimited" : rate.perSecond());
        map.put("active", Math.round(host.client().active() * 100) + "%");
        put(map, "source", Optional.of(host.source()).filter(list -> !list.isEmpty()));
        put(map, "jvm", Optional.of(host.jvm()).filter(list -> !list.isEmpty()));
        put(map, "java", host.java());
        map.put("workers", host.workers().toString());
        return map;
    }

    private static Map<String, Object> launch(Launch launch) {
        Map<String, Object> map = new LinkedHashMap<>();
        if (launch instanceof Launch.Command command) {
            map.put("command", command.words());
        } else if (launch instanceof Launch.Ssh ssh) {
            map.put("ssh", ssh.address().toString());
            put(map, "key", ssh.key());
            put(map, "hostKey", ssh.hostKey().map(HostKey::toString));
            put(map, "knownHosts", ssh.knownHosts());
            put(map, "jump", ssh.jump());
            map.put("launch", ssh.client().toString());
        }
        return map;
    }

    private static void put(Map<String, Object> map, String key, Optional<?> value) {
        value.ifPresent(there -> map.put(key, there));
    }
}
