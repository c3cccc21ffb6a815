/*
 * The message log: every FIX message in and out, in the order in which it was
 * taken and sent, as QuickFIX's FileLog writes them:
 *
 *     20260115-12:00:00.123456789 : 8=FIX.4.4<SOH>...10=123<SOH>
 *
 * It is no record of credit, which the journal is: a failure of its file is an
 * alarm, and nothing else.  Passwords are not in it (mask_message()).
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef CG_LINK_MESSAGE_LOG_H
#define CG_LINK_MESSAGE_LOG_H

#include <creditgate/types.h>

struct cg_message_log;

struct cg_message_log_options {
    const char *path; /* of its file; NULL: none.  Borrowed */
    /* Each message for people, with '|' in place of SOH; NULL: none. */
    void (*show)(void *user, const char *session, bool out, const char *text);
    void (*say)(void *user, enum cg_log_level level, const char *text);
    void *user;
};

/* Appends to the file, or makes it.  0, CG_ERR_MEMORY, or CG_ERR_IO with what
 * to do in |error|. */
int cg_message_log_open(const struct cg_message_log_options *options,
                        char *error,
                        size_t error_len,
                        struct cg_message_log **log);

/* All of these take NULL for a log that nobody wants. */

/* A message arrived at |now|. */
void cg_message_log_in(struct cg_message_log *log,
                       const char *session,
                       const char *bytes,
                       size_t len,
                       cg_time now);

/* A message is held back until the end of the turn.  |session| is borrowed for
 * as long. */
void cg_message_log_out(struct cg_message_log *log,
                        const char *session,
                        const char *bytes,
                        size_t len);

/* What is held back goes out at |now|; or never will. */
void cg_message_log_release(struct cg_message_log *log, cg_time now);
void cg_message_log_forget(struct cg_message_log *log);

/* Writes what there is, in one piece. */
void cg_message_log_write(struct cg_message_log *log);

/* Opens the file by its name again, after somebody has moved it away. */
void cg_message_log_reopen(struct cg_message_log *log);

void cg_message_log_close(struct cg_message_log *log);

#endif
