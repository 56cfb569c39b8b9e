package io.connscale.kernel.doctor;

import io.connscale.kernel.plan.Costs;

/**
 * What a machine is to do.
 *
 * @param backlog connections that may wait to be accepted at each port, as asked for; 0 where it is no server
 * @param tuples pairs of a source address and a server's port, each of which has all ephemeral ports; 0 for the server
 * @param bytesEach memory of a connection here, kernel and process together
 */
public record Role(int backlog, long tuples, long bytesEach) {
    public static Role server(int backlog) {
        return new Role(backlog, 0, Costs.SOCKET + Costs.IN_SERVER);
    }

    /** An agent's. */
    public static Role client(long tuples) {
        return new Role(0, tuples, Costs.SOCKET + Costs.IN_AGENT);
    }

    boolean server() {
        return tuples == 0;
    }
}
