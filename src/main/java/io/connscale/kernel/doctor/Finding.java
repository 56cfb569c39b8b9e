package io.connscale.kernel.doctor;

import io.connscale.kernel.Remedy;

/**
 * One thing that stops connections, or spoils what is measured.
 *
 * @param limit its name, the kernel's where it has one
 * @param value what it is now
 * @param stops what it stops, in a few words
 * @param at at how many connections; {@value #NO_NUMBER} where that is no number
 * @param now the command that changes it until the next restart
 * @param forGood what changes it for good
 * @param root whether that needs root
 */
public record Finding(String limit, String value, String stops, long at, String now, String forGood, boolean root) {
    public static final long NO_NUMBER = -1;

    /** Of a setting of sysctl(8), which root alone may write. */
    static Finding sysctl(String setting, String value, String stops, long at, String better) {
        return of(setting, value, stops, at, Remedy.sysctl(setting, better));
    }

    /** Of a limit that root alone may raise. */
    static Finding of(String limit, String value, String stops, long at, Remedy remedy) {
        return new Finding(limit, value, stops, at, remedy.now(), remedy.forGood(), true);
    }
}
