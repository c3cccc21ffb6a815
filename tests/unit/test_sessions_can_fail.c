/*
 * Every session can fail: each thing that it expects is altered in turn, and
 * each altered session must fail.  What could be altered unseen would be no
 * expectation.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "sessions.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

/* What one file makes of it. */
struct count {
    size_t altered;
    size_t unseen;
};

static void must_fail(const struct cg_script *script,
                      const struct cg_script_step *step,
                      const char *what,
                      uint32_t tag,
                      struct count *count)
{
    struct cg_script_run_options options = {.print = NULL};
    int status = cg_script_run(script, &options);

    count->altered++;
    if (status != 1) {
        count->unseen++;
        print_error("%s:%d: passes with another %s (%u)\n", step->place.file,
                    step->place.line, what, tag);
    }
}

/* A value that is not the one of |field|, and still of its kind. */
static void alter_value(const struct cg_script *script,
                        const struct cg_script_step *step,
                        struct cg_script_field *field,
                        struct count *count)
{
    struct cg_script_field kept = *field;
    char text[4096];
    int len = snprintf(text, sizeof(text), "%.*s1", (int)field->value.len,
                       field->value.data);

    assert_true(len > 0 && (size_t)len < sizeof(text));
    if (field->match == CG_SCRIPT_TIME) {
        field->offset += CG_SECOND;
    } else {
        field->value = (struct cg_slice){text, (size_t)len};
    }
    must_fail(script, step, "value", field->tag, count);
    *field = kept;
}

/* A field of which any value will do is looked for under another tag. */
static void alter_field(const struct cg_script *script,
                        const struct cg_script_step *step,
                        struct cg_script_field *field,
                        struct count *count)
{
    struct cg_script_field kept = *field;

    switch (field->match) {
    case CG_SCRIPT_IS:
    case CG_SCRIPT_CONTAINS:
    case CG_SCRIPT_TIME:
        alter_value(script, step, field, count);
        break;
    case CG_SCRIPT_ABSENT:
        field->match = CG_SCRIPT_ANY;
        must_fail(script, step, "field than none", kept.tag, count);
        break;
    case CG_SCRIPT_ANY:
    case CG_SCRIPT_CAPTURE:
        field->tag += 20000;
        must_fail(script, step, "tag", kept.tag, count);
        break;
    }
    *field = kept;
}

static void alter_expected(const struct cg_script *script,
                           struct cg_script_step *step,
                           struct count *count)
{
    struct cg_script_step kept = *step;

    step->act = CG_SCRIPT_QUIET;
    must_fail(script, step, "message than one", 0, count);
    *step = kept;
    step->type = CG_SLICE("ZZ");
    must_fail(script, step, "type", 0, count);
    *step = kept;
    step->same = false;
    step->more = step->more && !kept.same;
    if (kept.same) {
        must_fail(script, step, "body", 0, count);
    }
    *step = kept;
    for (size_t i = 0; i < step->field_count; i++) {
        alter_field(script, step, &script->fields[step->first_field + i],
                    count);
    }
}

/* Rates that are refused: for another reason, and those that are good. */
static void alter_rates(const struct cg_script *script,
                        struct cg_script_step *step,
                        struct count *count)
{
    size_t fields = step->field_count;

    for (size_t i = 0; i < fields; i++) {
        struct cg_script_field *field = &script->fields[step->first_field + i];

        if (field->match == CG_SCRIPT_CONTAINS) {
            alter_value(script, step, field, count);
            step->field_count = 0;
            must_fail(script, step, "rates than bad ones", 0, count);
            step->field_count = fields;
        }
    }
}

static void alter_step(const struct cg_script *script,
                       struct cg_script_step *step,
                       struct count *count)
{
    if (step->act == CG_SCRIPT_EXPECT) {
        alter_expected(script, step, count);
    } else if (step->act == CG_SCRIPT_RESEND) {
        step->kept = !step->kept;
        must_fail(script, step, "answer", 0, count);
        step->kept = !step->kept;
    } else if (step->act == CG_SCRIPT_LIMIT || step->act == CG_SCRIPT_TOKEN ||
               step->act == CG_SCRIPT_DIFFERENCE ||
               step->act == CG_SCRIPT_COMPARED ||
               step->act == CG_SCRIPT_RATES) {
        for (size_t i = 0; i < step->field_count; i++) {
            alter_value(script, step, &script->fields[step->first_field + i],
                        count);
        }
    } else if (step->act == CG_SCRIPT_TAKES_RATES) {
        alter_rates(script, step, count);
    }
}

/* The steps of the file, and with |included| those of what it includes. */
static void alter_file(const char *path, bool included, size_t *unseen)
{
    struct cg_script script;
    struct count count = {0, 0};

    if (cg_script_read(path, sessions_mistake, NULL, &script) != 0) {
        fail_msg("%s is not readable", path);
    }
    for (size_t i = 0; i < script.step_count; i++) {
        struct cg_script_step *step = &script.steps[i];
        if (included || strcmp(step->place.file, path) == 0) {
            alter_step(&script, step, &count);
        }
    }
    if (count.altered == 0) {
        print_error("%s: expects nothing\n", path);
    }
    *unseen += count.unseen + (count.altered == 0 ? 1 : 0);
    cg_script_deinit(&script);
}

/* Every value, tag, type and message that any session expects. */
static void test_sessions_can_fail_at_each_expectation(void **state)
{
    struct sessions sessions;
    size_t unseen = 0;
    (void)state;

    sessions_open_part(&sessions, SESSIONS_SHARE, 2);
    for (size_t i = 0; i < sessions.count; i++) {
        alter_file(sessions.paths[i], i == 0, &unseen);
    }
    assert_int_equal(unseen, 0);
    sessions_deinit(&sessions);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sessions_can_fail_at_each_expectation),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
