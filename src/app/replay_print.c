/*
 * The report of a replay: what came, what was decided, limits, tokens, times.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "replay_print.h"

#include "decimal.h"

#include <inttypes.h>
#include <tally.h>
#include <time.h>

/* --- differences -------------------------------------------------------- */

static void put_bytes(FILE *to, struct cg_slice bytes)
{
    for (size_t i = 0; i < bytes.len; i++) {
        unsigned char c = (unsigned char)bytes.data[i];
        fputc(c == 1 ? '|' : c >= ' ' && c <= '~' ? c : '?', to);
    }
}

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

void replay_print_difference(FILE *to,
                             const struct cg_replay_difference *difference)
{
    static const char *const words[CG_REPLAY_AGAINSTS][CG_REPLAY_VERDICTS] = {
        [CG_REPLAY_RECORDED] = {"", "differs from what was recorded",
                                "was recorded, and is not sent",
                                "is sent, and was not recorded", "",
                                "was recorded in another order"},
        [CG_REPLAY_EXPECTED] = {"", "differs from what is expected",
                                "is expected, and is not sent",
                                "is sent, and is not expected", "",
                                "is expected in another order"},
    };
    const struct cg_replay_said *said = difference->produced != NULL
                                            ? difference->produced
                                            : difference->recorded;
    char time[40];
    fprintf(to, "%s ", put_time(said->time, time, sizeof(time)));
    if (difference->session[0] != '\0') {
        fprintf(to, "%s 35=%.*s", difference->session, (int)said->type.len,
                said->type.data);
    } else {
        fputs("a decision", to);
    }
    fprintf(to, " %s: ", words[difference->against][difference->verdict]);
    put_bytes(to, difference->verdict == CG_REPLAY_DIFFERENT
                      ? cg_slice_str(difference->text)
                      : said->body);
    if (difference->recorded != NULL && difference->recorded->file != NULL) {
        fprintf(to, " (%s:%" PRIu64 ")", difference->recorded->file,
                difference->recorded->offset);
    }
    fputc('\n', to);
}

/* --- the report --------------------------------------------------------- */

struct report {
    FILE *to;
    enum replay_format format;
    const struct cg_replay *replay;
    const struct cg_config *config;
    const struct cg_tally *tally;
    struct cg_tally_counts counts;
    struct cg_replay_totals totals;
    bool first;
};

/* A number as a cell; |text| has room for 24 bytes. */
static const char *put_count(char *text, uint64_t count)
{
    snprintf(text, 24, "%" PRIu64, count);
    return text;
}

static struct replay_table begin(struct report *report,
                                 const char *name,
                                 const char *const *columns,
                                 const int *widths,
                                 size_t count)
{
    struct replay_table table = {report->to, report->format, name,
                                 columns,    widths,         count,
                                 0,          &report->first};
    replay_table_begin(&table);
    return table;
}

/* Rows of a name and a count. */
static void
put_pair(struct replay_table *table, const char *name, uint64_t count)
{
    char text[24];
    const char *cells[] = {name, put_count(text, count)};
    replay_table_row(table, cells);
}

static void
put_text(struct replay_table *table, const char *name, const char *text)
{
    const char *cells[] = {name, text};
    replay_table_row(table, cells);
}

static void put_summary(struct report *report)
{
    static const char *const columns[] = {"what", "value"};
    static const int widths[] = {-16, -40};
    struct replay_table table = begin(report, "replay", columns, widths, 2);
    char text[40];
    put_text(&table, "from",
             put_time(report->totals.first, text, sizeof(text)));
    put_text(&table, "to", put_time(report->totals.last, text, sizeof(text)));
    put_pair(&table, "messages", report->totals.messages);
    put_pair(&table, "sent", report->totals.sent);
    put_pair(&table, "facts", report->counts.facts);
    put_pair(&table, "alarms", report->counts.alarms);
    put_text(&table, "books",
             report->totals.holds ? "hold" : report->totals.why);
    if (report->totals.leaked == 0) {
        put_text(&table, "credit-leaked", "none");
    } else {
        put_pair(&table, "credit-leaked", report->totals.leaked);
    }
    replay_table_end(&table);
}

static void put_messages(struct report *report)
{
    static const char *const roles[] = {[CG_ROLE_CLIENT] = "client",
                                        [CG_ROLE_VENUE] = "venue",
                                        [CG_ROLE_HUB] = "hub"};
    static const char *const columns[] = {"session", "role",    "in",
                                          "out",     "admin",   "repeated",
                                          "missing", "rejects", "logons"};
    static const int widths[] = {-16, -6, 10, 10, 8, 8, 8, 8, 8};
    struct replay_table table = begin(report, "messages", columns, widths, 9);
    for (size_t i = 0; i < report->config->session_count; i++) {
        const struct cg_config_session *session = &report->config->sessions[i];
        const struct cg_replay_counts *counts = cg_replay_session_counts(
            report->replay, (cg_session)i);
        char text[7][24];
        const char *cells[] = {session->name,
                               roles[session->role],
                               put_count(text[0], counts->in),
                               put_count(text[1], counts->out),
                               put_count(text[2], counts->admin),
                               put_count(text[3], counts->repeated),
                               put_count(text[4], counts->missing),
                               put_count(text[5], counts->rejects),
                               put_count(text[6], counts->logons)};
        replay_table_row(&table, cells);
    }
    replay_table_end(&table);
}

static void put_trouble(struct report *report)
{
    static const char *const columns[] = {"trouble", "count"};
    static const int widths[] = {-16, 10};
    struct replay_table table = begin(report, "trouble", columns, widths, 2);
    for (unsigned i = 0; i < CG_REPLAY_KINDS; i++) {
        if (report->totals.troubles[i] > 0) {
            put_pair(&table, cg_replay_trouble_name(i),
                     report->totals.troubles[i]);
        }
    }
    replay_table_end(&table);
}

static void put_orders(struct report *report)
{
    static const char *const names[CG_TALLY_REQUESTS] = {"new", "replace",
                                                         "cancel", "pull"};
    static const char *const columns[] = {"request", "taken", "forwarded",
                                          "refused"};
    static const int widths[] = {-16, 10, 10, 10};
    struct replay_table table = begin(report, "orders", columns, widths, 4);
    for (size_t i = 0; i < CG_TALLY_REQUESTS; i++) {
        const struct cg_tally_orders *orders = &report->counts.orders[i];
        char text[3][24];
        const char *cells[] = {names[i], put_count(text[0], orders->taken),
                               put_count(text[1], orders->forwarded),
                               put_count(text[2], orders->refused)};
        replay_table_row(&table, cells);
    }
    replay_table_end(&table);
}

static void put_reasons(struct report *report)
{
    static const char *const columns[] = {"reason", "count"};
    static const int widths[] = {-28, 10};
    struct replay_table table = begin(report, "refusals", columns, widths, 2);
    for (unsigned i = 0; i < CG_TALLY_REASONS; i++) {
        char name[64];
        if (report->counts.reasons[i] > 0) {
            (void)cg_tally_reason(i, name);
            put_pair(&table, name, report->counts.reasons[i]);
        }
    }
    replay_table_end(&table);
}

/* --- limits and tokens -------------------------------------------------- */

/* "45.20", of 100; "" without an amount. */
static void
put_percent(const struct cg_tally_limit *limit, char *text, size_t len)
{
    text[0] = '\0';
    if (limit->has_amount && limit->amount > 0) {
        snprintf(text, len, "%.2f",
                 100.0 * (double)limit->peak / (double)limit->amount);
    }
}

static void put_limits(struct report *report)
{
    static const char *const columns[] = {"limit",   "owner", "currency",
                                          "amount",  "peak",  "percent",
                                          "peak_at", "used"};
    static const int widths[] = {-16, -10, -8, 16, 16, 8, -24, 16};
    struct replay_table table = begin(report, "limits", columns, widths, 8);
    struct cg_tally_limit limit;
    for (size_t i = 0; cg_tally_limit(report->tally, i, &limit); i++) {
        char amount[CG_DV01_TEXT_MAX] = "";
        char peak[CG_DV01_TEXT_MAX];
        char used[CG_DV01_TEXT_MAX];
        char percent[32];
        char at[40] = "";
        bool some = limit.peaked ? limit.has_amount : limit.now.has_amount;
        if (some) {
            cg_dv01_format(limit.peaked ? limit.amount : limit.now.amount,
                           amount);
        }
        if (limit.peaked) {
            put_time(limit.peak_at, at, sizeof(at));
        }
        cg_dv01_format(limit.peak, peak);
        cg_dv01_format(limit.now.used, used);
        put_percent(&limit, percent, sizeof(percent));
        const char *cells[] = {limit.now.id,
                               limit.now.owner,
                               limit.now.currency,
                               amount,
                               peak,
                               percent,
                               at,
                               used};
        replay_table_row(&table, cells);
    }
    replay_table_end(&table);
}

static void put_tokens(struct report *report)
{
    static const char *const columns[] = {"tokens", "count"};
    static const int widths[] = {-16, 10};
    const struct cg_tally_tokens *tokens = &report->counts.tokens;
    struct replay_table table = begin(report, "tokens", columns, widths, 2);
    put_pair(&table, "asked", tokens->asked);
    put_pair(&table, "pushed", tokens->pushed);
    put_pair(&table, "fallback", tokens->fallback);
    put_pair(&table, "granted", tokens->granted);
    put_pair(&table, "late", tokens->late);
    put_pair(&table, "denied", tokens->denied);
    put_pair(&table, "timed-out", tokens->timed_out);
    put_pair(&table, "expired", tokens->expired);
    put_pair(&table, "invalidated", tokens->invalidated);
    put_pair(&table, "handed-back", tokens->handed_back);
    put_pair(&table, "released", tokens->released);
    put_pair(&table, "consumed", tokens->consumed);
    put_pair(&table, "open", tokens->open);
    replay_table_end(&table);
}

static void put_side(struct replay_table *table,
                     const struct cg_tally_limit *limit,
                     int side)
{
    char text[CG_AUDIT_COLUMNS][CG_DV01_TEXT_MAX];
    const char *cells[3 + CG_AUDIT_COLUMNS] = {
        limit->now.id, side == 0 ? "buy" : "sell", limit->now.currency};
    bool any = false;
    for (size_t i = 0; i < CG_AUDIT_COLUMNS; i++) {
        cg_dv01_format(limit->ledger[side][i], text[i]);
        cells[3 + i] = text[i];
        any = any || limit->ledger[side][i] != 0;
    }
    if (any) {
        replay_table_row(table, cells);
    }
}

/* R23: granted + overrun = all the rest. */
static void put_ledger(struct report *report)
{
    static const char *const columns[] = {
        "limit",   "side",        "currency",   "granted",
        "overrun", "reserved",    "consumed",   "released",
        "expired", "invalidated", "handed_back"};
    static const int widths[] = {-16, -4, -8, 16, 12, 14, 16, 16, 14, 14, 14};
    struct replay_table table = begin(report, "amounts", columns, widths, 11);
    struct cg_tally_limit limit;
    for (size_t i = 0; cg_tally_limit(report->tally, i, &limit); i++) {
        put_side(&table, &limit, 0);
        put_side(&table, &limit, 1);
    }
    replay_table_end(&table);
}

/* --- times -------------------------------------------------------------- */

static void put_spread(struct replay_table *table,
                       const char *firm,
                       const char *where,
                       const struct cg_spread *spread)
{
    char count[24];
    char median[32];
    char p99[32];
    if (spread->count == 0) {
        return;
    }
    snprintf(median, sizeof(median), "%.3f",
             (double)cg_spread_at(spread, 500) / 1e6);
    snprintf(p99, sizeof(p99), "%.3f", (double)cg_spread_at(spread, 990) / 1e6);
    const char *cells[] = {firm, where, put_count(count, spread->count), median,
                           p99};
    replay_table_row(table, cells);
}

static void put_times(struct report *report)
{
    static const char *const columns[] = {"firm", "time_in", "count",
                                          "median_ms", "p99_ms"};
    static const int widths[] = {-16, -8, 10, 12, 12};
    struct replay_table table = begin(report, "times", columns, widths, 5);
    const struct cg_tally_firm *firm;
    for (size_t i = 0; (firm = cg_tally_times(report->tally, i)) != NULL; i++) {
        put_spread(&table, firm->name, "gate", &firm->gate);
        put_spread(&table, firm->name, "hub", &firm->hub);
        put_spread(&table, firm->name, "venue", &firm->venue);
    }
    replay_table_end(&table);
}

/* --- comparison --------------------------------------------------------- */

static void put_compared(struct report *report, enum cg_replay_against against)
{
    static const char *const names[] = {"compared", "expected"};
    static const char *const columns[][7] = {
        {"session", "same", "different", "only_recorded", "only_sent", "unsent",
         "moved"},
        {"session", "same", "different", "only_expected", "only_sent", "unsent",
         "moved"}};
    static const int widths[] = {-16, 10, 10, 14, 10, 10, 10};
    struct replay_table table = begin(report, names[against], columns[against],
                                      widths, 7);
    for (size_t i = 0; i <= report->config->session_count; i++) {
        bool is_session = i < report->config->session_count;
        const uint64_t *verdicts = cg_replay_verdicts(report->replay, against,
                                                      i);
        char text[CG_REPLAY_VERDICTS][24];
        const char *cells[1 + CG_REPLAY_VERDICTS] = {
            is_session ? report->config->sessions[i].name : "(decisions)"};
        bool any = false;
        for (size_t j = 0; j < CG_REPLAY_VERDICTS; j++) {
            cells[1 + j] = put_count(text[j], verdicts[j]);
            any = any || verdicts[j] > 0;
        }
        bool judged = against == CG_REPLAY_EXPECTED ||
                      (is_session &&
                       cg_replay_is_recorded(report->replay, (cg_session)i));
        if (any && judged) {
            replay_table_row(&table, cells);
        }
    }
    replay_table_end(&table);
}

void replay_print(FILE *to,
                  enum replay_format format,
                  const struct cg_replay *replay,
                  const struct cg_config *config,
                  bool expected)
{
    struct report report = {
        .to = to,
        .format = format,
        .replay = replay,
        .config = config,
        .tally = cg_side_tally(cg_replay_side(replay)),
        .first = true,
    };
    cg_replay_totals(replay, &report.totals);
    cg_tally_counts(report.tally, &report.counts);
    put_summary(&report);
    put_messages(&report);
    put_trouble(&report);
    put_orders(&report);
    put_reasons(&report);
    put_limits(&report);
    put_tokens(&report);
    put_ledger(&report);
    put_times(&report);
    put_compared(&report, CG_REPLAY_RECORDED);
    if (expected) {
        put_compared(&report, CG_REPLAY_EXPECTED);
    }
    if (format == REPLAY_JSON) {
        fputs("}\n", to);
    }
}
