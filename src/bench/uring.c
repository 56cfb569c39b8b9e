/* The floor by io_uring: as floor.c, but Pings, Pongs and accepted connections go through one ring of the kernel's. What is sent waits in the
 * ring until the next wait submits all of it in one call; a receive is asked for once a connection and stays (multishot), and takes its
 * bytes from a ring of buffers that all connections share.
 *   uring server PORT BACKLOG
 *   uring client HOST PORT N INTERVAL_MS SECONDS WINDOW
 * SIGUSR1: prints how many pings it has counted so far.
 * cc -O2 -o uring uring.c -luring        (Linux 6.1, liburing 2.3)
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <liburing.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { BUFFERS = 4096, SIZE = 64, GROUP = 1 };
static const uint64_t SENT = ~0ull, ACCEPTED = ~1ull; /* what a completion is of; any other number names a connection */

static struct io_uring ring;
static struct io_uring_buf_ring *shared;
static char buffers[BUFFERS * SIZE];
static volatile sig_atomic_t stop, asked;

static void on_term(int s) { (void)s; stop = 1; }
static void on_usr1(int s) { (void)s; asked = 1; }
static void die(const char *what) { perror(what); exit(1); }
static uint64_t now(void) { struct timespec t; clock_gettime(CLOCK_MONOTONIC, &t); return t.tv_sec * 1000000000ull + t.tv_nsec; }
static void tell(long connections, uint64_t pings) {
  if (!asked) return;
  asked = 0;
  printf("now connections=%ld pings=%lu\n", connections, pings);
  fflush(stdout);
}

static void give(unsigned id) { io_uring_buf_ring_add(shared, buffers + id * SIZE, SIZE, id, io_uring_buf_ring_mask(BUFFERS), 0); io_uring_buf_ring_advance(shared, 1); }

static void open_ring(void) {
  struct io_uring_params p = {.flags = IORING_SETUP_SINGLE_ISSUER | IORING_SETUP_DEFER_TASKRUN | IORING_SETUP_CQSIZE, .cq_entries = 65536};
  int r = io_uring_queue_init_params(4096, &ring, &p);
  if (r) { errno = -r; die("io_uring"); }
  size_t size = BUFFERS * sizeof(struct io_uring_buf);
  if (posix_memalign((void **)&shared, 4096, size)) die("memory");
  memset(shared, 0, size);
  struct io_uring_buf_reg ours = {.ring_addr = (uintptr_t)shared, .ring_entries = BUFFERS, .bgid = GROUP};
  r = io_uring_register_buf_ring(&ring, &ours, 0);
  if (r) { errno = -r; die("buffers of io_uring"); }
  for (unsigned id = 0; id < BUFFERS; id++) give(id);
}

static struct io_uring_sqe *next_entry(void) {
  struct io_uring_sqe *s = io_uring_get_sqe(&ring);
  if (!s) { io_uring_submit(&ring); s = io_uring_get_sqe(&ring); }
  return s;
}

static void receive(int fd, uint64_t name) {
  struct io_uring_sqe *s = next_entry();
  io_uring_prep_recv_multishot(s, fd, NULL, 0, 0);
  s->flags |= IOSQE_BUFFER_SELECT;
  s->buf_group = GROUP;
  io_uring_sqe_set_data64(s, name);
}

static void say(int fd, const char *four) { /* nothing comes back where it succeeds */
  struct io_uring_sqe *s = next_entry();
  io_uring_prep_send(s, fd, four, 4, MSG_NOSIGNAL);
  s->flags |= IOSQE_CQE_SKIP_SUCCESS;
  io_uring_sqe_set_data64(s, SENT);
}

static void accept_all(int l) {
  struct io_uring_sqe *s = next_entry();
  io_uring_prep_multishot_accept(s, l, NULL, NULL, 0);
  io_uring_sqe_set_data64(s, ACCEPTED);
}

static void wait_for(unsigned at_least, long nanoseconds) {
  struct io_uring_cqe *first;
  struct __kernel_timespec t = {nanoseconds / 1000000000, nanoseconds % 1000000000};
  io_uring_submit_and_wait_timeout(&ring, &first, at_least, &t, NULL);
}

static int server(int port, int backlog) {
  int l = socket(AF_INET, SOCK_STREAM, 0), one = 1;
  setsockopt(l, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
  struct sockaddr_in a = {.sin_family = AF_INET, .sin_port = htons(port)};
  if (bind(l, (void *)&a, sizeof a) || listen(l, backlog)) die("listen");
  open_ring();
  accept_all(l);
  long connections = 0;
  uint64_t pings = 0;
  while (!stop) {
    wait_for(1, 1000000000);
    tell(connections, pings);
    struct io_uring_cqe *c;
    unsigned head, n = 0;
    io_uring_for_each_cqe(&ring, head, c) {
      n++;
      uint64_t name = c->user_data;
      int more = c->flags & IORING_CQE_F_MORE;
      if (name == SENT) continue;
      if (name == ACCEPTED) {
        if (c->res >= 0) { receive(c->res, c->res); connections++; }
        if (!more) accept_all(l);
      } else if (c->res > 0) {
        pings += c->res / 4;
        give(c->flags >> IORING_CQE_BUFFER_SHIFT);
        say((int)name, "Pong");
        if (!more) receive((int)name, name);
      } else if (c->res == -ENOBUFS) receive((int)name, name);
      else { close((int)name); connections--; }
    }
    io_uring_cq_advance(&ring, n);
  }
  return 0;
}

struct conn { int fd, up, waits; };

/* Opens all of them as floor.c does, by epoll: opening is not what is compared here. */
static int open_all(struct conn *k, int N, struct sockaddr_in *a, int window) {
  int ep = epoll_create1(0), started = 0, up = 0, failed = 0, waiting = 0, one = 1;
  struct epoll_event e = {.events = EPOLLOUT}, ev[1024];
  while (up + failed < N) {
    for (; started < N && waiting < window; started++) {
      int fd = k[started].fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
      if (fd < 0) { failed++; continue; }
      setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
      if (connect(fd, (void *)a, sizeof *a) && errno != EINPROGRESS) { close(fd); failed++; continue; }
      e.data.u32 = started;
      epoll_ctl(ep, EPOLL_CTL_ADD, fd, &e);
      waiting++;
    }
    int n = epoll_wait(ep, ev, 1024, 5000);
    if (n <= 0) break;
    for (int i = 0; i < n; i++) {
      struct conn *c = &k[ev[i].data.u32];
      int error = 0;
      socklen_t size = sizeof error;
      getsockopt(c->fd, SOL_SOCKET, SO_ERROR, &error, &size);
      epoll_ctl(ep, EPOLL_CTL_DEL, c->fd, NULL);
      waiting--;
      if (error) { close(c->fd); failed++; } else { c->up = 1; up++; }
    }
  }
  close(ep);
  printf("client connected=%d failed=%d\n", up, N - up);
  fflush(stdout);
  return up;
}

static int client(const char *host, int port, int N, int interval_ms, int seconds, int window) {
  struct sockaddr_in a = {.sin_family = AF_INET, .sin_port = htons(port)};
  inet_pton(AF_INET, host, &a.sin_addr);
  struct conn *k = calloc(N + 1, sizeof *k);
  long up = open_all(k, N, &a, window), lost = 0;
  open_ring();
  for (int i = 0; i < N; i++) if (k[i].up) receive(k[i].fd, i);
  uint64_t base = now(), step = interval_ms * 1000000ull / (N ? N : 1), end = base + seconds * 1000000000ull, due = 0, pings = 0, pongs = 0;
  for (uint64_t t; !stop && (t = now()) < end;) {
    tell(up - lost, pings);
    for (; base + due * step <= t; due++) {
      struct conn *c = &k[due % N];
      if (!c->up || c->waits) continue;
      say(c->fd, "Ping");
      c->waits = 1;
      pings++;
    }
    wait_for(BUFFERS, 1000000); /* so it wakes a thousand times a second; floor.c does for what comes, too */
    struct io_uring_cqe *q;
    unsigned head, n = 0;
    io_uring_for_each_cqe(&ring, head, q) {
      n++;
      if (q->user_data == SENT) continue;
      struct conn *c = &k[q->user_data];
      if (q->res > 0) {
        pongs++;
        c->waits = 0;
        give(q->flags >> IORING_CQE_BUFFER_SHIFT);
        if (!(q->flags & IORING_CQE_F_MORE)) receive(c->fd, q->user_data);
      } else if (q->res == -ENOBUFS) receive(c->fd, q->user_data);
      else if (c->up) { c->up = 0; lost++; close(c->fd); }
    }
    io_uring_cq_advance(&ring, n);
  }
  printf("client pings=%lu pongs=%lu lost=%ld\n", pings, pongs, lost);
  return lost != 0 || up != N;
}

int main(int n, char **v) {
  struct rlimit files;
  getrlimit(RLIMIT_NOFILE, &files);
  files.rlim_cur = files.rlim_max;
  setrlimit(RLIMIT_NOFILE, &files);
  signal(SIGPIPE, SIG_IGN);
  signal(SIGTERM, on_term);
  signal(SIGINT, on_term);
  signal(SIGUSR1, on_usr1);
  if (n == 4 && !strcmp(v[1], "server")) return server(atoi(v[2]), atoi(v[3]));
  if (n == 8 && !strcmp(v[1], "client")) return client(v[2], atoi(v[3]), atoi(v[4]), atoi(v[5]), atoi(v[6]), atoi(v[7]));
  fprintf(stderr, "uring server PORT BACKLOG | uring client HOST PORT N INTERVAL_MS SECONDS WINDOW\n");
  return 2;
}
