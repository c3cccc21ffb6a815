/*
 * The reconciliation of a certification: what is granted comes back or is used,
 * as both sides told it; and what does not is found.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "credit.h"

#include "failing_memory.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define NOW (1800000000 * CG_SECOND)

/* Lines "DF 2318=1|..." or "DG ...", at NOW. */
static void
say(struct cg_credit *credit, const char *const *lines, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        char bytes[512];
        int len = snprintf(bytes, sizeof(bytes), "8=FIXT.1.1|35=%.2s|%s|",
                           lines[i], lines[i] + 3);
        bool from_hub = strncmp(lines[i], "DF", 2) != 0;

        for (int j = 0; j < len; j++) {
            bytes[j] = bytes[j] == '|' ? '\001' : bytes[j];
        }
        assert_true(cg_credit_message(
            credit, from_hub, (struct cg_slice){bytes, (size_t)len}, NOW));
    }
}

static void check(const char *const *lines,
                  size_t count,
                  bool all_returned,
                  bool equal,
                  const char *gate,
                  const char *hub)
{
    struct cg_credit *credit = cg_credit_open(true);
    json_t *result;
    json_t *row;
    char got[2][200];

    assert_non_null(credit);
    say(credit, lines, count);
    result = cg_credit_json(credit, NOW + 10 * CG_SECOND);
    assert_non_null(result);
    assert_int_equal(json_is_true(json_object_get(result, "all_returned")),
                     all_returned);
    assert_int_equal(json_is_true(json_object_get(result, "equal")), equal);
    row = json_array_get(json_object_get(result, "rows"), 0);
    for (int side = 0; side < 2; side++) {
        const json_t *sums = side == 0 ? row : json_object_get(row, "hub");
        const char *const keys[] = {"granted",  "overrun", "consumed",
                                    "released", "expired", "reserved"};

        got[side][0] = '\0';
        for (int i = 0; i < 6; i++) {
            strcat(got[side],
                   json_string_value(json_object_get(sums, keys[i])));
            strcat(got[side], i < 5 ? " " : "");
        }
    }
    assert_string_equal(got[0], gate);
    assert_string_equal(got[1], hub);
    json_decref(result);
    cg_credit_close(credit);
}

#define CHECK(all_returned, equal, gate, hub, ...)                             \
    do {                                                                       \
        const char *const lines[] = {__VA_ARGS__};                             \
        check(lines, sizeof(lines) / sizeof(lines[0]), all_returned, equal,    \
              gate, hub);                                                      \
    } while (0)

#define ASK "DF 2318=1|2319=T|2320=0|2321=0|2324=100.00|15=USD|1670=L"
#define GRANT "DG 2318=1|2319=T|2325=0|2327=100.00"

static void test_credit_given_back(void **state)
{
    (void)state;
    CHECK(true, true, "100.00 0.00 0.00 100.00 0.00 0.00",
          "100.00 0.00 0.00 100.00 0.00 0.00", ASK, GRANT, GRANT,
          "DF 2318=2|2319=T|2320=1|2321=0|2324=100.00",
          "DG 2318=2|2319=T|2325=4");
}

static void test_credit_used_and_busted(void **state)
{
    (void)state;
    CHECK(
        true, true, "100.00 0.00 60.00 40.00 0.00 0.00",
        "100.00 0.00 60.00 40.00 0.00 0.00", ASK, GRANT,
        "DF 2318=2|2319=T|2320=0|2321=1|2324=100.00", "DG 2318=2|2319=T|2325=0",
        "DF 2318=3|2319=T|2320=1|2321=1|2324=40.00", "DG 2318=3|2319=T|2325=0");
}

static void test_credit_raised_lowered_overrun(void **state)
{
    (void)state;
    CHECK(true, true, "150.00 20.00 140.00 30.00 0.00 0.00",
          "150.00 20.00 140.00 30.00 0.00 0.00", ASK, GRANT,
          "DF 2318=2|2319=T|2320=2|2321=0|2324=150.00",
          "DG 2318=2|2319=T|2325=0|2327=150.00",
          "DF 2318=3|2319=T|2320=2|2321=0|2324=120.00",
          "DG 2318=3|2319=T|2325=0|2327=120.00",
          "DF 2318=4|2319=T|2320=0|2321=1|2324=140.00",
          "DG 2318=4|2319=T|2325=0");
}

static void test_credit_raise_confirmed_after_its_return(void **state)
{
    (void)state;
    CHECK(true, true, "100.00 0.00 0.00 100.00 0.00 0.00",
          "100.00 0.00 0.00 100.00 0.00 0.00", ASK, GRANT,
          "DF 2318=2|2319=T|2320=2|2321=0|2324=100.00",
          "DF 2318=3|2319=T|2320=1|2321=0|2324=100.00",
          "DG 2318=2|2319=T|2325=0|2327=100.00", "DG 2318=3|2319=T|2325=4");
}

/* Of what nobody has seen nothing is said. */
static void test_credit_that_nobody_saw(void **state)
{
    struct cg_credit *credit = cg_credit_open(true);
    json_t *result;

    (void)state;
    result = cg_credit_json(credit, NOW);
    assert_true(json_is_null(json_object_get(result, "all_returned")));
    assert_true(json_is_null(json_object_get(result, "equal")));
    json_decref(result);
    cg_credit_close(credit);
}

/* What a hub grants behind a return that it has confirmed it alone reserves; if
 * the return is not confirmed yet, that ends it. */
static void test_credit_granted_after_its_return(void **state)
{
    (void)state;
    CHECK(false, false, "100.00 0.00 0.00 100.00 0.00 0.00",
          "100.00 0.00 0.00 0.00 0.00 100.00", ASK,
          "DF 2318=2|2319=T|2320=1|2321=0|2324=100.00",
          "DG 2318=2|2319=T|2325=4", GRANT);
    CHECK(true, true, "100.00 0.00 0.00 100.00 0.00 0.00",
          "100.00 0.00 0.00 100.00 0.00 0.00", ASK,
          "DF 2318=2|2319=T|2320=1|2321=0|2324=100.00", GRANT,
          "DG 2318=2|2319=T|2325=4");
}

/* An answer that is said again when all is over changes nothing (R28). */
static void test_credit_granted_again_after_its_return(void **state)
{
    (void)state;
    CHECK(true, true, "100.00 0.00 0.00 100.00 0.00 0.00",
          "100.00 0.00 0.00 100.00 0.00 0.00", ASK, GRANT,
          "DF 2318=2|2319=T|2320=1|2321=0|2324=100.00",
          "DG 2318=2|2319=T|2325=4", GRANT);
}

static void test_credit_lapses(void **state)
{
    (void)state;
    CHECK(true, true, "100.00 0.00 0.00 0.00 100.00 0.00",
          "100.00 0.00 0.00 0.00 100.00 0.00", ASK,
          GRANT "|126=20270115-08:00:05.000");
}

static void test_credit_by_chain(void **state)
{
    (void)state;
    CHECK(true, true, "100.00 0.00 100.00 0.00 0.00 0.00",
          "100.00 0.00 100.00 0.00 0.00 0.00",
          "DF 2318=1|2320=0|2321=0|2324=100.00|15=USD|1670=L",
          "DG 2318=1|2325=0|2327=100.00",
          "DF 2318=2|2322=1|2320=0|2321=1|2324=60.00", "DG 2318=2|2325=0",
          "DF 2318=3|2322=2|2320=0|2321=1|2324=40.00", "DG 2318=3|2325=0");
}

static void test_credit_lost_is_found(void **state)
{
    (void)state;
    /* Nobody gives it back. */
    CHECK(false, true, "100.00 0.00 0.00 0.00 0.00 100.00",
          "100.00 0.00 0.00 0.00 0.00 100.00", ASK, GRANT);
    /* The hub does not confirm a trade. */
    CHECK(false, false, "100.00 0.00 100.00 0.00 0.00 0.00",
          "100.00 0.00 0.00 0.00 0.00 100.00", ASK, GRANT,
          "DF 2318=2|2319=T|2320=0|2321=1|2324=100.00");
}

/* The hub's figure of use grows by what was consumed, or not. */
static void test_credit_beside_the_use(void **state)
{
    (void)state;
    for (int grows = 0; grows < 2; grows++) {
        struct cg_credit *credit = cg_credit_open(true);
        const char *const lines[] = {
            "CM 1669=1|1529=1|1530=12|1531=500.00|1766=7.00|1670=L",
            ASK,
            GRANT,
            "DF 2318=2|2319=T|2320=0|2321=1|2324=100.00",
            "DG 2318=2|2319=T|2325=0",
            grows ? "CR 1529=1|1530=12|1531=500.00|1766=107.00|1670=L"
                  : "CR 1529=1|1530=12|1531=500.00|1766=7.00|1670=L"};
        json_t *result;
        const json_t *row;

        say(credit, lines, 6);
        result = cg_credit_json(credit, NOW);
        row = json_array_get(json_object_get(result, "rows"), 0);
        assert_int_equal(json_is_true(json_object_get(row, "peer_use_agrees")),
                         grows);
        json_decref(result);
        cg_credit_close(credit);
    }
}

static void test_credit_nobody_asked_for(void **state)
{
    struct cg_credit *credit = cg_credit_open(true);
    const char *const lines[] = {ASK, "DG 2318=9|2319=X|2325=0|2327=5.00",
                                 "DG 2318=1|2319=X|2325=0|2327=5.00", GRANT};
    json_t *result;

    (void)state;
    say(credit, lines, 4);
    result = cg_credit_json(credit, NOW);
    assert_int_equal(json_integer_value(json_object_get(result, "unasked")), 2);
    assert_int_equal(json_integer_value(json_object_get(result, "tokens")), 1);
    json_decref(result);
    cg_credit_close(credit);
}

/* What an attempt leaves open is told apart once its case is repeated; what it
 * has settled counts. */
static void test_credit_of_repeated_attempts(void **state)
{
    struct cg_credit *credit = cg_credit_open(true);
    const char *const first[] = {ASK,
                                 GRANT,
                                 "DF 2318=2|2319=U|2320=0|2321=0|2324=10.00|"
                                 "15=USD|1670=L",
                                 "DG 2318=2|2319=U|2325=0|2327=10.00",
                                 "DF 2318=3|2319=U|2320=1|2324=10.00",
                                 "DG 2318=3|2319=U|2320=1|2325=4"};
    const char *const other[] = {"DF 2318=4|2319=V|2320=0|2321=0|2324=5.00|"
                                 "15=USD|1670=L",
                                 "DG 2318=4|2319=V|2325=0|2327=5.00"};
    const struct {
        const char *id;
        int left;
        int open;
        const char *granted;
    } steps[] = {
        {"T-1", 0, 1, "110.00"},
        {"T-2", 0, 2, "115.00"}, /* another case */
        {"T-1", 1, 1, "15.00"},
        {"T-2", 2, 0, "10.00"},
    };

    (void)state;
    for (int i = 0; i < 4; i++) {
        json_t *result;
        const json_t *row;

        assert_true(cg_credit_attempt(credit, cg_slice_str(steps[i].id)));
        if (i == 0) {
            say(credit, first, 6);
        } else if (i == 1) {
            say(credit, other, 2);
        }
        result = cg_credit_json(credit, NOW);
        row = json_array_get(json_object_get(result, "rows"), 0);
        assert_int_equal(json_integer_value(json_object_get(result, "left")),
                         steps[i].left);
        assert_int_equal(json_integer_value(json_object_get(result, "open")),
                         steps[i].open);
        assert_string_equal(json_string_value(json_object_get(row, "granted")),
                            steps[i].granted);
        json_decref(result);
    }
    cg_credit_close(credit);
}

/* Messages that no dictionary has: nothing is made of them. */
static void test_credit_of_strange_messages(void **state)
{
    static const char *const messages[] = {
        "",
        "35=DF",
        "35=DG",
        "35",
        "=DF\001",
        "35=DF\0012318\001",
        "35=DF\0012318=\0012319=T\001",
        "35=DF\0012322=9\001",
        "35=DG\0012318=9\0012325=4\001",
        "35=DG\0012318=9\0012319=Z\0012325=4\001",
        "35=DG\0012318=9\0012319=Z\0012325=2\001",
        "35=DG\0012319=Z\001",
        "123456789012=1\00135=DG\0012318=1\001",
        "35=CM\0011670=L\001",
        "35=CM\0011766=7.00\001",
        "35=CM\0011670=L\0011766=x\001",
        "35=CM\0011670=L\0011766=-1.00\001",
        "35=CR\0011670=L\0011766=",
        "35=D\00111=A\001",
    };
    struct cg_credit *credit = cg_credit_open(true);
    json_t *result;

    (void)state;
    for (size_t i = 0; i < sizeof(messages) / sizeof(messages[0]); i++) {
        for (int from_hub = 0; from_hub < 2; from_hub++) {
            assert_true(cg_credit_message(credit, from_hub == 1,
                                          cg_slice_str(messages[i]), NOW));
        }
    }
    result = cg_credit_json(credit, NOW);
    assert_int_equal(json_integer_value(json_object_get(result, "tokens")), 0);
    assert_int_equal(json_integer_value(json_object_get(result, "unasked")), 0);
    assert_int_equal(json_array_size(json_object_get(result, "rows")), 0);
    json_decref(result);
    cg_credit_close(credit);
    cg_credit_close(NULL);
}

/* Amounts below nothing are none, and those beyond all sums are cut to one that
 * sums can hold: the two sides differ all the same. */
static void test_credit_of_impossible_amounts(void **state)
{
#define HUGE "922337203685477.5807"
#define CUT "879609302.2207"
    (void)state;
    CHECK(false, true, "100.00 0.00 0.00 0.00 0.00 100.00",
          "100.00 0.00 0.00 0.00 0.00 100.00", ASK,
          "DG 2318=1|2319=T|2325=0|2327=-5.00");
    CHECK(false, true, "100.00 0.00 0.00 0.00 0.00 100.00",
          "100.00 0.00 0.00 0.00 0.00 100.00", ASK,
          "DG 2318=1|2319=T|2325=0|2327=-5.00|2324=much");
    CHECK(false, true, CUT " 0.00 0.00 0.00 0.00 " CUT,
          CUT " 0.00 0.00 0.00 0.00 " CUT, ASK,
          "DG 2318=1|2319=T|2325=0|2327=" HUGE);
    CHECK(true, true, "100.00 879609202.2207 " CUT " 0.00 0.00 0.00",
          "100.00 879609202.2207 " CUT " 0.00 0.00 0.00", ASK, GRANT,
          "DF 2318=2|2319=T|2320=0|2321=1|2324=" HUGE,
          "DG 2318=2|2319=T|2325=0");
}

/* A grant behind a trade, an end that the hub says by itself, a cancel of what
 * it does not know; other currencies and limits without a name. */
static void test_credit_out_of_order(void **state)
{
    (void)state;
    CHECK(false, true, "100.00 0.00 60.00 0.00 0.00 40.00",
          "100.00 0.00 60.00 0.00 0.00 40.00", ASK, GRANT,
          "DF 2318=2|2319=T|2320=0|2321=1|2324=60.00|15=DOLLAR",
          "DG 2318=2|2319=T|2325=0", GRANT);
    CHECK(true, true, "100.00 0.00 0.00 100.00 0.00 0.00",
          "100.00 0.00 0.00 100.00 0.00 0.00", ASK, GRANT, "DG 2319=T|2325=4");
    CHECK(true, true, "100.00 0.00 0.00 100.00 0.00 0.00",
          "100.00 0.00 0.00 100.00 0.00 0.00", ASK, GRANT,
          "DF 2318=2|2319=T|2320=1|2321=0|2324=100.00",
          "DG 2318=2|2319=T|2325=2");
    CHECK(false, true, "100.00 0.00 0.00 0.00 0.00 100.00",
          "100.00 0.00 0.00 0.00 0.00 100.00", ASK, GRANT,
          "DF 2318=2|2319=T|2320=2|2321=0|2324=200.00",
          "DG 2318=2|2319=T|2325=2", "DG 2319=T|2325=2");
    CHECK(false, true, "5.00 0.00 0.00 0.00 0.00 5.00",
          "5.00 0.00 0.00 0.00 0.00 5.00",
          "DF 2318=1|2319=T|2320=0|2321=0|2324=5.00",
          "DG 2318=1|2319=T|2325=1|2327=5.00|126=soon");
    CHECK(false, false, "150.00 0.00 0.00 50.00 0.00 100.00",
          "150.00 0.00 0.00 0.00 0.00 150.00", ASK, GRANT,
          "DF 2318=2|2319=T|2320=2|2321=0|2324=150.00",
          "DG 2318=2|2319=T|2325=0|2327=150.00",
          "DF 2318=3|2319=T|2320=2|2321=0|2324=100.00",
          "DG 2318=9|2319=T|2325=2");
}

/* The hub's figure of use is not compared when the kit plays it, and when it
 * said none behind the last trade. */
static void test_credit_beside_no_use(void **state)
{
    static const char *const lines[] = {
        ASK, GRANT, "CM 1670=L|1766=7.00|1530=12|1670=M|1766=0.00",
        "DF 2318=2|2319=T|2320=1|2321=1|2324=1.00"};

    (void)state;
    for (size_t count = 2; count <= 4; count++) {
        for (int peer = 0; peer < 2; peer++) {
            struct cg_credit *credit = cg_credit_open(peer == 1);
            json_t *result;
            const json_t *row;

            say(credit, lines, count);
            result = cg_credit_json(credit, NOW);
            row = json_array_get(json_object_get(result, "rows"), 0);
            assert_int_equal(
                json_is_true(json_object_get(row, "peer_use_agrees")),
                peer == 1 && count == 3);
            assert_int_equal(
                json_is_null(json_object_get(row, "peer_use_agrees")),
                peer == 0 || count != 3);
            assert_int_equal(
                json_is_null(json_object_get(row, "peer_used_after")),
                count == 2);
            assert_int_equal(json_array_size(json_object_get(result, "rows")),
                             1);
            json_decref(result);
            cg_credit_close(credit);
        }
    }
}

/* Text of a wire need not be text. */
static void test_credit_of_bytes_that_are_no_text(void **state)
{
    struct cg_credit *credit = cg_credit_open(true);
    const char *const lines[] = {
        "DF 2318=1|2319=\xff|2320=0|2321=0|2324=5.00|15=\xff\xff\xff|1670=\xfe",
        "DG 2318=1|2319=\xff|2325=0|2327=5.00"};
    json_t *result;
    const json_t *row;

    (void)state;
    say(credit, lines, 2);
    result = cg_credit_json(credit, NOW);
    row = json_array_get(json_object_get(result, "rows"), 0);
    assert_string_equal(json_string_value(json_object_get(row, "currency")),
                        "\\xFF\\xFF\\xFF");
    assert_string_equal(json_string_value(json_object_get(row, "limit")),
                        "\\xFE");
    json_decref(result);
    cg_credit_close(credit);
}

/* --- no memory ------------------------------------------------------------ */

/* What is kept is all, or somebody is told that it is not. */
static bool credit_again(void)
{
    static const char *const lines[] = {
        "DF 2318=1|2319=T|2320=0|2321=0|2324=100.00|15=USD|1670=L",
        "DG 2318=1|2319=T|2325=0|2327=100.00",
        "DF 2318=2|2319=U|2320=0|2321=0|2324=10.00|15=USD|1670=M",
        "DG 2318=2|2319=U|2325=0|2327=10.00",
        "CM 1670=N|1766=7.00",
    };
    struct cg_credit *credit = cg_credit_open(true);
    json_t *result = NULL;
    bool good = credit != NULL && cg_credit_attempt(credit, CG_SLICE("T-1"));

    for (size_t i = 0; good && i < sizeof(lines) / sizeof(lines[0]); i++) {
        char bytes[256];
        int len = snprintf(bytes, sizeof(bytes), "35=%.2s|%s|", lines[i],
                           lines[i] + 3);

        for (int j = 0; j < len; j++) {
            bytes[j] = bytes[j] == '|' ? '\001' : bytes[j];
        }
        good = cg_credit_message(credit, i % 2 == 1 || i == 4,
                                 (struct cg_slice){bytes, (size_t)len}, NOW);
    }
    if (good) {
        result = cg_credit_json(credit, NOW);
    }
    if (result != NULL) {
        const json_t *rows = json_object_get(result, "rows");

        assert_int_equal(json_array_size(rows), 2);
        for (size_t i = 0; i < 2; i++) {
            const json_t *row = json_array_get(rows, i);

            assert_int_equal(json_object_size(row), 13);
            assert_int_equal(json_object_size(json_object_get(row, "hub")), 6);
        }
        assert_int_equal(
            json_array_size(json_object_get(result, "open_tokens")), 2);
    }
    good = result != NULL;
    json_decref(result);
    cg_credit_close(credit);
    return good;
}

static void test_credit_no_memory(void **state)
{
    (void)state;
    for (int i = 0; i < 2; i++) {
        for_good = i == 1;
        for (long n = 1;; n++) {
            bool good;

            failures = 0;
            countdown = n;
            good = credit_again();
            countdown = -1;
            if (failures == 0) {
                assert_true(good);
                assert_true(n > 50);
                break;
            }
            /* What is made all the same is whole. */
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_credit_of_repeated_attempts),
        cmocka_unit_test(test_credit_given_back),
        cmocka_unit_test(test_credit_used_and_busted),
        cmocka_unit_test(test_credit_raised_lowered_overrun),
        cmocka_unit_test(test_credit_raise_confirmed_after_its_return),
        cmocka_unit_test(test_credit_that_nobody_saw),
        cmocka_unit_test(test_credit_granted_after_its_return),
        cmocka_unit_test(test_credit_granted_again_after_its_return),
        cmocka_unit_test(test_credit_lapses),
        cmocka_unit_test(test_credit_by_chain),
        cmocka_unit_test(test_credit_lost_is_found),
        cmocka_unit_test(test_credit_beside_the_use),
        cmocka_unit_test(test_credit_nobody_asked_for),
        cmocka_unit_test(test_credit_of_strange_messages),
        cmocka_unit_test(test_credit_of_impossible_amounts),
        cmocka_unit_test(test_credit_out_of_order),
        cmocka_unit_test(test_credit_beside_no_use),
        cmocka_unit_test(test_credit_of_bytes_that_are_no_text),
        cmocka_unit_test(test_credit_no_memory),
    };

    json_set_alloc_funcs(malloc, free);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
