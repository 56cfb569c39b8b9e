package io.connscale.cluster.config;

import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.connscale.talk.Talks;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The table of what a user can get wrong, and the line that answers it. */
class HostsFileErrorsTest {
    private static final String NOTHING = "nothing in this file: write at least \"hosts: {client1: local}\"";
    private static final String NO_HOSTS = "no hosts: write at least \"hosts: {client1: local}\"";
    private static final String WHOLE = "expected a whole number from 1 to 1000000, got ";
    private static final String PORT =
            "expected a port from 1 to 65535 (0: any free one) or a range such as 8989-8998, got ";
    private static final String KEEPALIVE =
            "expected off or a duration with its unit, such as 30s or 5m (1s to 1h), got ";
    private static final String DURATION =
            "expected a duration with its unit, such as 500ms, 5s or 2m (1ms to 24h), got ";
    private static final String PART = "expected a percentage such as 5% (more than 0%, at most 100%), got ";
    private static final String RATE = "expected a rate such as 5000, 10k or unlimited (1 to 10M a second), got ";
    private static final String HOST = "expected local, [user@]host[:port], or a mapping with ssh: or command:, got ";
    private static final String NAME =
            " is not a host's name: a letter, then at most 62 letters, digits, \"-\", \"_\" or \".\"";
    private static final String SOURCE =
            "expected addresses such as 10.0.0.4 or 127.0.0.2-127.0.0.20 (at most 65536), got ";
    private static final String COMMAND = "expected a list of words such as [ip, netns, exec, h5], got ";
    private static final String BIND = "expected an address of this machine, 0.0.0.0, \"::\" or \"*\", got ";
    private static final String REFERENCE =
            ", which a hosts file doesn't use: write the value itself, in quotes if it begins so";

    private static Arguments bad(String text, String message) {
        return Arguments.of(text, "hosts.yaml:" + message);
    }

    /** {@code keys} under {@code server:} in line 2, from column 10 on. */
    private static Arguments server(String keys, String message) {
        return bad("hosts: {client1: local}\nserver: {" + keys + "}", "2:" + message);
    }

    private static Arguments client(String keys, String message) {
        return bad("hosts: {client1: local}\nclient: {" + keys + "}", "2:" + message);
    }

    /** {@code host} as the one line of hosts, from column 9 on. */
    private static Arguments host(String host, String message) {
        return bad("hosts: {" + host + "}", "1:" + message);
    }

    /** {@code keys} under {@code target:} in line 2, from column 10 on. */
    private static Arguments target(String keys, String message) {
        return bad("hosts: {client1: local}\ntarget: {" + keys + "}", "2:" + message);
    }

    private static Arguments from(String source, String message) {
        return bad("hosts:\n  from:\n    lab: {" + source + "}", "3:" + message);
    }

    static Stream<Arguments> manyHosts() {
        return Stream.of(
                bad("hosts:\n  node[1-: local", "2:3: \"node[1-\" has a bracket that is not closed"),
                bad("hosts:\n  n[3-1]: local", "2:3: \"n[3-1]\" has a range that goes nowhere: 3-1"),
                bad("hosts:\n  n[1-9999]: local", "2:3: \"n[1-9999]\" is more than 4,096 names"),
                bad("hosts:\n  \"[1-2]\": local", "2:3: \"1\"" + NAME),
                bad(
                        "hosts:\n  n[1-4]: local\n  n[4-5]: local",
                        "3:3: host \"n4\" is in \"n[1-4]\" of line 2 already: keep one"),
                bad(
                        "hosts:\n  n[1-4]: {command: [srun, -w, {host}]}",
                        "2:32: " + COMMAND + "{host} without quotes: write \"{host}\""),
                bad("hosts:\n  n[1-2]: {ssh: \"{host} x\"}", "2:17: expected [user@]host[:port], got \"n1 x\""),
                from("ssh: x", "5: no list: in lab: write the command that prints its hosts"),
                from("list: [x]", "5: neither ssh: nor command: in lab: say how its hosts are reached"),
                from(
                        "list: x, ssh: y",
                        "17: expected a command as a list of words such as [scontrol, show, hostnames], got \"x\""),
                from("list: [x], ssh: \"{host}\", rat: 1", "37: unknown key \"rat\" in lab, did you mean \"rate\"?"),
                from("list: [x], ssh: \"{host}\", rate: y", "43: " + RATE + "\"y\""),
                bad(
                        "hosts:\n  from: local",
                        "2:9: expected lists of hosts such as alloc: {list: [scontrol, show, hostnames], ssh: \"{host}\"},"
                                + " got \"local\""),
                bad("hosts: {a: local}\ngroups: {all: a}", "2:10: \"all\" means every host: choose another name"),
                bad(
                        "hosts: {a: local}\ngroups: {g: {}}",
                        "2:13: expected hosts such as node[1-10], or a list of them," + " got a mapping"),
                bad("hosts: {a: local}\ngroups: {g: a, g: a}", "2:16: group \"g\" is there already: keep one"),
                bad("hosts: {a: local}\ngroups: a", "2:9: expected groups such as \"rack1: node[1-10]\", got \"a\""));
    }

    static Stream<Arguments> aTarget() {
        String names = String.join(", ", Talks.names());
        return Stream.of(
                target("ports: 1", "9: target has no address: write \"address: broker.example.org\""),
                target("address: a", "9: \"a\" has no port: add \"ports: 1883\", say"),
                target("address: \"a:1\", ports: 2", "9: \"a:1\" has a port, and so have ports: leave one of them out"),
                target("address: a, ports: 0", "9: a port: 0 is out of range, 1 to 65535 is possible"),
                target("address: a, port: 2", "22: unknown key \"port\" in target, did you mean \"ports\"?"),
                target(
                        "address: a, ports: 1, runs: {process: x}",
                        "38: runs has no host: write \"runs: {on: client1}\", a host of hosts:"),
                target(
                        "address: a, ports: 1, runs: {on: client1, process: x, pid: 5}",
                        "38: process, pid and port each say which program it is: keep one"),
                target(
                        "address: a, ports: 1, runs: {on: client1, port: 0}",
                        "58: expected a whole number from 1 to 65535, got \"0\""),
                bad(
                        "target: {address: a, ports: 1, runs: {on: client7}}\nhosts: {client1: local}",
                        "2:8: \"client7\" is not one of the hosts"),
                target(
                        "address: a, ports: 1, keepalive: 30s",
                        "32: \"keepalive\" in target is for other talks than ping: remove it"),
                target("address: a, ports: 1, talk: reddis", "38: unknown talk \"reddis\", did you mean \"redis\"?"),
                target("address: a, ports: 1, tls: {trust: none.pem}", "45: trust: none.pem: no such file"),
                target(
                        "address: a, ports: 1, tls: {trust: pom.xml}",
                        "45: trust: pom.xml has no \"-----BEGIN \" in it: write it as PEM"),
                target(
                        "address: a, ports: 1, tls: {protocols: TLSv1.1}",
                        "49: expected TLSv1.3 or TLSv1.2, or a list of both, got \"TLSv1.1\""),
                target(
                        "address: a, ports: 1, tls: 5",
                        "37: expected keys (serverName, trust, verify, certificate, key, protocols, resumption), got \"5\""),
                target(
                        "address: a, ports: 1, proxy: v3",
                        "39: expected v1, v2 or {version: v2, from: 10.0.0.0/8}, got \"v3\""),
                target(
                        "address: a, ports: 1, proxy: {from: 10.0.0.0/33}",
                        "39: \"10.0.0.0/33\" is no range of addresses: write 10.0.0.0/8, or one address"),
                target("address: a, ports: 1, talk: by-hand", "38: unknown talk \"by-hand\", known are " + names),
                target(
                        "address: a, ports: 1, talk: {redis: {user: me}}",
                        "46: redis has no further keys: write \"talk: redis\""),
                target(
                        "address: a, ports: 1, talk: []",
                        "38: expected " + names + ", or exchanges such as {ping: {send: \"PING\\r\\n\","
                                + " expect: \"+PONG\\r\\n\"}}, got an empty list"),
                target(
                        "address: a, ports: 1, talk: {ping: {sent: x}}",
                        "46: unknown key \"sent\" in ping, did you mean \"send\"?"),
                target("address: a, ports: 1, talk: {ping: {}}", "45: neither send nor expect"),
                target(
                        "address: a, ports: 1, talk: {ping: {send: \u20ac}}",
                        "52: expected text whose characters are bytes: \"\\x10\\r\\n\" in double quotes, got \"\u20ac\""),
                target(
                        "address: a, ports: 1, talk: {ping: {expect: {length: 0}}}",
                        "63: expected a whole number from 1 to 1073741824, got \"0\""),
                bad(
                        "hosts: {client1: local}\nserver: {}\ntarget: {address: a, ports: 1}",
                        "2:1: \"server\" beside target: keep the one that hosts connect to"));
    }

    static Stream<Arguments> notAHostsFile() {
        return Stream.of(
                bad("", "1:1: " + NOTHING),
                bad("# only a comment\n", "1:1: " + NOTHING),
                bad(
                        "hello",
                        "1:1: expected keys (server, target, client, launch, transport, hosts, groups), got \"hello\""),
                bad(
                        "- client1",
                        "1:1: expected keys (server, target, client, launch, transport, hosts, groups), got a list"),
                bad("server: {backlog: 5}", "1:1: " + NO_HOSTS),
                bad("hosts:", "1:7: " + NO_HOSTS),
                bad("hosts: {}", "1:8: " + NO_HOSTS),
                bad("hosts: [client1]", "1:8: expected hosts such as \"client1: local\", got a list"),
                bad("hosts:\n  client1 local", "2:3: expected hosts such as \"client1: local\", got \"client1 local\""),
                bad(
                        "server: 5",
                        "1:9: expected keys (bind, address, ports, backlog, acceptors, autostart, on, workers, patience, keepalive, tls), got \"5\""),
                bad("client: [a]", "1:9: expected keys (interval, timeout, rate, active), got a list"),
                bad("x".repeat(2_000_000), "1:1: larger than 1 MiB: is this a hosts file?"));
    }

    static Stream<Arguments> keys() {
        return Stream.of(
                bad(
                        "server:\n  bind: 127.0.0.1\n  ports: 8989\n  bakclog: 5",
                        "4:3: unknown key \"bakclog\" in server, did you mean \"backlog\"?"),
                bad("sever: {}", "1:1: unknown key \"sever\", did you mean \"server\"?"),
                bad(
                        "zebra: {}",
                        "1:1: unknown key \"zebra\", known are server, target, client, launch, transport, hosts, groups"),
                client("delay: 5s", "10: unknown key \"delay\" in client, known are interval, timeout, rate, active"),
                host("h: {prot: 22}", "13: unknown key \"prot\" in h, did you mean \"port\"?"),
                bad(
                        "server:\n  ports: 1\n  ports: 2",
                        "3:3: duplicate key \"ports\", the first is in line 2: keep one"),
                bad(
                        "hosts: {a: local}\nhosts: {b: local}",
                        "2:1: duplicate key \"hosts\", the first is in line 1: keep one"),
                bad(
                        "hosts:\n  a: local\n  b: local\n  a: local",
                        "4:3: duplicate host \"a\", the first is in line 2: keep one"),
                bad(
                        "<<: {}",
                        "1:1: unknown key \"<<\", known are server, target, client, launch, transport, hosts, groups"));
    }

    static Stream<Arguments> serverValues() {
        return Stream.of(
                server("backlog: many", "19: " + WHOLE + "\"many\""),
                server("backlog: 0", "19: " + WHOLE + "\"0\""),
                server("backlog: 1000001", "19: " + WHOLE + "\"1000001\""),
                server("backlog: -5", "19: " + WHOLE + "\"-5\""),
                server("backlog: 1.5", "19: " + WHOLE + "\"1.5\""),
                server("backlog: 1e99", "19: " + WHOLE + "\"1e99\""),
                server("backlog: ", "18: " + WHOLE + "nothing"),
                server("backlog: [5]", "19: " + WHOLE + "a list"),
                server("backlog: {a: 5}", "19: " + WHOLE + "a mapping"),
                server("acceptors: 2000", "21: expected a whole number from 1 to 1024, got \"2000\""),
                server("ports: 70000", "17: " + PORT + "\"70000\""),
                server("ports: 8998-8989", "17: " + PORT + "\"8998-8989\""),
                server("ports: 0-5", "17: " + PORT + "\"0-5\""),
                server("ports: []", "17: " + PORT + "an empty list"),
                server("ports: [1, x]", "21: " + PORT + "\"x\""),
                server("ports: [1-5, 3]", "17: ports: \"3\" is listed twice"),
                server("bind: 127.0.0.256", "16: " + BIND + "\"127.0.0.256\""),
                server("bind: -x", "16: " + BIND + "\"-x\""),
                server(
                        "address: 0.0.0.0",
                        "19: expected an address or a host name, with :port where one is mapped, got \"0.0.0.0\""),
                server("autostart: no", "21: expected true or false, got \"no\""),
                server("workers: 0", "19: expected auto or a whole number from 1 to 1024, got \"0\""),
                server("patience: 5", "20: " + DURATION + "\"5\""),
                server("keepalive: no", "21: " + KEEPALIVE + "\"no\""),
                server("keepalive: 500ms", "21: " + KEEPALIVE + "\"500ms\""),
                server("keepalive: 2h", "21: " + KEEPALIVE + "\"2h\""),
                server("on: client2", "14: unknown host \"client2\", did you mean \"client1\"?"),
                server("on: zebra", "14: unknown host \"zebra\", known are client1"),
                bad(
                        "server: {bind: 0.0.0.0, on: c}\nhosts: {c: {command: [ssh, c]}}",
                        "1:29: how clients reach the server there is not known: add \"address: NAME\" to server"));
    }

    static Stream<Arguments> clientValues() {
        return Stream.of(
                client("interval: 5", "20: " + DURATION + "\"5\""),
                client("interval: 25h", "20: " + DURATION + "\"25h\""),
                client("timeout: 0s", "19: " + DURATION + "\"0s\""),
                client("rate: fast", "16: " + RATE + "\"fast\""),
                client("active: 0%", "18: " + PART + "\"0%\""),
                host("h: {active: 5}", "21: " + PART + "\"5\""),
                client("rate: 0", "16: " + RATE + "\"0\""),
                host("h: {rate: 11M}", "19: " + RATE + "\"11M\""));
    }

    static Stream<Arguments> hostValues() {
        return Stream.of(
                host("1a: local", "9: \"1a\"" + NAME),
                host("a b: local", "9: \"a b\"" + NAME),
                host("\"a\\nb\": local", "9: \"a?b\"" + NAME),
                host("all: local", "9: \"all\" means every host: choose another name"),
                host("h: ", "11: " + HOST + "nothing"),
                host("h: [a]", "12: " + HOST + "a list"),
                host("h: a b", "12: " + HOST + "\"a b\""),
                host("h: -oProxyCommand=x", "12: " + HOST + "\"-oProxyCommand=x\""),
                host("h: u@x:99999", "12: " + HOST + "\"u@x:99999\""),
                host("h: {ssh: x, command: [y]}", "21: \"command\" in h beside \"ssh\": keep one of them"),
                host("h: {launch: openssh}", "13: \"launch\" in h is for SSH: add \"ssh: HOST\" or remove it"),
                host("h: {transport: kqueue}", "24: expected auto, io_uring, epoll or nio, got \"kqueue\""),
                host("h: {ssh: x, launch: ssh}", "29: expected sshj or openssh, got \"ssh\""),
                host("h: {ssh: x:22, port: 23}", "24: \"port\" in h beside the port in \"ssh\": keep one of them"),
                host("h: {port: 22}", "13: \"port\" in h is for SSH: add \"ssh: HOST\" or remove it"),
                host("h: {ssh: x, hostKey: no}", "30: expected strict or accept-new, got \"no\""),
                host("h: {ssh: x, jump: a b}", "27: expected [user@]host[:port], got \"a b\""),
                host("h: {command: ssh x}", "22: " + COMMAND + "\"ssh x\""),
                host("h: {command: []}", "22: " + COMMAND + "an empty list"),
                host("h: {command: [a, [b]]}", "26: " + COMMAND + "a list"),
                host("h: {source: name}", "21: " + SOURCE + "\"name\""),
                host("h: {source: 10.0.0.9-10.0.0.1}", "21: " + SOURCE + "\"10.0.0.9-10.0.0.1\""),
                host("h: {source: 10.0.0.0-10.1.0.0}", "21: " + SOURCE + "\"10.0.0.0-10.1.0.0\""),
                host("h: {source: [10.0.0.2, 10.0.0.1-10.0.0.3]}", "21: source: \"10.0.0.2\" is listed twice"),
                host("h: {source: [10.0.0.0-10.0.255.255, 11.0.0.0]}", "45: too many in source: at most 65,536"),
                host(
                        "h: {source: 10.0.0.0-10.0.255.255}, i: {source: 11.0.0.0}",
                        "45: too many source addresses: at most 65536 in all hosts"),
                host(
                        "h: {jvm: -Xmx1g -Xss1m}",
                        "18: expected JVM flags as a list such as [-Xmx1g, -Xss256k], got \"-Xmx1g -Xss1m\""),
                host("h: {java: \"\"}", "19: expected the path of a file, got \"\""));
    }

    static Stream<Arguments> yaml() {
        return Stream.of(
                bad("server:\n\tports: 8989", "2:1: a tab; YAML indents with spaces"),
                bad("server:\n  backlog: 1\n\tports: 8989", "3:1: a tab; YAML indents with spaces"),
                bad("server:\n  \tports: 8989", "2:3: a tab; YAML indents with spaces"),
                bad(
                        "hosts:\n  a: local\n b: local",
                        "3:2: not in line with the lines above: keys of one section begin in one column"),
                bad("hosts:\n  a: local\n  b local\n  c: local", "3:3: a line without \":\": write key: value"),
                bad(
                        "hosts:\n  a: b: c",
                        "2:7: no \":\" can be here: check the indentation and the line above, or put the value in quotes"),
                bad("hosts: {a: local", "1:8: a mapping that is not closed: write \",\" between keys, \"}\" last"),
                bad(
                        "hosts: {a: {source: [1, 2}}",
                        "1:21: a list that is not closed: write \",\" between items, \"]\" last"),
                bad("hosts: {a: local}}", "1:18: this \"}\" closes nothing: remove it, or put the value in quotes"),
                bad("hosts: {a: 'x}", "1:12: a quote that is never closed"),
                bad("hosts: {a: @x}", "1:12: no value begins with this character: put it in quotes"),
                bad("hosts: {a: \"\\q\"}", "1:14: an unknown escape: write \"\\\\\" for a backslash, or single quotes"),
                bad("hosts: {a: [::1]:22}", "1:13: a value is missing; one with special characters needs quotes"),
                bad("server: {bind: *}", "1:16: \"&\" and \"*\" have a meaning in YAML: put the value in quotes"),
                bad("? [a]\n: b", "1:4: a key must be a plain word"),
                bad(
                        "hosts: {a: local}\n---\nhosts: {b: local}",
                        "3:1: a second document begins here: a hosts file is one, remove the \"---\" before it"),
                bad("hosts: &x {a: local}", "1:8: \"&x\" is an anchor" + REFERENCE),
                bad("hosts: {a: *x}", "1:12: \"*x\" is an alias" + REFERENCE),
                bad("hosts: !t {a: local}", "1:8: \"!t\" is a tag" + REFERENCE),
                bad("%YAML 9.9\n---\nhosts: {a: local}", "1:1: a line that begins with \"%\": remove it"),
                bad("hosts: {a: lo\u0000cal}", "1:14: a character that is no text (U+0000): remove it"),
                bad("a:\n  " + "[".repeat(100_000), "2:18: nested too deeply: a hosts file needs 4 levels"));
    }

    @ParameterizedTest
    @MethodSource({"notAHostsFile", "keys", "serverValues", "clientValues", "hostValues", "yaml", "aTarget", "manyHosts"
    })
    void aMistakeIsAnsweredInOneLineWithItsPlaceAndWhatWouldBeRight(String text, String message) {
        assertThatExceptionOfType(HostsFileException.class)
                .isThrownBy(() -> HostsFile.parse("hosts.yaml", text))
                .withMessage("%s", message);
    }
}
