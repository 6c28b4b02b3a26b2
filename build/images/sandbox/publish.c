/* Commands that need care with links: atomic replacement of a volume's contents, and paths inside a volume. */
#define _GNU_SOURCE
#include "kernel.h"
#include "sandbox.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

static int is_visible(const char *name) { return strncmp(name, "..", 2) && strcmp(name, "."); }

/* Makes ROOT/entry -> ..data/entry for each top entry of DIR. */
static int add_links(const char *root, const char *dir) {
  char path[4096], target[4096];
  DIR *entries = opendir(dir);
  if (!entries) return -1;
  for (struct dirent *entry; (entry = readdir(entries));) {
    if (!is_visible(entry->d_name)) continue;
    snprintf(path, sizeof path, "%s/%s", root, entry->d_name);
    snprintf(target, sizeof target, "..data/%s", entry->d_name);
    if (symlink(target, path) < 0 && errno != EEXIST) {
      closedir(entries);
      return -1;
    }
  }
  closedir(entries);
  return 0;
}

/* Removes the links of ROOT whose entry DIR no longer has, and the directories of older contents. */
static void remove_stale(const char *root, const char *name) {
  char path[4096], now[4096], target[4096];
  DIR *entries = opendir(root);
  if (!entries) return;
  for (struct dirent *entry; (entry = readdir(entries));) {
    snprintf(path, sizeof path, "%s/%s", root, entry->d_name);
    if (is_visible(entry->d_name)) {
      struct stat info;
      snprintf(now, sizeof now, "%s/%s/%s", root, name, entry->d_name);
      ssize_t n = readlink(path, target, sizeof target);
      if (n > 7 && !strncmp(target, "..data/", 7) && lstat(now, &info) < 0) unlink(path);
    } else if (entry->d_type == DT_DIR && strcmp(entry->d_name, "..") && strcmp(entry->d_name, ".") &&
               strcmp(entry->d_name, name)) {
      remove_tree(path);
    }
  }
  closedir(entries);
}

/*
 * publish ROOT NAME: makes ROOT/NAME the contents that readers see, in the order of the kubelet's atomic writer: the
 * ..data link by rename, then new links, then stale links, then the older contents.
 */
int command_publish(struct arguments *a, struct answer *answer) {
  char dir[4096], next[4096], data[4096];
  snprintf(dir, sizeof dir, "%s/%s", a->items[0], a->items[1]);
  snprintf(next, sizeof next, "%s/..data_tmp", a->items[0]);
  snprintf(data, sizeof data, "%s/..data", a->items[0]);
  unlink(next);
  if (symlink(a->items[1], next) < 0) return fail(answer, "symlink", next);
  if (rename(next, data) < 0) return fail(answer, "rename", data);
  if (add_links(a->items[0], dir) < 0) return fail(answer, "symlink", a->items[0]);
  remove_stale(a->items[0], a->items[1]);
  return 0;
}

static int open_beneath(int root, const char *path, uint64_t flags) {
  struct open_how how = {.flags = flags | O_CLOEXEC, .resolve = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS};
  return (int)syscall(SLIPWAY_OPENAT2, root, path, &how, sizeof how);
}

static void make_directories(int root, const char *path) {
  char part[4096];
  struct stat info;
  fstat(root, &info);
  for (const char *slash = path; *slash; slash++) {
    if (slash[1] && slash[1] != '/') continue;
    snprintf(part, sizeof part, "%.*s", (int)(slash - path) + 1, path);
    char *name = strrchr(part, '/');
    int parent = root;
    if (name) {
      *name++ = 0;
      parent = open_beneath(root, part, O_PATH | O_DIRECTORY);
      if (parent < 0) return;
    }
    mkdirat(parent, name ? name : part, info.st_mode & 07777);
    if (parent != root) close(parent);
  }
}

/*
 * resolve ROOT PATH MISSING: the path, free of links, that PATH has inside ROOT; a link that leaves ROOT is refused.
 * Where nothing stands, MISSING says what is made: "directory" or "file".
 */
int command_resolve(struct arguments *a, struct answer *answer) {
  int root = open(a->items[0], O_PATH | O_DIRECTORY | O_CLOEXEC);
  if (root < 0) return fail(answer, "open", a->items[0]);
  int fd = open_beneath(root, a->items[1], O_PATH);
  if (fd < 0 && errno == ENOENT && !strcmp(a->items[2], "file")) {
    struct open_how how = {
        .flags = O_WRONLY | O_CREAT | O_CLOEXEC, .mode = 0666, .resolve = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS};
    fd = (int)syscall(SLIPWAY_OPENAT2, root, a->items[1], &how, sizeof how);
  } else if (fd < 0 && errno == ENOENT) {
    make_directories(root, a->items[1]);
    fd = open_beneath(root, a->items[1], O_PATH);
  }
  int result = fd < 0 ? fail(answer, "open", a->items[1]) : 0;
  close(root);
  if (result < 0) return result;
  char link[64];
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  char path[4096];
  ssize_t n = readlink(link, path, sizeof path - 1);
  close(fd);
  if (n < 0) return fail(answer, "readlink", link);
  path[n] = 0;
  size_t prefix = strlen(a->items[0]);
  snprintf(answer->text, sizeof answer->text, "%s", path[prefix] == '/' ? path + prefix + 1 : "");
  return 0;
}
