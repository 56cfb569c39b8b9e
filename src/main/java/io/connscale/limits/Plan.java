package io.connscale.limits;

import io.connscale.kernel.Facts;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Will so many more connections fit: what each limit says of them.
 *
 * @param wanted connections in all
 * @param allowances of each limit, also of those that could not be read
 * @param paces what bounds how fast they come up
 */
public record Plan(long wanted, List<Allowance> allowances, List<Pace> paces) {
    /**
     * What bounds how fast connections come up, not how many.
     *
     * @param name as a program knows it
     * @param numbers by name, for a program; what is not known is null
     * @param fits whether they come up as fast as asked; null: not known
     * @param narrow whether it is too little for any path that is worth the name, where {@code fits} is not known
     * @param text in one line; empty where it is wide enough
     * @param fix what makes it wide enough
     */
    public record Pace(
            String name,
            Map<String, @Nullable Object> numbers,
            @Nullable Boolean fits,
            boolean narrow,
            String text,
            String fix) {}

    /** Connections; more than any limit is asked for. */
    static final long MAX = 1_000_000_000_000L;

    public Plan {
        allowances = List.copyOf(allowances);
        paces = List.copyOf(paces);
    }

    /** The limit that is reached first, by how much of what is asked of it it allows; empty where all fit. */
    public Optional<Allowance> first() {
        return allowances.stream().filter(row -> row.part() < 1).min(Comparator.comparingDouble(Allowance::part));
    }

    /**
     * Ports that are free, and those that will be once they are out of TIME-WAIT.
     *
     * @param free for so many more connections
     * @param waiting in TIME-WAIT
     */
    public record Ports(long free, long waiting) {}

    /** Of the sources that have the fewest; empty where that is unknown. */
    public Optional<Ports> ports() {
        return allowances.stream()
                .filter(Allowance::known)
                .flatMap(row -> row.numbers().get("timeWait") instanceof Long waiting
                        ? Stream.of(new Ports(row.allows(), waiting))
                        : Stream.empty())
                .min(Comparator.comparingLong(Ports::free));
    }

    /** The limits that could not be read. */
    public List<Allowance> unknown() {
        return allowances.stream().filter(row -> !row.known()).toList();
    }

    /** What would have processes killed, as far as the other limits let it come to that. */
    public Optional<Allowance> killing() {
        return allowances.stream()
                .filter(row -> row.kills() != null && row.kills().test(this::most))
                .findFirst();
    }

    /** The most connections that this end can come to have by all limits but those that kill; the server's are those of every host. */
    private long most(End end) {
        return allowances.stream()
                .filter(row -> row.binds(end))
                .mapToLong(Allowance::allows)
                .min()
                .orElse(Facts.UNLIMITED);
    }
}
