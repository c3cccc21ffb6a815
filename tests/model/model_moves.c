/*
 * Prints the engine's tables of life cycles for tables.py: a line for each
 * state, in the order of its enum, and one for each move that is allowed.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <state.h>

#include <stdio.h>
#include <stdlib.h>

/* A state more without a name here leaves a hole, which is said. */
static const char *const tokens[CG_TOKEN_STATES] = {
    [CG_TOKEN_FREE] = "FREE",           [CG_TOKEN_ASKED] = "ASKED",
    [CG_TOKEN_LIVE] = "LIVE",           [CG_TOKEN_SPENT] = "SPENT",
    [CG_TOKEN_RETURNING] = "RETURNING", [CG_TOKEN_CLOSED] = "CLOSED",
};

static const char *const orders[CG_ORDER_STATES] = {
    [CG_ORDER_FREE] = "FREE",       [CG_ORDER_QUEUED] = "QUEUED",
    [CG_ORDER_WAITING] = "WAITING", [CG_ORDER_SENT] = "SENT",
    [CG_ORDER_OPEN] = "OPEN",       [CG_ORDER_CLOSED] = "CLOSED",
};

static const char *const requests[CG_REQUEST_STATES] = {
    [CG_REQUEST_FREE] = "FREE",         [CG_REQUEST_BEHIND] = "BEHIND",
    [CG_REQUEST_WAITING] = "WAITING",   [CG_REQUEST_SENT] = "SENT",
    [CG_REQUEST_ACCEPTED] = "ACCEPTED", [CG_REQUEST_REFUSED] = "REFUSED",
};

static const char *const limits[CG_LIMIT_STATES] = {
    [CG_LIMIT_ENABLED] = "ENABLED",       [CG_LIMIT_SUSPENDED] = "SUSPENDED",
    [CG_LIMIT_HALTED] = "HALTED",         [CG_LIMIT_REMOVED] = "REMOVED",
    [CG_LIMIT_UNENFORCED] = "UNENFORCED",
};

static bool token_may(int from, int to)
{
    return cg_token_may((enum cg_token_state)from, (enum cg_token_state)to);
}

static bool order_may(int from, int to)
{
    return cg_order_may((enum cg_order_state)from, (enum cg_order_state)to);
}

static bool request_may(int from, int to)
{
    return cg_request_may((enum cg_request_state)from,
                          (enum cg_request_state)to);
}

/* By whomever it is moved, but to where it is already. */
static bool limit_may(int from, int to)
{
    enum cg_limit_state before = (enum cg_limit_state)from;
    enum cg_limit_state after = (enum cg_limit_state)to;
    return from != to && (cg_limit_may(CG_LIMIT_BY_OWNER, before, after) ||
                          cg_limit_may(CG_LIMIT_BY_GATE, before, after));
}

static void print(const char *machine,
                  const char *const *names,
                  int count,
                  bool (*may)(int from, int to))
{
    for (int from = 0; from < count; from++) {
        if (names[from] == NULL) {
            fprintf(stderr, "model_moves.c: %s state %d has no name\n", machine,
                    from);
            exit(1);
        }
        printf("state %s %s\n", machine, names[from]);
    }
    for (int from = 0; from < count; from++) {
        for (int to = 0; to < count; to++) {
            if (may(from, to)) {
                printf("move %s %s %s\n", machine, names[from], names[to]);
            }
        }
    }
}

int main(void)
{
    print("TOKEN", tokens, CG_TOKEN_STATES, token_may);
    print("ORDER", orders, CG_ORDER_STATES, order_may);
    print("REQUEST", requests, CG_REQUEST_STATES, request_may);
    print("LIMIT", limits, CG_LIMIT_STATES, limit_may);
    return 0;
}
