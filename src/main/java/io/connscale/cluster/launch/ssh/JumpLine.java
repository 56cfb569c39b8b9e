package io.connscale.cluster.launch.ssh;

import java.io.IOException;
import net.schmizz.sshj.SSHClient;

/** A channel through a jump host, which connects to the server for us (OpenSSH's ProxyJump). */
final class JumpLine implements Line {
    /** SSHJ resolves the name that it is given, to name a thread; only the jump host may know the real one. */
    private static final String NO_NAME = "127.0.0.1";

    private final Link jump;
    private final Hop hop;
    private final JumpChannel channel;
    private final Ear ear = new Ear();
    private volatile boolean connected;

    JumpLine(Link jump, Hop hop) {
        this.jump = jump;
        this.hop = hop;
        this.channel = new JumpChannel(jump.client().getConnection(), hop, ear);
    }

    @Override
    public void connect(SSHClient client) throws IOException {
        channel.open();
        connected = true;
        client.connectVia(channel, NO_NAME, hop.port());
    }

    @Override
    public boolean connected() {
        return connected;
    }

    @Override
    public Ear ear() {
        return ear;
    }

    /** The jump host stays connected to, for another attempt. */
    @Override
    public void release() {
        channel.drop();
    }

    @Override
    public void cut() {
        jump.line().cut();
    }
}
