/*
 * What is wrong with a well-formed message, in the words of FIX.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef CG_FIX_VALIDATE_H
#define CG_FIX_VALIDATE_H

#include "fix_message.h"

/* SessionRejectReason(373).  FIX 4.2 ends at 11: from 12 on, 373 is left out of
 * a Reject there and the text has to do. */
enum cg_fix_reject {
    CG_FIX_REJECT_INVALID_TAG = 0,
    CG_FIX_REJECT_REQUIRED = 1,
    CG_FIX_REJECT_EMPTY = 4,
    CG_FIX_REJECT_VALUE = 5,
    CG_FIX_REJECT_FORMAT = 6,
    CG_FIX_REJECT_TWICE = 13,
    CG_FIX_REJECT_ORDER = 14,
    CG_FIX_REJECT_GROUP_ORDER = 15,
    CG_FIX_REJECT_GROUP_COUNT = 16,
    CG_FIX_REJECT_NONE = -1, /* the version has no such code */
};

/* BusinessRejectReason(380). */
enum cg_fix_business {
    CG_FIX_BUSINESS_OTHER = 0,
    CG_FIX_BUSINESS_TYPE = 3,
    CG_FIX_BUSINESS_REQUIRED = 5,
};

/* Why a message is refused, and the field to name. */
struct cg_fix_fault {
    bool business;    /* answer with j and 380; else with 3 and 373 */
    int reason;       /* 380 or 373; CG_FIX_REJECT_NONE: leave 373 out */
    uint32_t tag;     /* RefTagID(371); 0 when no field is to blame */
    const char *text; /* static */
    const char *name; /* the field's name; "" when it has none; static */
};

/*
 * Checks what the dictionary says of |message|: required fields, formats,
 * values that the gate decides on, repeated fields and groups.  Unknown tags,
 * unknown groups and other values pass (R53).
 *
 * Returns 0, or 1 with |fault| filled: the first fault in the message's order,
 * required fields last.  What it finds is kept in |message|: the next one that
 * cg_fix_read_again() finds to be alike is checked sooner.
 */
int cg_fix_validate(struct cg_fix_message *message, struct cg_fix_fault *fault);

/* A field that this message needs although its layout does not say so.  Returns
 * 0, or 1 with |fault| filled for a j with 380=5. */
int cg_fix_require(const struct cg_fix_message *message,
                   uint32_t tag,
                   struct cg_fix_fault *fault);

#endif
