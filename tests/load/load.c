/*
 * The gate under load: 50 clients with sessions of their own, a venue, a hub.
 *
 *     load PROGRAM FOLDER short          two rounds, judged, as a test
 *     load PROGRAM FOLDER soak MINUTES   rounds for so long, with figures
 *
 * A round: a steady pace, a burst, clients that read slowly, a venue and a hub
 * that stand still, clients that read nothing, lines that break again and
 * again; then all come to rest, and a trading day ends.  What must hold is said
 * by what clients are told, at every message and at rest; by the books of hub
 * and gate; and by the memory that the gate has.  No time is judged but for the
 * rest, which has to come.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "load_client.h"
#include "load_stage.h"

#include <sim_port.h>

#define CLIENTS STAGE_CLIENTS
#define TRADERS 46    /* the others only watch */
#define SLOW_FIRST 40 /* of the traders: they may read slowly */
#define STUCK_FIRST 44
#define TICK_MS 10
#define REST_S 120
#define STRANGERS 300
/* An engine looks once a second, and gives up after 2.4 intervals. */
#define SOAK_HEARTBEAT_S 5
#define SHORT_HEARTBEAT_S 15
#define MEMORY_KB 12288 /* that the gate may have more at the end */

struct load {
    uv_loop_t loop;
    uv_timer_t timer;
    struct load_stage stage;
    struct wire *wires;
    struct load_client clients[CLIENTS];
    char names[CLIENTS][8];
    char accounts[CLIENTS][8];
    struct load_times answers;
    struct load_times probes;
    uint64_t ticks;
    unsigned pace; /* actions of all clients in a second */
    unsigned due;  /* thousandths of an action that are left over */
    size_t turn;   /* whose is the next */
    unsigned rounds;
    bool asks_again; /* who is stuck wants all again and again */
    bool comes_back; /* who has lost a line connects anew */
    bool talks;      /* figures every 10 s */
    const char *phase;
    int64_t started_ns;
    int64_t told_ns;
    uint64_t told_orders;
    bool warms_up;
    long memory_first_kb; /* at rest, the most of the first round or third */
    long memory_last_kb;
    long memory_kb;
    long peak_kb;
    double cpu_s;    /* the gate's */
    double queued_s; /* it waited for a processor */
    char failure[512];
};

__attribute__((format(printf, 2, 3))) static void
fail(struct load *load, const char *format, ...)
{
    va_list arguments;
    if (load->failure[0] != '\0') {
        return;
    }
    int len = snprintf(load->failure, sizeof(load->failure),
                       "%s: ", load->phase);
    va_start(arguments, format);
    vsnprintf(load->failure + len, sizeof(load->failure) - (size_t)len, format,
              arguments);
    va_end(arguments);
}

static bool failed(struct load *load)
{
    for (size_t i = 0; i < CLIENTS; i++) {
        if (load_client_failed(&load->clients[i])) {
            fail(load, "%s", load->clients[i].failure);
        }
    }
    for (int i = 0; i < STAGE_ROLES; i++) {
        if (!load->stage.processes[i].runs && load->comes_back) {
            fail(load, "process %d has ended with %lld", i,
                 (long long)load->stage.processes[i].status);
        }
    }
    if (load->stage.failure[0] != '\0') {
        fail(load, "%s", load->stage.failure);
    }
    return load->failure[0] != '\0';
}

/* --- figures ------------------------------------------------------------- */

struct sums {
    uint64_t requests;
    uint64_t answers;
    uint64_t refused;
    uint64_t fills;
    uint64_t waiting;
    uint64_t open;
    uint64_t logons;
    uint64_t late;
    uint64_t messages;
    uint64_t resent_in;
    uint64_t resent_out;
    int64_t silence_ns;
};

static struct sums sum_up(const struct load *load)
{
    struct sums sums = {0};
    for (size_t i = 0; i < CLIENTS; i++) {
        const struct load_client *client = &load->clients[i];
        sums.requests += client->request_count;
        sums.answers += client->answers;
        sums.refused += client->refused;
        sums.fills += client->fills;
        sums.waiting += client->waiting;
        sums.open += client->open;
        sums.logons += client->wire->logons;
        sums.late += client->wire->late;
        sums.messages += client->wire->messages;
        sums.resent_in += client->wire->resent_in;
        sums.resent_out += client->wire->resent_out;
        if (client->wire->silence_ns > sums.silence_ns) {
            sums.silence_ns = client->wire->silence_ns;
        }
    }
    return sums;
}

static void tell(struct load *load)
{
    struct sums sums = sum_up(load);
    int64_t now = wire_now();
    double seconds = (double)(now - load->told_ns) / 1e9;
    printf("%6.0f s  round %u %-8s %9llu requests (%5.0f/s), %llu waiting, "
           "%llu open; %5.1f MiB; answer p50 %.1f p99 %.1f max %.0f ms; probe "
           "p99 %.1f max %.0f ms; silence %.2f s, late %llu\n",
           (double)(now - load->started_ns) / 1e9, load->rounds, load->phase,
           (unsigned long long)sums.requests,
           (double)(sums.requests - load->told_orders) / seconds,
           (unsigned long long)sums.waiting, (unsigned long long)sums.open,
           (double)load->memory_kb / 1024, load_times_ms(&load->answers, 500),
           load_times_ms(&load->answers, 990),
           (double)load->answers.max_ns / 1e6,
           load_times_ms(&load->probes, 990), (double)load->probes.max_ns / 1e6,
           (double)sums.silence_ns / 1e9, (unsigned long long)sums.late);
    fflush(stdout);
    load->told_ns = now;
    load->told_orders = sums.requests;
}

static void look_at_memory(struct load *load)
{
    load->memory_kb = stage_memory(&load->stage, "VmRSS");
    if (load->memory_kb > load->peak_kb) {
        load->peak_kb = load->memory_kb;
    }
}

/* --- the loop ------------------------------------------------------------ */

static void act(struct load *load)
{
    load->due += load->pace * TICK_MS;
    for (; load->due >= 1000; load->due -= 1000) {
        struct load_client *client = &load->clients[load->turn++ % TRADERS];
        if (client->wire->state == WIRE_ON && client->waiting < 1000) {
            load_client_act(client);
        }
    }
}

/* Each time a few hundred kilobytes more that it does not read. */
static void ask_all_again(struct load_client *client)
{
    for (int i = 0; i < 10; i++) {
        load_client_ask_all_again(client);
    }
}

static void watch(struct load *load)
{
    for (size_t i = TRADERS; i < CLIENTS; i += 2) {
        load_client_probe(&load->clients[i]);
    }
    for (size_t i = STUCK_FIRST; load->asks_again && i < TRADERS; i++) {
        if (load->wires[i].reads == WIRE_READS_NOTHING) {
            ask_all_again(&load->clients[i]);
        }
    }
    look_at_memory(load);
    if (load->talks && wire_now() - load->told_ns >= INT64_C(10000000000)) {
        tell(load);
    }
}

static void on_timer(uv_timer_t *timer)
{
    struct load *load = timer->data;
    for (size_t i = 0; i < CLIENTS; i++) {
        if (load->comes_back) {
            wire_connect(&load->wires[i]);
        }
    }
    act(load);
    for (size_t i = 0; i < CLIENTS; i++) {
        wire_tick(&load->wires[i]);
    }
    if (load->ticks++ % 20 == 0) {
        watch(load);
    }
}

static void go_on(struct load *load, int64_t ms)
{
    int64_t end = wire_now() + ms * SIM_MS;
    while (!failed(load) && wire_now() < end) {
        uv_run(&load->loop, UV_RUN_ONCE);
    }
}

static const char *unsettled(struct load *load, char *text, size_t len)
{
    for (size_t i = 0; i < CLIENTS; i++) {
        const char *why = load_client_unsettled(&load->clients[i]);
        if (why != NULL) {
            snprintf(text, len, "%s %s (%zu wait, %zu open)", load->names[i],
                     why, load->clients[i].waiting, load->clients[i].open);
            return text;
        }
    }
    return NULL;
}

/* Until every request is answered, every order over, every session there. */
static void rest(struct load *load)
{
    char text[128];
    int64_t end = wire_now() + REST_S * 1000 * SIM_MS;
    load->phase = "rest";
    load->pace = 0;
    while (!failed(load) && unsettled(load, text, sizeof(text)) != NULL) {
        for (size_t i = 0; i < TRADERS; i++) {
            load_client_cancel_all(&load->clients[i], 20);
        }
        go_on(load, 20);
        if (wire_now() > end) {
            fail(load, "after %d s: %s", REST_S, text);
        }
    }
}

/* --- what a round is made of --------------------------------------------- */

static void phase(struct load *load, const char *name, unsigned pace)
{
    load->phase = name;
    load->pace = pace;
}

static void burst(struct load *load, size_t orders)
{
    for (size_t i = 0; i < TRADERS; i++) {
        struct load_client *client = &load->clients[i];
        for (size_t n = 0; n < orders && client->wire->state == WIRE_ON; n++) {
            load_client_order(client);
        }
        wire_tick(client->wire);
    }
}

static void slow_readers(struct load *load)
{
    for (size_t i = SLOW_FIRST; i < STUCK_FIRST; i++) {
        wire_read(&load->wires[i], WIRE_READS_SLOWLY);
    }
    burst(load, 100);
    go_on(load, 1500);
    for (size_t i = SLOW_FIRST; i < STUCK_FIRST; i++) {
        wire_read(&load->wires[i], WIRE_READS);
    }
}

static void stands_still(struct load *load, enum stage_role role, int64_t ms)
{
    stage_signal(&load->stage, role, SIGSTOP);
    go_on(load, ms);
    stage_signal(&load->stage, role, SIGCONT);
    go_on(load, 300);
}

/* They go on saying things, and want all again, until the gate cuts them:
 * because they do not read, or as they do not answer its TestRequest. */
static bool is_cut(const struct load *load, const uint64_t *logouts)
{
    for (size_t i = STUCK_FIRST; i < TRADERS; i++) {
        if (load->stage.logouts[i] == logouts[i]) {
            return false;
        }
    }
    return true;
}

static void stuck(struct load *load)
{
    uint64_t logouts[CLIENTS];
    int64_t end = wire_now() + REST_S * 1000 * SIM_MS;
    memcpy(logouts, load->stage.logouts, sizeof(logouts));
    for (size_t i = STUCK_FIRST; i < TRADERS; i++) {
        wire_read(&load->wires[i], WIRE_READS_NOTHING);
    }
    load->asks_again = true;
    while (!failed(load) && !is_cut(load, logouts)) {
        go_on(load, 20);
        if (wire_now() > end) {
            fail(load, "clients that do not read are not cut");
        }
    }
    load->asks_again = false;
    for (size_t i = STUCK_FIRST; i < TRADERS; i++) {
        wire_read(&load->wires[i], WIRE_READS);
    }
}

/* Lines that say nothing. */
static void strangers_come(struct load *load, int *lines)
{
    for (size_t i = 0; i < STRANGERS; i++) {
        lines[i] = stage_stranger(&load->stage);
    }
}

static void storm(struct load *load)
{
    int lines[STRANGERS];
    strangers_come(load, lines);
    for (int n = 0; n < 6; n++) {
        burst(load, 10);
        go_on(load, n * 5);
        for (size_t i = 0; i < TRADERS; i++) {
            if ((i + (size_t)n) % 2 == 0) {
                wire_cut(&load->wires[i], i % 4 < 2);
            }
        }
        go_on(load, 200);
    }
    for (size_t i = 0; i < STRANGERS; i++) {
        close(lines[i]);
    }
}

static void end_day(struct load *load)
{
    uint64_t days = load->stage.days;
    int64_t end = wire_now() + REST_S * 1000 * SIM_MS;
    load->phase = "day";
    if (load->rounds % 8 == 0) { /* older facts move to an archive */
        stage_signal(&load->stage, STAGE_GATE, SIGUSR1);
    }
    stage_end_day(&load->stage);
    while (!failed(load) && load->stage.days == days) {
        go_on(load, 20);
        if (wire_now() > end) {
            fail(load, "the gate ends no day");
        }
    }
}

/* Now and then so long that the gate gives the session up, and orders too. */
static int64_t still_ms(const struct load *load, unsigned round)
{
    return load->talks && load->rounds % 4 == round ? 15000 : 1500;
}

static void play_round(struct load *load, unsigned pace, int64_t pace_ms)
{
    load->rounds++;
    phase(load, "pace", pace);
    go_on(load, pace_ms);
    phase(load, "burst", pace);
    burst(load, 150);
    go_on(load, 1000);
    phase(load, "slow", pace);
    slow_readers(load);
    phase(load, "venue", pace);
    stands_still(load, STAGE_VENUE, still_ms(load, 1));
    phase(load, "hub", pace);
    stands_still(load, STAGE_HUB, still_ms(load, 3));
    if (load->talks || load->rounds == 1) {
        phase(load, "stuck", pace);
        stuck(load);
    }
    phase(load, "storm", pace);
    storm(load);
    rest(load);
}

/* --- the end ------------------------------------------------------------- */

static bool all_down(const struct load *load)
{
    for (size_t i = 0; i < CLIENTS; i++) {
        if (load->wires[i].state != WIRE_DOWN) {
            return false;
        }
    }
    return true;
}

static void await_hub_books(struct load *load)
{
    int64_t end = wire_now() + REST_S * 1000 * SIM_MS;
    load->stage.hub_told = false;
    stage_tell(&load->stage, STAGE_HUB, "books");
    while (!failed(load) && !load->stage.hub_told) {
        uv_run(&load->loop, UV_RUN_ONCE);
        if (wire_now() > end) {
            fail(load, "the hub does not tell its books");
        }
    }
}

/* The gate ends as it is told to, and says goodbye to all. */
static void end_gate(struct load *load)
{
    int64_t end = wire_now() + REST_S * 1000 * SIM_MS;
    load->comes_back = false;
    stage_signal(&load->stage, STAGE_GATE, SIGTERM);
    while (load->stage.processes[STAGE_GATE].runs || !all_down(load)) {
        uv_run(&load->loop, UV_RUN_ONCE);
        if (wire_now() > end) {
            fail(load, "the gate does not end");
            return;
        }
    }
    if (load->stage.processes[STAGE_GATE].status != 0) {
        fail(load, "the gate ends with %lld",
             (long long)load->stage.processes[STAGE_GATE].status);
    }
}

static bool is_amount(const char *text, int64_t whole)
{
    int64_t amount = 0;
    return sim_number_read(cg_slice_str(text), SIM_AMOUNT_DIGITS, &amount) &&
           amount == whole * 10000;
}

/* What its client was told of trades is what hub and gate have in their books;
 * |today| is what of it belongs to the day that the gate is in. */
static void
judge_books(struct load *load, size_t client, int64_t all, int64_t today)
{
    const struct stage_books *books = &load->stage.books[client];
    const char *account = load->accounts[client];
    if (!is_amount(books->hub_reserved, 0)) {
        fail(load, "%s: the hub still reserves '%s'", account,
             books->hub_reserved);
    }
    if (!is_amount(books->hub_consumed, all * LOAD_DV01)) {
        fail(load, "%s: filled %lld, but the hub has consumed '%s'", account,
             (long long)all * LOAD_DV01, books->hub_consumed);
    }
    if (!is_amount(books->gate_used, today * LOAD_DV01)) {
        fail(load, "%s: filled %lld today, but the gate has used '%s'", account,
             (long long)today * LOAD_DV01, books->gate_used);
    }
}

/* Who only watches has never lost its line, or missed a Heartbeat for good. */
static void judge_watchers(struct load *load)
{
    for (size_t i = TRADERS; i < CLIENTS; i++) {
        const struct wire *wire = &load->wires[i];
        if (wire->logons != 1 || wire->lost != 0) {
            fail(load, "%s, which only watches, logged on %llu times",
                 wire->name, (unsigned long long)wire->logons);
        }
    }
}

static void judge_memory(struct load *load)
{
    if (load->memory_last_kb > load->memory_first_kb + MEMORY_KB) {
        fail(load, "the gate has %ld kB at rest, at the beginning it had %ld",
             load->memory_last_kb, load->memory_first_kb);
    }
}

static void settle(struct load *load, const int64_t *before)
{
    judge_memory(load);
    judge_watchers(load);
    await_hub_books(load);
    end_gate(load);
    if (load->failure[0] == '\0') {
        stage_read_books(&load->stage);
    }
    for (size_t i = 0; i < CLIENTS && load->failure[0] == '\0'; i++) {
        int64_t all = load->clients[i].filled;
        judge_books(load, i, all, all - before[i]);
    }
    if (load->stage.failure[0] != '\0') {
        fail(load, "%s", load->stage.failure);
    }
}

static void print_figures(struct load *load)
{
    struct sums sums = sum_up(load);
    printf(
        "\nrounds %u, %.0f s; requests %llu, answers %llu, of which refused "
        "%llu; fills %llu; messages from the gate %llu\n"
        "logons %llu, resent by the gate %llu, by clients %llu; cut for not "
        "reading %llu; alarms %llu\n"
        "memory at rest at first %.1f MiB, at the end %.1f, at its peak "
        "%.1f\n"
        "answers p50 %.1f ms, p99 %.1f, max %.0f; TestRequests of who only "
        "watches p50 %.1f ms, p99 %.1f, max %.0f\n"
        "longest silence %.2f s; Heartbeats late %llu\n",
        load->rounds, (double)(wire_now() - load->started_ns) / 1e9,
        (unsigned long long)sums.requests, (unsigned long long)sums.answers,
        (unsigned long long)sums.refused, (unsigned long long)sums.fills,
        (unsigned long long)sums.messages, (unsigned long long)sums.logons,
        (unsigned long long)sums.resent_in, (unsigned long long)sums.resent_out,
        (unsigned long long)load->stage.not_read,
        (unsigned long long)load->stage.alarms,
        (double)load->memory_first_kb / 1024,
        (double)load->memory_last_kb / 1024, (double)load->peak_kb / 1024,
        load_times_ms(&load->answers, 500), load_times_ms(&load->answers, 990),
        (double)load->answers.max_ns / 1e6, load_times_ms(&load->probes, 500),
        load_times_ms(&load->probes, 990), (double)load->probes.max_ns / 1e6,
        (double)sums.silence_ns / 1e9, (unsigned long long)sums.late);
}

/* --- the whole ----------------------------------------------------------- */

static void open_clients(struct load *load)
{
    load->wires = sim_grow(NULL, CLIENTS, sizeof(*load->wires));
    for (size_t i = 0; i < CLIENTS; i++) {
        struct load_client *client = &load->clients[i];
        snprintf(load->names[i], sizeof(load->names[i]), "C%02zu", i + 1);
        stage_account(i, load->accounts[i]);
        wire_init(&load->wires[i], &load->loop, load->names[i],
                  load->stage.port,
                  load->talks ? SOAK_HEARTBEAT_S : SHORT_HEARTBEAT_S);
        load_client_init(client, &load->wires[i], (uint32_t)i + 1,
                         load->accounts[i]);
        client->answer_times = i < SLOW_FIRST ? &load->answers : NULL;
        client->probe_times = &load->probes;
    }
}

/* All that anybody has filled so far belongs to days that are over. */
static void remember_day(const struct load *load, int64_t *before)
{
    for (size_t i = 0; i < CLIENTS; i++) {
        before[i] = load->clients[i].filled;
    }
}

/* What the gate has at rest: each line keeps what it once needed, up to a
 * bound, so lines begin anew. */
static void weigh(struct load *load)
{
    for (size_t i = 0; i < TRADERS; i++) {
        wire_cut(&load->wires[i], false);
    }
    rest(load);
    go_on(load, 500);
    look_at_memory(load);
    load->memory_last_kb = load->memory_kb;
    stage_cpu(&load->stage, &load->cpu_s, &load->queued_s);
    if (load->talks) {
        tell(load);
    }
    /* Room for what waits is taken as it is needed: a soak needs a while. */
    if ((load->rounds == 1 || load->warms_up) &&
        load->memory_kb > load->memory_first_kb) {
        load->memory_first_kb = load->memory_kb;
    }
}

static void play(struct load *load, unsigned rounds, double minutes)
{
    int64_t before[CLIENTS];
    int64_t end = wire_now() + (int64_t)(minutes * 60e9);
    bool soaks = minutes > 0;
    rest(load);
    do {
        if (load->rounds > 0) {
            end_day(load);
        }
        remember_day(load, before);
        load->warms_up = wire_now() + (int64_t)(minutes * 40e9) < end;
        play_round(load, soaks ? 400 : 800, soaks ? 20000 : 1000);
        weigh(load);
    } while (!failed(load) &&
             (soaks ? wire_now() < end : load->rounds < rounds));
    load->phase = "the end";
    if (!failed(load)) {
        settle(load, before);
    }
}

static void close_all(struct load *load)
{
    uv_timer_stop(&load->timer);
    for (size_t i = 0; i < CLIENTS; i++) {
        load_client_deinit(&load->clients[i]);
        wire_deinit(&load->wires[i]);
    }
    stage_close(&load->stage, load->failure[0] != '\0');
    uv_close((uv_handle_t *)&load->timer, NULL);
    uv_run(&load->loop, UV_RUN_DEFAULT);
    uv_loop_close(&load->loop);
    free(load->wires);
}

int main(int argc, char **argv)
{
    if (argc > 2 && strcmp(argv[1], STAGE_CHILD) == 0) {
        stage_become(argv + 2);
        return 127;
    }
    bool soaks = argc == 5 && strcmp(argv[3], "soak") == 0;
    if (!soaks && !(argc == 4 && strcmp(argv[3], "short") == 0)) {
        fprintf(stderr, "usage: load PROGRAM FOLDER short | soak MINUTES\n");
        return 2;
    }
    static struct load load;
    load.phase = "start";
    uv_loop_init(&load.loop);
    uv_timer_init(&load.loop, &load.timer);
    load.timer.data = &load;
    load.talks = soaks;
    load.comes_back = true;
    if (!stage_open(&load.stage, &load.loop, argv[1], argv[2],
                    soaks ? 500000 : 1000000)) {
        fprintf(stderr, "load: the gate did not start, see %s\n",
                load.stage.folder);
        return 2;
    }
    open_clients(&load);
    load.started_ns = load.told_ns = wire_now();
    uv_timer_start(&load.timer, on_timer, TICK_MS, TICK_MS);
    play(&load, 2, soaks ? strtod(argv[4], NULL) : 0);
    print_figures(&load);
    close_all(&load);
    if (load.failure[0] != '\0') {
        printf("FAILED in %s\nfiles: %s\n", load.failure, load.stage.folder);
    }
    return load.failure[0] != '\0';
}
