/*
 * Who runs a certification: a person at a terminal, a program in their place,
 * or nobody.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef APP_CERTIFY_OPERATOR_H
#define APP_CERTIFY_OPERATOR_H

#include "certification.h"
#include "certify_progress.h"

struct certify_operator {
    const char *command; /* a program that is asked first, or NULL */
    const char *nobody;  /* why no person is there, or NULL: one is */
    struct certify_progress *progress;
    bool rests;  /* Ctrl-C: the run ends after the case under way */
    bool stops;  /* it ends at once */
    bool leaves; /* and nobody is asked any more to undo anything */
    bool ends;   /* nor is a program waited for */
    bool shown;  /* what was asked for: nobody need say that it is done */
    bool asks;   /* a person is waited for */
    uv_signal_t signals[3];
    uv_process_t process;
    uv_timer_t patience; /* with the program */
    uv_loop_t *loop;
    bool running;
    bool closing; /* of the process' handle */
    bool pending; /* to be started, once the one before it is gone */
    bool late;    /* it took too long */
    int64_t exit_status;
    int signal;
    char why[512];   /* it could not be done */
    char line[1024]; /* what is typed */
    size_t line_len;
};

void certify_operator_open(struct certify_operator *operator,
                           uv_loop_t * loop,
                           struct certify_progress *progress,
                           const char *command,
                           const char *nobody);
/* Its handles go in the loop's next turn. */
void certify_operator_close(struct certify_operator *operator);

/* As cg_kit_options.ask; does not wait. */
enum cg_kit_asked certify_ask(struct certify_operator *operator,
                              const char * actor,
                              const char *words,
                              const char *plea,
                              bool first,
                              const char **why);

/* As cg_kit_options.shows. */
void certify_shows(struct certify_operator *operator);

/* What comes after a case that did not pass; waits for the person. */
enum cg_next certify_next(struct certify_operator *operator,
                          char * reason,
                          size_t reason_len);

#endif
