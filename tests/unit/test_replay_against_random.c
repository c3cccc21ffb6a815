/*
 * What if, on random days: a gate between a client, a venue and a hub that do
 * all they can, its traffic written as a log, and that log replayed against
 * other settings.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "against_desk.h"
#include "sanitized.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>
#include <malloc.h>

#define LIMIT(amount)                                                          \
    "[LIMIT]\nRiskLimitID=OWN\nAccount=ACME\nCurrency=USD\nModel=push\n"       \
    "Measure=net\nWarnings=none\nAmount=" amount "\n"                          \
    "[LIMIT]\nRiskLimitID=ACME-USD\nAccount=ACME\nHub=hub\nOwner=FCM1\n"       \
    "Currency=USD\nModel=ping-with-push\nMeasure=net\nWarnings=none\n"         \
    "Amount=1000000\n"

/* A quarter of them under a sanitizer, and one at least. */
#define DAYS(count) (SANITIZED ? ((count) + 3) / 4 : (count))

#define ORDERS_MAX 32768
#define PENDING_MAX 4096

/* An order at the venue. */
struct at_venue {
    char first[32]; /* its first id; 37 */
    char id[32];    /* in force */
    char side;
    long long qty;
    long long cum;
    bool open;
};

/* What venue or hub will say. */
struct pending {
    int ms;
    char who;
    char type[4];
    char fields[512];
};

struct day {
    struct desk *desk;
    struct cg_side *gate;
    uint64_t random;
    int now;
    struct at_venue orders[ORDERS_MAX];
    size_t order_count;
    struct pending pending[PENDING_MAX];
    size_t pending_count;
    int ids;
    int execs;
};

static uint64_t draw(struct day *day, uint64_t below)
{
    day->random ^= day->random << 13;
    day->random ^= day->random >> 7;
    day->random ^= day->random << 17;
    return day->random % below;
}

__attribute__((format(printf, 5, 6))) static void
later(struct day *day, int ms, char who, const char *type, const char *f, ...)
{
    struct pending *pending = &day->pending[day->pending_count++];
    va_list arguments;
    assert_true(day->pending_count < PENDING_MAX);
    pending->ms = day->now + ms;
    pending->who = who;
    snprintf(pending->type, sizeof(pending->type), "%s", type);
    va_start(arguments, f);
    vsnprintf(pending->fields, sizeof(pending->fields), f, arguments);
    va_end(arguments);
}

/* --- the venue and the hub ---------------------------------------------- */

static const char *field(const struct cg_out *out, const char *tag, char *text)
{
    char wanted[16];
    const char *at = out->body;
    const char *end = out->body + out->body_len;
    size_t len = (size_t)snprintf(wanted, sizeof(wanted), "%s=", tag);
    text[0] = '\0';
    while (at < end) {
        const char *soh = memchr(at, '\001', (size_t)(end - at));
        if ((size_t)(soh - at) > len && memcmp(at, wanted, len) == 0) {
            snprintf(text, 64, "%.*s", (int)(soh - at - (long)len), at + len);
            break;
        }
        at = soh + 1;
    }
    return text;
}

static struct at_venue *order_at(struct day *day, const char *id)
{
    for (size_t i = day->order_count; i > 0; i--) {
        if (strcmp(day->orders[i - 1].id, id) == 0) {
            return &day->orders[i - 1];
        }
    }
    return NULL;
}

static void report(struct day *day,
                   int ms,
                   const struct at_venue *order,
                   const char *id,
                   const char *orig,
                   char exec,
                   char status)
{
    bool over = status == '4' || status == '8';
    char origin[64] = "";
    if (orig != NULL) {
        snprintf(origin, sizeof(origin), "41=%s|", orig);
    }
    later(day, ms, 'v', "8",
          "37=V-%s|11=%s|%s17=E%d|150=%c|39=%c|55=USSW10|54=%c|38=%lld|"
          "151=%lld|14=%lld|6=4.1|",
          order->first, id, origin, ++day->execs, exec, status, order->side,
          order->qty, over ? 0 : order->qty - order->cum, order->cum);
}

static void venue_hears(struct day *day, const struct cg_out *out)
{
    char id[64];
    char orig[64];
    char text[64];
    field(out, "11", id);
    field(out, "41", orig);
    if (out->type[0] == 'D') {
        struct at_venue *order = &day->orders[day->order_count++];
        assert_true(day->order_count < ORDERS_MAX);
        *order = (struct at_venue){.open = true};
        snprintf(order->first, sizeof(order->first), "%.31s", id);
        snprintf(order->id, sizeof(order->id), "%.31s", id);
        order->side = field(out, "54", text)[0];
        order->qty = atoll(field(out, "38", text));
        order->open = draw(day, 20) != 0;
        report(day, 1, order, id, NULL, order->open ? '0' : '8',
               order->open ? '0' : '8');
        return;
    }
    struct at_venue *order = order_at(day, orig);
    if (order == NULL || !order->open) {
        later(day, 1, 'v', "9", "37=V-%s|11=%s|41=%s|39=8|434=%c|102=0|",
              order != NULL ? order->first : "NONE", id, orig,
              out->type[0] == 'G' ? '2' : '1');
    } else if (out->type[0] == 'G') {
        order->qty = atoll(field(out, "38", text));
        order->qty = order->qty > order->cum ? order->qty : order->cum;
        snprintf(order->id, sizeof(order->id), "%.31s", id);
        order->open = order->qty > order->cum;
        report(day, 1, order, id, orig, '5', order->open ? '0' : '2');
    } else if (out->type[0] == 'F') {
        order->open = false;
        report(day, 1, order, id, orig, '4', '4');
    }
}

static void hub_hears(struct day *day, const struct cg_out *out)
{
    char number[64];
    char token[64];
    char amount[64];
    char kind[64];
    char notice[64];
    if (strcmp(out->type, "DF") != 0) {
        return;
    }
    field(out, "2318", number);
    field(out, "2319", token);
    field(out, "2324", amount);
    field(out, "2320", kind);
    field(out, "2321", notice);
    bool asks = kind[0] != '1' && notice[0] == '0';
    uint64_t mood = asks ? draw(day, 20) : 10;
    int takes = 1 + (int)draw(day, 60);
    if (mood == 0) {
        return; /* nothing */
    }
    later(day, mood == 1 ? 1200 + takes : takes, 'h', "DG",
          "2318=%s|2319=%s|2325=%d|2320=%s|2321=%s|2324=%s|2327=%s|", number,
          token,
          mood == 2        ? 2
          : kind[0] == '1' ? 4
                           : 0,
          kind, notice, amount, mood == 2 ? "0" : amount);
}

static int on_said(void *user, const struct cg_side_said *said)
{
    struct day *day = user;
    if (said->session == 1) {
        venue_hears(day, said->out);
    } else if (said->session == 2) {
        hub_hears(day, said->out);
    }
    return 0;
}

/* --- the day ------------------------------------------------------------ */

#define NOON ((cg_time)1768478400 * CG_SECOND)

static void
on_hears(void *user, cg_session session, int ms, const char *bytes, size_t len)
{
    struct day *day = user;
    assert_int_equal(cg_side_recv(day->gate, session,
                                  (struct cg_slice){bytes, len}, NULL,
                                  NOON + (cg_time)ms * CG_MS),
                     0);
}

static struct at_venue *some_order(struct day *day)
{
    size_t near = day->order_count < 30 ? day->order_count : 30;
    return near > 0 ? &day->orders[day->order_count - 1 - draw(day, near)]
                    : NULL;
}

static void client_acts(struct day *day)
{
    struct at_venue *order = some_order(day);
    uint64_t what = draw(day, 10);
    if (what < 6 || order == NULL) {
        desk_say(day->desk, 'c', day->now, "D",
                 "11=C%d|1=ACME|55=USSW10|54=%d|38=%d|40=2|44=4.1|"
                 "60=20260115-12:00:00|",
                 ++day->ids, 1 + (int)draw(day, 2),
                 1000000 * (1 + (int)draw(day, 20)));
    } else if (what < 8) {
        desk_say(day->desk, 'c', day->now, "G",
                 "11=C%d|41=%s|1=ACME|55=USSW10|54=%c|38=%d|40=2|44=4.1|"
                 "60=20260115-12:00:00|",
                 ++day->ids, order->id, order->side,
                 1000000 * (1 + (int)draw(day, 25)));
    } else {
        desk_say(day->desk, 'c', day->now, "F",
                 "11=C%d|41=%s|1=ACME|55=USSW10|54=%c|60=20260115-12:00:00|",
                 ++day->ids, order->id, order->side);
    }
}

static void venue_acts(struct day *day)
{
    struct at_venue *order = some_order(day);
    if (order == NULL || !order->open || draw(day, 3) != 0) {
        return;
    }
    long long part = 1000000 * (long long)(1 + draw(day, 10));
    long long left = order->qty - order->cum;
    order->cum += part < left ? part : left;
    order->open = order->cum < order->qty;
    later(day, 2, 'v', "8",
          "37=V-%s|11=%s|17=E%d|150=F|39=%c|55=USSW10|54=%c|38=%lld|151=%lld|"
          "14=%lld|6=4.1|31=4.1|32=1000000|",
          order->first, order->id, ++day->execs, order->open ? '1' : '2',
          order->side, order->qty, order->qty - order->cum, order->cum);
}

/* The earliest that is due; equal ones in the order they were said. */
static bool say_next(struct day *day, int until)
{
    size_t first = day->pending_count;
    for (size_t i = 0; i < day->pending_count; i++) {
        if (day->pending[i].ms <= until &&
            (first == day->pending_count ||
             day->pending[i].ms < day->pending[first].ms)) {
            first = i;
        }
    }
    if (first == day->pending_count) {
        return false;
    }
    struct pending next = day->pending[first];
    memmove(&day->pending[first], &day->pending[first + 1],
            (--day->pending_count - first) * sizeof(next));
    day->now = next.ms > day->now ? next.ms : day->now;
    desk_say(day->desk, next.who, day->now, next.type, "%s", next.fields);
    return true;
}

/* Writes a day of |steps| under |limits| into the desk's log. */
static void make_day(struct desk *desk, uint64_t seed, int steps)
{
    struct day *day = calloc(1, sizeof(*day));
    struct cg_replay_ids ids;
    char error[256];
    assert_non_null(day);
    cg_replay_ids_init(&ids, desk->configs[A]);
    day->desk = desk;
    day->random = seed * 0x9e3779b97f4a7c15u + 1;
    day->now = 1000;
    const struct cg_side_options options = {
        .config = desk->configs[A],
        .ids = &ids,
        .now = NOON + 1000 * CG_MS,
        .said = on_said,
        .user = day,
    };
    assert_int_equal(cg_side_open(&options, error, sizeof(error), &day->gate),
                     0);
    for (int i = 0; i < 3; i++) {
        assert_int_equal(
            cg_side_link(day->gate, (cg_session)i, true, NOON + 1000 * CG_MS),
            0);
    }
    desk->hears = on_hears;
    desk->user = day;
    desk_say(desk, 'h', day->now, "CR",
             "1667=U1|60=20260115-12:00:01.000|1677=1|1324=M|1671=1|1691=ACME|"
             "1692=D|1693=24|1669=1|1529=1|1530=2|1531=1000000|1532=USD|"
             "1670=ACME-USD|");
    desk_say(desk, 'v', day->now, "8",
             "37=NONE|11=NONE|17=E0|150=0|39=0|55=USSW10|54=1|38=1|151=1|14=0|"
             "6=0|");
    for (int i = 0; i < steps; i++) {
        int next = day->now + (int)draw(day, 40);
        while (say_next(day, next)) {
        }
        day->now = next > day->now ? next : day->now;
        client_acts(day);
        venue_acts(day);
    }
    while (say_next(day, INT32_MAX)) {
    }
    cg_side_close(day->gate);
    cg_replay_ids_deinit(&ids);
    free(day);
    desk->hears = NULL;
}

/* --- what is compared --------------------------------------------------- */

static struct desk *
desk_of(uint64_t seed, int steps, const char *b, const char *dv01)
{
    struct desk *desk = desk_new(NULL, NULL);
    desk_config(desk, A, "", "904", LIMIT("60000"));
    desk_config(desk, B, "", dv01, b);
    make_day(desk, seed, steps);
    return desk;
}

/* Nothing differs, nothing is assumed, and each order is compared. */
static void test_replay_against_random_same(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= DAYS(20); seed++) {
        struct desk *desk = desk_of(seed, 400, LIMIT("60000"), "904");
        desk_run(desk);
        if (desk->count > 0) {
            fprintf(stderr, "seed %llu: %s", (unsigned long long)seed,
                    desk->told);
        }
        assert_int_equal(desk->count, 0);
        assert_true(desk->totals->compared > 200);
        assert_int_equal(desk->totals->compared, desk->totals->same);
        assert_int_equal(desk->totals->assumed_answers, 0);
        assert_int_equal(desk->totals->assumed_cancels, 0);
        assert_int_equal(desk->totals->left_out, 0);
        assert_int_equal(desk->totals->resting, 0);
        assert_int_equal(desk_used(desk, A, "OWN"), desk_used(desk, B, "OWN"));
        desk_free(desk);
    }
}

static bool is_for_credit(const struct desk_seen *seen)
{
    return strstr(seen->b, "CG101") != NULL;
}

/* What only B has let through, at most. */
static double only_in_b(const struct desk *desk)
{
    double sum = 0;
    for (size_t i = 0; i < desk->count; i++) {
        if (desk->seen[i].kind != CG_AGAINST_REFUSED_IN_B) {
            sum += (double)desk->seen[i].qty * 904 / 1000000;
        }
    }
    return sum;
}

/* Twice the amount, 60,000 more: as long as what only B lets through is no more
 * than that, nothing is refused for credit that was not before. */
static void test_replay_against_random_twice_the_limit(void **state)
{
    (void)state;
    uint64_t refused_in_a = 0;
    size_t days = 0;
    for (uint64_t seed = 1; seed <= DAYS(150); seed++) {
        struct desk *desk = desk_of(seed, 40, LIMIT("120000"), "904");
        desk_run(desk);
        if (only_in_b(desk) <= 60000) {
            days++;
            refused_in_a += desk->totals->kinds[CG_AGAINST_REFUSED_IN_A];
            for (size_t i = 0; i < desk->count; i++) {
                if (desk->seen[i].kind == CG_AGAINST_REFUSED_IN_B &&
                    is_for_credit(&desk->seen[i])) {
                    fail_msg("seed %llu: %s %s", (unsigned long long)seed,
                             desk->seen[i].clordid, desk->seen[i].because);
                }
            }
        }
        desk_free(desk);
    }
    fprintf(stderr, "%zu days, %llu refused in A\n", days,
            (unsigned long long)refused_in_a);
    assert_true(days > DAYS(50));
    assert_true(refused_in_a > DAYS(100));
}

/* As much as anybody may want: no day is too long. */
static void test_replay_against_random_no_limit(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= DAYS(10); seed++) {
        struct desk *desk = desk_of(seed, 400, LIMIT("100000000"), "904");
        desk->against.unknown_ends = true;
        desk_run(desk);
        assert_true(desk->totals->kinds[CG_AGAINST_REFUSED_IN_A] > 10);
        for (size_t i = 0; i < desk->count; i++) {
            assert_false(desk->seen[i].kind == CG_AGAINST_REFUSED_IN_B &&
                         is_for_credit(&desk->seen[i]));
        }
        desk_free(desk);
    }
}

/* Half of it: refusals, and each names the amounts of both. */
static void test_replay_against_random_half_the_limit(void **state)
{
    (void)state;
    uint64_t refused_in_b = 0;
    for (uint64_t seed = 1; seed <= DAYS(10); seed++) {
        struct desk *desk = desk_of(seed, 400, LIMIT("30000"), "904");
        desk_run(desk);
        for (size_t i = 0; i < desk->count; i++) {
            const struct desk_seen *seen = &desk->seen[i];
            if (seen->kind == CG_AGAINST_REFUSED_IN_B && is_for_credit(seen)) {
                refused_in_b++;
                assert_non_null(strstr(seen->because, " of 30000.00"));
                assert_non_null(strstr(seen->because, "A needed"));
            }
        }
        desk_free(desk);
    }
    assert_true(refused_in_b > DAYS(100));
}

static char *told_of(uint64_t seed, cg_time latency)
{
    struct desk *desk = desk_of(seed, 300, LIMIT("50000"), "920.5");
    desk->against.hub_latency = latency;
    desk_run(desk);
    assert_true(desk->count > 0);
    char *told = strdup(desk->told);
    assert_non_null(told);
    desk_free(desk);
    return told;
}

/* The books hold under any hub, and two runs say the same. */
static void test_replay_against_random_twice_the_same(void **state)
{
    (void)state;
    static const cg_time latencies[] = {
        -1, 0, 5 * CG_MS, 100 * CG_MS, 1500 * CG_MS, 30 * CG_SECOND};
    for (size_t i = 0; i < 6; i++) {
        for (uint64_t seed = 1; seed <= DAYS(4); seed++) {
            char *one = told_of(seed, latencies[i]);
            char *two = told_of(seed, latencies[i]);
            assert_string_equal(one, two);
            free(one);
            free(two);
        }
    }
}

/* What a replay holds at its end. */
static size_t memory_of(int steps, bool alone)
{
    struct desk *desk = desk_of(7, steps, LIMIT("50000"), "904");
    desk->against.unknown_ends = true;
    desk->quiet = true;
    desk->alone = alone;
    size_t before = mallinfo2().uordblks;
    desk_run(desk);
    size_t after = mallinfo2().uordblks;
    desk_free(desk);
    return after - before;
}

/* Four times the log takes no more memory for the comparison: what the replay
 * itself keeps of a log that lacks what the gate sent is not counted. */
static void test_replay_against_random_memory_is_flat(void **state)
{
    (void)state;
    size_t one = memory_of(4000, false) - memory_of(4000, true);
    size_t four = memory_of(16000, false) - memory_of(16000, true);
    assert_true(four < one + 100000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_replay_against_random_same),
        cmocka_unit_test(test_replay_against_random_twice_the_limit),
        cmocka_unit_test(test_replay_against_random_no_limit),
        cmocka_unit_test(test_replay_against_random_half_the_limit),
        cmocka_unit_test(test_replay_against_random_twice_the_same),
        cmocka_unit_test(test_replay_against_random_memory_is_flat),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
