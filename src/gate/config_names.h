/*
 * Names of one kind of thing, sorted: to find one, and to find twins.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef CG_GATE_CONFIG_NAMES_H
#define CG_GATE_CONFIG_NAMES_H

#include <mistake.h>
#include <stdint.h>

struct cg_config_name {
    const char *text;
    int line;
    uint32_t at; /* the thing's place in its array */
};

/* Fine when zeroed. */
struct cg_config_names {
    struct cg_config_name *items;
    size_t count;
};

/*
 * Sorts the names of |count| things of |size| bytes each from |things|, whose
 * names and lines are at these offsets.  Empty names are left out.  The things
 * must outlive the names.  False without memory.
 */
bool cg_config_names_init(struct cg_config_names *names,
                          const void *things,
                          size_t count,
                          size_t size,
                          size_t name_at,
                          size_t line_at);

/* The first thing of that name, or NULL. */
const struct cg_config_name *
cg_config_names_find(const struct cg_config_names *names, const char *text);

/* Reports each name that was there before; |what| is "account", "limit" ... */
void cg_config_names_report_twins(const struct cg_config_names *names,
                                  const char *file,
                                  const char *what,
                                  struct cg_mistakes *mistakes);

void cg_config_names_deinit(struct cg_config_names *names);

#endif
