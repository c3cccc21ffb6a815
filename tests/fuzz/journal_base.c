/*
 * SPDX-License-Identifier: Apache-2.0
 */
#include "journal_base.h"

#include "fact_row.h"
#include "fuzz.h"
#include <digest.h>
#include <stdio.h>
#include <stdlib.h>

#define NOW (1800000000 * CG_SECOND)

static const char config_text[] =
    "[GATE]\nJournal=j\nInstruments=i\nTradingDayEnd=never\nMaxOrders=50\n"
    "MaxRequests=200\nMaxLimits=20\nMaxWaiting=8\nMaxScopes=20\nMaxLegs=0\n"
    "MaxReports=100\nMaxInstruments=10\n"
    "[DEFAULT]\nSenderCompID=GATE\nConnectionType=acceptor\n"
    "SocketAcceptPort=7001\nBeginString=FIX.4.4\n"
    "[SESSION]\nRole=client\nTargetCompID=CLIENT\nAccounts=ACME\n"
    "[SESSION]\nRole=venue\nTargetCompID=VENUE\n"
    "[ACCOUNT]\nAccount=ACME\nClearingFirm=FCM1\n"
    "[LIMIT]\nRiskLimitID=ACME-USD\nAccount=ACME\nCurrency=USD\nModel=push\n"
    "Amount=1000000\n";
static const char instruments_text[] =
    "instrument,currency,dv01_per_million\nUSSW10,USD,904.20\n";

static void mistake(
    void *user, const char *file, int line, const char *wrong, const char *to)
{
    (void)user;
    fuzz_fail("%s:%d: %s; %s", file, line, wrong, to);
}

static bool picture_refused;

static void
on_log(void *user, enum cg_log_level level, cg_time now, const char *text)
{
    (void)user;
    (void)level;
    (void)now;
    picture_refused |= strstr(text, "all facts are read") != NULL;
}

struct cg_gate *base_gate(const struct base *base,
                          const struct cg_journal *journal,
                          struct cg_slice picture,
                          bool *taken)
{
    struct cg_gate *gate = NULL;
    char error[1024] = "";
    struct cg_gate_options options = {
        .config = base->config,
        .journal = journal,
        .now = NOW,
        .snapshot = picture.data,
        .snapshot_len = picture.len,
        .log = on_log,
    };
    picture_refused = picture.data == NULL;
    int rc = cg_gate_open(&options, error, sizeof(error), &gate);
    if (rc != 0 && error[0] == '\0') {
        fuzz_fail("the gate does not open, and says nothing: %d", rc);
    }
    *taken = rc == 0 && !picture_refused;
    return rc == 0 ? gate : NULL;
}

uint64_t base_sum(uint64_t sum, const struct cg_fact *fact)
{
    uint8_t bytes[8192];
    size_t len = cg_fact_bytes_len(fact);
    if (len > sizeof(bytes)) {
        return ~sum; /* none that was written here */
    }
    cg_fact_to_bytes(fact, bytes);
    for (size_t i = 0; i < len; i++) {
        sum = (sum ^ bytes[i]) * UINT64_C(0x100000001b3);
    }
    return sum;
}

static int add_to_sum(void *context, const struct cg_fact *fact)
{
    uint64_t *sum = context;
    *sum = base_sum(*sum, fact);
    return 0;
}

uint64_t base_books(const struct cg_gate *gate)
{
    struct cg_limit_view limit;
    uint64_t sum = 1;
    for (size_t i = 0; cg_gate_limit(gate, i, &limit); i++) {
        sum = sum * 31 + (uint64_t)limit.used;
        sum = sum * 31 + (uint64_t)limit.amount;
    }
    return sum;
}

/* --- what happens in it ------------------------------------------------------
 */

static void hear(struct cg_gate *gate,
                 cg_session session,
                 const char *from,
                 const char *type,
                 const char *body)
{
    char rest[1024];
    char sealed[2048];
    struct cg_out out;
    int len = snprintf(rest, sizeof(rest),
                       "35=%s|49=%s|56=GATE|34=2|52=20270115-08:00:00.000|%s",
                       type, from, body);
    for (int i = 0; i < len; i++) {
        rest[i] = rest[i] == '|' ? '\001' : rest[i];
    }
    size_t all = fuzz_seal(1, rest, (size_t)len, sealed, sizeof(sealed));
    if (cg_gate_recv(gate, session, sealed, all, NOW) != 0) {
        fuzz_fail("the gate ends at %s", body);
    }
    while (cg_gate_pull(gate, &out)) {
    }
}

static void trade(struct cg_gate *gate, int number)
{
    char body[512];
    snprintf(body, sizeof(body),
             "11=A%d|1=ACME|55=USSW10|54=%d|60=20270115-08:00:00|38=%d000000|"
             "40=2|44=4.1|",
             number, 1 + number % 2, 10 * number);
    hear(gate, 0, "CLIENT", "D", body);
    snprintf(body, sizeof(body),
             "37=O%d|11=A%d|17=E%d|150=F|39=1|55=USSW10|54=%d|38=%d000000|"
             "32=1000000|31=4.1|151=1|14=1000000|6=4.1|",
             number, number, number, 1 + number % 2, 10 * number);
    hear(gate, 1, "VENUE", "8", body);
}

static int add(void *user, const void *bytes, size_t len)
{
    struct cg_slice *slice = user;
    char *more = realloc((char *)(uintptr_t)slice->data, slice->len + len);
    if (more == NULL) {
        return CG_ERR_MEMORY;
    }
    memcpy(more + slice->len, bytes, len);
    *slice = (struct cg_slice){more, slice->len + len};
    return 0;
}

static void take_picture(struct base *base, struct cg_gate *gate)
{
    char digest[CG_DIGEST_HEX + 1];
    if (cg_gate_save(gate, add, &base->picture) != 0 ||
        !cg_digest(base->picture, digest) ||
        cg_gate_saved(gate, cg_gate_facts(gate), digest, NOW) != 0) {
        fuzz_fail("no picture");
    }
}

static void store_messages(struct cg_journal *journal)
{
    int sender = 0;
    int target = 0;
    int64_t created = NOW;
    static const char message[] = "8=FIX.4.4\0019=5\00135=0\00110=163\001";
    if (cg_journal_session_load(journal->user, "GATE-CLIENT", &sender, &target,
                                &created) != 0 ||
        cg_journal_message_set(journal->user, "GATE-CLIENT", 1, message,
                               sizeof(message) - 1, 20, 0) != 0 ||
        cg_journal_session_set_sender(journal->user, "GATE-CLIENT", 2) != 0) {
        fuzz_fail("no messages");
    }
}

static struct cg_slice read_file(const char *path)
{
    struct cg_slice slice = {NULL, 0};
    char bytes[65536];
    FILE *file = fopen(path, "rb");
    if (file == NULL) {
        fuzz_fail("%s cannot be read", path);
    }
    for (size_t got = sizeof(bytes); got > 0;) {
        got = fread(bytes, 1, sizeof(bytes), file);
        if (got > 0 && add(&slice, bytes, got) != 0) {
            fuzz_fail("no memory");
        }
    }
    fclose(file);
    return slice;
}

/* Where the row of an order lies, and others behind it.  In the schema the same
 * words stand in quotes. */
static size_t rows_of(struct cg_slice file)
{
    static const char words[] = "order taken";
    size_t at = 1;
    const char *row = file.data;
    while (row != NULL && (row == file.data || row[-1] == '\'')) {
        row = memmem(file.data + at, file.len - at, words, sizeof(words) - 1);
        at = row != NULL ? (size_t)(row - file.data) + 1 : at;
    }
    if (row == NULL) {
        fuzz_fail("the file has no facts");
    }
    return at - 1;
}

static void make(struct base *base)
{
    struct cg_journal journal;
    struct cg_config_memory memory = {.name = "gate.cfg",
                                      .text = config_text,
                                      .instruments = instruments_text};
    char error[1024] = "";
    bool taken;
    const char *path = fuzz_file("base", NULL, 0);
    if (cg_config_open_memory(&memory, mistake, NULL, &base->config) != 0 ||
        cg_journal_open_sqlite(path, &journal, error, sizeof(error)) != 0) {
        fuzz_fail("no journal: %s", error);
    }
    struct cg_gate *gate = base_gate(base, &journal, (struct cg_slice){NULL, 0},
                                     &taken);
    if (gate == NULL || cg_gate_link(gate, 0, true, NOW) != 0 ||
        cg_gate_link(gate, 1, true, NOW) != 0) {
        fuzz_fail("no gate");
    }
    trade(gate, 1);
    trade(gate, 2);
    store_messages(&journal);
    if (cg_gate_commit(gate) != 0) {
        fuzz_fail("no commit");
    }
    take_picture(base, gate);
    trade(gate, 3);
    if (cg_gate_commit(gate) != 0) {
        fuzz_fail("no commit");
    }
    base->books = base_books(gate);
    cg_gate_close(gate);
    cg_journal_chain_head(journal.user, &base->facts, base->chain);
    if (journal.load(journal.user, 0, add_to_sum, &base->sum) != 0) {
        fuzz_fail("no facts");
    }
    journal.close(journal.user);
    base->file = read_file(path);
    base->rows_at = rows_of(base->file);
}

const struct base *base_get(void)
{
    static struct base base;
    if (base.config == NULL) {
        make(&base);
    }
    return &base;
}
