/*
 * Which instruments a limit counts, and how much of each.
 *
 * Reads only.  In doubt an instrument is counted, and counted fully.  Rules:
 * R10, R11, R19.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "scope.h"

#include "check.h"
#include "text.h"

struct cg_slice cg_instrument_term(const struct cg_instrument *instrument,
                                   enum cg_term term)
{
    CG_ASSERT(term < CG_TERMS);
    if (term == CG_TERM_SYMBOL) {
        return cg_id_slice(&instrument->symbol);
    }
    return cg_id_slice(&instrument->terms[term]);
}

/* "IRS 2026-03-18/2031-03-18", or without the start. */
void cg_instrument_dates(const struct cg_instrument *instrument,
                         cg_date *start,
                         cg_date *end)
{
    struct cg_slice name = cg_id_slice(&instrument->name);
    size_t at = (size_t)instrument->symbol.len + 1;
    *start = CG_DATE_NONE;
    *end = CG_DATE_NONE;
    if (name.len <= at) {
        return;
    }
    struct cg_slice dates = {name.data + at, name.len - at};
    const char *slash = memchr(dates.data, '/', dates.len);
    if (slash != NULL) {
        size_t before = (size_t)(slash - dates.data);
        (void)cg_date_parse((struct cg_slice){dates.data, before}, start);
        (void)cg_date_parse(
            (struct cg_slice){slash + 1, dates.len - before - 1}, end);
    }
}

/* All terms that are given must agree. */
static bool terms_match(const struct cg_id *terms,
                        const struct cg_instrument *instrument)
{
    for (unsigned i = 0; i < CG_TERMS; i++) {
        if (terms[i].len > 0 &&
            !cg_slice_equal(cg_id_slice(&terms[i]),
                            cg_instrument_term(instrument, (enum cg_term)i))) {
            return false;
        }
    }
    return true;
}

/* What the configuration cuts a limit to. */
static bool cut_holds(const struct cg_limit *limit,
                      const struct cg_instrument *instrument)
{
    if (limit->cut_currency[0] != '\0' &&
        memcmp(limit->cut_currency, instrument->currency, 3) != 0) {
        return false;
    }
    return (!limit->has_cut || terms_match(limit->cut, instrument));
}

bool cg_scope_covers(const struct cg_state *state,
                     const struct cg_limit *limit,
                     uint32_t slot,
                     int64_t *multiplier)
{
    const struct cg_instrument *instrument = &state->instruments[slot];
    bool any_include = false;
    bool included = false;
    *multiplier = CG_MULTIPLIER_ONE;
    if (!cut_holds(limit, instrument)) {
        return false;
    }
    for (uint32_t i = limit->scopes; i != CG_NONE; i = state->scopes[i].next) {
        const struct cg_scope *scope = &state->scopes[i];
        any_include = any_include || !scope->exclude;
        if (!terms_match(scope->terms, instrument)) {
            continue;
        }
        if (scope->exclude) {
            return false;
        }
        /* Of several entries the one that counts most. */
        if (!included || scope->multiplier > *multiplier) {
            *multiplier = scope->multiplier;
        }
        included = true;
    }
    return included || !any_include;
}

/* --- entries as the journal keeps them ---------------------------------- */

size_t cg_scope_write(const struct cg_slice terms[CG_TERMS],
                      char text[CG_SCOPE_TEXT_MAX])
{
    size_t len = 0;
    for (unsigned i = 0; i < CG_TERMS; i++) {
        CG_ASSERT(terms[i].len <= CG_NAME_MAX);
        if (i > 0) {
            text[len++] = '\t';
        }
        if (terms[i].len > 0) {
            memcpy(text + len, terms[i].data, terms[i].len);
            len += terms[i].len;
        }
    }
    return len;
}

void cg_scope_read(struct cg_slice text, struct cg_id terms[CG_TERMS])
{
    const char *at = text.data;
    const char *end = text.data + text.len;
    for (unsigned i = 0; i < CG_TERMS; i++) {
        size_t left = (size_t)(end - at);
        const char *tab = left > 0 ? memchr(at, '\t', left) : NULL;
        size_t len = tab != NULL ? (size_t)(tab - at) : left;
        terms[i].len = (uint8_t)(len < CG_NAME_MAX ? len : CG_NAME_MAX);
        if (terms[i].len > 0) {
            memcpy(terms[i].text, at, terms[i].len);
        }
        at = tab != NULL ? tab + 1 : end;
    }
}

bool cg_scope_is(const struct cg_scope *scope,
                 const struct cg_scope_event *event)
{
    bool same = scope->exclude == event->exclude &&
                scope->multiplier == event->multiplier;
    for (unsigned i = 0; same && i < CG_TERMS; i++) {
        same = cg_slice_equal(cg_id_slice(&scope->terms[i]), event->terms[i]);
    }
    return same;
}

bool cg_scope_is_usable(const struct cg_scope_event *event)
{
    bool any = false;
    for (unsigned i = 0; i < CG_TERMS; i++) {
        if (event->terms[i].len > 0 &&
            !cg_text_is_name(event->terms[i], CG_NAME_MAX)) {
            return false;
        }
        any = any || event->terms[i].len > 0;
    }
    return any && event->multiplier > 0 &&
           (!event->exclude || event->multiplier == CG_MULTIPLIER_ONE);
}
