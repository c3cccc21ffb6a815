/*
 * The proof of a journal of which one number is as large, or as far below zero,
 * as a number can be: no sum of it overflows, what is said of credit is found,
 * and each finding has its rule and its words.
 *
 * Rules: R1, R12, R23.
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
#include <creditgate/audit.h>
#include <gate_internal.h>

static struct harness h;

static void report(const char *id,
                   char exec_type,
                   char status,
                   long qty,
                   long leaves,
                   long cum)
{
    static int exec;
    char fields[512];
    snprintf(fields, sizeof(fields),
             "35=8|37=V-%s|11=%s|17=R-%d|150=%c|39=%c|55=USD10Y|54=1|"
             "38=%ld000000|151=%ld000000|14=%ld000000|6=0",
             id, id, ++exec, exec_type, status, qty, leaves, cum);
    harness_in(&h, VENUE, fields);
}

static void replace(const char *id, const char *of, long millions)
{
    char fields[256];
    snprintf(fields, sizeof(fields),
             "35=G|11=%s|41=%s|1=ACME|55=USD10Y|54=1|38=%ld000000|40=2|44=4.1|"
             "60=20270115-08:00:00",
             id, of, millions);
    harness_in(&h, CLIENT, fields);
}

/* The next message to the hub that asks for something. */
static void grant_next(void)
{
    static char ask[HARNESS_TEXT_MAX];
    ask[0] = '\0';
    for (int i = h.taken; i < h.out_count; i++) {
        if (strstr(h.out[i], "35=DF|") != NULL) {
            snprintf(ask, sizeof(ask), "%s", strchr(h.out[i], ' ') + 1);
            break;
        }
    }
    assert_true(ask[0] != '\0');
    harness_grant(&h, ask);
}

/* Tokens that are granted, pushed, raised, lowered, filled, given back. */
static int open_gate(void **state)
{
    (void)state;
    harness_open(&h);
    harness_work(&h, "A1", '1', 10);
    report("A1", '1', '1', 10, 6, 4);
    grant_next();
    replace("A2", "A1", 12); /* a raise */
    grant_next();
    report("A2", '5', '1', 12, 8, 4);
    replace("A3", "A2", 8); /* a fall */
    report("A3", '5', '1', 8, 4, 4);
    report("A3", '2', '2', 8, 0, 8);
    harness_order(&h, "B1", '1', 5); /* nobody answers: the pushed amount */
    harness_wait(&h, 1500);
    report("B1", '0', '0', 5, 5, 0);
    report("B1", '1', '1', 5, 3, 2);
    report("B1", 'H', '0', 5, 5, 0); /* taken back */
    harness_in(&h, CLIENT,
               "35=F|11=B2|41=B1|1=ACME|55=USD10Y|54=1|38=5000000|"
               "60=20270115-08:00:00");
    report("B2", '4', '4', 5, 0, 0);
    harness_work(&h, "D1", '1', 5); /* told of, and taken back */
    report("D1", '1', '1', 5, 3, 2);
    grant_next();
    report("D1", 'H', '0', 5, 5, 0);
    grant_next();
    harness_in(&h, CLIENT50,
               "35=D|11=S1|1=SDR|55=USD10Y|54=2|38=3000000|40=2|44=4.1|"
               "60=20270115-08:00:00");
    harness_in(&h, VENUE50,
               "35=8|37=V-S1|11=S1|17=X|150=F|39=1|55=USD10Y|54=2|38=3000000|"
               "151=2000000|14=1000000");
    harness_in(&h, CLIENT50, /* legs of two instruments */
               "35=AB|11=P1|1=SDR|54=1|55=curve|38=10000000|555=2|"
               "600=USD2Y|623=4.75|624=1|654=L1|600=USD10Y|624=2|654=L2|"
               "40=2|44=0.5|60=20270115-08:00:00");
    harness_in(&h, VENUE50,
               "35=8|37=V-P1|11=P1|17=P-1|150=0|39=0|55=curve|54=1|"
               "38=10000000|151=10000000|14=0|442=3");
    harness_in(&h, VENUE50,
               "35=8|37=V-P1|11=P1|17=P-2|150=F|39=1|151=0|14=4000000|442=2|"
               "55=USD10Y|54=2|555=1|600=USD10Y|654=L2");
    harness_in(&h, VENUE50,
               "35=8|37=V-P1|11=P1|17=P-3|150=F|39=1|55=curve|54=1|"
               "38=10000000|151=5000000|14=5000000|442=3");
    harness_order(&h, "C1", '1', 99); /* refused */
    harness_order(&h, "C2", '1', 1);  /* waits */
    return 0;
}

static const int64_t extremes[] = {-1, INT64_MIN, INT64_MIN + 1,
                                   INT64_MAX / 2 + 1, INT64_MAX};

static const struct {
    const char *name;
    size_t at;
} members[] = {
#define M(name)                                                                \
    {                                                                          \
#name, offsetof(struct cg_fact, name)                                  \
    }
    M(amount), M(other), M(qty), M(rate), M(number), M(until),
#undef M
};

/* What a token is charged, granted or left with has no other value. */
static bool must_be_found(const struct cg_fact *fact, size_t member)
{
    bool amount = strcmp(members[member].name, "amount") == 0;
    switch ((unsigned)fact->kind) {
    case CG_FACT_TOKEN_CHARGED:
    case CG_FACT_TOKEN_ADDED:
    case CG_FACT_TOKEN_RECHARGED:
    case CG_FACT_TOKEN_GRANTED:
    case CG_FACT_TOKEN_LAPSED:
        return amount;
    case CG_FACT_ORDER_FILLED:
        return strcmp(members[member].name, "qty") == 0;
    default:
        return false;
    }
}

/* Proves the journal as it is by now; whether it is whole. */
static bool is_proved(size_t at)
{
    struct cg_audit audit = {0};
    char error[512] = "";
    int status = cg_gate_prove(&h.journal, &audit, error, sizeof(error));
    bool found = false;
    for (unsigned rule = 0; rule < CG_AUDIT_RULES; rule++) {
        const struct cg_audit_break *one = &audit.breaks[rule];
        found = found || one->found;
        if (one->found) {
            assert_true(one->record.no > at);
            assert_true(one->why[0] != '\0');
        }
    }
    assert_true(status == 0 || status == CG_AUDIT_E_BROKEN);
    assert_int_equal(status != 0, found);
    return status == 0;
}

static void try_member(size_t at, size_t member)
{
    struct cg_fact *fact = &h.facts.facts[at];
    struct cg_fact kept = *fact;
    for (size_t i = 0; i < sizeof(extremes) / sizeof(extremes[0]); i++) {
        memcpy((char *)fact + members[member].at, &extremes[i],
               sizeof(extremes[i]));
        if (is_proved(at) && must_be_found(&kept, member)) {
            fail_msg("fact %zu, %s, with %s %lld is proved", at + 1,
                     cg_fact_kind_name(kept.kind), members[member].name,
                     (long long)extremes[i]);
        }
        *fact = kept;
    }
}

static void test_audit_extremes_found(void **state)
{
    size_t tried = 0;
    (void)state;
    assert_true(is_proved(0));
    for (size_t i = 0; i < h.facts.committed; i++) {
        for (size_t m = 0; m < sizeof(members) / sizeof(members[0]); m++) {
            int64_t value;
            memcpy(&value, (char *)&h.facts.facts[i] + members[m].at,
                   sizeof(value));
            if (value != 0) {
                try_member(i, m);
                tried++;
            }
        }
    }
    assert_true(tried > 50);
    assert_true(is_proved(0));
}

/* Small numbers: places, states and marks, each with all that are near. */
static void test_audit_extremes_of_places(void **state)
{
    static const uint32_t values[] = {0, 1, 2, 3, 4, 5, 6, 0xffff, CG_NONE};
    static const size_t places[] = {
        offsetof(struct cg_fact, order),     offsetof(struct cg_fact, request),
        offsetof(struct cg_fact, token),     offsetof(struct cg_fact, ask),
        offsetof(struct cg_fact, limit),     offsetof(struct cg_fact, account),
        offsetof(struct cg_fact, value),     offsetof(struct cg_fact, flags),
        offsetof(struct cg_fact, instrument)};
    (void)state;
    for (size_t i = 0; i < h.facts.committed; i += 2) {
        struct cg_fact *fact = &h.facts.facts[i];
        struct cg_fact kept = *fact;
        for (size_t m = 0; m < sizeof(places) / sizeof(places[0]); m++) {
            for (size_t v = 0; v < sizeof(values) / sizeof(values[0]); v++) {
                memcpy((char *)fact + places[m], &values[v], sizeof(values[v]));
                (void)is_proved(i);
                *fact = kept;
            }
        }
    }
    assert_true(is_proved(0));
}

/* Each fact in turn is of each kind: none ends the program. */
static void test_audit_extremes_of_kinds(void **state)
{
    (void)state;
    for (size_t i = 1; i < h.facts.committed; i += 2) {
        struct cg_fact *fact = &h.facts.facts[i];
        struct cg_fact kept = *fact;
        for (int kind = 0; kind < CG_FACT_KIND_COUNT; kind++) {
            fact->kind = (enum cg_fact_kind)kind;
            (void)is_proved(i);
            *fact = kept;
        }
    }
    assert_true(is_proved(0));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_GATE_BY(test_audit_extremes_found, open_gate),
        WITH_GATE_BY(test_audit_extremes_of_places, open_gate),
        WITH_GATE_BY(test_audit_extremes_of_kinds, open_gate),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
