/*
 * A gate process within the test's own: what it does when the journal, memory,
 * a peer or somebody who asks for a new configuration is in its way.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "../unit/mistake_told.h"
#include "failing_calls.h"
#include "failing_memory.h"
#include "folder.h"
#include "transport_sides.h"

#include <creditgate/gate.h>
#include <errno.h>
#include <gateway.h>
#include <gateway_config.h>
#include <gateway_rates.h>
#include <keeper.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char folder[64];
static char config_path[96];
static char rates_path[96];
static struct cg_config *config;
static struct cg_gateway *gateway;
static char said[262144];
static enum cg_log_level log_level = CG_LOG_DEBUG;
static int ended; /* 1: and |end_error| is why */
static int end_error;

/* --- calls that fail --------------------------------------------------------
 */

#define WRAP(name, parameters, arguments)                                      \
    FAILING_CALL(int, name, parameters, arguments, failing.error)

FAILING_CALL(cg_time, cg_gate_deadline, (const struct cg_gate *gate), (gate), 1)
FAILING_CALL(bool, cg_gate_is_owed, (const struct cg_gate *gate), (gate), true)
FAILING_CALL(
    bool,
    cg_gate_may_resend,
    (struct cg_gate * gate, cg_session session, const char *bytes, size_t len),
    (gate, session, bytes, len),
    false)
WRAP(cg_journal_session_load,
     (void *user,
      const char *session,
      int *next_sender,
      int *next_target,
      int64_t *creation_ns),
     (user, session, next_sender, next_target, creation_ns))
WRAP(cg_rates_read,
     (const struct cg_config *of,
      const struct cg_rates_text *text,
      const struct cg_rates *before,
      void (*report)(void *user,
                     const char *file,
                     int line,
                     const char *wrong,
                     const char *remedy),
      void *user,
      struct cg_rates **read),
     (of, text, before, report, user, read))

WRAP(cg_gate_commit, (struct cg_gate * gate), (gate))
WRAP(cg_gate_renumbered,
     (struct cg_gate * gate, cg_session session, bool ours, cg_time now),
     (gate, session, ours, now))
WRAP(cg_gate_take_rates,
     (struct cg_gate * gate, const struct cg_rates *rates, cg_time now),
     (gate, rates, now))
WRAP(cg_journal_message_get,
     (void *user,
      const char *session,
      int first,
      int last,
      void (*found)(void *, int, const char *, size_t, size_t, size_t),
      void *context),
     (user, session, first, last, found, context))
WRAP(fix8c_session_logout,
     (struct fix8c_session * session, const char *text),
     (session, text))
WRAP(fix8c_session_send,
     (struct fix8c_session * session,
      const char *type,
      const char *header,
      size_t header_len,
      const char *body,
      size_t body_len),
     (session, type, header, header_len, body, body_len))

/* Allocations until one fails: of what reads configurations, as it is opened;
 * and after the gate has taken one, or the journal was opened. */
static long memory_in_config;
static long memory_after;

WRAPPED(cg_gate_reconfigure);

int __wrap_cg_gate_reconfigure(struct cg_gate *gate,
                               struct cg_config *fresh,
                               const struct cg_rates *rates,
                               cg_time now,
                               void (*report)(void *user,
                                              enum cg_change change,
                                              int line,
                                              const char *text),
                               void *user)
{
    if (!failing_now("cg_gate_reconfigure")) {
        int status = __real_cg_gate_reconfigure(gate, fresh, rates, now, report,
                                                user);
        countdown = memory_after > 0 ? memory_after : countdown;
        return status;
    }
    if (failing.error == CG_ERR_CONFIG) {
        report(user, CG_CHANGE_MISTAKE, 0, "it contradicts itself");
        report(user, CG_CHANGE_MISTAKE, 7, "it contradicts the gate");
    }
    return failing.error;
}

static const char *gate_says; /* of why it is not opened */

WRAPPED(cg_gate_open);

int __wrap_cg_gate_open(const struct cg_gate_options *options,
                        char *error,
                        size_t error_len,
                        struct cg_gate **gate)
{
    if (!failing_now("cg_gate_open")) {
        return __real_cg_gate_open(options, error, error_len, gate);
    }
    snprintf(error, error_len, "%s", gate_says);
    return failing.error;
}

FAILING_CALL(struct cg_keeper *,
             cg_keeper_open,
             (const struct cg_keeper_options *options),
             (options),
             NULL)

WRAPPED(cg_gateway_config_open);

struct cg_gateway_config *
__wrap_cg_gateway_config_open(const struct cg_gateway_config_options *options)
{
    countdown = memory_in_config > 0 ? memory_in_config : countdown;
    return __real_cg_gateway_config_open(options);
}

WRAPPED(cg_journal_open_sqlite);

int __wrap_cg_journal_open_sqlite(const char *path,
                                  struct cg_journal *journal,
                                  char *error,
                                  size_t error_len)
{
    int status = __real_cg_journal_open_sqlite(path, journal, error, error_len);
    countdown = memory_after > 0 ? memory_after : countdown;
    return status;
}

/* --- a gate -----------------------------------------------------------------
 */

static const char table[] =
    "instrument,currency,dv01_per_million\nUSSW10,USD,904\n";
static const char priced[] =
    "instrument,currency,dv01_per_million,convention,swap\n"
    "USSW10,USD,904,,\nUSD5Y,,,USD_SOFR,5Y\n";
static const char rates[] = "set,curve,tenor,rate_pct\neod,USD_SOFR,1Y,3.5\n"
                            "eod,USD_SOFR,7Y,3.5\n";

#define SESSIONS                                                               \
    "[DEFAULT]\nSenderCompID=ACC\nConnectionType=acceptor\n"                   \
    "SocketAcceptPort=0\nBeginString=FIX.4.4\n"                                \
    "[SESSION]\nRole=client\nTargetCompID=INI\nAccounts=ACME\n%s"              \
    "[SESSION]\nRole=venue\nTargetCompID=VENUE\n"                              \
    "[ACCOUNT]\nAccount=ACME\nClearingFirm=FCM1\n"                             \
    "[LIMIT]\nRiskLimitID=L1\nAccount=ACME\nCurrency=USD\nModel=push\n"        \
    "Amount=%s\n"

static void write_file(const char *path, const char *text)
{
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    assert_true(fputs(text, file) >= 0);
    assert_int_equal(fclose(file), 0);
}

static const char *client_keys; /* more of its session */

/* A start awaits that their file rests, for a second. */
static bool with_rates;

static void use_rates(bool uses)
{
    char path[128];
    with_rates = uses;
    snprintf(path, sizeof(path), "%s/table.csv", folder);
    write_file(path, uses ? priced : table);
}

/* Writes the configuration; |keys| are more of [GATE], |more| sections. */
static void configure(const char *keys, const char *amount, const char *more)
{
    char text[4096];
    snprintf(text, sizeof(text),
             "[GATE]\nJournal=%s/gate.journal\nInstruments=%s/table.csv\n"
             "TradingDayEnd=never\nMaxOrders=100\n%s" SESSIONS "%s%s%s%s",
             folder, folder, keys, client_keys, amount,
             with_rates ? "[RATES]\nParRates=" : "",
             with_rates ? rates_path : "", with_rates ? "\n" : "", more);
    write_file(config_path, text);
}

static void on_log(void *user,
                   enum cg_log_level level,
                   const char *source,
                   const char *text)
{
    size_t len = strlen(said);
    (void)user;
    (void)level;
    snprintf(said + len, sizeof(said) - len, "%s: %s\n", source, text);
}

static void on_ended(void *user, int error)
{
    (void)user;
    ended++;
    end_error = error;
}

static bool told(const char *words)
{
    return strstr(said, words) != NULL;
}

static int try_open(char *error, size_t error_len)
{
    const struct cg_gateway_options options = {
        .loop = &loop,
        .config = config,
        .config_path = config_path,
        .log_level = log_level,
        .log = on_log,
        .ended = on_ended,
    };
    ended = end_error = 0;
    return cg_gateway_open(&options, error, error_len, &gateway);
}

static void open_gateway(const char *keys)
{
    char error[2048] = "";
    configure(keys, "1000", "");
    assert_int_equal(cg_config_open(config_path, mistake_fail, NULL, &config),
                     0);
    if (try_open(error, sizeof(error)) != 0) {
        fail_msg("%s", error);
    }
}

static void close_gateway(void)
{
    RUN_UNTIL(ended == 1);
    cg_gateway_close(gateway);
    gateway = NULL;
    cg_config_close(config);
    config = NULL;
}

static void stop_gateway(void)
{
    cg_gateway_stop(gateway);
    close_gateway();
    assert_int_equal(end_error, 0);
}

static int setup(void **state)
{
    failing_never();
    countdown = -1;
    for_good = with_rates = false;
    memory_in_config = memory_after = 0;
    client_keys = "";
    said[0] = '\0';
    snprintf(folder, sizeof(folder), "/tmp/creditgate-gateway-XXXXXX");
    assert_non_null(mkdtemp(folder));
    snprintf(config_path, sizeof(config_path), "%s/gate.cfg", folder);
    snprintf(rates_path, sizeof(rates_path), "%s/rates.csv", folder);
    use_rates(false);
    write_file(rates_path, rates);
    return open_loop(state);
}

static int teardown(void **state)
{
    assert_int_equal(folder_remove(folder), 0);
    return close_loop(state);
}

/* --- its client -------------------------------------------------------------
 */

static struct raw client;

static void log_on(void)
{
    char bytes[512];
    raw_open(&client, cg_gateway_port(gateway, 0));
    raw_say(&client, bytes, message(bytes, "A", 1, "98=0|108=30|141=Y|"));
    RUN_UNTIL(told("INI: logged on"));
    RUN_UNTIL(client.got > 0);
}

/* From now on calls of |name| are counted. */
static void count_calls(const char *name)
{
    failing = (struct failing_call){.name = name, .after = 1000};
}

static int calls_counted(void)
{
    int calls = 1000 - failing.after;
    failing_never();
    return calls;
}

static void say(const char *type, int seq, const char *fields)
{
    char bytes[1024];
    raw_say(&client, bytes, message(bytes, type, seq, fields));
}

/* One that is refused: there is no venue. */
static void order(int seq, const char *id)
{
    char fields[256];
    snprintf(fields, sizeof(fields),
             "11=%s|1=ACME|21=1|55=USSW10|54=1|38=1000|40=2|44=4.1|"
             "60=20260115-12:00:00|",
             id);
    said[0] = '\0';
    say("D", seq, fields);
}

/* Until what was read last holds |part|. */
static void hears(const char *part)
{
    RUN_UNTIL(memmem(client.in, sizeof(client.in), part, strlen(part)) != NULL);
}

static void client_leaves(void)
{
    raw_close(&client);
    RUN_UNTIL(told("INI: logged out"));
}

/* --- opening ----------------------------------------------------------------
 */

static const char *more_keys = "";

/* What is set to fail does so when the configuration has been read. */
static void not_opened(int expected, const char *says)
{
    char error[2048] = "";
    const struct failing_call call = failing;
    long memory = countdown;
    failing_never();
    countdown = -1;
    configure(more_keys, "1000", "");
    assert_int_equal(cg_config_open(config_path, mistake_fail, NULL, &config),
                     0);
    failing = call;
    countdown = memory;
    assert_int_equal(try_open(error, sizeof(error)), expected);
    failing_never();
    countdown = -1;
    memory_in_config = memory_after = 0;
    if (strstr(error, says) == NULL) {
        fail_msg("\"%s\" does not say \"%s\"", error, says);
    }
    for (int n = 0; n < 3; n++) {
        uv_run(&loop, UV_RUN_NOWAIT);
    }
    cg_config_close(config);
}

/* Whatever cannot be had: the gate does not start, says so, and leaves nothing
 * behind. */
static void test_gateway_not_opened(void **state)
{
    (void)state;
    open_gateway("SnapshotFacts=5\n");
    stop_gateway();
    memory_after = 1;
    not_opened(CG_ERR_MEMORY, "not enough memory");
    failing_once("cg_keeper_open", 0, CG_ERR_MEMORY);
    not_opened(CG_ERR_MEMORY, "the journal failed: ");
    failing_once("cg_gate_commit", 0, CG_ERR_IO);
    not_opened(CG_ERR_IO, "the journal failed: ");
    use_rates(true);
    for (memory_in_config = 1; memory_in_config < 4; memory_in_config++) {
        long n = memory_in_config;
        not_opened(CG_ERR_MEMORY, "the journal failed: ");
        memory_in_config = n;
    }
    memory_in_config = 0;
    use_rates(false);
    countdown = 1; /* the gateway itself */
    not_opened(CG_ERR_MEMORY, "not enough memory");
    failing_once("cg_journal_session_load", 0, CG_ERR_IO);
    not_opened(FIX8C_ERR_STORE, "the message store failed");
    failing_once("cg_gate_open", 0, CG_ERR_CORRUPT);
    gate_says = "fact 7 was changed";
    not_opened(CG_ERR_CORRUPT, "/gate.journal: fact 7 was changed");
    char named[160];
    snprintf(named, sizeof(named), "%s/gate.journal was changed", folder);
    failing_once("cg_gate_open", 0, CG_ERR_CORRUPT);
    gate_says = named;
    not_opened(CG_ERR_CORRUPT, named);
    snprintf(named, sizeof(named), "MessageLog=%s/messages\n", folder);
    more_keys = named;
    failing_once("open64", 0, EACCES);
    not_opened(CG_ERR_IO, "/messages: Permission denied; correct MessageLog=");
    more_keys = "";
    cg_gateway_close(NULL);
    snprintf(named, sizeof(named), "%s/gate.journal-spare", folder);
    assert_int_equal(unlink(named), 0);
    open_gateway("");
    assert_true(told("ALARM: the journal has no -spare beside it"));
    stop_gateway();
    snprintf(named, sizeof(named), "%s/gate.journal", folder);
    assert_int_equal(unlink(named), 0);
    assert_int_equal(mkdir(named, 0755), 0);
    not_opened(CG_ERR_IO, "gate.journal");
    assert_int_equal(rmdir(named), 0);
}

/* --- a new configuration ----------------------------------------------------
 */

static void reload_until(const char *words)
{
    said[0] = '\0';
    cg_gateway_reload(gateway);
    RUN_UNTIL(told(words));
}

/* What changes is told and counted; who asks twice is answered twice. */
static void test_gateway_reloads(void **state)
{
    (void)state;
    open_gateway("");
    RUN_UNTIL(told("starts with"));
    reload_until("config: the configuration is unchanged");
    configure("", "2000", "");
    reload_until("config: 1 change taken\n");
    configure("MaxWaiting=7\n", "3000", "");
    reload_until("config: 1 change taken, 1 needs a restart\n");
    configure("MaxWaiting=7\nMaxReports=500\nHardDeadlineMs=15000\n", "2000",
              "");
    reload_until("config: 2 changes taken, 2 need a restart\n");
    configure("", "1000", "");
    said[0] = '\0';
    cg_gateway_reload(gateway);
    cg_gateway_reload(gateway);
    RUN_UNTIL(told("config: the configuration is unchanged"));
    assert_true(told("changes taken\n"));
    stop_gateway();
}

/* What cannot be taken is told, every mistake of it up to a number, and what
 * was in force stays. */
static void test_gateway_reloads_mistakes(void **state)
{
    char many[2048] = "";
    (void)state;
    open_gateway("");
    write_file(config_path, "nonsense\n");
    reload_until("is not taken (");
    for (int i = 0; i < 120; i++) {
        strcat(many, "Nonsense=1\n");
    }
    configure("", "1000", many);
    reload_until("is not taken (120 mistakes)");
    assert_true(told("ALARM: and 20 more mistakes"));
    configure("", "1000", "");
    failing_once("cg_gate_reconfigure", 0, CG_ERR_CONFIG);
    reload_until("is not taken (2 mistakes)");
    assert_true(told("gate.cfg: it contradicts itself"));
    assert_true(told("gate.cfg:7: it contradicts the gate"));
    failing_once("cg_gate_reconfigure", 0, CG_ERR_MEMORY);
    reload_until("is not taken: there is not enough memory; the configuration "
                 "of before stays in force");
    reload_until("config: the configuration is unchanged");
    stop_gateway();
}

/* With whatever memory: it is told, and the gate goes on. */
static void test_gateway_reloads_without_memory(void **state)
{
    bool whole = false;
    (void)state;
    open_gateway("");
    RUN_UNTIL(told("starts with"));
    for (long n = 1; !whole; n += n < 20 ? 1 : n / 3) {
        said[0] = '\0';
        failures = 0;
        cg_gateway_reload(gateway);
        countdown = n;
        RUN_UNTIL(told("ALARM: ") || told("config: the configuration is"));
        countdown = -1;
        whole = failures == 0;
    }
    assert_true(told("config: the configuration is unchanged"));
    assert_int_equal(ended, 0);
    stop_gateway();
}

/* The gate has the new one, but nobody can look at par rates any more. */
static void test_gateway_rates_without_memory(void **state)
{
    (void)state;
    use_rates(true);
    open_gateway("");
    configure("", "2000", "");
    memory_after = 1;
    reload_until("ALARM: there is not enough memory to look at the par rates "
                 "any more: restart the gate");
    memory_after = 0;
    RUN_UNTIL(told("config: 1 change taken"));
    stop_gateway();
}

/* It is told to stop while it reads one, at any moment. */
static void test_gateway_stops_while_it_reloads(void **state)
{
    (void)state;
    use_rates(true);
    for (int turns = 0; turns < 3; turns++) {
        open_gateway("");
        cg_gateway_reload(gateway);
        for (int n = 0; n < turns; n++) {
            uv_run(&loop, UV_RUN_NOWAIT);
        }
        stop_gateway();
    }
}

/* A gate that fails on one is over. */
static void test_gateway_reload_that_fails(void **state)
{
    (void)state;
    open_gateway("");
    failing_once("cg_gate_reconfigure", 0, CG_ERR_IO);
    cg_gateway_reload(gateway);
    cg_gateway_reload(gateway); /* is not answered any more */
    close_gateway();
    assert_int_equal(end_error, CG_ERR_IO);
    assert_true(told("FATAL: the journal failed, nothing goes out"));
}

/* A start without par rates, or with bad ones, is told; so are bad ones that
 * come later, and those that there is no memory for. */
static void test_gateway_rates_that_are_none(void **state)
{
    static const char bad[] = "set,curve,tenor,rate_pct\neod,USD_SOFR,1Y,x\n"
                              "eod,USD_SOFR,7Y,y\n";
    (void)state;
    use_rates(true);
    assert_int_equal(unlink(rates_path), 0);
    open_gateway("");
    assert_true(told("rates.csv is not taken (1 mistake): there are no par "
                     "rates, orders on instruments that need them are "
                     "refused (CG104)"));
    reload_until("is not taken (1 mistake): there are no par rates");
    write_file(rates_path, bad);
    reload_until("is not taken (2 mistakes): there are no par rates");
    assert_true(told("rates.csv:2: "));
    write_file(rates_path, rates);
    failing_once("cg_rates_read", 1, CG_ERR_MEMORY);
    reload_until("rates.csv: there is not enough memory for its curves; give "
                 "the gate more");
    failing_once("cg_rates_read", 0, CG_ERR_MEMORY);
    reload_until("gate.cfg is not taken: there is not enough memory");
    reload_until("the par rates are unchanged: version ");
    write_file(rates_path, bad);
    reload_until("is not taken (2 mistakes): the par rates of version");
    stop_gateway();
    write_file(rates_path, rates);
    open_gateway("");
    reload_until("config: the configuration is unchanged");
    /* Their worker has begun: what it makes of them is dropped. */
    stop_gateway();
}

/* Par rates are gone, come back, and at last the gate fails on them. */
static void test_gateway_rates(void **state)
{
    (void)state;
    use_rates(true);
    open_gateway("");
    assert_int_equal(unlink(rates_path), 0);
    reload_until("rates.csv is not taken (1 mistake): the par rates of "
                 "version");
    RUN_UNTIL(told("config: the configuration is unchanged"));
    write_file(rates_path, rates);
    reload_until("the par rates are unchanged: version ");
    failing_once("cg_gate_take_rates", 0, CG_ERR_IO);
    cg_gateway_reload(gateway);
    close_gateway();
    assert_int_equal(end_error, CG_ERR_IO);
}

/* --- what peers say ---------------------------------------------------------
 */

/* A Reject of what the gate said is told, and looked for, whatever it names. */
static void test_gateway_rejects(void **state)
{
    static const char *const names[] = {
        "45=2|",   "45=1|",          "45=0|", "45=x|",
        "45=700|", "45=2147483647|", "58=?|", "372=8|45=2147483648|",
    };
    (void)state;
    open_gateway("");
    log_on();
    order(2, "A1");
    RUN_UNTIL(told("A1"));
    count_calls("cg_journal_message_get");
    for (int i = 0; i < 8; i++) {
        say("3", 3 + i, names[i]);
    }
    order(11, "A2");
    RUN_UNTIL(told("A2"));
    assert_int_equal(calls_counted(), 3); /* 2, 1 and 700 */
    failing_once("cg_journal_message_get", 0, CG_ERR_IO);
    say("3", 12, "45=2|");
    close_gateway();
    assert_int_equal(end_error, CG_ERR_IO);
    raw_close(&client);
}

/* Numbers that are skipped, not filled, are something to ask about; others
 * are not. */
static void test_gateway_sequence_resets(void **state)
{
    (void)state;
    open_gateway("");
    log_on();
    count_calls("cg_gate_renumbered");
    say("4", 2, "36=5|");
    order(5, "A1");
    RUN_UNTIL(told("A1"));
    say("4", 6, "36=3|123=N|");
    say("4", 6, "123=Y|36=9|");
    order(9, "A2");
    RUN_UNTIL(told("A2"));
    assert_int_equal(calls_counted(), 1); /* behind 36=5 */
    client_leaves();
    stop_gateway();
}

/* What it has said is said again, unless the gate says that it must not be. */
static void test_gateway_resends(void **state)
{
    (void)state;
    open_gateway("");
    log_on();
    order(2, "A1");
    hears("\00135=8\001");
    say("2", 3, "7=2|16=2|");
    hears("\00143=Y\001");
    assert_non_null(memmem(client.in, sizeof(client.in), "\00135=8\001", 6));
    failing_once("cg_gate_may_resend", 0, 0);
    say("2", 4, "7=2|16=2|");
    hears("\00135=4\001");
    assert_true(told("a message whose cover has died is gap-filled"));
    client_leaves();
    stop_gateway();
}

/* What is due is done at once, whoever asks for it. */
static void test_gateway_timer(void **state)
{
    (void)state;
    open_gateway("");
    log_on();
    failing = (struct failing_call){.name = "cg_gate_deadline", .times = 3};
    order(2, "A1");
    RUN_UNTIL(told("A1"));
    RUN_UNTIL(failing.name == NULL);
    assert_int_equal(ended, 0);
    client_leaves();
    stop_gateway();
}

/* Its client's session was begun another day, when it said and heard a lot. */
static void age_session(void)
{
    struct cg_journal journal;
    char path[128];
    char error[512];
    const char *name = "FIX.4.4:ACC->INI";
    snprintf(path, sizeof(path), "%s/gate.journal", folder);
    assert_int_equal(
        cg_journal_open_sqlite(path, &journal, error, sizeof(error)), 0);
    assert_int_equal(
        cg_journal_session_reset(journal.user, name, 1600000000 * CG_SECOND),
        0);
    assert_int_equal(cg_journal_session_set_sender(journal.user, name, 7), 0);
    assert_int_equal(cg_journal_session_set_target(journal.user, name, 9), 0);
    assert_int_equal(journal.commit(journal.user), 0);
    journal.close(journal.user);
}

/* A session whose day is over when the gate starts begins with new numbers, and
 * the gate hears of it before anybody can log on; else it does not start. */
static void test_gateway_day_of_a_session_is_over(void **state)
{
    (void)state;
    open_gateway("");
    stop_gateway();
    client_keys = "StartTime=00:00:00\nEndTime=00:00:00\n";
    age_session();
    failing_once("cg_gate_renumbered", 0, CG_ERR_IO);
    not_opened(CG_ERR_IO, "the journal failed: ");
    age_session();
    failing = (struct failing_call){.name = "cg_gate_renumbered", .after = 1};
    said[0] = '\0';
    open_gateway("");
    assert_int_equal(failing.after, 0); /* it was called once */
    failing_never();
    raw_open(&client, cg_gateway_port(gateway, 0));
    raw_logon(&client); /* with 1 */
    RUN_UNTIL(told("INI: logged on"));
    client_leaves();
    stop_gateway();
}

/* --- the journal ------------------------------------------------------------
 */

/* A message that its session does not take is an alarm; one that its store
 * does not take is the end. */
static void test_gateway_sends_that_fail(void **state)
{
    (void)state;
    open_gateway("");
    log_on();
    failing_once("fix8c_session_send", 0, FIX8C_ERR_FIELDS);
    order(2, "A1");
    RUN_UNTIL(told("ALARM: a message could not be sent"));
    assert_int_equal(ended, 0);
    failing_once("fix8c_session_send", 0, FIX8C_ERR_STORE);
    order(3, "A2");
    close_gateway();
    assert_int_equal(end_error, CG_ERR_IO);
    raw_close(&client);
}

/* New numbers that cannot be put on record are the end. */
static void test_gateway_renumbering_that_fails(void **state)
{
    (void)state;
    open_gateway("");
    failing_once("cg_gate_renumbered", 0, CG_ERR_IO);
    raw_open(&client, cg_gateway_port(gateway, 0));
    char bytes[512];
    raw_say(&client, bytes, message(bytes, "A", 1, "98=0|108=30|141=Y|"));
    close_gateway();
    assert_int_equal(end_error, CG_ERR_IO);
    assert_int_equal(client.got, 0);
    raw_close(&client);
}

/* A turn that cannot be made durable lets nothing out, in any stage. */
static void test_gateway_commit_that_fails(void **state)
{
    (void)state;
    for (int stage = 0; stage < 2; stage++) {
        said[0] = '\0';
        open_gateway("");
        log_on();
        size_t got = client.got;
        if (stage > 0) {
            cg_gateway_stop(gateway);
        }
        failing = (struct failing_call){.name = "cg_gate_commit",
                                        .error = CG_ERR_IO};
        order(2, "A1");
        close_gateway();
        failing_never();
        assert_int_equal(end_error, CG_ERR_IO);
        assert_int_equal(client.got, got);
        raw_close(&client);
    }
}

/* On its spare the gate refuses, reads no configuration, archives nothing, and
 * ends when its time is over. */
static void test_gateway_on_its_spare(void **state)
{
    (void)state;
    open_gateway("FailureGraceMs=1000\n");
    log_on();
    failing = (struct failing_call){.name = "cg_gate_commit",
                                    .error = CG_GATE_E_SPARE};
    order(2, "A1");
    RUN_UNTIL(told("FATAL: new risk is refused from now on (CG501)"));
    said[0] = '\0';
    cg_gateway_reload(gateway);
    assert_true(told("the gate is ending: the configuration is not read"));
    cg_gateway_archive(gateway);
    RUN_UNTIL(told("FATAL: ends now, as the journal could not be written"));
    cg_gateway_stop(gateway);
    close_gateway();
    assert_int_equal(end_error, CG_ERR_IO);
    raw_close(&client);
}

/* --- the end ----------------------------------------------------------------
 */

/* A client that does not answer its Logout, or cannot be sent one, is dropped;
 * each further call ends a wait. */
static void test_gateway_stops(void **state)
{
    (void)state;
    open_gateway("");
    log_on();
    cg_gateway_archive(gateway);
    cg_gateway_reopen_log(gateway);
    RUN_UNTIL(told("older facts are in "));
    cg_gateway_stop(gateway);
    cg_gateway_reload(gateway);
    cg_gateway_archive(gateway);
    for (int n = 0; n < 3; n++) {
        uv_run(&loop, UV_RUN_NOWAIT);
    }
    cg_gateway_stop(gateway);
    assert_true(told("INI: has not answered the Logout"));
    cg_gateway_stop(gateway);
    close_gateway();
    assert_int_equal(end_error, 0);
    raw_close(&client);
    said[0] = '\0';
    open_gateway("");
    log_on();
    failing_once("fix8c_session_logout", 0, FIX8C_ERR_STATE);
    cg_gateway_stop(gateway);
    close_gateway();
    assert_int_equal(end_error, 0);
    assert_false(told("has not answered"));
    raw_close(&client);
}

/* Venue or hub owe answers: it waits for them, but not for ever, and not after
 * its journal has failed. */
static void test_gateway_stops_while_something_is_owed(void **state)
{
    (void)state;
    for (int n = 0; n < 3; n++) {
        open_gateway("");
        log_on();
        failing = (struct failing_call){.name = "cg_gate_is_owed"};
        said[0] = '\0';
        cg_gateway_stop(gateway);
        assert_true(told("gate: waits up to "));
        assert_false(told("still owe answers"));
        if (n == 1) {
            cg_gateway_stop(gateway);
            assert_true(told("venue or hub still owe answers: they are asked "
                             "for at the next start"));
        } else if (n == 2) {
            failing = (struct failing_call){.name = "cg_gate_commit",
                                            .error = CG_ERR_IO};
            order(2, "A1");
        }
        RUN_UNTIL(ended == 1 || told("still owe answers") || n == 2);
        raw_close(&client);
        close_gateway();
        failing_never();
        assert_int_equal(end_error, n == 2 ? CG_ERR_IO : 0);
    }
}

/* It says no more than it is asked for, and logs every message. */
static void test_gateway_quiet(void **state)
{
    char keys[160];
    (void)state;
    log_level = CG_LOG_NOTICE;
    snprintf(keys, sizeof(keys), "MessageLog=%s/messages\n", folder);
    open_gateway(keys);
    log_on();
    order(2, "A1");
    raw_close(&client);
    RUN_UNTIL(told("INI: logged out"));
    assert_false(told("A1"));
    stop_gateway();
    log_level = CG_LOG_DEBUG;
    snprintf(keys, sizeof(keys), "%s/messages", folder);
    struct stat about;
    assert_int_equal(stat(keys, &about), 0);
    assert_true(about.st_size > 200);
}

/* Nobody listens to what it says. */
static void test_gateway_without_a_log(void **state)
{
    char error[2048];
    (void)state;
    configure("", "1000", "");
    assert_int_equal(cg_config_open(config_path, mistake_fail, NULL, &config),
                     0);
    const struct cg_gateway_options options = {.loop = &loop,
                                               .config = config,
                                               .config_path = config_path,
                                               .log_level = CG_LOG_DEBUG,
                                               .ended = on_ended};
    ended = 0;
    assert_int_equal(cg_gateway_open(&options, error, sizeof(error), &gateway),
                     0);
    assert_int_equal(cg_gateway_port(gateway, 7), FIX8C_ERR_UNKNOWN);
    stop_gateway();
    assert_string_equal(said, "");
}

#define WITH_GATE(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_GATE(test_gateway_not_opened),
        WITH_GATE(test_gateway_reloads),
        WITH_GATE(test_gateway_reloads_mistakes),
        WITH_GATE(test_gateway_reloads_without_memory),
        WITH_GATE(test_gateway_rates_without_memory),
        WITH_GATE(test_gateway_stops_while_it_reloads),
        WITH_GATE(test_gateway_reload_that_fails),
        WITH_GATE(test_gateway_rates),
        WITH_GATE(test_gateway_rates_that_are_none),
        WITH_GATE(test_gateway_rejects),
        WITH_GATE(test_gateway_sequence_resets),
        WITH_GATE(test_gateway_resends),
        WITH_GATE(test_gateway_timer),
        WITH_GATE(test_gateway_day_of_a_session_is_over),
        WITH_GATE(test_gateway_sends_that_fail),
        WITH_GATE(test_gateway_renumbering_that_fails),
        WITH_GATE(test_gateway_commit_that_fails),
        WITH_GATE(test_gateway_on_its_spare),
        WITH_GATE(test_gateway_stops),
        WITH_GATE(test_gateway_stops_while_something_is_owed),
        WITH_GATE(test_gateway_quiet),
        WITH_GATE(test_gateway_without_a_log),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
