/*
 * One order whose hub is too slow or gone: the gate's own grant takes the
 * place of its token, whose late grant goes back.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#define ORDERS 1
#define LIMITS 2
#define FALLBACK 1
#define QTY_FIRST 2
#define HUB_AMOUNT 3
#define CUTS 1
#define CUTS_HUB 1
#define CUTS_VENUE 1
#define CRASHES 1
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
