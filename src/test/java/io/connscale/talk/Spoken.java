package io.connscale.talk;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** A talk's connection in a test, who is the server: what was said and told, in order. */
final class Spoken implements Line {
    private final ByteArrayOutputStream said = new ByteArrayOutputStream();
    private final List<String> told = new ArrayList<>();
    private final Dialogue dialogue;
    private boolean ended;

    Spoken(Talk talk) {
        dialogue = talk.dialogue(this);
    }

    /** Of these settings, on {@code client1}, the connection number 7. */
    static Spoken of(TalkSettings settings) {
        return new Spoken(Talks.of(settings.from("client1"), () -> 7));
    }

    Spoken connected() {
        dialogue.connected();
        return this;
    }

    boolean ping() {
        return dialogue.ping();
    }

    /** The server's bytes, as they come: each text in one read. */
    Spoken hears(String... reads) {
        for (String read : reads) {
            hears(read.getBytes(ISO_8859_1));
        }
        return this;
    }

    /** The same in two reads, cut there. */
    Spoken hearsCut(byte[] bytes, int at) {
        hears(Arrays.copyOf(bytes, at));
        hears(Arrays.copyOfRange(bytes, at, bytes.length));
        return this;
    }

    Spoken hearsByteByByte(String text) {
        for (byte b : text.getBytes(ISO_8859_1)) {
            hears(new byte[] {b});
        }
        return this;
    }

    void hears(byte[] bytes) {
        if (!ended && bytes.length > 0) {
            dialogue.received(ByteBuffer.wrap(bytes));
        }
    }

    /** What was said since this was asked last. */
    String said() {
        String text = said.toString(ISO_8859_1);
        said.reset();
        return text;
    }

    /** {@code opened}, {@code answered}, or the words of what was not expected. */
    List<String> told() {
        return List.copyOf(told);
    }

    @Override
    public void say(byte[] bytes) {
        said.writeBytes(bytes);
    }

    @Override
    public void opened() {
        told.add("opened");
    }

    @Override
    public void answered() {
        told.add("answered");
    }

    @Override
    public void unexpected(String words) {
        told.add(words);
        ended = true;
    }
}
