/*
 * Facts as rows and as bytes, and the steps of a turn: whole they come back as
 * they were; cut, altered or of another form they are refused.
 *
 * Rules: R47.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "fact_compare.h"
#include "fact_row.h"
#include "turn.h"
#include "wrapped.h"

enum { COLUMNS_MAX = 64, BYTES_MAX = 1024 };

/* --- memory that can fail ------------------------------------------------ */

static bool no_memory;

WRAPPED(realloc);

void *__wrap_realloc(void *at, size_t size)
{
    return no_memory ? NULL : __real_realloc(at, size);
}

/* --- facts --------------------------------------------------------------- */

/* Every member says something. */
static struct cg_fact full(void)
{
    return (struct cg_fact){
        .kind = CG_FACT_ORDER_TAKEN,
        .no = 1,
        .time = 2,
        .cause_session = 3,
        .cause_seq = 4,
        .session = 5,
        .order = 6,
        .request = 7,
        .token = 8,
        .ask = 9,
        .limit = 10,
        .account = 11,
        .instrument = 12,
        .value = 13,
        .flags = 14,
        .reason = 15,
        .side = '1',
        .time_in_force = '0',
        .number = 16,
        .qty = 17,
        .amount = -18,
        .other = 19,
        .rate = 20,
        .until = 21,
        .hash = UINT64_MAX,
        .terms_hash = 22,
        .id = "id",
        .id_len = 2,
        .text = "a\001b",
        .text_len = 3,
    };
}

/* Nothing but its kind is said. */
static struct cg_fact bare(void)
{
    return (struct cg_fact){
        .kind = CG_FACT_STARTED,
        .cause_session = CG_SESSION_NONE,
        .session = CG_SESSION_NONE,
        .order = CG_NONE,
        .request = CG_NONE,
        .token = CG_NONE,
        .ask = CG_NONE,
        .limit = CG_NONE,
        .account = CG_NONE,
        .instrument = CG_NONE,
        .id = "",
        .text = "",
    };
}

struct bytes {
    uint8_t bytes[BYTES_MAX];
    size_t len;
    size_t columns[COLUMNS_MAX]; /* where each begins */
};

static struct bytes bytes_of(const struct cg_fact *fact)
{
    struct bytes made = {.len = cg_fact_bytes_len(fact)};
    size_t at = 0;
    assert_true(made.len <= BYTES_MAX);
    cg_fact_to_bytes(fact, made.bytes);
    for (int i = 0; i < cg_fact_columns(); i++) {
        made.columns[i] = at;
        at += made.bytes[at] == 0   ? 1
              : made.bytes[at] == 1 ? 9
                                    : 5 + (size_t)made.bytes[at + 1];
    }
    assert_int_equal(at, made.len);
    return made;
}

static void test_fact_row_bytes_come_back(void **state)
{
    (void)state;
    struct cg_fact facts[] = {full(), bare()};
    char a[CG_FACT_VALUE_MAX];
    char b[CG_FACT_VALUE_MAX];
    for (size_t i = 0; i < 2; i++) {
        struct cg_fact back = {0};
        struct bytes made = bytes_of(&facts[i]);
        assert_true(cg_fact_from_bytes(made.bytes, made.len, &back));
        assert_null(cg_fact_differs(&facts[i], &back, a, b));
    }
}

/* One byte less or more is another fact, or none. */
static void test_fact_row_bytes_cut_or_longer_are_refused(void **state)
{
    (void)state;
    struct cg_fact fact = full();
    struct cg_fact back;
    struct bytes made = bytes_of(&fact);
    for (size_t len = 0; len < made.len; len++) {
        /* At the end of a block of its own, so that no byte more is read. */
        uint8_t *cut = malloc(len + 1);
        memcpy(cut + 1, made.bytes, len);
        assert_false(cg_fact_from_bytes(cut + 1, len, &back));
        free(cut);
    }
    made.bytes[made.len] = 0;
    assert_false(cg_fact_from_bytes(made.bytes, made.len + 1, &back));
}

/* The column that is |from| bytes has |to| instead. */
static bool
reads_with(const struct bytes *made, int column, const void *to, size_t len)
{
    struct cg_fact back;
    uint8_t bytes[BYTES_MAX];
    size_t begin = made->columns[column];
    size_t end = column + 1 < cg_fact_columns() ? made->columns[column + 1]
                                                : made->len;
    memcpy(bytes, made->bytes, begin);
    memcpy(bytes + begin, to, len);
    memcpy(bytes + begin + len, made->bytes + end, made->len - end);
    return cg_fact_from_bytes(bytes, begin + len + made->len - end, &back);
}

#define NUMBER(low, high) "\001" low "\0\0\0" high "\0\0\0"
#define TEXT(count, text) "\002" count "\0\0\0" text
#define READS(column, literal)                                                 \
    reads_with(&made, column, literal, sizeof(literal) - 1)

/* A column has one form: a number within its range, or a text. */
static void test_fact_row_values_of_another_form_are_refused(void **state)
{
    (void)state;
    struct cg_fact fact = full();
    struct bytes made = bytes_of(&fact);
    int texts = 0;
    int letters = 0;
    int wide = 0;
    for (int i = 0; i < cg_fact_columns(); i++) {
        bool text = made.bytes[made.columns[i]] == 2;
        bool kind = text && made.bytes[made.columns[i] + 1] > 3;
        assert_int_equal(READS(i, "\0"), !kind);
        assert_false(READS(i, "\003"));
        assert_int_equal(READS(i, NUMBER("\1", "\0")), !text);
        assert_int_equal(READS(i, TEXT("\1", "x")), text && !kind);
        texts += READS(i, TEXT("\2", "xy"));
        letters += text && !kind && !READS(i, TEXT("\2", "xy"));
        wide += READS(i, NUMBER("\0", "\1"));
    }
    assert_int_equal(texts, 2);   /* id and text */
    assert_int_equal(letters, 2); /* side and time in force */
    assert_int_equal(wide, 11);   /* those of 64 bits */
    assert_false(READS(cg_fact_columns() - 1, TEXT("\377", "x")));
}

/* Each member that differs is named, with what it is in both. */
static void test_fact_row_differences_are_shown(void **state)
{
    (void)state;
    struct cg_fact one = full();
    struct cg_fact other = full();
    char a[CG_FACT_VALUE_MAX];
    char b[CG_FACT_VALUE_MAX];
    char words[CG_FACT_VALUE_MAX * 2];
    assert_null(cg_fact_differs(&one, &other, a, b));
    other.qty = 18;
    assert_string_equal(cg_fact_differs(&one, &other, a, b), "qty");
    assert_string_equal(a, "17");
    assert_string_equal(b, "18");
    other = full();
    other.order = CG_NONE;
    assert_string_equal(cg_fact_differs(&one, &other, a, b), "order_slot");
    assert_string_equal(a, "6");
    assert_string_equal(b, "-");
    other = full();
    other.id = "ie";
    assert_string_equal(cg_fact_differs(&one, &other, a, b), "id");
    other.id_len = 1;
    assert_string_equal(cg_fact_differs(&one, &other, a, b), "id");
    assert_string_equal(b, "i");
    other = full();
    memset(words, '\x7f', sizeof(words));
    other.text = words;
    other.text_len = sizeof(words);
    assert_string_equal(cg_fact_differs(&one, &other, a, b), "text");
    assert_string_equal(a, "a?b");
    assert_int_equal(strlen(b), CG_FACT_VALUE_MAX - 1);
    assert_int_equal(b[0], '?');
}

/* What does not fit is cut, and its length told all the same. */
static void test_fact_row_sql_in_little_room(void **state)
{
    (void)state;
    char whole[8192];
    char little[8];
    size_t len = cg_fact_columns_sql(whole, sizeof(whole));
    assert_int_equal(cg_fact_columns_sql(little, sizeof(little)), len);
    assert_memory_equal(little, whole, sizeof(little) - 1);
    len = cg_fact_names_sql(whole, sizeof(whole), false);
    assert_int_equal(cg_fact_names_sql(little, sizeof(little), false), len);
    len = cg_fact_names_sql(whole, sizeof(whole), true);
    assert_int_equal(len, 2 * cg_fact_columns() - 1);
}

/* --- turns --------------------------------------------------------------- */

static struct cg_turn_step step_of(const char *words)
{
    return (struct cg_turn_step){.kind = CG_TURN_FACT,
                                 .session = 1,
                                 .seq = 2,
                                 .a = 3,
                                 .b = 4,
                                 .bytes = {words, strlen(words)}};
}

static void add(struct cg_turn *turn, const char *words)
{
    struct cg_turn_step step = step_of(words);
    uint8_t *bytes = cg_turn_add(turn, &step);
    assert_non_null(bytes);
    memcpy(bytes, words, strlen(words));
}

/* Steps come back one by one, and what is no step ends them. */
static void test_turn_damaged_steps_end_it(void **state)
{
    (void)state;
    struct cg_turn turn = {0};
    struct cg_turn_step step;
    size_t at = 0;
    add(&turn, "one");
    size_t second = turn.len;
    add(&turn, "two");
    assert_true(cg_turn_next(&turn, &at, &step));
    assert_true(cg_turn_next(&turn, &at, &step));
    assert_memory_equal(step.bytes.data, "two", 3);
    assert_false(cg_turn_next(&turn, &at, &step));
    size_t whole = turn.len;
    for (turn.len = second; turn.len < whole; turn.len++) {
        at = second;
        assert_false(cg_turn_next(&turn, &at, &step));
    }
    uint32_t kinds[] = {0, CG_TURN_RESET + 1, CG_TURN_FACT};
    for (size_t i = 0; i < 3; i++) {
        memcpy(turn.bytes + second, &kinds[i], sizeof(kinds[i]));
        at = second;
        assert_int_equal(cg_turn_next(&turn, &at, &step), i == 2);
    }
    cg_turn_deinit(&turn);
}

/* Without memory nothing is added, and what is there stays. */
static void test_turn_without_memory(void **state)
{
    (void)state;
    struct cg_turn turn = {0};
    struct cg_turn_step step = step_of("one");
    no_memory = true;
    assert_null(cg_turn_add(&turn, &step));
    no_memory = false;
    add(&turn, "one");
    size_t len = turn.len;
    no_memory = true;
    assert_true(cg_turn_reserve(&turn, turn.room - turn.len));
    assert_false(cg_turn_reserve(&turn, turn.room - turn.len + 1));
    no_memory = false;
    assert_int_equal(turn.len, len);
    assert_true(cg_turn_reserve(&turn, 3 * turn.room));
    assert_true(turn.room - turn.len >= 3 * (size_t)65536);
    cg_turn_deinit(&turn);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_fact_row_bytes_come_back),
        cmocka_unit_test(test_fact_row_bytes_cut_or_longer_are_refused),
        cmocka_unit_test(test_fact_row_values_of_another_form_are_refused),
        cmocka_unit_test(test_fact_row_differences_are_shown),
        cmocka_unit_test(test_fact_row_sql_in_little_room),
        cmocka_unit_test(test_turn_damaged_steps_end_it),
        cmocka_unit_test(test_turn_without_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
