/*
 * The reports of a certification.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "report.h"

#include "creditgate/types.h"
#include "report_text.h"
#include <stdlib.h>

const char *const cg_report_names[CG_REPORT_FILES] = {
    [CG_REPORT_HTML] = "report.html",
    [CG_REPORT_JSON] = "report.json",
    [CG_REPORT_JUNIT] = "junit.xml",
};

const char *const cg_report_head_marks[CG_REPORT_FILES] = {
    [CG_REPORT_HTML] = "<meta name=evidence-head content=\"",
    [CG_REPORT_JSON] = "{\n \"head\": \"",
    [CG_REPORT_JUNIT] = "<property name=\"evidence-head\" value=\"",
};

/* A record that may be missing, or null; a new reference. */
static json_t *or_null(const json_t *record)
{
    return record != NULL ? json_incref((json_t *)record) : json_null();
}

static json_t *list_of(const json_t **records, size_t count)
{
    json_t *list = json_array();
    for (size_t i = 0; i < count; i++) {
        if (json_array_append(list, (json_t *)records[i]) != 0) {
            json_decref(list);
            return NULL;
        }
    }
    return list;
}

static json_t *attempts_of(const struct cg_report_case *kase)
{
    json_t *attempts = json_array();
    for (size_t i = 0; i < kase->attempt_count; i++) {
        const struct cg_report_attempt *attempt = &kase->attempts[i];
        json_t *object = json_pack(
            "{sI ss so so so}", "attempt", attempt->number, "verdict",
            cg_report_verdict_names[attempt->verdict], "begin",
            or_null(attempt->begin), "end", or_null(attempt->end), "records",
            list_of(attempt->records, attempt->record_count));
        if (json_array_append_new(attempts, object) != 0) {
            json_decref(attempts);
            return NULL;
        }
    }
    return attempts;
}

static json_t *cases_of(const struct cg_report_model *model)
{
    json_t *cases = json_array();
    for (size_t i = 0; i < model->case_count; i++) {
        const struct cg_report_case *kase = &model->cases[i];
        json_t *object = json_pack(
            "{ss ss ss ss ss ss ss so}", "case", kase->id, "layer",
            cg_report_layer(kase->id), "title", cg_report_case_title(kase),
            "purpose", cg_record_string(kase->about, "purpose"), "level",
            kase->optional ? "optional" : "mandatory", "verdict",
            cg_report_verdict_names[kase->verdict], "reason",
            cg_report_case_reason(kase), "attempts", attempts_of(kase));
        if (json_array_append_new(cases, object) != 0) {
            json_decref(cases);
            return NULL;
        }
    }
    return cases;
}

static json_t *counts_of(const struct cg_report_model *model)
{
    json_t *counts = json_object();
    for (int i = 0; i < CG_REPORT_VERDICTS; i++) {
        if (json_object_set_new(counts, cg_report_verdict_names[i],
                                json_integer((json_int_t)model->counts[i])) !=
            0) {
            json_decref(counts);
            return NULL;
        }
    }
    return counts;
}

static void put_json(struct cg_sheet *sheet,
                     const struct cg_report_model *model)
{
    json_t *whole = json_pack(
        "{ss sI ss ss so sI sI sb so so so so so so}", "head", model->head,
        "records", (json_int_t)model->record_count, "verdict",
        cg_report_whole_word(model), "sentence",
        cg_report_whole_sentence(model), "counts", counts_of(model),
        "mandatory_failed", (json_int_t)model->mandatory_failed,
        "mandatory_open", (json_int_t)model->mandatory_open, "complete",
        model->complete, "runs", list_of(model->runs, model->run_count),
        "clock", or_null(model->clock), "credit", or_null(model->credit), "end",
        or_null(model->end), "others",
        list_of(model->others, model->other_count), "cases", cases_of(model));
    cg_sheet_json(sheet, whole, JSON_INDENT(1));
    json_decref(whole);
}

static int make_files(const struct cg_report_model *model,
                      struct cg_report_files *files)
{
    struct cg_sheet html = {0};
    struct cg_sheet junit = {0};
    struct cg_sheet json = {0};
    put_json(&json, model);
    cg_report_put_html(&html, model);
    cg_report_put_junit(&junit, model);
    *files = (struct cg_report_files){
        .bytes = {[CG_REPORT_HTML] = html.bytes,
                  [CG_REPORT_JSON] = json.bytes,
                  [CG_REPORT_JUNIT] = junit.bytes},
        .len = {[CG_REPORT_HTML] = html.len,
                [CG_REPORT_JSON] = json.len,
                [CG_REPORT_JUNIT] = junit.len}};
    if (html.failed || json.failed || junit.failed) {
        cg_report_free(files);
        return CG_ERR_MEMORY;
    }
    return 0;
}

int cg_report_make(const json_t *records,
                   size_t count,
                   const char *head,
                   struct cg_report_files *files)
{
    struct cg_report_model model;
    int status = cg_report_model_init(&model, records, count, head);
    *files = (struct cg_report_files){0};
    if (status == 0) {
        status = make_files(&model, files);
    }
    cg_report_model_deinit(&model);
    return status;
}

void cg_report_free(struct cg_report_files *files)
{
    for (size_t i = 0; i < CG_REPORT_FILES; i++) {
        free(files->bytes[i]);
    }
    *files = (struct cg_report_files){0};
}
