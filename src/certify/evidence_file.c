/*
 * The files of a folder of evidence: read whole, and written whole or not at
 * all.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "evidence_chain.h"

#include "creditgate/types.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

int cg_evidence_read_all(int file, char **bytes, size_t *len)
{
    struct stat stat;
    if (fstat(file, &stat) != 0) {
        return CG_ERR_IO;
    }
    if (!S_ISREG(stat.st_mode)) {
        errno = S_ISDIR(stat.st_mode) ? EISDIR : ENOTSUP;
        return CG_ERR_IO;
    }
    size_t size = (size_t)stat.st_size;
    char *text = malloc(size + 1);
    ssize_t part = 1;
    *len = 0;
    if (text == NULL) {
        return CG_ERR_MEMORY;
    }
    while (*len < size && part != 0) {
        part = pread(file, text + *len, size - *len, (off_t)*len);
        if (part < 0 && errno != EINTR) {
            free(text);
            return CG_ERR_IO;
        }
        *len += part > 0 ? (size_t)part : 0;
    }
    text[*len] = '\0';
    *bytes = text;
    return 0;
}

int cg_evidence_read_file(int dir, const char *name, char **bytes, size_t *len)
{
    /* Not to wait for whoever might write to a pipe. */
    int file = openat(dir, name,
                      O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    if (file < 0) {
        return CG_ERR_IO;
    }
    int status = cg_evidence_read_all(file, bytes, len);
    int wrong = errno;
    close(file);
    errno = wrong;
    return status;
}

bool cg_evidence_write_all(int file, const char *bytes, size_t len)
{
    while (len > 0) {
        ssize_t done = write(file, bytes, len);
        if (done < 0 && errno != EINTR) {
            return false;
        }
        bytes += done > 0 ? done : 0;
        len -= done > 0 ? (size_t)done : 0;
    }
    return true;
}

bool cg_evidence_write_file(int dir,
                            const char *name,
                            const char *bytes,
                            size_t len)
{
    char beside[64];
    snprintf(beside, sizeof(beside), "%s.new", name);
    int file = openat(dir, beside,
                      O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC,
                      0644);
    if (file < 0) {
        return false;
    }
    bool good = cg_evidence_write_all(file, bytes, len) && fsync(file) == 0;
    good = close(file) == 0 && good && renameat(dir, beside, dir, name) == 0 &&
           fsync(dir) == 0;
    if (!good) {
        int wrong = errno;
        unlinkat(dir, beside, 0);
        errno = wrong;
    }
    return good;
}
