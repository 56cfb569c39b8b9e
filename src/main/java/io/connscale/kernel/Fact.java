package io.connscale.kernel;

import static io.connscale.kernel.Fact.Kind.COUNTER;
import static io.connscale.kernel.Fact.Kind.LIMIT;
import static io.connscale.kernel.Fact.Kind.NOW;

import java.util.Collections;
import java.util.EnumSet;
import java.util.Set;

/**
 * A number of the kernel that bears on connections, under the kernel's own name: sysctl's (column n of its file as
 * {@code [n]}), {@code nstat}'s, that of proc(5) or of the cgroup's file. Bytes where it is memory, unless said otherwise.
 */
public enum Fact {
    SOFT_FILES(LIMIT, "RLIMIT_NOFILE.soft"),
    HARD_FILES(LIMIT, "RLIMIT_NOFILE.hard"),
    SOFT_PROCESSES(LIMIT, "RLIMIT_NPROC.soft"),
    /** Descriptors that this process has open; from Linux 6.2 on, where {@code /proc/self/fd} has a size. */
    OPEN_FILES(NOW, "self.fd"),
    MAX_FILES_A_PROCESS(LIMIT, "fs.nr_open"),
    FILES_IN_USE(NOW, "fs.file-nr"),
    MAX_FILES(LIMIT, "fs.file-max"),
    FIRST_PORT(LIMIT, "net.ipv4.ip_local_port_range[0]"),
    LAST_PORT(LIMIT, "net.ipv4.ip_local_port_range[1]"),
    /** How many ports of the range are kept from being given out by themselves. */
    RESERVED_PORTS(LIMIT, "net.ipv4.ip_local_reserved_ports"),
    SOMAXCONN(LIMIT, "net.core.somaxconn"),
    SYN_BACKLOG(LIMIT, "net.ipv4.tcp_max_syn_backlog"),
    ABORT_ON_OVERFLOW(LIMIT, "net.ipv4.tcp_abort_on_overflow"),
    SYNACK_RETRIES(LIMIT, "net.ipv4.tcp_synack_retries"),
    SYN_RETRIES(LIMIT, "net.ipv4.tcp_syn_retries"),
    SYNCOOKIES(LIMIT, "net.ipv4.tcp_syncookies"),
    TW_REUSE(LIMIT, "net.ipv4.tcp_tw_reuse"),
    MAX_TIME_WAIT(LIMIT, "net.ipv4.tcp_max_tw_buckets"),
    MAX_ORPHANS(LIMIT, "net.ipv4.tcp_max_orphans"),
    /** Pages of data that all TCP sockets may hold; above the second of the three they are asked to hold less. */
    TCP_MEMORY_PRESSURE(LIMIT, "net.ipv4.tcp_mem[1]"),
    TCP_MEMORY_MAX(LIMIT, "net.ipv4.tcp_mem[2]"),
    RECEIVE_BUFFER_MIN(LIMIT, "net.ipv4.tcp_rmem[0]"),
    RECEIVE_BUFFER(LIMIT, "net.ipv4.tcp_rmem[1]"),
    SEND_BUFFER_MIN(LIMIT, "net.ipv4.tcp_wmem[0]"),
    SEND_BUFFER(LIMIT, "net.ipv4.tcp_wmem[1]"),
    /** There only where connection tracking is loaded. */
    CONNTRACK_MAX(LIMIT, "net.netfilter.nf_conntrack_max"),
    CONNTRACK_IN_USE(NOW, "net.netfilter.nf_conntrack_count"),
    CONNTRACK_DROPPED(COUNTER, "nf_conntrack.drop"),
    CONNTRACK_DROPPED_EARLY(COUNTER, "nf_conntrack.early_drop"),
    CONNTRACK_INSERT_FAILED(COUNTER, "nf_conntrack.insert_failed"),
    THREADS_MAX(LIMIT, "kernel.threads-max"),
    PIDS_MAX(LIMIT, "kernel.pid_max"),
    /** Threads of the whole machine. */
    THREADS(NOW, "threads"),
    /** Of the process that was asked. */
    PID(NOW, "pid"),
    /** Of a process that this one has started and that is stopped (state T, proc(5)); there only where one is. */
    STOPPED_CHILD(NOW, "stopped.pid"),
    /** The user that the process runs as. */
    UID(NOW, "uid"),
    /** Threads of this user, as far as they can be seen; there only where {@link #SOFT_PROCESSES} binds it: root is exempt. */
    USER_THREADS(NOW, "uid.threads"),
    CGROUP_MEMORY_MAX(LIMIT, "memory.max"),
    /** Without the page cache that the kernel gives back first ({@code inactive_file}). */
    CGROUP_MEMORY(NOW, "memory.current"),
    /** Above it the kernel holds processes up and takes memory back; there only where a group has it. */
    CGROUP_MEMORY_HIGH(LIMIT, "memory.high"),
    /** Of the group that has it, which may be another one. */
    CGROUP_MEMORY_OF_HIGH(NOW, "memory.high.current"),
    /** How often processes of that group were held up since it was exceeded. */
    HELD_UP_FOR_MEMORY(COUNTER, "memory.high.events"),
    /** Processes of the control group that the kernel killed for want of memory. */
    OOM_KILLS(COUNTER, "memory.oom_kill"),
    /** The same of the whole machine. */
    OOM_KILLS_OF_MACHINE(COUNTER, "vmstat.oom_kill"),
    /** Microseconds of CPU per second that the control group may have. */
    CPU_QUOTA(LIMIT, "cpu.max"),
    /** Periods in which the group ran, and of these the ones in which it was stopped since its quota was used up. */
    CPU_PERIODS(COUNTER, "cpu.nr_periods"),
    CPU_THROTTLED(COUNTER, "cpu.nr_throttled"),
    /** Nanoseconds that it was stopped for, added up over the CPUs. */
    CPU_THROTTLED_TIME(COUNTER, "cpu.throttled_time"),
    CGROUP_PIDS_MAX(LIMIT, "pids.max"),
    CGROUP_PIDS(NOW, "pids.current"),
    MEMORY(LIMIT, "MemTotal"),
    MEMORY_AVAILABLE(NOW, "MemAvailable"),
    SWAP(LIMIT, "SwapTotal"),
    SWAP_FREE(NOW, "SwapFree"),
    CPUS(LIMIT, "cpus"),
    /** Nanoseconds that this process's event loops ran, all together. */
    LOOPS_RAN(COUNTER, "loops.run"),
    /** Nanoseconds that they could have run and had to wait for a CPU. */
    LOOPS_WAITED(COUNTER, "loops.wait"),
    LOOPS(NOW, "loops"),
    /** 1 where handshakes are made by BoringSSL, 0 where by the JDK's engine; there only where there is TLS. */
    TLS_NATIVE(NOW, "tls.native"),
    /** 1 where further workers are event loops of the process, with files of their own; absent where they are processes. */
    WORKERS_ARE_LOOPS(NOW, "workers.loops"),
    /** Whom the kernel gives no ring of io_uring: 1: who has no privilege; 2: nobody. */
    RINGS_DISABLED(LIMIT, "kernel.io_uring_disabled"),
    /** 1 where io_uring was asked for, and the kernel or a sandbox refuses it. */
    RING_REFUSED(NOW, "io_uring.refused"),
    /** Milliseconds since the machine began. */
    UPTIME(COUNTER, "uptime"),
    LISTEN_OVERFLOWS(COUNTER, "TcpExtListenOverflows"),
    LISTEN_DROPS(COUNTER, "TcpExtListenDrops"),
    SYN_QUEUE_DROPS(COUNTER, "TcpExtTCPReqQFullDrop"),
    SYN_COOKIES_SENT(COUNTER, "TcpExtTCPReqQFullDoCookies"),
    SYN_RETRANSMITS(COUNTER, "TcpExtTCPSynRetrans"),
    ABORT_ON_MEMORY(COUNTER, "TcpExtTCPAbortOnMemory"),
    TIMEOUTS(COUNTER, "TcpExtTCPTimeouts"),
    RETRANSMITS(COUNTER, "TcpRetransSegs"),
    ATTEMPT_FAILS(COUNTER, "TcpAttemptFails"),
    RESETS(COUNTER, "TcpEstabResets"),
    RESETS_SENT(COUNTER, "TcpOutRsts"),
    /** In this network namespace, IPv4. */
    SOCKETS(NOW, "sockstat.TCP.inuse"),
    SOCKETS6(NOW, "sockstat.TCP6.inuse"),
    ORPHANS(NOW, "sockstat.TCP.orphan"),
    TIME_WAIT(NOW, "sockstat.TCP.tw"),
    ALLOCATED(NOW, "sockstat.TCP.alloc"),
    /** Pages that hold data of TCP sockets, of the whole machine. */
    TCP_MEMORY(NOW, "sockstat.TCP.mem"),
    /** Handshakes whose last ACK has not come or was not taken; counted only when asked for. */
    SYN_RECEIVED(NOW, "SYN-RECEIVED");

    /** What the number is: set by somebody, true now, or growing since the machine (or the namespace) began. */
    public enum Kind {
        LIMIT,
        NOW,
        COUNTER
    }

    /** Limits that every Linux has, so that one that is not known could not be read. */
    static final Set<Fact> ALWAYS_THERE = Collections.unmodifiableSet(EnumSet.of(
            HARD_FILES,
            SOFT_PROCESSES,
            MAX_FILES_A_PROCESS,
            MAX_FILES,
            FIRST_PORT,
            SOMAXCONN,
            SYN_BACKLOG,
            TCP_MEMORY_MAX,
            THREADS_MAX,
            PIDS_MAX,
            MEMORY_AVAILABLE));

    /** Counters of time that passed: nothing happened as often as they grow. */
    static final Set<Fact> TIMES = Collections.unmodifiableSet(EnumSet.of(LOOPS_RAN, LOOPS_WAITED, UPTIME));

    private final Kind kind;
    private final String kernelName;

    Fact(Kind kind, String kernelName) {
        this.kind = kind;
        this.kernelName = kernelName;
    }

    public Kind kind() {
        return kind;
    }

    public String kernelName() {
        return kernelName;
    }

    /** Whether {@code sysctl} has it. */
    boolean isSetting() {
        return kernelName.startsWith("net.") || kernelName.startsWith("fs.") || kernelName.startsWith("kernel.");
    }

    /** The name without its column, as {@code sysctl} takes it. */
    public String setting() {
        return kernelName.replaceFirst("\\[\\d]$", "");
    }
}
