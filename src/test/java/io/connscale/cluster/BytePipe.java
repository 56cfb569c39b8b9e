package io.connscale.cluster;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Bytes from one end to the other, as a pipe of the kernel has them: bounded, deaf to interrupts, and, unlike those of
 * {@code java.io}, with no regard to which threads write and whether they live on.
 */
final class BytePipe {
    private static final int MAX = 1 << 16;

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private byte[] ring = new byte[1 << 10];
    private long written;
    private long read;
    private boolean closed;

    final InputStream in = new InputStream() {
        @Override
        public int read() {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] bytes, int offset, int length) {
            return take(bytes, offset, length);
        }

        @Override
        public int available() {
            lock.lock();
            try {
                return (int) (written - read);
            } finally {
                lock.unlock();
            }
        }

        @Override
        public void close() {
            BytePipe.this.close();
        }
    };

    final OutputStream out = new OutputStream() {
        @Override
        public void write(int b) throws IOException {
            put((byte) b);
        }

        @Override
        public void close() {
            BytePipe.this.close();
        }
    };

    private int take(byte[] bytes, int offset, int length) {
        lock.lock();
        try {
            while (read == written && !closed) {
                changed.awaitUninterruptibly();
            }
            int n = (int) Math.min(length, written - read);
            for (int i = 0; i < n; i++) {
                bytes[offset + i] = ring[(int) (read++ % ring.length)];
            }
            changed.signalAll();
            return n == 0 ? -1 : n;
        } finally {
            lock.unlock();
        }
    }

    private void put(byte b) throws IOException {
        lock.lock();
        try {
            while (written - read == MAX && !closed) {
                changed.awaitUninterruptibly();
            }
            if (closed) {
                throw new IOException("Broken pipe");
            }
            if (written - read == ring.length) {
                grow();
            }
            ring[(int) (written++ % ring.length)] = b;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Of hundreds of pipes few are ever full. */
    private void grow() {
        byte[] larger = new byte[2 * ring.length];
        for (long at = read; at < written; at++) {
            larger[(int) (at % larger.length)] = ring[(int) (at % ring.length)];
        }
        ring = larger;
    }

    /** What was written can still be read. */
    void close() {
        lock.lock();
        try {
            closed = true;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }
}
