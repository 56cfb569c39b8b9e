package io.connscale.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import io.connscale.control.AgentException;
import io.connscale.control.NameRanges;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.CharRange;
import net.jqwik.api.constraints.Chars;
import net.jqwik.api.constraints.StringLength;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** HOST as it is typed. */
class HostPatternTest {
    private static final List<String> NAMES = List.of("client1", "client2", "client10", "db", "web-a", "web-c");

    private static List<String> select(String... words) throws AgentException {
        return HostPattern.select(List.of(words), NAMES);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "cl|client1 client2 client10 db web-a web-c",
                "client1,|client1,client2 client1,client10 client1,db client1,web-a client1,web-c",
                "client[1-2],d|client[1-2],client10 client[1-2],db client[1-2],web-a client[1-2],web-c",
                "nobody,d|nobody,client1 nobody,client2 nobody,client10 nobody,db nobody,web-a nobody,web-c",
                "client[|client[1 client[2",
                "client[1|client[1] client[2",
                "client[1,|client[1,2 client[1,10",
                "client[1,10|client[1,2 client[1,10]",
                "client[2-|client[2-10]",
                "db,client[2,|db,client[2,1 db,client[2,10",
                "client1,client[|client1,client[2",
                "client*!c|client*!client1 client*!client2 client*!client10",
            })
    void whatIsTypedIsCompleted(String typed, String completions) {
        assertThat(HostPattern.completions(typed, NAMES)).containsExactly(completions.split(" ", -1));
    }

    @Test
    void whereNoNumberFitsNothingIsOffered() {
        for (String typed : List.of("web-[", "client[a-", "client[10-", "none[1,", "client[1-2,", "[")) {
            assertThat(HostPattern.completions(typed, NAMES)).as(typed).noneMatch(word -> word.contains("]"));
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "client1|client1",
                "all|client1 client2 client10 db web-a web-c",
                "*|client1 client2 client10 db web-a web-c",
                "client*|client1 client2 client10",
                "*1*|client1 client10",
                "client?|client1 client2",
                "??|db",
                "client[1-4]|client1 client2",
                "client[2-10]|client2 client10",
                "client[01-02]|client1 client2",
                "client[12]|client1 client2",
                "client[1,10]|client1 client10",
                "client[2,9-12]|client2 client10",
                "web-[a,c]|web-a web-c",
                "web-[a-b,c]|web-a web-c",
                "[db,web-a]|db web-a",
                "db,client1|db client1",
                "client1,|client1",
                "client[1,2],web-*|client1 client2 web-a web-c",
                "web-[a-b]|web-a",
                "web-[ac]|web-a web-c",
                "[cd]*|client1 client2 client10 db",
                "client1[0-9]|client10",
                "*****|client1 client2 client10 db web-a web-c",
            })
    void aWordMeansTheNamesThatItMatches(String word, String names) throws AgentException {
        assertThat(select(word)).containsExactly(names.split(" ", -1));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "all!client1|client2 client10 db web-a web-c",
                "client*!client[1-2]|client10",
                "client*!client1!client2|client10",
                "client*&*1*|client1 client10",
                "client[1-2]^client[2-10]|client1 client10",
                "db,client*!client10|db client1 client2",
                "@web|web-a web-c",
                "@*|client1 client2 client10 db web-a web-c",
                "@all!@web|client1 client2 client10 db",
                "@most|web-a web-c client1 client2 client10",
                "client[0-10/2]|client2 client10",
                "client[10]|client10",
            })
    void operatorsAndGroupsAreThoseOfClusterShell(String word, String names) throws AgentException {
        HostPattern pattern =
                new HostPattern(NAMES, Map.of("web", List.of("web-*"), "most", List.of("@web", "client[1-20]")));
        assertThat(pattern.select(List.of(word))).containsExactly(names.split(" ", -1));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "client1!|pattern \"client1!\" lacks a host beside its \"!\"",
                "!client1|pattern \"!client1\" lacks a host beside its \"!\"",
                "client1!&client2|pattern \"client1!&client2\" lacks a host beside its \"!\"",
                "client1!client1|pattern \"client1!client1\" leaves no host",
                "@web|no group \"@web\" in hosts.yaml",
                "all!clinet1|no host \"clinet1\" in hosts.yaml",
            })
    void whatIsWrongBesideAnOperatorIsSaid(String word, String message) {
        assertThatThrownBy(() -> select(word)).hasMessage(message);
    }

    @Test
    void aGroupThatContainsItselfIsSaid() {
        HostPattern pattern = new HostPattern(NAMES, Map.of("a", List.of("@b"), "b", List.of("@a")));
        assertThatThrownBy(() -> pattern.select(List.of("@a"))).hasMessageEndingWith(" contains itself");
    }

    @Test
    void aNumberOfTwoDigitsIsThatNumberWhereThereIsOne() throws AgentException {
        assertThat(HostPattern.select(List.of("h[12]"), List.of("h1", "h2", "h12")))
                .containsExactly("h12");
        assertThat(HostPattern.select(List.of("h[01-02]"), List.of("h1", "h01", "h02")))
                .containsExactly("h01", "h02");
    }

    @Test
    void eachNameIsMeantOnceInTheOrderOfTheWords() throws AgentException {
        assertThat(select("db", "client*", "client1", "all"))
                .containsExactly("db", "client1", "client2", "client10", "web-a", "web-c");
    }

    @Test
    void aBracketThatIsNeverClosedIsSaid() {
        assertThatThrownBy(() -> select("client[1-")).hasMessage("pattern \"client[1-\" lacks its \"]\"");
    }

    @Test
    void aRangeMatchesLeadingZeros() throws AgentException {
        assertThat(HostPattern.select(List.of("h[1-2]"), List.of("h01", "h2", "h003")))
                .containsExactly("h01", "h2");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "clinet1|did you mean client1?",
                "client]|did you mean client1?",
                "client[4-3]|the hosts are client1, client2, client10, db, web-a, web-c",
                "client[]|did you mean client1?",
                "client[,]|did you mean client1?",
                ",|the hosts are client1, client2, client10, db, web-a, web-c",
                "xyzzy*|the hosts are client1, client2, client10, db, web-a, web-c",
                "al|did you mean all?",
                "''|the hosts are client1, client2, client10, db, web-a, web-c",
            })
    void aWordThatMeansNothingIsAnsweredWithWhatWasMeant(String word, String hint) {
        assertThatThrownBy(() -> select(word))
                .hasMessage("no host \"" + word + "\" in hosts.yaml")
                .asInstanceOf(InstanceOfAssertFactories.type(AgentException.class))
                .extracting(AgentException::hint)
                .isEqualTo(hint);
    }

    @Test
    void ofSeveralTheOneThatMeansNothingIsNamed() {
        assertThatThrownBy(() -> select("client1,clinet2"))
                .hasMessage("no host \"clinet2\" in hosts.yaml")
                .asInstanceOf(InstanceOfAssertFactories.type(AgentException.class))
                .extracting(AgentException::hint)
                .isEqualTo("did you mean client2?");
    }

    @Test
    void ofManyHostsTheHintNamesOnlySome() {
        List<String> many =
                java.util.stream.IntStream.range(0, 1000).mapToObj(i -> "h" + i).toList();
        assertThatThrownBy(() -> HostPattern.select(List.of("nothing-like-it"), many))
                .asInstanceOf(InstanceOfAssertFactories.type(AgentException.class))
                .extracting(AgentException::hint)
                .asString()
                .hasSizeLessThan(100)
                .endsWith(", …");
    }

    /** "start node[1,3,…] brings it back" was what the console said, and no host when it was typed. */
    @Test
    void whatIsSaidOfSomeHundredHostsCanBeTyped() throws Exception {
        List<String> names =
                IntStream.rangeClosed(1, 400).mapToObj(n -> "node" + n).toList();
        List<String> odd =
                IntStream.range(0, 200).mapToObj(n -> "node" + (2 * n + 1)).toList();
        assertThat(HostPattern.select(List.of(NameRanges.fold(odd)), names)).isEqualTo(odd);
    }

    @Test
    void noPatternTakesLong() {
        List<String> names = java.util.Collections.nCopies(100, "a".repeat(63));
        assertTimeoutPreemptively(
                Duration.ofSeconds(20),
                () -> assertThatThrownBy(() -> HostPattern.select(List.of("*a".repeat(99) + "b"), names))
                        .isInstanceOf(AgentException.class));
        for (int many : new int[] {900, 2_000}) {
            assertTimeoutPreemptively(
                    Duration.ofSeconds(20),
                    () -> assertThatThrownBy(() -> HostPattern.select(List.of("*a".repeat(many)), names))
                            .isInstanceOf(AgentException.class));
        }
    }

    /** Whatever is typed matches some, or is an error in words. */
    @Property(tries = 300)
    void anyTextIsAnswered(
            @ForAll
                    @StringLength(max = 12)
                    @Chars({'*', '?', '[', ']', '-', '\\', '(', '.', '|', '9'})
                    @CharRange(from = 'a', to = 'e')
                    String word) {
        try {
            assertThat(select(word)).isNotEmpty().isSubsetOf(NAMES);
        } catch (AgentException e) {
            assertThat(e.message())
                    .isIn("no host \"" + word + "\" in hosts.yaml", "pattern \"" + word + "\" lacks its \"]\"");
            assertThat(e.hint()).isNotEmpty();
        }
    }
}
