/*
 * SPDX-License-Identifier: Apache-2.0
 */
#include "wire_side.h"
#include "mistake_told.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define DESK SAMPLES "/wire.session"

static void say(void *user, const char *text)
{
    (void)user;
    print_error("%s", text);
}

void side_open(struct side *side, const char *lines, const char *text)
{
    char *whole = NULL;

    *side = (struct side){.options = {.print = say}};
    assert_true(
        asprintf(&whole,
                 "include desk.inc\nvalue RUN r1\nvalue PROBE H\n%s%s\n", lines,
                 text) > 0);
    assert_int_equal(cg_script_read_text(DESK, cg_slice_str(whole),
                                         mistake_print, NULL, &side->script),
                     0);
    free(whole);
    side->runner = (struct cg_script_runner){
        .script = &side->script,
        .options = &side->options,
        .now = side->script.start,
        .captures = calloc(side->script.capture_count + 1, sizeof(char *)),
        .header = malloc(CG_SCRIPT_BUFFER),
        .buffer = malloc(CG_SCRIPT_BUFFER),
        .whole = malloc(CG_SCRIPT_BUFFER),
    };
    assert_true(cg_script_set_values(&side->runner));
    while (side->next < side->script.step_count &&
           !side->script.steps[side->next].wire) {
        side->next++; /* of the desk */
    }
}

void side_close(struct side *side)
{
    for (size_t i = 0; i < side->script.capture_count; i++) {
        free(side->runner.captures[i]);
    }
    free(side->runner.captures);
    free(side->runner.header);
    free(side->runner.buffer);
    free(side->runner.whole);
    cg_script_deinit(&side->script);
}
