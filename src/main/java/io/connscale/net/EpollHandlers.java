package io.connscale.net;

import io.netty.channel.IoHandler;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.unix.FileDescriptor;
import io.netty.util.collection.IntObjectHashMap;
import java.lang.reflect.Field;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Netty's epoll handlers, and what of them Netty 4.2.18 keeps to itself. Where another version has it under other names, handlers are as
 * Netty makes them, and loops have no files of their own.
 */
final class EpollHandlers {
    private static final Logger log = LoggerFactory.getLogger(EpollHandlers.class);

    private EpollHandlers() {}

    /** Handlers that find what is registered by its descriptor, at its place in an array. */
    static IoHandlerFactory factory() {
        IoHandlerFactory netty = EpollIoHandler.newFactory();
        return executor -> {
            IoHandler handler = netty.newHandler(executor);
            try {
                field(handler, "registrations").set(handler, new ByDescriptor<>());
            } catch (ReflectiveOperationException | RuntimeException e) { // it works with Netty's, too
                log.debug("registrations stay in Netty's map", e);
            }
            return handler;
        };
    }

    /** The descriptors that {@code handler} has opened. */
    static List<Integer> files(IoHandler handler) throws ReflectiveOperationException {
        List<Integer> files = new ArrayList<>();
        for (String name : List.of("epollFd", "eventFd", "timerFd")) {
            files.add(((FileDescriptor) field(handler, name).get(handler)).intValue());
        }
        return files;
    }

    private static Field field(IoHandler handler, String name) throws ReflectiveOperationException {
        Field field = handler.getClass().getDeclaredField(name);
        field.setAccessible(true);
        return field;
    }

    /**
     * Values at their place in an array. Descriptors are small and next to each other: in Netty's own map, which looks for the next free
     * place, those of a process with 19,000 connections are one run of full places, and a removal looks through the rest of it.
     */
    static final class ByDescriptor<V> extends IntObjectHashMap<V> {
        private static final int FIRST = 64;

        private @Nullable Object[] values = new Object[FIRST];
        private int size;

        ByDescriptor() {
            super(1);
        }

        @Override
        @SuppressWarnings("unchecked")
        public @Nullable V get(int key) {
            return key < values.length ? (V) values[key] : null;
        }

        @Override
        public @Nullable V put(int key, V value) {
            if (key >= values.length) {
                values = Arrays.copyOf(values, Math.max(key + 1, 2 * values.length));
            }
            V before = get(key);
            values[key] = Objects.requireNonNull(value);
            size += before == null ? 1 : 0;
            return before;
        }

        @Override
        public @Nullable V remove(int key) {
            V before = get(key);
            if (before != null) {
                values[key] = null;
                size--;
            }
            return before;
        }

        @Override
        public boolean containsKey(int key) {
            return get(key) != null;
        }

        @Override
        public int size() {
            return size;
        }

        @Override
        public boolean isEmpty() {
            return size == 0;
        }

        /** A copy. */
        @Override
        @SuppressWarnings("unchecked")
        public Collection<V> values() {
            return (Collection<V>)
                    Arrays.stream(values).filter(Objects::nonNull).toList();
        }

        @Override
        public void clear() {
            Arrays.fill(values, null);
            size = 0;
        }
    }
}
