/*
 * The cases of a certification: read, checked, in their order.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef CG_CERTIFY_CASES_H
#define CG_CERTIFY_CASES_H

#include "kit.h"

struct cg_case {
    char *path;
    struct cg_script script;
    bool named; /* by its file, not only by a folder */
};

struct cg_cases {
    struct cg_case *items;
    size_t count;
    size_t other_seat; /* in the folders, and left out: not for this seat */
};

/*
 * Reads the files of |paths|; a folder stands for its *.session files by name.
 * A case that the folder has for the other seat is left out.  |report| gets
 * every mistake of all of them: bad lines, files that are no case, an id that
 * comes twice, no case at all.  Returns 0, CG_ERR_CONFIG after a report, or
 * CG_ERR_MEMORY; then nothing is held.
 */
int cg_cases_read(const char *const *paths,
                  size_t count,
                  enum cg_kit_seat seat,
                  cg_script_report *report,
                  void *user,
                  struct cg_cases *cases);
void cg_cases_deinit(struct cg_cases *cases);

/* Whether |script| is for |seat|. */
bool cg_case_is_for(const struct cg_script *script, enum cg_kit_seat seat);

#endif
