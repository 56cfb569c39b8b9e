package io.connscale.server;

import io.connscale.control.AgentException;
import io.connscale.control.ServerSettings;
import io.connscale.control.ServerStatus;
import io.connscale.net.Errno;
import io.connscale.net.Link;
import io.connscale.net.Links;
import io.connscale.net.Transport;
import io.connscale.net.Wire;
import io.netty.channel.ChannelException;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** A process with few files, for {@link FewFilesTest}: runs a server, or opens sockets until there are no more. */
final class FewFilesMain {
    private FewFilesMain() {}

    public static void main(String[] args) throws Exception {
        PrintStream answers = System.out;
        System.setOut(System.err); // where logging goes
        if (args[0].equals("server")) {
            serve(answers);
        } else {
            answers.println(errnoOfTheLastSocket());
        }
    }

    /** Says its port, then for each line that comes in what it has counted; ends with its input. */
    private static void serve(PrintStream answers) throws AgentException, IOException {
        ServerSettings settings = new ServerSettings("127.0.0.1", List.of(0), 1024, 1);
        try (PingPongServer server = new PingPongServer(settings, Transport.best())) {
            server.start().join();
            answers.println(server.status().join().listeners().get(0).port());
            BufferedReader lines = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.US_ASCII));
            while (lines.readLine() != null) {
                ServerStatus status = server.status().join();
                answers.println(status.established() + " " + status.errors());
            }
        }
    }

    private static String errnoOfTheLastSocket() {
        Transport transport = Transport.best();
        Links links = transport.links(transport.loops(1, "few").next(), Wire.PING);
        List<Link> open = new ArrayList<>();
        try {
            while (open.size() < 1000) {
                open.add(links.newLink(new InetSocketAddress(InetAddress.getLoopbackAddress(), 1)));
            }
            return "no error";
        } catch (ChannelException e) {
            return Errno.name(e);
        }
    }
}
