/*
 * The gate: tokens apart from orders, replaces, pulls, what is asked of the
 * hub and what becomes of its answers.
 *
 * Each event is one step, as the gate decides, writes down and says all of a
 * turn at once.  Amounts are quantities: one unit of an order is one of
 * credit. The names of events and states are the engine's; what a step comes
 * to is held against the engine's tables (tables.pml, made by tables.py) by
 * `expect`. Rules: R18, R20..R24, R28..R31, R41..R46.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "gate_words.pml"
#include "gate_tokens.pml"
#include "gate_orders.pml"
#include "gate_events.pml"
#include "gate_limits.pml"
