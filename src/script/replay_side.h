/*
 * One gate of a replay: with a journal of its own in memory, its own ids, and
 * time that goes as far as it is told.
 *
 * A replay has one; a comparison with other settings has two, which hear the
 * same.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef CG_REPLAY_SIDE_H
#define CG_REPLAY_SIDE_H

#include "replay_ids.h"
#include "replay_message.h"
#include "script.h"
#include <creditgate/gate.h>

struct cg_side;

/* A message that the gate sends.  Borrowed for the call. */
struct cg_side_said {
    cg_session session;
    cg_time time;
    uint64_t number; /* 1, 2, ... on its session */
    uint16_t firm;   /* whose business it is, by cg_tally_firm() */
    const struct cg_out *out;
};

struct cg_side_options {
    const struct cg_config *config; /* borrowed */
    /* What the gate begins with; NULL: nothing.  Borrowed for its opening. */
    const struct cg_journal *before;
    const struct cg_rates *rates; /* NULL: none; borrowed */
    struct cg_replay_ids *ids;    /* borrowed */
    cg_time now;
    /* Not a start: the gate as it was after a fact from this one on
     * (cg_gate_resume()); 0: a start. */
    cg_seq resume;
    /* Time makes nothing due: only what is told below happens. */
    bool by_host;
    /* Each message that the gate sends; what is not 0 ends the replay. */
    int (*said)(void *user, const struct cg_side_said *said);
    /* Each thing that it is told, right before it is: a message with its own
     * ids, and whether what is asked for again may go again.  May be NULL. */
    int (*heard)(void *user, const struct cg_script_passed *heard);
    /* Each line that it says of a decision, before the message; NULL saves the
     * time to make them. */
    int (*decided)(void *user, cg_time now, const char *text);
    /* Each fact, before it is in the books; may be NULL. */
    void (*fact)(void *user, const struct cg_fact *fact);
    void *user;
};

/* 0, or a cg_error with why in |error|. */
int cg_side_open(const struct cg_side_options *options,
                 char *error,
                 size_t error_len,
                 struct cg_side **side);
void cg_side_close(struct cg_side *side);

struct cg_gate *cg_side_gate(const struct cg_side *side);
const struct cg_tally *cg_side_tally(const struct cg_side *side);

/* A message of |firm|'s was |ns| in the recorded gate. */
void cg_side_in_gate(struct cg_side *side, uint16_t firm, cg_time ns);

/*
 * What a host does with its gate.  Each first lets time go by up to |now|: what
 * is due until then, and then, is done first.  |bytes| have recorded ids;
 * |form|: of them, if they were read.
 * Errors as cg_gate_recv(), or what a callback returned.
 */
int cg_side_advance(struct cg_side *side, cg_time now);
int cg_side_recv(struct cg_side *side,
                 cg_session session,
                 struct cg_slice bytes,
                 const struct cg_gate_form *form,
                 cg_time now);
int cg_side_link(struct cg_side *side,
                 cg_session session,
                 bool up,
                 cg_time now);
int cg_side_renumbered(struct cg_side *side,
                       cg_session session,
                       bool ours,
                       cg_time now);
int cg_side_rejected(struct cg_side *side,
                     cg_session session,
                     struct cg_slice sent,
                     cg_time now);
int cg_side_resending(struct cg_side *side,
                      cg_session session,
                      struct cg_slice sent,
                      cg_time now);

/* --- by a host's journal (|by_host|) ------------------------------------- */

int cg_side_tick(struct cg_side *side, cg_time now);
/* The gate that was stopped is there again (cg_gate_start_again()). */
int cg_side_start_again(struct cg_side *side, cg_time now);

int cg_side_stop(struct cg_side *side, cg_time now);
int cg_side_saved(struct cg_side *side,
                  cg_seq no,
                  const char *digest,
                  cg_time now);

/* |rates| are borrowed until the next ones, or the end. */
int cg_side_take_rates(struct cg_side *side,
                       const struct cg_rates *rates,
                       cg_time now);

/* The gate ends, and is opened again on what |before| has by now. */
int cg_side_restart(struct cg_side *side,
                    cg_time now,
                    char *error,
                    size_t error_len);

/* From now on time goes as in any other replay. */
void cg_side_let_go(struct cg_side *side);

#endif
