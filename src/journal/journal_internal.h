/*
 * What the files of the SQLite journal share.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef CG_JOURNAL_INTERNAL_H
#define CG_JOURNAL_INTERNAL_H

#include "database.h"
#include "spare.h"
#include "turn.h"
#include <creditgate/journal.h>

#define CG_JOURNAL_APPLICATION 0x43474a31 /* "CGJ1" */
#define CG_ARCHIVE_APPLICATION 0x43474131 /* "CGA1" */
#define CG_SCHEMA_VERSION 2
#define CG_SESSION_NAME_MAX 255
#define CG_JOURNAL_PATH_MAX 1024
#define CG_FOLD_PAGES 4096 /* 16 MiB of log before it is folded in */

enum cg_statement {
    CG_STMT_BEGIN,
    CG_STMT_COMMIT,
    CG_STMT_APPEND,
    CG_STMT_CHAIN,
    CG_STMT_SESSION_PUT,
    CG_STMT_MESSAGE_PUT,
    CG_STMT_MESSAGE_GET,
    CG_STMT_MESSAGE_FORGET,
    CG_STMT_COUNT,
};

/* A session's numbers; rows are written at commit, once per turn. */
struct cg_journal_session {
    char name[CG_SESSION_NAME_MAX + 1];
    int64_t no;
    int64_t created;
    int next_sender;
    int next_target;
    bool dirty;
};

/* How far the facts go, and the digest of all of them. */
struct cg_journal_end {
    cg_seq no;
    struct cg_digest_bytes chain;
    cg_seq snapshot; /* the newest fact of that kind, or 0 */
    int64_t spare;   /* which use of the spare was taken over last */
};

struct cg_journal_archive;

struct cg_sqlite_journal {
    struct sqlite3 *db;
    struct sqlite3_stmt *statements[CG_STMT_COUNT];
    struct cg_digester *digester;
    struct cg_journal_session *sessions;
    size_t session_count;
    struct cg_journal_end end;     /* of what was staged */
    struct cg_journal_end durable; /* of what was committed */
    struct cg_turn turn;           /* what was staged since */
    bool begun;                    /* there is a turn to commit */
    bool reader;
    bool opened;   /* from here on there is a spare to go to */
    int log_pages; /* of the log, after the newest commit */
    int failed;    /* the first error; from then on every call returns it */
    struct cg_spare spare; /* its head is the mark of a failure, too */
    bool on_spare;         /* the file itself has failed */
    struct cg_turn kept;   /* what has gone to the spare since */
    struct cg_journal_archive *archive; /* one under way, or NULL */
    char error[CG_JOURNAL_PATH_MAX + 512];
    char path[];
};

/* Remembers the first failure, and its words for cg_journal's |error|. */
__attribute__((format(printf, 3, 4))) int cg_journal_fail(
    struct cg_sqlite_journal *journal, int error, const char *format, ...);

/* The same of SQLite's last failure, after which the process has to end. */
int cg_journal_fail_db(struct cg_sqlite_journal *journal, const char *what);

/*
 * What was to be written failed: the file is left alone from now on, and turns
 * go to the spare.  Returns 0, or an error when there is none.
 */
int cg_journal_to_spare(struct cg_sqlite_journal *journal, const char *what);

/* Runs a statement without rows; a failure leads to the spare. */
int cg_journal_write(struct cg_sqlite_journal *journal,
                     enum cg_statement which,
                     const char *what);

/* Every write begins here: one transaction per turn, opened by its first. */
int cg_journal_begin(struct cg_sqlite_journal *journal);

int cg_journal_prepare(struct cg_sqlite_journal *journal,
                       enum cg_statement which,
                       const char *sql);

int cg_journal_append(void *user, const struct cg_fact *fact);
int cg_journal_commit(void *user);

/* --- journal_spare.c ----------------------------------------------------- */

int cg_journal_open_spare(struct cg_sqlite_journal *journal);
/* A reader sees what the spare had, and leaves both files alone. */
int cg_journal_take_over(struct cg_sqlite_journal *journal);

/* --- journal_schema.c ---------------------------------------------------- */

/* Makes the tables and views. */
int cg_journal_schema_create(struct cg_sqlite_journal *journal);
/* The tables of an archive, in the attached database "archive". */
enum cg_db_result cg_archive_schema_create(struct sqlite3 *db);
int cg_journal_prepare_all(struct cg_sqlite_journal *journal);

/* --- journal_store.c ----------------------------------------------------- */

int cg_journal_sessions_read(struct cg_sqlite_journal *journal);
int cg_journal_sessions_write(struct cg_sqlite_journal *journal);
/* One step of a turn that the spare had, but a fact. */
int cg_journal_store_take(struct cg_sqlite_journal *journal,
                          const struct cg_turn_step *step);

/* --- journal_load.c ------------------------------------------------------ */

/* The chain after |fact|, whose bytes are given. */
void cg_journal_chain(struct cg_digester *digester,
                      const struct cg_digest_bytes *before,
                      const uint8_t *bytes,
                      size_t len,
                      struct cg_digest_bytes *after);
int cg_journal_end_read(struct cg_sqlite_journal *journal);
int cg_journal_load(void *user,
                    cg_seq after,
                    int (*each)(void *context, const struct cg_fact *fact),
                    void *context);
int cg_journal_snapshot(void *user, struct cg_snapshot_mark *mark);
/* The chain up to fact |no|; CG_ERR_CORRUPT when there is no such fact. */
int cg_journal_chain_at(struct cg_sqlite_journal *journal,
                        cg_seq no,
                        struct cg_digest_bytes *chain);

/* --- journal_archive.c --------------------------------------------------- */

void cg_journal_archive_drop(struct cg_sqlite_journal *journal);

#endif
