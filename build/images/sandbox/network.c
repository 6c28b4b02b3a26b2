/* Commands and helpers on the pod's network namespace, and the helper that ends a left process. */
#define _GNU_SOURCE
#include "kernel.h"
#include "sandbox.h"
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

/* Whether the reply holds an error; counts the acknowledgements down. */
static int read_reply(char *reply, ssize_t length, int *expected) {
  for (ssize_t at = 0; at + (ssize_t)sizeof(struct netlink_header) <= length;) {
    struct netlink_header *message = (struct netlink_header *)(reply + at);
    if (message->length < sizeof *message) return 0;
    if (message->type == NETLINK_ERROR) {
      (*expected)--;
      int error = -*(int32_t *)(reply + at + sizeof *message);
      if (error) return error;
    }
    at += NETLINK_ALIGN(message->length);
  }
  return 0;
}

static int count_acknowledged(char *messages, long length) {
  int count = 0;
  for (long at = 0; at + (long)sizeof(struct netlink_header) <= length;) {
    struct netlink_header *message = (struct netlink_header *)(messages + at);
    if (message->length < sizeof *message) break;
    if (message->flags & NETLINK_ACKNOWLEDGE) count++;
    at += NETLINK_ALIGN(message->length);
  }
  return count;
}

/* netlink PROTOCOL BASE64: sends netlink messages and waits for the acknowledgement of those that ask for one. */
int command_netlink(struct arguments *a, struct answer *answer) {
  static char reply[65536];
  long length = decode_base64(a->items[1]);
  char *messages = malloc((size_t)length + 4);
  if (!messages) return fail(answer, "netlink", a->items[0]);
  memcpy(messages, a->items[1], (size_t)length);
  int expected = count_acknowledged(messages, length);
  int fd = socket(AF_NETLINK_KERNEL, SOCK_RAW | SOCK_CLOEXEC, atoi(a->items[0]));
  int result = fd < 0 ? fail(answer, "netlink socket", a->items[0]) : 0;
  struct timeval limit = {.tv_sec = 5};
  setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
  struct netlink_address kernel = {.family = AF_NETLINK_KERNEL};
  if (result == 0 && sendto(fd, messages, (size_t)length, 0, (struct sockaddr *)&kernel, sizeof kernel) < 0)
    result = fail(answer, "netlink send", a->items[0]);
  while (result == 0 && expected > 0) {
    ssize_t n = recv(fd, reply, sizeof reply, 0);
    errno = n < 0 ? errno : read_reply(reply, n, &expected);
    if (errno) result = fail(answer, "netlink", a->items[0]);
  }
  free(messages);
  if (fd >= 0) close(fd);
  return result;
}

static int connect_local(int port) {
  struct sockaddr_in v4 = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port), .sin_addr = {htonl(INADDR_LOOPBACK)}};
  int fd = socket(AF_INET, SOCK_STREAM, 0);
  if (connect(fd, (struct sockaddr *)&v4, sizeof v4) == 0) return fd;
  int error = errno;
  close(fd);
  struct sockaddr_in6 v6 = {.sin6_family = AF_INET6, .sin6_port = htons((uint16_t)port), .sin6_addr = IN6ADDR_LOOPBACK_INIT};
  fd = socket(AF_INET6, SOCK_STREAM, 0);
  if (fd >= 0 && connect(fd, (struct sockaddr *)&v6, sizeof v6) == 0) return fd;
  errno = error;
  return -1;
}

static int copy(int from, int to) {
  char buffer[65536];
  ssize_t n = read(from, buffer, sizeof buffer);
  for (ssize_t sent = 0; sent < n;) {
    ssize_t w = write(to, buffer + sent, (size_t)(n - sent));
    if (w < 0) return -1;
    sent += w;
  }
  return n > 0 ? 0 : -1;
}

/* dial PORT: joins stdin and stdout to a port of 127.0.0.1. Says "connected" or why not on stderr first. */
int dial(const char *port) {
  signal(SIGPIPE, SIG_IGN);
  int fd = connect_local(atoi(port));
  if (fd < 0) {
    fprintf(stderr, "%s\n", strerror(errno));
    return 1;
  }
  if (write(2, "connected\n", 10) < 0) return 1;
  struct pollfd fds[2] = {{.fd = 0, .events = POLLIN}, {.fd = fd, .events = POLLIN}};
  while (poll(fds, 2, -1) >= 0) {
    if (fds[0].revents && copy(0, fd) < 0) {
      shutdown(fd, SHUT_WR);
      fds[0].fd = -1;
    }
    if (fds[1].revents && copy(fd, 1) < 0) return 0;
  }
  return 0;
}

/* kill PID CONTAINER: in the engine's process namespace; only a process that is still in that container. */
int kill_in_container(const char *pid, const char *container) {
  char path[64], cgroup[8192];
  snprintf(path, sizeof path, "/proc/%s/cgroup", pid);
  int fd = open(path, O_RDONLY);
  if (fd < 0) return 0;
  ssize_t n = read(fd, cgroup, sizeof cgroup - 1);
  close(fd);
  if (n <= 0) return 0;
  cgroup[n] = 0;
  if (!strstr(cgroup, container)) return 0;
  return kill(atoi(pid), SIGKILL) < 0 && errno != ESRCH;
}
