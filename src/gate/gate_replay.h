/*
 * What a replay needs of a gate beyond its public calls.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef CG_GATE_REPLAY_H
#define CG_GATE_REPLAY_H

#include <creditgate/gate.h>
#include <creditgate/records.h>
#include <fix_message.h>

/*
 * Opens a gate as it was while it ran, not as a start leaves it: links that
 * were up are up, and nobody is refused.  What no fact tells is not there: the
 * messages that waited for credit, and how far a comparison with a venue or a
 * hub had come.  So it is opened as it was after the first fact from |from| on
 * behind which nothing of that is under way; cg_gate_facts() is that fact.
 * Errors as cg_gate_open(); CG_ERR_MISUSE when there is no such fact.
 */
int cg_gate_resume(const struct cg_gate_options *options,
                   cg_seq from,
                   char *error,
                   size_t error_len,
                   struct cg_gate **gate);

/* Messages that are read before their turn, |max| of each role at once. */
struct cg_gate_forms;

/* NULL: no memory. */
struct cg_gate_forms *cg_gate_forms_open(size_t max);
void cg_gate_forms_close(struct cg_gate_forms *forms);

/* Lets go of all that were read. */
void cg_gate_forms_clear(struct cg_gate_forms *forms);

/*
 * Reads one that a session with that role and version has sent: what any gate
 * finds in it, whatever its books say.  It borrows |bytes|.  NULL when they are
 * no message, or |max| were read.
 */
const struct cg_gate_form *cg_gate_form_read(struct cg_gate_forms *forms,
                                             enum cg_role role,
                                             enum cg_version version,
                                             struct cg_slice bytes);

/* cg_gate_recv() of a message that was read before, by the session's role and
 * version.  It is borrowed until cg_gate_pull() has returned false. */
int cg_gate_recv_read(struct cg_gate *gate,
                      cg_session session,
                      const struct cg_gate_form *form,
                      cg_time now);

/* Whether an order that comes now is refused for want of room (CG501). */
bool cg_gate_is_full(const struct cg_gate *gate);

/* Whether a message waits for credit. */
bool cg_gate_holds(const struct cg_gate *gate);

/*
 * The gate was stopped, its process ended, and another one has started on the
 * same books: a log that goes on behind that.  Errors as cg_gate_stop().
 */
int cg_gate_start_again(struct cg_gate *gate, cg_time now);

/* A fact in words, by the books as they are now. */
void cg_gate_record(const struct cg_gate *gate,
                    const struct cg_fact *fact,
                    struct cg_record *record);

#endif
