/*
 * The bytes of one file or pipe, unpacked.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef CG_LOG_INPUT_H
#define CG_LOG_INPUT_H

#include "log_unpack.h"

#include <stdint.h>
#include <sys/types.h>

struct cg_log_input {
    const char *path; /* borrowed; NULL: not open */
    int fd;
    uint64_t size; /* of the file as it is, if ... */
    bool sized;    /* ... that is known */
    uint64_t done; /* bytes of it that were read */
    enum cg_log_packing packing;
    const char *packing_name;
    struct cg_log_unpack *unpack;
    bool broken; /* what is packed is damaged */
    char *raw;   /* bytes as they are in the file, before they are used */
    struct cg_slice rest; /* those of them that are left */
    char why[256];        /* what is wrong, after false or -1 */
};

/* Opens |path|, "-" being standard input.  Returns whether it is there to be
 * read; else |why| says what is wrong with it, or is empty without memory. */
bool cg_log_input_open(struct cg_log_input *input, const char *path);

/* Reads 1 to |len| bytes.  Returns how many, 0 at the end, or -1 when it cannot
 * be read on. */
ssize_t cg_log_input_read(struct cg_log_input *input, char *bytes, size_t len);

/* Goes to |offset| of a plain file. */
bool cg_log_input_seek(struct cg_log_input *input, uint64_t offset);

void cg_log_input_close(struct cg_log_input *input);

#endif
