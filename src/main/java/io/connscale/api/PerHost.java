package io.connscale.api;

import io.connscale.control.Answers;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What each of several hosts answered, or why it did not: one host that fails takes nothing from the others.
 *
 * @param done by host's name, in the order in which they were named
 * @param failed the same
 */
public record PerHost<T>(Map<String, T> done, Map<String, ConnscaleException> failed) {
    public PerHost {
        done = Collections.unmodifiableMap(new LinkedHashMap<>(done));
        failed = Collections.unmodifiableMap(new LinkedHashMap<>(failed));
    }

    static <T> PerHost<T> of(Answers.Each<T> answers) {
        Map<String, ConnscaleException> failed = new LinkedHashMap<>();
        answers.failed().forEach((host, why) -> failed.put(host, ConnscaleException.of(why)));
        return new PerHost<>(answers.done(), failed);
    }

    /** Of the one host that was asked. */
    T only() {
        for (ConnscaleException why : failed.values()) {
            throw why;
        }
        return done.values().iterator().next();
    }
}
