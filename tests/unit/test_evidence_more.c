/*
 * Evidence that is not as it was written: lines that are no records, names that
 * lead out of the folder, files that are none, bytes that are no text.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "evidence_sample.h"

#include <creditgate/types.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#define ZEROS "0000000000000000000000000000000000000000000000000000000000000000"

struct fixture {
    char dir[64];
    char error[512];
    char said[16384];
};

static int make(void **state)
{
    struct fixture *fixture = calloc(1, sizeof(*fixture));

    assert_non_null(fixture);
    snprintf(fixture->dir, sizeof(fixture->dir), "/tmp/cg-evidence-XXXXXX");
    assert_non_null(mkdtemp(fixture->dir));
    *state = fixture;
    return 0;
}

static int clear(void **state)
{
    struct fixture *fixture = *state;
    char command[128];

    snprintf(command, sizeof(command), "rm -r %s", fixture->dir);
    assert_int_equal(system(command), 0);
    free(fixture);
    return 0;
}

static void on_say(void *user, const char *line)
{
    struct fixture *fixture = user;
    size_t len = strlen(fixture->said);

    snprintf(fixture->said + len, sizeof(fixture->said) - len, "%s\n", line);
}

static void verifies(struct fixture *fixture, int status, const char *words)
{
    fixture->said[0] = '\0';
    assert_int_equal(cg_evidence_verify(fixture->dir, on_say, fixture), status);
    if (strstr(fixture->said, words) == NULL) {
        fail_msg("\"%s\" is not in:\n%s", words, fixture->said);
    }
}

static char *path_of(const struct fixture *fixture, const char *name)
{
    static char path[256];

    snprintf(path, sizeof(path), "%s/%s", fixture->dir, name);
    return path;
}

static void says(const struct fixture *fixture, const char *words)
{
    if (strstr(fixture->said, words) == NULL) {
        fail_msg("\"%s\" is not in:\n%s", words, fixture->said);
    }
}

/* --- what verifying says ----------------------------------------------------
 */

/* A mistake that goes on through all lines is told of some; the reports are
 * not compared with what is not whole. */
static void test_evidence_many_wrong_lines_are_counted(void **state)
{
    struct fixture *fixture = *state;
    size_t len;
    char *bytes;
    char *more;

    evidence_sample_make(fixture->dir, 0);
    bytes = evidence_sample_read(fixture->dir, "evidence.jsonl", &len);
    more = malloc(len + 4);
    assert_non_null(more);
    memcpy(more, "{}\n", 3);
    memcpy(more + 3, bytes, len);
    evidence_sample_write(fixture->dir, "evidence.jsonl", more, len + 3);
    verifies(fixture, 1, "evidence.jsonl:10: ");
    says(fixture, " more lines are wrong\n");
    says(fixture, "reports: not compared");
    assert_null(strstr(fixture->said, "evidence.jsonl:11: "));
    free(more);
    free(bytes);
}

/* A file that somebody's mail has made a text of another system. */
static void test_evidence_sent_as_a_text_is_told(void **state)
{
    struct fixture *fixture = *state;
    size_t len;
    size_t to = 0;
    char *bytes;
    char *other;

    evidence_sample_make(fixture->dir, 0);
    bytes = evidence_sample_read(fixture->dir, "evidence.jsonl", &len);
    other = malloc(2 * len);
    assert_non_null(other);
    for (size_t i = 0; i < len; i++) {
        if (bytes[i] == '\n') {
            other[to++] = '\r';
        }
        other[to++] = bytes[i];
    }
    evidence_sample_write(fixture->dir, "evidence.jsonl", other, to);
    verifies(fixture, 1, "it was sent as a text; have it sent again as it is");
    free(other);
    free(bytes);
}

/* Where a report was changed, by its line; and links, which are no files of
 * the folder. */
static void test_evidence_says_where_and_what(void **state)
{
    struct fixture *fixture = *state;
    size_t len;
    char *bytes;
    char elsewhere[256];

    evidence_sample_make(fixture->dir, 0);
    bytes = evidence_sample_read(fixture->dir, "junit.xml", &len);
    *strstr(bytes, "<testsuites>") = '[';
    evidence_sample_write(fixture->dir, "junit.xml", bytes, len);
    verifies(fixture, 1, "junit.xml:2: byte 39 of the file is not what the");
    snprintf(elsewhere, sizeof(elsewhere), "%s", path_of(fixture, "other"));
    assert_int_equal(rename(path_of(fixture, "report.json"), elsewhere), 0);
    assert_int_equal(symlink("other", path_of(fixture, "report.json")), 0);
    verifies(fixture, 1, "report.json: a link, not the file itself; run ");
    evidence_sample_write(fixture->dir, "raw/.hidden", "x", 1);
    verifies(fixture, 1, "raw/.hidden: no record has its digest");
    says(fixture, "leave it aside");
    evidence_sample_write(fixture->dir, "raw/\x1b[2J\xc2\x9bm\xc3\xa4", "x", 1);
    verifies(fixture, 1, "raw/?[2J??m\xc3\xa4: no record has its digest");
    /* K-106 was begun, and never ended. */
    evidence_sample_write(fixture->dir, "raw/K-106-1.log", "x", 1);
    verifies(fixture, 1, "raw/K-106-1.log: its attempt has no end");
    free(bytes);
}

/* --- lines ------------------------------------------------------------------
 */

static void test_evidence_lines_that_are_no_records(void **state)
{
    static const struct {
        const char *line;
        const char *words;
    } rows[] = {
        {"[1,2]\n", "evidence.jsonl:1: column 1: not a record: not an object"},
        {"5\n", "not a record"},
        {"{\"no\":1,\"no\":1}\n", "not a record"},
        {"{}\n", "previous: it says nothing"},
        {"{\"previous\":\"x\"}\n", "previous: it says x"},
        {"{\"previous\":\"" ZEROS "\"}\n", "no, time, kind"},
        {"{\"previous\":\"" ZEROS "\",\"no\":\"1\",\"kind\":\"run\",\"time\":"
         "\"now\"}\n",
         "no, time, kind"},
        {"{\"previous\":\"" ZEROS "\",\"no\":2,\"kind\":\"run\",\"time\":"
         "\"now\"}\n",
         "no, time, kind"},
        {"{\"previous\":\"" ZEROS "\",\"no\":1,\"kind\":5,\"time\":\"now\"}\n",
         "no, time, kind"},
        {"{\"previous\":\"" ZEROS "\",\"no\":1,\"kind\":\"run\",\"time\":7}\n",
         "no, time, kind"},
        {"", "no record is in it"},
    };
    struct fixture *fixture = *state;
    struct cg_evidence *evidence = NULL;

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        evidence_sample_write(fixture->dir, "evidence.jsonl", rows[i].line,
                              strlen(rows[i].line));
        verifies(fixture, 1, rows[i].words);
        if (rows[i].line[0] != '\0') {
            assert_int_equal(cg_evidence_open(fixture->dir, fixture->error,
                                              sizeof(fixture->error),
                                              &evidence),
                             CG_ERR_CORRUPT);
            assert_non_null(strstr(fixture->error, "evidence.jsonl"));
        }
    }
}

/* Files that are folders, or wait for whoever might write. */
static void test_evidence_files_that_are_none(void **state)
{
    struct fixture *fixture = *state;
    struct cg_evidence *evidence = NULL;

    assert_int_equal(mkfifo(path_of(fixture, "evidence.jsonl"), 0644), 0);
    verifies(fixture, CG_ERR_IO, "evidence.jsonl: ");
    assert_int_not_equal(cg_evidence_open(fixture->dir, fixture->error,
                                          sizeof(fixture->error), &evidence),
                         0);
    assert_int_equal(unlink(path_of(fixture, "evidence.jsonl")), 0);
    verifies(fixture, CG_ERR_IO, "evidence.jsonl: No such file");
    assert_int_equal(mkdir(path_of(fixture, "evidence.jsonl"), 0755), 0);
    verifies(fixture, CG_ERR_IO, "evidence.jsonl: Is a directory");
}

/* --- files that records name ------------------------------------------------
 */

/* What lies outside of the folder is not read, whoever names it. */
static void test_evidence_names_that_lead_out(void **state)
{
    static const char *const names[] = {"",     "/etc/passwd", "..",
                                        "../x", "raw/../../x", "raw/../x"};
    struct fixture *fixture = *state;
    struct cg_evidence *evidence = NULL;

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        char words[128];

        (void)unlink(path_of(fixture, "evidence.jsonl"));
        assert_int_equal(cg_evidence_open(fixture->dir, fixture->error,
                                          sizeof(fixture->error), &evidence),
                         0);
        evidence_sample_add(evidence, "verdict",
                            json_pack("{ss s{ss ss}}", "case", "T-1", "raw",
                                      "file", names[i], "digest", ZEROS));
        evidence_sample_add(evidence, "verdict",
                            json_pack("{ss ss}", "case", "T-1", "raw", "x"));
        assert_int_equal(cg_evidence_report(evidence, fixture->error,
                                            sizeof(fixture->error)),
                         0);
        cg_evidence_close(evidence);
        snprintf(words, sizeof(words), "\"%s\": no file of this folder",
                 names[i]);
        verifies(fixture, 1, words);
    }
}

/* A raw folder that is a file has nothing that could be unnamed; a report that
 * is gone is to be written again. */
static void test_evidence_reports_that_are_gone(void **state)
{
    struct fixture *fixture = *state;

    evidence_sample_make(fixture->dir, 0);
    verifies(fixture, 0, "verified");
    assert_int_equal(unlink(path_of(fixture, "report.json")), 0);
    verifies(fixture, 1,
             "report.json: No such file or directory; run \"creditgate "
             "certify\" with this --report again, which writes it");
    evidence_sample_write(fixture->dir, "report.json", "", 0);
    verifies(fixture, 1,
             "report.json:1: byte 0 of the file is not what the records");
    evidence_sample_write(fixture->dir, "report.json", "{", 1);
    verifies(fixture, 1, "report.json:1: byte 1 of the file is not");
}

/* --- bytes ------------------------------------------------------------------
 */

static void test_evidence_bytes_come_back(void **state)
{
    static const struct {
        const char *text;
        bool escaped;
        const char *bytes;
    } rows[] = {
        {"a\\xFFb", true,
         "a\xff"
         "b"},
        {"a\\xFFb", false, "a\\xFFb"},
        {"\\x5C\\x0A", true, "\\\n"},
        {"\\xfF", true, "\\xfF"},
        {"\\xFf", true, "\\xFf"},
        {"\\xF", true, "\\xF"},
        {"\\xG0", true, "\\xG0"},
        {"\\x0G", true, "\\x0G"},
        {"\\x/0", true, "\\x/0"},
        {"\\x:0", true, "\\x:0"},
        {"\\y00", true, "\\y00"},
        {"x00", true, "x00"},
        {"", true, ""},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        json_t *text = json_string(rows[i].text);
        size_t len = 0;
        char *bytes = cg_evidence_bytes(text, rows[i].escaped, &len);

        assert_non_null(bytes);
        assert_int_equal(len, strlen(rows[i].bytes));
        assert_memory_equal(bytes, rows[i].bytes, len);
        free(bytes);
        json_decref(text);
    }
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, make, clear)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(test_evidence_many_wrong_lines_are_counted),
        CASE(test_evidence_sent_as_a_text_is_told),
        CASE(test_evidence_says_where_and_what),
        CASE(test_evidence_lines_that_are_no_records),
        CASE(test_evidence_files_that_are_none),
        CASE(test_evidence_names_that_lead_out),
        CASE(test_evidence_reports_that_are_gone),
        CASE(test_evidence_bytes_come_back),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
