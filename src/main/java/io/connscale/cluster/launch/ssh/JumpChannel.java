package io.connscale.cluster.launch.ssh;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import net.schmizz.sshj.common.SSHException;
import net.schmizz.sshj.common.SSHPacket;
import net.schmizz.sshj.connection.Connection;
import net.schmizz.sshj.connection.channel.ChannelInputStream;
import net.schmizz.sshj.connection.channel.direct.DirectConnection;
import net.schmizz.sshj.transport.TransportException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A channel of a jump host to the next one. SSHJ's own, closed while data comes, takes the jump host's connection with it. */
final class JumpChannel extends DirectConnection {
    private static final Logger log = LoggerFactory.getLogger(JumpChannel.class);

    private final Ear ear;
    private volatile boolean deaf;

    JumpChannel(Connection jump, Hop to, Ear ear) {
        super(jump, to.address(), to.port());
        this.ear = ear;
    }

    @Override
    public InputStream getInputStream() {
        return new FilterInputStream(ear.on(super.getInputStream())) {
            @Override
            public void close() throws IOException {
                deaf = true;
                super.close();
            }
        };
    }

    @Override
    protected void receiveInto(ChannelInputStream stream, SSHPacket packet) throws SSHException {
        if (!deaf) {
            super.receiveInto(stream, packet);
        }
    }

    /** Closes it without waiting for the jump host's consent. */
    void drop() {
        deaf = true;
        try {
            if (isOpen()) {
                sendClose();
            }
        } catch (TransportException e) {
            log.debug("closing a channel through a jump host", e); // it is gone, and the channel with it
        }
    }
}
