/* The floor: the least that user space can spend on N TCP connections playing Ping/Pong.
 * One thread, one epoll set, one small struct a connection. What connscale does is measured against it.
 *   floor server PORT BACKLOG
 *   floor client HOST PORT N INTERVAL_MS SECONDS WINDOW
 * SIGUSR1: prints how many pings it has counted so far.
 * cc -O2 -o floor floor.c
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
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

static uint64_t now(void) { struct timespec t; clock_gettime(CLOCK_MONOTONIC, &t); return t.tv_sec * 1000000000ull + t.tv_nsec; }
static void die(const char *w) { perror(w); exit(1); }
static long rss_kb(void) { FILE *f = fopen("/proc/self/statm", "r"); long a, b; if (fscanf(f, "%ld %ld", &a, &b) != 2) b = 0; fclose(f); return b * 4; }
static double cpu_s(void) { struct rusage r; getrusage(RUSAGE_SELF, &r); return r.ru_utime.tv_sec + r.ru_stime.tv_sec + (r.ru_utime.tv_usec + r.ru_stime.tv_usec) / 1e6; }

static volatile sig_atomic_t stop;
static void on_term(int s) { (void)s; stop = 1; }
static volatile sig_atomic_t asked;
static void on_usr1(int s) { (void)s; asked = 1; }
static void tell(long conns, uint64_t pings) { if (asked) { asked = 0; printf("now connections=%ld pings=%lu\n", conns, pings); fflush(stdout); } }

static int server(int port, int backlog) {
  signal(SIGTERM, on_term); signal(SIGINT, on_term);
  int l = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0), one = 1;
  setsockopt(l, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
  struct sockaddr_in a = {.sin_family = AF_INET, .sin_port = htons(port)};
  if (bind(l, (void *)&a, sizeof a) || listen(l, backlog)) die("listen");
  int ep = epoll_create1(0); struct epoll_event e = {.events = EPOLLIN, .data.fd = l}, ev[1024];
  epoll_ctl(ep, EPOLL_CTL_ADD, l, &e);
  long conns = 0, peak = 0, pings = 0, rss = 0; double cpu0 = cpu_s(); char b[256];
  while (!stop) {
    int n = epoll_wait(ep, ev, 1024, 1000);
    tell(conns, pings);
    for (int i = 0; i < n; i++) {
      int fd = ev[i].data.fd;
      if (fd == l) {
        for (int c; (c = accept4(l, 0, 0, SOCK_NONBLOCK)) >= 0; ) { e.events = EPOLLIN; e.data.fd = c; epoll_ctl(ep, EPOLL_CTL_ADD, c, &e); if (++conns > peak) { peak = conns; if (!(peak & 1023)) rss = rss_kb(); } }
      } else {
        ssize_t k = read(fd, b, sizeof b);
        if (k > 0) { pings += k / 4; if (write(fd, "Pong", 4) != 4) {} }
        else if (k == 0 || errno != EAGAIN) { close(fd); conns--; }
      }
    }
  }
  fprintf(stderr, "server peak=%ld pings=%ld rss_kb=%ld cpu_s=%.2f\n", peak, pings, rss, cpu_s() - cpu0);
  return 0;
}

struct conn { int fd; uint32_t state; uint64_t due, sent; };
static uint32_t hist[64 * 32];
static void rec(uint64_t ns) { uint64_t us = ns / 1000; int e = us < 32 ? 0 : 59 - __builtin_clzll(us); int m = us < 32 ? (int)us : (int)(us >> e) & 31; hist[e * 32 + m + (us < 32 ? 0 : 32)]++; }
static double pct(double p) { uint64_t t = 0, c = 0; for (int i = 0; i < 2048; i++) t += hist[i]; for (int i = 0; i < 2048; i++) { c += hist[i]; if (c >= t * p) { if (i < 64) return i % 64 < 32 ? i : i - 32; int e = i / 32 - 1; return (double)((uint64_t)((i & 31) | (e ? 32 : 0)) << e); } } return 0; }

static int client(const char *host, int port, int N, int interval_ms, int seconds, int window) {
  struct sockaddr_in a = {.sin_family = AF_INET, .sin_port = htons(port)}; inet_pton(AF_INET, host, &a.sin_addr);
  struct conn *c = calloc(N, sizeof *c); int ep = epoll_create1(0); struct epoll_event e, ev[1024];
  int started = 0, up = 0, failed = 0, inflight = 0, err = 0; uint64_t t0 = now();
  while (up + failed < N) {
    while (started < N && inflight < window) {
      struct conn *k = &c[started++]; k->fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
      if (k->fd < 0) { err = errno; failed++; continue; }
      int one = 1; setsockopt(k->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
      if (connect(k->fd, (void *)&a, sizeof a) && errno != EINPROGRESS) { err = errno; close(k->fd); k->fd = -1; failed++; continue; }
      e.events = EPOLLOUT; e.data.ptr = k; epoll_ctl(ep, EPOLL_CTL_ADD, k->fd, &e); inflight++;
    }
    if (!inflight) continue;
    int n = epoll_wait(ep, ev, 1024, 5000); if (n == 0) break;
    for (int i = 0; i < n; i++) { struct conn *k = ev[i].data.ptr; int s = 0; socklen_t sl = sizeof s; getsockopt(k->fd, SOL_SOCKET, SO_ERROR, &s, &sl); inflight--;
      if (s) { err = s; close(k->fd); k->fd = -1; failed++; } else { e.events = EPOLLIN; e.data.ptr = k; epoll_ctl(ep, EPOLL_CTL_MOD, k->fd, &e); k->state = 1; up++; } }
  }
  double secs = (now() - t0) / 1e9;
  printf("client connected=%d failed=%d last_error=%s connect_s=%.3f rate=%.0f/s cpu_s=%.2f rss_kb=%ld\n", up, failed, err ? strerror(err) : "-", secs, up / secs, cpu_s(), rss_kb()); fflush(stdout);
  /* pings, in the order of their phase: the ring of connections is the timer */
  uint64_t base = now(), step = interval_ms * 1000000ull / (N ? N : 1), end = base + seconds * 1000000000ull, sent = 0, got = 0, lost = 0; double cpu0 = cpu_s(); char b[64]; uint64_t next = 0;
  while (now() < end) {
    tell(up, sent);
    uint64_t t = now();
    while (base + next * step <= t) { struct conn *k = &c[next % N]; if (k->state == 1) { k->sent = base + next * step; if (write(k->fd, "Ping", 4) == 4) { sent++; k->state = 2; } } next++; }
    int n = epoll_wait(ep, ev, 1024, 1); uint64_t r = now();
    for (int i = 0; i < n; i++) { struct conn *k = ev[i].data.ptr; ssize_t x = read(k->fd, b, sizeof b); if (x > 0) { got++; rec(r - k->sent); k->state = 1; } else if (x == 0 || errno != EAGAIN) { close(k->fd); k->state = 3; lost++; } }
  }
  printf("client pings=%lu pongs=%lu lost=%lu cpu_us_per_ping=%.2f rss_kb=%ld p50=%.0fus p99=%.0fus p99.9=%.0fus\n", sent, got, lost, (cpu_s() - cpu0) * 1e6 / (sent ? sent : 1), rss_kb(), pct(.5), pct(.99), pct(.999));
  return failed != 0;
}

int main(int n, char **v) {
  struct rlimit r; getrlimit(RLIMIT_NOFILE, &r); r.rlim_cur = r.rlim_max; setrlimit(RLIMIT_NOFILE, &r); signal(SIGPIPE, SIG_IGN); signal(SIGUSR1, on_usr1);
  if (n == 4 && !strcmp(v[1], "server")) return server(atoi(v[2]), atoi(v[3]));
  if (n == 8 && !strcmp(v[1], "client")) return client(v[2], atoi(v[3]), atoi(v[4]), atoi(v[5]), atoi(v[6]), atoi(v[7]));
  fprintf(stderr, "usage: floor server PORT BACKLOG | floor client HOST PORT N INTERVAL_MS SECONDS WINDOW\n"); return 2;
}
