package io.connscale.cluster.config;

import static org.assertj.core.api.Assertions.assertThat;

import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.arbitraries.StringArbitrary;

class AnyTextTest {
    private static final String VALID = """
            server: {bind: 127.0.0.1, ports: [8989, 9000-9002], on: client1}
            client:
              interval: 5s
            hosts:
              client1: local
              client2: {ssh: me@far, port: 22, source: [10.0.0.1-10.0.0.3, "::1"]}
              client3: {command: [ip, netns, "exec"], jvm: -Xmx1g}
            """;

    @Property(tries = 2000)
    void anyTextIsAConfigurationOrOneLineThatSaysWhere(@ForAll("texts") String text) {
        try {
            assertThat(HostsFile.parse("hosts.yaml", text).hosts()).isNotEmpty();
        } catch (HostsFileException e) {
            assertThat(e.message()).matches("hosts\\.yaml:[1-9][0-9]*:[1-9][0-9]*: [^\\p{Cc}\\u2028\\u2029]+");
        }
    }

    /** Any characters; what YAML cares about; and a good file with a piece replaced, which gets furthest into the reader. */
    @Provide
    Arbitrary<String> texts() {
        StringArbitrary yaml = Arbitraries.strings().withChars("\t\n :-?,[]{}#&*!|>'\"%@`\\~ab01.<=u");
        Arbitrary<Integer> at = Arbitraries.integers().between(0, VALID.length());
        Arbitrary<Integer> cut = Arbitraries.integers().between(0, 8);
        return Arbitraries.oneOf(
                Arbitraries.strings().ofMaxLength(40),
                yaml.ofMaxLength(60),
                Combinators.combine(at, cut, yaml.ofMaxLength(4)).as(AnyTextTest::broken));
    }

    private static String broken(int at, int cut, String instead) {
        return VALID.substring(0, at) + instead + VALID.substring(Math.min(VALID.length(), at + cut));
    }
}
