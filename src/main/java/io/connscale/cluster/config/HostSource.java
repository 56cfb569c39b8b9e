package io.connscale.cluster.config;

import io.connscale.cluster.config.HostReader.HostDefaults;
import io.connscale.control.AgentException;
import io.connscale.control.PlainText;
import io.connscale.control.Quantity;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * A line of {@code from:}: a command that prints hosts, one a line or as Ansible's inventory, and what each of them is. Its name is that of
 * a group, too. Who runs the command is {@code Cluster}.
 */
public final class HostSource {
    private static final JsonMapper JSON = JsonMapper.shared();
    private static final int MAX_SHOWN = 60;

    private final String name;
    private final List<String> list;
    private final @Nullable String ansible;
    private final Node template;
    private final HostDefaults defaults;

    /** @param ansible the group whose hosts are meant, where the command prints an inventory; null: it prints a host a line */
    HostSource(String name, List<String> list, @Nullable String ansible, Node template, HostDefaults defaults) {
        this.name = name;
        this.list = List.copyOf(list);
        this.ansible = ansible;
        this.template = template;
        this.defaults = defaults;
    }

    public String name() {
        return name;
    }

    /** The command, as words; a program of this machine. */
    public List<String> list() {
        return list;
    }

    /**
     * The hosts that the command printed, in its order, each once. A host is called as it is printed, without what is before a last slash
     * ({@code pod/web-1}), and with the source's name before it where it does not begin with a letter; {@code {host}} is the whole of what
     * was printed, or Ansible's {@code ansible_host}.
     *
     * @throws AgentException where it printed no host, or what is none, or two that would be called alike
     */
    public List<HostConfig> hosts(String printed) throws AgentException {
        Map<String, String> addresses = ansible == null ? lines(printed) : inventory(printed, ansible);
        if (addresses.isEmpty()) {
            throw wrong("printed no host" + (ansible == null ? "" : " of group " + Quantity.quoted(ansible)));
        }
        if (addresses.size() > ClusterConfig.MAX_HOSTS) {
            throw wrong("printed more than " + Quantity.text(ClusterConfig.MAX_HOSTS) + " hosts");
        }
        Map<String, HostConfig> hosts = new LinkedHashMap<>();
        for (Map.Entry<String, String> one : addresses.entrySet()) {
            String last = one.getKey().substring(one.getKey().lastIndexOf('/') + 1);
            String called = last.isEmpty() || Character.isLetter(last.charAt(0)) ? last : name + "-" + last;
            if (hosts.put(called, host(called, one.getKey(), one.getValue())) != null) {
                throw wrong("printed two hosts that would be called " + Quantity.quoted(called) + ", the second one as "
                        + Quantity.quoted(PlainText.of(one.getKey(), MAX_SHOWN)));
            }
        }
        return List.copyOf(hosts.values());
    }

    private HostConfig host(String called, String printed, String address) throws AgentException {
        try {
            return make(called, address);
        } catch (Fault e) {
            throw wrong("printed " + Quantity.quoted(PlainText.of(printed, MAX_SHOWN)) + ": " + e.message());
        }
    }

    /** @throws Fault where one of its values can't be */
    HostConfig make(String called, String address) {
        Node.Place place = template.place();
        return HostReader.read(new Node.Text(place, called), template.with(HostReader.HOST, address), defaults);
    }

    private AgentException wrong(String what) {
        return new AgentException(
                "hosts of @" + name + ": " + list.get(0) + " " + what, "run it yourself: " + String.join(" ", list));
    }

    private static Map<String, String> lines(String printed) {
        return printed.lines()
                .map(String::strip)
                .filter(line -> !line.isEmpty())
                .collect(Collectors.toMap(line -> line, line -> line, (one, again) -> one, LinkedHashMap::new));
    }

    /** {@code {"_meta":{"hostvars":{H:{"ansible_host":…}}}, GROUP:{"hosts":[H],"children":[GROUP]}}}, as ansible-inventory --list prints it. */
    private Map<String, String> inventory(String printed, String group) throws AgentException {
        JsonNode root;
        try {
            root = JSON.readTree(printed);
        } catch (JacksonException e) {
            throw wrong("printed no JSON: "
                    + PlainText.of(Optional.ofNullable(e.getOriginalMessage()).orElse(""), MAX_SHOWN));
        }
        if (!root.path(group).isObject()) {
            Set<String> known = new LinkedHashSet<>(root.propertyNames());
            known.remove("_meta");
            throw wrong("printed no group " + Quantity.quoted(group) + "; it has "
                    + PlainText.of(String.join(", ", known), MAX_SHOWN));
        }
        Set<String> names = members(root, group);
        Map<String, String> addresses = new LinkedHashMap<>();
        for (String one : names) {
            JsonNode address = root.path("_meta").path("hostvars").path(one).path("ansible_host");
            addresses.put(one, address.isString() ? address.asString() : one);
        }
        return addresses;
    }

    /** The hosts of a group and of those in it, each looked at once: groups may have common ones, or be in a circle. */
    private static Set<String> members(JsonNode root, String group) {
        Set<String> hosts = new LinkedHashSet<>();
        Set<String> groups = new HashSet<>(Set.of(group));
        Deque<String> next = new ArrayDeque<>(groups);
        while (!next.isEmpty()) {
            JsonNode one = root.path(next.remove());
            one.path("hosts").forEach(host -> hosts.add(host.asString("")));
            one.path("children").forEach(child -> {
                String name = child.asString("");
                if (groups.add(name)) {
                    next.add(name);
                }
            });
        }
        return hosts;
    }

    @Override
    public String toString() {
        return "@" + name + " from " + String.join(" ", list);
    }
}
