/*
 * How a counterparty differs: tolerances, what it lacks, its names.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef CG_CERTIFY_PROFILE_H
#define CG_CERTIFY_PROFILE_H

#include "kit.h"

#include <digest.h>

#define CG_PROFILE_IGNORES_MAX 64
#define CG_PROFILE_REASON_MAX 1024

struct cg_profile_waiver {
    const char *id; /* of a case */
    const char *reason;
    int line;
};

/* Texts belong to |store|. */
struct cg_profile {
    const char *path;
    char digest[CG_DIGEST_HEX + 1]; /* of the file; empty without one */
    char name[128];
    char firm[128];               /* who certifies */
    char counterparty[128];       /* who is certified */
    const char *operator_command; /* a program, or NULL: a person is asked */
    const char *unsupported;      /* words of "needs" between commas */
    struct cg_kit_limits limits;
    uint32_t ignores[CG_PROFILE_IGNORES_MAX];
    struct cg_kit_value *values;
    size_t value_count;
    struct cg_profile_waiver *waivers;
    size_t waiver_count;
    struct cg_profile_store *store;
};

/*
 * Reads the profile at |path|, or makes the one without a file (NULL).
 * |report| is called for every mistake.  Returns 0, CG_ERR_CONFIG after at
 * least one, or CG_ERR_MEMORY; then nothing is held.
 */
int cg_profile_read(const char *path,
                    cg_script_report *report,
                    void *user,
                    struct cg_profile *profile);
void cg_profile_deinit(struct cg_profile *profile);

/* The first word of |needs| that the counterparty lacks, of |*len| bytes, or
 * NULL. */
const char *cg_profile_lacks(const struct cg_profile *profile,
                             struct cg_slice needs,
                             size_t *len);

/* The waiver of case |id|, or NULL. */
const struct cg_profile_waiver *
cg_profile_waiver(const struct cg_profile *profile, struct cg_slice id);

/* Whether the profile rules a case out, by a waiver or by what the counterparty
 * lacks; then |reason| says why. */
bool cg_profile_rules_out(const struct cg_profile *profile,
                          const struct cg_script_case *what,
                          char reason[CG_PROFILE_REASON_MAX]);

#endif
