/*
 * Two gates on one log: what A hears, B hears as it would have.
 *
 * A goes first, message by message.  B follows at once, unless it must know
 * what a hub will have said to A by then: that is so only where hubs answer B
 * sooner than they did A.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "replay_against_internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <tally.h>

/* --- what A hears ------------------------------------------------------- */

int cg_against_before(struct cg_against *against, cg_time now)
{
    against->books[A].current = CG_AGAINST_NOBODY;
    against->books[A].about = CG_AGAINST_NOBODY;
    int status = cg_side_advance(against->books[A].side, now);
    against->a_now = now > against->a_now ? now : against->a_now;
    cg_against_records_judge(against);
    status = status != 0 ? status : cg_against_follow(against);
    /* B's own deadlines until then, unless it is behind. */
    if (status == 0 && against->first == NULL) {
        status = cg_against_until(against, against->a_now);
        status = status > 0 ? 0 : status;
    }
    against->books[A].about = CG_AGAINST_NOBODY;
    return status;
}

int cg_against_hears(struct cg_against *against,
                     const struct cg_replay_message *message)
{
    struct cg_slice bytes = message->bytes;
    int status = cg_against_before(against, message->time);
    status = status != 0 ? status
                         : cg_replay_ids_rewrite(against->a_ids, &bytes);
    if (status != 0) {
        return status;
    }
    struct cg_against_event *event = cg_against_event_new(
        against, CG_AGAINST_MESSAGE, message->time, bytes);
    if (event == NULL) {
        return CG_ERR_MEMORY;
    }
    event->session = message->session;
    if (cg_slice_is(message->type, "DG")) {
        cg_against_hub_hears_first(against, event);
    }
    if (against->books[A].config->sessions[message->session].role ==
        CG_ROLE_CLIENT) {
        event->record = cg_against_record_add(against, message);
        event->serial = event->record != CG_AGAINST_NOBODY
                            ? against->records[event->record].serial
                            : 0;
        against->books[A].current = event->record;
    }
    against->heard = event;
    return 0;
}

/* What the venue's message was about, by what A made of it. */
static void note_about(struct cg_against *against,
                       struct cg_against_event *event)
{
    uint32_t about = against->books[A].about;
    if (about != CG_AGAINST_NOBODY && against->records[about].serial != 0) {
        event->record = about;
        event->serial = against->records[about].serial;
        event->flag = against->records[about].views[A].over;
        event->sent = against->records[about].views[A].fate ==
                      CG_AGAINST_FORWARDED;
    }
}

int cg_against_heard(struct cg_against *against)
{
    struct cg_against_event *event = against->heard;
    enum cg_role role = against->books[A].config->sessions[event->session].role;
    struct cg_slice type;
    int status = 0;
    against->heard = NULL;
    against->books[A].current = CG_AGAINST_NOBODY;
    if (role == CG_ROLE_CLIENT && event->record != CG_AGAINST_NOBODY) {
        against->records[event->record].views[A].heard = true;
    }
    if (role == CG_ROLE_VENUE) {
        note_about(against, event);
    }
    if (role == CG_ROLE_HUB &&
        cg_against_find((struct cg_slice){event->bytes, event->len}, 35,
                        &type) &&
        cg_slice_is(type, "DG")) {
        status = cg_against_hub_heard(against, event);
    } else {
        cg_against_queue(against, event);
    }
    return status != 0 ? status : cg_against_follow(against);
}

/* What is no message is heard by B in its turn. */
static int other(struct cg_against *against,
                 enum cg_against_what what,
                 cg_session session,
                 bool flag,
                 struct cg_slice bytes,
                 cg_time now)
{
    struct cg_against_event *event = cg_against_event_new(against, what, now,
                                                          bytes);
    if (event == NULL) {
        return CG_ERR_MEMORY;
    }
    event->session = session;
    event->flag = flag;
    if (what == CG_AGAINST_REJECTED) {
        note_about(against, event);
    }
    cg_against_queue(against, event);
    return cg_against_follow(against);
}

int cg_against_link(struct cg_against *against,
                    cg_session session,
                    bool up,
                    cg_time now)
{
    return other(against, CG_AGAINST_LINK, session, up,
                 (struct cg_slice){NULL, 0}, now);
}

int cg_against_renumbered(struct cg_against *against,
                          cg_session session,
                          bool ours,
                          cg_time now)
{
    return other(against, CG_AGAINST_RENUMBERED, session, ours,
                 (struct cg_slice){NULL, 0}, now);
}

int cg_against_stop(struct cg_against *against, cg_time now)
{
    return other(against, CG_AGAINST_STOP, CG_SESSION_NONE, false,
                 (struct cg_slice){NULL, 0}, now);
}

int cg_against_start_again(struct cg_against *against, cg_time now)
{
    return other(against, CG_AGAINST_START_AGAIN, CG_SESSION_NONE, false,
                 (struct cg_slice){NULL, 0}, now);
}

int cg_against_rejected(struct cg_against *against,
                        cg_session session,
                        struct cg_slice sent,
                        cg_time now)
{
    int status = cg_replay_ids_rewrite(against->a_ids, &sent);
    return status != 0
               ? status
               : other(against, CG_AGAINST_REJECTED, session, false, sent, now);
}

int cg_against_resending(struct cg_against *against,
                         cg_session session,
                         struct cg_slice sent,
                         cg_time now)
{
    int status = cg_replay_ids_rewrite(against->a_ids, &sent);
    status = status != 0 ? status : cg_replay_ids_rewrite(&against->ids, &sent);
    return status != 0 ? status
                       : other(against, CG_AGAINST_RESENDING, session, false,
                               sent, now);
}

/* --- what the gates say ------------------------------------------------- */

/* Peers answer by these ids: A's and B's are each other's. */
static bool has_ids(const struct cg_against *against,
                    const struct cg_side_said *said)
{
    const char *type = said->out->type;
    struct cg_slice body = {said->out->body, said->out->body_len};
    struct cg_slice id;
    switch (against->books[A].config->sessions[said->session].role) {
    case CG_ROLE_CLIENT:
        return false;
    case CG_ROLE_HUB:
        return strcmp(type, "DF") != 0;
    case CG_ROLE_VENUE:
        break;
    }
    return strcmp(type, "H") == 0 ||
           (strcmp(type, "F") == 0 && cg_against_find(body, 11, &id) &&
            cg_replay_id_is_made(&against->ids, 11, id));
}

static int says(struct cg_against *against,
                enum cg_against_side side,
                const struct cg_side_said *said)
{
    const struct cg_replay_said is = {
        .time = said->time,
        .type = cg_slice_str(said->out->type),
        .body = {said->out->body, said->out->body_len},
    };
    if (against->books[A].config->sessions[said->session].role ==
        CG_ROLE_CLIENT) {
        cg_against_books_said(against, side, said);
    }
    if (!has_ids(against, said)) {
        return 0;
    }
    return side == A
               ? cg_replay_match_recorded(&against->match, said->session, &is)
               : cg_replay_match_produced(&against->match, said->session, &is);
}

void cg_against_fact(struct cg_against *against, const struct cg_fact *fact)
{
    if (against->books[A].side != NULL) {
        cg_against_books_fact(against, A, fact);
    }
}

int cg_against_said(struct cg_against *against, const struct cg_side_said *said)
{
    return says(against, A, said);
}

static void on_b_fact(void *user, const struct cg_fact *fact)
{
    struct cg_against *against = user;
    if (against->books[B].side != NULL) {
        cg_against_books_fact(against, B, fact);
    }
}

static int on_b_said(void *user, const struct cg_side_said *said)
{
    return says(user, B, said);
}

static int on_pair(void *user,
                   cg_session session,
                   enum cg_replay_verdict verdict,
                   const struct cg_replay_said *recorded,
                   const struct cg_replay_said *produced)
{
    (void)user;
    (void)session;
    (void)verdict;
    (void)recorded;
    (void)produced;
    return 0;
}

/* --- opening ------------------------------------------------------------ */

static bool differs(const struct cg_config_session *a,
                    const struct cg_config_session *b)
{
    return strcmp(a->name, b->name) != 0 || a->role != b->role ||
           strcmp(a->begin_string, b->begin_string) != 0 ||
           strcmp(a->sender_comp_id, b->sender_comp_id) != 0 ||
           strcmp(a->target_comp_id, b->target_comp_id) != 0;
}

bool cg_against_fits(const struct cg_config *a,
                     const struct cg_config *b,
                     char *error,
                     size_t error_len)
{
    if (strcmp(a->gate_name, b->gate_name) != 0) {
        snprintf(
            error, error_len,
            "the gate's Name is %s in one and %s in the other: a log is of "
            "one gate; give both the same",
            a->gate_name, b->gate_name);
        return false;
    }
    size_t count = a->session_count > b->session_count ? a->session_count
                                                       : b->session_count;
    for (size_t i = 0; i < count; i++) {
        bool only = i >= a->session_count || i >= b->session_count;
        if (only || differs(&a->sessions[i], &b->sessions[i])) {
            const struct cg_config *has = i < a->session_count ? a : b;
            snprintf(error, error_len,
                     "session %zu, %s, is not the same in both: sessions must "
                     "have the same names, roles, versions and CompIDs, in the "
                     "same order",
                     i + 1, has->sessions[i].name);
            return false;
        }
    }
    return true;
}

int cg_against_open(const struct cg_against_options *options,
                    const struct cg_config *a,
                    struct cg_against **result)
{
    struct cg_against *against = calloc(1, sizeof(*against));
    if (against == NULL) {
        return CG_ERR_MEMORY;
    }
    against->options = *options;
    against->end = &against->first;
    against->books[A].config = a;
    against->books[B].config = options->config != NULL ? options->config : a;
    cg_replay_ids_init(&against->ids, a);
    cg_replay_ids_init(&against->no_ids, a);
    against->hub_takes = calloc(1, sizeof(*against->hub_takes));
    against->venue_takes = calloc(1, sizeof(*against->venue_takes));
    against->lives = calloc(1, sizeof(*against->lives));
    int status = cg_replay_match_init(&against->match, &against->ids,
                                      a->session_count, on_pair, against);
    status = status != 0 ? status : cg_against_books_open(against);
    if (status != 0 || against->hub_takes == NULL ||
        against->venue_takes == NULL || against->lives == NULL) {
        cg_against_close(against);
        return CG_ERR_MEMORY;
    }
    *result = against;
    return 0;
}

static void free_list(struct cg_against_event *event)
{
    while (event != NULL) {
        struct cg_against_event *next = event->next;
        free(event);
        event = next;
    }
}

void cg_against_close(struct cg_against *against)
{
    if (against == NULL) {
        return;
    }
    cg_side_close(against->books[B].side);
    cg_against_books_close(against);
    free_list(against->first);
    free_list(against->deaf);
    for (size_t i = 0; i < against->heap_count; i++) {
        free(against->heap[i]);
    }
    free(against->heap);
    free(against->heard);
    free(against->unknown);
    free(against->text.bytes);
    free(against->hub_takes);
    free(against->venue_takes);
    free(against->lives);
    cg_replay_match_deinit(&against->match);
    cg_replay_ids_deinit(&against->ids);
    cg_replay_ids_deinit(&against->no_ids);
    free(against);
}

int cg_against_begin(struct cg_against *against,
                     struct cg_side *a,
                     struct cg_replay_ids *a_ids,
                     cg_time now,
                     char *error,
                     size_t error_len)
{
    const struct cg_side_options options = {
        .config = against->books[B].config,
        .rates = against->options.rates,
        .ids = &against->no_ids,
        .now = now,
        .said = on_b_said,
        .fact = on_b_fact,
        .user = against,
    };
    against->books[A].side = a;
    against->a_ids = a_ids;
    against->a_now = now;
    against->b_now = now;
    return cg_side_open(&options, error, error_len, &against->books[B].side);
}

/* --- the end ------------------------------------------------------------ */

/* What only B has not decided yet. */
static bool b_lacks_some(const struct cg_against *against)
{
    for (size_t i = 0; i < against->record_max; i++) {
        const struct cg_against_record *record = &against->records[i];
        if (record->serial != 0 &&
            record->views[B].fate == CG_AGAINST_WAITING &&
            record->views[A].fate != CG_AGAINST_WAITING) {
            return true;
        }
    }
    return false;
}

static void prove(struct cg_against *against)
{
    char token[128];
    size_t leaked = cg_tally_leaked(cg_side_tally(against->books[B].side),
                                    token, sizeof(token));
    struct cg_against_totals *totals = &against->totals;
    totals->holds = cg_gate_audit(cg_side_gate(against->books[B].side),
                                  totals->why, sizeof(totals->why));
    if (totals->holds && leaked > 0) {
        totals->holds = false;
        snprintf(totals->why, sizeof(totals->why),
                 "%zu tokens hold credit that nobody will give back: %s",
                 leaked, token);
    }
}

int cg_against_end(struct cg_against *against, cg_time now)
{
    int status = cg_against_before(against, now);
    against->ended = true;
    cg_against_gives_up(against);
    status = status != 0 ? status : cg_against_follow(against);
    status = status != 0 ? status : cg_against_until(against, now);
    /* Time goes on until B has decided what A has. */
    cg_time last = now + against->books[B].config->hard_deadline_ns + CG_SECOND;
    while (status == 0 && b_lacks_some(against) && against->b_now < last) {
        cg_time next = cg_against_next(against);
        if (next > last) {
            break;
        }
        status = cg_against_until(against, next);
    }
    if (status == 0) {
        cg_against_records_end(against);
        prove(against);
    }
    return status;
}

const struct cg_against_totals *
cg_against_totals_of(const struct cg_against *against)
{
    return &against->totals;
}

const struct cg_side *cg_against_side_of(const struct cg_against *against)
{
    return against->books[B].side;
}
