"""Two network interfaces, slow0 and slow1, and between them a path on which each packet takes so many milliseconds.

Usage, as root: delay.py MILLISECONDS; it ends when its standard input does. Not every kernel has netem.
"""
import collections, fcntl, os, select, struct, sys, time

TUNSETIFF, IFF_TUN, IFF_NO_PI = 0x400454CA, 1, 0x1000


def interface(name):
    fd = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK)
    fcntl.ioctl(fd, TUNSETIFF, struct.pack("16sH22x", name, IFF_TUN | IFF_NO_PI))
    return fd


delay = float(sys.argv[1]) / 1000
first, second = interface(b"slow0"), interface(b"slow1")
other = {first: second, second: first}
waiting = collections.deque()  # (when, whereto, packet), in the order of when
print("ready", flush=True)
while True:
    left = max(0, waiting[0][0] - time.monotonic()) if waiting else None
    readable = select.select([first, second, 0], [], [], left)[0]
    if 0 in readable:
        break
    for fd in readable:
        waiting.append((time.monotonic() + delay, other[fd], os.read(fd, 65536)))
    while waiting and waiting[0][0] <= time.monotonic():
        _, whereto, packet = waiting.popleft()
        try:
            os.write(whereto, packet)
        except OSError:
            pass  # that interface is down, or its queue is full: the packet is lost
