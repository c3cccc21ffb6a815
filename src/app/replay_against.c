/*
 * creditgate replay --against: options, and the report of what differs.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "replay_against.h"
#include "print_mistake.h"

#include "decimal.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <tally.h>
#include <time.h>

/* --- options ------------------------------------------------------------ */

static bool wrong(const char *text)
{
    fprintf(stderr, "creditgate replay: %s\n", text);
    return false;
}

bool replay_against_is_option(const char *option)
{
    static const char *const names[] = {
        "--against", "--hub-latency", "--unknown-answers", "--unknown-orders"};
    for (size_t i = 0; i < 4; i++) {
        if (strcmp(option, names[i]) == 0) {
            return true;
        }
    }
    return false;
}

static bool take_latency(struct replay_against *against, const char *text)
{
    size_t digits = strspn(text, "0123456789");
    if (digits == 0 || text[digits] != '\0' || digits > 7) {
        return wrong("--hub-latency is a number of milliseconds below ten "
                     "million");
    }
    against->options.hub_latency = (cg_time)strtoul(text, NULL, 10) * CG_MS;
    against->wanted = true;
    return true;
}

/* One of two words. */
static bool take_word(const char *value,
                      const char *usual,
                      const char *other,
                      const char *what,
                      bool *is_other)
{
    *is_other = strcmp(value, other) == 0;
    if (*is_other || strcmp(value, usual) == 0) {
        return true;
    }
    fprintf(stderr, "creditgate replay: %s is %s or %s\n", what, usual, other);
    return false;
}

bool replay_against_take(struct replay_against *against,
                         const char *option,
                         const char *value)
{
    if (strcmp(option, "--against") == 0) {
        against->config_path = value;
        against->wanted = true;
        return true;
    }
    if (strcmp(option, "--hub-latency") == 0) {
        return take_latency(against, value);
    }
    against->assumes = true;
    if (strcmp(option, "--unknown-answers") == 0) {
        return take_word(value, "grant", "silent", option,
                         &against->options.unknown_silent);
    }
    return take_word(value, "rest", "end", option,
                     &against->options.unknown_ends);
}

bool replay_against_check(const struct replay_against *against)
{
    return against->wanted || !against->assumes ||
           wrong("--unknown-answers and --unknown-orders need --against or "
                 "--hub-latency");
}

/* --- opening ------------------------------------------------------------ */

bool replay_against_open(struct replay_against *against,
                         const struct cg_config *config,
                         const struct cg_rates *rates)
{
    char error[512];
    against->options.rates = rates;
    if (against->config_path == NULL) {
        return true;
    }
    if (cg_config_open(against->config_path, app_print_mistake, NULL,
                       &against->config) != 0) {
        return false;
    }
    if (!cg_against_fits(config, against->config, error, sizeof(error))) {
        fprintf(stderr, "creditgate replay: %s: %s\n", against->config_path,
                error);
        return false;
    }
    if (!replay_read_rates(against->config, &against->rates)) {
        return false;
    }
    against->options.config = against->config;
    against->options.rates = against->rates;
    return true;
}

void replay_against_close(struct replay_against *against)
{
    cg_rates_close(against->rates);
    cg_config_close(against->config);
}

/* --- differences -------------------------------------------------------- */

/* "2026-01-15T12:00:00.123Z" */
static const char *put_time(cg_time time, char *text, size_t len)
{
    time_t seconds = time / CG_SECOND;
    struct tm tm;
    gmtime_r(&seconds, &tm);
    size_t at = strftime(text, len, "%Y-%m-%dT%H:%M:%S", &tm);
    snprintf(text + at, len - at, ".%03lldZ",
             (long long)(time % CG_SECOND / CG_MS));
    return text;
}

static const char *side_word(char side)
{
    return side == '1' ? "buy" : side == '2' ? "sell" : "";
}

/* Words of a log: none may break a line or a terminal. */
static void put_line(FILE *to, const char *head, const char *text)
{
    fputs(head, to);
    for (; *text != '\0'; text++) {
        fputc(*text >= ' ' && *text <= '~' ? *text : '?', to);
    }
    fputc('\n', to);
}

static void put_words(struct replay_against *against,
                      const struct cg_against_difference *is)
{
    char time[40];
    char head[512];
    snprintf(head, sizeof(head), "%s %s %s %s: %s%s%s%s%s for %s: %s",
             put_time(is->time, time, sizeof(time)), is->session, is->message,
             is->clordid, side_word(is->side), is->side != '\0' ? " " : "",
             is->qty, is->qty[0] != '\0' ? " " : "",
             is->instrument[0] != '\0' ? is->instrument : "a package",
             is->account, cg_against_kind_name(is->kind));
    put_line(against->to, against->first ? "" : "\n", head);
    put_line(against->to, "  A: ", is->outcome[CG_AGAINST_A]);
    put_line(against->to, "  B: ", is->outcome[CG_AGAINST_B]);
    put_line(against->to, "  because ", is->because);
    against->first = false;
}

static void put_row(struct replay_against *against,
                    const struct cg_against_difference *is)
{
    char time[40];
    const char *const cells[] = {put_time(is->time, time, sizeof(time)),
                                 is->session,
                                 is->message,
                                 is->clordid,
                                 is->account,
                                 is->instrument,
                                 side_word(is->side),
                                 is->qty,
                                 cg_against_kind_name(is->kind),
                                 is->outcome[CG_AGAINST_A],
                                 is->outcome[CG_AGAINST_B],
                                 is->because};
    replay_table_row(&against->table, cells);
}

static void on_difference(void *user, const struct cg_against_difference *is)
{
    struct replay_against *against = user;
    if (against->printed++ >= against->max) {
        return;
    }
    if (against->format == REPLAY_TABLE) {
        put_words(against, is);
    } else {
        put_row(against, is);
    }
}

void replay_against_begin(struct replay_against *against,
                          FILE *to,
                          enum replay_format format)
{
    static const char *const columns[] = {
        "time", "session",  "message",    "clordid", "account", "instrument",
        "side", "quantity", "difference", "a",       "b",       "because"};
    static const int widths[12] = {0};
    against->to = to;
    against->format = format;
    against->first = true;
    against->options.difference = on_difference;
    against->options.user = against;
    against->table = (struct replay_table){
        .to = to,
        .format = format,
        .name = "decisions",
        .columns = columns,
        .widths = widths,
        .count = 12,
        .first = &against->first,
    };
    if (format != REPLAY_TABLE) {
        replay_table_begin(&against->table);
    }
}

/* --- the report --------------------------------------------------------- */

static struct replay_table begin(struct replay_against *against,
                                 const char *name,
                                 const char *const *columns,
                                 const int *widths,
                                 size_t count)
{
    struct replay_table table = {
        .to = against->to,
        .format = against->format,
        .name = name,
        .columns = columns,
        .widths = widths,
        .count = count,
        .first = &against->first,
    };
    replay_table_begin(&table);
    return table;
}

static void
put_count(struct replay_table *table, const char *name, uint64_t count)
{
    char text[24];
    const char *cells[] = {name, text};
    snprintf(text, sizeof(text), "%" PRIu64, count);
    replay_table_row(table, cells);
}

static uint64_t recorded_otherwise(const struct cg_replay *replay,
                                   const struct cg_config *config)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < config->session_count; i++) {
        const uint64_t *counts = cg_replay_verdicts(replay, CG_REPLAY_RECORDED,
                                                    i);
        if (cg_replay_is_recorded(replay, (cg_session)i)) {
            sum += counts[CG_REPLAY_DIFFERENT] +
                   counts[CG_REPLAY_ONLY_RECORDED] +
                   counts[CG_REPLAY_ONLY_PRODUCED] + counts[CG_REPLAY_MOVED];
        }
    }
    return sum;
}

static void put_totals(struct replay_against *against,
                       const struct cg_replay *replay,
                       const struct cg_config *config)
{
    static const char *const columns[] = {"what", "value"};
    static const int widths[] = {-24, -40};
    const struct cg_against_totals *totals = cg_replay_against_totals(replay);
    struct replay_table table = begin(against, "what-if", columns, widths, 2);
    put_count(&table, "compared", totals->compared);
    put_count(&table, "same", totals->same);
    for (int i = 0; i < CG_AGAINST_KINDS; i++) {
        put_count(&table, cg_against_kind_name((enum cg_against_kind)i),
                  totals->kinds[i]);
    }
    put_count(&table, "undecided", totals->undecided);
    put_count(&table, "assumed answers", totals->assumed_answers);
    put_count(&table, "unanswered", totals->unanswered);
    put_count(&table, "assumed ends", totals->assumed_cancels);
    put_count(&table, "reports left out", totals->left_out);
    put_count(&table, "rest in B only", totals->resting);
    put_count(&table, "A not as recorded", recorded_otherwise(replay, config));
    const char *cells[] = {"books of B", totals->holds ? "hold" : totals->why};
    replay_table_row(&table, cells);
    replay_table_end(&table);
}

static bool limit_by_id(const struct cg_tally *tally,
                        const char *id,
                        struct cg_tally_limit *limit)
{
    for (size_t i = 0; cg_tally_limit(tally, i, limit); i++) {
        if (strcmp(limit->now.id, id) == 0) {
            return true;
        }
    }
    return false;
}

static void
put_peak(const struct cg_tally_limit *limit, bool there, char texts[3][48])
{
    texts[0][0] = '\0';
    texts[1][0] = '\0';
    texts[2][0] = '\0';
    if (!there || !limit->peaked) {
        return;
    }
    cg_dv01_format(limit->peak, texts[0]);
    if (limit->has_amount) {
        cg_dv01_format(limit->amount, texts[1]);
    }
    put_time(limit->peak_at, texts[2], sizeof(texts[2]));
}

static void put_limit(struct replay_table *table,
                      const char *id,
                      const struct cg_tally_limit limits[2],
                      const bool there[2])
{
    char texts[2][3][48];
    put_peak(&limits[0], there[0], texts[0]);
    put_peak(&limits[1], there[1], texts[1]);
    const char *cells[] = {id,          limits[there[0] ? 0 : 1].now.currency,
                           texts[0][0], texts[0][1],
                           texts[0][2], texts[1][0],
                           texts[1][1], texts[1][2]};
    replay_table_row(table, cells);
}

/* Peaks, side by side: A's limits, then those that only B has. */
static void put_limits(struct replay_against *against,
                       const struct cg_replay *replay)
{
    static const char *const columns[] = {"limit", "currency", "peak-a",
                                          "of-a",  "when-a",   "peak-b",
                                          "of-b",  "when-b"};
    static const int widths[] = {-16, -8, 16, 16, -24, 16, 16, -24};
    const struct cg_tally *tallies[2] = {
        cg_side_tally(cg_replay_side(replay)),
        cg_side_tally(cg_replay_against_side(replay))};
    struct cg_tally_limit limits[2];
    struct replay_table table = begin(against, "limits", columns, widths, 8);
    for (size_t i = 0; cg_tally_limit(tallies[0], i, &limits[0]); i++) {
        const bool there[2] = {
            true, limit_by_id(tallies[1], limits[0].now.id, &limits[1])};
        put_limit(&table, limits[0].now.id, limits, there);
    }
    for (size_t i = 0; cg_tally_limit(tallies[1], i, &limits[1]); i++) {
        const bool there[2] = {false, true};
        if (!limit_by_id(tallies[0], limits[1].now.id, &limits[0])) {
            put_limit(&table, limits[1].now.id, limits, there);
        }
    }
    replay_table_end(&table);
}

static void put_ms(uint64_t ns, char *text)
{
    snprintf(text, 32, "%" PRIu64 ".%03" PRIu64, ns / CG_MS, ns % CG_MS / 1000);
}

/* From an order or a replace to its decision. */
static void put_times(struct replay_against *against,
                      const struct cg_replay *replay)
{
    static const char *const columns[] = {"gate", "decided", "median-ms",
                                          "p99-ms", "longest-ms"};
    static const int widths[] = {-8, 12, 12, 12, 12};
    const struct cg_against_totals *totals = cg_replay_against_totals(replay);
    struct replay_table table = begin(against, "waits", columns, widths, 5);
    for (int i = 0; i < CG_AGAINST_SIDES; i++) {
        const struct cg_spread *spread = &totals->waited[i];
        char texts[4][32];
        snprintf(texts[0], 32, "%" PRIu64, spread->count);
        put_ms(cg_spread_at(spread, 500), texts[1]);
        put_ms(cg_spread_at(spread, 990), texts[2]);
        put_ms(cg_spread_at(spread, 1000), texts[3]);
        const char *cells[] = {i == CG_AGAINST_A ? "A" : "B", texts[0],
                               texts[1], texts[2], texts[3]};
        replay_table_row(&table, cells);
    }
    replay_table_end(&table);
}

void replay_against_print(struct replay_against *against,
                          const struct cg_replay *replay,
                          const struct cg_config *config)
{
    if (against->format != REPLAY_TABLE) {
        replay_table_end(&against->table);
    } else if (against->printed > against->max) {
        fprintf(against->to, "\n(%" PRIu64 " more: --differences N)\n",
                against->printed - against->max);
    }
    put_totals(against, replay, config);
    put_limits(against, replay);
    put_times(against, replay);
    if (against->format == REPLAY_JSON) {
        fputs("}\n", against->to);
    }
}
