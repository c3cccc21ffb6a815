/*
 * The reports where records are not as the kit writes them: too many, of
 * another form, of another script; and every letter that nobody can see.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <jansson.h>
#include <report.h>
#include <report_text.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define HEAD "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

static void assert_has(const char *text, const char *word)
{
    assert_non_null(text);
    if (strstr(text, word) == NULL) {
        fail_msg("\"%s\" is not in:\n%.8000s", word, text);
    }
}

static void assert_lacks(const char *text, const char *word)
{
    assert_non_null(text);
    if (strstr(text, word) != NULL) {
        fail_msg("\"%s\" is in:\n%.8000s", word, text);
    }
}

/* A record of |kind| with the members of |more|, JSON without its braces. */
static void add(json_t *records, const char *kind, const char *more)
{
    char *text = NULL;
    json_error_t error;
    json_t *record;

    assert_true(asprintf(&text,
                         "{\"no\":%zu,\"time\":\"2026-11-29T17:00:00Z\","
                         "\"kind\":\"%s\"%s%s}",
                         json_array_size(records) + 1, kind,
                         more[0] != '\0' ? "," : "", more) > 0);
    record = json_loads(text, 0, &error);
    if (record == NULL) {
        fail_msg("%s: %s", text, error.text);
    }
    free(text);
    assert_int_equal(json_array_append_new(records, record), 0);
}

static void make(const json_t *records, struct cg_report_files *files)
{
    assert_int_equal(
        cg_report_make(records, json_array_size(records), HEAD, files), 0);
}

#define T1 "\"case\":\"T-1\",\"attempt\":1"
#define CASE(id) "\"case\":\"" id "\",\"attempt\":1"
#define REST                                                                   \
    ",\"overrun\":\"0.00\",\"consumed\":\"0.00\",\"released\":\"0.00\","       \
    "\"expired\":\"0.00\",\"reserved\":\"0.00\""
/* What the gate and the hub say was granted under a limit; without its end. */
#define ROW(limit, currency, gate, hub)                                        \
    "{\"limit\":\"" limit "\",\"currency\":\"" currency "\",\"granted\":"      \
    "\"" gate "\"" REST ",\"hub\":{\"granted\":\"" hub "\"" REST "}"
#define INCLUDED(digest)                                                       \
    "[{\"file\":\"cases/desk.inc\",\"digest\":\"" digest "\"}]"
#define STEP                                                                   \
    T1 ",\"text\":\"hub < DG\",\"expected\":\"35=DG\",\"observed\":\"35=DG\""

/* --- letters ---------------------------------------------------------------
 */

/* At the borders of what is unseen, and one beside them. */
static void test_report_unseen_letters(void **state)
{
    static const struct {
        unsigned value;
        bool unseen;
    } rows[] = {
        {0x08, true},    {0x1f, true},    {0x20, false},    {0x7e, false},
        {0x7f, true},    {0x9f, true},    {0xa0, false},    {0xac, false},
        {0xad, true},    {0xae, false},   {0x61b, false},   {0x61c, true},
        {0x200a, false}, {0x200b, true},  {0x200f, true},   {0x2010, false},
        {0x2027, false}, {0x2028, true},  {0x202e, true},   {0x202f, false},
        {0x205f, false}, {0x2060, true},  {0x206f, true},   {0x2070, false},
        {0xfdcf, false}, {0xfdd0, true},  {0xfdef, true},   {0xfdf0, false},
        {0xfefe, false}, {0xfeff, true},  {0xff00, false},  {0xfff8, false},
        {0xfff9, true},  {0xfffb, true},  {0xfffc, false},  {0xfffd, false},
        {0xfffe, true},  {0xffff, true},  {0x10000, false}, {0x1fffe, true},
        {0x1ffff, true}, {0x20000, false}};

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        unsigned value = rows[i].value;
        char text[8] = "";
        struct cg_sheet sheet = {0};
        size_t len = 0;

        if (value < 0x80) {
            text[len++] = (char)value;
        } else if (value < 0x800) {
            text[len++] = (char)(0xc0 | value >> 6);
            text[len++] = (char)(0x80 | (value & 0x3f));
        } else if (value < 0x10000) {
            text[len++] = (char)(0xe0 | value >> 12);
            text[len++] = (char)(0x80 | (value >> 6 & 0x3f));
            text[len++] = (char)(0x80 | (value & 0x3f));
        } else {
            text[len++] = (char)(0xf0 | value >> 18);
            text[len++] = (char)(0x80 | (value >> 12 & 0x3f));
            text[len++] = (char)(0x80 | (value >> 6 & 0x3f));
            text[len++] = (char)(0x80 | (value & 0x3f));
        }
        cg_sheet_string(&sheet, text);
        if ((sheet.bytes[0] == '\\') != rows[i].unseen) {
            fail_msg("%x is %s", value, sheet.bytes);
        }
        free(sheet.bytes);
    }
}

static void test_report_texts_at_their_ends(void **state)
{
    struct cg_sheet sheet = {0};

    (void)state;
    cg_sheet_string(&sheet, NULL);
    cg_sheet_add(&sheet, "|");
    cg_report_put_text(&sheet, "\x80\x80\x80\x80", 2);
    assert_string_equal(sheet.bytes,
                        "|\xe2\x80\xa6 [4 more bytes, whole in report.json]");
    free(sheet.bytes);
}

/* --- fields ----------------------------------------------------------------
 */

static void test_report_fields_of_strange_texts(void **state)
{
    static const struct {
        const char *text;
        int tag;
        const char *marked;
        const char *values;
    } rows[] = {
        {"!58|11=1", 58, "<mark>!58</mark>|11=1", "absent"},
        {"11=1\00158=x\00111=2", 58, "11=1|<mark>58=x</mark>|11=2", "x"},
        {"11=1\001!58\00111=2", 58, "11=1|<mark>!58</mark>|11=2", "absent"},
        {"!58x 11=1", 58, "!58x 11=1", ""},
        {"58 11=1", 58, "58 11=1", ""},
        {"058=1", 58, "058=1", ""},
        {"58=a ...", 58, "<mark>58=a</mark> ...", "a"},
        {"58=a .... 11=1", 58, "<mark>58=a ....</mark> 11=1", "a ...."},
        {"58=1|58=2|58=3|58=4|58=5|58=6|58=7|58=8|58=9|58=10", 11,
         "58=1|58=2|58=3|58=4|58=5|58=6|58=7|58=8|58=9|58=10", ""},
        {"1=a|1=b|1=c|1=d|1=e|1=f|1=g|1=h|1=i|1=j", 1,
         "<mark>1=a</mark>|<mark>1=b</mark>|<mark>1=c</mark>|<mark>1=d</mark>|"
         "<mark>1=e</mark>|<mark>1=f</mark>|<mark>1=g</mark>|<mark>1=h</mark>|"
         "<mark>1=i</mark>|<mark>1=j</mark>",
         "a, b, c, d, e, f, g, h, and 2 more"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct cg_sheet sheet = {0};
        json_t *tags = json_pack("[i]", rows[i].tag);
        char expected[1024];

        cg_report_put_fields(&sheet, rows[i].text, tags);
        cg_sheet_add(&sheet, "\n");
        cg_report_put_values(&sheet, rows[i].text, (unsigned long)rows[i].tag);
        snprintf(expected, sizeof(expected), "%s\n%s", rows[i].marked,
                 rows[i].values);
        assert_string_equal(sheet.bytes, expected);
        json_decref(tags);
        free(sheet.bytes);
    }
}

/* --- cases -----------------------------------------------------------------
 */

/* More tags, steps and other scripts than there is room for. */
static void test_report_says_what_it_leaves_out(void **state)
{
    struct cg_report_files files;
    json_t *records = json_array();
    char many[4096] = STEP
        ",\"index\":1,\"verdict\":\"failed\",\"differing\":[1";
    const char *page;

    (void)state;
    for (int i = 2; i <= 100; i++) {
        size_t len = strlen(many);

        snprintf(many + len, sizeof(many) - len, ",%d", i);
    }
    strcat(many, "]");
    add(records, "run", "\"seat\":\"hub\",\"peer\":\"hub\"");
    add(records, "attempt",
        T1 ",\"digest\":\"old\",\"values\":{\"RUN\":\"R1\",\"FIRM\":\"F\"}");
    for (int i = 0; i < 2000; i++) {
        add(records, "step", STEP ",\"verdict\":\"passed\"");
    }
    add(records, "step", many);
    add(records, "step", STEP ",\"verdict\":\"fine\",\"late_ms\":7.5");
    add(records, "step", STEP ",\"verdict\":\"fine\",\"late_ms\":-306");
    add(records, "step", STEP ",\"verdict\":\"fine\",\"late_ms\":0");
    add(records, "step", STEP ",\"verdict\":\"waived\",\"late_ms\":\"soon\"");
    add(records, "verdict", T1 ",\"verdict\":\"failed\"");
    add(records, "attempt",
        "\"case\":\"T-1\",\"attempt\":2,\"digest\":\"new\","
        "\"preconditions\":[5,\"A limit.\"]");
    add(records, "verdict",
        "\"case\":\"T-1\",\"attempt\":2,\"verdict\":"
        "\"passed\"");
    add(records, "attempt", CASE("T-2") ",\"included\":" INCLUDED("cafe"));
    add(records, "verdict", CASE("T-2") ",\"verdict\":\"failed\"");
    add(records, "attempt",
        "\"case\":\"T-2\",\"attempt\":2,\"included\":" INCLUDED("beef"));
    make(records, &files);
    page = files.bytes[CG_REPORT_HTML];
    assert_has(page, "2005 steps; those behind the first ");
    assert_has(page, " more tags\n");
    assert_has(page, "The script was another one then, SHA-256 <span "
                     "class=h>old</span>");
    assert_lacks(page, "SHA-256 <span class=h>new</span>");
    assert_has(page, "<td>desk.inc\n");
    assert_has(page, "<td>beef\n");
    assert_lacks(page, "<td>cafe\n");
    assert_has(page, "What the script includes was another text then.");
    assert_has(page, ">7.5 ms late<");
    assert_has(page, ">306.0 ms early<");
    assert_has(page, ">in time<");
    assert_has(page, "A limit.");
    assert_has(page, "RUN=R1, FIRM=F");
    cg_report_free(&files);
    json_decref(records);
}

/* Figures of every form, and truths that nobody knows. */
static void test_report_credit_of_every_form(void **state)
{
    struct cg_report_files files;
    json_t *records = json_array();
    const char *page;

    (void)state;
    add(records, "run", "\"seat\":\"hub\",\"peer\":\"hub\"");
    add(records, "clock", "\"messages\":0,\"offset_ms\":5");
    add(records, "credit",
        "\"left\":3,\"tokens\":4,\"all_returned\":null,\"equal\":false,"
        "\"rows\":[{\"limit\":\"L\",\"currency\":\"USD\",\"granted\":5,"
        "\"consumed\":2.5,\"released\":\"7.00\",\"equal\":false},"
        "{\"limit\":\"M\",\"equal\":true}]");
    add(records, "end", "\"complete\":true");
    make(records, &files);
    page = files.bytes[CG_REPORT_HTML];
    assert_has(page, "<td class=r>5");
    assert_has(page, "<td class=r>2.50");
    assert_has(page, "<td class=r>7.00");
    assert_has(page, "<tr class=y><td>L");
    assert_has(page, "<tr><td>M");
    assert_has(page, "unknown");
    assert_has(page, "3");
    assert_lacks(page, "ms behind");
    cg_report_free(&files);
    json_decref(records);
}

/* Two sides that differ stand one below the other, what differs is marked, and
 * each has its sum; what is open, and what nobody asked for, is told. */
static void test_report_credit_of_two_sides(void **state)
{
    struct cg_report_files files;
    json_t *records = json_array();
    const char *page;
    const char *xml;

    (void)state;
    add(records, "run", "\"seat\":\"hub\",\"peer\":\"hub\"");
    add(records, "credit",
        "\"tokens\":3,\"open\":1,\"unasked\":2,\"all_returned\":false,"
        "\"equal\":false,\"open_tokens\":[{\"token\":\"<T9>\",\"gate\":"
        "\"0.00\",\"hub\":\"7.00\"}],\"rows\":[" ROW("L1", "EUR", "1.0001", "1.00") ",\"equal\":true}," ROW(
            "L2", "USD", "5.00",
            "12.00") ",\"equal\":false}," ROW("L3", "EUR", "2.00",
                                              "2.00") ",\"equal\":true,\"peer_"
                                                      "used_before\":\"3.00\","
                                                      "\"peer_used_after\":\"4."
                                                      "00\",\"peer_use_"
                                                      "agrees\":"
                                                      "false}," ROW(
                                                          "L4", "CHF", "many",
                                                          "1.00") "}]");
    make(records, &files);
    page = files.bytes[CG_REPORT_HTML];
    xml = files.bytes[CG_REPORT_JUNIT];
    assert_has(page, "3 tokens: 1 of them still hold credit that is neither "
                     "returned nor used; the totals of the two sides differ.");
    assert_has(page, "<tr class=y><td>L2<td>USD<td>the gate<td class=r>5.00");
    assert_has(page, "<tr class=y><td>L2<td>USD<td>the hub<td "
                     "class=r><mark>12.00</mark><td class=r>0.00");
    assert_lacks(page, "<td>L1<td>EUR<td>the hub");
    assert_has(page, "All limits</b><td>EUR<td>the gate<td "
                     "class=r><b>3.0001</b>");
    assert_has(page, "All limits</b><td>EUR<td>the hub<td class=r><b>3.00</b>");
    assert_has(page, "All limits</b><td>CHF<td>the gate<td "
                     "class=r><b>\xe2\x80\x93</b>");
    assert_has(page, "<td>&lt;T9&gt;<td class=r>0.00<td class=r>7.00");
    assert_has(page, "granted 2 times what nobody had asked for");
    assert_has(page, "<td>L3<td>EUR<td class=r>3.00<td class=r>4.00<td "
                     "class=r>0.00<td>no");
    /* A build machine is told the same. */
    assert_has(xml, "<failure message=\"3 tokens: 1 of them");
    assert_has(xml, "two sides differ.</failure>");
    cg_report_free(&files);
    /* What the kit itself has said as a hub is not worth a table. */
    assert_int_equal(json_object_set_new(json_array_get(records, 0), "seat",
                                         json_string("gate")),
                     0);
    make(records, &files);
    assert_lacks(files.bytes[CG_REPORT_HTML], "itself said is used");
    cg_report_free(&files);
    json_decref(records);
}

/* Where no message of a hub was seen nothing is said to be right, whatever the
 * record has. */
static void test_report_credit_that_nobody_saw(void **state)
{
    struct cg_report_files files;
    json_t *records = json_array();

    (void)state;
    add(records, "run", "\"seat\":\"gate\",\"peer\":\"gate\"");
    add(records, "credit",
        "\"tokens\":0,\"rows\":[],\"all_returned\":true,\"equal\":true");
    make(records, &files);
    assert_has(files.bytes[CG_REPORT_HTML], "<th>Credit<td>Not reconciled: ");
    assert_lacks(files.bytes[CG_REPORT_HTML], "<b>yes</b>");
    assert_lacks(files.bytes[CG_REPORT_HTML], "are equal");
    assert_has(files.bytes[CG_REPORT_JUNIT],
               "name=\"reconciliation of credit\" time=\"0\">\n<skipped "
               "message=\"Not reconciled: ");
    assert_has(files.bytes[CG_REPORT_JUNIT],
               "tests=\"2\" failures=\"1\" errors=\"0\" skipped=\"1\"");
    cg_report_free(&files);
    json_decref(records);
}

/* More open tokens than a page is to hold are counted; nothing is known. */
static void test_report_credit_of_many_open_tokens(void **state)
{
    struct cg_report_files files;
    json_t *records = json_array();
    char open[8192] = "\"tokens\":130,\"open_tokens\":[{}";

    (void)state;
    for (int i = 0; i < 129; i++) {
        strcat(open, ",{\"token\":\"T\"}");
    }
    strcat(open, "]");
    add(records, "credit", open);
    make(records, &files);
    assert_has(files.bytes[CG_REPORT_HTML], "30 more are in report.json");
    assert_has(files.bytes[CG_REPORT_HTML],
               "not known whether all is returned");
    assert_has(files.bytes[CG_REPORT_HTML],
               "not known whether the totals of both sides are equal");
    cg_report_free(&files);
    json_decref(records);
}

/* --- the first page ---------------------------------------------------------
 */

/* Fails unless the words stand in |page| in this order. */
static void
assert_in_order(const char *page, const char *const *words, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const char *at = strstr(page, words[i]);

        if (at == NULL) {
            fail_msg("\"%s\" does not come next in:\n%.3000s", words[i], page);
        }
        page = at + strlen(words[i]);
    }
}

#define SESSIONS                                                               \
    ",\"sessions\":[{\"name\":\"fcm\",\"role\":\"hub\",\"sender\":\"US\","     \
    "\"target\":\"THEM\",\"begin_string\":\"FIXT.1.1\",\"dictionary\":"        \
    "\"d1c7\",\"host\":\"<uat>\",\"port\":\"7103\"}]"

/* Who, when, with what, and what did not pass, the worst first, with the
 * reason; before all cases. */
static void test_report_first_page(void **state)
{
    static const char *const words[] = {
        "FAILED",
        "<b>A Bank</b>, as a credit hub: FIXT.1.1, SenderCompID THEM",
        "TargetCompID US, at &lt;uat&gt;:7103",
        "<th>By<td>A Venue",
        "<th>Operator<td>J. Doe, M. M.",
        "2026-11-29 17:00:00 UTC to 2026-11-29 17:00:00 UTC, in 3 runs",
        "<th>Attempts<td>6, all kept; <b>1</b> of the cases that passed had "
        "not in an attempt before",
        "No reconciliation was made.",
        "not compared",
        "creditgate 0.1.0",
        "k2",
        "Earlier runs had another",
        "gate.cfg<br><span class=h>c1</span>",
        "uat<br><span class=h>p1</span>",
        "FIXT.1.1<br><span class=h>d1c7",
        HEAD,
        "<b>failed</b>: something did not come",
        "Did not pass",
        "T-2</a><td>",
        "<span class=m>2326 differs</span>",
        "mandatory",
        "T-3</a><td>",
        "nobody is there",
        "T-4</a><td>",
        "not played",
        "T-5</a><td>",
        "no time today",
        "T-6</a><td>",
        "not supported",
        "<h2 id=cases>Cases</h2>",
        "T-1</a><td>",
        "2: 1 passed, 1 failed",
        "Run 2",
        "Its sessions are those of run 1.",
        "Case by case"};
    struct cg_report_files files;
    json_t *records = json_array();
    const char *page;

    (void)state;
    for (int i = 0; i < 3; i++) {
        char run[1024];

        snprintf(run, sizeof(run),
                 "\"seat\":\"hub\",\"peer\":\"fcm\",\"firm\":\"A Venue\","
                 "\"counterparty\":\"A Bank\",\"operator\":\"%s\","
                 "\"version\":\"0.1.0\",\"kit_digest\":\"%s\",\"config\":{"
                 "\"path\":\"gate.cfg\",\"digest\":\"c1\"},\"profile\":{"
                 "\"name\":\"uat\",\"digest\":\"p1\"},\"cases\":[\"T-6\","
                 "\"T-5\",\"T-4\",\"T-3\",\"T-2\",\"T-1\"]" SESSIONS,
                 i == 1 ? "M. M." : "J. Doe", i == 0 ? "k1" : "k2");
        add(records, "run", run);
    }
    add(records, "verdict",
        CASE("T-6") ",\"verdict\":\"waived\",\"reason\":"
                    "\"not supported\"");
    add(records, "verdict",
        CASE("T-5") ",\"verdict\":\"skipped\",\"reason\":"
                    "\"no time today\"");
    add(records, "verdict",
        CASE("T-3") ",\"verdict\":\"broken\",\"reason\":"
                    "\"nobody is there\"");
    add(records, "verdict",
        CASE("T-2") ",\"verdict\":\"failed\",\"reason\":"
                    "\"2326 differs\"");
    add(records, "verdict", T1 ",\"verdict\":\"failed\"");
    add(records, "verdict",
        "\"case\":\"T-1\",\"attempt\":2,\"verdict\":\"passed\"");
    make(records, &files);
    page = files.bytes[CG_REPORT_HTML];
    assert_in_order(page, words, sizeof(words) / sizeof(words[0]));
    cg_report_free(&files);
    json_decref(records);
}

/* Where all is well nothing is said to be otherwise; a gate has a dictionary
 * for each session. */
static void test_report_first_page_of_a_pass(void **state)
{
    struct cg_report_files files;
    json_t *records = json_array();
    const char *page;

    (void)state;
    add(records, "run", "\"seat\":\"gate\",\"peer\":\"gate\"");
    add(records, "verdict", T1 ",\"verdict\":\"passed\"");
    add(records, "end", "\"complete\":true");
    make(records, &files);
    page = files.bytes[CG_REPORT_HTML];
    assert_has(page, "</b>, as a gate\n");
    assert_has(page, "one for each session");
    assert_has(page, "1, all kept\n");
    assert_lacks(page, "Did not pass");
    assert_lacks(page, "Earlier runs");
    assert_lacks(page, "<b>failed</b>: ");
    cg_report_free(&files);
    json_decref(records);
}

/* What is signed stands with the signatures: verdict, digest, and how it is
 * had without the program. */
static void test_report_signatures(void **state)
{
    static const char *const words[] = {"<div class=keep><h2 id=sign>Evidence",
                                        HEAD,
                                        "tail -n 1 evidence.jsonl | "
                                        "sha256sum",
                                        "<h2>Signatures",
                                        "INCOMPLETE",
                                        "not at its end",
                                        "A Venue",
                                        "<p>Signature",
                                        "A Bank",
                                        "<p>Signature",
                                        "</div></div>"};
    struct cg_report_files files;
    json_t *records = json_array();

    (void)state;
    add(records, "run", "\"firm\":\"A Venue\",\"counterparty\":\"A Bank\"");
    make(records, &files);
    assert_in_order(files.bytes[CG_REPORT_HTML], words,
                    sizeof(words) / sizeof(words[0]));
    cg_report_free(&files);
    json_decref(records);
}

/* Notes that begin alike are counted, but not over others between them; their
 * time is the attempt's. */
static void test_report_notes_that_are_alike(void **state)
{
    static const char *const texts[] = {
        "differs from a", "differs from b", "differs from c",
        "differs from d", "differs from e", "compared",
        "differs from f", "differs",        "compared"};
    struct cg_report_files files;
    json_t *records = json_array();
    const char *page;

    (void)state;
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        char note[256];

        snprintf(note, sizeof(note),
                 T1 ",\"who\":\"%s\",\"text\":\"%s\",\"ms\":%zu",
                 i < 8 ? "gate" : "kit", texts[i], i);
        add(records, "note", note);
    }
    add(records, "asked", T1 ",\"actor\":\"hub\",\"plea\":\"Stop it\"");
    make(records, &files);
    page = files.bytes[CG_REPORT_HTML];
    assert_has(page, "2.0 ms</span> gate: differs from c\n<li class=m>and 2 "
                     "more like it, whole in report.json\n<li><span "
                     "class=m>5.0 ms</span> gate: compared\n");
    assert_has(page, "differs from f");
    assert_has(page, "kit: compared\n<li><b>hub</b> was asked: Stop it");
    assert_lacks(page, "differs from d");
    cg_report_free(&files);
    json_decref(records);
}

/* --- drawings ---------------------------------------------------------------
 */

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

/* More actors than there are lanes, with long names; a peer without a name; a
 * type that is none. */
static void test_report_drawing_of_many_actors(void **state)
{
    json_t *records = json_array();
    char *svg;

    (void)state;
    add(records, "run", "\"seat\":\"gate\",\"peer\":\"\"");
    add(records, "note", T1 ",\"who\":\"kit\",\"text\":\"begins\"");
    for (int i = 0; i < 40; i++) {
        char more[256];

        snprintf(more, sizeof(more),
                 T1 ",\"actor\":\"actor%02d-of-a-very-long-name\","
                    "\"direction\":\"%s\",\"ms\":%d,\"bytes\":\"%s\"",
                 i, i % 2 == 0 ? "to" : "from", i,
                 i % 3 == 0   ? "8=FIX.4.4\\u000135=D\\u0001"
                 : i % 3 == 1 ? "garbage \\u00e4\\u00e4\\u00e4\\u00e4\\u00e4"
                                "\\u00e4\\u00e4\\u00e4\\u00e4\\u00e4\\u00e4"
                              : "8=FIX.4.4\\u000135=ATYPETHATISNONEATALL"
                                "\\u0001");
        add(records, "message", more);
    }
    svg = draw(records);
    assert_has(svg, "\">gate</text>");
    assert_has(svg, "\xe2\x80\xa6</text><path class=l");
    assert_has(svg, "garbage ");
    assert_lacks(svg, "actor39");
    free(svg);
    json_decref(records);
}

/* An attempt of a case that no run names, without a begin: of the last run
 * before it. */
static void test_report_attempts_that_nobody_began(void **state)
{
    struct cg_report_files files;
    json_t *records = json_array();

    (void)state;
    add(records, "run",
        "\"seat\":\"hub\",\"peer\":\"hub\",\"cases\":[\"T-1\","
        "\"T-1\",7]");
    add(records, "verdict", T1 ",\"verdict\":\"passed\"");
    add(records, "verdict", T1 ",\"verdict\":\"failed\"");
    add(records, "step", "\"case\":\"T-2\",\"attempt\":1,\"text\":\"x\"");
    add(records, "message",
        "\"case\":\"T-3\",\"attempt\":1,\"actor\":\"wire\","
        "\"direction\":\"to\",\"bytes\":\"x\"");
    make(records, &files);
    assert_has(files.bytes[CG_REPORT_HTML], "Attempt 1");
    assert_has(files.bytes[CG_REPORT_JUNIT], "T-3");
    cg_report_free(&files);
    json_decref(records);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_report_unseen_letters),
        cmocka_unit_test(test_report_texts_at_their_ends),
        cmocka_unit_test(test_report_fields_of_strange_texts),
        cmocka_unit_test(test_report_says_what_it_leaves_out),
        cmocka_unit_test(test_report_credit_of_every_form),
        cmocka_unit_test(test_report_credit_of_two_sides),
        cmocka_unit_test(test_report_credit_that_nobody_saw),
        cmocka_unit_test(test_report_credit_of_many_open_tokens),
        cmocka_unit_test(test_report_first_page),
        cmocka_unit_test(test_report_first_page_of_a_pass),
        cmocka_unit_test(test_report_signatures),
        cmocka_unit_test(test_report_notes_that_are_alike),
        cmocka_unit_test(test_report_drawing_of_many_actors),
        cmocka_unit_test(test_report_attempts_that_nobody_began),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
