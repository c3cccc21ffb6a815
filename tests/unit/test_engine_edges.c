/*
 * Edges of the engine that no message comes to: numbers at their ends, places
 * that are all taken, and what only a journal or a host may say.
 *
 * Rules: R1, R2, R4, R7, R10, R11, R22, R27, R47, R52.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "decide.h"
#include "difference.h"
#include "image.h"
#include "small_engine.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct small_engine small;

static int open_engine(void **state)
{
    struct cg_config_limit limit = small_limit("L", CG_MEASURE_GROSS,
                                               CG_MODEL_PING, 0, false);
    (void)state;
    limit.has_amount = false;
    small_open(&small, &limit, 1);
    return 0;
}

static int close_engine(void **state)
{
    (void)state;
    small_close(&small);
    return 0;
}

static const struct cg_effect *effect_of(enum cg_effect_kind kind)
{
    for (uint32_t i = 0; i < small.engine->effect_count; i++) {
        if (small.engine->effects[i].kind == kind) {
            return &small.engine->effects[i];
        }
    }
    return NULL;
}

/* R1 R2: what a package nets to is exact up to the last unit, and refused
 * beyond it. */
static void test_engine_net_worth_ends_with_its_bits(void **state)
{
    const cg_wide unit = (cg_wide)1000000 * CG_RATIO_SCALE;
    const cg_wide most = (((cg_wide)1 << 126) - 1) * 2 + 1;
    cg_dv01 out = 7;
    (void)state;
    assert_true(cg_net_worth(unit, INT64_MAX, &out));
    assert_true(out == INT64_MAX);
    assert_true(cg_net_worth(1, 1, &out));
    assert_int_equal(out, 1);
    assert_true(cg_net_worth(0, 5, &out));
    assert_int_equal(out, 0);
    assert_false(cg_net_worth(unit + 1, INT64_MAX, &out));
    assert_false(cg_net_worth(most, 1, &out));
    assert_false(cg_net_worth(most, 2, &out));
}

/* --- instruments made at run time ---------------------------------------- */

static uint32_t make(const char *name,
                     const char *currency,
                     const char *symbol,
                     const char *tenor,
                     cg_dv01 rate)
{
    struct cg_instrument_event event = {
        .name = cg_slice_str(name),
        .terms = {[CG_TERM_SYMBOL] = cg_slice_str(symbol),
                  [CG_TERM_TENOR] = cg_slice_str(tenor)},
        .rate = rate,
    };
    snprintf(event.currency, sizeof(event.currency), "%s", currency);
    return cg_engine_instrument_new(small.engine, &event);
}

/* R4: what no journal could keep makes no instrument. */
static void test_engine_instrument_must_be_sound(void **state)
{
    char long_name[CG_NAME_MAX + 2];
    (void)state;
    memset(long_name, 'x', sizeof(long_name));
    long_name[CG_NAME_MAX + 1] = '\0';
    small.engine->config.sizes.instruments = 4;
    small_begin(&small, SMALL_CLIENT, SMALL_START);
    unsigned long facts = small.facts;
    assert_int_equal(make("", "USD", "", "", 1), CG_NONE);
    assert_int_equal(make("A\tB", "USD", "", "", 1), CG_NONE);
    assert_int_equal(make(long_name, "USD", "", "", 1), CG_NONE);
    assert_int_equal(make("SWAP", "", "", "", 1), CG_NONE);
    assert_int_equal(make("SWAP", "U\n", "", "", 1), CG_NONE);
    assert_int_equal(make("SWAP", "US", "", "", 1), CG_NONE);
    assert_int_equal(make("SWAP", "USD", "", "", -1), CG_NONE);
    assert_int_equal(make("SWAP", "USD", "", "5Y\n10Y", 1), CG_NONE);
    assert_int_equal(make("SWAP", "USD", long_name, "", 1), CG_NONE);
    assert_int_equal(small.facts, facts);
    assert_int_not_equal(make("SWAP", "USD", "", "", 1), CG_NONE);
    small_end(&small);
}

/* R4 R10: one that is idle becomes what it is said to be, in its place; said
 * again, nothing is. */
static void test_engine_idle_instrument_is_described_anew(void **state)
{
    const struct cg_instrument *instrument;
    (void)state;
    small.engine->config.sizes.instruments = 4;
    small_begin(&small, SMALL_CLIENT, SMALL_START);
    uint32_t slot = make("SWAP 5Y", "USD", "SWAP", "0Y-5Y", 7);
    assert_int_not_equal(slot, CG_NONE);
    instrument = &small.engine->state.instruments[slot];
    unsigned long facts = small.facts;
    assert_int_equal(make("SWAP 5Y", "USD", "SWAP", "0Y-5Y", 7), slot);
    assert_int_equal(small.facts, facts);
    assert_int_equal(make("SWAP 5Y", "EUR", "SWAP", "0Y-5Y", 7), slot);
    assert_memory_equal(instrument->currency, "EUR", 3);
    assert_int_equal(make("SWAP 5Y", "EUR", "SWAP", "5Y-10Y", 7), slot);
    assert_true(
        cg_slice_is(cg_id_slice(&instrument->terms[CG_TERM_TENOR]), "5Y-10Y"));
    assert_int_equal(make("SWAP 5Y", "EUR", "SWAPS", "5Y-10Y", 7), slot);
    assert_true(cg_slice_is(cg_id_slice(&instrument->symbol), "SWAPS"));
    assert_int_equal(make("SWAP 5Y", "EUR", "", "5Y-10Y", 7), slot);
    assert_true(cg_slice_is(cg_id_slice(&instrument->symbol), "SWAP 5Y"));
    assert_int_equal(small.facts, facts + 4);
    assert_true(instrument->idle);
    assert_int_equal(small.engine->state.idle_first, slot);
    assert_int_equal(small.engine->state.idle_last, slot);
    small_end(&small);
}

/* R4: there are only so many places; an idle one makes room, but not for what
 * the same event is about.  What is forgotten has no settings. */
static void test_engine_instruments_fill_their_places(void **state)
{
    struct cg_state *books = &small.engine->state;
    (void)state;
    small.engine->config.sizes.instruments = 99;
    small_begin(&small, SMALL_CLIENT, SMALL_START);
    while (cg_state_next_instrument(books) != CG_NONE) {
        char name[16];
        snprintf(name, sizeof(name), "S%u", books->instrument_count);
        assert_int_not_equal(make(name, "USD", "", "", 1), CG_NONE);
    }
    assert_true(books->instruments_dynamic < 99);
    assert_int_equal(make("ONE", "USD", "", "", 1), CG_NONE);
    uint32_t first = books->idle_first;
    small_end(&small);
    small_begin(&small, SMALL_CLIENT, SMALL_START);
    assert_int_equal(make("ONE", "USD", "", "", 1), first);
    small_end(&small);
    small_begin(&small, SMALL_CLIENT, SMALL_START);
    cg_instruments_forget(small.engine);
    small_end(&small);
    assert_int_equal(books->instruments_dynamic, 0);
    cg_settings_forget(books);
    assert_int_equal(books->instruments[0].rate, 0);
    assert_false(books->instruments[first].used);
}

/* --- what is said -------------------------------------------------------- */

/* R52: News never crowd out what has to be said. */
static void test_engine_news_leave_room(void **state)
{
    uint32_t news = 0;
    (void)state;
    small_begin(&small, SMALL_HUB, SMALL_START);
    for (int i = 0; i < CG_EFFECTS_SPARE; i++) {
        cg_account_news(small.engine, 0, CG_NEWS_STOP, CG_NONE, CG_NONE);
    }
    for (uint32_t i = 0; i < small.engine->effect_count; i++) {
        news += small.engine->effects[i].kind == CG_EFFECT_NEWS;
    }
    assert_int_equal(news, CG_EFFECTS_SPARE / 2);
    small_end(&small);
}

/* The id in force of a difference that names no request is its own. */
static void test_engine_difference_without_a_request(void **state)
{
    struct cg_difference_words words;
    struct cg_fact fact = cg_fact_of(CG_FACT_DIFFERENCE);
    (void)state;
    fact.value = CG_DIFFERS_ID_IN_FORCE;
    fact.id = "A1";
    fact.id_len = 2;
    cg_difference_words(&small.engine->state, "GATE", &fact, &words);
    assert_string_equal(words.theirs, "A1");
    assert_string_equal(words.ours, "A1");
}

/* R15: more entries than can be answered are refused before any is looked at.
 */
static void test_engine_definition_has_too_many_entries(void **state)
{
    struct cg_update_event event = {.id = CG_SLICE("D1"),
                                    .definition = true,
                                    .entries = CG_DEFINITIONS_MAX + 1};
    (void)state;
    small_begin(&small, SMALL_HUB, SMALL_START);
    cg_engine_define(small.engine, &event);
    small_end(&small);
    const struct cg_effect *effect = effect_of(CG_EFFECT_DEFINITION_ACK);
    assert_non_null(effect);
    assert_true(effect->whole);
    assert_int_equal(effect->reject, CG_RESULT_OTHER);
    event.entries = 1;
    event.bad = true; /* or could not be read whole */
    small_begin(&small, SMALL_HUB, SMALL_START);
    cg_engine_define(small.engine, &event);
    small_end(&small);
    effect = effect_of(CG_EFFECT_DEFINITION_ACK);
    assert_non_null(effect);
    assert_true(effect->whole);
}

/* R5: 600 and 602 may say the same of a leg whose instrument has its dates in
 * its name, though one without any has that name, too. */
static void test_engine_leg_is_named_twice(void **state)
{
    struct cg_refusal refusal;
    struct cg_leg_terms terms[CG_LEGS_MAX];
    struct cg_leg_event leg = {.symbol = CG_SLICE("USD10Y"),
                               .security_id = CG_SLICE("USD10Y"),
                               .instrument = CG_SLICE("USD10Y /2037-01-20"),
                               .side = '1',
                               .ratio = CG_RATIO_SCALE};
    struct cg_order_event event = {.legs = &leg, .leg_count = 1};
    (void)state;
    small.engine->config.sizes.instruments = 4;
    small_begin(&small, SMALL_CLIENT, SMALL_START);
    uint32_t slot = make("USD10Y /2037-01-20", "USD", "USD10Y", "", 7);
    assert_true(cg_legs_fit(&small.engine->state, &event, terms, &refusal));
    assert_int_equal(terms[0].instrument, slot);
    leg.symbol = CG_SLICE("SWAP");
    assert_false(cg_legs_fit(&small.engine->state, &event, terms, &refusal));
    assert_int_equal(refusal.tag, 602);
    small_end(&small);
}

/* --- par rates ----------------------------------------------------------- */

static struct cg_rates_event rates(cg_time made_at, const char *words)
{
    return (struct cg_rates_event){
        .made_at = made_at,
        .digest = CG_SLICE("0123456789abcdef0123456789abcdef"
                           "0123456789abcdef0123456789abcdef"),
        .set = CG_SLICE("set"),
        .words = cg_slice_str(words),
    };
}

/* R7: rates are the same ones only if all that names them is; words that are
 * too long for a fact are cut. */
static void test_engine_rates_are_told_apart(void **state)
{
    char words[4 * CG_NOTE_LEN];
    (void)state;
    memset(words, 'w', sizeof(words));
    words[sizeof(words) - 1] = '\0';
    struct cg_rates_event event = rates(SMALL_START, words);
    assert_false(cg_engine_rates_are(small.engine, &event));
    small_begin(&small, CG_SESSION_NONE, SMALL_START);
    cg_engine_rates(small.engine, &event);
    small_end(&small);
    assert_int_equal(small.engine->state.rates.version, 1);
    assert_memory_equal(small.engine->state.rates.digest, event.digest.data,
                        CG_DIGEST_LEN);
    assert_true(cg_engine_rates_are(small.engine, &event));
    struct cg_rates_event other = event;
    other.digest = CG_SLICE("fedcba9876543210fedcba9876543210"
                            "fedcba9876543210fedcba9876543210");
    assert_false(cg_engine_rates_are(small.engine, &other));
    other = event;
    other.set = CG_SLICE("another");
    assert_false(cg_engine_rates_are(small.engine, &other));
    other = rates(SMALL_START + 1, "");
    assert_false(cg_engine_rates_are(small.engine, &other));
}

/* R7: an age that ends beyond all time is never reached. */
static void test_engine_rates_that_never_age(void **state)
{
    struct cg_rates_event event = rates(SMALL_START, "smp");
    (void)state;
    small_begin(&small, CG_SESSION_NONE, SMALL_START);
    cg_engine_rates(small.engine, &event);
    small.engine->config.rates_max_age_ns = CG_SECOND;
    small.engine->now = SMALL_START + 2 * CG_SECOND;
    assert_true(cg_engine_rates_stale(small.engine));
    small.engine->config.rates_max_age_ns = CG_TIME_NEVER - 1;
    assert_false(cg_engine_rates_stale(small.engine));
    small_end(&small);
}

/* --- what only a journal says -------------------------------------------- */

static void limit_named(uint32_t account,
                        const char *firm,
                        cg_session owner,
                        enum cg_model model)
{
    char id[16];
    char text[CG_NAME_MAX + 8];
    struct cg_fact fact = cg_fact_of(CG_FACT_LIMIT_NAMED);
    fact.limit = small.engine->state.limit_count;
    fact.session = owner;
    fact.account = account;
    fact.value = CG_LIMIT_DV01;
    fact.flags = CG_MEASURE_GROSS | (uint32_t)model << 4 | CG_PULL_FIT << 8;
    fact.id = id;
    fact.id_len = (size_t)snprintf(id, sizeof(id), "N%u", fact.limit);
    fact.text = text;
    fact.text_len = (size_t)snprintf(text, sizeof(text), "USD %s", firm);
    cg_engine_record(small.engine, &fact);
}

static void try_order(const char *id)
{
    struct cg_order_event event = small_order(id, "", '1', 1000000);
    small_begin(&small, SMALL_CLIENT, SMALL_START);
    cg_engine_new(small.engine, &event);
    small_end(&small);
}

/* R11 R24: nobody can be asked for a limit of the own desk, and without an
 * amount nothing passes it. */
static void test_engine_own_limit_is_never_asked_for(void **state)
{
    struct cg_state *books = &small.engine->state;
    (void)state;
    small_begin(&small, CG_SESSION_NONE, SMALL_START);
    limit_named(0, "FCM1", CG_SESSION_NONE, CG_MODEL_PING);
    small_end(&small);
    try_order("A1");
    const struct cg_effect *effect = effect_of(CG_EFFECT_REFUSE_ORDER);
    assert_non_null(effect);
    assert_int_equal(effect->refusal.reason, CG_NO_CREDIT_LINE);
    assert_int_equal(effect->refusal.limit, 1);
    struct cg_fact fact = cg_fact_of(CG_FACT_LIMIT_SET);
    fact.limit = 1;
    fact.flags = 2;
    fact.amount = 10000000;
    small_begin(&small, CG_SESSION_NONE, SMALL_START);
    cg_engine_record(small.engine, &fact);
    small_end(&small);
    try_order("A2");
    assert_null(effect_of(CG_EFFECT_REFUSE_ORDER));
    assert_int_equal(books->ask_no, 1); /* of the hub's own limit */
    assert_int_equal(books->limits[1].open[0], 700000);
}

/* R6: the names of clearing houses have an end. */
static void test_engine_clearing_houses_are_so_many(void **state)
{
    char name[CG_NAME_MAX + 2];
    struct cg_state *books = &small.engine->state;
    (void)state;
    small_begin(&small, SMALL_HUB, SMALL_START);
    for (uint32_t i = 0; i < CG_CCPS_MAX - 1; i++) {
        snprintf(name, sizeof(name), "CCP%u", i);
        assert_true(cg_ccp_room(books, cg_slice_str(name), 1));
        assert_int_equal(cg_ccp_name(small.engine, cg_slice_str(name)), i);
    }
    assert_true(cg_ccp_room(books, CG_SLICE("LAST"), 1));
    assert_false(cg_ccp_room(books, CG_SLICE("LAST"), 2));
    assert_true(cg_ccp_room(books, CG_SLICE("CCP7"), 2));
    assert_int_equal(cg_ccp_name(small.engine, CG_SLICE("LAST")),
                     CG_CCPS_MAX - 1);
    assert_false(cg_ccp_room(books, CG_SLICE("MORE"), 1));
    memset(name, 'x', sizeof(name));
    assert_false(
        cg_ccp_room(books, (struct cg_slice){name, CG_NAME_MAX + 1}, 0));
    small_end(&small);
}

/* R47: a picture is of facts before it. */
static void test_engine_picture_is_of_the_past(void **state)
{
    struct cg_fact fact = cg_fact_of(CG_FACT_SNAPSHOT_TAKEN);
    (void)state;
    fact.no = small.engine->state.fact_no + 1;
    fact.time = SMALL_START;
    fact.text = "0123456789abcdef0123456789abcdef"
                "0123456789abcdef0123456789abcdef";
    fact.text_len = CG_DIGEST_LEN;
    fact.number = fact.no - 1;
    assert_true(cg_fact_fits(&small.engine->state, &fact));
    fact.number = fact.no;
    assert_false(cg_fact_fits(&small.engine->state, &fact));
    fact.number = fact.no - 1;
    fact.text_len--;
    assert_false(cg_fact_fits(&small.engine->state, &fact));
}

/* The same engine with room for more limits, and nothing named but the account.
 */
static void reopen_bare(void)
{
    struct cg_engine_config config = small.engine->config;
    struct cg_fact fact = cg_fact_of(CG_FACT_SESSION_NAMED);
    config.sizes.limits = 2 * CG_ACCOUNT_LIMITS_MAX;
    cg_engine_close(small.engine);
    assert_int_equal(cg_engine_open(&config, 1, 1, &small.engine), 0);
    small_begin(&small, CG_SESSION_NONE, SMALL_START);
    fact.session = 0;
    fact.id = "hub";
    fact.id_len = 3;
    cg_engine_record(small.engine, &fact);
    fact = cg_fact_of(CG_FACT_ACCOUNT_NAMED);
    fact.account = 0;
    fact.id = "ACME";
    fact.id_len = 4;
    fact.text = "FCM1";
    fact.text_len = 4;
    cg_engine_record(small.engine, &fact);
    small_end(&small);
}

/* R10 R47: an account moves to another firm only if it has room for the limits
 * that it has there. */
static void test_engine_account_has_room_where_it_goes(void **state)
{
    struct cg_fact fact = cg_fact_of(CG_FACT_ACCOUNT_NAMED);
    (void)state;
    fact.account = 0;
    fact.time = SMALL_START;
    fact.id = "ACME";
    fact.id_len = 4;
    fact.text = "FCM2";
    fact.text_len = 4;
    reopen_bare();
    small_begin(&small, CG_SESSION_NONE, SMALL_START);
    limit_named(0, "FCM1", 0, CG_MODEL_PUSH);
    for (int i = 0; i < CG_ACCOUNT_LIMITS_MAX - 2; i++) {
        limit_named(CG_NONE, "FCM2", 0, CG_MODEL_PUSH);
    }
    small_end(&small);
    fact.no = small.engine->state.fact_no + 1;
    assert_true(cg_fact_fits(&small.engine->state, &fact));
    small_begin(&small, CG_SESSION_NONE, SMALL_START);
    for (int i = 0; i < 3; i++) {
        limit_named(CG_NONE, "FCM2", 0, CG_MODEL_PUSH);
    }
    small_end(&small);
    fact.no = small.engine->state.fact_no + 1;
    assert_false(cg_fact_fits(&small.engine->state, &fact));
    fact.text = "FCM1";
    assert_true(cg_fact_fits(&small.engine->state, &fact));
}

/* --- time ---------------------------------------------------------------- */

/* R22: a replace that comes before the timer does finds no live cover. */
static void test_engine_replace_comes_before_the_timer(void **state)
{
    struct cg_answer_event grant = {
        .ask = 1, .has_expires = true, .expires = SMALL_START + 60 * CG_SECOND};
    struct cg_order_event replace = small_order("A2", "A1", '1', 2000000);
    (void)state;
    try_order("A1");
    small_begin(&small, SMALL_HUB, SMALL_START);
    cg_engine_answer(small.engine, &grant);
    small_end(&small);
    assert_non_null(effect_of(CG_EFFECT_FORWARD));
    small_begin(&small, SMALL_CLIENT, SMALL_START + 60 * CG_SECOND);
    cg_engine_replace(small.engine, &replace);
    small_end(&small);
    const struct cg_effect *effect = effect_of(CG_EFFECT_REFUSE_REQUEST);
    assert_non_null(effect);
    assert_int_equal(effect->refusal.reason, CG_RESERVATION_EXPIRED);
}

#define TEST(name)                                                             \
    cmocka_unit_test_setup_teardown(name, open_engine, close_engine)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_engine_net_worth_ends_with_its_bits),
        TEST(test_engine_instrument_must_be_sound),
        TEST(test_engine_idle_instrument_is_described_anew),
        TEST(test_engine_instruments_fill_their_places),
        TEST(test_engine_news_leave_room),
        TEST(test_engine_difference_without_a_request),
        TEST(test_engine_definition_has_too_many_entries),
        TEST(test_engine_leg_is_named_twice),
        TEST(test_engine_rates_are_told_apart),
        TEST(test_engine_rates_that_never_age),
        TEST(test_engine_own_limit_is_never_asked_for),
        TEST(test_engine_clearing_houses_are_so_many),
        TEST(test_engine_picture_is_of_the_past),
        TEST(test_engine_account_has_room_where_it_goes),
        TEST(test_engine_replace_comes_before_the_timer),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
