/*
 * What it takes to make facts durable, beside a bare write and sync of as many
 * bytes; and how long a start takes with many open orders.
 *
 * In the current folder, so that it is that disk that is measured.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "bench.h"

#include <creditgate/gate.h>
#include <creditgate/journal.h>
#include <digest.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define SESSION "FIX.4.4:GATE->VENUE"
#define MESSAGE_BYTES 300
#define FACTS_OF_AN_ORDER 3
#define TURN_ORDERS 1000 /* of one turn, while a journal is filled */

static const char *const endings[] = {"", "-wal", "-spare"};

/* The journal of one measurement. */
struct place {
    char folder[32];
    char path[64];
};

static void place_open(struct place *place)
{
    snprintf(place->folder, sizeof(place->folder), "%s", "cg-bench-XXXXXX");
    bench_need(mkdtemp(place->folder) != NULL, "cannot make a folder here");
    snprintf(place->path, sizeof(place->path), "%s/gate.journal",
             place->folder);
}

static void place_close(const struct place *place)
{
    char path[128];
    for (size_t i = 0; i < sizeof(endings) / sizeof(endings[0]); i++) {
        snprintf(path, sizeof(path), "%s%s", place->path, endings[i]);
        unlink(path);
    }
    rmdir(place->folder);
}

/* --- facts --------------------------------------------------------------- */

/* As an order leaves them. */
static struct cg_fact fact_make(cg_seq no)
{
    return (struct cg_fact){
        .kind = no % FACTS_OF_AN_ORDER == 0   ? CG_FACT_ORDER_TAKEN
                : no % FACTS_OF_AN_ORDER == 1 ? CG_FACT_TOKEN_CHARGED
                                              : CG_FACT_ORDER_SENT,
        .no = no,
        .time = 1800000000 * CG_SECOND + (cg_time)no,
        .cause_session = 0,
        .cause_seq = no,
        .session = 0,
        .order = (uint32_t)no,
        .request = (uint32_t)no,
        .token = no % FACTS_OF_AN_ORDER == 1 ? (uint32_t)no : CG_NONE,
        .ask = CG_NONE,
        .limit = 0,
        .account = 0,
        .instrument = 0,
        .side = '1',
        .number = no,
        .qty = 10000000,
        .amount = 90400000,
        .rate = 9040000,
        .hash = no * 0x9e3779b97f4a7c15u,
        .id = "ORD-20261120-000000001",
        .id_len = 22,
        .text = "",
    };
}

/* One turn of |orders|: their facts, a message each, both numbers. */
static void turn(struct cg_journal *journal, cg_seq *no, uint32_t orders)
{
    char message[MESSAGE_BYTES];
    memset(message, 'x', sizeof(message));
    int status = 0;
    for (uint32_t i = 0; i < orders; i++) {
        for (int n = 0; n < FACTS_OF_AN_ORDER; n++) {
            struct cg_fact fact = fact_make(++*no);
            status |= journal->append(journal->user, &fact);
        }
        status |= cg_journal_message_set(journal->user, SESSION,
                                         (int)(*no / FACTS_OF_AN_ORDER),
                                         message, sizeof(message), 80, 200);
    }
    status |= cg_journal_session_set_sender(journal->user, SESSION,
                                            (int)(*no / FACTS_OF_AN_ORDER) + 1);
    status |= cg_journal_session_set_target(journal->user, SESSION,
                                            (int)(*no / FACTS_OF_AN_ORDER) + 1);
    status |= journal->commit(journal->user);
    bench_need(status == 0, "the journal failed");
}

/* The peer: as many bytes, appended to a plain file and synced. */
static uint64_t peer(const struct place *place, uint32_t turns, size_t bytes)
{
    char path[96];
    char *zeros = calloc(1, bytes);
    snprintf(path, sizeof(path), "%s/peer", place->folder);
    int file = open(path, O_WRONLY | O_CREAT, 0600);
    bench_need(file >= 0 && zeros != NULL, "cannot make a file");
    int64_t start = bench_now();
    for (uint32_t i = 0; i < turns; i++) {
        bench_need(write(file, zeros, bytes) == (ssize_t)bytes &&
                       fdatasync(file) == 0,
                   "cannot write a file");
    }
    int64_t ns = bench_now() - start;
    close(file);
    unlink(path);
    free(zeros);
    return (uint64_t)turns * 1000000000u / (uint64_t)(ns > 0 ? ns : 1);
}

static void turns_time(uint32_t orders, uint32_t turns)
{
    struct place place;
    struct cg_journal journal;
    char error[2048] = "";
    char what[64];
    int next;
    int64_t created = 1;
    cg_seq no = 0;
    place_open(&place);
    bench_need(cg_journal_open_sqlite(place.path, &journal, error,
                                      sizeof(error)) == 0 &&
                   cg_journal_session_load(journal.user, SESSION, &next, &next,
                                           &created) == 0,
               error);
    turn(&journal, &no, orders);
    int64_t start = bench_now();
    for (uint32_t i = 0; i < turns; i++) {
        turn(&journal, &no, orders);
    }
    int64_t ns = bench_now() - start;
    journal.close(journal.user);
    uint64_t facts = (uint64_t)turns * orders * FACTS_OF_AN_ORDER;
    snprintf(what, sizeof(what), "journal: facts, %u order%s a turn", orders,
             orders == 1 ? "" : "s");
    bench_row(what, 0, "1/s", facts * 1000000000u / (uint64_t)ns, 0, 0);
    size_t bytes = orders * (FACTS_OF_AN_ORDER * 160u + MESSAGE_BYTES + 60u);
    snprintf(what, sizeof(what), "journal: the peer, %u order%s a turn", orders,
             orders == 1 ? "" : "s");
    bench_row(what, 0, "1/s",
              peer(&place, turns, bytes) * orders * FACTS_OF_AN_ORDER, 0, 0);
    place_close(&place);
}

void bench_journal(uint32_t rounds)
{
    static const uint32_t sizes[] = {1, 10, 100, 1000, 10000};
    for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
        uint32_t turns = rounds / 10 / sizes[i];
        turns_time(sizes[i], turns < 10 ? 10 : turns);
    }
}

/* --- a start ------------------------------------------------------------- */

static struct cg_gate *start(const struct cg_config *config,
                             const struct cg_journal *journal,
                             const void *snapshot,
                             size_t len)
{
    struct cg_gate *gate;
    char error[2048] = "";
    struct cg_gate_options options = {
        .config = config,
        .journal = journal,
        .now = 1900000000 * CG_SECOND,
        .snapshot = snapshot,
        .snapshot_len = len,
    };
    if (cg_gate_open(&options, error, sizeof(error), &gate) != 0) {
        bench_need(false, error);
    }
    return gate;
}

static void recv_all(struct cg_gate *gate,
                     cg_session from,
                     const char *bytes,
                     size_t len,
                     cg_time now)
{
    struct cg_out out;
    bench_need(cg_gate_recv(gate, from, bytes, len, now) == 0, "no turn");
    while (cg_gate_pull(gate, &out)) {
        continue;
    }
}

/* Orders that rest at the venue. */
static void fill(struct cg_gate *gate, uint32_t open_orders)
{
    char bytes[1024];
    cg_time now = 1900000001 * CG_SECOND;
    int status = cg_gate_link(gate, BENCH_CLIENT, true, now) |
                 cg_gate_link(gate, BENCH_VENUE, true, now);
    for (uint32_t i = 1; i <= open_orders && status == 0; i++) {
        size_t len = bench_order_make(bytes, sizeof(bytes), i);
        recv_all(gate, BENCH_CLIENT, bytes, len, now);
        len = bench_report_make(bytes, sizeof(bytes), i, false);
        recv_all(gate, BENCH_VENUE, bytes, len, now);
        status = i % TURN_ORDERS == 0 ? cg_gate_commit(gate) : 0;
    }
    bench_need(status == 0 && cg_gate_commit(gate) == 0, "no commit");
}

struct picture {
    char *bytes;
    size_t len;
    size_t room;
};

static int picture_add(void *user, const void *bytes, size_t len)
{
    struct picture *picture = user;
    if (picture->room - picture->len < len) {
        picture->room = 2 * (picture->room + len);
        picture->bytes = realloc(picture->bytes, picture->room);
        bench_need(picture->bytes != NULL, "no memory");
    }
    memcpy(picture->bytes + picture->len, bytes, len);
    picture->len += len;
    return 0;
}

static void ms_row(const char *what, uint32_t open_orders, int64_t ns, int bar)
{
    bench_row(what, open_orders, "ms", (uint64_t)(ns / CG_MS), 0,
              (uint64_t)bar);
}

/* The picture of a gate, taken and put on record. */
static void picture_take(struct cg_gate *gate,
                         struct picture *picture,
                         uint32_t open_orders)
{
    char digest[65];
    int64_t begun = bench_now();
    bench_need(cg_gate_save(gate, picture_add, picture) == 0, "no picture");
    ms_row("restart: a picture taken", open_orders, bench_now() - begun, 0);
    bench_row("restart: its size", open_orders, "MB", picture->len / 1000000, 0,
              0);
    bench_need(
        cg_digest((struct cg_slice){picture->bytes, picture->len}, digest),
        "no digest");
    bench_need(cg_gate_saved(gate, cg_gate_facts(gate), digest,
                             1900000002 * CG_SECOND) == 0 &&
                   cg_gate_commit(gate) == 0,
               "no record of the picture");
}

void bench_restart(uint32_t open_orders)
{
    struct place place;
    struct cg_config config;
    struct cg_journal journal;
    struct picture picture = {NULL, 0, 0};
    char error[2048] = "";
    place_open(&place);
    bench_config_read(&config, open_orders + 1000, 2 * open_orders + 1000);
    bench_need(
        cg_journal_open_sqlite(place.path, &journal, error, sizeof(error)) == 0,
        error);
    struct cg_gate *gate = start(&config, &journal, NULL, 0);
    int64_t begun = bench_now();
    fill(gate, open_orders);
    int64_t ns = bench_now() - begun;
    bench_row("restart: orders on record, 1000 a turn", open_orders, "1/s",
              open_orders * 1000000000ull / (uint64_t)ns, 0, 0);
    bench_row("restart: facts", open_orders, "", cg_gate_facts(gate), 0, 0);
    picture_take(gate, &picture, open_orders);
    cg_gate_close(gate);
    begun = bench_now();
    gate = start(&config, &journal, NULL, 0);
    ms_row("restart: all facts read", open_orders, bench_now() - begun,
           open_orders >= 1000000 ? 10000 : 0);
    cg_gate_close(gate);
    begun = bench_now();
    gate = start(&config, &journal, picture.bytes, picture.len);
    ms_row("restart: from a picture", open_orders, bench_now() - begun,
           open_orders >= 1000000 ? 10000 : 0);
    cg_gate_close(gate);
    journal.close(journal.user);
    free(picture.bytes);
    cg_config_deinit(&config);
    place_close(&place);
}
