/*
 * The hub and the venues: the simulators of the product, and their mischief.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "world.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int session_of(const struct world *world, const struct sim_peer *peer)
{
    return (int)(peer - world->peers);
}

static void
send(void *user, struct sim_peer *peer, const char *type, struct cg_slice body)
{
    struct world *world = user;
    int session = session_of(world, peer);
    enum fault twice = desk_is_venue(session) ? FAULT_VENUE_REPEATS
                                              : FAULT_DUPLICATE;
    world_peer_send(world, session, type, body, false);
    if (world_fault(world, twice, 5)) {
        world_peer_send(world, session, type, body, world_draw(world, 2) == 0);
    }
}

static void drop(void *user, struct sim_peer *peer)
{
    struct world *world = user;
    world_link_down(world, session_of(world, peer),
                    world_draw(world, 2000) * SIM_MS);
}

static void say(void *user, const char *line)
{
    world_say(user, "      says: %s", line);
}

static void port_init(struct world *world,
                      struct sim_port *port,
                      struct sim_peer **peers,
                      size_t count)
{
    *port = (struct sim_port){.user = world,
                              .peers = peers,
                              .peer_count = count,
                              .send = send,
                              .drop = drop,
                              .say = say};
}

static void hub_limits(struct world *world)
{
    char words[128];
    for (size_t i = 0; i < DESK_LIMITS; i++) {
        const struct desk_limit *it = &desk_limits[i];
        if (!it->hub) {
            continue;
        }
        snprintf(words, sizeof(words), "%s %s %s USD %lld %s used=0", it->id,
                 desk_owners[it->account].firm,
                 desk_owners[it->account].account,
                 (long long)(it->amount / 10000), it->net ? "net" : "gross");
        if (!sim_hub_limit(&world->hub, words, false)) {
            world_wrong(world, "the hub does not take %s", words);
        }
    }
}

void world_peers_init(struct world *world)
{
    static const enum sim_version versions[] = {SIM_FIX42, SIM_FIX44,
                                                SIM_FIX50SP2};
    for (int i = 0; i < DESK_SESSIONS; i++) {
        world->peers[i] = (struct sim_peer){
            .name = desk_places[i].name,
            .version = versions[desk_places[i].version],
        };
    }
    for (int i = 0; i < 3; i++) {
        world->venue_peers[i] = &world->peers[DESK_VENUE42 + i];
    }
    world->hub_peers[0] = &world->peers[DESK_HUB];
    port_init(world, &world->venue_port, world->venue_peers, 3);
    port_init(world, &world->hub_port, world->hub_peers, 1);
    world_peers_time(world);
    sim_venue_init(&world->venue, &world->venue_port);
    world->venue.token_tag = 7350;
    sim_hub_init(&world->hub, &world->hub_port);
    hub_limits(world);
}

void world_peers_deinit(struct world *world)
{
    sim_venue_deinit(&world->venue);
    sim_hub_deinit(&world->hub);
}

void world_peers_time(struct world *world)
{
    world->venue_port.now_ns = world->now;
    world->hub_port.now_ns = world->now;
}

static void command(struct world *world, bool hub, const char *text)
{
    world_peers_time(world);
    world_say(world, "%s: %s", hub ? "hub" : "venue", text);
    if (hub) {
        (void)sim_hub_command(&world->hub, text);
    } else {
        (void)sim_venue_command(&world->venue, text);
    }
}

void world_hub_command(struct world *world, const char *format, ...)
{
    char text[256];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof(text), format, arguments);
    va_end(arguments);
    command(world, true, text);
}

void world_venue_command(struct world *world, const char *format, ...)
{
    char text[256];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof(text), format, arguments);
    va_end(arguments);
    command(world, false, text);
}

static void judge_heard(struct world *world,
                        int session,
                        const struct world_post *post,
                        const struct sim_message *message)
{
    judge_take(&world->judge, &(struct judge_event){
                                  .way = JUDGE_HEARD,
                                  .session = session,
                                  .type = post->type,
                                  .body = message->body,
                                  .possdup = message->possdup,
                                  .possresend = message->possresend,
                                  .at = world->now,
                              });
}

static bool can_throw_out(const struct world_post *post)
{
    return strchr("DGF", post->type[0]) != NULL && post->type[1] == '\0';
}

/* By a Reject (3), or by a j.  A Reject that nobody has heard is gone: no
 * resend says it again. */
static void throw_out(struct world *world, int session, int seq)
{
    const struct world_post *post = &world->links[session].out.posts[seq - 1];
    struct cg_slice id = sim_field_find(
        (struct cg_slice){post->body, post->body_len}, 11);
    struct sim_body body = {0};
    sim_body_int(&body, 45, seq);
    sim_body_text(&body, 372, post->type);
    sim_body_add(&body, 379, id);
    sim_body_int(&body, 380, 4);
    sim_body_text(&body, 58, "cannot take it");
    world_say(world, "%s: throws %d out", desk_places[session].name, seq);
    if (world_draw(world, 2) == 0) {
        world_peer_send(world, session, "j", sim_body_slice(&body), false);
    } else if (!world_gate_rejected(world, session, seq)) {
        post = &world->links[session].out.posts[seq - 1];
        judge_take(&world->judge, &(struct judge_event){
                                      .way = JUDGE_REJECTED,
                                      .unheard = true,
                                      .session = session,
                                      .type = post->type,
                                      .body = {post->body, post->body_len},
                                      .at = world->now,
                                  });
    }
    sim_body_deinit(&body);
}

void world_peer_hears(struct world *world,
                      int session,
                      const struct world_post *post,
                      bool possdup)
{
    struct sim_message message = {
        .type = post->type,
        .body = {post->body, post->body_len},
        .possdup = possdup,
        .possresend = post->header_len >= 5 &&
                      memcmp(post->header, "97=Y", 4) == 0,
    };
    world_peers_time(world);
    if (desk_is_venue(session) && can_throw_out(post) &&
        world_fault(world, FAULT_VENUE_THROWS_OUT, 8)) {
        throw_out(world, session, world->links[session].peer_expects - 1);
        return;
    }
    judge_heard(world, session, post, &message);
    if (desk_is_client(session)) {
        world_client_hears(world, session, post);
    } else if (session == DESK_HUB) {
        sim_hub_receive(&world->hub, &world->peers[session], &message);
    } else {
        sim_venue_receive(&world->venue, &world->peers[session], &message);
    }
}

/* --- the hub's mischief --------------------------------------------------- */

static const char *const hub_ids[] = {"PING-USD", "PUSH-USD", "BOTH-USD",
                                      "NET-USD", "NETPING-USD"};

static const char *any_limit(struct world *world)
{
    return hub_ids[world_draw(world, 5)];
}

static const char *any_account(struct world *world)
{
    return desk_owners[world_draw(world, DESK_ACCOUNTS)].account;
}

static void hub_is_late(struct world *world)
{
    static const int waits[] = {0, 300, 900, 1100, 3000, 6000};
    if (world_draw(world, 2) == 0) {
        world_hub_command(world, "slow %d", waits[world_draw(world, 6)]);
    } else {
        world_hub_command(world, "pending %d", waits[world_draw(world, 6)]);
    }
}

static void hub_is_silent(struct world *world)
{
    static const char *const words[] = {"silent", "deaf", "speak", "speak"};
    int64_t word = world_draw(world, 4);
    world_hub_command(world, "%s", words[word]);
}

static void hub_refuses(struct world *world)
{
    static const char *const words[] = {"normal",     "deny 2",    "deny 99",
                                        "partial 50", "partial 0", "deny 1"};
    world_hub_command(world, "%s", words[world_draw(world, 6)]);
}

/* Those that break a promise of the hub's books are noted: what it has counted
 * is then not what was said. */
static void hub_lies(struct world *world)
{
    size_t count = 0;
    while (sim_faults_about(count) != NULL) {
        count++;
    }
    size_t at = (size_t)world_draw(world, (int64_t)count);
    const char *name = sim_faults_about(at)->name;
    if (strncmp(name, "skewed", 6) == 0 || world_draw(world, 3) == 0) {
        world_hub_command(world, "fault none");
        return;
    }
    world->lied = true;
    world_hub_command(world, "fault %s:%d", name,
                      1 + (int)world_draw(world, 3));
}

/* It restarts without its books, or sets its number anew: what it has said and
 * nobody has heard is lost. */
static void hub_forgets(struct world *world)
{
    world->forgot = true;
    CG_SOMETIMES(hub_forgets, true);
    if (world_draw(world, 3) == 0) {
        world_gate_skip(world, DESK_HUB);
    } else if (world_draw(world, 2) == 0) {
        world_hub_command(world, "restart");
    } else {
        sim_hub_forget(&world->hub);
    }
}

static void hub_lowers(struct world *world)
{
    static const int amounts[] = {0, 5000, 20000, 50000, 90000, 150000};
    world_hub_command(world, "limit %s %d", any_limit(world),
                      amounts[world_draw(world, 6)]);
}

/* Limits that are gone are set anew. */
static void set_anew(struct world *world)
{
    for (size_t i = 0; i < DESK_LIMITS; i++) {
        const struct desk_limit *it = &desk_limits[i];
        struct cg_slice id = {it->id, strlen(it->id)};
        if (it->hub && sim_ledger_limit(&world->hub.ledger, id) == SIM_NONE) {
            const struct desk_owner *owner = &desk_owners[it->account];
            world_hub_command(world, "limit %s %s %s USD 60000 %s", it->id,
                              owner->firm, owner->account,
                              it->net ? "net" : "gross");
        }
    }
}

/* What its books have of a limit that is gone is of no use to compare. */
static void hub_removes(struct world *world)
{
    const char *id = any_limit(world);
    if (world_draw(world, 2) == 0) {
        world->removed = true;
        world_hub_command(world, "remove %s", id);
    } else {
        set_anew(world);
    }
}

static void hub_feed_is_stale(struct world *world)
{
    switch (world_draw(world, 4)) {
    case 0:
        world_hub_command(world, "snapshot");
        break;
    case 1:
        world_hub_command(world, "fragment %d", (int)world_draw(world, 3));
        break;
    case 2:
        world_hub_command(world, "fault update-out-of-order:1");
        break;
    default:
        world_hub_command(world, "fault duplicate-update:1");
        break;
    }
}

static void hub_stops(struct world *world)
{
    static const char *const words[] = {"suspend", "halt", "reinstate",
                                        "reinstate"};
    world_hub_command(world, "%s %s%s", words[world_draw(world, 4)],
                      any_account(world),
                      world_draw(world, 6) == 0 ? " drill" : "");
}

static void hub_takes_back(struct world *world)
{
    size_t count = world->hub.ledger.token_count;
    if (count > 0) {
        size_t last = count > 6 ? 6 : count;
        size_t at = count - 1 - (size_t)world_draw(world, (int64_t)last);
        world_hub_command(world, "cancel %s", world->hub.ledger.tokens[at].id);
    }
}

static void hub_expires(struct world *world)
{
    static const int lives[] = {0, 500, 2000, 8000, 20000, 60000};
    world_hub_command(world, "expire %d", lives[world_draw(world, 6)]);
}

static void hub_is_skewed(struct world *world)
{
    world_hub_command(world, "fault skewed-clock=%d:1",
                      (int)world_draw(world, 3000));
}

void world_hub_acts(struct world *world)
{
    static const struct world_mischief acts[] = {
        {FAULT_HUB_LATE, 12, hub_is_late},
        {FAULT_HUB_SILENT, 12, hub_is_silent},
        {FAULT_HUB_REFUSES, 12, hub_refuses},
        {FAULT_HUB_LIES, 12, hub_lies},
        {FAULT_HUB_FORGETS, 12, hub_forgets},
        {FAULT_HUB_LOWERS, 12, hub_lowers},
        {FAULT_HUB_STALE, 12, hub_feed_is_stale},
        {FAULT_HUB_STOPS, 12, hub_stops},
        {FAULT_HUB_TAKES_BACK, 12, hub_takes_back},
        {FAULT_HUB_EXPIRES, 12, hub_expires},
        {FAULT_HUB_SKEWED, 12, hub_is_skewed},
        {FAULT_HUB_REMOVES, 12, hub_removes},
    };
    world_faults_act(world, acts, sizeof(acts) / sizeof(acts[0]));
}

/* --- venues --------------------------------------------------------------- */

/* An open order, or SIM_NONE. */
static size_t any_open(struct world *world)
{
    const struct sim_book *book = &world->venue.book;
    int side = (int)world_draw(world, 2);
    side = book->open_count[side] > 0 ? side : 1 - side;
    return book->open_count[side] > 0
               ? book->open[side]
                           [world_draw(world, (int64_t)book->open_count[side])]
               : SIM_NONE;
}

static void trade(struct world *world)
{
    size_t at = any_open(world);
    if (at == SIM_NONE) {
        return;
    }
    world_peers_time(world);
    const struct sim_order *order = &world->venue.book.orders[at];
    int64_t million = INT64_C(100000000);
    int64_t leaves = sim_order_leaves(order);
    int64_t parts = leaves / million;
    int64_t qty = parts > 1 && world_draw(world, 2) == 0
                      ? million * (1 + world_draw(world, parts))
                      : leaves;
    world_say(world, "venue: trades %s", order->clordid);
    sim_venue_trade(&world->venue, at, qty < leaves ? qty : leaves,
                    order->price);
}

void world_venue_trades(struct world *world)
{
    world_do(world, STREAM_VENUES, trade);
}

static void venue_rejects(struct world *world)
{
    world_venue_command(world, "reject %d", 1 + (int)world_draw(world, 3));
}

static void venue_is_slow(struct world *world)
{
    static const int waits[] = {0, 200, 800, 3000};
    switch (world_draw(world, 3)) {
    case 0:
        world_venue_command(world, "hold");
        break;
    case 1:
        world_venue_command(world, "release");
        break;
    default:
        world_venue_command(world, "slow %d", waits[world_draw(world, 4)]);
        break;
    }
}

static void venue_cancels(struct world *world)
{
    size_t at = any_open(world);
    if (at != SIM_NONE) {
        static const char states[] = {SIM_CANCELED, SIM_EXPIRED, SIM_CANCELED};
        world_peers_time(world);
        world_say(world, "venue: ends %s",
                  world->venue.book.orders[at].clordid);
        sim_venue_end(&world->venue, at, states[world_draw(world, 3)]);
    }
}

static void venue_busts(struct world *world)
{
    size_t count = world->venue.book.fill_count;
    if (count > 0) {
        size_t at = (size_t)world_draw(world, (int64_t)count);
        world_venue_command(world, "bust %s",
                            world->venue.book.fills[at].exec_id);
    }
}

/* More than was asked for, or after the end. */
static void venue_overfills(struct world *world)
{
    int64_t million = INT64_C(100000000);
    size_t count = world->venue.book.order_count;
    size_t at = any_open(world);
    if (world_draw(world, 2) == 0 && count > 0) {
        at = count - 1 - (size_t)world_draw(world, count < 8 ? 1 : 8);
    }
    if (at != SIM_NONE) {
        const struct sim_order *order = &world->venue.book.orders[at];
        int64_t leaves = order->open ? sim_order_leaves(order) : 0;
        world_say(world, "venue: overfills %s", order->clordid);
        world_peers_time(world);
        sim_venue_trade(&world->venue, at,
                        leaves + million * (1 + world_draw(world, 3)),
                        order->price);
    }
}

void world_venue_acts(struct world *world)
{
    static const struct world_mischief acts[] = {
        {FAULT_VENUE_REJECTS, 12, venue_rejects},
        {FAULT_VENUE_SLOW, 12, venue_is_slow},
        {FAULT_VENUE_CANCELS, 12, venue_cancels},
        {FAULT_VENUE_BUSTS, 12, venue_busts},
        {FAULT_VENUE_OVERFILLS, 12, venue_overfills},
    };
    world_faults_act(world, acts, sizeof(acts) / sizeof(acts[0]));
}

/* --- the end -------------------------------------------------------------- */

/* Everybody keeps his word from now on. */
void world_peers_heal(struct world *world)
{
    world_venue_command(world, "reject 0");
    world_venue_command(world, "slow 0");
    world_venue_command(world, "release");
    world_hub_command(world, "normal");
    world_hub_command(world, "fragment 0");
    world_hub_command(world, "expire 3600000");
    set_anew(world);
    for (size_t i = 0; i < 5; i++) {
        world_hub_command(world, "limit %s 400000", hub_ids[i]);
    }
    for (size_t i = 0; i < DESK_ACCOUNTS; i++) {
        world_hub_command(world, "reinstate %s", desk_owners[i].account);
    }
}

/* What rests ends. */
void world_peers_end(struct world *world)
{
    size_t at;
    world_peers_time(world);
    while ((at = any_open(world)) != SIM_NONE) {
        sim_venue_end(&world->venue, at, SIM_CANCELED);
    }
}
