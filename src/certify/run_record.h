/*
 * What is put on record of a run before its cases: who, with whom, with what.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef CG_CERTIFY_RUN_RECORD_H
#define CG_CERTIFY_RUN_RECORD_H

#include "certification.h"

#include <jansson.h>

/* "hub" or "gate". */
const char *cg_run_seat(enum cg_kit_seat seat);

/* The session that is certified, or "gate". */
const char *cg_run_peer(const struct cg_certification_options *options);

/* NULL without memory. */
json_t *cg_run_record(const struct cg_certification_options *options);

#endif
