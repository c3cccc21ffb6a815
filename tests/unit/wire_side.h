/*
 * One end of a wire in a test: a script whose steps are the wire's.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef CG_TESTS_WIRE_SIDE_H
#define CG_TESTS_WIRE_SIDE_H

#include <wire_parts.h>

struct side {
    struct cg_script script;
    struct cg_script_run_options options;
    struct cg_script_runner runner;
    struct cg_wire *wire;
    size_t next; /* step */
    char error[256];
    char notes[4096];
    size_t messages;
};

/* Reads |lines| and |text| behind the desk; the next step is the wire's first.
 */
void side_open(struct side *side, const char *lines, const char *text);
void side_close(struct side *side);

#endif
