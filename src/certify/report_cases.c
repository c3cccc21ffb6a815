/*
 * The cases of a report: each with its purpose and all attempts, the newest
 * first.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "report_text.h"

#define LINE_MAX_SHOWN 1200 /* bytes of a sentence */
#define STEPS_MAX 2000      /* of one attempt on the page */
#define DIFFERING_MAX 24    /* tags that are told one by one */
#define ALIKE_MAX 3         /* notes that begin alike, one after the other */

static void put_badge(struct cg_sheet *sheet, enum cg_report_verdict verdict)
{
    cg_sheet_format(sheet, "<b class=\"v v%d\">%s</b>", (int)verdict,
                    cg_report_verdict_names[verdict]);
}

static void put_row(struct cg_sheet *sheet, const char *name, const char *text)
{
    if (text[0] != '\0') {
        cg_sheet_format(sheet, "<tr><th>%s<td>", name);
        cg_report_put_text(sheet, text, LINE_MAX_SHOWN);
        cg_sheet_add(sheet, "\n");
    }
}

static void
put_list(struct cg_sheet *sheet, const char *name, const json_t *texts)
{
    for (size_t i = 0; i < json_array_size(texts); i++) {
        const char *text = json_string_value(json_array_get(texts, i));
        put_row(sheet, i == 0 ? name : "", text != NULL ? text : "");
    }
}

/* A file without its folders, which are those of one machine. */
static const char *name_of(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash != NULL ? slash + 1 : path;
}

static void put_included(struct cg_sheet *sheet, const json_t *included)
{
    for (size_t i = 0; i < json_array_size(included); i++) {
        const json_t *file = json_array_get(included, i);
        put_row(sheet, i == 0 ? "Includes" : "",
                name_of(cg_record_string(file, "file")));
        put_row(sheet, "", cg_record_string(file, "digest"));
    }
}

/* --- steps -------------------------------------------------------------- */

/* What one side has of |tag|: "none" when nothing. */
static void put_values(struct cg_sheet *sheet,
                       const char *name,
                       const char *text,
                       unsigned long tag)
{
    cg_sheet_add(sheet, name);
    if (cg_report_put_values(sheet, text, tag) == 0) {
        cg_sheet_add(sheet, "none");
    }
}

/* A differing field in words: its name, and what it should have been. */
static void
put_difference(struct cg_sheet *sheet, const json_t *step, unsigned long tag)
{
    cg_sheet_format(sheet, "<li><b>%lu</b> %s: ", tag, cg_report_tag_name(tag));
    put_values(sheet, "expected ", cg_record_string(step, "expected"), tag);
    put_values(sheet, ", observed ", cg_record_string(step, "observed"), tag);
    cg_sheet_add(sheet, "\n");
}

static void put_differences(struct cg_sheet *sheet, const json_t *step)
{
    const json_t *tags = json_object_get(step, "differing");
    size_t count = json_array_size(tags);
    size_t told = count < DIFFERING_MAX ? count : DIFFERING_MAX;
    if (count == 0) {
        return;
    }
    cg_sheet_add(sheet, "<ul>");
    for (size_t i = 0; i < told; i++) {
        json_int_t tag = json_integer_value(json_array_get(tags, i));
        put_difference(sheet, step, tag > 0 ? (unsigned long)tag : 0);
    }
    if (told < count) {
        cg_sheet_format(sheet, "<li>and %zu more tags\n", count - told);
    }
    cg_sheet_add(sheet, "</ul>");
}

/* What only was sent has no sides. */
static void put_sides(struct cg_sheet *sheet, const json_t *step)
{
    const char *expected = cg_record_string(step, "expected");
    const char *observed = cg_record_string(step, "observed");
    const json_t *tags = json_object_get(step, "differing");
    if (expected[0] == '\0' && observed[0] == '\0') {
        return;
    }
    cg_sheet_add(sheet, "<tr><td><td class=x>");
    if (expected[0] == '\0') {
        cg_sheet_add(sheet, "<i class=m>nothing</i>");
    }
    cg_report_put_fields(sheet, expected, tags);
    cg_sheet_add(sheet, "<td class=x colspan=2>");
    if (observed[0] == '\0') {
        cg_sheet_add(sheet, "<i class=m>nothing came</i>");
    }
    cg_report_put_fields(sheet, observed, tags);
    cg_sheet_add(sheet, "\n");
}

static enum cg_report_verdict step_verdict(const json_t *step)
{
    const char *said = cg_record_string(step, "verdict");
    for (int i = 0; i < CG_REPORT_VERDICTS; i++) {
        if (strcmp(said, cg_report_verdict_names[i]) == 0) {
            return (enum cg_report_verdict)i;
        }
    }
    return CG_REPORT_BROKEN;
}

/* How it came, beside the time that the script has. */
static void put_lateness(struct cg_sheet *sheet, const json_t *step)
{
    double late = cg_record_number(step, "late_ms");
    if (!json_is_number(json_object_get(step, "late_ms"))) {
        return;
    }
    if (late == 0) {
        cg_sheet_add(sheet, " <span class=m>in time</span>");
    } else {
        cg_sheet_format(sheet, " <span class=m>%.1f ms %s</span>",
                        late < 0 ? -late : late, late < 0 ? "early" : "late");
    }
}

static void put_step(struct cg_sheet *sheet, const json_t *step)
{
    enum cg_report_verdict verdict = step_verdict(step);
    const char *wrong = cg_record_string(step, "wrong");
    bool bad = verdict != CG_REPORT_PASSED && verdict != CG_REPORT_WAIVED;
    cg_sheet_add(sheet, bad ? "<tbody class=w>" : "<tbody>");
    cg_sheet_format(sheet,
                    "<tr><td>%" JSON_INTEGER_FORMAT "<td colspan=2><code>",
                    cg_record_integer(step, "index") + 1);
    cg_report_put_text(sheet, cg_record_string(step, "text"), LINE_MAX_SHOWN);
    cg_sheet_add(sheet, "</code><td class=r>");
    put_badge(sheet, verdict);
    put_lateness(sheet, step);
    cg_sheet_add(sheet, "\n");
    put_sides(sheet, step);
    if (wrong[0] != '\0' || verdict != CG_REPORT_PASSED) {
        cg_sheet_add(sheet, bad ? "<tr><td><td colspan=3 class=y>"
                                : "<tr><td><td colspan=3>");
        cg_report_put_text(sheet, wrong, LINE_MAX_SHOWN);
        put_differences(sheet, step);
        cg_sheet_format(sheet,
                        " <span class=m>line %" JSON_INTEGER_FORMAT " of ",
                        cg_record_integer(step, "line"));
        cg_report_put_text(sheet, name_of(cg_record_string(step, "file")),
                           LINE_MAX_SHOWN);
        cg_sheet_add(sheet, "</span>\n");
    }
    cg_sheet_add(sheet, "</tbody>\n");
}

static void put_steps(struct cg_sheet *sheet,
                      const struct cg_report_attempt *attempt)
{
    size_t count = 0;
    for (size_t i = 0; i < attempt->record_count; i++) {
        const json_t *record = attempt->records[i];
        /* A step that went wrong is always there. */
        if (cg_record_is(record, "step") &&
            (count++ < STEPS_MAX || step_verdict(record) != CG_REPORT_PASSED)) {
            if (count == 1) {
                cg_sheet_add(sheet,
                             "<table class=s><thead><tr><th>Step<th>Expected"
                             "<th>Observed<th>Verdict, time</thead>\n");
            }
            put_step(sheet, record);
        }
    }
    if (count > 0) {
        cg_sheet_add(sheet, "</table>\n");
    }
    if (count > STEPS_MAX) {
        cg_sheet_format(sheet,
                        "<p class=m>%zu steps; those behind the first %d that "
                        "passed are in report.json only.</p>\n",
                        count, STEPS_MAX);
    }
}

/* --- attempts ----------------------------------------------------------- */

static void put_asked(struct cg_sheet *sheet, const json_t *asked)
{
    cg_sheet_add(sheet, "<li><b>");
    cg_report_put_text(sheet, cg_record_string(asked, "actor"), LINE_MAX_SHOWN);
    cg_sheet_add(sheet, "</b> was asked: ");
    cg_report_put_text(sheet, cg_record_string(asked, "plea"), LINE_MAX_SHOWN);
    cg_sheet_add(sheet, " \xe2\x80\x94 <b>");
    cg_report_put_text(sheet, cg_record_string(asked, "answer"),
                       LINE_MAX_SHOWN);
    cg_sheet_add(sheet, "</b>\n");
}

/* When: since the begin of the attempt, as in the diagram, if that is known. */
static void put_when(struct cg_sheet *sheet, const json_t *note)
{
    if (json_is_number(json_object_get(note, "ms"))) {
        cg_sheet_format(sheet, "%.1f ms", cg_record_number(note, "ms"));
    } else {
        cg_report_put_time(sheet, cg_record_string(note, "time"));
    }
}

void cg_report_put_note(struct cg_sheet *sheet, const json_t *note)
{
    const char *who = cg_record_string(note, "who");
    cg_sheet_add(sheet, "<li><span class=m>");
    put_when(sheet, note);
    cg_sheet_add(sheet, "</span> ");
    cg_report_put_text(sheet, who, LINE_MAX_SHOWN);
    cg_sheet_add(sheet, who[0] != '\0' ? ": " : "");
    cg_report_put_text(sheet, cg_record_string(note, "text"), LINE_MAX_SHOWN);
    cg_sheet_add(sheet, "\n");
}

/* The first two words, as "differs from". */
static size_t begin_len(const char *text)
{
    size_t len = strcspn(text, " ");
    return text[len] == ' ' ? len + 1 + strcspn(text + len + 1, " ") : len;
}

/* Notes of one hand that say the same of one thing after the other. */
static bool is_alike(const json_t *a, const json_t *b)
{
    const char *text = cg_record_string(a, "text");
    const char *other = cg_record_string(b, "text");
    size_t len = begin_len(text);
    return cg_record_is(a, "note") && cg_record_is(b, "note") &&
           len == begin_len(other) && strncmp(text, other, len) == 0 &&
           strcmp(cg_record_string(a, "who"), cg_record_string(b, "who")) == 0;
}

static void put_more_alike(struct cg_sheet *sheet, size_t count)
{
    if (count > ALIKE_MAX) {
        cg_sheet_format(sheet,
                        "<li class=m>and %zu more like it, whole in "
                        "report.json\n",
                        count - ALIKE_MAX);
    }
}

static void put_remarks(struct cg_sheet *sheet,
                        const struct cg_report_attempt *attempt)
{
    const json_t *before = NULL;
    size_t alike = 0;
    for (size_t i = 0; i < attempt->record_count; i++) {
        const json_t *record = attempt->records[i];
        bool asked = cg_record_is(record, "asked");
        if (!asked && !cg_record_is(record, "note")) {
            continue;
        }
        if (before == NULL) {
            cg_sheet_add(sheet, "<h5>Asked and noted</h5>\n<ul class=n>");
        } else if (!is_alike(before, record)) {
            put_more_alike(sheet, alike);
            alike = 0;
        }
        before = record;
        if (asked) {
            put_asked(sheet, record);
        } else if (++alike <= ALIKE_MAX) {
            cg_report_put_note(sheet, record);
        }
    }
    put_more_alike(sheet, alike);
    cg_sheet_add(sheet, before != NULL ? "</ul>\n" : "");
}

/* Attempts at what is no longer the same case. */
static void put_other_script(struct cg_sheet *sheet,
                             const struct cg_report_case *kase,
                             const struct cg_report_attempt *attempt)
{
    const char *digest = cg_record_string(attempt->begin, "digest");
    const json_t *included = json_object_get(attempt->begin, "included");
    if (strcmp(digest, cg_record_string(kase->about, "digest")) != 0) {
        cg_sheet_add(sheet, "<p class=y>The script was another one then, "
                            "SHA-256 <span class=h>");
        cg_sheet_string(sheet, digest);
        cg_sheet_add(sheet, "</span></p>\n");
    } else if (json_array_size(included) > 0 &&
               !json_equal(included,
                           json_object_get(kase->about, "included"))) {
        cg_sheet_add(sheet, "<p class=y>What the script includes was another "
                            "text then.</p>\n");
    }
}

static void put_facts(struct cg_sheet *sheet,
                      const struct cg_report_attempt *attempt)
{
    const json_t *raw = json_object_get(attempt->end, "raw");
    const char *key;
    const json_t *value;
    bool first = true;
    cg_sheet_add(sheet, "<p class=m>Begun ");
    cg_report_put_time(sheet, cg_record_string(attempt->begin, "time"));
    if (attempt->end != NULL) {
        cg_sheet_format(sheet, ", over after %.1f ms",
                        cg_record_number(attempt->end, "ms"));
    }
    json_object_foreach((json_t *)json_object_get(attempt->begin, "values"),
                        key, value)
    {
        cg_sheet_add(sheet, first ? ", with " : ", ");
        cg_sheet_string(sheet, key);
        cg_sheet_add(sheet, "=");
        cg_sheet_string(sheet, json_string_value(value));
        first = false;
    }
    cg_sheet_add(sheet, ".");
    if (raw != NULL) {
        cg_sheet_add(sheet, " Raw log ");
        cg_sheet_string(sheet, cg_record_string(raw, "file"));
        cg_sheet_add(sheet, ", SHA-256 ");
        cg_sheet_string(sheet, cg_record_string(raw, "digest"));
        cg_sheet_add(sheet, ".");
    }
    cg_sheet_add(sheet, "</p>\n");
}

static void put_attempt(struct cg_sheet *sheet,
                        const struct cg_report_model *model,
                        const struct cg_report_case *kase,
                        const struct cg_report_attempt *attempt)
{
    const char *reason = cg_record_string(attempt->end, "reason");
    bool bad = attempt->verdict == CG_REPORT_FAILED ||
               attempt->verdict == CG_REPORT_BROKEN;
    if (reason[0] != '\0') {
        cg_sheet_add(sheet, bad ? "<p class=y>" : "<p>");
        cg_report_put_text(sheet, reason, LINE_MAX_SHOWN);
        cg_sheet_add(sheet, "</p>\n");
    }
    if (attempt->end == NULL) {
        cg_sheet_add(sheet, "<p class=y>It has no end: the kit was stopped in "
                            "the middle of it.</p>\n");
    }
    /* What was never played has nothing but its reason. */
    if (attempt->record_count == 0 &&
        (attempt->begin == NULL || attempt->verdict == CG_REPORT_SKIPPED ||
         attempt->verdict == CG_REPORT_WAIVED)) {
        return;
    }
    put_other_script(sheet, kase, attempt);
    put_facts(sheet, attempt);
    put_steps(sheet, attempt);
    cg_report_put_diagram(sheet, model, attempt);
    put_remarks(sheet, attempt);
}

/* Older attempts are folded, but never on paper: what is folded stands behind
 * the summary, where a page for print shows it in any browser. */
static void put_attempts(struct cg_sheet *sheet,
                         const struct cg_report_model *model,
                         const struct cg_report_case *kase)
{
    for (size_t i = kase->attempt_count; i-- > 0;) {
        const struct cg_report_attempt *attempt = &kase->attempts[i];
        bool newest = i + 1 == kase->attempt_count;
        cg_sheet_add(sheet, newest ? "<h4>" : "<details><summary>");
        cg_sheet_format(sheet, "Attempt %" JSON_INTEGER_FORMAT " ",
                        attempt->number);
        put_badge(sheet, attempt->verdict);
        cg_sheet_add(sheet, newest ? "</h4>\n<div>\n"
                                   : "</summary></details>\n<div>\n");
        put_attempt(sheet, model, kase, attempt);
        cg_sheet_add(sheet, "</div>\n");
    }
}

static void put_case(struct cg_sheet *sheet,
                     const struct cg_report_model *model,
                     size_t index)
{
    const struct cg_report_case *kase = &model->cases[index];
    const json_t *about = kase->about;
    cg_sheet_format(sheet, "<section id=c%zu%s>\n<h3>", index,
                    kase->verdict == CG_REPORT_PASSED &&
                            kase->attempt_count == 1
                        ? " class=p"
                        : "");
    cg_sheet_string(sheet, kase->id);
    cg_sheet_add(sheet, " ");
    cg_sheet_string(sheet, cg_report_case_title(kase));
    cg_sheet_add(sheet, " ");
    put_badge(sheet, kase->verdict);
    cg_sheet_add(sheet, "</h3>\n<table class=f>");
    put_row(sheet, "Purpose", cg_record_string(about, "purpose"));
    put_row(sheet, "Level", kase->optional ? "optional" : "mandatory");
    put_list(sheet, "Preconditions", json_object_get(about, "preconditions"));
    put_list(sheet, "References", json_object_get(about, "references"));
    put_row(sheet, "Needs", cg_record_string(about, "needs"));
    put_row(sheet, "Script", name_of(cg_record_string(about, "file")));
    put_row(sheet, "Script, SHA-256", cg_record_string(about, "digest"));
    put_included(sheet, json_object_get(about, "included"));
    cg_sheet_add(sheet, "</table>\n");
    if (kase->attempt_count == 0) {
        cg_sheet_add(sheet, "<p class=y>No attempt was made at it.</p>\n");
    }
    put_attempts(sheet, model, kase);
    cg_sheet_add(sheet, "</section>\n");
}

void cg_report_put_cases(struct cg_sheet *sheet,
                         const struct cg_report_model *model)
{
    for (size_t i = 0; i < model->case_count; i++) {
        put_case(sheet, model, i);
    }
}
