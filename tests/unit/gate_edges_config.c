/*
 * SPDX-License-Identifier: Apache-2.0
 */
#include "gate_edges_config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static const char instruments[] = "instrument,currency,dv01_per_million\n"
                                  "USD10Y,USD,904.00\n";

static const char sections[] =
    "MaxRequests=200\nMaxLimits=16\nMaxWaiting=4\n"
    "[DEFAULT]\nSenderCompID=GATE\nConnectionType=acceptor\n"
    "SocketAcceptPort=7001\n"
    "[SESSION]\nName=client\nRole=client\nBeginString=FIX.4.4\n"
    "TargetCompID=CLIENT\nVenue=venue\n"
    "Accounts=DUO,PUSH,MIX,TWO,TIMED,FIRM1\n"
    "[SESSION]\nName=venue\nRole=venue\nBeginString=FIX.4.4\n"
    "TargetCompID=VENUE\n"
    "[SESSION]\nName=hub\nRole=hub\nBeginString=FIXT.1.1\nTargetCompID=HUB\n"
    "ExpiryMarginMs=5000\n"
    "[SESSION]\nName=hub2\nRole=hub\nBeginString=FIXT.1.1\n"
    "TargetCompID=HUB2\n"
    "[SESSION]\nName=b\nRole=client\nBeginString=FIX.4.4\nTargetCompID=B\n"
    "Venue=venue\nAccounts=FIRM2\n"
    "[SESSION]\nName=c\nRole=client\nBeginString=FIX.4.4\nTargetCompID=C\n"
    "Venue=venue\nAccounts=ALONE\n"
    "[ACCOUNT]\nAccount=DUO\nClearingFirm=F1\nHub=hub\n"
    "[ACCOUNT]\nAccount=PUSH\nClearingFirm=F2\n"
    "[ACCOUNT]\nAccount=MIX\nClearingFirm=F3\nHub=hub\n"
    "[ACCOUNT]\nAccount=TWO\nClearingFirm=F4\nHub=hub\n"
    "[ACCOUNT]\nAccount=TIMED\nClearingFirm=F5\nHub=hub\n"
    "[ACCOUNT]\nAccount=FIRM1\nClearingFirm=FIRM\n"
    "[ACCOUNT]\nAccount=FIRM2\nClearingFirm=FIRM\n"
    "[ACCOUNT]\nAccount=ALONE\nClearingFirm=F6\n"
    "[LIMIT]\nRiskLimitID=DUO-A\nAccount=DUO\nHub=hub\nCurrency=USD\n"
    "Model=ping\n"
    "[LIMIT]\nRiskLimitID=DUO-B\nAccount=DUO\nHub=hub\nCurrency=USD\n"
    "Model=ping\n"
    "[LIMIT]\nRiskLimitID=PUSH-USD\nAccount=PUSH\nCurrency=USD\n"
    "Model=push\nAmount=100000\n"
    "[LIMIT]\nRiskLimitID=MIX-PUSH\nAccount=MIX\nCurrency=USD\n"
    "Model=push\nAmount=100000\n"
    "[LIMIT]\nRiskLimitID=MIX-PING\nAccount=MIX\nHub=hub\nCurrency=USD\n"
    "Model=ping\n"
    "[LIMIT]\nRiskLimitID=TWO-1\nAccount=TWO\nHub=hub\nCurrency=USD\n"
    "Model=ping-with-push\nAmount=100000\n"
    "[LIMIT]\nRiskLimitID=TWO-2\nAccount=TWO\nHub=hub2\nCurrency=USD\n"
    "Model=ping\n"
    "[LIMIT]\nRiskLimitID=TIMED-USD\nAccount=TIMED\nHub=hub\nCurrency=USD\n"
    "Model=ping-with-push\nAmount=100000\nWarnings=40\n"
    "FallbackMaxAgeMs=10000\n"
    "[LIMIT]\nRiskLimitID=FIRM-USD\nClearingFirm=FIRM\nCurrency=USD\n"
    "Model=push\nAmount=100000\n"
    "[LIMIT]\nRiskLimitID=ALONE-USD\nAccount=ALONE\nCurrency=USD\n"
    "Model=push\nAmount=100000\n";

static void mistake(void *user,
                    const char *file,
                    int line,
                    const char *wrong,
                    const char *remedy)
{
    (void)user;
    print_error("%s:%d: %s: %s\n", file, line, wrong, remedy);
}

static void write_file(const char *path, const char *top, const char *text)
{
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    assert_true(fputs(top, file) >= 0);
    assert_true(fputs(text, file) >= 0);
    assert_int_equal(fclose(file), 0);
}

static void read_config(struct cg_config *config, int orders)
{
    char folder[] = "/tmp/cg-edges-XXXXXX";
    char path[64];
    char csv[64];
    char top[128];
    assert_non_null(mkdtemp(folder));
    snprintf(path, sizeof(path), "%s/gate.cfg", folder);
    snprintf(csv, sizeof(csv), "%s/instruments.csv", folder);
    snprintf(top, sizeof(top),
             "[GATE]\nName=GATE\nJournal=unused.db\n"
             "Instruments=instruments.csv\nMaxOrders=%d\n",
             orders);
    write_file(path, top, sections);
    write_file(csv, instruments, "");
    int status = cg_config_read(path, mistake, NULL, config);
    unlink(path);
    unlink(csv);
    rmdir(folder);
    assert_int_equal(status, 0);
}

void edges_collect(struct harness *harness)
{
    struct cg_out out;
    char error[256];
    harness->out_count = 0;
    harness->taken = 0;
    while (cg_gate_pull(harness->gate, &out)) {
        assert_true(harness->out_count < HARNESS_OUT_MAX);
        char *text = harness->out[harness->out_count++];
        int len = snprintf(text, HARNESS_TEXT_MAX, "%d 35=%s|%.*s%.*s",
                           out.session, out.type, (int)out.header_len,
                           out.header, (int)out.body_len, out.body);
        assert_true(len < HARNESS_TEXT_MAX);
        for (int i = 0; i < len; i++) {
            text[i] = text[i] == '\001' ? '|' : text[i];
        }
    }
    assert_int_equal(cg_gate_commit(harness->gate), 0);
    if (!cg_gate_audit(harness->gate, error, sizeof(error))) {
        fail_msg("audit: %s", error);
    }
}

static void gate_open(struct harness *harness)
{
    char error[256] = "";
    struct cg_gate_options options = {.config = &harness->config,
                                      .journal = &harness->journal,
                                      .now = harness->now};
    int status = cg_gate_open(&options, error, sizeof(error), &harness->gate);
    if (status != 0) {
        fail_msg("open: %d %s", status, error);
    }
    edges_collect(harness);
    for (int i = 0; i < EDGES_SESSIONS; i++) {
        harness_link(harness, i, true);
    }
}

void edges_open(struct harness *harness, int orders)
{
    harness_clear(harness);
    read_config(&harness->config, orders);
    fact_log_open(&harness->facts, &harness->journal);
    harness->now = 1800000000 * CG_SECOND;
    gate_open(harness);
}

void edges_reopen(struct harness *harness, int orders)
{
    cg_gate_close(harness->gate);
    cg_config_deinit(&harness->config);
    fact_log_crash(&harness->facts);
    read_config(&harness->config, orders);
    gate_open(harness);
}
