/*
 * The stage a story is played on: processes, their lines, variables.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef STORY_STAGE_H
#define STORY_STAGE_H

#include "sim_fields.h"
#include "story.h"

#include <stdio.h>
#include <uv.h>

#define STORY_RUNNER STORY_ACTORS /* the process of STORY_RUN */
#define STORY_PLACES (STORY_ACTORS + 1)

/* One line that a process printed. */
struct story_line {
    int64_t time_ns; /* of the day */
    char *what;      /* "in DF", or the first word */
    char *rest;
    struct sim_body message; /* its fields, empty when it is none */
    bool used;
};

struct story_process {
    struct story_stage *stage;
    enum story_actor actor;
    uv_process_t process;
    uv_pipe_t in;
    uv_pipe_t out;
    bool running;
    bool ending; /* told to end */
    bool reading;
    unsigned open_handles; /* the next process needs them closed */
    int64_t exit_status;
    int signal;
    char *buffer; /* bytes of a line that is not whole */
    size_t buffer_len;
    size_t buffer_size;
    struct story_line *lines;
    size_t line_count;
    size_t line_size;
    size_t scene_start; /* first line of the scene */
    FILE *log;
};

/* Text waiting to be printed in the order of time. */
struct story_text {
    int64_t time_ns;
    char *text;
};

struct story_variable {
    char *name;
    char *value;
};

struct story_stage {
    const struct story_step *steps;
    size_t count;
    size_t at;
    const struct story_options *options;
    uv_loop_t loop;
    uv_timer_t flush; /* the timeline */
    uv_timer_t grace; /* before SIGKILL */
    uv_signal_t interrupt;
    uv_signal_t terminate;
    struct story_process processes[STORY_PLACES];
    struct story_variable *variables;
    size_t variable_count;
    struct story_text *texts;
    size_t text_count;
    size_t text_size;
    int64_t start_ns;
    int64_t last_seen_ns;
    uint64_t step_started; /* loop time */
    bool step_entered;
    unsigned scene;
    unsigned checks; /* of the scene that held */
    unsigned all_checks;
    bool failed;
    bool done;
};

/* story_stage.c: processes. */
const char *story_actor_name(enum story_actor actor);
bool story_process_start(struct story_stage *stage,
                         enum story_actor actor,
                         const char *arguments);
void story_process_tell(struct story_process *process, const char *line);
/* Sends it the signal |number|, once. */
void story_process_end(struct story_process *process, int number);
void story_stage_clear(struct story_stage *stage);
/* story_steps.c: called when something has happened. */
void story_advance(struct story_stage *stage);

/* story_match.c: variables and patterns. */
void story_set(struct story_stage *stage,
               struct cg_slice name,
               struct cg_slice value);
/* |text| with its variables put in; the caller frees it. */
char *story_expand(const struct story_stage *stage, const char *text);
/* The line that |step| asks for, not used so far, or NULL. */
struct story_line *story_find(struct story_stage *stage,
                              const struct story_step *step);
/* Takes |line| for |step|: it is used, and sets variables. */
void story_take(struct story_stage *stage,
                const struct story_step *step,
                struct story_line *line);
/* Reads a line of a process; false when it does not begin with a time. */
bool story_line_read(struct story_line *line, const char *text);

/* story_words.c: what a message says, in words. */
void story_describe(struct cg_slice message, char *text, size_t len);
bool story_is_admin(struct cg_slice message);

/* story_print.c: the timeline. */
int64_t story_clock(void);
void story_print(struct story_stage *stage, int64_t time_ns, char *text);
void story_print_line(struct story_stage *stage,
                      enum story_actor actor,
                      const struct story_line *line);
void story_flush(struct story_stage *stage, bool all);
void story_fail(struct story_stage *stage, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

#endif
