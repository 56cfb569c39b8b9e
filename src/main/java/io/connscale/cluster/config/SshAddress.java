package io.connscale.cluster.config;

import java.util.Optional;
import java.util.OptionalInt;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Where an SSH server is: {@code [user@]host[:port]}, an IPv6 address with a port in brackets ({@code [::1]:22}). The last {@code @}
 * is the one before the host, as OpenSSH has it: a user may be {@code me@domain}.
 *
 * @param host a name or an address, without brackets
 */
public record SshAddress(Optional<String> user, String host, OptionalInt port) {
    private static final Pattern USER = Pattern.compile("[A-Za-z0-9_][A-Za-z0-9_.+$@\\\\-]{0,63}");
    private static final Pattern WHOLE =
            Pattern.compile("(?:(.*)@)?(?:\\[([^\\]]*)\\]|([^:\\[\\]@]*))(?::([0-9]{1,5}))?");

    public SshAddress {
        check(user, host, port);
    }

    static void check(Optional<String> user, String host, OptionalInt port) {
        Address.checked(host);
        user.ifPresent(name -> Checks.check(USER.matcher(name).matches(), name, "is not a user's name"));
        port.ifPresent(number -> Checks.inRange("the port", number, 1, Address.MAX_PORT));
    }

    /**
     * Reads what {@link #toString()} writes.
     *
     * @throws IllegalArgumentException in one line
     */
    public static SshAddress parse(String text) {
        Matcher m = WHOLE.matcher(text);
        if (!m.matches()) {
            return new SshAddress(Optional.empty(), Address.checkedLiteral(text), OptionalInt.empty());
        }
        String host = m.group(2) == null ? m.group(3) : Address.checkedLiteral(m.group(2));
        OptionalInt port = m.group(4) == null ? OptionalInt.empty() : OptionalInt.of(Integer.parseInt(m.group(4)));
        return new SshAddress(Optional.ofNullable(m.group(1)), host, port);
    }

    @Override
    public String toString() {
        String bracketed = host.contains(":") ? "[" + host + "]" : host;
        return user.map(name -> name + "@").orElse("") + bracketed + (port.isPresent() ? ":" + port.getAsInt() : "");
    }
}
