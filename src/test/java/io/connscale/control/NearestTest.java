package io.connscale.control;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class NearestTest {
    private static final List<String> KNOWN = List.of(
            "backlog",
            "bind",
            "on",
            "address",
            "acceptors",
            "count",
            "connections",
            "start",
            "stop",
            "knownHosts",
            "client1");

    @ParameterizedTest
    @CsvSource({
        "bakclog, backlog", // two neighbours swapped
        "backlo, backlog",
        "addres, address",
        "adress, address",
        "acceptorss, acceptors",
        "BIND, bind",
        "known_hosts, knownHosts",
        "no, on",
        "client, client1",
        "conn, connections", // the beginning of a long word is near it
        "strat, start",
        "stp, stop",
    })
    void aMistypedWordIsAnsweredWithTheOneThatWasMeant(String typed, String meant) {
        assertThat(Nearest.word(typed, KNOWN)).contains(meant);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "c", "x", "zebra", "frobnicate", "connectionsconnectionsconnections"})
    void aWordThatIsNearNoneIsAnsweredWithNone(String typed) {
        assertThat(Nearest.word(typed, KNOWN)).isEmpty();
    }

    @Test
    void theNearestWinsAndOfEquallyNearOnesTheFirst() {
        assertThat(Nearest.word("client2", List.of("client11", "client1", "client3")))
                .contains("client1");
    }

    @Test
    void aVeryLongLineIsAnsweredAtOnce() {
        assertThat(Nearest.word("x".repeat(1_000_000), List.of("x".repeat(1_000_000))))
                .isEmpty();
    }

    @Test
    void noKnownWordsNoAnswer() {
        assertThat(Nearest.word("start", List.of())).isEmpty();
    }
}
