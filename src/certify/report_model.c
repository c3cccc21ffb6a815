/*
 * What the records of a certification come to.
 *
 * Must never call the whole passed while a mandatory case is not, whatever the
 * record "end" says.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "report_model.h"

#include "creditgate/types.h"
#include "fix_dictionary.h"
#include <stdlib.h>
#include <string.h>

const char *const cg_report_verdict_names[CG_REPORT_VERDICTS] = {
    [CG_REPORT_PASSED] = "passed",       [CG_REPORT_FAILED] = "failed",
    [CG_REPORT_BROKEN] = "broken",       [CG_REPORT_SKIPPED] = "skipped",
    [CG_REPORT_WAIVED] = "waived",       [CG_REPORT_STOPPED] = "stopped",
    [CG_REPORT_UNPLAYED] = "not played",
};

const char *cg_record_string(const json_t *record, const char *key)
{
    const char *text = json_string_value(json_object_get(record, key));
    return text != NULL ? text : "";
}

json_int_t cg_record_integer(const json_t *record, const char *key)
{
    return json_integer_value(json_object_get(record, key));
}

double cg_record_number(const json_t *record, const char *key)
{
    return json_number_value(json_object_get(record, key));
}

bool cg_record_is(const json_t *record, const char *kind)
{
    return strcmp(cg_record_string(record, "kind"), kind) == 0;
}

/* Room for one more of |count| in a list whose room is a power of two. */
static bool list_grow(void *list, size_t count, size_t size)
{
    void **items = list;
    if ((count & (count - 1)) != 0) {
        return true;
    }
    void *grown = reallocarray(*items, count > 0 ? 2 * count : 1, size);
    if (grown != NULL) {
        *items = grown;
    }
    return grown != NULL;
}

static bool list_add(const json_t ***list, size_t *count, const json_t *record)
{
    if (!list_grow(list, *count, sizeof(**list))) {
        return false;
    }
    (*list)[(*count)++] = record;
    return true;
}

/* The case |id|, made when it is new; NULL without memory. */
static struct cg_report_case *case_find(struct cg_report_model *model,
                                        const char *id)
{
    for (size_t i = model->case_count; i-- > 0;) {
        if (strcmp(model->cases[i].id, id) == 0) {
            return &model->cases[i];
        }
    }
    if (!list_grow(&model->cases, model->case_count, sizeof(*model->cases))) {
        return NULL;
    }
    struct cg_report_case *kase = &model->cases[model->case_count++];
    *kase = (struct cg_report_case){.id = id, .verdict = CG_REPORT_UNPLAYED};
    return kase;
}

/* The attempt that |record| is of: a record "attempt" always begins one. */
static struct cg_report_attempt *attempt_find(struct cg_report_case *kase,
                                              const json_t *record)
{
    json_int_t number = cg_record_integer(record, "attempt");
    bool begins = cg_record_is(record, "attempt");
    for (size_t i = kase->attempt_count; i-- > 0 && !begins;) {
        struct cg_report_attempt *attempt = &kase->attempts[i];
        /* A second verdict is one of an attempt that nobody began. */
        if (attempt->number == number &&
            (attempt->end == NULL || !cg_record_is(record, "verdict"))) {
            return attempt;
        }
    }
    if (!list_grow(&kase->attempts, kase->attempt_count,
                   sizeof(*kase->attempts))) {
        return NULL;
    }
    struct cg_report_attempt *attempt = &kase->attempts[kase->attempt_count++];
    *attempt = (struct cg_report_attempt){.number = number,
                                          .verdict = CG_REPORT_STOPPED};
    return attempt;
}

static enum cg_report_verdict verdict_of(const json_t *record)
{
    const char *said = cg_record_string(record, "verdict");
    for (int i = 0; i < CG_REPORT_UNPLAYED; i++) {
        if (strcmp(said, cg_report_verdict_names[i]) == 0) {
            return (enum cg_report_verdict)i;
        }
    }
    return CG_REPORT_BROKEN;
}

static bool take_of_case(struct cg_report_model *model,
                         const char *id,
                         const json_t *record)
{
    struct cg_report_case *kase = case_find(model, id);
    struct cg_report_attempt *attempt = kase != NULL
                                            ? attempt_find(kase, record)
                                            : NULL;
    if (attempt == NULL) {
        return false;
    }
    if (cg_record_is(record, "attempt")) {
        attempt->begin = record;
        kase->about = record;
        kase->optional = strcmp(cg_record_string(record, "level"),
                                "optional") == 0;
    } else if (cg_record_is(record, "verdict")) {
        attempt->end = record;
        attempt->verdict = verdict_of(record);
    } else if (!list_add(&attempt->records, &attempt->record_count, record)) {
        return false;
    }
    kase->verdict = kase->attempts[kase->attempt_count - 1].verdict;
    return true;
}

static bool take_run(struct cg_report_model *model, const json_t *run)
{
    const json_t *ids = json_object_get(run, "cases");
    for (size_t i = 0; i < json_array_size(ids); i++) {
        const char *id = json_string_value(json_array_get(ids, i));
        if (id != NULL && case_find(model, id) == NULL) {
            return false;
        }
    }
    return list_add(&model->runs, &model->run_count, run);
}

static bool take_record(struct cg_report_model *model, const json_t *record)
{
    const char *id = cg_record_string(record, "case");
    /* What is done behind the end is not in it. */
    model->complete = false;
    if (cg_record_is(record, "run")) {
        return take_run(model, record);
    }
    if (id[0] != '\0') {
        return take_of_case(model, id, record);
    }
    if (cg_record_is(record, "clock")) {
        model->clock = record;
    } else if (cg_record_is(record, "credit")) {
        model->credit = record;
    } else if (cg_record_is(record, "end")) {
        model->end = record;
        model->complete = json_is_true(json_object_get(record, "complete"));
    } else {
        return list_add(&model->others, &model->other_count, record);
    }
    return true;
}

static void judge(struct cg_report_model *model)
{
    for (size_t i = 0; i < model->case_count; i++) {
        const struct cg_report_case *kase = &model->cases[i];
        enum cg_report_verdict verdict = kase->verdict;
        model->counts[verdict]++;
        if (!kase->optional) {
            model->mandatory_failed += verdict == CG_REPORT_FAILED;
            model->mandatory_open += verdict != CG_REPORT_FAILED &&
                                     verdict != CG_REPORT_PASSED &&
                                     verdict != CG_REPORT_WAIVED;
        }
    }
    model->credit_wrong =
        json_is_false(json_object_get(model->credit, "all_returned")) ||
        json_is_false(json_object_get(model->credit, "equal"));
    if (model->mandatory_failed > 0 || model->credit_wrong) {
        model->whole = CG_WHOLE_FAILED;
    } else if (model->mandatory_open > 0 || !model->complete ||
               model->counts[CG_REPORT_PASSED] == 0) {
        model->whole = CG_WHOLE_INCOMPLETE;
    }
}

int cg_report_model_init(struct cg_report_model *model,
                         const json_t *records,
                         size_t count,
                         const char *head)
{
    bool good = true;
    *model = (struct cg_report_model){
        .records = records, .record_count = count, .head = head};
    for (size_t i = 0; i < count && good; i++) {
        good = take_record(model, json_array_get(records, i));
    }
    judge(model);
    return good ? 0 : CG_ERR_MEMORY;
}

void cg_report_model_deinit(struct cg_report_model *model)
{
    for (size_t i = 0; i < model->case_count; i++) {
        for (size_t j = 0; j < model->cases[i].attempt_count; j++) {
            free(model->cases[i].attempts[j].records);
        }
        free(model->cases[i].attempts);
    }
    free(model->cases);
    free(model->runs);
    free(model->others);
    *model = (struct cg_report_model){0};
}

const json_t *cg_report_run(const struct cg_report_model *model)
{
    return model->run_count > 0 ? model->runs[model->run_count - 1] : NULL;
}

const json_t *cg_report_run_of(const struct cg_report_model *model,
                               const struct cg_report_attempt *attempt)
{
    const json_t *first = attempt->begin;
    const json_t *found = NULL;
    if (first == NULL) {
        first = attempt->record_count > 0 ? attempt->records[0] : attempt->end;
    }
    for (size_t i = 0; i < model->run_count; i++) {
        if (cg_record_integer(model->runs[i], "no") <
            cg_record_integer(first, "no")) {
            found = model->runs[i];
        }
    }
    return found;
}

const char *cg_report_case_title(const struct cg_report_case *kase)
{
    return cg_record_string(kase->about, "title");
}

const char *cg_report_case_reason(const struct cg_report_case *kase)
{
    const struct cg_report_attempt *newest =
        kase->attempt_count > 0 ? &kase->attempts[kase->attempt_count - 1]
                                : NULL;
    if (newest == NULL) {
        return "No attempt was made at it.";
    }
    return newest->end != NULL ? cg_record_string(newest->end, "reason")
                               : "The attempt has no end: the kit was stopped "
                                 "in the middle of it.";
}

const char *cg_report_whole_word(const struct cg_report_model *model)
{
    switch (model->whole) {
    case CG_WHOLE_PASSED:
        return "PASSED";
    case CG_WHOLE_FAILED:
        return "FAILED";
    case CG_WHOLE_INCOMPLETE:
        break;
    }
    return "INCOMPLETE";
}

const char *cg_report_whole_sentence(const struct cg_report_model *model)
{
    if (model->mandatory_failed > 0) {
        return "At least one mandatory case failed.";
    }
    if (model->credit_wrong) {
        return "The credit is not all returned, or the two sides do not agree "
               "on it.";
    }
    if (model->mandatory_open > 0) {
        return "At least one mandatory case has neither passed nor failed nor "
               "been waived.";
    }
    if (!model->complete) {
        return "The certification is not at its end.";
    }
    if (model->counts[CG_REPORT_PASSED] == 0) {
        return "No case has passed.";
    }
    return model->counts[CG_REPORT_WAIVED] > 0
               ? "Every mandatory case passed, or was waived as the profile "
                 "or the seat says."
               : "Every mandatory case passed.";
}

const char *cg_report_tag_name(unsigned long tag)
{
    for (int i = CG_VERSIONS - 1; i >= 0 && tag < CG_FIX_TAGS; i--) {
        const struct cg_fix_tag *found = cg_fix_tag_find(
            &cg_fix_dictionaries[i], (uint32_t)tag);
        if (found != NULL) {
            return found->name;
        }
    }
    return "";
}

const char *cg_report_type_name(const char *type, size_t len)
{
    for (int i = CG_VERSIONS - 1; i >= 0; i--) {
        const struct cg_fix_layout *found = cg_fix_layout_find(
            &cg_fix_dictionaries[i], (struct cg_slice){type, len});
        if (found != NULL) {
            return found->name;
        }
    }
    return "";
}
