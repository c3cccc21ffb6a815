/*
 * Memory that runs out: each allocation of opening, adding, reporting and
 * verifying fails in turn, once and from then on.  The caller is told, nothing
 * leaks (under sanitizers), and the evidence is whole.
 *
 * The allocations of the JSON library come by its own door.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "evidence_sample.h"
#include "failing_memory.h"
#include "sanitized.h"

#include <creditgate/types.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static char dir[64];
static struct cg_evidence *evidence;
static char error[512];

static void on_say(void *user, const char *line)
{
    (void)user;
    assert_true(strlen(line) > 0);
}

/* The evidence as it was, so that each round is as long as the one before. */
static char *before;
static size_t before_len;

static int open_and_add(void)
{
    int status = cg_evidence_open(dir, error, sizeof(error), &evidence);
    if (status != 0) {
        assert_null(evidence);
        assert_true(strlen(error) > 0);
        return status;
    }
    bool escaped;
    json_t *text = cg_evidence_text(CG_SLICE("a\xff"), &escaped);
    json_t *record = text != NULL ? json_pack("{so}", "text", text) : NULL;
    status = cg_evidence_add(evidence, "note", record);
    int second = cg_evidence_add(evidence, "note", json_object());
    /* After a failure nothing more is taken. */
    assert_true(status == 0 || second != 0);
    status = status != 0 ? status : second;
    cg_evidence_close(evidence);
    return status;
}

static int report(void)
{
    return cg_evidence_report(evidence, error, sizeof(error));
}

static int verify(void)
{
    return cg_evidence_verify(dir, on_say, NULL);
}

/* From the 300th allocation on only some of them fail. */
enum { FAR = SANITIZED ? 211 : 37 };

/* |step| with the n-th allocation failing, n = 1, 2, ... until none does. */
static void without_memory(int (*step)(void), long least)
{
    for (int i = 0; i < 2; i++) {
        for_good = i == 1;
        for (long n = 1;; n += n < 300 ? 1 : FAR) {
            failures = 0;
            countdown = n;
            int status = step();
            countdown = -1;
            if (failures == 0) {
                assert_int_equal(status, 0);
                assert_true(n > least);
                break;
            }
            /* A line for somebody is not worth an error; and the parser
             * calls a want of memory a mistake of the file. */
            assert_true(status == CG_ERR_MEMORY || status == 0 || status == 1 ||
                        status == CG_ERR_CORRUPT);
        }
    }
}

/* What was written is whole, and can be gone on with. */
static int add_and_look(void)
{
    evidence_sample_write(dir, "evidence.jsonl", before, before_len);
    int status = open_and_add();
    countdown = -1;
    assert_int_equal(cg_evidence_open(dir, error, sizeof(error), &evidence), 0);
    cg_evidence_close(evidence);
    return status;
}

static void test_evidence_no_memory_to_add(void **state)
{
    (void)state;
    before = evidence_sample_read(dir, "evidence.jsonl", &before_len);
    without_memory(add_and_look, 20);
    free(before);
}

/* Reports are written whole or not at all. */
static void test_evidence_no_memory_to_report(void **state)
{
    (void)state;
    assert_int_equal(cg_evidence_open(dir, error, sizeof(error), &evidence), 0);
    without_memory(report, 100);
    cg_evidence_close(evidence);
    assert_int_equal(verify(), 0);
}

static void test_evidence_no_memory_to_verify(void **state)
{
    (void)state;
    without_memory(verify, 100);
}

static int make(void **state)
{
    (void)state;
    json_set_alloc_funcs(malloc, free);
    snprintf(dir, sizeof(dir), "/tmp/cg-evidence-XXXXXX");
    if (mkdtemp(dir) == NULL) {
        return -1;
    }
    evidence_sample_make(dir, 0);
    return 0;
}

static int clear(void **state)
{
    char command[128];
    (void)state;
    snprintf(command, sizeof(command), "rm -r %s", dir);
    return system(command);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_evidence_no_memory_to_add, make,
                                        clear),
        cmocka_unit_test_setup_teardown(test_evidence_no_memory_to_report, make,
                                        clear),
        cmocka_unit_test_setup_teardown(test_evidence_no_memory_to_verify, make,
                                        clear),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
