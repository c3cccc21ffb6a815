/*
 * One order under two limits of hubs: it goes on when both tokens are live,
 * the first refusal ends the other, and one of them may be taken back.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#define ORDERS 1
#define LIMITS 2
#define HUB_AMOUNT 4
#define OVERTAKE 2
#define TWICE 1
#define TAKES 1
#define STUBBORN 1
#define PARTS 1
#define QTY_FIRST 2
#define CLIENT_STARTS 1
#define CANCELS 1
#define UNASKED 1
#define QUITS 1

#include "tables.pml"
#include "recorder.pml"
#include "gate.pml"
#include "world.pml"
