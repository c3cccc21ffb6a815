/*
 * The desk of the simulator: who is there, what may be traded, and the limits.
 * The gate's configuration is written from these tables, and the judge reads
 * them, too.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef SIM_DESK_H
#define SIM_DESK_H

#include "random.h"
#include <stddef.h>
#include <stdint.h>

enum desk_session {
    DESK_CLIENT42,
    DESK_CLIENT44,
    DESK_CLIENT44B,
    DESK_CLIENT50,
    DESK_VENUE42,
    DESK_VENUE44,
    DESK_VENUE50,
    DESK_HUB,
    DESK_SESSIONS,
};

enum desk_version { DESK_FIX42, DESK_FIX44, DESK_FIX50SP2 };

struct desk_place {
    const char *name;
    const char *comp_id;
    enum desk_version version;
    int venue; /* of a client; else -1 */
};

extern const struct desk_place desk_places[DESK_SESSIONS];

static inline bool desk_is_client(int session)
{
    return session <= DESK_CLIENT50;
}

static inline bool desk_is_venue(int session)
{
    return session >= DESK_VENUE42 && session <= DESK_VENUE50;
}

enum desk_account {
    DESK_PING,
    DESK_PUSH,
    DESK_BOTH,
    DESK_NET,
    DESK_NETPING,
    DESK_ACCOUNTS,
};

extern const struct desk_owner {
    const char *account;
    const char *firm;
} desk_owners[DESK_ACCOUNTS];

#define DESK_SYMBOLS 2

extern const struct desk_symbol {
    const char *name;
    const char *dv01; /* per million */
    int64_t rate;     /* the same in 1/10000 */
} desk_symbols[DESK_SYMBOLS];

enum desk_model { DESK_MODEL_PING, DESK_MODEL_PUSH, DESK_MODEL_BOTH };

enum desk_limit_name {
    DESK_PING_USD,
    DESK_PING_OWN,
    DESK_PUSH_USD,
    DESK_PUSH_CLIP,
    DESK_BOTH_USD,
    DESK_NET_USD,
    DESK_NETPING_USD,
    DESK_FIRM_USD,
    DESK_LIMITS,
};

extern const struct desk_limit {
    const char *id;
    int account; /* -1: all accounts of |firm| */
    const char *firm;
    enum desk_model model;
    bool net;
    bool hub; /* else the gate's own */
    bool clip;
    int64_t amount;
} desk_limits[DESK_LIMITS];

/* Whether orders of |account| count in |limit|. */
bool desk_covers(size_t limit, size_t account);

enum { DESK_SOFT_MS = 1000, DESK_HARD_MS = 5000, DESK_PULL_MS = 500 };
enum { DESK_MARGIN_MS = 200, DESK_FALLBACK_MS = 600000 };

/* The gate's configuration; |queue|: the net limit queues. |text| has room for
 * |len| bytes. */
void desk_configure(bool queue, const char *folder, char *text, size_t len);
const char *desk_table(void);

/* D(q): the DV01 of |qty| in 1/10000, rounded up. */
int64_t desk_charge(size_t symbol, int64_t qty);

#endif
