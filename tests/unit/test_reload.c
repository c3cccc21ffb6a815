/*
 * A file that is read again when it changes: when it is read, when not, and
 * that nothing is left behind at any moment of closing.
 *
 * Polls are made by the tests, so that nothing hangs on time.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "file_text.h"
#include "reload.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#define BYTES_MAX 4096

/* What is built is a copy of the text; text with "bad" cannot be built. */
struct fixture {
    uv_loop_t loop;
    struct cg_reload *reload;
    char directory[64];
    char path[96];
    unsigned builds; /* the worker's, read when none is under way */
    unsigned mistakes_of_bad;
    unsigned takes;
    unsigned drops;
    unsigned refusals;
    unsigned refused_mistakes;
    unsigned says;
    unsigned closes;
    bool asked; /* of the last take */
    bool close_in_take;
    cg_time made_at;
    char taken[BYTES_MAX + 1];
    char said[8][256];
    bool waits; /* build() posts |entered| and waits for |leave| */
    uv_sem_t entered;
    uv_sem_t leave;
};

static void *build(void *user,
                   const struct cg_reload_text *text,
                   struct cg_reload_mistakes *mistakes)
{
    struct fixture *fixture = user;
    fixture->builds++;
    fixture->made_at = text->made_at;
    if (fixture->waits) {
        uv_sem_post(&fixture->entered);
        uv_sem_wait(&fixture->leave);
    }
    assert_int_equal(strlen(text->text), text->len);
    if (strstr(text->text, "bad") != NULL) {
        for (unsigned i = 0; i < fixture->mistakes_of_bad; i++) {
            cg_reload_mistake(mistakes, text->file, (int)i + 1, "it is bad",
                              "make it good");
        }
        return NULL;
    }
    return strdup(text->text);
}

static void on_closed(void *user)
{
    struct fixture *fixture = user;
    fixture->closes++;
}

static void take(void *user, void *built, bool asked)
{
    struct fixture *fixture = user;
    fixture->takes++;
    fixture->asked = asked;
    snprintf(fixture->taken, sizeof(fixture->taken), "%s", (char *)built);
    free(built);
    if (fixture->close_in_take) {
        cg_reload_close(fixture->reload, on_closed, fixture);
        fixture->reload = NULL;
    }
}

static void drop(void *user, void *built)
{
    struct fixture *fixture = user;
    fixture->drops++;
    free(built);
}

static void say(void *user, const char *text)
{
    struct fixture *fixture = user;
    if (fixture->says < 8) {
        snprintf(fixture->said[fixture->says], sizeof(fixture->said[0]), "%s",
                 text);
    }
    fixture->says++;
}

static void refused(void *user, unsigned mistakes)
{
    struct fixture *fixture = user;
    fixture->refusals++;
    fixture->refused_mistakes = mistakes;
}

static const struct cg_reload_hooks hooks = {build, take, drop, say, refused};

static void
open_resting(struct fixture *fixture, unsigned poll_ms, unsigned rest_ms)
{
    const struct cg_reload_options options = {
        .loop = &fixture->loop,
        .path = fixture->path,
        .bytes_max = BYTES_MAX,
        .poll_ms = poll_ms,
        .rest_ms = rest_ms,
        .hooks = &hooks,
        .user = fixture,
    };
    fixture->reload = cg_reload_open(&options);
    assert_non_null(fixture->reload);
}

static void open_reload(struct fixture *fixture, unsigned poll_ms)
{
    open_resting(fixture, poll_ms, 0);
}

static int set_up(void **state)
{
    struct fixture *fixture = calloc(1, sizeof(*fixture));
    assert_non_null(fixture);
    *state = fixture;
    snprintf(fixture->directory, sizeof(fixture->directory),
             "test_reload.XXXXXX");
    assert_non_null(mkdtemp(fixture->directory));
    snprintf(fixture->path, sizeof(fixture->path), "%s/rates.csv",
             fixture->directory);
    fixture->mistakes_of_bad = 1;
    uv_loop_init(&fixture->loop);
    uv_sem_init(&fixture->entered, 0);
    uv_sem_init(&fixture->leave, 0);
    open_reload(fixture, 0);
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *fixture = *state;
    if (fixture->reload != NULL) {
        cg_reload_close(fixture->reload, on_closed, fixture);
    }
    uv_run(&fixture->loop, UV_RUN_DEFAULT);
    assert_int_equal(uv_loop_close(&fixture->loop), 0);
    assert_int_equal(fixture->closes, 1);
    uv_sem_destroy(&fixture->entered);
    uv_sem_destroy(&fixture->leave);
    (void)unlink(fixture->path);
    (void)rmdir(fixture->path);
    assert_int_equal(rmdir(fixture->directory), 0);
    free(fixture);
    return 0;
}

/* Writes are hours apart, by the stamps of the file. */
static void age(const char *path, long seconds)
{
    struct timespec at[2];
    clock_gettime(CLOCK_REALTIME, &at[0]);
    at[0].tv_sec -= seconds;
    at[0].tv_nsec = 0;
    at[1] = at[0];
    assert_int_equal(utimensat(AT_FDCWD, path, at, 0), 0);
}

static void write_at(struct fixture *fixture, const char *text, long seconds)
{
    FILE *file = fopen(fixture->path, "w");
    assert_non_null(file);
    assert_true(fputs(text, file) >= 0);
    assert_int_equal(fclose(file), 0);
    age(fixture->path, seconds);
}

/* One look, and what comes of it. */
static void poll_once(struct fixture *fixture)
{
    cg_reload_poll(fixture->reload);
    uv_run(&fixture->loop, UV_RUN_DEFAULT);
}

static void first(struct fixture *fixture, const char *text)
{
    write_at(fixture, text, 7200);
    cg_reload_first(fixture->reload);
    assert_int_equal(fixture->takes, 1);
    assert_string_equal(fixture->taken, text);
}

/* --- when it is read ---------------------------------------------------- */

/* Read at once, and as old as the file says. */
static void test_reload_first_takes_what_is_there(void **state)
{
    struct fixture *fixture = *state;
    struct stat about;
    first(fixture, "one");
    assert_true(fixture->asked);
    assert_int_equal(stat(fixture->path, &about), 0);
    assert_true(fixture->made_at == (cg_time)about.st_mtim.tv_sec * CG_SECOND);
}

static void test_reload_unchanged_is_not_read_again(void **state)
{
    struct fixture *fixture = *state;
    first(fixture, "one");
    for (int i = 0; i < 5; i++) {
        poll_once(fixture);
    }
    assert_int_equal(fixture->builds, 1);
}

/* Half of it, then the rest: only the whole is taken, once it rests. */
static void test_reload_half_written_is_not_taken(void **state)
{
    struct fixture *fixture = *state;
    first(fixture, "one");
    write_at(fixture, "tw", 3600);
    poll_once(fixture);
    write_at(fixture, "two, an", 3600);
    poll_once(fixture);
    write_at(fixture, "two, and whole", 3600);
    poll_once(fixture);
    assert_int_equal(fixture->builds, 1);
    poll_once(fixture);
    assert_int_equal(fixture->takes, 2);
    assert_string_equal(fixture->taken, "two, and whole");
    assert_false(fixture->asked);
    poll_once(fixture);
    poll_once(fixture);
    assert_int_equal(fixture->builds, 2);
}

/* The same bytes, written again: whoever takes them learns their new age. */
static void test_reload_touched_is_read_again(void **state)
{
    struct fixture *fixture = *state;
    first(fixture, "one");
    cg_time before = fixture->made_at;
    age(fixture->path, 1800);
    poll_once(fixture);
    poll_once(fixture);
    assert_int_equal(fixture->takes, 2);
    assert_true(fixture->made_at > before);
}

/* Moved here from elsewhere: of the same size, and older than what was. */
static void test_reload_older_file_moved_in_is_read(void **state)
{
    struct fixture *fixture = *state;
    char aside[128];
    snprintf(aside, sizeof(aside), "%s.new", fixture->path);
    write_at(fixture, "old", 86400);
    assert_int_equal(rename(fixture->path, aside), 0);
    first(fixture, "one");
    assert_int_equal(rename(aside, fixture->path), 0);
    poll_once(fixture);
    poll_once(fixture);
    assert_int_equal(fixture->takes, 2);
    assert_string_equal(fixture->taken, "old");
}

/* A time that nanoseconds cannot hold is one that they can. */
static void test_reload_far_times_of_a_file(void **state)
{
    static const struct {
        time_t seconds;
        int64_t ns;
    } cases[] = {{13569465600, INT64_MAX}, /* of the year 2400 */
                 {-2145916800, 0},         /* and 1902 */
                 {1768435200, 1768435200000000000}};
    struct fixture *fixture = *state;
    write_at(fixture, "x", 0);
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct timespec at[2] = {{.tv_sec = cases[i].seconds},
                                 {.tv_sec = cases[i].seconds}};
        struct cg_file_stamp stamp;
        struct stat about;
        assert_int_equal(utimensat(AT_FDCWD, fixture->path, at, 0), 0);
        assert_int_equal(stat(fixture->path, &about), 0);
        cg_file_stamp_take(fixture->path, &stamp);
        /* Not every file system has these times. */
        if (about.st_mtim.tv_sec == cases[i].seconds) {
            assert_int_equal(stamp.written_ns, cases[i].ns);
        }
    }
}

/* A clock of a loop does the same without being told. */
static void test_reload_polls_by_itself(void **state)
{
    struct fixture *fixture = *state;
    cg_reload_close(fixture->reload, NULL, NULL);
    open_reload(fixture, 1);
    write_at(fixture, "one", 7200);
    while (fixture->takes < 1) {
        uv_run(&fixture->loop, UV_RUN_ONCE);
    }
    write_at(fixture, "two", 3600);
    while (fixture->takes < 2) {
        uv_run(&fixture->loop, UV_RUN_ONCE);
    }
    assert_string_equal(fixture->taken, "two");
}

/* Of a file that is written just now the start awaits the end, and no longer
 * than a few polls. */
static void test_reload_first_awaits_rest(void **state)
{
    struct fixture *fixture = *state;
    cg_reload_close(fixture->reload, NULL, NULL);
    open_reload(fixture, 1);
    write_at(fixture, "one", 0);
    cg_reload_first(fixture->reload);
    assert_int_equal(fixture->takes, 1);
}

/* However seldom it is looked at: nothing waits for the next poll. */
static void test_reload_seldom_polls_hold_up_nothing(void **state)
{
    struct fixture *fixture = *state;
    cg_reload_close(fixture->reload, NULL, NULL);
    open_resting(fixture, 3600000, 1);
    write_at(fixture, "one", 0);
    cg_reload_first(fixture->reload);
    assert_int_equal(fixture->takes, 1);
    write_at(fixture, "two", 3600);
    cg_reload_ask(fixture->reload);
    while (fixture->takes < 2) {
        uv_run(&fixture->loop, UV_RUN_ONCE);
    }
    assert_string_equal(fixture->taken, "two");
}

/* --- asked -------------------------------------------------------------- */

static void test_reload_asked_reads_what_is_unchanged(void **state)
{
    struct fixture *fixture = *state;
    first(fixture, "one");
    cg_reload_ask(fixture->reload);
    uv_run(&fixture->loop, UV_RUN_DEFAULT);
    assert_int_equal(fixture->takes, 2);
    assert_true(fixture->asked);
    poll_once(fixture);
    assert_int_equal(fixture->builds, 2);
}

/* Nobody asks for half a file, either. */
static void test_reload_asked_waits_for_rest(void **state)
{
    struct fixture *fixture = *state;
    first(fixture, "one");
    write_at(fixture, "tw", 3600);
    cg_reload_ask(fixture->reload);
    uv_run(&fixture->loop, UV_RUN_DEFAULT);
    assert_int_equal(fixture->builds, 1);
    write_at(fixture, "two", 3600);
    poll_once(fixture);
    assert_int_equal(fixture->builds, 1);
    poll_once(fixture);
    assert_int_equal(fixture->takes, 2);
    assert_string_equal(fixture->taken, "two");
    assert_true(fixture->asked);
}

/* --- what cannot be taken ----------------------------------------------- */

static void test_reload_bad_is_said_once(void **state)
{
    struct fixture *fixture = *state;
    char wanted[256];
    fixture->mistakes_of_bad = 2;
    first(fixture, "one");
    write_at(fixture, "bad", 3600);
    for (int i = 0; i < 5; i++) {
        poll_once(fixture);
    }
    assert_int_equal(fixture->builds, 2);
    assert_int_equal(fixture->takes, 1);
    assert_int_equal(fixture->refusals, 1);
    assert_int_equal(fixture->refused_mistakes, 2);
    assert_int_equal(fixture->says, 2);
    snprintf(wanted, sizeof(wanted), "%s:2: it is bad; make it good",
             fixture->path);
    assert_string_equal(fixture->said[1], wanted);
    write_at(fixture, "three", 1800);
    poll_once(fixture);
    poll_once(fixture);
    assert_int_equal(fixture->takes, 2);
    assert_string_equal(fixture->taken, "three");
}

/* A file where all is wrong does not fill the log. */
static void test_reload_many_mistakes_are_cut(void **state)
{
    struct fixture *fixture = *state;
    write_at(fixture, "bad", 3600);
    fixture->mistakes_of_bad = 100;
    cg_reload_first(fixture->reload);
    assert_int_equal(fixture->says, 100);
    fixture->mistakes_of_bad = 101;
    cg_reload_first(fixture->reload);
    assert_int_equal(fixture->says, 201);
    assert_int_equal(fixture->refused_mistakes, 101);
}

static void test_reload_vanished_is_said_once(void **state)
{
    struct fixture *fixture = *state;
    first(fixture, "one");
    assert_int_equal(unlink(fixture->path), 0);
    poll_once(fixture);
    assert_int_equal(fixture->says, 0);
    for (int i = 0; i < 4; i++) {
        poll_once(fixture);
    }
    assert_int_equal(fixture->says, 1);
    assert_int_equal(fixture->refusals, 1);
    assert_non_null(strstr(fixture->said[0], "No such file"));
    assert_non_null(strstr(fixture->said[0], fixture->path));
    write_at(fixture, "one", 7200);
    poll_once(fixture);
    poll_once(fixture);
    assert_int_equal(fixture->takes, 2);
}

static void test_reload_first_absent_is_refused(void **state)
{
    struct fixture *fixture = *state;
    cg_reload_first(fixture->reload);
    assert_int_equal(fixture->takes, 0);
    assert_int_equal(fixture->refusals, 1);
    write_at(fixture, "one", 7200);
    poll_once(fixture);
    poll_once(fixture);
    assert_int_equal(fixture->takes, 1);
}

static void test_reload_too_large_is_refused(void **state)
{
    struct fixture *fixture = *state;
    char text[BYTES_MAX + 2];
    memset(text, 'x', sizeof(text));
    text[BYTES_MAX] = '\0';
    write_at(fixture, text, 7200);
    cg_reload_first(fixture->reload);
    assert_int_equal(fixture->takes, 1);
    text[BYTES_MAX] = 'x';
    text[BYTES_MAX + 1] = '\0';
    write_at(fixture, text, 3600);
    poll_once(fixture);
    poll_once(fixture);
    assert_int_equal(fixture->takes, 1);
    assert_int_equal(fixture->refusals, 1);
    assert_non_null(strstr(fixture->said[0], "4097 bytes, more than 4096"));
}

/* Neither would ever end. */
static void test_reload_pipe_and_folder_are_refused(void **state)
{
    struct fixture *fixture = *state;
    assert_int_equal(mkfifo(fixture->path, 0600), 0);
    cg_reload_first(fixture->reload);
    assert_int_equal(unlink(fixture->path), 0);
    assert_int_equal(mkdir(fixture->path, 0700), 0);
    cg_reload_first(fixture->reload);
    assert_int_equal(fixture->refusals, 2);
    assert_non_null(strstr(fixture->said[0], "not a plain file"));
    assert_non_null(strstr(fixture->said[1], "not a plain file"));
}

/* A file that has more than its size when it is read is being written: such is
 * any of the kernel's own. */
static void test_reload_growing_file_is_changing(void **state)
{
    struct cg_file_text file;
    (void)state;
    assert_int_equal(cg_file_text_read("/proc/self/status", 4096, &file),
                     CG_FILE_CHANGING);
    cg_file_text_deinit(&file);
}

/* --- while a build is under way ----------------------------------------- */

/* Stops in build(): the loop goes on meanwhile. */
static void begin_build(struct fixture *fixture)
{
    fixture->waits = true;
    cg_reload_ask(fixture->reload);
    while (uv_sem_trywait(&fixture->entered) != 0) {
        uv_run(&fixture->loop, UV_RUN_NOWAIT);
    }
}

static void end_build(struct fixture *fixture)
{
    fixture->waits = false;
    uv_sem_post(&fixture->leave);
    uv_run(&fixture->loop, UV_RUN_DEFAULT);
}

static void test_reload_change_during_build_comes_after_it(void **state)
{
    struct fixture *fixture = *state;
    first(fixture, "one");
    begin_build(fixture);
    write_at(fixture, "two", 3600);
    cg_reload_poll(fixture->reload); /* no second job */
    assert_int_equal(fixture->takes, 1);
    end_build(fixture);
    assert_int_equal(fixture->takes, 2);
    assert_string_equal(fixture->taken, "one");
    poll_once(fixture);
    poll_once(fixture);
    assert_int_equal(fixture->takes, 3);
    assert_string_equal(fixture->taken, "two");
}

static void test_reload_asked_during_build_comes_after_it(void **state)
{
    struct fixture *fixture = *state;
    first(fixture, "one");
    begin_build(fixture);
    cg_reload_ask(fixture->reload);
    cg_reload_ask(fixture->reload);
    end_build(fixture);
    assert_int_equal(fixture->builds, 3);
    assert_int_equal(fixture->takes, 3);
}

/* --- the end ------------------------------------------------------------ */

static void test_reload_close_during_build_drops_it(void **state)
{
    struct fixture *fixture = *state;
    first(fixture, "one");
    begin_build(fixture);
    cg_reload_close(fixture->reload, on_closed, fixture);
    fixture->reload = NULL;
    uv_run(&fixture->loop, UV_RUN_NOWAIT);
    assert_int_equal(fixture->closes, 0);
    end_build(fixture);
    assert_int_equal(fixture->closes, 1);
    assert_int_equal(fixture->drops, 1);
    assert_int_equal(fixture->takes, 1);
}

static void occupy(uv_work_t *work)
{
    uv_sem_wait(work->data);
}

static void occupied(uv_work_t *work, int status)
{
    (void)work;
    (void)status;
}

/* Every worker is busy with something else: the look is not even begun. */
static void test_reload_close_before_look_begins(void **state)
{
    struct fixture *fixture = *state;
    uv_work_t works[64];
    for (size_t i = 0; i < 64; i++) {
        works[i].data = &fixture->leave;
        assert_int_equal(
            uv_queue_work(&fixture->loop, &works[i], occupy, occupied), 0);
    }
    cg_reload_poll(fixture->reload);
    cg_reload_close(fixture->reload, on_closed, fixture);
    fixture->reload = NULL;
    while (fixture->closes == 0) {
        uv_run(&fixture->loop, UV_RUN_ONCE);
    }
    for (size_t i = 0; i < 64; i++) {
        uv_sem_post(&fixture->leave);
    }
    uv_run(&fixture->loop, UV_RUN_DEFAULT);
}

/* Whoever takes may find that all must end. */
static void test_reload_close_in_take(void **state)
{
    struct fixture *fixture = *state;
    first(fixture, "one");
    fixture->close_in_take = true;
    cg_reload_ask(fixture->reload);
    uv_run(&fixture->loop, UV_RUN_DEFAULT);
    assert_int_equal(fixture->takes, 2);
    assert_int_equal(fixture->closes, 1);
}

static void test_reload_close_of_none(void **state)
{
    struct fixture *fixture = *state;
    cg_reload_close(NULL, NULL, NULL);
    cg_reload_close(NULL, on_closed, fixture);
    assert_int_equal(fixture->closes, 1);
    fixture->closes = 0;
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(test_reload_first_takes_what_is_there),
        CASE(test_reload_unchanged_is_not_read_again),
        CASE(test_reload_half_written_is_not_taken),
        CASE(test_reload_touched_is_read_again),
        CASE(test_reload_older_file_moved_in_is_read),
        CASE(test_reload_far_times_of_a_file),
        CASE(test_reload_polls_by_itself),
        CASE(test_reload_first_awaits_rest),
        CASE(test_reload_seldom_polls_hold_up_nothing),
        CASE(test_reload_asked_reads_what_is_unchanged),
        CASE(test_reload_asked_waits_for_rest),
        CASE(test_reload_bad_is_said_once),
        CASE(test_reload_many_mistakes_are_cut),
        CASE(test_reload_vanished_is_said_once),
        CASE(test_reload_first_absent_is_refused),
        CASE(test_reload_too_large_is_refused),
        CASE(test_reload_pipe_and_folder_are_refused),
        CASE(test_reload_growing_file_is_changing),
        CASE(test_reload_change_during_build_comes_after_it),
        CASE(test_reload_asked_during_build_comes_after_it),
        CASE(test_reload_close_during_build_drops_it),
        CASE(test_reload_close_before_look_begins),
        CASE(test_reload_close_in_take),
        CASE(test_reload_close_of_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
