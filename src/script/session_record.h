/*
 * Logs into sessions: what a replay of FIX logs hears and says, written as a
 * session on paper that passes when it is run.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef CG_SESSION_RECORD_H
#define CG_SESSION_RECORD_H

#include "replay.h"

struct cg_session_record_options {
    const char *config;      /* a path; all texts are borrowed */
    const char *const *logs; /* "-" is standard input */
    size_t log_count;
    bool anonymised;
    /* Each mistake of the configuration, and of what it names. */
    cg_script_report *report;
    /* As in struct cg_replay_options. */
    bool (*trouble)(void *user,
                    unsigned kind,
                    const char *file,
                    uint64_t offset,
                    const char *text);
    void (*progress)(void *user, uint64_t done, uint64_t total);
    /* Whole lines of what differs when the session is run, with CG_RECORD_E_
     * DIFFERS. */
    void (*print)(void *user, const char *text);
    void *user;
};

/* The session does not pass when it is run: |print| was told why. */
#define CG_RECORD_E_DIFFERS 1

/*
 * Replays the logs, writes the session, and runs it.  Returns 0 and the
 * session in |*text|, of |*len| bytes and to be freed; or
 * CG_RECORD_E_DIFFERS; or a cg_error with why in |error|, which is empty when
 * |report| told it.
 */
int cg_session_record(const struct cg_session_record_options *options,
                      char *error,
                      size_t error_len,
                      char **text,
                      size_t *len);

#endif
