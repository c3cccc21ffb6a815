/*
 * The faults of the simulated hub: each plays the same conversation, and what
 * the wire and the books then say otherwise is all in sim_hub_faults.txt.
 *
 * "step: DG -2324=1.00 +2324=2.00" is a message that differs, "step: +DG ..."
 * one more, "step: -DG ..." one less.  CG_TEST_FAULTS=NAME prints what is
 * found for one fault, "all" for each.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "sim_fake.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>
#include <sim_hub.h>

enum { STEPS_MAX = 32, LINES_MAX = 12, TOKENS_MAX = 128, TEXT_MAX = 32768 };

/* A type of message that comes, or one of these. */
#define LOGON "logon"
#define TELL "tell"
#define LATER "later"

#define NEW(id, token, amount)                                                 \
    "2318=" id "|2319=" token "|2320=0|2321=0|2323=0|2324=" amount             \
    "|15=USD|1670=ACME-USD|1080=O" id "|1081=1|453=2|448=FCM1|447=D|452=4|"    \
    "448=ACME|447=D|452=24|55=USSW10|54=1"
#define TRADE "2318=5|2319=T1|2320=0|2321=1|2324=18080.00|1670=ACME-USD|54=1"
#define STOPPED(id) "2331=R" id "|2328=ACT" id "|2329=0|2332=1|453=1|448=ACME"

/* The conversation: whatever a fault can strike is in it. */
static const struct step {
    const char *name;
    const char *what;
    const char *text;
} steps[] = {
    {"logon", LOGON, ""},
    {"list", "CL", "1666=Q1|1760=1"},
    {"lowered", TELL, "limit ACME-USD 90000"},
    {"granted", "DF", NEW("1", "T1", "45200.00")},
    {"granted 2", "DF", NEW("2", "T2", "1000.00")},
    {"raised", "DF",
     "2318=3|2319=T1|2320=2|2321=0|2324=46000.00|1670=ACME-USD|54=1"},
    {"raised too far", "DF",
     "2318=11|2319=T1|2320=2|2321=0|2324=95000.00|1670=ACME-USD|54=1"},
    {"denied", "DF", NEW("4", "T3", "50000.00")},
    {"traded", "DF", TRADE},
    {"repeated", "DF", TRADE},
    {"withdrawn", "DF", "2318=6|2319=T2|2320=1|2321=0|1670=ACME-USD|54=1"},
    {"drill", TELL, "suspend ACME drill"},
    {"drilled", "DI", STOPPED("1")},
    {"stop", TELL, "suspend ACME"},
    {"stopping", "DI", STOPPED("2")},
    {"stopped", "DI", STOPPED("2")},
    {"refused", "DF", NEW("7", "T4", "100.00")},
    {"reinstate", TELL, "reinstate ACME"},
    {"raised limit", TELL, "limit ACME-USD 95000 warn=50"},
    {"short", TELL, "expire 5000"},
    {"granted 3", "DF", NEW("13", "T6", "10.00")},
    {"long", TELL, "expire 86400000"},
    {"later", LATER, ""},
    {"logon 2", LOGON, ""},
    {"consumed", "DF",
     "2318=8|2319=T1|2320=0|2321=1|2324=100.00|1670=ACME-USD|54=1"},
    {"released", "DF", "2318=9|2319=T1|2320=1|2321=0|1670=ACME-USD|54=1"},
    {"once more", "DF", NEW("10", "T5", "76000.00")},
    {"fallen", "DF",
     "2318=12|2319=T5|2320=2|2321=0|2324=70000.00|1670=ACME-USD|54=1"},
    {"books", TELL, "books"},
};
enum { STEPS = sizeof(steps) / sizeof(steps[0]) };

struct heard {
    char lines[STEPS][LINES_MAX][2048];
    size_t counts[STEPS];
    size_t wrong; /* messages that the dictionary does not take */
};

static struct heard plain;
static struct heard faulty;
static char found[TEXT_MAX];

static void note(struct heard *heard, size_t step, const char *line)
{
    assert_true(heard->counts[step] < LINES_MAX);
    snprintf(heard->lines[step][heard->counts[step]++],
             sizeof(heard->lines[0][0]), "%s", line);
}

static void play_step(struct sim_hub *hub,
                      struct sim_fake *fake,
                      struct sim_body *body,
                      const struct step *step)
{
    fake->port.now_ns += 1000 * SIM_MS;
    if (strcmp(step->what, LOGON) == 0) {
        sim_hub_logon(hub, &fake->peer);
    } else if (strcmp(step->what, TELL) == 0) {
        assert_true(sim_hub_command(hub, step->text));
    } else if (strcmp(step->what, LATER) == 0) {
        fake->port.now_ns += 60000 * SIM_MS;
        sim_hub_tick(hub);
    } else {
        struct sim_message message = sim_fake_message(body, step->what,
                                                      step->text);
        sim_hub_receive(hub, &fake->peer, &message);
    }
}

/* The whole conversation with |fault|; |wrong|: some of it is no valid FIX. */
static void play(const char *fault, bool wrong, struct heard *heard)
{
    static struct sim_fake fake;
    struct sim_hub hub;
    struct sim_body body = {0};
    char command[128];
    memset(heard, 0, sizeof(*heard));
    sim_fake_init(&fake, SIM_FIX50SP2);
    sim_hub_init(&hub, &fake.port);
    fake.wrong = wrong;
    assert_true(sim_hub_limit(
        &hub, "ACME-USD FCM1 ACME USD 100000.00 used=10.00", false));
    assert_true(sim_hub_limit(&hub, "BETA-USD FCM1 BETA USD 1000.00", false));
    snprintf(command, sizeof(command), "fault %s", fault);
    if (!sim_hub_command(&hub, command)) {
        fail_msg("refused: %s", command);
    }
    for (size_t i = 0; i < STEPS; i++) {
        sim_fake_clear(&fake);
        play_step(&hub, &fake, &body, &steps[i]);
        for (size_t line = 0; line < fake.sent_count; line++) {
            note(heard, i, fake.sent[line]);
        }
        for (size_t line = 0; line < fake.said_count; line++) {
            if (strncmp(fake.said[line], "books ", 6) == 0) {
                note(heard, i, fake.said[line]);
            }
        }
    }
    heard->wrong = fake.wrong_count;
    sim_hub_deinit(&hub);
    sim_body_deinit(&body);
}

static void add(const char *format, ...) __attribute__((format(printf, 1, 2)));

static void add(const char *format, ...)
{
    size_t len = strlen(found);
    va_list arguments;
    va_start(arguments, format);
    int more = vsnprintf(found + len, sizeof(found) - len, format, arguments);
    va_end(arguments);
    assert_true(more >= 0 && (size_t)more < sizeof(found) - len);
}

struct tokens {
    const char *at[TOKENS_MAX];
    size_t count;
    char text[2048];
};

/* "DG 2318=1|2325=0|" or "books token T1 granted=1.00 ...". */
static void split(const char *line, struct tokens *tokens)
{
    bool books = strncmp(line, "books ", 6) == 0;
    char *rest = NULL;
    tokens->count = 0;
    snprintf(tokens->text, sizeof(tokens->text), "%s", line);
    if (!books) {
        tokens->text[strcspn(tokens->text, " ")] = '|';
    }
    for (char *token = strtok_r(tokens->text, books ? " " : "|", &rest);
         token != NULL; token = strtok_r(NULL, books ? " " : "|", &rest)) {
        assert_true(tokens->count < TOKENS_MAX);
        tokens->at[tokens->count++] = token;
    }
}

/* What must go from |from|, and come, for it to be |to|: the longest common
 * part stays. */
static void add_difference(const struct tokens *from,
                           const struct tokens *to,
                           const char *before,
                           const char *after)
{
    static size_t common[TOKENS_MAX + 1][TOKENS_MAX + 1];
    size_t i;
    size_t j;
    memset(common, 0, sizeof(common));
    for (i = from->count; i-- > 0;) {
        for (j = to->count; j-- > 0;) {
            size_t skip = common[i + 1][j] > common[i][j + 1]
                              ? common[i + 1][j]
                              : common[i][j + 1];
            common[i][j] = strcmp(from->at[i], to->at[j]) == 0
                               ? common[i + 1][j + 1] + 1
                               : skip;
        }
    }
    for (i = 0, j = 0; i < from->count || j < to->count;) {
        if (i < from->count && j < to->count &&
            strcmp(from->at[i], to->at[j]) == 0) {
            i++;
            j++;
        } else if (j == to->count ||
                   (i < from->count && common[i + 1][j] >= common[i][j + 1])) {
            add("%s-%s%s", before, from->at[i++], after);
        } else {
            add("%s+%s%s", before, to->at[j++], after);
        }
    }
}

/* The messages of one step; their text may be long, so they are put in whole.
 */
static void compare_step(size_t step)
{
    static struct tokens from;
    static struct tokens to;
    char before[64];
    snprintf(before, sizeof(before), "%s: ", steps[step].name);
    if (plain.counts[step] != faulty.counts[step]) {
        from.count = plain.counts[step];
        to.count = faulty.counts[step];
        for (size_t i = 0; i < LINES_MAX; i++) {
            from.at[i] = plain.lines[step][i];
            to.at[i] = faulty.lines[step][i];
        }
        add_difference(&from, &to, before, "\n");
        return;
    }
    for (size_t i = 0; i < plain.counts[step]; i++) {
        const char *line = plain.lines[step][i];
        if (strcmp(line, faulty.lines[step][i]) == 0) {
            continue;
        }
        split(line, &from);
        split(faulty.lines[step][i], &to);
        bool books = strcmp(from.at[0], "books") == 0;
        add("%s: %s", steps[step].name, books ? from.at[2] : from.at[0]);
        add_difference(&from, &to, " ", "");
        add("\n");
    }
}

static const char *compare(void)
{
    found[0] = '\0';
    for (size_t i = 0; i < STEPS; i++) {
        compare_step(i);
    }
    return found;
}

/* The section of |name| in the file: its lines, and whether they are no valid
 * FIX.  Empty when there is none. */
static void expected_of(const char *name, char *text, size_t size, bool *wrong)
{
    FILE *file = fopen(EXPECTED, "r");
    char line[2048];
    char head[128];
    bool inside = false;
    assert_non_null(file);
    snprintf(head, sizeof(head), "[%s]", name);
    *wrong = false;
    text[0] = '\0';
    while (fgets(line, sizeof(line), file) != NULL) {
        if (line[0] == '[') {
            inside = strncmp(line, head, strlen(head)) == 0;
            *wrong = *wrong || (inside && strstr(line, "malformed") != NULL);
        } else if (inside && line[0] != '\n' && line[0] != '#') {
            assert_true(strlen(text) + strlen(line) < size);
            strcat(text, line);
        }
    }
    fclose(file);
}

/* Each fault makes its own difference and no other. */
static void test_sim_hub_faults_make_their_difference_only(void **state)
{
    static char expected[TEXT_MAX];
    const char *print = getenv("CG_TEST_FAULTS");
    const struct sim_fault_about *about;
    size_t failed = 0;
    (void)state;
    play("none", false, &plain);
    for (size_t i = 0; (about = sim_faults_about(i)) != NULL; i++) {
        bool wrong;
        expected_of(about->name, expected, sizeof(expected), &wrong);
        play(about->name, wrong || print != NULL, &faulty);
        const char *difference = compare();
        if (print != NULL &&
            (strcmp(print, "all") == 0 || strcmp(print, about->name) == 0)) {
            printf("[%s]%s\n%s\n", about->name,
                   faulty.wrong > 0 ? " malformed" : "", difference);
        } else if (expected[0] == '\0' || strcmp(expected, difference) != 0 ||
                   (wrong && faulty.wrong == 0)) {
            print_error("[%s]\n%s--- and not\n%s", about->name, difference,
                        expected);
            failed++;
        }
    }
    assert_int_equal(failed, 0);
}

/* From an occasion that does not come a fault does nothing; from the second on
 * it does something else than from the first; ended, it does nothing any more.
 */
static void test_sim_hub_faults_strike_from_their_occasion(void **state)
{
    static char all[TEXT_MAX];
    const struct sim_fault_about *about;
    (void)state;
    play("none", false, &plain);
    for (size_t i = 0; (about = sim_faults_about(i)) != NULL; i++) {
        char name[80];
        snprintf(name, sizeof(name), "%s:999", about->name);
        play(name, false, &faulty);
        assert_string_equal(compare(), "");
        snprintf(name, sizeof(name), "%s:1", about->name);
        play(name, true, &faulty);
        snprintf(all, sizeof(all), "%s", compare());
        snprintf(name, sizeof(name), "%s:2", about->name);
        play(name, true, &faulty);
        /* The first logon has nothing to forget. */
        bool same = strcmp(about->name, "forgets-on-reconnect") == 0;
        if (strcmp(compare(), all) == 0 && !same) {
            fail_msg("%s is all there", name);
        }
    }
}

struct fixture {
    struct sim_fake fake;
    struct sim_hub hub;
};

static int setup(void **state)
{
    struct fixture *f = sim_grow(NULL, 1, sizeof(*f));
    memset(f, 0, sizeof(*f));
    sim_fake_init(&f->fake, SIM_FIX50SP2);
    sim_hub_init(&f->hub, &f->fake.port);
    assert_true(
        sim_hub_limit(&f->hub, "ACME-USD FCM1 ACME USD 100000.00", false));
    *state = f;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *f = *state;
    sim_hub_deinit(&f->hub);
    free(f);
    return 0;
}

static void tell(struct fixture *f, const char *line)
{
    if (!sim_hub_command(&f->hub, line)) {
        fail_msg("refused: %s", line);
    }
}

static void ask(struct fixture *f, const char *fields)
{
    struct sim_body body = {0};
    struct sim_message message = sim_fake_message(&body, "DF", fields);
    sim_hub_receive(&f->hub, &f->fake.peer, &message);
    sim_body_deinit(&body);
}

static bool said(const struct fixture *f, const char *line)
{
    for (size_t i = 0; i < f->fake.said_count; i++) {
        if (strcmp(f->fake.said[i], line) == 0) {
            return true;
        }
    }
    return false;
}

/* Several at once, one more later, none and normal end them. */
static void test_sim_hub_faults_are_switched_while_running(void **state)
{
    struct fixture *f = *state;
    f->fake.wrong = true;
    tell(f, "fault wrong-amount:2,late-answer=500");
    ask(f, NEW("1", "T1", "10.00"));
    assert_int_equal(f->fake.sent_count, 0);
    assert_int_equal(sim_faults_due(&f->hub.faults),
                     f->fake.port.now_ns + 500 * SIM_MS);
    f->fake.port.now_ns += 500 * SIM_MS;
    sim_hub_tick(&f->hub);
    sim_fake_expect(&f->fake, 0, "DG", "2318=1|2325=0|2324=10.00");
    assert_true(said(f, "fault late-answer"));
    assert_false(said(f, "fault wrong-amount"));
    tell(f, "fault wrong-enum");
    ask(f, NEW("2", "T2", "10.00"));
    f->fake.port.now_ns += 500 * SIM_MS;
    sim_hub_tick(&f->hub);
    sim_fake_expect(&f->fake, 1, "DG", "2318=2|2325=7|2324=11.00");
    assert_true(said(f, "fault wrong-amount"));
    tell(f, "faults");
    assert_true(said(f, "faults late-answer on from=1 met=2"));
    assert_true(said(f, "faults wrong-amount on from=2 met=2"));
    assert_true(said(f, "faults no-answer off"));
    assert_true(said(f, "faults end"));
    tell(f, "fault none");
    ask(f, NEW("3", "T3", "10.00"));
    sim_fake_expect(&f->fake, 2, "DG", "2318=3|2325=0|2324=10.00");
    tell(f, "fault no-answer");
    tell(f, "normal");
    ask(f, NEW("4", "T4", "10.00"));
    sim_fake_expect(&f->fake, 3, "DG", "2318=4|2325=0|2324=10.00");
    assert_int_equal(f->fake.wrong_count, 1);
}

/* What is not understood changes nothing, the right half of it neither. */
static void test_sim_hub_faults_bad_words_change_nothing(void **state)
{
    static const char *const bad[] = {
        "fault",
        "fault nonsense",
        "fault no-answer,",
        "fault ,no-answer",
        "fault no-answer,nonsense",
        "fault no-answer wrong-enum",
        "fault no-answer:0",
        "fault no-answer:-1",
        "fault no-answer:",
        "fault no-answer:x",
        "fault no-answer:99999999999999999999",
        "fault no-answer=5",
        "fault late-answer=",
        "fault late-answer=0",
        "fault late-answer=86400001",
        "fault late-answer=1.5",
        "fault no-answer,none",
        "fault No-Answer",
    };
    struct fixture *f = *state;
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        if (sim_hub_command(&f->hub, bad[i])) {
            fail_msg("accepted: %s", bad[i]);
        }
    }
    assert_int_equal(f->hub.faults.on_count, 0);
    ask(f, NEW("1", "T1", "10.00"));
    sim_fake_expect(&f->fake, 0, "DG", "2318=1|2325=0|2324=10.00");
}

/* Fragments are consistent without the limit; the last one is unfinished. */
static void test_sim_hub_faults_in_fragments(void **state)
{
    struct fixture *f = *state;
    tell(f, "limit B FCM1 BETA USD 1.00");
    tell(f, "limit C FCM1 GAMA USD 1.00");
    tell(f, "fragment 1");
    tell(f, "fault snapshot-leaves-out-a-limit,"
            "snapshot-in-unfinished-fragments");
    sim_fake_clear(&f->fake);
    sim_hub_logon(&f->hub, &f->fake.peer);
    assert_int_equal(f->fake.sent_count, 2);
    sim_fake_expect(&f->fake, 0, "CM", "1512=2|893=N|1670=B");
    sim_fake_expect(&f->fake, 1, "CM", "1512=2|893=N|1670=C");
}

/* All at once is no crash, and what is late is forgotten with the rest. */
static void test_sim_hub_faults_all_at_once(void **state)
{
    struct fixture *f = *state;
    const struct sim_fault_about *about;
    char command[80];
    for (size_t i = 0; (about = sim_faults_about(i)) != NULL; i++) {
        snprintf(command, sizeof(command), "fault %s", about->name);
        tell(f, command);
    }
    f->fake.wrong = true;
    sim_hub_logon(&f->hub, &f->fake.peer);
    tell(f, "suspend ACME drill");
    tell(f, "reinstate ACME");
    tell(f, "limit ACME-USD 5");
    for (int i = 0; i < 2; i++) {
        ask(f, NEW("1", "T1", "10.00"));
        ask(f, TRADE);
        ask(f, "2318=6|2319=T1|2320=1|2321=0");
    }
    tell(f, "limit ACME-USD 900000000000000");
    ask(f, NEW("7", "T7", "900000000000000")); /* no room for twice as much */
    tell(f, "fault none");
    tell(f, "fault late-answer");
    ask(f, NEW("9", "T9", "1.00"));
    assert_true(sim_faults_due(&f->hub.faults) < SIM_NEVER);
    sim_hub_forget(&f->hub);
    assert_int_equal(sim_faults_due(&f->hub.faults), SIM_NEVER);
}

/* The page has every fault, and what it does, word by word. */
static void test_sim_hub_faults_are_documented(void **state)
{
    const struct sim_fault_about *about;
    FILE *file = fopen(PAGE, "r");
    static char page[131072];
    char row[512];
    (void)state;
    assert_non_null(file);
    page[fread(page, 1, sizeof(page) - 1, file)] = '\0';
    assert_true(feof(file));
    fclose(file);
    for (size_t i = 0; (about = sim_faults_about(i)) != NULL; i++) {
        snprintf(row, sizeof(row), "| `%s` | %s | %s |\n", about->name,
                 about->does, about->breaks);
        if (strstr(page, row) == NULL) {
            fail_msg("docs/simulators.md lacks: %s", row);
        }
    }
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sim_hub_faults_make_their_difference_only),
        cmocka_unit_test(test_sim_hub_faults_strike_from_their_occasion),
        CASE(test_sim_hub_faults_are_switched_while_running),
        CASE(test_sim_hub_faults_bad_words_change_nothing),
        CASE(test_sim_hub_faults_in_fragments),
        CASE(test_sim_hub_faults_all_at_once),
        cmocka_unit_test(test_sim_hub_faults_are_documented),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
