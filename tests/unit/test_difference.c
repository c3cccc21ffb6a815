/*
 * Differences in words: what both sides say, in the form of each kind.
 *
 * Rules: R46, R47, R51.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "small_engine.h"

#include <difference.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static struct small_engine small;

static int open_engine(void **state)
{
    (void)state;
    struct cg_config_limit limits[2];
    limits[0] = small_limit("USE", CG_MEASURE_GROSS, CG_MODEL_PUSH, 5, false);
    limits[1] = small_limit("MOST", CG_MEASURE_GROSS, CG_MODEL_PUSH, 5, false);
    limits[1].kind = CG_LIMIT_NOTIONAL;
    small_open(&small, limits, 2);
    return 0;
}

static int close_engine(void **state)
{
    (void)state;
    small_close(&small);
    return 0;
}

static struct cg_fact difference(enum cg_difference kind)
{
    struct cg_fact fact = cg_fact_of(CG_FACT_DIFFERENCE);
    fact.value = kind;
    fact.session = SMALL_HUB;
    return fact;
}

static struct cg_difference_words words_of(const struct cg_fact *fact)
{
    struct cg_difference_words words;
    cg_difference_words(&small.engine->state, "GATE", fact, &words);
    return words;
}

/* A DV01 has cents, a notional has none, and what is not there is "none". */
static void test_difference_amounts_by_kind_of_limit(void **state)
{
    (void)state;
    struct cg_fact fact = difference(CG_DIFFERS_LIMIT_AMOUNT);
    fact.limit = 0;
    fact.amount = 15000;
    fact.other = 25000;
    assert_string_equal(words_of(&fact).ours, "1.50");
    assert_string_equal(words_of(&fact).theirs, "2.50");
    fact.limit = 1;
    assert_string_equal(words_of(&fact).ours, "15000");
    assert_string_equal(words_of(&fact).theirs, "25000");
    fact.flags = CG_DIFFERENCE_OURS_NONE;
    assert_string_equal(words_of(&fact).ours, "none");
    fact.flags = CG_DIFFERENCE_THEIRS_NONE;
    assert_string_equal(words_of(&fact).theirs, "none");
}

/* A state that only a newer gate knows, and a kind. */
static void test_difference_of_a_newer_gate(void **state)
{
    (void)state;
    struct cg_fact fact = difference(CG_DIFFERS_LIMIT_STATE);
    fact.limit = 0;
    fact.number = CG_LIMIT_HALTED;
    fact.qty = CG_LIMIT_STATES;
    assert_string_equal(words_of(&fact).ours, "halted");
    assert_string_equal(words_of(&fact).theirs, "?");
    fact.value = CG_DIFFERENCE_COUNT;
    assert_string_equal(words_of(&fact).ours, "");
    assert_string_equal(words_of(&fact).theirs, "");
}

/* What came from outside is shown as text that can be printed. */
static void test_difference_ids_are_printable(void **state)
{
    (void)state;
    struct cg_fact fact = difference(CG_DIFFERS_TOKEN_CURRENCY);
    char id[CG_NAME_MAX + 8];
    memset(id, 'x', sizeof(id));
    memcpy(id, "a b\x7f\xc3", 5);
    fact.id = id;
    fact.id_len = sizeof(id);
    struct cg_difference_words words = words_of(&fact);
    assert_int_equal(strncmp(words.theirs, "a?b??x", 6), 0);
    assert_int_equal(strlen(words.theirs), CG_NAME_MAX);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_difference_amounts_by_kind_of_limit),
        cmocka_unit_test(test_difference_of_a_newer_gate),
        cmocka_unit_test(test_difference_ids_are_printable),
    };
    return cmocka_run_group_tests(tests, open_engine, close_engine);
}
