/*
 * A certification: its cases, one after the other, until each has a verdict
 * that is on record.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef CG_CERTIFY_CERTIFICATION_H
#define CG_CERTIFY_CERTIFICATION_H

#include "cases.h"
#include "profile.h"

/* What comes after an attempt that did not pass. */
enum cg_next { CG_NEXT_GO_ON, CG_NEXT_REPEAT, CG_NEXT_SKIP, CG_NEXT_STOP };

struct cg_certification_counts {
    size_t passed;
    size_t failed;
    size_t broken;
    size_t skipped;
    size_t waived;
    size_t open;           /* no verdict yet */
    size_t mandatory_open; /* mandatory, and neither passed nor waived */
};

/* Everything is borrowed. */
struct cg_certification_options {
    uv_loop_t *loop;
    const char *version; /* of the program */
    const char *config_path;
    const struct cg_config *config;
    const struct cg_profile *profile;
    enum cg_kit_seat seat;
    cg_session peer; /* seat HUB */
    uint64_t played; /* seat GATE: bit i: the kit plays session i */
    const struct cg_cases *cases;
    const char *dir;
    const char *operator_name;
    /* Cases to be skipped: their ids, each with its reason. */
    const struct cg_kit_value *skips;
    size_t skip_count;
    /* Cases to be played again whatever their verdict; "failed": all that did
     * not pass. */
    const char *const *again;
    size_t again_count;
    /* An attempt begins; |number| of |total| cases. */
    void (*begins)(void *user,
                   const struct cg_case *kase,
                   size_t number,
                   size_t total,
                   unsigned attempt);
    /* What happens in it. */
    void (*event)(void *user, const struct cg_kit_event *event);
    void (*ended)(void *user,
                  const struct cg_case *kase,
                  enum cg_kit_verdict verdict,
                  const char *reason,
                  cg_time took_ns);
    /* As cg_kit_options has it. */
    enum cg_kit_asked (*ask)(void *user,
                             const char *actor,
                             const char *words,
                             const char *plea,
                             bool first,
                             const char **why);
    void (*shows)(void *user); /* the same */
    /* After FAILED and BROKEN; SKIP writes its reason. */
    enum cg_next (*next)(void *user,
                         const struct cg_case *kase,
                         char *reason,
                         size_t reason_len);
    /* The run is to end: at once, in the middle of a case; or once the case
     * under way is over. */
    bool (*stops)(void *user);
    bool (*rests)(void *user);
    /* At the end, of each case: what is on record of it; |decided| or not. */
    void (*stands)(void *user,
                   const struct cg_case *kase,
                   bool decided,
                   enum cg_kit_verdict verdict,
                   const char *reason);
    /* What a person should know: a line. */
    void (*say)(void *user, const char *text);
    void *user;
};

/*
 * Plays what has no verdict yet on record in |dir|, and writes the reports.
 *
 * Returns 0 with |*counts| of all cases, and |head| the SHA-256 of the evidence
 * (65 bytes); or CG_ERR_IO, CG_ERR_CORRUPT, CG_ERR_CONFIG, CG_ERR_MEMORY with
 * what to do in |error|.
 */
int cg_certification_run(const struct cg_certification_options *options,
                         struct cg_certification_counts *counts,
                         char head[65],
                         char *error,
                         size_t error_len);

#endif
