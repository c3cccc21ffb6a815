/*
 * A story: processes of this program that talk to each other, told what to do
 * and watched, step by step.  The demo is one; system tests are others.
 *
 * A step waits for what it names, never for time to pass; its timeout only says
 * when to give up.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef STORY_H
#define STORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum story_actor {
    STORY_HUB,
    STORY_VENUE,
    STORY_GATE,
    STORY_CLIENT,
    STORY_CLIENT2,
    STORY_ACTORS
};

enum story_act {
    STORY_SCENE,  /* |text| is its title; |what| "end": played in any case */
    STORY_SAY,    /* |text| is printed */
    STORY_SET,    /* variable |what| becomes |text| */
    STORY_WRITE,  /* file |what| of the directory gets |text| */
    STORY_START,  /* |actor| is started with the arguments |text| */
    STORY_TELL,   /* |actor| gets the line |text|, and has echoed it */
    STORY_SEE,    /* |actor| prints |what|, with |text|; see below */
    STORY_NONE,   /* |actor| printed no such line since the scene began */
    STORY_END,    /* |actor| is ended by SIGTERM and leaves with |status| */
    STORY_KILL,   /* |actor| is ended by SIGKILL, in the middle of things */
    STORY_HANGUP, /* |actor| gets SIGHUP, and goes on */
    STORY_RUN,    /* this program is run with the arguments |text| and waited
                     for; its output is shown.  |status| is what it must leave
                     with, |what| a text with '|' between parts that its output
                     or its errors must contain */
    STORY_CHECK,  /* |check| says whether all is well */
};

struct story_stage;

/*
 * One step.  |what| names a line: "in DF" and "out 8" are messages, anything
 * else is the line's first word.  |text| of a message is a list of fields, with
 * '|' between them, which must all be there:
 *
 *     39=2        equal, as text or as numbers
 *     58~CG101    the field contains it
 *     2319=$T     equal to variable T; if there is none yet, it is set
 *     !2327       the field is absent
 *     body=$B     equal to variable B, byte by byte: all fields that are not
 *                 of the header or the trailer, nor among the tags of the
 *                 variable LEFT_OUT
 *
 * |text| of another line is contained in the rest of it; "$P" alone keeps that
 * rest as variable P.  Variables may be used in any |text|.  DIR and GATE_PORT
 * (a free port) are set from the start.
 *
 * A line serves one step only; those from before the scene serve none.  With
 * |later| its time must not be before that of the line seen last.
 */
struct story_step {
    enum story_act act;
    enum story_actor actor;
    const char *what;
    const char *text;
    unsigned timeout_ms; /* 0: 15000 */
    bool later;
    int status; /* of STORY_END and STORY_RUN */
    /* Returns NULL, or what is wrong. */
    const char *(*check)(struct story_stage *stage);
};

struct story_options {
    const char *program;   /* the path of this program */
    const char *directory; /* exists; files and logs go there */
    bool verbose;          /* the raw messages, too */
    bool quiet;            /* print only what goes wrong */
    unsigned until;        /* the last scene to play, 0: all */
};

/*
 * Plays |steps|.  Every process that was started is ended before this returns.
 * Returns 0, or 1 when a step failed; that was printed.
 */
int story_play(const struct story_step *steps,
               size_t count,
               const struct story_options *options);

/* For |check|: prints a line of the story. */
void story_say(struct story_stage *stage, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/*
 * For |check|: the |index|-th line (from 0, over the whole story) that |actor|
 * printed as |what|, its rest; NULL past the last.
 */
const char *story_line(const struct story_stage *stage,
                       enum story_actor actor,
                       const char *what,
                       size_t index);

/* For |check|: what the last STORY_RUN printed. */
const char *story_output(const struct story_stage *stage);

/* For |check|: a variable, or NULL. */
const char *story_variable(const struct story_stage *stage, const char *name);
void story_set_text(struct story_stage *stage,
                    const char *name,
                    const char *value);

#endif
