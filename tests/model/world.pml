/*
 * The world around the gate: clients, hub, venue, links, clock, and the judge,
 * who sees only the hub's and the venue's own books and what clients were
 * told.
 *
 * SPDX-License-Identifier: Apache-2.0
 */

#include "world_judge.pml"
#include "world_gate.pml"
#include "world_peers.pml"
#include "world_links.pml"
