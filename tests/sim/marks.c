/*
 * SPDX-License-Identifier: Apache-2.0
 */
#include "marks.h"

uint64_t mark_counts[MARKS];

#define MARK(name, text) {#name, text},
static const struct {
    const char *name;
    const char *text;
} marks[] = {
#include "marks.def"
};
#undef MARK

const char *mark_name(enum mark mark)
{
    return marks[mark].name;
}

const char *mark_text(enum mark mark)
{
    return marks[mark].text;
}
