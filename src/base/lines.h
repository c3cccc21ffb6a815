/*
 * A text file in memory, handed out line by line.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef CG_BASE_LINES_H
#define CG_BASE_LINES_H

#include <mistake.h>
#include <slice.h>

#define CG_LINE_MAX 4095 /* bytes */
#define CG_LINES_SIZE_MAX ((size_t)64 * 1024 * 1024)

/* Its lines are cut out of |text| in place. */
struct cg_lines {
    const char *path; /* borrowed */
    char *text;
    size_t len;
    char *next; /* where the next line begins */
    int line;   /* number of the line taken last */
};

/*
 * Reads the file at |path|, which must outlive the lines.  False, after a
 * mistake was added, when it is no plain file (nobody waits for who writes to a
 * pipe), cannot be read, is too large or is not UTF-8 text; cg_lines_deinit()
 * is fine in any case.  The bytes are at |text| until the first line is taken.
 */
bool cg_lines_open(struct cg_lines *lines,
                   const char *path,
                   struct cg_mistakes *mistakes);

/* The same for a copy of |bytes| that stand for the file |path|. */
bool cg_lines_copy(struct cg_lines *lines,
                   const char *path,
                   struct cg_slice bytes,
                   struct cg_mistakes *mistakes);

/*
 * The next line, without blanks around it, or NULL at the end.  Lines that are
 * too long or hold control characters become mistakes and come back empty.
 */
char *cg_lines_next(struct cg_lines *lines, struct cg_mistakes *mistakes);

void cg_lines_deinit(struct cg_lines *lines);

#endif
