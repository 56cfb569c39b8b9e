package io.connscale.cluster.config;

import io.connscale.cluster.config.Node.Place;
import java.io.Serial;
import java.util.function.Supplier;

/** What is wrong in the file and where, on its way up to {@link HostsFile}, which alone knows the file's name. */
final class Fault extends RuntimeException {
    @Serial
    private static final long serialVersionUID = 1;

    private final transient Place place;

    Fault(Place place, String message) {
        super(message);
        this.place = place;
    }

    Place place() {
        return place;
    }

    String message() {
        return String.valueOf(getMessage());
    }

    /** What {@code make} returns; where a record refuses its values, the fault is at {@code place}. */
    static <T> T at(Place place, Supplier<T> make) {
        try {
            return make.get();
        } catch (IllegalArgumentException e) {
            throw new Fault(place, String.valueOf(e.getMessage()));
        }
    }
}
