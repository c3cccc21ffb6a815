/*
 * Two orders, or one and a replace, under a pushed limit whose owner lowers it
 * in use, suspends, halts, removes it, or asks for what is not modelled.  Of
 * consumption the other models tell.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#define ORDERS 2
#define REPORTS 14
#define ASKS 2
#define LIMITS 1
#ifndef REPLACES
#define REPLACES 0
#endif
#define PUSH_ONLY 1
#ifndef UPDATES
#define UPDATES 2
#endif
#ifndef STUBBORN
#define STUBBORN 0
#endif
#define QTY_FIRST 2
#define QTY_MAX 3
#define HUB_AMOUNT 4
#define PARTS 0
#define CLIENT_STARTS 1
#define CANCELS 1
#define UNASKED 0
#define QUITS 1

#include "tables.pml"
#include "recorder.pml"
#include "gate.pml"
#include "world.pml"
