/*
 * The configuration: what is written is what the gate gets, and every mistake
 * is told with its line and a remedy, all at once.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <config_keys.h>
#include <configuration.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <text.h>
#include <unistd.h>
#include <zone.h>

#define TEXT_MAX 131072

/* A file without mistakes; each test spoils a line of it. */
static const char good_gate[] = "[GATE]\n"                         /* 1 */
                                "Name=GATE7\n"                     /* 2 */
                                "Journal=gate.journal\n"           /* 3 */
                                "Instruments=instruments.csv\n"    /* 4 */
                                "SoftDeadlineMs=900\n"             /* 5 */
                                "HardDeadlineMs=9000\n"            /* 6 */
                                "PassTypes=R, S,AJ\n"              /* 7 */
                                "[DEFAULT]\n"                      /* 8 */
                                "SenderCompID=GATE\n"              /* 9 */
                                "HeartBtInt=15\n"                  /* 10 */
                                "[SESSION]\n"                      /* 11 */
                                "Name=desk\n"                      /* 12 */
                                "Role=client\n"                    /* 13 */
                                "BeginString=FIX.4.4\n"            /* 14 */
                                "TargetCompID=CLIENT\n"            /* 15 */
                                "ConnectionType=acceptor\n"        /* 16 */
                                "SocketAcceptPort=0\n"             /* 17 */
                                "AllowedAddresses=10.1.2.3, ::1\n" /* 18 */
                                "Venue=VENUE\n"                    /* 19 */
                                "Accounts=ACME, OWN\n"             /* 20 */
                                "ShowAmounts=N\n"                  /* 21 */
                                "[SESSION]\n"                      /* 22 */
                                "Role=venue\n"                     /* 23 */
                                "BeginString=FIX.4.4\n"            /* 24 */
                                "TargetCompID=VENUE\n"             /* 25 */
                                "ConnectionType=initiator\n"       /* 26 */
                                "SocketConnectHost=localhost\n"    /* 27 */
                                "SocketConnectPort=7002\n"         /* 28 */
                                "TokenTag=5001\n"                  /* 29 */
                                "[SESSION]\n"                      /* 30 */
                                "Name=hub\n"                       /* 31 */
                                "Role=hub\n"                       /* 32 */
                                "BeginString=FIXT.1.1\n"           /* 33 */
                                "TargetCompID=HUB\n"               /* 34 */
                                "ConnectionType=initiator\n"       /* 35 */
                                "SocketConnectHost=127.0.0.1\n"    /* 36 */
                                "SocketConnectPort=7003\n"         /* 37 */
                                "ExpiryMarginMs=250\n"             /* 38 */
                                "TokenLifeMs=60000\n"              /* 39 */
                                "[ACCOUNT]\n"                      /* 40 */
                                "Account=ACME\n"                   /* 41 */
                                "ClearingFirm=FCM1\n"              /* 42 */
                                "Hub=hub\n"                        /* 43 */
                                "Contact=FCM1 desk, +1 555 0100\n" /* 44 */
                                "[ACCOUNT]\n"                      /* 45 */
                                "Account=OWN\n"                    /* 46 */
                                "SelfClearing=Y\n"                 /* 47 */
                                "[LIMIT]\n"                        /* 48 */
                                "RiskLimitID=ACME-USD\n"           /* 49 */
                                "Account=ACME\n"                   /* 50 */
                                "Hub=hub\n"                        /* 51 */
                                "Owner=FCM1\n"                     /* 52 */
                                "Currency=USD\n"                   /* 53 */
                                "Measure=net\n"                    /* 54 */
                                "Model=ping-with-push\n"           /* 55 */
                                "Pull=all\n"                       /* 56 */
                                "Amount=250000.5\n"                /* 57 */
                                "Warnings=50, 80\n"                /* 58 */
                                "AllowReducing=N\n"                /* 59 */
                                "FallbackMaxAgeMs=30000\n"         /* 60 */
                                "[LIMIT]\n"                        /* 61 */
                                "RiskLimitID=FCM1-SIZE\n"          /* 62 */
                                "Kind=notional\n"                  /* 63 */
                                "ClearingFirm=FCM1\n"              /* 64 */
                                "Instrument=USSW10\n"              /* 65 */
                                "Currency=USD\n"                   /* 66 */
                                "Amount=500000000\n"               /* 67 */
                                "[FX]\n"                           /* 68 */
                                "From=EUR\n"                       /* 69 */
                                "To=USD\n"                         /* 70 */
                                "Rate=1.0925\n";                   /* 71 */

static const char good_table[] = "instrument,currency,dv01_per_million\n"
                                 "USSW10,USD,904\n"
                                 "EUSA10, EUR, 920.3348\n";

struct mistake {
    char file[128];
    int line;
    char wrong[256];
    char remedy[256];
};

/* A folder with a configuration, and what reading it told. */
struct place {
    char folder[64];
    char path[128];
    char table[128];
    struct mistake mistakes[64];
    size_t count;
};

static int place_setup(void **state)
{
    struct place *place = calloc(1, sizeof(*place));

    assert_non_null(place);
    (void)snprintf(place->folder, sizeof(place->folder), "%s",
                   "/tmp/creditgate-config-XXXXXX");
    assert_non_null(mkdtemp(place->folder));
    (void)snprintf(place->path, sizeof(place->path), "%s/gate.cfg",
                   place->folder);
    (void)snprintf(place->table, sizeof(place->table), "%s/instruments.csv",
                   place->folder);
    *state = place;
    return 0;
}

static int place_teardown(void **state)
{
    struct place *place = *state;

    (void)unlink(place->path);
    (void)unlink(place->table);
    assert_int_equal(rmdir(place->folder), 0);
    free(place);
    return 0;
}

static void write_file(const char *path, const void *bytes, size_t len)
{
    FILE *file = fopen(path, "wb");

    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, len, file), len);
    assert_int_equal(fclose(file), 0);
}

static void take_mistake(void *user,
                         const char *file,
                         int line,
                         const char *wrong,
                         const char *remedy)
{
    struct place *place = user;
    struct mistake *mistake = &place->mistakes[place->count++];

    assert_true(place->count <= 64);
    assert_true(strlen(wrong) > 0 && strlen(remedy) > 0);
    (void)snprintf(mistake->file, sizeof(mistake->file), "%s", file);
    (void)snprintf(mistake->wrong, sizeof(mistake->wrong), "%s", wrong);
    (void)snprintf(mistake->remedy, sizeof(mistake->remedy), "%s", remedy);
    mistake->line = line;
}

/* Copies |text| with its one |find| replaced. */
static void
replace(char *out, const char *text, const char *find, const char *with)
{
    const char *at = strstr(text, find);

    if (at == NULL || strstr(at + 1, find) != NULL) {
        fail_msg("'%s' is not there exactly once", find);
        return;
    }
    assert_true((size_t)snprintf(out, TEXT_MAX, "%.*s%s%s", (int)(at - text),
                                 text, with, at + strlen(find)) < TEXT_MAX);
}

static int read_place(struct place *place, struct cg_config *config)
{
    place->count = 0;
    return cg_config_read(place->path, take_mistake, place, config);
}

static void print_mistakes(const struct place *place)
{
    for (size_t i = 0; i < place->count; i++) {
        print_message("%s:%d: %s; %s\n", place->mistakes[i].file,
                      place->mistakes[i].line, place->mistakes[i].wrong,
                      place->mistakes[i].remedy);
    }
}

static bool is_mistake(const struct mistake *mistake,
                       int line,
                       const char *wrong,
                       const char *remedy)
{
    return mistake->line == line && strstr(mistake->wrong, wrong) != NULL &&
           strstr(mistake->remedy, remedy) != NULL;
}

/* Exactly one mistake, and this one. */
static void expect_only(struct place *place,
                        const char *file,
                        int line,
                        const char *wrong,
                        const char *remedy)
{
    struct cg_config config;
    struct cg_config zero;

    memset(&zero, 0, sizeof(zero));
    assert_int_equal(read_place(place, &config), CG_ERR_CONFIG);
    if (place->count != 1 ||
        !is_mistake(&place->mistakes[0], line, wrong, remedy) ||
        strcmp(place->mistakes[0].file, file) != 0) {
        print_mistakes(place);
        fail_msg("expected line %d: %s; %s", line, wrong, remedy);
    }
    assert_memory_equal(&config, &zero, sizeof(config));
}

/* One change to the good file, and the one mistake it makes. */
struct spoiled {
    const char *find;
    const char *with;
    int line;
    const char *wrong;
    const char *remedy;
};

static void
expect_spoiled(struct place *place, const struct spoiled *cases, size_t count)
{
    static char text[TEXT_MAX];

    write_file(place->table, good_table, strlen(good_table));
    for (size_t i = 0; i < count; i++) {
        replace(text, good_gate, cases[i].find, cases[i].with);
        write_file(place->path, text, strlen(text));
        expect_only(place, place->path, cases[i].line, cases[i].wrong,
                    cases[i].remedy);
    }
}

#define EXPECT_SPOILED(state, ...)                                             \
    do {                                                                       \
        const struct spoiled cases[] = {__VA_ARGS__};                          \
        expect_spoiled(*(state), cases, sizeof(cases) / sizeof(cases[0]));     \
    } while (0)

static void read_good(struct place *place, struct cg_config *config)
{
    write_file(place->path, good_gate, strlen(good_gate));
    write_file(place->table, good_table, strlen(good_table));
    if (read_place(place, config) != 0) {
        print_mistakes(place);
        fail_msg("the good file was refused");
    }
}

static void test_config_gate_read_back(void **state)
{
    struct place *place = *state;
    struct cg_config config;
    char journal[128];

    read_good(place, &config);
    (void)snprintf(journal, sizeof(journal), "%s/gate.journal", place->folder);
    assert_string_equal(config.gate_name, "GATE7");
    assert_string_equal(config.journal, journal);
    assert_true(config.soft_deadline_ns == 900 * CG_MS);
    assert_true(config.hard_deadline_ns == 9 * CG_SECOND);
    assert_true(config.pull_time_ns == 500 * CG_MS);
    assert_true(config.stale_resend_ns == 60 * CG_SECOND);
    assert_int_equal(config.probe_after, 3);
    assert_string_equal(config.passed_types, "R,S,AJ");
    assert_int_equal(config.limits.orders, 100000);
    assert_int_equal(config.limits.requests, 400000);
    assert_int_equal(config.limits.limits, 10000);
    assert_int_equal(config.limits.waiting, 1000);
    assert_int_equal(config.limits.message_max, 65536);
    assert_int_equal(config.limits.reports, 400000);
    assert_int_equal(config.limits.legs, 20000);
    cg_config_deinit(&config);
    cg_config_deinit(&config);
}

static void test_config_sessions_read_back(void **state)
{
    struct cg_config config;
    const struct cg_config_session *session;

    read_good(*state, &config);
    assert_int_equal(config.session_count, 3);
    session = &config.sessions[0];
    assert_string_equal(session->name, "desk");
    assert_string_equal(session->fix_name, "FIX.4.4:GATE->CLIENT");
    assert_int_equal(session->role, CG_ROLE_CLIENT);
    assert_int_equal(session->version, CG_FIX44);
    assert_string_equal(session->begin_string, "FIX.4.4");
    assert_string_equal(session->sender_comp_id, "GATE");
    assert_string_equal(session->target_comp_id, "CLIENT");
    assert_false(session->initiator);
    assert_int_equal(session->venue, 1);
    assert_false(session->plain_sp2);
    assert_false(session->show_amounts);
    assert_int_equal(session->line, 11);
    session = &config.sessions[1];
    assert_string_equal(session->name, "VENUE");
    assert_int_equal(session->role, CG_ROLE_VENUE);
    assert_int_equal(session->venue, CG_SESSION_NONE);
    assert_int_equal(session->token_tag, 5001);
    assert_true(session->initiator);
    assert_true(session->show_amounts);
    session = &config.sessions[2];
    assert_int_equal(session->role, CG_ROLE_HUB);
    assert_int_equal(session->version, CG_FIX50SP2);
    assert_string_equal(session->fix_name, "FIXT.1.1:GATE->HUB");
    assert_true(session->clock_margin_ns == 250 * CG_MS);
    assert_true(session->token_life_ns == 60 * CG_SECOND);
    assert_int_equal(session->token_tag, 7350);
    cg_config_deinit(&config);
}

static void test_config_accounts_read_back(void **state)
{
    struct cg_config config;

    read_good(*state, &config);
    assert_int_equal(config.account_count, 2);
    assert_string_equal(config.accounts[0].name, "ACME");
    assert_string_equal(config.accounts[0].firm, "FCM1");
    assert_string_equal(config.accounts[0].contact, "FCM1 desk, +1 555 0100");
    assert_true(config.accounts[0].sessions == 1);
    assert_int_equal(config.accounts[0].hub, 2);
    assert_int_equal(config.accounts[0].line, 40);
    assert_string_equal(config.accounts[1].name, "OWN");
    assert_string_equal(config.accounts[1].firm, "OWN");
    assert_string_equal(config.accounts[1].contact, "");
    assert_true(config.accounts[1].sessions == 1);
    assert_int_equal(config.accounts[1].hub, CG_SESSION_NONE);
    cg_config_deinit(&config);
}

static void test_config_limits_read_back(void **state)
{
    struct cg_config config;
    const struct cg_config_limit *limit;

    read_good(*state, &config);
    assert_int_equal(config.credit_limit_count, 2);
    limit = &config.credit_limits[0];
    assert_string_equal(limit->id, "ACME-USD");
    assert_int_equal(limit->owner, 2);
    assert_string_equal(limit->owner_name, "FCM1");
    assert_string_equal(limit->firm, "FCM1");
    assert_string_equal(limit->account, "ACME");
    assert_string_equal(limit->currency, "USD");
    assert_string_equal(limit->instrument, "");
    assert_int_equal(limit->kind, CG_LIMIT_DV01);
    assert_int_equal(limit->measure, CG_MEASURE_NET);
    assert_int_equal(limit->model, CG_MODEL_PING_WITH_PUSH);
    assert_int_equal(limit->pull, CG_PULL_ALL);
    assert_true(limit->has_amount);
    assert_true(limit->amount == INT64_C(2500005000));
    assert_false(limit->allow_reducing);
    assert_int_equal(limit->warnings, 2);
    assert_int_equal(limit->warning_percent[0], 50);
    assert_int_equal(limit->warning_percent[1], 80);
    assert_true(limit->fallback_max_age_ns == 30 * CG_SECOND);
    assert_int_equal(limit->line, 48);
    limit = &config.credit_limits[1];
    assert_int_equal(limit->kind, CG_LIMIT_NOTIONAL);
    assert_int_equal(limit->model, CG_MODEL_PUSH);
    assert_int_equal(limit->owner, CG_SESSION_NONE);
    assert_string_equal(limit->owner_name, "GATE7");
    assert_string_equal(limit->account, "");
    assert_string_equal(limit->instrument, "USSW10");
    assert_int_equal(limit->amount, 500000000);
    assert_int_equal(limit->warnings, 0);
    assert_true(limit->allow_reducing);
    cg_config_deinit(&config);
}

static void test_config_instruments_and_rates_read_back(void **state)
{
    struct cg_config config;

    read_good(*state, &config);
    assert_int_equal(config.instrument_count, 2);
    assert_string_equal(config.instruments[0].symbol, "USSW10");
    assert_string_equal(config.instruments[0].currency, "USD");
    assert_int_equal(config.instruments[0].dv01_per_million, 9040000);
    assert_int_equal(config.instruments[0].line, 2);
    assert_string_equal(config.instruments[1].symbol, "EUSA10");
    assert_string_equal(config.instruments[1].currency, "EUR");
    assert_int_equal(config.instruments[1].dv01_per_million, 9203348);
    assert_int_equal(config.fx_count, 1);
    assert_string_equal(config.fx[0].from, "EUR");
    assert_string_equal(config.fx[0].to, "USD");
    assert_int_equal(config.fx[0].rate, 109250000);
    assert_int_equal(config.fx[0].line, 68);
    cg_config_deinit(&config);
}

/* The FIX engine gets its own keys, [DEFAULT]'s and ours of last resort. */
static void test_config_fix_settings_complete(void **state)
{
    struct cg_config config;

    read_good(*state, &config);
    assert_string_equal(config.fix_settings, "[SESSION]\n"
                                             "BeginString=FIX.4.4\n"
                                             "SenderCompID=GATE\n"
                                             "TargetCompID=CLIENT\n"
                                             "ConnectionType=acceptor\n"
                                             "SocketAcceptPort=0\n"
                                             "AllowedAddresses=10.1.2.3, ::1\n"
                                             "ReconnectInterval=1\n"
                                             "HeartBtInt=15\n"
                                             "ResendPiece=10000\n"
                                             "[SESSION]\n"
                                             "BeginString=FIX.4.4\n"
                                             "SenderCompID=GATE\n"
                                             "TargetCompID=VENUE\n"
                                             "ConnectionType=initiator\n"
                                             "SocketConnectHost=localhost\n"
                                             "SocketConnectPort=7002\n"
                                             "ReconnectInterval=1\n"
                                             "HeartBtInt=15\n"
                                             "[SESSION]\n"
                                             "BeginString=FIXT.1.1\n"
                                             "SenderCompID=GATE\n"
                                             "TargetCompID=HUB\n"
                                             "ConnectionType=initiator\n"
                                             "SocketConnectHost=127.0.0.1\n"
                                             "SocketConnectPort=7003\n"
                                             "ReconnectInterval=1\n"
                                             "HeartBtInt=15\n"
                                             "DefaultApplVerID=9\n");
    cg_config_deinit(&config);
}

/* Other spellings of the good file: defaults, line ends, a byte order mark. */
static void expect_accepted(struct place *place,
                            const char *find,
                            const char *with,
                            struct cg_config *config)
{
    static char text[TEXT_MAX];

    replace(text, good_gate, find, with);
    write_file(place->path, text, strlen(text));
    write_file(place->table, good_table, strlen(good_table));
    if (read_place(place, config) != 0) {
        print_mistakes(place);
        fail_msg("'%s' was refused", with);
    }
}

/* A file beside the configuration, or what stands for one. */
static const char *beside(const struct place *place, const char *name)
{
    static char paths[4][256];
    static int next;
    char *path = paths[next++ % 4];

    (void)snprintf(path, sizeof(paths[0]), "%s/%s", place->folder, name);
    return path;
}

/* The log |name|, spoken of in line 4, is refused with |wrong|. */
static void expect_no_log(struct place *place,
                          const char *rates,
                          const char *name,
                          const char *wrong)
{
    static char text[TEXT_MAX];
    char with[512];
    size_t len;

    (void)snprintf(with, sizeof(with), "Journal=gate.journal\nMessageLog=%s",
                   name);
    write_file(place->table, good_table, strlen(good_table));
    replace(text, good_gate, "Journal=gate.journal", with);
    len = strlen(text);
    (void)snprintf(text + len, sizeof(text) - len, "%s", rates);
    write_file(place->path, text, strlen(text));
    place->count = 0;
    struct cg_config config;
    assert_int_equal(read_place(place, &config), CG_ERR_CONFIG);
    for (size_t i = 0; i < place->count; i++) {
        if (is_mistake(&place->mistakes[i], 4, wrong, "a file of its own")) {
            return;
        }
    }
    print_mistakes(place);
    fail_msg("MessageLog=%s is not told to be %s", name, wrong);
}

/* What is added to a message log must never get into another file of the gate,
 * by whatever name. */
static void test_config_message_log_is_no_other_file(void **state)
{
    struct place *place = *state;
    static const char *const of_journal[] = {
        "gate.journal-wal",   "gate.journal-shm",         "gate.journal-spare",
        "gate.journal-mend",  "gate.journal-archive-1-9", "./gate.journal-wal",
        "gate.journal-spare",
    };
    const char *rates = "[RATES]\nParRates=rates.csv\nConventions=conv.csv\n"
                        "Holidays=days.csv\n";

    expect_no_log(place, "", "gate.journal", "is the journal");
    expect_no_log(place, "", "./gate.journal", "is the journal");
    for (size_t i = 0; i < sizeof(of_journal) / sizeof(of_journal[0]); i++) {
        expect_no_log(place, "", of_journal[i], "a file of the journal's");
    }
    expect_no_log(place, "", "gate.cfg", "is the configuration");
    expect_no_log(place, "", "././instruments.csv", "table of instruments");
    expect_no_log(place, rates, "rates.csv", "file of par rates");
    expect_no_log(place, rates, "./conv.csv", "table of conventions");
    expect_no_log(place, rates, "days.csv", "table of holidays");
}

static void test_config_message_log_is_no_link_to_one(void **state)
{
    struct place *place = *state;
    const char *log = beside(place, "log");
    const char *journal = beside(place, "gate.journal");
    const char *spare = beside(place, "gate.journal-spare");

    write_file(journal, "", 0);
    write_file(spare, "", 0);
    assert_int_equal(symlink("gate.journal", log), 0);
    expect_no_log(place, "", "log", "is the journal");
    assert_int_equal(unlink(log), 0);
    assert_int_equal(link(journal, log), 0);
    expect_no_log(place, "", "log", "is the journal");
    assert_int_equal(unlink(log), 0);
    assert_int_equal(link(spare, log), 0);
    expect_no_log(place, "", "log", "a file of the journal's");
    assert_int_equal(unlink(log), 0);
    assert_int_equal(symlink("gate.journal-spare", log), 0);
    expect_no_log(place, "", "log", "a file of the journal's");
    assert_int_equal(unlink(log), 0);
    assert_int_equal(link(place->table, log), 0);
    expect_no_log(place, "", "log", "table of instruments");
    assert_int_equal(unlink(log), 0);
    assert_int_equal(unlink(journal), 0);
    assert_int_equal(unlink(spare), 0);
}

static void test_config_message_log_is_a_regular_file(void **state)
{
    struct place *place = *state;
    const char *log = beside(place, "log");
    struct cg_config config;

    expect_no_log(place, "", "/dev/null", "no regular file");
    expect_no_log(place, "", ".", "no regular file");
    assert_int_equal(mkfifo(log, 0600), 0);
    expect_no_log(place, "", "log", "no regular file");
    assert_int_equal(unlink(log), 0);
    assert_int_equal(symlink("nowhere", log), 0);
    expect_no_log(place, "", "log", "no regular file");
    assert_int_equal(unlink(log), 0);
    /* One that is there from before is what it is, and so is a name that only
     * begins like the journal's. */
    write_file(log, "old\n", 4);
    expect_accepted(place, "Journal=gate.journal",
                    "Journal=gate.journal\nMessageLog=log", &config);
    cg_config_deinit(&config);
    assert_int_equal(unlink(log), 0);
    expect_accepted(place, "Journal=gate.journal",
                    "Journal=gate.journal\nMessageLog=gate.journals", &config);
    assert_non_null(strstr(config.message_log, "/gate.journals"));
    cg_config_deinit(&config);
}

static void test_config_variants_accepted(void **state)
{
    struct cg_config config;

    expect_accepted(*state, "[GATE]\n",
                    "\xef\xbb\xbf# note\r\n\r\n [GATE] \r\n", &config);
    assert_string_equal(config.gate_name, "GATE7");
    cg_config_deinit(&config);
    expect_accepted(*state, "Venue=VENUE\n", "", &config);
    assert_int_equal(config.sessions[0].venue, 1);
    cg_config_deinit(&config);
    expect_accepted(*state, "Warnings=50, 80", "Warnings=none", &config);
    assert_int_equal(config.credit_limits[0].warnings, 0);
    cg_config_deinit(&config);
    expect_accepted(*state, "Warnings=50, 80\n", "", &config);
    assert_int_equal(config.credit_limits[0].warnings, 3);
    assert_int_equal(config.credit_limits[0].warning_percent[2], 98);
    cg_config_deinit(&config);
    expect_accepted(*state, "Amount=250000.5\n", "", &config);
    assert_false(config.credit_limits[0].has_amount);
    cg_config_deinit(&config);
    expect_accepted(*state, "Amount=250000.5\n", "Amount=0\n", &config);
    assert_true(config.credit_limits[0].has_amount);
    assert_int_equal(config.credit_limits[0].amount, 0);
    cg_config_deinit(&config);
    expect_accepted(*state, "TokenTag=5001", "TokenTag=0", &config);
    assert_int_equal(config.sessions[1].token_tag, 0);
    assert_false(config.sessions[1].packages_whole);
    cg_config_deinit(&config);
    expect_accepted(*state, "TokenTag=5001", "PackagesWhole=Y", &config);
    assert_true(config.sessions[1].packages_whole);
    cg_config_deinit(&config);
}

#define HOUR (3600 * CG_SECOND)

/* R48: the rules of a zone are the system's, to the end of the table. */
static void test_config_zone_read(void **state)
{
    struct cg_config config;
    const cg_time winter = 1800000000 * CG_SECOND; /* 2027-01-15 08:00 UTC */
    const cg_time summer = 1815638400 * CG_SECOND; /* 2027-07-15 08:00 UTC */
    const cg_time late = 3456518400 * CG_SECOND;   /* 2079-07-14 00:00 UTC */

    read_good(*state, &config);
    assert_string_equal(config.time_zone, "America/New_York");
    assert_int_equal(config.day_end_ns, 17 * HOUR);
    assert_int_equal(config.credit_limits[0].reset_time_ns, CG_RESET_DAY_END);
    assert_int_equal(cg_zone_next(&config.zone, 17 * HOUR, winter),
                     winter + 14 * HOUR);
    assert_int_equal(cg_zone_next(&config.zone, 17 * HOUR, summer),
                     summer + 13 * HOUR);
    assert_int_equal(cg_zone_next(&config.zone, 17 * HOUR, late),
                     late + 21 * HOUR);
    cg_config_deinit(&config);
    expect_accepted(*state, "SoftDeadlineMs=900\n",
                    "SoftDeadlineMs=900\nTradingDayEnd=18:30:15\n"
                    "TimeZone=Asia/Kathmandu\n",
                    &config);
    assert_int_equal(config.day_end_ns,
                     18 * HOUR + 30 * 60 * CG_SECOND + 15 * CG_SECOND);
    assert_int_equal(config.zone.count, 1);
    assert_int_equal(config.zone.shifts[0].offset,
                     5 * HOUR + 45 * 60 * CG_SECOND);
    cg_config_deinit(&config);
    expect_accepted(*state, "SoftDeadlineMs=900\n",
                    "SoftDeadlineMs=900\nTradingDayEnd=never\n", &config);
    assert_int_equal(config.day_end_ns, CG_RESET_NEVER);
    assert_null(config.zone.shifts);
    cg_config_deinit(&config);
    expect_accepted(*state, "AllowReducing=N\n", "ResetTime=00:00:00\n",
                    &config);
    assert_int_equal(config.credit_limits[0].reset_time_ns, 0);
    cg_config_deinit(&config);
    expect_accepted(*state, "AllowReducing=N\n", "ResetTime=never\n", &config);
    assert_int_equal(config.credit_limits[0].reset_time_ns, CG_RESET_NEVER);
    cg_config_deinit(&config);
}

static void test_config_zone_told(void **state)
{
    EXPECT_SPOILED(
        state,
        {"SoftDeadlineMs=900", "TimeZone=Mars/Base", 5,
         "TimeZone=Mars/Base is not known to this machine", "tzdata"},
        {"SoftDeadlineMs=900", "TimeZone=/etc/localtime", 5, "is not known",
         "IANA"},
        {"SoftDeadlineMs=900", "TimeZone=+05:00", 5, "is not known", "IANA"},
        {"SoftDeadlineMs=900", "TradingDayEnd=24:00:00", 5, "no time of day",
         "or never"},
        {"SoftDeadlineMs=900", "TradingDayEnd=17:00", 5, "no time of day",
         "HH:MM:SS"},
        {"AllowReducing=N", "ResetTime=noon", 59, "no time of day", "never"},
        {"Amount=500000000", "Amount=500000000\nResetTime=17:00:00", 68,
         "ResetTime= means nothing in this [LIMIT]", "Kind=dv01"}, );
}

/* A session's own key goes before [DEFAULT]'s; logon tags and paths pass. */
static void test_config_fix_keys_passed_on(void **state)
{
    struct place *place = *state;
    struct cg_config config;
    char expected[256];

    expect_accepted(place, "TokenTag=5001\n",
                    "TokenTag=5001\nHeartBtInt=5\nLogonTag=553=me\n"
                    "StartTime=17:00:00\nStartDay=Sunday\nResetOnLogon=Y\n"
                    "DataDictionary=instruments.csv\n",
                    &config);
    (void)snprintf(expected, sizeof(expected), "DataDictionary=%s\n",
                   place->table);
    assert_non_null(strstr(config.fix_settings, "HeartBtInt=5\n"));
    assert_non_null(strstr(config.fix_settings, "LogonTag=553=me\n"));
    assert_non_null(strstr(config.fix_settings, "StartTime=17:00:00\n"));
    assert_non_null(strstr(config.fix_settings, "StartDay=Sunday\n"));
    assert_non_null(strstr(config.fix_settings, "ResetOnLogon=Y\n"));
    assert_non_null(strstr(config.fix_settings, expected));
    assert_null(strstr(config.fix_settings, "TokenTag"));
    cg_config_deinit(&config);
    expect_accepted(place, "TokenTag=5001\n", "SenderCompID=G\n", &config);
    assert_string_equal(config.sessions[1].sender_comp_id, "G");
    assert_string_equal(config.sessions[1].fix_name, "FIX.4.4:G->VENUE");
    assert_string_equal(config.sessions[2].sender_comp_id, "GATE");
    cg_config_deinit(&config);
}

static void test_config_unknown_key_suggests(void **state)
{
    EXPECT_SPOILED(
        state,
        {"HardDeadlineMs=9000", "HardDedlineMs=9000", 6,
         "HardDedlineMs= is not a key of [GATE]",
         "did you mean HardDeadlineMs= ?"},
        {"HeartBtInt=15", "HeartbtInt=15", 10, "not a key of [DEFAULT]",
         "did you mean HeartBtInt= ?"},
        {"Measure=net", "Colour=red", 54, "Colour= is not a key of [LIMIT]",
         "docs/configuration.md"},
        {"HeartBtInt=15", "FileStorePath=store", 10,
         "FileStorePath= has no effect here", "kept in the journal"},
        {"HeartBtInt=15", "SSLProtocol=all", 10, "no effect", "TLS proxy"}, );
}

static void test_config_unknown_section_suggests(void **state)
{
    EXPECT_SPOILED(
        state,
        {"[FX]\n", "[FXX]\n", 68, "[FXX] is not a known section",
         "did you mean [FX] ?"},
        {"[FX]\n", "[Colours]\n", 68, "not a known section", "use [GATE]"}, );
}

static void test_config_bad_lines_told(void **state)
{
    EXPECT_SPOILED(
        state,
        {"HeartBtInt=15", "HeartBtInt 15", 10,
         "'HeartBtInt 15' is no section, key or comment", "Key=value"},
        {"HeartBtInt=15", "=15", 10, "is no section, key or comment",
         "Key=value"},
        {"[FX]\n", "[FX\n", 68, "does not end with ]", "alone on its line"},
        {"[GATE]\n", "Name=X\n[GATE]\n", 1, "before the first section",
         "put it below"},
        {"HeartBtInt=15", "SenderCompID=TWO", 10,
         "SenderCompID= is given in line 9 already", "keep one"},
        {"HeartBtInt=15", "HeartBtInt=", 10, "HeartBtInt= has no value",
         "remove the line"},
        {"HeartBtInt=15", "HeartBtInt=1\0015", 10, "control character, 0x01",
         "remove it"},
        {"[FX]\n", "[DEFAULT]\n[FX]\n", 68,
         "a second [DEFAULT]; the first is "
         "in line 8",
         "move its lines"}, );
}

static void test_config_missing_key_told(void **state)
{
    EXPECT_SPOILED(
        state,
        {"Journal=gate.journal\n", "", 1,
         "this [GATE] has no Journal=", "add a line Journal="},
        {"Instruments=instruments.csv\n", "", 1,
         "has no Instruments=", "add a line"},
        {"TargetCompID=HUB\n", "", 30,
         "this [SESSION] has no TargetCompID=", "add a line"},
        {"RiskLimitID=ACME-USD\n", "", 48,
         "this [LIMIT] has no RiskLimitID=", "add a line"},
        {"Rate=1.0925\n", "", 68, "this [FX] has no Rate=", "add a line"},
        {"Model=ping-with-push\n", "", 48,
         "this [LIMIT] has no Model=", "add Model="},
        {"SocketAcceptPort=0\n", "", 11,
         "has no SocketAcceptPort=", "the port to listen on"},
        {"SocketConnectPort=7002\n", "", 22,
         "has no SocketConnectPort=", "the port to connect to"},
        {"SocketConnectHost=localhost\n", "", 22,
         "has no SocketConnectHost=", "the host to connect to"},
        {"SelfClearing=Y\n", "", 45,
         "this [ACCOUNT] has no ClearingFirm=", "SelfClearing=Y"},
        {"Kind=notional\nClearingFirm=FCM1\n", "Kind=notional\n", 61,
         "no ClearingFirm= and no Account=", "whose orders it covers"},
        {"Amount=500000000\n", "", 61,
         "this [LIMIT] has no Amount=, and no hub", "add Amount="}, );
}

static void test_config_missing_session_told(void **state)
{
    EXPECT_SPOILED(
        state,
        {"Venue=VENUE\nAccounts=ACME, OWN\nShowAmounts=N\n[SESSION]\n"
         "Role=venue\nBeginString=FIX.4.4\nTargetCompID=VENUE\n"
         "ConnectionType=initiator\nSocketConnectHost=localhost\n"
         "SocketConnectPort=7002\nTokenTag=5001\n",
         "Accounts=ACME, OWN\nShowAmounts=N\n", 0, "there is no venue session",
         "Role=venue"}, );
}

static void test_config_missing_client_told(void **state)
{
    struct place *place = *state;
    struct cg_config config;
    static const char text[] = "[GATE]\nJournal=j\nInstruments="
                               "instruments.csv\n";

    write_file(place->path, text, strlen(text));
    write_file(place->table, good_table, strlen(good_table));
    assert_int_equal(read_place(place, &config), CG_ERR_CONFIG);
    assert_int_equal(place->count, 2);
    assert_true(
        is_mistake(&place->mistakes[0], 0, "no client session", "Role=client"));
    assert_true(
        is_mistake(&place->mistakes[1], 0, "no venue session", "Role=venue"));
}

static void test_config_bad_value_told(void **state)
{
    EXPECT_SPOILED(
        state,
        {"SoftDeadlineMs=900", "SoftDeadlineMs=1s", 5,
         "SoftDeadlineMs=1s is not a whole number from 1 to 3600000",
         "without unit"},
        {"SoftDeadlineMs=900", "SoftDeadlineMs=0", 5, "from 1 to", "digits"},
        {"SoftDeadlineMs=900", "SoftDeadlineMs=900.0", 5, "not a whole number",
         "digits"},
        {"SoftDeadlineMs=900", "ProbeAfter=99999999999999999999", 5,
         "not a whole number", "digits"},
        {"SocketConnectPort=7002", "SocketConnectPort=70020", 28,
         "from 1 to 65535", "digits"},
        {"SocketConnectPort=7003", "SocketConnectPort=0", 37, "from 1 to 65535",
         "digits"},
        {"SocketAcceptPort=0", "SocketAcceptPort=-1", 17, "from 0 to 65535",
         "digits"},
        {"ShowAmounts=N", "ShowAmounts=no", 21, "is neither Y nor N",
         "write Y or N"},
        {"Amount=250000.5\n", "Amount=250,000\n", 57,
         "Amount=250,000 is not an amount", "at most 4 decimals"},
        {"Amount=250000.5\n", "Amount=0.00001\n", 57, "is not an amount",
         "at most 4 decimals"},
        {"Amount=250000.5\n", "Amount=-1\n", 57, "is not an amount",
         "decimals"},
        {"Amount=500000000", "Amount=5e8", 67, "is not an amount",
         "whole currency units"},
        {"Amount=500000000", "Amount=0.5", 67, "is not an amount", "whole"},
        {"Currency=USD\nMeasure", "Currency=usd\nMeasure", 53,
         "Currency=usd is not a currency code", "such as USD"},
        {"To=USD", "To=DOLLAR", 70, "not a currency code", "such as USD"},
        {"Rate=1.0925", "Rate=0", 71, "not a rate above 0", "like 1.0925"},
        {"Rate=1.0925", "Rate=1.123456789", 71, "at most 8 decimals", "like"},
        {"Role=venue", "Role=exchange", 23, "Role=exchange is not known",
         "client|venue|hub"},
        {"Measure=net", "Measure=nett", 54, "is not known", "gross|net"},
        {"Model=ping-with-push", "Model=pong", 55, "is not known",
         "ping|push|ping-with-push"},
        {"TokenTag=5001", "TokenTag=55", 29, "is no tag", "5000 to 39999"},
        {"PassTypes=R, S,AJ", "PassTypes=R,D", 7, "always handles itself",
         "leave out orders"},
        {"PassTypes=R, S,AJ", "PassTypes=R,,S", 7, "not a MsgType", "such as"},
        {"AllowedAddresses=10.1.2.3, ::1", "AllowedAddresses=localhost", 18,
         "not a numeric address", "10.1.2.3"},
        {"HeartBtInt=15", "StartTime=25:00:00", 10, "not a time of day",
         "HH:MM:SS"},
        {"HeartBtInt=15", "StartDay=Someday", 10, "not a day", "Sunday"},
        {"Accounts=ACME, OWN", "Accounts=ACME,,OWN", 20, "name that is empty",
         "commas"}, );
}

static void test_config_name_too_long_told(void **state)
{
    EXPECT_SPOILED(
        state,
        {"Owner=FCM1",
         "Owner="
         "1234567890123456789012345678901234567890123456789012345678901234",
         52, "longer than 63 bytes", "shorten"},
        {"Owner=FCM1", "Owner=Grüße", 52, "not plain ASCII", "respell"}, );
}

static void test_config_missing_file_told(void **state)
{
    struct place *place = *state;
    static char text[TEXT_MAX];
    char missing[128];

    EXPECT_SPOILED(state,
                   {"HeartBtInt=15", "DataDictionary=FIX44.xml", 10,
                    "DataDictionary=FIX44.xml is not there", "folder"},
                   {"Journal=gate.journal", "Journal=nowhere/gate.journal", 3,
                    "journal's folder is not there", "create it"},
                   {"Journal=gate.journal",
                    "Journal=gate.journal\nMessageLog=nowhere/messages", 4,
                    "message log's folder is not there", "create it"},
                   {"Journal=gate.journal",
                    "Journal=gate.journal\nMessageLog=gate.journal", 4,
                    "the message log is the journal", "of its own"}, );
    replace(text, good_gate, "instruments.csv", "missing.csv");
    write_file(place->path, text, strlen(text));
    (void)snprintf(missing, sizeof(missing), "%s/missing.csv", place->folder);
    expect_only(place, missing, 0, "cannot be read: No such file",
                "check the path");
    assert_int_equal(unlink(place->path), 0);
    expect_only(place, place->path, 0, "cannot be read: No such file",
                "check the path");
}

static void test_config_twins_told(void **state)
{
    EXPECT_SPOILED(
        state,
        {"RiskLimitID=FCM1-SIZE", "RiskLimitID=ACME-USD", 61,
         "limit ACME-USD is defined in line 48 already", "name of its own"},
        {"[FX]\n", "[ACCOUNT]\nAccount=OWN\nSelfClearing=Y\n[FX]\n", 68,
         "account OWN is defined in line 45 already", "remove one"},
        {"[FX]\n",
         "[SESSION]\nName=desk\nRole=hub\nBeginString=FIXT.1.1\n"
         "TargetCompID=X\nConnectionType=acceptor\nSocketAcceptPort=1\n"
         "[FX]\n",
         68, "session desk is defined in line 11 already", "name of its own"},
        {"TargetCompID=CLIENT", "TargetCompID=VENUE", 22,
         "FIX session FIX.4.4:GATE->VENUE is defined in line 11 already",
         "remove one"},
        {"[FX]\n", "[FX]\nFrom=EUR\nTo=USD\nRate=1\n[FX]\n", 72,
         "EUR to USD is given in line 68 already", "keep one"},
        {"To=USD", "To=EUR", 68, "are the same currency", "remove it"}, );
}

static void test_config_unknown_reference_told(void **state)
{
    EXPECT_SPOILED(
        state,
        {"Accounts=ACME, OWN", "Accounts=ACNE, OWN", 20,
         "account ACNE is defined by no [ACCOUNT]", "did you mean ACME ?"},
        {"Accounts=ACME, OWN", "Accounts=ACME, OWN, OTHER", 20,
         "account OTHER is defined by no [ACCOUNT]", "add an [ACCOUNT]"},
        {"Accounts=ACME, OWN", "Accounts=ACME, ACME", 20,
         "account ACME is named twice", "once"},
        {"Venue=VENUE", "Venue=VENUES", 19, "Venue=VENUES names no [SESSION]",
         "did you mean VENUE ?"},
        {"Venue=VENUE", "Venue=hub", 19,
         "Venue=hub names a session with Role=hub", "Role=venue"},
        {"ExpiryMarginMs=250", "Superior=hub", 38,
         "Superior=hub makes hub its own superior", "above it"},
        {"ExpiryMarginMs=250", "Superior=desk", 38,
         "Superior=desk names a session with Role=client", "Role=hub"},
        {"Hub=hub\nContact", "Hub=nobody\nContact", 43,
         "Hub=nobody names no [SESSION]", "Role=hub"},
        {"Hub=hub\nOwner", "Hub=desk\nOwner", 51,
         "Hub=desk names a session with Role=client", "Role=hub"},
        {"Account=ACME\nHub=hub\nOwner", "Account=ACNE\nHub=hub\nOwner", 50,
         "Account=ACNE is in no [ACCOUNT]", "did you mean ACME ?"},
        {"Kind=notional\nClearingFirm=FCM1", "Kind=notional\nClearingFirm=FCM2",
         64, "ClearingFirm=FCM2 is in no [ACCOUNT]", "did you mean FCM1 ?"},
        {"Kind=notional\nClearingFirm=FCM1", "Kind=notional\nClearingFirm=BANK",
         64, "ClearingFirm=BANK is in no [ACCOUNT]", "write the ClearingFirm="},
        {"Instrument=USSW10", "Instrument=USSW11", 65,
         "Instrument=USSW11 is in no row", "did you mean USSW10 ?"},
        {"Instrument=USSW10", "Tenor=10Y", 61,
         "this [LIMIT] covers no instrument of the table", "columns"},
        {"SelfClearing=Y", "SelfClearing=Y\nCCPs=LCH,LCH", 48,
         "clearing house LCH is named twice", "once"},
        {"SelfClearing=Y\n[LIMIT]\nRiskLimitID=ACME-USD\nAccount=ACME\n"
         "Hub=hub",
         "SelfClearing=Y\nCCPs=A,B,C,D,E,F,G,H,I\n[LIMIT]\n"
         "RiskLimitID=ACME-USD\nAccount=ACME\nHub=hub",
         48, "more than 8 clearing houses", "split"},
        {"Hub=hub\nContact=FCM1 desk, +1 555 0100\n[ACCOUNT]\nAccount=OWN\n"
         "SelfClearing=Y\n[LIMIT]\nRiskLimitID=ACME-USD\n",
         "CCPs=LCH\nContact=FCM1 desk, +1 555 0100\n[ACCOUNT]\nAccount=OWN\n"
         "SelfClearing=Y\n[LIMIT]\nCCP=CME\nRiskLimitID=ACME-USD\n",
         48, "no account of this [LIMIT] clears at CME", "CCPs="},
        {"Instrument=USSW10", "Instrument=GILT", 65,
         "Instrument=GILT is in no row", "Instruments= table"}, );
}

static void test_config_contradictions_told(void **state)
{
    EXPECT_SPOILED(
        state,
        {"SelfClearing=Y", "SelfClearing=Y\nClearingFirm=FCM1", 47,
         "SelfClearing=Y contradicts ClearingFirm=FCM1", "keep one"},
        {"Owner=FCM1", "ClearingFirm=OWN", 50,
         "account ACME is cleared by FCM1, not by OWN", "correct one"},
        {"Accounts=ACME, OWN\n", "", 11,
         "this client has no Accounts=", "add Accounts="},
        {"BeginString=FIX.4.4\nTargetCompID=VENUE",
         "BeginString=FIX.4.2\nTargetCompID=VENUE", 11,
         "this client speaks FIX.4.4, its venue VENUE speaks FIX.4.2",
         "same BeginString="},
        {"BeginString=FIXT.1.1", "BeginString=FIX.4.4", 30,
         "this hub speaks FIX.4.4", "FIXT.1.1"},
        {"Hub=hub\nOwner=FCM1\n", "Owner=FCM1\n", 54,
         "Model=ping-with-push has no hub to ask", "add Hub="},
        {"TokenTag=5001", "Accounts=ACME", 29,
         "Accounts= means nothing in this [SESSION]",
         "it belongs to Role=client"},
        {"ShowAmounts=N", "TokenTag=0", 21,
         "TokenTag= means nothing in this [SESSION]",
         "it belongs to Role=venue"},

        {"Instrument=USSW10", "Model=ping", 65, "means nothing in this [LIMIT]",
         "it belongs to Kind=dv01"},
        {"SoftDeadlineMs=900", "SoftDeadlineMs=9000", 5,
         "the soft deadline is not before the hard one", "smaller"},
        {"SoftDeadlineMs=900\nHardDeadlineMs=9000", "HardDeadlineMs=1000", 5,
         "the soft deadline is not before", "smaller"},
        {"PassTypes=R, S,AJ", "MaxLimits=1", 0, "there are 2 limits, more than",
         "raise MaxLimits="}, );
}

static void test_config_several_venues_need_a_choice(void **state)
{
    EXPECT_SPOILED(state,
                   {"Venue=VENUE\nAccounts=ACME, OWN\nShowAmounts=N\n",
                    "Accounts=ACME, OWN\nShowAmounts=N\n[SESSION]\nRole=venue\n"
                    "BeginString=FIX.4.4\nTargetCompID=VENUE2\n"
                    "ConnectionType=acceptor\nSocketAcceptPort=0\n",
                    11, "this client has no Venue=, and there are several",
                    "add Venue="}, );
}

static void test_config_warning_levels_told(void **state)
{
    EXPECT_SPOILED(
        state,
        {"Warnings=50, 80", "Warnings=80,50", 58, "does not rise",
         "rising order"},
        {"Warnings=50, 80", "Warnings=50,50", 58, "does not rise",
         "rising order"},
        {"Warnings=50, 80", "Warnings=50,101", 58, "not from 1 to 100",
         "75,90,98"},
        {"Warnings=50, 80", "Warnings=0", 58, "not from 1 to 100", "or none"},
        {"Warnings=50, 80", "Warnings=1,2,3,4,5,6,7,8,9", 58,
         "more than 8 levels", "keep 8"}, );
}

/* Eight limits over one order are fine, nine are not (CG_COVER_MAX). */
static void test_config_cover_of_nine_limits_told(void **state)
{
    static char text[TEXT_MAX];
    struct place *place = *state;
    struct cg_config config;
    size_t len = strlen(good_gate);

    memcpy(text, good_gate, len);
    write_file(place->table, good_table, strlen(good_table));
    for (int i = 3; i <= 9; i++) {
        len += (size_t)snprintf(text + len, sizeof(text) - len,
                                "[LIMIT]\nRiskLimitID=L%d\nKind=clip\n"
                                "Account=ACME\nCurrency=USD\nAmount=1\n%s",
                                i, i % 2 == 0 ? "Instrument=USSW10\n" : "");
        write_file(place->path, text, len);
        if (i <= CG_COVER_MAX) {
            assert_int_equal(read_place(place, &config), 0);
            cg_config_deinit(&config);
        }
    }
    expect_only(
        place, place->path, 40,
        "an order of account ACME in USSW10 would have to pass 9 limits",
        "merge limits");
}

static void test_config_too_many_sessions_told(void **state)
{
    static char text[TEXT_MAX];
    struct place *place = *state;
    size_t len = strlen(good_gate);

    memcpy(text, good_gate, len);
    write_file(place->table, good_table, strlen(good_table));
    for (int i = 4; i <= CG_SESSIONS_MAX + 1; i++) {
        len += (size_t)snprintf(text + len, sizeof(text) - len,
                                "[SESSION]\nRole=client\nTargetCompID=C%d\n"
                                "BeginString=FIX.4.4\nVenue=VENUE\n"
                                "ConnectionType=acceptor\n"
                                "SocketAcceptPort=1\nAccounts=OWN\n",
                                i);
    }
    write_file(place->path, text, len);
    expect_only(place, place->path, 72 + 61 * 8,
                "there are more than 64 sessions", "several gates");
}

struct row {
    const char *table;
    int line;
    const char *wrong;
    const char *remedy;
};

static void test_config_instrument_rows_told(void **state)
{
#define HEADER "instrument,currency,dv01_per_million\n"
    static const struct row rows[] = {
        {"instrument,currency,tenor\nUSSW10,USD,904\n", 1,
         "the column dv01_per_million is missing", "begin the table with"},
        {"instrument,dv01_per_million\nUSSW10,904\n", 1,
         "the column currency is missing", "begin the table with"},
        {"instrument,currency,dv01_per_million,tenro\nA,USD,1,5Y\n", 1,
         "'tenro' is no column", "did you mean tenor?"},
        {"instrument,tenor,currency,dv01_per_million,tenor\nA,B,USD,1,B\n", 1,
         "the column tenor comes twice", "remove one"},
        {"tenor,instrument,currency,dv01_per_million\nA,USD,1\n", 2,
         "the row has 3 cells, the header 4", "a cell for each column"},
        {HEADER "USSW10,USD\n", 2, "the row has 2 cells", "write"},
        {HEADER "USSW10,USD,904\nA,USD,1,1\n", 3, "the row has 4 cells",
         "write"},
        {HEADER "USSW10,USD,904\n\"B,USD,2\n", 3, "a quote is not closed",
         "quotes"},
        {HEADER "USSW10,USD,904\nX,USD,\n", 3, "not a number above 0",
         "round it up"},
        {HEADER "USSW10,USD,904\nX,usd,1\n", 3, "not a currency code", "USD"},
        {HEADER "USSW10,USD,904\n,USD,1\n", 3, "name is empty", "Symbol(55)"},
        {HEADER "USSW10,USD,904\nX,USD,0\n", 3, "not a number above 0",
         "round it up"},
        {HEADER "USSW10,USD,904\nX,USD,-1\n", 3, "not a number above 0",
         "round it up"},
        {HEADER "USSW10,USD,904\nX,USD,1.23456\n", 3, "at most 4 decimals",
         "round it up"},
        {HEADER "USSW10,USD,904\nX,USD,abc\n", 3, "not a number above 0",
         "round it up"},
        {HEADER "USSW10,USD,904\n\nUSSW10,EUR,9\n", 4,
         "instrument USSW10 is defined in line 2 already", "remove one"},
        {HEADER, 1, "has no instrument", "add a row"},
        {"\n \n", 0, "the file is empty", "begin the table with"},
    };
#undef HEADER
    struct place *place = *state;

    write_file(place->path, good_gate, strlen(good_gate));
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        write_file(place->table, rows[i].table, strlen(rows[i].table));
        expect_only(place, place->table, rows[i].line, rows[i].wrong,
                    rows[i].remedy);
    }
}

static void test_config_no_text_file_told(void **state)
{
    struct place *place = *state;
    static char long_line[6000];
    static const char nul[] = "[GATE]\n\0\n";
    static const char latin1[] = "[GATE]\nName=a\n#\xe9t\xe9\n";

    write_file(place->path, "", 0);
    expect_only(place, place->path, 0, "the file is empty", "fill it");
    write_file(place->path, nul, sizeof(nul) - 1);
    expect_only(place, place->path, 2, "NUL byte", "plain text");
    write_file(place->path, latin1, sizeof(latin1) - 1);
    expect_only(place, place->path, 3, "byte 0xe9 is not UTF-8", "UTF-8");
    memset(long_line, 'x', sizeof(long_line));
    long_line[0] = '#';
    long_line[5000] = '\0';
    EXPECT_SPOILED(state,
                   {"HeartBtInt=15", long_line, 10, "longer than 4095 bytes",
                    "split it"}, );
}

static void test_config_unreadable_told(void **state)
{
    struct place *place = *state;
    struct cg_config config;

    place->count = 0;
    assert_int_equal(
        cg_config_read(place->folder, take_mistake, place, &config),
        CG_ERR_CONFIG);
    assert_int_equal(place->count, 1);
    assert_true(is_mistake(&place->mistakes[0], 0,
                           "cannot be read: Is a directory", "check the path"));
}

/* Several mistakes in both files come together, in the order of the lines. */
static void test_config_all_mistakes_at_once(void **state)
{
    static const char text[] = "[GATE]\n"
                               "Journal=gate.journal\n"
                               "Instruments=instruments.csv\n"
                               "SoftDeadlineMs=soon\n"
                               "[SESSION]\n"
                               "Role=client\n"
                               "BeginString=FIX.4.4\n"
                               "SenderCompID=GATE\n"
                               "TargetCompID=CLIENT\n"
                               "ConnectionType=acceptor\n"
                               "SocketAcceptPort=99999\n"
                               "Accounts=ACME\n"
                               "[LIMIT]\n"
                               "RiskLimitID=L\n"
                               "Account=ACME\n"
                               "Model=ping\n"
                               "Amount=lots\n";
    static const struct {
        int line;
        const char *wrong;
    } expected[] = {
        {0, "no venue session"},
        {4, "SoftDeadlineMs=soon"},
        {11, "SocketAcceptPort=99999"},
        {12, "account ACME is defined by no [ACCOUNT]"},
        {13, "has no Currency="},
        {15, "Account=ACME is in no [ACCOUNT]"},
        {16, "Model=ping has no hub"},
        {17, "Amount=lots"},
        {2, "the row has 1 cells"},
    };
    static const char table[] =
        "instrument,currency,dv01_per_million\nX\nA,USD,1";
    struct place *place = *state;
    struct cg_config config;

    write_file(place->path, text, strlen(text));
    write_file(place->table, table, strlen(table));
    assert_int_equal(read_place(place, &config), CG_ERR_CONFIG);
    assert_int_equal(place->count, sizeof(expected) / sizeof(expected[0]));
    for (size_t i = 0; i < place->count; i++) {
        assert_true(is_mistake(&place->mistakes[i], expected[i].line,
                               expected[i].wrong, ""));
    }
    assert_string_equal(place->mistakes[place->count - 1].file, place->table);
}

/* The sample that the documentation shows is a good one. */
static void test_config_sample_accepted(void **state)
{
    struct place *place = *state;
    struct cg_config config;

    place->count = 0;
    if (cg_config_read(SAMPLES "/gate.cfg", take_mistake, place, &config) !=
        0) {
        print_mistakes(place);
        fail_msg("the sample was refused");
    }
    assert_int_equal(config.session_count, 3);
    assert_string_equal(config.accounts[0].firm, "FCM1");
    assert_int_equal(config.credit_limits[0].model, CG_MODEL_PING_WITH_PUSH);
    assert_int_equal(config.instruments[2].dv01_per_million, 9040000);
    cg_config_deinit(&config);
}

/* docs/configuration.md tells of every key, in the section where it belongs. */
static void expect_documented(const char *document,
                              const char *heading,
                              const struct cg_key_table *table)
{
    const char *start = strstr(document, heading);
    char quoted[96];

    assert_non_null(start);
    for (size_t i = 0; i < table->count; i++) {
        (void)snprintf(quoted, sizeof(quoted), "`%s`", table->keys[i].name);
        if (strstr(start, quoted) == NULL) {
            fail_msg("%s of [%s] is not documented", quoted, table->section);
        }
    }
}

static void test_config_every_key_documented(void **state)
{
    static char document[TEXT_MAX];
    FILE *file = fopen(SAMPLES "/../docs/configuration.md", "rb");

    (void)state;
    assert_non_null(file);
    document[fread(document, 1, sizeof(document) - 1, file)] = '\0';
    (void)fclose(file);
    expect_documented(document, "## [GATE]", &cg_gate_keys);
    expect_documented(document, "## [SESSION]", &cg_session_keys);
    expect_documented(document, "## [ACCOUNT]", &cg_account_keys);
    expect_documented(document, "## [LIMIT]", &cg_limit_keys);
    expect_documented(document, "## [RATES]", &cg_rates_keys);
    expect_documented(document, "## [FX]", &cg_fx_keys);
}

static void test_text_utf8_span_by_the_book(void **state)
{
    static const struct {
        const char *text;
        size_t span;
    } cases[] = {
        {"", 0},
        {"abc", 3},
        {"\xc3\xa9", 2},
        {"\xe2\x82\xac", 3},
        {"\xf0\x9f\x98\x80", 4},
        {"a\x80", 1},
        {"a\xc3", 1},
        {"\xc0\x80", 0},
        {"\xc1\xbf", 0},
        {"\xe0\x9f\xbf", 0},
        {"\xed\x9f\xbf", 3},
        {"\xed\xa0\x80", 0},
        {"\xf0\x8f\xbf\xbf", 0},
        {"\xf4\x8f\xbf\xbf", 4},
        {"\xf4\x90\x80\x80", 0},
        {"\xf5\x80\x80\x80", 0},
        {"\xff", 0},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        assert_int_equal(cg_text_utf8_span(cg_slice_str(cases[i].text)),
                         cases[i].span);
    }
}

static void test_text_distance_counts_edits(void **state)
{
    (void)state;
    assert_int_equal(cg_text_distance("", ""), 0);
    assert_int_equal(cg_text_distance("abc", ""), 3);
    assert_int_equal(cg_text_distance("", "abc"), 3);
    assert_int_equal(cg_text_distance("kitten", "sitting"), 3);
    assert_int_equal(cg_text_distance("HEARTBTINT", "HeartBtInt"), 0);
    assert_int_equal(cg_text_distance("SoftDedline", "SoftDeadline"), 1);
}

#define WITH_PLACE(test)                                                       \
    cmocka_unit_test_setup_teardown(test, place_setup, place_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_PLACE(test_config_gate_read_back),
        WITH_PLACE(test_config_sessions_read_back),
        WITH_PLACE(test_config_accounts_read_back),
        WITH_PLACE(test_config_limits_read_back),
        WITH_PLACE(test_config_instruments_and_rates_read_back),
        WITH_PLACE(test_config_fix_settings_complete),
        WITH_PLACE(test_config_variants_accepted),
        WITH_PLACE(test_config_fix_keys_passed_on),
        WITH_PLACE(test_config_message_log_is_no_other_file),
        WITH_PLACE(test_config_message_log_is_no_link_to_one),
        WITH_PLACE(test_config_message_log_is_a_regular_file),
        WITH_PLACE(test_config_zone_read),
        WITH_PLACE(test_config_zone_told),
        WITH_PLACE(test_config_unknown_key_suggests),
        WITH_PLACE(test_config_unknown_section_suggests),
        WITH_PLACE(test_config_bad_lines_told),
        WITH_PLACE(test_config_missing_key_told),
        WITH_PLACE(test_config_missing_session_told),
        WITH_PLACE(test_config_missing_client_told),
        WITH_PLACE(test_config_bad_value_told),
        WITH_PLACE(test_config_name_too_long_told),
        WITH_PLACE(test_config_missing_file_told),
        WITH_PLACE(test_config_twins_told),
        WITH_PLACE(test_config_unknown_reference_told),
        WITH_PLACE(test_config_contradictions_told),
        WITH_PLACE(test_config_several_venues_need_a_choice),
        WITH_PLACE(test_config_warning_levels_told),
        WITH_PLACE(test_config_cover_of_nine_limits_told),
        WITH_PLACE(test_config_too_many_sessions_told),
        WITH_PLACE(test_config_instrument_rows_told),
        WITH_PLACE(test_config_no_text_file_told),
        WITH_PLACE(test_config_unreadable_told),
        WITH_PLACE(test_config_all_mistakes_at_once),
        WITH_PLACE(test_config_sample_accepted),
        cmocka_unit_test(test_config_every_key_documented),
        cmocka_unit_test(test_text_utf8_span_by_the_book),
        cmocka_unit_test(test_text_distance_counts_edits),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
