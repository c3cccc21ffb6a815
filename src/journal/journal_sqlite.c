/*
 * The durable journal: one SQLite file with the facts, the FIX messages sent
 * and the sequence numbers of every session, all of one turn in one
 * transaction.
 *
 * Must never retry: after one failed step or sync nobody knows what the disk
 * holds, so every later call fails and the process ends; what was committed is
 * read back at the next start.  Must never write to a file that is not a
 * journal of this version.  sqlite3.h is included here and nowhere else.
 * Serves R23, R45 and R47.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <creditgate/journal.h>

#include <inttypes.h>
#include <sqlite3.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define APPLICATION_ID 0x43474a31 /* "CGJ1" */
#define SCHEMA_VERSION 1
#define SESSION_NAME_MAX 255
#define CHECKPOINT_PAGES 4096 /* 16 MiB of log between checkpoints */

/* How a member of struct cg_fact is stored; what is unused becomes NULL. */
enum form {
    FORM_KIND,    /* its name */
    FORM_I64,     /* NULL for 0 */
    FORM_U64,     /* NULL for 0 */
    FORM_U32,     /* NULL for 0 */
    FORM_U16,     /* NULL for 0 */
    FORM_SLOT,    /* NULL for CG_NONE */
    FORM_SESSION, /* NULL for CG_SESSION_NONE */
    FORM_LETTER,  /* text of one byte, NULL for 0 */
    FORM_ID,      /* text, NULL when empty */
    FORM_TEXT,    /* the same */
};

/*
 * The columns of table fact, in order: name, form, place in struct cg_fact, SQL
 * type, and what a reader of the schema should know.  One line here is all that
 * a new member needs (and a new SCHEMA_VERSION).
 */
static const struct column {
    const char *name;
    enum form form;
    size_t at;
    const char *type;
    const char *note;
} columns[] = {
#define AT(member) offsetof(struct cg_fact, member)
    {"no", FORM_U64, AT(no), "INTEGER PRIMARY KEY", "1, 2, 3, no gaps"},
    {"time", FORM_I64, AT(time), "INTEGER", "ns since 1970, UTC"},
    {"kind", FORM_KIND, 0, "TEXT NOT NULL", "what was decided"},
    {"cause_session", FORM_SESSION, AT(cause_session), "INTEGER",
     "the message behind it: its session"},
    {"cause_seq", FORM_U64, AT(cause_seq), "INTEGER",
     "and its MsgSeqNum; NULL: a timer"},
    {"session", FORM_SESSION, AT(session), "INTEGER", "whom it concerns"},
    {"order_slot", FORM_SLOT, AT(order), "INTEGER", "slots: places in memory"},
    {"request_slot", FORM_SLOT, AT(request), "INTEGER", "a ClOrdID's"},
    {"token_slot", FORM_SLOT, AT(token), "INTEGER", ""},
    {"ask_slot", FORM_SLOT, AT(ask), "INTEGER", "a DF's"},
    {"limit_slot", FORM_SLOT, AT(limit), "INTEGER", ""},
    {"account_slot", FORM_SLOT, AT(account), "INTEGER", ""},
    {"instrument_slot", FORM_SLOT, AT(instrument), "INTEGER", ""},
    {"value", FORM_U32, AT(value), "INTEGER", "state or level; NULL: 0"},
    {"flags", FORM_U32, AT(flags), "INTEGER", "NULL: 0"},
    {"reason", FORM_U16, AT(reason), "INTEGER", "why refused; NULL: no reason"},
    {"side", FORM_LETTER, AT(side), "TEXT", "FIX 54"},
    {"time_in_force", FORM_LETTER, AT(time_in_force), "TEXT", "FIX 59"},
    {"number", FORM_U64, AT(number), "INTEGER", "of an order, token or ask"},
    {"qty", FORM_I64, AT(qty), "INTEGER", "whole currency units; NULL: 0"},
    {"amount", FORM_I64, AT(amount), "INTEGER", "1/10000 of a unit; NULL: 0"},
    {"other_amount", FORM_I64, AT(other), "INTEGER", "the same"},
    {"rate", FORM_I64, AT(rate), "INTEGER", "DV01 per 1,000,000, 1/10000"},
    {"until", FORM_I64, AT(until), "INTEGER", "ns since 1970, UTC"},
    {"hash", FORM_U64, AT(hash), "INTEGER", "of an order's body"},
    {"terms_hash", FORM_U64, AT(terms_hash), "INTEGER",
     "of its terms but the quantity"},
    {"id", FORM_ID, 0, "TEXT", "ClOrdID, limit, token or name"},
    {"text", FORM_TEXT, 0, "TEXT", "a second id, or words"},
#undef AT
};
#define COLUMNS (sizeof(columns) / sizeof(columns[0]))

/* The tables beside fact, and a view of it for the sqlite3 shell. */
static const char other_tables[] =
    "CREATE TABLE session ("
    " no INTEGER PRIMARY KEY,"
    " name TEXT NOT NULL UNIQUE,"
    " next_sender INTEGER NOT NULL,"
    " next_target INTEGER NOT NULL,"
    " created INTEGER NOT NULL -- ns since 1970, UTC\n"
    ") STRICT;"
    "CREATE TABLE message ("
    " session INTEGER NOT NULL REFERENCES session(no),"
    " seq INTEGER NOT NULL,"
    " body_at INTEGER NOT NULL, -- where its application part begins\n"
    " body_len INTEGER NOT NULL,"
    " bytes BLOB NOT NULL,"
    " PRIMARY KEY (session, seq)"
    ") STRICT, WITHOUT ROWID;"
    "CREATE VIEW audit AS SELECT no,"
    " strftime('%Y-%m-%d %H:%M:%S', time / 1000000000, 'unixepoch') ||"
    "  printf('.%06d', time % 1000000000 / 1000) AS utc,"
    " kind, id, text, side, qty, amount / 10000.0 AS amount,"
    " other_amount / 10000.0 AS other_amount, reason, value, session,"
    " order_slot, token_slot, limit_slot, cause_session, cause_seq FROM fact;";

enum statement {
    STMT_BEGIN,
    STMT_COMMIT,
    STMT_APPEND,
    STMT_LOAD,
    STMT_SESSION_PUT,
    STMT_MESSAGE_PUT,
    STMT_MESSAGE_GET,
    STMT_MESSAGE_FORGET,
    STMT_COUNT,
};

/* A session's numbers; rows are written at commit, once per turn. */
struct session {
    char name[SESSION_NAME_MAX + 1];
    int64_t no;
    int64_t created;
    int next_sender;
    int next_target;
    bool dirty;
};

struct sqlite_journal {
    sqlite3 *db;
    sqlite3_stmt *statements[STMT_COUNT];
    struct session *sessions;
    size_t session_count;
    cg_seq last_no;
    int failed; /* the first error; from then on every call returns it */
    bool in_transaction;
    char error[512];
    char path[];
};

/* Remembers the first failure; its words stay for cg_journal's |error|. */
__attribute__((format(printf, 3, 4))) static int
fail(struct sqlite_journal *journal, int error, const char *format, ...)
{
    va_list arguments;
    int len;

    if (journal->failed != 0) {
        return journal->failed;
    }
    journal->failed = error;
    len = snprintf(journal->error, sizeof(journal->error),
                   "journal %.250s: ", journal->path);
    va_start(arguments, format);
    (void)vsnprintf(journal->error + len, sizeof(journal->error) - (size_t)len,
                    format, arguments);
    va_end(arguments);
    return error;
}

/* What SQLite's last error on |journal| means for the gate. */
static int error_of(int rc)
{
    switch (rc & 0xff) {
    case SQLITE_NOMEM:
        return CG_ERR_MEMORY;
    case SQLITE_FULL:
        return CG_ERR_FULL;
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
        return CG_ERR_CORRUPT;
    default:
        return CG_ERR_IO;
    }
}

static int fail_sqlite(struct sqlite_journal *journal, const char *what)
{
    return fail(journal, error_of(sqlite3_errcode(journal->db)),
                "%s failed: %s; see to the disk, then start again, nothing "
                "that was confirmed is lost",
                what, sqlite3_errmsg(journal->db));
}

/* Runs a statement that yields no rows. */
static int
run(struct sqlite_journal *journal, enum statement which, const char *what)
{
    sqlite3_stmt *statement = journal->statements[which];

    if (sqlite3_step(statement) != SQLITE_DONE) {
        return fail_sqlite(journal, what);
    }
    /* After SQLITE_DONE this cannot fail. */
    (void)sqlite3_reset(statement);
    return 0;
}

/* Every write begins here: one transaction per turn, opened by its first. */
static int ensure_transaction(struct sqlite_journal *journal)
{
    int error;

    if (journal->failed != 0 || journal->in_transaction) {
        return journal->failed;
    }
    error = run(journal, STMT_BEGIN, "starting a transaction");
    journal->in_transaction = error == 0;
    return error;
}

static uint64_t member_get(const struct cg_fact *fact,
                           const struct column *column)
{
    const char *at = (const char *)fact + column->at;
    uint64_t u64;
    uint32_t u32;
    uint16_t u16;

    switch (column->form) {
    case FORM_I64:
    case FORM_U64:
        memcpy(&u64, at, sizeof(u64));
        return u64;
    case FORM_U32:
    case FORM_SLOT:
        memcpy(&u32, at, sizeof(u32));
        return u32;
    case FORM_U16:
    case FORM_SESSION:
        memcpy(&u16, at, sizeof(u16));
        return u16;
    case FORM_KIND:
    case FORM_LETTER:
    case FORM_ID:
    case FORM_TEXT:
        break;
    }
    return 0;
}

/* The value that stands for unused, and is stored as NULL. */
static uint64_t unused_value(enum form form)
{
    return form == FORM_SLOT ? CG_NONE
                             : (form == FORM_SESSION ? CG_SESSION_NONE : 0);
}

static int
bind_text(sqlite3_stmt *statement, int index, const char *text, size_t len)
{
    return len == 0 ? SQLITE_OK
                    : sqlite3_bind_text64(statement, index, text, len,
                                          SQLITE_STATIC, SQLITE_UTF8);
}

/* Binds one member; columns that are not bound are NULL. */
static int bind_member(sqlite3_stmt *statement,
                       int index,
                       const struct column *column,
                       const struct cg_fact *fact)
{
    const char *letter = (const char *)fact + column->at;
    const char *name;
    uint64_t value;

    switch (column->form) {
    case FORM_KIND:
        name = cg_fact_kind_name(fact->kind);
        return bind_text(statement, index, name, strlen(name));
    case FORM_LETTER:
        return bind_text(statement, index, letter, *letter != '\0' ? 1 : 0);
    case FORM_ID:
        return bind_text(statement, index, fact->id, fact->id_len);
    case FORM_TEXT:
        return bind_text(statement, index, fact->text, fact->text_len);
    case FORM_I64:
    case FORM_U64:
    case FORM_U32:
    case FORM_U16:
    case FORM_SLOT:
    case FORM_SESSION:
        break;
    }
    value = member_get(fact, column);
    return value == unused_value(column->form)
               ? SQLITE_OK
               : sqlite3_bind_int64(statement, index, (sqlite3_int64)value);
}

static int journal_append(void *user, const struct cg_fact *fact)
{
    struct sqlite_journal *journal = user;
    sqlite3_stmt *statement = journal->statements[STMT_APPEND];
    int error = ensure_transaction(journal);

    if (error != 0) {
        return error;
    }
    if (fact->no != journal->last_no + 1 ||
        cg_fact_kind_name(fact->kind) == NULL) {
        return fail(journal, CG_ERR_MISUSE,
                    "fact %" PRIu64 " of kind %d cannot follow fact %" PRIu64,
                    fact->no, (int)fact->kind, journal->last_no);
    }
    (void)sqlite3_clear_bindings(statement);
    for (size_t i = 0; i < COLUMNS; i++) {
        if (bind_member(statement, (int)i + 1, &columns[i], fact) !=
            SQLITE_OK) {
            return fail_sqlite(journal, "storing a fact");
        }
    }
    error = run(journal, STMT_APPEND, "storing a fact");
    if (error == 0) {
        journal->last_no = fact->no;
    }
    return error;
}

static bool kind_parse(const char *name, enum cg_fact_kind *kind)
{
    for (int i = 0; i < CG_FACT_KIND_COUNT; i++) {
        if (strcmp(name, cg_fact_kind_name((enum cg_fact_kind)i)) == 0) {
            *kind = (enum cg_fact_kind)i;
            return true;
        }
    }
    return false;
}

/* Stores |value| in a member of |size| bytes; false when it cannot be there. */
static bool
member_set(struct cg_fact *fact, const struct column *column, int64_t value)
{
    char *at = (char *)fact + column->at;
    uint32_t u32 = (uint32_t)value;
    uint16_t u16 = (uint16_t)value;

    switch (column->form) {
    case FORM_I64:
    case FORM_U64:
        memcpy(at, &value, sizeof(value));
        return true;
    case FORM_U32:
    case FORM_SLOT:
        memcpy(at, &u32, sizeof(u32));
        return value == (int64_t)u32;
    case FORM_U16:
    case FORM_SESSION:
        memcpy(at, &u16, sizeof(u16));
        return value == (int64_t)u16;
    case FORM_KIND:
    case FORM_LETTER:
    case FORM_ID:
    case FORM_TEXT:
        break;
    }
    return false;
}

static void
column_text(sqlite3_stmt *statement, int index, const char **text, size_t *len)
{
    const char *found = (const char *)sqlite3_column_text(statement, index);

    *text = found != NULL ? found : "";
    *len = (size_t)sqlite3_column_bytes(statement, index);
}

/* Reads one column of the row at hand; false when no gate can have written it.
 */
static bool read_member(sqlite3_stmt *statement,
                        int index,
                        const struct column *column,
                        struct cg_fact *fact)
{
    const char *text;
    size_t len;

    switch (column->form) {
    case FORM_KIND:
        column_text(statement, index, &text, &len);
        return kind_parse(text, &fact->kind);
    case FORM_LETTER:
        column_text(statement, index, &text, &len);
        ((char *)fact)[column->at] = text[0];
        return len <= 1;
    case FORM_ID:
        column_text(statement, index, &fact->id, &fact->id_len);
        return true;
    case FORM_TEXT:
        column_text(statement, index, &fact->text, &fact->text_len);
        return true;
    case FORM_I64:
    case FORM_U64:
    case FORM_U32:
    case FORM_U16:
    case FORM_SLOT:
    case FORM_SESSION:
        break;
    }
    if (sqlite3_column_type(statement, index) == SQLITE_NULL) {
        return member_set(fact, column, (int64_t)unused_value(column->form));
    }
    return member_set(fact, column, sqlite3_column_int64(statement, index));
}

static bool read_fact(sqlite3_stmt *statement, struct cg_fact *fact)
{
    bool good = true;

    for (size_t i = 0; i < COLUMNS; i++) {
        good &= read_member(statement, (int)i, &columns[i], fact);
    }
    return good;
}

/* Reads row after row; a missing or senseless one is corruption. */
static int load_rows(struct sqlite_journal *journal,
                     int (*each)(void *context, const struct cg_fact *fact),
                     void *context)
{
    sqlite3_stmt *statement = journal->statements[STMT_LOAD];
    struct cg_fact fact;
    cg_seq expected = 1;
    int result;
    int rc;

    while ((rc = sqlite3_step(statement)) == SQLITE_ROW) {
        if (!read_fact(statement, &fact)) {
            return fail(journal, CG_ERR_CORRUPT,
                        "fact %" PRIu64 " cannot be understood; restore the "
                        "file from a copy",
                        expected);
        }
        if (fact.no != expected) {
            return fail(journal, CG_ERR_CORRUPT,
                        "fact %" PRIu64 " is missing, %" PRIu64 " is there; "
                        "restore the file from a copy",
                        expected, fact.no);
        }
        result = each(context, &fact);
        if (result != 0) {
            return result;
        }
        expected++;
    }
    return rc == SQLITE_DONE ? 0 : fail_sqlite(journal, "reading the facts");
}

static int journal_load(void *user,
                        int (*each)(void *context, const struct cg_fact *fact),
                        void *context)
{
    struct sqlite_journal *journal = user;
    int result;

    if (journal->failed != 0) {
        return journal->failed;
    }
    result = load_rows(journal, each, context);
    (void)sqlite3_reset(journal->statements[STMT_LOAD]);
    return result;
}

static struct session *session_find(struct sqlite_journal *journal,
                                    const char *name)
{
    for (size_t i = 0; i < journal->session_count; i++) {
        if (strcmp(journal->sessions[i].name, name) == 0) {
            return &journal->sessions[i];
        }
    }
    return NULL;
}

/* Adds a session in memory only. */
static struct session *session_add(struct sqlite_journal *journal,
                                   const char *name)
{
    size_t size = (journal->session_count + 1) * sizeof(struct session);
    struct session *sessions = realloc(journal->sessions, size);
    struct session *session;

    if (sessions == NULL) {
        return NULL;
    }
    journal->sessions = sessions;
    session = &sessions[journal->session_count++];
    *session = (struct session){
        .no = (int64_t)journal->session_count,
        .next_sender = 1,
        .next_target = 1,
    };
    memcpy(session->name, name, strlen(name) + 1);
    return session;
}

static int session_put(struct sqlite_journal *journal, struct session *session)
{
    sqlite3_stmt *statement = journal->statements[STMT_SESSION_PUT];
    int error;

    if (sqlite3_bind_int64(statement, 1, session->no) != SQLITE_OK ||
        sqlite3_bind_text(statement, 2, session->name, -1, SQLITE_STATIC) !=
            SQLITE_OK ||
        sqlite3_bind_int(statement, 3, session->next_sender) != SQLITE_OK ||
        sqlite3_bind_int(statement, 4, session->next_target) != SQLITE_OK ||
        sqlite3_bind_int64(statement, 5, session->created) != SQLITE_OK) {
        return fail_sqlite(journal, "storing a session");
    }
    error = run(journal, STMT_SESSION_PUT, "storing a session");
    session->dirty = error != 0;
    return error;
}

static int session_create(struct sqlite_journal *journal,
                          const char *name,
                          int64_t creation_ns,
                          struct session **out)
{
    int error = ensure_transaction(journal);

    if (error != 0) {
        return error;
    }
    if (strlen(name) > SESSION_NAME_MAX) {
        return fail(journal, CG_ERR_MISUSE,
                    "the session name %.100s... is longer than %d bytes", name,
                    SESSION_NAME_MAX);
    }
    *out = session_add(journal, name);
    if (*out == NULL) {
        return fail(journal, CG_ERR_MEMORY, "no memory for a session");
    }
    (*out)->created = creation_ns;
    return session_put(journal, *out);
}

int cg_journal_session_load(void *user,
                            const char *session_name,
                            int *next_sender,
                            int *next_target,
                            int64_t *creation_ns)
{
    struct sqlite_journal *journal = user;
    struct session *session;
    int error;

    if (journal->failed != 0) {
        return journal->failed;
    }
    session = session_find(journal, session_name);
    if (session == NULL) {
        error = session_create(journal, session_name, *creation_ns, &session);
        if (error != 0) {
            return error;
        }
    }
    *next_sender = session->next_sender;
    *next_target = session->next_target;
    *creation_ns = session->created;
    return 0;
}

/* The session to write to, inside a transaction. */
static int session_for_write(struct sqlite_journal *journal,
                             const char *name,
                             struct session **out)
{
    int error = ensure_transaction(journal);

    if (error != 0) {
        return error;
    }
    *out = session_find(journal, name);
    if (*out == NULL) {
        return fail(journal, CG_ERR_MISUSE,
                    "session %.200s was written to before it was loaded", name);
    }
    return 0;
}

int cg_journal_session_set_sender(void *user,
                                  const char *session_name,
                                  int next_sender)
{
    struct session *session;
    int error = session_for_write(user, session_name, &session);

    if (error == 0) {
        session->next_sender = next_sender;
        session->dirty = true;
    }
    return error;
}

int cg_journal_session_set_target(void *user,
                                  const char *session_name,
                                  int next_target)
{
    struct session *session;
    int error = session_for_write(user, session_name, &session);

    if (error == 0) {
        session->next_target = next_target;
        session->dirty = true;
    }
    return error;
}

int cg_journal_message_set(void *user,
                           const char *session_name,
                           int seq,
                           const char *bytes,
                           size_t len,
                           size_t body_at,
                           size_t body_len)
{
    struct sqlite_journal *journal = user;
    sqlite3_stmt *statement = journal->statements[STMT_MESSAGE_PUT];
    struct session *session;
    int error = session_for_write(journal, session_name, &session);

    if (error != 0) {
        return error;
    }
    if (sqlite3_bind_int64(statement, 1, session->no) != SQLITE_OK ||
        sqlite3_bind_int(statement, 2, seq) != SQLITE_OK ||
        sqlite3_bind_int64(statement, 3, (sqlite3_int64)body_at) != SQLITE_OK ||
        sqlite3_bind_int64(statement, 4, (sqlite3_int64)body_len) !=
            SQLITE_OK ||
        sqlite3_bind_blob64(statement, 5, bytes, len, SQLITE_STATIC) !=
            SQLITE_OK) {
        return fail_sqlite(journal, "storing a message");
    }
    return run(journal, STMT_MESSAGE_PUT, "storing a message");
}

/* Hands over the message of the row at hand; false when it cannot be one. */
static bool message_found(sqlite3_stmt *statement,
                          void (*found)(void *context,
                                        int seq,
                                        const char *bytes,
                                        size_t len,
                                        size_t body_at,
                                        size_t body_len),
                          void *context)
{
    int seq = sqlite3_column_int(statement, 0);
    sqlite3_int64 body_at = sqlite3_column_int64(statement, 1);
    sqlite3_int64 body_len = sqlite3_column_int64(statement, 2);
    const void *bytes = sqlite3_column_blob(statement, 3);
    int len = sqlite3_column_bytes(statement, 3);

    if (body_at < 0 || body_len < 0 || body_at > len ||
        body_len > len - body_at || (bytes == NULL && len > 0)) {
        return false;
    }
    found(context, seq, bytes != NULL ? bytes : "", (size_t)len,
          (size_t)body_at, (size_t)body_len);
    return true;
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
    struct sqlite_journal *journal = user;
    sqlite3_stmt *statement = journal->statements[STMT_MESSAGE_GET];
    const struct session *session = session_find(journal, session_name);
    int rc = SQLITE_DONE;

    if (journal->failed != 0 || session == NULL) {
        return journal->failed;
    }
    if (sqlite3_stmt_busy(statement)) {
        return fail(journal, CG_ERR_MISUSE,
                    "messages were asked for while messages were read");
    }
    if (sqlite3_bind_int64(statement, 1, session->no) != SQLITE_OK ||
        sqlite3_bind_int(statement, 2, first) != SQLITE_OK ||
        sqlite3_bind_int(statement, 3, last) != SQLITE_OK) {
        return fail_sqlite(journal, "reading messages");
    }
    while (journal->failed == 0 &&
           (rc = sqlite3_step(statement)) == SQLITE_ROW) {
        if (!message_found(statement, found, context)) {
            (void)fail(journal, CG_ERR_CORRUPT,
                       "a message of %.200s is damaged; restore the file from "
                       "a copy",
                       session_name);
        }
    }
    if (journal->failed == 0 && rc != SQLITE_DONE) {
        (void)fail_sqlite(journal, "reading messages");
    }
    (void)sqlite3_reset(statement);
    return journal->failed;
}

int cg_journal_session_reset(void *user,
                             const char *session_name,
                             int64_t creation_ns)
{
    struct sqlite_journal *journal = user;
    sqlite3_stmt *statement = journal->statements[STMT_MESSAGE_FORGET];
    struct session *session;
    int error = session_for_write(journal, session_name, &session);

    if (error != 0) {
        return error;
    }
    if (sqlite3_bind_int64(statement, 1, session->no) != SQLITE_OK) {
        return fail_sqlite(journal, "forgetting messages");
    }
    session->next_sender = 1;
    session->next_target = 1;
    session->created = creation_ns;
    session->dirty = true;
    return run(journal, STMT_MESSAGE_FORGET, "forgetting messages");
}

static int journal_commit(void *user)
{
    struct sqlite_journal *journal = user;
    int error = journal->failed;

    if (error != 0 || !journal->in_transaction) {
        return error;
    }
    for (size_t i = 0; i < journal->session_count && error == 0; i++) {
        if (journal->sessions[i].dirty) {
            error = session_put(journal, &journal->sessions[i]);
        }
    }
    if (error == 0) {
        error = run(journal, STMT_COMMIT, "making a turn durable");
    }
    journal->in_transaction = error != 0;
    return error;
}

static const char *journal_error(void *user)
{
    const struct sqlite_journal *journal = user;

    return journal->error;
}

static void journal_close(void *user)
{
    struct sqlite_journal *journal = user;

    if (journal == NULL) {
        return;
    }
    for (int i = 0; i < STMT_COUNT; i++) {
        (void)sqlite3_finalize(journal->statements[i]);
    }
    /* An open transaction is rolled back: it was never committed. */
    (void)sqlite3_close(journal->db);
    free(journal->sessions);
    free(journal);
}

/* Reads a pragma or a count into |*value|; text is compared with |text|. */
static int query(struct sqlite_journal *journal,
                 const char *sql,
                 int64_t *value,
                 char *text,
                 size_t text_len)
{
    sqlite3_stmt *statement = NULL;
    int rc = sqlite3_prepare_v2(journal->db, sql, -1, &statement, NULL);

    if (rc == SQLITE_OK) {
        rc = sqlite3_step(statement);
    }
    if (rc == SQLITE_ROW) {
        *value = sqlite3_column_int64(statement, 0);
        if (text != NULL) {
            const unsigned char *found = sqlite3_column_text(statement, 0);

            (void)snprintf(text, text_len, "%s",
                           found != NULL ? (const char *)found : "");
        }
    }
    (void)sqlite3_finalize(statement);
    return rc == SQLITE_ROW ? SQLITE_OK : rc;
}

/* Why a file could not even be read, in words that say what to do. */
static int fail_open(struct sqlite_journal *journal)
{
    int rc = sqlite3_errcode(journal->db) & 0xff;

    switch (rc) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
        return fail(journal, CG_ERR_MISUSE,
                    "another process has it open; stop that gate, or name "
                    "another file by Journal=");
    case SQLITE_NOTADB:
        return fail(journal, CG_ERR_MISUSE,
                    "the file is not a journal; it was left as it is; name "
                    "another file by Journal=");
    case SQLITE_CANTOPEN:
    case SQLITE_READONLY:
    case SQLITE_PERM:
        return fail(journal, CG_ERR_IO,
                    "cannot be opened for writing (%s); check that the folder "
                    "is there and that both may be written",
                    sqlite3_errmsg(journal->db));
    default:
        return fail_sqlite(journal, "opening");
    }
}

static int open_file(struct sqlite_journal *journal)
{
    int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE |
                SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_PRIVATECACHE;

    if (sqlite3_open_v2(journal->path, &journal->db, flags, NULL) !=
        SQLITE_OK) {
        return journal->db == NULL
                   ? fail(journal, CG_ERR_MEMORY, "no memory to open it")
                   : fail_open(journal);
    }
    (void)sqlite3_extended_result_codes(journal->db, 1);
    if (sqlite3_db_readonly(journal->db, "main") == 1) {
        return fail(journal, CG_ERR_IO,
                    "may only be read; allow this user to write it");
    }
    return 0;
}

/*
 * Tells a journal of this version (|*fresh| false) and an empty file (true)
 * from everything else, writing nothing: not even the log of somebody else's
 * database is folded in.
 */
static int identify(struct sqlite_journal *journal, bool *fresh)
{
    int64_t application = 0;
    int64_t version = 0;
    int64_t tables = 0;
    char mode[16];

    (void)sqlite3_db_config(journal->db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1,
                            NULL);
    if (query(journal, "PRAGMA locking_mode=EXCLUSIVE", &version, mode,
              sizeof(mode)) != SQLITE_OK ||
        query(journal, "SELECT count(*) FROM sqlite_schema", &tables, NULL,
              0) != SQLITE_OK ||
        query(journal, "PRAGMA application_id", &application, NULL, 0) !=
            SQLITE_OK ||
        query(journal, "PRAGMA user_version", &version, NULL, 0) != SQLITE_OK) {
        return fail_open(journal);
    }
    if (strcmp(mode, "exclusive") != 0) {
        return fail(journal, CG_ERR_IO, "exclusive locking is not available");
    }
    *fresh = tables == 0 && application == 0 && version == 0;
    if (*fresh) {
        return 0;
    }
    if (application != APPLICATION_ID) {
        return fail(journal, CG_ERR_MISUSE,
                    "the file is another program's database; it was left as it "
                    "is; name another file by Journal=");
    }
    if (version != SCHEMA_VERSION) {
        return fail(journal, CG_ERR_MISUSE,
                    "the file has version %" PRId64 " of the journal's form, "
                    "this program knows version %d; it was left as it is; use "
                    "the program that wrote it, or name another file by "
                    "Journal=",
                    version, SCHEMA_VERSION);
    }
    return 0;
}

/* Sets what durability rests on, and believes only what is read back. */
static int enforce_settings(struct sqlite_journal *journal)
{
    int64_t synchronous = -1;
    int64_t pages;
    char mode[16] = "";

    (void)sqlite3_db_config(journal->db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 0,
                            NULL);
    if (query(journal, "PRAGMA journal_mode=WAL", &pages, mode, sizeof(mode)) !=
            SQLITE_OK ||
        sqlite3_exec(journal->db, "PRAGMA synchronous=FULL", NULL, NULL,
                     NULL) != SQLITE_OK ||
        query(journal, "PRAGMA synchronous", &synchronous, NULL, 0) !=
            SQLITE_OK) {
        return fail_open(journal);
    }
    if (strcmp(mode, "wal") != 0 || synchronous != 2) {
        return fail(journal, CG_ERR_IO,
                    "WAL with full synchronisation was refused (%s, %" PRId64
                    "); put the file on a local disk",
                    mode, synchronous);
    }
    if (sqlite3_wal_autocheckpoint(journal->db, CHECKPOINT_PAGES) !=
        SQLITE_OK) {
        return fail_open(journal);
    }
    return 0;
}

/* "CREATE TABLE fact (no INTEGER PRIMARY KEY, -- 1, 2, 3 ...", and so on. */
static int create_schema(struct sqlite_journal *journal)
{
    char sql[8192];
    size_t at = 0;
    int rc;

    at += (size_t)snprintf(sql, sizeof(sql),
                           "BEGIN IMMEDIATE;"
                           "CREATE TABLE fact (\n");
    for (size_t i = 0; i < COLUMNS; i++) {
        at += (size_t)snprintf(sql + at, sizeof(sql) - at, " %s %s%s -- %s\n",
                               columns[i].name, columns[i].type,
                               i + 1 < COLUMNS ? "," : "", columns[i].note);
    }
    at += (size_t)snprintf(sql + at, sizeof(sql) - at,
                           ") STRICT;%sPRAGMA application_id=%d;"
                           "PRAGMA user_version=%d;COMMIT",
                           other_tables, APPLICATION_ID, SCHEMA_VERSION);
    if (at >= sizeof(sql)) {
        return fail(journal, CG_ERR_MISUSE, "the schema's text is too long");
    }
    rc = sqlite3_exec(journal->db, sql, NULL, NULL, NULL);
    return rc == SQLITE_OK ? 0 : fail_open(journal);
}

static int
prepare(struct sqlite_journal *journal, enum statement which, const char *sql)
{
    int rc = sqlite3_prepare_v3(journal->db, sql, -1, SQLITE_PREPARE_PERSISTENT,
                                &journal->statements[which], NULL);

    return rc == SQLITE_OK ? 0 : fail_open(journal);
}

/* The statements over fact, from the table of columns. */
static int prepare_facts(struct sqlite_journal *journal)
{
    char insert[2048] = "INSERT INTO fact VALUES (?";
    char select[2048] = "SELECT no";
    size_t insert_at = strlen(insert);
    size_t select_at = strlen(select);
    int error;

    for (size_t i = 1; i < COLUMNS; i++) {
        insert_at += (size_t)snprintf(insert + insert_at,
                                      sizeof(insert) - insert_at, ",?");
        select_at += (size_t)snprintf(select + select_at,
                                      sizeof(select) - select_at, ",%s",
                                      columns[i].name);
    }
    (void)snprintf(insert + insert_at, sizeof(insert) - insert_at, ")");
    (void)snprintf(select + select_at, sizeof(select) - select_at,
                   " FROM fact ORDER BY no");
    error = prepare(journal, STMT_APPEND, insert);
    return error != 0 ? error : prepare(journal, STMT_LOAD, select);
}

static int prepare_all(struct sqlite_journal *journal)
{
    static const struct {
        enum statement which;
        const char *sql;
    } texts[] = {
        {STMT_BEGIN, "BEGIN IMMEDIATE"},
        {STMT_COMMIT, "COMMIT"},
        {STMT_SESSION_PUT, "INSERT INTO session VALUES (?,?,?,?,?)"
                           " ON CONFLICT (no) DO UPDATE SET"
                           " next_sender=excluded.next_sender,"
                           " next_target=excluded.next_target,"
                           " created=excluded.created"},
        {STMT_MESSAGE_PUT, "INSERT OR REPLACE INTO message VALUES (?,?,?,?,?)"},
        {STMT_MESSAGE_GET, "SELECT seq,body_at,body_len,bytes FROM message"
                           " WHERE session=? AND seq BETWEEN ? AND ?"
                           " ORDER BY seq"},
        {STMT_MESSAGE_FORGET, "DELETE FROM message WHERE session=?"},
    };
    int error = prepare_facts(journal);

    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]) && error == 0;
         i++) {
        error = prepare(journal, texts[i].which, texts[i].sql);
    }
    return error;
}

/* Takes one row of table session; false when no gate can have written it. */
static int read_session(struct sqlite_journal *journal, sqlite3_stmt *statement)
{
    const char *name = (const char *)sqlite3_column_text(statement, 1);
    struct session *session;

    if (name == NULL || strlen(name) > SESSION_NAME_MAX ||
        sqlite3_column_int64(statement, 0) !=
            (int64_t)journal->session_count + 1) {
        return fail(journal, CG_ERR_CORRUPT,
                    "the table of sessions is damaged; restore the file from a "
                    "copy");
    }
    session = session_add(journal, name);
    if (session == NULL) {
        return fail(journal, CG_ERR_MEMORY, "no memory for a session");
    }
    session->next_sender = sqlite3_column_int(statement, 2);
    session->next_target = sqlite3_column_int(statement, 3);
    session->created = sqlite3_column_int64(statement, 4);
    return 0;
}

static int read_sessions(struct sqlite_journal *journal)
{
    sqlite3_stmt *statement = NULL;
    int error = 0;
    int rc = sqlite3_prepare_v2(
        journal->db,
        "SELECT no,name,next_sender,next_target,created FROM session"
        " ORDER BY no",
        -1, &statement, NULL);

    if (rc == SQLITE_OK) {
        while (error == 0 && (rc = sqlite3_step(statement)) == SQLITE_ROW) {
            error = read_session(journal, statement);
        }
    }
    if (error == 0 && rc != SQLITE_DONE) {
        error = fail_open(journal);
    }
    (void)sqlite3_finalize(statement);
    return error;
}

static int open_all(struct sqlite_journal *journal)
{
    bool fresh;
    int64_t last = 0;
    int error = open_file(journal);

    if (error == 0) {
        error = identify(journal, &fresh);
    }
    if (error == 0) {
        error = enforce_settings(journal);
    }
    if (error == 0 && fresh) {
        error = create_schema(journal);
    }
    if (error == 0) {
        error = prepare_all(journal);
    }
    if (error == 0) {
        error = read_sessions(journal);
    }
    if (error == 0 && query(journal, "SELECT coalesce(max(no), 0) FROM fact",
                            &last, NULL, 0) != SQLITE_OK) {
        error = fail_open(journal);
    }
    if (error == 0) {
        journal->last_no = (cg_seq)last;
    }
    return error;
}

int cg_journal_open_sqlite(const char *path,
                           struct cg_journal *out,
                           char *error,
                           size_t error_len)
{
    size_t len = strlen(path);
    struct sqlite_journal *journal = calloc(1, sizeof(*journal) + len + 1);
    int result;

    if (journal == NULL) {
        (void)snprintf(error, error_len, "no memory to open a journal");
        return CG_ERR_MEMORY;
    }
    memcpy(journal->path, path, len + 1);
    result = open_all(journal);
    if (result != 0) {
        (void)snprintf(error, error_len, "%s", journal->error);
        journal_close(journal);
        return result;
    }
    *out = (struct cg_journal){
        .user = journal,
        .append = journal_append,
        .commit = journal_commit,
        .load = journal_load,
        .close = journal_close,
        .error = journal_error,
    };
    return 0;
}
