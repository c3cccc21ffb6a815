/*
 * The journal: facts, outgoing messages and sequence numbers, made durable
 * together.  The gate calls it through this table; a host may bring its own.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef CREDITGATE_JOURNAL_H
#define CREDITGATE_JOURNAL_H

#include <creditgate/fact.h>
#include <stdbool.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Outcomes of |commit| that are no errors. */
enum cg_journal_outcome {
    /*
     * The turn is durable, but beside the journal: the journal itself could not
     * be written.  What was promised holds, and is taken over at the next
     * start; no new risk may be taken, and the process should end soon.
     */
    CG_JOURNAL_E_SPARE = 1,
};

/* Where a picture of the state is bound to its facts: it is what facts 1 to
 * |no| add up to, and its SHA-256 is |digest|. */
struct cg_snapshot_mark {
    cg_seq no; /* 0: there is none */
    char digest[65];
};

/*
 * Every function returns 0, or a negative number, a cg_error if one fits, after
 * which only |error| and |close| may follow; the gate passes it on unchanged.
 *
 * |append| stages one fact, whose texts are borrowed for the call; its |no| is
 * one above that of the fact before, or of the last one loaded.
 * |commit| makes all that was staged durable in one step, or nothing of it;
 * with nothing staged it does nothing.  It may return CG_JOURNAL_E_SPARE.
 * |load| calls |each| for every committed fact after number |after|, in order,
 * its texts borrowed for the call, and ends with its first non-zero result.  It
 * may be called several times.  What it tells is trusted: a journal finds out
 * by itself when a fact was changed or is missing (CG_ERR_CORRUPT). |snapshot|
 * tells of the newest fact of that kind; NULL: there are none. |error|, which
 * may be NULL, says in a sentence what failed; "" before that. |close| drops
 * what was staged; the host calls it, after cg_gate_close().
 */
struct cg_journal {
    void *user;
    int (*append)(void *user, const struct cg_fact *fact);
    int (*commit)(void *user);
    int (*load)(void *user,
                cg_seq after,
                int (*each)(void *context, const struct cg_fact *fact),
                void *context);
    int (*snapshot)(void *user, struct cg_snapshot_mark *mark);
    void (*close)(void *user);
    const char *(*error)(void *user);
};

/*
 * Opens, or makes, the SQLite journal at |path| (WAL, synchronous FULL, locked
 * against a second gate), and its spare file beside it: "|path|-spare" takes
 * the turns that come after a write or sync of the journal has failed, and
 * they are put into the journal when it is opened again.  On failure |error|
 * says what and what to do; nothing is overwritten.  CG_ERR_IO,
 * CG_ERR_CORRUPT, CG_ERR_MISUSE (not a journal, another schema version, or
 * another gate has it), CG_ERR_FULL, CG_ERR_MEMORY.
 *
 * The first append or set after a commit begins a transaction; |commit| ends
 * it.  Facts must come with |no| 1, 2, 3 ... without a gap: CG_ERR_MISUSE.
 * Each carries a digest of itself and all before it; |load| recomputes it, so
 * that a fact that was changed, left out, put elsewhere or cut off at the end
 * is CG_ERR_CORRUPT.  Closing drops what was staged.
 */
CG_API int cg_journal_open_sqlite(const char *path,
                                  struct cg_journal *journal,
                                  char *error,
                                  size_t error_len);

/*
 * Opens an existing journal to look at it: |load|, |snapshot| and the messages
 * only.  Locks out a gate meanwhile, and is locked out by one.
 */
CG_API int cg_journal_read_sqlite(const char *path,
                                  struct cg_journal *journal,
                                  char *error,
                                  size_t error_len);

/* How many facts a journal holds, and the chain over them in hex; what was
 * written down of it elsewhere shows that nothing was changed since. */
CG_API void cg_journal_chain_head(void *user, cg_seq *count, char hex[65]);

/*
 * Moves the facts up to the newest snapshot into a file of their own,
 * "|path|-archive-FIRST-LAST", which |load| reads from then on: it must stay
 * beside the journal as long as those facts are asked for.  In small steps, as
 * the gate runs: each call, between two turns, does some of it.  Returns 0 and
 * |*more|, and at the end the file's name in |file|, "" when there was nothing
 * to move.  A negative cg_error means that the archive was given up, with
 * |error|; the journal is as it was.
 */
CG_API int cg_journal_archive(void *user,
                              bool *more,
                              char *file,
                              size_t file_len,
                              char *error,
                              size_t error_len);

/* A journal that keeps nothing: tests, benchmarks, replay. */
CG_API int cg_journal_open_memory(struct cg_journal *journal);

/*
 * A journal in memory that keeps its facts until it is closed, so that a gate
 * can be opened on them again.  cg_journal_capture_crash() forgets what was not
 * committed, as a crash does.  CG_ERR_MEMORY.
 */
CG_API int cg_journal_open_capture(struct cg_journal *journal);
CG_API void cg_journal_capture_crash(const struct cg_journal *journal);

/*
 * The FIX message store in the same file and the same transaction as the facts.
 * Signatures are those of struct fix8c_store; |user| is a cg_journal's user,
 * opened by cg_journal_open_sqlite().  Each returns 0 or a negative cg_error.
 *
 * cg_journal_session_load() comes first for every session, and makes a new one:
 * 1, 1, and what |*creation_ns| holds when it is called.  Writing to a session
 * that was not loaded is CG_ERR_MISUSE.  The |found| of
 * cg_journal_message_get() must not ask for messages itself.
 */
CG_API int cg_journal_session_load(void *user,
                                   const char *session,
                                   int *next_sender,
                                   int *next_target,
                                   int64_t *creation_ns);
CG_API int
cg_journal_session_set_sender(void *user, const char *session, int next_sender);
CG_API int
cg_journal_session_set_target(void *user, const char *session, int next_target);
CG_API int cg_journal_message_set(void *user,
                                  const char *session,
                                  int seq,
                                  const char *bytes,
                                  size_t len,
                                  size_t body_at,
                                  size_t body_len);
CG_API int cg_journal_message_get(void *user,
                                  const char *session,
                                  int first,
                                  int last,
                                  void (*found)(void *context,
                                                int seq,
                                                const char *bytes,
                                                size_t len,
                                                size_t body_at,
                                                size_t body_len),
                                  void *context);
CG_API int
cg_journal_session_reset(void *user, const char *session, int64_t creation_ns);

#ifdef __cplusplus
}
#endif
#endif
