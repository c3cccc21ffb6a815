/*
 * SPDX-License-Identifier: Apache-2.0
 */
#include "failing_calls.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

struct failing_call failing;
pid_t failing_copy;

void failing_once(const char *name, int after, int error)
{
    failing = (struct failing_call){name, after, 1, error, FAILING_ERROR};
}

void failing_never(void)
{
    failing = (struct failing_call){0};
}

bool failing_now(const char *name)
{
    if (failing.name == NULL || strcmp(failing.name, name) != 0 ||
        failing.after-- > 0) {
        return false;
    }
    failing.after = 0;
    while (failing.how == FAILING_HANGS) {
        pause();
    }
    if (failing.times > 0 && --failing.times == 0) {
        failing.name = NULL;
    }
    errno = failing.error;
    return true;
}

FAILING_CALL(int,
             close_range,
             (unsigned first, unsigned last, int flags),
             (first, last, flags),
             -1)
FAILING_CALL(int, dup2, (int from, int to), (from, to), -1)
FAILING_CALL(int, fstat64, (int file, struct stat64 *about), (file, about), -1)
FAILING_CALL(int, fsync, (int file), (file), -1)
FAILING_CALL(int, ftruncate64, (int file, off_t size), (file, size), -1)
FAILING_CALL(pid_t, getppid, (void), (), 1)
FAILING_CALL(
    void *,
    mmap64,
    (void *at, size_t len, int prot, int flags, int file, off_t offset),
    (at, len, prot, flags, file, offset),
    (void *)-1)
FAILING_CALL(DIR *, opendir, (const char *path), (path), NULL)
FAILING_CALL(int, pipe2, (int ends[2], int flags), (ends, flags), -1)
FAILING_CALL(ssize_t,
             pread64,
             (int file, void *bytes, size_t len, off_t at),
             (file, bytes, len, at),
             -1)
FAILING_CALL(
    ssize_t, read, (int file, void *bytes, size_t len), (file, bytes, len), -1)
FAILING_CALL(pid_t,
             waitpid,
             (pid_t child, int *status, int options),
             (child, status, options),
             -1)

WRAPPED(open64);

int __wrap_open64(const char *path, int flags, ...)
{
    va_list rest;
    va_start(rest, flags);
    mode_t mode = (flags & O_CREAT) != 0 ? va_arg(rest, mode_t) : 0;
    va_end(rest);
    return failing_now("open64") ? -1 : __real_open64(path, flags, mode);
}

WRAPPED(fcntl64);

int __wrap_fcntl64(int file, int command, ...)
{
    va_list rest;
    va_start(rest, command);
    int value = va_arg(rest, int);
    va_end(rest);
    return failing_now("fcntl64") ? -1 : __real_fcntl64(file, command, value);
}

WRAPPED(write);

ssize_t __wrap_write(int file, const void *bytes, size_t len)
{
    bool lies = failing.how == FAILING_LIES;
    if (!failing_now("write")) {
        return __real_write(file, bytes, len);
    }
    return lies ? (__real_write(file, bytes, len / 2), (ssize_t)len) : -1;
}

WRAPPED(fork);

pid_t __wrap_fork(void)
{
    failing_copy = failing_now("fork") ? -1 : __real_fork();
    return failing_copy;
}

/* The counters of coverage, where there are any: a copy adds its own. */
extern void __gcov_exit(void) __attribute__((weak));

_Noreturn void __real__exit(int status);
_Noreturn void __wrap__exit(int status);

_Noreturn void __wrap__exit(int status)
{
    if (__gcov_exit != NULL) {
        __gcov_exit();
    }
    __real__exit(status);
}
