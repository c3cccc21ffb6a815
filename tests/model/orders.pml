/*
 * Two orders, each with one token of a hub that cannot hold both: denials,
 * grants in part and too late, answers that overtake each other or come twice,
 * fills, cancels of all three sides that cross each other.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#define ORDERS 2
#define LIMITS 1
#define HUB_AMOUNT 3
#define OVERTAKE 2
#ifndef TWICE
#define TWICE 1
#endif
#define PARTS 1
#define QTY_FIRST 2
#define CLIENT_STARTS 1
#define CANCELS 1
#define VENUE_RESTS 0
#define UNASKED 1
#define QUITS 1

#include "tables.pml"
#include "recorder.pml"
#include "gate.pml"
#include "world.pml"
