/*
 * The file of evidence: its chain, what a crash leaves behind, and that every
 * change is found.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "evidence_sample.h"
#include "sanitized.h"

#include <creditgate/types.h>
#include <digest.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#define FILE_NAME "evidence.jsonl"

struct fixture {
    char parent[64];
    char dir[96];
    char error[512];
    char said[16384];
    struct cg_evidence *evidence;
};

static int make(void **state)
{
    struct fixture *fixture = calloc(1, sizeof(*fixture));
    assert_non_null(fixture);
    snprintf(fixture->parent, sizeof(fixture->parent),
             "/tmp/cg-evidence-XXXXXX");
    assert_non_null(mkdtemp(fixture->parent));
    snprintf(fixture->dir, sizeof(fixture->dir), "%s/out", fixture->parent);
    *state = fixture;
    return 0;
}

static int clear(void **state)
{
    struct fixture *fixture = *state;
    char command[128];
    cg_evidence_close(fixture->evidence);
    snprintf(command, sizeof(command), "rm -r %s", fixture->parent);
    assert_int_equal(system(command), 0);
    free(fixture);
    return 0;
}

static int reopen(struct fixture *fixture)
{
    cg_evidence_close(fixture->evidence);
    fixture->error[0] = '\0';
    int status = cg_evidence_open(fixture->dir, fixture->error,
                                  sizeof(fixture->error), &fixture->evidence);
    assert_int_equal(status == 0, fixture->error[0] == '\0');
    assert_int_equal(status == 0, fixture->evidence != NULL);
    return status;
}

static void shut(struct fixture *fixture)
{
    cg_evidence_close(fixture->evidence);
    fixture->evidence = NULL;
}

static void add(struct fixture *fixture, const char *kind, const char *text)
{
    evidence_sample_add(fixture->evidence, kind,
                        json_pack("{ss}", "text", text));
}

static void on_say(void *user, const char *line)
{
    struct fixture *fixture = user;
    size_t len = strlen(fixture->said);
    snprintf(fixture->said + len, sizeof(fixture->said) - len, "%s\n", line);
}

static int verify(struct fixture *fixture)
{
    fixture->said[0] = '\0';
    return cg_evidence_verify(fixture->dir, on_say, fixture);
}

static void assert_says(const struct fixture *fixture, const char *text)
{
    if (strstr(fixture->said, text) == NULL) {
        fail_msg("\"%s\" is not in:\n%s", text, fixture->said);
    }
}

/* Line |no| of |bytes|, from 0, and its length with its end. */
static char *line_at(char *bytes, size_t no, size_t *len)
{
    for (; no > 0; no--) {
        bytes = strchr(bytes, '\n') + 1;
    }
    *len = (size_t)(strchr(bytes, '\n') + 1 - bytes);
    return bytes;
}

/* Numbers, kinds, times, and each line's digest in the next. */
static void test_evidence_records_are_chained(void **state)
{
    struct fixture *fixture = *state;
    size_t len;
    char digest[CG_DIGEST_HEX + 1] =
        "0000000000000000000000000000000000000000000000000000000000000000";
    assert_int_equal(reopen(fixture), 0);
    assert_string_equal(cg_evidence_head(fixture->evidence), digest);
    add(fixture, "run", "first");
    add(fixture, "note", "second \xc3\xa4\n");
    add(fixture, "end", "third");
    char *bytes = evidence_sample_read(fixture->dir, FILE_NAME, &len);
    for (size_t i = 0; i < 3; i++) {
        size_t line_len;
        char *line = line_at(bytes, i, &line_len);
        json_t *record = json_loadb(line, line_len, 0, NULL);
        assert_int_equal(json_integer_value(json_object_get(record, "no")),
                         i + 1);
        assert_string_equal(
            json_string_value(json_object_get(record, "previous")), digest);
        const char *time = json_string_value(json_object_get(record, "time"));
        assert_int_equal(strlen(time), 27);
        assert_int_equal(time[10], 'T');
        assert_int_equal(time[26], 'Z');
        assert_true(cg_digest((struct cg_slice){line, line_len}, digest));
        json_decref(record);
    }
    assert_string_equal(cg_evidence_head(fixture->evidence), digest);
    assert_int_equal(json_array_size(cg_evidence_records(fixture->evidence)),
                     3);
    free(bytes);
}

/* What is there is gone on with, and head and records are the same again. */
static void test_evidence_opened_again_goes_on(void **state)
{
    struct fixture *fixture = *state;
    char head[CG_DIGEST_HEX + 1];
    assert_int_equal(reopen(fixture), 0);
    add(fixture, "run", "first");
    memcpy(head, cg_evidence_head(fixture->evidence), sizeof(head));
    assert_int_equal(reopen(fixture), 0);
    assert_string_equal(cg_evidence_head(fixture->evidence), head);
    assert_string_equal(cg_evidence_told(fixture->evidence), "");
    add(fixture, "end", "second");
    const json_t *records = cg_evidence_records(fixture->evidence);
    assert_int_equal(json_array_size(records), 2);
    assert_string_equal(json_string_value(json_object_get(
                            json_array_get(records, 1), "previous")),
                        head);
}

/* The record's own members do not replace those of the chain. */
static void test_evidence_own_members_lose(void **state)
{
    struct fixture *fixture = *state;
    assert_int_equal(reopen(fixture), 0);
    evidence_sample_add(fixture->evidence, "note",
                        json_pack("{si ss ss ss}", "no", 77, "kind", "end",
                                  "previous", "x", "time", "never"));
    assert_int_equal(reopen(fixture), 0);
    const json_t *record = json_array_get(
        cg_evidence_records(fixture->evidence), 0);
    assert_int_equal(json_integer_value(json_object_get(record, "no")), 1);
    assert_string_equal(json_string_value(json_object_get(record, "kind")),
                        "note");
}

/* A line that was cut off is kept beside the file, told, and on record. */
static void test_evidence_torn_line_is_kept(void **state)
{
    struct fixture *fixture = *state;
    size_t len;
    size_t torn_len;
    evidence_sample_make(fixture->dir, 0);
    char *bytes = evidence_sample_read(fixture->dir, FILE_NAME, &len);
    for (size_t cut = 1; cut < 900; cut += 97) {
        evidence_sample_write(fixture->dir, FILE_NAME, bytes, len - cut);
        assert_int_equal(verify(fixture), 1);
        assert_says(fixture, "cut off after");
        assert_int_equal(reopen(fixture), 0);
        assert_non_null(
            strstr(cg_evidence_told(fixture->evidence), "cut off by a crash"));
        add(fixture, "note", "it goes on");
        assert_int_equal(
            cg_evidence_report(fixture->evidence, fixture->error, 512), 0);
        shut(fixture);
        assert_int_equal(verify(fixture), 0);
        assert_says(fixture, "not \"end\"");
    }
    /* All of them are there, one behind the other, and are verified. */
    char *torn = evidence_sample_read(fixture->dir, FILE_NAME ".torn",
                                      &torn_len);
    assert_int_equal(strncmp(torn, "{\"no\":", 6), 0);
    torn[torn_len - 1] ^= 1;
    evidence_sample_write(fixture->dir, FILE_NAME ".torn", torn, torn_len);
    assert_int_equal(verify(fixture), 1);
    assert_says(fixture, FILE_NAME ".torn: changed");
    free(torn);
    free(bytes);
}

/* A broken chain is not gone on with; the line is named. */
static void test_evidence_broken_chain_is_refused(void **state)
{
    struct fixture *fixture = *state;
    size_t len;
    evidence_sample_make(fixture->dir, 0);
    char *bytes = evidence_sample_read(fixture->dir, FILE_NAME, &len);
    size_t line_len;
    char *line = line_at(bytes, 4, &line_len);
    line[line_len / 2] ^= 1;
    evidence_sample_write(fixture->dir, FILE_NAME, bytes, len);
    assert_int_equal(reopen(fixture), CG_ERR_CORRUPT);
    assert_non_null(strstr(fixture->error, "/" FILE_NAME ":"));
    assert_non_null(strstr(fixture->error, "another folder"));
    free(bytes);
}

/* Two processes never write one file. */
static void test_evidence_second_writer_is_refused(void **state)
{
    struct fixture *fixture = *state;
    struct cg_evidence *second = NULL;
    assert_int_equal(reopen(fixture), 0);
    assert_int_equal(
        cg_evidence_open(fixture->dir, fixture->error, 512, &second),
        CG_ERR_MISUSE);
    assert_null(second);
    assert_non_null(strstr(fixture->error, "another certification"));
    assert_int_equal(verify(fixture), CG_ERR_MISUSE);
    assert_says(fixture, "wait for its end");
}

/* Folders that cannot be: each error says which and why. */
static void test_evidence_bad_folder_is_told(void **state)
{
    struct fixture *fixture = *state;
    char name[128];
    snprintf(name, sizeof(name), "%s/no/such", fixture->parent);
    assert_int_equal(
        cg_evidence_open(name, fixture->error, 512, &fixture->evidence),
        CG_ERR_IO);
    assert_non_null(strstr(fixture->error, "No such file"));
    evidence_sample_write(fixture->parent, "out", "", 0);
    assert_int_equal(reopen(fixture), CG_ERR_IO);
    assert_non_null(strstr(fixture->error, "Not a directory"));
    assert_int_equal(verify(fixture), CG_ERR_IO);
    assert_int_equal(remove(fixture->dir), 0);
    assert_int_equal(mkdir(fixture->dir, 0755), 0);
    assert_int_equal(verify(fixture), CG_ERR_IO);
    assert_says(fixture, "No such file");
    snprintf(name, sizeof(name), "%s/" FILE_NAME, fixture->dir);
    assert_int_equal(mkdir(name, 0755), 0);
    assert_int_equal(reopen(fixture), CG_ERR_IO);
    assert_int_equal(remove(name), 0);
    assert_int_equal(mkfifo(name, 0644), 0);
    assert_int_equal(reopen(fixture), CG_ERR_IO);
    assert_int_equal(verify(fixture), CG_ERR_IO);
}

/* A disk that is full in the middle of a line: nothing is added behind it, and
 * the next start mends the file. */
static void test_evidence_full_disk_ends_it(void **state)
{
    struct fixture *fixture = *state;
    struct rlimit before;
    size_t len;
    assert_int_equal(reopen(fixture), 0);
    add(fixture, "run", "first");
    free(evidence_sample_read(fixture->dir, FILE_NAME, &len));
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
    struct rlimit small = {len + 20, before.rlim_max};
    void (*handler)(int) = signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
    assert_int_equal(cg_evidence_add(fixture->evidence, "note",
                                     json_pack("{ss}", "text", "second")),
                     CG_ERR_IO);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
    signal(SIGXFSZ, handler);
    assert_int_equal(cg_evidence_add(fixture->evidence, "note",
                                     json_pack("{ss}", "text", "third")),
                     CG_ERR_IO);
    assert_int_equal(json_array_size(cg_evidence_records(fixture->evidence)),
                     1);
    assert_int_equal(reopen(fixture), 0);
    assert_non_null(strstr(cg_evidence_told(fixture->evidence), "20 bytes"));
}

/* A record that could not be made is an error, not a hole. */
static void test_evidence_null_record_is_refused(void **state)
{
    struct fixture *fixture = *state;
    assert_int_equal(reopen(fixture), 0);
    assert_int_equal(cg_evidence_add(fixture->evidence, "note", NULL),
                     CG_ERR_MEMORY);
}

/* Bytes become text from which they can be had again. */
static void test_evidence_text_keeps_bytes(void **state)
{
    const struct {
        struct cg_slice bytes;
        const char *text;
        bool escaped;
    } rows[] = {
        {CG_SLICE(""), "", false},
        {CG_SLICE("8=FIX\00158=\xc3\xa4\\"), "8=FIX\00158=\xc3\xa4\\", false},
        {CG_SLICE("a\xff\\z"), "a\\xFF\\x5Cz", true},
        {CG_SLICE("\0"), "\\x00", true},
        {CG_SLICE("\xc3"), "\\xC3", true},
        {CG_SLICE("\xed\xa0\x80"), "\\xED\\xA0\\x80", true},
        {CG_SLICE("\xc3\xa4\xfe\xc3\xa4"), "\xc3\xa4\\xFE\xc3\xa4", true},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        bool escaped = !rows[i].escaped;
        json_t *text = cg_evidence_text(rows[i].bytes, &escaped);
        size_t len = 0;
        char *bytes = cg_evidence_bytes(text, escaped, &len);
        assert_string_equal(json_string_value(text), rows[i].text);
        assert_int_equal(escaped, rows[i].escaped);
        assert_int_equal(len, rows[i].bytes.len);
        assert_memory_equal(bytes, rows[i].bytes.data, len);
        free(bytes);
        json_decref(text);
    }
}

/* A folder as it was written is verified, and verified again. */
static void test_evidence_whole_folder_is_verified(void **state)
{
    struct fixture *fixture = *state;
    evidence_sample_make(fixture->dir, 12);
    assert_int_equal(verify(fixture), 0);
    assert_says(fixture, "report.html: as the records make it");
    assert_says(fixture, "17 named, 0 wrong\n");
    assert_says(fixture, "INCOMPLETE: First \"Clearing\" Member AG, certified "
                         "by Gate & Sons <Ltd>, 20 cases, last record of ");
    assert_says(fixture, "\nverified: as it was written; only the head");
    assert_int_equal(verify(fixture), 0);
}

/* |name| with one byte changed after the other, at |places| places; at a
 * quarter of them under a sanitizer. */
static void alter(struct fixture *fixture, const char *name, size_t places)
{
    size_t len;
    char *bytes = evidence_sample_read(fixture->dir, name, &len);
    size_t stride = len / (SANITIZED ? places / 4 : places) + 1;
    for (size_t at = 0; at < len; at += stride) {
        char was = bytes[at];
        bytes[at] ^= (char)(1 << (at % 8));
        evidence_sample_write(fixture->dir, name, bytes, len);
        if (verify(fixture) != 1) {
            fail_msg("%s: byte %zu was changed, and nobody saw it:\n%s", name,
                     at, fixture->said);
        }
        bytes[at] = was;
    }
    for (size_t cut = 0; cut < len; cut += 8 * stride) {
        evidence_sample_write(fixture->dir, name, bytes, cut);
        assert_int_equal(verify(fixture), 1);
    }
    evidence_sample_write(fixture->dir, name, bytes, len);
    assert_int_equal(verify(fixture), 0);
    free(bytes);
}

/* Every byte of every file counts. */
static void test_evidence_altered_byte_is_found(void **state)
{
    struct fixture *fixture = *state;
    evidence_sample_make(fixture->dir, 0);
    alter(fixture, FILE_NAME, 400);
    alter(fixture, "report.html", 100);
    alter(fixture, "report.json", 100);
    alter(fixture, "junit.xml", 100);
    alter(fixture, "raw/T-101-1.log", 419);
    alter(fixture, "raw/T-103-1.log", 100);
}

/* The last line is held by the reports: each of its bytes counts, too. */
static void test_evidence_altered_last_line_is_found(void **state)
{
    struct fixture *fixture = *state;
    size_t len;
    assert_int_equal(reopen(fixture), 0);
    add(fixture, "run", "only this");
    assert_int_equal(cg_evidence_report(fixture->evidence, fixture->error, 512),
                     0);
    shut(fixture);
    assert_int_equal(verify(fixture), 0);
    char *bytes = evidence_sample_read(fixture->dir, FILE_NAME, &len);
    for (size_t at = 0; at < len; at++) {
        for (int bit = 0; bit < (SANITIZED ? 1 : 8); bit++) {
            bytes[at] ^= (char)(1 << bit);
            evidence_sample_write(fixture->dir, FILE_NAME, bytes, len);
            assert_int_equal(verify(fixture), 1);
            bytes[at] ^= (char)(1 << bit);
        }
    }
    free(bytes);
}

/* Lines that are taken out, doubled, or change places. */
static void test_evidence_moved_lines_are_found(void **state)
{
    struct fixture *fixture = *state;
    size_t len;
    evidence_sample_make(fixture->dir, 0);
    char *bytes = evidence_sample_read(fixture->dir, FILE_NAME, &len);
    char *other = malloc(2 * len);
    assert_non_null(other);
    for (size_t no = 0; no < 40; no++) {
        size_t first_len;
        size_t second_len;
        char *first = line_at(bytes, no, &first_len);
        char *second = line_at(bytes, no + 1, &second_len);
        size_t before = (size_t)(first - bytes);
        size_t rest = len - before - first_len;
        memcpy(other, bytes, before);
        memcpy(other + before, second, rest);
        evidence_sample_write(fixture->dir, FILE_NAME, other, len - first_len);
        assert_int_equal(verify(fixture), 1);
        assert_says(fixture, "previous: it says");
        memcpy(other + before, first, first_len);
        memcpy(other + before + first_len, first, first_len + rest);
        evidence_sample_write(fixture->dir, FILE_NAME, other, len + first_len);
        assert_int_equal(verify(fixture), 1);
        memcpy(other + before, second, second_len);
        memcpy(other + before + second_len, first, first_len);
        memcpy(other + before + second_len + first_len, second + second_len,
               rest - second_len);
        evidence_sample_write(fixture->dir, FILE_NAME, other, len);
        assert_int_equal(verify(fixture), 1);
    }
    free(other);
    free(bytes);
}

/* Lines taken from the end are found by the reports; without these the missing
 * end is told, and the head that was noted elsewhere shows it. */
static void test_evidence_cut_at_a_line_is_told(void **state)
{
    struct fixture *fixture = *state;
    size_t len;
    size_t last;
    evidence_sample_make(fixture->dir, 0);
    char *bytes = evidence_sample_read(fixture->dir, FILE_NAME, &len);
    for (last = len - 1; bytes[last - 1] != '\n'; last--) {
    }
    evidence_sample_write(fixture->dir, FILE_NAME, bytes, last);
    assert_int_equal(verify(fixture), 1);
    assert_says(fixture, "its last record is not \"end\"");
    assert_says(fixture, "report.html: made of other evidence, with the head ");
    assert_int_equal(reopen(fixture), 0);
    assert_int_equal(cg_evidence_report(fixture->evidence, fixture->error, 512),
                     0);
    shut(fixture);
    assert_int_equal(verify(fixture), 0);
    assert_says(fixture, "compare the head");
    free(bytes);
}

/* Reports of before the certification went on are old, not forged. */
static void test_evidence_old_report_is_told(void **state)
{
    struct fixture *fixture = *state;
    evidence_sample_make(fixture->dir, 0);
    assert_int_equal(reopen(fixture), 0);
    add(fixture, "end", "once more");
    shut(fixture);
    assert_int_equal(verify(fixture), 1);
    assert_says(fixture, "report.html: made of the first ");
    assert_says(fixture, "report.json: made of the first ");
    assert_says(fixture, "junit.xml: made of the first ");
}

/* Raw logs that are gone, elsewhere, or that nobody named. */
static void test_evidence_raw_logs_are_checked(void **state)
{
    struct fixture *fixture = *state;
    char name[160];
    evidence_sample_make(fixture->dir, 0);
    evidence_sample_write(fixture->dir, "raw/X-1-1.log", "hello", 5);
    assert_int_equal(verify(fixture), 0);
    assert_says(fixture, "raw/X-1-1.log: no record has its digest");
    snprintf(name, sizeof(name), "%s/raw/T-101-1.log", fixture->dir);
    assert_int_equal(remove(name), 0);
    assert_int_equal(verify(fixture), 1);
    assert_says(fixture, "raw/T-101-1.log: No such file");
    assert_int_equal(symlink("X-1-1.log", name), 0);
    assert_int_equal(verify(fixture), 1);
    assert_int_equal(reopen(fixture), 0);
    evidence_sample_add(fixture->evidence, "verdict",
                        json_pack("{ss si s{ss ss}}", "case", "T-1", "attempt",
                                  1, "raw", "file", "raw/../../secret",
                                  "digest", ""));
    shut(fixture);
    assert_int_equal(verify(fixture), 1);
    assert_says(fixture, "no file of this folder");
}

/* Nothing is left half-written beside the reports. */
static void test_evidence_reports_replace_old_ones(void **state)
{
    struct fixture *fixture = *state;
    char name[160];
    evidence_sample_make(fixture->dir, 0);
    snprintf(name, sizeof(name), "%s/report.html.new", fixture->dir);
    assert_int_equal(access(name, F_OK), -1);
    assert_int_equal(mkdir(name, 0755), 0);
    assert_int_equal(reopen(fixture), 0);
    assert_int_equal(cg_evidence_report(fixture->evidence, fixture->error, 512),
                     CG_ERR_IO);
    assert_non_null(strstr(fixture->error, "report.html"));
    shut(fixture);
    assert_int_equal(verify(fixture), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define CASE(name) cmocka_unit_test_setup_teardown(name, make, clear)
        CASE(test_evidence_records_are_chained),
        CASE(test_evidence_opened_again_goes_on),
        CASE(test_evidence_own_members_lose),
        CASE(test_evidence_torn_line_is_kept),
        CASE(test_evidence_broken_chain_is_refused),
        CASE(test_evidence_second_writer_is_refused),
        CASE(test_evidence_bad_folder_is_told),
        CASE(test_evidence_full_disk_ends_it),
        CASE(test_evidence_null_record_is_refused),
        CASE(test_evidence_text_keeps_bytes),
        CASE(test_evidence_whole_folder_is_verified),
        CASE(test_evidence_altered_byte_is_found),
        CASE(test_evidence_altered_last_line_is_found),
        CASE(test_evidence_moved_lines_are_found),
        CASE(test_evidence_cut_at_a_line_is_told),
        CASE(test_evidence_old_report_is_told),
        CASE(test_evidence_raw_logs_are_checked),
        CASE(test_evidence_reports_replace_old_ones),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
