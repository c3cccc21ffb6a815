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

/* R10: whether the instrument is in what the limit is cut to. */
static bool cut_holds(const struct cg_config_limit *limit,
                      const struct cg_config_instrument *instrument)
{
    return term_holds(limit->instrument, instrument->symbol) &&
           term_holds(limit->product, instrument->product) &&
           term_holds(limit->type, instrument->type) &&
           term_holds(limit->tenor, instrument->tenor) &&
           term_holds(limit->instrument_currency, instrument->currency);
}

static bool is_cut(const struct cg_config_limit *limit)
{
    return limit->instrument[0] != '\0' || limit->product[0] != '\0' ||
           limit->type[0] != '\0' || limit->tenor[0] != '\0' ||
           limit->instrument_currency[0] != '\0';
}

/* A limit cut to what no instrument of the table is covers nothing. */
static void check_cut(struct cg_config_reader *reader, size_t index)
{
    const struct cg_config *config = reader->config;
    const struct cg_config_limit *limit = &config->credit_limits[index];

    if (!is_cut(limit) || limit->instrument[0] != '\0' ||
        !reader->instruments_read) {
        return;
    }
    for (size_t i = 0; i < config->instrument_count; i++) {
        if (cut_holds(limit, &config->instruments[i])) {
            return;
        }
    }
    MISTAKE(reader, limit->line,
            "compare Product=, SecurityType=, Tenor= and InstrumentCurrency= "
            "with the columns of the Instruments= table",
            "this [LIMIT] covers no instrument of the table");
}

/* Counts the limits over each instrument of one account at one clearing house
 * (NULL: none that a limit is cut to): those of any instrument once, and per
 * instrument the others. */
static bool check_ccp_cover(struct cg_config_reader *reader,
                            const struct cg_config_account *account,
                            const char *ccp,
                            uint32_t *counts)
{
    const struct cg_config *config = reader->config;
    uint32_t any = 0;
    uint32_t most = 0;
    const char *instrument = "any instrument";

    memset(counts, 0, config->instrument_count * sizeof(*counts));
    for (size_t i = 0; i < config->credit_limit_count; i++) {
        const struct cg_config_limit *limit = &config->credit_limits[i];

        if (!covers(limit, account) ||
            (limit->ccp[0] != '\0' &&
             (ccp == NULL || strcmp(limit->ccp, ccp) != 0))) {
            continue;
        }
        if (!is_cut(limit)) {
            any++;
            continue;
        }
        size_t first = 0;
        size_t end = config->instrument_count;
        if (limit->instrument[0] != '\0') {
            const struct cg_config_name *found = cg_config_names_find(
                &reader->instruments, limit->instrument);

            first = found != NULL ? found->at : end;
            end = found != NULL ? first + 1 : end;
        }
        for (size_t at = first; at < end; at++) {
            if (cut_holds(limit, &config->instruments[at]) &&
                ++counts[at] > most) {
                most = counts[at];
                instrument = config->instruments[at].symbol;
            }
        }
    }
    if (any + most <= CG_COVER_MAX) {
        return true;
    }
    MISTAKE(reader, account->line,
            "merge limits, or narrow whom or what they cover",
            "an order of account %s in %s would have to pass %" PRIu32
            " limits, more than %d",
            account->name, instrument, any + most, CG_COVER_MAX);
    return false;
}

/* One mistake for an account, whatever the clearing house. */
static void check_account_cover(struct cg_config_reader *reader,
                                const struct cg_config_account *account,
                                uint32_t *counts)
{
    const struct cg_config *config = reader->config;
    bool fits = check_ccp_cover(reader, account, NULL, counts);

    for (size_t i = 0; fits && i < config->credit_limit_count; i++) {
        const struct cg_config_limit *limit = &config->credit_limits[i];

        if (limit->ccp[0] != '\0' && covers(limit, account)) {
            fits = check_ccp_cover(reader, account, limit->ccp, counts);
        }
    }
}

void cg_config_check_cover(struct cg_config_reader *reader)
{
    const struct cg_config *config = reader->config;
    uint32_t *counts = calloc(config->instrument_count + 1, sizeof(*counts));

    if (counts == NULL) {
        reader->context.mistakes->no_memory = true;
        return;
    }
    for (size_t i = 0; i < config->credit_limit_count; i++) {
        check_cut(reader, i);
        check_limit_ccp(reader, i);
    }
    for (size_t i = 0; i < config->account_count; i++) {
        if (config->accounts[i].firm[0] != '\0') {
            check_account_cover(reader, &config->accounts[i], counts);
        }
    }
    free(counts);
}
