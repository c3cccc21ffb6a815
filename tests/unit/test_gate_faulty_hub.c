/*
 * The gate before a hub that breaks its word: one day of orders with each fault
 * of the simulated hub, under both ways to use its limit, in virtual time.
 *
 * What is judged is on the wires and in the two ledgers: no order meets the
 * market without a grant that was seen, each gets one outcome in time, and once
 * the hub is right again and all orders are dead nothing stays reserved.
 * CG_TEST_FAULTS=NAME prints the wires of one fault,
 * CG_TEST_PAIRS=1 plays all pairs of faults,
 * CG_TEST_SEEDS=N as many random days, CG_TEST_SEED=N one, printed.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "faulty_world.h"
#include "sanitized.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void play_day(void)
{
    world_order("A1", 2);
    world_pass(8000, 50);
    world_order("A2", 2);
    world_pass(200, 10);
    world_replace("A2R", "A2", 4);
    world_pass(8000, 50);
    world_venue("fill A2R 1000000 4.1");
    world_venue("fill A2 1000000 4.1");
    world_pass(2000, 50);
    world_order("A3", 1);
    world_pass(100, 10);
    world_cancel("A3C", "A3");
    world_pass(8000, 50);
    world_hub_limit("ACME-USD 4000"); /* the gate counts on more */
    world_order("A4", 2);
    world_pass(8000, 50);
    world_hub_limit("ACME-USD 100000");
    sim_index_set(&world->hub.stops, CG_SLICE("ACME"), 1); /* nor of this */
    world_order("B4", 1);
    world_pass(8000, 50);
    sim_index_set(&world->hub.stops, CG_SLICE("ACME"), 0);
    assert_true(world_hub("limit ACME-USD 90000"));
    world_pass(1000, 50);
    assert_true(world_hub("suspend ACME drill"));
    world_order("A5", 1);
    world_pass(8000, 50);
    assert_true(world_hub("suspend ACME"));
    world_order("A6", 1);
    world_pass(8000, 50);
    assert_true(world_hub("reinstate ACME"));
    world_order("A7", 1);
    world_pass(8000, 50);
    world_venue("fill A7 1000000 4.1");
    world_hub_link(false);
    world_order("A8", 1);
    world_pass(500, 50);
    world_hub_link(true);
    world_pass(8000, 50);
    world_order("A9", 1);
    world_pass(8000, 50);
    /* The hub books it, and the answer is lost with the line. */
    world->lost = true;
    world_venue("fill A9 400000 4.1");
    world_hub_link(false);
    world->lost = false;
    world_pass(1000, 50);
    world_hub_link(true);
    world_pass(2000, 50);
    assert_true(world_hub("snapshot"));
    world_pass(2000, 50);
    world_order("C1", 4);
    world_pass(8000, 50);
    world_replace("C1R", "C1", 2);
    world_pass(2000, 50);
    world_hub_limit("ACME-USD 4000");
    world_replace("C1S", "C1R", 9);
    world_pass(8000, 50);
    world_hub_limit("ACME-USD 100000");
    world_cancel("C1C", "C1R");
    world_pass(2000, 50);
    assert_true(world_hub("expire 3000"));
    world_order("C2", 1);
    world_pass(500, 50);
    world_hub_link(false); /* no renewal: it lapses */
    world_pass(8000, 50);
    world_hub_link(true);
    assert_true(world_hub("expire 86400000"));
    world_pass(8000, 50);
}

/* The day is one on which the fault strikes. */
static void judge_fault(const char *fault)
{
    const struct sim_fault_about *about;
    char name[80];
    if (strpbrk(fault, ",:") != NULL) {
        return; /* it may have no such occasion */
    }
    snprintf(name, sizeof(name), "%.*s", (int)strcspn(fault, "="), fault);
    for (size_t i = 0; (about = sim_faults_about(i)) != NULL; i++) {
        if (strcmp(about->name, name) == 0 &&
            world->hub.faults.switches[i].met == 0) {
            world_wrong("the fault has not struck");
        }
    }
}

/*
 * What no gate can help, by hundredths of a cent: the hub says one thing and
 * books another.  Where it counts too much, its 1766 says so and the gate
 * counts that, too (R16); where it counts too little, the gate's own count
 * stands.
 */
static const struct known {
    const char *fault;
    const char *text;
} known[] = {
    {"denies-cancel", "the hub has 27120000 reserved"},
    {"keeps-cancelled", "the hub has 27120000 reserved"},
    {"denies-consumption", "the hub has 9040000 reserved"},
    {"denies-consumption", "the hub has 0 consumed of 30736000"},
    {"forgets-consumption", "the hub has 9040000 reserved"},
    {"forgets-consumption", "the hub has 0 consumed of 30736000"},
    {"counts-fill-twice", "the hub has 9040000 reserved"},
    {"takes-fill-as-total", "the hub has 21696000 consumed of 30736000"},
    {"answers-on-possresend-anew",
     "the hub makes the use 34352000 of 30736000"},
    {"answers-on-possresend-anew", "the hub has 34352000 consumed of 30736000"},
    {"forgets-on-reconnect", "the hub makes the use 34352000 of 30736000"},
    {"forgets-on-reconnect", "the hub has 34352000 consumed of 30736000"},
};

static bool is_known(const char *fault, const char *text)
{
    for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
        if (strcmp(known[i].fault, fault) == 0 &&
            strcmp(known[i].text, text) == 0) {
            return true;
        }
    }
    return false;
}

static int count_known(const char *fault)
{
    int count = 0;
    for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
        count += strcmp(known[i].fault, fault) == 0;
    }
    return count;
}

static void play(const char *faults, bool fallback)
{
    world_open(faults, fallback);
    play_day();
    judge_fault(faults);
    world_settle();
    world_judge_orders();
    world_judge_gate();
    world_judge_hub();
    world_close();
}

/* How many findings are not what is known of the fault. */
static int report(const char *fault, bool fallback)
{
    int failed = 0;
    int met = 0;
    for (int i = 0; i < world->wrong_count; i++) {
        if (is_known(fault, world->wrong[i])) {
            met++;
            continue;
        }
        print_error("%s%s: %s\n", fault, fallback ? " (fallback)" : "",
                    world->wrong[i]);
        failed++;
    }
    if (met != count_known(fault)) {
        print_error("%s: the hub's books are right\n", fault);
        failed++;
    }
    return failed;
}

/* Late is later than the hard deadline here. */
static const char *words_of(const struct sim_fault_about *about, char *buf)
{
    bool late = strcmp(about->name, "late-answer") == 0 ||
                strcmp(about->name, "grants-after-withdrawal") == 0;
    snprintf(buf, 80, "%s%s", about->name, late ? "=7000" : "");
    return buf;
}

/* R11 R22 R23 R26 R28 R45: whatever the hub does. */
static void test_gate_faulty_hub_loses_no_credit(void **state)
{
    const struct sim_fault_about *about;
    const char *only = getenv("CG_TEST_FAULTS");
    char words[80];
    int failed = 0;
    (void)state;
    world->print = only != NULL;
    for (int fallback = 0; fallback < 2; fallback++) {
        for (size_t i = 0; (about = sim_faults_about(i)) != NULL; i++) {
            if (only == NULL || strcmp(only, about->name) == 0) {
                play(words_of(about, words), fallback == 1);
                failed += report(about->name, fallback == 1);
            }
        }
    }
    assert_int_equal(failed, 0);
}

/* The same when a fault begins in the middle of the day. */
static void test_gate_faulty_hub_from_then_on(void **state)
{
    const struct sim_fault_about *about;
    char words[80];
    char from[100];
    int failed = 0;
    (void)state;
    world->print = false;
    for (size_t i = 0; (about = sim_faults_about(i)) != NULL; i++) {
        /* The third ask of the day is the raise. */
        snprintf(from, sizeof(from), "%s:3", words_of(about, words));
        play(from, i % 2 == 0);
        for (int at = 0; at < world->wrong_count; at++) {
            if (count_known(about->name) == 0 ||
                strncmp(world->wrong[at], "the hub", 7) != 0) {
                print_error("%s: %s\n", from, world->wrong[at]);
                failed++;
            }
        }
    }
    assert_int_equal(failed, 0);
}

/* The same of two faults at once; the hub's own books are not looked at. */
static void test_gate_faulty_hub_two_at_once(void **state)
{
    const struct sim_fault_about *one;
    const struct sim_fault_about *two;
    bool all = getenv("CG_TEST_PAIRS") != NULL;
    char words[2][80];
    char both[200];
    int failed = 0;
    (void)state;
    world->print = false;
    for (size_t i = 0; (one = sim_faults_about(i)) != NULL; i++) {
        for (size_t j = i + 1; (two = sim_faults_about(j)) != NULL; j++) {
            if (!all && (i * 7 + j) % 31 != 0) {
                continue;
            }
            snprintf(both, sizeof(both), "%s,%s", words_of(one, words[0]),
                     words_of(two, words[1]));
            play(both, (i + j) % 2 == 0);
            for (int at = 0; at < world->wrong_count; at++) {
                if (strncmp(world->wrong[at], "the hub", 7) != 0) {
                    print_error("%s: %s\n", both, world->wrong[at]);
                    failed++;
                }
            }
        }
    }
    assert_int_equal(failed, 0);
}

static unsigned draw(uint64_t *seed, unsigned below)
{
    *seed ^= *seed << 13;
    *seed ^= *seed >> 7;
    *seed ^= *seed << 17;
    return (unsigned)(*seed >> 20) % below;
}

static const char *some_order(uint64_t *seed)
{
    int count = world->order_count;
    int newest = count > 6 ? 6 : count;
    return count == 0
               ? "NONE"
               : world->orders[count - 1 - (int)draw(seed, (unsigned)newest)]
                     .current;
}

/* Whether the gate cannot know what the hub has booked: it hides it, or what
 * it says may belong to nothing that the gate can find. */
static bool is_hidden(const char *fault)
{
    static const char *const groups[] = {"missing-", "malformed-", "empty-",
                                         "wrong-",   "pending-",   "no-answer"};
    bool hidden = count_known(fault) > 0;
    for (size_t i = 0; i < sizeof(groups) / sizeof(groups[0]); i++) {
        hidden = hidden || strncmp(fault, groups[i], strlen(groups[i])) == 0;
    }
    return hidden;
}

static void some_fault(uint64_t *seed, bool fair)
{
    char command[96];
    char words[80];
    unsigned count = 0;
    while (sim_faults_about(count) != NULL) {
        count++;
    }
    const struct sim_fault_about *about = sim_faults_about(draw(seed, count));
    if (fair && is_hidden(about->name)) {
        return;
    }
    snprintf(command, sizeof(command), "fault %s:%u", words_of(about, words),
             1 + draw(seed, 3));
    assert_true(world_hub(command));
}

/* What the client and the venue do. */
static void trade(uint64_t *seed, unsigned what, int number)
{
    char id[16];
    char command[64];
    snprintf(id, sizeof(id), "R%d", number);
    if (what < 40) {
        world_order(id, 1 + (int)draw(seed, 40));
    } else if (what < 50) {
        world_replace(id, some_order(seed), 1 + (int)draw(seed, 40));
    } else if (what < 60) {
        world_cancel(id, some_order(seed));
    } else {
        snprintf(command, sizeof(command), "fill %s %u000000 4.1",
                 some_order(seed), 1 + draw(seed, 4));
        world_venue(command);
    }
}

/* What the hub and the line do. */
static void disturb(uint64_t *seed, unsigned what, bool fair)
{
    static const char *const commands[] = {
        "silent",         "speak",          "slow 700",    "slow 0",
        "suspend ACME",   "halt ACME",      "expire 4000", "expire 3600000",
        "reinstate ACME", "reinstate ACME", "snapshot",    "fault none",
        "restart",        "pending 300",    "normal"};
    char command[64];
    switch (what) {
    case 0:
    case 1:
    case 2:
        some_fault(seed, fair);
        break;
    case 3:
        world_hub_link(!world->hub_peer.up);
        break;
    case 4:
        snprintf(command, sizeof(command), "limit ACME-USD %u",
                 10000 + draw(seed, 90000));
        world_hub(command);
        break;
    case 5:
        snprintf(command, sizeof(command), "cancel GATE-T%u",
                 1 + draw(seed, 20));
        world_hub(command);
        break;
    case 6:
        if (draw(seed, 3) == 0) {
            world_crash();
        }
        break;
    case 7:
        world->lost = !world->lost && !fair;
        break;
    default:
        world_hub(commands[draw(seed, sizeof(commands) / sizeof(commands[0]))]);
        break;
    }
}

static int play_random(uint64_t seed)
{
    uint64_t state = seed * UINT64_C(0x9E3779B97F4A7C15) + 1;
    bool fair = seed % 2 == 1; /* then the hub must have all back, too */
    world_open("none", seed / 2 % 2 == 0);
    for (int i = 0; i < 80; i++) {
        unsigned what = draw(&state, 100);
        if (what < 75) {
            trade(&state, what, i);
        } else {
            disturb(&state, draw(&state, 12), fair);
        }
        world_pass((int)draw(&state, 20) * 50, 50);
    }
    world_settle();
    world_judge_orders();
    world_judge_gate();
    int64_t reserved = sim_account_reserved(&world->hub.ledger.limits[0].sums);
    if (fair && reserved != 0) {
        world_wrong("the hub has %lld reserved", (long long)reserved);
    }
    for (int i = 0; i < world->wrong_count; i++) {
        print_error("seed %llu: %s\n", (unsigned long long)seed,
                    world->wrong[i]);
    }
    int failed = world->wrong_count;
    world_close();
    return failed;
}

/* Days at random, with faults that come and go, and crashes of the gate. */
static void test_gate_faulty_hub_at_random(void **state)
{
    const char *only = getenv("CG_TEST_SEED");
    const char *count = getenv("CG_TEST_SEEDS");
    uint64_t last = SANITIZED ? 12 : 40;
    int failed = 0;
    (void)state;
    if (count != NULL) {
        last = strtoull(count, NULL, 10);
    }
    world->print = only != NULL;
    if (only != NULL) {
        failed = play_random(strtoull(only, NULL, 10));
    }
    for (uint64_t seed = 1; only == NULL && seed <= last; seed++) {
        failed += play_random(seed);
    }
    assert_int_equal(failed, 0);
}

static int setup(void **state)
{
    world = malloc(sizeof(*world));
    *state = NULL;
    return world == NULL;
}

static int teardown(void **state)
{
    (void)state;
    free(world);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_gate_faulty_hub_loses_no_credit),
        cmocka_unit_test(test_gate_faulty_hub_from_then_on),
        cmocka_unit_test(test_gate_faulty_hub_two_at_once),
        cmocka_unit_test(test_gate_faulty_hub_at_random),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
