package io.connscale.kernel;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * {@code /proc/net/tcp} and {@code tcp6}. The kernel lists the listening sockets first, and of each as {@code rx_queue} how
 * many connections wait to be accepted (tcp_ipv4.c, get_tcp4_sock): reading ends with them, for the rest may be a million
 * lines.
 */
final class TcpTable {
    private static final String LISTEN = "0A";
    private static final String SYN_RECEIVED = "03";
    private static final int MOST_LISTENING = 10_000;

    private TcpTable() {}

    /** One socket of the table: the columns that we look at. */
    private record Row(String local, String state, String queues) {
        static Row of(String line) {
            String[] words = line.strip().split("\\s+", 6);
            return words.length < 6 ? new Row("", "", "") : new Row(words[1], words[3], words[4]);
        }

        AcceptQueue acceptQueue() {
            int colon = local.indexOf(':');
            return new AcceptQueue(
                    address(local.substring(0, colon)),
                    Integer.parseInt(local.substring(colon + 1), 16),
                    Long.parseLong(queues.substring(queues.indexOf(':') + 1), 16));
        }
    }

    /** The accept queues of the listening sockets; none where it can't be read. */
    static List<AcceptQueue> listening(Path file) {
        List<AcceptQueue> queues = new ArrayList<>();
        try (BufferedReader reader = Files.newBufferedReader(file)) {
            reader.readLine(); // the headings
            String line = reader.readLine();
            while (line != null && queues.size() < MOST_LISTENING) {
                Row row = Row.of(line);
                if (!row.state.equals(LISTEN)) {
                    break;
                }
                queues.add(row.acceptQueue());
                line = reader.readLine();
            }
        } catch (IOException | RuntimeException e) { // a line that is none of this kernel's
            return List.copyOf(queues);
        }
        return queues;
    }

    /** How many sockets are in SYN-RECEIVED, among the first {@code mostLines}; {@link Facts#UNKNOWN} where it can't be read. */
    static long synReceived(Path file, long mostLines) {
        try (BufferedReader reader = Files.newBufferedReader(file)) {
            long found = 0;
            reader.readLine();
            String line = reader.readLine();
            for (long n = 0; line != null && n < mostLines; n++) {
                found += Row.of(line).state.equals(SYN_RECEIVED) ? 1 : 0;
                line = reader.readLine();
            }
            return found;
        } catch (IOException e) {
            return Facts.UNKNOWN;
        }
    }

    /** Words of 32 bits in the machine's order of bytes (little-endian wherever this runs), in hexadecimal. */
    private static String address(String hex) {
        List<Integer> bytes = new ArrayList<>();
        for (int word = 0; word < hex.length(); word += 8) {
            for (int at = word + 6; at >= word; at -= 2) {
                bytes.add(Integer.parseInt(hex.substring(at, at + 2), 16));
            }
        }
        if (bytes.size() == 4) {
            return bytes.stream().map(String::valueOf).collect(Collectors.joining("."));
        }
        return IntStream.range(0, bytes.size() / 2)
                .mapToObj(i -> Integer.toHexString(bytes.get(2 * i) << 8 | bytes.get(2 * i + 1)))
                .collect(Collectors.joining(":"))
                .replaceFirst("(^|:)0(:0)+(:|$)", "::");
    }
}
