/*
 * The hash map against a plain array, hash collisions and all.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "map.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#define KEYS 200

static bool same(const void *context, uint32_t slot)
{
    return *(const uint32_t *)context == slot;
}

/* Few hash values, so that every probe sequence crosses others. */
static uint64_t hash_of(uint32_t key)
{
    return key % 7;
}

static void check_all(const struct cg_map *map, const bool *present)
{
    for (uint32_t key = 0; key < KEYS; key++) {
        uint32_t found = cg_map_find(map, hash_of(key), same, &key);
        assert_int_equal(found, present[key] ? key : CG_MAP_NONE);
    }
}

/* Random adds and removes leave exactly the keys that the array has. */
static void test_map_random_changes_match_an_array(void **state)
{
    (void)state;
    struct cg_map map;
    bool present[KEYS] = {false};
    uint32_t random = 1;
    assert_int_equal(cg_map_init(&map, KEYS), 0);
    for (int step = 0; step < 4000; step++) {
        random = random * 1664525u + 1013904223u;
        uint32_t key = (random >> 8) % KEYS;
        if (present[key]) {
            cg_map_remove(&map, hash_of(key), key);
        } else {
            cg_map_add(&map, hash_of(key), key);
        }
        present[key] = !present[key];
        if (step % 50 == 0) {
            check_all(&map, present);
        }
    }
    check_all(&map, present);
    cg_map_deinit(&map);
}

/* A map takes as many keys as it was made for, and removing what is not there
 * changes nothing. */
static void test_map_full_holds_every_key(void **state)
{
    (void)state;
    struct cg_map map;
    bool present[KEYS];
    assert_int_equal(cg_map_init(&map, KEYS), 0);
    cg_map_remove(&map, 3, 3);
    for (uint32_t key = 0; key < KEYS; key++) {
        cg_map_add(&map, hash_of(key), key);
        present[key] = true;
    }
    cg_map_remove(&map, 1, KEYS + 1);
    assert_int_equal(map.count, KEYS);
    check_all(&map, present);
    cg_map_deinit(&map);
    cg_map_deinit(&map);
}

/* Length and every byte count in a hash of text. */
static void test_map_hash_tells_texts_apart(void **state)
{
    (void)state;
    char text[40] = {0};
    uint64_t base = cg_hash(1, (struct cg_slice){text, sizeof(text)});
    assert_true(base != cg_hash(1, (struct cg_slice){text, 39}));
    assert_true(base != cg_hash(2, (struct cg_slice){text, sizeof(text)}));
    for (size_t i = 0; i < sizeof(text); i++) {
        text[i] = 1;
        assert_true(base != cg_hash(1, (struct cg_slice){text, sizeof(text)}));
        text[i] = 0;
    }
    assert_true(cg_hash(1, (struct cg_slice){NULL, 0}) != 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_map_random_changes_match_an_array),
        cmocka_unit_test(test_map_full_holds_every_key),
        cmocka_unit_test(test_map_hash_tells_texts_apart),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
