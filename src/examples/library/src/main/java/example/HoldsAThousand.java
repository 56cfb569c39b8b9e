package example;

import io.connscale.api.Connscale;
import java.nio.file.Path;

final class HoldsAThousand {
    public static void main(String[] args) {
        try (var scale = Connscale.open(Path.of("hosts.yaml"))) {
            var opened = scale.start("client1").open(1_000);
            System.out.println(opened.established() + " established, errors " + opened.errors());
            System.out.println("difference " + scale.count().difference().getAsLong());
        }
    }
}
