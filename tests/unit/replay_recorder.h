/*
 * Writes what is said in a session on paper as a log of FIX sessions would
 * have it: with logons, numbers of their own and resends.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef CG_TESTS_REPLAY_RECORDER_H
#define CG_TESTS_REPLAY_RECORDER_H

#include "script.h"
#include <creditgate/rates.h>

enum recorder_form {
    RECORD_FILELOG, /* "20260115-12:00:00.000000000 : 8=..." with SOH */
    RECORD_BARS,    /* the same with | */
    RECORD_RAW,     /* messages one after the other: their 52 is the time */
    RECORD_FORMS,
};

/* A message that was recorded, in the order of the log. */
struct recorded {
    cg_session session;
    bool outbound;
    bool admin;
    bool unsent; /* nobody was there: it is in no log, unless said again */
    cg_time time;
    int seq;
    char *bytes;
    size_t len;
};

/* What a session on paper has done to one FIX session. */
struct recorder_session {
    bool up;
    bool resets;
    int seq_in;
    int seq_out;
    int *seqs[2]; /* in, out; by the number on paper: that in the log */
    size_t seq_count[2];
    size_t *unsent; /* places in |items|: sent while nobody was there */
    size_t unsent_count;
};

struct recorder {
    struct cg_script script;
    struct cg_rates *rates; /* taken at its start, or NULL */
    struct recorded *items;
    size_t count;
    struct recorder_session sessions[CG_SESSIONS_MAX];
    /* It does what no log shows: a crash, a stop, new rates. */
    bool unplayable;
    cg_time spread; /* added to each message's time, times its place */
};

/* Plays the session at |path|; false when it does not pass. */
bool recorder_play(struct recorder *recorder, const char *path);
bool recorder_play_text(struct recorder *recorder, const char *text);
void recorder_deinit(struct recorder *recorder);

/* How many messages were sent to nobody by the end. */
size_t recorder_unsent(const struct recorder *recorder, cg_session session);

/*
 * Writes those messages that |wanted| (NULL: all) as a file; its path, of
 * static memory, valid until the next one of that |slot| (0..3).
 */
const char *recorder_write(const struct recorder *recorder,
                           enum recorder_form form,
                           size_t slot,
                           bool (*wanted)(void *user,
                                          const struct recorder *recorder,
                                          size_t index),
                           void *user);

/* A file with |text|. */
const char *recorder_write_text(size_t slot, const char *text, size_t len);

#endif
