/*
 * The simulated hub: words that it refuses, limits of every form, and asks with
 * something wrong.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "sim_fake.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

static void expect(const struct hub_test *f, const char *fields)
{
    sim_fake_expect(&f->fake, f->fake.sent_count - 1, "DG", fields);
}

#define NEW(id, token, amount)                                                 \
    "2318=" id "|2319=" token "|2320=0|2321=0|2323=0|2324=" amount             \
    "|15=USD|1670=ACME-USD|54=1"

static void test_sim_hub_wrong_words_do_nothing(void **state)
{
    struct hub_test *f = *state;
    static const char *const lines[] = {
        "",
        "nonsense",
        "limit",
        "limit ACME-USD -1",
        "limit ACME-USD x",
        "limit ACME-USD 5 nett",
        "limit ACME-USD 5 warn=75/x",
        "limit ACME-USD 5 warn=0",
        "limit ACME-USD 5 warn=1001",
        "limit ACME-USD 5 warn=1/2/3/4/5/6/7/8/9",
        "limit ACME-USD 5 model=4",
        "limit ACME-USD 5 model=x",
        "limit ACME-USD 5 model=-1",
        "limit ACME-USD 5 action=11",
        "limit ACME-USD 5 status=2",
        "limit ACME-USD 5 used=x",
        "limit ACME-USD 5 colour=red",
        "limit ACME-USD FCM2 ACME USD 5",
        "limit ACME-USD FCM1 BETA USD 5",
        "limit ACME-USD FCM1 ACME EUR 5",
        "limit NEW FCM1 ACME DOLLAR 5",
        "limit NEW FCM1 ACME USD x",
        "limit NEW FCM1 ACME USD 5 nett",
        "remove NEW",
        "fragment x",
        "fragment 100001",
        "fragment -1",
        "fragment 5 6",
        "slow x",
        "slow 86400001",
        "pending x",
        "expire x",
        "partial 101",
        "deny x",
        "deny none x",
        "deny 1000",
        "wrong way",
        "cancel NEW",
        "suspend",
        "suspend ACME now",
    };

    for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
        if (sim_hub_command(&f->hub, lines[i])) {
            fail_msg("taken: %s", lines[i]);
        }
        if (f->fake.sent_count > 0) {
            fail_msg("%s: %s", lines[i], f->fake.sent[0]);
        }
    }
    assert_int_equal(f->hub.ledger.limit_count, 1);
    assert_int_equal(f->hub.ledger.limits[0].amount, 1000000000);
    assert_true(f->hub.ledger.limits[0].enabled);
    assert_int_equal(f->hub.ledger.limits[0].warning_count, 3);
}

/* All that can be said of a limit is in what is told of it. */
static void test_sim_hub_limits_are_told_whole(void **state)
{
    struct hub_test *f = *state;

    hub_tell(f, "limit FIRM FCM1 - EUR 500.00 net used=20 warn=75/90 model=2 "
                "action=3 status=1");
    sim_fake_expect(&f->fake, 0, "CR",
                    "1324=A|1671=1|1691=FCM1|1693=4|1531=500.00|1767=3|"
                    "1766=20.00|1532=EUR|1559=2|1560=75|1560=90|1670=FIRM|"
                    "2339=2|2355=1");
    hub_tell(f, "limit FIRM 600 status=0 gross");
    sim_fake_expect(&f->fake, 1, "CR", "1324=M|1531=600.00|2355=0");
    f->fake.peer.up = false;
    hub_tell(f, "limit FIRM 700");
    hub_tell(f, "snapshot");
    assert_int_equal(f->fake.sent_count, 2);
    f->fake.peer.up = true;
    hub_tell(f, "snapshot");
    sim_fake_expect(&f->fake, 2, "CM",
                    "325=Y|1512=2|893=Y|1677=2|1691=ACME|1531=700.00");
}

/* One party in each report; and what there is nothing to be said of. */
static void test_sim_hub_fragments_and_nothing(void **state)
{
    struct hub_test *f = *state;

    hub_tell(f, "limit BETA-USD FCM1 BETA USD 5");
    hub_tell(f, "limit GONE FCM1 BETA EUR 5");
    hub_tell(f, "remove GONE");
    hub_tell(f, "fragment 1");
    sim_fake_clear(&f->fake);
    hub_in(f, "CL", "1666=Q1|1760=3|263=1");
    sim_fake_expect(&f->fake, 0, "CM",
                    "1666=Q1|1511=0|1512=2|893=N|1677=1|1691=ACME");
    sim_fake_expect(&f->fake, 1, "CM", "893=Y|1677=1|1691=BETA");
    assert_int_equal(f->fake.sent_count, 2);
    hub_tell(f, "remove ACME-USD");
    hub_tell(f, "remove BETA-USD");
    sim_fake_clear(&f->fake);
    f->fake.wrong = true; /* a report of nothing */
    hub_in(f, "CL", "1666=Q2|1760=3|263=1");
    sim_fake_expect(&f->fake, 0, "CM", "1666=Q2|1511=2|1512=0|893=Y");
    sim_fake_expect_absent(&f->fake, 0, 1677);
}

/* At a logon all is told, but not by a hub that keeps quiet. */
static void test_sim_hub_tells_at_logon(void **state)
{
    struct hub_test *f = *state;
    struct sim_hub empty;

    sim_hub_logon(&f->hub, &f->fake.peer);
    assert_int_equal(f->fake.sent_count, 1);
    hub_tell(f, "silent");
    sim_hub_logon(&f->hub, &f->fake.peer);
    hub_tell(f, "speak");
    hub_tell(f, "deaf");
    sim_hub_logon(&f->hub, &f->fake.peer);
    sim_hub_init(&empty, &f->fake.port);
    sim_hub_logon(&empty, &f->fake.peer);
    assert_int_equal(f->fake.sent_count, 1);
    sim_hub_deinit(&empty);
}

/* What lacks something is denied, and changes nothing. */
static void test_sim_hub_asks_that_lack_something(void **state)
{
    struct hub_test *f = *state;
    static const char *const asks[] = {
        "2318=1|2319=T|2321=0|2324=5|1670=ACME-USD",
        "2318=2|2319=T|2320=0|2324=5|1670=ACME-USD",
        "2318=3|2319=T|2320=3|2321=0|2324=5|1670=ACME-USD",
        "2318=4|2319=T|2320=0|2321=2|2324=5|1670=ACME-USD",
        "2318=5|2319=T|2320=0|2321=0|1670=ACME-USD",
        "2318=6|2319=T|2320=1|2321=1|1670=ACME-USD",
        "2318=7|2319=T|2320=0|2321=0|2324=-5|1670=ACME-USD",
        "2318=8|2319=T|2320=/|2321=0|2324=5|1670=ACME-USD",
        "2320=0|2321=0|2324=5|1670=ACME-USD",
    };

    f->fake.wrong = true; /* an answer to what cannot be read */
    for (size_t i = 0; i < sizeof(asks) / sizeof(asks[0]); i++) {
        hub_in(f, "DF", asks[i]);
        expect(f, "2325=2|2326=99|1328=a required field is missing");
    }
    assert_int_equal(f->hub.ledger.token_count, 0);
}

/* By the verdict of the books, and by what the hub was told. */
static void test_sim_hub_denies(void **state)
{
    struct hub_test *f = *state;

    hub_in(f, "DF", NEW("1", "T", "100.00"));
    hub_in(f, "DF", NEW("2", "T", "100.00"));
    expect(f, "2318=2|2325=2|2326=99|1328=a token of this id exists");
    hub_in(f, "DF", "2318=3|2319=U|2320=0|2321=0|2324=5|15=USD|1670=NONE|54=1");
    expect(f, "2318=3|2325=2|2326=1");
    hub_in(f, "DF", "2318=4|2319=U|2320=0|2321=1|2324=5|15=USD|1670=NONE|54=1");
    expect(f, "2318=4|2325=2|2326=1");
    hub_in(f, "DF", "2318=5|2319=U|2320=1|2321=1|2324=5|15=USD|1670=NONE|54=1");
    expect(f, "2318=5|2325=2|2326=1");
    hub_tell(f, "limit ACME-USD 100000 status=0");
    hub_in(f, "DF", NEW("6", "U", "5.00"));
    expect(f, "2318=6|2325=2|2326=1");
    hub_tell(f, "limit ACME-USD 100000 status=1");
    hub_tell(f, "suspend ACME");
    hub_in(f, "DF", NEW("7", "U", "5.00"));
    expect(f, "2318=7|2325=2|1328=the party is stopped");
    hub_in(f, "DF", "2318=8|2319=T|2320=2|2321=0|2324=101.00|1670=ACME-USD");
    expect(f, "2318=8|2325=2|1328=the party is stopped");
    hub_tell(f, "reinstate ACME");
    hub_tell(f, "deny 4");
    hub_in(f, "DF", NEW("9", "U", "5.00"));
    expect(f, "2318=9|2325=2|2326=4|1328=denied by command");
    hub_in(f, "DF", "2318=10|2319=T|2320=1|2321=0");
    expect(f, "2318=10|2325=4");
    hub_tell(f, "deny none");
    hub_in(f, "DF", "2318=11|2319=T|2320=2|2321=0|2324=50.00|1670=ACME-USD");
    expect(f, "2318=11|2325=2|1328=the token has ended");
    assert_int_equal(f->hub.ledger.token_count, 1);
}

/* Without 1670 the limit is the party's; parties are said again. */
static void test_sim_hub_limit_by_its_party(void **state)
{
    struct hub_test *f = *state;

    hub_tell(f, "limit ACME-EUR FCM1 ACME EUR 100");
    hub_tell(f, "expire 0");
    hub_in(f, "DF",
           "2318=1|2319=T|2320=0|2321=0|2324=150|15=EUR|54=1|453=1|448=ACME|"
           "447=D|452=24");
    expect(f, "2318=1|2325=2|2326=2|453=1|448=ACME|452=24");
    hub_in(f, "DF",
           "2318=2|2319=T|2320=0|2321=0|2324=90|15=EUR|54=1|453=2|448=FCM1|"
           "447=D|452=4|448=ACME|447=D|452=24");
    expect(f, "2318=2|2325=0|2327=90.00|453=2|448=FCM1|452=4");
    sim_fake_expect_absent(&f->fake, f->fake.sent_count - 1, 126);
    hub_in(f, "DF",
           "2318=3|2319=U|2320=0|2321=0|2324=5|15=CHF|54=1|453=1|448=FCM1|"
           "447=D|452=4");
    expect(f, "2318=3|2325=2|2326=1|453=1|448=FCM1");
    assert_int_equal(f->hub.ledger.tokens[0].expires_ns, SIM_NEVER);
}

/* A raise in part, twice what was asked, and asks without an id. */
static void test_sim_hub_grants_another_amount(void **state)
{
    struct hub_test *f = *state;

    hub_in(f, "DF", NEW("1", "T", "100.00"));
    hub_tell(f, "partial 50");
    hub_in(f, "DF", "2318=2|2319=T|2320=2|2321=0|2324=200.00|1670=ACME-USD");
    expect(f, "2318=2|2325=1|2327=150.00|2324=200.00");
    hub_tell(f, "normal");
    hub_tell(f, "wrong above");
    hub_in(f, "DF", NEW("3", "U", "10.00"));
    expect(f, "2318=3|2325=0|2327=20.00");
    hub_in(f, "DF", NEW("4", "V", "1000000.00"));
    expect(f, "2318=4|2325=2");
    sim_fake_expect_absent(&f->fake, f->fake.sent_count - 1, 2327);
    hub_tell(f, "wrong right");
    f->fake.wrong = true; /* there is no 2318 to say again */
    for (int i = 0; i < 2; i++) {
        hub_in(f, "DF", "2319=W|2320=0|2321=0|2324=5.00|1670=ACME-USD|54=1");
        expect(f, i == 0 ? "2319=W|2325=0" : "2319=W|2325=2");
    }
}

/* Only submissions are put off, and once. */
static void test_sim_hub_pending(void **state)
{
    struct hub_test *f = *state;

    hub_in(f, "DF", NEW("1", "T", "100.00"));
    hub_tell(f, "pending 50");
    hub_in(f, "DF", NEW("1", "T", "100.00"));
    expect(f, "2318=1|2325=0");
    hub_in(f, "DF", "2318=2|2319=T|2320=0|2321=1|2324=5.00|1670=ACME-USD|54=1");
    expect(f, "2318=2|2325=0");
    hub_in(f, "DF", "2318=3|2319=T|2320=1|2321=0");
    expect(f, "2318=3|2325=4");
    hub_in(f, "CL", "1666=Q1|1760=3|263=1");
    sim_fake_expect(&f->fake, 4, "CM", "1666=Q1");
    f->fake.wrong = true; /* an answer to what cannot be read */
    hub_in(f, "DF", "2318=4|2319=T|2320=7|2321=0|2324=5.00");
    expect(f, "2318=4|2325=2");
    f->fake.wrong = false;
    hub_in(f, "DF", NEW("5", "U", "100.00"));
    expect(f, "2318=5|2325=3");
    sim_hub_tick(&f->hub);
    assert_int_equal(sim_hub_due(&f->hub), f->fake.port.now_ns + 50 * SIM_MS);
    f->fake.port.now_ns += 50 * SIM_MS;
    sim_hub_tick(&f->hub);
    expect(f, "2318=5|2325=0|2327=100.00");
}

/* What comes while something waits, waits behind it. */
static void test_sim_hub_slow_keeps_the_order(void **state)
{
    struct hub_test *f = *state;

    hub_tell(f, "slow 50");
    hub_in(f, "DF", NEW("1", "T", "100.00"));
    hub_tell(f, "slow 0");
    hub_in(f, "DF", "2318=2|2319=T|2320=1|2321=0");
    hub_in(f, "j", "45=3|372=CM|380=3");
    assert_int_equal(f->fake.sent_count, 0);
    f->fake.port.now_ns += 50 * SIM_MS;
    sim_hub_tick(&f->hub);
    sim_fake_expect(&f->fake, 0, "DG", "2318=1|2325=0");
    sim_fake_expect(&f->fake, 1, "DG", "2318=2|2325=4");
}

/* Of parties that have a limit, and of others; and what is answered. */
static void test_sim_hub_stops(void **state)
{
    struct hub_test *f = *state;
    static const struct {
        const char *fields;
        const char *said;
    } answers[] = {
        {"2328=ACT1|2332=0", "di ACT1 accepted"},
        {"2328=ACT1|2332=2", "di ACT1 rejected"},
        {"2328=ACT2|2332=3", "di ACT2 unknown"},
        {"2328=ACT2|2332=/", "di ACT2 unknown"},
        {"2328=ACT2", "di ACT2 unknown"},
        {"2332=1", "di  completed"},
    };

    hub_tell(f, "suspend ACME drill");
    sim_fake_expect(&f->fake, 0, "DH",
                    "2328=ACT1|2329=0|2330=Y|453=2|448=ACME|448=FCM1");
    hub_in(f, "DF", NEW("1", "T", "100.00"));
    expect(f, "2325=0");
    hub_tell(f, "halt NOBODY");
    sim_fake_expect(&f->fake, 2, "DH", "2328=ACT2|2329=1|453=1|448=NOBODY");
    sim_fake_expect_absent(&f->fake, 2, 2330);
    for (size_t i = 0; i < sizeof(answers) / sizeof(answers[0]); i++) {
        hub_in(f, "DI", answers[i].fields);
        assert_string_equal(f->fake.said[f->fake.said_count - 1],
                            answers[i].said);
    }
}

/* Ids longer than anybody would make them are ids all the same. */
static void test_sim_hub_long_ids(void **state)
{
    struct hub_test *f = *state;
    char id[400];
    char fields[1024];

    memset(id, 'x', sizeof(id));
    id[sizeof(id) - 1] = '\0';
    f->fake.wrong = true; /* no dictionary has ids so long */
    for (int i = 0; i < 2; i++) {
        snprintf(fields, sizeof(fields), NEW("%s", "T", "100.00"), id);
        hub_in(f, "DF", fields);
        assert_non_null(strstr(f->fake.sent[i], "|2325=0|"));
    }
    assert_int_equal(f->hub.ledger.token_count, 1);
}

#define CASE(name)                                                             \
    cmocka_unit_test_setup_teardown(name, hub_setup, hub_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(test_sim_hub_wrong_words_do_nothing),
        CASE(test_sim_hub_limits_are_told_whole),
        CASE(test_sim_hub_fragments_and_nothing),
        CASE(test_sim_hub_tells_at_logon),
        CASE(test_sim_hub_asks_that_lack_something),
        CASE(test_sim_hub_denies),
        CASE(test_sim_hub_limit_by_its_party),
        CASE(test_sim_hub_grants_another_amount),
        CASE(test_sim_hub_pending),
        CASE(test_sim_hub_slow_keeps_the_order),
        CASE(test_sim_hub_stops),
        CASE(test_sim_hub_long_ids),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
