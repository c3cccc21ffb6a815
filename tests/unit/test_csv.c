/*
 * Tables of text: what is written is what is read, and each mistake is told
 * with its line and a remedy.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <csv.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

enum { DATE, RATE, TENOR };

static const struct cg_csv_column columns[] = {
    {"date", true}, {"rate_pct", true}, {"tenor", false}};

/* A table being read, and the mistakes so far. */
struct reading {
    struct cg_csv csv;
    struct cg_mistakes mistakes;
    bool good;
};

static void begin_bytes(struct reading *reading, const char *text, size_t len)
{
    *reading = (struct reading){0};
    reading->good = cg_csv_init(&reading->csv, "rates.csv",
                                (struct cg_slice){text, len}, columns, 3,
                                &reading->mistakes);
}

static void begin(struct reading *reading, const char *text)
{
    begin_bytes(reading, text, strlen(text));
}

static void end(struct reading *reading)
{
    cg_csv_deinit(&reading->csv);
    cg_mistakes_deinit(&reading->mistakes);
}

static void expect_row(struct reading *reading,
                       int line,
                       const char *date,
                       const char *rate,
                       const char *tenor)
{
    assert_true(cg_csv_next(&reading->csv));
    assert_int_equal(reading->csv.line, line);
    assert_string_equal(cg_csv_cell(&reading->csv, DATE), date);
    assert_string_equal(cg_csv_cell(&reading->csv, RATE), rate);
    assert_string_equal(cg_csv_cell(&reading->csv, TENOR), tenor);
}

static void expect_end(struct reading *reading)
{
    assert_false(cg_csv_next(&reading->csv));
    assert_int_equal(reading->mistakes.count, 0);
    assert_false(reading->mistakes.no_memory);
    end(reading);
}

static void expect_mistake(const struct reading *reading,
                           size_t i,
                           int line,
                           const char *wrong,
                           const char *remedy)
{
    const struct cg_mistake *mistake;

    assert_true(i < reading->mistakes.count);
    mistake = &reading->mistakes.items[i];
    assert_string_equal(mistake->file, "rates.csv");
    assert_string_equal(mistake->wrong, wrong);
    assert_string_equal(mistake->remedy, remedy);
    assert_int_equal(mistake->line, line);
}

/* The table |text| cannot be begun; its only mistake. */
static void expect_no_table(const char *text,
                            int line,
                            const char *wrong,
                            const char *remedy)
{
    struct reading reading;

    begin(&reading, text);
    assert_false(reading.good);
    expect_mistake(&reading, 0, line, wrong, remedy);
    assert_int_equal(reading.mistakes.count, 1);
    end(&reading);
}

/* The row |row|, in line 2, is a mistake; the row below it is read. */
static void
expect_bad_row(const char *row, const char *wrong, const char *remedy)
{
    struct reading reading;
    char text[256];

    (void)snprintf(text, sizeof(text), "date,rate_pct,tenor\n%s\na,b,c\n", row);
    begin(&reading, text);
    expect_row(&reading, 3, "a", "b", "c");
    expect_mistake(&reading, 0, 2, wrong, remedy);
    assert_int_equal(reading.mistakes.count, 1);
    assert_false(cg_csv_next(&reading.csv));
    end(&reading);
}

static void test_csv_plain_rows_read(void **state)
{
    struct reading reading;

    (void)state;
    begin(&reading, "date,rate_pct,tenor\n2026-01-15,4.1,1Y\n,,\nx,,\n");
    assert_true(reading.good);
    expect_row(&reading, 2, "2026-01-15", "4.1", "1Y");
    expect_row(&reading, 4, "x", "", "");
    expect_end(&reading);
}

/* The header says which cell is what; a column that is not needed may be
 * absent, and notes and sources may be there. */
static void test_csv_columns_in_any_order(void **state)
{
    struct reading reading;

    (void)state;
    begin(&reading, "note,rate_pct,source,date\nn,4.1,s,today\n");
    expect_row(&reading, 2, "today", "4.1", "");
    assert_true(cg_csv_has(&reading.csv, DATE));
    assert_false(cg_csv_has(&reading.csv, TENOR));
    expect_end(&reading);
}

static void test_csv_quotes_taken_off(void **state)
{
    struct reading reading;

    (void)state;
    begin(&reading, "\"date\",rate_pct,tenor\n"
                    "\"a,b\",\"say \"\"hi\"\"\",\"\"\n"
                    "  \" a \" ,\"\"\"\", \" # \"\n"
                    "\"\"\"\"\"\",\",\",x\n");
    expect_row(&reading, 2, "a,b", "say \"hi\"", "");
    expect_row(&reading, 3, "a", "\"", "#");
    expect_row(&reading, 4, "\"\"", ",", "x");
    expect_end(&reading);
}

/* A mark, line ends of other systems, comments, empty lines, blanks, and a last
 * line without its end. */
static void test_csv_other_systems_text_read(void **state)
{
    struct reading reading;

    (void)state;
    begin(&reading, "\xef\xbb\xbf# made by hand\r\n"
                    "\r\n"
                    " date ,\trate_pct, tenor\r\n"
                    "  # and more\r\n"
                    "1 , 2\t,  3\r\n"
                    "\t\r\n"
                    ",,,,,,,\r\n"
                    "4,5,\"6 \xc3\xa9\"");
    expect_row(&reading, 5, "1", "2", "3");
    expect_row(&reading, 8, "4", "5", "6 \xc3\xa9");
    expect_end(&reading);
}

static void test_csv_header_alone_has_no_row(void **state)
{
    struct reading reading;

    (void)state;
    begin(&reading, "date,rate_pct");
    assert_true(reading.good);
    expect_end(&reading);
}

static void test_csv_empty_file_refused(void **state)
{
    static const char *const texts[] = {"", "\n\n", "\xef\xbb\xbf", "# a\n",
                                        " \t\r\n,,,\n"};

    (void)state;
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        expect_no_table(texts[i], 0, "the file is empty",
                        "begin the table with date,rate_pct");
    }
}

static void test_csv_bad_header_refused(void **state)
{
    (void)state;
    expect_no_table("date,rate_pct,Tenor\n", 1,
                    "'Tenor' is no column of this table",
                    "did you mean tenor?");
    expect_no_table("date,rate_pct,colour\n", 1,
                    "'colour' is no column of this table",
                    "the columns are date,rate_pct,tenor");
    expect_no_table("date,rate_pct,\n", 1, "a column of the header has no name",
                    "name it, or remove the comma too many");
    expect_no_table("date,tenor,rate_pct,date\n", 1,
                    "the column date comes twice", "remove one of the two");
    expect_no_table("date,note,rate_pct,note\n", 1,
                    "the column note comes twice", "remove one of the two");
    expect_no_table("\n\ndate\n", 3, "the column rate_pct is missing",
                    "begin the table with date,rate_pct");
}

/* A needed column that is misspelt is missing and unknown: both are told. */
static void test_csv_misspelt_header_told_twice(void **state)
{
    struct reading reading;

    (void)state;
    begin(&reading, "date,rate_pc\n");
    assert_false(reading.good);
    expect_mistake(&reading, 0, 1, "'rate_pc' is no column of this table",
                   "did you mean rate_pct?");
    expect_mistake(&reading, 1, 1, "the column rate_pct is missing",
                   "begin the table with date,rate_pct");
    end(&reading);
}

static void test_csv_other_separator_named(void **state)
{
    struct reading reading;

    (void)state;
    begin(&reading, "date;rate_pct;tenor\n");
    assert_false(reading.good);
    expect_mistake(&reading, 0, 1, "'date;rate_pct;tenor' is no column",
                   "write commas between the cells");
    end(&reading);
}

static void test_csv_too_many_columns_refused(void **state)
{
    struct reading reading;
    char text[256] = "date,rate_pct";

    (void)state;
    for (int i = 0; i < CG_CSV_COLUMNS_MAX - 1; i++) {
        memcpy(text + 13 + i * 2, ",x", 3);
    }
    begin(&reading, text);
    assert_false(reading.good);
    expect_mistake(&reading, 0, 1, "the header has 33 columns, more than 32",
                   "remove some, or check the line");
    assert_int_equal(reading.mistakes.count, 1);
    end(&reading);
}

/* A row is taken whole or not at all; the rows below it are read. */
static void test_csv_bad_row_passed_over(void **state)
{
    static const char quotes[] = "put quotes around the whole cell, and write "
                                 "quotes in it twice";
    static const char cells[] = "write a cell for each column of the header";
    char wide[128];

    (void)state;
    expect_bad_row("1,2", "the row has 2 cells, the header 3", cells);
    expect_bad_row("1", "the row has 1 cells, the header 3", cells);
    expect_bad_row("1,2,3,", "the row has 4 cells, the header 3", cells);
    memset(wide, ',', 99);
    memcpy(wide + 99, "x", 2);
    expect_bad_row(wide, "the row has 100 cells, the header 3", cells);
    expect_bad_row("1,\"2,3", "a quote is not closed in its line", quotes);
    expect_bad_row("1,2,\"", "a quote is not closed in its line", quotes);
    expect_bad_row("1,2,\"\"\"", "a quote is not closed in its line", quotes);
    expect_bad_row("1,\"2\"x,3", "there is text behind a closing quote",
                   quotes);
    expect_bad_row("1,2\",3", "a quote stands inside a cell", quotes);
    expect_bad_row("1,2\x01,3", "the line holds a control character, 0x01",
                   "remove it, or write the line again");
    expect_bad_row("1,2\r3,3", "the line holds a control character, 0x0d",
                   "remove it, or write the line again");
}

static void test_csv_long_lines_refused(void **state)
{
    struct reading reading;
    char *text = malloc(CG_LINE_MAX + 64);

    (void)state;
    assert_non_null(text);
    for (int more = 0; more <= 1; more++) {
        int head = snprintf(text, 64, "date,rate_pct\n");

        memset(text + head, 'x', (size_t)(CG_LINE_MAX + more));
        text[head + 1] = ',';
        text[head + CG_LINE_MAX + more] = '\0';
        begin(&reading, text);
        assert_true(cg_csv_next(&reading.csv) == (more == 0));
        assert_int_equal(reading.mistakes.count, more);
        end(&reading);
    }
    free(text);
}

static void test_csv_bytes_that_are_no_text_refused(void **state)
{
    struct reading reading;

    (void)state;
    expect_no_table("date,rate_pct\n1,\xff\n", 2, "byte 0xff is not UTF-8 text",
                    "save the file as UTF-8");
    begin_bytes(&reading, "date,rate_pct\n1,\0", 17);
    assert_false(reading.good);
    expect_mistake(&reading, 0, 2,
                   "there is a NUL byte: this is not a text file",
                   "save it as plain text in UTF-8");
    end(&reading);
}

/* The reader's own mistakes carry the line of the row. */
static void test_csv_mistake_names_the_row(void **state)
{
    struct reading reading;

    (void)state;
    begin(&reading, "# c\ndate,rate_pct\n\n1,2\n");
    assert_true(cg_csv_next(&reading.csv));
    cg_csv_mistake(&reading.csv, "write a percentage", "%s is no rate",
                   cg_csv_cell(&reading.csv, RATE));
    expect_mistake(&reading, 0, 4, "2 is no rate", "write a percentage");
    end(&reading);
}

/* Any bytes: no crash, and mistakes with lines that are there. */
static void test_csv_random_bytes_read_safely(void **state)
{
    static const char alphabet[] =
        "date,rate_pct\n\n,,\"\"\"#\r\t x\xc3\xa9\x01";
    uint64_t seed = 2463534242u;

    (void)state;
    for (int i = 0; i < 20000; i++) {
        struct reading reading;
        char text[128] = "date,rate_pct\n";
        size_t from = i % 2 == 0 ? 14 : 0;
        size_t len = from + (size_t)(i % 100);

        for (size_t at = from; at < len; at++) {
            seed ^= seed << 13;
            seed ^= seed >> 7;
            seed ^= seed << 17;
            text[at] = alphabet[seed % (sizeof(alphabet) - 1)];
        }
        begin_bytes(&reading, text, len);
        while (reading.good && cg_csv_next(&reading.csv)) {
            assert_true(strlen(cg_csv_cell(&reading.csv, DATE)) < len);
            assert_true(strlen(cg_csv_cell(&reading.csv, RATE)) < len);
        }
        for (size_t j = 0; j < reading.mistakes.count; j++) {
            assert_in_range(reading.mistakes.items[j].line, 0, len + 1);
        }
        end(&reading);
    }
}

/* --- files ---------------------------------------------------------------- */

static void test_lines_file_opened_or_told(void **state)
{
    char path[] = "/tmp/creditgate-lines-XXXXXX";
    int file = mkstemp(path);
    struct cg_mistakes mistakes = {0};
    struct cg_lines lines;

    (void)state;
    assert_true(file >= 0);
    assert_int_equal(write(file, "a\n b \n", 6), 6);
    assert_int_equal(close(file), 0);
    assert_true(cg_lines_open(&lines, path, &mistakes));
    assert_int_equal(lines.len, 6);
    assert_memory_equal(lines.text, "a\n b \n", 6);
    assert_string_equal(cg_lines_next(&lines, &mistakes), "a");
    assert_string_equal(cg_lines_next(&lines, &mistakes), "b");
    assert_null(cg_lines_next(&lines, &mistakes));
    cg_lines_deinit(&lines);
    assert_int_equal(unlink(path), 0);
    assert_false(cg_lines_open(&lines, path, &mistakes));
    assert_string_equal(mistakes.items[0].wrong,
                        "the file cannot be read: No such file or directory");
    assert_int_equal(mistakes.items[0].line, 0);
    cg_lines_deinit(&lines);
    assert_false(cg_lines_open(&lines, "/tmp", &mistakes));
    assert_string_equal(mistakes.items[1].wrong,
                        "the file cannot be read: Is a directory");
    cg_lines_deinit(&lines);
    cg_mistakes_deinit(&mistakes);
}

/* What is no plain file is refused at once: to open a pipe that nobody writes
 * to, or to read one that nobody closes, would wait for ever. */
static void test_lines_of_no_plain_file_are_refused(void **state)
{
    struct cg_mistakes mistakes = {0};
    struct cg_lines lines;
    char path[] = "/tmp/cg-test-csv-XXXXXX";

    (void)state;
    assert_non_null(mkdtemp(path));
    assert_int_equal(rmdir(path), 0);
    assert_int_equal(mkfifo(path, 0600), 0);
    assert_false(cg_lines_open(&lines, path, &mistakes));
    assert_string_equal(mistakes.items[0].wrong, "it is a pipe, not a file");
    assert_string_equal(mistakes.items[0].remedy, "name a plain file");
    cg_lines_deinit(&lines);
    int writer = open(path, O_RDWR | O_NONBLOCK);
    assert_true(writer >= 0);
    assert_false(cg_lines_open(&lines, path, &mistakes));
    assert_string_equal(mistakes.items[1].wrong, "it is a pipe, not a file");
    cg_lines_deinit(&lines);
    close(writer);
    assert_int_equal(unlink(path), 0);
    assert_false(cg_lines_open(&lines, "/dev/null", &mistakes));
    assert_string_equal(mistakes.items[2].wrong, "it is a device, not a file");
    cg_lines_deinit(&lines);
    cg_mistakes_deinit(&mistakes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_lines_of_no_plain_file_are_refused),
        cmocka_unit_test(test_csv_plain_rows_read),
        cmocka_unit_test(test_csv_columns_in_any_order),
        cmocka_unit_test(test_csv_quotes_taken_off),
        cmocka_unit_test(test_csv_other_systems_text_read),
        cmocka_unit_test(test_csv_header_alone_has_no_row),
        cmocka_unit_test(test_csv_empty_file_refused),
        cmocka_unit_test(test_csv_bad_header_refused),
        cmocka_unit_test(test_csv_misspelt_header_told_twice),
        cmocka_unit_test(test_csv_other_separator_named),
        cmocka_unit_test(test_csv_too_many_columns_refused),
        cmocka_unit_test(test_csv_bad_row_passed_over),
        cmocka_unit_test(test_csv_long_lines_refused),
        cmocka_unit_test(test_csv_bytes_that_are_no_text_refused),
        cmocka_unit_test(test_csv_mistake_names_the_row),
        cmocka_unit_test(test_csv_random_bytes_read_safely),
        cmocka_unit_test(test_lines_file_opened_or_told),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
