/*
 * The entry process of a pod's sandbox: PID 1 of the container that holds the pod's namespaces and volumes.
 *  - Runs the commands of $SLIPWAY_SETUP at every start, then the commands that arrive on stdin, one per line:
 *    "ID COMMAND ARGUMENT..." answered by "ID ok TEXT" or "ID error TEXT". Arguments are percent-encoded.
 *  - Reaps the orphans of a shared process namespace.
 *  - Exits on SIGTERM and SIGINT.
 * As `dial PORT` and `kill PID CONTAINER` it is a helper that ends by itself.
 */
#define _GNU_SOURCE
#include "sandbox.h"
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static char setup_error[8192];

static int command_ready(struct arguments *a, struct answer *answer) {
  (void)a;
  snprintf(answer->text, sizeof answer->text, "%s", setup_error);
  return setup_error[0] ? -1 : 0;
}

static const struct {
  const char *name;
  int arguments;
  int (*run)(struct arguments *, struct answer *);
} commands[] = {
    {"ready", 0, command_ready},     {"write", 5, command_write},     {"mkdir", 4, command_mkdir},
    {"link", 2, command_link},       {"remove", 1, command_remove},   {"own", 3, command_own},
    {"kind", 1, command_kind},       {"tail", 2, command_tail},       {"publish", 2, command_publish},
    {"resolve", 3, command_resolve}, {"netlink", 2, command_netlink},
    {"usage", 1, command_usage},
};

int fail(struct answer *answer, const char *what, const char *path) {
  snprintf(answer->text, sizeof answer->text, "%s %s: %s", what, path, strerror(errno));
  return -1;
}

static int hex(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return 0;
}

static void decode_percent(char *text) {
  char *out = text;
  for (char *in = text; *in; in++) {
    if (*in == '%' && in[1] && in[2]) {
      *out++ = (char)(hex(in[1]) * 16 + hex(in[2]));
      in += 2;
    } else if (*in != '%') {
      *out++ = *in;
    }
  }
  *out = 0;
}

/* Runs "COMMAND ARGUMENT..."; a lone "%" is an empty argument. */
static int run(char *line, struct answer *answer) {
  answer->text[0] = 0;
  char *next = line;
  char *name = strsep(&next, " ");
  struct arguments a = {.count = 0};
  while (next && a.count < 8) {
    char *item = strsep(&next, " ");
    decode_percent(item);
    a.items[a.count++] = item;
  }
  for (size_t i = 0; i < sizeof commands / sizeof commands[0]; i++) {
    if (strcmp(commands[i].name, name) || commands[i].arguments != a.count) continue;
    return commands[i].run(&a, answer);
  }
  snprintf(answer->text, sizeof answer->text, "unknown command %s with %d arguments", name, a.count);
  return -1;
}

static void set_up(void) {
  char *next = getenv("SLIPWAY_SETUP");
  static struct answer answer;
  while (next && *next) {
    char *line = strsep(&next, "\n");
    if (*line && run(line, &answer) < 0 && !setup_error[0]) strcpy(setup_error, answer.text);
  }
}

static void answer_line(char *line) {
  static struct answer answer;
  static char out[sizeof answer.text + 128];
  char *next = line;
  char *id = strsep(&next, " ");
  if (!next || strlen(id) > 64) return;
  /* Walking a whole volume takes its time: a child does that, and nobody else waits. */
  pid_t child = !strncmp(next, "usage ", 6) ? fork() : -1;
  if (child > 0) return;
  int result = run(next, &answer);
  int length = snprintf(out, sizeof out, "%s %s %s\n", id, result < 0 ? "error" : "ok", answer.text);
  for (int sent = 0; sent < length;) {
    ssize_t n = write(1, out + sent, (size_t)(length - sent));
    if (n < 0) break;
    sent += (int)n;
  }
  if (child == 0) _exit(0);
}

/* Reads what is there and runs the complete lines; returns -1 at the end of the stream. */
static int read_commands(void) {
  static char *buffer;
  static size_t used, size;
  if (size - used < 65536) {
    size += size / 2 + 131072;
    buffer = realloc(buffer, size);
    if (!buffer) exit(1);
  }
  ssize_t n = read(0, buffer + used, size - used - 1);
  if (n <= 0) return n < 0 && errno == EINTR ? 0 : -1;
  used += (size_t)n;
  size_t start = 0;
  for (char *end; (end = memchr(buffer + start, '\n', used - start)); start = (size_t)(end - buffer) + 1) {
    *end = 0;
    answer_line(buffer + start);
  }
  memmove(buffer, buffer + start, used - start);
  used -= start;
  return 0;
}

int main(int argc, char **argv) {
  if (argc == 3 && !strcmp(argv[1], "dial")) return dial(argv[2]);
  if (argc == 4 && !strcmp(argv[1], "kill")) return kill_in_container(argv[2], argv[3]);
  umask(0);
  signal(SIGPIPE, SIG_IGN);
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGCHLD);
  sigprocmask(SIG_BLOCK, &signals, NULL);
  struct pollfd fds[2] = {{.fd = signalfd(-1, &signals, SFD_CLOEXEC), .events = POLLIN}, {.fd = 0, .events = POLLIN}};
  set_up();
  for (;;) {
    if (poll(fds, 2, -1) < 0) continue;
    if (fds[0].revents) {
      struct signalfd_siginfo info;
      if (read(fds[0].fd, &info, sizeof info) == sizeof info && info.ssi_signo != SIGCHLD) return 0;
      while (waitpid(-1, NULL, WNOHANG) > 0) continue;
    }
    if (fds[1].revents && read_commands() < 0) fds[1].fd = -1;
  }
}
