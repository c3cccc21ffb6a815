/*
 * A gate on a memory journal with a client, a venue and a hub: messages are
 * written as "35=D|11=A1|..." and what comes out is looked at the same way.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef CG_TESTS_GATE_HARNESS_H
#define CG_TESTS_GATE_HARNESS_H

#include "fact_log.h"
#include <configuration.h>
#include <creditgate/gate.h>

struct cg_engine;

enum {
    CLIENT,
    VENUE,
    HUB,
    OTHER_CLIENT,
    CLIENT42,
    VENUE42,
    CLIENT50,
    VENUE50,
    PLAIN50,
    HARNESS_SESSIONS,
};

enum { HARNESS_OUT_MAX = 1024, HARNESS_TEXT_MAX = 24576 };
enum { HARNESS_LINES_MAX = 64, HARNESS_LINE_MAX = 512 };
enum { HARNESS_CHANGES_MAX = 16384 };

struct harness {
    struct cg_config config;
    struct cg_config *live; /* a later one, of which |config| is a copy */
    struct cg_journal journal;
    struct fact_log facts;
    struct cg_gate *gate;
    cg_time now;
    int seq;
    int from; /* the session that spoke last */
    char out[HARNESS_OUT_MAX]
            [HARNESS_TEXT_MAX]; /* "SESSION TYPE|body", SOH as '|' */
    int out_count;
    int taken;
    char lines[HARNESS_LINES_MAX][HARNESS_LINE_MAX]; /* of the log, a ring */
    int line_count;
    int notices;            /* lines about the gate as a whole */
    struct cg_rates *rates; /* taken by the gate that runs, or NULL */
    /* What harness_reconfigure() was told, one a line: "taken 31: limit ..." */
    char changes[HARNESS_CHANGES_MAX];
};

/* As nothing was opened: every way to open it begins so. */
void harness_clear(struct harness *harness);

/* Opens the standard gate with every link up; its amounts are in the .c file.
 */
void harness_open(struct harness *harness);
/* Before and after each test, whose harness is at |*state|. */
int harness_setup(void **state);
int harness_teardown(void **state);

#define WITH_GATE(test) WITH_GATE_BY(test, harness_setup)
#define WITH_GATE_BY(test, setup)                                              \
    cmocka_unit_test_prestate_setup_teardown(test, setup, harness_teardown, &h)

/* The standard gate with more keys in [GATE], "MaxReports=2\n", and sections
 * after it.
 */
void harness_open_with(struct harness *harness, const char *keys);

/* The same with a configuration of the test's own, over the same instruments;
 * or opens it on the facts there are, as harness_reopen() does. */
void harness_open_config(struct harness *harness, const char *text);
void harness_reopen_config(struct harness *harness, const char *text);

/* A configuration of the test's own, and a table of instruments of its own. */
void harness_open_table(struct harness *harness,
                        const char *text,
                        const char *table);
void harness_close(struct harness *harness);

/* Ends the gate as a crash does and opens it again on what was committed;
 * every link is down, and what the start has to say comes out. */
void harness_reopen(struct harness *harness);

/*
 * Another configuration for the gate that runs; NULL |table|: the standard one.
 * The rates that it has are read again for it.  Returns what
 * cg_gate_reconfigure() does.
 */
int harness_reconfigure(struct harness *harness,
                        const char *text,
                        const char *table);

/* Fails unless a start on the facts and the configuration there are comes to
 * the books of the gate that runs, bit by bit, and adds no fact. */
void harness_start_is_the_same(struct harness *harness);

/* The texts of harness_open_with(). */
const char *harness_text(const char *keys);
const char *harness_table(void);

/* Takes what the last call on the gate has to say, and audits. */
void harness_collect(struct harness *harness);

/* Feeds one message; its header is made here.  All totals are audited after
 * every call, and what came out replaces what came out before. */
void harness_in(struct harness *harness, int session, const char *fields);

/* The same, but 34 and 52 are those of |fields|, or not there. */
void harness_feed(struct harness *harness, int session, const char *fields);
void harness_link(struct harness *harness, int session, bool up);
void harness_renumbered(struct harness *harness, int session, bool ours);

/* The session |session| rejects (3) a message of the gate's, "35=H|11=A1|". */
void harness_rejected(struct harness *harness, int session, const char *fields);

/* Calls the engine behind the gate, as the gate would on an event of its own.
 */
void harness_engine(struct harness *harness,
                    void (*call)(struct cg_engine *engine, void *user),
                    void *user);

/* The host reads |text|, made now, and the gate takes it.  With |wrong| it is
 * refused with those words, and nothing happens. */
void harness_take_rates(struct harness *harness,
                        const char *text,
                        const char *wrong);
void harness_take_rates_of(struct harness *harness,
                           const char *text,
                           cg_time made_at,
                           const char *wrong);

/* Tells the gate to stop. */
void harness_stop(struct harness *harness);

/* Lets |ms| go by, firing what is due on the way. */
void harness_wait(struct harness *harness, int ms);

/* The next message out must go to |session| and hold every field of |fields|
 * ("35=8|150=8|58~CG101"; ~ looks for a part).  Fails the test otherwise. */
const char *
harness_expect(struct harness *harness, int session, const char *fields);

/* Nothing more came out. */
void harness_quiet(struct harness *harness);

/* How many of the newest lines of the gate's log hold |part|. */
int harness_logged(const struct harness *harness, const char *part);

/* A field's value in a message of harness_expect(), into a static buffer. */
const char *harness_field(const char *message, int tag);
/* The same into |value|, "" when it is not there. */
bool harness_find(const char *message, int tag, char *value, size_t len);

/* A new order of the client under account ACME, and its way to the venue. */
void harness_order(struct harness *harness,
                   const char *id,
                   char side,
                   long millions);
void harness_grant(struct harness *harness, const char *ask);
void harness_work(struct harness *harness,
                  const char *id,
                  char side,
                  long millions);

/* A replace, or a cancel of one with 10 million, of the client's own. */
void harness_replace(struct harness *harness,
                     const char *id,
                     const char *orig,
                     long millions);
void harness_cancel(struct harness *harness, const char *id, const char *orig);

/* Every line comes up; and so after a crash. */
void harness_links_up(struct harness *harness);
void harness_reopen_up(struct harness *harness);

/* A copy of |message| that the next seven do not touch. */
const char *harness_keep(const char *message);

/* How many messages of the last call hold |what|; the first one to |session|
 * that holds |part|, or NULL. */
int harness_count_out(const struct harness *harness, const char *what);
const char *
harness_came(const struct harness *harness, int session, const char *part);

/* How many remarks on record hold |part|. */
int harness_noted(const struct harness *harness, const char *part);

struct cg_limit_view harness_limit(const struct harness *harness,
                                   const char *id);

/* The charge on the first limit, and what all tokens hold, in whole units. */
void harness_expect_books(const struct harness *harness,
                          cg_dv01 used,
                          cg_dv01 reserved,
                          cg_dv01 consumed);

/* Whether the FIX session may resend the order message |type| of |id|. */
bool harness_may_resend(const struct harness *harness,
                        const char *type,
                        const char *id);

#endif
