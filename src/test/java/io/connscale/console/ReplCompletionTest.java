package io.connscale.console;

import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Tab at the prompt. */
class ReplCompletionTest extends TypedSession {
    ReplCompletionTest() throws IOException {}

    @Test
    void tabCompletesCommandsAndTheirVerbs() {
        start(true);
        keys("con\tsta\t");
        shows("connscale> connections start");
    }

    @Test
    void tabCompletesHostNamesWhereHostsStand() {
        start(true);
        keys("connections start 10 cl\t");
        showsExactly("connscale> connections start 10 client", "client1   client2");
        keys("1\t2\b\t");
        shows("connscale> connections start 10 client1");
    }

    @Test
    void tabKnowsWhetherAHostStandsAlready() {
        start(true);
        keys("connections start 10 client1 \t");
        shows("connscale> connections start 10 client1 client3");
    }

    /** What is offered is whole words; shown is what comes next. */
    @Test
    void tabCompletesAfterACommaAndInABracket() {
        hosts = (command, label, typed, further) -> typed.contains("[")
                ? List.of("client[1,2]", "client[1,2-4]")
                : List.of("client1,client2", "client1,client3");
        start(true);
        keys("stop\rcount client1,cl\t");
        shows("connscale> count client1,client\nclient2   client3");
        keys("2\t 7\b\bclient[1,2\t");
        shows("count client1,client2 client[1,2\n");
    }

    @Test
    void tabAfterShortenedWordsCompletesToo() {
        start(true);
        keys("conn sta --rate 5 10 o\t");
        shows("connscale> conn sta --rate 5 10 other");
    }

    @Test
    void tabCompletesOptionsAndFiles() throws IOException {
        Files.createDirectories(directory.resolve("scripts dir"));
        Files.writeString(directory.resolve("scripts dir/demo.txt"), "stop\n");
        start(true);
        keys("connections start --no\t");
        shows("connscale> connections start --no-wait");
        interrupt();
        keys("open " + directory + "/scr\tde\t\r");
        shows("demo.txt\"\nstopped\nopened\nconnscale>");
    }

    @Test
    void tabOnACompleteCommandShowsItsSynopsisAndKeepsTheLine() {
        start(true);
        keys("connections start \t");
        showsExactly(
                "connections start [--rate=R] [--no-wait] N HOST...",
                "  Open connections.",
                "connscale> connections start");
        keys("7 client2\r");
        shows("7 on client2 rate null");
    }
}
