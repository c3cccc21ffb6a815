/*
 * The reports: what the whole comes to, what is marked and drawn, and that
 * nothing from outside becomes markup.
 *
 *     test_report DIR [CASES]    writes a certification to look at, no tests
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "evidence_sample.h"

#include <report.h>
#include <report_text.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#define HEAD "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

static size_t count_of(const char *text, const char *word)
{
    size_t count = 0;
    for (text = strstr(text, word); text != NULL;
         text = strstr(text + 1, word)) {
        count++;
    }
    return count;
}

static void assert_has(const char *text, const char *word)
{
    assert_non_null(text);
    if (strstr(text, word) == NULL) {
        fail_msg("\"%s\" is not in:\n%.4000s", word, text);
    }
}

/* --- the whole ---------------------------------------------------------- */

/* Records as one line each: "run T-1 T-2", "attempt T-1 1 optional", "verdict
 * T-1 1 passed", "credit 1 0", "end 1", "note". */
static json_t *record_of(char *line, json_int_t no)
{
    char *words[4] = {"", "", "", ""};
    size_t count = 0;
    for (char *word = strtok(line, " "); word != NULL && count < 4;
         word = strtok(NULL, " ")) {
        words[count++] = word;
    }
    json_t *record = json_pack("{sI ss ss}", "no", no, "kind", words[0], "time",
                               "2026-11-29T17:00:00.000000Z");
    if (strcmp(words[0], "run") == 0) {
        json_t *ids = json_array();
        for (size_t i = 1; i < count; i++) {
            json_array_append_new(ids, json_string(words[i]));
        }
        json_object_set_new(record, "cases", ids);
    } else if (strcmp(words[0], "credit") == 0) {
        json_object_set_new(record, "all_returned",
                            json_boolean(words[1][0] == '1'));
        json_object_set_new(record, "equal",
                            words[2][0] == '-'
                                ? json_null()
                                : json_boolean(words[2][0] == '1'));
    } else if (strcmp(words[0], "end") == 0) {
        json_object_set_new(record, "complete",
                            json_boolean(words[1][0] == '1'));
    } else if (count > 2) {
        json_object_set_new(record, "case", json_string(words[1]));
        json_object_set_new(record, "attempt", json_integer(atoi(words[2])));
        json_object_set_new(
            record, strcmp(words[0], "attempt") == 0 ? "level" : "verdict",
            json_string(words[3]));
    }
    return record;
}

static json_t *records_of(const char *lines)
{
    json_t *records = json_array();
    char *copy = strdup(lines);
    assert_non_null(copy);
    char *rest = copy;
    for (char *line = strsep(&rest, "\n"); line != NULL;
         line = strsep(&rest, "\n")) {
        json_array_append_new(
            records, record_of(line, (json_int_t)json_array_size(records) + 1));
    }
    free(copy);
    return records;
}

/* The whole is passed only when every mandatory case is, and the credit. */
static void test_report_whole_follows_from_records(void **state)
{
    static const struct {
        const char *lines;
        const char *word;
        const char *sentence;
    } rows[] = {
        {"run T-1\nattempt T-1 1 mandatory\nverdict T-1 1 passed\nend 1",
         "PASSED", "Every mandatory case passed."},
        {"run T-1\nattempt T-1 1 mandatory\nverdict T-1 1 failed\nend 1",
         "FAILED", "mandatory case failed"},
        {"run T-1\nattempt T-1 1 mandatory\nverdict T-1 1 failed\n"
         "attempt T-1 2 mandatory\nverdict T-1 2 passed\nend 1",
         "PASSED", ""},
        {"run T-1\nattempt T-1 1 mandatory\nverdict T-1 1 passed\n"
         "attempt T-1 2 mandatory\nverdict T-1 2 failed\nend 1",
         "FAILED", ""},
        {"run T-1\nattempt T-1 1 mandatory\nverdict T-1 1 passed\n"
         "attempt T-2 1 optional\nverdict T-2 1 failed\nend 1",
         "PASSED", ""},
        {"run T-1\nattempt T-1 1 mandatory\nverdict T-1 1 broken\nend 1",
         "INCOMPLETE", "neither passed nor failed"},
        {"run T-1\nattempt T-1 1 mandatory\nverdict T-1 1 skipped\nend 1",
         "INCOMPLETE", "neither passed nor failed"},
        {"run T-1\nattempt T-1 1 mandatory\nverdict T-1 1 stopped\nend 1",
         "INCOMPLETE", "neither passed nor failed"},
        {"run T-1\nattempt T-1 1 mandatory\nend 1", "INCOMPLETE",
         "neither passed nor failed"},
        {"run T-1\nattempt T-1 1 mandatory\nverdict T-1 1 fine\nend 1",
         "INCOMPLETE", "neither passed nor failed"},
        {"run T-1 T-2\nattempt T-1 1 mandatory\nverdict T-1 1 passed\nend 1",
         "INCOMPLETE", "neither passed nor failed"},
        {"run T-1 T-2\nattempt T-1 1 mandatory\nverdict T-1 1 passed\n"
         "verdict T-2 1 waived\nend 1",
         "PASSED", "or was waived"},
        {"run T-1\nverdict T-1 1 waived\nend 1", "INCOMPLETE",
         "No case has passed."},
        {"run T-1\nattempt T-1 1 mandatory\nverdict T-1 1 passed", "INCOMPLETE",
         "not at its end"},
        {"run T-1\nattempt T-1 1 mandatory\nverdict T-1 1 passed\nend 0",
         "INCOMPLETE", "not at its end"},
        {"run T-1\nattempt T-1 1 mandatory\nverdict T-1 1 passed\nend 1\n"
         "run T-1",
         "INCOMPLETE", "not at its end"},
        {"run T-1\nattempt T-1 1 mandatory\nverdict T-1 1 passed\n"
         "credit 1 0\nend 1",
         "FAILED", "credit is not all returned"},
        {"run T-1\nattempt T-1 1 mandatory\nverdict T-1 1 passed\n"
         "credit 0 1\nend 1",
         "FAILED", "credit is not all returned"},
        {"run T-1\nattempt T-1 1 mandatory\nverdict T-1 1 passed\n"
         "credit 1 -\nend 1",
         "PASSED", ""},
        {"run T-1\nattempt T-1 1 mandatory\nverdict T-1 1 passed\n"
         "credit 0 0\ncredit 1 1\nend 1",
         "PASSED", ""},
        {"note", "INCOMPLETE", ""},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct cg_report_model model;
        json_t *records = records_of(rows[i].lines);
        assert_int_equal(cg_report_model_init(&model, records,
                                              json_array_size(records), HEAD),
                         0);
        if (strcmp(cg_report_whole_word(&model), rows[i].word) != 0) {
            fail_msg("%s\nis %s", rows[i].lines, cg_report_whole_word(&model));
        }
        assert_has(cg_report_whole_sentence(&model), rows[i].sentence);
        cg_report_model_deinit(&model);
        json_decref(records);
    }
}

/* A number that is used twice hides no attempt; nor does a second verdict. */
static void test_report_every_attempt_is_kept(void **state)
{
    struct cg_report_model model;
    json_t *records = records_of("run T-1\nattempt T-1 1 mandatory\n"
                                 "attempt T-1 1 mandatory\n"
                                 "verdict T-1 1 failed\n"
                                 "verdict T-1 1 passed\n"
                                 "verdict T-1 1 waived\nend 1");
    (void)state;
    assert_int_equal(
        cg_report_model_init(&model, records, json_array_size(records), HEAD),
        0);
    assert_int_equal(model.case_count, 1);
    assert_int_equal(model.cases[0].attempt_count, 3);
    assert_int_equal(model.cases[0].attempts[0].verdict, CG_REPORT_PASSED);
    assert_int_equal(model.cases[0].attempts[1].verdict, CG_REPORT_FAILED);
    assert_int_equal(model.cases[0].attempts[2].verdict, CG_REPORT_WAIVED);
    cg_report_model_deinit(&model);
    json_decref(records);
}

/* No records at all make reports, too. */
static void test_report_of_nothing(void **state)
{
    struct cg_report_files files;
    json_t *records = json_array();
    (void)state;
    assert_int_equal(cg_report_make(records, 0, HEAD, &files), 0);
    assert_has(files.bytes[CG_REPORT_HTML], "INCOMPLETE");
    assert_has(files.bytes[CG_REPORT_JUNIT], "<failure");
    cg_report_free(&files);
    json_decref(records);
}

/* --- cells -------------------------------------------------------------- */

/* Fields are found between bars and between blanks, and only these. */
static void test_report_differing_fields_are_marked(void **state)
{
    static const struct {
        const char *text;
        int tag;
        const char *marked;
        const char *values;
    } rows[] = {
        {"35=D|11=A|110=B", 11, "35=D|<mark>11=A</mark>|110=B", "A"},
        {"DG 2318=1 2325=4 ...", 2325, "DG 2318=1 <mark>2325=4</mark> ...",
         "4"},
        {"DG 58~two words 11=1", 58, "DG <mark>58~two words</mark> 11=1",
         "with two words"},
        {"DG 58=7 of 9 11=1", 58, "DG <mark>58=7 of 9</mark> 11=1", "7 of 9"},
        {"DG !2326 11=1", 2326, "DG <mark>!2326</mark> 11=1", "absent"},
        {"DG 11=1 !2326", 2326, "DG 11=1 <mark>!2326</mark>", "absent"},
        {"447=D|448=a|447=E|448=b", 448,
         "447=D|<mark>448=a</mark>|447=E|<mark>448=b</mark>", "a, b"},
        {"58=<i>|11=1", 58, "<mark>58=&lt;i&gt;</mark>|11=1", "&lt;i&gt;"},
        {"58=|11=1", 58, "<mark>58=</mark>|11=1", "empty"},
        {"58=a=b", 58, "<mark>58=a=b</mark>", "a=b"},
        {"text 9911=1", 11, "text 9911=1", ""},
        {"DG 11=1", 35, "DG 11=1", "DG"},
        {"35=DI|11=1", 35, "<mark>35=DI</mark>|11=1", "DI"},
        {"", 35, "", ""},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct cg_sheet sheet = {0};
        json_t *tags = json_pack("[i]", rows[i].tag);
        cg_report_put_fields(&sheet, rows[i].text, tags);
        cg_sheet_add(&sheet, "\n");
        cg_report_put_values(&sheet, rows[i].text, (unsigned long)rows[i].tag);
        char expected[256];
        snprintf(expected, sizeof(expected), "%s\n%s", rows[i].marked,
                 rows[i].values);
        assert_string_equal(sheet.bytes, expected);
        json_decref(tags);
        free(sheet.bytes);
    }
}

/* What nobody can see, or what turns a line around, is written out. */
static void test_report_text_is_plain(void **state)
{
    static const struct {
        const char *text;
        const char *shown;
    } rows[] = {
        {"a\001b", "a|b"},
        {"<a href='x'>&\"", "&lt;a href=&#39;x&#39;&gt;&amp;&quot;"},
        {"\x1b[1m\x7f\r", "\\x1B[1m\\x7F\\x0D"},
        {"\xe2\x80\xae"
         "abc",
         "\\u{202E}abc"},
        {"\xc2\x85\xef\xbf\xbf", "\\x85\\u{FFFF}"},
        {"\xc3\xa4 \xe6\x97\xa5 \xf0\x9f\x98\x80",
         "\xc3\xa4 \xe6\x97\xa5 \xf0\x9f\x98\x80"},
        {"a\xff<", "a\\xFF&lt;"},
        {"\n\t", "\n\t"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct cg_sheet sheet = {0};
        cg_sheet_string(&sheet, rows[i].text);
        assert_string_equal(sheet.bytes, rows[i].shown);
        free(sheet.bytes);
    }
}

/* Long texts are cut between characters, and say how much is missing. */
static void test_report_long_text_is_counted(void **state)
{
    struct cg_sheet sheet = {0};
    (void)state;
    cg_report_put_text(&sheet, "ab\xc3\xa4xyz", 3);
    assert_has(sheet.bytes, "ab\xe2\x80\xa6 [");
    assert_has(sheet.bytes, "[5 more bytes");
    free(sheet.bytes);
}

/* --- drawings ----------------------------------------------------------- */

static json_t *messages(const char *seat, const char *actor, size_t count)
{
    json_t *records = json_array();
    json_array_append_new(records,
                          json_pack("{si ss ss ss s[{ss ss}{ss ss}]}", "no", 1,
                                    "kind", "run", "seat", seat, "peer", "hub",
                                    "sessions", "name", "client", "role",
                                    "client", "name", "hub", "role", "hub"));
    for (size_t i = 0; i < count; i++) {
        json_array_append_new(
            records,
            json_pack("{sI ss ss si ss ss sf ss}", "no", (json_int_t)i + 2,
                      "kind", "message", "case", "T-1", "attempt", 1, "actor",
                      i % 2 == 0 ? actor : "client", "direction",
                      i % 2 == 0 ? "to" : "from", "ms", 1.0, "bytes",
                      "8=FIXT.1.1\00135=DF\001"));
    }
    return records;
}

static char *draw(const json_t *records)
{
    struct cg_report_model model;
    struct cg_sheet sheet = {0};
    assert_int_equal(
        cg_report_model_init(&model, records, json_array_size(records), HEAD),
        0);
    cg_report_put_diagram(&sheet, &model, &model.cases[0].attempts[0]);
    cg_report_model_deinit(&model);
    return sheet.bytes;
}

/* Each message is an arrow, in drawings that fit on a page, up to a limit. */
static void test_report_drawings_fit_pages(void **state)
{
    static const size_t counts[] = {1, 16, 17, 18, 34, 300, 301, 5000};
    (void)state;
    for (size_t i = 0; i < sizeof(counts) / sizeof(counts[0]); i++) {
        json_t *records = messages("gate", "hub", counts[i]);
        char *svg = draw(records);
        size_t drawn = counts[i] < 300 ? counts[i] : 300;
        assert_int_equal(count_of(svg, "<text class=a"), drawn);
        assert_int_equal(count_of(svg, "<svg "), (drawn + 16) / 17);
        assert_int_equal(count_of(svg, "</svg>"), (drawn + 16) / 17);
        assert_int_equal(count_of(svg, "more messages"), counts[i] > 300);
        assert_has(svg, "DF PartyRiskLimitCheckRequest");
        free(svg);
        json_decref(records);
    }
}

/* The lanes: the peer is where the seat puts it, the wire goes past the kit's
 * gate. */
static void test_report_lanes_follow_the_seat(void **state)
{
    static const struct {
        const char *seat;
        const char *actor;
        const char *names[4];
    } rows[] = {
        {"hub", "hub", {"client", "gate (kit)", "hub"}},
        {"hub", "wire", {"wire", "client", "gate (kit)", "hub"}},
        {"gate", "venue", {"client", "hub", "venue"}},
        {"gate", "wire", {"wire", "client", "hub"}},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        json_t *records = messages(rows[i].seat, rows[i].actor, 2);
        char *svg = draw(records);
        const char *at = svg;
        size_t names = 0;
        for (; names < 4 && rows[i].names[names] != NULL; names++) {
            char name[40];
            snprintf(name, sizeof(name), "\">%s</text><path class=l",
                     rows[i].names[names]);
            at = strstr(at, name);
            if (at == NULL) {
                fail_msg("%s is not in its place:\n%s", name, svg);
            }
        }
        assert_int_equal(count_of(svg, "<text class=n"), names);
        assert_int_equal(count_of(svg, "<text class=a"), 2);
        free(svg);
        json_decref(records);
    }
}

/* --- the whole files ---------------------------------------------------- */

struct folder {
    char dir[64];
    char *texts[CG_REPORT_FILES];
};

static int make(void **state)
{
    struct folder *folder = calloc(1, sizeof(*folder));
    assert_non_null(folder);
    snprintf(folder->dir, sizeof(folder->dir), "/tmp/cg-report-XXXXXX");
    assert_non_null(mkdtemp(folder->dir));
    evidence_sample_make(folder->dir, 6);
    for (size_t i = 0; i < CG_REPORT_FILES; i++) {
        size_t len;
        folder->texts[i] = evidence_sample_read(folder->dir, cg_report_names[i],
                                                &len);
        assert_int_equal(strlen(folder->texts[i]), len);
    }
    *state = folder;
    return 0;
}

static int clear(void **state)
{
    struct folder *folder = *state;
    char command[128];
    for (size_t i = 0; i < CG_REPORT_FILES; i++) {
        free(folder->texts[i]);
    }
    snprintf(command, sizeof(command), "rm -r %s", folder->dir);
    assert_int_equal(system(command), 0);
    free(folder);
    return 0;
}

/* Every report says where the chain stood when it was made. */
static void test_report_files_name_the_head(void **state)
{
    const struct folder *folder = *state;
    const char *first = NULL;
    for (size_t i = 0; i < CG_REPORT_FILES; i++) {
        const char *mark = cg_report_head_marks[i];
        const char *at = strstr(folder->texts[i], mark);
        assert_non_null(at);
        at += strlen(mark);
        first = first != NULL ? first : at;
        assert_memory_equal(first, at, 64);
        assert_int_equal(at[64], '"');
    }
}

/* The page needs nothing from elsewhere and runs nothing. */
static void test_report_page_stands_alone(void **state)
{
    const struct folder *folder = *state;
    const char *page = folder->texts[CG_REPORT_HTML];
    static const char *const never[] = {"<script",  "<img",  "<link",
                                        "<iframe",  " src=", "url(",
                                        "@import",  "://",   " on",
                                        "<a href=h"};
    assert_has(page, "default-src 'none'");
    assert_has(page, "&lt;script&gt;alert");
    for (size_t i = 0; i < sizeof(never) / sizeof(never[0]); i++) {
        /* " on" is a word, too: only in a tag is it a handler. */
        const char *at = page;
        for (at = strstr(at, never[i]); at != NULL;
             at = strstr(at + 1, never[i])) {
            const char *open = at;
            while (open > page && *open != '<' && *open != '>') {
                open--;
            }
            if (never[i][0] != ' ' || (*open == '<' && open != at)) {
                fail_msg("%s: %.80s", never[i], at);
            }
        }
    }
}

/* What the page must say, by its own example. */
static void test_report_page_is_complete(void **state)
{
    const struct folder *folder = *state;
    const char *page = folder->texts[CG_REPORT_HTML];
    static const char *const words[] = {
        "Gate &amp; Sons &lt;Ltd&gt;",
        "First &quot;Clearing&quot; Member AG",
        "J. Doe",
        "M. Mustermann",
        "FIXT.1.1/FIX.5.0SP2",
        "v0.1-12-gabcdef",
        "3.2 ms behind",
        "Attempt 2",
        "<details><summary>Attempt 1",
        "<mark>7350=T2</mark>",
        "<b>38</b> OrderQty: expected 10000000, observed none",
        "<b>58</b> Text: expected absent, observed no &lt;b&gt;",
        "profile: the hub has no partial grants",
        "The attempt has no end",
        "Make the hub deny the next request",
        "the profile was read again",
        "CERT-001-USD",
        "<th>All returned<td><b>yes</b>",
        "<b>2325</b> RiskLimitCheckRequestStatus",
        "<p>Signature</p>",
        "38800 more bytes",
        "<p class=x>[PROFILE]\nName=FCM\nIgnoreTags=&lt;58&gt;\n</p>",
    };
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        assert_has(page, words[i]);
    }
    /* 320 of T-103, 6 cases with 24 each, two attempts and the hostile one. */
    assert_int_equal(count_of(page, "<tbody"), 320 + 6 * 24 + 2 * 4 + 2);
    assert_int_equal(count_of(page, "<tbody class=w>"), 3);
    assert_int_equal(count_of(page, "<p>Signature</p>"), 2);
    /* The profile of both runs is the same. */
    assert_int_equal(count_of(page, "IgnoreTags="), 1);
}

/* Cases by their layer, and the whole as cases of its own. */
static void test_report_junit_has_layers(void **state)
{
    const struct folder *folder = *state;
    const char *xml = folder->texts[CG_REPORT_JUNIT];
    assert_has(xml, "name=\"session\" ");
    assert_has(xml, "name=\"tokens\" ");
    assert_has(xml, "<failure message=\"failed: two steps failed\" "
                    "type=\"failed\">");
    assert_has(xml, "<error message=\"broken: the peer did not log on within "
                    "10 s\"");
    assert_has(xml, "<skipped message=\"waived: profile: the hub has no "
                    "partial grants\"/>");
    /* A case that was repeated says how its attempts ended. */
    assert_has(xml, "<system-out>attempt 1: failed: step 3: two fields are "
                    "not as they should be\nattempt 2: passed\n"
                    "</system-out>\n</testcase>");
    assert_int_equal(count_of(xml, "<system-out>attempt"), 1);
    assert_int_equal(count_of(xml, "<testcase "), 2 + 8 + 6);
    assert_int_equal(count_of(xml, "<testsuite "), 7);
    assert_int_equal(count_of(xml, "<script"), 0);
    assert_string_equal(cg_report_layer("S-1"), "session");
    assert_string_equal(cg_report_layer("S1"), "session");
    assert_string_equal(cg_report_layer("SX-1"), "other");
    assert_string_equal(cg_report_layer("A-1"), "alerts");
    assert_string_equal(cg_report_layer(""), "other");
}

/* Everything again, for machines. */
static void test_report_json_is_whole(void **state)
{
    const struct folder *folder = *state;
    json_t *whole = json_loads(folder->texts[CG_REPORT_JSON], 0, NULL);
    assert_non_null(whole);
    const json_t *cases = json_object_get(whole, "cases");
    size_t records = json_array_size(json_object_get(whole, "runs")) +
                     json_array_size(json_object_get(whole, "others")) + 3;
    for (size_t i = 0; i < json_array_size(cases); i++) {
        const json_t *attempts = json_object_get(json_array_get(cases, i),
                                                 "attempts");
        for (size_t j = 0; j < json_array_size(attempts); j++) {
            const json_t *attempt = json_array_get(attempts, j);
            records += json_array_size(json_object_get(attempt, "records"));
            records += json_is_object(json_object_get(attempt, "begin"));
            records += json_is_object(json_object_get(attempt, "end"));
        }
    }
    assert_int_equal(records,
                     json_integer_value(json_object_get(whole, "records")));
    assert_string_equal(json_string_value(json_object_get(whole, "verdict")),
                        "INCOMPLETE");
    json_decref(whole);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_report_whole_follows_from_records),
        cmocka_unit_test(test_report_every_attempt_is_kept),
        cmocka_unit_test(test_report_of_nothing),
        cmocka_unit_test(test_report_differing_fields_are_marked),
        cmocka_unit_test(test_report_text_is_plain),
        cmocka_unit_test(test_report_long_text_is_counted),
        cmocka_unit_test(test_report_drawings_fit_pages),
        cmocka_unit_test(test_report_lanes_follow_the_seat),
        cmocka_unit_test(test_report_files_name_the_head),
        cmocka_unit_test(test_report_page_stands_alone),
        cmocka_unit_test(test_report_page_is_complete),
        cmocka_unit_test(test_report_junit_has_layers),
        cmocka_unit_test(test_report_json_is_whole),
    };
    if (argc > 1) {
        evidence_sample_make(argv[1], argc > 2 ? (size_t)atoi(argv[2]) : 0);
        return 0;
    }
    return cmocka_run_group_tests(tests, make, clear);
}
