package io.connscale.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.connscale.cluster.HostStatus;
import io.connscale.cluster.HostStatus.State;
import io.connscale.cluster.config.HostConfig;
import io.connscale.cluster.config.HostConfig.ClientConfig;
import io.connscale.cluster.config.Launch;
import io.connscale.cluster.config.Workers;
import io.connscale.control.AgentException;
import io.connscale.control.Rate;
import io.connscale.stats.Snapshot;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whom is asked before connections go to a public network; decided by the address alone, and nothing is ever sent to one. */
class ConsentTest {
    private static final List<String> OUTSIDE = List.of("192.0.2.1"); // RFC 5737: for documentation

    /** Answers as it was told to, and keeps the questions. */
    private static final class Asked implements User {
        private final boolean agrees;
        private final List<String> questions = new ArrayList<>();

        Asked(boolean agrees) {
            this.agrees = agrees;
        }

        @Override
        public void notice(String line) {}

        @Override
        public boolean agree(String question) {
            questions.add(question);
            return agrees;
        }
    }

    private final Consent consent =
            new Consent(address -> address.getHostAddress().equals("203.0.113.7"));

    private static Consent.Plan plan(long more, long open, Rate file, Opening.Request request) {
        HostConfig config = new HostConfig(
                "client1",
                new Launch.Local(),
                new ClientConfig(Duration.ofSeconds(5), Duration.ofSeconds(5), file),
                List.of(),
                List.of(),
                Optional.empty(),
                Workers.AUTO);
        Snapshot counts = new Snapshot(open, 0, 0, 0, 0, 0, 0, 0, new TreeMap<>());
        HostStatus host = new HostStatus(config, "local", State.READY, "", null, counts, 1, null, "");
        return new Consent.Plan("192.0.2.1:1883 (mqtt)", Map.of("client1", more), request, List.of(host), 0);
    }

    private static Consent.Plan plan(long more, long open) {
        return plan(more, open, new Rate(200), Opening.Request.of(more));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "127.0.0.1",
                "127.9.9.9",
                "::1",
                "0.0.0.0",
                "10.255.255.255",
                "172.16.0.1",
                "172.31.255.255",
                "192.168.1.1",
                "169.254.1.1",
                "fe80::1",
                "fc00::1",
                "fdff:ffff::1",
                "203.0.113.7"
            })
    void addressesOfThisMachineAndOfPrivateNetworksAreNear(String address) throws IOException {
        assertThat(consent.isNear(InetAddress.getByName(address))).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "192.0.2.1",
                "172.15.255.255",
                "172.32.0.1",
                "192.169.0.1",
                "11.0.0.1",
                "100.64.0.1",
                "fbff::1",
                "fe00::1",
                "2001:db8::1",
                "::ffff:192.0.2.1"
            })
    void othersAreNot(String address) throws IOException {
        assertThat(consent.isNear(InetAddress.getByName(address))).isFalse();
    }

    @Test
    void aTargetIsOutsideByEachOfItsAddresses() {
        assertThat(consent.outside(List.of("127.0.0.1:80", "192.0.2.1:80", "192.0.2.1:81", "[2001:db8::1]:80")))
                .isEqualTo(List.of("192.0.2.1", "2001:db8:0:0:0:0:0:1"));
        assertThat(consent.outside(List.of("localhost:80", "10.1.1.1:80"))).isEmpty();
        assertThat(consent.outside(List.of("no-such-name.invalid:80")))
                .isEqualTo(List.of("no-such-name.invalid, an unknown name here"));
    }

    /** Each host asks its own resolver: what is private by this machine's may be public by another's. */
    @Test
    void aNameIsOutsideAlsoByWhatAnotherHostKnows() {
        assertThat(consent.outside("client2", List.of("10.1.1.1", "192.0.2.1")))
                .containsExactly("192.0.2.1 by what client2 knows");
        assertThat(consent.outside("client2", List.of("10.1.1.1"))).isEmpty();
        assertThat(consent.outside("client2", null)).containsExactly("what client2 knows by that name");
        assertThat(Consent.haveNames(List.of("10.1.1.1:80", "[fc00::1]:80"))).isFalse();
        assertThat(Consent.haveNames(List.of("10.1.1.1:80", "broker.internal:80")))
                .isTrue();
    }

    @Test
    void whatWillBeOpenIsAskedForOnceAndNamed() throws AgentException {
        Asked user = new Asked(true);
        consent.require(plan(600, 401), OUTSIDE, user);
        consent.require(plan(60_000, 401), OUTSIDE, user);
        assertThat(user.questions)
                .containsExactly(
                        "Open 600 connections (1,001 then) to 192.0.2.1:1883 (mqtt) from client1, at 200/s? It is"
                                + " neither this machine nor a private address: 192.0.2.1. Answer yes only if its owner agrees.");
    }

    @Test
    void aThousandAreNotAskedFor() {
        Asked user = new Asked(false);
        assertThatCode(() -> consent.require(plan(600, 400), OUTSIDE, user)).doesNotThrowAnyException();
        assertThat(user.questions).isEmpty();
    }

    @Test
    void whoSaysYesBeforehandIsNotAsked() {
        Asked user = new Asked(false);
        Opening.Request agreed = Opening.Request.of(60_000).withAgreement();
        assertThatCode(() -> consent.require(plan(60_000, 0, new Rate(200), agreed), OUTSIDE, user))
                .doesNotThrowAnyException();
        assertThat(user.questions).isEmpty();
    }

    @Test
    void whoDoesNotAgreeIsAskedAgain() {
        Asked user = new Asked(false);
        for (int n = 0; n < 2; n++) {
            assertThatThrownBy(() -> consent.require(plan(1_001, 0), OUTSIDE, user))
                    .isInstanceOf(AgentException.class)
                    .hasMessageContaining("not opened: 1,001 connections to 192.0.2.1:1883 (mqtt) from client1");
        }
        assertThat(user.questions).hasSize(2);
    }

    @Test
    void theRateIsTheFilesAndUnlimitedIsNot() {
        Opening.Request any = Opening.Request.of(10);
        assertThat(plan(10, 0, new Rate(200), any).rate("client1")).isEqualTo(new Rate(200));
        assertThat(plan(10, 0, Rate.UNLIMITED, any).rate("client1")).isEqualTo(Consent.RATE);
        Opening.Request typed = new Opening.Request(10, false, OptionalLong.of(0), false, false);
        assertThat(plan(10, 0, new Rate(200), typed).rate("client1")).isEqualTo(Rate.UNLIMITED);
    }

    @Test
    @Timeout(60)
    void nothingIsOpenedWhereNobodyAgrees(@TempDir Path folder) throws IOException {
        Path file = Files.writeString(
                folder.resolve("hosts.yaml"), "target: {address: 192.0.2.1, ports: 9}\nhosts: {client1: local}\n");
        Asked user = new Asked(false);
        try (Connscale scale = Connscale.open(file, user)) {
            Client client1 = scale.start("client1");
            assertThatThrownBy(() -> client1.open(1_001))
                    .isInstanceOfSatisfying(
                            ConnscaleException.class, e -> assertThat(e.hint()).contains("--yes"));
            assertThat(user.questions).hasSize(1);
            assertThat(scale.stats().attempted()).isEqualTo(0);
        }
    }
}
