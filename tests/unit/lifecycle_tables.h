/*
 * What becomes of every state at every event, for test_lifecycles.c: the state
 * after it, and what is said.  "8", "9", DF, DE, DI and CL are messages of the
 * gate, with their reason, or with 2316/2317, or 2332/2333; an alarm and a note
 * go to the operator.  Nothing after the colon: nothing is said.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef CG_TESTS_LIFECYCLE_TABLES_H
#define CG_TESTS_LIFECYCLE_TABLES_H

static const char *const order_outcomes[CG_ORDER_STATES][ORDER_EVENT_COUNT] = {
    [CG_ORDER_FREE] =
        {
            [E_NEW_SAME_ID] = "waiting: DF new, park",
            [E_REPLACE_UP] = "unknown: 9 CG402",
            [E_REPLACE_DOWN] = "unknown: 9 CG402",
            [E_CANCEL] = "unknown: 9 CG402",
            [E_REPORT_OTHER] = "unknown: alarm, pass",
            [E_REPORT_NEW] = "unknown: alarm, pass",
            [E_REPORT_FILL] = "unknown: alarm, pass",
            [E_REPORT_FILL_ALL] = "unknown: alarm, pass",
            [E_REPORT_OVERFILL] = "unknown: alarm, pass",
            [E_REPORT_CANCELLED] = "unknown: alarm, pass",
            [E_REPORT_REPLACED] = "unknown: alarm, pass",
            [E_REPORT_REJECTED] = "unknown: alarm, pass",
            [E_REPORT_EXPIRED] = "unknown: alarm, pass",
            [E_REPORT_DONE_FOR_DAY] = "unknown: alarm, pass",
            [E_REPORT_RESTATED] = "unknown: alarm, pass",
            [E_REPORT_CORRECTED] = "unknown: alarm, pass",
            [E_REPORT_PENDING] = "unknown: alarm, pass",
            [E_REJECTED_BY_3] = "unknown: alarm",
            [E_NINE] = "unknown: alarm, pass",
            [E_GRANT] = "unknown: alarm",
            [E_PARTIAL_GRANT] = "unknown: alarm",
            [E_DENIAL] = "unknown: alarm",
            [E_PENDING_GRANT] = "unknown: alarm",
            [E_TAKEN_BACK] = "unknown: alarm",
            [E_LIMIT_LOWERED] = "unknown: note, DE 0/0",
            [E_LIMIT_REMOVED] = "unknown: DE 0/0",
            [E_SUSPEND] = "unknown: DI 0/0, DI 1/0",
            [E_HALT] = "unknown: DI 0/0, DI 1/0",
            [E_HARD_DEADLINE] = "unknown",
            [E_VENUE_DOWN] = "unknown",
            [E_HUB_DOWN] = "unknown",
            [E_GATE_STOPS] = "unknown",
        },
    [CG_ORDER_QUEUED] =
        {
            [E_NEW_SAME_ID] = "queued: 8 rejected CG401",
            [E_REPLACE_UP] = "queued: park",
            [E_REPLACE_DOWN] = "queued: park",
            [E_CANCEL] = "closed: 8 cancelled",
            [E_REPORT_OTHER] = "queued: alarm, pass",
            [E_REPORT_NEW] = "queued: alarm, pass",
            [E_REPORT_FILL] = "queued: alarm, pass",
            [E_REPORT_FILL_ALL] = "queued: alarm, pass",
            [E_REPORT_OVERFILL] = "queued: alarm, pass",
            [E_REPORT_CANCELLED] = "queued: alarm, pass",
            [E_REPORT_REPLACED] = "queued: alarm, pass",
            [E_REPORT_REJECTED] = "queued: alarm, pass",
            [E_REPORT_EXPIRED] = "queued: alarm, pass",
            [E_REPORT_DONE_FOR_DAY] = "queued: alarm, pass",
            [E_REPORT_RESTATED] = "queued: alarm, pass",
            [E_REPORT_CORRECTED] = "queued: alarm, pass",
            [E_REPORT_PENDING] = "queued: alarm, pass",
            [E_REJECTED_BY_3] = "queued: alarm",
            [E_NINE] = "queued: alarm, pass",
            [E_GRANT] = "queued: alarm",
            [E_PARTIAL_GRANT] = "queued: alarm",
            [E_DENIAL] = "queued: alarm",
            [E_PENDING_GRANT] = "queued: alarm",
            [E_TAKEN_BACK] = "queued: alarm",
            [E_LIMIT_LOWERED] = "closed: note, DE 0/0, 8 rejected CG101",
            [E_LIMIT_REMOVED] = "queued: DE 0/0",
            [E_SUSPEND] = "closed: DI 0/0, DI 1/0, 8 rejected CG201",
            [E_HALT] = "closed: DI 0/0, 8 rejected CG202, DI 1/0",
            [E_HARD_DEADLINE] = "closed: 8 rejected CG101",
            [E_VENUE_DOWN] = "closed: 8 rejected CG304",
            [E_HUB_DOWN] = "closed: 8 rejected CG302",
            [E_GATE_STOPS] = "closed: 8 rejected CG501",
        },
    [CG_ORDER_WAITING] =
        {
            [E_NEW_SAME_ID] = "waiting: 8 rejected CG401",
            [E_REPLACE_UP] = "waiting: park",
            [E_REPLACE_DOWN] = "waiting: park",
            [E_CANCEL] = "closed: DF cancel, 8 cancelled",
            [E_REPORT_OTHER] = "waiting: alarm, pass",
            [E_REPORT_NEW] = "waiting: alarm, pass",
            [E_REPORT_FILL] = "waiting: alarm, pass",
            [E_REPORT_FILL_ALL] = "waiting: alarm, pass",
            [E_REPORT_OVERFILL] = "waiting: alarm, pass",
            [E_REPORT_CANCELLED] = "waiting: alarm, pass",
            [E_REPORT_REPLACED] = "waiting: alarm, pass",
            [E_REPORT_REJECTED] = "waiting: alarm, pass",
            [E_REPORT_EXPIRED] = "waiting: alarm, pass",
            [E_REPORT_DONE_FOR_DAY] = "waiting: alarm, pass",
            [E_REPORT_RESTATED] = "waiting: alarm, pass",
            [E_REPORT_CORRECTED] = "waiting: alarm, pass",
            [E_REPORT_PENDING] = "waiting: alarm, pass",
            [E_REJECTED_BY_3] = "waiting: alarm",
            [E_NINE] = "waiting: alarm, pass",
            [E_GRANT] = "sent: forward",
            [E_PARTIAL_GRANT] = "closed: DF cancel, 8 rejected CG101",
            [E_DENIAL] = "closed: 8 rejected CG307",
            [E_PENDING_GRANT] = "waiting",
            [E_TAKEN_BACK] = "closed: 8 rejected CG307",
            [E_LIMIT_LOWERED] =
                "closed: note, DF cancel, 8 rejected CG306, DE 0/0",
            [E_LIMIT_REMOVED] = "closed: DF cancel, 8 rejected CG305, DE 0/0",
            [E_SUSPEND] = "waiting: DI 0/0, DI 1/0",
            [E_HALT] = "closed: DI 0/0, DF cancel, 8 rejected CG202, DI 1/0",
            [E_HARD_DEADLINE] = "closed: DF cancel, 8 rejected CG301",
            [E_VENUE_DOWN] = "waiting",
            [E_HUB_DOWN] = "closed: 8 rejected CG302",
            [E_GATE_STOPS] = "closed: DF cancel, 8 rejected CG501",
        },
    [CG_ORDER_SENT] =
        {
            [E_NEW_SAME_ID] = "sent: 8 rejected CG401",
            [E_REPLACE_UP] = "sent: DF raise, park",
            [E_REPLACE_DOWN] = "sent: forward",
            [E_CANCEL] = "sent: forward",
            [E_REPORT_OTHER] = "open: pass",
            [E_REPORT_NEW] = "open: pass",
            [E_REPORT_FILL] = "open: DF consumed, pass",
            [E_REPORT_FILL_ALL] = "closed: DF consumed, pass",
            [E_REPORT_OVERFILL] = "closed: DF consumed, alarm, pass",
            [E_REPORT_CANCELLED] = "closed: DF cancel, pass",
            [E_REPORT_REPLACED] = "open: pass",
            [E_REPORT_REJECTED] = "closed: DF cancel, pass",
            [E_REPORT_EXPIRED] = "closed: DF cancel, pass",
            [E_REPORT_DONE_FOR_DAY] = "closed: DF cancel, pass",
            [E_REPORT_RESTATED] = "open: DF lower, pass",
            [E_REPORT_CORRECTED] = "open: pass",
            [E_REPORT_PENDING] = "open: pass",
            [E_REJECTED_BY_3] = "closed: DF cancel, 8 rejected CG406",
            [E_NINE] = "sent: alarm, pass",
            [E_GRANT] = "sent: note",
            [E_PARTIAL_GRANT] = "sent: alarm",
            [E_DENIAL] = "sent: alarm",
            [E_PENDING_GRANT] = "sent: note",
            [E_TAKEN_BACK] = "sent: F of the gate",
            [E_LIMIT_LOWERED] = "sent: note, F of the gate, DE 0/0",
            [E_LIMIT_REMOVED] = "sent: F of the gate, DE 0/0",
            [E_SUSPEND] = "sent: DI 0/0, DI 1/0",
            [E_HALT] = "sent: DI 0/0, F of the gate",
            [E_HARD_DEADLINE] = "sent",
            [E_VENUE_DOWN] = "sent",
            [E_HUB_DOWN] = "sent",
            [E_GATE_STOPS] = "sent",
        },
    [CG_ORDER_OPEN] =
        {
            [E_NEW_SAME_ID] = "open: 8 rejected CG401",
            [E_REPLACE_UP] = "open: DF raise, park",
            [E_REPLACE_DOWN] = "open: forward",
            [E_CANCEL] = "open: forward",
            [E_REPORT_OTHER] = "open: pass",
            [E_REPORT_NEW] = "open: pass",
            [E_REPORT_FILL] = "open: DF consumed, pass",
            [E_REPORT_FILL_ALL] = "closed: DF consumed, pass",
            [E_REPORT_OVERFILL] = "closed: DF consumed, alarm, pass",
            [E_REPORT_CANCELLED] = "closed: DF cancel, pass",
            [E_REPORT_REPLACED] = "open: pass",
            [E_REPORT_REJECTED] = "closed: DF cancel, pass",
            [E_REPORT_EXPIRED] = "closed: DF cancel, pass",
            [E_REPORT_DONE_FOR_DAY] = "closed: DF cancel, pass",
            [E_REPORT_RESTATED] = "open: DF lower, pass",
            [E_REPORT_CORRECTED] = "open: pass",
            [E_REPORT_PENDING] = "open: pass",
            [E_REJECTED_BY_3] = "open: alarm",
            [E_NINE] = "open: alarm, pass",
            [E_GRANT] = "open: note",
            [E_PARTIAL_GRANT] = "open: alarm",
            [E_DENIAL] = "open: alarm",
            [E_PENDING_GRANT] = "open: note",
            [E_TAKEN_BACK] = "open: F of the gate",
            [E_LIMIT_LOWERED] = "open: note, F of the gate, DE 0/0",
            [E_LIMIT_REMOVED] = "open: F of the gate, DE 0/0",
            [E_SUSPEND] = "open: DI 0/0, DI 1/0",
            [E_HALT] = "open: DI 0/0, F of the gate",
            [E_HARD_DEADLINE] = "open",
            [E_VENUE_DOWN] = "open",
            [E_HUB_DOWN] = "open",
            [E_GATE_STOPS] = "open",
        },
    [CG_ORDER_CLOSED] =
        {
            [E_NEW_SAME_ID] = "closed: 8 rejected CG401",
            [E_REPLACE_UP] = "closed: 9 CG402",
            [E_REPLACE_DOWN] = "closed: 9 CG402",
            [E_CANCEL] = "closed: forward",
            [E_REPORT_OTHER] = "closed: pass",
            [E_REPORT_NEW] = "closed: pass",
            [E_REPORT_FILL] = "closed: DF consumed, alarm, pass",
            [E_REPORT_FILL_ALL] = "closed: DF consumed, alarm, pass",
            [E_REPORT_OVERFILL] = "closed: DF consumed, alarm, pass",
            [E_REPORT_CANCELLED] = "closed: pass",
            [E_REPORT_REPLACED] = "closed: pass",
            [E_REPORT_REJECTED] = "closed: pass",
            [E_REPORT_EXPIRED] = "closed: pass",
            [E_REPORT_DONE_FOR_DAY] = "closed: pass",
            [E_REPORT_RESTATED] = "closed: pass",
            [E_REPORT_CORRECTED] = "closed: pass",
            [E_REPORT_PENDING] = "closed: pass",
            [E_REJECTED_BY_3] = "closed: alarm",
            [E_NINE] = "closed: alarm, pass",
            [E_GRANT] = "closed: note",
            [E_PARTIAL_GRANT] = "closed: note",
            [E_DENIAL] = "closed: note",
            [E_PENDING_GRANT] = "closed: note",
            [E_TAKEN_BACK] = "closed: note",
            [E_LIMIT_LOWERED] = "closed: note, DE 0/0",
            [E_LIMIT_REMOVED] = "closed: DE 0/0",
            [E_SUSPEND] = "closed: DI 0/0, DI 1/0",
            [E_HALT] = "closed: DI 0/0, DI 1/0",
            [E_HARD_DEADLINE] = "closed",
            [E_VENUE_DOWN] = "closed",
            [E_HUB_DOWN] = "closed",
            [E_GATE_STOPS] = "closed",
        },
};

static const char
    *const request_outcomes[CG_REQUEST_STATES][REQUEST_EVENT_COUNT] = {
        [CG_REQUEST_FREE] =
            {
                [Q_SAME_ID] = "waiting, order open: DF raise, park",
                [Q_REPLACE_OF_IT] = "unknown, order open: 9 CG402",
                [Q_CANCEL_OF_IT] = "unknown, order open: 9 CG402",
                [Q_CANCEL_OF_ORDER] = "unknown, order open: forward",
                [Q_GRANT] = "unknown, order open: note",
                [Q_DENIAL] = "unknown, order open: alarm",
                [Q_CONFIRMED] = "unknown, order open: alarm, DF restate, pass",
                [Q_PENDING] = "unknown, order open: pass",
                [Q_FILL] = "unknown, order open: DF consumed, pass",
                [Q_FILL_ALL] =
                    "unknown, order closed: DF consumed, alarm, pass",
                [Q_ORDER_CANCELLED] = "unknown, order closed: DF cancel, pass",
                [Q_NINE] = "unknown, order open: alarm, pass",
                [Q_REJECTED_BY_3] = "unknown, order open: alarm",
                [Q_HARD_DEADLINE] = "unknown, order open",
                [Q_SUSPEND] = "unknown, order open: DI 0/0, DI 1/0",
                [Q_HALT] = "unknown, order open: DI 0/0, F of the gate",
                [Q_LIMIT_REMOVED] =
                    "unknown, order open: F of the gate, DE 0/0",
                [Q_VENUE_DOWN] = "unknown, order open",
                [Q_HUB_DOWN] = "unknown, order open",
                [Q_GATE_STOPS] = "unknown, order open",
            },
        [CG_REQUEST_BEHIND] =
            {
                [Q_SAME_ID] = "behind, order open: 9 CG401",
                [Q_REPLACE_OF_IT] = "behind, order open: park",
                [Q_CANCEL_OF_IT] =
                    "refused, order open: DF lower, 9 CG403, forward",
                [Q_CANCEL_OF_ORDER] =
                    "refused, order open: DF lower, 9 CG403, forward",
                [Q_GRANT] = "sent, order open: forward",
                [Q_DENIAL] = "refused, order open: 9 CG307, 9 CG402",
                [Q_CONFIRMED] = "behind, order open: alarm, pass",
                [Q_PENDING] = "behind, order open: pass",
                [Q_FILL] = "behind, order open: DF consumed, pass",
                [Q_FILL_ALL] = "refused, order closed: DF consumed, alarm, DF "
                               "lower, pass, 9 CG402, DF cancel",
                [Q_ORDER_CANCELLED] =
                    "refused, order closed: DF lower, pass, 9 CG402, DF cancel",
                [Q_NINE] = "behind, order open: pass",
                [Q_REJECTED_BY_3] = "behind, order open: alarm",
                [Q_HARD_DEADLINE] =
                    "refused, order open: DF lower, 9 CG301, 9 CG402",
                [Q_SUSPEND] = "behind, order open: DI 0/0, DI 1/0",
                [Q_HALT] = "refused, order open: DI 0/0, DF lower, 9 CG202, F "
                           "of the gate",
                [Q_LIMIT_REMOVED] = "refused, order open: DF lower, 9 CG305, F "
                                    "of the gate, DE 0/0",
                [Q_VENUE_DOWN] = "behind, order open",
                [Q_HUB_DOWN] = "behind, order open",
                [Q_GATE_STOPS] = "refused, order open: DF lower, 9 CG501",
            },
        [CG_REQUEST_WAITING] =
            {
                [Q_SAME_ID] = "waiting, order open: 9 CG401",
                [Q_REPLACE_OF_IT] = "waiting, order open: park",
                [Q_CANCEL_OF_IT] =
                    "refused, order open: DF lower, 9 CG403, forward",
                [Q_CANCEL_OF_ORDER] =
                    "refused, order open: DF lower, 9 CG403, forward",
                [Q_GRANT] = "sent, order open: forward",
                [Q_DENIAL] = "refused, order open: 9 CG307",
                [Q_CONFIRMED] = "waiting, order open: alarm, pass",
                [Q_PENDING] = "waiting, order open: pass",
                [Q_FILL] = "waiting, order open: DF consumed, pass",
                [Q_FILL_ALL] = "refused, order closed: DF consumed, alarm, DF "
                               "lower, pass, 9 CG402, DF cancel",
                [Q_ORDER_CANCELLED] =
                    "refused, order closed: DF lower, pass, 9 CG402, DF cancel",
                [Q_NINE] = "waiting, order open: pass",
                [Q_REJECTED_BY_3] = "waiting, order open: alarm",
                [Q_HARD_DEADLINE] = "refused, order open: DF lower, 9 CG301",
                [Q_SUSPEND] = "waiting, order open: DI 0/0, DI 1/0",
                [Q_HALT] = "refused, order open: DI 0/0, DF lower, 9 CG202, F "
                           "of the gate",
                [Q_LIMIT_REMOVED] = "refused, order open: DF lower, 9 CG305, F "
                                    "of the gate, DE 0/0",
                [Q_VENUE_DOWN] = "waiting, order open",
                [Q_HUB_DOWN] = "waiting, order open",
                [Q_GATE_STOPS] = "refused, order open: DF lower, 9 CG501",
            },
        [CG_REQUEST_SENT] =
            {
                [Q_SAME_ID] = "sent, order open: 9 CG401",
                [Q_REPLACE_OF_IT] = "sent, order open: forward",
                [Q_CANCEL_OF_IT] = "sent, order open: forward",
                [Q_CANCEL_OF_ORDER] = "sent, order open: forward",
                [Q_GRANT] = "sent, order open: note",
                [Q_DENIAL] = "sent, order open: note",
                [Q_CONFIRMED] = "accepted, order open: pass",
                [Q_PENDING] = "sent, order open: pass",
                [Q_FILL] = "sent, order open: DF consumed, pass",
                [Q_FILL_ALL] = "sent, order closed: DF consumed, pass",
                [Q_ORDER_CANCELLED] = "sent, order closed: DF cancel, pass",
                [Q_NINE] = "refused, order open: DF lower, pass",
                [Q_REJECTED_BY_3] = "refused, order open: DF lower, 9 CG406",
                [Q_HARD_DEADLINE] = "sent, order open",
                [Q_SUSPEND] = "sent, order open: DI 0/0, DI 1/0",
                [Q_HALT] = "sent, order open: DI 0/0, F of the gate",
                [Q_LIMIT_REMOVED] = "sent, order open: F of the gate, DE 0/0",
                [Q_VENUE_DOWN] = "sent, order open",
                [Q_HUB_DOWN] = "sent, order open",
                [Q_GATE_STOPS] = "sent, order open",
            },
        [CG_REQUEST_ACCEPTED] =
            {
                [Q_SAME_ID] = "accepted, order open: 9 CG401",
                [Q_REPLACE_OF_IT] = "accepted, order open: forward",
                [Q_CANCEL_OF_IT] = "accepted, order open: forward",
                [Q_CANCEL_OF_ORDER] = "accepted, order open: forward",
                [Q_GRANT] = "accepted, order open: note",
                [Q_DENIAL] = "accepted, order open: note",
                [Q_CONFIRMED] = "accepted, order open: pass",
                [Q_PENDING] = "accepted, order open: pass",
                [Q_FILL] = "accepted, order open: DF consumed, pass",
                [Q_FILL_ALL] = "accepted, order closed: DF consumed, pass",
                [Q_ORDER_CANCELLED] = "accepted, order closed: DF cancel, pass",
                [Q_NINE] = "accepted, order open: pass",
                [Q_REJECTED_BY_3] = "accepted, order open: alarm",
                [Q_HARD_DEADLINE] = "accepted, order open",
                [Q_SUSPEND] = "accepted, order open: DI 0/0, DI 1/0",
                [Q_HALT] = "accepted, order open: DI 0/0, F of the gate",
                [Q_LIMIT_REMOVED] =
                    "accepted, order open: F of the gate, DE 0/0",
                [Q_VENUE_DOWN] = "accepted, order open",
                [Q_HUB_DOWN] = "accepted, order open",
                [Q_GATE_STOPS] = "accepted, order open",
            },
        [CG_REQUEST_REFUSED] =
            {
                [Q_SAME_ID] = "refused, order open: 9 CG401",
                [Q_REPLACE_OF_IT] = "refused, order open: 9 CG402",
                [Q_CANCEL_OF_IT] = "refused, order open: forward",
                [Q_CANCEL_OF_ORDER] = "refused, order open: forward",
                [Q_GRANT] = "refused, order open: note",
                [Q_DENIAL] = "refused, order open: alarm",
                [Q_CONFIRMED] = "refused, order open: alarm, DF restate, pass",
                [Q_PENDING] = "refused, order open: pass",
                [Q_FILL] = "refused, order open: DF consumed, pass",
                [Q_FILL_ALL] =
                    "refused, order closed: DF consumed, alarm, pass",
                [Q_ORDER_CANCELLED] = "refused, order closed: DF cancel, pass",
                [Q_NINE] = "refused, order open: pass",
                [Q_REJECTED_BY_3] = "refused, order open: alarm",
                [Q_HARD_DEADLINE] = "refused, order open",
                [Q_SUSPEND] = "refused, order open: DI 0/0, DI 1/0",
                [Q_HALT] = "refused, order open: DI 0/0, F of the gate",
                [Q_LIMIT_REMOVED] =
                    "refused, order open: F of the gate, DE 0/0",
                [Q_VENUE_DOWN] = "refused, order open",
                [Q_HUB_DOWN] = "refused, order open",
                [Q_GATE_STOPS] = "refused, order open",
            },
};

static const char *const token_outcomes[CG_TOKEN_STATES][TOKEN_EVENT_COUNT] = {
    [CG_TOKEN_FREE] =
        {
            [T_GRANT] = "free: alarm",
            [T_GRANT_OF_MORE] = "free: alarm",
            [T_PARTIAL] = "free: alarm",
            [T_DENIAL] = "free: alarm",
            [T_PENDING] = "free: alarm",
            [T_CANCELLED] = "free: alarm",
            [T_REPEAT] = "free: alarm",
            [T_TAKEN_BACK] = "free: alarm",
            [T_FILL] = "free: alarm, pass",
            [T_ORDER_CANCELLED] = "free: alarm, pass",
            [T_LIMIT_REMOVED] = "free: DE 0/0",
            [T_SOFT_DEADLINE] = "free",
            [T_HARD_DEADLINE] = "free",
            [T_RENEWAL_DUE] = "free",
            [T_EXPIRY] = "free",
            [T_HUB_DOWN] = "free",
            [T_HUB_BACK] = "free: CL",
        },
    [CG_TOKEN_ASKED] =
        {
            [T_GRANT] = "live",
            [T_GRANT_OF_MORE] = "live: alarm",
            [T_PARTIAL] = "returning, handed back: DF cancel, 8 rejected CG101",
            [T_DENIAL] = "closed, denied: DF cancel, 8 rejected CG307",
            [T_PENDING] = "asked",
            [T_CANCELLED] = "closed, denied: DF cancel, 8 rejected CG307",
            [T_REPEAT] = "live",
            [T_TAKEN_BACK] = "closed, denied: DF cancel, 8 rejected CG307",
            [T_FILL] = "asked: alarm, pass",
            [T_ORDER_CANCELLED] = "asked: alarm, pass",
            [T_LIMIT_REMOVED] =
                "returning, handed back: DF cancel, 8 rejected CG305, DE 0/0",
            [T_SOFT_DEADLINE] = "asked",
            [T_HARD_DEADLINE] =
                "returning, timed out: DF cancel, 8 rejected CG301",
            [T_RENEWAL_DUE] =
                "returning, timed out: DF cancel, 8 rejected CG301",
            [T_EXPIRY] = "returning, timed out: DF cancel, 8 rejected CG301",
            [T_HUB_DOWN] = "returning, timed out: 8 rejected CG302",
            [T_HUB_BACK] = "returning, timed out: CL, DF again cancel",
        },
    [CG_TOKEN_LIVE] =
        {
            [T_GRANT] = "live: note",
            [T_GRANT_OF_MORE] = "live: alarm",
            [T_PARTIAL] = "live: alarm",
            [T_DENIAL] = "live: alarm",
            [T_PENDING] = "live: note",
            [T_CANCELLED] =
                "returning, invalidated: DF cancel, 8 rejected CG305",
            [T_REPEAT] = "live: note",
            [T_TAKEN_BACK] =
                "returning, invalidated: DF cancel, 8 rejected CG305",
            [T_FILL] = "live: alarm, pass",
            [T_ORDER_CANCELLED] = "live: alarm, pass",
            [T_LIMIT_REMOVED] =
                "returning, invalidated: DF cancel, 8 rejected CG305, DE 0/0",
            [T_SOFT_DEADLINE] = "live",
            [T_HARD_DEADLINE] =
                "returning, timed out: DF cancel, 8 rejected CG301",
            [T_RENEWAL_DUE] =
                "returning, timed out: DF cancel, 8 rejected CG301",
            [T_EXPIRY] = "returning, timed out: DF cancel, 8 rejected CG301",
            [T_HUB_DOWN] = "returning, timed out: 8 rejected CG302",
            [T_HUB_BACK] = "returning, timed out: CL, DF again cancel",
        },
    [CG_TOKEN_SPENT] =
        {
            [T_GRANT] = "spent: note",
            [T_GRANT_OF_MORE] = "spent: alarm",
            [T_PARTIAL] = "spent: alarm",
            [T_DENIAL] = "spent: alarm",
            [T_PENDING] = "spent: note",
            [T_CANCELLED] = "spent, invalidated: F of the gate",
            [T_REPEAT] = "spent: note",
            [T_TAKEN_BACK] = "spent, invalidated: F of the gate",
            [T_FILL] = "spent: DF consumed, pass",
            [T_ORDER_CANCELLED] = "returning, released: DF cancel, pass",
            [T_LIMIT_REMOVED] = "spent, invalidated: F of the gate, DE 0/0",
            [T_SOFT_DEADLINE] = "spent",
            [T_HARD_DEADLINE] = "spent",
            [T_RENEWAL_DUE] = "spent: DF renew",
            [T_EXPIRY] = "spent, expired: alarm, F of the gate",
            [T_HUB_DOWN] = "spent",
            [T_HUB_BACK] = "spent: CL",
        },
    [CG_TOKEN_RETURNING] =
        {
            [T_GRANT] = "closed, handed back",
            [T_GRANT_OF_MORE] = "closed, handed back",
            [T_PARTIAL] = "closed, handed back",
            [T_DENIAL] = "closed, handed back",
            [T_PENDING] = "returning, handed back",
            [T_CANCELLED] = "closed, handed back",
            [T_REPEAT] = "returning, handed back: note",
            [T_TAKEN_BACK] = "returning, handed back",
            [T_FILL] = "returning, handed back: alarm, pass",
            [T_ORDER_CANCELLED] = "returning, handed back: alarm, pass",
            [T_LIMIT_REMOVED] = "returning, handed back: DE 0/0",
            [T_SOFT_DEADLINE] = "returning, handed back",
            [T_HARD_DEADLINE] = "returning, handed back",
            [T_RENEWAL_DUE] = "returning, handed back",
            [T_EXPIRY] = "returning, handed back",
            [T_HUB_DOWN] = "returning, handed back",
            [T_HUB_BACK] = "returning, handed back: CL, DF again cancel",
        },
    [CG_TOKEN_CLOSED] =
        {
            [T_GRANT] = "closed, handed back: note, DF cancel",
            [T_GRANT_OF_MORE] = "closed, handed back: alarm, note, DF cancel",
            [T_PARTIAL] = "closed, handed back: note, DF cancel",
            [T_DENIAL] = "closed, handed back: note",
            [T_PENDING] = "closed, handed back: note",
            [T_CANCELLED] = "closed, handed back: note",
            [T_REPEAT] = "closed, handed back: note, DF cancel",
            [T_TAKEN_BACK] = "closed, handed back: note",
            [T_FILL] = "closed, handed back: alarm, pass",
            [T_ORDER_CANCELLED] = "closed, handed back: alarm, pass",
            [T_LIMIT_REMOVED] = "closed, handed back: DE 0/0",
            [T_SOFT_DEADLINE] = "closed, handed back",
            [T_HARD_DEADLINE] = "closed, handed back",
            [T_RENEWAL_DUE] = "closed, handed back",
            [T_EXPIRY] = "closed, handed back",
            [T_HUB_DOWN] = "closed, handed back",
            [T_HUB_BACK] = "closed, handed back: CL, DF again cancel",
        },
};

static const char *const limit_outcomes[CG_LIMIT_STATES][LIMIT_EVENT_COUNT] = {
    [CG_LIMIT_ENABLED] =
        {
            [L_AMOUNT] = "enabled: DE 0/0; then D: forward",
            [L_ENABLED] = "enabled: DE 0/0; then D: forward",
            [L_SUSPENDED] = "suspended: DE 0/0; then D: 8 rejected CG201",
            [L_DISABLED] = "suspended: DE 0/0; then D: 8 rejected CG201",
            [L_HALTED] =
                "halted: F of the gate, DE 0/0; then D: 8 rejected CG202",
            [L_REMOVED] = "removed: F of the gate, DE 0/0; then D: forward",
            [L_UNENFORCEABLE] =
                "unenforced: alarm, DE 1/99; then D: 8 rejected CG109",
            [L_IN_SNAPSHOT] =
                "enabled: alarm, note, DE 0/0; then D: 8 rejected CG201",
            [L_NOT_IN_SNAPSHOT] =
                "suspended: note, alarm, DE 0/0; then D: 8 rejected CG201",
            [L_OLDER] = "enabled: alarm, DE 1/99; then D: forward",
            [L_OF_ANOTHER_PARTY] = "enabled: alarm, DE 1/1; then D: forward",
            [L_OTHER_CURRENCY] = "enabled: alarm, DE 1/99; then D: forward",
        },
    [CG_LIMIT_SUSPENDED] =
        {
            [L_AMOUNT] = "suspended: DE 0/0; then D: 8 rejected CG201",
            [L_ENABLED] = "enabled: DE 0/0; then D: forward",
            [L_SUSPENDED] = "suspended: DE 0/0; then D: 8 rejected CG201",
            [L_DISABLED] = "suspended: DE 0/0; then D: 8 rejected CG201",
            [L_HALTED] =
                "halted: F of the gate, DE 0/0; then D: 8 rejected CG202",
            [L_REMOVED] = "removed: F of the gate, DE 0/0; then D: forward",
            [L_UNENFORCEABLE] =
                "unenforced: alarm, DE 1/99; then D: 8 rejected CG109",
            [L_IN_SNAPSHOT] =
                "enabled: note, alarm, DE 0/0; then D: 8 rejected CG201",
            [L_NOT_IN_SNAPSHOT] =
                "suspended: note, DE 0/0; then D: 8 rejected CG201",
            [L_OLDER] = "suspended: alarm, DE 1/99; then D: 8 rejected CG201",
            [L_OF_ANOTHER_PARTY] =
                "suspended: alarm, DE 1/1; then D: 8 rejected CG201",
            [L_OTHER_CURRENCY] =
                "suspended: alarm, DE 1/99; then D: 8 rejected CG201",
        },
    [CG_LIMIT_HALTED] =
        {
            [L_AMOUNT] = "halted: DE 0/0; then D: 8 rejected CG202",
            [L_ENABLED] = "enabled: DE 0/0; then D: forward",
            [L_SUSPENDED] = "suspended: DE 0/0; then D: 8 rejected CG201",
            [L_DISABLED] = "suspended: DE 0/0; then D: 8 rejected CG201",
            [L_HALTED] = "halted: DE 0/0; then D: 8 rejected CG202",
            [L_REMOVED] = "removed: DE 0/0; then D: forward",
            [L_UNENFORCEABLE] =
                "unenforced: alarm, DE 1/99; then D: 8 rejected CG109",
            [L_IN_SNAPSHOT] =
                "enabled: note, alarm, DE 0/0; then D: 8 rejected CG201",
            [L_NOT_IN_SNAPSHOT] =
                "halted: note, DE 0/0; then D: 8 rejected CG202",
            [L_OLDER] = "halted: alarm, DE 1/99; then D: 8 rejected CG202",
            [L_OF_ANOTHER_PARTY] =
                "halted: alarm, DE 1/1; then D: 8 rejected CG202",
            [L_OTHER_CURRENCY] =
                "halted: alarm, DE 1/99; then D: 8 rejected CG202",
        },
    [CG_LIMIT_REMOVED] =
        {
            [L_AMOUNT] = "enabled: DE 0/0; then D: forward",
            [L_ENABLED] = "enabled: DE 0/0; then D: forward",
            [L_SUSPENDED] = "suspended: DE 0/0; then D: 8 rejected CG201",
            [L_DISABLED] = "suspended: DE 0/0; then D: 8 rejected CG201",
            [L_HALTED] = "halted: DE 0/0; then D: 8 rejected CG202",
            [L_REMOVED] = "removed: DE 0/0; then D: forward",
            [L_UNENFORCEABLE] =
                "unenforced: alarm, DE 1/99; then D: 8 rejected CG109",
            [L_IN_SNAPSHOT] =
                "enabled: note, alarm, DE 0/0; then D: 8 rejected CG201",
            [L_NOT_IN_SNAPSHOT] = "removed: note, DE 0/0; then D: forward",
            [L_OLDER] = "removed: alarm, DE 1/99; then D: forward",
            [L_OF_ANOTHER_PARTY] = "removed: alarm, DE 1/1; then D: forward",
            [L_OTHER_CURRENCY] = "removed: alarm, DE 1/99; then D: forward",
        },
    [CG_LIMIT_UNENFORCED] =
        {
            [L_AMOUNT] = "enabled: DE 0/0; then D: forward",
            [L_ENABLED] = "enabled: DE 0/0; then D: forward",
            [L_SUSPENDED] = "suspended: DE 0/0; then D: 8 rejected CG201",
            [L_DISABLED] = "suspended: DE 0/0; then D: 8 rejected CG201",
            [L_HALTED] =
                "halted: F of the gate, DE 0/0; then D: 8 rejected CG202",
            [L_REMOVED] = "removed: F of the gate, DE 0/0; then D: forward",
            [L_UNENFORCEABLE] =
                "unenforced: alarm, DE 1/99; then D: 8 rejected CG109",
            [L_IN_SNAPSHOT] =
                "enabled: note, alarm, DE 0/0; then D: 8 rejected CG201",
            [L_NOT_IN_SNAPSHOT] =
                "unenforced: note, DE 0/0; then D: 8 rejected CG109",
            [L_OLDER] = "unenforced: alarm, DE 1/99; then D: 8 rejected CG109",
            [L_OF_ANOTHER_PARTY] =
                "unenforced: alarm, DE 1/1; then D: 8 rejected CG109",
            [L_OTHER_CURRENCY] =
                "unenforced: alarm, DE 1/99; then D: 8 rejected CG109",
        },
};

static const char *const stop_outcomes[CG_STOP_LAYERS][STOP_EVENT_COUNT] = {
    [CG_STOP_NOT] =
        {
            [S_SUSPEND] = "suspended: DI 0/0, DI 1/0; then D: 8 rejected CG201",
            [S_HALT] =
                "halted: DI 0/0, F of the gate; then D: 8 rejected CG202",
            [S_REINSTATE] = "not stopped: alarm, DI 2/99; then D: forward",
            [S_UNKNOWN_ACTION] = "not stopped: alarm, DI 2/99; then D: forward",
            [S_DRILL] = "not stopped: note, DI 0/0, DI 1/0; then D: forward",
            [S_LAST_ORDER_GONE] = "not stopped: pass; then D: forward",
        },
    [CG_STOP_SUSPENDED] =
        {
            [S_SUSPEND] = "suspended: DI 0/0, DI 1/0; then D: 8 rejected CG201",
            [S_HALT] = "suspended and halted: DI 0/0, F of the gate; then D: 8 "
                       "rejected CG202",
            [S_REINSTATE] = "not stopped: DI 0/0, DI 1/0; then D: forward",
            [S_UNKNOWN_ACTION] =
                "suspended: alarm, DI 2/99; then D: 8 rejected CG201",
            [S_DRILL] =
                "suspended: note, DI 0/0, DI 1/0; then D: 8 rejected CG201",
            [S_LAST_ORDER_GONE] = "suspended: pass; then D: 8 rejected CG201",
        },
    [CG_STOP_HALTED] =
        {
            [S_SUSPEND] = "suspended and halted: DI 0/0, DI 1/0; then D: 8 "
                          "rejected CG202",
            [S_HALT] = "halted: DI 0/0; then D: 8 rejected CG202",
            [S_REINSTATE] =
                "not stopped: DI 0/0, DI 2/99, DI 1/0; then D: forward",
            [S_UNKNOWN_ACTION] =
                "halted: alarm, DI 2/99; then D: 8 rejected CG202",
            [S_DRILL] =
                "halted: note, DI 0/0, DI 1/0; then D: 8 rejected CG202",
            [S_LAST_ORDER_GONE] =
                "halted: pass, DI 1/0; then D: 8 rejected CG202",
        },
    [CG_STOP_BOTH] =
        {
            [S_SUSPEND] = "suspended and halted: DI 0/0, DI 1/0; then D: 8 "
                          "rejected CG202",
            [S_HALT] = "suspended and halted: DI 0/0; then D: 8 rejected CG202",
            [S_REINSTATE] =
                "not stopped: DI 0/0, DI 2/99, DI 1/0; then D: forward",
            [S_UNKNOWN_ACTION] = "suspended and halted: alarm, DI 2/99; then "
                                 "D: 8 rejected CG202",
            [S_DRILL] = "suspended and halted: note, DI 0/0, DI 1/0; then D: 8 "
                        "rejected CG202",
            [S_LAST_ORDER_GONE] =
                "suspended and halted: pass, DI 1/0; then D: 8 rejected CG202",
        },
};

#endif
