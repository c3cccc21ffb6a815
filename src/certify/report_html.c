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

#define PROFILE_MAX 8000 /* bytes of its text */

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
    ".k td,.k th{padding:.2rem .25rem}.k td.r,.k td:last-child,"
    ".c td:nth-child(1),.c td:nth-child(3),.e td:nth-child(-n+3){"
    "white-space:nowrap}"
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
    ".n{font-size:.8rem;margin:.3rem 0;padding-left:1.2rem}"
    "@media screen{.brief{display:none}}\n"
    ".sign{display:flex;gap:3rem}.sign div{flex:1}"
    ".sign p{margin:2.6rem 0 0;border-top:1px solid var(--fg);"
    "padding-top:.2rem;font-size:.85rem}\n"
    "@media screen and (max-width:46rem){.c,.e,.k{display:block;"
    "overflow-x:auto}.sign{gap:1rem}.f th{width:7em}"
    ".s th:last-child{width:8em}}\n"
    "@media print{:root{color-scheme:light;font-size:13px}body{padding:0;"
    "max-width:none;font-size:9.5pt}a{text-decoration:none}.go{display:none}"
    "h2,h3,h4,h5,p.m,p.b,h2+p{break-after:avoid}p,li{break-inside:avoid}"
    "summary{"
    "list-style:none}"
    "thead{display:table-header-group}tr,.s tbody,.sign,.keep{break-inside:"
    "avoid}details:not([open])+div{display:block!important}"
    "#brief:checked~section.p,#brief:not(:checked)~.brief{display:none}"
    ".v1{background:#fff;color:#b3261e;border-width:2px}"
    "*{-webkit-print-color-adjust:exact;print-color-adjust:exact}}\n";

/* For who does not know the language of the cases, docs/sessions.md. */
static const char how_to_read[] =
    "<h2 id=each>Case by case</h2>\n<div class=keep><h3>How to read a "
    "case</h3>\n<p>A "
    "step of the script stands first, then the message that was expected, and "
    "beside it what was observed; what differs is marked with "
    "\xe2\x89\xa0. <code>hub &gt; DG</code>: the hub says a message of type "
    "DG; <code>hub &lt; DF</code>: it receives one; <code>client up</code>: a "
    "session is logged on. Numbers are those of FIX fields: their names stand "
    "under Fields, near the end. <code>...</code>: other fields may be there; "
    "<code>!58</code>: there is no such field; <code>58~full</code>: it "
    "contains that; <code>$T</code>: the value that came first under this "
    "name; <code>same</code>: as the message that was passed on. The time "
    "beside a verdict says how much later or earlier it came than the script "
    "has it; in the diagram times count from the begin of the "
    "attempt.</p></div>\n";

/* On paper pages are turned. */
static const char links[] =
    "<p class=go><a href=#cases>Cases</a> \xc2\xb7 <a href=#who>Who and "
    "what</a> "
    "\xc2\xb7 <a href=#each>Case by case</a> \xc2\xb7 <a href=#credit>"
    "Reconciliation of credit</a> \xc2\xb7 <a href=#sign>Evidence and "
    "signatures</a></p>\n"
    /* All of them are hundreds of sheets; here, as what follows heeds it. */
    "<input type=checkbox id=brief class=go checked> <label for=brief "
    "class=go>Print cases that passed at once in the list only</label>\n"
    "<p class=brief>Cases that passed at once stand in the list only: the "
    "steps and "
    "messages of each are in report.html, which the digest above binds.</p>\n";

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

void cg_report_put_address(struct cg_sheet *sheet,
                           const char *before,
                           const json_t *session)
{
    const char *host = cg_record_string(session, "host");
    const char *port = cg_record_string(session, "port");
    if (port[0] != '\0') {
        cg_sheet_add(sheet, before);
        cg_sheet_string(sheet, host[0] != '\0' ? host : "any");
        cg_sheet_add(sheet, ":");
        cg_sheet_string(sheet, port);
    }
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
        "<th>TargetCompID<th>Address<th>Dictionary, SHA-256</thead>\n");
    for (size_t i = 0; i < json_array_size(sessions); i++) {
        const json_t *session = json_array_get(sessions, i);
        cg_sheet_add(sheet, "<tr>");
        for (size_t j = 0; j < sizeof(keys) / sizeof(keys[0]); j++) {
            cg_sheet_add(sheet, "<td>");
            cg_sheet_string(sheet, cg_record_string(session, keys[j]));
        }
        cg_sheet_add(sheet, "<td>");
        cg_report_put_address(sheet, "", session);
        cg_sheet_add(sheet, "<td class=h>");
        cg_sheet_string(sheet, cg_record_string(session, "dictionary"));
        cg_sheet_add(sheet, "\n");
    }
    cg_sheet_add(sheet, "</table>\n");
}

/* What was not asked of the counterparty, or not looked at, stands there: once,
 * until it is another one. */
static void put_profile(struct cg_sheet *sheet,
                        const struct cg_report_model *model,
                        size_t index)
{
    const json_t *profile = json_object_get(model->runs[index], "profile");
    const char *text = cg_record_string(profile, "text");
    if (text[0] == '\0' ||
        (index > 0 &&
         json_equal(profile,
                    json_object_get(model->runs[index - 1], "profile")) == 1)) {
        return;
    }
    cg_sheet_add(sheet, "<h5>The profile: what is expected of the counterparty "
                        "otherwise, and what is not</h5>\n<p class=x>");
    cg_report_put_text(sheet, text, PROFILE_MAX);
    cg_sheet_add(sheet, "</p>\n");
}

static void put_run(struct cg_sheet *sheet,
                    const struct cg_report_model *model,
                    size_t index)
{
    const json_t *run = model->runs[index];
    const json_t *config = json_object_get(run, "config");
    const json_t *profile = json_object_get(run, "profile");
    bool hub = strcmp(cg_record_string(run, "seat"), "hub") == 0;
    cg_sheet_format(sheet, "<div class=keep><h4>Run %zu</h4>\n<table class=f>",
                    index + 1);
    cg_sheet_add(sheet, "<tr><th>Begun<td>");
    cg_report_put_time(sheet, cg_record_string(run, "time"));
    cg_sheet_add(sheet, "\n");
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
    cg_sheet_add(sheet, "</table></div>\n");
    if (index > 0 &&
        json_equal(json_object_get(run, "sessions"),
                   json_object_get(model->runs[index - 1], "sessions")) == 1) {
        cg_sheet_format(sheet, "<p>Its sessions are those of run %zu.</p>\n",
                        index);
    } else {
        put_sessions(sheet, run);
    }
    put_profile(sheet, model, index);
}

/* --- the end ------------------------------------------------------------ */

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

/* On one sheet: what is signed, by which digest, and the lines for it. */
static void put_close(struct cg_sheet *sheet,
                      const struct cg_report_model *model)
{
    const json_t *run = cg_report_run(model);
    cg_sheet_format(
        sheet,
        "<div class=keep><h2 id=sign>Evidence</h2>\n<p>This page was made of "
        "the %zu "
        "records in evidence.jsonl. Each names the SHA-256 of the line before "
        "it; that of the last line, with its end of line, is</p>\n<p "
        "class=h><b>%s</b></p>\n<p>It stands for all records, and for the raw "
        "logs, whose digests are in them. <code>tail -n 1 evidence.jsonl | "
        "sha256sum</code> prints it. <code>creditgate certify verify</code> "
        "checks each line and each log, and makes this page again, to compare "
        "it byte by byte, without a network. Evidence that somebody made anew "
        "can be whole, but has another digest: so this one is signed.</p>\n",
        model->record_count, model->head);
    cg_sheet_add(sheet, "<h2>Signatures</h2>\n");
    cg_report_put_whole(sheet, model);
    cg_sheet_add(sheet, "<div class=sign>\n");
    put_signature(sheet, cg_record_string(run, "firm"));
    put_signature(sheet, cg_record_string(run, "counterparty"));
    cg_sheet_add(sheet, "</div></div>\n");
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
    cg_report_put_summary(sheet, model);
    cg_sheet_add(sheet, links);
    cg_report_put_unpassed(sheet, model);
    cg_report_put_contents(sheet, model);
    cg_sheet_add(sheet, "<h2 id=who>Who and what</h2>\n");
    for (size_t i = 0; i < model->run_count; i++) {
        put_run(sheet, model, i);
    }
    cg_sheet_add(sheet, how_to_read);
    cg_report_put_cases(sheet, model);
    put_others(sheet, model);
    cg_report_put_glossary(sheet, model);
    cg_report_put_credit(sheet, model);
    put_close(sheet, model);
    cg_sheet_add(sheet, "</body>\n</html>\n");
}
