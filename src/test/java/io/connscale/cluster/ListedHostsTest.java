package io.connscale.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.connscale.cluster.config.ClusterConfig;
import io.connscale.cluster.config.HostsFile;
import io.connscale.control.AgentException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code from:} in hosts.yaml: hosts that a command lists when a start needs them. */
@Timeout(60)
class ListedHostsTest {
    @TempDir
    private Path folder;

    private Path alloc;
    private Path asked;
    private Cluster cluster;

    @BeforeEach
    void start() throws Exception {
        alloc = folder.resolve("alloc");
        asked = folder.resolve("asked");
        list("c1", "c2", "node2");
        Path inventory = Files.writeString(folder.resolve("inventory"), """
                {"_meta": {"hostvars": {"lab1": {"ansible_host": "10.0.0.1"}, "10.0.0.9": {}}},
                 "all": {"children": ["bench", "ungrouped"]},
                 "bench": {"children": ["rack"], "hosts": ["10.0.0.9"]},
                 "rack": {"hosts": ["lab1"]}, "ungrouped": {"hosts": ["other"]}}
                """);
        String yaml = """
                hosts:
                  node[1-3]: {command: [run, "{host}"]}
                  from:
                    alloc: {list: [sh, -c, 'echo >> %s; cat %s'], command: [srun, -w, "{host}"]}
                    lab: {list: [cat, %s], ansible: bench, ssh: "bench@{host}"}
                groups:
                  rack1: node[1-2]
                  both: ["@rack1", "@alloc"]
                """.formatted(asked, alloc, inventory);
        cluster = new Cluster(
                HostsFile.parse("hosts.yaml", yaml),
                () -> List.of("127.0.0.1:1"),
                notice -> {},
                host -> command -> new ThreadProcess(host.name(), FakeAgent::dumb),
                10);
    }

    @AfterEach
    void close() {
        cluster.close();
    }

    private void list(String... hosts) throws IOException {
        Files.writeString(alloc, String.join("\n", hosts) + "\n");
    }

    private List<String> started(String... words) throws Exception {
        cluster.list(List.of(words));
        return cluster.select(List.of(words));
    }

    private long timesAsked() throws IOException {
        return Files.exists(asked) ? Files.size(asked) : 0;
    }

    @Test
    void nothingIsListedUntilAStartNeedsIt() throws Exception {
        assertThat(cluster.names()).containsExactly("node1", "node2", "node3");
        assertThat(started("node1", "node[2-3]", "@rack1!node1")).containsExactly("node1", "node2", "node3");
        assertThat(timesAsked()).isZero();
        assertThat(cluster.unlisted()).hasSize(2);
        assertThat(started("@alloc")).containsExactly("c1", "c2", "node2");
        assertThat(timesAsked()).isEqualTo(1);
        assertThat(cluster.unlisted())
                .extracting(Object::toString)
                .singleElement()
                .asString()
                .startsWith("@lab from cat ");
    }

    @Test
    void allAreTheFilesAndThoseOfEachSource() throws Exception {
        assertThat(started("all")).containsExactly("node1", "node2", "node3", "c1", "c2", "lab-10.0.0.9", "lab1");
        assertThat(cluster.status("lab1").config().launch()).hasToString("ssh bench@10.0.0.1");
        assertThat(cluster.status("lab-10.0.0.9").config().launch()).hasToString("ssh bench@10.0.0.9");
        assertThat(cluster.status("c2").config().launch()).hasToString("srun -w c2");
        assertThat(cluster.status("node2").config().launch())
                .as("the file's own line holds")
                .hasToString("run node2");
        assertThat(started("@both")).containsExactly("node1", "node2", "c1", "c2");
        assertThat(started("all!@both")).containsExactly("node3", "lab-10.0.0.9", "lab1");
    }

    @Test
    void aNameThatIsNotKnownIsLookedFor() throws Exception {
        assertThat(started("c2")).containsExactly("c2");
        assertThat(started("c2")).containsExactly("c2");
        assertThat(timesAsked()).isEqualTo(1);
        AgentException e = catchThrowableOfType(AgentException.class, () -> started("c7"));
        assertThat(e).hasMessage("no host \"c7\" in hosts.yaml");
        assertThat(timesAsked()).isEqualTo(2);
    }

    @Test
    void aHostThatIsListedNoMoreGoes() throws Exception {
        started("@alloc");
        list("c3");
        assertThat(started("@alloc")).containsExactly("c3");
        assertThat(cluster.names()).containsExactly("node1", "node2", "node3", "c3");
    }

    @Test
    void whatAListGetsWrongIsSaidAndChangesNothing() throws Exception {
        started("@alloc");
        for (Map.Entry<String, String> wrong : Map.of(
                        "", "hosts of @alloc: sh printed no host",
                        "c1\nno such partition: x", "hosts of @alloc: sh printed \"no such partition: x\": ")
                .entrySet()) {
            list(wrong.getKey());
            AgentException e = catchThrowableOfType(AgentException.class, () -> started("@alloc"));
            assertThat(e.message()).startsWith(wrong.getValue());
            assertThat(e.hint()).startsWith("run it yourself: sh -c ");
            assertThat(cluster.names()).contains("c1", "c2");
        }
    }

    @Test
    void whatIsNoNameIsShownInPlainText() throws Exception {
        for (String odd : List.of("\u001b[31mred", "h\u00f6st", "x".repeat(100), "web 1", "pod/")) {
            list("c1", odd);

            AgentException e = catchThrowableOfType(AgentException.class, () -> started("@alloc"));
            assertThat(e.message()).startsWith("hosts of @alloc: sh printed \"").hasSizeLessThan(300);
            assertThat(e.message().chars().noneMatch(Character::isISOControl)).isTrue();
        }
    }

    @Test
    void asManyAsAFileMayHaveAreTakenAndOneMoreIsRefused() throws Exception {
        String[] names = IntStream.rangeClosed(1, ClusterConfig.MAX_HOSTS - 3) // three are the file's
                .mapToObj(n -> "c" + n)
                .toArray(String[]::new);
        list(names);
        assertThat(started("@alloc")).hasSize(names.length);
        list(String.join("\n", names), "more");
        assertThat(catchThrowableOfType(AgentException.class, () -> started("@alloc")))
                .hasMessage("more than 4096 hosts, with those that were listed");
        list(IntStream.rangeClosed(1, 10_000).mapToObj(n -> "c" + n).toArray(String[]::new));
        assertThat(catchThrowableOfType(AgentException.class, () -> started("@alloc")))
                .hasMessage("hosts of @alloc: sh printed more than 4,096 hosts");
    }

    @Test
    void aGroupThatIsNotThereIsAnsweredWithWhatWasMeant() {
        AgentException e = catchThrowableOfType(AgentException.class, () -> cluster.select(List.of("@rakc1")));
        assertThat(e).hasMessage("no group \"@rakc1\" in hosts.yaml");
        assertThat(e.hint()).isEqualTo("did you mean @rack1?");
        assertThat(catchThrowableOfType(AgentException.class, () -> cluster.select(List.of("@alloc"))))
                .hasMessage("group @alloc has no host");
    }
}
