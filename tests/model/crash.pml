/*
 * One order and a replace of it, while links are cut, the gate crashes and
 * comes back, its order is resent or left out, and the hub does not hear
 * everything.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#define ORDERS 1
#define LIMITS 1
#define REPLACES 1
#define QTY_FIRST 1
#define QTY_MAX 2
#define HUB_AMOUNT 2
#ifndef CUTS
#define CUTS 2
#endif
#define CUTS_HUB 1
#define CUTS_VENUE 1
#define CRASHES 1
#define TAKES 1
#define PARTS 0
#define CLIENT_STARTS 1
#define CANCELS 1
#define UNASKED 1
#define QUITS 1

#include "tables.pml"
#include "recorder.pml"
#include "gate.pml"
#include "world.pml"
