/*
 * What a start would make of the facts there are.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "gate_harness.h"

#include "gate_instrument.h"
#include "gate_internal.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

struct bytes {
    char *data;
    size_t len;
};

static int add(void *user, const void *data, size_t len)
{
    struct bytes *bytes = user;
    bytes->data = realloc(bytes->data, bytes->len + len);
    assert_non_null(bytes->data);
    memcpy(bytes->data + bytes->len, data, len);
    bytes->len += len;
    return 0;
}

static int recover(void *context, const struct cg_fact *fact)
{
    return cg_engine_recover(context, fact);
}

static int count_fact(void *user, const struct cg_fact *fact)
{
    (void)fact;
    ++*(size_t *)user;
    return 0;
}

/* A gate on the facts, before its start decides on anything. */
static struct cg_gate *read_again(struct harness *harness, size_t *more)
{
    const struct cg_gate *live = harness->gate;
    struct cg_engine_config config = live->engine->config;
    struct cg_gate *gate = calloc(1, sizeof(*gate));
    uint32_t instruments = live->engine->state.instrument_max;
    char error[512] = "";
    assert_non_null(gate);
    gate->config = live->config;
    gate->journal = live->journal;
    memcpy(gate->name, live->name, sizeof(gate->name));
    config.sink = count_fact;
    config.user = more;
    assert_int_equal(cg_engine_open(&config, live->engine->state.account_max,
                                    instruments, &gate->engine),
                     0);
    assert_int_equal(cg_gate_rows_open(gate, instruments), 0);
    assert_int_equal(
        harness->journal.load(harness->journal.user, 0, recover, gate->engine),
        0);
    if (cg_gate_configure(gate, error, sizeof(error)) != 0) {
        fail_msg("a start is refused: %s", error);
    }
    return gate;
}

void harness_start_is_the_same(struct harness *harness)
{
    struct bytes live = {NULL, 0};
    struct bytes read = {NULL, 0};
    size_t more = 0;
    struct cg_gate *gate = read_again(harness, &more);
    assert_int_equal(more, 0);
    assert_int_equal(cg_gate_save(harness->gate, add, &live), 0);
    assert_int_equal(cg_gate_save(gate, add, &read), 0);
    assert_int_equal(live.len, read.len);
    assert_memory_equal(live.data, read.data, live.len);
    cg_gate_close(gate);
    free(live.data);
    free(read.data);
}
