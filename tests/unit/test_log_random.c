/*
 * Good logs, damaged by lot: nothing crashes, each message that comes out is
 * one, and each that was not damaged comes out, in order and at its time.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "log_harness.h"
#include "sanitized.h"

/* Fewer under a sanitizer. */
#define ROUNDS (SANITIZED ? 600u : 2500u)
#define LARGE_ROUNDS (SANITIZED ? 1u : 4u)
#define CELLS_MAX 1500000

/* A byte of a log, and which of which line it was. */
struct cell {
    char c;
    bool changed;
    int32_t line; /* -1: of none */
    uint32_t at;
};

/* A line of the log before the damage. */
struct line {
    uint32_t first, end;           /* its message, within the line */
    uint32_t message, message_len; /* with SOHs, in |messages| */
    cg_time time;
};

static struct cell cells[CELLS_MAX + 4096];
static size_t cell_count;
static struct line lines[20000];
static size_t line_count;
static struct log_text messages;
static uint32_t seed;
static size_t round_now;
static size_t garbled; /* messages with the right sum even so */

static uint32_t lot(uint32_t below)
{
    seed = seed * 1664525 + 1013904223;
    return (uint32_t)(((uint64_t)seed * below) >> 32);
}

static void add_cells(const char *bytes, size_t len, int32_t line, uint32_t at)
{
    for (size_t i = 0; i < len; i++)
        cells[cell_count++] = (struct cell){bytes[i], false, line,
                                            at + (uint32_t)i};
}

/* A message of |second|, with fields by lot; one of five holds data. */
static void draw_message(struct log_text *message, unsigned second)
{
    struct log_text fields = {0};

    log_text_format(&fields, "35=%c|49=C|56=G|34=%u|52=20260115-12:%02u:%02u|",
                    "D8G0"[lot(4)], lot(100000), second / 60, second % 60);
    for (uint32_t i = lot(8); i > 0; i--)
        log_text_format(&fields, "%u=%x|", 1 + lot(6000), lot(1u << 31));
    if (lot(5) == 0)
        log_text_format(&fields, "95=19|96=a\00110=123\0018=FIX.4.\0019|");
    log_message(message, fields.data);
    log_text_deinit(&fields);
}

/* The beginning of a line, by |form|; whether a time is in it. */
static bool draw_prefix(struct log_text *text, uint32_t form, unsigned second)
{
    unsigned minute = second / 60;

    second %= 60;
    switch (form) {
    case 0:
        log_text_format(text, "20260115-12:%02u:%02u.250 : ", minute, second);
        return true;
    case 1:
        log_text_format(text, "2026-01-15T12:%02u:%02u,25 in [7] ", minute,
                        second);
        return true;
    case 2:
        log_text_format(text, "recv ");
        return false;
    default:
        return false;
    }
}

static void draw_line(unsigned second)
{
    static const char *const separators[] = {"\001", "|", "^A", "\\x01"};
    int32_t number = (int32_t)line_count;
    struct line *line = &lines[line_count++];
    struct log_text text = {0}, message = {0};
    const char *separator = separators[lot(8) < 5 ? 0 : lot(4)];
    bool timed = draw_prefix(&text, lot(5), second);

    line->time = (1768478400 + (cg_time)second) * CG_SECOND +
                 (timed ? CG_SECOND / 4 : 0);
    draw_message(&message, second);
    line->message = (uint32_t)messages.len;
    line->message_len = (uint32_t)message.len;
    log_text_add(&messages, message.data, message.len);
    line->first = (uint32_t)text.len;
    for (size_t i = 0; i < message.len; i++) {
        if (message.data[i] == '\001')
            log_text_format(&text, "%s", separator);
        else
            log_text_add(&text, message.data + i, 1);
    }
    line->end = (uint32_t)text.len;
    if (lot(3) != 0)
        log_text_format(&text, "\n");
    add_cells(text.data, text.len, number, 0);
    log_text_deinit(&text);
    log_text_deinit(&message);
}

static void draw_log(size_t count)
{
    unsigned second = 0;

    cell_count = 0;
    line_count = 0;
    messages.len = 0;
    for (size_t i = 0; i < count; i++) {
        draw_line(second);
        second += second < 3590 ? lot(3) : 0;
    }
}

static void cut_out(size_t at, size_t len)
{
    memmove(&cells[at], &cells[at + len],
            (cell_count - at - len) * sizeof cells[0]);
    cell_count -= len;
}

static void put_in(size_t at, const struct cell *what, size_t len)
{
    memmove(&cells[at + len], &cells[at], (cell_count - at) * sizeof cells[0]);
    memcpy(&cells[at], what, len * sizeof cells[0]);
    cell_count += len;
}

/* Bytes that mean something, and others. */
static void insert(size_t at)
{
    static const char *const words[] = {"8=FIX.4.4\0019=40\00135=",
                                        "8=FIX.4.4|9=100|35=",
                                        "\00110=123\001",
                                        "8=FIX",
                                        "10=000",
                                        "\n",
                                        "\001",
                                        "|",
                                        "^A",
                                        "9=",
                                        "20260101-00:00:00",
                                        "#",
                                        "\\x01",
                                        "2",
                                        "8"};
    struct cell what[80];
    size_t len = 0;

    if (lot(2) == 0) {
        const char *word = words[lot(sizeof words / sizeof words[0])];
        for (; *word != '\0'; word++)
            what[len++] = (struct cell){*word, true, -1, 0};
    } else {
        len = 1 + lot(60);
        for (size_t i = 0; i < len; i++)
            what[i] = (struct cell){(char)lot(256), true, -1, 0};
    }
    put_in(at, what, len);
}

static void swap(size_t at, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        struct cell other = cells[at + i];
        cells[at + i] = cells[at + len + i];
        cells[at + len + i] = other;
    }
}

static void duplicate(size_t at, size_t len)
{
    struct cell *copy = malloc(len * sizeof *copy);
    size_t to = lot(2) == 0 ? at + len : lot((uint32_t)cell_count);

    assert_non_null(copy);
    memcpy(copy, &cells[at], len * sizeof *copy);
    put_in(to, copy, len);
    free(copy);
}

static void damage_once(void)
{
    size_t at = lot((uint32_t)cell_count - 200);
    size_t len = 1 + lot(lot(3) == 0 ? 190 : 10);

    switch (lot(7)) {
    case 0:
    case 1:
        cells[at].c ^= (char)(1 << lot(8));
        cells[at].changed = true;
        break;
    case 2:
        cut_out(at, len);
        break;
    case 3:
        insert(at);
        break;
    case 4:
        swap(at, len / 2 + 1);
        break;
    case 5:
        duplicate(at, len);
        break;
    default:
        for (size_t i = 0; i < len; i++) {
            cells[at + i].c = '\0';
            cells[at + i].changed = true;
        }
    }
}

/* Whether the whole message of a line stands at |at|, as it was. */
static bool is_whole(size_t at)
{
    const struct line *line;
    size_t len;

    if (cells[at].line < 0)
        return false;
    line = &lines[cells[at].line];
    len = line->end - line->first;
    if (cells[at].at != line->first || at + len > cell_count)
        return false;
    for (size_t i = 0; i < len; i++) {
        if (cells[at + i].line != cells[at].line || cells[at + i].changed ||
            cells[at + i].at != line->first + i)
            return false;
    }
    return true;
}

/* Whether all before it on its line, and the line before, are as they were. */
static bool is_well_placed(size_t at)
{
    const struct line *line = &lines[cells[at].line];
    const struct line *before = line - 1;
    size_t len = line->first;

    if (cells[at].line == 0 || at < len + before->end - before->first)
        return false;
    for (size_t i = at - len; i < at; i++) {
        if (cells[i].line != cells[at].line || cells[i].changed ||
            cells[i].at != i - (at - len))
            return false;
    }
    at = at - len - 1;
    if (cells[at].c == '\n' && cells[at].line == cells[at + 1].line - 1)
        at--;
    if (cells[at].line != cells[at + len + 1].line - 1 ||
        cells[at].at != before->end - 1)
        return false;
    return is_whole(at + 1 - (before->end - before->first));
}

/* What came out of the reader. */
struct outcome {
    struct log_text bytes;
    struct {
        size_t at, len;
        cg_time time;
    } messages[40000];
    size_t count;
    size_t troubles;
};

static bool on_trouble(void *user,
                       enum cg_log_trouble trouble,
                       const char *file,
                       uint64_t offset,
                       const char *text)
{
    struct outcome *outcome = user;

    (void)file;
    assert_true(trouble < CG_LOG_TROUBLES);
    assert_true(offset <= cell_count);
    assert_true(strlen(text) > 10);
    outcome->troubles++;
    return true;
}

/* Whether it is one by BodyLength and CheckSum, and by the gate's reader. */
static void check_message(const struct cg_log_message *message)
{
    static struct cg_fix_message read;
    const char *bytes = message->bytes.data;
    size_t len = message->bytes.len;
    unsigned sum = 0;
    unsigned long body, stated;
    char *end;
    int outcome = cg_fix_read(&read, CG_FIX44, bytes, len);

    /* What is swapped has the sum that it had, and other damage has it now and
     * then. */
    assert_true(outcome != CG_FIX_E_LENGTH && outcome != CG_FIX_E_CHECKSUM);
    garbled += outcome != 0 ? 1 : 0;
    assert_int_equal(memcmp(bytes, "8=FIX", 5), 0);
    assert_int_equal(memcmp(bytes + len - 8, "\00110=", 4), 0);
    body = strtoul(strchr(bytes, '\001') + 3, &end, 10);
    assert_int_equal((size_t)(end + 1 - bytes) + body, len - 7);
    for (size_t i = 0; i < len - 7; i++)
        sum += (unsigned char)bytes[i];
    stated = strtoul(bytes + len - 4, NULL, 10);
    assert_int_equal(sum % 256, stated);
}

static void read_log(const char *path, struct outcome *outcome)
{
    struct cg_log_options options = {.paths = &path,
                                     .count = 1,
                                     .message_max = 1000,
                                     .trouble = on_trouble,
                                     .user = outcome};
    struct cg_log_message message;
    struct cg_log *log;
    char error[512];
    cg_time last = INT64_MIN;

    outcome->bytes.len = 0;
    outcome->count = 0;
    outcome->troubles = 0;
    assert_int_equal(cg_log_open(&options, error, sizeof error, &log), 0);
    while (cg_log_next(log, &message) == 1) {
        check_message(&message);
        assert_true(message.time >= last);
        last = message.time;
        assert_true(outcome->count < 40000);
        outcome->messages[outcome->count].at = outcome->bytes.len;
        outcome->messages[outcome->count].len = message.bytes.len;
        outcome->messages[outcome->count++].time = message.time;
        log_text_add(&outcome->bytes, message.bytes.data, message.bytes.len);
    }
    cg_log_close(log);
}

/* All whole messages are in the outcome, in their order. */
static size_t check_outcome(const struct outcome *outcome)
{
    size_t next = 0;
    size_t whole = 0;

    for (size_t at = 0; at < cell_count; at++) {
        const struct line *line;
        cg_time before, expected;
        if (!is_whole(at))
            continue;
        line = &lines[cells[at].line];
        whole++;
        while (next < outcome->count &&
               (outcome->messages[next].len != line->message_len ||
                memcmp(outcome->bytes.data + outcome->messages[next].at,
                       messages.data + line->message, line->message_len) != 0))
            next++;
        if (next == outcome->count)
            fail_msg("round %zu: the message of line %d was lost, at byte %zu",
                     (size_t)round_now, cells[at].line, at);
        before = next > 0 ? outcome->messages[next - 1].time : INT64_MIN;
        expected = line->time > before ? line->time : before;
        if (is_well_placed(at))
            assert_int_equal(outcome->messages[next].time, expected);
        next++;
    }
    return whole;
}

static const char *write_log(const char *name)
{
    char *bytes = malloc(cell_count + 1);
    const char *path;

    assert_non_null(bytes);
    for (size_t i = 0; i < cell_count; i++)
        bytes[i] = cells[i].c;
    path = log_write(name, bytes, cell_count);
    free(bytes);
    return path;
}

/* The same comes through a pipe, in pieces by lot. */
static void check_pipe(const char *path, const struct outcome *file)
{
    static struct outcome piped;
    int ends[2];
    int saved = dup(STDIN_FILENO);
    pid_t child;

    (void)path;
    assert_int_equal(pipe(ends), 0);
    child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        for (size_t i = 0; i < cell_count;) {
            char piece[64];
            size_t len = 1 + lot(sizeof piece);
            size_t j = 0;
            for (; j < len && i < cell_count; j++)
                piece[j] = cells[i++].c;
            if (write(ends[1], piece, j) != (ssize_t)j)
                _exit(1);
        }
        _exit(0);
    }
    close(ends[1]);
    dup2(ends[0], STDIN_FILENO);
    close(ends[0]);
    read_log("-", &piped);
    waitpid(child, NULL, 0);
    dup2(saved, STDIN_FILENO);
    close(saved);
    assert_int_equal(piped.count, file->count);
    assert_int_equal(piped.troubles, file->troubles);
    assert_int_equal(piped.bytes.len, file->bytes.len);
    assert_memory_equal(piped.bytes.data, file->bytes.data, file->bytes.len);
    log_text_deinit(&piped.bytes);
}

/* All that is worth it between two lines, which stay as they are. */
static void damage_between(void)
{
    size_t at = lot((uint32_t)cell_count);

    while (at > 0 && cells[at].line == cells[at - 1].line)
        at--;
    for (uint32_t i = 1 + lot(4); i > 0; i--)
        insert(at);
}

/* No message is damaged, so each comes out. */
static void test_log_garbage_between_lines_loses_nothing(void **state)
{
    static struct outcome outcome;

    (void)state;
    for (uint32_t round = 0; round < ROUNDS; round++) {
        round_now = round;
        seed = round * 2654435761u;
        draw_log(10);
        for (uint32_t i = lot(20); i > 0; i--)
            damage_between();
        read_log(write_log("random"), &outcome);
        assert_int_equal(check_outcome(&outcome), 10);
        if (round % 50 == 0)
            check_pipe(log_path("random"), &outcome);
    }
    log_text_deinit(&outcome.bytes);
    log_text_deinit(&messages);
}

static void run(size_t rounds, size_t count, size_t damages, size_t pipes)
{
    static struct outcome outcome;
    size_t whole = 0;
    size_t all = 0;

    garbled = 0;
    for (size_t round = 0; round < rounds; round++) {
        const char *path;
        seed = (uint32_t)round * 2654435761u + (uint32_t)count;
        round_now = round;
        draw_log(count);
        for (size_t i = lot((uint32_t)damages); i > 0; i--)
            damage_once();
        path = write_log("random");
        read_log(path, &outcome);
        whole += check_outcome(&outcome);
        all += count;
        if (pipes != 0 && round % pipes == 0)
            check_pipe(path, &outcome);
    }
    /* Else nothing was tried. */
    assert_true(whole > all / 4 && whole < all - all / 50);
    assert_true(garbled < all / 20);
    log_text_deinit(&outcome.bytes);
}

static void test_log_random_damage_loses_nothing_else(void **state)
{
    (void)state;
    run(ROUNDS, 20, 12, 40);
    log_text_deinit(&messages);
}

/* Logs that are larger than what is held of them at once. */
static void test_log_random_damage_of_large_logs(void **state)
{
    (void)state;
    run(LARGE_ROUNDS, 6000, 3000, 2);
    log_text_deinit(&messages);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_log_random_damage_loses_nothing_else),
        cmocka_unit_test(test_log_garbage_between_lines_loses_nothing),
        cmocka_unit_test(test_log_random_damage_of_large_logs),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
