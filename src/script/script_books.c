/*
 * The books of a session's gate: compared with what the session says, and with
 * what the journal alone adds up to.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "script_runner.h"

#include <creditgate/records.h>
#include <decimal.h>
#include <stdio.h>
#include <string.h>

/* --- what a session says ------------------------------------------------ */

/* Either an amount or a word. */
struct fact {
    const char *word;
    bool has_amount;
    cg_dv01 amount;
};

static struct fact word(const char *text)
{
    return (struct fact){.word = text};
}

static struct fact amount(cg_dv01 value)
{
    return (struct fact){.has_amount = true, .amount = value};
}

static struct fact limit_fact(const struct cg_limit_view *view,
                              struct cg_slice key)
{
    if (cg_slice_is(key, "used")) {
        return amount(view->used);
    }
    if (cg_slice_is(key, "amount") || cg_slice_is(key, "available")) {
        return !view->has_amount
                   ? word("none")
                   : amount(cg_slice_is(key, "amount") ? view->amount
                                                       : view->available);
    }
    if (cg_slice_is(key, "owner")) {
        return word(view->owner);
    }
    return word(cg_slice_is(key, "currency") ? view->currency : view->state);
}

static struct fact token_fact(const struct cg_token_view *view,
                              struct cg_slice key)
{
    const struct {
        const char *key;
        struct fact fact;
    } facts[] = {
        {"state", word(view->state)},
        {"end", word(view->end)},
        {"model", word(view->model)},
        {"order", word(view->order)},
        {"limit", word(view->limit)},
        {"side", word(view->side == '2' ? "sell" : "buy")},
        {"granted", amount(view->granted)},
        {"overrun", amount(view->overrun)},
        {"reserved", amount(view->reserved)},
        {"consumed", amount(view->consumed)},
        {"released", amount(view->released)},
    };

    for (size_t i = 0; i < sizeof(facts) / sizeof(facts[0]); i++) {
        if (cg_slice_is(key, facts[i].key)) {
            return facts[i].fact;
        }
    }
    return word("");
}

/* Words have no blanks: "handed back" is written handed-back. */
static bool word_fits(struct cg_slice value, const char *text)
{
    size_t len = text != NULL ? strlen(text) : 0;

    if (len == 0) {
        return cg_slice_is(value, "none");
    }
    if (value.len != len) {
        return false;
    }
    for (size_t i = 0; i < len; i++) {
        if (value.data[i] != text[i] &&
            !(text[i] == ' ' && value.data[i] == '-')) {
            return false;
        }
    }
    return true;
}

static bool fact_fits(const struct fact *fact, struct cg_slice value)
{
    cg_dv01 read = 0;

    return fact->has_amount
               ? cg_dv01_parse(value, &read) && read == fact->amount
               : word_fits(value, fact->word);
}

/* |text| as it is written, or what it stands for: "$LIMIT". */
static struct cg_slice meant(const struct cg_script_runner *runner,
                             struct cg_slice text)
{
    const struct cg_script *script = runner->script;
    size_t index = CG_SCRIPT_CAPTURES_MAX;

    if (text.len > 0 && text.data[0] == '$') {
        index = cg_script_capture_find(
            script, (struct cg_slice){text.data + 1, text.len - 1});
    }
    return index < script->capture_count ? cg_slice_str(runner->captures[index])
                                         : text;
}

static void compare(struct cg_script_runner *runner,
                    const struct cg_script_step *step,
                    const struct cg_script_field *field,
                    const struct fact *fact)
{
    struct cg_slice value = meant(runner, field->value);
    char number[CG_DV01_TEXT_MAX] = "";

    if (fact_fits(fact, value)) {
        return;
    }
    if (fact->has_amount) {
        (void)cg_dv01_format(fact->amount, number);
    }
    cg_script_fail(runner, step, "%.*s: expected %.*s=%.*s, it is %s",
                   (int)step->name.len, step->name.data, (int)field->key.len,
                   field->key.data, (int)value.len, value.data,
                   fact->has_amount                            ? number
                   : fact->word != NULL && *fact->word != '\0' ? fact->word
                                                               : "none");
}

static void compare_limit(struct cg_script_runner *runner,
                          const struct cg_script_step *step)
{
    struct cg_slice id = meant(runner, step->name);
    struct cg_limit_view view;

    for (size_t i = 0; cg_gate_limit(runner->gate, i, &view); i++) {
        if (!cg_slice_is(id, view.id)) {
            continue;
        }
        for (size_t j = 0; j < step->field_count; j++) {
            const struct cg_script_field *field =
                &runner->script->fields[step->first_field + j];
            struct fact fact = limit_fact(&view, field->key);

            compare(runner, step, field, &fact);
        }
        return;
    }
    cg_script_fail(runner, step, "there is no limit %.*s", (int)id.len,
                   id.data);
}

static void compare_token(struct cg_script_runner *runner,
                          const struct cg_script_step *step)
{
    struct cg_slice id = meant(runner, step->name);
    struct cg_token_view view;

    for (size_t i = 0; cg_gate_token(runner->gate, i, &view); i++) {
        if (!cg_slice_is(id, view.id)) {
            continue;
        }
        for (size_t j = 0; j < step->field_count; j++) {
            const struct cg_script_field *field =
                &runner->script->fields[step->first_field + j];
            struct fact fact = token_fact(&view, field->key);

            compare(runner, step, field, &fact);
        }
        return;
    }
    cg_script_fail(runner, step, "there is no token %.*s", (int)id.len,
                   id.data);
}

static struct fact difference_fact(const struct cg_difference_view *view,
                                   struct cg_slice key)
{
    return word(cg_slice_is(key, "with")   ? view->with
                : cg_slice_is(key, "what") ? view->what
                : cg_slice_is(key, "ours") ? view->ours
                                           : view->theirs);
}

static bool is_difference(const struct cg_script_runner *runner,
                          const struct cg_script_step *step,
                          const struct cg_difference_view *view)
{
    for (size_t i = 0; i < step->field_count; i++) {
        const struct cg_script_field *field =
            &runner->script->fields[step->first_field + i];
        struct fact fact = difference_fact(view, field->key);

        if (!fact_fits(&fact, field->value)) {
            return false;
        }
    }
    return true;
}

/* One of those since the start is as the step says. */
static void find_difference(struct cg_script_runner *runner,
                            const struct cg_script_step *step,
                            const struct cg_gate *books)
{
    struct cg_slice id = meant(runner, step->name);
    struct cg_difference_view view;
    char last[256] = "";

    for (size_t i = 0; cg_gate_difference(books, i, &view); i++) {
        if (cg_slice_is(id, view.thing)) {
            if (is_difference(runner, step, &view)) {
                return;
            }
            snprintf(last, sizeof(last),
                     ", but with=%s what=%s ours=%s theirs=%s", view.with,
                     view.what, view.ours, view.theirs);
        }
    }
    cg_script_fail(runner, step, "%.*s does not differ so%s", (int)id.len,
                   id.data, last);
}

static struct fact count_fact(cg_seq count, char text[32])
{
    snprintf(text, 32, "%llu", (unsigned long long)count);
    return word(text);
}

static struct fact comparison_fact(const struct cg_comparison_view *view,
                                   struct cg_slice key,
                                   char text[32])
{
    if (cg_slice_is(key, "of")) {
        return word(view->of_limits ? "limits" : "orders");
    }
    if (view->time == 0) {
        return word("none");
    }
    return count_fact(cg_slice_is(key, "all")      ? view->compared
                      : cg_slice_is(key, "differ") ? view->differ
                                                   : view->untold,
                      text);
}

static void find_comparison(struct cg_script_runner *runner,
                            const struct cg_script_step *step,
                            const struct cg_gate *books)
{
    struct cg_comparison_view view;

    for (size_t i = 0; cg_gate_comparison(books, i, &view); i++) {
        if (!cg_slice_is(step->name, view.with)) {
            continue;
        }
        for (size_t j = 0; j < step->field_count; j++) {
            const struct cg_script_field *field =
                &runner->script->fields[step->first_field + j];
            char text[32];
            struct fact fact = comparison_fact(&view, field->key, text);

            compare(runner, step, field, &fact);
        }
        return;
    }
    cg_script_fail(runner, step, "%.*s has no order and no limit",
                   (int)step->name.len, step->name.data);
}

/* What differs is in the journal alone. */
static void view_journal(struct cg_script_runner *runner,
                         const struct cg_script_step *step)
{
    char error[256] = "";
    struct cg_gate *books = NULL;
    int status = cg_gate_open_books(&runner->journal, error, sizeof(error),
                                    &books);

    if (status == CG_ERR_MEMORY) {
        runner->error = status;
    } else if (status != 0) {
        cg_script_fail(runner, step, "the journal cannot be read: %s", error);
    } else if (step->act == CG_SCRIPT_DIFFERENCE) {
        find_difference(runner, step, books);
    } else {
        find_comparison(runner, step, books);
    }
    cg_gate_close(books);
}

void cg_script_view(struct cg_script_runner *runner,
                    const struct cg_script_step *step)
{
    if (step->act == CG_SCRIPT_LIMIT) {
        compare_limit(runner, step);
    } else if (step->act == CG_SCRIPT_TOKEN) {
        compare_token(runner, step);
    } else {
        view_journal(runner, step);
    }
}

/* --- what the journal says ---------------------------------------------- */

/* The proofs tell two views apart by all that they say. */
#define PROOF_MAX (5 * (CG_NAME_MAX + 1) + 256)

static void limit_line(const struct cg_limit_view *view, char line[PROOF_MAX])
{
    (void)snprintf(line, PROOF_MAX, "%s %s %s %s %s %d %lld %lld", view->id,
                   view->account, view->firm, view->currency, view->state,
                   view->has_amount, (long long)view->amount,
                   (long long)view->used);
}

/* Of a token that was closed long ago only that is known. */
static const char *known(const char *text)
{
    return text != NULL ? text : "";
}

/* An id is the token's number behind the gate's name, which the journal does
 * not have. */
static void token_line(const struct cg_token_view *view, char line[PROOF_MAX])
{
    (void)snprintf(line, PROOF_MAX,
                   "%s %s %d %s %s '%s' %lld %lld %lld %lld %lld", view->order,
                   view->limit, view->side, known(view->model), view->state,
                   known(view->end), (long long)view->granted,
                   (long long)view->overrun, (long long)view->reserved,
                   (long long)view->consumed, (long long)view->released);
}

static void prove_same(struct cg_script_runner *runner,
                       const char *what,
                       const char *id,
                       const char *live,
                       const char *read)
{
    if (strcmp(live, read) != 0) {
        cg_script_fail(runner, NULL,
                       "%s %s is another one when the gate is opened again on "
                       "its journal: %s, not %s",
                       what, id, read, live);
    }
}

static void prove_limits(struct cg_script_runner *runner,
                         const struct cg_gate *again)
{
    struct cg_limit_view live;
    char lines[2][PROOF_MAX];

    for (size_t i = 0; cg_gate_limit(runner->gate, i, &live); i++) {
        struct cg_limit_view read = {.state = "not there"};

        (void)cg_gate_limit(again, i, &read);
        limit_line(&live, lines[0]);
        limit_line(&read, lines[1]);
        prove_same(runner, "limit", live.id, lines[0], lines[1]);
    }
}

static void prove_tokens(struct cg_script_runner *runner,
                         const struct cg_gate *again)
{
    struct cg_token_view live;
    char lines[2][PROOF_MAX];

    for (size_t i = 0; cg_gate_token(runner->gate, i, &live); i++) {
        struct cg_token_view read = {.state = "not there"};

        (void)cg_gate_token(again, i, &read);
        token_line(&live, lines[0]);
        token_line(&read, lines[1]);
        prove_same(runner, "token", live.id, lines[0], lines[1]);
    }
}

static int record_count(void *user, const struct cg_record *record)
{
    cg_seq *count = user;

    (*count)++;
    return record->no == *count && record->what[0] != '\0' ? 0 : CG_ERR_CORRUPT;
}

/* Every fact of the journal can be told. */
static void prove_records(struct cg_script_runner *runner)
{
    char error[256] = "";
    cg_seq count = 0;
    struct cg_records_query query = {.of = CG_RECORDS_ALL,
                                     .from = INT64_MIN,
                                     .to = CG_TIME_NEVER,
                                     .each = record_count,
                                     .user = &count};
    int status = cg_gate_records(&runner->journal, &query, error,
                                 sizeof(error));

    if (status == CG_ERR_MEMORY) {
        runner->error = status;
    } else if (status != 0) {
        cg_script_fail(runner, NULL, "the records end at fact %llu: %s",
                       (unsigned long long)count, error);
    }
}

void cg_script_prove(struct cg_script_runner *runner)
{
    char error[256] = "";
    struct cg_gate *again = NULL;
    int status = cg_gate_open_books(&runner->journal, error, sizeof(error),
                                    &again);

    if (status == CG_ERR_MEMORY) {
        runner->error = status;
        return;
    }
    if (status != 0) {
        cg_script_fail(runner, NULL, "the journal cannot be read again: %s",
                       error);
        return;
    }
    prove_limits(runner, again);
    prove_tokens(runner, again);
    if (!cg_gate_audit(again, error, sizeof(error))) {
        cg_script_fail(runner, NULL, "the books of the journal: %s", error);
    }
    cg_gate_close(again);
    prove_records(runner);
}
