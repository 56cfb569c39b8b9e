#!/usr/bin/env python3
"""What a client sees of half-open connections. As root, in a network namespace of its own, five minutes:

    ip netns add half; ip netns exec half ip link set lo up
    ip netns exec half python3 src/bench/half-open.py; ip netns del half

A socket of backlog 8 never accepts. Six clients connect whose last ACK is held back (nft); nine more fill the accept queue;
then the six ACKs come, too late. With each of the six: (a) send, receive; (b) wait 240 s, send, receive; (c) receive only,
300 s; (d) send, send. docs/LIMITS.md tells what came of it.
"""
import errno
import socket
import subprocess
import threading
import time

SERVER = ("127.0.0.1", 8989)
BEGIN = time.time()
COUNTERS = ("TcpExtListenOverflows", "TcpExtListenDrops", "TcpEstabResets", "TcpExtTCPTimeouts")


def say(*words):
    print("%7.2f s " % (time.time() - BEGIN), *words, flush=True)


def nft(command):
    subprocess.run(["nft", command], check=True)


def at_server():
    """Connections in the accept queue, and handshakes that are not finished."""
    states = []
    with open("/proc/net/tcp") as table:
        for row in table.read().splitlines()[1:]:
            local, state = row.split()[1], row.split()[3]
            if int(local.split(":")[1], 16) == SERVER[1]:
                states.append(state)
    counted = subprocess.run(["nstat", "-asz"], capture_output=True, text=True, check=True).stdout
    grown = [" ".join(line.split()[:2]) for line in counted.splitlines() if line.startswith(COUNTERS)]
    return "accept queue %d · SYN-RECEIVED %d · %s" % (states.count("01"), states.count("03"), ", ".join(grown))


def connect(port):
    client = socket.socket()
    client.bind((SERVER[0], port))
    client.connect(SERVER)
    return client


def step(client, what, seconds):
    if what == "wait":
        time.sleep(seconds)
        return None
    if what == "send":
        return "%d bytes" % client.send(b"Ping")
    client.settimeout(seconds)
    return client.recv(4) or "closed"


def experiment(name, client, *steps):
    for what, seconds in steps:
        begin = time.time()
        try:
            result = step(client, what, seconds)
        except socket.timeout:
            result = "no answer and no error"
        except OSError as e:
            result = errno.errorcode.get(e.errno, str(e))
        if result:
            say(name, what, "→", result, "after %.2f s" % (time.time() - begin))


server = socket.socket()
server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
server.bind(SERVER)
server.listen(8)
nft("add table inet half_open")
nft("add chain inet half_open out { type filter hook output priority 0; }")
nft("add rule inet half_open out tcp sport 40001-40006 tcp flags & (syn|ack|psh|fin|rst) == ack drop")
half = [connect(port) for port in range(40001, 40007)]
say("six connects came back without an error, their last ACK held back:", at_server())
full = [connect(port) for port in range(40011, 40020)]
say("nine more:", at_server())
nft("delete table inet half_open")
time.sleep(4)
say("ACKs let through; the server has repeated its SYN-ACKs:", at_server())

send, receive = ("send", 0), ("receive", 300)
threads = [
    threading.Thread(target=experiment, args=arguments)
    for arguments in (
        ("(a)", half[0], send, receive),
        ("(b)", half[1], ("wait", 240), send, ("receive", 60)),
        ("(c)", half[2], receive),
        ("(d) 1 s", half[3], send, ("wait", 1), send, receive),
        ("(d) 100 s", half[4], send, ("wait", 100), send),
    )
]
for thread in threads:
    thread.start()
for second in (60, 10, 10):
    time.sleep(second)
    say(at_server())
for thread in threads:
    thread.join()
say(at_server())
