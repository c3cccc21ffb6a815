/*
 * A second gate for the harness: two hubs, accounts under two limits, a limit
 * of a whole firm, three clients of one venue, few orders.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef CG_TESTS_GATE_EDGES_CONFIG_H
#define CG_TESTS_GATE_EDGES_CONFIG_H

#include "gate_harness.h"
#include <configuration.h>

/* Its first three sessions are the harness's CLIENT, VENUE and HUB. */
enum { SECOND_HUB = 3, CLIENT_B, CLIENT_C, EDGES_SESSIONS };

/* Opens it with room for |orders| and every link up.  Close it with
 * harness_close(). */
void edges_open(struct harness *harness, int orders);

/* Reads another configuration for a gate that opens on the same facts. */
void edges_reopen(struct harness *harness, int orders);

#endif
