/*
 * A gate that starts from a picture of its books is the gate that reads all its
 * facts, whatever the configuration says by now; and takes no other picture.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <configuration.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <creditgate/gate.h>
#include <digest.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "mistake_told.h"

#define NOW (1800000000 * CG_SECOND)

/* One account, limit or row more than SMALL; and another limit for ACME. */
#define SESSIONS(accounts)                                                     \
    "[DEFAULT]\nSenderCompID=GATE\nConnectionType=acceptor\n"                  \
    "SocketAcceptPort=7001\nBeginString=FIX.4.4\n"                             \
    "[SESSION]\nRole=client\nTargetCompID=CLIENT\nAccounts=" accounts          \
    "\n[SESSION]\nRole=venue\nTargetCompID=VENUE\n"                            \
    "[ACCOUNT]\nAccount=ACME\nClearingFirm=FCM1\n"
#define LIMIT(id, account, more)                                               \
    "[LIMIT]\nRiskLimitID=" id "\nAccount=" account                            \
    "\nCurrency=USD\nModel=push\nAmount=1000000\n" more
#define GATE(max)                                                              \
    "[GATE]\nJournal=gate.journal\nInstruments=instruments.csv\n"              \
    "TradingDayEnd=never\nMaxOrders=" max "\n"

static const char large[] = GATE("500") SESSIONS(
    "ACME,BETA") "[ACCOUNT]\nAccount=BETA\nClearingFirm=FCM2\nContact=desk, "
                 "555\n" LIMIT("ACME-USD", "ACME", "Queue=Y\nAllowReducing=N\n")
                     LIMIT("BETA-USD", "BETA", "");
static const char small[] = GATE("500") SESSIONS("ACME")
    LIMIT("ACME-USD", "ACME", "");
static const char roomy[] = GATE("5000") SESSIONS("ACME")
    LIMIT("ACME-USD", "ACME", "");
static const char tight[] = GATE("500\nMaxReports=1000") SESSIONS("ACME")
    LIMIT("ACME-USD", "ACME", "");
static const char two_rows[] = "instrument,currency,dv01_per_million\n"
                               "USSW10,USD,904\nUSSW5,USD,450\n";
static const char one_row[] = "instrument,currency,dv01_per_million\n"
                              "USSW10,USD,905\n";

static char folder[64];
static char journal_path[96];

/* --- files --------------------------------------------------------------- */

static void write_file(const char *name, const char *text)
{
    char path[128];
    snprintf(path, sizeof(path), "%s/%s", folder, name);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    assert_true(fputs(text, file) >= 0);
    assert_int_equal(fclose(file), 0);
}

static struct cg_config configure(const char *text, const char *table)
{
    struct cg_config config;
    char path[128];
    write_file("gate.cfg", text);
    write_file("instruments.csv", table);
    snprintf(path, sizeof(path), "%s/gate.cfg", folder);
    assert_int_equal(cg_config_read(path, mistake_print, NULL, &config), 0);
    return config;
}

static int setup(void **state)
{
    (void)state;
    snprintf(folder, sizeof(folder), "%s", "/tmp/creditgate-picture-XXXXXX");
    assert_non_null(mkdtemp(folder));
    snprintf(journal_path, sizeof(journal_path), "%s/gate.journal", folder);
    return 0;
}

static int teardown(void **state)
{
    static const char *const names[] = {"gate.cfg", "instruments.csv",
                                        "gate.journal", "gate.journal-wal",
                                        "gate.journal-spare"};
    char path[128];
    (void)state;
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        snprintf(path, sizeof(path), "%s/%s", folder, names[i]);
        (void)unlink(path);
    }
    assert_int_equal(rmdir(folder), 0);
    return 0;
}

/* --- gates ---------------------------------------------------------------- */

struct bytes {
    char *data;
    size_t len;
};

static int add(void *user, const void *data, size_t len)
{
    struct bytes *bytes = user;
    bytes->data = realloc(bytes->data, bytes->len + len);
    assert_non_null(bytes->data);
    memcpy(bytes->data + bytes->len, data, len);
    bytes->len += len;
    return 0;
}

static char said[512];

static void
keep_last(void *user, enum cg_log_level level, cg_time now, const char *text)
{
    (void)user;
    (void)level;
    (void)now;
    if (strstr(text, "snapshot") != NULL) {
        snprintf(said, sizeof(said), "%s", text);
    }
}

static struct cg_gate *start(const struct cg_config *config,
                             struct cg_journal *journal,
                             const struct bytes *picture)
{
    struct cg_gate *gate;
    char error[2048] = "";
    if (cg_journal_open_sqlite(journal_path, journal, error, sizeof(error)) !=
        0) {
        fail_msg("%s", error);
    }
    struct cg_gate_options options = {
        .config = config,
        .journal = journal,
        .now = NOW + CG_SECOND,
        .snapshot = picture != NULL ? picture->data : NULL,
        .snapshot_len = picture != NULL ? picture->len : 0,
        .log = keep_last,
    };
    said[0] = '\0';
    if (cg_gate_open(&options, error, sizeof(error), &gate) != 0) {
        fail_msg("%s", error);
    }
    return gate;
}

static void end(struct cg_gate *gate, struct cg_journal *journal)
{
    cg_gate_close(gate);
    journal->close(journal->user); /* what was not committed is lost */
}

static size_t seal(
    char *out, size_t max, const char *from, const char *type, const char *body)
{
    char text[512];
    unsigned sum = 0;
    int len = snprintf(text, sizeof(text),
                       "35=%s|49=%s|56=GATE|34=2|52=20270115-08:00:00.000|%s",
                       type, from, body);
    int all = snprintf(out, max, "8=FIX.4.4|9=%d|%s", len, text);
    for (int i = 0; i < all; i++) {
        out[i] = out[i] == '|' ? '\001' : out[i];
        sum += (unsigned char)out[i];
    }
    return (size_t)(all + snprintf(out + all, max - (size_t)all, "10=%03u\001",
                                   sum % 256));
}

static void order(struct cg_gate *gate,
                  const char *id,
                  const char *account,
                  const char *symbol)
{
    char body[256];
    char bytes[1024];
    struct cg_out out;
    bool sent = false;
    snprintf(body, sizeof(body),
             "11=%s|21=1|1=%s|55=%s|54=1|60=20270115-08:00:00|38=1000000|40=2|"
             "44=4.1|",
             id, account, symbol);
    size_t len = seal(bytes, sizeof(bytes), "CLIENT", "D", body);
    assert_int_equal(cg_gate_recv(gate, 0, bytes, len, NOW), 0);
    while (cg_gate_pull(gate, &out)) {
        sent |= out.session == 1 && strcmp(out.type, "D") == 0;
    }
    assert_true(sent);
}

/* A journal with orders of both accounts, and its picture on record. */
static struct bytes trade(const struct cg_config *config)
{
    struct cg_journal journal;
    struct bytes picture = {NULL, 0};
    char digest[CG_DIGEST_HEX + 1];
    struct cg_gate *gate = start(config, &journal, NULL);
    assert_int_equal(cg_gate_link(gate, 0, true, NOW), 0);
    assert_int_equal(cg_gate_link(gate, 1, true, NOW), 0);
    order(gate, "A1", "ACME", "USSW10");
    order(gate, "B1", "BETA", "USSW5");
    assert_int_equal(cg_gate_commit(gate), 0);
    assert_int_equal(cg_gate_save(gate, add, &picture), 0);
    assert_true(
        cg_digest((struct cg_slice){picture.data, picture.len}, digest));
    assert_int_equal(
        cg_gate_saved(gate, cg_gate_facts(gate), digest, NOW + CG_MS), 0);
    order(gate, "A2", "ACME", "USSW5");
    assert_int_equal(cg_gate_commit(gate), 0);
    end(gate, &journal);
    return picture;
}

/* What a gate on this configuration is, from the picture or from all facts. */
static struct bytes books(const struct cg_config *config,
                          const struct bytes *picture)
{
    struct cg_journal journal;
    struct bytes bytes = {NULL, 0};
    char error[512] = "";
    struct cg_gate *gate = start(config, &journal, picture);
    assert_true(cg_gate_audit(gate, error, sizeof(error)));
    assert_int_equal(cg_gate_save(gate, add, &bytes), 0);
    end(gate, &journal);
    return bytes;
}

static void expect_same(const struct cg_config *config,
                        const struct bytes *picture)
{
    struct bytes all = books(config, NULL);
    assert_string_equal(said, "the snapshot is missing or damaged: all facts "
                              "are read");
    struct bytes some = books(config, picture);
    assert_string_equal(said, "");
    assert_int_equal(all.len, some.len);
    assert_memory_equal(all.data, some.data, all.len);
    free(all.data);
    free(some.data);
}

/* --- tests ---------------------------------------------------------------- */

/* The same settings, and others: who may trade what is the configuration's. */
static void test_picture_is_what_the_facts_say(void **state)
{
    (void)state;
    struct cg_config before = configure(large, two_rows);
    struct bytes picture = trade(&before);
    expect_same(&before, &picture);
    struct cg_config after = configure(small, one_row);
    expect_same(&after, &picture);
    cg_config_deinit(&after);
    /* More room changes where things lie, but not what there is. */
    after = configure(roomy, one_row);
    struct bytes bytes = books(&after, &picture);
    assert_string_equal(said, "");
    free(bytes.data);
    cg_config_deinit(&after);
    cg_config_deinit(&before);
    free(picture.data);
}

/* A picture that is not the one on record is not taken. */
static void test_picture_of_others_is_not_taken(void **state)
{
    (void)state;
    struct cg_config config = configure(large, two_rows);
    struct bytes picture = trade(&config);
    for (size_t at = 0; at < picture.len; at += picture.len / 40 + 1) {
        picture.data[at] ^= 1;
        struct bytes bytes = books(&config, &picture);
        assert_non_null(strstr(said, "missing or damaged"));
        free(bytes.data);
        picture.data[at] ^= 1;
    }
    struct bytes cut = {picture.data, picture.len - 1};
    struct bytes bytes = books(&config, &cut);
    assert_non_null(strstr(said, "missing or damaged"));
    free(bytes.data);
    free(picture.data);
    cg_config_deinit(&config);
}

/* One that does not fit cannot be read; the facts can. */
static void test_picture_of_other_sizes_is_not_taken(void **state)
{
    (void)state;
    struct cg_config before = configure(large, two_rows);
    struct bytes picture = trade(&before);
    struct cg_config after = configure(tight, one_row);
    struct bytes bytes = books(&after, &picture);
    assert_non_null(strstr(said, "does not fit the Max...= settings"));
    free(bytes.data);
    free(picture.data);
    cg_config_deinit(&after);
    cg_config_deinit(&before);
}

#define T(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(test_picture_is_what_the_facts_say),
        T(test_picture_of_others_is_not_taken),
        T(test_picture_of_other_sizes_is_not_taken),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
