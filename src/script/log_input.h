/*
 * The bytes of one file or pipe, as they come.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef CG_LOG_INPUT_H
#define CG_LOG_INPUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct cg_log_input {
    const char *path; /* borrowed */
    int fd;
    uint64_t size; /* of the file as it is; 0 when that is not known */
    uint64_t done; /* bytes of it that were read */
    char why[160]; /* what is wrong, after -1 */
};

/* Opens |path|, "-" being standard input.  Returns whether it is there to be
 * read; else |why| says what is wrong with it. */
bool cg_log_input_open(struct cg_log_input *input, const char *path);

/* Reads 1 to |len| bytes.  Returns how many, 0 at the end, or -1 when it cannot
 * be read on. */
ssize_t cg_log_input_read(struct cg_log_input *input, char *bytes, size_t len);

void cg_log_input_close(struct cg_log_input *input);

#endif
