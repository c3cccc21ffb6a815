/*
 * Files and pipes that logs are read from.
 *
 * Read, never mapped: a file that shrinks while it is read just ends.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "log_input.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define RAW_MAX ((size_t)128 * 1024)

__attribute__((format(printf, 2, 3))) static bool
fail(struct cg_log_input *input, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    vsnprintf(input->why, sizeof input->why, format, args);
    va_end(args);
    return false;
}

static ssize_t read_file(struct cg_log_input *input, char *bytes, size_t len)
{
    ssize_t count;

    do
        count = read(input->fd, bytes, len);
    while (count < 0 && errno == EINTR);
    if (count < 0)
        fail(input, "%s", strerror(errno));
    else
        input->done += (uint64_t)count;
    return count;
}

/* Reads as many bytes as tell how the file is packed, if it has them. */
static bool read_magic(struct cg_log_input *input)
{
    ssize_t count;

    input->raw = malloc(RAW_MAX);
    if (input->raw == NULL)
        return false;
    input->rest.data = input->raw;
    do {
        count = read_file(input, input->raw + input->rest.len,
                          RAW_MAX - input->rest.len);
        input->rest.len += count > 0 ? (size_t)count : 0;
    } while (count > 0 && input->rest.len < CG_LOG_MAGIC_MAX);
    return count >= 0;
}

static bool open_unpack(struct cg_log_input *input)
{
    input->packing = cg_log_packing_of(input->rest, &input->packing_name);
    if (input->packing == CG_LOG_PLAIN)
        return true;
    if (input->packing == CG_LOG_STRANGE)
        return fail(input,
                    "is packed with %s; unpack it, or pack it with gzip "
                    "or zstd",
                    input->packing_name);
    input->unpack = cg_log_unpack_open(input->packing);
    return input->unpack != NULL;
}

bool cg_log_input_open(struct cg_log_input *input, const char *path)
{
    struct stat stat;

    input->path = path;
    input->fd = strcmp(path, "-") == 0 ? dup(STDIN_FILENO)
                                       : open(path, O_RDONLY | O_CLOEXEC);
    if (input->fd < 0 || fstat(input->fd, &stat) != 0)
        return fail(input, "cannot be opened: %s", strerror(errno));
    if (S_ISDIR(stat.st_mode))
        return fail(input, "is a directory; name the logs in it");
    input->sized = S_ISREG(stat.st_mode);
    input->size = input->sized ? (uint64_t)stat.st_size : 0;
    return read_magic(input) && open_unpack(input);
}

static ssize_t read_plain(struct cg_log_input *input, char *bytes, size_t len)
{
    if (input->rest.len == 0)
        return read_file(input, bytes, len);
    len = len < input->rest.len ? len : input->rest.len;
    memcpy(bytes, input->rest.data, len);
    input->rest.data += len;
    input->rest.len -= len;
    return (ssize_t)len;
}

/* At the end of the file: what was packed must end here, too. */
static ssize_t end_packed(struct cg_log_input *input)
{
    if (cg_log_unpack_is_whole(input->unpack))
        return 0;
    fail(input, "the %s file is cut off after %llu bytes of it",
         input->packing_name, (unsigned long long)input->done);
    return -1;
}

static void
unpack_some(struct cg_log_input *input, char *bytes, size_t len, size_t *made)
{
    size_t before = input->rest.len;
    const char *why = "it goes on and on with nothing";

    input->broken = !cg_log_unpack(input->unpack, &input->rest, bytes, len,
                                   made, &why) ||
                    (*made == 0 && before > 0 && input->rest.len == before);
    if (input->broken)
        fail(input, "the %s file is damaged within its first %llu bytes: %s",
             input->packing_name,
             (unsigned long long)(input->done - input->rest.len), why);
}

static ssize_t read_packed(struct cg_log_input *input, char *bytes, size_t len)
{
    for (;;) {
        size_t made = 0;
        ssize_t count;
        if (!input->broken)
            unpack_some(input, bytes, len, &made);
        /* What was made before the damage is of use. */
        if (made > 0)
            return (ssize_t)made;
        if (input->broken)
            return -1;
        if (input->rest.len > 0)
            continue;
        count = read_file(input, input->raw, RAW_MAX);
        if (count <= 0)
            return count < 0 ? count : end_packed(input);
        input->rest = (struct cg_slice){input->raw, (size_t)count};
    }
}

ssize_t cg_log_input_read(struct cg_log_input *input, char *bytes, size_t len)
{
    return input->unpack != NULL ? read_packed(input, bytes, len)
                                 : read_plain(input, bytes, len);
}

bool cg_log_input_seek(struct cg_log_input *input, uint64_t offset)
{
    input->rest.len = 0;
    if (offset > INT64_MAX || lseek(input->fd, (off_t)offset, SEEK_SET) < 0)
        return fail(input, "cannot be read at %llu: %s",
                    (unsigned long long)offset, strerror(errno));
    return true;
}

void cg_log_input_close(struct cg_log_input *input)
{
    if (input->path != NULL && input->fd >= 0)
        close(input->fd);
    cg_log_unpack_close(input->unpack);
    free(input->raw);
}
