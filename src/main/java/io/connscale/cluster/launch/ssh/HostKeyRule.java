package io.connscale.cluster.launch.ssh;

/** What to do with an unknown host key. There is no rule that takes a changed one. */
enum HostKeyRule {
    /** Ask the user; where there is nobody, refuse. */
    ASK,
    REFUSE,
    /** Take and remember it. */
    ACCEPT
}
