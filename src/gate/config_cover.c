/*
 * Which limits cover what (R10, R11).  Must never let a limit through that
 * covers nothing by a slip of the pen, nor an order that more limits cover
 * than one order can have.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <config_reader.h>

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define MISTAKE(reader, line, remedy, ...)                                     \
    cg_mistakes_add((reader)->context.mistakes, (reader)->context.file, line,  \
                    remedy, __VA_ARGS__)

static bool covers(const struct cg_config_limit *limit,
                   const struct cg_config_account *account)
{
    return strcmp(limit->firm, account->firm) == 0 &&
           (limit->account[0] == '\0' ||
            strcmp(limit->account, account->name) == 0) &&
           (limit->ccp[0] == '\0' || cg_config_has_ccp(account, limit->ccp));
}

/* A limit cut to a clearing house that nobody it is for clears at. */
static void check_limit_ccp(struct cg_config_reader *reader, size_t index)
{
    const struct cg_config *config = reader->config;
    const struct cg_config_limit *limit = &config->credit_limits[index];

    for (size_t i = 0; limit->ccp[0] != '\0' && i < config->account_count;
         i++) {
        if (covers(limit, &config->accounts[i])) {
            return;
        }
    }
    if (limit->ccp[0] != '\0') {
        MISTAKE(reader, limit->line,
                "write one of the CCPs= of the [ACCOUNT] it is for",
                "no account of this [LIMIT] clears at %s", limit->ccp);
    }
}

static bool term_holds(const char *wanted, const char *is)
{
    return wanted[0] == '\0' || strcmp(wanted, is) == 0;
}

/* --- what an order may be in ---------------------------------------------- */

/* An instrument of the table; for a family without a tenor of its own there is
 * a case for each tenor bucket: what it stands for can be in any. */
struct cover_case {
    const struct cg_config_instrument *instrument;
    const char *tenor;
    uint32_t limits; /* that are cut, and cover it */
};

struct cover {
    struct cg_config_reader *reader;
    struct cover_case *cases; /* the first ones are the rows of the table */
    size_t count;
};

static bool cover_init(struct cover *cover, struct cg_config_reader *reader)
{
    const struct cg_config *config = reader->config;
    const struct cg_config_buckets *buckets = &config->rates.buckets;
    size_t rows = config->instrument_count;
    size_t most = rows + config->family_count * buckets->count;

    *cover = (struct cover){
        .reader = reader,
        .cases = calloc(most + 1, sizeof(struct cover_case)),
        .count = rows,
    };
    for (size_t i = 0; cover->cases != NULL && i < rows; i++) {
        const struct cg_config_instrument *row = &config->instruments[i];
        bool any = row->family && row->tenor[0] == '\0';

        cover->cases[i].instrument = row;
        cover->cases[i].tenor = any ? buckets->labels[0] : row->tenor;
        for (uint32_t at = 1; any && at <= buckets->count; at++) {
            cover->cases[cover->count++] = (struct cover_case){
                row, buckets->labels[at], 0};
        }
    }
    return cover->cases != NULL;
}

/* R10: whether the case is in what the limit is cut to. */
static bool cut_holds(const struct cg_config_limit *limit,
                      const struct cover_case *of)
{
    return term_holds(limit->instrument, of->instrument->symbol) &&
           term_holds(limit->product, of->instrument->product) &&
           term_holds(limit->type, of->instrument->type) &&
           term_holds(limit->tenor, of->tenor) &&
           term_holds(limit->instrument_currency, of->instrument->currency);
}

static bool is_cut(const struct cg_config_limit *limit)
{
    return limit->instrument[0] != '\0' || limit->product[0] != '\0' ||
           limit->type[0] != '\0' || limit->tenor[0] != '\0' ||
           limit->instrument_currency[0] != '\0';
}

/* A limit cut to what no instrument of the table is covers nothing. */
static void check_cut(const struct cover *cover, size_t index)
{
    struct cg_config_reader *reader = cover->reader;
    const struct cg_config_limit *limit = &reader->config->credit_limits[index];

    if (!is_cut(limit) || limit->instrument[0] != '\0' ||
        !reader->instruments_read) {
        return;
    }
    for (size_t i = 0; i < cover->count; i++) {
        if (cut_holds(limit, &cover->cases[i])) {
            return;
        }
    }
    MISTAKE(reader, limit->line,
            "compare Product=, SecurityType=, Tenor= and InstrumentCurrency= "
            "with the columns of the Instruments= table",
            "this [LIMIT] covers no instrument of the table");
}

/* --- how many limits one order may have to pass --------------------------- */

/* Counts a limit that is cut in each case that it covers.  The case with the
 * most so far: |worst|, or another one. */
static const struct cover_case *count_cut(const struct cover *cover,
                                          const struct cg_config_limit *limit,
                                          const struct cover_case *worst)
{
    size_t first = 0;
    size_t end = cover->count;

    if (limit->instrument[0] != '\0') {
        const struct cg_config_name *found = cg_config_names_find(
            &cover->reader->instruments, limit->instrument);

        first = found != NULL ? found->at : end;
        end = found != NULL ? first + 1 : end;
    }
    for (size_t at = first; at < end; at++) {
        struct cover_case *of = &cover->cases[at];

        if (cut_holds(limit, of) &&
            ++of->limits > (worst != NULL ? worst->limits : 0)) {
            worst = of;
        }
    }
    return worst;
}

/* Counts the limits over each instrument of one account at one clearing house
 * (NULL: none that a limit is cut to): those of any instrument once, and per
 * instrument the others. */
static bool check_ccp_cover(const struct cover *cover,
                            const struct cg_config_account *account,
                            const char *ccp)
{
    const struct cg_config *config = cover->reader->config;
    const struct cover_case *worst = NULL;
    uint32_t most = 0;

    for (size_t i = 0; i < cover->count; i++) {
        cover->cases[i].limits = 0;
    }
    for (size_t i = 0; i < config->credit_limit_count; i++) {
        const struct cg_config_limit *limit = &config->credit_limits[i];

        if (!covers(limit, account) ||
            (limit->ccp[0] != '\0' &&
             (ccp == NULL || strcmp(limit->ccp, ccp) != 0))) {
            continue;
        }
        if (is_cut(limit)) {
            worst = count_cut(cover, limit, worst);
        } else {
            most++;
        }
    }
    most += worst != NULL ? worst->limits : 0;
    if (most <= CG_COVER_MAX) {
        return true;
    }
    MISTAKE(cover->reader, account->line,
            "merge limits, or narrow whom or what they cover",
            "an order of account %s in %s would have to pass %" PRIu32
            " limits, more than %d",
            account->name,
            worst != NULL ? worst->instrument->symbol : "any instrument", most,
            CG_COVER_MAX);
    return false;
}

/* One mistake for an account, whatever the clearing house. */
static void check_account_cover(const struct cover *cover,
                                const struct cg_config_account *account)
{
    const struct cg_config *config = cover->reader->config;
    bool fits = check_ccp_cover(cover, account, NULL);

    for (size_t i = 0; fits && i < config->credit_limit_count; i++) {
        const struct cg_config_limit *limit = &config->credit_limits[i];

        if (limit->ccp[0] != '\0' && covers(limit, account)) {
            fits = check_ccp_cover(cover, account, limit->ccp);
        }
    }
}

void cg_config_check_cover(struct cg_config_reader *reader)
{
    const struct cg_config *config = reader->config;
    struct cover cover;

    if (!cover_init(&cover, reader)) {
        reader->context.mistakes->no_memory = true;
        return;
    }
    for (size_t i = 0; i < config->credit_limit_count; i++) {
        check_cut(&cover, i);
        check_limit_ccp(reader, i);
    }
    for (size_t i = 0; i < config->account_count; i++) {
        if (config->accounts[i].firm[0] != '\0') {
            check_account_cover(&cover, &config->accounts[i]);
        }
    }
    free(cover.cases);
}
