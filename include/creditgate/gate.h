/*
 * The gate: whole FIX messages and times in; messages to send out.
 *
 * No socket, thread, clock or FIX session in here: the host has those.  One
 * thread at a time is in the calls of a gate and its journal, there is no lock;
 * several gates may live in one process.  It allocates when it is opened, and
 * never again.
 *
 * A host's turn: cg_gate_recv(), then cg_gate_pull() until it returns false,
 * handing each message to its FIX session with the bytes held back; at the end
 * of the turn cg_gate_commit(); only then may those bytes leave.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef CREDITGATE_GATE_H
#define CREDITGATE_GATE_H

#include <creditgate/config.h>
#include <creditgate/journal.h>
#include <creditgate/rates.h>

#ifdef __cplusplus
extern "C" {
#endif

struct cg_gate;

struct cg_gate_options {
    const struct cg_config *config;   /* borrowed for the gate's life, or until
                                         cg_gate_reconfigure() */
    const struct cg_journal *journal; /* likewise; not closed by the gate */
    cg_time now;
    /* What cg_gate_save() wrote, borrowed for the call; NULL: nothing.  It is
     * taken when it is the one that the journal names, and only the facts after
     * it are read; else all of them are, and |log| says so. */
    const void *snapshot;
    size_t snapshot_len;
    /* One line about each decision (CG_LOG_INFO), about what concerns the gate
     * as a whole (CG_LOG_NOTICE), or an alarm (CG_LOG_WARNING, its text begins
     * with "ALARM:"); may be NULL. */
    void (*log)(void *user,
                enum cg_log_level level,
                cg_time now,
                const char *text);
    void *user;
};

/*
 * Opens a gate on its journal: the state is what the facts in it add up to, and
 * orders that waited for credit are refused now (R45), so cg_gate_pull() and
 * cg_gate_commit() come next.
 *
 * Returns 0 and in |*gate| the gate, for cg_gate_close().  Or CG_ERR_MEMORY,
 * CG_ERR_CORRUPT, CG_ERR_CONFIG when journal and configuration contradict each
 * other, or what the journal returned: |error| says what and what to do, and
 * there is no gate.
 */
CG_API int cg_gate_open(const struct cg_gate_options *options,
                        char *error,
                        size_t error_len,
                        struct cg_gate **gate);

/* NULL is fine.  What was not committed is lost; the journal stays open. */
CG_API void cg_gate_close(struct cg_gate *gate);

/*
 * Takes one whole application message that arrived, in sequence, on |session|
 * at |now|.  The bytes are borrowed until cg_gate_pull() has returned false.
 * |now| should not be smaller than in any earlier call; a smaller one counts as
 * the newest seen.  A message that is not well formed is answered like any
 * other; it is not an error.
 *
 * Returns 0, or
 *
 * CG_ERR_IO, CG_ERR_FULL, or whatever the journal's |append| returned
 *     The gate is over: every call returns the same, and only cg_gate_close()
 *     may follow.  Nothing of this turn may leave.
 *
 * CG_ERR_MISUSE
 *     There is no such session, or the gate is one of books.  Nothing changed.
 */
CG_API int cg_gate_recv(struct cg_gate *gate,
                        cg_session session,
                        const char *bytes,
                        size_t len,
                        cg_time now);

/*
 * The peer of |session| rejected (35=3) a message of ours; |bytes| is that
 * message, whole, as it was sent.  An order that the venue's FIX session
 * rejected is over, and its client is told.  Errors as cg_gate_recv().
 */
CG_API int cg_gate_rejected(struct cg_gate *gate,
                            cg_session session,
                            const char *bytes,
                            size_t len,
                            cg_time now);

/*
 * A FIX session logged on, or is gone.  All are gone when a gate is opened;
 * the same said twice changes nothing.  Errors as cg_gate_recv().
 */
CG_API int
cg_gate_link(struct cg_gate *gate, cg_session session, bool up, cg_time now);

/*
 * The numbers of a FIX session were set anew.  |ours|: what was sent on it
 * before can be resent no more.  Else what its peer said before may never come:
 * that asks again as after a logon.  Errors as cg_gate_recv().
 */
CG_API int cg_gate_renumbered(struct cg_gate *gate,
                              cg_session session,
                              bool ours,
                              cg_time now);

/*
 * Takes par rates at once: each instrument that is priced by rates has its new
 * DV01 from now on, as facts.  Charges of orders that are there do not change
 * (R7).  |rates| must have been read with the gate's configuration, and are
 * borrowed until the next call, or cg_gate_close().  May be called right after
 * cg_gate_open(); until the first call the gate has the DV01s that its journal
 * holds, and can price no instrument that is not there yet.  Errors as
 * cg_gate_recv().
 */
CG_API int cg_gate_take_rates(struct cg_gate *gate,
                              const struct cg_rates *rates,
                              cg_time now);

/* What becomes of a thing that a new configuration has otherwise. */
enum cg_change {
    CG_CHANGE_TAKEN,   /* it is so from now on */
    CG_CHANGE_KEPT,    /* it needs a restart: what was in force stays */
    CG_CHANGE_MISTAKE, /* nothing of this configuration can be taken */
    CG_CHANGES,
};

/*
 * Takes over |config|, read anew, instead of the configuration in force: all of
 * it in this call, while orders are open or wait, whose charges stay as they
 * are.  What cannot change while a gate runs (its FIX sessions, Max...=, Name=,
 * Journal=) is set in |config| to what is in force; so it must not be shared
 * with anything yet.  |rates| are those that are in force with it, read with
 * |config| by cg_rates_read() or cg_rates_again(); NULL: none, which leaves
 * instruments that are priced the same way as before their DV01s, until
 * cg_gate_take_rates().
 *
 * |report| is called for each difference with its line in the file (0: none),
 * in the words of the files: "limit ACME-USD: Amount 80000 -> 100000"; its text
 * is borrowed for the call.  No call: the two say the same.
 *
 * Returns 0: from now on |config| and |rates| are borrowed instead of the old
 * ones, which may be closed.  What follows from it is there for
 * cg_gate_pull(), and durable after cg_gate_commit().  Or
 *
 * CG_ERR_CONFIG
 *     |config| contradicts the journal or the gate that runs, after a
 *     CG_CHANGE_MISTAKE for each point.  Nothing has changed.
 *
 * CG_ERR_MEMORY, CG_ERR_MISUSE
 *     Nothing has changed.
 *
 * Other errors as cg_gate_recv(): the gate may have some of it, so neither the
 * old nor the new ones may be closed before cg_gate_close().
 */
CG_API int cg_gate_reconfigure(struct cg_gate *gate,
                               struct cg_config *config,
                               const struct cg_rates *rates,
                               cg_time now,
                               void (*report)(void *user,
                                              enum cg_change change,
                                              int line,
                                              const char *text),
                               void *user);

/*
 * The host is about to end: orders that wait are answered (CG501), new ones are
 * refused from now on, cancels and reports pass.  Errors as cg_gate_recv().
 */
CG_API int cg_gate_stop(struct cg_gate *gate, cg_time now);

/*
 * Whether a venue that is logged on has not answered an order, replace or
 * cancel yet, or a hub an ask.  A host that ends may wait for that a while
 * after cg_gate_stop(), so that clients learn what became of their cancels.
 * Looks at everything: not for every message.
 */
CG_API bool cg_gate_is_owed(const struct cg_gate *gate);

/* Does what is due by |now|; cg_gate_deadline() says when to call next
 * (CG_TIME_NEVER: nothing is waiting).  Errors as cg_gate_recv(). */
CG_API int cg_gate_tick(struct cg_gate *gate, cg_time now);
CG_API cg_time cg_gate_deadline(const struct cg_gate *gate);

/*
 * A message to send on |session|, whether it is logged on or not.  |header| are
 * extra header fields and |body| the rest, whole fields each with its SOH.
 * Borrowed until the next call on the gate.
 */
struct cg_out {
    cg_session session;
    const char *type; /* MsgType(35) */
    const char *header;
    size_t header_len;
    const char *body;
    size_t body_len;
};

/*
 * The next message of the last call that took something (the opening, recv,
 * rejected, link, renumbered, take_rates, reconfigure, stop, tick, saved),
 * oldest first; false when there is none.  What is not pulled before the next
 * such call is lost.
 */
CG_API bool cg_gate_pull(struct cg_gate *gate, struct cg_out *out);

/*
 * Makes everything decided so far durable, in one step with what the host has
 * put into the same journal.  Errors as cg_gate_recv(), of the journal's
 * |commit|: then nothing of it is.  With nothing to commit it does nothing.
 *
 * Returns CG_GATE_E_SPARE when it is, but the journal itself could not be
 * written: cg_gate_stop() comes next, and the host should end soon, with what
 * the journal's |error| says.
 */
CG_API int cg_gate_commit(struct cg_gate *gate);

enum cg_gate_outcome {
    CG_GATE_E_SPARE = 1,
};

/*
 * Hands a picture of the books to |write|, piece by piece, so that a start need
 * not read all facts since the first; ends with its first result that is not 0.
 * Between turns, when all is committed; it changes nothing, takes no memory,
 * and may be called in a copy of the process (fork).
 */
CG_API int cg_gate_save(const struct cg_gate *gate,
                        int (*write)(void *user, const void *bytes, size_t len),
                        void *user);

/*
 * Puts it on record that the picture up to fact |no|, whose SHA-256 is |digest|
 * in hex, is safe on the disk: after the next commit it is the one that
 * cg_gate_open() takes.  Errors as cg_gate_recv().
 */
CG_API int
cg_gate_saved(struct cg_gate *gate, cg_seq no, const char *digest, cg_time now);

/* How many facts there are, and how many since the newest picture on record. */
CG_API cg_seq cg_gate_facts(const struct cg_gate *gate);
CG_API cg_seq cg_gate_unsaved(const struct cg_gate *gate);

/*
 * R22: whether a message that the FIX session of |session| is asked to resend
 * may go out again; |bytes| is the whole message, as it was sent or with 43 and
 * 122.  To be asked in the order of the resend, for all its application
 * messages, as the gate waits for its end with its own questions (R46).  What
 * may not is to be gap-filled: that is a fact, so cg_gate_commit() comes before
 * the gap fill leaves.  Not after the gate is over.
 */
CG_API bool cg_gate_may_resend(struct cg_gate *gate,
                               cg_session session,
                               const char *bytes,
                               size_t len);

/* --- looking at the books ----------------------------------------------- */

/*
 * Opens the books of a journal for reading only.  A gate made this way answers
 * the calls below and cg_gate_close(), nothing else.
 */
CG_API int cg_gate_open_books(const struct cg_journal *journal,
                              char *error,
                              size_t error_len,
                              struct cg_gate **gate);

struct cg_limit_view {
    char id[CG_NAME_MAX + 1];
    char owner[CG_NAME_MAX + 1];
    char account[CG_NAME_MAX + 1]; /* empty: any of the firm */
    char firm[CG_NAME_MAX + 1];
    char currency[4];
    const char *state;
    bool has_amount;
    cg_dv01 amount;
    cg_dv01 used;
    cg_dv01 available; /* amount - used */
};

struct cg_token_view {
    char id[CG_NAME_MAX + 1];
    char order[CG_NAME_MAX + 1]; /* the first ClOrdID */
    char limit[CG_NAME_MAX + 1];
    char side;
    const char *model;
    const char *state;
    const char *end; /* why it ended, or "" */
    cg_dv01 granted;
    cg_dv01 overrun;
    cg_dv01 reserved;
    cg_dv01 consumed;
    cg_dv01 released; /* and expired, invalidated, handed back */
};

/* The |index|-th limit or token, oldest first; false past the last. */
CG_API bool cg_gate_limit(const struct cg_gate *gate,
                          size_t index,
                          struct cg_limit_view *view);
CG_API bool cg_gate_token(const struct cg_gate *gate,
                          size_t index,
                          struct cg_token_view *view);

/* The par rates in force. */
struct cg_rates_view {
    cg_seq version; /* how often rates were taken, in the journal's life */
    cg_time made_at;
    cg_time taken_at;
    char digest[65];
    char set[CG_NAME_MAX + 1];
    /* Older than MaxAgeMs= by the gate's time; of books: was said to be. */
    bool stale;
};

/* False when none were taken yet. */
CG_API bool cg_gate_rates(const struct cg_gate *gate,
                          struct cg_rates_view *view);

/* What a venue or a hub said otherwise than the books (R46, R47). */
struct cg_difference_view {
    cg_time time;
    char with[CG_NAME_MAX + 1]; /* the session that said it */
    const char *what;
    char thing[CG_NAME_MAX + 1]; /* the id of an order, a limit or a token */
    char ours[CG_NAME_MAX + 1];
    char theirs[CG_NAME_MAX + 1];
    char rule[128]; /* what settled it */
};

/* How far the comparison with one venue or hub has come. */
struct cg_comparison_view {
    char with[CG_NAME_MAX + 1];
    bool of_limits; /* with a hub; else of orders, with a venue */
    cg_time time;   /* of the newest that is complete; 0: there is none yet */
    cg_seq compared;
    cg_seq differ;
    cg_seq untold; /* the venue did not say */
};

/*
 * The |index|-th difference since the gate was started last, oldest first; and
 * what it was compared with since then.  Of books only: a gate that runs has
 * none to show.  False past the last.
 */
CG_API bool cg_gate_difference(const struct cg_gate *gate,
                               size_t index,
                               struct cg_difference_view *view);
CG_API bool cg_gate_comparison(const struct cg_gate *gate,
                               size_t index,
                               struct cg_comparison_view *view);

/* Recomputes every total from its parts (R12, R23); false with what differs. */
CG_API bool
cg_gate_audit(const struct cg_gate *gate, char *error, size_t error_len);

#ifdef __cplusplus
}
#endif
#endif
