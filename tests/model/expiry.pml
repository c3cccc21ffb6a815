/*
 * One order and a replace of it under a token that expires: renewals granted,
 * denied and too late, a hub whose clock is ahead and that frees tokens by it,
 * messages to the venue that take their time (R29).
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#define ORDERS 1
#define LIMITS 1
#define REPLACES 1
#define ASKS 5
#define CLOCK 1
#ifndef TIMELY /* the venue is in time; else any message may take for ever */
#define TIMELY 1
#endif
#ifndef LIFE /* of a token, by the hub's clock */
#define LIFE 8
#endif
#define SKEW 1
#define DELAY 1        /* of a D or G, until it is at the venue */
#define CANCEL_DELAY 2 /* of an F, until the order is dead */
#define HARD 2
#define LAST 18
#define RENEWALS 1
#define QTY_FIRST 1
#define QTY_MAX 2
#define HUB_AMOUNT 2
#define PARTS 0
#define CLIENT_STARTS (now_is == 0)
#define CANCELS 0
#define VENUE_RESTS 0
#define UNASKED 0
#define QUITS 1

#include "tables.pml"
#include "recorder.pml"
#include "gate.pml"
#include "world.pml"
