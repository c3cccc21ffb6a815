/*
 * The writer: exact bytes, never past the end, never a field cut in half.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "fix_writer.h"
#include "test_fix_text.h"

#define BYTES_MAX 256

static void write_all(struct cg_fix_writer *writer)
{
    cg_fix_put_str(writer, 11, "C1");
    cg_fix_put(writer, 448, CG_SLICE("ACME"));
    cg_fix_put_char(writer, 54, '1');
    cg_fix_put_int(writer, 38, 50000000);
    cg_fix_put_int(writer, 99, INT64_MIN);
    cg_fix_put_int(writer, 98, INT64_MAX);
    cg_fix_put_int(writer, 97, 0);
    cg_fix_put_bool(writer, 43, true);
    cg_fix_put_time(writer, 60, INT64_C(1767348000123456789));
    cg_fix_put_data(writer, 95, 96, (struct cg_slice){"a\001b", 3});
    cg_fix_put_raw(writer, CG_SLICE("5001=x\0015002=y\001"));
}

static const char all[] = "11=C1\001448=ACME\00154=1\00138=50000000\001"
                          "99=-9223372036854775808\001"
                          "98=9223372036854775807\00197=0\00143=Y\001"
                          "60=20260102-10:00:00.123\00195=3\00196=a\001b\001"
                          "5001=x\0015002=y\001";

static void test_fix_writer_each_kind_exact_bytes(void **state)
{
    char bytes[BYTES_MAX];
    struct cg_fix_writer writer = cg_fix_writer_over(bytes, sizeof bytes);

    (void)state;
    write_all(&writer);
    assert_false(writer.full);
    assert_int_equal(writer.len, sizeof all - 1);
    assert_memory_equal(bytes, all, sizeof all - 1);
}

/* With every smaller buffer: marked full, whole fields only, nothing after. */
static void test_fix_writer_every_capacity_stays_inside(void **state)
{
    (void)state;
    for (size_t cap = 0; cap < sizeof all - 1; cap++) {
        char bytes[BYTES_MAX];
        struct cg_fix_writer writer = cg_fix_writer_over(bytes, cap);
        memset(bytes, '#', sizeof bytes);
        write_all(&writer);
        assert_true(writer.full);
        assert_true(writer.len <= cap);
        assert_memory_equal(bytes, all, writer.len);
        if (writer.len > 0)
            assert_int_equal(bytes[writer.len - 1], '\001');
        for (size_t i = cap; i < sizeof bytes; i++)
            assert_int_equal(bytes[i], '#');
    }
}

/* No value can smuggle a field in. */
static void test_fix_writer_soh_in_value_refused(void **state)
{
    char bytes[BYTES_MAX];
    struct cg_fix_writer writer = cg_fix_writer_over(bytes, sizeof bytes);

    (void)state;
    cg_fix_put_str(&writer, 58, "text\00154=2");
    assert_true(writer.full);
    assert_int_equal(writer.len, 0);
    cg_fix_put_str(&writer, 58, "later");
    assert_int_equal(writer.len, 0);
}

static void test_fix_writer_empty_value_writes_nothing(void **state)
{
    char bytes[BYTES_MAX];
    struct cg_fix_writer writer = cg_fix_writer_over(bytes, sizeof bytes);

    (void)state;
    cg_fix_put_str(&writer, 58, "");
    cg_fix_put_str(&writer, 58, NULL);
    cg_fix_put(&writer, 58, (struct cg_slice){NULL, 0});
    cg_fix_put_data(&writer, 95, 96, (struct cg_slice){NULL, 0});
    cg_fix_put_raw(&writer, (struct cg_slice){NULL, 0});
    assert_false(writer.full);
    assert_int_equal(writer.len, 0);
}

/* A sealed message reads, on every version. */
static void test_fix_seal_each_version_reads_back(void **state)
{
    const struct cg_slice header = CG_SLICE("49=A\00156=B\00134=2\001");
    const struct cg_slice body = CG_SLICE("11=C1\00158=t\001");

    (void)state;
    for (int v = 0; v < CG_VERSIONS; v++) {
        enum cg_version version = (enum cg_version)v;
        struct cg_fix_message message;
        struct cg_slice value;
        char bytes[BYTES_MAX];
        size_t len = cg_fix_seal(bytes, sizeof bytes, version, CG_SLICE("D"),
                                 header, body);
        assert_true(len > 0);
        assert_int_equal(cg_fix_read(&message, version, bytes, len), 0);
        assert_true(cg_fix_find(&message, 11, &value));
        assert_true(cg_slice_is(value, "C1"));
        for (size_t cap = 0; cap < len; cap++)
            assert_int_equal(
                cg_fix_seal(bytes, cap, version, CG_SLICE("D"), header, body),
                0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_fix_writer_each_kind_exact_bytes),
        cmocka_unit_test(test_fix_writer_every_capacity_stays_inside),
        cmocka_unit_test(test_fix_writer_soh_in_value_refused),
        cmocka_unit_test(test_fix_writer_empty_value_writes_nothing),
        cmocka_unit_test(test_fix_seal_each_version_reads_back),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
