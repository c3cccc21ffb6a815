/*
 * The faults of the simulated hub: what each makes of a message.
 *
 * Must never touch the hub's books, but by what the hub itself can be told to
 * do.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "sim_fault_table.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define SECOND_NS ((int64_t)1000000000)

static struct cg_slice fields_of(const struct sim_out *out)
{
    return sim_body_slice(&out->body);
}

/* Writes all fields anew; |text| is for |tag|, NULL leaves it out. */
static void rewrite(struct sim_out *out, int tag, const char *text, bool every)
{
    struct sim_body changed = {0};
    struct sim_reader reader;
    struct sim_field field;
    bool done = false;
    sim_reader_init(&reader, fields_of(out));
    while (sim_reader_next(&reader, &field)) {
        bool it = field.tag == tag && (every || !done);
        done = done || it;
        if (!it) {
            sim_body_add(&changed, field.tag, field.value);
        } else if (text != NULL) {
            sim_body_text(&changed, tag, text);
        }
    }
    sim_body_deinit(&out->body);
    out->body = changed;
}

/* Writes |tag| in front of the first |before|, as the layout wants it. */
static void
insert(struct sim_out *out, int before, int tag, struct cg_slice value)
{
    struct sim_body changed = {0};
    struct sim_reader reader;
    struct sim_field field;
    bool done = false;
    sim_reader_init(&reader, fields_of(out));
    while (sim_reader_next(&reader, &field)) {
        if (field.tag == before && !done) {
            sim_body_add(&changed, tag, value);
            done = true;
        }
        sim_body_add(&changed, field.tag, field.value);
    }
    sim_body_deinit(&out->body);
    out->body = changed;
}

static void set_first(struct sim_out *out, int tag, const char *text)
{
    rewrite(out, tag, text, false);
}

/* With no text it leaves them out. */
static void set_every(struct sim_out *out, int tag, const char *text)
{
    rewrite(out, tag, text, true);
}

static void add_old_field(struct sim_out *out, int tag, const char *text)
{
    (void)tag;
    (void)text;
    sim_body_int(&out->body, 20, 0);
}

/* "*2", "/2" or "+10000" (of 1/10000) on field |tag|; what has no room for it
 * stays. */
static void count(struct sim_out *out, int tag, const char *text)
{
    char buf[SIM_NUMBER_MAX];
    int64_t amount = 0;
    int64_t by = 0;
    if (!sim_field_number(fields_of(out), tag, SIM_AMOUNT_DIGITS, &amount) ||
        !sim_number_read(cg_slice_str(text + 1), 0, &by)) {
        return;
    }
    bool over = false;
    if (text[0] == '/') {
        amount /= by;
    } else if (text[0] == '*') {
        over = __builtin_mul_overflow(amount, by, &amount);
    } else {
        over = __builtin_add_overflow(amount, by, &amount);
    }
    if (!over) {
        set_first(out, tag,
                  sim_number_write(amount, SIM_AMOUNT_DIGITS, 2, buf));
    }
}

static void approve_half(struct sim_out *out, int tag, const char *text)
{
    set_first(out, tag, text);
    count(out, 2327, "/2");
}

static void grant_double(struct sim_out *out, int tag, const char *text)
{
    count(out, tag, text);
    count(out, 2327, text);
}

static void stay_pending(struct sim_out *out, int tag, const char *text)
{
    set_first(out, tag, text);
    set_every(out, 2326, NULL);
    set_every(out, 1328, NULL);
    set_every(out, 2327, NULL);
    set_every(out, 126, NULL);
}

static void deny_it(struct sim_out *out, int tag, const char *text)
{
    stay_pending(out, tag, text);
    insert(out, 2320, 2326, CG_SLICE("2"));
}

static void grant_it(struct sim_out *out, int tag, const char *text)
{
    stay_pending(out, tag, text);
    insert(out, 2324, 2327, sim_field_find(fields_of(out), 2324));
}

static void lose(struct sim_out *out, int tag, const char *text)
{
    (void)tag;
    (void)text;
    out->lost = true;
}

static void hold(struct sim_out *out, int tag, const char *text)
{
    (void)tag;
    (void)text;
    out->late_ns = out->ms * SIM_MS;
}

static void as_it_is(struct sim_out *out, int tag, const char *text)
{
    (void)out;
    (void)tag;
    (void)text;
}

static void take_back(struct sim_out *out, int tag, const char *text)
{
    (void)text;
    out->lost = true;
    sim_hub_cancel(out->hub, sim_field_find(fields_of(out), tag));
}

static void drop_ids(struct sim_out *out, int tag, const char *text)
{
    set_first(out, tag, text);
    set_first(out, 2318, NULL);
}

/* The token of the answer before, as if the hub had mixed them up. */
static void mix_up(struct sim_out *out, int tag, const char *text)
{
    const struct sim_body *token = &out->hub->faults.token;
    struct cg_slice before = sim_field_find(sim_body_slice(token), tag);
    char *id = sim_copy(before.len > 0 ? before : cg_slice_str(text));
    set_first(out, tag, id);
    free(id);
}

/* As it was, although the books have the new one. */
static void keep_end(struct sim_out *out, int tag, const char *text)
{
    const struct sim_body *until = &out->hub->faults.until;
    char *end = sim_copy(sim_field_find(sim_body_slice(until), tag));
    (void)text;
    set_first(out, tag, end);
    free(end);
}

/* The end of a stop that nobody asked for. */
static void lift(struct sim_out *out, int tag, const char *text)
{
    set_first(out, tag, text);
    set_first(out, 2328, "LIFTED");
}

static void grant_to_nobody(struct sim_out *out, int tag, const char *text)
{
    set_first(out, tag, text);
    set_first(out, 2318, "999999999");
}

/* The first entry of the group, its first field behind the second. */
static void disorder(struct sim_out *out, int tag, const char *text)
{
    char *first = sim_copy(sim_field_find(fields_of(out), tag));
    int64_t behind = 0;
    sim_number_read(cg_slice_str(text), 0, &behind);
    set_first(out, tag, NULL);
    insert(out, (int)behind, tag, cg_slice_str(first));
    free(first);
}

/* 20261120-12:00:00.123 */
int64_t sim_fault_time(struct cg_slice text)
{
    struct tm tm = {0};
    char buf[32];
    int ms = 0;
    snprintf(buf, sizeof(buf), "%.*s", (int)text.len, text.data);
    if (text.len == 0 ||
        sscanf(buf, "%4d%2d%2d-%2d:%2d:%2d.%3d", &tm.tm_year, &tm.tm_mon,
               &tm.tm_mday, &tm.tm_hour, &tm.tm_min, &tm.tm_sec, &ms) != 7) {
        return 0;
    }
    tm.tm_year -= 1900;
    tm.tm_mon -= 1;
    return (int64_t)timegm(&tm) * SECOND_NS + ms * SIM_MS;
}

static void set_time(struct sim_out *out, int tag, int64_t time_ns)
{
    char buf[32];
    set_first(out, tag, sim_time_write(time_ns, buf));
}

static void skew(struct sim_out *out, int tag, const char *text)
{
    static const int tags[] = {60, 126};
    (void)tag;
    (void)text;
    for (size_t i = 0; i < sizeof(tags) / sizeof(tags[0]); i++) {
        int64_t at = sim_fault_time(sim_field_find(fields_of(out), tags[i]));
        if (at != 0) {
            set_time(out, tags[i], at - out->ms * SIM_MS);
        }
    }
}

static void expire_before(struct sim_out *out, int tag, const char *text)
{
    (void)text;
    set_time(out, tag, out->hub->port->now_ns - 60 * SECOND_NS);
}

static void date_before(struct sim_out *out, int tag, const char *text)
{
    (void)text;
    set_time(out, tag, out->hub->faults.last_update_ns - SECOND_NS);
}

static void foreign_currency(struct sim_out *out, int tag, const char *text)
{
    bool it_is = cg_slice_is(sim_field_find(fields_of(out), tag), text);
    set_every(out, tag, it_is ? "CHF" : text);
}

static void drop_warnings(struct sim_out *out, int tag, const char *text)
{
    set_every(out, tag, text);
    set_every(out, 1769, NULL);
    set_every(out, 1560, NULL);
}

/* A message that came, rejected although nothing is wrong with it. */
static void reject_it(struct sim_out *out, int tag, const char *text)
{
    char *request = sim_copy(sim_field_find(fields_of(out), tag));
    (void)tag;
    sim_body_clear(&out->body);
    sim_body_text(&out->body, 372, out->type);
    sim_body_text(&out->body, 379, request);
    sim_body_text(&out->body, 380, "4");
    sim_body_text(&out->body, 58, text);
    out->type = "j";
    free(request);
}

/* The last DH again, as if nobody had answered it. */
static void stop_again(struct sim_out *out, int tag, const char *text)
{
    struct sim_faults *faults = &out->hub->faults;
    (void)tag;
    (void)text;
    sim_body_deinit(&out->body);
    out->body = faults->stop;
    out->type = "DH";
    faults->stop = (struct sim_body){0};
}

#define FAULT(name, does, breaks) .about = {name, does, breaks, 0}
#define TIMED(name, does, breaks, ms) .about = {name, does, breaks, ms}
#define CHANGES(messages, needs, by, with)                                     \
    .on = messages, .tag = needs, .change = by, .text = with
#define AGAIN(messages, needs, by, with)                                       \
    CHANGES(messages, needs, by, with), .again = true
#define TURNS(decision) .hook = decision

/*
 * The faults.  One on a message that comes swallows it; what |change| makes of
 * it is sent instead.
 */
static const struct sim_fault faults[] = {
    /* Answers to asks for credit. */
    {TIMED("skewed-clock",
           "60 and 126 are MS (3600000) early",
           "R15 R29 60 126",
           3600000),
     CHANGES(GRANT | LIMITS | STOP, 0, skew, NULL)},
    {FAULT("no-answer", "books an ask and never answers it", "R26 R28"),
     CHANGES(ANSWER, 0, lose, NULL)},
    {TIMED("late-answer",
           "answers an ask MS (25000) late, booked at once",
           "R26 R28",
           25000),
     CHANGES(ANSWER, 0, hold, NULL)},
    {TIMED("grants-after-withdrawal",
           "hears an ask MS (25000) late: a withdrawal meanwhile is of an "
           "unknown token",
           "R28",
           25000),
     CHANGES(SUBMISSION, 0, hold, NULL)},
    {FAULT("pending-for-ever",
           "answers an ask 2325=3 and nothing else",
           "R24 2325"),
     CHANGES(ANSWER, 2325, stay_pending, "3")},
    {FAULT("duplicate-answer", "every DG twice", "R28"),
     AGAIN(ANY_DG, 0, as_it_is, NULL)},
    {FAULT("grants-twice-different-amounts",
           "a grant again, with twice the amounts",
           "R28 2324 2327"),
     AGAIN(GRANT, 2324, grant_double, "*2")},
    {FAULT("grants-after-denial",
           "a denial, then a grant to the same 2318",
           "R27 2325"),
     AGAIN(DENIAL, 2325, grant_it, "0")},
    {FAULT("denies-after-grant",
           "a grant, then a denial to the same 2318",
           "R28 2325"),
     AGAIN(GRANT, 2325, deny_it, "2")},
    {FAULT("cancels-after-grant",
           "a grant, then 2325=4 that nobody asked for",
           "R30 2325"),
     AGAIN(GRANT, 2319, take_back, NULL)},
    {FAULT("unknown-token",
           "a grant, then one to a token that nobody asked for",
           "R28 2319"),
     AGAIN(GRANT, 2319, grant_to_nobody, "NEVER-ASKED")},
    {FAULT("grants-above-limit", "grants an ask above the limit", "R11 2326"),
     TURNS(SIM_HOOK_LIMIT_EXCEEDED)},
    {FAULT("grants-when-stopped",
           "grants an ask of a party that it has stopped",
           "R18"),
     TURNS(SIM_HOOK_PARTY_STOPPED)},
    {FAULT("raises-above-limit",
           "grants a higher total above the limit",
           "R11 R41 2326"),
     TURNS(SIM_HOOK_RAISE_EXCEEDED)},
    {FAULT("wrong-amount", "2324 is 1.00 more than was asked", "R24 2324"),
     CHANGES(ANSWER, 2324, count, "+10000")},
    {FAULT("short-approval",
           "2325=0, but 2327 is half of what was asked",
           "R24 2327"),
     CHANGES(GRANT, 2327, count, "/2")},
    {FAULT("over-approval", "2327 is twice what was asked", "R24 2327"),
     CHANGES(GRANT, 2327, count, "*2")},
    {FAULT("partial-as-grant",
           "2325=1 and half in 2327, although 2323=0",
           "R24 2323 2325"),
     CHANGES(GRANT, 2325, approve_half, "1")},
    {FAULT("expired-on-arrival", "126 is a minute ago", "R29 126"),
     CHANGES(GRANT, 126, expire_before, NULL)},
    {FAULT("no-expiry", "no 126", "R24 126"),
     CHANGES(GRANT, 126, set_every, NULL)},
    {FAULT("renews-without-time",
           "126 to 2320=2 is that of the grant before",
           "R29 126"),
     CHANGES(RENEWAL, 126, keep_end, NULL)},
    {FAULT("wrong-enum", "2325=7", "R24 2325"),
     CHANGES(ANSWER, 2325, set_first, "7")},
    {FAULT("wrong-result", "2326=42 in a denial", "R24 2326"),
     CHANGES(DENIAL, 2326, set_first, "42")},
    {FAULT("wrong-check-type", "2321=1, as if a trade was told", "R24 2321"),
     CHANGES(ANSWER, 2321, set_first, "1")},
    {FAULT("wrong-token-id", "2319 of the answer before", "R24 2319"),
     CHANGES(ANSWER, 2319, mix_up, "NEVER-ASKED")},
    {FAULT("wrong-request-id", "2318 that was not asked", "R24 2318"),
     CHANGES(ANSWER, 2318, set_first, "999999998")},
    {FAULT("wrong-limit", "1670 of no limit", "R24 1670"),
     CHANGES(ANSWER, 1670, set_first, "NO-SUCH-LIMIT")},
    {FAULT("wrong-currency", "15 is not what was asked", "R3 15"),
     CHANGES(ANSWER, 15, foreign_currency, "JPY")},
    {FAULT("wrong-party", "448 of nobody", "R6 448"),
     CHANGES(ANSWER, 448, set_every, "NOBODY")},
    {FAULT("missing-status", "no 2325", "R24 2325"),
     CHANGES(ANSWER, 2325, set_every, NULL)},
    {FAULT("missing-ids", "neither 2318 nor 2319", "R24 2318 2319"),
     CHANGES(ANSWER, 2319, drop_ids, NULL)},
    {FAULT("missing-approved-amount", "no 2327", "R24 2327"),
     CHANGES(GRANT, 2327, set_every, NULL)},
    {FAULT("missing-result", "no 2326 in a denial", "R24 2326"),
     CHANGES(DENIAL, 2326, set_every, NULL)},
    {FAULT("missing-transaction-type", "no 2320", "R24 2320"),
     CHANGES(ANSWER, 2320, set_every, NULL)},
    {FAULT("missing-check-type", "no 2321", "R24 2321"),
     CHANGES(ANSWER, 2321, set_every, NULL)},
    {FAULT("empty-tag", "2324 without a value", "R53 2324"),
     CHANGES(ANSWER, 2324, set_every, "")},
    {FAULT("malformed-amount", "2327=1e5", "R1 2327"),
     CHANGES(GRANT, 2327, set_every, "1e5")},
    {FAULT("malformed-group-order", "447 before 448 in 453", "R53 453"),
     CHANGES(ANSWER, 448, disorder, "452")},
    {FAULT("wrong-version-field", "20=0, which is of FIX 4.2", "R53 20"),
     CHANGES(ANSWER, 0, add_old_field, NULL)},
    {FAULT("rejects-well-formed", "answers an ask by a reject (j)", "R53 380"),
     CHANGES(SUBMISSION, 2318, reject_it, "not available")},
    /* Withdrawals, consumption, and what is remembered. */
    {FAULT("ignores-cancel",
           "does not hear 2320=1, which stays unanswered",
           "R21 R28 2320"),
     CHANGES(WITHDRAWAL, 0, lose, NULL)},
    {FAULT("denies-cancel",
           "2325=2 to 2320=1, and keeps the reservation",
           "R21 R28 2325"),
     TURNS(SIM_HOOK_CANCEL_DENIED)},
    {FAULT("keeps-cancelled",
           "2325=4 to 2320=1, but keeps the reservation",
           "R21 R23"),
     TURNS(SIM_HOOK_CANCEL_KEEPS)},
    {FAULT("grants-cancel", "2325=0 to 2320=1", "R28 2325"),
     CHANGES(WITHDRAWN, 2325, set_first, "0")},
    {FAULT("keeps-lowered",
           "2325=0 to a lower total, but keeps the reservation",
           "R23 R41"),
     TURNS(SIM_HOOK_FALL_KEEPS)},
    {FAULT("keeps-lapsed",
           "a token whose 126 has come keeps its reservation",
           "R23 R29"),
     TURNS(SIM_HOOK_LAPSED_KEEPS)},
    {FAULT("never-confirms",
           "books a consumption and does not confirm it",
           "R25 R28"),
     CHANGES(NOTED, 0, lose, NULL)},
    {FAULT("denies-consumption", "2325=2 to a consumption, not booked", "R25"),
     TURNS(SIM_HOOK_NOTICE_DENIED)},
    {FAULT("forgets-consumption",
           "confirms a consumption, but neither books it nor counts it in 1766",
           "R16 R25 1766"),
     TURNS(SIM_HOOK_NOTICE_FORGOTTEN)},
    {FAULT("counts-fill-twice",
           "books a consumption, but keeps the reservation as well",
           "R23 R25"),
     TURNS(SIM_HOOK_NOTICE_BESIDE)},
    {FAULT("takes-fill-as-total",
           "books a second consumption as all that the token has used",
           "R25 1766"),
     TURNS(SIM_HOOK_NOTICE_AS_TOTAL)},
    {FAULT("answers-on-possresend-anew",
           "books a DF again that came before (97=Y, same 2318)",
           "R28 2318"),
     TURNS(SIM_HOOK_REPEAT_ANEW)},
    {FAULT(
         "forgets-on-reconnect", "all tokens are unknown after a logon", "R28"),
     TURNS(SIM_HOOK_LOGON_FORGETS)},
    /* Limits. */
    {FAULT("no-snapshot-at-logon", "no CM after a logon", "R15 325"),
     CHANGES(PUSHED, 0, lose, NULL)},
    {FAULT("no-snapshot-on-request", "CL stays unanswered", "R47"),
     CHANGES(REQUEST, 0, lose, NULL)},
    {FAULT("snapshot-for-another",
           "1666 of a CM is not that of the CL",
           "R15 1666"),
     CHANGES(REPORT, 1666, set_first, "NEVER-ASKED")},
    {FAULT("snapshot-leaves-out-a-limit",
           "the first limit is missing in a CM",
           "R15"),
     TURNS(SIM_HOOK_LIMIT_LEFT_OUT)},
    {FAULT("snapshot-of-before",
           "1531 in a CM is the amount before the last change",
           "R15 1531"),
     TURNS(SIM_HOOK_LIMIT_OLD)},
    {FAULT("snapshot-in-unfinished-fragments",
           "893=N in the last CM, and no more comes",
           "R15 893"),
     CHANGES(REPORT_END, 893, set_first, "N")},
    {FAULT("update-out-of-order",
           "60 of a CR is earlier than that of the one "
           "before",
           "R15 60"),
     CHANGES(UPDATE, 60, date_before, NULL)},
    {FAULT("duplicate-update", "every CR twice", "R15 1667"),
     AGAIN(UPDATE, 0, as_it_is, NULL)},
    {FAULT("update-for-unknown-party",
           "the first 1691 of a CR is nobody",
           "R15 1691"),
     CHANGES(UPDATE, 1691, set_first, "NOBODY")},
    {FAULT("limit-in-another-currency", "1532 is not the limit's", "R3 1532"),
     CHANGES(LIMITS, 1532, foreign_currency, "JPY")},
    {FAULT("negative-limit", "1531=-1.00", "R10 1531"),
     CHANGES(LIMITS, 1531, set_every, "-1.00")},
    {FAULT("wrong-limit-type", "1530=13 instead of 12", "R19 1530"),
     CHANGES(LIMITS, 1530, set_every, "13")},
    {FAULT("missing-limit-id", "no 1670 in CM and CR", "R10 1670"),
     CHANGES(LIMITS, 1670, set_every, NULL)},
    {FAULT("warning-levels-missing", "no 1559 in CM and CR", "R52 1559"),
     CHANGES(LIMITS, 1559, drop_warnings, NULL)},
    /* Stops. */
    {FAULT("drill-for-real", "a drill without 2330", "R18 2330"),
     CHANGES(STOP, 2330, set_every, NULL)},
    {FAULT("reinstates-for-wrong-party", "2329=2 for nobody", "R18 448"),
     CHANGES(REINSTATED, 448, set_first, "NOBODY")},
    {FAULT("lifts-its-own-stop",
           "2329=2 at once behind a stop that nobody wanted lifted",
           "R18 2329"),
     AGAIN(STOPPED, 2329, lift, "2")},
    {FAULT(
         "ignores-stop-answer", "sends a DH again although DI has come", "R18"),
     CHANGES(STOP_ANSWER, 0, stop_again, NULL)},
};
#define FAULT_COUNT (sizeof(faults) / sizeof(faults[0]))
_Static_assert(FAULT_COUNT <= SIM_FAULTS_MAX, "a switch for each fault");

const struct sim_fault *sim_fault_row(size_t at)
{
    return at < FAULT_COUNT ? &faults[at] : NULL;
}
