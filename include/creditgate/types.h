/*
 * Scalars and errors of creditgate.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef CREDITGATE_TYPES_H
#define CREDITGATE_TYPES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define CG_API __attribute__((visibility("default")))

/* Nanoseconds since 1970-01-01 UTC. */
typedef int64_t cg_time;

/* A DV01 in 1/10000 of a currency unit per basis point (R1). */
typedef int64_t cg_dv01;
#define CG_DV01_SCALE 10000

/* A notional, in whole currency units. */
typedef int64_t cg_qty;

/* A number that only grows: facts, orders, tokens, asks. */
typedef uint64_t cg_seq;

/* A FIX session, by its place in the configuration. */
typedef uint16_t cg_session;
#define CG_SESSION_NONE ((cg_session)0xffff)

#define CG_NAME_MAX 63     /* bytes of an id, CompID, account or symbol */
#define CG_SESSIONS_MAX 64 /* sessions of one gate */

#define CG_TIME_NEVER INT64_MAX
#define CG_MS ((cg_time)1000000)
#define CG_SECOND ((cg_time)1000000000)

/* Fatal errors; forwarded unchanged to the top.  Outcomes of one function are
 * positive and named after it. */
enum cg_error {
    CG_ERR_MEMORY = -101,
    CG_ERR_IO = -102,      /* the journal could not be written or read */
    CG_ERR_FULL = -103,    /* a Max...= of the configuration, or the disk */
    CG_ERR_CORRUPT = -104, /* the journal holds what cannot be */
    CG_ERR_MISUSE = -105,  /* called in a wrong state or with wrong values */
    CG_ERR_CONFIG = -106,  /* the configuration was refused */
};

/* How much a line for an operator's log matters; the lower, the more. */
enum cg_log_level {
    CG_LOG_ERROR,   /* the process must end */
    CG_LOG_WARNING, /* ALARM: somebody has to look */
    CG_LOG_NOTICE,  /* starts, ends, sessions, rates, days */
    CG_LOG_INFO,    /* decisions */
    CG_LOG_DEBUG,   /* messages */
};

/* FIX versions of a session. */
enum cg_version {
    CG_FIX42,
    CG_FIX44,
    CG_FIX50SP2, /* over FIXT.1.1 */
    CG_VERSIONS,
};

/* Who is at the other end of a session. */
enum cg_role {
    CG_ROLE_CLIENT,
    CG_ROLE_VENUE,
    CG_ROLE_HUB, /* whoever grants credit and pushes limits, an FCM included */
};

#ifdef __cplusplus
}
#endif
#endif
