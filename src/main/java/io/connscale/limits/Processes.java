package io.connscale.limits;

import io.connscale.kernel.Costs;
import io.connscale.kernel.Fact;
import io.connscale.kernel.Facts;

/**
 * The processes of one end at one place: an agent and its workers, or the server and its processes.
 *
 * @param files descriptors each may have open ({@code RLIMIT_NOFILE}); {@link Facts#UNLIMITED}: any number, {@link Facts#UNKNOWN}
 * @param max how many processes there may be, 1 at least
 * @param running how many there are now
 * @param held connections that they have already
 * @param ownFiles descriptors that one has open beside its connections, or keeps free
 */
public record Processes(long files, int max, int running, long held, long ownFiles) {
    /** One process, of which nothing is known. */
    public static final Processes NONE = new Processes(Facts.UNKNOWN, 1, 1, 0, 0);

    public Processes {
        if (max < 1) {
            throw new IllegalArgumentException("at least one process");
        }
    }

    /**
     * As one of them tells it. An agent and the console raise the soft limit of descriptors to the hard one.
     *
     * @param heldThere connections of the process that told {@code facts}; unknown where it tells nothing of them
     */
    public static Processes of(Facts facts, int max, int running, long held, long heldThere) {
        boolean told = heldThere != Facts.UNKNOWN && facts.get(Fact.OPEN_FILES) > heldThere;
        long open = told ? facts.get(Fact.OPEN_FILES) - heldThere : Costs.PROCESS_FILES;
        return new Processes(
                facts.get(Fact.HARD_FILES),
                max,
                running,
                held,
                max == 1 ? open : Costs.PROCESS_FILES + Costs.RESERVED_FILES);
    }

    /** Connections that one of them can have. */
    long each() {
        return files == Facts.UNLIMITED ? Facts.UNLIMITED : Math.max(0, files - ownFiles);
    }

    /** Connections that all of them can have, those held included. */
    long all() {
        return each() > Long.MAX_VALUE / max ? Long.MAX_VALUE : each() * max;
    }

    /** How many processes are to be started for {@code more} connections; they may be more than {@link #max}. */
    long toStart(double more) {
        if (files == Facts.UNKNOWN) {
            return 0;
        }
        double needed = Math.max(1, Math.ceil((held + more) / Math.max(1, each())));
        return Math.max(0, (long) needed - running);
    }
}
