package io.connscale.kernel;

import java.io.BufferedReader;
import java.io.EOFException;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.StringReader;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * {@code /proc/net/tcp} and {@code tcp6}. The kernel lists the listening sockets first, and of each as {@code rx_queue} how
 * many connections wait to be accepted (tcp_ipv4.c, get_tcp4_sock); the rest may be a million lines, and is read only where
 * it is asked for.
 */
final class TcpTable {
    private static final String LISTEN = "0A";
    private static final int MAX_LISTENING = 10_000;

    /** Bytes: the first some 400 sockets of the table. */
    static final int BEGINNING = 64 << 10;

    /** Of a line with IPv6 addresses; what a read of the table leaves of a page is less. */
    private static final int MAX_LINE = 256;
    /** The kernel writes the table by its own pages: this is the smallest there is. */
    private static final int PAGE = 4 << 10;

    private TcpTable() {}

    /**
     * The table as it is read once through. Each read gives a page of it; the last one less. The kernel goes on after the socket that it has told last, but
     * whoever asks once more after the last one is told whatever lies behind as many sockets as there were (tcp_ipv4.c: tcp_seq_start,
     * tcp_get_idx): where the table has grown meanwhile, those at its end again. So nobody asks.
     */
    static InputStream open(Path file) throws IOException {
        return new FilterInputStream(Files.newInputStream(file)) {
            private int page = PAGE;
            private boolean ended;

            @Override
            public int read(byte[] buffer, int offset, int length) throws IOException {
                int n = ended ? -1 : super.read(buffer, offset, length);
                page = Math.max(page, n);
                ended = n < length && n < page - MAX_LINE;
                return n;
            }
        };
    }

    /** A listening socket and its number in {@code /proc/PID/fd}. */
    record Listener(AcceptQueue queue, long inode) {}

    /**
     * All sockets, counted.
     *
     * @param synReceived handshakes that are not finished
     * @param suspect by local port: established ones whose peer has left a segment or a probe unanswered
     */
    record Counts(long synReceived, Map<Integer, Long> suspect) {
        Counts plus(Counts other) {
            Map<Integer, Long> sum = new HashMap<>(suspect);
            other.suspect.forEach((port, n) -> sum.merge(port, n, Long::sum));
            return new Counts(synReceived + other.synReceived, sum);
        }
    }

    /** The listening sockets; none where there is no such table (no IPv6, say), empty where it can't be read. */
    static Optional<List<Listener>> listening(Path file) {
        try (BufferedReader reader = Files.newBufferedReader(file)) {
            return Optional.of(listening(reader, false));
        } catch (NoSuchFileException e) {
            return Optional.of(List.of());
        } catch (IOException | RuntimeException e) { // no descriptor left, or a line that is none of this kernel's
            return Optional.empty();
        }
    }

    /** The same of the beginning of the table; empty where it does not have all of them. */
    static Optional<List<Listener>> listening(String beginning) {
        String lines = beginning.substring(0, beginning.lastIndexOf('\n') + 1);
        try (BufferedReader reader = new BufferedReader(new StringReader(lines))) {
            return lines.isEmpty() ? Optional.empty() : Optional.of(listening(reader, beginning.length() >= BEGINNING));
        } catch (IOException | RuntimeException e) {
            return Optional.empty();
        }
    }

    /** @param cut whether the last line is not the table's last */
    private static List<Listener> listening(BufferedReader reader, boolean cut) throws IOException {
        List<Listener> found = new ArrayList<>();
        reader.readLine(); // the headings
        String line = reader.readLine();
        while (line != null && found.size() < MAX_LISTENING) {
            String[] words = line.strip().split("\\s+", -1);
            if (words.length < 10 || !words[3].equals(LISTEN)) {
                return found;
            }
            found.add(listener(words));
            line = reader.readLine();
        }
        if (cut) {
            throw new EOFException("there may be more");
        }
        return found;
    }

    private static Listener listener(String[] words) {
        String local = words[1];
        String queues = words[4];
        int colon = local.indexOf(':');
        AcceptQueue queue = new AcceptQueue(
                address(local.substring(0, colon)),
                Integer.parseInt(local.substring(colon + 1), 16),
                Long.parseLong(queues.substring(queues.indexOf(':') + 1), 16));
        return new Listener(queue, Long.parseLong(words[9]));
    }

    /**
     * Counts all sockets, at some 5 million lines a second besides what the kernel takes to write them.
     *
     * @param end by {@link System#nanoTime()}: later it gives up
     * @return empty where the table can't be read, or not in time: a part of it would be no number of anything
     */
    static Optional<Counts> counts(Path file, long end) {
        return scan(file, new Scan(List.of()), end).map(scan -> new Counts(scan.synReceived, scan.suspect));
    }

    /**
     * Connections at some ports of this end.
     *
     * @param established also those that wait to be accepted
     * @param accepted of them: only these have a file, and so a number of it
     */
    record Held(long established, long accepted) {}

    /**
     * How many are established at some ports of this end, IPv4 and IPv6; empty where that is not known, or not in time.
     *
     * @param net the folder of {@code tcp} and {@code tcp6}
     */
    static Optional<Held> held(Path net, List<Integer> ports, long end) {
        if (!Files.exists(net.resolve("tcp"))) {
            return Optional.empty(); // hidden
        }
        return scan(net.resolve("tcp"), new Scan(ports), end)
                .flatMap(four -> scan(net.resolve("tcp6"), new Scan(ports), end)
                        .map(six -> new Held(four.established + six.established, four.accepted + six.accepted)));
    }

    /** All of the table; nothing of one that is not there. */
    private static Optional<Scan> scan(Path file, Scan scan, long end) {
        byte[] buffer = new byte[1 << 16];
        try (InputStream in = open(file)) {
            int n = in.read(buffer);
            while (n >= 0) {
                if (System.nanoTime() - end > 0) {
                    return Optional.empty();
                }
                for (int i = 0; i < n; i++) {
                    scan.take(buffer[i]);
                }
                n = in.read(buffer);
            }
            return Optional.of(scan);
        } catch (NoSuchFileException e) {
            return Optional.of(scan);
        } catch (IOException e) {
            return Optional.empty();
        }
    }

    /** Reads byte by byte, since splitting a million lines takes seconds. Of each column the part behind its last colon counts. */
    private static final class Scan {
        private static final int LOCAL = 1;
        private static final int PEER = 2;
        private static final int STATE = 3;
        /** {@code retrnsmt}: how often the oldest segment that is not acknowledged was sent again. */
        private static final int AGAIN = 6;
        /** {@code timeout}: probes, keep-alive's too, without an answer. */
        private static final int PROBES = 8;

        private static final int INODE = 9;

        private static final int ESTABLISHED = 1;
        private static final int SYN_RECEIVED = 3;

        /** Of those told last. A table that ends with a page may be asked once more, see {@link #open}: who is told again is counted once. */
        private static final int RECENT_BITS = 12;
        /** Whose hashes begin alike push out the oldest of so many: a few hundred are told again, and among those hardly ever as many. */
        private static final int ALIKE = 4;

        private static final long GOLDEN_RATIO = 0x9E3779B97F4A7C15L;
        private static final long FNV_PRIME = 0x100000001b3L;

        private final long[] recent = new long[ALIKE << RECENT_BITS];
        /** A hash of the addresses and ports of both ends. */
        private long key;

        private final Map<Integer, Long> suspect = new HashMap<>();
        private long synReceived;
        /** Ports of which the established ones are counted. */
        private final BitSet counted = new BitSet();

        private long established;
        private long accepted;
        private long inode;

        private boolean headings = true;
        private int column = -1;
        private boolean inside;
        private long value;
        private int port;
        private long state;
        private long unanswered;

        Scan(List<Integer> ports) {
            ports.forEach(counted::set);
        }

        void take(byte b) {
            if (b == '\n') {
                endOfColumn();
                endOfLine();
            } else if (b == ' ') {
                endOfColumn();
            } else {
                if (!inside) {
                    inside = true;
                    column++;
                    value = 0;
                }
                value = b == ':' ? 0 : value << 4 | Math.max(0, Character.digit(b, 16));
                if (column == LOCAL || column == PEER) {
                    key = (key ^ b) * FNV_PRIME;
                }
            }
        }

        private void endOfColumn() {
            if (inside) {
                inside = false;
                switch (column) {
                    case LOCAL -> port = (int) value;
                    case STATE -> state = value;
                    case INODE -> inode = value; // decimal, but not nought is not nought
                    case AGAIN, PROBES -> unanswered |= value;
                    default -> {} // nothing that is looked at
                }
            }
        }

        private void endOfLine() {
            if (!headings && (state == SYN_RECEIVED || state == ESTABLISHED) && isNew()) {
                count();
            }
            headings = false;
            column = -1;
            state = 0;
            unanswered = 0;
            key = 0;
        }

        private boolean isNew() {
            int first = ALIKE * (int) ((key * GOLDEN_RATIO) >>> (64 - RECENT_BITS));
            for (int i = 0; i < ALIKE; i++) {
                if (recent[first + i] == key) {
                    return false;
                }
            }
            System.arraycopy(recent, first, recent, first + 1, ALIKE - 1);
            recent[first] = key;
            return true;
        }

        private void count() {
            if (state == SYN_RECEIVED) {
                synReceived++;
            } else if (unanswered != 0) {
                suspect.merge(port, 1L, Long::sum);
            }
            if (state == ESTABLISHED && counted.get(port)) {
                established++;
                accepted += inode == 0 ? 0 : 1;
            }
        }
    }

    /** Words of 32 bits in the machine's order of bytes (little-endian wherever this runs), in hexadecimal. */
    private static String address(String hex) {
        ByteBuffer bytes = ByteBuffer.allocate(hex.length() / 2).order(ByteOrder.nativeOrder());
        for (int word = 0; word < hex.length(); word += 8) {
            bytes.putInt(Integer.parseUnsignedInt(hex.substring(word, word + 8), 16));
        }
        return address(bytes.array());
    }

    /** As {@code ss} writes it. */
    static String address(byte[] bytes) {
        if (bytes.length == 4) {
            return IntStream.range(0, 4)
                    .mapToObj(i -> String.valueOf(Byte.toUnsignedInt(bytes[i])))
                    .collect(Collectors.joining("."));
        }
        return IntStream.range(0, bytes.length / 2)
                .mapToObj(i -> Integer.toHexString(
                        Byte.toUnsignedInt(bytes[2 * i]) << 8 | Byte.toUnsignedInt(bytes[2 * i + 1])))
                .collect(Collectors.joining(":"))
                .replaceFirst("(^|:)0(:0)+(:|$)", "::");
    }
}
