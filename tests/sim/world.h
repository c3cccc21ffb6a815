/*
 * The world around one gate: time, wires, FIX sessions, disk, clients, venues
 * and a hub.  One thread, one seed.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef SIM_WORLD_H
#define SIM_WORLD_H

#include "desk.h"
#include "judge.h"
#include "marks.h"
#include "random.h"
#include <configuration.h>
#include <creditgate/gate.h>
#include <sim_hub.h>
#include <sim_venue.h>

/* What may go wrong; each seed draws which of it is off, rare or frequent. */
enum fault {
    FAULT_LINK_LOST,
    FAULT_RESET,          /* numbers begin at 1 again */
    FAULT_STALL,          /* a wire hands nothing on for a while */
    FAULT_GATE_STALL,     /* the gate's process is not run */
    FAULT_DUPLICATE,      /* a peer says a thing twice */
    FAULT_HUB_LATE,       /* slow, pending */
    FAULT_HUB_SILENT,     /* answers never come */
    FAULT_HUB_REFUSES,    /* deny, partial */
    FAULT_HUB_LIES,       /* wrong answers, of sim_hub's planted faults */
    FAULT_HUB_FORGETS,    /* restarts */
    FAULT_HUB_LOWERS,     /* limits below use, and up again */
    FAULT_HUB_STALE,      /* feed: old, repeated and partial updates */
    FAULT_HUB_STOPS,      /* suspends, halts, reinstates */
    FAULT_HUB_TAKES_BACK, /* 2325=4 */
    FAULT_HUB_EXPIRES,    /* short lives */
    FAULT_HUB_SKEWED,     /* its clock */
    FAULT_VENUE_REJECTS,
    FAULT_VENUE_SLOW,
    FAULT_VENUE_CANCELS, /* unsolicited, expiry */
    FAULT_VENUE_REPEATS, /* reports */
    FAULT_VENUE_BUSTS,
    FAULT_VENUE_OVERFILLS,
    FAULT_VENUE_THROWS_OUT, /* a Reject (3) of what the gate said */
    FAULT_CLIENT_RACES,     /* cancels and replaces that cross */
    FAULT_CLIENT_FLOODS,
    FAULT_CLIENT_GARBAGE,
    FAULT_CLIENT_REPEATS, /* PossDup, PossResend, used ids */
    FAULT_CRASH,
    FAULT_CRASH_IN_RECOVERY,
    FAULT_DISK_FAILS,  /* I/O errors, a full disk */
    FAULT_STOP,        /* the host ends and starts again */
    FAULT_HUB_REMOVES, /* limits, and sets them anew */
    FAULTS,
    FAULT_LATER = FAULT_HUB_REMOVES, /* what older seeds do without */
};

extern const char *const fault_names[FAULTS];

/* Random numbers come from several sources, so that a fault that is switched
 * off leaves the others as they were. */
enum stream {
    STREAM_STEPS = FAULTS,
    STREAM_CLIENTS,
    STREAM_VENUES,
    STREAM_GATE,
    STREAM_BATCH,
    STREAM_WIRES, /* one for each session */
    STREAMS = STREAM_WIRES + DESK_SESSIONS,
};

enum fault_level { FAULT_OFF, FAULT_RARE, FAULT_FREQUENT };

/* Where a seed's runs may differ: what shrinking takes away. */
struct world_plan {
    uint64_t seed;
    enum fault_level levels[FAULTS];
    bool accounts[DESK_ACCOUNTS];
    bool clients[DESK_SESSIONS];
    bool queue;   /* the net limit queues */
    bool disk;    /* the journal is SQLite's, over a disk in memory */
    bool keeps;   /* venues keep what comes behind a gap */
    bool instant; /* a gate that died starts again at once */
    int batch;    /* of 1000: an input joins the turn before it */
    int steps;
    /* What is decided instead of drawn, but for the wires; or NULL. */
    struct random_given *given;
};

/* One message, kept by who has said it. */
struct world_post {
    char type[8];
    char *header; /* 97 and the like */
    size_t header_len;
    char *body;
    size_t body_len;
    int64_t at;
};

struct world_store {
    struct world_post *posts; /* number n is posts[n - 1] */
    int count;
    int room;
    int committed; /* of the gate's own */
};

enum world_kind {
    ITEM_MESSAGE,
    ITEM_GAP,     /* a number that is filled */
    ITEM_REQUEST, /* a ResendRequest, from number |seq| */
};

struct world_item {
    int64_t due;
    enum world_kind kind;
    int seq;
    bool possdup;
};

struct world_wire {
    struct world_item *items;
    size_t first;
    size_t count;
    size_t room;
    int64_t last_due;
};

struct world_link {
    bool up;
    int64_t back_at; /* when it is tried again */
    int64_t stalled_until;
    int gate_expects;
    int gate_expects_committed;
    int peer_expects;
    struct world_store said; /* by the peer */
    struct world_store out;  /* by the gate */
    struct world_wire in_wire;
    struct world_wire out_wire;
    bool *early; /* beyond the gap, kept; by number */
    int early_room;
    int resends; /* ResendRequests under way */
};

/* What is told to the judge once it is durable. */
struct world_fact {
    enum judge_way way;
    int session;
    int seq;
    bool possdup;
    int64_t at;
};

/* An order as its client knows it. */
struct world_order {
    int client;
    char side;
    size_t account;
    size_t symbol;
    int64_t qty;
    char newest[24]; /* sent */
    char current[24];
    bool answered;
    bool open;
};

struct world_record;

struct world {
    struct world_plan plan;
    struct random streams[STREAMS];
    int stream; /* the one that world_draw() draws from */
    int64_t start;
    int64_t now;
    struct cg_config config;
    struct world_disk *disk; /* NULL: the journal is an array */
    struct fact_log *facts;
    struct cg_journal journal;
    struct cg_gate *gate; /* NULL: down */
    int64_t gate_up_at;
    int64_t died_at;
    int64_t stalled_from;
    int64_t stalled_until;
    bool failing; /* the journal is in its spare, or the host ends */
    bool sound;   /* nothing fails in this turn */
    bool turn_open;
    struct world_fact *turn;
    size_t turn_count;
    size_t turn_settled; /* of these the judge knows */
    size_t turn_room;
    int crash_in; /* commits until one crashes; 0: none is planned */
    bool healed;
    struct world_link links[DESK_SESSIONS];
    struct sim_peer peers[DESK_SESSIONS];
    struct sim_peer *venue_peers[3];
    struct sim_peer *hub_peers[1];
    struct sim_port venue_port;
    struct sim_port hub_port;
    struct sim_venue venue;
    struct sim_hub hub;
    struct judge judge;
    struct world_order *orders;
    size_t order_count;
    unsigned ids;
    bool lied;    /* the hub's books may be wrong */
    bool forgot;  /* the hub has lost its books */
    bool removed; /* the hub has removed a limit */
    char failure[1024];
    bool trace;
    struct world_record *record; /* NULL: nothing is written down */
    uint64_t turns;
    uint64_t settled; /* of these */
    uint64_t crashes;
};

/* What the seed draws. */
void world_plan_draw(struct world_plan *plan, uint64_t seed);

/* Runs |plan| to its end.  True when all was as it must be; else |failure|
 * says what was not. */
bool world_run(struct world *world, const struct world_plan *plan);
void world_deinit(struct world *world);

/* --- between the parts of the world --------------------------------------- */

void world_wrong(struct world *world, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
void world_say(struct world *world, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
static inline bool world_goes_on(const struct world *world)
{
    return world->failure[0] == '\0';
}
static inline int64_t world_draw(struct world *world, int64_t below)
{
    return random_below(&world->streams[world->stream], below);
}
/* Draws from |stream| from now on; the one before is returned. */
static inline int world_stream(struct world *world, int stream)
{
    int before = world->stream;
    world->stream = stream;
    return before;
}
/* Does |act| with the random numbers of |stream|. */
static inline void
world_do(struct world *world, int stream, void (*act)(struct world *world))
{
    int before = world_stream(world, stream);
    act(world);
    world_stream(world, before);
}
/* Off: never; rare: |share| of 1000; frequent: eight times that. */
bool world_fault(struct world *world, enum fault fault, int share);

/* What a fault does, and in how many of 1000 steps when it is rare. */
struct world_mischief {
    enum fault fault;
    int share;
    void (*act)(struct world *world);
};
void world_faults_act(struct world *world,
                      const struct world_mischief *acts,
                      size_t count);

/* world_gate.c */
void world_gate_open(struct world *world);
void world_gate_close(struct world *world);
void world_gate_recv(struct world *world, int session, int seq, bool possdup);
void world_gate_link(struct world *world, int session, bool up);
void world_gate_resend(struct world *world, int session, int from);
/* False when the gate cannot have heard it. */
bool world_gate_rejected(struct world *world, int session, int seq);
/* The peer sets its number anew: what is on the wire never comes. */
void world_gate_skip(struct world *world, int session);
/* At a logon: what either side has said and the other has not heard is lost. */
void world_gate_reset(struct world *world, int session);
void world_gate_stop(struct world *world);
void world_gate_tick(struct world *world);
void world_turn_end(struct world *world);
void world_crash(struct world *world, bool in_commit);
int64_t world_gate_due(const struct world *world);
size_t world_seal(struct world *world,
                  int session,
                  bool from_gate,
                  int seq,
                  bool possdup,
                  char *bytes,
                  size_t room);

/* world_disk.c: the journal on a disk in memory */
bool world_disk_open(struct world *world);
void world_disk_close(struct world *world);
bool world_disk_sent(struct world *world, int session, int seq);
bool world_disk_reset(struct world *world, int session);
bool world_disk_received(struct world *world, int session, int next);
void world_disk_fault(struct world *world);
void world_disk_committed(struct world *world);
/* Returns whether the turn is there. */
bool world_disk_crash(struct world *world, bool in_commit);
bool world_disk_fails(const struct world *world);
void world_disk_heal(struct world *world);

/* world_link.c */
struct world_post *world_post_add(struct world_store *store,
                                  const char *type,
                                  struct cg_slice header,
                                  struct cg_slice body,
                                  int64_t at);
void world_store_cut(struct world_store *store, int count);
void world_link_send(struct world *world, int session, int seq, bool possdup);
void world_link_gap(struct world *world, int session, int seq);
void world_peer_send(struct world *world,
                     int session,
                     const char *type,
                     struct cg_slice body,
                     bool possresend);
void world_link_up(struct world *world, int session);
void world_link_down(struct world *world, int session, int64_t for_ns);
void world_links_reset(struct world *world);
void world_links_deinit(struct world *world);
int64_t world_links_due(const struct world *world);
void world_links_run(struct world *world);

/* world_peers.c: venues and hub */
void world_peers_init(struct world *world);
void world_peers_deinit(struct world *world);
void world_peers_time(struct world *world);
void world_peer_hears(struct world *world,
                      int session,
                      const struct world_post *post,
                      bool possdup);
void world_hub_command(struct world *world, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
void world_venue_command(struct world *world, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
void world_hub_acts(struct world *world);
void world_venue_acts(struct world *world);
void world_venue_trades(struct world *world);
void world_peers_heal(struct world *world);
void world_peers_end(struct world *world);

/* world_client.c */
void world_client_acts(struct world *world);
void world_client_hears(struct world *world,
                        int session,
                        const struct world_post *post);
void world_clients_end(struct world *world);

/* world.c */
void world_pass(struct world *world, int64_t ns);

/* record.c */
void record_message(
    struct world *world, int session, bool in, int seq, bool possdup);
void record_link(struct world *world, int session, bool up);
void record_resend(struct world *world, int session, int seq, bool kept);
void record_rejected(struct world *world, int session, int seq);
void record_event(struct world *world, const char *what);
void record_cannot(struct world *world, const char *why);
void record_turn_ends(struct world *world, bool there);

#endif
