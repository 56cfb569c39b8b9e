package io.connscale.console;

import java.util.Locale;

/** The form of answers: {@code -o table|json|csv}. */
public enum Format {
    TABLE,
    JSON,
    CSV;

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
