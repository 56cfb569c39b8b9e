package io.connscale.net;

import io.netty.handler.ssl.NotSslRecordException;
import java.io.IOException;
import java.io.Serial;
import java.security.cert.CertPathBuilderException;
import java.security.cert.CertPathValidatorException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateNotYetValidException;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Why there is no TLS, in a few words to count by, whichever engine said so: {@code certificate expired}, {@code alert handshake failure}. */
final class TlsFailure extends IOException {
    /** Where it came up, before there was anything to read: it stands before the words. */
    static final String HANDSHAKE = "tls handshake:";
    /** Where it came up later. */
    static final String LATER = "tls:";

    @Serial
    private static final long serialVersionUID = 1;

    private static final int MAX_CAUSES = 10;

    /** The JDK's, and BoringSSL's out of openssl/err: the peer's alert, RFC 8446, 6. */
    private static final Pattern ALERT = Pattern.compile(
            "Received fatal alert: (\\w+)|(?:SSLV3|TLSV1|TLSV13)_ALERT_(\\w+)", Pattern.CASE_INSENSITIVE);

    private static final Pattern ANOTHER_NAME = Pattern.compile(
            "No (subject alternative|name matching|Certificate matching)|doesn't match", Pattern.CASE_INSENSITIVE);

    private record Sentence(String part, String words) {}

    /** Parts of what the engines say, in lower case. */
    private static final List<Sentence> SENTENCES = List.of(
            new Sentence("unrecognized ssl message", "not TLS"),
            new Sentence("not an ssl/tls record", "not TLS"),
            new Sentence("wrong_version_number", "not TLS"),
            new Sentence("http_request", "not TLS"),
            new Sentence("not accepted by client preferences", "no shared protocol"),
            new Sentence("client requested protocol", "no shared protocol"),
            new Sentence("unsupported_protocol", "no shared protocol"),
            new Sentence("no appropriate protocol", "no shared protocol"),
            new Sentence("no cipher suites in common", "no shared cipher"),
            new Sentence("no_shared_cipher", "no shared cipher"),
            new Sentence("empty client certificate chain", "no client certificate"),
            new Sentence("empty certificate chain", "no client certificate"),
            new Sentence("peer_did_not_return_a_certificate", "no client certificate"));

    /** Does nothing but have this class loaded: see {@link Errno#load}. */
    static void load() {}

    private TlsFailure(String words, @Nullable Throwable cause) {
        super(words, cause);
    }

    TlsFailure(String words) {
        this(words, null);
    }

    static TlsFailure of(Throwable thrown) {
        return new TlsFailure(words(thrown), thrown);
    }

    String words() {
        return String.valueOf(getMessage());
    }

    /** Whether the peer ended it, and said why. */
    boolean isAlert() {
        return words().startsWith("alert ");
    }

    /** The deepest cause that says something: what a certificate lacks stands below what a handshake made of it. */
    private static String words(Throwable thrown) {
        String found = "protocol error";
        Throwable at = thrown;
        for (int depth = 0; at != null && depth < MAX_CAUSES; depth++, at = at.getCause()) {
            String said = said(at);
            if (said != null) {
                found = said;
            }
        }
        return found;
    }

    private static @Nullable String said(Throwable at) {
        String message = String.valueOf(at.getMessage());
        if (at instanceof CertificateExpiredException) {
            return "certificate expired";
        } else if (at instanceof CertificateNotYetValidException) {
            return "certificate not yet valid";
        } else if (at instanceof NotSslRecordException) {
            return "not TLS";
        } else if (at instanceof CertificateException
                && ANOTHER_NAME.matcher(message).find()) {
            return "certificate of another name";
        } else if (at instanceof CertificateException
                || at instanceof CertPathBuilderException
                || at instanceof CertPathValidatorException) {
            return "certificate unknown";
        }
        Matcher alert = ALERT.matcher(message);
        if (alert.find()) {
            String name = alert.group(1) == null ? alert.group(2) : alert.group(1);
            return "alert " + name.toLowerCase(Locale.ROOT).replace('_', ' ');
        }
        String lower = message.toLowerCase(Locale.ROOT);
        return SENTENCES.stream()
                .filter(sentence -> lower.contains(sentence.part()))
                .map(Sentence::words)
                .findFirst()
                .orElse(null);
    }
}
