/*
 * The sessions of a replay, and whether they are logged on.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef CG_REPLAY_LINK_H
#define CG_REPLAY_LINK_H

#include "replay_hold.h"

/* What a number's message looked like. */
struct cg_replay_seen {
    int64_t seq;
    uint64_t print;
};

/* One direction of a session. */
struct cg_replay_way {
    int64_t next;                /* 0: nothing was seen yet */
    struct cg_replay_seen *seen; /* CG_REPLAY_SEEN of them, by number */
    struct cg_replay_hold hold;
    bool logon; /* its Logon of this connection was seen */
};

struct cg_replay_session {
    struct cg_replay_way ways[2]; /* in, out */
    bool up;
    bool one_sided;    /* the log has the Logon of its peer only */
    bool renumbered;   /* of this connection, that was told */
    cg_time logout_at; /* ours is out: when it counts as done; 0: none is */
    struct cg_replay_kept kept;
    struct cg_replay_counts counts;
};

struct cg_replay_sessions {
    const struct cg_config *config;
    struct cg_replay_hooks hooks;
    struct cg_replay_session *sessions;
    struct cg_replay_seen *seen;
    size_t leaving;  /* sessions with a |logout_at| */
    cg_time look_at; /* when gaps are looked at again */
};

static inline struct cg_replay_session *
cg_replay_session_of(struct cg_replay_sessions *sessions,
                     const struct cg_replay_message *message)
{
    return &sessions->sessions[message->session];
}

static inline struct cg_replay_way *
cg_replay_way_of(struct cg_replay_sessions *sessions,
                 const struct cg_replay_message *message)
{
    return &cg_replay_session_of(sessions, message)->ways[message->outbound];
}

/* Up or down; tells the gate what is new to it. */
int cg_replay_link_set(struct cg_replay_sessions *sessions,
                       cg_session session,
                       bool up,
                       cg_time now);

/* Before a message that is no Logon. */
int cg_replay_link_needed(struct cg_replay_sessions *sessions,
                          const struct cg_replay_message *message);

/* |anew|: its number is below what was seen. */
int cg_replay_link_logon(struct cg_replay_sessions *sessions,
                         const struct cg_replay_message *message,
                         bool anew);
int cg_replay_link_logout(struct cg_replay_sessions *sessions,
                          const struct cg_replay_message *message);

/* The gate's own Logouts whose time is up. */
int cg_replay_logouts_end(struct cg_replay_sessions *sessions, cg_time now);

#endif
