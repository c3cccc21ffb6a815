/*
 * A small engine without a gate around it: one client, one venue, one hub, one
 * account, one instrument, and the limits that a test names.
 *
 * It is set up by the gate's own way from configuration to facts, and driven by
 * events, so what a test sees is what the engine decides, whatever the FIX
 * text.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef CG_TESTS_SMALL_ENGINE_H
#define CG_TESTS_SMALL_ENGINE_H

#include <configuration.h>
#include <engine.h>

enum { SMALL_CLIENT, SMALL_VENUE, SMALL_HUB, SMALL_SESSIONS };

enum { SMALL_LIMITS = 4 };

/* D(q) is 0.7 q, so that most quantities have to be rounded. */
#define SMALL_RATE 700000
/* USD to EUR, 1.5: the rate in EUR is 1050000. */
#define SMALL_FX 150000000

/* The moment at which every small engine is opened. */
#define SMALL_START (1800000000 * CG_SECOND)

struct small_engine {
    struct cg_config config;
    struct cg_config_session sessions[SMALL_SESSIONS];
    struct cg_config_account account;
    struct cg_config_limit limits[SMALL_LIMITS];
    struct cg_config_instrument instrument;
    struct cg_config_fx fx;
    struct cg_engine *engine;
    unsigned long facts;
    unsigned long changes; /* facts but for what is only noted */
    uint32_t waiting_max;  /* messages that may wait at once */
};

/* A limit of the hub on the account, in USD, or in EUR for |eur|. */
struct cg_config_limit small_limit(const char *id,
                                   enum cg_measure measure,
                                   enum cg_model model,
                                   cg_dv01 amount,
                                   bool eur);

/* Opens an engine with |count| limits and every link up.  |small| keeps its
 * place for the engine's life. */
void small_open(struct small_engine *small,
                const struct cg_config_limit *limits,
                size_t count);
void small_close(struct small_engine *small);

/* The same with room for more. */
void small_open_sized(struct small_engine *small,
                      const struct cg_config_limit *limits,
                      size_t count,
                      const struct cg_limits *sizes);

/* What comes before and after each event. */
void small_begin(struct small_engine *small, int session, cg_time now);
void small_end(struct small_engine *small);

/* A well-formed D, G or F of the client. */
struct cg_order_event
small_order(const char *id, const char *orig, char side, cg_qty qty);

/* Orders and replaces that wait for credit. */
uint32_t small_waiting(const struct small_engine *small);

#endif
