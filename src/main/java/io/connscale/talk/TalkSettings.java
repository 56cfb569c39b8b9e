package io.connscale.talk;

import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Which talk, as {@code hosts.yaml} says it and as it goes over the wire.
 *
 * @param name of its {@link Talk.Kind}
 * @param options those of the kind that are given
 * @param open what is said once after connecting, by hand
 * @param ping what is said each interval, by hand
 * @param keepaliveMillis a silent connection's peer is asked by the kernel this often whether it is there, milliseconds; null: never
 * @param host the name of the agent's host, for <code>{host}</code> and for what says who we are; null: not known yet
 */
public record TalkSettings(
        String name,
        SortedMap<String, String> options,
        List<Exchange> open,
        List<Exchange> ping,
        @Nullable Long keepaliveMillis,
        @Nullable String host) {
    /** Exchanges by hand, in {@link #open()} and in {@link #ping()} each. */
    public static final int MAX_EXCHANGES = 16;

    public TalkSettings {
        options = Collections.unmodifiableSortedMap(new TreeMap<>(options));
        open = List.copyOf(open);
        ping = List.copyOf(ping);
    }

    /** A preset. */
    public static TalkSettings of(String name, Map<String, String> options) {
        return new TalkSettings(name, new TreeMap<>(options), List.of(), List.of(), null, null);
    }

    /** By hand. */
    public static TalkSettings of(List<Exchange> open, List<Exchange> ping) {
        return new TalkSettings(ByHand.NAME, new TreeMap<>(), open, ping, null, null);
    }

    public TalkSettings withKeepalive(long millis) {
        return new TalkSettings(name, options, open, ping, millis, host);
    }

    public TalkSettings from(String hostName) {
        return new TalkSettings(name, options, open, ping, keepaliveMillis, hostName);
    }

    /** The host's name, or a word for it. */
    String who() {
        return host == null ? "agent" : host;
    }
}
