/*
 * The host's calls: each is one event, and what it is about is decided
 * elsewhere.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "gate_hear.h"
#include "gate_replay.h"

#include "check.h"
#include "fix_value.h"
#include "gate_instrument.h"
#include "gate_setup.h"

/* --- events ------------------------------------------------------------- */

static void
begin(struct cg_gate *gate, cg_session session, cg_seq seq, cg_time now)
{
    cg_engine_begin(gate->engine, now, session, seq);
    gate->answering = session;
    gate->next_effect = 0;
    gate->has_message = false;
    gate->has_event = false;
    gate->has_direct = false;
    gate->engine->park_room = gate->park.free_count;
}

/* Keeps the message that is being decided on, if the decision says so. */
static void park(struct cg_gate *gate)
{
    const struct cg_engine *engine = gate->engine;
    for (uint32_t i = 0; i < engine->effect_count; i++) {
        if (engine->effects[i].kind != CG_EFFECT_PARK) {
            continue;
        }
        cg_park_keep(
            &gate->park, engine->effects[i].request,
            (struct cg_slice){gate->message->bytes, gate->message->len});
    }
}

static int end(struct cg_gate *gate)
{
    cg_engine_end(gate->engine);
    park(gate);
    return gate->engine->error;
}

/* --- messages ----------------------------------------------------------- */

static cg_seq sequence_of(const struct cg_fix_message *message)
{
    struct cg_slice value;
    int64_t seq;
    return cg_fix_find(message, 34, &value) && cg_fix_int(value, &seq) &&
                   seq > 0
               ? (cg_seq)seq
               : 0;
}

/* 0 when |session| can be heard now. */
static int may_hear(const struct cg_gate *gate, cg_session session)
{
    if (gate->engine->error != 0) {
        return gate->engine->error;
    }
    return session < gate->engine->state.session_count && gate->config != NULL
               ? 0
               : CG_ERR_MISUSE;
}

/* |bytes| are the message at hand; |unread|: what reading them came to. */
static int take(struct cg_gate *gate,
                cg_session session,
                struct cg_slice bytes,
                int unread,
                cg_time now)
{
    const struct cg_session_state *from =
        &gate->engine->state.sessions[session];
    begin(gate, session, unread == 0 ? sequence_of(gate->message) : 0, now);
    bool kept = bytes.len <= gate->config->limits.message_max;
    if (unread == CG_FIX_E_TOO_MANY || unread == CG_FIX_E_TOO_LONG ||
        (unread == 0 && !kept && from->role != CG_ROLE_VENUE)) {
        cg_gate_hear_too_large(gate, bytes.data, bytes.len);
        return end(gate);
    }
    if (unread != 0) {
        cg_engine_note(gate->engine,
                       "ALARM: bytes that are no message were ignored");
        return end(gate);
    }
    gate->has_message = true;
    cg_gate_hear(gate, from->role);
    return end(gate);
}

int cg_gate_recv(struct cg_gate *gate,
                 cg_session session,
                 const char *bytes,
                 size_t len,
                 cg_time now)
{
    int status = may_hear(gate, session);
    if (status != 0) {
        return status;
    }
    struct cg_fix_message *message = cg_gate_read_message(gate, session);
    int unread = cg_fix_read_again(
        message, gate->engine->state.sessions[session].version, bytes, len);
    gate->message = message;
    gate->form = NULL;
    return take(gate, session, (struct cg_slice){bytes, len}, unread, now);
}

int cg_gate_recv_read(struct cg_gate *gate,
                      cg_session session,
                      const struct cg_gate_form *form,
                      cg_time now)
{
    const struct cg_fix_message *message = &form->message;
    int status = may_hear(gate, session);
    if (status != 0) {
        return status;
    }
    CG_ASSERT(message->version ==
              gate->engine->state.sessions[session].version);
    gate->message = message;
    gate->form = form;
    return take(gate, session, (struct cg_slice){message->bytes, message->len},
                0, now);
}

int cg_gate_rejected(struct cg_gate *gate,
                     cg_session session,
                     const char *bytes,
                     size_t len,
                     cg_time now)
{
    struct cg_engine *engine = gate->engine;
    struct cg_fix_message *message = &gate->parked_message;
    struct cg_slice id = {NULL, 0};
    struct cg_slice status_id = {NULL, 0};
    int status = may_hear(gate, session);
    if (status != 0) {
        return status;
    }
    begin(gate, session, 0, now);
    enum cg_version version = engine->state.sessions[session].version;
    bool known = cg_fix_read(message, version, bytes, len) == 0;
    if (known) {
        (void)cg_fix_find(message, 11, &id);
        (void)cg_fix_find(message, 790, &status_id);
    }
    if (known && cg_slice_is(message->type, "H")) {
        /* A client's own 790 names no order. */
        if (!cg_engine_inquiry_rejected(engine, status_id) &&
            !cg_engine_inquiry_rejected(engine, id)) {
            cg_engine_note(engine, "ALARM: a peer rejected an H (3)");
        }
        return end(gate);
    }
    cg_engine_rejected(engine, id);
    return end(gate);
}

int cg_gate_link(struct cg_gate *gate, cg_session session, bool up, cg_time now)
{
    struct cg_engine *engine = gate->engine;
    int status = may_hear(gate, session);
    if (status != 0) {
        return status;
    }
    begin(gate, session, 0, now);
    cg_engine_link(engine, up);
    return end(gate);
}

int cg_gate_renumbered(struct cg_gate *gate,
                       cg_session session,
                       bool ours,
                       cg_time now)
{
    struct cg_engine *engine = gate->engine;
    int status = may_hear(gate, session);
    if (status != 0) {
        return status;
    }
    begin(gate, session, 0, now);
    if (ours) {
        cg_engine_unsent(engine);
    } else {
        cg_engine_unheard(engine);
    }
    return end(gate);
}

int cg_gate_take_rates(struct cg_gate *gate,
                       const struct cg_rates *rates,
                       cg_time now)
{
    struct cg_engine *engine = gate->engine;
    if (engine->error != 0) {
        return engine->error;
    }
    if (gate->config == NULL || gate->config != rates->config) {
        return CG_ERR_MISUSE;
    }
    begin(gate, CG_SESSION_NONE, 0, now);
    gate->rates = rates;
    cg_gate_instruments_rate(gate);
    return end(gate);
}

int cg_gate_reconfigure(struct cg_gate *gate,
                        struct cg_config *config,
                        const struct cg_rates *rates,
                        cg_time now,
                        void (*report)(void *user,
                                       enum cg_change change,
                                       int line,
                                       const char *text),
                        void *user)
{
    struct cg_engine *engine = gate->engine;
    if (engine->error != 0) {
        return engine->error;
    }
    if (gate->config == NULL || config == gate->config ||
        (rates != NULL && rates->config != config)) {
        return CG_ERR_MISUSE;
    }
    struct cg_renewal renewal = {gate, config, rates, report, user};
    int status = cg_gate_renewal_check(&renewal);
    if (status != 0) {
        return status;
    }
    begin(gate, CG_SESSION_NONE, 0, now);
    cg_gate_renew(&renewal);
    return end(gate);
}

int cg_gate_stop(struct cg_gate *gate, cg_time now)
{
    struct cg_engine *engine = gate->engine;
    if (engine->error != 0) {
        return engine->error;
    }
    begin(gate, CG_SESSION_NONE, 0, now);
    cg_engine_stop(engine);
    return end(gate);
}

int cg_gate_start_again(struct cg_gate *gate, cg_time now)
{
    struct cg_engine *engine = gate->engine;
    if (engine->error != 0) {
        return engine->error;
    }
    begin(gate, CG_SESSION_NONE, 0, now);
    engine->stopping = false;
    cg_engine_restart(engine);
    return end(gate);
}

bool cg_gate_is_owed(const struct cg_gate *gate)
{
    return cg_engine_is_owed(gate->engine);
}

int cg_gate_tick(struct cg_gate *gate, cg_time now)
{
    struct cg_engine *engine = gate->engine;
    if (engine->error != 0) {
        return engine->error;
    }
    begin(gate, CG_SESSION_NONE, 0, now);
    /* One full round of effects at a time; the rest is due at once again. */
    while (engine->effect_count < engine->effect_max / 2 &&
           cg_engine_fire(engine)) {
    }
    return end(gate);
}

int cg_gate_saved(struct cg_gate *gate,
                  cg_seq no,
                  const char *digest,
                  cg_time now)
{
    struct cg_engine *engine = gate->engine;
    if (engine->error != 0) {
        return engine->error;
    }
    begin(gate, CG_SESSION_NONE, 0, now);
    struct cg_fact fact = cg_fact_of(CG_FACT_SNAPSHOT_TAKEN);
    fact.number = no;
    fact.text = digest;
    fact.text_len = strlen(digest);
    cg_engine_record(engine, &fact);
    gate->saved_no = no;
    return end(gate);
}

cg_time cg_gate_deadline(const struct cg_gate *gate)
{
    return cg_engine_deadline(gate->engine);
}

int cg_gate_commit(struct cg_gate *gate)
{
    struct cg_engine *engine = gate->engine;
    if (engine->error != 0) {
        return engine->error;
    }
    int outcome = gate->journal->commit(gate->journal->user);
    if (outcome == CG_JOURNAL_E_SPARE) {
        return CG_GATE_E_SPARE;
    }
    engine->error = outcome;
    return outcome;
}
