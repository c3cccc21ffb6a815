/*
 * A gate in the middle of its journal: at which fact it is opened, that it is
 * there what it was, and why it is not opened at all.
 *
 * Rules: R45, R47.
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
#include <gate_internal.h>
#include <gate_replay.h>

static struct harness h;
static struct fact_log later; /* what a gate that goes on adds */
static struct cg_journal journal;
static int load_fails;
static char error[512];

static int load(void *user,
                cg_seq after,
                int (*each)(void *context, const struct cg_fact *fact),
                void *context)
{
    (void)user;
    return load_fails != 0
               ? load_fails
               : h.journal.load(h.journal.user, after, each, context);
}

static int open_gate(void **state)
{
    (void)state;
    harness_open(&h);
    fact_log_open(&later, &journal);
    journal.load = load;
    load_fails = 0;
    return 0;
}

static int close_gate(void **state)
{
    (void)state;
    fact_log_deinit(&later);
    harness_close(&h);
    return 0;
}

static int
resume(const struct cg_config *config, cg_seq from, struct cg_gate **gate)
{
    struct cg_gate_options options = {
        .config = config, .journal = &journal, .now = h.now};
    error[0] = '\0';
    *gate = NULL;
    return cg_gate_resume(&options, from, error, sizeof(error), gate);
}

/* Opens it behind |from|; it must be so at fact |at|. */
static struct cg_gate *resumed(cg_seq from, cg_seq at)
{
    struct cg_gate *gate;
    int status = resume(&h.config, from, &gate);
    if (status != 0) {
        fail_msg("%d %s", status, error);
    }
    assert_int_equal(cg_gate_facts(gate), at);
    assert_int_equal(later.count, 0);
    return gate;
}

static void not_resumed(cg_seq from)
{
    struct cg_gate *gate;
    assert_int_equal(resume(&h.config, from, &gate), CG_ERR_MISUSE);
    assert_null(gate);
    assert_non_null(strstr(error, "no moment at which nothing is under way: "
                                  "begin with an earlier log"));
}

/* One fact of nothing in particular ends what may be quiet. */
static cg_seq tick(void)
{
    cg_seq facts = cg_gate_facts(h.gate);
    h.now += CG_MS;
    harness_link(&h, OTHER_CLIENT, false);
    h.now += CG_MS;
    harness_link(&h, OTHER_CLIENT, true);
    return facts;
}

/* Long after the logons, when venues are compared no more. */
static void settle(void)
{
    harness_wait(&h, 61000);
    (void)tick();
}

/* Links that were up are up, and the next message is answered as it was. */
static void test_gate_resume_goes_on(void **state)
{
    (void)state;
    settle();
    harness_work(&h, "A1", '1', 10);
    cg_seq from = tick();
    struct cg_gate *gate = resumed(from, from);
    struct cg_limit_view is;
    struct cg_limit_view was;
    for (size_t i = 0; cg_gate_limit(h.gate, i, &was); i++) {
        assert_true(cg_gate_limit(gate, i, &is));
        assert_string_equal(is.id, was.id);
        assert_string_equal(is.state, was.state);
        assert_int_equal(is.used, was.used);
        assert_int_equal(is.amount, was.amount);
    }
    const struct cg_state *state_of = &gate->engine->state;
    for (uint32_t i = 0; i < state_of->session_count; i++) {
        assert_true(state_of->sessions[i].up);
    }
    assert_int_equal(state_of->orders[0].state, CG_ORDER_OPEN);
    assert_false(cg_gate_is_full(gate));
    assert_false(cg_gate_holds(gate));
    assert_int_equal(cg_gate_link(gate, CLIENT, false, h.now), 0);
    assert_int_equal(cg_gate_commit(gate), 0);
    assert_true(later.count > 0);
    assert_int_equal(later.facts[0].no, from + 1);
    cg_gate_close(gate);
}

/* An order, then a replace, that waits for credit is under way. */
static void test_gate_resume_behind_what_waits(void **state)
{
    (void)state;
    settle();
    cg_seq from = cg_gate_facts(h.gate);
    harness_order(&h, "A1", '1', 10);
    cg_seq waits = cg_gate_facts(h.gate);
    cg_gate_close(resumed(from, from)); /* before it came */
    not_resumed(waits);
    harness_grant(&h, harness_expect(&h, HUB, "35=DF|2320=0"));
    cg_seq sent = tick();
    cg_gate_close(resumed(waits, sent));
    harness_in(&h, VENUE,
               "35=8|37=V-A1|11=A1|17=E-A1|150=0|39=0|55=USD10Y|54=1|"
               "38=10000000|151=10000000|14=0|6=0");
    harness_in(&h, CLIENT,
               "35=G|11=G1|41=A1|1=ACME|55=USD10Y|54=1|38=11000000|40=2|44=4.1|"
               "60=20270115-08:00:00");
    const char *ask = harness_expect(&h, HUB, "35=DF|2320=2");
    char kept[HARNESS_TEXT_MAX];
    strcpy(kept, ask);
    waits = tick();
    not_resumed(waits);
    harness_grant(&h, kept);
    sent = tick();
    cg_gate_close(resumed(waits, sent));
}

#define PART(end)                                                              \
    "35=CM|1667=R|1677=1|1671=1|1691=ACME|1692=D|1693=24|1669=1|1529=1|"       \
    "1530=12|1531=100000|1532=USD|1670=ACME-USD|1512=2|893=" end

/* So is a snapshot of which parts have come, and ... */
static void test_gate_resume_behind_a_snapshot(void **state)
{
    (void)state;
    settle();
    h.now += CG_MS;
    harness_in(&h, HUB, PART("N"));
    cg_seq from = tick();
    not_resumed(from);
    harness_in(&h, HUB, PART("Y"));
    cg_seq whole = tick();
    cg_gate_close(resumed(from, whole));
}

/* ... a comparison with a venue, for a minute from its logon; one that is gone
 * again is compared no more. */
static void test_gate_resume_behind_a_comparison(void **state)
{
    (void)state;
    settle();
    harness_work(&h, "A1", '1', 10); /* that the venue is asked about */
    h.now += CG_MS;
    harness_link(&h, VENUE, false);
    h.now += CG_MS;
    harness_link(&h, VENUE, true);
    cg_seq from = tick();
    not_resumed(from);
    h.now += CG_MS;
    harness_link(&h, VENUE, false);
    cg_seq gone = tick();
    cg_gate_close(resumed(from, gone));
    h.now += CG_MS;
    harness_link(&h, VENUE, true);
    from = tick();
    not_resumed(from);
    harness_wait(&h, 61000);
    cg_seq late = cg_gate_facts(h.gate);
    (void)tick();
    struct cg_gate *gate;
    assert_int_equal(resume(&h.config, from, &gate), 0);
    assert_in_range(cg_gate_facts(gate), from, late);
    cg_gate_close(gate);
}

/* With another configuration it would not be the gate that ran. */
static void test_gate_resume_with_another_configuration(void **state)
{
    (void)state;
    settle();
    cg_seq from = tick();
    struct cg_config *config = calloc(1, sizeof(*config));
    assert_non_null(config);
    *config = h.config;
    config->credit_limits = calloc(config->credit_limit_count,
                                   sizeof(*config->credit_limits));
    assert_non_null(config->credit_limits);
    memcpy(config->credit_limits, h.config.credit_limits,
           config->credit_limit_count * sizeof(*config->credit_limits));
    for (size_t i = 0; i < config->credit_limit_count; i++) {
        if (strcmp(config->credit_limits[i].id, "OTHER-USD") == 0) {
            config->credit_limits[i].amount += CG_DV01_SCALE;
        }
    }
    struct cg_gate *gate;
    assert_int_equal(resume(config, from, &gate), CG_ERR_CONFIG);
    assert_null(gate);
    assert_non_null(strstr(error, "the configuration is not the one that the "
                                  "gate ran with at fact"));
    assert_non_null(strstr(error, "take that one"));
    free(config->credit_limits);
    free(config);
}

/* A session of the configuration that the journal has not. */
static void test_gate_resume_with_other_sessions(void **state)
{
    (void)state;
    settle();
    cg_seq from = tick();
    struct cg_config *config = calloc(1, sizeof(*config));
    assert_non_null(config);
    *config = h.config;
    config->session_count = HARNESS_SESSIONS - 1;
    struct cg_gate *gate;
    assert_true(resume(config, from, &gate) < 0);
    assert_null(gate);
    assert_true(error[0] != '\0');
    free(config);
}

static void test_gate_resume_of_a_bad_journal(void **state)
{
    struct cg_gate *gate;
    (void)state;
    settle();
    cg_seq from = tick();
    load_fails = CG_ERR_CORRUPT;
    assert_int_equal(resume(&h.config, from, &gate), CG_ERR_CORRUPT);
    assert_null(gate);
    assert_non_null(strstr(error, "restore it from a copy"));
    /* A fact that does not fit is the same. */
    load_fails = 0;
    uint32_t kept = h.facts.facts[from - 1].limit;
    enum cg_fact_kind kind = h.facts.facts[from - 1].kind;
    h.facts.facts[from - 1].kind = CG_FACT_LIMIT_SET;
    h.facts.facts[from - 1].limit = 4000000;
    assert_int_equal(resume(&h.config, from, &gate), CG_ERR_CORRUPT);
    assert_null(gate);
    h.facts.facts[from - 1].limit = kept;
    h.facts.facts[from - 1].kind = kind;
    cg_gate_close(resumed(from, from));
}

/* Facts that no books can have are told by their kind, and looked up nowhere.
 */
static void test_gate_resume_records(void **state)
{
    static const size_t slots[] = {
        offsetof(struct cg_fact, order),     offsetof(struct cg_fact, request),
        offsetof(struct cg_fact, token),     offsetof(struct cg_fact, ask),
        offsetof(struct cg_fact, limit),     offsetof(struct cg_fact, account),
        offsetof(struct cg_fact, instrument)};
    struct cg_record record;
    (void)state;
    harness_work(&h, "A1", '1', 10);
    struct cg_fact fact = cg_fact_of(CG_FACT_ORDER_SENT);
    fact.no = 77;
    fact.time = h.now;
    fact.order = 0;
    cg_gate_record(h.gate, &fact, &record);
    assert_int_equal(record.no, 77);
    assert_string_equal(record.clordid, "A1");
    for (size_t i = 0; i < sizeof(slots) / sizeof(slots[0]); i++) {
        struct cg_fact wild = fact;
        uint32_t slot = CG_NONE - 1;
        memcpy((char *)&wild + slots[i], &slot, sizeof(slot));
        cg_gate_record(h.gate, &wild, &record);
        assert_int_equal(record.no, 77);
        assert_true(record.time == h.now);
        assert_string_equal(record.clordid, "");
        assert_non_null(
            strstr(record.what, cg_fact_kind_name(CG_FACT_ORDER_SENT)));
    }
}

/* No room for another order: none to wait in, and none in the books. */
static void test_gate_resume_full(void **state)
{
    (void)state;
    assert_false(cg_gate_is_full(h.gate));
    for (int i = 0; i < 8; i++) { /* MaxWaiting */
        char id[8];
        snprintf(id, sizeof(id), "A%d", i);
        assert_false(cg_gate_is_full(h.gate));
        harness_order(&h, id, '1', 1);
        assert_true(cg_gate_holds(h.gate));
    }
    assert_true(cg_gate_is_full(h.gate));
    harness_order(&h, "B", '1', 1);
    harness_expect(&h, CLIENT, "35=8|11=B|58~CG501");
}

int main(void)
{
#define STANDARD(test)                                                         \
    cmocka_unit_test_setup_teardown(test, open_gate, close_gate)
    const struct CMUnitTest tests[] = {
        STANDARD(test_gate_resume_goes_on),
        STANDARD(test_gate_resume_behind_what_waits),
        STANDARD(test_gate_resume_behind_a_snapshot),
        STANDARD(test_gate_resume_behind_a_comparison),
        STANDARD(test_gate_resume_with_another_configuration),
        STANDARD(test_gate_resume_with_other_sessions),
        STANDARD(test_gate_resume_of_a_bad_journal),
        STANDARD(test_gate_resume_records),
        STANDARD(test_gate_resume_full),
    };
#undef STANDARD
    return cmocka_run_group_tests(tests, NULL, NULL);
}
