/*
 * The simulated client: what its commands make, which words it refuses, and its
 * stop-watch.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "sim_fake.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>
#include <sim_client.h>

struct fixture {
    struct sim_fake fake;
    struct sim_client client;
    struct sim_body body;
};

static int setup(void **state)
{
    struct fixture *f = sim_grow(NULL, 1, sizeof(*f));

    memset(f, 0, sizeof(*f));
    sim_fake_init(&f->fake, SIM_FIX44);
    f->client.port = &f->fake.port;
    *state = f;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *f = *state;

    sim_client_deinit(&f->client);
    sim_body_deinit(&f->body);
    free(f);
    return 0;
}

static void tell(struct fixture *f, const char *line)
{
    if (!sim_client_command(&f->client, line)) {
        fail_msg("refused: %s", line);
    }
}

static void refuse(struct fixture *f, const char *const *lines, size_t count)
{
    size_t sent = f->fake.sent_count;

    for (size_t i = 0; i < count; i++) {
        if (sim_client_command(&f->client, lines[i])) {
            fail_msg("taken: %s", lines[i]);
        }
        assert_int_equal(f->fake.sent_count, sent);
    }
}

#define REFUSE(f, ...)                                                         \
    do {                                                                       \
        static const char *const lines[] = {__VA_ARGS__};                      \
        refuse(f, lines, sizeof(lines) / sizeof(lines[0]));                    \
    } while (0)

static void in(struct fixture *f, const char *type, const char *fields)
{
    struct sim_message message = sim_fake_message(&f->body, type, fields);

    sim_client_receive(&f->client, &message);
}

/* Later requests have what the order had; user's fields go at the end. */
static void test_sim_client_commands_make_messages(void **state)
{
    struct fixture *f = *state;

    tell(f, "order A X buy 5 98.5 ACME 59=1|9000=x");
    sim_fake_expect(&f->fake, 0, "D",
                    "11=A|1=ACME|55=X|54=1|38=5|40=2|44=98.5|59=1|9000=x");
    tell(f, "order M Y sell 7 market");
    sim_fake_expect(&f->fake, 1, "D", "11=M|55=Y|54=2|38=7|40=1");
    sim_fake_expect_absent(&f->fake, 1, 44);
    sim_fake_expect_absent(&f->fake, 1, 1);
    tell(f, "replace B A 6 98.25");
    sim_fake_expect(&f->fake, 2, "G",
                    "41=A|11=B|1=ACME|55=X|54=1|38=6|40=2|44=98.25");
    tell(f, "cancel C B");
    sim_fake_expect(&f->fake, 3, "F", "41=B|11=C|1=ACME|55=X|54=1");
    tell(f, "status M");
    sim_fake_expect(&f->fake, 4, "H", "11=M|55=Y|54=2");
}

static void test_sim_client_wrong_words_send_nothing(void **state)
{
    struct fixture *f = *state;

    tell(f, "order A X buy 5 98.5 ACME");
    REFUSE(f, "", "nonsense", "order", "order B X hold 5 98.5",
           "order B X buy five 98.5", "order B X sell 5 best",
           "order B X buy 5 98.5 ACME words", "replace B", "replace B Z 5 98",
           "replace B A five 98", "replace B A 5 high",
           "replace B A 5 98 words", "cancel B Z", "cancel", "status",
           "status Z", "measure", "measure 0 X buy 5 98 ACME",
           "measure many X buy 5 98 ACME", "measure 1000001 X buy 5 98 ACME",
           "measure 2 X hold 5 98 ACME");
}

/* Orders go to the first session that is up, or wait at the first one. */
static void test_sim_client_needs_a_session(void **state)
{
    struct fixture *f = *state;

    f->fake.peer.up = false;
    tell(f, "order A X buy 5 98.5");
    assert_int_equal(f->fake.sent_count, 1);
    f->fake.port.peer_count = 0;
    REFUSE(f, "order B X buy 5 98.5", "cancel C A");
}

/* From each order to its own first report; 100, 200 and 300 us. */
static void test_sim_client_measures(void **state)
{
    struct fixture *f = *state;
    char fields[128];

    tell(f, "measure 3 X buy 5 98.5 ACME");
    REFUSE(f, "measure 3 X buy 5 98.5 ACME");
    for (int i = 1; i <= 3; i++) {
        assert_int_equal(f->fake.sent_count, i);
        in(f, "9", "11=M|39=0");
        in(f, "8", "11=other|150=0|39=0");
        assert_int_equal(f->fake.sent_count, i);
        f->fake.port.now_ns += 100000 * i;
        snprintf(fields, sizeof(fields), "11=%s|150=0|39=0",
                 f->client.watch.id);
        in(f, "8", fields);
    }
    assert_int_equal(f->fake.said_count, 1);
    assert_string_equal(f->fake.said[0], "measured 3 median_us=200 p99_us=300");
    in(f, "8", fields); /* nobody measures any more */
    assert_int_equal(f->fake.sent_count, 3);
}

static void test_sim_client_measuring_ends_with_a_refusal(void **state)
{
    struct fixture *f = *state;
    static const char *const texts[] = {"|58=no credit", ""};
    static const char *const said[] = {"error measuring: refused: no credit",
                                       "error measuring: refused: "};
    char fields[128];

    for (size_t i = 0; i < 2; i++) {
        tell(f, "measure 2 X buy 5 98.5 ACME");
        snprintf(fields, sizeof(fields), "11=%s|150=8|39=8%s",
                 f->client.watch.id, texts[i]);
        in(f, "8", fields);
        assert_int_equal(f->fake.said_count, i + 1);
        assert_string_equal(f->fake.said[i], said[i]);
        assert_int_equal(f->fake.sent_count, i + 1);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_sim_client_commands_make_messages,
                                        setup, teardown),
        cmocka_unit_test_setup_teardown(
            test_sim_client_wrong_words_send_nothing, setup, teardown),
        cmocka_unit_test_setup_teardown(test_sim_client_needs_a_session, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(test_sim_client_measures, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(
            test_sim_client_measuring_ends_with_a_refusal, setup, teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
