/*
 * The page that is read, printed and signed.
 *
 * Must need nothing but itself: no script, no font, no picture from elsewhere;
 * its own policy forbids a browser to fetch or run any.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "report_text.h"

#include "report.h"

/* Colours by name, so that the dark and the printed page change only these. */
static const char style[] =
    ":root{--bg:#fff;--fg:#1b1f24;--mute:#57606a;--line:#d0d7de;"
    "--soft:#f6f8fa;--good:#1a7f37;--bad:#b3261e;--warn:#8a5a00;"
    "--mark:#ffe08a;--onmark:#1b1f24}\n"
    "@media screen and (prefers-color-scheme:dark){:root{--bg:#0d1117;"
    "--fg:#e6edf3;--mute:#9da7b3;--line:#3d444d;--soft:#161b22;"
    "--good:#4ac26b;--bad:#ff8178;--warn:#e3b341;--mark:#7a5c00;"
    "--onmark:#fff}}\n"
    ":root{color-scheme:light dark}\n"
    "body{margin:0 auto;padding:1.5rem;max-width:62rem;"
    "background:var(--bg);color:var(--fg);"
    "font:15px/1.45 system-ui,\"DejaVu Sans\",sans-serif;"
    "overflow-wrap:anywhere}\n"
    "h1{margin:0 0 .4rem;font-size:1.6rem}h2{margin:2.2rem 0 .6rem;"
    "font-size:1.25rem;border-bottom:2px solid var(--line)}"
    "h3{margin:0 0 .4rem;font-size:1.05rem}h4,h5{margin:.9rem 0 .3rem;"
    "font-size:.95rem}\n"
    "section{margin:1.4rem 0;padding-top:.8rem;"
    "border-top:1px solid var(--line)}\n"
    "table{border-collapse:collapse;width:100%;font-size:.87rem}"
    "th,td{padding:.22rem .45rem;text-align:left;vertical-align:top;"
    "border-bottom:1px solid var(--line)}th{font-weight:600;"
    "overflow-wrap:normal}thead th{background:var(--soft)}\n"
    "td.h{width:38%}.k{font-size:.78rem}.k td:first-child{min-width:7em}"
    ".k td,.k th{padding:.2rem .25rem}.k td:last-child,.c td:nth-child(1),."
    "c td:nth-child(3),.e td:nth-child(-n+3){white-space:nowrap}"
    ".e{font-size:.8rem}table+table{margin-top:.6rem}"
    "td.r,th.r{text-align:right}.f th{width:11em;color:var(--mute);"
    "font-weight:400}.f th,.f td{border:0;padding:.08rem .45rem}\n"
    ".s{table-layout:fixed}.s th:first-child{width:2.6em}"
    ".s th:last-child{width:11.5em}.s td{border:0}"
    ".s tbody{border-bottom:1px solid var(--line)}"
    ".s .w{border-left:4px solid var(--bad)}\n"
    "code,.x,.h{font-family:ui-monospace,\"DejaVu Sans Mono\",Menlo,Consola"
    "s,monospace;font-size:.93em;overflow-wrap:anywhere;"
    "white-space:pre-wrap}.x{background:var(--soft)}"
    ".s tr+tr .x{border-right:2px solid var(--bg)}\n"
    "mark{background:var(--mark);color:var(--onmark);font-weight:700;"
    "text-decoration:underline 2px;outline:1px solid var(--bad);"
    "padding:0 2px}mark::before{content:\"\\2260\\a0\"}\n"
    ".y{color:var(--bad)}.y ul{margin:.2rem 0}.m{color:var(--mute)}"
    ".v{display:inline-block;padding:0 .5em;border:1px solid;"
    "border-radius:3px;font-size:.8rem;white-space:nowrap}"
    ".v0{color:var(--good)}.v1,.v2{color:var(--bad)}"
    ".v1{background:var(--bad);color:var(--bg);border-color:var(--bad)}"
    ".v3,.v4{color:var(--warn);border-style:dashed}"
    ".v5,.v6{color:var(--mute);border-style:dotted}\n"
    ".big{font-size:1.5rem;padding:.1em .6em}\n"
    "a{color:inherit}details{margin:.8rem 0 .3rem}summary{cursor:pointer;"
    "font-weight:600}details:not([open])+div{display:none}"
    "details+div{border-left:3px solid var(--line);padding-left:.8rem}\n"
    "svg{display:block;max-width:100%;height:auto;margin:.8rem 0;"
    "break-inside:avoid}svg text{font:10.5px ui-monospace,\"DejaVu Sans Mon"
    "o\",monospace;fill:var(--fg);stroke:var(--bg);stroke-width:3px;"
    "paint-order:stroke}svg .n{font:bold 12px system-ui,\"DejaVu Sans\",san"
    "s-serif;text-anchor:middle}svg .a{text-anchor:middle}"
    "svg .t{fill:var(--mute)}svg path{fill:none;stroke:var(--fg)}"
    "svg .l{stroke:var(--line)}\n"
    ".sign{display:flex;gap:3rem}.sign div{flex:1}"
    ".sign p{margin:2.6rem 0 0;border-top:1px solid var(--fg);"
    "padding-top:.2rem;font-size:.85rem}\n"
    "@media print{:root{color-scheme:light;font-size:13px}body{padding:0;"
    "max-width:none;font-size:9.5pt}a{text-decoration:none}"
    "h2,h3,h4,h5,p.m,h2+p{break-after:avoid}summary{list-style:none}"
    "thead{display:table-header-group}tr,.s tbody,.sign,.keep{break-inside:"
    "avoid}details:not([open])+div{display:block!important}"
    ".v1{background:#fff;color:#b3261e;border-width:2px}"
    "*{-webkit-print-color-adjust:exact;print-color-adjust:exact}}\n";

static void put_digest_row(struct cg_sheet *sheet,
                           const char *name,
                           const char *first,
                           const char *digest)
{
    if (first[0] == '\0' && digest[0] == '\0') {
        return;
    }
    cg_sheet_format(sheet, "<tr><th>%s<td>", name);
    cg_sheet_string(sheet, first);
    if (digest[0] != '\0') {
        cg_sheet_add(sheet, first[0] != '\0' ? "<br>" : "");
        cg_sheet_add(sheet, "<span class=h>");
        cg_sheet_string(sheet, digest);
        cg_sheet_add(sheet, "</span>");
    }
    cg_sheet_add(sheet, "\n");
}

static void put_sessions(struct cg_sheet *sheet, const json_t *run)
{
    const json_t *sessions = json_object_get(run, "sessions");
    static const char *const keys[] = {"name", "role", "begin_string", "sender",
                                       "target"};
    if (json_array_size(sessions) == 0) {
        return;
    }
    cg_sheet_add(
        sheet,
        "<table class=e><thead><tr><th>Session<th>Role<th>FIX<th>SenderCompID"
        "<th>TargetCompID<th>Dictionary, SHA-256</thead>\n");
    for (size_t i = 0; i < json_array_size(sessions); i++) {
        const json_t *session = json_array_get(sessions, i);
        cg_sheet_add(sheet, "<tr>");
        for (size_t j = 0; j < sizeof(keys) / sizeof(keys[0]); j++) {
            cg_sheet_add(sheet, "<td>");
            cg_sheet_string(sheet, cg_record_string(session, keys[j]));
        }
        cg_sheet_add(sheet, "<td class=h>");
        cg_sheet_string(sheet, cg_record_string(session, "dictionary"));
        cg_sheet_add(sheet, "\n");
    }
    cg_sheet_add(sheet, "</table>\n");
}

static void put_run(struct cg_sheet *sheet, const json_t *run, size_t no)
{
    const json_t *config = json_object_get(run, "config");
    const json_t *profile = json_object_get(run, "profile");
    bool hub = strcmp(cg_record_string(run, "seat"), "hub") == 0;
    cg_sheet_format(sheet, "<h4>Run %zu</h4>\n<table class=f>", no);
    put_digest_row(sheet, "Begun", cg_record_string(run, "time"), "");
    put_digest_row(sheet, "Operator", cg_record_string(run, "operator"), "");
    put_digest_row(sheet, "Seat",
                   hub ? "The counterparty is the hub; the kit plays the gate, "
                         "its clients and the venue."
                       : "The counterparty is the gate; the kit plays clients, "
                         "hubs and venues.",
                   "");
    put_digest_row(sheet, "Counterparty's session",
                   cg_record_string(run, "peer"), "");
    put_digest_row(sheet, "creditgate", cg_record_string(run, "version"), "");
    put_digest_row(sheet, "Build", cg_record_string(run, "build"), "");
    put_digest_row(sheet, "Kit, SHA-256", "",
                   cg_record_string(run, "kit_digest"));
    put_digest_row(sheet, "Configuration", cg_record_string(config, "path"),
                   cg_record_string(config, "digest"));
    put_digest_row(sheet, "Profile", cg_record_string(profile, "name"),
                   cg_record_string(profile, "digest"));
    cg_sheet_add(sheet, "</table>\n");
    put_sessions(sheet, run);
}

/* "8: 2 passed, 1 failed" */
static void put_counts(struct cg_sheet *sheet,
                       const struct cg_report_model *model)
{
    const char *between = ": ";
    cg_sheet_format(sheet, "<tr><th>Cases<td>%zu", model->case_count);
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

static void put_clock(struct cg_sheet *sheet, const json_t *clock)
{
    if (clock == NULL || cg_record_integer(clock, "messages") == 0) {
        cg_sheet_add(sheet, "<tr><th>Clocks<td>not compared\n");
        return;
    }
    cg_sheet_format(sheet,
                    "<tr><th>Clocks<td>the counterparty's is %.1f ms %s, by "
                    "%" JSON_INTEGER_FORMAT " messages\n",
                    cg_record_number(clock, "offset_ms") < 0
                        ? -cg_record_number(clock, "offset_ms")
                        : cg_record_number(clock, "offset_ms"),
                    cg_record_number(clock, "offset_ms") < 0 ? "behind"
                                                             : "ahead",
                    cg_record_integer(clock, "messages"));
}

static const char *time_at(const struct cg_report_model *model, size_t index)
{
    return cg_record_string(json_array_get(model->records, index), "time");
}

static void put_summary(struct cg_sheet *sheet,
                        const struct cg_report_model *model)
{
    const json_t *run = cg_report_run(model);
    cg_sheet_format(sheet, "<p><b class=\"v v%d big\">%s</b></p>\n<p>%s</p>\n",
                    model->whole == CG_WHOLE_PASSED   ? CG_REPORT_PASSED
                    : model->whole == CG_WHOLE_FAILED ? CG_REPORT_FAILED
                                                      : CG_REPORT_STOPPED,
                    cg_report_whole_word(model),
                    cg_report_whole_sentence(model));
    cg_sheet_add(sheet, "<table class=f>");
    put_digest_row(sheet, "Firm", cg_record_string(run, "firm"), "");
    put_digest_row(sheet, "Counterparty", cg_record_string(run, "counterparty"),
                   "");
    if (model->record_count > 0) {
        put_digest_row(sheet, "From", time_at(model, 0), "");
        put_digest_row(sheet, "To", time_at(model, model->record_count - 1),
                       "");
    }
    put_clock(sheet, model->clock);
    put_counts(sheet, model);
    put_digest_row(sheet, "Head of the evidence", "", model->head);
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

static void put_contents(struct cg_sheet *sheet,
                         const struct cg_report_model *model)
{
    cg_sheet_add(sheet,
                 "<h2>Cases</h2>\n<table class=c><thead><tr><th>Case<th>Title"
                 "<th>Level<th>Verdict<th>Attempts<th "
                 "class=r>Time</thead>\n");
    for (size_t i = 0; i < model->case_count; i++) {
        const struct cg_report_case *kase = &model->cases[i];
        const char *title = cg_report_case_title(kase);
        const char *reason = cg_report_case_reason(kase);
        cg_sheet_format(sheet, "<tr><td><a href=#c%zu>", i);
        cg_sheet_string(sheet, kase->id);
        cg_sheet_add(sheet, "</a><td>");
        cg_sheet_string(sheet, title);
        if (kase->verdict != CG_REPORT_PASSED && reason[0] != '\0') {
            cg_sheet_add(sheet, title[0] != '\0' ? "<br>" : "");
            cg_sheet_add(sheet, "<span class=m>");
            cg_report_put_text(sheet, reason, 300);
            cg_sheet_add(sheet, "</span>");
        }
        cg_sheet_format(sheet, "<td>%s<td><b class=\"v v%d\">%s</b>",
                        kase->optional ? "optional" : "mandatory",
                        (int)kase->verdict,
                        cg_report_verdict_names[kase->verdict]);
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

/* --- the end ------------------------------------------------------------ */

/* A figure that may be text, a number, or not known. */
static void put_figure(struct cg_sheet *sheet, const json_t *figure)
{
    cg_sheet_add(sheet, "<td class=r>");
    if (json_is_string(figure)) {
        cg_sheet_string(sheet, json_string_value(figure));
    } else if (json_is_integer(figure)) {
        cg_sheet_format(sheet, "%" JSON_INTEGER_FORMAT,
                        json_integer_value(figure));
    } else if (json_is_real(figure)) {
        cg_sheet_format(sheet, "%.2f", json_real_value(figure));
    } else {
        cg_sheet_add(sheet, "\xe2\x80\x93");
    }
}

static const char *yes_or_no(const json_t *truth)
{
    return json_is_true(truth)    ? "yes"
           : json_is_false(truth) ? "no"
                                  : "unknown";
}

static void put_credit_rows(struct cg_sheet *sheet, const json_t *rows)
{
    static const char *const keys[] = {
        "granted", "overrun",  "consumed",         "released",
        "expired", "reserved", "peer_used_before", "peer_used_after"};
    if (json_array_size(rows) == 0) {
        return;
    }
    cg_sheet_add(
        sheet,
        "<p>Granted and overrun (traded beyond what was granted) are consumed, "
        "released, expired or still reserved.</p>\n"
        "<table class=k><thead><tr><th>Limit<th>Currency<th class=r>Granted"
        "<th class=r>Overrun<th class=r>Consumed<th class=r>Released<th "
        "class=r>Expired"
        "<th class=r>Still reserved<th class=r>Theirs before"
        "<th class=r>Theirs after<th>Equal</thead>\n");
    for (size_t i = 0; i < json_array_size(rows); i++) {
        const json_t *row = json_array_get(rows, i);
        const json_t *equal = json_object_get(row, "equal");
        cg_sheet_add(sheet,
                     json_is_false(equal) ? "<tr class=y><td>" : "<tr><td>");
        cg_sheet_string(sheet, cg_record_string(row, "limit"));
        cg_sheet_add(sheet, "<td>");
        cg_sheet_string(sheet, cg_record_string(row, "currency"));
        for (size_t j = 0; j < sizeof(keys) / sizeof(keys[0]); j++) {
            put_figure(sheet, json_object_get(row, keys[j]));
        }
        cg_sheet_format(sheet, "<td>%s\n", yes_or_no(equal));
    }
    cg_sheet_add(sheet, "</table>\n");
}

static void put_credit(struct cg_sheet *sheet, const json_t *credit)
{
    cg_sheet_add(sheet, "<h2>Reconciliation of credit</h2>\n");
    if (credit == NULL) {
        cg_sheet_add(sheet, "<p>No reconciliation was made.</p>\n");
        return;
    }
    cg_sheet_add(sheet, "<p>");
    cg_report_put_text(sheet, cg_record_string(credit, "text"), 4000);
    cg_sheet_format(
        sheet,
        "</p>\n<table class=f><tr><th>All returned<td><b>%s</b>\n"
        "<tr><th>Totals equal on both sides<td><b>%s</b>\n"
        "<tr><th>Tokens<td>%" JSON_INTEGER_FORMAT
        "\n<tr><th>Still open<td>%" JSON_INTEGER_FORMAT "</table>\n",
        yes_or_no(json_object_get(credit, "all_returned")),
        yes_or_no(json_object_get(credit, "equal")),
        cg_record_integer(credit, "tokens"), cg_record_integer(credit, "open"));
    if (cg_record_integer(credit, "tokens") == 0) {
        cg_sheet_add(sheet, "<p>No message about credit was seen.</p>\n");
    }
    if (cg_record_integer(credit, "left") > 0) {
        cg_sheet_format(sheet,
                        "<p>Besides, %" JSON_INTEGER_FORMAT
                        " tokens were left open, or unequal, by attempts that "
                        "were repeated.</p>\n",
                        cg_record_integer(credit, "left"));
    }
    put_credit_rows(sheet, json_object_get(credit, "rows"));
}

static void put_others(struct cg_sheet *sheet,
                       const struct cg_report_model *model)
{
    if (model->other_count == 0) {
        return;
    }
    cg_sheet_add(sheet, "<h2>Notes on the run</h2>\n<ul>");
    for (size_t i = 0; i < model->other_count; i++) {
        const json_t *record = model->others[i];
        if (cg_record_is(record, "torn")) {
            cg_sheet_format(sheet,
                            "<li>%" JSON_INTEGER_FORMAT
                            " bytes of a line that a crash cut off are kept in "
                            "evidence.jsonl.torn, SHA-256 <span class=h>",
                            cg_record_integer(record, "bytes"));
            cg_sheet_string(sheet, cg_record_string(record, "digest"));
            cg_sheet_add(sheet, "</span>\n");
        } else {
            cg_report_put_note(sheet, record);
        }
    }
    cg_sheet_add(sheet, "</ul>\n");
}

static void put_signature(struct cg_sheet *sheet, const char *firm)
{
    cg_sheet_add(sheet, "<div><b>");
    cg_sheet_string(sheet, firm);
    cg_sheet_add(sheet, "</b><p>Name</p><p>Firm</p><p>Date</p>"
                        "<p>Signature</p></div>\n");
}

static void put_close(struct cg_sheet *sheet,
                      const struct cg_report_model *model)
{
    const json_t *run = cg_report_run(model);
    cg_sheet_format(
        sheet,
        "<h2>Evidence</h2>\n<div class=keep><p>This page was made of %zu "
        "records in evidence.jsonl. Each names the SHA-256 of the line before "
        "it; that of the last line, with its end of line, is</p>\n<p "
        "class=h><b>%s</b></p>\n<p>Both sides check it, the raw logs and this "
        "page with <code>creditgate certify verify</code>, without a "
        "network.</p></div>\n",
        model->record_count, model->head);
    cg_sheet_add(sheet, "<h2>Signatures</h2>\n<div class=\"sign keep\">\n");
    put_signature(sheet, cg_record_string(run, "firm"));
    put_signature(sheet, cg_record_string(run, "counterparty"));
    cg_sheet_add(sheet, "</div>\n");
}

static void put_page_head(struct cg_sheet *sheet,
                          const struct cg_report_model *model)
{
    const json_t *run = cg_report_run(model);
    cg_sheet_add(sheet,
                 "<!DOCTYPE html>\n<html lang=en>\n<head>\n<meta "
                 "charset=utf-8>\n<meta http-equiv=Content-Security-Policy "
                 "content=\"default-src 'none'; style-src 'unsafe-inline'; "
                 "base-uri 'none'; form-action 'none'\">\n<meta name=viewport "
                 "content=\"width=device-width\">\n");
    cg_sheet_format(sheet, "%s%s\">\n", cg_report_head_marks[CG_REPORT_HTML],
                    model->head);
    cg_sheet_add(sheet, "<title>FIX credit certification: ");
    cg_sheet_string(sheet, cg_record_string(run, "firm"));
    cg_sheet_add(sheet, " and ");
    cg_sheet_string(sheet, cg_record_string(run, "counterparty"));
    cg_sheet_add(sheet, "</title>\n<style>\n");
    cg_sheet_add(sheet, style);
    /* Browsers that number pages in the margin put the head there as well. */
    cg_sheet_format(sheet,
                    "@page{size:A4;margin:15mm 14mm 17mm;@bottom-left{content:"
                    "\"Evidence %.16s\";font:8pt sans-serif}@bottom-right{"
                    "content:\"Page \" counter(page) \" of \" "
                    "counter(pages);font:8pt sans-serif}}\n</style>\n</head>\n",
                    model->head);
    cg_sheet_add(sheet, "<body>\n<h1>FIX credit certification</h1>\n<p>");
    cg_sheet_string(sheet, cg_record_string(run, "firm"));
    cg_sheet_add(sheet, " and ");
    cg_sheet_string(sheet, cg_record_string(run, "counterparty"));
    cg_sheet_add(sheet, "</p>\n");
}

void cg_report_put_html(struct cg_sheet *sheet,
                        const struct cg_report_model *model)
{
    put_page_head(sheet, model);
    put_summary(sheet, model);
    put_contents(sheet, model);
    cg_sheet_add(sheet, "<h2>Who and what</h2>\n");
    for (size_t i = 0; i < model->run_count; i++) {
        put_run(sheet, model->runs[i], i + 1);
    }
    cg_sheet_add(sheet, "<h2>Case by case</h2>\n");
    cg_report_put_cases(sheet, model);
    put_others(sheet, model);
    cg_report_put_glossary(sheet, model);
    put_credit(sheet, model->credit);
    put_close(sheet, model);
    cg_sheet_add(sheet, "</body>\n</html>\n");
}
