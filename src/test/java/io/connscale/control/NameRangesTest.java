package io.connscale.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.connscale.control.NameRanges.Said;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Names in short, as ClusterShell's nodeset expands and folds them. */
class NameRangesTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "client1|client1",
                "node[1-3]|node1 node2 node3",
                "node[8-10,15]|node8 node9 node10 node15",
                "node[08-10]|node08 node09 node10",
                "node[0-30/10]|node0 node10 node20 node30",
                "r[1-2]n[1-2]|r1n1 r1n2 r2n1 r2n2",
                "web-[a,b]|web-a web-b",
                "n[1-2].rack|n1.rack n2.rack",
            })
    void whatIsWrittenInShortIsExpanded(String text, String names) {
        assertThat(NameRanges.expand(text, 100)).containsExactly(names.split(" ", -1));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "node1 node2 node3|node[1-3]",
                "node1 node3|node[1,3]",
                "node10 node9 node8 node15|node[8-10,15]",
                "node08 node09 node10|node[08-10]",
                "node1 node01|node1,node01",
                "r1n1 r1n2 r2n1 r2n2|r[1-2]n[1-2]",
                "r1n1 r1n2 r2n1|r1n[1-2],r2n1",
                "db client2 client1|db,client[1-2]",
                "client1|client1",
                "node1 node1|node1",
            })
    void namesAreFolded(String names, String text) {
        assertThat(NameRanges.fold(List.of(names.split(" ", -1)))).isEqualTo(text);
    }

    /** Whatever hosts there are, what they are folded to means just these. */
    @Property(tries = 200)
    void whatIsFoldedExpandsToTheSame(
            @ForAll @Size(min = 1, max = 60) List<@IntRange(max = 130) Integer> numbers,
            @ForAll @IntRange(min = 1, max = 4) int width) {
        Set<String> names = new LinkedHashSet<>();
        numbers.forEach(n -> names.add(String.format("r%dn%0" + width + "d", n % 3, n)));
        List<String> expanded = new ArrayList<>();
        for (String part : NameRanges.fold(names).split(",(?![^\\[]*])", -1)) {
            expanded.addAll(NameRanges.expand(part, 1000));
        }
        assertThat(expanded).containsExactlyInAnyOrderElementsOf(names);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "node[1-|\"node[1-\" has a bracket that is not closed",
                "node]|\"node]\" has a bracket that is not closed",
                "node[]|\"node[]\" has no numbers in its bracket such as [1-10,15]",
                "node[3-1]|\"node[3-1]\" has a range that goes nowhere: 3-1",
                "node[1-9/0]|\"node[1-9/0]\" has a range that goes nowhere: 1-9/0",
                "node[1-101]|\"node[1-101]\" is more than 100 names",
                "n[1-11]n[1-11]|\"n[1-11]n[1-11]\" is more than 100 names",
                "n[1-999999999]|\"n[1-999999999]\" is more than 100 names",
            })
    void whatCanNotBeExpandedIsSaid(String text, String message) {
        assertThatThrownBy(() -> NameRanges.expand(text, 100)).hasMessage(message);
    }

    @Test
    void aListThatIsTooLongIsCutInPlaceAndClosed() {
        List<String> odd = IntStream.range(0, 100).mapToObj(i -> "node" + 2 * i).toList();
        assertThat(NameRanges.fold(odd, 30))
                .hasSizeLessThan(34)
                .startsWith("node[0,2,4,")
                .endsWith(",…]");
    }

    @Test
    void whatManyHostsSayAlikeIsSaidOnce() {
        List<Said> all = new ArrayList<>();
        all.add(Said.of("node5: no space left", "remove something on node5"));
        IntStream.rangeClosed(10, 30)
                .forEach(i ->
                        all.add(Said.of("node" + i + ": no route to node" + i + ".example.org", "start node" + i)));
        List<Said> folded = Said.fold(all);
        assertThat(folded)
                .extracting(Said::text)
                .containsExactly("node5: no space left", "node[10-30] (21 hosts): no route to {host}.example.org");
        assertThat(folded.get(1).hint()).isEqualTo("start node[10-30]");
        assertThat(Said.fold(all.subList(0, 10))).isEqualTo(all.subList(0, 10));
    }

    @Test
    void aNameIsReplacedWhereItIsAWordOfItsOwn() {
        assertThat(NameRanges.without("a1: a12 and xa1, a1.b", "a1")).isEqualTo("{host}: a12 and xa1, {host}.b");
    }
}
