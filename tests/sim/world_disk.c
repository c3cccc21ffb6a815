/*
 * The product's journal on a disk in memory: the power can be cut in a commit,
 * operations can fail, and it can be full.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "world.h"

#include "../unit/faulty_vfs.h"
#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>

struct world_disk {
    struct faulty_disk *disk;
    size_t moment; /* the last commit had returned */
    cg_seq facts;  /* by then */
    int starts;
    bool failing; /* a fault is planned or has come */
};

static const char *name_of(const struct world *world, int session)
{
    return world->config.sessions[session].fix_name;
}

static int count_fact(void *context, const struct cg_fact *fact)
{
    (void)fact;
    ++*(cg_seq *)context;
    return 0;
}

struct found {
    cg_seq facts;
    int seq_out[DESK_SESSIONS];
    int seq_in[DESK_SESSIONS];
};

/* Each process draws other random numbers, as on a machine. */
static void other_numbers(int starts)
{
    char bytes[16];
    for (int i = 0; i < starts; i++) {
        sqlite3_randomness(sizeof(bytes), bytes);
    }
}

/* Opens the journal on the disk, and reads what is in it. */
static bool open_journal(struct world *world, struct found *found)
{
    char error[512] = "";
    int64_t created = 0;
    *found = (struct found){0};
    faulty_disk_use(world->disk->disk);
    other_numbers(++world->disk->starts);
    int status = cg_journal_open_sqlite("gate.journal", &world->journal, error,
                                        sizeof(error));
    if (status != 0) {
        memset(&world->journal, 0, sizeof(world->journal));
        world_wrong(world, "the journal does not open: %s", error);
        return false;
    }
    for (int i = 0; i < DESK_SESSIONS && status == 0; i++) {
        status = cg_journal_session_load(world->journal.user, name_of(world, i),
                                         &found->seq_out[i], &found->seq_in[i],
                                         &created);
    }
    if (status == 0) {
        status = world->journal.load(world->journal.user, 0, count_fact,
                                     &found->facts);
    }
    if (status != 0) {
        world_wrong(world, "the journal cannot be read (%d)", status);
    }
    return status == 0;
}

bool world_disk_open(struct world *world)
{
    struct found found;
    world->disk = sim_grow(NULL, 1, sizeof(*world->disk));
    memset(world->disk, 0, sizeof(*world->disk));
    world->disk->disk = faulty_disk_open();
    return open_journal(world, &found);
}

void world_disk_close(struct world *world)
{
    if (world->journal.close != NULL) {
        world->journal.close(world->journal.user);
    }
    faulty_disk_use(NULL);
    faulty_disk_close(world->disk->disk);
    free(world->disk);
    world->disk = NULL;
}

/* The whole message goes into the store of its session, as the gateway does
 * it. */
bool world_disk_sent(struct world *world, int session, int seq)
{
    static char bytes[65536];
    const char *name = name_of(world, session);
    size_t len = world_seal(world, session, true, seq, false, bytes,
                            sizeof(bytes));
    int status = cg_journal_message_set(world->journal.user, name, seq, bytes,
                                        len, 0, len);
    if (status == 0) {
        status = cg_journal_session_set_sender(world->journal.user, name,
                                               seq + 1);
    }
    return status == 0;
}

bool world_disk_received(struct world *world, int session, int next)
{
    return cg_journal_session_set_target(world->journal.user,
                                         name_of(world, session), next) == 0;
}

bool world_disk_reset(struct world *world, int session)
{
    return cg_journal_session_reset(world->journal.user,
                                    name_of(world, session), world->now) == 0;
}

/* Some commits meet a disk that fails, or is full. */
void world_disk_fault(struct world *world)
{
    static const enum faulty_op ops[] = {FAULTY_WRITE, FAULTY_SYNC, FAULTY_ANY};
    struct world_disk *disk = world->disk;
    if (disk->failing || world->sound ||
        !world_fault(world, FAULT_DISK_FAILS, 4)) {
        return;
    }
    disk->failing = true;
    if (world_draw(world, 4) == 0) {
        CG_SOMETIMES(disk_full, true);
        faulty_disk_limit(disk->disk, faulty_disk_size(disk->disk) +
                                          (uint64_t)world_draw(world, 20000));
        return;
    }
    CG_SOMETIMES(disk_error, true);
    struct faulty_fault fault = {
        .op = ops[world_draw(world, 3)],
        .at = 1 + (size_t)world_draw(world, 6),
        .lasts = world_draw(world, 2) == 0,
        .partly = world_draw(world, 2) == 0,
        .except = world_draw(world, 2) == 0 ? "-spare" : NULL,
    };
    world_say(world, "disk: fails, %d at %zu%s%s%s", (int)fault.op, fault.at,
              fault.lasts ? " lasting" : "", fault.partly ? " partly" : "",
              fault.except != NULL ? fault.except : "");
    faulty_disk_fail(disk->disk, &fault);
}

bool world_disk_fails(const struct world *world)
{
    return world->disk != NULL && world->disk->failing;
}

void world_disk_heal(struct world *world)
{
    faulty_disk_fail(world->disk->disk, NULL);
    faulty_disk_limit(world->disk->disk, 0);
    world->disk->failing = false;
}

void world_disk_committed(struct world *world)
{
    struct world_disk *disk = world->disk;
    disk->moment = faulty_disk_now(disk->disk);
    disk->facts = cg_gate_facts(world->gate);
}

/* The power goes at a moment of the commit. */
static void cut(struct world *world, bool in_commit)
{
    struct world_disk *disk = world->disk;
    size_t now = faulty_disk_now(disk->disk);
    size_t at = now;
    if (in_commit && now > disk->moment) {
        at = disk->moment + 1 +
             (size_t)world_draw(world, (int64_t)(now - disk->moment));
    }
    struct faulty_disk *after = faulty_disk_cut(
        disk->disk, at, (uint64_t)world_draw(world, 1000000));
    faulty_disk_close(disk->disk);
    disk->disk = after;
}

static bool is_before(const struct world *world, const struct found *found)
{
    for (int i = 0; i < DESK_SESSIONS; i++) {
        const struct world_link *link = &world->links[i];
        if (found->seq_out[i] != link->out.committed + 1 ||
            found->seq_in[i] != link->gate_expects_committed) {
            return false;
        }
    }
    return found->facts == world->disk->facts;
}

static bool is_after(const struct world *world, const struct found *found)
{
    for (int i = 0; i < DESK_SESSIONS; i++) {
        const struct world_link *link = &world->links[i];
        if (found->seq_out[i] != link->out.count + 1 ||
            found->seq_in[i] != link->gate_expects) {
            return false;
        }
    }
    return found->facts >= world->disk->facts;
}

bool world_disk_crash(struct world *world, bool in_commit)
{
    struct found found;
    world->journal.close(world->journal.user);
    memset(&world->journal, 0, sizeof(world->journal));
    world_disk_heal(world);
    if (world_draw(world, 3) > 0) {
        world_say(world, "disk: the power is cut");
        cut(world, in_commit);
    }
    if (!open_journal(world, &found)) {
        return false;
    }
    bool before = is_before(world, &found);
    bool after = in_commit && is_after(world, &found);
    if (!before && !after) {
        world_say(world, "%llu facts, of %llu", (unsigned long long)found.facts,
                  (unsigned long long)world->disk->facts);
        for (int i = 0; i < DESK_SESSIONS; i++) {
            const struct world_link *link = &world->links[i];
            world_say(world, "%s: out %d of %d to %d, in %d of %d to %d",
                      desk_places[i].name, found.seq_out[i] - 1,
                      link->out.committed, link->out.count, found.seq_in[i],
                      link->gate_expects_committed, link->gate_expects);
        }
        world_wrong(world, "R45: the journal has a part of a turn, or has lost "
                           "one that was durable");
    }
    CG_SOMETIMES(power_cut_keeps_the_turn, in_commit && after && !before);
    CG_SOMETIMES(power_cut_loses_the_turn, in_commit && before && !after);
    world->disk->facts = found.facts;
    world->disk->moment = faulty_disk_now(world->disk->disk);
    return after;
}
