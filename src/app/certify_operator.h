/*
 * Who runs a certification: a person at a terminal, a program in their place,
 * or nobody.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef APP_CERTIFY_OPERATOR_H
#define APP_CERTIFY_OPERATOR_H

#include "certification.h"

struct certify_operator {
    const char *command; /* a program that is asked first, or NULL */
    bool interactive;    /* a person is there */
    bool stops;          /* Ctrl-C */
    uv_signal_t interrupt;
    uv_process_t process;
    uv_timer_t patience; /* with the program */
    uint64_t started_ms;
    uv_loop_t *loop;
    bool running;
    bool closing; /* of the process' handle */
    int64_t exit_status;
    int signal;
    char line[1024]; /* what is typed */
    size_t line_len;
};

void certify_operator_open(struct certify_operator *operator,
                           uv_loop_t * loop,
                           const char *command,
                           bool interactive);
/* Its handles go in the loop's next turn. */
void certify_operator_close(struct certify_operator *operator);

/* As cg_kit_options.ask; does not wait. */
enum cg_kit_asked certify_ask(struct certify_operator *operator,
                              const char * actor,
                              const char *words,
                              const char *plea,
                              bool first);

/* What comes after a case that did not pass; waits for the person. */
enum cg_next certify_next(struct certify_operator *operator,
                          char * reason,
                          size_t reason_len);

#endif
