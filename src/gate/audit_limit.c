/*
 * R12 and R13: the use of each limit, against the books after each fact and
 * against its amount after each event.
 *
 * Rules: R12, R13, R16, R48.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "audit_books.h"

#include <stdlib.h>

static void copy(char *out, const char *text, size_t len)
{
    size_t most = len < CG_NAME_MAX ? len : CG_NAME_MAX;
    memcpy(out, text, most);
    out[most] = '\0';
}

/* --- what changes a limit ------------------------------------------------ */

static bool named(struct audit *audit, const struct cg_fact *fact)
{
    void *items = audit->limits;
    if (fact->limit != audit->result->limits || fact->text_len < 4) {
        return audit_breaks(audit, CG_AUDIT_FACTS,
                            "a limit has the place of another");
    }
    if (!audit_has_room(&items, &audit->limit_room, sizeof(*audit->limits),
                        fact->limit)) {
        audit->error = CG_ERR_MEMORY;
        return false;
    }
    audit->limits = items;
    struct audit_limit *limit = &audit->limits[fact->limit];
    limit->dv01 = fact->value == CG_LIMIT_DV01;
    limit->net = (fact->flags & 0xf) == CG_MEASURE_NET;
    limit->owned = fact->session < audit->state->session_count;
    copy(limit->shown.id, fact->id, fact->id_len);
    copy(limit->shown.currency, fact->text, 3);
    if (limit->owned) {
        const struct cg_id *name = &audit->state->sessions[fact->session].name;
        copy(limit->shown.owner, name->text, name->len);
    }
    audit->result->limits++;
    return true;
}

static bool set(struct audit *audit, const struct cg_fact *fact)
{
    struct audit_limit *limit = &audit->limits[fact->limit];
    if (fact->other < 0 || fact->other > INT64_MAX / 2) {
        return audit_breaks(audit, CG_AUDIT_R12, "others use %s of it",
                            audit_money(fact->other));
    }
    if ((fact->flags & 1) == 0 && fact->other != limit->other) {
        return audit_breaks(audit, CG_AUDIT_R12,
                            "R16: only its owner says what others use");
    }
    limit->other = fact->other;
    limit->excused = true; /* R13: a lowered amount, a refresh */
    if ((fact->flags & 2) != 0) {
        limit->shown.has_amount = true;
        limit->shown.amount = fact->amount;
    }
    return true;
}

static bool reset(struct audit *audit, const struct cg_fact *fact)
{
    struct audit_limit *limit = &audit->limits[fact->limit];
    if (fact->amount != limit->gross || fact->other != limit->position) {
        return audit_breaks(audit, CG_AUDIT_R12,
                            "R48: fills of %s gross, %s net, count no longer, "
                            "but they are %s and %s",
                            audit_money(fact->amount), audit_money(fact->other),
                            audit_money(limit->gross),
                            audit_money(limit->position));
    }
    limit->gross = 0;
    limit->position = 0;
    limit->day++;
    limit->excused = true; /* what is open counts alone: it may be more */
    return true;
}

/* A warning says the use that it was about: all but what has not gone on; a
 * breach by an event that is acted on at once, all. */
static bool warned(struct audit *audit, const struct cg_fact *fact)
{
    const struct audit_limit *limit = &audit->limits[fact->limit];
    const cg_dv01 *unsure = audit->state->limits[fact->limit].unsure;
    const cg_wide open[2] = {(cg_wide)limit->open[0] - unsure[0],
                             (cg_wide)limit->open[1] - unsure[1]};
    cg_wide use = audit_use(limit, open);
    bool warns = fact->kind == CG_FACT_LIMIT_WARNED;
    if (fact->amount != use && fact->amount != audit_use_now(limit)) {
        return audit_breaks(audit, CG_AUDIT_R12,
                            "it says that %s are in use, but %s are",
                            audit_money(fact->amount), audit_money(use));
    }
    return !warns || fact->other == limit->shown.amount ||
           audit_breaks(audit, CG_AUDIT_R12, "the limit is %s, not %s",
                        audit_money(limit->shown.amount),
                        audit_money(fact->other));
}

bool audit_limit_fact(struct audit *audit)
{
    const struct cg_fact *fact = audit->fact;
    if (fact->kind == CG_FACT_LIMIT_NAMED) {
        return named(audit, fact);
    }
    if (audit_limit_at(audit, fact->limit) == NULL ||
        !audit_limit_touch(audit, fact->limit)) {
        return audit_breaks(audit, CG_AUDIT_FACTS, "there is no such limit");
    }
    if (fact->kind == CG_FACT_LIMIT_SET) {
        return set(audit, fact);
    }
    return fact->kind == CG_FACT_LIMIT_RESET ? reset(audit, fact)
                                             : warned(audit, fact);
}

/* --- R12: against the books ---------------------------------------------- */

static bool ledger_agrees(const struct audit_limit *limit,
                          const struct cg_limit *books,
                          unsigned side)
{
    const struct cg_ledger *b = &books->ledger[side];
    const cg_dv01 theirs[CG_AUDIT_COLUMNS] = {
        b->granted,  b->overrun, b->reserved,    b->consumed,
        b->released, b->expired, b->invalidated, b->handed_back};
    return memcmp(limit->shown.ledger[side], theirs, sizeof(theirs)) == 0;
}

static bool use_agrees(struct audit *audit, uint32_t slot)
{
    const struct audit_limit *limit = &audit->limits[slot];
    const struct cg_limit *books = &audit->state->limits[slot];
    cg_wide use = audit_use_now(limit);
    audit->result->uses++;
    if (use != cg_limit_use(books) || limit->open[0] != books->open[0] ||
        limit->open[1] != books->open[1] || limit->gross != books->gross ||
        limit->position != books->position || limit->other != books->other) {
        return audit_breaks(audit, CG_AUDIT_R12,
                            "limit %s: the books say that %s are in use, its "
                            "tokens come to %s",
                            limit->shown.id, audit_money(cg_limit_use(books)),
                            audit_money(use));
    }
    return (ledger_agrees(limit, books, 0) && ledger_agrees(limit, books, 1)) ||
           audit_breaks(audit, CG_AUDIT_R23,
                        "limit %s: the ledger in the books is not what its "
                        "tokens come to",
                        limit->shown.id);
}

void audit_use_compare(struct audit *audit)
{
    for (size_t i = 0; i < audit->of_fact_count; i++) {
        if (!use_agrees(audit, audit->of_fact[i])) {
            return;
        }
    }
}

/* --- R13: after an event ------------------------------------------------- */

void audit_use_event_end(struct audit *audit)
{
    for (size_t i = 0; i < audit->of_event_count[OF_LIMIT]; i++) {
        const struct audit_limit *limit =
            &audit->limits[audit->of_event[OF_LIMIT][i]];
        cg_wide use = audit_use_now(limit);
        if (limit->shown.has_amount && limit->dv01 && !limit->excused &&
            use > limit->shown.amount && use > limit->at_event) {
            (void)audit_breaks(audit, CG_AUDIT_R13,
                               "limit %s: use rises from %s to %s, above %s",
                               limit->shown.id, audit_money(limit->at_event),
                               audit_money(use),
                               audit_money(limit->shown.amount));
            return;
        }
    }
}
