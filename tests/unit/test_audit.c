/*
 * The proof of a journal: it holds for every session in sample_sessions/, and
 * it fails when a fact is altered, left out or moved, whatever the fact; it
 * never ends the program.
 *
 * What no fact contradicts is listed with why: the hash chain alone can tell.
 *
 * Rules: R12, R13, R20..R23.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "crash_sweep.h"
#include "fact_log.h"
#include "prove.h"
#include "sessions.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* --- a journal with one fact that is not as it was ----------------------- */

/* X(FIELD, member, nothing, altered): what is altered, one at a time. */
#define FIELDS(X)                                                              \
    X(AMOUNT, amount, 0, amount + 1)                                           \
    X(OTHER, other, 0, other + 1)                                              \
    X(QTY, qty, 0, qty + 1)                                                    \
    X(LESS_QTY, qty, 0, qty - 1)                                               \
    X(RATE, rate, 0, rate * 2)                                                 \
    X(VALUE, value, 0, value + 1)                                              \
    X(NUMBER, number, 0, number + 1)                                           \
    X(FLAGS, flags, 0, flags ^ 1)                                              \
    X(SIDE, side, 0, side ^ 3)                                                 \
    X(SESSION, session, CG_SESSION_NONE, session + 1)                          \
    X(ORDER, order, CG_NONE, order + 1)                                        \
    X(REQUEST, request, CG_NONE, request + 1)                                  \
    X(TOKEN, token, CG_NONE, token + 1)                                        \
    X(ASK, ask, CG_NONE, ask + 1)                                              \
    X(LIMIT, limit, CG_NONE, limit + 1)                                        \
    X(ACCOUNT, account, CG_NONE, account + 1)                                  \
    X(INSTRUMENT, instrument, CG_NONE, instrument + 1)                         \
    X(UNTIL, until, 0, time - 1)                                               \
    X(TIME, time, 0, time - 3600 * CG_SECOND)

enum change {
#define X(name, member, nothing, altered) name,
    FIELDS(X)
#undef X
        LEFT_OUT,
    MOVED, /* behind the next one */
    CHANGES,
};

static const char *const change_names[CHANGES] = {
#define X(name, member, nothing, altered) #name,
    FIELDS(X)
#undef X
        "LEFT_OUT",
    "MOVED",
};

struct view {
    const struct fact_log *log;
    size_t at;
    enum change change;
};

/* False when the fact has no such thing. */
static bool alter(struct cg_fact *fact, enum change change)
{
    switch (change) {
#define X(name, member, nothing, altered)                                      \
    case name:                                                                 \
        if (fact->member == (__typeof__(fact->member))(nothing)) {             \
            return false;                                                      \
        }                                                                      \
        fact->member = (__typeof__(fact->member))(fact->altered);              \
        return true;
        FIELDS(X)
#undef X
    case LEFT_OUT:
    case MOVED:
    case CHANGES:
        break;
    }
    return true;
}

static int view_load(void *user,
                     cg_seq after,
                     int (*each)(void *context, const struct cg_fact *fact),
                     void *context)
{
    const struct view *view = user;
    assert_int_equal(after, 0);
    cg_seq no = 0;
    int status = 0;
    for (size_t i = 0; i < view->log->committed && status == 0; i++) {
        size_t from = i;
        if (view->change == MOVED && i == view->at) {
            from = i + 1;
        } else if (view->change == MOVED && i == view->at + 1) {
            from = i - 1;
        }
        struct cg_fact fact = view->log->facts[from];
        if (i == view->at && view->change == LEFT_OUT) {
            continue;
        }
        if (i == view->at && view->change < LEFT_OUT) {
            (void)alter(&fact, view->change);
        }
        fact.no = ++no; /* numbers are mended: only the meaning is wrong */
        status = each(context, &fact);
    }
    return status;
}

static bool is_found(const struct fact_log *log, size_t at, enum change change)
{
    struct view view = {log, at, change};
    struct cg_journal journal = {.user = &view, .load = view_load};
    struct cg_audit audit = {0};
    char error[512] = "";
    return cg_gate_prove(&journal, &audit, error, sizeof(error)) != 0;
}

/* --- what was found ------------------------------------------------------ */

struct tally {
    size_t made[CG_FACT_KIND_COUNT][CHANGES];
    size_t found[CG_FACT_KIND_COUNT][CHANGES];
};

static struct tally tally;

/* What the configuration brings is the same in every session. */
static size_t configured(const struct fact_log *log)
{
    size_t i = 0;
    while (i < log->committed && log->facts[i].kind != CG_FACT_LINK_UP) {
        i++;
    }
    return i;
}

static void try_all(const struct fact_log *log, size_t first, size_t step)
{
    for (size_t i = first; i + 1 < log->committed; i += step) {
        for (unsigned change = 0; change < CHANGES; change++) {
            struct cg_fact fact = log->facts[i];
            if (!alter(&fact, (enum change)change)) {
                continue;
            }
            tally.made[fact.kind][change]++;
            tally.found[fact.kind][change] += is_found(log, i,
                                                       (enum change)change);
        }
    }
}

/* What no other fact contradicts, and why it may be so.  Whatever is not in
 * here is always found: every amount and quantity of a charge, grant, fill,
 * lapse and end among it. */
#define B(change) (1u << (change))
static const struct {
    enum cg_fact_kind kind;
    unsigned changes;
    const char *why;
} escapes[] = {
    {CG_FACT_SESSION_NAMED, B(VALUE) | B(TIME) | B(MOVED), "a name, said once"},
    {CG_FACT_ACCOUNT_NAMED, B(LEFT_OUT) | B(MOVED), "a name, said once"},
    {CG_FACT_CCP_NAMED, B(LEFT_OUT) | B(MOVED), "a name, said once"},
    {CG_FACT_INSTRUMENT_NAMED, B(FLAGS) | B(LEFT_OUT) | B(MOVED),
     "a name, said once"},
    {CG_FACT_INSTRUMENT_RATED,
     B(RATE) | B(NUMBER) | B(INSTRUMENT) | B(LEFT_OUT) | B(MOVED),
     "from a file of rates, said once"},
    {CG_FACT_RATES_TAKEN, B(UNTIL) | B(LEFT_OUT) | B(MOVED),
     "from a file, said once"},
    {CG_FACT_RATES_AGED,
     B(NUMBER) | B(UNTIL) | B(TIME) | B(LEFT_OUT) | B(MOVED),
     "words on the rates"},
    {CG_FACT_LIMIT_NAMED, B(FLAGS) | B(SESSION) | B(ACCOUNT) | B(MOVED),
     "from the configuration, said once"},
    {CG_FACT_LIMIT_SET,
     B(AMOUNT) | B(OTHER) | B(VALUE) | B(FLAGS) | B(SESSION) | B(LIMIT) |
         B(UNTIL) | B(LEFT_OUT) | B(MOVED),
     "from its owner or the configuration, said once"},
    {CG_FACT_LIMIT_SCOPED,
     B(RATE) | B(VALUE) | B(SESSION) | B(LIMIT) | B(LEFT_OUT) | B(MOVED),
     "from its owner, said once"},
    {CG_FACT_LIMIT_UNSCOPED, B(SESSION) | B(LEFT_OUT) | B(MOVED),
     "from its owner, said once"},
    {CG_FACT_LIMIT_STATE,
     B(SESSION) | B(LIMIT) | B(UNTIL) | B(LEFT_OUT) | B(MOVED),
     "refuses or allows new risk only"},
    {CG_FACT_LIMITS_TOLD, B(VALUE) | B(SESSION) | B(LEFT_OUT) | B(MOVED),
     "words"},
    {CG_FACT_LIMIT_WARNED,
     B(VALUE) | B(FLAGS) | B(LIMIT) | B(ACCOUNT) | B(LEFT_OUT) | B(MOVED),
     "News; the amounts are proved"},
    {CG_FACT_LIMIT_REARMED,
     B(VALUE) | B(FLAGS) | B(LIMIT) | B(ACCOUNT) | B(LEFT_OUT) | B(MOVED),
     "News; the amounts are proved"},
    {CG_FACT_LIMIT_RESET, B(UNTIL) | B(TIME) | B(LEFT_OUT) | B(MOVED),
     "when; it moved nothing here"},
    {CG_FACT_DAY_ENDED, B(UNTIL) | B(LEFT_OUT) | B(MOVED), "when"},
    {CG_FACT_LIMIT_ACTIONS, B(SESSION) | B(LIMIT) | B(LEFT_OUT) | B(MOVED),
     "from its owner, said once"},
    {CG_FACT_LIMIT_STOPPED,
     B(VALUE) | B(SESSION) | B(LIMIT) | B(LEFT_OUT) | B(MOVED),
     "refuses new risk only"},
    {CG_FACT_STOP_PLACED,
     B(VALUE) | B(FLAGS) | B(SESSION) | B(ACCOUNT) | B(LEFT_OUT) | B(MOVED),
     "from its placer, said once"},
    {CG_FACT_STOP_DONE, B(ACCOUNT) | B(LEFT_OUT) | B(MOVED),
     "words to its placer"},
    {CG_FACT_STOP_LIFTED, B(SESSION) | B(ACCOUNT) | B(LEFT_OUT) | B(MOVED),
     "from its placer, said once"},
    {CG_FACT_ORDER_TAKEN,
     B(QTY) | B(LESS_QTY) | B(VALUE) | B(FLAGS) | B(SIDE) | B(SESSION) |
         B(ACCOUNT) | B(INSTRUMENT) | B(TIME),
     "from the client, said once; what it charges is proved"},
    {CG_FACT_LEG_TAKEN, B(AMOUNT) | B(VALUE) | B(SIDE) | B(INSTRUMENT),
     "from the client, said once; what it charges is proved"},
    {CG_FACT_ORDER_REFUSED,
     B(AMOUNT) | B(OTHER) | B(QTY) | B(LESS_QTY) | B(VALUE) | B(FLAGS) |
         B(SIDE) | B(SESSION) | B(LIMIT) | B(ACCOUNT) | B(INSTRUMENT) |
         B(TIME) | B(LEFT_OUT) | B(MOVED),
     "words to the client; it has no credit"},
    {CG_FACT_ORDER_QUEUED, B(MOVED), "two of one queue"},
    {CG_FACT_TOKEN_CHARGED, B(FLAGS) | B(SIDE) | B(LIMIT),
     "by whom it was granted; the amounts are proved"},
    {CG_FACT_LEG_CHARGED, B(MOVED), "legs in another order"},
    {CG_FACT_TOKEN_ADDED, B(FLAGS) | B(SIDE) | B(MOVED),
     "a limit that came late; the amounts are proved"},
    {CG_FACT_TOKEN_RECHARGED, B(FLAGS) | B(LEFT_OUT) | B(MOVED),
     "it moved nothing here, or is as it was at the end of its event"},
    {CG_FACT_TOKEN_GRANTED,
     B(FLAGS) | B(SESSION) | B(UNTIL) | B(LEFT_OUT) | B(MOVED),
     "a grant of nothing more, or that went back at once"},
    {CG_FACT_TOKEN_LAPSED, B(FLAGS) | B(MOVED),
     "beside what does not concern it"},
    {CG_FACT_TOKEN_RETURNED, B(VALUE) | B(MOVED),
     "beside what does not concern it"},
    {CG_FACT_TOKEN_CLOSED, B(VALUE) | B(LEFT_OUT) | B(MOVED),
     "nothing was left in it"},
    {CG_FACT_ASK_SENT, B(AMOUNT) | B(OTHER) | B(VALUE) | B(FLAGS) | B(MOVED),
     "which of two notices it was; the amounts are proved"},
    {CG_FACT_TOKEN_REPRICED, B(MOVED), "nothing is filled yet"},
    {CG_FACT_ASK_REPEATED,
     B(VALUE) | B(NUMBER) | B(SESSION) | B(ASK) | B(LEFT_OUT) | B(MOVED),
     "words to the hub"},
    {CG_FACT_ASK_PENDING, B(ASK) | B(LEFT_OUT), "words from the hub"},
    {CG_FACT_ASK_ANSWERED,
     B(AMOUNT) | B(VALUE) | B(SESSION) | B(LEFT_OUT) | B(MOVED),
     "from the hub, said once; what it grants is proved"},
    {CG_FACT_ORDER_SENT, B(LEFT_OUT) | B(MOVED),
     "it never reached its venue, or what is beside does not concern it"},
    {CG_FACT_ORDER_ACKED, B(LEFT_OUT) | B(MOVED), "from the venue, said once"},
    {CG_FACT_REPORT_SEEN,
     B(QTY) | B(LESS_QTY) | B(VALUE) | B(NUMBER) | B(SESSION) | B(ORDER) |
         B(REQUEST) | B(TIME) | B(LEFT_OUT) | B(MOVED),
     "from the venue; what is filled is proved"},
    {CG_FACT_ORDER_FILLED, B(LEFT_OUT) | B(MOVED), "the same fill twice"},
    {CG_FACT_LEG_FILLED, B(FLAGS) | B(LEFT_OUT) | B(MOVED),
     "a leg that the package covers, or by itself"},
    {CG_FACT_ORDER_RESTATED, B(QTY) | B(LESS_QTY) | B(LEFT_OUT) | B(MOVED),
     "what is beyond all numbers moves nothing"},
    {CG_FACT_ORDER_CLOSED, B(VALUE) | B(LEFT_OUT) | B(MOVED),
     "why; that it ends is proved"},
    {CG_FACT_REQUEST_TAKEN,
     B(QTY) | B(LESS_QTY) | B(VALUE) | B(NUMBER) | B(FLAGS) | B(SESSION) |
         B(LEFT_OUT) | B(MOVED),
     "from the client, said once; what it charges is proved"},
    {CG_FACT_REQUEST_PASSED, B(FLAGS) | B(SESSION) | B(LEFT_OUT), "words"},
    {CG_FACT_REQUEST_SENT, B(LEFT_OUT) | B(MOVED),
     "a cancel, or before its answer"},
    {CG_FACT_REQUEST_ACCEPTED,
     B(QTY) | B(LESS_QTY) | B(FLAGS) | B(LEFT_OUT) | B(MOVED),
     "from the venue, said once; what was in force of an order that is over"},
    {CG_FACT_REQUEST_REFUSED,
     B(AMOUNT) | B(OTHER) | B(QTY) | B(LESS_QTY) | B(VALUE) | B(FLAGS) |
         B(SESSION) | B(ORDER) | B(REQUEST) | B(LIMIT) | B(LEFT_OUT) | B(MOVED),
     "words to the client; the order stays"},
    {CG_FACT_REQUEST_WITHHELD,
     B(SESSION) | B(FLAGS) | B(ORDER) | B(REQUEST) | B(LEFT_OUT) | B(MOVED),
     "what is asked for next"},
    {CG_FACT_RESENDS_ENDED, B(SESSION) | B(LEFT_OUT) | B(MOVED),
     "what is asked for next"},
    {CG_FACT_STATUS_ASKED,
     B(NUMBER) | B(FLAGS) | B(SESSION) | B(ORDER) | B(REQUEST) | B(LEFT_OUT) |
         B(MOVED),
     "words to the venue"},
    {CG_FACT_STATUS_TOLD,
     B(VALUE) | B(NUMBER) | B(FLAGS) | B(SESSION) | B(ORDER) | B(LEFT_OUT) |
         B(MOVED),
     "words from the venue"},
    {CG_FACT_STATUS_RELAYED, B(SESSION) | B(REQUEST) | B(LEFT_OUT) | B(MOVED),
     "words"},
    {CG_FACT_LINK_UP, B(SESSION) | B(TIME) | B(LEFT_OUT) | B(MOVED),
     "what is asked for next"},
    {CG_FACT_LINK_DOWN, B(SESSION) | B(TIME) | B(LEFT_OUT) | B(MOVED),
     "what is asked for next"},
    {CG_FACT_HUB_MISSED, B(VALUE) | B(SESSION) | B(LEFT_OUT) | B(MOVED),
     "whom to ask next"},
    {CG_FACT_HUB_ANSWERED, B(SESSION) | B(LEFT_OUT) | B(MOVED),
     "whom to ask next"},
    {CG_FACT_HUB_IN_PARTS, B(VALUE) | B(SESSION) | B(LEFT_OUT) | B(MOVED),
     "whom to believe next"},
    {CG_FACT_STARTED, B(TIME) | B(LEFT_OUT) | B(MOVED), "words"},
    {CG_FACT_DIFFERENCE, ~0u, "words; what is settled is proved"},
    {CG_FACT_COMPARED, ~0u, "words"},
    {CG_FACT_NOTED, B(LEFT_OUT) | B(MOVED), "words"},
};

static bool may_escape(unsigned kind, unsigned change)
{
    for (size_t i = 0; i < sizeof(escapes) / sizeof(escapes[0]); i++) {
        if (escapes[i].kind == kind && (escapes[i].changes & B(change)) != 0) {
            return true;
        }
    }
    return false;
}

static int keep(void *context, const struct cg_fact *fact)
{
    struct cg_journal *journal = context;
    return journal->append(journal->user, fact);
}

/* Plays a session, proves its journal, and keeps its facts. */
static void play(const char *path, struct fact_log *log)
{
    struct cg_script script;
    struct crash_run run;
    struct cg_journal journal;
    assert_int_equal(cg_script_read(path, sessions_mistake, NULL, &script), 0);
    crash_run_play(&run, &script, NULL, CRASH_NONE, 0);
    prove_whole(&run.runner.journal, sessions_name(path));
    fact_log_open(log, &journal);
    assert_int_equal(
        run.runner.journal.load(run.runner.journal.user, 0, keep, &journal), 0);
    assert_int_equal(journal.commit(journal.user), 0);
    crash_run_deinit(&run);
    cg_script_deinit(&script);
}

static void test_audit_proves_every_session(void **state)
{
    struct sessions sessions;
    (void)state;
    sessions_open(&sessions);
    for (size_t i = 0; i < sessions.count; i++) {
        struct fact_log log;
        play(sessions.paths[i], &log);
        fact_log_deinit(&log);
    }
    assert_true(sessions.count > 100);
    sessions_deinit(&sessions);
}

static void count_escapes(void)
{
    size_t made = 0;
    size_t found = 0;
    size_t wrong = 0;
    for (unsigned kind = 0; kind < CG_FACT_KIND_COUNT; kind++) {
        for (unsigned change = 0; change < CHANGES; change++) {
            made += tally.made[kind][change];
            found += tally.found[kind][change];
            if (tally.found[kind][change] < tally.made[kind][change] &&
                !may_escape(kind, change)) {
                wrong++;
                print_error("%s %s: %zu found of %zu\n",
                            cg_fact_kind_name((enum cg_fact_kind)kind),
                            change_names[change], tally.found[kind][change],
                            tally.made[kind][change]);
            }
        }
    }
    print_message("%zu facts altered, %zu found\n", made, found);
    assert_true(made > 1000);
    assert_int_equal(wrong, 0);
}

static void test_audit_finds_what_is_altered(void **state)
{
    struct sessions sessions;
    (void)state;
    const char *only = getenv("CG_TEST_SESSION");
    const char *step = getenv("CG_TEST_STEP");
    size_t each = step != NULL ? strtoul(step, NULL, 10) : 3;
    sessions_open_share(&sessions, SESSIONS_SHARE);
    for (size_t i = 0; i < sessions.count; i++) {
        if (only != NULL && strstr(sessions.paths[i], only) == NULL) {
            continue;
        }
        struct fact_log log;
        play(sessions.paths[i], &log);
        try_all(&log, i == 0 ? 0 : configured(&log) + i % each, each);
        fact_log_deinit(&log);
    }
    sessions_deinit(&sessions);
    count_escapes();
}

/* --- which rule it is ---------------------------------------------------- */

static size_t broken[CG_AUDIT_RULES];

/* Counts the rules that break; the first one that does is at the fact, or at
 * one that follows from it. */
static void break_at(struct fact_log *log, size_t at)
{
    struct view view = {log, at, CHANGES};
    struct cg_journal journal = {.user = &view, .load = view_load};
    struct cg_audit audit = {0};
    char error[512] = "";
    (void)cg_gate_prove(&journal, &audit, error, sizeof(error));
    for (unsigned rule = 0; rule < CG_AUDIT_RULES; rule++) {
        const struct cg_audit_break *found = &audit.breaks[rule];
        broken[rule] += found->found;
        if (found->found) {
            assert_true(found->record.no > at);
            assert_true(strlen(found->why) > 0);
            assert_true(strlen(found->record.utc) == 24);
            assert_true(strlen(found->record.cause) > 0);
            assert_true(strlen(found->record.what) > 0);
        }
    }
}

/* One fact of |kind| in each session has another |*member| for a while. */
static void break_each(struct fact_log *log, enum cg_fact_kind kind)
{
    for (size_t i = 0; i < log->committed; i++) {
        struct cg_fact kept = log->facts[i];
        if (kept.kind == kind) {
            log->facts[i].amount = kind == CG_FACT_LIMIT_SET ? 1
                                                             : kept.amount + 1;
            log->facts[i].until = kept.time;
            log->facts[i].order += kind == CG_FACT_ORDER_SENT;
            break_at(log, i);
            log->facts[i] = kept;
        }
    }
}

static void break_sessions(enum cg_fact_kind kind)
{
    struct sessions sessions;
    memset(broken, 0, sizeof(broken));
    sessions_open(&sessions);
    for (size_t i = 0; i < sessions.count; i += 3 * (size_t)SESSIONS_SHARE) {
        struct fact_log log;
        play(sessions.paths[i], &log);
        break_each(&log, kind);
        fact_log_deinit(&log);
    }
    sessions_deinit(&sessions);
}

/* What breaks is named by its rule. */
static void test_audit_names_each_rule(void **state)
{
    (void)state;
    break_sessions(CG_FACT_LIMIT_SET); /* an amount that was never so large */
    assert_true(broken[CG_AUDIT_R13] > SESSIONS_OF(10));
    break_sessions(CG_FACT_TOKEN_CHARGED);
    assert_true(broken[CG_AUDIT_R23] > SESSIONS_OF(10));
    assert_int_equal(broken[CG_AUDIT_FACTS], 0);
    break_sessions(CG_FACT_LIMIT_WARNED);
    assert_true(broken[CG_AUDIT_R12] > SESSIONS_OF(5));
    break_sessions(CG_FACT_ORDER_SENT); /* another order */
    assert_true(broken[CG_AUDIT_R22] > SESSIONS_OF(10));
}

/* A grant that has run out when its order is sent covers nothing. */
static void test_audit_expired_cover(void **state)
{
    struct sessions sessions;
    size_t found = 0;
    (void)state;
    sessions_open(&sessions);
    for (size_t i = 0; i < sessions.count; i += 3 * (size_t)SESSIONS_SHARE) {
        struct fact_log log;
        play(sessions.paths[i], &log);
        for (size_t at = 0; at < log.committed; at++) {
            cg_time *until = &log.facts[at].until;
            cg_time kept = *until;
            if (log.facts[at].kind == CG_FACT_TOKEN_GRANTED) {
                memset(broken, 0, sizeof(broken));
                *until = log.facts[at].time;
                break_at(&log, at);
                found += broken[CG_AUDIT_R22];
                *until = kept;
            }
        }
        fact_log_deinit(&log);
    }
    assert_true(found > SESSIONS_OF(10));
    sessions_deinit(&sessions);
}

/* --- nonsense ------------------------------------------------------------ */

static uint64_t seed = 88172645463325252U;

static uint64_t any(uint64_t below)
{
    seed ^= seed << 13;
    seed ^= seed >> 7;
    seed ^= seed << 17;
    return seed % below;
}

/* The ends of each type, and what is near them. */
static int64_t extreme(void)
{
    static const int64_t values[] = {INT64_MAX,
                                     INT64_MIN,
                                     INT64_MAX / 2,
                                     -1,
                                     0,
                                     1,
                                     2,
                                     7,
                                     63,
                                     64,
                                     255,
                                     256,
                                     65535,
                                     INT32_MAX,
                                     INT32_MIN,
                                     UINT32_MAX,
                                     UINT32_MAX - 1};
    return values[any(sizeof(values) / sizeof(values[0]))];
}

static void spoil(struct cg_fact *fact)
{
    int64_t value = extreme();
    switch (any(20)) {
#define X(name, member, nothing, altered)                                      \
    case name:                                                                 \
        fact->member = (__typeof__(fact->member))value;                        \
        break;
        FIELDS(X)
#undef X
    default:
        fact->kind = (enum cg_fact_kind)any(CG_FACT_KIND_COUNT + 2);
        break;
    }
}

struct spoilt {
    const struct fact_log *log;
    size_t at;
    uint64_t seed;
};

static int spoilt_load(void *user,
                       cg_seq after,
                       int (*each)(void *context, const struct cg_fact *fact),
                       void *context)
{
    const struct spoilt *spoilt = user;
    assert_int_equal(after, 0);
    int status = 0;
    seed = spoilt->seed; /* both readings see the same */
    for (size_t i = 0; i < spoilt->log->committed && status == 0; i++) {
        struct cg_fact fact = spoilt->log->facts[i];
        if (i == spoilt->at || (i > spoilt->at && any(40) == 0)) {
            spoil(&fact);
        }
        fact.no = i + 1;
        status = each(context, &fact);
    }
    return status;
}

/* A journal of nonsense ends nothing: it is refused, or proved. */
static void test_audit_survives_nonsense(void **state)
{
    struct sessions sessions;
    const char *many = getenv("CG_TEST_ROUNDS");
    uint64_t rounds = many != NULL ? strtoull(many, NULL, 10)
                      : SANITIZED  ? 3
                                   : 10;
    size_t refused = 0;
    (void)state;
    sessions_open(&sessions);
    for (size_t i = 0; i < sessions.count; i++) {
        struct fact_log log;
        play(sessions.paths[i], &log);
        for (uint64_t round = 0; round < rounds; round++) {
            struct spoilt spoilt = {&log, 0, 1 + i * 7919 + round * 104729};
            seed = spoilt.seed;
            spoilt.at = any(log.committed);
            struct cg_journal journal = {.user = &spoilt, .load = spoilt_load};
            struct cg_audit audit = {0};
            char error[512] = "";
            refused += cg_gate_prove(&journal, &audit, error, sizeof(error)) !=
                       0;
        }
        fact_log_deinit(&log);
    }
    print_message("%zu of %llu refused\n", refused,
                  (unsigned long long)(sessions.count * rounds));
    assert_true(refused > sessions.count);
    sessions_deinit(&sessions);
}

static void count_limit(void *user, const struct cg_audit_limit *limit)
{
    size_t *count = user;
    *count += limit->id[0] != '\0' ? 1 : 0;
}

/* Asking again with what the first answer left in the struct is the same. */
static void test_audit_asked_again_is_the_same(void **state)
{
    struct sessions sessions;
    struct fact_log log;
    size_t limits[2] = {0, 0};
    struct cg_audit audit = {.limit = count_limit};
    struct cg_audit first = {0};
    char error[512] = "";
    (void)state;
    sessions_open(&sessions);
    play(sessions.paths[0], &log);
    struct view view = {&log, 0, CHANGES};
    struct cg_journal journal = {.user = &view, .load = view_load};
    for (int i = 0; i < 2; i++) {
        audit.user = &limits[i];
        assert_int_equal(cg_gate_prove(&journal, &audit, error, sizeof(error)),
                         0);
        if (i == 0) {
            first = audit;
        }
    }
    assert_true(limits[0] > 0);
    assert_int_equal(limits[0], limits[1]);
    assert_int_equal(first.facts, audit.facts);
    assert_int_equal(first.limits, audit.limits);
    assert_int_equal(first.tokens, audit.tokens);
    fact_log_deinit(&log);
    sessions_deinit(&sessions);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_audit_asked_again_is_the_same),
        cmocka_unit_test(test_audit_proves_every_session),
        cmocka_unit_test(test_audit_finds_what_is_altered),
        cmocka_unit_test(test_audit_names_each_rule),
        cmocka_unit_test(test_audit_expired_cover),
        cmocka_unit_test(test_audit_survives_nonsense),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
