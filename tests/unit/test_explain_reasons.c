/*
 * Every reason for which an order or a replace can be refused, with all that
 * its fact may know or not know: each is explained, and names what there is.
 *
 * Rules: R47, R51.
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
#include <creditgate/explain.h>
#include <gate_internal.h>
#include <tally.h>

static struct harness h;

/* An order that is refused as it comes, one that waits until nobody answers,
 * one that rests, and replaces of it that are refused at once and late. */
static int open_gate(void **state)
{
    (void)state;
    harness_open(&h);
    harness_work(&h, "A1", '1', 10);
    harness_order(&h, "C1", '1', 99);
    harness_in(&h, CLIENT,
               "35=D|11=P1|1=PINGACC|55=USD10Y|54=2|38=1000000|40=2|44=4.1|"
               "60=20270115-08:00:00");
    harness_in(&h, CLIENT,
               "35=G|11=G1|41=A1|1=ACME|55=USD10Y|54=2|38=10000000|40=2|44=4.1|"
               "60=20270115-08:00:00");
    harness_in(&h, CLIENT,
               "35=G|11=G2|41=A1|1=ACME|55=USD10Y|54=1|38=10400000|40=2|44=4.1|"
               "60=20270115-08:00:00");
    harness_wait(&h, 21000);
    return 0;
}

static const char *expected; /* "CG101 LIMIT_EXCEEDED" */
static size_t stories;

static int look(void *user, const struct cg_explanation *explanation)
{
    const char *const *id = user;
    bool said = false;
    assert_true(explanation->sentence_count > 0);
    for (size_t i = 0; i < explanation->sentence_count; i++) {
        const struct cg_sentence *sentence = &explanation->sentences[i];
        assert_true(sentence->text[0] != '\0');
        assert_true(sentence->about[0] != '\0');
        said = said || strstr(sentence->text, expected) != NULL;
    }
    /* The last refusal of the story is the one that was altered. */
    if (strcmp(explanation->clordid, *id) == 0) {
        said = said || strcmp(explanation->reason, expected) == 0;
        if (!said) {
            fail_msg("%s is not told of %s: %s", expected, *id,
                     explanation->reason);
        }
    }
    stories++;
    return 0;
}

static void explain(const char *id)
{
    char error[256] = "";
    struct cg_explain_query query = {.id = id, .each = look, .user = &id};
    stories = 0;
    if (cg_gate_explain(&h.journal, &query, error, sizeof(error)) != 0) {
        fail_msg("%s: %s: %s", id, expected, error);
    }
    assert_int_equal(stories, 1);
}

static bool is_refusal(const struct cg_fact *fact)
{
    return (fact->kind == CG_FACT_ORDER_REFUSED ||
            fact->kind == CG_FACT_REQUEST_REFUSED) &&
           fact->reason != 0;
}

/* The ClOrdID that |fact| refuses. */
static const char *refused_id(const struct cg_fact *fact)
{
    static char id[CG_NAME_MAX + 1];
    const struct cg_state *state = &h.gate->engine->state;
    struct cg_slice name = {fact->id, fact->id_len};
    if (fact->id_len == 0 && fact->request != CG_NONE) {
        name = cg_id_slice(&state->requests[fact->request].id);
    } else if (fact->id_len == 0) {
        name = cg_id_slice(
            &state->requests[state->orders[fact->order].request].id);
    }
    snprintf(id, sizeof(id), "%.*s", (int)name.len, name.data);
    return id;
}

/* |fact| with each reason, and with and without what it knows. */
static void try_reasons(struct cg_fact *fact)
{
    struct cg_fact kept = *fact;
    char id[CG_NAME_MAX + 1];
    strcpy(id, refused_id(fact));
    for (unsigned reason = 1; reason < CG_TALLY_REASONS; reason++) {
        char words[64];
        if (!cg_tally_reason(reason, words)) {
            continue;
        }
        expected = words;
        for (unsigned knows = 0; knows < 16; knows++) {
            fact->reason = (uint16_t)reason;
            fact->limit = (knows & 1) != 0 ? 0 : CG_NONE;
            fact->account = (knows & 2) != 0 ? 0 : CG_NONE;
            fact->instrument = (knows & 4) != 0 ? 0 : CG_NONE;
            fact->amount = (knows & 8) != 0 ? 10000 : 0;
            fact->other = (knows & 8) != 0 ? 5000 : 0;
            explain(id);
            *fact = kept;
        }
    }
}

static void test_explain_reasons_each_is_told(void **state)
{
    size_t tried = 0;
    (void)state;
    for (size_t i = 0; i < h.facts.committed; i++) {
        if (is_refusal(&h.facts.facts[i])) {
            try_reasons(&h.facts.facts[i]);
            tried++;
        }
    }
    assert_true(tried >= 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_GATE_BY(test_explain_reasons_each_is_told, open_gate),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
