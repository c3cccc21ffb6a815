/*
 * What the parts of the judge share.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef KILL_LEDGER_PARTS_H
#define KILL_LEDGER_PARTS_H

#include "kill_ledger.h"

/* The first thing that is wrong is kept. */
void kill_wrong(struct kill_ledger *ledger, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* |things| with room for one more than |count|. */
void *kill_room(void *things, size_t count, size_t size);

/* Field |tag| as a number, or -1. */
int64_t kill_number(struct cg_slice body, int tag, int digits);

/* The token 2319, added if need be; else NULL. */
struct kill_token *
kill_token_of(struct kill_ledger *ledger, struct cg_slice id, bool add);

bool kill_is_open(char status); /* 39 */

/* kill_ledger_hub.c */
void kill_hub_hears(struct kill_ledger *ledger, const struct kill_event *event);
void kill_hub_says(struct kill_ledger *ledger, const struct kill_event *event);

#endif
