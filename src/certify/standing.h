/*
 * What is on record of each case of a certification.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef CG_CERTIFY_STANDING_H
#define CG_CERTIFY_STANDING_H

#include "certification.h"

#include <digest.h>
#include <jansson.h>

#define CG_STANDING_REASON_MAX 256

struct cg_standing {
    unsigned attempts;
    bool decided;
    enum cg_kit_verdict verdict;
    char digest[CG_DIGEST_HEX + 1];        /* of its files, then */
    char circumstances[CG_DIGEST_HEX + 1]; /* of the run it is of */
    char reason[CG_STANDING_REASON_MAX];
};

struct cg_standings {
    const struct cg_cases *cases;
    struct cg_standing *items; /* by case */
    /* Of the run whose records are taken, or that is under way: what waivers
     * depend on. */
    char circumstances[CG_DIGEST_HEX + 1];
};

/* False without memory. */
bool cg_standings_init(struct cg_standings *standings,
                       const struct cg_cases *cases);
void cg_standings_deinit(struct cg_standings *standings);

/* The text of a key of a record, or "". */
const char *cg_standing_text(const json_t *record, const char *key);

/* The run that records are of from now on. */
void cg_standings_take_run(struct cg_standings *standings,
                           const json_t *record);

/* A record of a run, an attempt or a verdict, in their order; others are passed
 * over. */
void cg_standings_take(struct cg_standings *standings, const json_t *record);

/* The case at |at| has come to a verdict. */
void cg_standings_set(struct cg_standings *standings,
                      size_t at,
                      enum cg_kit_verdict verdict,
                      const char *reason);

/* Whether its verdict holds: the case is the same, the peer has one, and what
 * ruled it out still does. */
bool cg_standings_hold(const struct cg_standings *standings, size_t at);

void cg_standings_count(const struct cg_standings *standings,
                        struct cg_certification_counts *counts);

#endif
