package io.connscale.kernel;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * The sockets of this network namespace that have to do with one port, at either end, as {@code /proc/net/tcp} and {@code tcp6} list
 * them (net/ipv4/tcp_ipv4.c: get_tcp4_sock, get_openreq4, get_timewait4_sock). Where both ends of a connection are of this
 * namespace, each has a row of its own: what its kernel believes.
 */
public final class PortSockets {
    /** A socket that the kernel does not know (any more). */
    public static final String NONE = "none";

    public static final String ESTABLISHED = "ESTABLISHED";
    public static final String SYN_RECEIVED = "SYN-RECEIVED";
    public static final String LISTEN = "LISTEN";

    /** include/net/tcp_states.h; the names are RFC 9293's. */
    private static final Map<String, String> STATES = Map.ofEntries(
            Map.entry("01", ESTABLISHED),
            Map.entry("02", "SYN-SENT"),
            Map.entry("03", SYN_RECEIVED),
            Map.entry("04", "FIN-WAIT-1"),
            Map.entry("05", "FIN-WAIT-2"),
            Map.entry("06", "TIME-WAIT"),
            Map.entry("07", "CLOSED"),
            Map.entry("08", "CLOSE-WAIT"),
            Map.entry("09", "LAST-ACK"),
            Map.entry("0A", LISTEN),
            Map.entry("0B", "CLOSING"));

    /** A USER_HZ, in which the kernel tells times: 100 a second on every machine that this runs on. */
    private static final double TICKS = 100;

    private PortSockets() {}

    /**
     * One socket, or a handshake of a listening one.
     *
     * @param state RFC 9293's name
     * @param sending bytes sent or to be sent that are not acknowledged
     * @param receiving bytes that nobody has read; of a listening socket the connections that nobody has accepted
     * @param retries how often the oldest segment was sent again since it was last acknowledged; of a handshake, its SYN-ACK
     * @param timerSeconds until it is sent again, or forgotten; -1: no timer runs
     */
    public record Row(
            int localPort,
            int peerPort,
            String state,
            long sending,
            long receiving,
            long retries,
            double timerSeconds) {}

    /**
     * The rows of {@code port}, as local or as peer's. Takes a second for some million sockets.
     *
     * @throws IOException where the table can't be read
     */
    public static List<Row> of(int port) throws IOException {
        Path net = Path.of("/proc/net");
        List<Row> rows = new ArrayList<>(of(net.resolve("tcp"), port));
        if (Files.exists(net.resolve("tcp6"))) {
            rows.addAll(of(net.resolve("tcp6"), port));
        }
        return rows;
    }

    static List<Row> of(Path table, int port) throws IOException {
        String written = String.format(Locale.ROOT, ":%04X ", port);
        List<Row> rows = new ArrayList<>();
        try (BufferedReader reader =
                new BufferedReader(new InputStreamReader(TcpTable.open(table), StandardCharsets.US_ASCII))) {
            for (String line = reader.readLine(); line != null; line = reader.readLine()) {
                if (line.contains(written)) {
                    row(line)
                            .filter(row -> row.localPort == port || row.peerPort == port)
                            .ifPresent(rows::add);
                }
            }
        }
        return rows;
    }

    private static Optional<Row> row(String line) {
        String[] words = line.strip().split("\\s+", -1);
        if (words.length < 7 || !STATES.containsKey(words[3])) {
            return Optional.empty();
        }
        boolean timer = !before(words[5]).equals("00");
        return Optional.of(new Row(
                (int) hexadecimal(behind(words[1])),
                (int) hexadecimal(behind(words[2])),
                STATES.get(words[3]),
                hexadecimal(before(words[4])),
                hexadecimal(behind(words[4])),
                hexadecimal(words[6]),
                timer ? hexadecimal(behind(words[5])) / TICKS : -1));
    }

    private static String before(String pair) {
        return pair.substring(0, Math.max(0, pair.lastIndexOf(':')));
    }

    private static String behind(String pair) {
        return pair.substring(pair.lastIndexOf(':') + 1);
    }

    /** A timer that is overdue may be told as a huge number. */
    private static long hexadecimal(String word) {
        return word.length() > 8 ? 0 : Long.parseLong(word, 16);
    }
}
