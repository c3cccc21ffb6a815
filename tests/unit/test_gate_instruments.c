/*
 * R2, R4: instruments that are made while the gate runs, and forgotten.
 *
 * The gate may hold three of them, "SWAP a", "SWAP b" and so on, which are all
 * called SWAP in 55 and cost 900.00 per million.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "gate_harness.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <decide.h>
#include <gate_internal.h>

#define ROW 7
#define TAIL "|60=20270115-08:00:00|40=2|44=0.5"

static struct harness h;

static const struct cg_state *books(void)
{
    return &h.gate->engine->state;
}

static uint32_t slot_of(const char *name)
{
    return cg_state_instrument(books(), cg_slice_str(name));
}

/* No row of the table is about them, so that a start takes their DV01 away. */
static void rate_again(struct cg_engine *engine, void *user)
{
    (void)user;
    for (uint32_t i = 0; i < engine->state.instrument_count; i++) {
        const struct cg_instrument *instrument = &engine->state.instruments[i];
        if (instrument->used && instrument->dynamic) {
            assert_int_equal(instrument->rate, 0);
            cg_engine_rate(engine, i, 900 * 10000, ROW);
        }
    }
}

/* Starts again after a crash, with every link up. */
static void reopen(void)
{
    harness_reopen(&h);
    harness_engine(&h, rate_again, NULL);
    harness_links_up(&h);
}

static int open_gate(void **state)
{
    (void)state;
    harness_open(&h);
    h.config.limits.instruments = 3;
    reopen();
    return 0;
}

/* What a gate does when a message names instruments that are in no table. */
struct wanted {
    const char *names[4];
    uint32_t slots[4];
};

static void remake(struct cg_engine *engine, void *user)
{
    struct wanted *wanted = user;
    struct cg_instrument_event event = {.name = cg_slice_str(wanted->names[0]),
                                        .currency = "USD",
                                        .rate = 900 * 10000,
                                        .row_hash = ROW};
    event.terms[CG_TERM_SYMBOL] = CG_SLICE("SWAP");
    event.terms[CG_TERM_TENOR] = CG_SLICE("5Y-10Y");
    wanted->slots[0] = cg_engine_instrument_new(engine, &event);
}

static void resolve(struct cg_engine *engine, void *user)
{
    struct wanted *wanted = user;
    for (int i = 0; i < 4 && wanted->names[i] != NULL; i++) {
        struct wanted one = {.names = {wanted->names[i]}};
        wanted->slots[i] = cg_engine_instrument(engine,
                                                cg_slice_str(one.names[0]));
        if (wanted->slots[i] == CG_NONE) {
            remake(engine, &one);
            wanted->slots[i] = one.slots[0];
        }
    }
}

static uint32_t make(const char *name)
{
    struct wanted wanted = {.names = {name}};
    harness_engine(&h, resolve, &wanted);
    return wanted.slots[0];
}

/* An order on an instrument of that name, at the venue. */
static void work(const char *id, const char *name)
{
    char fields[512];
    snprintf(fields, sizeof(fields),
             "35=D|11=%s|1=ACME|55=%s|54=1|38=1000000" TAIL, id, name);
    harness_in(&h, CLIENT, fields);
    harness_grant(&h, harness_expect(&h, HUB, "35=DF|2324=900.00|55=SWAP"));
    harness_expect(&h, VENUE, "35=D");
}

static void cancelled(const char *id)
{
    char fields[512];
    snprintf(fields, sizeof(fields),
             "35=8|37=V-%s|11=%s|17=C-%s|150=4|39=4|55=SWAP|54=1|38=1000000|"
             "151=0|14=0|6=0",
             id, id, id);
    harness_in(&h, VENUE, fields);
    harness_grant(&h, harness_expect(&h, HUB, "35=DF|2320=1"));
}

static int count_of(enum cg_fact_kind kind)
{
    int count = 0;
    for (size_t i = 0; i < h.facts.count; i++) {
        count += h.facts.facts[i].kind == kind;
    }
    return count;
}

/* The next end of a trading day: 17:00 in New York. */
static void day_end(void)
{
    harness_wait(&h, 24 * 3600 * 1000);
}

/* R2: an instrument made at first sight is as good as one of the table, and is
 * there after a crash with all that it is. */
static void test_gate_instruments_made_at_first_sight(void **state)
{
    (void)state;
    uint32_t slot = make("SWAP a");
    assert_int_not_equal(slot, CG_NONE);
    assert_int_equal(make("SWAP a"), slot);
    assert_int_equal(count_of(CG_FACT_INSTRUMENT_RATED), 1);
    work("A1", "SWAP a");
    struct cg_instrument before = books()->instruments[slot];
    reopen();
    const struct cg_instrument *after = &books()->instruments[slot];
    assert_memory_equal(&before, after, sizeof(before));
    assert_true(cg_slice_is(cg_id_slice(&after->symbol), "SWAP"));
    assert_true(
        cg_slice_is(cg_id_slice(&after->terms[CG_TERM_TENOR]), "5Y-10Y"));
    assert_memory_equal(after->currency, "USD", 4);
    assert_int_equal(after->rate, 900 * 10000);
    assert_true(after->dynamic);
    work("A2", "SWAP a");
}

/* What a message names may be anything: it is refused, and not kept. */
static void test_gate_instruments_unfit_for_the_journal(void **state)
{
    (void)state;
    char longest[65];
    memset(longest, 'x', 64);
    longest[64] = '\0';
    assert_int_equal(make(""), CG_NONE);
    assert_int_equal(make("SWAP\ta"), CG_NONE);
    assert_int_equal(make("SWAP \x80"), CG_NONE);
    assert_int_equal(make(longest), CG_NONE);
    assert_int_equal(count_of(CG_FACT_INSTRUMENT_NAMED), 4);
    longest[63] = '\0';
    uint32_t slot = make(longest);
    assert_int_not_equal(slot, CG_NONE);
    reopen();
    assert_int_equal(slot_of(longest), slot);
}

/* The oldest that nothing refers to makes room; who is referred to stays. */
static void test_gate_instruments_full(void **state)
{
    (void)state;
    uint32_t a = make("SWAP a");
    uint32_t b = make("SWAP b");
    (void)make("SWAP c");
    work("A1", "SWAP a");
    assert_int_equal(make("SWAP d"), b);
    assert_int_equal(slot_of("SWAP b"), CG_NONE);
    assert_int_equal(slot_of("SWAP a"), a);
    work("A2", "SWAP c");
    work("A3", "SWAP d");
    assert_int_equal(make("SWAP e"), CG_NONE);
    cancelled("A1"); /* its late reports are still known */
    assert_int_equal(make("SWAP e"), CG_NONE);
    reopen();
    assert_int_equal(make("SWAP e"), CG_NONE);
    day_end();
    assert_int_equal(slot_of("SWAP a"), CG_NONE);
    assert_int_equal(make("SWAP e"), a);
    reopen();
    assert_int_equal(slot_of("SWAP e"), a);
    assert_int_equal(slot_of("SWAP a"), CG_NONE);
}

/* With the trading day goes what no order, limit or leg names any more. */
static void test_gate_instruments_forgotten_with_the_day(void **state)
{
    (void)state;
    (void)make("SWAP a");
    uint32_t b = make("SWAP b");
    uint32_t c = make("SWAP c");
    harness_in(&h, CLIENT,
               "35=AB|11=P1|1=ACME|54=1|55=curve|555=2|600=SWAP b|623=1|624=1|"
               "600=USD10Y|623=1|624=2|38=1000000" TAIL);
    harness_grant(&h, harness_expect(&h, HUB, "35=DF|600=SWAP"));
    struct cg_fact fact = cg_fact_of(CG_FACT_LIMIT_NAMED);
    fact.limit = books()->limit_count;
    fact.instrument = c;
    fact.id = "L";
    fact.id_len = 1;
    fact.text = "USD FCM9";
    fact.text_len = 8;
    cg_engine_record(h.gate->engine, &fact);
    day_end();
    assert_int_equal(slot_of("SWAP a"), CG_NONE);
    assert_int_equal(slot_of("SWAP b"), b);
    assert_int_equal(slot_of("SWAP c"), c);
    assert_int_equal(count_of(CG_FACT_INSTRUMENT_FORGOTTEN), 1);
    cancelled("P1");
    day_end();
    assert_int_equal(slot_of("SWAP b"), CG_NONE);
    assert_int_equal(slot_of("SWAP c"), c);
    assert_int_not_equal(slot_of("USD10Y"), CG_NONE);
}

/* R41: a place that was used again is another instrument. */
static void test_gate_instruments_place_used_again(void **state)
{
    (void)state;
    uint32_t a = make("SWAP a");
    work("A1", "SWAP a");
    cancelled("A1");
    day_end();
    assert_int_equal(make("SWAP b"), a);
    work("A2", "SWAP b");
    harness_in(&h, CLIENT,
               "35=G|11=A3|41=A2|1=ACME|55=SWAP a|54=1|38=900000" TAIL);
    harness_expect(&h, CLIENT, "35=9|11=A3|58~CG404");
    harness_in(&h, CLIENT,
               "35=G|11=A4|41=A2|1=ACME|55=SWAP b|54=1|38=900000" TAIL);
    harness_expect(&h, VENUE, "35=G|11=A4");
}

/* The legs of one package never displace each other. */
static void test_gate_instruments_of_one_message(void **state)
{
    (void)state;
    (void)make("SWAP a");
    (void)make("SWAP b");
    (void)make("SWAP c");
    struct wanted wanted = {.names = {"SWAP a", "SWAP d", "SWAP e", "SWAP f"}};
    harness_engine(&h, resolve, &wanted);
    assert_int_equal(slot_of("SWAP a"), wanted.slots[0]);
    assert_int_equal(slot_of("SWAP d"), wanted.slots[1]);
    assert_int_equal(slot_of("SWAP e"), wanted.slots[2]);
    assert_int_equal(wanted.slots[3], CG_NONE);
    assert_int_not_equal(make("SWAP f"), CG_NONE); /* in the next event */
}

/* A row of the table may take one over, which then stays. */
static void test_gate_instruments_table_takes_over(void **state)
{
    (void)state;
    uint32_t slot = make("GBP5Y");
    snprintf(h.config.instruments[1].symbol, CG_NAME_MAX + 1, "GBP5Y");
    reopen();
    assert_int_equal(slot_of("GBP5Y"), slot);
    assert_false(books()->instruments[slot].dynamic);
    day_end();
    assert_int_equal(slot_of("GBP5Y"), slot);
    snprintf(h.config.instruments[1].symbol, CG_NAME_MAX + 1, "USD2Y");
    reopen(); /* the row is gone: one may be made of it again */
    struct wanted wanted = {.names = {"GBP5Y"}};
    harness_engine(&h, remake, &wanted);
    assert_int_equal(wanted.slots[0], slot);
    assert_true(books()->instruments[slot].dynamic);
    day_end();
    assert_int_equal(slot_of("GBP5Y"), CG_NONE);
}

/* R47: a journal whose facts contradict each other is not taken. */
static void test_gate_instruments_facts_must_fit(void **state)
{
    (void)state;
    const struct cg_state *at = books();
    (void)make("SWAP a");
    uint32_t slot = make("SWAP b");
    work("A1", "SWAP b");
    struct cg_fact fact = cg_fact_of(CG_FACT_INSTRUMENT_FORGOTTEN);
    fact.no = at->fact_no + 1;
    fact.time = at->now;
    fact.instrument = slot_of("SWAP a");
    assert_true(cg_fact_fits(at, &fact));
    fact.instrument = slot; /* an order names it */
    assert_false(cg_fact_fits(at, &fact));
    fact.instrument = slot_of("USD10Y");
    assert_false(cg_fact_fits(at, &fact));
    fact.instrument = slot + 1;
    assert_false(cg_fact_fits(at, &fact));
    fact.instrument = CG_NONE;
    assert_false(cg_fact_fits(at, &fact));
    fact.kind = CG_FACT_INSTRUMENT_RATED;
    assert_false(cg_fact_fits(at, &fact));
    fact.instrument = slot;
    assert_true(cg_fact_fits(at, &fact));
    fact.rate = -1;
    assert_false(cg_fact_fits(at, &fact));
    fact = cg_fact_of(CG_FACT_INSTRUMENT_NAMED);
    fact.no = at->fact_no + 1;
    fact.time = at->now;
    fact.instrument = slot;
    fact.id = "SWAP z";
    fact.id_len = 6;
    assert_false(cg_fact_fits(at, &fact));
    fact.instrument = cg_state_next_instrument(at);
    assert_true(cg_fact_fits(at, &fact));
    fact.flags = 1; /* and nothing says what it is */
    assert_false(cg_fact_fits(at, &fact));
    fact = cg_fact_of(CG_FACT_RATES_TAKEN);
    fact.no = at->fact_no + 1;
    fact.time = at->now;
    fact.number = 1;
    fact.text = "0123456789abcdef0123456789abcdef"
                "0123456789abcdef0123456789abcdef";
    fact.text_len = CG_DIGEST_LEN;
    assert_true(cg_fact_fits(at, &fact));
    fact.number = 2;
    assert_false(cg_fact_fits(at, &fact));
    fact.number = 1;
    fact.text_len--;
    assert_false(cg_fact_fits(at, &fact));
}

/* Whatever comes and goes, with crashes between: the audit of the harness holds
 * after each step, and what an order names is there. */
static void test_gate_instruments_random(void **state)
{
    (void)state;
    unsigned seed = 20270115;
    int open[40] = {0};
    int next = 0;
    for (int step = 0; step < 2000; step++) {
        char name[16];
        char id[16];
        seed = seed * 1103515245u + 12345u;
        unsigned roll = seed >> 16;
        snprintf(name, sizeof(name), "SWAP %c", (char)('a' + roll % 7));
        unsigned what = roll / 7 % 20;
        int victim = (int)(roll / 140 % 40);
        snprintf(id, sizeof(id), "R%d", next);
        if (what < 9) {
            if (make(name) != CG_NONE && what < 5 && open[next % 40] == 0) {
                work(id, name);
                open[next % 40] = next + 1;
                next++;
            }
        } else if (what < 18 && open[victim] != 0) {
            snprintf(id, sizeof(id), "R%d", open[victim] - 1);
            cancelled(id);
            open[victim] = 0;
        } else if (what == 18) {
            reopen();
        } else if (what == 19) {
            for (int i = 0; i < 40; i++) {
                snprintf(id, sizeof(id), "R%d", open[i] - 1);
                if (open[i] != 0) {
                    cancelled(id);
                }
                open[i] = 0;
            }
            day_end();
        }
        assert_in_range(books()->instruments_dynamic, 0, 3);
    }
    assert_true(next > 50);
    assert_true(count_of(CG_FACT_INSTRUMENT_FORGOTTEN) > 50);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define T(name) WITH_GATE_BY(name, open_gate)
        T(test_gate_instruments_made_at_first_sight),
        T(test_gate_instruments_unfit_for_the_journal),
        T(test_gate_instruments_full),
        T(test_gate_instruments_forgotten_with_the_day),
        T(test_gate_instruments_place_used_again),
        T(test_gate_instruments_of_one_message),
        T(test_gate_instruments_table_takes_over),
        T(test_gate_instruments_facts_must_fit),
        T(test_gate_instruments_random),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
