package io.connscale.kernel.diagnosis;

import java.util.Locale;

/** What an address means, as far as its text shows it; a name means nothing here. */
final class Addresses {
    private Addresses() {}

    /** Whether it is the machine itself, whichever machine that is. */
    static boolean loopback(String address) {
        return address.matches("127(\\.\\d{1,3}){3}") || address.equals("::1") || address.equals("localhost");
    }

    /** {@code fe80::/10}. */
    static boolean linkLocal(String address) {
        return address.toLowerCase(Locale.ROOT).matches("fe[89ab][0-9a-f]:.*");
    }
}
