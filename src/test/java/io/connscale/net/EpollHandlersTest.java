package io.connscale.net;

import static org.assertj.core.api.Assertions.assertThat;

import io.connscale.net.EpollHandlers.ByDescriptor;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

class EpollHandlersTest {
    @Property(tries = 200)
    void whatIsRegisteredIsFoundByItsDescriptorAsInAnyMap(
            @ForAll @Size(max = 300) List<@IntRange(min = -200, max = 200) Integer> puts) {
        ByDescriptor<String> map = new ByDescriptor<>();
        Map<Integer, String> known = new HashMap<>();
        for (int i = 0; i < puts.size(); i++) {
            int key = Math.abs(puts.get(i));
            if (puts.get(i) < 0) {
                assertThat(map.remove(key)).isEqualTo(known.remove(key));
            } else {
                assertThat(map.put(key, "v" + i)).isEqualTo(known.put(key, "v" + i));
            }
            assertThat(map.get(key)).isEqualTo(known.get(key));
            assertThat(map.containsKey(key)).isEqualTo(known.containsKey(key));
        }
        assertThat(map.size()).isEqualTo(known.size());
        assertThat(map.isEmpty()).isEqualTo(known.isEmpty());
        assertThat(map.values()).containsExactlyInAnyOrderElementsOf(known.values());
        assertThat(map.get(100_000)).isNull();
    }
}
