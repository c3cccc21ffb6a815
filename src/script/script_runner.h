/*
 * A session while it is being played.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef CG_SCRIPT_RUNNER_H
#define CG_SCRIPT_RUNNER_H

#include "script.h"
#include "script_rates.h"
#include <creditgate/gate.h>
#include <fix_validate.h>
#include <fix_writer.h>

/* One message, in or out; its fields without 8, 9, 35, 49, 56, 34, 52, 10. */
struct cg_script_message {
    cg_session session;
    char type[8];
    struct cg_slice header; /* allocated together with |body| */
    struct cg_slice body;
    char *bytes;
    cg_time time;
    int seq;
    bool taken; /* by an expectation */
};

struct cg_script_messages {
    struct cg_script_message *items;
    size_t count;
    size_t room;
};

struct cg_script_runner {
    const struct cg_script *script;
    const struct cg_script_run_options *options;
    struct cg_journal journal;
    struct cg_gate *gate;
    cg_time now;
    struct cg_script_messages in;
    struct cg_script_messages out;
    size_t pending; /* of |out|: all before it are taken */
    int seq_in[CG_SESSIONS_MAX];
    int seq_out[CG_SESSIONS_MAX];
    char **captures; /* by index; NULL: nothing yet */
    char *buffer;    /* CG_SCRIPT_BUFFER bytes each */
    char *header;
    char *whole;
    struct cg_fix_message *message;
    struct cg_script_rates rates; /* as the host has them */
    struct cg_rates *taken;       /* by the gate; NULL: none since its start */
    bool input_valid;             /* the last message sent was valid FIX */
    bool failed;
    int error;
};

#define CG_SCRIPT_BUFFER ((size_t)256 * 1024)

/* --- saying ------------------------------------------------------------- */

__attribute__((format(printf, 2, 3))) void
cg_script_say(const struct cg_script_runner *runner, const char *format, ...);

/* "FILE:LINE: ..."; the session has failed. */
__attribute__((format(printf, 3, 4))) void
cg_script_fail(struct cg_script_runner *runner,
               const struct cg_script_step *step,
               const char *format,
               ...);

/* A message as a step is written: "@20s client < 8 11=A1 ...". */
void cg_script_say_message(const struct cg_script_runner *runner,
                           const char *indent,
                           const struct cg_script_message *message,
                           char direction);

/* What happens to a session or to the gate, likewise, if all is to be said:
 * "@20s venue down". */
void cg_script_say_step(const struct cg_script_runner *runner,
                        const struct cg_script_step *step);

/* "@20s"; |text| has room for 32 bytes. */
void cg_script_time_text(cg_time time, char *text);

/* The captures that are values begin with their text; false without memory. */
bool cg_script_set_values(struct cg_script_runner *runner);

/* --- messages ----------------------------------------------------------- */

/* A copy of a message's parts at the end of |messages|; NULL without memory. */
struct cg_script_message *
cg_script_message_add(struct cg_script_runner *runner,
                      struct cg_script_messages *messages,
                      cg_session session,
                      struct cg_slice type,
                      struct cg_slice header,
                      struct cg_slice body);
void cg_script_messages_deinit(struct cg_script_messages *messages);

/* The message as a peer would see it; its length, 0 when it does not fit. */
size_t cg_script_seal(struct cg_script_runner *runner,
                      const struct cg_script_message *message,
                      bool from_peer,
                      char *bytes,
                      size_t cap);

/* Cuts the first field off |fields|: tag and value; false at the end. */
bool cg_script_field_next(struct cg_slice *fields,
                          uint32_t *tag,
                          struct cg_slice *value);

/* Makes the message of a step, and keeps it; NULL when it cannot be made. */
struct cg_script_message *cg_script_compose(struct cg_script_runner *runner,
                                            const struct cg_script_step *step);

/* Seals into |buffer| the last message to the actor that has the step's type
 * and fields, as it was sent; its length, 0 after a failure. */
size_t cg_script_sent_before(struct cg_script_runner *runner,
                             const struct cg_script_step *step);

/* Whether |tag| stands in headers of the session's version. */
bool cg_script_is_header(const struct cg_script_runner *runner,
                         cg_session session,
                         uint32_t tag);

/* |value| with its captures and times put in, into |out|; false when it does
 * not fit. */
bool cg_script_expand(const struct cg_script_runner *runner,
                      const struct cg_script_field *field,
                      struct cg_fix_writer *out);

/* --- comparing ---------------------------------------------------------- */

/* Whether |came| is what |step| expects; keeps captures.  A difference is
 * printed and fails the session. */
bool cg_script_match(struct cg_script_runner *runner,
                     const struct cg_script_step *step,
                     const struct cg_script_message *came);

/* What a certification lets pass that a session on paper would not. */
struct cg_script_leniency {
    cg_time time_ns; /* so far may a time be from TAG=@ */
    bool numbers;    /* 9040 is 9040.00 in a field that holds a decimal */
    const uint32_t *ignores; /* tags that may be what they like */
    size_t ignore_count;
};

#define CG_SCRIPT_DIFFERING_MAX 64

struct cg_script_differing {
    uint32_t tags[CG_SCRIPT_DIFFERING_MAX];
    size_t count;
};

/*
 * Whether the fields of |came| are those that |step| expects; the type is not
 * looked at, and nothing is said.  Keeps captures when they are.  Times are
 * those of came->time.
 */
bool cg_script_compare(struct cg_script_runner *runner,
                       const struct cg_script_step *step,
                       const struct cg_script_message *came,
                       const struct cg_script_leniency *leniency,
                       struct cg_script_differing *differing);

/*
 * As a step has it, behind its actor: "8 11=A1 39=0 ...", as it is |written|,
 * or with what names and times stand for; in |text|, of |len| bytes, or as much
 * as fits.  Of what came, 34, 49, 52 and 56 are left out unless |all| are
 * wanted.
 */
void cg_script_expected(const struct cg_script_runner *runner,
                        const struct cg_script_step *step,
                        bool written,
                        char *text,
                        size_t len);
void cg_script_observed(const struct cg_script_message *message,
                        bool all,
                        char *text,
                        size_t len);

/* Whether |message| has every field of |step|. */
bool cg_script_has(struct cg_script_runner *runner,
                   const struct cg_script_step *step,
                   const struct cg_script_message *message);

/* Compares the limit or token that |step| names. */
void cg_script_view(struct cg_script_runner *runner,
                    const struct cg_script_step *step);

/* --- par rates ---------------------------------------------------------- */

/* The host reads its file, as |step| (or NULL) changes it; true when the gate
 * has taken it.  What is not as the step says fails the session. */
bool cg_script_take_rates(struct cg_script_runner *runner,
                          const struct cg_script_step *step);

/* Compares the rates in force. */
void cg_script_view_rates(struct cg_script_runner *runner,
                          const struct cg_script_step *step);

/* Fails unless the journal alone adds up to the same books. */
void cg_script_prove(struct cg_script_runner *runner);

#endif
