package io.connscale.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.connscale.control.AgentException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RefusalsTest {
    @ParameterizedTest
    @ValueSource(strings = {"EADDRNOTAVAIL", "EACCES", "EPERM", "EMFILE", "ENFILE", "ENOBUFS"})
    void saysInOneLineWhatAndWhereAndInAnotherWhatToDo(String errno) {
        AgentException e = Refusals.listening("10.0.0.4", 80, errno);
        assertThat(e).message().contains("80", "10.0.0.4", errno).doesNotContain("\n");
        assertThat(e.hint()).isNotBlank().doesNotContain("\n");
    }

    @Test
    void aPortThatIsTakenIsSaidWithItsAddress() {
        AgentException e = Refusals.listening("10.0.0.4", 80, "EADDRINUSE");
        assertThat(e).message().startsWith("address in use (10.0.0.4:80");
        assertThat(e.hint()).contains("stop it", "ports under server");
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 1024})
    void saysHowManyAcceptorsWereTooMany(int acceptors) {
        assertThat(Refusals.loops(acceptors, "EMFILE"))
                .hasMessage("no event loops for %d acceptors (EMFILE)", acceptors);
    }
}
