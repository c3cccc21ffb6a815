/*
 * The one writer of the state: each fact changes it here and nowhere else, in a
 * file for each noun (apply_token.c, apply_order.c ...).
 *
 * Must never decide, fail, read a clock or call out.  A live gate and one that
 * reads its journal go through the same lines.  Rules: R12, R20, R23, R41, R43.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "apply.h"

/* A pure table over the kinds, hence its length. */
void cg_state_apply(struct cg_state *state, const struct cg_fact *fact)
{
    CG_ASSERT(fact->no == state->fact_no + 1);
    if (fact->no == 1) {
        state->day_ended_at = fact->time;
    }
    state->fact_no = fact->no;
    state->now = fact->time;
    switch (fact->kind) {
    case CG_FACT_SESSION_NAMED:
        cg_apply_session_named(state, fact);
        break;
    case CG_FACT_ACCOUNT_NAMED:
        cg_apply_account_named(state, fact);
        break;
    case CG_FACT_CCP_NAMED:
        cg_apply_id(&state->ccps[state->ccp_count++], fact->id, fact->id_len);
        break;
    case CG_FACT_ACCOUNT_WARNINGS:
        cg_apply_account_warnings(state, fact);
        break;
    case CG_FACT_INSTRUMENT_NAMED:
        cg_apply_instrument_named(state, fact);
        break;
    case CG_FACT_INSTRUMENT_RATED:
        cg_apply_instrument_rated(state, fact);
        break;
    case CG_FACT_INSTRUMENT_FORGOTTEN:
        cg_apply_instrument_forgotten(state, fact);
        break;
    case CG_FACT_RATES_TAKEN:
        cg_apply_rates_taken(state, fact);
        break;
    case CG_FACT_RATES_AGED:
        state->rates.aged_at = fact->until;
        break;
    case CG_FACT_LIMIT_NAMED:
        cg_apply_limit_named(state, fact);
        break;
    case CG_FACT_LIMIT_SET:
        cg_apply_limit_set(state, fact);
        break;
    case CG_FACT_LIMIT_SCOPED:
        cg_apply_limit_scoped(state, fact);
        break;
    case CG_FACT_LIMIT_UNSCOPED:
        cg_apply_limit_unscoped(state, fact);
        break;
    case CG_FACT_LIMIT_STATE:
        cg_apply_limit_stated(state, fact);
        break;
    case CG_FACT_LIMIT_WARNED:
        cg_apply_limit_warned(state, fact);
        break;
    case CG_FACT_LIMIT_REARMED:
        cg_apply_limit_rearmed(state, fact);
        break;
    case CG_FACT_LIMIT_RESET:
        cg_apply_limit_reset(state, fact);
        break;
    case CG_FACT_DAY_ENDED:
        cg_apply_day_ended(state, fact);
        break;
    case CG_FACT_LIMIT_ACTIONS:
        cg_apply_limit_actions(state, fact);
        break;
    case CG_FACT_LIMIT_STOPPED:
        cg_apply_limit_stopped(state, fact);
        break;
    case CG_FACT_STOP_PLACED:
        cg_apply_stop_placed(state, fact);
        break;
    case CG_FACT_STOP_DONE:
        cg_apply_stop_done(state, fact);
        break;
    case CG_FACT_STOP_LIFTED:
        cg_apply_stop_lifted(state, fact);
        break;
    case CG_FACT_ORDER_FORGOTTEN:
        cg_apply_order_forget(state, fact->order);
        break;
    case CG_FACT_ORDER_TAKEN:
        cg_apply_order_taken(state, fact);
        break;
    case CG_FACT_ORDER_REFUSED:
        cg_apply_order_refused(state, fact);
        break;
    case CG_FACT_ORDER_QUEUED:
        cg_apply_queued(state, fact);
        break;
    case CG_FACT_ORDER_LEFT:
        cg_apply_left(state, fact);
        break;
    case CG_FACT_TOKEN_CHARGED:
        cg_apply_token_charged(state, fact);
        break;
    case CG_FACT_TOKEN_ADDED:
        cg_apply_token_added(state, fact);
        break;
    case CG_FACT_TOKEN_RECHARGED:
        cg_apply_token_recharged(state, fact);
        break;
    case CG_FACT_TOKEN_PRICED:
        cg_apply_priced(state, fact);
        break;
    case CG_FACT_TOKEN_REPRICED:
        cg_apply_token_repriced(state, fact);
        break;
    case CG_FACT_TOKEN_GRANTED:
        cg_apply_token_granted(state, fact);
        break;
    case CG_FACT_TOKEN_LAPSED:
        cg_apply_token_lapsed(state, fact);
        break;
    case CG_FACT_TOKEN_RETURNED:
        cg_apply_token_end(state, &state->tokens[fact->token],
                           (enum cg_token_end)fact->value);
        cg_apply_token_move(&state->tokens[fact->token], CG_TOKEN_RETURNING);
        break;
    case CG_FACT_TOKEN_CLOSED:
        cg_apply_token_end(state, &state->tokens[fact->token],
                           (enum cg_token_end)fact->value);
        cg_apply_token_move(&state->tokens[fact->token], CG_TOKEN_CLOSED);
        cg_apply_order_may_go(state, state->tokens[fact->token].order);
        break;
    case CG_FACT_ASK_SENT:
        cg_apply_ask_sent(state, fact);
        break;
    case CG_FACT_ASK_REPEATED:
        state->asks[fact->ask].said_at = fact->time;
        state->asks[fact->ask].said = true;
        state->asks[fact->ask].repeats = fact->value;
        break;
    case CG_FACT_ASK_PENDING:
        state->tokens[fact->token].pending = true;
        break;
    case CG_FACT_ASK_ANSWERED:
        cg_apply_ask_answered(state, fact);
        break;
    case CG_FACT_ORDER_SENT:
        cg_apply_order_sent(state, fact);
        break;
    case CG_FACT_ORDER_ACKED:
        cg_apply_order_acked(state, fact);
        break;
    case CG_FACT_ORDER_IDENTIFIED:
        cg_apply_order_identified(state, fact);
        break;
    case CG_FACT_REPORT_SEEN:
        cg_recent_add(&state->reports, fact->hash, fact->terms_hash);
        break;
    case CG_FACT_ORDER_FILLED:
        cg_apply_order_filled(state, fact);
        break;
    case CG_FACT_LEG_TAKEN:
        cg_apply_leg_taken(state, fact);
        break;
    case CG_FACT_LEG_CHARGED:
        cg_apply_leg_charged(state, fact);
        break;
    case CG_FACT_LEG_FILLED:
        cg_apply_leg_filled(state, fact);
        cg_apply_fills_count(state, &state->orders[fact->order]);
        break;
    case CG_FACT_ORDER_RESTATED:
        state->orders[fact->order].qty = fact->qty;
        cg_apply_worst_set(state, &state->orders[fact->order]);
        break;
    case CG_FACT_ORDER_CLOSED:
        cg_apply_order_closed(state, fact->order, fact->value);
        break;
    case CG_FACT_REQUEST_TAKEN:
        cg_apply_request_taken(state, fact);
        break;
    case CG_FACT_REQUEST_ADVANCED:
        cg_apply_request_advanced(state, fact);
        break;
    case CG_FACT_REQUEST_PASSED:
        cg_apply_request_passed(state, fact);
        break;
    case CG_FACT_REQUEST_SENT:
        cg_apply_request_sent(state, fact);
        break;
    case CG_FACT_REQUEST_ACCEPTED:
        cg_apply_request_ended(state, fact, CG_REQUEST_ACCEPTED);
        break;
    case CG_FACT_REQUEST_REFUSED:
        cg_apply_request_ended(state, fact, CG_REQUEST_REFUSED);
        break;
    case CG_FACT_REQUEST_WITHHELD:
        cg_apply_withheld(state, fact);
        break;
    case CG_FACT_RESENDS_ENDED:
        cg_apply_resends_ended(state, fact);
        break;
    case CG_FACT_STATUS_ASKED:
        cg_apply_status_asked(state, fact);
        break;
    case CG_FACT_STATUS_TOLD:
        cg_apply_status_told(state, fact);
        break;
    case CG_FACT_STATUS_RELAYED:
        cg_apply_status_relayed(state, fact);
        break;
    case CG_FACT_LINK_UP:
        cg_apply_link_changed(state, fact, true);
        break;
    case CG_FACT_LINK_DOWN:
        cg_apply_link_changed(state, fact, false);
        break;
    case CG_FACT_HUB_MISSED:
        state->sessions[fact->session].missed = fact->value;
        state->orders[fact->order].soft_passed = true;
        break;
    case CG_FACT_HUB_IN_PARTS:
        state->sessions[fact->session].parts = fact->hash;
        break;
    case CG_FACT_HUB_ANSWERED:
        cg_apply_hub_answered(state, fact);
        break;
    case CG_FACT_LIMITS_TOLD:
    case CG_FACT_SNAPSHOT_TAKEN:
    case CG_FACT_STARTED:
    case CG_FACT_DIFFERENCE:
    case CG_FACT_COMPARED:
    case CG_FACT_NOTED:
    case CG_FACT_KIND_COUNT:
        break;
    }
}
