/*
 * A host outside the source tree, on what is installed alone: two gates of one
 * configuration, one without room for the order.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <creditgate/gate.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define START ((cg_time)1800000000 * CG_SECOND)

static const char text[] =
    "[GATE]\nJournal=-\nInstruments=table\n"
    "[DEFAULT]\nSenderCompID=GATE\nBeginString=FIX.4.4\n"
    "ConnectionType=acceptor\nSocketAcceptPort=0\n"
    "[SESSION]\nRole=client\nTargetCompID=CLIENT\nAccounts=ACME\n"
    "[SESSION]\nRole=venue\nTargetCompID=VENUE\n"
    "[ACCOUNT]\nAccount=ACME\nClearingFirm=FCM1\n"
    "[LIMIT]\nRiskLimitID=L1\nAccount=ACME\n"
    "Currency=USD\nModel=push\nWarnings=none\nAmount=";
static const char table[] =
    "instrument,currency,dv01_per_million\nUSSW10,USD,904\n";

static void fail(const char *what, const char *why)
{
    fprintf(stderr, "%s: %s\n", what, why);
    exit(1);
}

static void mistake(void *user,
                    const char *file,
                    int line,
                    const char *wrong,
                    const char *remedy)
{
    (void)user;
    fprintf(stderr, "%s:%d: %s; %s\n", file, line, wrong, remedy);
}

static struct cg_config *configure(const char *amount)
{
    char whole[1024];
    struct cg_config_memory memory = {.name = "host", .instruments = table};
    struct cg_config *config;
    snprintf(whole, sizeof(whole), "%s%s\n", text, amount);
    memory.text = whole;
    if (cg_config_open_memory(&memory, mistake, NULL, &config) != 0) {
        fail("configuration", "refused");
    }
    return config;
}

/* The message with its length and sum; |body| begins with 35=. */
static size_t seal(const char *body, char *out, size_t size)
{
    unsigned sum = 0;
    int len = snprintf(out, size, "8=FIX.4.4\0019=%zu\001%s", strlen(body),
                       body);
    for (int i = 0; i < len; i++) {
        sum += (unsigned char)out[i];
    }
    return (size_t)len + (size_t)snprintf(out + len, size - (size_t)len,
                                          "10=%03u\001", sum % 256);
}

static void
expect(struct cg_gate *gate, cg_session session, const char *type, bool last)
{
    struct cg_out out;
    if (!cg_gate_pull(gate, &out)) {
        fail(type, "the gate did not say it");
    }
    if (out.session != session || strcmp(out.type, type) != 0) {
        fail(type, out.type);
    }
    if (last && cg_gate_pull(gate, &out)) {
        fail(type, "the gate said more");
    }
    if (cg_gate_commit(gate) != 0) {
        fail(type, "not committed");
    }
}

struct host {
    struct cg_config *config;
    struct cg_journal journal;
    struct cg_gate *gate;
    char bytes[512]; /* of the order: they stay until the gate is asked */
};

static void host_open(struct host *host, const char *amount)
{
    char error[256] = "";
    struct cg_gate_options options = {.now = START};
    host->config = configure(amount);
    if (cg_journal_open_memory(&host->journal) != 0) {
        fail("journal", "not opened");
    }
    options.config = host->config;
    options.journal = &host->journal;
    if (cg_gate_open(&options, error, sizeof(error), &host->gate) != 0) {
        fail("gate", error);
    }
    if (cg_gate_link(host->gate, 0, true, START) != 0 ||
        cg_gate_link(host->gate, 1, true, START) != 0) {
        fail("gate", "no links");
    }
}

static void host_close(struct host *host)
{
    char error[256] = "";
    if (!cg_gate_audit(host->gate, error, sizeof(error))) {
        fail("audit", error);
    }
    cg_gate_close(host->gate);
    host->journal.close(host->journal.user);
    cg_config_close(host->config);
}

static void order(struct host *host)
{
    size_t len = seal("35=D\00149=CLIENT\00156=GATE\00134=1\001"
                      "52=20270115-08:00:00.000\00111=A1\0011=ACME\001"
                      "55=USSW10\00154=1\00160=20270115-08:00:00.000\001"
                      "38=10000000\00140=2\00144=4.1\00159=0\001",
                      host->bytes, sizeof(host->bytes));
    cg_session from = cg_config_find(host->config, "FIX.4.4", "CLIENT", "GATE");
    if (cg_gate_recv(host->gate, from, host->bytes, len, START + CG_SECOND) !=
        0) {
        fail("order", "not taken");
    }
}

int main(void)
{
    struct host rich;
    struct host poor;
    host_open(&rich, "10000.00");
    host_open(&poor, "9000.00");
    order(&rich);
    order(&poor);
    expect(rich.gate, 1, "D", true);
    expect(poor.gate, 0, "8", true);
    host_close(&poor);
    host_close(&rich);
    puts("forwarded by one gate, refused by the other");
    return 0;
}
