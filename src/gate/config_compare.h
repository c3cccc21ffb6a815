/*
 * Two configurations side by side: the one in force, and one read later.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef CG_GATE_CONFIG_COMPARE_H
#define CG_GATE_CONFIG_COMPARE_H

#include <configuration.h>
#include <creditgate/gate.h>
#include <state.h>

/* Who is told of each thing that differs, and how often that was. */
struct cg_changes {
    void (*tell)(void *user, enum cg_change change, int line, const char *text);
    void *user;
    const struct cg_state *state; /* the books, for cg_config_compare() */
    uint32_t counts[CG_CHANGES];
};

/* Bytes of one line of text. */
#define CG_CHANGE_TEXT_MAX 1024

__attribute__((format(printf, 4, 5))) void
cg_change_tell(struct cg_changes *changes,
               enum cg_change change,
               int line,
               const char *format,
               ...);

/* The same of a value that was |before| and is |now|; nothing if it is the
 * same.  |what| is whose it is: "limit ACME-USD: ". */
void cg_change_value(struct cg_changes *changes,
                     enum cg_change change,
                     int line,
                     const char *what,
                     const char *key,
                     const char *before,
                     const char *now);

/*
 * What holds until a restart becomes in |config| what it is in |before|: its
 * sessions but for the gate's own keys, sizes, names of files.  Each is told as
 * CG_CHANGE_KEPT.  Before that the two must agree, as
 * cg_gate_contradict_live() sees it.  CG_ERR_MEMORY: nothing has changed.
 */
int cg_config_keep(struct cg_config *config,
                   const struct cg_config *before,
                   struct cg_changes *changes);

/* The limit of that id, or NULL; |*next| is 0 at first, and makes the way short
 * for who goes through another file of the same order. */
const struct cg_config_limit *cg_config_find_limit(
    const struct cg_config *config, const char *id, size_t *next);

/* Tells of everything else as CG_CHANGE_TAKEN.  What is new in the files may
 * have been in the books for long. */
void cg_config_compare(const struct cg_config *before,
                       const struct cg_config *config,
                       struct cg_changes *changes);

#endif
