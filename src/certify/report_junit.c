/*
 * The report for build machines: a testsuite for each layer, and one for the
 * certification as a whole.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "report_text.h"

#include "report.h"
#include <ctype.h>

static const struct {
    const char *letters;
    const char *name;
} layers[] = {
    {"S", "session"}, {"L", "limits"}, {"T", "tokens"},
    {"O", "orders"},  {"K", "links"},  {"A", "alerts"},
};

const char *cg_report_layer(const char *id)
{
    for (size_t i = 0; i < sizeof(layers) / sizeof(layers[0]); i++) {
        size_t len = strlen(layers[i].letters);
        if (strncmp(id, layers[i].letters, len) == 0 &&
            !isalpha((unsigned char)id[len])) {
            return layers[i].name;
        }
    }
    return "other";
}

struct suite {
    const char *name;
    size_t tests, failures, errors, skipped;
    double ms;
};

static double case_ms(const struct cg_report_case *kase)
{
    return kase->attempt_count > 0
               ? cg_record_number(kase->attempts[kase->attempt_count - 1].end,
                                  "ms")
               : 0;
}

/* Whether the credit was looked at and is not as it should be, or nobody
 * looked. */
static size_t whole_failures(const struct cg_report_model *model)
{
    return (model->whole != CG_WHOLE_PASSED) + (size_t)model->credit_wrong;
}

static void suite_count(struct suite *suite, const struct cg_report_case *kase)
{
    suite->tests++;
    suite->failures += kase->verdict == CG_REPORT_FAILED;
    suite->errors += kase->verdict == CG_REPORT_BROKEN;
    suite->skipped += kase->verdict != CG_REPORT_FAILED &&
                      kase->verdict != CG_REPORT_BROKEN &&
                      kase->verdict != CG_REPORT_PASSED;
    suite->ms += case_ms(kase);
}

static void
put_property(struct cg_sheet *sheet, const char *name, const char *value)
{
    cg_sheet_format(sheet, "<property name=\"%s\" value=\"", name);
    cg_sheet_string(sheet, value);
    cg_sheet_add(sheet, "\"/>\n");
}

static void put_suite(struct cg_sheet *sheet,
                      const struct cg_report_model *model,
                      const struct suite *suite,
                      size_t id)
{
    const json_t *run = cg_report_run(model);
    const char *begun = cg_record_string(json_array_get(model->records, 0),
                                         "time");
    size_t len = strnlen(begun, 19);
    cg_sheet_format(
        sheet,
        "<testsuite id=\"%zu\" name=\"%s\" package=\"certification\""
        " hostname=\"localhost\" timestamp=\"",
        id, suite->name);
    cg_sheet_text(sheet, len == 19 ? (struct cg_slice){begun, 19}
                                   : CG_SLICE("1970-01-01T00:00:00"));
    cg_sheet_format(sheet,
                    "\" tests=\"%zu\" failures=\"%zu\" errors=\"%zu\" "
                    "skipped=\"%zu\" time=\"%.3f\">\n<properties>\n",
                    suite->tests, suite->failures, suite->errors,
                    suite->skipped, suite->ms / 1000);
    cg_sheet_format(sheet, "%s%s\"/>\n", cg_report_head_marks[CG_REPORT_JUNIT],
                    model->head);
    put_property(sheet, "firm", cg_record_string(run, "firm"));
    put_property(sheet, "counterparty", cg_record_string(run, "counterparty"));
    put_property(sheet, "seat", cg_record_string(run, "seat"));
    put_property(sheet, "version", cg_record_string(run, "version"));
    put_property(sheet, "build", cg_record_string(run, "build"));
    cg_sheet_add(sheet, "</properties>\n");
}

static void end_suite(struct cg_sheet *sheet)
{
    cg_sheet_add(sheet, "<system-out/>\n<system-err/>\n</testsuite>\n");
}

/* The steps that went wrong, as text. */
static void put_wrong_steps(struct cg_sheet *sheet,
                            const struct cg_report_attempt *attempt)
{
    for (size_t i = 0; i < attempt->record_count; i++) {
        const json_t *step = attempt->records[i];
        const char *wrong = cg_record_string(step, "wrong");
        if (!cg_record_is(step, "step") || wrong[0] == '\0') {
            continue;
        }
        cg_sheet_add(sheet, "\n");
        cg_report_put_text(sheet, cg_record_string(step, "file"), 1000);
        cg_sheet_format(sheet, ":%" JSON_INTEGER_FORMAT ": ",
                        cg_record_integer(step, "line"));
        cg_report_put_text(sheet, wrong, 4000);
        cg_sheet_add(sheet, "\nexpected: ");
        cg_report_put_text(sheet, cg_record_string(step, "expected"), 4000);
        cg_sheet_add(sheet, "\nobserved: ");
        cg_report_put_text(sheet, cg_record_string(step, "observed"), 4000);
    }
}

/* How those before the newest attempt ended, for a case that has some. */
static void put_attempts(struct cg_sheet *sheet,
                         const struct cg_report_case *kase)
{
    if (kase->attempt_count < 2) {
        return;
    }
    cg_sheet_add(sheet, "<system-out>");
    for (size_t i = 0; i < kase->attempt_count; i++) {
        const struct cg_report_attempt *attempt = &kase->attempts[i];
        const char *reason = cg_record_string(attempt->end, "reason");
        cg_sheet_format(sheet, "attempt %" JSON_INTEGER_FORMAT ": %s%s",
                        attempt->number,
                        cg_report_verdict_names[attempt->verdict],
                        reason[0] != '\0' ? ": " : "");
        cg_report_put_text(sheet, reason, 1000);
        cg_sheet_add(sheet, "\n");
    }
    cg_sheet_add(sheet, "</system-out>\n");
}

/* What stands for a verdict; nothing for a pass. */
static void put_outcome(struct cg_sheet *sheet,
                        const struct cg_report_case *kase)
{
    const char *element = kase->verdict == CG_REPORT_FAILED   ? "failure"
                          : kase->verdict == CG_REPORT_BROKEN ? "error"
                                                              : "skipped";
    if (kase->verdict == CG_REPORT_PASSED) {
        return;
    }
    cg_sheet_format(sheet, "<%s message=\"%s: ", element,
                    cg_report_verdict_names[kase->verdict]);
    cg_report_put_text(sheet, cg_report_case_reason(kase), 4000);
    if (element[0] == 's') {
        cg_sheet_add(sheet, "\"/>\n");
        return;
    }
    cg_sheet_format(sheet, "\" type=\"%s\">",
                    cg_report_verdict_names[kase->verdict]);
    cg_report_put_text(sheet, cg_report_case_reason(kase), 4000);
    put_wrong_steps(sheet, &kase->attempts[kase->attempt_count - 1]);
    cg_sheet_format(sheet, "</%s>\n", element);
}

static void put_case(struct cg_sheet *sheet, const struct cg_report_case *kase)
{
    cg_sheet_add(sheet, "<testcase classname=\"");
    cg_sheet_add(sheet, cg_report_layer(kase->id));
    cg_sheet_add(sheet, "\" name=\"");
    cg_sheet_string(sheet, kase->id);
    cg_sheet_add(sheet, " ");
    cg_sheet_string(sheet, cg_report_case_title(kase));
    cg_sheet_format(sheet, "\" time=\"%.3f\">\n", case_ms(kase) / 1000);
    put_outcome(sheet, kase);
    put_attempts(sheet, kase);
    cg_sheet_add(sheet, "</testcase>\n");
}

static void put_layer(struct cg_sheet *sheet,
                      const struct cg_report_model *model,
                      const char *name,
                      size_t id)
{
    struct suite suite = {.name = name};
    for (size_t i = 0; i < model->case_count; i++) {
        if (strcmp(cg_report_layer(model->cases[i].id), name) == 0) {
            suite_count(&suite, &model->cases[i]);
        }
    }
    if (suite.tests == 0) {
        return;
    }
    put_suite(sheet, model, &suite, id);
    for (size_t i = 0; i < model->case_count; i++) {
        if (strcmp(cg_report_layer(model->cases[i].id), name) == 0) {
            put_case(sheet, &model->cases[i]);
        }
    }
    end_suite(sheet);
}

/* Nothing seen is nothing found right. */
static bool is_not_reconciled(const struct cg_report_model *model)
{
    return !model->credit_wrong &&
           cg_record_integer(model->credit, "tokens") == 0;
}

/* A part of a run is not to pass for all of it. */
static void put_whole(struct cg_sheet *sheet,
                      const struct cg_report_model *model,
                      size_t id)
{
    const struct suite suite = {.name = "certification",
                                .tests = 2,
                                .failures = whole_failures(model),
                                .skipped = is_not_reconciled(model)};
    put_suite(sheet, model, &suite, id);
    cg_sheet_add(sheet, "<testcase classname=\"certification\" name=\"as a "
                        "whole\" time=\"0\"");
    if (model->whole != CG_WHOLE_PASSED) {
        cg_sheet_format(sheet,
                        ">\n<failure message=\"%s\" type=\"%s\">%s</failure>\n"
                        "</testcase>\n",
                        cg_report_whole_sentence(model),
                        cg_report_whole_word(model),
                        cg_report_whole_sentence(model));
    } else {
        cg_sheet_add(sheet, "/>\n");
    }
    cg_sheet_add(sheet, "<testcase classname=\"certification\" "
                        "name=\"reconciliation of credit\" time=\"0\"");
    if (is_not_reconciled(model)) {
        cg_sheet_add(sheet, ">\n<skipped message=\"");
        cg_report_put_credit_sentence(sheet, model->credit);
        cg_sheet_add(sheet, "\"/>\n</testcase>\n");
    } else if (model->credit_wrong) {
        cg_sheet_add(sheet, ">\n<failure message=\"");
        cg_report_put_credit_sentence(sheet, model->credit);
        cg_sheet_add(sheet, "\" type=\"credit\">");
        cg_report_put_credit_sentence(sheet, model->credit);
        cg_sheet_add(sheet, "</failure>\n</testcase>\n");
    } else {
        cg_sheet_add(sheet, "/>\n");
    }
    end_suite(sheet);
}

void cg_report_put_junit(struct cg_sheet *sheet,
                         const struct cg_report_model *model)
{
    size_t count = sizeof(layers) / sizeof(layers[0]);
    cg_sheet_add(sheet, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
                        "<testsuites>\n");
    put_whole(sheet, model, 0);
    for (size_t i = 0; i < count; i++) {
        put_layer(sheet, model, layers[i].name, i + 1);
    }
    put_layer(sheet, model, "other", count + 1);
    cg_sheet_add(sheet, "</testsuites>\n");
}
