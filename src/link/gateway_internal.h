/*
 * What the files of a gateway share.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef CG_LINK_GATEWAY_INTERNAL_H
#define CG_LINK_GATEWAY_INTERNAL_H

#include "gateway.h"
#include "gateway_config.h"
#include "keeper.h"
#include "message_log.h"
#include <creditgate/gate.h>
#include <fix8c/transport.h>

/* Text(58) of the gate's Logouts. */
#define CG_GATEWAY_LOGOUT_TEXT "the gate is stopping"

/* As gateway_stop.c draws them. */
enum cg_gateway_stage {
    CG_GATEWAY_RUNS,
    CG_GATEWAY_WAITS,
    CG_GATEWAY_CLIENTS,
    CG_GATEWAY_CLOSES,
};

struct cg_gateway {
    struct cg_gateway_options options;
    struct cg_config_host host;
    struct cg_journal journal;
    bool has_journal;
    struct cg_gate *gate;
    struct cg_gateway_config *config; /* and its par rates */
    struct fix8c_engine *engine;
    struct fix8c_transport *transport;
    char *scratch; /* one message out of the store */
    size_t scratch_max;
    struct cg_keeper *keeper;
    struct cg_message_log *messages; /* NULL: nobody wants them */
    cg_time arrived;                 /* when the newest message did */
    uv_timer_t timer;
    uv_timer_t grace; /* the journal has failed, or it ends: the next step */
    bool has_timer;
    bool failing;                /* the journal is on its spare: no new risk */
    size_t created;              /* FIX sessions, while they are opened */
    bool reset[CG_SESSIONS_MAX]; /* those whose numbers began anew by that */
    enum cg_gateway_stage stage;
    uint64_t answers_until; /* by the loop's clock: waits for answers */
    uint64_t clients_until; /* and for the Logouts of clients */
    bool said_owed;
    bool stopped;
    int handles; /* that must close before the end */
    int error;
};

cg_time cg_gateway_now(void);

void cg_gateway_say(struct cg_gateway *gateway,
                    enum cg_log_level level,
                    const char *source,
                    const char *text);

/* The end of this turn ends the gateway. */
void cg_gateway_fail(struct cg_gateway *gateway, int error);

/* The transport has failed, and let nothing out: the end, without a wait. */
void cg_gateway_abort(struct cg_gateway *gateway);

/* Hands what the gate wants to say to its FIX sessions; the bytes wait. */
void cg_gateway_drain(struct cg_gateway *gateway, int status);

/* Opens the FIX sessions, whose callbacks call the gate (gateway_sessions.c).
 */
int cg_gateway_open_sessions(struct cg_gateway *gateway,
                             char *error,
                             size_t error_len);

#endif
