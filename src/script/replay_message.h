/*
 * What of a recorded message its FIX session is told by: header fields, and
 * those of the admin messages.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef CG_REPLAY_MESSAGE_H
#define CG_REPLAY_MESSAGE_H

#include "log_reader.h"
#include <fix_message.h>
#include <gate_replay.h>

struct cg_replay_message {
    struct cg_slice bytes; /* whole */
    cg_time time;
    const char *file; /* where it stands; NULL: nowhere */
    uint64_t offset;
    struct cg_slice begin; /* 8 */
    struct cg_slice type;  /* 35 */
    struct cg_slice sender;
    struct cg_slice target;
    struct cg_slice sent; /* 52 */
    struct cg_slice body; /* without header and CheckSum(10) */
    int64_t seq;          /* 34; 0: none */
    bool possdup;         /* 43=Y */
    bool routed;          /* its header has fields that a gate decides */
    bool admin;           /* of the session, not for an application */
    bool resets;          /* 141=Y of a Logon */
    bool fills;           /* 123=Y of a SequenceReset */
    int64_t next;         /* its 36; 0: none */
    int64_t about;        /* 45 of a Reject */
    int64_t first;        /* 7 of a ResendRequest ... */
    int64_t last;         /* ... and 16; 0: all */
    cg_session session;   /* cg_replay_route() */
    bool outbound;        /* the gate sent it */
    /* Of |bytes|, as long as these are; NULL: it was not read. */
    const struct cg_gate_form *form;
};

/* False when a field of the header is missing. */
bool cg_replay_message_read(const struct cg_log_message *log,
                            struct cg_replay_message *message);

/* Whether a gate, not its FIX engine, decides on this field of a header:
 * PossResend(97), and who is meant behind the two of the session. */
bool cg_replay_is_routing(uint32_t tag);

/* The header, if there is such a field in it. */
static inline struct cg_slice
cg_replay_routing(const struct cg_replay_message *message)
{
    const char *bytes = message->bytes.data;
    return message->routed
               ? (struct cg_slice){bytes, (size_t)(message->body.data - bytes)}
               : (struct cg_slice){NULL, 0};
}

/* The type is the one letter |type|. */
static inline bool cg_replay_is(const struct cg_replay_message *message,
                                char type)
{
    return message->type.len == 1 && message->type.data[0] == type;
}

/*
 * Cuts the first field off |fields|.  False at the end, or where no field
 * stands; the SOH in a data field is not known to be one.
 */
static inline bool
cg_replay_field(struct cg_slice *fields, uint32_t *tag, struct cg_slice *value)
{
    const char *at = fields->data;
    const char *end = at + fields->len;
    uint32_t number = 0;
    while (at < end && *at >= '0' && *at <= '9' && number < 100000000) {
        number = number * 10 + (uint32_t)(*at++ - '0');
    }
    if (at == end || *at != '=') {
        return false;
    }
    value->data = ++at;
    at = memchr(at, '\001', (size_t)(end - at));
    if (at == NULL) {
        return false;
    }
    value->len = (size_t)(at - value->data);
    *tag = number;
    *fields = (struct cg_slice){at + 1, (size_t)(end - at - 1)};
    return true;
}

/* 0 when it is no number above 0. */
int64_t cg_replay_number(struct cg_slice value);

#endif
