/* A disk that is full, or takes nothing. Preloaded into a real process: while the folder that
   RUHU_TEST_DISK names holds a file ".full" or ".read-only", what the process writes into files of that
   file system is answered as the system would answer it. Works for every user and in every container,
   where mounting a disk does not. */

#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

static char full[4096], read_only[4096];
static dev_t disk;

__attribute__((constructor)) static void begin(void) {
  const char *name = getenv("RUHU_TEST_DISK");
  struct stat folder;
  if (!name || stat(name, &folder) != 0) return;
  disk = folder.st_dev;
  snprintf(full, sizeof full, "%s/.full", name);
  snprintf(read_only, sizeof read_only, "%s/.read-only", name);
}

static int is_so(const char *name) {
  int before = errno;
  int is_there = name[0] && access(name, F_OK) == 0;
  errno = before;
  return is_there;
}

static int is_on_disk(const struct stat *file) { return S_ISREG(file->st_mode) && file->st_dev == disk; }

/* Whether a file that is to reach to `end`, or on by `more` if that is -1, is refused. */
static int is_refused(int fd, off_t end, off_t more) {
  int read_only_now = is_so(read_only);
  struct stat file;
  if (!read_only_now && !is_so(full)) return 0;
  if (fstat(fd, &file) != 0 || !is_on_disk(&file)) return 0;
  if (end < 0) {
    int appends = fcntl(fd, F_GETFL) & O_APPEND;
    end = (appends ? file.st_size : lseek(fd, 0, SEEK_CUR)) + more;
  }
  if (!read_only_now && end <= file.st_size) return 0;
  errno = read_only_now ? EROFS : ENOSPC;
  return 1;
}

static off_t length_of(const struct iovec *parts, int count) {
  off_t all = 0;
  for (int at = 0; at < count; at++) all += parts[at].iov_len;
  return all;
}

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

ssize_t write(int fd, const void *from, size_t count) {
  static __typeof__(&write) real;
  if (!real) real = REAL(write);
  return is_refused(fd, -1, count) ? -1 : real(fd, from, count);
}

ssize_t writev(int fd, const struct iovec *parts, int count) {
  static __typeof__(&writev) real;
  if (!real) real = REAL(writev);
  return is_refused(fd, -1, length_of(parts, count)) ? -1 : real(fd, parts, count);
}

#define AT_A_PLACE(name)                                                       \
  ssize_t name(int fd, const void *from, size_t count, off_t at) {             \
    static __typeof__(&name) real;                                             \
    if (!real) real = REAL(name);                                              \
    return is_refused(fd, at + (off_t)count, 0) ? -1 : real(fd, from, count, at); \
  }
AT_A_PLACE(pwrite)
AT_A_PLACE(pwrite64)

#define PARTS_AT_A_PLACE(name)                                                 \
  ssize_t name(int fd, const struct iovec *parts, int count, off_t at) {       \
    static __typeof__(&name) real;                                             \
    if (!real) real = REAL(name);                                              \
    return is_refused(fd, at + length_of(parts, count), 0) ? -1 : real(fd, parts, count, at); \
  }
PARTS_AT_A_PLACE(pwritev)
PARTS_AT_A_PLACE(pwritev64)

#define RESERVING(name)                                                        \
  int name(int fd, off_t at, off_t count) {                                    \
    static __typeof__(&name) real;                                             \
    if (!real) real = REAL(name);                                              \
    return is_refused(fd, at + count, 0) ? errno : real(fd, at, count);        \
  }
RESERVING(posix_fallocate)
RESERVING(posix_fallocate64)

static int must_not_open(const char *name, int flags) {
  struct stat file;
  if ((flags & O_ACCMODE) == O_RDONLY && !(flags & (O_CREAT | O_TRUNC))) return 0;
  if (!is_so(read_only)) return 0;
  if (stat(name, &file) == 0 ? !is_on_disk(&file) : !(flags & O_CREAT)) return 0;
  errno = EROFS;
  return 1;
}

#define OPENING(name)                                                          \
  int name(const char *file, int flags, ...) {                                 \
    static __typeof__(&name) real;                                             \
    va_list more;                                                              \
    va_start(more, flags);                                                     \
    mode_t mode = flags & (O_CREAT | O_TMPFILE) ? va_arg(more, mode_t) : 0;    \
    va_end(more);                                                              \
    if (!real) real = REAL(name);                                              \
    return must_not_open(file, flags) ? -1 : real(file, flags, mode);          \
  }
OPENING(open)
OPENING(open64)
