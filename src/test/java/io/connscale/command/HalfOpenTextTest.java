package io.connscale.command;

import static org.assertj.core.api.Assertions.assertThat;

import io.connscale.control.Experiment.Call;
import io.connscale.control.Experiment.Connection;
import io.connscale.control.Experiment.End;
import io.connscale.control.Experiment.Moment;
import io.connscale.control.Experiment.Report;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** What the half-open experiments are said to mean, out of what both ends' tables and the calls say. */
class HalfOpenTextTest {
    private static final End UP = new End("ESTABLISHED", 0, 0, null);
    private static final End RESENDING = new End("ESTABLISHED", 4, 9, 12.5);
    private static final End HALF = new End("SYN-RECEIVED", 0, 0, 1.0);
    private static final End REPEATED = new End("SYN-RECEIVED", 0, 5, 32.0);
    private static final End GONE = new End("none", 0, 0, null);
    private static final Call CONNECTED = new Call("connect", 0, 0, "ok");

    private static String answer(long abort, boolean timeline, List<Call> calls, Moment... moments) {
        Report report = new Report(
                false,
                true,
                "",
                new TreeMap<>(Map.of("net.ipv4.tcp_synack_retries", 5L, "net.ipv4.tcp_abort_on_overflow", abort)),
                new TreeMap<>(Map.of("TcpExtListenOverflows", 6L)),
                8,
                9,
                List.of(new Connection(1, "send, receive", 40348, 36139, calls, List.of(moments))),
                List.of(),
                "");
        return String.join(
                "\n", HalfOpenText.answer("client1", List.of(report), timeline).shown(80));
    }

    @Test
    void aResetComesForDataThatArriveAfterTheServerHasForgotten() {
        List<Call> calls =
                List.of(CONNECTED, new Call("send", 1.1, 0, "ok"), new Call("receive", 1.1, 101.8, "ECONNRESET"));
        String text = answer(
                0,
                false,
                calls,
                new Moment(0, UP, HALF),
                new Moment(20, new End("ESTABLISHED", 4, 6, 10.0), new End("SYN-RECEIVED", 0, 4, 16.0)),
                new Moment(62.9, RESENDING, REPEATED),
                new Moment(63.1, RESENDING, GONE),
                new Moment(102.9, GONE, GONE));
        assertThat(text)
                .contains("client1  network namespace of its own · backlog 8, 9 wait to be accepted")
                .contains("1  send, receive · ports 40348 → 36139")
                .contains("tcp_abort_on_overflow 0 · tcp_synack_retries 5")
                .contains("connect ok · send ok at 1.1 s · receive ECONNRESET at 102.9 s, after 101.8 s")
                .contains(
                        "why: the server forgot the handshake at 63.1 s, its SYN-ACK repeated 5 times; it answered the"
                                + " client's data that came after that with a reset, which the receive returned")
                .contains("TcpExtListenOverflows +6")
                .doesNotContain("20.00"); // no state changed there
    }

    @Test
    void eachMomentIsShownToWhoAsksForTheTimeline() {
        Moment between = new Moment(20, RESENDING, new End("SYN-RECEIVED", 0, 4, 16.0));
        String text = answer(
                0, true, List.of(CONNECTED), new Moment(0, UP, HALF), between, new Moment(30, RESENDING, REPEATED));
        assertThat(text).containsPattern("20\\.00 +ESTABLISHED +4 +9 +12\\.50 +SYN-RECEIVED +4 +16\\.00");
    }

    @Test
    void whoSendsNothingIsNeverTold() {
        String text = answer(
                0,
                false,
                List.of(CONNECTED, new Call("receive", 1, 136, "timeout")),
                new Moment(0, UP, HALF),
                new Moment(63.1, UP, GONE));
        assertThat(text).contains("a client that sends nothing is never told, and stays ESTABLISHED");
    }

    @Test
    void abortOnOverflowAnswersAtOnce() {
        String text = answer(
                1,
                false,
                List.of(CONNECTED, new Call("send", 1.1, 0, "ECONNRESET"), new Call("send", 2.1, 0, "EPIPE")),
                new Moment(0, UP, HALF),
                new Moment(1.0, GONE, GONE));
        assertThat(text)
                .contains("with tcp_abort_on_overflow the ACK", "send is the first call after it", "closed (EPIPE)");
    }

    @Test
    void aResetThatNoCallHasReturnedYetIsSaid() {
        String text = answer(1, false, List.of(CONNECTED), new Moment(0, UP, HALF), new Moment(1.7, GONE, GONE));
        assertThat(text).contains("why: the server answered with a reset at 1.7 s, which no call has returned yet");
    }

    @Test
    void whatWasNotHalfOpenIsSaid() {
        assertThat(answer(0, false, List.of(CONNECTED), new Moment(0, UP, UP))).contains("it was never half-open");
    }

    @Test
    void whatGoesOnIsNotGuessed() {
        String text = answer(
                0,
                false,
                List.of(CONNECTED, new Call("send", 1, 0, "ok"), new Call("receive", 1, 10, "waits")),
                new Moment(0, UP, HALF),
                new Moment(20, RESENDING, REPEATED));
        assertThat(text)
                .contains("receive waits for 10.0 s")
                .contains("the server still repeats its SYN-ACK (5 times so far) and ignores each answer; it has not"
                        + " answered the client's data yet");
    }
}
