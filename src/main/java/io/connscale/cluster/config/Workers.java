package io.connscale.cluster.config;

import io.connscale.control.Quantity;

/**
 * The most processes on a machine.
 *
 * @param max 1 to {@value #MAX}, or 0 for auto: as many as the connections need files for
 */
public record Workers(int max) {
    public static final int MAX = 1024;
    public static final Workers AUTO = new Workers(0);

    public Workers {
        Checks.inRange("workers", max, 0, MAX);
    }

    static Workers parse(String text) {
        return text.equals("auto") ? AUTO : new Workers(Math.toIntExact(Quantity.count(text)));
    }

    public boolean auto() {
        return max == 0;
    }

    @Override
    public String toString() {
        return auto() ? "auto" : Integer.toString(max);
    }
}
