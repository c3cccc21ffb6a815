/*
 * The session-only dictionaries as text, so that a program needs no file.
 *
 * They hold header, trailer, session messages and all field definitions; an
 * application message has one optional field, 99999, for its whole body.  A
 * session checks itself by them and never refuses what is in a body.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef CREDITGATE_DICTIONARY_H
#define CREDITGATE_DICTIONARY_H

#include <creditgate/types.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The tag that stands for a whole body. */
#define CG_FIX_BODY_TAG 99999

/*
 * QuickFIX XML of the application messages of |version|; for FIX 4.2 and 4.4
 * of the whole session.  Static; NULL for a version that does not exist.
 */
CG_API const char *cg_fix_session_dictionary(enum cg_version version);

/* QuickFIX XML of the transport, for FIX 5.0 SP2; NULL for the others. */
CG_API const char *cg_fix_transport_dictionary(enum cg_version version);

#ifdef __cplusplus
}
#endif
#endif
