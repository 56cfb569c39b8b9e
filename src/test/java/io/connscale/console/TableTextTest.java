package io.connscale.console;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class TableTextTest {
    @Test
    void aCellOfCsvIsOneLineAndMovesNoCursor() {
        Table table = new Table(List.of("host", "state"), List.of(List.of("h1", "lost\n\u001b[2J\u202e,\u2028x\r")));
        assertThat(TableText.csv(table)).containsExactly("host,state", "h1,\"lost ?[2J?, x \"");
    }
}
