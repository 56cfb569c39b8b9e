package io.connscale.cluster.deploy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.connscale.cluster.deploy.Probe.Answer;
import io.connscale.cluster.deploy.Probe.HostFacts;
import io.connscale.control.AgentException;
import java.util.Arrays;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FoundJavaTest {
    private static final FoundJava OLD = java("PATH", "11.0.2");
    private static final FoundJava SEVENTEEN = java("PATH", "17.0.15");

    @Test
    void theNewestWins() throws AgentException {
        assertThat(choose(OLD, SEVENTEEN, java("folder", "25.0.3"), java("folder", "25-ea"))
                        .version())
                .isEqualTo("25.0.3");
    }

    @Test
    void javaHomeWasMeant() throws AgentException {
        assertThat(choose(java("JAVA_HOME", "17.0.1"), java("folder", "25.0.3")).feature())
                .isEqualTo(17);
        assertThat(choose(java("JAVA_HOME", "11.0.1"), java("folder", "25.0.3")).feature())
                .isEqualTo(25);
    }

    @Test
    void oneForAnotherMachineIsNotTaken() throws AgentException {
        FoundJava foreign = new FoundJava("folder", "25", "aarch64", "/opt/arm/bin/java");

        assertThat(choose(SEVENTEEN, foreign)).isEqualTo(SEVENTEEN);
        assertThatThrownBy(() -> choose(OLD, foreign))
                .hasMessage("Java for another architecture than x86_64: found 25 in /opt/arm/bin/java");
    }

    @Test
    void noneIsNamedWithWhereItWasLookedFor() {
        assertThatThrownBy(FoundJavaTest::choose)
                .hasMessage("no Java: looked at JAVA_HOME, PATH, /usr/lib/jvm, /opt and the usual other folders");
        assertThatThrownBy(() -> FoundJava.best(facts(), Optional.of("/opt/jdk/bin/java")))
                .hasMessage("no Java: looked at /opt/jdk/bin/java");
    }

    @Test
    void tooOldIsNamedWithWhatWasFound() {
        assertThatThrownBy(() -> choose(OLD, java("folder", "1.8.0_302")))
                .hasMessage("Java too old: found 11.0.2 in /PATH/java; 1.8.0_302 in /folder/java")
                .extracting(e -> ((AgentException) e).hint())
                .asString()
                .startsWith("install Java 17 or newer there");
    }

    @Test
    void oneThatDoesNotRunIsNamedWithWhatItSaid() {
        assertThatThrownBy(() -> choose(java("PATH", "broken: Exec format error")))
                .hasMessage("no Java that runs: /PATH/java, broken: Exec format error");
    }

    @ParameterizedTest
    @CsvSource({"17.0.15,17", "25-ea,25", "1.8.0_302,8", "21,21", "11.0.20.1+1-LTS,11", "'',0", "broken: 17,0"})
    void readsVersions(String version, int feature) {
        assertThat(java("PATH", version).feature()).isEqualTo(feature);
    }

    private static FoundJava java(String source, String version) {
        return new FoundJava(source, version, "amd64", "/" + source + "/java");
    }

    private static FoundJava choose(FoundJava... javas) throws AgentException {
        return FoundJava.best(facts(javas), Optional.empty());
    }

    private static HostFacts facts(FoundJava... javas) {
        Answer answer = new Answer();
        answer.add("system Linux x86_64");
        Arrays.stream(javas)
                .map(java -> String.join("|", java.source(), java.version(), java.architecture(), java.path()))
                .forEach(java -> answer.add("java " + java));
        return answer.facts();
    }
}
