package io.connscale.command;

import static io.connscale.command.TypedLines.json;
import static io.connscale.command.TypedLines.table;
import static org.assertj.core.api.Assertions.assertThat;

import io.connscale.cluster.MiniCluster;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** {@code doctor} with real agents in this JVM: what it finds is this machine's. */
@Timeout(60)
class DoctorCommandTest {
    private MiniCluster mini;

    @BeforeEach
    void start() throws Exception {
        mini = MiniCluster.of("client1", "client2").start();
    }

    @AfterEach
    void close() {
        mini.close();
    }

    @Test
    void examinesTheServerAndTheHostsThatAreReady() {
        String answer = json(mini, "start client1", "doctor").last();
        assertThat(answer)
                .contains("\"client1\":{\"findings\":[", "\"server\":{\"findings\":[", "\"net.core.somaxconn\":")
                .doesNotContain("\"client2\"");
        assertThat(json(mini, "doctor client1").last()).doesNotContain("\"server\"");
    }

    @Test
    void everyHostHasALineAtLeast() {
        assertThat(table(mini, "start client1", "doctor").out())
                .containsPattern("(?m)^client1 +(net\\.|RLIMIT|fs\\.|nothing to say|memory)")
                .containsPattern("(?m)^server +(net\\.|RLIMIT|fs\\.|nothing to say|memory)");
    }

    @Test
    void aHostThatIsNotStartedIsNotExamined() {
        assertThat(table(mini, "doctor client2").err()).contains("client2 is stopped", "start client2 first");
    }
}
