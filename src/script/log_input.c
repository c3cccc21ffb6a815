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
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static bool fail(struct cg_log_input *input, const char *why)
{
    snprintf(input->why, sizeof input->why, "%s", why);
    return false;
}

bool cg_log_input_open(struct cg_log_input *input, const char *path)
{
    struct stat stat;

    input->path = path;
    input->fd = strcmp(path, "-") == 0 ? dup(STDIN_FILENO)
                                       : open(path, O_RDONLY | O_CLOEXEC);
    if (input->fd < 0 || fstat(input->fd, &stat) != 0)
        return fail(input, strerror(errno));
    if (S_ISDIR(stat.st_mode))
        return fail(input, "is a directory; name the files in it");
    input->size = S_ISREG(stat.st_mode) ? (uint64_t)stat.st_size : 0;
    return true;
}

ssize_t cg_log_input_read(struct cg_log_input *input, char *bytes, size_t len)
{
    ssize_t count;

    do
        count = read(input->fd, bytes, len);
    while (count < 0 && errno == EINTR);
    if (count < 0)
        fail(input, strerror(errno));
    else
        input->done += (uint64_t)count;
    return count;
}

void cg_log_input_close(struct cg_log_input *input)
{
    if (input->path != NULL && input->fd >= 0)
        close(input->fd);
}
