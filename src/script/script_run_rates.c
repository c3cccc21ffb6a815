/*
 * A session's host reads par rates, and its gate takes them.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "script_reader.h"
#include "script_runner.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What reading said; the words of all mistakes. */
struct said {
    char text[1024];
    size_t len;
};

static void on_mistake(void *user,
                       const char *file,
                       int line,
                       const char *wrong,
                       const char *remedy)
{
    struct said *said = user;
    size_t left = sizeof(said->text) - said->len;
    int len = snprintf(said->text + said->len, left, "%s%s:%d: %s",
                       said->len > 0 ? "; " : "", file, line, wrong);

    (void)remedy;
    said->len += len > 0 && (size_t)len < left ? (size_t)len : 0;
}

/* What the step expects a bad file to be refused with; NULL: it is good. */
static const struct cg_script_field *
refusal_of(const struct cg_script_runner *runner,
           const struct cg_script_step *step)
{
    for (size_t i = 0; step != NULL && i < step->field_count; i++) {
        const struct cg_script_field *field =
            &runner->script->fields[step->first_field + i];

        if (field->match == CG_SCRIPT_CONTAINS) {
            return field;
        }
    }
    return NULL;
}

/* The rates as the step changes them; how old they are in |age|. */
static bool change(const struct cg_script_runner *runner,
                   const struct cg_script_step *step,
                   struct cg_script_rates *rates,
                   cg_time *age)
{
    bool room = true;

    *age = 0;
    for (size_t i = 0; step != NULL && i < step->field_count; i++) {
        const struct cg_script_field *field =
            &runner->script->fields[step->first_field + i];

        if (field->match == CG_SCRIPT_CONTAINS) {
            continue;
        }
        if (cg_slice_is(field->key, "age")) {
            (void)cg_script_span(field->value.data, field->value.len, age);
        } else if (cg_slice_is(field->key, "date")) {
            rates->valuation = field->value;
        } else {
            room = room &&
                   cg_script_rates_change(rates, field->key, field->value);
        }
    }
    return room;
}

/* Reads a file of |rates|; NULL after what it says was put into |said|. */
static struct cg_rates *read_rates(struct cg_script_runner *runner,
                                   const struct cg_script_rates *rates,
                                   cg_time age,
                                   struct said *said)
{
    struct cg_rates_text text = {.file = "par_rates.csv",
                                 .made_at = runner->now - age};
    char *bytes = cg_script_rates_text(rates, &text.len);
    struct cg_rates *read = NULL;
    int status = CG_ERR_MEMORY;

    if (bytes != NULL) {
        text.text = bytes;
        status = cg_rates_read(&runner->script->config, &text, runner->taken,
                               on_mistake, said, &read);
    }
    free(bytes);
    if (status == CG_ERR_MISUSE) {
        (void)snprintf(said->text, sizeof(said->text),
                       "the session has no [RATES]");
    } else if (status == CG_ERR_MEMORY) {
        runner->error = status;
    }
    return status == 0 ? read : NULL;
}

static void judge(struct cg_script_runner *runner,
                  const struct cg_script_step *step,
                  bool taken,
                  const struct said *said)
{
    const struct cg_script_field *refusal = refusal_of(runner, step);

    if (taken && refusal != NULL) {
        cg_script_fail(runner, step, "the gate takes these rates");
    } else if (!taken && refusal == NULL) {
        cg_script_fail(runner, step, "the rates are refused: %s", said->text);
    } else if (!taken &&
               memmem(said->text, strlen(said->text), refusal->value.data,
                      refusal->value.len) == NULL) {
        cg_script_fail(runner, step, "the rates are refused otherwise: %s",
                       said->text);
    }
    if (!taken && runner->options->verbose && !runner->failed) {
        cg_script_say(runner, "#   rates are refused: %s\n", said->text);
    }
}

bool cg_script_take_rates(struct cg_script_runner *runner,
                          const struct cg_script_step *step)
{
    struct cg_script_rates next = {0};
    struct cg_rates *read = NULL;
    struct said said = {.text = ""};
    cg_time age;

    runner->error = cg_script_rates_copy(&next, &runner->rates);
    if (runner->error != 0) {
        return false;
    }
    if (!change(runner, step, &next, &age)) {
        cg_script_fail(runner, step, "more than %d rates are added",
                       CG_SCRIPT_RATES_MORE);
    } else {
        read = read_rates(runner, &next, age, &said);
    }
    if (runner->error == 0 && !runner->failed) {
        judge(runner, step, read != NULL, &said);
    }
    if (read == NULL || runner->failed) {
        cg_rates_close(read);
        cg_script_rates_deinit(&next);
        return false;
    }
    cg_script_rates_deinit(&runner->rates);
    runner->rates = next;
    runner->error = cg_gate_take_rates(runner->gate, read, runner->now);
    cg_rates_close(runner->taken);
    runner->taken = read;
    return runner->error == 0;
}

/* --- what is in force ---------------------------------------------------- */

void cg_script_view_rates(struct cg_script_runner *runner,
                          const struct cg_script_step *step)
{
    struct cg_rates_view view;

    if (!cg_gate_rates(runner->gate, &view)) {
        cg_script_fail(runner, step, "no rates were taken");
        return;
    }
    for (size_t i = 0; i < step->field_count && !runner->failed; i++) {
        const struct cg_script_field *field =
            &runner->script->fields[step->first_field + i];
        char is[32];
        cg_time age = runner->now - view.made_at;
        cg_time said = 0;
        bool same;

        if (cg_slice_is(field->key, "age")) {
            same = cg_script_span(field->value.data, field->value.len, &said) &&
                   said == age;
            (void)snprintf(is, sizeof(is), "%lld ms", (long long)(age / CG_MS));
        } else if (cg_slice_is(field->key, "version")) {
            (void)snprintf(is, sizeof(is), "%llu",
                           (unsigned long long)view.version);
            same = cg_slice_is(field->value, is);
        } else {
            (void)snprintf(is, sizeof(is), "%s", view.stale ? "yes" : "no");
            same = cg_slice_is(field->value, is);
        }
        if (!same) {
            cg_script_fail(runner, step, "rates: expected %.*s=%.*s, it is %s",
                           (int)field->key.len, field->key.data,
                           (int)field->value.len, field->value.data, is);
        }
    }
}
