package io.connscale.net;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A link over another, which it owns: it passes on what it has nothing to say to. */
abstract class LayeredLink implements Link, Link.Owner {
    protected final Link under;
    private @Nullable Owner owner;

    LayeredLink(Link under) {
        this.under = under;
    }

    protected final Owner owner() {
        if (owner == null) {
            throw new IllegalStateException("a link without an owner is on no loop");
        }
        return owner;
    }

    protected final boolean isOwned() {
        return owner != null;
    }

    @Override
    public final void connect(InetSocketAddress target, @Nullable InetSocketAddress source, Owner owner)
            throws IOException {
        this.owner = owner;
        under.connect(target, source, this);
    }

    @Override
    public final void open(Owner owner) {
        this.owner = owner;
        under.open(this);
    }

    @Override
    public boolean isOpen() {
        return under.isOpen();
    }

    @Override
    public final Optional<TcpInfo> tcpInfo() {
        return under.tcpInfo();
    }

    @Override
    public final boolean meetsItself() {
        return under.meetsItself();
    }

    @Override
    public final @Nullable InetSocketAddress localAddress() {
        return under.localAddress();
    }
}
