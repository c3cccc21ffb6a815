/*
 * What the simulated hub says unasked, when its desk tells it to: stops (DH)
 * and tokens that it takes back (DG).
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "sim_hub.h"

#include <stdio.h>

bool sim_hub_stop(struct sim_hub *hub,
                  char action,
                  struct cg_slice account,
                  bool drill)
{
    size_t at = sim_ledger_limit_of(&hub->ledger, account,
                                    (struct cg_slice){0});
    if (account.len == 0) {
        return false;
    }
    struct sim_body body = {0};
    char id[32];
    snprintf(id, sizeof(id), "ACT%llu", (unsigned long long)++hub->actions);
    sim_body_text(&body, 2328, id);
    sim_body_char(&body, 2329, action);
    if (drill) {
        sim_body_text(&body, 2330, "Y");
    } else {
        sim_index_set(&hub->stops, account,
                      action == '2' ? 0 : (size_t)(action - '0') + 1);
    }
    sim_body_int(&body, 453, at != SIM_NONE ? 2 : 1);
    sim_body_add(&body, 448, account);
    sim_body_text(&body, 447, "D");
    sim_body_int(&body, 452, 24);
    if (at != SIM_NONE) {
        sim_body_text(&body, 448, hub->ledger.limits[at].firm);
        sim_body_text(&body, 447, "D");
        sim_body_int(&body, 452, 4);
    }
    sim_body_time(&body, 60, hub->port->now_ns);
    for (size_t i = 0; i < hub->port->peer_count; i++) {
        sim_hub_send(hub, hub->port->peers[i], "DH", sim_body_slice(&body));
    }
    sim_body_deinit(&body);
    return true;
}

bool sim_hub_cancel(struct sim_hub *hub, struct cg_slice id)
{
    size_t at = sim_index_get(&hub->token_ids, id);
    if (at == SIM_NONE) {
        return false;
    }
    const struct sim_token *token = &hub->ledger.tokens[at];
    int64_t open = sim_account_reserved(&token->sums);
    sim_ledger_end(&hub->ledger, at, SIM_TOKEN_CANCELLED);
    struct sim_body body = {0};
    sim_body_add(&body, 2319, id);
    sim_body_text(&body, 2325, "4");
    sim_body_text(&body, 2320, "1");
    sim_body_text(&body, 2321, "0");
    sim_body_text(&body, 1328, "cancelled by the credit desk");
    sim_body_amount(&body, 2324, open);
    sim_body_text(&body, 1670, hub->ledger.limits[token->limit].id);
    for (size_t i = 0; i < hub->port->peer_count; i++) {
        sim_hub_send(hub, hub->port->peers[i], "DG", sim_body_slice(&body));
    }
    sim_body_deinit(&body);
    return true;
}
