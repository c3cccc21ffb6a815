/*
 * Rare situations that the simulator must reach; each has a name, and is
 * counted when it comes.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef SIM_MARKS_H
#define SIM_MARKS_H

#include <stdbool.h>
#include <stdint.h>

#define MARK(name, text) MARK_##name,
enum mark {
#include "marks.def"
    MARKS,
};
#undef MARK

extern uint64_t mark_counts[MARKS];

/* The situation |name| is there when |condition| holds. */
#define CG_SOMETIMES(name, condition)                                          \
    do {                                                                       \
        if (condition) {                                                       \
            mark_counts[MARK_##name]++;                                        \
        }                                                                      \
    } while (0)

const char *mark_name(enum mark mark);
const char *mark_text(enum mark mark);

#endif
