/*
 * What is on record of each case: read from the evidence, and kept up to date.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "standing.h"

#include "records.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bool cg_standings_init(struct cg_standings *standings,
                       const struct cg_cases *cases)
{
    *standings = (struct cg_standings){
        .cases = cases,
        .items = calloc(cases->count + 1, sizeof(struct cg_standing)),
    };
    return standings->items != NULL;
}

void cg_standings_deinit(struct cg_standings *standings)
{
    free(standings->items);
    *standings = (struct cg_standings){0};
}

const char *cg_standing_text(const json_t *record, const char *key)
{
    const char *text = json_string_value(json_object_get(record, key));

    return text != NULL ? text : "";
}

/* What the script was, with all that it includes, as one digest: |own| is the
 * file's. */
static void digest_whole(const char *own,
                         const json_t *included,
                         char hex[CG_DIGEST_HEX + 1])
{
    struct cg_digester *digester = cg_digester_open();
    struct cg_digest_bytes digest = {0};

    hex[0] = '\0';
    if (digester == NULL) {
        return;
    }
    cg_digester_begin(digester);
    cg_digester_add(digester, own, strlen(own));
    for (size_t i = 0; i < json_array_size(included); i++) {
        const char *more = cg_standing_text(json_array_get(included, i),
                                            "digest");

        cg_digester_add(digester, more, strlen(more));
    }
    cg_digester_end(digester, &digest);
    cg_digester_close(digester);
    cg_digest_hex(&digest, hex);
}

/* The case that a record is about; false: none of these. */
static bool
find(const struct cg_standings *standings, const json_t *record, size_t *at)
{
    const char *id = cg_standing_text(record, "case");

    for (*at = 0; *at < standings->cases->count; (*at)++) {
        if (cg_slice_is(standings->cases->items[*at].script.kase.id, id)) {
            return true;
        }
    }
    return false;
}

void cg_standings_take_run(struct cg_standings *standings, const json_t *record)
{
    char text[1024];
    const json_t *config = json_object_get(record, "config");
    const json_t *profile = json_object_get(record, "profile");

    (void)snprintf(text, sizeof(text), "%.100s %.100s %.100s %s",
                   cg_standing_text(record, "version"),
                   cg_standing_text(config, "digest"),
                   cg_standing_text(profile, "digest"),
                   cg_standing_text(record, "played"));
    standings->circumstances[0] = '\0';
    (void)cg_digest(cg_slice_str(text), standings->circumstances);
}

static void take_attempt(struct cg_standings *standings, const json_t *record)
{
    size_t at;

    if (find(standings, record, &at)) {
        struct cg_standing *standing = &standings->items[at];

        standing->attempts = (unsigned)json_integer_value(
            json_object_get(record, "attempt"));
        standing->decided = false;
        digest_whole(cg_standing_text(record, "digest"),
                     json_object_get(record, "included"), standing->digest);
    }
}

static void take_verdict(struct cg_standings *standings, const json_t *record)
{
    const char *word = cg_standing_text(record, "verdict");
    size_t at;

    if (!find(standings, record, &at)) {
        return;
    }
    for (int i = CG_KIT_PASSED; i < CG_KIT_STOPPED; i++) {
        if (strcmp(word, cg_verdict_word((enum cg_kit_verdict)i)) == 0) {
            cg_standings_set(standings, at, (enum cg_kit_verdict)i,
                             cg_standing_text(record, "reason"));
        }
    }
}

void cg_standings_take(struct cg_standings *standings, const json_t *record)
{
    const char *kind = cg_standing_text(record, "kind");

    if (strcmp(kind, "run") == 0) {
        cg_standings_take_run(standings, record);
    } else if (strcmp(kind, "attempt") == 0) {
        take_attempt(standings, record);
    } else if (strcmp(kind, "verdict") == 0) {
        take_verdict(standings, record);
    }
}

void cg_standings_set(struct cg_standings *standings,
                      size_t at,
                      enum cg_kit_verdict verdict,
                      const char *reason)
{
    struct cg_standing *standing = &standings->items[at];

    standing->decided = verdict != CG_KIT_STOPPED;
    standing->verdict = verdict;
    (void)snprintf(standing->reason, sizeof(standing->reason), "%s", reason);
    (void)snprintf(standing->circumstances, sizeof(standing->circumstances),
                   "%s", standings->circumstances);
}

bool cg_standings_hold(const struct cg_standings *standings, size_t at)
{
    const struct cg_standing *standing = &standings->items[at];
    const struct cg_case *kase = &standings->cases->items[at];
    char own[CG_DIGEST_HEX + 1] = "";
    char whole[CG_DIGEST_HEX + 1];
    json_t *included;

    if (!standing->decided || standing->verdict == CG_KIT_BROKEN ||
        (standing->verdict == CG_KIT_WAIVED &&
         strcmp(standing->circumstances, standings->circumstances) != 0)) {
        return false;
    }
    (void)cg_file_digest(kase->path, own);
    included = cg_records_included(&kase->script);
    digest_whole(own, included, whole);
    json_decref(included);
    return strcmp(whole, standing->digest) == 0;
}

void cg_standings_count(const struct cg_standings *standings,
                        struct cg_certification_counts *counts)
{
    size_t sums[CG_KIT_STOPPED + 1] = {0};

    *counts = (struct cg_certification_counts){0};
    for (size_t i = 0; i < standings->cases->count; i++) {
        const struct cg_standing *standing = &standings->items[i];
        bool good = standing->decided && (standing->verdict == CG_KIT_PASSED ||
                                          standing->verdict == CG_KIT_WAIVED);
        bool optional = standings->cases->items[i].script.kase.optional;

        sums[standing->decided ? standing->verdict : CG_KIT_STOPPED]++;
        counts->mandatory_open += !good && !optional ? 1 : 0;
    }
    counts->passed = sums[CG_KIT_PASSED];
    counts->failed = sums[CG_KIT_FAILED];
    counts->broken = sums[CG_KIT_BROKEN];
    counts->skipped = sums[CG_KIT_SKIPPED];
    counts->waived = sums[CG_KIT_WAIVED];
    counts->open = sums[CG_KIT_STOPPED];
}
