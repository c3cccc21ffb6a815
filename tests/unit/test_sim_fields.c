/*
 * The simulators' own reader and writer of fields.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>
#include <sim_port.h>

static struct cg_slice soh(struct sim_body *body, const char *piped)
{
    sim_body_clear(body);
    assert_true(sim_body_piped(body, piped));
    return sim_body_slice(body);
}

static void expect_number(const char *text, int digits, int64_t expected)
{
    int64_t value = -1;
    assert_true(sim_number_read(cg_slice_str(text), digits, &value));
    assert_int_equal(value, expected);
}

static void test_sim_fields_numbers_read_exactly(void **state)
{
    (void)state;
    expect_number("45200.00", 4, 452000000);
    expect_number("45200", 4, 452000000);
    expect_number("0.0001", 4, 1);
    expect_number("-1.5", 4, -15000);
    expect_number("50000000.0", 0, 50000000);
    expect_number(".5", 1, 5);
}

static void test_sim_fields_bad_numbers_refused(void **state)
{
    static const char *const bad[] = {"",
                                      "-",
                                      ".",
                                      "1e5",
                                      "1.00001",
                                      "+1",
                                      " 1",
                                      "1.2.3",
                                      "abc",
                                      "99999999999999999999",
                                      "922337203685477580.8",
                                      "92233720368547758080"};
    int64_t value;
    (void)state;
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        if (sim_number_read(cg_slice_str(bad[i]), 4, &value)) {
            fail_msg("'%s' was read", bad[i]);
        }
    }
}

static void test_sim_fields_numbers_written_and_read_back(void **state)
{
    char buf[SIM_NUMBER_MAX];
    (void)state;
    assert_string_equal(sim_number_write(452000000, 4, 2, buf), "45200.00");
    assert_string_equal(sim_number_write(452000001, 4, 2, buf), "45200.0001");
    assert_string_equal(sim_number_write(-15000, 4, 2, buf), "-1.50");
    assert_string_equal(sim_number_write(371525000, 8, 0, buf), "3.71525");
    assert_string_equal(sim_number_write(500000000, 8, 0, buf), "5");
    assert_string_equal(sim_number_write(0, 0, 0, buf), "0");
    assert_string_equal(sim_number_write(INT64_MIN, 0, 0, buf),
                        "-9223372036854775808");
}

/* A data field may hold a SOH: its length field says where it ends. */
static void test_sim_fields_data_with_soh_stays_whole(void **state)
{
    static const char bytes[] = "95=5\x01"
                                "96=a\x01"
                                "1=b\x01"
                                "55=X\x01";
    struct cg_slice fields = {bytes, sizeof(bytes) - 1};
    (void)state;
    assert_int_equal(sim_field_find(fields, 96).len, 5);
    assert_null(sim_field_find(fields, 1).data);
    assert_true(cg_slice_is(sim_field_find(fields, 55), "X"));
}

/* A length that is not its field's is passed over; so is one that is none. */
static void test_sim_fields_wrong_data_length(void **state)
{
    static const char *const rows[] = {"95=2|96=abc|55=X", "95=900|96=abc|55=X",
                                       "95=x|96=abc|55=X", "95=-1|96=abc|55=X",
                                       "95=3|55=X|96=abc"};
    struct sim_body body = {0};
    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct cg_slice fields = soh(&body, rows[i]);
        assert_true(cg_slice_is(sim_field_find(fields, 96), "abc"));
        assert_true(cg_slice_is(sim_field_find(fields, 55), "X"));
    }
    sim_body_deinit(&body);
}

/* Tags that are none end the reading, too. */
static void test_sim_fields_wrong_tags_end_reading(void **state)
{
    static const char *const rows[] = {
        "=A\x01",  "x=A\x01",          "1x=A\x01", "11\x01",
        "0=A\x01", "1234567890=A\x01", "1:=A\x01", "11"};
    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        char bytes[64];
        int len = snprintf(bytes, sizeof(bytes), "55=X\x01%s54=1\x01", rows[i]);
        struct cg_slice fields = {bytes, (size_t)len};
        assert_true(cg_slice_is(sim_field_find(fields, 55), "X"));
        assert_null(sim_field_find(fields, 54).data);
    }
}

/* What is no plain text is written as \\xHH, and read back from it. */
static void test_sim_fields_piped_and_back(void **state)
{
    static const struct {
        const char *piped;
        const char *value;
        const char *again; /* NULL: as |piped| */
    } rows[] = {
        {"58=a\\x7cb\\x5c\\x0a\\x7f|", "a|b\\\n\x7f", NULL},
        {"58=\\xab|", "\xab", "58=\xab|"},
        {"58=\\xaB|", "\\xaB", "58=\\x5cxaB|"},
        {"58=\\xg0|", "\\xg0", "58=\\x5cxg0|"},
        {"58=\\x:0|", "\\x:0", "58=\\x5cx:0|"},
        {"58=\\y00|", "\\y00", "58=\\x5cy00|"},
        {"58=\\x0|", "\\x0", "58=\\x5cx0|"},
        {"58=|", "", NULL},
    };
    struct sim_body body = {0};
    char *text;
    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct cg_slice fields = soh(&body, rows[i].piped);
        assert_true(cg_slice_is(sim_field_find(fields, 58), rows[i].value));
        text = sim_piped(fields);
        assert_string_equal(text, rows[i].again != NULL ? rows[i].again
                                                        : rows[i].piped);
        free(text);
    }
    sim_body_deinit(&body);
    /* What is left when fields end is written, too. */
    text = sim_piped(CG_SLICE("11=A\x01gar\x01"));
    assert_string_equal(text, "11=A|gar\\x01");
    free(text);
    text = sim_piped((struct cg_slice){NULL, 0});
    assert_string_equal(text, "");
    free(text);
}

/* Half a field is no field, and ends the reading. */
static void test_sim_fields_truncation_ends_reading(void **state)
{
    static const char bytes[] = "11=A\x01"
                                "55=X\x01"
                                "54=1";
    (void)state;
    for (size_t len = 0; len < sizeof(bytes) - 1; len++) {
        struct cg_slice fields = {bytes, len};
        assert_null(sim_field_find(fields, 54).data);
        assert_int_equal(sim_field_find(fields, 55).data != NULL, len >= 10);
    }
}

static void test_sim_fields_party_found_by_role(void **state)
{
    struct sim_body body = {0};
    struct cg_slice fields = soh(
        &body, "11=A|453=3|448=FCM1|447=D|452=4|448=ACME|447=D|452=24|"
               "802=1|523=sub|803=2|448=T|447=D|452=36|55=X");
    struct sim_body others = {0};
    (void)state;
    assert_true(cg_slice_is(sim_field_party(fields, 4), "FCM1"));
    assert_true(cg_slice_is(sim_field_party(fields, 24), "ACME"));
    assert_true(cg_slice_is(sim_field_party(fields, 36), "T"));
    assert_null(sim_field_party(fields, 1).data);
    sim_body_deinit(&body);
    fields = soh(&others, "448=F|452=4|453=1|448=F|447=D|452=x|55=X");
    assert_null(sim_field_party(fields, 4).data);
    sim_body_deinit(&others);
}

static void test_sim_fields_text_that_is_no_field_refused(void **state)
{
    struct sim_body body = {0};
    (void)state;
    assert_false(sim_body_piped(&body, "55"));
    assert_false(sim_body_piped(&body, "x=1"));
    assert_false(sim_body_piped(&body, "55=X||54=1"));
    sim_body_deinit(&body);
}

/* Kept messages leave in the order they came, whatever their delays. */
static void test_sim_inbox_keeps_order(void **state)
{
    struct sim_inbox inbox = {0};
    struct sim_kept kept;
    struct sim_message late = {.type = "D", .body = CG_SLICE("1")};
    struct sim_message soon = {.type = "F", .body = CG_SLICE("2")};
    (void)state;
    sim_inbox_keep(&inbox, NULL, 500, &late);
    sim_inbox_keep(&inbox, NULL, 100, &soon);
    assert_int_equal(sim_inbox_due(&inbox), 500);
    assert_false(sim_inbox_take(&inbox, 499, &kept));
    assert_true(sim_inbox_take(&inbox, 500, &kept));
    assert_string_equal(kept.type, "D");
    sim_kept_deinit(&kept);
    assert_true(sim_inbox_take(&inbox, 500, &kept));
    assert_string_equal(kept.type, "F");
    sim_kept_deinit(&kept);
    assert_int_equal(sim_inbox_due(&inbox), SIM_NEVER);
    assert_false(sim_inbox_take(&inbox, SIM_NEVER, &kept));
    sim_inbox_deinit(&inbox);
}

static void test_sim_index_finds_all_after_growth(void **state)
{
    struct sim_index index = {0};
    (void)state;
    assert_int_equal(sim_index_get(&index, CG_SLICE("1")), SIM_NONE);
    for (size_t i = 0; i < 1000; i++) {
        char key[SIM_NUMBER_MAX];
        sim_number_write((int64_t)i, 0, 0, key);
        sim_index_set(&index, cg_slice_str(key), i);
    }
    for (size_t i = 0; i < 1000; i++) {
        char key[SIM_NUMBER_MAX];
        sim_number_write((int64_t)i, 0, 0, key);
        assert_int_equal(sim_index_get(&index, cg_slice_str(key)), i);
    }
    assert_int_equal(sim_index_get(&index, CG_SLICE("1000")), SIM_NONE);
    sim_index_deinit(&index);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sim_fields_numbers_read_exactly),
        cmocka_unit_test(test_sim_fields_bad_numbers_refused),
        cmocka_unit_test(test_sim_fields_numbers_written_and_read_back),
        cmocka_unit_test(test_sim_fields_data_with_soh_stays_whole),
        cmocka_unit_test(test_sim_fields_wrong_data_length),
        cmocka_unit_test(test_sim_fields_wrong_tags_end_reading),
        cmocka_unit_test(test_sim_fields_piped_and_back),
        cmocka_unit_test(test_sim_fields_truncation_ends_reading),
        cmocka_unit_test(test_sim_fields_party_found_by_role),
        cmocka_unit_test(test_sim_fields_text_that_is_no_field_refused),
        cmocka_unit_test(test_sim_inbox_keeps_order),
        cmocka_unit_test(test_sim_index_finds_all_after_growth),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
