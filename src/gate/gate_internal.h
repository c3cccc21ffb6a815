/*
 * What the files of a gate share.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef CG_GATE_INTERNAL_H
#define CG_GATE_INTERNAL_H

#include "codec.h"
#include "fix_validate.h"
#include "map.h"
#include "park.h"
#include <creditgate/gate.h>

/* What the facts of books tell of differences (gate_differences.c). */
struct cg_gate_differences {
    struct cg_difference_view *views; /* since the newest start */
    size_t count;
    size_t room;
    struct cg_comparison_view comparisons[CG_SESSIONS_MAX];
};

/* A message, and what of it any gate finds. */
struct cg_gate_form {
    struct cg_fix_message message;
    bool has_fault;
    struct cg_fix_fault fault; /* by cg_fix_validate() */
    bool has_order;
    bool has_report;
    union {
        struct cg_order_event order;
        struct cg_report_event report;
    };
};

struct cg_gate {
    const struct cg_config *config;
    const struct cg_journal *journal;
    void (*log)(void *user,
                enum cg_log_level level,
                cg_time now,
                const char *text);
    void *user;
    struct cg_engine *engine;
    char name[CG_NAME_MAX + 1];
    cg_session answering; /* the session of the last message */

    const struct cg_fix_message *message; /* the last one, while answered */
    bool has_message;
    const struct cg_gate_form *form; /* it was read before; or NULL */
    /* By role: what clients say is most often alike, and so is what venues say.
     */
    struct cg_fix_message read_messages[CG_ROLE_HUB + 1];
    struct cg_order_event event;
    bool has_event;
    struct cg_leg_event legs[CG_LEGS_MAX];    /* of the event */
    char names[CG_LEGS_MAX][CG_NAME_MAX + 1]; /* of instruments with dates */
    struct cg_fix_message parked_message;
    struct cg_limit_event *update_limits;
    struct cg_scope_event *update_scopes;

    struct cg_park park;

    const struct cg_rates *rates; /* NULL: none taken since it was opened */
    uint32_t *rows;    /* by instrument: its place in the table, or CG_NONE */
    bool by_rates;     /* rates price some of the table */
    struct cg_map ids; /* the table's rows by security_id, but families */

    cg_seq saved_no; /* the newest picture on record */

    uint32_t next_effect;
    char *type;           /* cg_gate_type; |body_max| bytes */
    struct cg_out direct; /* an answer that needs no decision */
    bool has_direct;
    char *body;
    char *header;
    size_t body_max;

    struct cg_gate_differences differences;
};

/* Where a message of |session| is read. */
static inline struct cg_fix_message *cg_gate_read_message(struct cg_gate *gate,
                                                          cg_session session)
{
    return &gate->read_messages[gate->engine->state.sessions[session].role];
}

/* A fact that is in the books by now; 0, or CG_ERR_MEMORY. */
int cg_gate_difference_take(struct cg_gate *gate, const struct cg_fact *fact);

/* MsgType(35) of the message at hand as a text; good until the next call. */
const char *cg_gate_type(struct cg_gate *gate);

/* What the gate adds to a message, or says of its own, beyond what it echoes.
 */
#define CG_SPARE_MAX 24576

/* A gate that knows no fact yet.  0, or CG_ERR_MEMORY. */
int cg_gate_prepare(const struct cg_gate_options *options,
                    struct cg_gate **gate);

/* Puts into |error| why opening came to |status|, and returns that. */
int cg_gate_explain_error(int status,
                          const struct cg_journal *journal,
                          char *error,
                          size_t error_len);

/* Names what configuration knows, as facts, and takes its settings over. */
int cg_gate_configure(struct cg_gate *gate, char *error, size_t error_len);

/*
 * Whoever reads a journal fact by fact, twice: |first| while nothing is known
 * of it, |second| with the books so far, which has cg_engine_recover() add the
 * fact to them.  A result that is not zero ends the reading.
 */
struct cg_books_reader {
    int (*first)(void *user, const struct cg_fact *fact);
    int (*second)(void *user, struct cg_gate *gate, const struct cg_fact *fact);
    void *user;
};

/* cg_gate_open_books() for a reader; errors are the reader's, too. */
int cg_gate_read_books(const struct cg_journal *journal,
                       const struct cg_books_reader *reader,
                       char *error,
                       size_t error_len,
                       struct cg_gate **gate);

struct cg_profile cg_gate_profile(const struct cg_gate *gate,
                                  cg_session session);

#endif
