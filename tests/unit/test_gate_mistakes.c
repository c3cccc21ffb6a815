/*
 * Bad input, field by field: each mistake in each field that the gate reads
 * gets the answer of the tables in gate_mistakes_*.c, and the books stay as
 * they were.
 *
 * The linker hands the reads of the code under test to __wrap_... here, so that
 * a field without a row fails the test; check_mistakes.py finds those on paths
 * that no row takes.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "fix_message.h"
#include "gate_harness.h"
#include "gate_mistakes.h"
#include "wrapped.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static const struct fields_table *const tables[] = {
    &fields_clients, &fields_hubs, &fields_venues};

#define TABLES (sizeof(tables) / sizeof(tables[0]))

static const char instruments[] =
    "instrument,currency,dv01_per_million\n"
    "USD10Y,USD,904.00\nUSD2Y,USD,190.10\nEUR10Y,EUR,880.00\n";

static const char dated_instruments[] =
    "instrument,currency,dv01_per_million,convention,swap\n"
    "USD10Y,USD,904.00,,\nUSD2Y,USD,190.10,,\nIRS,USD,,USD_SOFR,dates\n";

static const char rates[] = "set,curve,tenor,rate_pct\n"
                            "eod,USD_SOFR,1Y,3.5\neod,USD_SOFR,30Y,4\n";

#define PARTY(version, begin)                                                  \
    "[SESSION]\nName=c" version "\nRole=client\nBeginString=" begin            \
    "\nTargetCompID=C" version "\nVenue=v" version "\nAccounts=A" version "\n"
#define VENUE_OF(version, begin)                                               \
    "[SESSION]\nName=v" version "\nRole=venue\nBeginString=" begin             \
    "\nTargetCompID=V" version "\n"
#define ACCOUNT(version)                                                       \
    "[ACCOUNT]\nAccount=A" version "\nClearingFirm=F" version                  \
    "\nHub=hub\nCCPs=LCH,CME\n"                                                \
    "[LIMIT]\nRiskLimitID=L" version "\nAccount=A" version                     \
    "\nHub=hub\nCurrency=USD\nMeasure=gross\nModel=push\nAmount=1000000.00\n"

static const char configuration[] =
    "[GATE]\nName=GATE\nJournal=unused.db\nInstruments=instruments.csv\n"
    "MaxOrders=16\nMaxRequests=64\nMaxLimits=16\nMaxWaiting=4\nMaxReports=16\n"
    "MaxMessageBytes=20000\nMaxScopes=256\nMaxLegs=128\nMaxInstruments=64\n"
    "[DEFAULT]\nSenderCompID=GATE\nConnectionType=acceptor\n"
    "SocketAcceptPort=7001\n" PARTY("42", "FIX.4.2") PARTY("44", "FIX.4.4")
        PARTY(
            "50",
            "FIXT.1.1") "[SESSION]\nName=cping\nRole=client\nBeginString=FIX.4."
                        "4\n"
                        "TargetCompID=CPING\nVenue=v44\nAccounts=PING\n"
                        "[SESSION]\nName=hub\nRole=hub\nBeginString=FIXT.1."
                        "1\nTargetCompID=HUB\n" VENUE_OF("42", "FIX.4.2")
                            VENUE_OF("44", "FIX.4.4") VENUE_OF("50", "FIXT.1.1")
                                ACCOUNT("42") ACCOUNT("44") ACCOUNT(
                                    "50") "[ACCOUNT]\nAccount="
                                          "PING\nClearingFirm=FPING\nHub=hub\n"
                                          "[ACCOUNT]\nAccount="
                                          "FREE\nClearingFirm=FFREE\n"
                                          "[LIMIT]\nRiskLimitID=LPING\nAccount="
                                          "PING\nHub=hub\nCurrency=USD\n"
                                          "Measure=gross\nModel=ping\nAmount="
                                          "1000000.00\n";

static struct harness h;

/* --- what was read ------------------------------------------------------ */

enum { TAGS = 3072, TYPES_MAX = 32, ROWS_MAX = 512 };

static struct {
    char type[8];
    bool tags[TAGS];
} reads[TYPES_MAX];
static bool watched; /* a message of the tables is being decided on */

static void note(const struct cg_fix_message *message, uint32_t tag)
{
    char type[8];
    if (!watched || tag >= TAGS) {
        return;
    }
    snprintf(type, sizeof(type), "%.*s", (int)message->type.len,
             message->type.data);
    for (size_t i = 0; i < TYPES_MAX; i++) {
        if (reads[i].type[0] == '\0') {
            strcpy(reads[i].type, type);
        }
        if (strcmp(reads[i].type, type) == 0) {
            reads[i].tags[tag] = true;
            return;
        }
    }
    fail_msg("more message types than this test has room for");
}

WRAPPED(cg_fix_find);
bool __wrap_cg_fix_find(const struct cg_fix_message *message,
                        uint32_t tag,
                        struct cg_slice *value)
{
    note(message, tag);
    return __real_cg_fix_find(message, tag, value);
}

WRAPPED(cg_fix_group);
bool __wrap_cg_fix_group(const struct cg_fix_message *message,
                         uint32_t tag,
                         struct cg_fix_group *group)
{
    note(message, tag);
    return __real_cg_fix_group(message, tag, group);
}

WRAPPED(cg_fix_group_find);
bool __wrap_cg_fix_group_find(const struct cg_fix_group *group,
                              uint32_t tag,
                              struct cg_slice *value)
{
    note(group->message, tag);
    return __real_cg_fix_group_find(group, tag, value);
}

WRAPPED(cg_fix_group_nested);
bool __wrap_cg_fix_group_nested(const struct cg_fix_group *group,
                                uint32_t tag,
                                struct cg_fix_group *inner)
{
    note(group->message, tag);
    return __real_cg_fix_group_nested(group, tag, inner);
}

/* --- the books ---------------------------------------------------------- */

/* A venue's ids do not matter, but what is filled and closed does. */
static bool is_of_report(const struct cg_fact *fact)
{
    return fact->kind == CG_FACT_NOTED || fact->kind == CG_FACT_REPORT_SEEN ||
           fact->kind == CG_FACT_ORDER_ACKED ||
           fact->kind == CG_FACT_ORDER_IDENTIFIED ||
           fact->kind == CG_FACT_DIFFERENCE || fact->kind == CG_FACT_COMPARED;
}

/* Facts of what was said, that change neither credit nor orders. */
static bool is_harmless(const struct cg_fact *fact)
{
    return fact->kind == CG_FACT_NOTED || fact->kind == CG_FACT_ORDER_REFUSED ||
           fact->kind == CG_FACT_REQUEST_REFUSED ||
           fact->kind == CG_FACT_LIMITS_TOLD || is_of_report(fact);
}

static bool is_unenforced(const struct cg_fact *fact)
{
    return fact->kind == CG_FACT_LIMIT_STATE && fact->reason == 0;
}

struct books {
    struct cg_limit_view limits[16];
    struct cg_token_view tokens[16];
    size_t facts;
};

static void look(struct books *books)
{
    memset(books, 0, sizeof(*books));
    for (size_t i = 0; i < 16; i++) {
        (void)cg_gate_limit(h.gate, i, &books->limits[i]);
        (void)cg_gate_token(h.gate, i, &books->tokens[i]);
    }
    books->facts = h.facts.count;
}

/* |unenforced|: but for a limit that takes no new risk any more. */
static const char *changed(const struct books *before, bool unenforced)
{
    static struct books after;
    bool seen = false;
    look(&after);
    for (size_t i = before->facts; i < after.facts; i++) {
        const struct cg_fact *fact = &h.facts.facts[i];
        if (unenforced && is_unenforced(fact)) {
            seen = true;
        } else if (!is_harmless(fact)) {
            return cg_fact_kind_name(fact->kind);
        }
    }
    if (unenforced && !seen) {
        return "no limit that takes no new risk";
    }
    for (size_t i = 0; i < 16; i++) {
        const struct cg_limit_view *a = &before->limits[i];
        const struct cg_limit_view *b = &after.limits[i];
        const struct cg_token_view *c = &before->tokens[i];
        const struct cg_token_view *d = &after.tokens[i];
        bool state = a->state == b->state || unenforced;
        if (!state || a->amount != b->amount || a->used != b->used ||
            a->available != b->available || a->has_amount != b->has_amount) {
            return "a limit";
        }
        if (c->state != d->state || c->reserved != d->reserved ||
            c->consumed != d->consumed || c->released != d->released ||
            c->granted != d->granted || c->overrun != d->overrun) {
            return "a token";
        }
    }
    return NULL;
}

/* What the facts say, but for names, words and times. */
struct effect {
    size_t count;
    uint64_t sums[64];
};

static uint64_t mix(uint64_t hash, uint64_t value)
{
    return (hash ^ value) * 0x9E3779B97F4A7C15u + (hash >> 29);
}

static void effect_of(size_t first, struct effect *effect)
{
    memset(effect, 0, sizeof(*effect));
    for (size_t i = first; i < h.facts.count; i++) {
        const struct cg_fact *fact = &h.facts.facts[i];
        if (is_of_report(fact)) {
            continue;
        }
        uint64_t sum = mix((uint64_t)fact->kind, fact->session);
        const uint64_t parts[] = {
            fact->order,          fact->request,
            fact->token,          fact->limit,
            fact->account,        fact->instrument,
            fact->value,          fact->flags,
            fact->reason,         (uint64_t)fact->side,
            fact->number,         (uint64_t)fact->time_in_force,
            (uint64_t)fact->qty,  (uint64_t)fact->amount,
            (uint64_t)fact->other};
        for (size_t p = 0; p < sizeof(parts) / sizeof(parts[0]); p++) {
            sum = mix(sum, parts[p]);
        }
        assert_in_range(effect->count, 0, 63);
        effect->sums[effect->count++] = sum;
    }
}

/* --- one message -------------------------------------------------------- */

#define STAMP "20270115-08:00:00"

static void prepare(const char *steps)
{
    char line[2048];
    while (*steps != '\0') {
        size_t len = strcspn(steps, "\n");
        snprintf(line, sizeof(line), "%.*s", (int)len, steps);
        harness_in(&h, atoi(line), strchr(line, ' ') + 1);
        steps += len + (steps[len] == '\n' ? 1 : 0);
    }
}

static void say(const struct fields_message *message, const char *text)
{
    watched = true;
    harness_feed(&h, message->session, text);
    watched = false;
}

/* Orders "of dates" are for an instrument that goes by them. */
static bool goes_by_dates(const struct fields_message *message)
{
    return strncmp(message->name, "dated-", 6) == 0;
}

static void open_dated(void)
{
    static char text[sizeof(configuration) + 64];
    snprintf(text, sizeof(text), "%s[RATES]\nParRates=/dev/null\n",
             configuration);
    harness_open_table(&h, text, dated_instruments);
    harness_take_rates(&h, rates, NULL);
}

static void open_for(const struct fields_message *message)
{
    if (goes_by_dates(message)) {
        open_dated();
    } else {
        harness_open_table(&h, configuration, instruments);
    }
    prepare(message->before != NULL ? message->before : "");
}

/* Whether the |at|-th message out has every field of |fields|. */
static bool came(int at, int session, const char *fields)
{
    char wanted[256];
    char key[300];
    if (at >= h.out_count || atoi(h.out[at]) != session) {
        return false;
    }
    snprintf(wanted, sizeof(wanted), "%s", fields);
    for (char *f = strtok(wanted, "|"); f != NULL; f = strtok(NULL, "|")) {
        const char *tilde = strchr(f, '~');
        if (tilde != NULL) {
            if (strstr(h.out[at], tilde + 1) == NULL) {
                return false;
            }
            continue;
        }
        snprintf(key, sizeof(key), "%s%s|", strncmp(f, "35=", 3) ? "|" : " ",
                 f);
        if (strstr(h.out[at], key) == NULL) {
            return false;
        }
    }
    return true;
}

/* Whether its answer came, before or after what else it leads to. */
static bool answered(const struct fields_message *message)
{
    for (int i = 0; i < h.out_count; i++) {
        if (came(i, message->to, message->answer)) {
            return true;
        }
    }
    return false;
}

/* --- one cell ----------------------------------------------------------- */

struct cell {
    const struct fields_message *message;
    const struct fields_row *row;
    const char *mistake;
    const char *text;   /* the message with the mistake */
    const char *expect; /* as the tables write it */
};

static int failures;

static void wrong(const struct cell *cell, const char *why, const char *what)
{
    if (failures++ > 400) {
        return;
    }
    print_error("%s %d %s: expected %s, %s%s%s\n    in  %.400s\n",
                cell->message->name, cell->row->tag, cell->mistake,
                cell->expect, why, what != NULL ? " " : "",
                what != NULL ? what : "", cell->text);
    for (int i = 0; i < h.out_count; i++) {
        print_error("    out %.300s\n", h.out[i]);
    }
    if (h.out_count == 0) {
        print_error("    out nothing\n");
    }
}

/* "3/6:38" -> "35=3|373=6|371=38"; false when it is no refusal. */
static bool refusal_of(const struct cell *cell, char *fields, size_t size)
{
    char kind[4];
    int code = 0;
    int tag = cell->row->tag;
    if (sscanf(cell->expect, "%3[^/]/%d:%d", kind, &code, &tag) < 2) {
        return false;
    }
    if (strcmp(kind, "up") == 0) {
        bool defines = strncmp(cell->text, "35=CS", 5) == 0;
        strcpy(kind, defines ? "CT" : "DE");
        code = defines ? tag : code;
    }
    bool old = h.config.sessions[cell->message->session].version == CG_FIX42;
    if (strcmp(kind, "3") == 0 && old && code > 11) {
        snprintf(fields, size, "35=3|371=%d", tag);
    } else if (strcmp(kind, "3") == 0) {
        snprintf(fields, size, "35=3|373=%d|371=%d", code, tag);
    } else if (strcmp(kind, "j") == 0) {
        snprintf(fields, size, "35=j|380=%d", code);
    } else if (strcmp(kind, "8") == 0) {
        snprintf(fields, size, "35=8|150=8|39=8|58~58=CG%d", code);
    } else if (strcmp(kind, "I") == 0) {
        snprintf(fields, size, "35=8|150=I|39=8|58~58=CG%d", code);
    } else if (strcmp(kind, "9") == 0) {
        snprintf(fields, size, "35=9|58~58=CG%d", code);
    } else if (strcmp(kind, "DE") == 0) {
        snprintf(fields, size, "35=DE|2316=1|2317=%d", code);
    } else if (strcmp(kind, "DI") == 0) {
        snprintf(fields, size, "35=DI|2332=2|2333=%d", code);
    } else if (strcmp(kind, "CT") == 0) {
        snprintf(fields, size, "35=CT|1762=2|1764=%d", code);
    } else if (strcmp(kind, "CM") == 0) {
        snprintf(fields, size, "35=CM|1511=%d", code);
    } else {
        return false;
    }
    if (code == 406) {
        size_t len = strlen(fields);
        snprintf(fields + len, size - len, "|58~tag:%d ", tag);
    }
    return true;
}

static bool is_alarmed(size_t first)
{
    for (size_t i = first; i < h.facts.count; i++) {
        const struct cg_fact *fact = &h.facts.facts[i];
        if (fact->kind == CG_FACT_NOTED && fact->text_len > 5 &&
            memcmp(fact->text, "ALARM", 5) == 0) {
            return true;
        }
    }
    return false;
}

static void check_taken(const struct cell *cell,
                        const struct books *before,
                        const struct effect *right)
{
    struct effect effect;
    effect_of(before->facts, &effect);
    bool same = memcmp(&effect, right, sizeof(effect)) == 0;
    if (!answered(cell->message)) {
        wrong(cell, "another answer", NULL);
    } else if (strcmp(cell->expect, "ok") == 0 && !same) {
        wrong(cell, "other facts", NULL);
    } else if (strcmp(cell->expect, "takes") == 0 && same) {
        wrong(cell, "the very same facts", NULL);
    }
}

static void check_refused(const struct cell *cell, const struct books *before)
{
    char fields[128];
    bool unenforced = strchr(cell->expect, '!') != NULL;
    bool passes = strcmp(cell->expect, "pass") == 0 ||
                  strcmp(cell->expect, "alarm") == 0;
    if (strcmp(cell->expect, "quiet") == 0) {
        if (h.out_count > 0) {
            wrong(cell, "an answer", NULL);
        }
    } else if (passes) {
        if (!answered(cell->message)) {
            wrong(cell, "not passed on", NULL);
        }
        if (is_alarmed(before->facts) != (cell->expect[0] == 'a')) {
            wrong(cell, "alarm or not", NULL);
        }
    } else if (!refusal_of(cell, fields, sizeof(fields))) {
        wrong(cell, "no such answer in the table", NULL);
    } else if (h.out_count != 1 || !came(0, cell->message->session, fields)) {
        wrong(cell, "not", fields);
    }
    const char *what = changed(before, unenforced);
    if (what != NULL) {
        wrong(cell, "the books changed:", what);
    }
}

/* The order that waited is refused, and does not go on. */
static void check_denied(const struct cell *cell)
{
    char fields[64];
    bool told = false;
    snprintf(fields, sizeof(fields), "35=8|150=8|11=N1|58~58=CG%s",
             strchr(cell->expect, '/') + 1);
    for (int i = 0; i < h.out_count; i++) {
        told = told || came(i, S_PING, fields);
        if (came(i, S_VENUE44, "35=D")) {
            wrong(cell, "the order went on", NULL);
        }
    }
    if (!told) {
        wrong(cell, "not", fields);
    }
}

/* The gate of the last cell serves again if that left nothing in it. */
static const struct fields_message *opened;

static void close_last(void)
{
    if (opened != NULL) {
        harness_close(&h);
        opened = NULL;
    }
}

static void check(const struct cell *cell, const struct effect *right)
{
    static struct books before;
    if (opened != cell->message || h.facts.count != before.facts) {
        close_last();
        open_for(cell->message);
        opened = cell->message;
    }
    look(&before);
    say(cell->message, cell->text);
    if (strcmp(cell->expect, "ok") == 0 || strcmp(cell->expect, "takes") == 0) {
        check_taken(cell, &before, right);
    } else if (strncmp(cell->expect, "denied", 6) == 0) {
        check_denied(cell);
    } else {
        check_refused(cell, &before);
    }
}

/* --- mistakes ----------------------------------------------------------- */

enum { TEXT_MAX = 100000 };

/* The |nth| field |tag| of |text|, or NULL. */
static char *place(char *text, int tag, int nth)
{
    char key[16];
    snprintf(key, sizeof(key), "|%d=", tag);
    char *at = strstr(text, key);
    while (at != NULL && --nth > 0) {
        at = strstr(at + 1, key);
    }
    return at != NULL ? at + 1 : NULL;
}

/* |message| with a good field, so that it can be made wrong. */
static void write_right(const struct fields_message *message,
                        const struct fields_row *row,
                        char *text)
{
    snprintf(text, TEXT_MAX, "%s", message->text);
    if (place(text, row->tag, row->nth) != NULL) {
        return;
    }
    if (row->sample == NULL) {
        fail_msg("%s has no %d, and its row no sample", message->name,
                 row->tag);
    }
    char *at = text + strlen(text);
    const char *value = row->sample;
    if (*value == '@') {
        int after = (int)strtol(value + 1, (char **)&value, 10);
        at = place(text, after, 1);
        at += strcspn(at, "|");
        value++;
    }
    char rest[2048];
    snprintf(rest, sizeof(rest), "%s", at);
    snprintf(at, (size_t)(TEXT_MAX - (at - text)), "|%d=%s%s", row->tag, value,
             rest);
}

/* The field with |value| instead, NULL: not there; |times| as often. */
static const char *spoil(const struct cell *cell, const char *value, int times)
{
    static char right[TEXT_MAX];
    static char text[TEXT_MAX];
    write_right(cell->message, cell->row, right);
    char *at = place(right, cell->row->tag, cell->row->nth);
    char *end = at + strcspn(at, "|");
    int len = snprintf(text, sizeof(text), "%.*s", (int)(at - right - 1),
                       right);
    for (int i = 0; i < times; i++) {
        if (value == NULL) {
            len += snprintf(text + len, sizeof(text) - (size_t)len, "|%.*s",
                            (int)(end - at), at);
        } else {
            len += snprintf(text + len, sizeof(text) - (size_t)len, "|%d=%s",
                            cell->row->tag, value);
        }
    }
    snprintf(text + len, sizeof(text) - (size_t)len, "%s", end);
    return text;
}

static const char *repeated(char c, size_t count)
{
    static char text[20000];
    assert_in_range(count, 0, sizeof(text) - 1);
    memset(text, c, count);
    text[count] = '\0';
    return text;
}

static const char *too_long(enum fields_kind kind, size_t name_len)
{
    switch (kind) {
    case NAME:
        return repeated('X', name_len);
    case LETTER:
        return repeated('1', 64);
    case TRUTH:
        return repeated('Y', 64);
    case TIME:
        return STAMP ".0000000000000000";
    case DAY:
        return "203701200";
    case WHOLE:
    case NUMBER:
    case COUNT:
        break;
    }
    return repeated('9', 25);
}

static const char *wrong_type(enum fields_kind kind)
{
    static const char *const values[] = {
        [NAME] = "\xff\xfe", [LETTER] = "xy",    [WHOLE] = "1x",
        [NUMBER] = "1e3",    [TRUTH] = "T",      [TIME] = "yesterday",
        [COUNT] = "one",     [DAY] = "tomorrow",
    };
    return values[kind];
}

static void run_cell(struct cell *cell,
                     const char *mistake,
                     const char *expect,
                     const char *value,
                     int times,
                     const struct effect *right)
{
    cell->mistake = mistake;
    cell->expect = expect;
    if (expect != NULL && strcmp(expect, "-") != 0) {
        cell->text = spoil(cell, value, times);
        check(cell, right);
    }
}

static void run_row(const struct fields_message *message,
                    const struct fields_row *row,
                    const struct effect *right)
{
    struct cell cell = {.message = message, .row = row};
    run_cell(&cell, "absent", row->absent, NULL, 0, right);
    run_cell(&cell, "empty", row->empty, "", 1, right);
    run_cell(&cell, "too long", row->too_long, too_long(row->kind, 64), 1,
             right);
    if (row->kind == NAME) {
        run_cell(&cell, "far too long", row->too_long,
                 too_long(row->kind, 10000), 1, right);
    }
    run_cell(&cell, "of a wrong type", row->wrong_type, wrong_type(row->kind),
             1, right);
    run_cell(&cell, "out of range", row->out_of_range, row->far, 1, right);
    run_cell(&cell, "twice", row->twice, NULL, 2, right);
}

/* The message as it should be is taken; what that does is |right|. */
static void run_right(const struct fields_message *message,
                      struct effect *right)
{
    close_last();
    open_for(message);
    size_t first = h.facts.count;
    say(message, message->text);
    effect_of(first, right);
    if (!answered(message)) {
        print_error("%s as it should be: %s\n    out %s\n", message->name,
                    message->text, h.out_count > 0 ? h.out[0] : "nothing");
        failures++;
    }
    harness_close(&h);
}

static bool is_of(const struct fields_row *row, const char *name)
{
    size_t len = strlen(name);
    for (const char *at = row->messages; *at != '\0';) {
        size_t word = strcspn(at, " ");
        if (word == len && memcmp(at, name, len) == 0) {
            return true;
        }
        at += word + (at[word] == ' ' ? 1 : 0);
    }
    return false;
}

static void run_table(const struct fields_table *table)
{
    failures = 0;
    for (size_t m = 0; m < table->message_count; m++) {
        struct effect right;
        run_right(&table->messages[m], &right);
        for (size_t r = 0; r < table->row_count; r++) {
            if (is_of(&table->rows[r], table->messages[m].name)) {
                run_row(&table->messages[m], &table->rows[r], &right);
            }
        }
    }
    close_last();
    assert_int_equal(failures, 0);
}

/* --- the tables --------------------------------------------------------- */

/* R53, R2, R40, R41, R5, R56: what clients say. */
static void test_gate_mistakes_of_clients(void **state)
{
    (void)state;
    run_table(&fields_clients);
}

/* R15, R18, R19, R24: what hubs say. */
static void test_gate_mistakes_of_hubs(void **state)
{
    (void)state;
    run_table(&fields_hubs);
}

/* R43: what venues say is passed on, whatever it is. */
static void test_gate_mistakes_of_venues(void **state)
{
    (void)state;
    run_table(&fields_venues);
}

/* --- groups that lie ---------------------------------------------------- */

/* A group: the message it is in, its count, and the first field and the next
 * of an entry. */
static const struct lie {
    const char *message;
    int count;
    int first;
    int next;
} lies[] = {
    {"D44", 453, 448, 447},   {"D50", 453, 448, 447},
    {"G44", 453, 448, 447},   {"F44", 453, 448, 447},
    {"AB44", 555, 600, 602},  {"AB50", 555, 600, 602},
    {"AC44", 555, 600, 602},  {"AC50", 555, 600, 602},
    {"CL50", 453, 448, 447},  {"CL50", 1508, 1509, 0},
    {"CL50", 1668, 1530, 0},  {"CM", 1677, 1671, 0},
    {"CM", 1671, 1691, 1692}, {"CM", 1562, 1563, 1564},
    {"CM", 1669, 1529, 0},    {"CM", 1529, 1530, 1531},
    {"CM", 1559, 1769, 1560}, {"CM", 1534, 1535, 1536},
    {"CR", 1677, 1324, 1671}, {"CR", 1671, 1691, 1692},
    {"CR", 1562, 1563, 1564}, {"CR", 1669, 1529, 0},
    {"CR", 1529, 1530, 1531}, {"CR", 1559, 1769, 1560},
    {"CR", 1534, 1535, 1536}, {"CS", 1677, 1324, 1671},
    {"CS", 1671, 1691, 1692}, {"CS", 1562, 1563, 1564},
    {"CS", 1669, 1529, 0},    {"CS", 1529, 1530, 1531},
    {"CS", 1559, 1769, 1560}, {"CS", 1534, 1535, 1536},
    {"DH", 453, 448, 447},    {"D44", 802, 523, 803},
    {"AB44", 802, 523, 803},  {"DH", 802, 523, 803},
};

static const struct fields_message *message_find(const char *name, size_t len);

/* |lie|'s message; a group inside the parties is put into the first of them. */
static void write_group(const struct fields_message *message,
                        const struct lie *lie,
                        char *text)
{
    char rest[4096];
    snprintf(text, TEXT_MAX, "%s", message->text);
    if (place(text, lie->count, 1) == NULL) {
        char *at = place(text, 452, 1);
        at += strcspn(at, "|");
        snprintf(rest, sizeof(rest), "%s", at);
        sprintf(at, "|802=2|523=a|803=1|523=b|803=2%s", rest);
    }
}

static void lie_told(const struct fields_message *message,
                     const struct lie *lie,
                     const char *text,
                     const char *mistake,
                     const char *expect)
{
    struct fields_row row = {.tag = lie->count};
    struct cell cell = {.message = message,
                        .row = &row,
                        .mistake = mistake,
                        .text = text,
                        .expect = expect};
    check(&cell, NULL);
}

/* The count that is there, and others: only the true one is taken. */
static void lie_count(const struct fields_message *message,
                      const struct lie *lie)
{
    static char right[TEXT_MAX];
    static char text[TEXT_MAX];
    char counts[7][24] = {"0", "-1", "one", "1.0", "99999999999999999999"};
    write_group(message, lie, right);
    char *at = place(right, lie->count, 1);
    char *value = strchr(at, '=') + 1;
    char *end = value + strcspn(value, "|");
    long count = strtol(value, NULL, 10);
    snprintf(counts[5], sizeof(counts[5]), "%ld", count - 1);
    snprintf(counts[6], sizeof(counts[6]), "%ld", count + 1);
    for (int i = 0; i < 7; i++) {
        bool number = i == 0 || i > 4;
        snprintf(text, sizeof(text), "%.*s%s%s", (int)(value - right), right,
                 counts[i], end);
        lie_told(message, lie, text, counts[i], number ? "3/16" : "3/6");
    }
}

/* An entry without its first field is no entry. */
static void lie_first(const struct fields_message *message,
                      const struct lie *lie)
{
    static char text[TEXT_MAX];
    char expect[16];
    write_group(message, lie, text);
    char *at = place(text, lie->first, 1);
    char *end = at + strcspn(at, "|");
    memmove(at - 1, end, strlen(end) + 1);
    bool joins = lie->next != 0 && lie->first != 1671;
    snprintf(expect, sizeof(expect), joins ? "3/15:%d" : "3/16:%d",
             joins ? lie->next : lie->count);
    if (lie->next != 0) {
        lie_told(message, lie, text, "no first field", expect);
    }
}

/* Counts that are not those of the entries, and entries without a start. */
static void test_gate_mistakes_groups_that_lie(void **state)
{
    (void)state;
    failures = 0;
    for (size_t i = 0; i < sizeof(lies) / sizeof(lies[0]); i++) {
        const char *name = lies[i].message;
        const struct fields_message *message = message_find(name, strlen(name));
        assert_non_null(message);
        lie_count(message, &lies[i]);
        lie_first(message, &lies[i]);
    }
    close_last();
    assert_int_equal(failures, 0);
}

/* --- as many as there may be, and one more ------------------------------- */

/* What |session| says in |text| gets |answer|, and with one more |more|. */
static void at_most(int session, int to, const char *answer, const char *text)
{
    close_last();
    harness_open_table(&h, configuration, instruments);
    harness_in(&h, session, text);
    bool told = false;
    for (int i = 0; i < h.out_count; i++) {
        told = told || came(i, to, answer);
    }
    if (!told) {
        print_error("expected %d %s of %.120s\n    out %.300s\n", to, answer,
                    text, h.out_count > 0 ? h.out[0] : "nothing");
        failures++;
    }
    harness_close(&h);
}

static const char *
repeat_text(const char *begin, const char *format, int count, const char *end)
{
    static char text[60000];
    int len = snprintf(text, sizeof(text), "%s%d", begin, count);
    for (int i = 0; i < count; i++) {
        char entry[256];
        const char *at = strchr(format, '#');
        snprintf(entry, sizeof(entry), "%.*s%d%s", (int)(at - format), format,
                 i + 1, at + 1);
        len += snprintf(text + len, sizeof(text) - (size_t)len, "%s", entry);
    }
    assert_in_range(len, 0, sizeof(text) - 1);
    snprintf(text + len, sizeof(text) - (size_t)len, "%s", end);
    return text;
}

#define MAX_LEGS 32
#define MAX_LEVELS 8
#define MAX_DEFINITIONS 128

static void test_gate_mistakes_most_entries(void **state)
{
    (void)state;
    static const char order[] = "35=AB|11=N2|1=A44|55=PACK|54=1|38=1000|40=2|"
                                "44=4.1|60=20270115-08:00:00|555=";
    static const char leg[] = "|600=USD10Y|624=1|623=1|654=#";
    static const char limit[] = "35=CR|1667=R1|1677=1|1324=M|1671=1|1691=A44|"
                                "1692=D|1693=24|1669=1|1529=1|1530=12|"
                                "1531=5000.00|1532=USD|1559=";
    static const char level[] = "|1769=4|1560=#";
    static const char entry[] = "|1324=D|1671=1|1691=A44|1692=D|1693=24|"
                                "1670=D#";
    failures = 0;
    at_most(S44, S_VENUE44, "35=AB", repeat_text(order, leg, MAX_LEGS, ""));
    at_most(S44, S44, "35=8|58~CG406 BAD_FIELD tag:555",
            repeat_text(order, leg, MAX_LEGS + 1, ""));
    at_most(S_HUB, S_HUB, "35=DE|2316=0",
            repeat_text(limit, level, MAX_LEVELS, "|1670=L44"));
    at_most(S_HUB, S_HUB, "35=DE|2316=1|2317=99",
            repeat_text(limit, level, MAX_LEVELS + 1, "|1670=L44"));
    at_most(S_HUB, S_HUB, "35=CT|1762=2|1677=128|1764=4",
            repeat_text("35=CS|1666=R1|1677=", entry, MAX_DEFINITIONS, ""));
    at_most(S_HUB, S_HUB, "35=CT|1762=2|1761=99",
            repeat_text("35=CS|1666=R1|1677=", entry, MAX_DEFINITIONS + 1, ""));
    close_last();
    assert_int_equal(failures, 0);
}

/* Fields and bytes of one message, to the last that is taken. */
static void test_gate_mistakes_most_fields_and_bytes(void **state)
{
    (void)state;
    static char text[70000];
    static const char order[] = "35=D|11=N2|1=A44|55=USD10Y|54=1|38=1000|40=2|"
                                "44=4.1|60=20270115-08:00:00";
    failures = 0;
    for (int more = 0; more < 2; more++) {
        /* 8, 9, 35, 49, 56, 34, 52 and 10 stand around the body's 8. */
        int len = snprintf(text, sizeof(text), "%s", order);
        for (int i = 0; i < CG_FIX_FIELDS_MAX - 16 + more; i++) {
            len += snprintf(text + len, sizeof(text) - (size_t)len, "|%d=x",
                            20000 + i);
        }
        at_most(S44, more ? S44 : S_VENUE44,
                more ? "35=j|380=0|379=N2|58~CG406" : "35=D", text);
    }
    for (int more = 0; more < 2; more++) {
        /* 20000 in all. */
        size_t len = (size_t)snprintf(text, sizeof(text), "%s|58=", order);
        size_t frame = sizeof("8=FIX.4.4|9=19977|49=C44|56=GATE|34=1|"
                              "52=20270115-08:00:00.000|10=000|") -
                       1;
        size_t size = 20000 + (size_t)more - frame - 1;
        memset(text + len, 'x', size - len);
        text[size] = '\0';
        at_most(S44, more ? S44 : S_VENUE44,
                more ? "35=j|380=0|379=N2|58~CG406" : "35=D", text);
    }
    close_last();
    assert_int_equal(failures, 0);
}

/* --- nothing is left out ------------------------------------------------ */

static const struct fields_message *message_find(const char *name, size_t len)
{
    for (size_t t = 0; t < TABLES; t++) {
        for (size_t m = 0; m < tables[t]->message_count; m++) {
            const struct fields_message *message = &tables[t]->messages[m];
            if (strlen(message->name) == len &&
                memcmp(message->name, name, len) == 0) {
                return message;
            }
        }
    }
    return NULL;
}

static bool is_type(const struct fields_message *message, const char *type)
{
    size_t len = strlen(type);
    return strncmp(message->text + 3, type, len) == 0 &&
           message->text[3 + len] == '|';
}

static bool has_row(const char *type, int tag)
{
    for (size_t t = 0; t < TABLES; t++) {
        for (size_t m = 0; m < tables[t]->message_count; m++) {
            const struct fields_message *message = &tables[t]->messages[m];
            for (size_t r = 0;
                 is_type(message, type) && r < tables[t]->row_count; r++) {
                if (tables[t]->rows[r].tag == tag &&
                    is_of(&tables[t]->rows[r], message->name)) {
                    return true;
                }
            }
        }
    }
    return false;
}

/* Every field that was read while the tables ran has a row. */
static void test_gate_mistakes_read_have_rows(void **state)
{
    (void)state;
    int missing = 0;
    for (size_t i = 0; i < TYPES_MAX && reads[i].type[0] != '\0'; i++) {
        for (int tag = 1; tag < TAGS; tag++) {
            if (reads[i].tags[tag] && !has_row(reads[i].type, tag)) {
                print_error("%s: %d is read and has no row\n", reads[i].type,
                            tag);
                missing++;
            }
        }
    }
    assert_int_equal(missing, 0);
    assert_false(has_row("D", 2999));
}

/* All six mistakes of each field of each message are in the tables. */
static void test_gate_mistakes_rows_are_whole(void **state)
{
    (void)state;
    static const char *const mistakes[] = {
        "absent", "empty", "too long", "wrong type", "out of range", "twice"};
    int missing = 0;
    for (size_t t = 0; t < TABLES; t++) {
        for (size_t r = 0; r < tables[t]->row_count; r++) {
            const struct fields_row *row = &tables[t]->rows[r];
            for (const char *at = row->messages; *at != '\0';) {
                size_t len = strcspn(at, " ");
                if (message_find(at, len) == NULL) {
                    fail_msg("no message %.*s", (int)len, at);
                }
                char name[16];
                snprintf(name, sizeof(name), "%.*s", (int)len, at);
                bool told[6] = {false};
                for (size_t o = 0; o < tables[t]->row_count; o++) {
                    const struct fields_row *other = &tables[t]->rows[o];
                    if (other->tag != row->tag || other->nth != row->nth ||
                        !is_of(other, name)) {
                        continue;
                    }
                    told[0] |= other->absent != NULL;
                    told[1] |= other->empty != NULL;
                    told[2] |= other->too_long != NULL;
                    told[3] |= other->wrong_type != NULL;
                    told[4] |= other->out_of_range != NULL;
                    told[5] |= other->twice != NULL;
                }
                for (size_t i = 0; i < 6; i++) {
                    if (!told[i]) {
                        print_error("%s %d: nothing of %s\n", name, row->tag,
                                    mistakes[i]);
                        missing++;
                    }
                }
                at += len + (at[len] == ' ' ? 1 : 0);
            }
        }
    }
    assert_int_equal(missing, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_gate_mistakes_rows_are_whole),
        cmocka_unit_test(test_gate_mistakes_of_clients),
        cmocka_unit_test(test_gate_mistakes_of_hubs),
        cmocka_unit_test(test_gate_mistakes_of_venues),
        cmocka_unit_test(test_gate_mistakes_groups_that_lie),
        cmocka_unit_test(test_gate_mistakes_most_entries),
        cmocka_unit_test(test_gate_mistakes_most_fields_and_bytes),
        cmocka_unit_test(test_gate_mistakes_read_have_rows),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
