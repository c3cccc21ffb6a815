/*
 * Pictures of the engine: into another one they come back as they were, with
 * more room or less; what is no picture, or finds no room, is not taken.
 *
 * Rules: R47.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "small_engine.h"
#include "wrapped.h"

#include <image.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static bool no_memory;

WRAPPED(malloc);

void *__wrap_malloc(size_t size)
{
    return no_memory ? NULL : __real_malloc(size);
}

struct picture {
    uint8_t *bytes;
    size_t len;
    size_t room; /* a write beyond it fails */
};

static struct picture picture;
static struct cg_engine *source;

static int write_piece(void *user, const void *bytes, size_t len)
{
    struct picture *to = user;
    if (len > to->room - to->len) {
        return CG_ERR_FULL;
    }
    memcpy(to->bytes + to->len, bytes, len);
    to->len += len;
    return 0;
}

static int sink(void *user, const struct cg_fact *fact)
{
    (void)user;
    (void)fact;
    return 0;
}

static struct cg_engine *engine_of(uint32_t orders)
{
    struct cg_engine *engine;
    struct cg_engine_config config = {
        .sizes = {.orders = orders,
                  .requests = 4 * orders,
                  .limits = 8,
                  .waiting = 8,
                  .reports = 16},
        .gate_name = "GATE",
        .sink = sink,
    };
    assert_int_equal(cg_engine_open(&config, 2, 2, &engine), 0);
    return engine;
}

static void name_session(struct cg_engine *engine)
{
    struct cg_fact fact = cg_fact_of(CG_FACT_SESSION_NAMED);
    fact.session = 0;
    fact.id = "client";
    fact.id_len = 6;
    cg_engine_begin(engine, SMALL_START, CG_SESSION_NONE, 0);
    cg_engine_record(engine, &fact);
    cg_engine_end(engine);
}

/* Requests that were passed on without an order: more than a piece of a map's
 * entries. */
static void pass_requests(struct cg_engine *engine, uint32_t count)
{
    char id[16];
    for (uint32_t i = 0; i < count; i++) {
        struct cg_fact fact = cg_fact_of(CG_FACT_REQUEST_PASSED);
        fact.request = cg_state_next_request(&engine->state);
        fact.session = 0;
        fact.number = 0;
        fact.id = id;
        fact.id_len = (size_t)snprintf(id, sizeof(id), "R%u", i);
        cg_engine_begin(engine, SMALL_START, 0, i + 1);
        cg_engine_record(engine, &fact);
        cg_engine_end(engine);
    }
}

static int open_source(void **state)
{
    (void)state;
    source = engine_of(512);
    name_session(source);
    pass_requests(source, 700);
    picture = (struct picture){.room = 64 << 20};
    picture.bytes = malloc(picture.room);
    assert_non_null(picture.bytes);
    assert_int_equal(cg_engine_save(source, write_piece, &picture), 0);
    return 0;
}

static int close_source(void **state)
{
    (void)state;
    cg_engine_close(source);
    free(picture.bytes);
    return 0;
}

static int restore(uint32_t orders, size_t len)
{
    struct cg_engine *engine = engine_of(orders);
    int status = cg_engine_restore(engine, picture.bytes, len);
    bool taken = status == 0;
    assert_int_equal(engine->state.fact_no, taken ? source->state.fact_no : 0);
    assert_int_equal(engine->state.request_map.count, taken ? 700 : 0);
    if (taken) {
        char error[256];
        assert_true(cg_audit(&engine->state, error, sizeof(error)));
        assert_int_not_equal(
            cg_state_request(&engine->state, 0, CG_SLICE("R699")), CG_NONE);
        assert_int_equal(cg_state_request(&engine->state, 0, CG_SLICE("R700")),
                         CG_NONE);
    }
    cg_engine_close(engine);
    return status;
}

/* The room may be the same or another, as long as all is in. */
static void test_image_into_other_rooms(void **state)
{
    (void)state;
    assert_int_equal(restore(512, picture.len), 0);
    assert_int_equal(restore(4096, picture.len), 0);
    assert_int_equal(restore(200, picture.len), 0);
    assert_int_equal(restore(100, picture.len), CG_IMAGE_E_OTHER);
}

/* What is cut short, or another program's, is none. */
static void test_image_that_is_none(void **state)
{
    (void)state;
    assert_int_equal(restore(512, 0), CG_IMAGE_E_OTHER);
    assert_int_equal(restore(512, 100), CG_IMAGE_E_OTHER);
    assert_int_equal(restore(512, 5000), CG_IMAGE_E_OTHER);
    assert_int_equal(cg_image_no(picture.bytes, 7), 0);
    assert_int_equal(cg_image_no(picture.bytes, picture.len),
                     source->state.fact_no);
    picture.bytes[0]++;
    assert_int_equal(cg_image_no(picture.bytes, picture.len), 0);
    assert_int_equal(restore(512, picture.len), CG_IMAGE_E_OTHER);
    picture.bytes[0]--;
    assert_int_equal(restore(512, picture.len), 0);
}

/* The first write that fails ends it. */
static void test_image_without_room_to_write(void **state)
{
    (void)state;
    struct picture small = picture;
    for (small.room = 0; small.room < picture.len;
         small.room += 1 + picture.len / 50) {
        small.len = 0;
        assert_int_equal(cg_engine_save(source, write_piece, &small),
                         CG_ERR_FULL);
    }
}

static void test_image_without_memory(void **state)
{
    (void)state;
    struct cg_engine *engine = engine_of(512);
    no_memory = true;
    int status = cg_engine_restore(engine, picture.bytes, picture.len);
    no_memory = false;
    assert_int_equal(status, CG_ERR_MEMORY);
    assert_int_equal(engine->state.fact_no, 0);
    cg_engine_close(engine);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_image_into_other_rooms),
        cmocka_unit_test(test_image_that_is_none),
        cmocka_unit_test(test_image_without_room_to_write),
        cmocka_unit_test(test_image_without_memory),
    };
    return cmocka_run_group_tests(tests, open_source, close_source);
}
