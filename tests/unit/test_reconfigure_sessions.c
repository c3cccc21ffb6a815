/*
 * Every session in sample_sessions/ again, with another configuration at every
 * commit: one that says the same, which must change nothing, bit by bit; or one
 * that says a little else and then the first again, which must change nothing
 * that anybody outside sees, at any time.
 *
 * The linker puts __wrap_cg_gate_commit() into every turn.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "sessions.h"
#include "wrapped.h"

#include <creditgate/gate.h>
#include <gate_internal.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* What is done at a commit. */
static struct {
    struct cg_config *twin; /* of the session being played; NULL: nothing */
    bool other;             /* it does not say the same */
    size_t times;
    unsigned changes; /* told in one exchange */
    char wrong[512];
} plan;

static void wrong(const char *what)
{
    if (plan.wrong[0] == '\0') {
        snprintf(plan.wrong, sizeof(plan.wrong), "%s", what);
    }
}

/* --- the books ------------------------------------------------------------ */

struct bytes {
    char *data;
    size_t len;
    size_t room;
};

static int add(void *user, const void *data, size_t len)
{
    struct bytes *bytes = user;
    if (bytes->room - bytes->len < len) {
        bytes->room = 2 * (bytes->room + len);
        bytes->data = realloc(bytes->data, bytes->room);
        assert_non_null(bytes->data);
    }
    memcpy(bytes->data + bytes->len, data, len);
    bytes->len += len;
    return 0;
}

/* Kept from one exchange to the next, as they are made anew at each. */
static struct bytes before;
static struct bytes after;

static void books(const struct cg_gate *gate, struct bytes *bytes)
{
    bytes->len = 0;
    assert_int_equal(cg_gate_save(gate, add, bytes), 0);
}

/* --- an exchange ---------------------------------------------------------- */

static void mistake(void *user,
                    const char *file,
                    int line,
                    const char *text,
                    const char *remedy)
{
    (void)user;
    print_error("%s:%d: %s; %s\n", file, line, text, remedy);
}

static void
on_change(void *user, enum cg_change change, int line, const char *text)
{
    (void)user;
    (void)line;
    plan.changes++;
    if (change != CG_CHANGE_TAKEN || !plan.other) {
        wrong(text);
    }
}

WRAPPED(cg_gate_commit);

static void give(struct cg_gate *gate,
                 struct cg_config *config,
                 const struct cg_rates *rates)
{
    struct cg_out out;
    plan.changes = 0;
    cg_time deadline = cg_gate_deadline(gate);
    if (cg_gate_reconfigure(gate, config, rates, gate->engine->now, on_change,
                            NULL) != 0) {
        wrong("it is not taken");
    }
    if (cg_gate_pull(gate, &out)) {
        wrong("somebody is told something");
    }
    /* What a hub that is gone was to be told again is not due any more. */
    if (cg_gate_deadline(gate) < deadline ||
        (!plan.other && cg_gate_deadline(gate) > deadline)) {
        wrong("something is due at another time");
    }
    if (plan.changes != (plan.other ? 1 : 0)) {
        wrong("another number of changes is told");
    }
    if (__real_cg_gate_commit(gate) != 0) {
        wrong("it cannot be committed");
    }
}

static void exchange(struct cg_gate *gate)
{
    struct cg_config *own = (struct cg_config *)(uintptr_t)gate->config;
    const struct cg_rates *own_rates = gate->rates;
    struct cg_rates *rates = NULL;
    cg_seq facts = cg_gate_facts(gate);
    books(gate, &before);
    plan.times++;
    if (own_rates != NULL &&
        cg_rates_again(plan.twin, own_rates, mistake, NULL, &rates) != 0) {
        wrong("the rates cannot be read again");
        return;
    }
    give(gate, plan.twin, rates);
    give(gate, own, own_rates);
    cg_rates_close(rates);
    books(gate, &after);
    if (!plan.other &&
        (cg_gate_facts(gate) != facts || before.len != after.len ||
         memcmp(before.data, after.data, before.len) != 0)) {
        wrong("the books are others");
    }
    if (plan.other && cg_gate_facts(gate) != facts + 2) {
        wrong("more is on record than the two changes");
    }
}

int __wrap_cg_gate_commit(struct cg_gate *gate)
{
    int status = __real_cg_gate_commit(gate);
    if (status == 0 && plan.twin != NULL && plan.wrong[0] == '\0' &&
        !gate->engine->stopping) {
        exchange(gate);
    }
    return status;
}

/* --- sessions ------------------------------------------------------------- */

static void print(void *user, const char *text)
{
    (void)user;
    print_error("%s", text);
}

static bool play(const char *path)
{
    struct cg_script_run_options options = {.print = print};
    struct cg_script script;
    struct cg_script twin;
    assert_int_equal(cg_script_read(path, sessions_mistake, NULL, &script), 0);
    assert_int_equal(cg_script_read(path, sessions_mistake, NULL, &twin), 0);
    plan.twin = &twin.config;
    plan.wrong[0] = '\0';
    twin.config.stale_resend_ns += plan.other ? CG_MS : 0;
    bool passed = cg_script_run(&script, &options) == 0;
    plan.twin = NULL;
    if (plan.wrong[0] != '\0') {
        print_error("%s: %s\n", sessions_name(path), plan.wrong);
    }
    cg_script_deinit(&script);
    cg_script_deinit(&twin);
    return passed && plan.wrong[0] == '\0';
}

static void play_all(bool other)
{
    const char *only = getenv("CG_TEST_SESSION");
    struct sessions sessions;
    size_t played = 0;
    size_t passed = 0;
    plan.other = other;
    plan.times = 0;
    sessions_open_part(&sessions, SESSIONS_SHARE, other ? 0 : 2);
    for (size_t i = 0; i < sessions.count; i++) {
        if (only == NULL || strstr(sessions.paths[i], only) != NULL) {
            played++;
            passed += play(sessions.paths[i]) ? 1 : 0;
        }
    }
    print_message("%zu sessions, %zu exchanges\n", played, plan.times);
    assert_true(plan.times > 0);
    assert_int_equal(passed, played);
    sessions_deinit(&sessions);
    free(before.data);
    free(after.data);
    before = after = (struct bytes){NULL, 0, 0};
}

/* What says the same is no event. */
static void test_reconfigure_sessions_same_at_every_commit(void **state)
{
    (void)state;
    play_all(false);
}

/* All is looked at anew, and is as it was. */
static void test_reconfigure_sessions_other_at_every_commit(void **state)
{
    (void)state;
    play_all(true);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_reconfigure_sessions_same_at_every_commit),
        cmocka_unit_test(test_reconfigure_sessions_other_at_every_commit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
