package io.connscale.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.netty.channel.ChannelException;
import io.netty.channel.ConnectTimeoutException;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.unix.Errors.NativeIoException;
import java.io.IOException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.SocketException;
import java.nio.channels.AlreadyConnectedException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.NotYetConnectedException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ErrnoTest {
    @ParameterizedTest
    @CsvSource({
        "1, EPERM",
        "12, ENOMEM",
        "13, EACCES",
        "23, ENFILE",
        "24, EMFILE",
        "32, EPIPE",
        "98, EADDRINUSE",
        "99, EADDRNOTAVAIL",
        "101, ENETUNREACH",
        "104, ECONNRESET",
        "105, ENOBUFS",
        "110, ETIMEDOUT",
        "111, ECONNREFUSED",
        "113, EHOSTUNREACH",
        "84, errno 84"
    })
    void namesNumbersAsErrnoHDoes(int number, String name) {
        assertThat(Errno.ofNumber(number)).isEqualTo(name);
        assertThat(Errno.name(new ConnectException("connect(..) failed with error(-" + number + "): whatever")))
                .isEqualTo(name);
    }

    @ParameterizedTest
    @CsvSource({
        "Connection refused, ECONNREFUSED",
        "Connection refused: /127.0.0.1:8989, ECONNREFUSED",
        "Connection reset, ECONNRESET",
        "Connection reset by peer, ECONNRESET",
        "Connection timed out, ETIMEDOUT",
        "Broken pipe, EPIPE",
        "Cannot assign requested address: connect, EADDRNOTAVAIL",
        "Address already in use, EADDRINUSE",
        "Too many open files, EMFILE",
        "accept failed: Too many open files in system, ENFILE",
        "No buffer space available, ENOBUFS",
        "Cannot allocate memory, ENOMEM",
        "Network is unreachable, ENETUNREACH",
        "No route to host, EHOSTUNREACH",
        "Permission denied, EACCES",
        "Operation not permitted, EPERM"
    })
    void namesTheSentencesOfNio(String sentence, String name) {
        assertThat(Errno.name(new SocketException(sentence))).isEqualTo(name);
    }

    @Test
    void looksForTheNameDownTheChainOfCauses() {
        Exception socket = new ChannelException("Failed to open a socket.", new SocketException("Too many open files"));
        assertThat(Errno.name(new IllegalStateException("failed to create a child event loop", socket)))
                .isEqualTo("EMFILE");
    }

    @Test
    void namesWhatHasOnlyItsClass() {
        assertThat(Errno.name(new ClosedChannelException())).isEqualTo("closed");
        assertThat(Errno.name(new NoRouteToHostException())).isEqualTo("EHOSTUNREACH");
        assertThat(Errno.name(new AlreadyConnectedException())).isEqualTo("EISCONN");
        assertThat(Errno.name(new NotYetConnectedException())).isEqualTo("ENOTCONN");
        assertThat(Errno.name(new ConnectTimeoutException("connection timed out after 30000 ms: /127.0.0.1:1")))
                .isEqualTo("ETIMEDOUT");
    }

    @Test
    void anUnknownErrorIsItsClassAndNeverASentence() {
        assertThat(Errno.name(new IOException("Es ist kein Weltuntergang"))).isEqualTo("IOException");
        assertThat(Errno.name(new IOException("was", new ArithmeticException("/ by zero"))))
                .isEqualTo("ArithmeticException");
        assertThat(Errno.name(new IOException() {})).startsWith(ErrnoTest.class.getName());
    }

    @Test
    void aChainThatRunsInACircleEnds() {
        Exception one = new Exception("one");
        Exception two = new Exception("two", one);
        one.initCause(two);
        assertThat(Errno.name(one)).isEqualTo("Exception");
    }

    @Test
    void namesTheNumberOfANativeExceptionOverItsText() {
        assumeThat(Epoll.isAvailable()).isTrue(); // its class asks the native code
        assertThat(Errno.name(new NativeIoException("accept", -24))).isEqualTo("EMFILE");
    }
}
