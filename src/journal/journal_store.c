/*
 * The FIX message store in the journal's file: numbers of sessions, and the
 * messages that were sent.
 *
 * Must never hand out a message that is not what was stored.  Serves R22, R45.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "journal_internal.h"

#include "check.h"

#include <stdio.h>
#include <stdlib.h>

static struct cg_journal_session *
session_find(const struct cg_sqlite_journal *journal, const char *name)
{
    for (size_t i = 0; i < journal->session_count; i++) {
        if (strcmp(journal->sessions[i].name, name) == 0) {
            return &journal->sessions[i];
        }
    }
    return NULL;
}

/* Adds a session in memory only. */
static int session_add(struct cg_sqlite_journal *journal,
                       const char *name,
                       size_t len,
                       struct cg_journal_session **out)
{
    size_t size = (journal->session_count + 1) *
                  sizeof(struct cg_journal_session);
    struct cg_journal_session *sessions;

    if (len > CG_SESSION_NAME_MAX) {
        return cg_journal_fail(journal, CG_ERR_MISUSE,
                               "the session name %.100s... is longer than %d "
                               "bytes",
                               name, CG_SESSION_NAME_MAX);
    }
    sessions = realloc(journal->sessions, size);
    if (sessions == NULL) {
        return cg_journal_fail(journal, CG_ERR_MEMORY,
                               "no memory for a session");
    }
    journal->sessions = sessions;
    *out = &sessions[journal->session_count++];
    **out = (struct cg_journal_session){
        .no = (int64_t)journal->session_count,
        .next_sender = 1,
        .next_target = 1,
    };
    memcpy((*out)->name, name, len);
    return 0;
}

/* --- numbers ------------------------------------------------------------ */

static int session_put(struct cg_sqlite_journal *journal,
                       const struct cg_journal_session *session)
{
    struct sqlite3_stmt *statement = journal->statements[CG_STMT_SESSION_PUT];

    bool bound = cg_db_bind_int(statement, 1, session->no);
    bound &= cg_db_bind_text(statement, 2, session->name,
                             strlen(session->name));
    bound &= cg_db_bind_int(statement, 3, session->next_sender);
    bound &= cg_db_bind_int(statement, 4, session->next_target);
    bound &= cg_db_bind_int(statement, 5, session->created);
    if (CG_NEVER(!bound, "a statement that was reset takes values")) {
        return cg_journal_to_spare(journal, "storing a session");
    }
    return cg_journal_write(journal, CG_STMT_SESSION_PUT, "storing a session");
}

static int session_write(struct cg_sqlite_journal *journal,
                         struct cg_journal_session *session)
{
    const struct cg_turn_step step = {
        .kind = CG_TURN_SESSION,
        .session = session->no,
        .seq = session->next_sender,
        .a = session->next_target,
        .b = session->created,
        .bytes = {NULL, strlen(session->name)},
    };
    uint8_t *bytes = cg_turn_add(&journal->turn, &step);
    if (bytes == NULL) {
        return cg_journal_fail(journal, CG_ERR_MEMORY, "no memory for a turn");
    }
    memcpy(bytes, session->name, step.bytes.len);
    session->dirty = false;
    return journal->on_spare ? 0 : session_put(journal, session);
}

int cg_journal_sessions_write(struct cg_sqlite_journal *journal)
{
    int error = 0;
    for (size_t i = 0; i < journal->session_count && error == 0; i++) {
        if (journal->sessions[i].dirty) {
            error = session_write(journal, &journal->sessions[i]);
        }
    }
    return error;
}

int cg_journal_session_load(void *user,
                            const char *session_name,
                            int *next_sender,
                            int *next_target,
                            int64_t *creation_ns)
{
    struct cg_sqlite_journal *journal = user;
    struct cg_journal_session *session;
    int error = journal->failed;

    if (error != 0) {
        return error;
    }
    session = session_find(journal, session_name);
    if (session == NULL) {
        error = cg_journal_begin(journal);
        error = error != 0 ? error
                           : session_add(journal, session_name,
                                         strlen(session_name), &session);
        if (error != 0) {
            return error;
        }
        session->created = *creation_ns;
        session->dirty = true;
    }
    *next_sender = session->next_sender;
    *next_target = session->next_target;
    *creation_ns = session->created;
    return 0;
}

/* The session to write to, inside a transaction. */
static int session_for_write(struct cg_sqlite_journal *journal,
                             const char *name,
                             struct cg_journal_session **out)
{
    int error = cg_journal_begin(journal);

    if (error != 0) {
        return error;
    }
    *out = session_find(journal, name);
    if (*out == NULL) {
        return cg_journal_fail(journal, CG_ERR_MISUSE,
                               "session %.200s was written to before it was "
                               "loaded",
                               name);
    }
    (*out)->dirty = true;
    return 0;
}

int cg_journal_session_set_sender(void *user,
                                  const char *session_name,
                                  int next_sender)
{
    struct cg_journal_session *session;
    int error = session_for_write(user, session_name, &session);

    if (error == 0) {
        session->next_sender = next_sender;
    }
    return error;
}

int cg_journal_session_set_target(void *user,
                                  const char *session_name,
                                  int next_target)
{
    struct cg_journal_session *session;
    int error = session_for_write(user, session_name, &session);

    if (error == 0) {
        session->next_target = next_target;
    }
    return error;
}

/* --- messages ----------------------------------------------------------- */

/* What tells a message that is damaged: of its place and its bytes. */
static int64_t message_digest(struct cg_sqlite_journal *journal,
                              const struct cg_turn_step *step)
{
    const int64_t place[] = {step->session, step->seq, step->a, step->b};
    struct cg_digest_bytes digest;
    int64_t first;
    cg_digester_begin(journal->digester);
    cg_digester_add(journal->digester, place, sizeof(place));
    cg_digester_add(journal->digester, step->bytes.data, step->bytes.len);
    cg_digester_end(journal->digester, &digest);
    memcpy(&first, digest.bytes, sizeof(first));
    return first;
}

static int message_put(struct cg_sqlite_journal *journal,
                       const struct cg_turn_step *step)
{
    struct sqlite3_stmt *statement = journal->statements[CG_STMT_MESSAGE_PUT];

    bool bound = cg_db_bind_int(statement, 1, step->session);
    bound &= cg_db_bind_int(statement, 2, step->seq);
    bound &= cg_db_bind_int(statement, 3, step->a);
    bound &= cg_db_bind_int(statement, 4, step->b);
    bound &= cg_db_bind_blob(statement, 5, step->bytes.data, step->bytes.len);
    bound &= cg_db_bind_int(statement, 6, message_digest(journal, step));
    if (CG_NEVER(!bound, "a statement that was reset takes values")) {
        return cg_journal_to_spare(journal, "storing a message");
    }
    return cg_journal_write(journal, CG_STMT_MESSAGE_PUT, "storing a message");
}

int cg_journal_message_set(void *user,
                           const char *session_name,
                           int seq,
                           const char *bytes,
                           size_t len,
                           size_t body_at,
                           size_t body_len)
{
    struct cg_sqlite_journal *journal = user;
    struct cg_journal_session *session;
    int error = session_for_write(journal, session_name, &session);

    if (error != 0) {
        return error;
    }
    const struct cg_turn_step step = {
        .kind = CG_TURN_MESSAGE,
        .session = session->no,
        .seq = seq,
        .a = (int64_t)body_at,
        .b = (int64_t)body_len,
        .bytes = {bytes, len},
    };
    uint8_t *staged = cg_turn_add(&journal->turn, &step);
    if (staged == NULL) {
        return cg_journal_fail(journal, CG_ERR_MEMORY, "no memory for a turn");
    }
    memcpy(staged, bytes, len);
    return journal->on_spare ? 0 : message_put(journal, &step);
}

/* Who asked for messages, and which. */
struct wanted {
    int64_t session;
    int first;
    int last;
    void (*found)(void *context,
                  int seq,
                  const char *bytes,
                  size_t len,
                  size_t body_at,
                  size_t body_len);
    void *context;
};

/* Hands over a message; false when it is not what was stored. */
static bool hand_over(const struct wanted *wanted,
                      const struct cg_turn_step *step)
{
    int64_t len = (int64_t)step->bytes.len;
    if (step->a < 0 || step->b < 0 || step->a > len ||
        step->b > len - step->a) {
        return false;
    }
    wanted->found(wanted->context, (int)step->seq, step->bytes.data,
                  step->bytes.len, (size_t)step->a, (size_t)step->b);
    return true;
}

static bool row_found(struct cg_sqlite_journal *journal,
                      const struct wanted *wanted,
                      struct sqlite3_stmt *statement)
{
    const void *bytes;
    struct cg_turn_step step = {
        .kind = CG_TURN_MESSAGE,
        .session = wanted->session,
        .seq = cg_db_int(statement, 0),
        .a = cg_db_int(statement, 1),
        .b = cg_db_int(statement, 2),
    };
    cg_db_blob(statement, 3, &bytes, &step.bytes.len);
    step.bytes.data = bytes;
    return cg_db_int(statement, 4) == message_digest(journal, &step) &&
           hand_over(wanted, &step);
}

static int rows_get(struct cg_sqlite_journal *journal,
                    const struct wanted *wanted,
                    const char *session_name)
{
    struct sqlite3_stmt *statement = journal->statements[CG_STMT_MESSAGE_GET];
    enum cg_db_result result = CG_DB_DONE;

    if (cg_db_is_running(statement)) {
        return cg_journal_fail(journal, CG_ERR_MISUSE,
                               "messages were asked for while messages were "
                               "read");
    }
    bool bound = cg_db_bind_int(statement, 1, wanted->session);
    bound &= cg_db_bind_int(statement, 2, wanted->first);
    bound &= cg_db_bind_int(statement, 3, wanted->last);
    if (CG_NEVER(!bound, "a statement that was reset takes values")) {
        return cg_journal_fail_db(journal, "reading messages");
    }
    while (journal->failed == 0 &&
           (result = cg_db_step(statement)) == CG_DB_ROW) {
        if (!row_found(journal, wanted, statement)) {
            (void)cg_journal_fail(journal, CG_ERR_CORRUPT,
                                  "a message of %.200s is damaged; restore the "
                                  "file from a copy",
                                  session_name);
        }
    }
    if (journal->failed == 0 && result != CG_DB_DONE) {
        (void)cg_journal_fail_db(journal, "reading messages");
    }
    cg_db_reset(statement);
    return journal->failed;
}

/* Where the messages of |session| in |turn| begin that still count: behind its
 * last reset, which |*reset| tells. */
static size_t
behind_reset(const struct cg_turn *turn, int64_t session, bool *reset)
{
    struct cg_turn_step step;
    size_t at = 0;
    size_t from = 0;
    while (cg_turn_next(turn, &at, &step)) {
        if (step.kind == CG_TURN_RESET && step.session == session) {
            from = at;
            *reset = true;
        }
    }
    return from;
}

static void
turn_get(const struct cg_turn *turn, size_t from, const struct wanted *wanted)
{
    struct cg_turn_step step;
    while (cg_turn_next(turn, &from, &step)) {
        if (step.kind == CG_TURN_MESSAGE && step.session == wanted->session &&
            step.seq >= wanted->first && step.seq <= wanted->last) {
            (void)hand_over(wanted, &step);
        }
    }
}

/* The journal has what was there before it failed; memory has the rest. */
static int spare_get(struct cg_sqlite_journal *journal,
                     const struct wanted *wanted,
                     const char *session_name)
{
    bool reset_kept = false;
    bool reset_now = false;
    size_t now = behind_reset(&journal->turn, wanted->session, &reset_now);
    size_t kept = behind_reset(&journal->kept, wanted->session, &reset_kept);
    int error = reset_now || reset_kept
                    ? 0
                    : rows_get(journal, wanted, session_name);
    if (error == 0 && !reset_now) {
        turn_get(&journal->kept, kept, wanted);
    }
    if (error == 0) {
        turn_get(&journal->turn, now, wanted);
    }
    return error;
}

int cg_journal_message_get(void *user,
                           const char *session_name,
                           int first,
                           int last,
                           void (*found)(void *context,
                                         int seq,
                                         const char *bytes,
                                         size_t len,
                                         size_t body_at,
                                         size_t body_len),
                           void *context)
{
    struct cg_sqlite_journal *journal = user;
    const struct cg_journal_session *session = session_find(journal,
                                                            session_name);
    if (journal->failed != 0 || session == NULL) {
        return journal->failed;
    }
    const struct wanted wanted = {session->no, first, last, found, context};
    return journal->on_spare ? spare_get(journal, &wanted, session_name)
                             : rows_get(journal, &wanted, session_name);
}

static int messages_forget(struct cg_sqlite_journal *journal, int64_t session)
{
    struct sqlite3_stmt *statement =
        journal->statements[CG_STMT_MESSAGE_FORGET];
    if (CG_NEVER(!cg_db_bind_int(statement, 1, session),
                 "a statement that was reset takes values")) {
        return cg_journal_to_spare(journal, "forgetting messages");
    }
    return cg_journal_write(journal, CG_STMT_MESSAGE_FORGET,
                            "forgetting messages");
}

int cg_journal_session_reset(void *user,
                             const char *session_name,
                             int64_t creation_ns)
{
    struct cg_sqlite_journal *journal = user;
    struct cg_journal_session *session;
    int error = session_for_write(journal, session_name, &session);

    if (error != 0) {
        return error;
    }
    session->next_sender = 1;
    session->next_target = 1;
    session->created = creation_ns;
    const struct cg_turn_step step = {.kind = CG_TURN_RESET,
                                      .session = session->no};
    if (cg_turn_add(&journal->turn, &step) == NULL) {
        return cg_journal_fail(journal, CG_ERR_MEMORY, "no memory for a turn");
    }
    return journal->on_spare ? 0 : messages_forget(journal, session->no);
}

/* --- opening ------------------------------------------------------------ */

static int session_take(struct cg_sqlite_journal *journal,
                        const struct cg_turn_step *step)
{
    struct cg_journal_session *session = NULL;
    int error = 0;
    if (step->session == (int64_t)journal->session_count + 1) {
        error = session_add(journal, step->bytes.data, step->bytes.len,
                            &session);
    } else if (step->session > 0 &&
               step->session <= (int64_t)journal->session_count) {
        session = &journal->sessions[step->session - 1];
    }
    if (session == NULL) {
        return error != 0 ? error
                          : cg_journal_fail(journal, CG_ERR_CORRUPT,
                                            "its -spare names a session that "
                                            "is not there");
    }
    session->next_sender = (int)step->seq;
    session->next_target = (int)step->a;
    session->created = step->b;
    session->dirty = true;
    return 0;
}

int cg_journal_store_take(struct cg_sqlite_journal *journal,
                          const struct cg_turn_step *step)
{
    switch (step->kind) {
    case CG_TURN_SESSION:
        return session_take(journal, step);
    case CG_TURN_MESSAGE:
        return message_put(journal, step);
    case CG_TURN_RESET:
        return messages_forget(journal, step->session);
    case CG_TURN_FACT:
        break;
    }
    return CG_ERR_MISUSE;
}

/* Takes one row of table session. */
static int session_read(struct cg_sqlite_journal *journal,
                        struct sqlite3_stmt *statement)
{
    struct cg_journal_session *session;
    const char *name;
    size_t len;

    cg_db_text(statement, 1, &name, &len);
    if (len == 0 || len > CG_SESSION_NAME_MAX ||
        cg_db_int(statement, 0) != (int64_t)journal->session_count + 1) {
        return cg_journal_fail(journal, CG_ERR_CORRUPT,
                               "the table of sessions is damaged; restore the "
                               "file from a copy");
    }
    int error = session_add(journal, name, len, &session);
    if (error == 0) {
        session->next_sender = (int)cg_db_int(statement, 2);
        session->next_target = (int)cg_db_int(statement, 3);
        session->created = cg_db_int(statement, 4);
    }
    return error;
}

int cg_journal_sessions_read(struct cg_sqlite_journal *journal)
{
    struct sqlite3_stmt *statement = NULL;
    int error = 0;
    enum cg_db_result result = cg_db_prepare(
        journal->db,
        "SELECT no,name,next_sender,next_target,created FROM session"
        " ORDER BY no",
        &statement);

    while (result == CG_DB_DONE && error == 0) {
        result = cg_db_step(statement);
        if (result != CG_DB_ROW) {
            break;
        }
        error = session_read(journal, statement);
        result = CG_DB_DONE;
    }
    if (error == 0 && result != CG_DB_DONE) {
        error = cg_journal_fail_db(journal, "reading the sessions");
    }
    cg_db_finalize(statement);
    return error;
}
