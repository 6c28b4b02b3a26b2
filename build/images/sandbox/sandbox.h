/* What the parts of the sandbox's entry process share. */
#pragma once
#include <stddef.h>

/* Arguments of one command; percent-decoded, NUL-terminated in place. */
struct arguments {
  char *items[8];
  int count;
};

/* The outcome of one command: 0 or -1, and one line of text (an answer, or what went wrong). */
struct answer {
  char text[8192];
};

int fail(struct answer *answer, const char *what, const char *path);

int command_write(struct arguments *a, struct answer *answer);
int command_mkdir(struct arguments *a, struct answer *answer);
int command_link(struct arguments *a, struct answer *answer);
int command_remove(struct arguments *a, struct answer *answer);
int command_own(struct arguments *a, struct answer *answer);
int command_kind(struct arguments *a, struct answer *answer);
int command_tail(struct arguments *a, struct answer *answer);
int command_publish(struct arguments *a, struct answer *answer);
int command_resolve(struct arguments *a, struct answer *answer);
int command_netlink(struct arguments *a, struct answer *answer);
int command_usage(struct arguments *a, struct answer *answer);

int remove_tree(const char *path);
long decode_base64(char *text);
int encode_base64(const unsigned char *bytes, size_t length, char *out);

int dial(const char *port);
int kill_in_container(const char *pid, const char *container);
