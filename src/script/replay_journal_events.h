/*
 * What the logs tell of each session, in its order, until the journal says that
 * it is its turn.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef CG_REPLAY_JOURNAL_EVENTS_H
#define CG_REPLAY_JOURNAL_EVENTS_H

#include <creditgate/types.h>
#include <slice.h>

enum cg_heard_kind {
    CG_HEARD_MESSAGE,    /* an application message came */
    CG_HEARD_LINK,       /* it logged on or off */
    CG_HEARD_RENUMBERED, /* numbers began anew, or were skipped */
    CG_HEARD_REJECTED,   /* the peer rejected |bytes| (3) */
    CG_HEARD_RESENDING,  /* it asks for |bytes| again */
};

struct cg_heard {
    enum cg_heard_kind kind;
    bool yes; /* up; ours */
    cg_time time;
    uint64_t order; /* among those of all sessions */
    int64_t seq;    /* 34 of a message */
    struct cg_slice bytes;
};

struct cg_heard_row {
    struct cg_heard *items; /* a ring of |room| */
    size_t room;
    size_t first;
    size_t count;
};

struct cg_heard_rows {
    struct cg_heard_row rows[CG_SESSIONS_MAX];
    size_t bytes; /* of all that wait */
    uint64_t orders;
};

/* Adds a copy.  0 or CG_ERR_MEMORY. */
int cg_heard_add(struct cg_heard_rows *rows,
                 cg_session session,
                 const struct cg_heard *heard);

/* The |index|-th that waits; it must be there. */
static inline const struct cg_heard *
cg_heard_at(const struct cg_heard_rows *rows, cg_session session, size_t index)
{
    const struct cg_heard_row *row = &rows->rows[session];
    return &row->items[(row->first + index) % row->room];
}

/* Takes the first one out; cg_heard_free() gives its bytes back. */
struct cg_heard cg_heard_take(struct cg_heard_rows *rows, cg_session session);
void cg_heard_free(struct cg_heard *heard);

void cg_heard_deinit(struct cg_heard_rows *rows);

#endif
