/* Commands on the files of the pod's volumes. */
#define _GNU_SOURCE
#include "sandbox.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static unsigned octal(const char *text) { return (unsigned)strtoul(text, NULL, 8); }

static void make_parents(char *path) {
  for (char *slash = path + 1; (slash = strchr(slash, '/')); slash++) {
    *slash = 0;
    mkdir(path, 0755);
    *slash = '/';
  }
}

/* write PATH MODE UID GID BASE64: in place, so that it works on the files that the engine binds over /etc. */
int command_write(struct arguments *a, struct answer *answer) {
  char *path = a->items[0];
  make_parents(path);
  int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (fd < 0) return fail(answer, "open", path);
  long length = decode_base64(a->items[4]);
  for (long sent = 0; sent < length;) {
    ssize_t n = write(fd, a->items[4] + sent, (size_t)(length - sent));
    if (n < 0) {
      int result = fail(answer, "write", path);
      close(fd);
      return result;
    }
    sent += n;
  }
  int result = 0;
  if (fchown(fd, (uid_t)atol(a->items[2]), (gid_t)atol(a->items[3])) < 0) result = fail(answer, "chown", path);
  if (fchmod(fd, octal(a->items[1])) < 0) result = fail(answer, "chmod", path);
  close(fd);
  return result;
}

/* mkdir PATH MODE UID GID: also sets mode and owner of what is there. */
int command_mkdir(struct arguments *a, struct answer *answer) {
  char *path = a->items[0];
  make_parents(path);
  if (mkdir(path, 0755) < 0 && errno != EEXIST) return fail(answer, "mkdir", path);
  if (lchown(path, (uid_t)atol(a->items[2]), (gid_t)atol(a->items[3])) < 0) return fail(answer, "chown", path);
  if (chmod(path, octal(a->items[1])) < 0) return fail(answer, "chmod", path);
  return 0;
}

/* link TARGET PATH: replaces an older link atomically. */
int command_link(struct arguments *a, struct answer *answer) {
  char next[4096];
  snprintf(next, sizeof next, "%s_tmp", a->items[1]);
  make_parents(next);
  unlink(next);
  if (symlink(a->items[0], next) < 0) return fail(answer, "symlink", next);
  if (rename(next, a->items[1]) < 0) return fail(answer, "rename", a->items[1]);
  return 0;
}

int remove_tree(const char *path) {
  DIR *dir = opendir(path);
  if (dir) {
    char child[4096];
    for (struct dirent *entry; (entry = readdir(dir));) {
      if (!strcmp(entry->d_name, ".") || !strcmp(entry->d_name, "..")) continue;
      snprintf(child, sizeof child, "%s/%s", path, entry->d_name);
      if (entry->d_type == DT_DIR) remove_tree(child);
      else unlink(child);
    }
    closedir(dir);
  }
  return rmdir(path) == 0 || unlink(path) == 0 || errno == ENOENT ? 0 : -1;
}

int command_remove(struct arguments *a, struct answer *answer) {
  return remove_tree(a->items[0]) < 0 ? fail(answer, "remove", a->items[0]) : 0;
}

static int own_tree(const char *path, gid_t gid, mode_t mask) {
  struct stat info;
  if (lstat(path, &info) < 0) return -1;
  if (lchown(path, (uid_t)-1, gid) < 0) return -1;
  if (S_ISLNK(info.st_mode)) return 0;
  mode_t extra = S_ISDIR(info.st_mode) ? mask | S_ISGID | 0110 : mask;
  if (chmod(path, (info.st_mode & 07777) | extra) < 0) return -1;
  if (!S_ISDIR(info.st_mode)) return 0;
  DIR *dir = opendir(path);
  if (!dir) return -1;
  char child[4096];
  int result = 0;
  for (struct dirent *entry; (entry = readdir(dir));) {
    if (!strcmp(entry->d_name, ".") || !strcmp(entry->d_name, "..")) continue;
    snprintf(child, sizeof child, "%s/%s", path, entry->d_name);
    if (own_tree(child, gid, mask) < 0) result = -1;
  }
  closedir(dir);
  return result;
}

/* own PATH GID MASK: fsGroup as the kubelet sets it: group, MASK (0660, or 0440 when read-only), setgid on directories. */
int command_own(struct arguments *a, struct answer *answer) {
  if (own_tree(a->items[0], (gid_t)atol(a->items[1]), octal(a->items[2])) == 0) return 0;
  return fail(answer, "chown", a->items[0]);
}

/* kind PATH: what stands there. */
int command_kind(struct arguments *a, struct answer *answer) {
  struct stat info;
  const char *kind = "missing";
  if (stat(a->items[0], &info) == 0) {
    if (S_ISDIR(info.st_mode)) kind = "directory";
    else if (S_ISREG(info.st_mode)) kind = "file";
    else if (S_ISSOCK(info.st_mode)) kind = "socket";
    else if (S_ISCHR(info.st_mode)) kind = "character";
    else if (S_ISBLK(info.st_mode)) kind = "block";
    else kind = "other";
  }
  snprintf(answer->text, sizeof answer->text, "%s", kind);
  return 0;
}

/* tail PATH BYTES: the end of a file (4096 bytes at most), in base64. */
int command_tail(struct arguments *a, struct answer *answer) {
  unsigned char bytes[4096];
  long limit = atol(a->items[1]);
  if (limit > (long)sizeof bytes) limit = sizeof bytes;
  int fd = open(a->items[0], O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
  if (fd < 0) return fail(answer, "open", a->items[0]);
  if (lseek(fd, -limit, SEEK_END) < 0) lseek(fd, 0, SEEK_SET);
  ssize_t n = read(fd, bytes, (size_t)limit);
  close(fd);
  if (n < 0) return fail(answer, "read", a->items[0]);
  encode_base64(bytes, (size_t)n, answer->text);
  return 0;
}

/* Bytes on the disk; what has several names counts once, and what goes away meanwhile not at all. */
static unsigned long long used_bytes(const char *path) {
  struct stat info;
  if (lstat(path, &info) < 0) return 0;
  unsigned long long bytes = (unsigned long long)info.st_blocks * 512;
  if (!S_ISDIR(info.st_mode)) return info.st_nlink > 1 ? bytes / info.st_nlink : bytes;
  DIR *dir = opendir(path);
  if (!dir) return bytes;
  char child[4096];
  for (struct dirent *entry; (entry = readdir(dir));) {
    if (!strcmp(entry->d_name, ".") || !strcmp(entry->d_name, "..")) continue;
    if ((size_t)snprintf(child, sizeof child, "%s/%s", path, entry->d_name) >= sizeof child) continue;
    bytes += used_bytes(child);
  }
  closedir(dir);
  return bytes;
}

/* usage PATH: the bytes that everything under it takes. */
int command_usage(struct arguments *a, struct answer *answer) {
  snprintf(answer->text, sizeof answer->text, "%llu", used_bytes(a->items[0]));
  return 0;
}
