/*
 * A small file, read whole, and how to see that it has changed.
 *
 * Must never wait for a peer: a pipe or a device is refused before it is read.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "file_text.h"

#include "check.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Whoever sets a file's time may set any: what nanoseconds cannot hold is the
 * last of them, and before 1970 is 1970. */
static int64_t in_ns(struct timespec at)
{
    int64_t ns;
    if (at.tv_sec < 0) {
        return 0;
    }
    if (__builtin_mul_overflow((int64_t)at.tv_sec, INT64_C(1000000000), &ns) ||
        __builtin_add_overflow(ns, (int64_t)at.tv_nsec, &ns)) {
        return INT64_MAX;
    }
    return ns;
}

static struct cg_file_stamp stamp_of(const struct stat *about)
{
    return (struct cg_file_stamp){
        .seen = true,
        .there = true,
        .device = about->st_dev,
        .inode = about->st_ino,
        .size = about->st_size,
        .written_ns = in_ns(about->st_mtim),
        .changed_ns = in_ns(about->st_ctim),
    };
}

void cg_file_stamp_take(const char *path, struct cg_file_stamp *stamp)
{
    struct stat about;
    *stamp = (struct cg_file_stamp){.seen = true};
    if (stat(path, &about) == 0) {
        *stamp = stamp_of(&about);
    }
}

bool cg_file_stamp_same(const struct cg_file_stamp *a,
                        const struct cg_file_stamp *b)
{
    if (!a->seen || !b->seen || a->there != b->there) {
        return false;
    }
    return !a->there || (a->device == b->device && a->inode == b->inode &&
                         a->size == b->size && a->written_ns == b->written_ns &&
                         a->changed_ns == b->changed_ns);
}

static enum cg_file_outcome
refuse(struct cg_file_text *file, const char *remedy, const char *wrong)
{
    snprintf(file->wrong, sizeof(file->wrong), "%s", wrong);
    file->remedy = remedy;
    return CG_FILE_REFUSED;
}

static enum cg_file_outcome refuse_errno(struct cg_file_text *file, int error)
{
    char wrong[sizeof(file->wrong)];
    snprintf(wrong, sizeof(wrong), "it cannot be read: %s", strerror(error));
    return refuse(file,
                  error == ENOENT ? "put it back, or correct the path"
                                  : "let the gate's user read it",
                  wrong);
}

/* Up to |room| bytes; fewer at the end of the file only.  -1 on an error. */
static ssize_t read_whole(int fd, char *bytes, size_t room)
{
    size_t len = 0;
    while (len < room) {
        ssize_t got = read(fd, bytes + len, room - len);
        if (got < 0 && errno == EINTR) {
            continue;
        }
        if (got < 0) {
            return -1;
        }
        if (got == 0) {
            break;
        }
        len += (size_t)got;
    }
    return (ssize_t)len;
}

/* Whether |fd| is still what it was when |file->stamp| was taken. */
static bool unchanged(int fd, const struct cg_file_text *file)
{
    struct stat about;
    if (fstat(fd, &about) != 0) {
        return false;
    }
    struct cg_file_stamp now = stamp_of(&about);
    return cg_file_stamp_same(&now, &file->stamp);
}

static enum cg_file_outcome read_open(int fd, struct cg_file_text *file)
{
    size_t size = (size_t)file->stamp.size;
    file->text = malloc(size + 2);
    if (file->text == NULL) {
        return refuse(file, "free some", "there is not enough memory");
    }
    /* One byte more than it had: a file that grows must not look whole. */
    ssize_t len = read_whole(fd, file->text, size + 1);
    if (len < 0) {
        return refuse_errno(file, errno);
    }
    if ((size_t)len != size || !unchanged(fd, file)) {
        return CG_FILE_CHANGING;
    }
    file->len = size;
    file->text[size] = '\0';
    return CG_FILE_READ;
}

static enum cg_file_outcome
check_and_read(int fd, size_t max, struct cg_file_text *file)
{
    struct stat about;
    if (fstat(fd, &about) != 0) {
        return refuse_errno(file, errno);
    }
    file->stamp = stamp_of(&about);
    if (!S_ISREG(about.st_mode)) {
        return refuse(file, "name a plain file", "it is not a plain file");
    }
    if (about.st_size > (off_t)max) {
        char wrong[sizeof(file->wrong)];
        snprintf(wrong, sizeof(wrong), "it has %lld bytes, more than %zu",
                 (long long)about.st_size, max);
        return refuse(file, "leave out what the gate does not need", wrong);
    }
    return read_open(fd, file);
}

enum cg_file_outcome
cg_file_text_read(const char *path, size_t max, struct cg_file_text *file)
{
    CG_ASSERT(max < SIZE_MAX / 2);
    *file = (struct cg_file_text){0};
    cg_file_stamp_take(path, &file->stamp);
    /* Opening a pipe for reading would wait for somebody to write. */
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0) {
        return refuse_errno(file, errno);
    }
    enum cg_file_outcome outcome = check_and_read(fd, max, file);
    close(fd);
    return outcome;
}

void cg_file_text_deinit(struct cg_file_text *file)
{
    free(file->text);
    file->text = NULL;
    file->len = 0;
}
