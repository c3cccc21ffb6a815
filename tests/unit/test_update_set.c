/*
 * Updates in parts (893): what is kept until the last one, what has no room,
 * and which parts speak of the same limit.
 *
 * Rules: R15, R19.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "update_set.h"

static struct cg_update_set set;
static struct cg_limit_event limits[CG_UPDATE_LIMITS_MAX + 1];
static struct cg_scope_event scopes[CG_UPDATE_SCOPES_MAX + 1];

static struct cg_update_event part(const char *id, uint32_t count)
{
    return (struct cg_update_event){.id = cg_slice_str(id),
                                    .limits = limits,
                                    .count = count,
                                    .scopes = scopes};
}

static int open_set(void **state)
{
    (void)state;
    memset(limits, 0, sizeof(limits));
    memset(scopes, 0, sizeof(scopes));
    assert_int_equal(cg_update_set_init(&set), 0);
    struct cg_update_event first = part("A", 0);
    cg_update_set_begin(&set, &first);
    return 0;
}

static int close_set(void **state)
{
    (void)state;
    cg_update_set_deinit(&set);
    return 0;
}

static bool add(const char *id, uint32_t count, uint32_t scope_count)
{
    struct cg_update_event event = part(id, count);
    event.scope_count = scope_count;
    return cg_update_set_add(&set, &event);
}

/* A part that has no room leaves the set as it was. */
static void test_update_set_has_room_for_so_many(void **state)
{
    (void)state;
    assert_true(add("A", CG_UPDATE_LIMITS_MAX - 1, 0));
    assert_false(add("B", 2, 0));
    assert_int_equal(set.count, CG_UPDATE_LIMITS_MAX - 1);
    assert_true(add("B", 1, CG_UPDATE_SCOPES_MAX - 1));
    assert_false(add("C", 0, 2));
    assert_int_equal(set.scope_count, CG_UPDATE_SCOPES_MAX - 1);
    assert_true(add("C", 0, 1));
    assert_int_equal(set.id_count, 3);
}

/* ... nor one whose words are too long, wherever they stand. */
static void test_update_set_has_room_for_so_many_words(void **state)
{
    (void)state;
    struct cg_slice *const names[] = {&limits[1].id, &limits[1].account,
                                      &limits[1].firm, &limits[1].ccp};
    char *words = calloc(1, set.text_max + 1);
    struct cg_slice most = {words, set.text_max};
    struct cg_slice less = {words, set.text_max - 1};
    struct cg_slice two = {words, 2};
    assert_non_null(words);
    for (size_t i = 0; i < 4; i++) {
        memset(limits, 0, sizeof(limits));
        limits[0].id = less;
        *names[i] = two;
        assert_false(add("A", 2, 0));
        assert_int_equal(set.text_used, 0);
        assert_int_equal(set.count, 0);
    }
    memset(limits, 0, sizeof(limits));
    limits[0].id = less;
    for (unsigned i = 0; i < CG_TERMS; i++) {
        scopes[0] = (struct cg_scope_event){0};
        scopes[0].terms[i] = two;
        assert_false(add("A", 1, 1));
        assert_int_equal(set.text_used, 0);
        assert_int_equal(set.scope_count, 0);
    }
    limits[0].id = most;
    assert_true(add("A", 1, 0));
    assert_int_equal(set.text_used, set.text_max);
    free(words);
}

/* So many parts, each with an id that a DE can repeat. */
static void test_update_set_has_room_for_so_many_parts(void **state)
{
    (void)state;
    char id[CG_NAME_MAX + 2];
    memset(id, 'x', sizeof(id));
    id[CG_NAME_MAX + 1] = '\0';
    assert_false(add(id, 0, 0));
    id[CG_NAME_MAX] = '\0';
    assert_true(add(id, 0, 0));
    assert_string_equal(set.ids[set.turn][0], id);
    for (uint32_t i = 1; i < CG_UPDATE_PARTS_MAX; i++) {
        assert_true(add(i % 2 != 0 ? "A" : id, 0, 0));
        assert_int_equal(set.same_ids, i % 2 == 0);
    }
    assert_false(add("A", 0, 0));
}

/* By its id where one has any, else by whose it is, what and where. */
static void test_update_set_parts_of_one_limit(void **state)
{
    (void)state;
    struct cg_slice name = CG_SLICE("N");
    assert_true(add("A", 1, 0));
    struct cg_update_event event = part("B", 1);
    assert_true(cg_update_set_overlaps(&set, &event));
    limits[0].kind = CG_LIMIT_CLIP;
    assert_false(cg_update_set_overlaps(&set, &event));
    struct cg_slice *const names[] = {&limits[0].id, &limits[0].account,
                                      &limits[0].firm, &limits[0].ccp};
    for (size_t i = 0; i < 4; i++) {
        memset(limits, 0, sizeof(limits));
        *names[i] = name;
        assert_false(cg_update_set_overlaps(&set, &event));
    }
    memset(limits, 0, sizeof(limits));
    limits[0].id = name;
    assert_true(add("C", 1, 0));
    limits[0].kind = CG_LIMIT_CLIP;
    assert_true(cg_update_set_overlaps(&set, &event));
    limits[0].id = CG_SLICE("M");
    assert_false(cg_update_set_overlaps(&set, &event));
    limits[0].id = CG_SLICE("");
    limits[0].firm = name;
    assert_false(cg_update_set_overlaps(&set, &event));
}

int main(void)
{
#define WITH_SET(test)                                                         \
    cmocka_unit_test_setup_teardown(test, open_set, close_set)
    const struct CMUnitTest tests[] = {
        WITH_SET(test_update_set_has_room_for_so_many),
        WITH_SET(test_update_set_has_room_for_so_many_words),
        WITH_SET(test_update_set_has_room_for_so_many_parts),
        WITH_SET(test_update_set_parts_of_one_limit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
