package io.connscale.limits;

import io.connscale.kernel.Costs;
import io.connscale.kernel.Fact;
import io.connscale.kernel.Facts;
import io.connscale.kernel.ForeignServer;
import io.connscale.kernel.WorkerBound;
import org.jspecify.annotations.Nullable;

/**
 * The processes of one end at one place: an agent and its workers, or the server and its processes.
 *
 * @param files descriptors each may have open ({@code RLIMIT_NOFILE}); {@link Facts#UNLIMITED}: any number, {@link Facts#UNKNOWN}
 * @param max how many processes there may be, 1 at least
 * @param running how many there are now
 * @param held connections that they have already
 * @param ownFiles descriptors that one has open beside its connections, or keeps free
 * @param filesEach descriptors of a connection: 1, or more where somebody else's server opens further ones for it, as a proxy does
 * @param ours whether more of them can be started; somebody else's server is as many as it is
 * @param loops whether those that are started are event loops of the first one, with as many files each
 */
public record Processes(
        long files, int max, int running, long held, long ownFiles, double filesEach, boolean ours, boolean loops) {
    /** One process, of which nothing is known. */
    public static final Processes NONE = new Processes(Facts.UNKNOWN, 1, 1, 0, 0);

    public Processes {
        if (max < 1) {
            throw new IllegalArgumentException("at least one process");
        }
    }

    /** Ours. */
    public Processes(long files, int max, int running, long held, long ownFiles) {
        this(files, max, running, held, ownFiles, 1, true, false);
    }

    /**
     * Of somebody else's server.
     *
     * @param filesEach descriptors that each connection was found to take; null: not known yet
     */
    public static Processes of(ForeignServer server, @Nullable Double filesEach) {
        int sharing = server.sharing();
        Long established = server.established();
        double each = Math.max(1, filesEach == null ? 1 : filesEach);
        long held = established == null ? 0 : established;
        ForeignServer.Member fullest = server.fullest().orElse(null);
        Long open = fullest == null ? null : fullest.files();
        Long max = fullest == null ? null : fullest.maxFiles();
        long own = open == null || established == null
                ? Costs.PROCESS_FILES
                : Math.max(0, Math.round(open - held * each / sharing));
        return new Processes(max == null ? Facts.UNKNOWN : max, sharing, sharing, held, own, each, false, false);
    }

    /**
     * As one of them tells it. An agent and the console raise the soft limit of descriptors to the hard one.
     *
     * @param heldThere connections of the process that told {@code facts}; unknown where it tells nothing of them
     */
    public static Processes of(Facts facts, int max, int running, long held, long heldThere) {
        boolean told = heldThere != Facts.UNKNOWN && facts.get(Fact.OPEN_FILES) > heldThere;
        long open = told ? facts.get(Fact.OPEN_FILES) - heldThere : Costs.PROCESS_FILES;
        long files = facts.get(Fact.HARD_FILES);
        long own = max == 1 ? open : Costs.PROCESS_FILES + Costs.RESERVED_FILES;
        boolean loops = facts.get(Fact.WORKERS_ARE_LOOPS) == 1;
        long most = loops && files >= 0 ? 1 + WorkerBound.loops(Math.max(0, files - own), held) : max;
        return new Processes(files, (int) Math.max(running, Math.min(max, most)), running, held, own, 1, true, loops);
    }

    /** Connections that one of them can have. */
    long each() {
        return files == Facts.UNLIMITED ? Facts.UNLIMITED : (long) (Math.max(0, files - ownFiles) / filesEach);
    }

    /** Connections that all of them can have, those held included. */
    long all() {
        return each() > Long.MAX_VALUE / max ? Long.MAX_VALUE : each() * max;
    }

    /** Memory of a further one, beside its connections', bytes. */
    long bytesOfOne() {
        return Costs.bytesOfWorker(loops);
    }

    /** Threads of a further one. */
    int threadsOfOne() {
        return Costs.threadsOfWorker(loops);
    }

    /** How many processes are to be started for {@code more} connections; they may be more than {@link #max}. */
    long toStart(double more) {
        if (files == Facts.UNKNOWN || !ours) {
            return 0;
        }
        double needed = Math.max(1, Math.ceil((held + more) / Math.max(1, each())));
        return Math.max(0, (long) needed - running);
    }
}
