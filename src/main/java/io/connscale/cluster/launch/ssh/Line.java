package io.connscale.cluster.launch.ssh;

import java.io.IOException;
import net.schmizz.sshj.SSHClient;

/** The bytes to and from one SSH server: a TCP connection, or a channel through a jump host. Used for one attempt. */
interface Line {
    /** Connects, and shakes hands as far as the host key is checked. Blocks; {@link #cut} from another thread ends it. */
    void connect(SSHClient client) throws IOException;

    /** Whether the other end was there, whatever it said then. */
    boolean connected();

    Ear ear();

    /** Lets go of it when its client has disconnected. */
    void release();

    /** Cuts it, at once, with all that it goes through. Whatever waits on it fails. Any thread. */
    void cut();
}
