package io.connscale.cluster.config;

import io.connscale.control.Quantity;

/**
 * The most processes on a machine.
 *
 * @param most 1 to {@value #MOST}, or 0 for auto: as many as the connections need files for
 */
public record Workers(int most) {
    public static final int MOST = 1024;
    public static final Workers AUTO = new Workers(0);

    public Workers {
        Checks.inRange("workers", most, 0, MOST);
    }

    static Workers parse(String text) {
        return text.equals("auto") ? AUTO : new Workers(Math.toIntExact(Quantity.count(text)));
    }

    public boolean auto() {
        return most == 0;
    }

    @Override
    public String toString() {
        return auto() ? "auto" : Integer.toString(most);
    }
}
