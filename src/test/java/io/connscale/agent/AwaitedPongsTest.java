package io.connscale.agent;

import static org.assertj.core.api.Assertions.assertThat;

import io.connscale.stats.Statistics.Unanswered;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class AwaitedPongsTest {
    private final RingRun run = new RingRun(1, 1);

    /** Each number is a node: out where it is in, in where it is out. */
    @Property(tries = 300, edgeCases = EdgeCasesMode.NONE)
    void keepsTheOrderInWhichTheyCameWhoeverLeaves(@ForAll @Size(max = 100) List<@IntRange(max = 9) Integer> touched) {
        AwaitedPongs awaited = new AwaitedPongs();
        List<RingNode> nodes = new ArrayList<>();
        for (int i = 0; i <= 9; i++) {
            nodes.add(run.new Node());
        }
        Set<RingNode> expected = new LinkedHashSet<>();
        for (int i : touched) {
            RingNode node = nodes.get(i);
            if (expected.remove(node)) {
                awaited.remove(node);
                awaited.remove(node); // the second time it does nothing
            } else {
                awaited.add(node, 0);
                expected.add(node);
            }
            assertThat(chain(awaited)).containsExactlyElementsOf(expected);
            assertThat(nodes).allMatch(each -> each.awaiting == expected.contains(each));
        }
    }

    @Test
    void knowsTheAgeOfThoseThatNeverHadAPong() {
        RingRun.Node old = run.new Node();
        old.since = 100;
        RingRun.Node young = run.new Node();
        young.since = 700;
        RingNode heard = run.new Node();
        heard.answered = true;
        AwaitedPongs awaited = new AwaitedPongs();
        assertThat(awaited.unanswered(1000, 0)).isEqualTo(Unanswered.NONE);
        List.of(young, heard, old).forEach(node -> awaited.add(node, 800));
        assertThat(awaited.unanswered(1000, 1)).isEqualTo(new Unanswered(2, 1, 900, 300, 200));
        awaited.remove(old);
        assertThat(awaited.unanswered(1000, 1)).isEqualTo(new Unanswered(1, 1, 300, 300, 200));
    }

    private static List<RingNode> chain(AwaitedPongs awaited) {
        List<RingNode> chain = new ArrayList<>();
        for (RingNode node = awaited.oldest(); node != null; node = node.after) {
            chain.add(node);
        }
        return chain;
    }
}
