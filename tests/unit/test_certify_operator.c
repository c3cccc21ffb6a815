/*
 * The operator of a certification: a person at a terminal, played over a pipe,
 * and a program that does what is asked for.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
/* cmocka.h wants the four above. */
#include <cmocka.h>

#include <certify_operator.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

static uv_loop_t loop;
static struct certify_operator desk;
static struct certify_progress progress;
static const char *why;
static int person; /* the end that a person types into */

static void begin(const char *command, const char *nobody)
{
    certify_operator_open(&desk, &loop, &progress, command, nobody);
}

static void end(void)
{
    certify_operator_close(&desk);
    assert_int_equal(uv_run(&loop, UV_RUN_DEFAULT), 0);
}

static void type(const char *text)
{
    assert_int_equal(write(person, text, strlen(text)), strlen(text));
}

static enum cg_kit_asked ask(bool first)
{
    return certify_ask(&desk, "hub", "limit L 5", "Lower it", first, &why);
}

/* Asked again and again, as the kit does. */
static enum cg_kit_asked outcome(void)
{
    enum cg_kit_asked answer = ask(true);

    while (answer == CG_KIT_ASKED_WAIT) {
        uv_run(&loop, UV_RUN_ONCE);
        answer = ask(false);
    }
    return answer;
}

/* A terminal: what is typed is standard input. */
static int setup(void **state)
{
    int ends[2];

    (void)state;
    if (pipe(ends) != 0 || dup2(ends[0], STDIN_FILENO) < 0) {
        return -1;
    }
    close(ends[0]);
    person = ends[1];
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    return person >= 0 ? close(person) : 0;
}

/* --- a person ---------------------------------------------------------------
 */

static void test_operator_answers(void **state)
{
    (void)state;
    begin(NULL, NULL);
    assert_int_equal(ask(true), CG_KIT_ASKED_WAIT);
    assert_int_equal(ask(false), CG_KIT_ASKED_WAIT);
    type("\n");
    assert_int_equal(ask(false), CG_KIT_ASKED_DONE);
    type("no\n  N\ny");
    assert_int_equal(ask(true), CG_KIT_ASKED_CANNOT);
    assert_string_equal(why, "the operator says that it cannot be done");
    assert_int_equal(ask(true), CG_KIT_ASKED_CANNOT);
    assert_int_equal(ask(true), CG_KIT_ASKED_WAIT);
    type("es\n");
    assert_int_equal(ask(false), CG_KIT_ASKED_DONE);
    end();
}

/* What is neither yes nor no is asked again; and one may stop there. */
static void test_operator_answers_else(void **state)
{
    (void)state;
    begin(NULL, NULL);
    type("which one?\nnever\nquite\nDone\n");
    assert_int_equal(ask(true), CG_KIT_ASKED_WAIT);
    assert_int_equal(ask(false), CG_KIT_ASKED_WAIT);
    assert_int_equal(ask(false), CG_KIT_ASKED_WAIT);
    assert_false(desk.stops);
    assert_int_equal(ask(false), CG_KIT_ASKED_DONE);
    type("q\n");
    assert_int_equal(ask(true), CG_KIT_ASKED_WAIT);
    assert_true(desk.stops);
    end();
}

/* Nobody types any more: the run ends, and nobody is asked to undo anything. */
static void test_operator_is_gone(void **state)
{
    (void)state;
    begin(NULL, NULL);
    assert_int_equal(ask(true), CG_KIT_ASKED_WAIT);
    assert_int_equal(close(person), 0);
    person = -1;
    assert_int_equal(ask(false), CG_KIT_ASKED_WAIT);
    assert_true(desk.stops);
    assert_int_equal(ask(true), CG_KIT_ASKED_CANNOT);
    assert_string_equal(why, "the run was stopped");
    end();
}

/* Who has stopped may still undo what was done, or leave that, too. */
static void test_operator_undoes(void **state)
{
    (void)state;
    begin(NULL, NULL);
    type("q\n\nq\n");
    assert_int_equal(ask(true), CG_KIT_ASKED_WAIT);
    assert_true(desk.stops);
    assert_int_equal(ask(true), CG_KIT_ASKED_DONE);
    assert_int_equal(ask(true), CG_KIT_ASKED_WAIT);
    assert_int_equal(ask(false), CG_KIT_ASKED_CANNOT);
    assert_string_equal(why, "the run was stopped");
    end();
}

/* What was asked for shows: that is an answer. */
static void test_operator_need_not_answer(void **state)
{
    (void)state;
    begin(NULL, NULL);
    assert_int_equal(ask(true), CG_KIT_ASKED_WAIT);
    certify_shows(&desk);
    assert_false(desk.asks);
    assert_int_equal(ask(false), CG_KIT_ASKED_DONE);
    assert_int_equal(ask(true), CG_KIT_ASKED_WAIT);
    assert_int_equal(ask(false), CG_KIT_ASKED_WAIT);
    end();
}

/* A line without an end is forgotten once it is longer than anybody types. */
static void test_operator_types_too_much(void **state)
{
    char much[256];

    (void)state;
    begin(NULL, NULL);
    memset(much, 'n', sizeof(much));
    much[sizeof(much) - 1] = '\0';
    for (size_t i = 0; i < sizeof(desk.line) / (sizeof(much) - 1) + 1; i++) {
        type(much);
        assert_int_equal(ask(false), CG_KIT_ASKED_WAIT);
    }
    type("\ny\n");
    (void)ask(false); /* the rest of it */
    assert_int_equal(ask(false), CG_KIT_ASKED_DONE);
    end();
}

static void test_operator_goes_on(void **state)
{
    char reason[64] = "";

    (void)state;
    begin(NULL, NULL);
    type("what?\nstop\n\nr\n");
    assert_int_equal(certify_next(&desk, reason, sizeof(reason)),
                     CG_NEXT_REPEAT);
    type("Next\n");
    assert_int_equal(certify_next(&desk, reason, sizeof(reason)),
                     CG_NEXT_GO_ON);
    type("q\n");
    assert_int_equal(certify_next(&desk, reason, sizeof(reason)), CG_NEXT_STOP);
    assert_string_equal(reason, "");
    type("s\n  \nskip\n the hub is shared \n");
    assert_int_equal(certify_next(&desk, reason, sizeof(reason)), CG_NEXT_SKIP);
    assert_string_equal(reason, "the hub is shared");
    type("s\n");
    assert_int_equal(close(person), 0);
    person = -1;
    assert_int_equal(certify_next(&desk, reason, sizeof(reason)), CG_NEXT_STOP);
    end();
}

/* Typed while somebody waits for it. */
static void type_later(uv_timer_t *timer)
{
    type("q\n");
    uv_close((uv_handle_t *)timer, NULL);
}

static void test_operator_is_waited_for(void **state)
{
    uv_timer_t timer;
    char reason[64] = "";

    (void)state;
    begin(NULL, NULL);
    uv_timer_init(&loop, &timer);
    uv_timer_start(&timer, type_later, 30, 0);
    assert_int_equal(certify_next(&desk, reason, sizeof(reason)), CG_NEXT_STOP);
    end();
}

/* Nobody is there: unattended. */
static void test_operator_is_nobody(void **state)
{
    (void)state;
    begin(NULL, "--unattended");
    assert_int_equal(ask(true), CG_KIT_ASKED_CANNOT);
    assert_string_equal(why, "nobody was asked: --unattended, and the profile "
                             "has no OperatorCommand");
    end();
}

static void signalled(int number)
{
    raise(number);
    uv_run(&loop, UV_RUN_ONCE);
}

/* Ctrl-C lets the case under way end; said twice it does not, and neither do
 * other signals. */
static void test_operator_interrupts(void **state)
{
    static const int others[] = {SIGTERM, SIGHUP};

    (void)state;
    begin(NULL, NULL);
    progress.in_line = true;
    signalled(SIGINT);
    assert_false(progress.in_line);
    assert_true(desk.rests);
    assert_false(desk.stops);
    signalled(SIGINT);
    assert_true(desk.stops);
    assert_false(desk.leaves);
    signalled(SIGINT);
    assert_true(desk.leaves);
    signalled(SIGINT);
    end();
    for (size_t i = 0; i < 2; i++) {
        begin(NULL, NULL);
        signalled(others[i]);
        assert_true(desk.rests);
        assert_true(desk.stops);
        assert_true(desk.leaves);
        end();
    }
}

/* Who is asked something and says Ctrl-C means at once. */
static void test_operator_interrupts_a_question(void **state)
{
    (void)state;
    begin(NULL, NULL);
    assert_int_equal(ask(true), CG_KIT_ASKED_WAIT);
    signalled(SIGINT);
    assert_true(desk.stops);
    end();
    begin(NULL, NULL);
    assert_int_equal(ask(true), CG_KIT_ASKED_WAIT);
    type("\n");
    assert_int_equal(ask(false), CG_KIT_ASKED_DONE);
    signalled(SIGINT);
    assert_false(desk.stops);
    end();
}

static void interrupt_later(uv_timer_t *timer)
{
    raise(SIGINT);
    uv_close((uv_handle_t *)timer, NULL);
}

static void test_operator_interrupts_what_is_next(void **state)
{
    uv_timer_t timer;
    char reason[64] = "";

    (void)state;
    begin(NULL, NULL);
    uv_timer_init(&loop, &timer);
    uv_timer_start(&timer, interrupt_later, 30, 0);
    assert_int_equal(certify_next(&desk, reason, sizeof(reason)), CG_NEXT_STOP);
    assert_true(desk.stops);
    end();
}

/* --- a program ---------------------------------------------------------------
 */

static const char *script(char path[64], const char *text)
{
    FILE *file;
    int fd;

    snprintf(path, 64, "/tmp/cg-operator-XXXXXX");
    fd = mkstemp(path);
    assert_true(fd >= 0);
    file = fdopen(fd, "w");
    assert_non_null(file);
    fprintf(file, "#!/bin/sh\n%s\n", text);
    assert_int_equal(fchmod(fd, 0700), 0);
    assert_int_equal(fclose(file), 0);
    return path;
}

static void test_operator_is_a_program(void **state)
{
    static const struct {
        const char *text;
        enum cg_kit_asked answer;
        const char *why;
    } rows[] = {
        {"test \"$1:$2\" = 'hub:limit L 5'", CG_KIT_ASKED_DONE, ""},
        {"exit 3", CG_KIT_ASKED_CANNOT, " ended with exit status 3"},
        {"kill -9 $$", CG_KIT_ASKED_UNSURE, "signal 9 ended "},
    };

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        char path[64];

        begin(script(path, rows[i].text), NULL);
        assert_int_equal(outcome(), rows[i].answer);
        assert_non_null(strstr(why, rows[i].why));
        end();
        assert_int_equal(unlink(path), 0);
    }
    begin("/no/such/program", NULL);
    assert_int_equal(outcome(), CG_KIT_ASKED_CANNOT);
    assert_string_equal(why, "/no/such/program cannot be run: no such file or "
                             "directory; see OperatorCommand= of the profile");
    end();
}

/* It ends with the certification, and so does what it has started. */
static void test_operator_program_is_killed(void **state)
{
    char path[64];
    char text[256];
    int ends[2];
    char byte;

    (void)state;
    assert_int_equal(pipe(ends), 0);
    snprintf(text, sizeof(text), "sleep 100 &\nexec sleep 100");
    begin(script(path, text), NULL);
    assert_int_equal(ask(true), CG_KIT_ASKED_WAIT);
    assert_int_equal(ask(false), CG_KIT_ASKED_WAIT);
    assert_int_equal(close(ends[1]), 0);
    end();
    assert_int_equal(desk.signal, SIGKILL);
    /* The other end was held by both of them. */
    assert_int_equal(read(ends[0], &byte, 1), 0);
    assert_int_equal(close(ends[0]), 0);
    assert_int_equal(unlink(path), 0);
}

/* Signals without an end end what hangs, too: whatever it would undo. */
static void test_operator_program_is_given_up(void **state)
{
    char path[64];

    (void)state;
    begin(script(path, "exec sleep 100"), NULL);
    signalled(SIGTERM);
    assert_int_equal(ask(true), CG_KIT_ASKED_WAIT);
    assert_int_equal(ask(false), CG_KIT_ASKED_WAIT);
    signalled(SIGTERM);
    assert_int_equal(ask(false), CG_KIT_ASKED_CANNOT);
    assert_string_equal(why, "the run was stopped");
    end();
    assert_int_equal(desk.signal, SIGKILL);
    assert_int_equal(unlink(path), 0);
}

/* A case may end before the program that it asked: the next one is started
 * once that is gone, and only its own outcome counts. */
static void test_operator_program_is_left(void **state)
{
    char slow[64];
    char once[64];
    char text[256];

    (void)state;
    script(once, "");
    assert_int_equal(unlink(once), 0);
    snprintf(text, sizeof(text),
             "mkdir %s 2>/dev/null && exec sleep 100; exit 7", once);
    begin(script(slow, text), NULL);
    assert_int_equal(ask(true), CG_KIT_ASKED_WAIT);
    while (rmdir(once) != 0) {
        uv_run(&loop, UV_RUN_NOWAIT);
    }
    assert_int_equal(mkdir(once, 0700), 0);
    assert_int_equal(outcome(), CG_KIT_ASKED_CANNOT);
    assert_non_null(strstr(why, " ended with exit status 7"));
    end();
    assert_int_equal(rmdir(once), 0);
    assert_int_equal(unlink(slow), 0);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(test_operator_answers),
        CASE(test_operator_answers_else),
        CASE(test_operator_is_gone),
        CASE(test_operator_undoes),
        CASE(test_operator_need_not_answer),
        CASE(test_operator_types_too_much),
        CASE(test_operator_goes_on),
        CASE(test_operator_is_waited_for),
        CASE(test_operator_is_nobody),
        CASE(test_operator_interrupts),
        CASE(test_operator_interrupts_a_question),
        CASE(test_operator_interrupts_what_is_next),
        CASE(test_operator_is_a_program),
        CASE(test_operator_program_is_killed),
        CASE(test_operator_program_is_left),
        CASE(test_operator_program_is_given_up),
    };
    int failed;

    uv_loop_init(&loop);
    failed = cmocka_run_group_tests(tests, NULL, NULL);
    return uv_loop_close(&loop) == 0 ? failed : 1;
}
