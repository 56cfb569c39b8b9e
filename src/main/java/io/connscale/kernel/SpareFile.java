package io.connscale.kernel;

import java.io.FileInputStream;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * One descriptor of this process, kept so that its facts can be read when it has no other left: then above all they are
 * wanted. Whoever reads one file at a time gives it back meanwhile.
 */
final class SpareFile {
    private static @Nullable FileInputStream spare = open();

    private SpareFile() {}

    private static @Nullable FileInputStream open() {
        try {
            return new FileInputStream("/dev/null");
        } catch (IOException e) {
            return null; // none is left already, or there is no such system
        }
    }

    /** There is one descriptor more, until {@link #take()}; somebody else may be quicker. */
    static synchronized void give() {
        if (spare != null) {
            try {
                spare.close();
            } catch (IOException e) {
                spare = null; // it is gone either way
            }
        }
    }

    static synchronized void take() {
        spare = open();
    }
}
