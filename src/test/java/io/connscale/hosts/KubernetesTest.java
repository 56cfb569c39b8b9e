package io.connscale.hosts;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.gson.JsonElement;
import com.google.gson.JsonParser;
import io.connscale.cluster.config.ClusterConfig;
import io.connscale.cluster.config.HostSource;
import io.connscale.cluster.config.HostsFile;
import java.lang.reflect.InvocationTargetException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.MappingIterator;
import tools.jackson.dataformat.yaml.YAMLMapper;

/** The manifests in {@code conf/kubernetes}, against Kubernetes' own schemas and against what they say to each other. */
class KubernetesTest {
    private static final YAMLMapper YAML = new YAMLMapper();
    private static final String MODELS = "io.kubernetes.client.openapi.models.V1";
    private static final Path FOLDER = Path.of("conf/kubernetes");

    private static List<JsonNode> documents(String file) {
        try (MappingIterator<JsonNode> all =
                YAML.readerFor(JsonNode.class).readValues(FOLDER.resolve(file).toFile())) {
            return all.readAll();
        }
    }

    private static JsonNode only(String kind) {
        List<JsonNode> found = new ArrayList<>(documents("agents.yaml"));
        found.addAll(documents("console.yaml"));
        found.removeIf(document -> !document.path("kind").asString().equals(kind));
        assertThat(found).hasSize(1);
        return found.get(0);
    }

    /** Fails on a field that there is none of, on one that must be there, and on one of another type. */
    private static void check(JsonNode document) throws ReflectiveOperationException {
        try {
            Class<?> model = Class.forName(MODELS + document.path("kind").asString());
            JsonElement json = JsonParser.parseString(document.toString());
            model.getMethod("validateJsonElement", JsonElement.class).invoke(null, json);
            String version = document.path("apiVersion").asString();
            assertThat(version).isIn("v1", "apps/v1", "batch/v1", "rbac.authorization.k8s.io/v1");
        } catch (InvocationTargetException e) {
            throw new IllegalArgumentException(e.getCause());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"agents.yaml", "console.yaml"})
    void isWhatKubernetesTakes(String file) throws ReflectiveOperationException {
        List<JsonNode> documents = documents(file);
        assertThat(documents).isNotEmpty();
        for (JsonNode document : documents) {
            check(document);
        }
    }

    @Test
    void aMistakeWouldBeFound() {
        String text = only("Deployment").toString();
        assertThatThrownBy(() -> check(YAML.readTree(text.replace("readOnlyRootFilesystem", "readOnlyRootFileSystem"))))
                .hasMessageContaining("readOnlyRootFileSystem");
        assertThatThrownBy(() -> check(YAML.readTree(text.replace("\"selector\"", "\"select\""))))
                .hasMessageContaining("select");
    }

    @ParameterizedTest
    @ValueSource(strings = {"Deployment", "Job"})
    void podsHaveNoRightsAndNothingThatCanBeWrittenBesideTheirVolumes(String kind) {
        JsonNode pod = only(kind).at("/spec/template/spec");
        assertThat(pod.at("/securityContext/runAsNonRoot").asBoolean()).isTrue();
        assertThat(pod.at("/securityContext/seccompProfile/type").asString()).isEqualTo("RuntimeDefault");
        assertThat(pod.path("containers")).isNotEmpty();
        for (JsonNode container : pod.path("containers")) {
            JsonNode rights = container.path("securityContext");
            assertThat(rights.path("allowPrivilegeEscalation").asBoolean(true)).isFalse();
            assertThat(rights.path("readOnlyRootFilesystem").asBoolean()).isTrue();
            assertThat(rights.at("/capabilities/drop/0").asString()).isEqualTo("ALL");
            assertThat(container.at("/resources/limits/memory").asString()).isNotEmpty();
        }
    }

    @Test
    void theConsoleFindsThePodsOfThePoolAndMayEnterThem() throws Exception {
        ClusterConfig config = HostsFile.parse(
                "hosts.yaml", only("ConfigMap").at("/data/hosts.yaml").asString());
        assertThat(config.sources()).hasSize(1);
        HostSource pods = config.sources().get(0);
        JsonNode labels = only("Deployment").at("/spec/template/metadata/labels");
        assertThat(pods.list()).contains("app=" + labels.path("app").asString());
        assertThat(only("Deployment").at("/spec/selector/matchLabels")).isEqualTo(labels);

        String account = only("ServiceAccount").at("/metadata/name").asString();
        assertThat(only("Job").at("/spec/template/spec/serviceAccountName").asString())
                .isEqualTo(account);
        JsonNode binding = only("RoleBinding");
        assertThat(binding.at("/subjects/0/name").asString()).isEqualTo(account);
        assertThat(binding.at("/roleRef/name").asString())
                .isEqualTo(only("Role").at("/metadata/name").asString());
        String rules = only("Role").path("rules").toString();
        assertThat(rules)
                .contains("\"pods\"")
                .contains("\"list\"")
                .contains("\"pods/exec\"")
                .contains("\"create\"");
    }

    @Test
    void agentsReachTheConsolesServerByTheNameOfItsService() throws Exception {
        ClusterConfig config = HostsFile.parse(
                "hosts.yaml", only("ConfigMap").at("/data/hosts.yaml").asString());
        JsonNode service = only("Service");
        assertThat(service.at("/metadata/name").asString()).isEqualTo("connscale-console");
        assertThat(config.server().toString()).contains("connscale-console", "8989");
        assertThat(service.at("/spec/ports/0/port").asInt()).isEqualTo(8989);
        assertThat(service.at("/spec/selector")).isEqualTo(only("Job").at("/spec/template/metadata/labels"));
    }
}
