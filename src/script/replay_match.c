/*
 * Finds for each message recorded the one that the replay made.
 *
 * They nearly always come in the same order, one after the other, and are the
 * same: then nothing is kept.  Where one side has more, what follows is found
 * again by what messages are about.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "replay_match.h"

#include <stdlib.h>

#define NEAR 32 /* messages that are looked through pair by pair */

/* Two that are about the same order, and differ, are no pair yet while one
 * that fits may come. */
#define PATIENCE 8
#define PATIENCE_NS CG_SECOND

/* So many that others went past wait for their like, and so long. */
#define PASSED_MAX 32
#define PASSED_NS CG_SECOND

int cg_replay_match_init(struct cg_replay_match *match,
                         struct cg_replay_ids *ids,
                         size_t sessions,
                         cg_replay_judge *judge,
                         void *user)
{
    *match = (struct cg_replay_match){
        .ids = ids,
        .pairs = calloc(sessions + 1, sizeof(*match->pairs)),
        .count = sessions,
        .judge = judge,
        .user = user,
    };
    return match->pairs != NULL ? 0 : CG_ERR_MEMORY;
}

void cg_replay_match_deinit(struct cg_replay_match *match)
{
    for (size_t i = 0; match->pairs != NULL && i <= match->count; i++) {
        cg_replay_queue_deinit(&match->pairs[i].recorded);
        cg_replay_queue_deinit(&match->pairs[i].produced);
        cg_replay_queue_deinit(&match->pairs[i].passed[CG_REPLAY_BY_LOG]);
        cg_replay_queue_deinit(&match->pairs[i].passed[CG_REPLAY_BY_GATE]);
    }
    free(match->pairs);
    *match = (struct cg_replay_match){0};
}

static int judge(struct cg_replay_match *match,
                 struct cg_replay_pair *pair,
                 enum cg_replay_verdict verdict,
                 const struct cg_replay_said *recorded,
                 const struct cg_replay_said *produced)
{
    pair->counts[verdict]++;
    return match->judge(match->user, (cg_session)(pair - match->pairs), verdict,
                        recorded, produced);
}

static int learn(struct cg_replay_match *match,
                 const struct cg_replay_learnt *learnt)
{
    int status = 0;
    for (size_t i = 0; i < learnt->count && status == 0; i++) {
        status = cg_replay_ids_learn(match->ids, learnt->tags[i],
                                     learnt->pairs[i][0], learnt->pairs[i][1]);
    }
    return status;
}

/* Two that are the same, or not. */
static int pair_up(struct cg_replay_match *match,
                   struct cg_replay_pair *pair,
                   const struct cg_replay_said *recorded,
                   const struct cg_replay_said *produced,
                   const struct cg_replay_learnt *learnt,
                   bool same)
{
    int status = judge(match, pair, same ? CG_REPLAY_SAME : CG_REPLAY_DIFFERENT,
                       recorded, produced);
    return status != 0 ? status : learn(match, learnt);
}

/* --- one that has no like, or not yet ----------------------------------- */

static uint64_t key_of(const struct cg_replay_match *match,
                       struct cg_replay_said *said)
{
    if (said->key == 0) {
        said->key = cg_replay_key(match->ids, said) | 1;
    }
    return said->key;
}

static struct cg_replay_queue *queue_of(struct cg_replay_pair *pair,
                                        enum cg_replay_by by)
{
    return by == CG_REPLAY_BY_LOG ? &pair->recorded : &pair->produced;
}

static int judge_alone(struct cg_replay_match *match,
                       struct cg_replay_pair *pair,
                       enum cg_replay_by by,
                       const struct cg_replay_said *said)
{
    if (by == CG_REPLAY_BY_LOG) {
        return judge(match, pair, CG_REPLAY_ONLY_RECORDED, said, NULL);
    }
    return judge(match, pair,
                 said->unsent ? CG_REPLAY_UNSENT : CG_REPLAY_ONLY_PRODUCED,
                 NULL, said);
}

/* What was passed has no like, once it has waited long enough, or |most| others
 * wait behind it. */
static int passed_end(struct cg_replay_match *match,
                      struct cg_replay_pair *pair,
                      enum cg_replay_by by,
                      size_t most)
{
    struct cg_replay_queue *passed = &pair->passed[by];
    int status = 0;
    while (status == 0 && passed->count > 0) {
        const struct cg_replay_said *said = cg_replay_queue_at(passed, 0);
        if (!said->gone) {
            if (passed->count <= most &&
                pair->newest - said->time <= PASSED_NS) {
                break;
            }
            status = judge_alone(match, pair, by, said);
        }
        cg_replay_queue_pop(passed);
    }
    return status;
}

/* The first one of a side makes room for those behind it. */
static int
pass(struct cg_replay_match *match, struct cg_replay_pair *pair, int by)
{
    struct cg_replay_queue *queue = queue_of(pair, by);
    struct cg_replay_queue *passed = &pair->passed[by];
    const struct cg_replay_said *said = cg_replay_queue_at(queue, 0);
    int status = passed_end(match, pair, by, PASSED_MAX - 1);
    if (status == 0 && !cg_replay_queue_has_room(passed, said)) {
        status = passed_end(match, pair, by, 0);
    }
    if (status == 0 && said->unsent) { /* nobody was there: no log has it */
        status = judge_alone(match, pair, by, said);
    } else if (status == 0) {
        status = cg_replay_queue_add(passed, said);
    }
    cg_replay_queue_pop(queue);
    return status != 0 ? status : passed_end(match, pair, by, PASSED_MAX);
}

static int drop_recorded(struct cg_replay_match *match,
                         struct cg_replay_pair *pair)
{
    return pass(match, pair, CG_REPLAY_BY_LOG);
}

static int drop_produced(struct cg_replay_match *match,
                         struct cg_replay_pair *pair)
{
    return pass(match, pair, CG_REPLAY_BY_GATE);
}

/* Whether the first one of a side is the like of what was passed on the other:
 * the two are in another order. */
static int take_passed(struct cg_replay_match *match,
                       struct cg_replay_pair *pair,
                       enum cg_replay_by by,
                       bool *taken)
{
    struct cg_replay_queue *queue = queue_of(pair, by);
    struct cg_replay_queue *passed = &pair->passed[CG_REPLAY_BYS - 1 - by];
    for (size_t i = 0; queue->count > 0 && i < passed->count; i++) {
        struct cg_replay_said *first = cg_replay_queue_at(queue, 0);
        struct cg_replay_said *other = cg_replay_queue_at(passed, i);
        bool of_log = by == CG_REPLAY_BY_LOG;
        struct cg_replay_learnt learnt;
        cg_replay_learnt_init(&learnt);
        if (other->gone || key_of(match, first) != key_of(match, other) ||
            !cg_replay_same(match->ids, of_log ? first : other,
                            of_log ? other : first, &learnt)) {
            continue;
        }
        int status = judge(match, pair, CG_REPLAY_MOVED, of_log ? first : other,
                           of_log ? other : first);
        other->gone = true;
        *taken = true;
        status = status != 0 ? status : learn(match, &learnt);
        cg_replay_queue_pop(queue);
        return status;
    }
    return 0;
}

static int take_moved(struct cg_replay_match *match,
                      struct cg_replay_pair *pair,
                      bool *taken)
{
    int status = take_passed(match, pair, CG_REPLAY_BY_LOG, taken);
    return status != 0 || *taken
               ? status
               : take_passed(match, pair, CG_REPLAY_BY_GATE, taken);
}

/* --- order lost and found ----------------------------------------------- */

/* Behind which messages of |queue| the one about |key| stands; 0: behind none
 * that is near. */
static size_t find_ahead(const struct cg_replay_match *match,
                         const struct cg_replay_queue *queue,
                         uint64_t key,
                         size_t window)
{
    for (size_t i = 1; i < queue->count && i <= window; i++) {
        if (key_of(match, cg_replay_queue_at(queue, i)) == key) {
            return i;
        }
    }
    return 0;
}

/* Whether messages behind both that stand first are about the same. */
static bool meet_behind(const struct cg_replay_match *match,
                        const struct cg_replay_pair *pair)
{
    for (size_t i = 1; i < pair->recorded.count && i <= NEAR; i++) {
        uint64_t key = key_of(match, cg_replay_queue_at(&pair->recorded, i));
        if (find_ahead(match, &pair->produced, key, NEAR) != 0) {
            return true;
        }
    }
    return false;
}

static int pop_both(struct cg_replay_match *match,
                    struct cg_replay_pair *pair,
                    const struct cg_replay_learnt *learnt,
                    bool same)
{
    const struct cg_replay_said *recorded = cg_replay_queue_at(&pair->recorded,
                                                               0);
    const struct cg_replay_said *produced = cg_replay_queue_at(&pair->produced,
                                                               0);
    int status = pair_up(match, pair, recorded, produced, learnt, same);
    cg_replay_queue_pop(&pair->recorded);
    cg_replay_queue_pop(&pair->produced);
    return status;
}

static bool same_subject(const struct cg_replay_match *match,
                         const struct cg_replay_said *recorded,
                         const struct cg_replay_said *produced)
{
    return cg_replay_subject(match->ids, recorded) ==
           cg_replay_subject(match->ids, produced);
}

/* The time of the newest message of either side. */
static cg_time newest_of(const struct cg_replay_pair *pair)
{
    cg_time recorded =
        cg_replay_queue_at(&pair->recorded, pair->recorded.count - 1)->time;
    cg_time produced =
        cg_replay_queue_at(&pair->produced, pair->produced.count - 1)->time;
    return recorded > produced ? recorded : produced;
}

/* Nothing near is about the same as either: are they a pair all the same, or
 * does one of them go alone? */
static int stuck(struct cg_replay_match *match,
                 struct cg_replay_pair *pair,
                 const struct cg_replay_learnt *learnt,
                 bool *waits)
{
    const struct cg_replay_said *recorded = cg_replay_queue_at(&pair->recorded,
                                                               0);
    const struct cg_replay_said *produced = cg_replay_queue_at(&pair->produced,
                                                               0);
    cg_time newest = newest_of(pair);
    cg_time oldest = recorded->time < produced->time ? recorded->time
                                                     : produced->time;
    bool patient = !match->ended && pair->recorded.count < PATIENCE &&
                   pair->produced.count < PATIENCE &&
                   newest - oldest < PATIENCE_NS;
    if (!patient && same_subject(match, recorded, produced)) {
        return pop_both(match, pair, learnt, false);
    }
    if (pair->produced.count > CG_REPLAY_WINDOW ||
        newest - recorded->time > CG_REPLAY_LATE_NS) {
        return drop_recorded(match, pair);
    }
    if (pair->recorded.count > CG_REPLAY_WINDOW ||
        newest - produced->time > CG_REPLAY_LATE_NS) {
        return drop_produced(match, pair);
    }
    *waits = true;
    return 0;
}

/* Looks at the two that stand first. */
static int
step(struct cg_replay_match *match, struct cg_replay_pair *pair, bool *waits)
{
    struct cg_replay_said *recorded = cg_replay_queue_at(&pair->recorded, 0);
    struct cg_replay_said *produced = cg_replay_queue_at(&pair->produced, 0);
    struct cg_replay_learnt learnt;
    cg_replay_learnt_init(&learnt);
    if (cg_replay_same(match->ids, recorded, produced, &learnt)) {
        return pop_both(match, pair, &learnt, true);
    }
    bool taken = false;
    int status = take_moved(match, pair, &taken);
    if (status != 0 || taken) {
        return status;
    }
    uint64_t key = key_of(match, recorded);
    if (key == key_of(match, produced)) {
        return pop_both(match, pair, &learnt, false);
    }
    size_t ahead = find_ahead(match, &pair->produced, key, CG_REPLAY_WINDOW);
    size_t behind = find_ahead(match, &pair->recorded, key_of(match, produced),
                               CG_REPLAY_WINDOW);
    if (ahead != 0 && (behind == 0 || ahead <= behind)) {
        return drop_produced(match, pair);
    }
    if (behind != 0) {
        return drop_recorded(match, pair);
    }
    if (meet_behind(match, pair)) {
        if (same_subject(match, recorded, produced)) {
            return pop_both(match, pair, &learnt, false);
        }
        status = drop_recorded(match, pair);
        return status != 0 ? status : drop_produced(match, pair);
    }
    return stuck(match, pair, &learnt, waits);
}

static int settle(struct cg_replay_match *match, struct cg_replay_pair *pair)
{
    bool waits = false;
    int status = 0;
    while (status == 0 && !waits && pair->recorded.count > 0 &&
           pair->produced.count > 0) {
        status = step(match, pair, &waits);
    }
    for (bool taken = true; status == 0 && taken;) {
        taken = false;
        status = take_moved(match, pair, &taken);
    }
    return status;
}

/* One more comes: what was passed long ago has no like. */
static int
arrive(struct cg_replay_match *match, struct cg_replay_pair *pair, cg_time time)
{
    int status = 0;
    pair->newest = time > pair->newest ? time : pair->newest;
    for (int by = 0; by < CG_REPLAY_BYS && status == 0; by++) {
        if (pair->passed[by].count > 0) {
            status = passed_end(match, pair, by, PASSED_MAX);
        }
    }
    return status;
}

/* --- one more ----------------------------------------------------------- */

/* The usual case, without a copy: it is what stands first on the other side. */
static bool is_next(struct cg_replay_match *match,
                    const struct cg_replay_said *recorded,
                    const struct cg_replay_said *produced,
                    struct cg_replay_learnt *learnt)
{
    return cg_replay_same(match->ids, recorded, produced, learnt);
}

int cg_replay_match_recorded(struct cg_replay_match *match,
                             cg_session session,
                             const struct cg_replay_said *said)
{
    struct cg_replay_pair *pair = &match->pairs[session];
    struct cg_replay_learnt learnt;
    int status = arrive(match, pair, said->time);
    cg_replay_learnt_init(&learnt);
    if (status == 0 && pair->recorded.count == 0 && pair->produced.count > 0) {
        const struct cg_replay_said *first = cg_replay_queue_at(&pair->produced,
                                                                0);
        if (is_next(match, said, first, &learnt)) {
            status = pair_up(match, pair, said, first, &learnt, true);
            cg_replay_queue_pop(&pair->produced);
            return status;
        }
    }
    while (status == 0 && !cg_replay_queue_has_room(&pair->recorded, said)) {
        status = drop_recorded(match, pair);
    }
    status = status != 0 ? status : cg_replay_queue_add(&pair->recorded, said);
    return status != 0 ? status : settle(match, pair);
}

int cg_replay_match_produced(struct cg_replay_match *match,
                             cg_session session,
                             const struct cg_replay_said *said)
{
    struct cg_replay_pair *pair = &match->pairs[session];
    struct cg_replay_learnt learnt;
    int status = arrive(match, pair, said->time);
    cg_replay_learnt_init(&learnt);
    if (status == 0 && pair->produced.count == 0 && pair->recorded.count > 0) {
        const struct cg_replay_said *first = cg_replay_queue_at(&pair->recorded,
                                                                0);
        if (is_next(match, first, said, &learnt)) {
            status = pair_up(match, pair, first, said, &learnt, true);
            cg_replay_queue_pop(&pair->recorded);
            return status;
        }
    }
    while (status == 0 && !cg_replay_queue_has_room(&pair->produced, said)) {
        status = drop_produced(match, pair);
    }
    status = status != 0 ? status : cg_replay_queue_add(&pair->produced, said);
    return status != 0 ? status : settle(match, pair);
}

int cg_replay_match_end(struct cg_replay_match *match)
{
    int status = 0;
    match->ended = true;
    for (size_t i = 0; i <= match->count; i++) {
        struct cg_replay_pair *pair = &match->pairs[i];
        status = status != 0 ? status : settle(match, pair);
        while (status == 0 && pair->recorded.count > 0) {
            status = drop_recorded(match, pair);
        }
        while (status == 0 && pair->produced.count > 0) {
            bool taken = false;
            status = take_passed(match, pair, CG_REPLAY_BY_GATE, &taken);
            status = status != 0 || taken ? status : drop_produced(match, pair);
        }
        for (int by = 0; by < CG_REPLAY_BYS && status == 0; by++) {
            status = passed_end(match, pair, by, 0);
        }
    }
    return status;
}
