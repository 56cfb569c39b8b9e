package io.connscale.cluster.launch.ssh;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * A line of a {@code known_hosts} file (sshd(8), SSH_KNOWN_HOSTS FILE FORMAT).
 *
 * @param number from 1
 * @param marker {@code @revoked}, {@code @cert-authority}, or nothing
 * @param hosts patterns with commas between, or one hashed name
 */
record KnownHostLine(Path file, int number, String marker, String hosts, PublicKeyBlob key) {
    private static final String REVOKED = "@revoked";
    private static final String AUTHORITY = "@cert-authority";
    private static final String HASHED = "|1|";

    /** The line's meaning; empty for a comment and for what OpenSSH would not understand either. */
    static Optional<KnownHostLine> parse(Path file, int number, String text) {
        String[] words = text.strip().split("\\s+", 5);
        int start = words[0].startsWith("@") ? 1 : 0;
        boolean complete = words.length >= start + 3 && !words[0].isEmpty() && words[0].charAt(0) != '#';
        if (!complete || !PublicKeyBlob.isOne(words[start + 2])) {
            return Optional.empty();
        }
        String marker = start == 1 ? words[0] : "";
        return Optional.of(new KnownHostLine(file, number, marker, words[start], new PublicKeyBlob(words[start + 2])));
    }

    boolean revoked() {
        return marker.equals(REVOKED);
    }

    boolean authority() {
        return marker.equals(AUTHORITY);
    }

    /** {@code file:line}, as editors take it. */
    String place() {
        return file + ":" + number;
    }

    /** Whether it is about {@code name}; a pattern with {@code !} that fits excludes it. */
    boolean isAbout(String name) {
        if (hosts.startsWith(HASHED)) {
            return isHashOf(name);
        }
        boolean found = false;
        for (String pattern : hosts.split(",", -1)) {
            boolean not = pattern.startsWith("!");
            if (fits(not ? pattern.substring(1) : pattern, name)) {
                if (not) {
                    return false;
                }
                found = true;
            }
        }
        return found;
    }

    private static boolean fits(String pattern, String name) {
        StringBuilder regex = new StringBuilder();
        for (char c : pattern.toLowerCase(Locale.ROOT).toCharArray()) {
            regex.append(c == '*' ? ".*" : c == '?' ? "." : Pattern.quote(String.valueOf(c)));
        }
        return name.toLowerCase(Locale.ROOT).matches(regex.toString());
    }

    /** {@code |1|salt|HMAC-SHA1 of the name under the salt}, both Base64. */
    private boolean isHashOf(String name) {
        String[] parts = hosts.split("\\|", -1);
        if (parts.length != 4) {
            return false;
        }
        try {
            Mac mac = Mac.getInstance("HmacSHA1");
            mac.init(new SecretKeySpec(Base64.getDecoder().decode(parts[2]), "HmacSHA1"));
            byte[] hash = mac.doFinal(name.getBytes(StandardCharsets.UTF_8));
            return MessageDigest.isEqual(hash, Base64.getDecoder().decode(parts[3]));
        } catch (GeneralSecurityException | IllegalArgumentException e) {
            return false;
        }
    }
}
