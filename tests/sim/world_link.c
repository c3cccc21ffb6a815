/*
 * Wires and FIX sessions: numbers, stores, resends, and what is lost.
 *
 * Each direction of a session is a queue in the order of time.  What is under
 * way when a line breaks is lost, and asked for again at the next logon, as
 * FIX sessions do it.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "world.h"

#include <stdlib.h>
#include <string.h>

static char *copy(struct cg_slice text)
{
    return text.len > 0 ? sim_copy(text) : NULL;
}

struct world_post *world_post_add(struct world_store *store,
                                  const char *type,
                                  struct cg_slice header,
                                  struct cg_slice body,
                                  int64_t at)
{
    if (store->count == store->room) {
        store->room = store->room == 0 ? 64 : store->room * 2;
        store->posts = sim_grow(store->posts, (size_t)store->room,
                                sizeof(*store->posts));
    }
    struct world_post *post = &store->posts[store->count++];
    *post = (struct world_post){.header = copy(header),
                                .header_len = header.len,
                                .body = copy(body),
                                .body_len = body.len,
                                .at = at};
    strncpy(post->type, type, sizeof(post->type) - 1);
    return post;
}

void world_store_cut(struct world_store *store, int count)
{
    while (store->count > count) {
        store->count--;
        free(store->posts[store->count].header);
        free(store->posts[store->count].body);
    }
}

static void wire_put(struct world *world,
                     struct world_link *link,
                     struct world_wire *wire,
                     struct world_item item,
                     int64_t stalled_until)
{
    int session = (int)(link - world->links);
    struct random *random = &world->streams[STREAM_WIRES + session];
    if (wire->first > 0 && wire->first == wire->count) {
        wire->first = wire->count = 0;
    }
    if (wire->count == wire->room) {
        wire->room = wire->room == 0 ? 32 : wire->room * 2;
        wire->items = sim_grow(wire->items, wire->room, sizeof(*wire->items));
    }
    int64_t takes = SIM_MS / 2 + random_below(random, 4 * SIM_MS);
    item.due = world->now + takes;
    item.due = item.due > wire->last_due ? item.due : wire->last_due;
    item.due = item.due > stalled_until ? item.due : stalled_until;
    wire->last_due = item.due;
    wire->items[wire->count++] = item;
}

static void wire_clear(struct world_wire *wire)
{
    wire->first = 0;
    wire->count = 0;
    wire->last_due = 0;
}

void world_link_send(struct world *world, int session, int seq, bool possdup)
{
    struct world_link *link = &world->links[session];
    if (link->up) {
        wire_put(world, link, &link->out_wire,
                 (struct world_item){
                     .kind = ITEM_MESSAGE, .seq = seq, .possdup = possdup},
                 link->stalled_until);
    }
}

void world_link_gap(struct world *world, int session, int seq)
{
    struct world_link *link = &world->links[session];
    if (link->up) {
        wire_put(world, link, &link->out_wire,
                 (struct world_item){.kind = ITEM_GAP, .seq = seq},
                 link->stalled_until);
    }
}

/* R29: some grants come at the very moment at which they count as expired. */
static int64_t
edge_of(const struct world *world, int session, struct cg_slice body)
{
    struct cg_slice expires = sim_field_find(body, 126);
    if (session != DESK_HUB || expires.len == 0 || world->healed ||
        world->plan.levels[FAULT_HUB_EXPIRES] != FAULT_FREQUENT) {
        return 0;
    }
    int64_t edge = judge_time(expires) - DESK_MARGIN_MS * SIM_MS;
    bool soon = edge > world->now && edge < world->now + 2000 * SIM_MS;
    return soon && edge / SIM_MS % 2 == 0 ? edge : 0;
}

void world_peer_send(struct world *world,
                     int session,
                     const char *type,
                     struct cg_slice body,
                     bool possresend)
{
    struct world_link *link = &world->links[session];
    struct cg_slice header = possresend ? CG_SLICE("97=Y\001")
                                        : (struct cg_slice){NULL, 0};
    world_post_add(&link->said, type, header, body, world->now);
    if (link->up) {
        int64_t edge = edge_of(world, session, body);
        wire_put(
            world, link, &link->in_wire,
            (struct world_item){.kind = ITEM_MESSAGE, .seq = link->said.count},
            edge > link->stalled_until ? edge : link->stalled_until);
    }
}

/* Logon: each side asks for what it has not. */
void world_link_up(struct world *world, int session)
{
    struct world_link *link = &world->links[session];
    if (link->up || world->gate == NULL) {
        return;
    }
    if (!desk_is_client(session) && world_fault(world, FAULT_RESET, 40)) {
        world_gate_reset(world, session);
    }
    if (world->gate == NULL) {
        return;
    }
    int asked = link->gate_expects;
    link->up = true;
    world->peers[session].up = true;
    CG_SOMETIMES(logon_with_gap_to_gate, asked <= link->said.count);
    CG_SOMETIMES(logon_with_gap_to_peer, link->peer_expects <= link->out.count);
    if (link->peer_expects <= link->out.count) {
        link->resends++;
        wire_put(world, link, &link->in_wire,
                 (struct world_item){.kind = ITEM_REQUEST,
                                     .seq = link->peer_expects},
                 0);
    }
    for (int seq = asked; seq <= link->said.count; seq++) {
        wire_put(world, link, &link->in_wire,
                 (struct world_item){
                     .kind = ITEM_MESSAGE, .seq = seq, .possdup = true},
                 0);
    }
    world_gate_link(world, session, true);
    if (session == DESK_HUB && link->up) {
        world_peers_time(world);
        sim_hub_logon(&world->hub, &world->peers[session]);
    }
}

/* --- what arrives --------------------------------------------------------- */

static void hear(struct world *world, int session, int seq, bool possdup)
{
    /* A copy: what is said meanwhile moves the store. */
    struct world_post post = world->links[session].out.posts[seq - 1];
    world_peer_hears(world, session, &post, possdup);
}

static bool *early_at(struct world_link *link, int seq)
{
    if (seq >= link->early_room) {
        int room = seq + 256;
        link->early = sim_grow(link->early, (size_t)room, sizeof(bool));
        memset(link->early + link->early_room, 0,
               (size_t)(room - link->early_room) * sizeof(bool));
        link->early_room = room;
    }
    return &link->early[seq];
}

static void
to_peer(struct world *world, int session, const struct world_item *item)
{
    struct world_link *link = &world->links[session];
    if (item->seq > link->peer_expects) {
        if (world->plan.keeps && item->kind == ITEM_MESSAGE) {
            *early_at(link, item->seq) = true;
        }
        return;
    }
    if (item->seq < link->peer_expects) {
        return; /* known */
    }
    link->peer_expects++;
    if (item->kind == ITEM_MESSAGE) {
        hear(world, session, item->seq, item->possdup);
    }
    while (link->up && *early_at(link, link->peer_expects)) {
        int seq = link->peer_expects++;
        CG_SOMETIMES(kept_behind_a_gap, true);
        hear(world, session, seq, false);
    }
}

/* --- lines that break ----------------------------------------------------- */

static void line_breaks(struct world *world, int session)
{
    struct world_link *link = &world->links[session];
    link->up = false;
    world->peers[session].up = false;
    CG_SOMETIMES(lost_with_order_on_the_wire,
                 link->out_wire.first < link->out_wire.count &&
                     desk_is_venue(session));
    CG_SOMETIMES(lost_while_resending, link->resends > 0);
    link->resends = 0;
    wire_clear(&link->in_wire);
    wire_clear(&link->out_wire);
    if (link->early != NULL) {
        memset(link->early, 0, (size_t)link->early_room * sizeof(*link->early));
    }
}

void world_link_down(struct world *world, int session, int64_t for_ns)
{
    struct world_link *link = &world->links[session];
    link->back_at = world->now + for_ns;
    if (!link->up) {
        return;
    }
    line_breaks(world, session);
    world_gate_link(world, session, false);
}

/* What the process had handed to the system arrives, if only in part. */
static void last_words(struct world *world, int session)
{
    struct world_wire *wire = &world->links[session].out_wire;
    int64_t left = (int64_t)(wire->count - wire->first);
    for (int64_t n = world_draw(world, left + 1);
         n > 0 && world->links[session].up; n--) {
        struct world_item item = wire->items[wire->first++];
        to_peer(world, session, &item);
        CG_SOMETIMES(heard_from_a_dead_gate, true);
    }
}

/* The gate's process is gone. */
void world_links_reset(struct world *world)
{
    for (int i = 0; i < DESK_SESSIONS; i++) {
        last_words(world, i);
        if (world->links[i].up) {
            line_breaks(world, i);
        }
        world->links[i].back_at = world->now + world_draw(world, 400) * SIM_MS;
    }
}

void world_links_deinit(struct world *world)
{
    for (int i = 0; i < DESK_SESSIONS; i++) {
        struct world_link *link = &world->links[i];
        world_store_cut(&link->said, 0);
        world_store_cut(&link->out, 0);
        free(link->said.posts);
        free(link->out.posts);
        free(link->in_wire.items);
        free(link->out_wire.items);
        free(link->early);
    }
}

/* --- what is due ---------------------------------------------------------- */

static void
to_gate(struct world *world, int session, const struct world_item *item)
{
    struct world_link *link = &world->links[session];
    if (item->kind == ITEM_REQUEST) {
        link->resends--;
        world_gate_resend(world, session, item->seq);
    } else if (item->seq == link->gate_expects) {
        world_gate_recv(world, session, item->seq, item->possdup);
    }
}

static int64_t wire_due(const struct world_wire *wire)
{
    return wire->first < wire->count ? wire->items[wire->first].due : SIM_NEVER;
}

int64_t world_links_due(const struct world *world)
{
    int64_t due = SIM_NEVER;
    for (int i = 0; i < DESK_SESSIONS; i++) {
        const struct world_link *link = &world->links[i];
        int64_t in = wire_due(&link->in_wire);
        int64_t out = wire_due(&link->out_wire);
        in = in < world->stalled_until ? world->stalled_until : in;
        due = in < due ? in : due;
        due = out < due ? out : due;
        if (!link->up && world->gate != NULL && link->back_at < due) {
            due = link->back_at;
        }
    }
    return due;
}

/* Takes one thing that is due; false when there is none. */
static bool run_one(struct world *world, int session)
{
    struct world_link *link = &world->links[session];
    if (!link->up && world->gate != NULL && link->back_at <= world->now) {
        world_link_up(world, session);
        return true;
    }
    if (wire_due(&link->in_wire) <= world->now && world->gate != NULL &&
        world->stalled_until <= world->now) {
        struct world_item item = link->in_wire.items[link->in_wire.first++];
        to_gate(world, session, &item);
        return true;
    }
    if (wire_due(&link->out_wire) <= world->now) {
        struct world_item item = link->out_wire.items[link->out_wire.first++];
        to_peer(world, session, &item);
        return true;
    }
    return false;
}

void world_links_run(struct world *world)
{
    bool more = true;
    while (more && world_goes_on(world)) {
        more = false;
        int from = (int)random_below(&world->streams[STREAM_BATCH],
                                     DESK_SESSIONS);
        for (int i = 0; i < DESK_SESSIONS && world_goes_on(world); i++) {
            more |= run_one(world, (from + i) % DESK_SESSIONS);
        }
    }
}
