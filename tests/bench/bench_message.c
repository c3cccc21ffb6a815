/*
 * Reading a message, beside a bare scan of the same bytes; and the gate as a
 * library: a client's message in, the venue's message out.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "bench.h"

#include "codec.h"
#include "fix_message.h"
#include "fix_writer.h"
#include <creditgate/gate.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define WARM_UP 2000
#define BATCH 16 /* readings of one sample: one is too short for the clock */

static const char instruments[] = "instrument,currency,dv01_per_million\n"
                                  "USSW10,USD,904\n";
static const char configuration[] =
    "[GATE]\nName=GATE\nJournal=unused.db\nInstruments=instruments.csv\n"
    "TradingDayEnd=never\nMaxOrders=%u\nMaxRequests=%u\n"
    "[DEFAULT]\nSenderCompID=GATE\nConnectionType=acceptor\n"
    "SocketAcceptPort=7001\nBeginString=FIX.4.4\n"
    "[SESSION]\nRole=client\nTargetCompID=CLIENT\nAccounts=ACME\n"
    "[SESSION]\nRole=venue\nTargetCompID=VENUE\n"
    "[ACCOUNT]\nAccount=ACME\nClearingFirm=FCM1\n"
    "[LIMIT]\nRiskLimitID=ACME-USD\nAccount=ACME\nCurrency=USD\nModel=push\n"
    "Amount=100000000000\n";

void bench_need(bool condition, const char *what)
{
    if (!condition) {
        fprintf(stderr, "bench: %s\n", what);
        exit(1);
    }
}

/* --- messages ----------------------------------------------------------- */

/* A message with the usual header; |body| has '|' for SOH. */
static size_t message_make(char *bytes,
                           size_t max,
                           const char *type,
                           const char *from,
                           int seq,
                           const char *body)
{
    char head[256];
    char text[1024];
    struct cg_fix_writer header = cg_fix_writer_over(head, sizeof(head));
    cg_fix_put_str(&header, 49, from);
    cg_fix_put_str(&header, 56, "GATE");
    cg_fix_put_int(&header, 34, seq);
    cg_fix_put_time(&header, 52, 1800000000 * CG_SECOND + 123 * CG_MS);
    size_t len = (size_t)snprintf(text, sizeof(text), "%s", body);
    for (size_t i = 0; i < len; i++) {
        text[i] = text[i] == '|' ? '\001' : text[i];
    }
    return cg_fix_seal(bytes, max, CG_FIX44, cg_slice_str(type),
                       cg_fix_written(&header), (struct cg_slice){text, len});
}

/* Some 295 bytes: a swap order with its parties and tags of its own. */
size_t bench_order_make(char *bytes, size_t max, uint32_t id)
{
    char body[512];
    snprintf(body, sizeof(body),
             "11=ORD-20261120-%09u|453=2|448=ACME|447=D|452=24|448=FCM1|447=D|"
             "452=4|55=USSW10|48=912828ZQ6|22=1|54=%u|60=20270115-08:00:00.123|"
             "38=10000000|40=2|44=4.125|15=USD|59=0|18=1|100=SEF|"
             "6001=desk-7|6002=algo-42|58=client note 0001|",
             id, id % 2 + 1);
    return message_make(bytes, max, "D", "CLIENT", (int)id, body);
}

/* Accepted, or filled whole. */
size_t bench_report_make(char *bytes, size_t max, uint32_t id, bool filled)
{
    char body[512];
    snprintf(body, sizeof(body),
             "37=VEN-%09u|11=ORD-20261120-%09u|17=EXE-%09u|%s|1=ACME|"
             "55=USSW10|54=%u|38=10000000|6=0|60=20270115-08:00:00.123|",
             id, id, id,
             filled ? "150=F|39=2|151=0|14=10000000|32=10000000|31=4.125"
                    : "150=0|39=0|151=10000000|14=0",
             id % 2 + 1);
    return message_make(bytes, max, "8", "VENUE", (int)id, body);
}

/* --- reading ------------------------------------------------------------ */

/* The least that any reader does: the sum of the bytes, and where each field's
 * tag and value begin. */
static uint32_t scan(const char *bytes, size_t len, uint32_t *places)
{
    uint32_t sum = 0;
    uint32_t tag = 0;
    uint32_t count = 0;
    bool in_tag = true;
    for (size_t i = 0; i < len; i++) {
        unsigned char c = (unsigned char)bytes[i];
        sum += c;
        if (in_tag && c == '=') {
            in_tag = false;
            places[count++] = tag;
            places[count++] = (uint32_t)i + 1;
        } else if (c == '\001') {
            in_tag = true;
            tag = 0;
        } else if (in_tag) {
            tag = tag * 10 + (c - '0');
        }
    }
    return sum + count;
}

void bench_reading(uint32_t rounds)
{
    static struct cg_fix_message message;
    static uint32_t places[2 * CG_FIX_FIELDS_MAX];
    struct samples scans;
    struct samples reads;
    struct samples decodes;
    char bytes[1024];
    size_t len = bench_order_make(bytes, sizeof(bytes), 12345);
    uint64_t sum = 0;
    samples_init(&scans, rounds);
    samples_init(&reads, rounds);
    samples_init(&decodes, rounds);
    bench_overhead();
    uint64_t calls = heap_calls();
    for (uint32_t i = 0; i < rounds; i++) {
        struct cg_order_event event;
        int64_t start = bench_now();
        for (int n = 0; n < BATCH; n++) {
            sum += scan(bytes, len, places);
            __asm__ volatile("" : : "r"(places) : "memory");
        }
        samples_add(&scans, (bench_now() - start) / BATCH);
        start = bench_now();
        for (int n = 0; n < BATCH; n++) {
            sum += (uint64_t)cg_fix_read(&message, CG_FIX44, bytes, len);
            __asm__ volatile("" : : "r"(&message) : "memory");
        }
        samples_add(&reads, (bench_now() - start) / BATCH);
        start = bench_now();
        for (int n = 0; n < BATCH; n++) {
            sum += (uint64_t)cg_fix_read(&message, CG_FIX44, bytes, len);
            cg_decode_order(&message, &event);
            sum += event.body_hash;
            __asm__ volatile("" : : "r"(&message) : "memory");
        }
        samples_add(&decodes, (bench_now() - start) / BATCH);
        bench_need(event.bad.reason == 0 && event.qty == 10000000,
                   "the order is not read as it should be");
    }
    bench_need(sum != 0, "nothing was read");
    heap_unchanged(calls, "reading a message");
    bench_row("message: size", 0, "bytes", len, 0, 0);
    bench_time("message: bare scan in C, the peer", 0, &scans, 0);
    bench_time("message: read, checksum checked", 0, &reads, 0);
    bench_time("message: read and decoded to an event", 0, &decodes, 0);
    samples_deinit(&scans);
    samples_deinit(&reads);
    samples_deinit(&decodes);
}

/* --- the gate as a library ---------------------------------------------- */

static void mistake(void *user,
                    const char *file,
                    int line,
                    const char *wrong,
                    const char *remedy)
{
    (void)user;
    fprintf(stderr, "bench: %s:%d: %s: %s\n", file, line, wrong, remedy);
}

static void file_write(const char *path, const char *text)
{
    FILE *file = fopen(path, "w");
    bench_need(file != NULL && fputs(text, file) >= 0 && fclose(file) == 0,
               "cannot write a file");
}

void bench_config_read(struct cg_config *config,
                       uint32_t orders,
                       uint32_t requests)
{
    char folder[] = "/tmp/cg-bench-XXXXXX";
    char path[64];
    char table[64];
    char text[sizeof(configuration) + 64];
    bench_need(mkdtemp(folder) != NULL, "cannot make a folder");
    snprintf(path, sizeof(path), "%s/gate.cfg", folder);
    snprintf(table, sizeof(table), "%s/instruments.csv", folder);
    snprintf(text, sizeof(text), configuration, orders, requests);
    file_write(path, text);
    file_write(table, instruments);
    int status = cg_config_read(path, mistake, NULL, config);
    unlink(path);
    unlink(table);
    rmdir(folder);
    bench_need(status == 0, "the configuration is not taken");
}

/* One message through the gate; what comes out must be one of |type|. */
static int64_t turn(struct cg_gate *gate,
                    cg_session from,
                    const char *bytes,
                    size_t len,
                    cg_time now,
                    const char *type)
{
    struct cg_out out;
    struct cg_out first = {0};
    int64_t start = bench_now();
    int status = cg_gate_recv(gate, from, bytes, len, now);
    while (cg_gate_pull(gate, &out)) {
        first = first.type == NULL ? out : first;
    }
    status |= cg_gate_commit(gate);
    int64_t ns = bench_now() - start;
    bench_need(status == 0 && first.type != NULL &&
                   strcmp(first.type, type) == 0,
               "a message did not go on");
    return ns;
}

void bench_gate(uint32_t open_orders, uint32_t rounds)
{
    struct cg_config config;
    struct cg_journal journal;
    struct cg_gate *gate;
    struct samples orders;
    struct samples reports;
    struct samples none = {0};
    char bytes[1024];
    char error[256] = "";
    cg_time now = 1800000001 * CG_SECOND;
    bench_config_read(&config, open_orders + WARM_UP / 2,
                      4 * (open_orders + rounds + WARM_UP));
    bench_need(cg_journal_open_memory(&journal) == 0, "no memory");
    struct cg_gate_options options = {
        .config = &config, .journal = &journal, .now = now};
    bench_need(cg_gate_open(&options, error, sizeof(error), &gate) == 0, error);
    bench_need(cg_gate_link(gate, BENCH_CLIENT, true, now) == 0, "no link");
    bench_need(cg_gate_link(gate, BENCH_VENUE, true, now) == 0, "no link");
    samples_init(&orders, rounds);
    samples_init(&reports, rounds);
    bench_overhead();
    uint64_t calls = heap_calls();
    for (uint32_t i = 1; i <= open_orders + rounds + WARM_UP; i++) {
        bool measured = i > open_orders + WARM_UP;
        now += 1000;
        size_t len = bench_order_make(bytes, sizeof(bytes), i);
        samples_add(measured ? &orders : &none,
                    turn(gate, BENCH_CLIENT, bytes, len, now, "D"));
        len = bench_report_make(bytes, sizeof(bytes), i, i > open_orders);
        samples_add(measured ? &reports : &none,
                    turn(gate, BENCH_VENUE, bytes, len, now, "8"));
    }
    heap_unchanged(calls, "the gate");
    bench_time("gate: order, message to message, push", open_orders, &orders,
               open_orders >= 1000000 ? 400 : 0);
    bench_time("gate: fill, message to message", open_orders, &reports, 0);
    samples_deinit(&orders);
    samples_deinit(&reports);
    cg_gate_close(gate);
    journal.close(journal.user);
    cg_config_deinit(&config);
}
