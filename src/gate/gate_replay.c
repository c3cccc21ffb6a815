/*
 * A gate in the middle of its journal, for a replay.
 *
 * Must never be what a gate of a host is opened by: it answers nobody who
 * waited (R45).  Rules: R45, R47.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "gate_replay.h"

#include "codec.h"
#include "decide.h"
#include "fix_validate.h"
#include "gate_internal.h"
#include "record_find.h"
#include "record_words.h"

#include <stdio.h>
#include <stdlib.h>

/* --- before its turn ------------------------------------------------------ */

struct cg_gate_forms {
    size_t max;
    size_t counts[CG_ROLE_HUB + 1];
    /* By role, as what one role says is most often alike: then each is read
     * over one like it. */
    struct cg_gate_form forms[];
};

struct cg_gate_forms *cg_gate_forms_open(size_t max)
{
    struct cg_gate_forms *forms = calloc(
        1, sizeof(*forms) + (CG_ROLE_HUB + 1) * max * sizeof(forms->forms[0]));
    if (forms != NULL) {
        forms->max = max;
    }
    return forms;
}

void cg_gate_forms_close(struct cg_gate_forms *forms)
{
    free(forms);
}

void cg_gate_forms_clear(struct cg_gate_forms *forms)
{
    memset(forms->counts, 0, sizeof(forms->counts));
}

static void find_order(struct cg_gate_form *form)
{
    struct cg_slice type = form->message.type;
    form->has_order = cg_slice_is(type, "D") || cg_slice_is(type, "G") ||
                      cg_slice_is(type, "F");
    if (form->has_order) {
        cg_decode_order(&form->message, &form->order);
    }
}

static void find_report(struct cg_gate_form *form)
{
    form->has_report = cg_slice_is(form->message.type, "8");
    if (form->has_report) {
        cg_decode_report(&form->message, &form->report);
    }
}

const struct cg_gate_form *cg_gate_form_read(struct cg_gate_forms *forms,
                                             enum cg_role role,
                                             enum cg_version version,
                                             struct cg_slice bytes)
{
    size_t count = forms->counts[role];
    struct cg_gate_form *form = &forms->forms[role * forms->max + count];
    if (count == forms->max || cg_fix_read_again(&form->message, version,
                                                 bytes.data, bytes.len) != 0) {
        return NULL;
    }
    forms->counts[role]++;
    form->has_order = false;
    form->has_report = false;
    if (role == CG_ROLE_VENUE) { /* what it says is taken as it is */
        find_report(form);
        return form;
    }
    form->has_fault = cg_fix_validate(&form->message, &form->fault) != 0;
    if (role == CG_ROLE_CLIENT && !form->has_fault) {
        find_order(form);
    }
    return form;
}

/* --- in the middle ------------------------------------------------------- */

#define COMPARED_WITHIN (60 * CG_SECOND) /* of a venue's logon, or never */

enum { QUIET = 1 };

/* A journal that is read up to a moment at which nothing is under way. */
struct resuming {
    struct cg_gate *gate;
    cg_seq from;
    struct cg_fact last; /* without its texts */
    /* When a peer logged on that was not compared since; 0: none. */
    cg_time comparing[CG_SESSIONS_MAX];
};

static void note_compared(struct resuming *resuming, const struct cg_fact *fact)
{
    const struct cg_config *config = resuming->gate->config;
    if (fact->session >= config->session_count) {
        return;
    }
    if (fact->kind == CG_FACT_LINK_UP) {
        resuming->comparing[fact->session] = fact->time;
    } else if (fact->kind == CG_FACT_LINK_DOWN ||
               fact->kind == CG_FACT_COMPARED) {
        resuming->comparing[fact->session] = 0;
    }
}

static enum cg_role role_of(const struct resuming *resuming, cg_session session)
{
    return resuming->gate->config->sessions[session].role;
}

static bool is_quiet(const struct resuming *resuming)
{
    const struct cg_state *state = &resuming->gate->engine->state;
    for (cg_session i = 0; i < state->session_count; i++) {
        cg_time since = resuming->comparing[i];
        if (state->sessions[i].parts != 0 ||
            (role_of(resuming, i) == CG_ROLE_VENUE && since != 0 &&
             state->now - since < COMPARED_WITHIN)) {
            return false;
        }
    }
    for (uint32_t i = 0; i < state->order_top; i++) {
        if (cg_order_waits(&state->orders[i])) {
            return false;
        }
    }
    for (uint32_t i = 0; i < state->request_top; i++) {
        if (state->requests[i].state == CG_REQUEST_WAITING) {
            return false;
        }
    }
    return true;
}

/* Facts of one cause and moment are one turn's. */
static bool begins_turn(const struct resuming *resuming,
                        const struct cg_fact *fact)
{
    return fact->time != resuming->last.time ||
           fact->cause_session != resuming->last.cause_session ||
           fact->cause_seq != resuming->last.cause_seq;
}

static int recover(void *context, const struct cg_fact *fact)
{
    struct resuming *resuming = context;
    if (fact->no > resuming->from && begins_turn(resuming, fact) &&
        is_quiet(resuming)) {
        return QUIET;
    }
    int status = cg_engine_recover(resuming->gate->engine, fact);
    if (status == 0) {
        note_compared(resuming, fact);
        resuming->last = *fact;
    }
    return status;
}

/* Settings and timers, as a start sets them; but nothing is decided. */
static int
take_up(const struct resuming *resuming, char *error, size_t error_len)
{
    struct cg_gate *gate = resuming->gate;
    struct cg_engine *engine = gate->engine;
    cg_seq facts = engine->state.fact_no;
    cg_engine_begin(engine, engine->now, CG_SESSION_NONE, 0);
    int status = cg_gate_configure(gate, error, error_len);
    if (status != 0) {
        return status;
    }
    cg_timers_reset(engine);
    cg_days_start(engine);
    cg_timer_rates(engine);
    for (uint32_t i = 0; i < engine->state.session_count; i++) {
        cg_session session = (cg_session)i;
        /* A hub is compared at its first snapshot, and not before. */
        if (role_of(resuming, session) == CG_ROLE_HUB &&
            resuming->comparing[i] != 0) {
            cg_compare_begin(engine, session);
        }
    }
    cg_engine_end(engine);
    if (engine->error == 0 && engine->state.fact_no != facts) {
        snprintf(error, error_len,
                 "the configuration is not the one that the gate ran with at "
                 "fact %llu of the journal: take that one",
                 (unsigned long long)facts);
        return CG_ERR_CONFIG;
    }
    return engine->error;
}

int cg_gate_resume(const struct cg_gate_options *options,
                   cg_seq from,
                   char *error,
                   size_t error_len,
                   struct cg_gate **result)
{
    const struct cg_journal *journal = options->journal;
    struct resuming resuming = {.from = from};
    int status = cg_gate_prepare(options, &resuming.gate);
    struct cg_gate *gate = resuming.gate;
    status = status != 0 ? status
                         : journal->load(journal->user, 0, recover, &resuming);
    if (status == 0) {
        snprintf(error, error_len,
                 "from fact %llu of the journal on, there is no moment at "
                 "which nothing is under way: begin with an earlier log",
                 (unsigned long long)from);
        cg_gate_close(gate);
        return CG_ERR_MISUSE;
    }
    error[0] = '\0';
    status = status == QUIET ? take_up(&resuming, error, error_len) : status;
    if (status != 0) {
        cg_gate_close(gate);
        return error[0] != '\0'
                   ? status
                   : cg_gate_explain_error(status, journal, error, error_len);
    }
    *result = gate;
    return 0;
}

/* --- looking at it ------------------------------------------------------- */

bool cg_gate_is_full(const struct cg_gate *gate)
{
    const struct cg_state *state = &gate->engine->state;
    return gate->park.free_count == 0 ||
           !cg_order_has_room(state, CG_LEGS_MAX) || !cg_requests_left(state);
}

bool cg_gate_holds(const struct cg_gate *gate)
{
    return gate->park.free_count < gate->park.count;
}

static bool slot_is(uint32_t slot, uint32_t max)
{
    return slot == CG_NONE || slot < max;
}

void cg_gate_record(const struct cg_gate *gate,
                    const struct cg_fact *fact,
                    struct cg_record *record)
{
    const struct cg_state *state = &gate->engine->state;
    struct cg_fact shown = *fact;
    if (!slot_is(fact->order, state->order_max) ||
        !slot_is(fact->request, state->request_max) ||
        !slot_is(fact->token, state->token_max) ||
        !slot_is(fact->ask, state->ask_max) ||
        !slot_is(fact->limit, state->limit_max) ||
        !slot_is(fact->account, state->account_max) ||
        !slot_is(fact->instrument, state->instrument_max)) {
        shown = cg_fact_of(CG_FACT_NOTED); /* what no books can have */
        shown.no = fact->no;
        shown.time = fact->time;
        shown.text = cg_fact_kind_name(fact->kind);
        shown.text_len = strlen(shown.text);
    }
    cg_record_of(state, gate->name, &shown, record);
}
