/*
 * One order and a replace of it before a hub that does not hear everything.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#define ORDERS 1
#define LIMITS 1
#define REPLACES 1
#define QTY_FIRST 2
#define QTY_MAX 3
#define HUB_AMOUNT 3
#define DEAF 2
#define ASKS 6
#define TWICE 1
#define PARTS 1
#define CLIENT_STARTS 1
#define CANCELS 1
#define UNASKED 1
#define QUITS 1

#include "tables.pml"
#include "recorder.pml"
#include "gate.pml"
#include "world.pml"
