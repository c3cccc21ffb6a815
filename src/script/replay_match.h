/*
 * What one side said against what another did, session by session: each
 * message finds its like, or is said to have none.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef CG_REPLAY_MATCH_H
#define CG_REPLAY_MATCH_H

#include "replay_ids.h"
#include "replay_queue.h"

/* How far apart two messages may be that are each other's like. */
#define CG_REPLAY_WINDOW 256
#define CG_REPLAY_LATE_NS (120 * CG_SECOND)

/* Decisions are compared as if they were a session's messages, of this type. */
#define CG_REPLAY_DECISION CG_SLICE("#")

enum cg_replay_verdict {
    CG_REPLAY_SAME,
    CG_REPLAY_DIFFERENT,
    CG_REPLAY_ONLY_RECORDED,
    CG_REPLAY_ONLY_PRODUCED,
    /* Likewise, but its session was not logged on: no log has it, unless it is
     * sent again at the next logon.  It makes no difference. */
    CG_REPLAY_UNSENT,
    CG_REPLAY_MOVED, /* the same, but not at the same place */
    CG_REPLAY_VERDICTS,
};

/*
 * What became of one message, or of two that belong together.  |recorded| or
 * |produced| is NULL where there is none.  Returns 0, or what ends the replay.
 */
typedef int cg_replay_judge(void *user,
                            cg_session session,
                            enum cg_replay_verdict verdict,
                            const struct cg_replay_said *recorded,
                            const struct cg_replay_said *produced);

enum cg_replay_by { CG_REPLAY_BY_LOG, CG_REPLAY_BY_GATE, CG_REPLAY_BYS };

struct cg_replay_pair {
    struct cg_replay_queue recorded;
    struct cg_replay_queue produced;
    /* What others went past, for a while: its like may still come. */
    struct cg_replay_queue passed[CG_REPLAY_BYS];
    cg_time newest; /* of all messages */
    uint64_t counts[CG_REPLAY_VERDICTS];
};

struct cg_replay_match {
    struct cg_replay_ids *ids; /* borrowed */
    struct cg_replay_pair *pairs;
    size_t count; /* of sessions; one more for decisions */
    bool ended;
    cg_replay_judge *judge;
    void *user;
};

int cg_replay_match_init(struct cg_replay_match *match,
                         struct cg_replay_ids *ids,
                         size_t sessions,
                         cg_replay_judge *judge,
                         void *user);
void cg_replay_match_deinit(struct cg_replay_match *match);

/* A message of the log, or of the replay, in their order.  Borrowed for the
 * call.  0, CG_ERR_MEMORY, or the judge's. */
int cg_replay_match_recorded(struct cg_replay_match *match,
                             cg_session session,
                             const struct cg_replay_said *said);
int cg_replay_match_produced(struct cg_replay_match *match,
                             cg_session session,
                             const struct cg_replay_said *said);

/* Nothing comes any more: what waits has no like. */
int cg_replay_match_end(struct cg_replay_match *match);

/* --- comparing (replay_compare.c) --------------------------------------- */

/* Ids that two messages have in the same field, and that differ. */
struct cg_replay_learnt {
    struct cg_slice pairs[8][2]; /* recorded, ours */
    uint32_t tags[8];
    size_t count;
};

/* None yet.  The rest is not cleared: it is a few hundred bytes, for nearly
 * every message. */
static inline void cg_replay_learnt_init(struct cg_replay_learnt *learnt)
{
    learnt->count = 0;
}

/* Whether two bodies are the same but for times, and for ids that may stand for
 * each other; those are in |learnt|. */
bool cg_replay_same(const struct cg_replay_ids *ids,
                    const struct cg_replay_said *recorded,
                    const struct cg_replay_said *produced,
                    struct cg_replay_learnt *learnt);

/* What a message is about: two that are each other's like have the same. */
uint64_t cg_replay_key(const struct cg_replay_ids *ids,
                       const struct cg_replay_said *said);

/* The same with fewer fields: two that belong together though they differ. */
uint64_t cg_replay_subject(const struct cg_replay_ids *ids,
                           const struct cg_replay_said *said);

/* Writes what differs, tag by tag: "58: was X, is Y"; cut to |len|. */
void cg_replay_describe(const struct cg_replay_ids *ids,
                        const struct cg_replay_said *recorded,
                        const struct cg_replay_said *produced,
                        char *text,
                        size_t len);

#endif
