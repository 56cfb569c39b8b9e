package io.connscale.net;

import io.netty.channel.unix.Errors.NativeIoException;
import java.net.NoRouteToHostException;
import java.nio.channels.AlreadyConnectedException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.NotYetConnectedException;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The system's name for what went wrong ({@code EMFILE}), out of what Netty and the JDK make of it. Both ends count
 * their errors by it; for any thread.
 */
public final class Errno {
    /** Where the connection was closed before the call, and no error of the system is known. */
    public static final String CLOSED = "closed";

    private static final int MAX_DEPTH = 10;
    /** What Netty's native connect writes into a ConnectException, which has no number of its own. */
    private static final Pattern NUMBER = Pattern.compile("error\\(-(\\d{1,9})\\)");

    /** asm-generic/errno-base.h and errno.h of Linux: x86_64 and aarch64 both use the generic numbers. */
    private static final Map<Integer, String> NUMBERS = Map.ofEntries(
            Map.entry(1, "EPERM"),
            Map.entry(4, "EINTR"),
            Map.entry(9, "EBADF"),
            Map.entry(11, "EAGAIN"),
            Map.entry(12, "ENOMEM"),
            Map.entry(13, "EACCES"),
            Map.entry(22, "EINVAL"),
            Map.entry(23, "ENFILE"),
            Map.entry(24, "EMFILE"),
            Map.entry(32, "EPIPE"),
            Map.entry(71, "EPROTO"),
            Map.entry(97, "EAFNOSUPPORT"),
            Map.entry(98, "EADDRINUSE"),
            Map.entry(99, "EADDRNOTAVAIL"),
            Map.entry(100, "ENETDOWN"),
            Map.entry(101, "ENETUNREACH"),
            Map.entry(103, "ECONNABORTED"),
            Map.entry(104, "ECONNRESET"),
            Map.entry(105, "ENOBUFS"),
            Map.entry(106, "EISCONN"),
            Map.entry(107, "ENOTCONN"),
            Map.entry(110, "ETIMEDOUT"),
            Map.entry(111, "ECONNREFUSED"),
            Map.entry(112, "EHOSTDOWN"),
            Map.entry(113, "EHOSTUNREACH"));

    private record Sentence(String start, String name) {}

    /** What nio gives instead of a number: strerror(3)'s English, by its beginning, and a few of the JDK's own. */
    private static final List<Sentence> SENTENCES = List.of(
            new Sentence("unable to create native thread", "EAGAIN"), // before "out of memory", which stands in it too
            new Sentence("connection refused", "ECONNREFUSED"),
            new Sentence("connection reset", "ECONNRESET"),
            new Sentence("connection timed out", "ETIMEDOUT"),
            new Sentence("broken pipe", "EPIPE"),
            new Sentence("cannot assign requested address", "EADDRNOTAVAIL"),
            new Sentence("address already in use", "EADDRINUSE"),
            new Sentence("too many open files in system", "ENFILE"),
            new Sentence("too many open files", "EMFILE"),
            new Sentence("no buffer space available", "ENOBUFS"),
            new Sentence("cannot allocate memory", "ENOMEM"),
            new Sentence("out of memory", "ENOMEM"),
            new Sentence("network is unreachable", "ENETUNREACH"),
            new Sentence("network is down", "ENETDOWN"),
            new Sentence("no route to host", "EHOSTUNREACH"),
            new Sentence("host is down", "EHOSTDOWN"),
            new Sentence("permission denied", "EACCES"),
            new Sentence("operation not permitted", "EPERM"),
            new Sentence("software caused connection abort", "ECONNABORTED"),
            new Sentence("resource temporarily unavailable", "EAGAIN"),
            new Sentence("address family not supported", "EAFNOSUPPORT"),
            new Sentence("protocol error", "EPROTO"),
            new Sentence("invalid argument", "EINVAL"),
            new Sentence("bad file descriptor", "EBADF"));

    private Errno() {}

    /** Does nothing but have this class loaded, and what it asks: it is there to say that no file is left, and could not be read then. */
    static void load() {
        TlsFailure.load();
    }

    /**
     * {@code EMFILE}, {@code ECONNREFUSED}, …; {@value #CLOSED}; {@code errno 84} where the number has no name here; the
     * exception's class where there is no number. Never a sentence: it is a key to count by.
     */
    public static String name(Throwable thrown) {
        Throwable deepest = thrown;
        Throwable at = thrown;
        for (int depth = 0; at != null && depth < MAX_DEPTH; depth++, at = at.getCause()) {
            String name = ofOne(at);
            if (name != null) {
                return name;
            }
            deepest = at;
        }
        String simple = deepest.getClass().getSimpleName();
        return simple.isEmpty() ? deepest.getClass().getName() : simple;
    }

    private static @Nullable String ofOne(Throwable thrown) {
        if (thrown instanceof TlsFailure tls) {
            return tls.words();
        }
        if (thrown instanceof NativeIoException e) {
            return ofNumber(Math.abs(e.expectedErr()));
        }
        String said = ofMessage(thrown.getMessage());
        return said == null ? ofClass(thrown) : said;
    }

    static String ofNumber(int number) {
        return NUMBERS.getOrDefault(number, "errno " + number);
    }

    private static @Nullable String ofMessage(@Nullable String message) {
        if (message == null) {
            return null;
        }
        Matcher number = NUMBER.matcher(message);
        return number.find() ? ofNumber(Integer.parseInt(number.group(1))) : ofSentence(message);
    }

    private static @Nullable String ofSentence(String message) {
        String lower = message.toLowerCase(Locale.ROOT);
        for (Sentence sentence : SENTENCES) {
            if (lower.contains(sentence.start())) {
                return sentence.name();
            }
        }
        return null;
    }

    /** Netty's native connect throws NoRouteToHostException without a word for ENETUNREACH too: the commoner one is said. */
    private static @Nullable String ofClass(Throwable thrown) {
        if (thrown instanceof ClosedChannelException) {
            return CLOSED;
        }
        if (thrown instanceof NoRouteToHostException) {
            return "EHOSTUNREACH";
        }
        if (thrown instanceof AlreadyConnectedException) {
            return "EISCONN";
        }
        return thrown instanceof NotYetConnectedException ? "ENOTCONN" : null;
    }
}
