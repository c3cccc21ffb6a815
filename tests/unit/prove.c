/*
 * SPDX-License-Identifier: Apache-2.0
 */
#include "prove.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

void prove_whole(const struct cg_journal *journal, const char *what)
{
    struct cg_audit audit = {0};
    char error[512] = "";
    int status = cg_gate_prove(journal, &audit, error, sizeof(error));
    for (unsigned i = 0; i < CG_AUDIT_RULES; i++) {
        const struct cg_audit_break *found = &audit.breaks[i];
        if (found->found) {
            print_error("%s: %s: fact %llu, %s %s %llu: %s\n    %s\n", what,
                        cg_audit_rule_name((enum cg_audit_rule)i),
                        (unsigned long long)found->record.no, found->record.utc,
                        found->record.cause,
                        (unsigned long long)found->record.cause_seq,
                        found->record.what, found->why);
        }
    }
    if (status != 0) {
        fail_msg("%s: not proved (%d) %s", what, status, error);
    }
    assert_true(audit.whole);
}
