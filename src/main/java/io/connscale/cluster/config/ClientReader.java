package io.connscale.cluster.config;

import java.util.List;

/** What connections do: {@code client:}, and the same keys of a host. */
final class ClientReader {
    static final List<String> KEYS = List.of("interval", "timeout", "rate");

    private ClientReader() {}

    /** @param otherwise what counts where {@code section} says nothing */
    static ClientConfig read(Section section, ClientConfig otherwise) {
        return new ClientConfig(
                section.get("interval", Kind.DURATION, otherwise.interval()),
                section.get("timeout", Kind.DURATION, otherwise.timeout()),
                section.get("rate", Kind.RATE, otherwise.rate()));
    }
}
