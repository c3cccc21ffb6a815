/*
 * The mistakes of files that are read, gathered so that all are told at once.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef CG_BASE_MISTAKE_H
#define CG_BASE_MISTAKE_H

#include <stdbool.h>
#include <stddef.h>

struct cg_mistake {
    const char *file; /* borrowed */
    int line;         /* 0: the file as a whole */
    char *wrong;
    char *remedy;
    size_t order; /* of being found */
};

/* Fine when zeroed. */
struct cg_mistakes {
    struct cg_mistake *items;
    size_t count;
    size_t room;
    bool no_memory; /* at least one could not be kept */
};

/*
 * Adds a mistake.  |remedy| is copied; |format| says what is wrong.  Without
 * memory |no_memory| is set instead.
 */
__attribute__((format(printf, 5, 6))) void
cg_mistakes_add(struct cg_mistakes *mistakes,
                const char *file,
                int line,
                const char *remedy,
                const char *format,
                ...);

/*
 * Hands every mistake to |report|: those of the file named |first| before the
 * others, then by line, then as they were found.
 */
void cg_mistakes_report(struct cg_mistakes *mistakes,
                        const char *first,
                        void (*report)(void *user,
                                       const char *file,
                                       int line,
                                       const char *wrong,
                                       const char *remedy),
                        void *user);

void cg_mistakes_deinit(struct cg_mistakes *mistakes);

#endif
