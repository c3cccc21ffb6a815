/*
 * The first page of a report: who, when, with what, what came of it, what did
 * not pass and why; then the list of all cases.
 *
 * Must never show a part of it as better than the records have it.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "report_text.h"

#include <stdio.h>

/* What has to be said of a case comes in this order. */
static const enum cg_report_verdict worst_first[] = {
    CG_REPORT_FAILED,   CG_REPORT_BROKEN,  CG_REPORT_STOPPED,
    CG_REPORT_UNPLAYED, CG_REPORT_SKIPPED, CG_REPORT_WAIVED,
};

static const char *const meanings[CG_REPORT_VERDICTS] = {
    [CG_REPORT_PASSED] = "everything came as the case says, in time, and "
                         "nothing else",
    [CG_REPORT_FAILED] = "something did not come as the case says",
    [CG_REPORT_BROKEN] = "no verdict on the counterparty: no connection, a "
                         "time limit, or what somebody was asked to do was not "
                         "done",
    [CG_REPORT_SKIPPED] = "left out by the operator",
    [CG_REPORT_WAIVED] = "ruled out by the profile, or not possible in this "
                         "seat; never counted as passed",
    [CG_REPORT_STOPPED] = "ended in the middle",
    [CG_REPORT_UNPLAYED] = "chosen, but never begun",
};

static void begin_row(struct cg_sheet *sheet, const char *name)
{
    cg_sheet_format(sheet, "<tr><th>%s<td>", name);
}

static void put_row(struct cg_sheet *sheet, const char *name, const char *text)
{
    begin_row(sheet, name);
    cg_sheet_string(sheet, text[0] != '\0' ? text : "not named");
    cg_sheet_add(sheet, "\n");
}

/* --- who ---------------------------------------------------------------- */

static const json_t *session_of_peer(const json_t *run)
{
    const json_t *sessions = json_object_get(run, "sessions");
    for (size_t i = 0; i < json_array_size(sessions); i++) {
        const json_t *session = json_array_get(sessions, i);
        if (strcmp(cg_record_string(session, "name"),
                   cg_record_string(run, "peer")) == 0) {
            return session;
        }
    }
    return NULL;
}

static void put_peer(struct cg_sheet *sheet, const json_t *run)
{
    bool hub = strcmp(cg_record_string(run, "seat"), "hub") == 0;
    const json_t *session = session_of_peer(run);
    begin_row(sheet, "Certified");
    cg_sheet_add(sheet, "<b>");
    cg_sheet_string(sheet, cg_record_string(run, "counterparty"));
    cg_sheet_add(sheet, hub ? "</b>, as a credit hub" : "</b>, as a gate");
    if (session != NULL) {
        cg_sheet_add(sheet, ": ");
        cg_sheet_string(sheet, cg_record_string(session, "begin_string"));
        cg_sheet_add(sheet, ", SenderCompID ");
        cg_sheet_string(sheet, cg_record_string(session, "target"));
        cg_sheet_add(sheet, ", TargetCompID ");
        cg_sheet_string(sheet, cg_record_string(session, "sender"));
        cg_report_put_address(sheet, ", at ", session);
    }
    cg_sheet_add(sheet, "\n");
    put_row(sheet, "By", cg_record_string(run, "firm"));
}

/* Everybody who ran a part of it, once. */
static void put_operators(struct cg_sheet *sheet,
                          const struct cg_report_model *model)
{
    begin_row(sheet, "Operator");
    for (size_t i = 0; i < model->run_count; i++) {
        const char *name = cg_record_string(model->runs[i], "operator");
        size_t before = 0;
        while (before < i &&
               strcmp(cg_record_string(model->runs[before], "operator"),
                      name) != 0) {
            before++;
        }
        if (before == i) {
            cg_sheet_add(sheet, i > 0 ? ", " : "");
            cg_sheet_string(sheet, name);
        }
    }
    cg_sheet_add(sheet, "\n");
}

/* --- with what ---------------------------------------------------------- */

static const char *
digest_of(const json_t *run, const char *object, const char *key)
{
    return cg_record_string(object != NULL ? json_object_get(run, object) : run,
                            key);
}

/* A file by its digest, of the newest run; earlier runs may have had another.
 */
static void put_file(struct cg_sheet *sheet,
                     const struct cg_report_model *model,
                     const char *name,
                     const char *what,
                     const char *object,
                     const char *key)
{
    const char *digest = digest_of(cg_report_run(model), object, key);
    bool same = true;
    for (size_t i = 0; i < model->run_count; i++) {
        same &= strcmp(digest, digest_of(model->runs[i], object, key)) == 0;
    }
    if (digest[0] == '\0' && what[0] == '\0') {
        return;
    }
    begin_row(sheet, name);
    cg_sheet_string(sheet, what);
    if (digest[0] != '\0') {
        cg_sheet_add(sheet, "<br><span class=h>");
        cg_sheet_string(sheet, digest);
        cg_sheet_add(sheet, "</span>");
    }
    cg_sheet_add(sheet, same ? "\n"
                             : "<br><span class=y>Earlier runs had another: "
                               "see Who and what.</span>\n");
}

static void put_tools(struct cg_sheet *sheet,
                      const struct cg_report_model *model)
{
    const json_t *run = cg_report_run(model);
    const json_t *session = session_of_peer(run);
    char made[96];
    (void)snprintf(made, sizeof(made), "creditgate %.20s %.60s",
                   cg_record_string(run, "version"),
                   cg_record_string(run, "build"));
    put_file(sheet, model, "Played by", made, NULL, "kit_digest");
    put_file(sheet, model, "Configuration",
             cg_record_string(json_object_get(run, "config"), "path"), "config",
             "digest");
    put_file(sheet, model, "Profile",
             cg_record_string(json_object_get(run, "profile"), "name"),
             "profile", "digest");
    begin_row(sheet, "Dictionary");
    if (session != NULL) {
        cg_sheet_string(sheet, cg_record_string(session, "begin_string"));
        cg_sheet_add(sheet, "<br><span class=h>");
        cg_sheet_string(sheet, cg_record_string(session, "dictionary"));
        cg_sheet_add(sheet, "</span>\n");
    } else {
        cg_sheet_add(sheet, "one for each session: see Who and what\n");
    }
}

/* --- what came of it ---------------------------------------------------- */

/* "8: 2 passed, 1 failed" */
static void put_counts(struct cg_sheet *sheet,
                       const struct cg_report_model *model)
{
    const char *between = ": ";
    begin_row(sheet, "Cases");
    cg_sheet_format(sheet, "%zu", model->case_count);
    for (int i = 0; i < CG_REPORT_VERDICTS; i++) {
        if (model->counts[i] > 0) {
            cg_sheet_format(sheet, "%s<b>%zu</b> %s", between, model->counts[i],
                            cg_report_verdict_names[i]);
            between = ", ";
        }
    }
    cg_sheet_format(sheet,
                    "\n<tr><th>Of the mandatory ones<td><b>%zu</b> failed, "
                    "<b>%zu</b> neither passed nor failed nor waived\n",
                    model->mandatory_failed, model->mandatory_open);
}

/* A pass that was not the first try is one that has to be said. */
static void put_attempts(struct cg_sheet *sheet,
                         const struct cg_report_model *model)
{
    size_t attempts = 0;
    size_t repeated = 0;
    for (size_t i = 0; i < model->case_count; i++) {
        const struct cg_report_case *kase = &model->cases[i];
        bool other = false;
        attempts += kase->attempt_count;
        for (size_t j = 0; j < kase->attempt_count; j++) {
            other |= kase->attempts[j].verdict != CG_REPORT_PASSED;
        }
        repeated += other && kase->verdict == CG_REPORT_PASSED;
    }
    begin_row(sheet, "Attempts");
    cg_sheet_format(sheet, "%zu, all kept", attempts);
    if (repeated > 0) {
        cg_sheet_format(sheet,
                        "; <b>%zu</b> of the cases that passed had not in an "
                        "attempt before",
                        repeated);
    }
    cg_sheet_add(sheet, "\n");
}

static void put_clock(struct cg_sheet *sheet, const json_t *clock)
{
    double offset = cg_record_number(clock, "offset_ms");
    if (clock == NULL || cg_record_integer(clock, "messages") == 0) {
        put_row(sheet, "Clocks", "not compared");
        return;
    }
    begin_row(sheet, "Clocks");
    cg_sheet_format(sheet,
                    "the counterparty's is %.1f ms %s, by the SendingTime (52) "
                    "of %" JSON_INTEGER_FORMAT " messages\n",
                    offset < 0 ? -offset : offset,
                    offset < 0 ? "behind" : "ahead",
                    cg_record_integer(clock, "messages"));
}

static void put_times(struct cg_sheet *sheet,
                      const struct cg_report_model *model)
{
    if (model->record_count == 0) {
        return;
    }
    begin_row(sheet, "When");
    cg_report_put_time(
        sheet, cg_record_string(json_array_get(model->records, 0), "time"));
    cg_sheet_add(sheet, " to ");
    cg_report_put_time(
        sheet,
        cg_record_string(
            json_array_get(model->records, model->record_count - 1), "time"));
    cg_sheet_format(sheet, ", in %zu %s\n", model->run_count,
                    model->run_count == 1 ? "run" : "runs");
}

void cg_report_put_whole(struct cg_sheet *sheet,
                         const struct cg_report_model *model)
{
    cg_sheet_format(sheet, "<p><b class=\"v v%d big\">%s</b></p>\n<p>%s</p>\n",
                    model->whole == CG_WHOLE_PASSED   ? CG_REPORT_PASSED
                    : model->whole == CG_WHOLE_FAILED ? CG_REPORT_FAILED
                                                      : CG_REPORT_STOPPED,
                    cg_report_whole_word(model),
                    cg_report_whole_sentence(model));
}

void cg_report_put_summary(struct cg_sheet *sheet,
                           const struct cg_report_model *model)
{
    const json_t *run = cg_report_run(model);
    cg_report_put_whole(sheet, model);
    cg_sheet_add(sheet, "<table class=f>");
    put_peer(sheet, run);
    put_operators(sheet, model);
    put_times(sheet, model);
    put_counts(sheet, model);
    put_attempts(sheet, model);
    begin_row(sheet, "Credit");
    cg_report_put_credit_sentence(sheet, model->credit);
    cg_sheet_add(sheet, "\n");
    put_clock(sheet, model->clock);
    put_tools(sheet, model);
    begin_row(sheet, "Head of the evidence");
    cg_sheet_format(sheet, "<span class=h>%s</span></table>\n", model->head);
    cg_sheet_add(sheet, "<p class=m>Digests are SHA-256. What the verdicts "
                        "mean:");
    for (int i = 0; i < CG_REPORT_VERDICTS; i++) {
        if (model->counts[i] > 0) {
            cg_sheet_format(sheet, " <b>%s</b>: %s.",
                            cg_report_verdict_names[i], meanings[i]);
        }
    }
    cg_sheet_add(sheet, "</p>\n");
}

/* --- the cases ---------------------------------------------------------- */

static void put_link(struct cg_sheet *sheet,
                     const struct cg_report_model *model,
                     size_t index)
{
    cg_sheet_format(sheet, "<tr><td><a href=#c%zu>", index);
    cg_sheet_string(sheet, model->cases[index].id);
    cg_sheet_add(sheet, "</a><td>");
    cg_sheet_string(sheet, cg_report_case_title(&model->cases[index]));
}

static void put_verdict(struct cg_sheet *sheet,
                        const struct cg_report_case *kase)
{
    cg_sheet_format(sheet, "<td>%s<td><b class=\"v v%d\">%s</b>",
                    kase->optional ? "optional" : "mandatory",
                    (int)kase->verdict, cg_report_verdict_names[kase->verdict]);
}

void cg_report_put_unpassed(struct cg_sheet *sheet,
                            const struct cg_report_model *model)
{
    if (model->counts[CG_REPORT_PASSED] == model->case_count) {
        return;
    }
    cg_sheet_add(sheet, "<h2>Did not pass</h2>\n<table class=c><thead><tr>"
                        "<th>Case<th>Title, and why<th>Level<th>Verdict"
                        "</thead>\n");
    for (size_t i = 0; i < sizeof(worst_first) / sizeof(worst_first[0]); i++) {
        for (size_t j = 0; j < model->case_count; j++) {
            const struct cg_report_case *kase = &model->cases[j];
            if (kase->verdict != worst_first[i]) {
                continue;
            }
            put_link(sheet, model, j);
            cg_sheet_add(sheet,
                         cg_report_case_title(kase)[0] != '\0' ? "<br>" : "");
            cg_sheet_add(sheet, "<span class=m>");
            cg_report_put_text(sheet, cg_report_case_reason(kase), 300);
            cg_sheet_add(sheet, "</span>");
            put_verdict(sheet, kase);
            cg_sheet_add(sheet, "\n");
        }
    }
    cg_sheet_add(sheet, "</table>\n");
}

/* "3: 2 failed, 1 passed" */
static void put_attempt_counts(struct cg_sheet *sheet,
                               const struct cg_report_case *kase)
{
    size_t counts[CG_REPORT_VERDICTS] = {0};
    const char *between = ": ";
    cg_sheet_format(sheet, "<td>%zu", kase->attempt_count);
    for (size_t i = 0; i < kase->attempt_count; i++) {
        counts[kase->attempts[i].verdict]++;
    }
    for (int i = 0; i < CG_REPORT_VERDICTS && kase->attempt_count > 1; i++) {
        if (counts[i] > 0) {
            cg_sheet_format(sheet, "%s%zu %s", between, counts[i],
                            cg_report_verdict_names[i]);
            between = ", ";
        }
    }
}

void cg_report_put_contents(struct cg_sheet *sheet,
                            const struct cg_report_model *model)
{
    cg_sheet_add(
        sheet,
        "<h2 id=cases>Cases</h2>\n<table class=c><thead><tr><th>Case<th>Title"
        "<th>Level<th>Verdict<th>Attempts<th "
        "class=r>Time</thead>\n");
    for (size_t i = 0; i < model->case_count; i++) {
        const struct cg_report_case *kase = &model->cases[i];
        put_link(sheet, model, i);
        put_verdict(sheet, kase);
        put_attempt_counts(sheet, kase);
        cg_sheet_format(
            sheet, "<td class=r>%.1f s\n",
            kase->attempt_count > 0
                ? cg_record_number(kase->attempts[kase->attempt_count - 1].end,
                                   "ms") /
                      1000
                : 0.0);
    }
    cg_sheet_add(sheet, "</table>\n");
}
