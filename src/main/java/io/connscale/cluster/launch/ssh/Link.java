package io.connscale.cluster.launch.ssh;

import java.io.IOException;
import net.schmizz.sshj.SSHClient;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A server that is connected to, over its line. */
record Link(Hop hop, Line line, SSHClient client) {
    private static final Logger log = LoggerFactory.getLogger(Link.class);

    /** Says good-bye; where nobody listens any more it may wait until the line is cut. */
    void disconnect() {
        try {
            client.disconnect();
        } catch (IOException | RuntimeException e) {
            log.debug("disconnecting from {}", hop.place(), e);
        }
        line.release();
    }
}
