/*
 * Replay of a log that a gate wrote, all it received and sent, beside a bare
 * scan of the same file.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "bench.h"

#include "replay.h"
#include <fcntl.h>
#include <fix_writer.h>
#include <log_reader.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define BLOCK (64 * 1024)
#define REPEATS 5
#define OPEN_ORDERS 1000 /* that the gate has room for; each is filled */

/* --- the log ------------------------------------------------------------ */

struct writer {
    FILE *file;
    uint64_t messages;
    cg_time now;
    int seqs[2]; /* of what the gate sends */
};

static void put(struct writer *writer, const char *bytes, size_t len)
{
    time_t seconds = writer->now / CG_SECOND;
    struct tm tm;
    char stamp[32];
    gmtime_r(&seconds, &tm);
    strftime(stamp, sizeof(stamp), "%Y%m%d-%H:%M:%S", &tm);
    fprintf(writer->file, "%s.%09lld : ", stamp,
            (long long)(writer->now % CG_SECOND));
    bench_need(fwrite(bytes, 1, len, writer->file) == len, "cannot write");
    fputc('\n', writer->file);
    writer->messages++;
}

static size_t seal(const struct writer *writer,
                   const char *type,
                   const char *from,
                   const char *to,
                   struct cg_slice body,
                   char *bytes,
                   size_t max,
                   int seq)
{
    char head[256];
    struct cg_fix_writer header = cg_fix_writer_over(head, sizeof(head));
    cg_fix_put_int(&header, 34, seq);
    cg_fix_put_str(&header, 49, from);
    cg_fix_put_time(&header, 52, writer->now);
    cg_fix_put_str(&header, 56, to);
    return cg_fix_seal(bytes, max, CG_FIX44, cg_slice_str(type),
                       cg_fix_written(&header), body);
}

static const char *const peers[] = {
    [BENCH_CLIENT] = "CLIENT", [BENCH_VENUE] = "VENUE"};

static void log_on(struct writer *writer, struct cg_gate *gate)
{
    static const char body[] = "98=0\001108=30\001";
    char bytes[512];
    for (cg_session i = BENCH_CLIENT; i <= BENCH_VENUE; i++) {
        struct cg_slice fields = {body, sizeof(body) - 1};
        put(writer, bytes,
            seal(writer, "A", peers[i], "GATE", fields, bytes, sizeof(bytes),
                 1));
        put(writer, bytes,
            seal(writer, "A", "GATE", peers[i], fields, bytes, sizeof(bytes),
                 ++writer->seqs[i]));
        bench_need(cg_gate_link(gate, i, true, writer->now) == 0, "no link");
    }
}

/* A message into the gate, and what it sends: all into the log. */
static void turn(struct writer *writer,
                 struct cg_gate *gate,
                 cg_session from,
                 const char *bytes,
                 size_t len)
{
    char sent[2048];
    struct cg_out out;
    writer->now += 10000;
    put(writer, bytes, len);
    bench_need(cg_gate_recv(gate, from, bytes, len, writer->now) == 0,
               "the gate fails");
    while (cg_gate_pull(gate, &out)) {
        struct cg_slice body = {out.body, out.body_len};
        put(writer, sent,
            seal(writer, out.type, "GATE", peers[out.session], body, sent,
                 sizeof(sent), ++writer->seqs[out.session]));
    }
}

static uint64_t
write_log(const struct cg_config *config, const char *path, uint32_t orders)
{
    struct cg_journal journal;
    struct cg_gate *gate;
    char error[256] = "";
    char bytes[1024];
    struct writer writer = {.file = fopen(path, "w"),
                            .now = 1800000001 * CG_SECOND};
    bench_need(writer.file != NULL, "cannot write a log");
    bench_need(cg_journal_open_memory(&journal) == 0, "no memory");
    struct cg_gate_options options = {
        .config = config, .journal = &journal, .now = writer.now};
    bench_need(cg_gate_open(&options, error, sizeof(error), &gate) == 0, error);
    log_on(&writer, gate);
    for (uint32_t i = 2; i < orders + 2; i++) { /* 34=1 is the Logon's */
        turn(&writer, gate, BENCH_CLIENT, bytes,
             bench_order_make(bytes, sizeof(bytes), i));
        turn(&writer, gate, BENCH_VENUE, bytes,
             bench_report_make(bytes, sizeof(bytes), i, true));
    }
    bench_need(fclose(writer.file) == 0, "cannot write a log");
    cg_gate_close(gate);
    journal.close(journal.user);
    return writer.messages;
}

/* --- what is measured --------------------------------------------------- */

/* Time of the core: a run takes long enough to be put aside now and then. */
static int64_t core_now(void)
{
    struct timespec ts;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &ts);
    return (int64_t)ts.tv_sec * 1000000000 + ts.tv_nsec;
}

/* The least that any reader of a log does: its lines, and the sum of its
 * bytes. */
static int64_t scan(const char *path)
{
    static char block[BLOCK];
    uint64_t sum = 0;
    uint64_t lines = 0;
    int64_t start = core_now();
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t count;
    bench_need(fd >= 0, "cannot read the log");
    while ((count = read(fd, block, sizeof(block))) > 0) {
        const char *end = block + count;
        for (const char *at = block; at < end; at++) {
            sum += (unsigned char)*at;
        }
        for (const char *at = block;
             (at = memchr(at, '\n', (size_t)(end - at))) != NULL; at++) {
            lines++;
        }
    }
    close(fd);
    bench_need(sum > 0 && lines > 0, "nothing was read");
    return core_now() - start;
}

static bool no_trouble(void *user,
                       enum cg_log_trouble trouble,
                       const char *file,
                       uint64_t offset,
                       const char *text)
{
    (void)user;
    (void)trouble;
    (void)file;
    (void)offset;
    bench_need(false, text);
    return false;
}

/* The messages of the log, with length and checksum proved; no gate. */
static int64_t read_log(const char *path, uint64_t messages)
{
    const struct cg_log_options options = {.paths = &path,
                                           .count = 1,
                                           .message_max = 128 * 1024,
                                           .trouble = no_trouble};
    struct cg_log *log;
    struct cg_log_message message;
    char error[256] = "";
    int64_t start = core_now();
    bench_need(cg_log_open(&options, error, sizeof(error), &log) == 0, error);
    while (cg_log_next(log, &message) == 1) {
        messages--;
    }
    int64_t ns = core_now() - start;
    bench_need(messages == 0, "a message of the log was not read");
    cg_log_close(log);
    return ns;
}

static int64_t replay(const struct cg_config *config,
                      const char *path,
                      uint64_t messages,
                      uint32_t orders)
{
    const struct cg_replay_options options = {
        .config = config, .logs = &path, .log_count = 1};
    struct cg_replay *replay_of;
    struct cg_replay_totals totals;
    char error[256] = "";
    int64_t start = core_now();
    bench_need(cg_replay_open(&options, error, sizeof(error), &replay_of) == 0,
               error);
    bench_need(cg_replay_run(replay_of, error, sizeof(error)) == 0, error);
    int64_t ns = core_now() - start;
    cg_replay_totals(replay_of, &totals);
    bench_need(totals.messages == messages && totals.holds &&
                   cg_replay_verdicts(replay_of, CG_REPLAY_RECORDED,
                                      BENCH_VENUE)[CG_REPLAY_SAME] == orders &&
                   cg_replay_verdicts(replay_of, CG_REPLAY_RECORDED,
                                      BENCH_CLIENT)[CG_REPLAY_SAME] == orders,
               "the replay differs from its log");
    cg_replay_close(replay_of);
    return ns;
}

void bench_replay(uint32_t rounds)
{
    struct cg_config config;
    struct samples scans;
    struct samples reads;
    struct samples replays;
    char path[] = "/tmp/cg-bench-log-XXXXXX";
    uint32_t orders = 10 * rounds;
    int fd = mkstemp(path);
    bench_need(fd >= 0, "cannot make a file");
    close(fd);
    bench_config_read(&config, OPEN_ORDERS, 4 * orders);
    uint64_t messages = write_log(&config, path, orders);
    samples_init(&scans, REPEATS);
    samples_init(&reads, REPEATS);
    samples_init(&replays, REPEATS);
    for (int i = 0; i < REPEATS; i++) {
        samples_add(&scans, scan(path) / (int64_t)messages);
        samples_add(&reads, read_log(path, messages) / (int64_t)messages);
        samples_add(&replays, replay(&config, path, messages, orders) /
                                  (int64_t)messages);
    }
    unlink(path);
    bench_row("replay: messages in the log", 0, "", messages, 0, 0);
    bench_row("replay: bare scan of the log, a message", 0, "ns",
              samples_at(&scans, 500), 0, 0);
    bench_row("replay: read, checksum checked, a message", 0, "ns",
              samples_at(&reads, 500), 0, 0);
    bench_row("replay: read, decided, compared, a message", 0, "ns",
              samples_at(&replays, 500), 0, 1000);
    samples_deinit(&scans);
    samples_deinit(&reads);
    samples_deinit(&replays);
    cg_config_deinit(&config);
}
