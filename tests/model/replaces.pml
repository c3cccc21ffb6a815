/*
 * One order and two replaces of it: raises that are granted, refused, granted
 * in part or too late, falls, replaces that wait behind, fills and cancels
 * between.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#define ORDERS 1
#define LIMITS 1
#ifndef REPLACES
#define REPLACES 2
#endif
#define QTY_FIRST 2
#define QTY_MAX 3
#define HUB_AMOUNT 3
#define ASKS 5
#define PARTS 1
#define CLIENT_STARTS 1
#define CANCELS 1
#define UNASKED 1
#define QUITS 1

#include "tables.pml"
#include "recorder.pml"
#include "gate.pml"
#include "world.pml"

/* Under a scheduler that is fair, and a hub and a venue that go on (R26, R28,
 * R45). */
#ifdef LIVENESS
ltl order_is_answered {
    [] (o_state[0] != ORDER_FREE -> <> (o_out[0] != 0))
}
ltl replace_is_answered {
    [] (r_state[0] != REQUEST_FREE -> <> (r_out[0] != 0))
}
ltl token_is_over {
    [] (o_state[0] == ORDER_CLOSED ->
            <> (t_state[0] == TOKEN_CLOSED && hub_state[0] != HUB_HOLDS ||
                hub_total[0] == v_cum[0]))
}
#endif
