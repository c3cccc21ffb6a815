/*
 * Sessions on paper: whatever is read can be drawn and played, and what was
 * played is proved from its journal.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "fuzz.h"
#include "script.h"
#include "sizes.h"

#include <creditgate/audit.h>

/* What would take long, or much memory, is only read. */
enum { STEPS_MAX = 400, LONGEST_S = 3 * 86400 };

static size_t mistakes;

static void mistake(void *user,
                    const char *file,
                    int line,
                    const char *wrong,
                    const char *remedy)
{
    (void)user;
    mistakes++;
    if (file == NULL || line < 0 || wrong[0] == '\0' || remedy[0] == '\0') {
        fuzz_fail("a mistake says nothing: %s; %s", wrong, remedy);
    }
}

static void no_print(void *user, const char *text)
{
    (void)user;
    (void)text;
}

static void played(void *user, const struct cg_journal *journal)
{
    char error[512] = "";
    struct cg_audit audit = {0};
    int rc = cg_gate_prove(journal, &audit, error, sizeof(error));
    (void)user;
    if (rc == 0) {
        return;
    }
    for (int i = 0; i < CG_AUDIT_RULES; i++) {
        if (audit.breaks[i].found) {
            fuzz_fail("%s, fact %llu: %s",
                      cg_audit_rule_name((enum cg_audit_rule)i),
                      (unsigned long long)audit.breaks[i].record.no,
                      audit.breaks[i].why);
        }
    }
    fuzz_fail("the journal cannot be proved: %d %s", rc, error);
}

static bool is_small(const struct cg_script *script)
{
    size_t last = script->step_count;
    return !script->wire && last > 0 && last <= STEPS_MAX &&
           script->steps[last - 1].at < LONGEST_S * CG_SECOND &&
           sizes_are_small(&script->config.limits);
}

/* Time goes on, and stays within bounds; what is used was captured. */
static void check_steps(const struct cg_script *script)
{
    cg_time before = 0;
    for (size_t i = 0; i < script->step_count; i++) {
        cg_time at = script->steps[i].at;
        if (at < before || at > CG_SCRIPT_TIME_MAX) {
            fuzz_fail("step %zu is at %lld", i, (long long)at);
        }
        before = at;
    }
    for (size_t i = 0; i < script->field_count; i++) {
        const struct cg_script_field *field = &script->fields[i];
        if (field->match == CG_SCRIPT_CAPTURE &&
            field->capture >= script->capture_count) {
            fuzz_fail("field %zu is a capture that is not there", i);
        }
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct cg_script script;
    struct cg_script_run_options options = {.print = no_print,
                                            .played = played};
    mistakes = 0;
    int rc = cg_script_read_text(SAMPLES "/fuzz.session",
                                 (struct cg_slice){(const char *)data, size},
                                 mistake, NULL, &script);
    if ((rc == 0) != (mistakes == 0)) {
        fuzz_fail("reading is %d with %zu mistakes", rc, mistakes);
    }
    if (rc != 0) {
        return 0;
    }
    check_steps(&script);
    cg_script_draw_text(&script, no_print, NULL);
    cg_script_draw_svg(&script, no_print, NULL);
    if (is_small(&script)) {
        options.verbose = size % 2 == 0;
        (void)cg_script_run(&script, &options);
    }
    cg_script_deinit(&script);
    return 0;
}
