/*
 * The gate and its process: turns, commits, crashes, starts.
 *
 * A turn is one or several inputs, what comes of them, and one commit; only
 * then anything leaves, and only then the judge is told.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "world.h"

#include "../unit/fact_log.h"
#include <fix_writer.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { BYTES_MAX = 65536 };

static void lose_turn(struct world *world);
static void settle_turn(struct world *world);

static bool is_alive(const struct world *world)
{
    return world->gate != NULL && world_goes_on(world);
}

/* --- messages ------------------------------------------------------------- */

size_t world_seal(struct world *world,
                  int session,
                  bool from_gate,
                  int seq,
                  bool possdup,
                  char *bytes,
                  size_t room)
{
    const struct world_link *link = &world->links[session];
    const struct world_post *post = from_gate ? &link->out.posts[seq - 1]
                                              : &link->said.posts[seq - 1];
    const struct cg_config_session *place = &world->config.sessions[session];
    char head[512];
    struct cg_fix_writer header = cg_fix_writer_over(head, sizeof(head));
    cg_fix_put_str(&header, 49,
                   from_gate ? place->sender_comp_id : place->target_comp_id);
    cg_fix_put_str(&header, 56,
                   from_gate ? place->target_comp_id : place->sender_comp_id);
    cg_fix_put_int(&header, 34, seq);
    if (possdup) {
        cg_fix_put_char(&header, 43, 'Y');
    }
    cg_fix_put_raw(&header, (struct cg_slice){post->header, post->header_len});
    cg_fix_put_time(&header, 52, possdup ? world->now : post->at);
    if (possdup) {
        cg_fix_put_time(&header, 122, post->at);
    }
    return cg_fix_seal(bytes, room, place->version, cg_slice_str(post->type),
                       cg_fix_written(&header),
                       (struct cg_slice){post->body, post->body_len});
}

static void turn_add(struct world *world, struct world_fact fact)
{
    if (world->turn_count == world->turn_room) {
        world->turn_room = world->turn_room == 0 ? 64 : world->turn_room * 2;
        world->turn = sim_grow(world->turn, world->turn_room,
                               sizeof(*world->turn));
    }
    fact.at = world->now;
    world->turn[world->turn_count++] = fact;
    world->turn_open = true;
}

/* Takes what the gate has to say after a call. */
static void collect(struct world *world, int status)
{
    struct cg_out out;
    world->turn_open = true;
    if (status < 0) {
        return; /* the commit says so, too */
    }
    while (cg_gate_pull(world->gate, &out)) {
        struct world_link *link = &world->links[out.session];
        struct cg_slice header = {out.header, out.header_len};
        struct cg_slice body = {out.body, out.body_len};
        world_post_add(&link->out, out.type, header, body, world->now);
        turn_add(world, (struct world_fact){.way = JUDGE_SAID,
                                            .session = out.session,
                                            .seq = link->out.count});
        record_message(world, out.session, false, link->out.count, false);
        if (world->disk != NULL &&
            !world_disk_sent(world, out.session, link->out.count)) {
            return;
        }
    }
}

/* --- the end of a turn ---------------------------------------------------- */

static void tell_judge(struct world *world, const struct world_fact *fact)
{
    const struct world_link *link = &world->links[fact->session];
    const struct world_post *post = fact->way == JUDGE_IN
                                        ? &link->said.posts[fact->seq - 1]
                                        : &link->out.posts[fact->seq - 1];
    judge_take(&world->judge,
               &(struct judge_event){
                   .way = fact->way,
                   .session = fact->session,
                   .type = post->type,
                   .body = {post->body, post->body_len},
                   .possdup = fact->possdup,
                   .possresend = post->header_len >= 5 &&
                                 memcmp(post->header, "97=Y", 4) == 0,
                   .at = fact->at,
               });
}

static void check_judge(struct world *world)
{
    if (world->judge.failure[0] != '\0') {
        world_wrong(world, "%s", world->judge.failure);
    }
}

/* The turn is durable: it counts, whatever comes. */
static void settle_turn(struct world *world)
{
    record_turn_ends(world, true);
    for (size_t i = world->turn_settled; i < world->turn_count; i++) {
        tell_judge(world, &world->turn[i]);
        check_judge(world);
    }
    world->turn_settled = world->turn_count;
    world->settled++;
    judge_turn_ends(&world->judge, world->now);
    check_judge(world);
    for (int i = 0; i < DESK_SESSIONS; i++) {
        world->links[i].out.committed = world->links[i].out.count;
        world->links[i].gate_expects_committed = world->links[i].gate_expects;
    }
}

static void lose_turn(struct world *world)
{
    for (int i = 0; i < DESK_SESSIONS; i++) {
        world_store_cut(&world->links[i].out, world->links[i].out.committed);
        world->links[i].gate_expects = world->links[i].gate_expects_committed;
    }
    world->turn_count = 0;
    world->turn_settled = 0;
}

/* What is durable leaves, as far as |count| of it goes. */
static void release(struct world *world, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const struct world_fact *fact = &world->turn[i];
        if (fact->way == JUDGE_SAID) {
            world_link_send(world, fact->session, fact->seq, false);
        } else if (fact->way == JUDGE_RESENT) {
            world_link_send(world, fact->session, fact->seq, true);
        } else if (fact->way == JUDGE_WITHHELD) {
            world_link_gap(world, fact->session, fact->seq);
        }
    }
    world->turn_count = 0;
    world->turn_settled = 0;
}

/* The journal is in its spare: the gate goes on for a little while. */
static int begin_to_fail(struct world *world)
{
    world_say(world, "gate: the journal is in its spare");
    CG_SOMETIMES(spare_takes_over, true);
    world->failing = true;
    world->gate_up_at = world->now + (1 + world_draw(world, 3000)) * SIM_MS;
    world_disk_committed(world);
    settle_turn(world); /* nothing of it has left so far */
    record_event(world, "gate stop");
    collect(world, cg_gate_stop(world->gate, world->now));
    return cg_gate_commit(world->gate);
}

static int commit(struct world *world)
{
    int status = cg_gate_commit(world->gate);
    if (status == CG_GATE_E_SPARE && !world->failing) {
        status = begin_to_fail(world);
    }
    return status == CG_GATE_E_SPARE ? 0 : status;
}

static void audit(struct world *world)
{
    char error[256];
    if (world->gate != NULL && (world->trace || world->turns % 8 == 0) &&
        !cg_gate_audit(world->gate, error, sizeof(error))) {
        world_wrong(world, "the books do not add up: %s", error);
    }
}

static void plan_crash(struct world *world)
{
    if (world->crash_in == 0 && world_fault(world, FAULT_CRASH, 3)) {
        world->crash_in = 1 + (int)world_draw(world, 4);
    }
}

static void end_turn(struct world *world)
{
    bool dies = world->crash_in > 0 && !world->sound && --world->crash_in == 0;
    int64_t when = dies ? world_draw(world, 3) : 0;
    world->turn_open = false;
    world->turns++;
    if (dies && when == 0) {
        CG_SOMETIMES(crash_before_commit, world->turn_count > 1);
        world_crash(world, false);
        return;
    }
    if (world->disk != NULL) {
        world_disk_fault(world);
    }
    int status = commit(world);
    world->turn_open = false;
    if (status < 0 || (dies && world->disk != NULL && when == 1)) {
        CG_SOMETIMES(commit_fails, status < 0);
        world_crash(world, true);
        return;
    }
    if (world->disk != NULL) {
        world_disk_committed(world);
    }
    settle_turn(world);
    CG_SOMETIMES(crash_after_commit,
                 dies && when == 1 && world->turn_count > 1);
    CG_SOMETIMES(crash_partly_sent, dies && when == 2 && world->turn_count > 2);
    release(world, !dies       ? world->turn_count
                   : when == 1 ? 0
                               : (size_t)world_draw(
                                     world, (int64_t)world->turn_count + 1));
    audit(world);
    if (dies) {
        world_crash(world, false);
    } else {
        plan_crash(world);
    }
}

void world_turn_end(struct world *world)
{
    if (world->turn_open && world->gate != NULL) {
        int before = world_stream(world, STREAM_GATE);
        end_turn(world);
        world_stream(world, before);
    }
}

/* --- crashes and starts --------------------------------------------------- */

static void mark_crash(struct world *world)
{
    bool waits = false;
    bool asks = false;
    for (size_t i = 0; i < world->judge.request_count; i++) {
        const struct judge_request *it = &world->judge.requests[i];
        waits |= strchr("DG", it->kind) != NULL && !it->said &&
                 it->answers == 0;
    }
    for (size_t i = 0; i < world->judge.ask_count; i++) {
        asks |= !world->judge.asks[i].answered;
    }
    CG_SOMETIMES(crash_while_orders_wait, waits);
    CG_SOMETIMES(crash_while_asks_are_out, asks);
}

/* |in_commit|: whether the turn is there the journal decides. */
void world_crash(struct world *world, bool in_commit)
{
    bool there = false;
    world->crashes++;
    world->died_at = world->now;
    mark_crash(world);
    world_say(world, "gate: dies");
    cg_gate_close(world->gate);
    world->gate = NULL;
    if (world->disk != NULL) {
        there = world_disk_crash(world, in_commit);
    } else {
        fact_log_crash(world->facts);
    }
    if (there) {
        settle_turn(world);
    } else if (world->turn_open || world->turn_count > 0) {
        record_turn_ends(world, false);
    }
    lose_turn(world);
    world->turn_open = false;
    world->failing = false;
    world->crash_in = 0;
    world_links_reset(world);
    world->gate_up_at = world->now;
    if (!world->plan.instant) {
        world->gate_up_at += world_draw(world, 3000) * SIM_MS;
    }
    judge_restarted(&world->judge);
}

static void
on_log(void *user, enum cg_log_level level, cg_time now, const char *text)
{
    struct world *world = user;
    (void)level;
    (void)now;
    if (world->trace) {
        world_say(world, "gate: %s", text);
    }
}

void world_gate_open(struct world *world)
{
    char error[512] = "";
    struct cg_gate_options options = {.config = &world->config,
                                      .journal = &world->journal,
                                      .now = world->now,
                                      .log = on_log,
                                      .user = world};
    int status = cg_gate_open(&options, error, sizeof(error), &world->gate);
    if (status != 0) {
        world->gate = NULL;
        world_wrong(world, "the gate does not open (%d): %s", status, error);
        return;
    }
    world_say(world, "gate: opens");
    judge_restarted(&world->judge);
    if (world->crashes > 0) {
        record_event(world, "gate crash");
    }
    if (world->crashes > 0 && world->died_at < world->now) {
        record_cannot(world, "the gate was down for a while");
    }
    if (world->crashes > 0 &&
        world_fault(world, FAULT_CRASH_IN_RECOVERY, 100)) {
        CG_SOMETIMES(crash_in_recovery, true);
        world->crash_in = 1;
    }
    collect(world, 0);
    world_turn_end(world);
}

void world_gate_close(struct world *world)
{
    world_turn_end(world);
    cg_gate_close(world->gate);
    world->gate = NULL;
}

/* --- inputs --------------------------------------------------------------- */

/* What is due by now comes first. */
static void tick_first(struct world *world)
{
    while (is_alive(world) && world->stalled_until <= world->now &&
           cg_gate_deadline(world->gate) <= world->now) {
        world_turn_end(world);
        if (world->gate != NULL) {
            collect(world, cg_gate_tick(world->gate, world->now));
            world_turn_end(world);
        }
    }
}

void world_gate_recv(struct world *world, int session, int seq, bool possdup)
{
    static char bytes[BYTES_MAX];
    size_t len = world_seal(world, session, false, seq, possdup, bytes,
                            sizeof(bytes));
    tick_first(world);
    if (!is_alive(world) || !world->links[session].up) {
        return; /* it is resent */
    }
    if (len == 0) {
        world_wrong(world, "a message is too long");
        return;
    }
    world->links[session].gate_expects = seq + 1;
    turn_add(world, (struct world_fact){.way = JUDGE_IN,
                                        .session = session,
                                        .seq = seq,
                                        .possdup = possdup});
    record_message(world, session, true, seq, possdup);
    int status = cg_gate_recv(world->gate, (cg_session)session, bytes, len,
                              world->now);
    if (world->disk != NULL) {
        world_disk_received(world, session, seq + 1);
    }
    collect(world, status);
    if (!random_chance(&world->streams[STREAM_BATCH], world->plan.batch)) {
        world_turn_end(world);
    } else {
        CG_SOMETIMES(several_in_one_turn, true);
    }
}

void world_gate_link(struct world *world, int session, bool up)
{
    world_turn_end(world);
    tick_first(world);
    if (!is_alive(world) || world->links[session].up != up) {
        return; /* it has died in that turn */
    }
    judge_link(&world->judge, session, up);
    record_link(world, session, up);
    collect(world,
            cg_gate_link(world->gate, (cg_session)session, up, world->now));
    world_turn_end(world);
}

void world_gate_resend(struct world *world, int session, int from)
{
    static char bytes[BYTES_MAX];
    struct world_link *link = &world->links[session];
    world_turn_end(world);
    tick_first(world);
    if (!is_alive(world) || !link->up) {
        return;
    }
    for (int seq = from; seq <= link->out.count; seq++) {
        size_t len = world_seal(world, session, true, seq, true, bytes,
                                sizeof(bytes));
        bool kept = cg_gate_may_resend(world->gate, (cg_session)session, bytes,
                                       len);
        record_resend(world, session, seq, kept);
        turn_add(world, (struct world_fact){.way = kept ? JUDGE_RESENT
                                                        : JUDGE_WITHHELD,
                                            .session = session,
                                            .seq = seq});
    }
    world_turn_end(world);
}

/* The peer's FIX session rejects (3) what the gate said. */
bool world_gate_rejected(struct world *world, int session, int seq)
{
    static char bytes[BYTES_MAX];
    uint64_t settled;
    world_turn_end(world);
    tick_first(world);
    if (!is_alive(world) || !world->links[session].up) {
        return false;
    }
    size_t len = world_seal(world, session, true, seq, false, bytes,
                            sizeof(bytes));
    turn_add(world, (struct world_fact){
                        .way = JUDGE_REJECTED, .session = session, .seq = seq});
    record_rejected(world, session, seq);
    collect(world, cg_gate_rejected(world->gate, (cg_session)session, bytes,
                                    len, world->now));
    settled = world->settled;
    world_turn_end(world);
    return world->settled > settled;
}

void world_gate_skip(struct world *world, int session)
{
    struct world_link *link = &world->links[session];
    world_turn_end(world);
    tick_first(world);
    if (!is_alive(world) || !link->up || link->resends > 0) {
        return;
    }
    CG_SOMETIMES(hub_skips_its_numbers, link->gate_expects <= link->said.count);
    link->gate_expects = link->said.count + 1;
    record_event(world, "hub skips");
    collect(world, cg_gate_renumbered(world->gate, (cg_session)session, false,
                                      world->now));
    if (world->disk != NULL) {
        world_disk_received(world, session, link->gate_expects);
    }
    world_turn_end(world);
}

static void forget(struct world_link *link)
{
    world_store_cut(&link->out, 0);
    world_store_cut(&link->said, 0);
    link->out.committed = 0;
    link->gate_expects = 1;
    link->gate_expects_committed = 1;
    link->peer_expects = 1;
}

void world_gate_reset(struct world *world, int session)
{
    char text[64];
    world_turn_end(world);
    tick_first(world);
    if (!is_alive(world) || world->failing || world_disk_fails(world)) {
        return;
    }
    CG_SOMETIMES(numbers_reset, true);
    /* A grant that came too late and is lost as well stays in the hub's books.
     */
    world->forgot |= session == DESK_HUB;
    judge_reset(&world->judge, session);
    forget(&world->links[session]);
    snprintf(text, sizeof(text), "%s resets", desk_places[session].name);
    record_event(world, text);
    world->sound = true;
    int status = cg_gate_renumbered(world->gate, (cg_session)session, true,
                                    world->now);
    if (world->disk != NULL) {
        world_disk_reset(world, session);
    }
    collect(world, status);
    world_turn_end(world);
    world->sound = false;
}

void world_gate_stop(struct world *world)
{
    world_turn_end(world);
    tick_first(world);
    if (!is_alive(world) || world->failing) {
        return;
    }
    CG_SOMETIMES(stopped, true);
    world->failing = true;
    world->gate_up_at = world->now + (1 + world_draw(world, 2000)) * SIM_MS;
    record_event(world, "gate stop");
    collect(world, cg_gate_stop(world->gate, world->now));
    world_turn_end(world);
}

/* When the gate's process has something to do. */
int64_t world_gate_due(const struct world *world)
{
    if (world->gate == NULL) {
        return world->gate_up_at;
    }
    int64_t due = cg_gate_deadline(world->gate);
    due = due < world->stalled_until ? world->stalled_until : due;
    return world->failing && world->gate_up_at < due ? world->gate_up_at : due;
}

void world_gate_tick(struct world *world)
{
    world_turn_end(world);
    if (world->gate == NULL) {
        if (world->gate_up_at <= world->now) {
            world_gate_open(world);
        }
        return;
    }
    if (world->failing && world->gate_up_at <= world->now) {
        world_crash(world, false);
        return;
    }
    if (cg_gate_deadline(world->gate) <= world->now &&
        world->stalled_until <= world->now) {
        collect(world, cg_gate_tick(world->gate, world->now));
        world_turn_end(world);
    }
}
