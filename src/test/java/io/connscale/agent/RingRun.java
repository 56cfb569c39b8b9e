package io.connscale.agent;

import java.util.ArrayList;
import java.util.List;

/** A ring with its clock in our hands: it is woken exactly when it is due, as a loop with no other work would. */
final class RingRun {
    final PingRing ring;
    long now;

    RingRun(long interval, long timeout) {
        this(0, interval, timeout, 0);
    }

    RingRun(int phase, long interval, long timeout, long now) {
        this.now = now;
        this.ring = new PingRing(phase, interval, timeout, now);
    }

    /** A connection of the ring that remembers when it was pinged, and answers at once where {@code answers}. */
    final class Node extends RingNode {
        final List<Long> pings = new ArrayList<>();
        final List<Long> timeouts = new ArrayList<>();
        boolean answers = true;
        boolean fails;

        long since = now;

        @Override
        long since() {
            return since;
        }

        @Override
        boolean ping() {
            pings.add(now);
            if (fails) {
                ring.remove(this);
            }
            return !fails;
        }

        @Override
        void timedOut() {
            timeouts.add(now);
            ring.remove(this);
        }
    }

    Node add() {
        Node node = new Node();
        ring.add(node, now);
        return node;
    }

    List<Node> add(int count) {
        List<Node> nodes = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            nodes.add(add());
        }
        return nodes;
    }

    /** To {@code to}, stopping at each moment at which the ring is due, and answering there for those that do. */
    void runTo(long to, List<Node> nodes) {
        while (ring.due() <= to) {
            advanceTo(Math.max(now, ring.due()), nodes);
        }
        advanceTo(to, nodes);
    }

    private void advanceTo(long to, List<Node> nodes) {
        now = to;
        ring.advance(now, false);
        answer(nodes);
    }

    void answer(List<Node> nodes) {
        for (Node node : nodes) {
            if (node.answers) {
                ring.answered(node);
            }
        }
    }
}
