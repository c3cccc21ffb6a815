/*
 * One seed's run: what is drawn, how time goes by, how it ends.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "world.h"

#include "../unit/fact_log.h"
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

const char *const fault_names[FAULTS] = {
    [FAULT_LINK_LOST] = "link-lost",
    [FAULT_RESET] = "reset",
    [FAULT_STALL] = "stall",
    [FAULT_GATE_STALL] = "gate-stall",
    [FAULT_DUPLICATE] = "duplicate",
    [FAULT_HUB_LATE] = "hub-late",
    [FAULT_HUB_SILENT] = "hub-silent",
    [FAULT_HUB_REFUSES] = "hub-refuses",
    [FAULT_HUB_LIES] = "hub-lies",
    [FAULT_HUB_FORGETS] = "hub-forgets",
    [FAULT_HUB_LOWERS] = "hub-lowers",
    [FAULT_HUB_STALE] = "hub-stale",
    [FAULT_HUB_STOPS] = "hub-stops",
    [FAULT_HUB_TAKES_BACK] = "hub-takes-back",
    [FAULT_HUB_EXPIRES] = "hub-expires",
    [FAULT_HUB_SKEWED] = "hub-skewed",
    [FAULT_VENUE_REJECTS] = "venue-rejects",
    [FAULT_VENUE_SLOW] = "venue-slow",
    [FAULT_VENUE_CANCELS] = "venue-cancels",
    [FAULT_VENUE_REPEATS] = "venue-repeats",
    [FAULT_VENUE_BUSTS] = "venue-busts",
    [FAULT_VENUE_OVERFILLS] = "venue-overfills",
    [FAULT_VENUE_THROWS_OUT] = "venue-throws-out",
    [FAULT_CLIENT_RACES] = "client-races",
    [FAULT_CLIENT_FLOODS] = "client-floods",
    [FAULT_CLIENT_GARBAGE] = "client-garbage",
    [FAULT_CLIENT_REPEATS] = "client-repeats",
    [FAULT_CRASH] = "crash",
    [FAULT_CRASH_IN_RECOVERY] = "crash-in-recovery",
    [FAULT_DISK_FAILS] = "disk-fails",
    [FAULT_STOP] = "stop",
    [FAULT_HUB_REMOVES] = "hub-removes",
};

void world_wrong(struct world *world, const char *format, ...)
{
    va_list arguments;
    if (world->failure[0] != '\0') {
        return;
    }
    va_start(arguments, format);
    vsnprintf(world->failure, sizeof(world->failure), format, arguments);
    va_end(arguments);
}

void world_say(struct world *world, const char *format, ...)
{
    va_list arguments;
    if (!world->trace) {
        return;
    }
    printf("%11.6f ", (double)(world->now - world->start) / 1e9);
    va_start(arguments, format);
    vprintf(format, arguments);
    va_end(arguments);
    printf("\n");
}

bool world_fault(struct world *world, enum fault fault, int share)
{
    enum fault_level level = world->plan.levels[fault];
    int most = level == FAULT_RARE ? share : share * 8;
    if (random_is_given(&world->streams[fault]) &&
        (level == FAULT_OFF || world->healed)) {
        return false; /* nothing is used up for it */
    }
    bool drawn = random_chance(&world->streams[fault], most);
    return drawn && level != FAULT_OFF && !world->healed;
}

/* --- what a seed draws ---------------------------------------------------- */

static void draw_some(struct random *random, bool *flags, size_t count)
{
    bool any = false;
    for (size_t i = 0; i < count; i++) {
        flags[i] = random_chance(random, 600);
        any |= flags[i];
    }
    if (!any) {
        flags[random_below(random, (int64_t)count)] = true;
    }
}

static void
draw_level(struct random *random, int quiet, struct world_plan *plan, int fault)
{
    int64_t drawn = random_below(random, 100);
    int off = 40 + quiet * 15;
    plan->levels[fault] = drawn < off                         ? FAULT_OFF
                          : drawn < off + (100 - off) * 2 / 3 ? FAULT_RARE
                                                              : FAULT_FREQUENT;
}

void world_plan_draw(struct world_plan *plan, uint64_t seed)
{
    struct random random = {.state = seed * 2 + 1};
    *plan = (struct world_plan){.seed = seed};
    int quiet = (int)random_below(&random, 4);
    for (int i = 0; i < FAULT_LATER; i++) {
        draw_level(&random, quiet, plan, i);
    }
    draw_some(&random, plan->accounts, DESK_ACCOUNTS);
    draw_some(&random, plan->clients, DESK_CLIENT50 + 1);
    plan->queue = random_chance(&random, 300);
    plan->disk = random_chance(&random, 150);
    plan->keeps = random_chance(&random, 500);
    plan->instant = random_chance(&random, 300);
    plan->batch = random_chance(&random, 500) ? 0
                                              : (int)random_below(&random, 600);
    plan->steps = 40 + (int)random_below(&random, 160);
    draw_level(&random, quiet, plan, FAULT_LATER);
}

/* --- time ----------------------------------------------------------------- */

static int64_t earlier(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

static int64_t next_due(const struct world *world)
{
    int64_t due = world_links_due(world);
    due = earlier(due, world_gate_due(world));
    due = earlier(due, sim_hub_due(&world->hub));
    due = earlier(due, sim_venue_due(&world->venue));
    return due;
}

static void run_due(struct world *world)
{
    world_peers_time(world);
    sim_hub_tick(&world->hub);
    sim_venue_tick(&world->venue);
    world_links_run(world);
    world_gate_tick(world);
}

void world_pass(struct world *world, int64_t ns)
{
    int64_t end = world->now + ns;
    for (int i = 0; world_goes_on(world); i++) {
        int64_t due = next_due(world);
        if (world->turn_open) {
            world_turn_end(world);
            continue;
        }
        if (due > end) {
            break;
        }
        world->now = due > world->now ? due : world->now;
        run_due(world);
        if (i > 200000) {
            world_wrong(world, "time does not go on");
        }
    }
    world->now = end;
}

static int64_t any_while(struct world *world)
{
    int64_t kind = world_draw(world, 100);
    int64_t most = kind < 60 ? 10 : kind < 90 ? 300 : kind < 98 ? 3000 : 20000;
    return world_draw(world, most * SIM_MS);
}

/* --- a run ---------------------------------------------------------------- */

static void link_lost(struct world *world)
{
    int session = (int)world_draw(world, DESK_SESSIONS);
    int64_t most = world_draw(world, 3) == 0 ? 10000 : 500;
    world_say(world, "%s: is cut off", desk_places[session].name);
    world_link_down(world, session, world_draw(world, most) * SIM_MS);
}

static void link_stalls(struct world *world)
{
    int session = (int)world_draw(world, DESK_SESSIONS);
    world->links[session].stalled_until = world->now +
                                          world_draw(world, 3000) * SIM_MS;
}

static void gate_stalls(struct world *world)
{
    int64_t ns = world_draw(world, 1500) * SIM_MS;
    if (world->now > world->stalled_until) {
        world->stalled_from = world->now;
    }
    world->stalled_until = world->now + ns;
    ns = world->stalled_until - world->stalled_from;
    world->judge.slack_ns = ns > world->judge.slack_ns ? ns
                                                       : world->judge.slack_ns;
    record_cannot(world, "the gate's process was not run for a while");
}

void world_faults_act(struct world *world,
                      const struct world_mischief *acts,
                      size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (world_fault(world, acts[i].fault, acts[i].share)) {
            world_do(world, (int)acts[i].fault, acts[i].act);
        }
    }
}

static void links_act(struct world *world)
{
    static const struct world_mischief acts[] = {
        {FAULT_LINK_LOST, 12, link_lost},
        {FAULT_STALL, 12, link_stalls},
        {FAULT_GATE_STALL, 5, gate_stalls},
        {FAULT_STOP, 3, world_gate_stop},
    };
    world_faults_act(world, acts, sizeof(acts) / sizeof(acts[0]));
}

static void act(struct world *world)
{
    world_do(world, STREAM_CLIENTS, world_client_acts);
    world_venue_acts(world);
    world_hub_acts(world);
    links_act(world);
}

/* Everything heals, and comes to rest. */
static void settle(struct world *world)
{
    char text[512];
    world->healed = true;
    world->crash_in = 0;
    world->stalled_until = 0;
    for (int i = 0; i < DESK_SESSIONS; i++) {
        world->links[i].stalled_until = 0;
        world->links[i].back_at = earlier(world->links[i].back_at,
                                          world->now + SIM_MS);
    }
    if (world->disk != NULL) {
        world_disk_heal(world);
    }
    world_pass(world, 10 * 1000 * SIM_MS);
    world_peers_heal(world);
    world_pass(world, 5 * 1000 * SIM_MS);
    for (int i = DESK_VENUE42; i <= DESK_VENUE50; i++) {
        /* What was given up until the next logon is taken up again. */
        world_link_down(world, i, 10 * SIM_MS);
    }
    world_pass(world, 5 * 1000 * SIM_MS);
    world_clients_end(world);
    world_pass(world, 10 * 1000 * SIM_MS);
    world_peers_end(world);
    for (int i = 0; i < 20 && world_goes_on(world); i++) {
        world_pass(world, 10 * 1000 * SIM_MS);
        if (!judge_open_end(&world->judge, text, sizeof(text))) {
            return;
        }
    }
    if (world_goes_on(world)) {
        world_wrong(world, "does not settle: %s", text);
    }
}

/* --- books that must agree ------------------------------------------------ */

static void compare_gate(struct world *world)
{
    struct cg_token_view token;
    struct cg_limit_view limit;
    char error[256];
    if (world->gate == NULL) {
        world_wrong(world, "the gate is down at the end");
        return;
    }
    for (size_t i = 0; cg_gate_token(world->gate, i, &token); i++) {
        bool over = strcmp(token.state, "closed") == 0 ||
                    strcmp(token.state, "forgotten") == 0;
        if (!over || token.reserved != 0) {
            world_wrong(world, "R20: the gate's %s of %s is %s, %lld reserved",
                        token.id, token.order, token.state,
                        (long long)token.reserved);
        }
    }
    for (size_t i = 0; cg_gate_limit(world->gate, i, &limit); i++) {
        for (size_t k = 0; k < DESK_LIMITS; k++) {
            int64_t use = judge_use(&world->judge, k);
            if (strcmp(limit.id, desk_limits[k].id) == 0 &&
                !desk_limits[k].clip && limit.used < use) {
                world_wrong(world,
                            "R12: the gate has %lld of %s in use, its wires "
                            "say %lld",
                            (long long)limit.used, limit.id, (long long)use);
            }
        }
    }
    if (!cg_gate_audit(world->gate, error, sizeof(error))) {
        world_wrong(world, "the books do not add up: %s", error);
    }
}

/* A hub that has kept its word has the same in its books. */
static void compare_hub(struct world *world)
{
    if (world->lied || world->forgot || world->removed) {
        return;
    }
    for (size_t i = 0; i < world->hub.ledger.limit_count; i++) {
        const struct sim_limit *limit = &world->hub.ledger.limits[i];
        for (size_t k = 0; k < DESK_LIMITS; k++) {
            int64_t filled = judge_filled(&world->judge, k);
            if (strcmp(limit->id, desk_limits[k].id) != 0) {
                continue;
            }
            if (sim_account_reserved(&limit->sums) != 0) {
                world_wrong(world, "R28: the hub has %lld of %s reserved",
                            (long long)sim_account_reserved(&limit->sums),
                            limit->id);
            } else if (limit->sums.consumed != filled) {
                world_wrong(world,
                            "R25: the hub has %lld of %s consumed, filled are "
                            "%lld",
                            (long long)limit->sums.consumed, limit->id,
                            (long long)filled);
            }
        }
    }
}

/* --- opening and closing -------------------------------------------------- */

static void mistake(
    void *user, const char *file, int line, const char *what, const char *to)
{
    world_wrong(user, "%s:%d: %s: %s", file, line, what, to);
}

static bool write_file(const char *path, const char *text)
{
    FILE *file = fopen(path, "w");
    bool good = file != NULL && fputs(text, file) >= 0;
    return file != NULL && fclose(file) == 0 && good;
}

static void configure(struct world *world)
{
    static char text[16384];
    char folder[] = "/tmp/cg-sim-XXXXXX";
    char path[64];
    char table[64];
    if (mkdtemp(folder) == NULL) {
        world_wrong(world, "no folder in /tmp");
        return;
    }
    snprintf(path, sizeof(path), "%s/gate.cfg", folder);
    snprintf(table, sizeof(table), "%s/instruments.csv", folder);
    desk_configure(world->plan.queue, folder, text, sizeof(text));
    if (!write_file(path, text) || !write_file(table, desk_table()) ||
        cg_config_read(path, mistake, world, &world->config) != 0) {
        world_wrong(world, "the configuration cannot be read");
    }
    unlink(path);
    unlink(table);
    rmdir(folder);
}

static void open_world(struct world *world)
{
    world->start = INT64_C(1800000000) * 1000 * SIM_MS;
    world->now = world->start;
    for (int i = 0; i < STREAMS; i++) {
        int number = i < FAULT_LATER    ? i
                     : i == FAULT_LATER ? STREAMS - 1
                                        : i - 1;
        struct random mix = {.state = world->plan.seed +
                                      ((uint64_t)number << 48)};
        world->streams[i].state = random_next(&mix);
        world->streams[i].given = i < STREAM_WIRES ? world->plan.given : NULL;
    }
    world->stream = STREAM_STEPS;
    world->orders = sim_grow(NULL, 512, sizeof(*world->orders));
    world->facts = sim_grow(NULL, 1, sizeof(*world->facts));
    configure(world);
    judge_init(&world->judge);
    if (world->plan.disk) {
        if (world_goes_on(world) && !world_disk_open(world)) {
            world_wrong(world, "the journal does not open");
        }
    } else {
        fact_log_open(world->facts, &world->journal);
    }
    for (int i = 0; i < DESK_SESSIONS; i++) {
        world->links[i].gate_expects = 1;
        world->links[i].gate_expects_committed = 1;
        world->links[i].peer_expects = 1;
        world->links[i].back_at = world->now;
    }
    world_peers_init(world);
    if (world_goes_on(world)) {
        world_gate_open(world);
    }
}

bool world_run(struct world *world, const struct world_plan *plan)
{
    bool trace = world->trace;
    struct world_record *record = world->record;
    memset(world, 0, sizeof(*world));
    world->trace = trace;
    world->record = record;
    world->plan = *plan;
    open_world(world);
    if (world_goes_on(world)) {
        world_pass(world, 1000 * SIM_MS);
    }
    for (int i = 0; i < plan->steps && world_goes_on(world); i++) {
        act(world);
        world_pass(world, any_while(world));
    }
    if (world_goes_on(world)) {
        settle(world);
    }
    if (world_goes_on(world)) {
        compare_gate(world);
        compare_hub(world);
    }
    return world_goes_on(world);
}

void world_deinit(struct world *world)
{
    cg_gate_close(world->gate);
    world->gate = NULL;
    if (world->disk != NULL) {
        world_disk_close(world);
    } else if (world->facts != NULL) {
        fact_log_deinit(world->facts);
    }
    free(world->facts);
    free(world->orders);
    free(world->turn);
    world_links_deinit(world);
    world_peers_deinit(world);
    judge_deinit(&world->judge);
    cg_config_deinit(&world->config);
}
