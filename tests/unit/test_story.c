/*
 * Stories: what a message says in words, and which line a step takes.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>
#include <story_stage.h>

static struct cg_slice soh(struct sim_body *body, const char *piped)
{
    sim_body_clear(body);
    assert_true(sim_body_piped(body, piped));
    return sim_body_slice(body);
}

static void test_story_describes_messages(void **state)
{
    static const struct {
        const char *message;
        const char *words;
    } rows[] = {
        {"35=D|11=A|54=1|38=50000000|55=X|44=4.125|1=ACME|7350=T1",
         "order A: buy 50,000,000 X at 4.125 for ACME, token T1"},
        {"35=D|11=A|54=2|38=-1000.5|55=X", "order A: sell -1,000.5 X"},
        {"35=G|11=B|41=A|54=1|38=5|55=X|44=4", "replace A by B: buy 5 X at 4"},
        {"35=F|11=C|41=A", "cancel A (request C)"},
        {"35=H|11=A", "asks how A stands"},
        {"35=8|11=A|150=0|39=0", "A accepted"},
        {"35=8|11=A|150=F|39=1|32=5|31=4|14=5|38=10",
         "A trades 5 at 4, 5 of 10 done"},
        {"35=8|11=A|150=1|20=0|32=5|31=4|14=5|38=10",
         "A trades 5 at 4, 5 of 10 done"},
        {"35=8|11=A|150=2|20=0|32=5|31=4|14=10|38=10",
         "A trades 5 at 4, 10 of 10 done"},
        {"35=8|11=A|150=2|39=2", "A filled"},
        {"35=8|11=B|41=A|150=5|54=1|38=7|55=X|44=4",
         "B replaces A: buy 7 X at 4"},
        {"35=8|11=A|150=I|39=0", "A is new"},
        {"35=8|11=A|150=I|39=1", "A is partly filled"},
        {"35=8|11=A|150=1|20=3|39=2", "A is filled"},
        {"35=8|11=A|150=I|39=6", "A is being canceled"},
        {"35=8|11=A|150=I|39=A", "A is pending"},
        {"35=8|11=A|150=I|39=E", "A is being replaced"},
        {"35=8|11=A|150=I|39=5", "A is replaced"},
        {"35=8|11=A|150=I|39=Z", "A is in another state"},
        {"35=8|11=A|150=3", "A done for the day"},
        {"35=8|11=A|150=4", "A canceled"},
        {"35=8|11=A|150=C", "A expired"},
        {"35=8|11=A|150=H", "A trade busted"},
        {"35=8|11=A|150=8|58=CG101 no credit", "A refused: CG101 no credit"},
        {"35=9|11=C|41=A|58=too late", "request C on A refused: too late"},
        {"35=B|148=alert|58=90 %", "news: alert | 90 %"},
        {"35=B|148=alert", "news: alert"},
        {"35=DF|2320=0|2321=0|2319=T|2324=9040.00|15=USD|1670=L",
         "asks for 9,040.00 USD on L, token T"},
        {"35=DF|2320=2|2321=0|2319=T|2324=40|1670=L",
         "asks for a total of 40 on L, token T"},
        {"35=DF|2320=1|2321=0|2319=T", "gives back token T"},
        {"35=DF|2320=0|2321=1|2319=T|2324=40|15=USD",
         "consumed 40 USD of token T"},
        {"35=DG|2325=0|2321=0|2319=T|2327=40|15=USD",
         "grants 40 USD to token T"},
        {"35=DG|2325=1|2321=0|2319=T|2327=20", "grants only 20 to token T"},
        {"35=DG|2325=2|2321=0|2319=T|1328=no", "denies token T: no"},
        {"35=DG|2325=3|2319=T", "is still thinking about token T"},
        {"35=DG|2325=4|2319=T", "has cancelled token T"},
        {"35=DG|2325=9|2319=T", "muddles token T"},
        {"35=DG|2325=/|2319=T", "muddles token T"},
        {"35=DG|2325=0|2321=1|2319=T", "notes the consumption of token T"},
        {"35=DG|2325=2|2321=1|2319=T", "refuses the consumption of token T"},
        {"35=CL|1666=Q", "asks for all limits"},
        {"35=CM|1531=1000|1532=USD|1670=L|1531=5|1670=M",
         "limits: 1,000 USD on L, 5 on M"},
        {"35=CR|1324=M|1531=5|1532=USD|1670=L", "limit changed: 5 USD on L"},
        {"35=DE|2316=0", "takes the limits"},
        {"35=DE|2316=1|58=too many", "refuses the limits: too many"},
        {"35=DH|2329=0|453=1|448=ACME|447=D|452=24", "suspend ACME"},
        {"35=DH|2329=1|2330=Y|453=1|448=FCM1|447=D|452=4",
         "halt FCM1 (a drill)"},
        {"35=DH|2329=9", "act on"},
        {"35=DH|2329=/", "act on"},
        {"35=DI|2329=2|2332=1|453=1|448=ACME|447=D|452=24",
         "reinstate ACME: done"},
        {"35=DI|2329=2|2332=2", "reinstate: refused"},
        {"35=DI|2329=2|2332=7", "reinstate"},
        {"35=3|45=7|58=no", "cannot take message 7: no"},
        {"35=j|58=no", "cannot take message : no"},
        {"35=ZZ|58=no", ""},
    };
    struct sim_body body = {0};
    char text[256];
    char small[12];

    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        story_describe(soh(&body, rows[i].message), text, sizeof(text));
        assert_string_equal(text, rows[i].words);
    }
    story_describe(soh(&body, "35=8|11=A|150=8|58=CG101 no credit"), small,
                   sizeof(small));
    assert_string_equal(small, "A refused: ");
    assert_true(story_is_admin(soh(&body, "35=A|98=0")));
    assert_false(story_is_admin(soh(&body, "35=AE|571=1")));
    assert_false(story_is_admin(soh(&body, "35=3|45=1")));
    sim_body_deinit(&body);
}

static void test_story_reads_lines(void **state)
{
    static const char *const bad[] = {"",
                                      "12:00:00.000000",
                                      "12:00:00.000000x words",
                                      "12-00:00.000000 words",
                                      "12:00-00.000000 words",
                                      "xx:00:00.000000 words",
                                      "12:xx:00.000000 words",
                                      "12:00:xx.000000 words",
                                      "12:00:00.000000 in S garbage"};
    struct story_line line;

    (void)state;
    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        if (story_line_read(&line, bad[i])) {
            fail_msg("\"%s\" was read", bad[i]);
        }
        sim_body_deinit(&line.message);
    }
    assert_true(story_line_read(&line, "01:02:03.500000 logon  CLIENT up"));
    assert_int_equal(line.time_ns, INT64_C(3723500000000));
    assert_string_equal(line.what, "logon");
    assert_string_equal(line.rest, "CLIENT up");
    free(line.what);
    free(line.rest);
    assert_true(story_line_read(&line, "00:00:00.000000 out S 35=D|11=A|"));
    assert_string_equal(line.what, "out D");
    assert_string_equal(line.rest, "35=D|11=A|");
    free(line.what);
    free(line.rest);
    sim_body_deinit(&line.message);
}

/* --- a stage with one line -------------------------------------------------
 */

struct fixture {
    struct story_stage *stage;
    struct story_line line;
};

static int setup(void **state)
{
    struct fixture *f = sim_grow(NULL, 1, sizeof(*f));

    memset(f, 0, sizeof(*f));
    f->stage = sim_grow(NULL, 1, sizeof(*f->stage));
    memset(f->stage, 0, sizeof(*f->stage));
    f->stage->processes[STORY_HUB].lines = &f->line;
    f->stage->processes[STORY_HUB].line_count = 1;
    assert_true(story_line_read(
        &f->line, "00:00:01.000000 in S 35=DF|34=7|2318=5|2324=9040.00|58=a "
                  "word|60=t|"));
    *state = f;
    return 0;
}

static int teardown(void **state)
{
    struct fixture *f = *state;

    free(f->line.what);
    free(f->line.rest);
    sim_body_deinit(&f->line.message);
    for (size_t i = 0; i < f->stage->variable_count; i++) {
        free(f->stage->variables[i].name);
        free(f->stage->variables[i].value);
    }
    free(f->stage->variables);
    free(f->stage);
    free(f);
    return 0;
}

static bool finds(const struct fixture *f, const char *what, const char *text)
{
    const struct story_step step = {
        .act = STORY_SEE, .actor = STORY_HUB, .what = what, .text = text};
    const struct story_line *found = story_find(f->stage, &step);

    assert_true(found == NULL || found == &f->line);
    return found != NULL;
}

static void test_story_finds_what_fits(void **state)
{
    static const struct {
        const char *text;
        bool fits;
    } rows[] = {
        {NULL, true},         {"", true},
        {"2318=5", true},     {"2318=6", false},
        {"2318=5.0", true}, /* as numbers */
        {"2324=9040", true},  {"58=a", false},
        {"58~word", true},    {"58~words", false},
        {"!2327", true},      {"!2318", false},
        {"2327=5", false},    {"2318=$P", true},
        {"2327=$P", false},   {"2318=$SET", true},
        {"2324=$SET", false}, {"2324~$SET", false},
        {"58~$", false},      {"body=$B", true},
        {"x=5", false},       {"2318", false},
        {"2318>5", false},    {"200000=5", false},
        {"2318=5|", true},    {"2318=5||2324=9040", false},
        {"2318=5|!", false},
    };
    struct fixture *f = *state;

    story_set_text(f->stage, "SET", "5");
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        if (finds(f, "in DF", rows[i].text) != rows[i].fits) {
            fail_msg("%s", rows[i].text);
        }
    }
    assert_false(finds(f, "out DF", ""));
    f->line.used = true;
    assert_false(finds(f, "in DF", ""));
}

/* Bodies are compared without frames, and without what is left out. */
static void test_story_compares_bodies(void **state)
{
    struct fixture *f = *state;
    const struct story_step step = {
        .actor = STORY_HUB, .what = "in DF", .text = "2318=$ID|body=$B|!2327"};

    story_take(f->stage, &step, &f->line);
    assert_true(f->line.used);
    assert_string_equal(story_variable(f->stage, "ID"), "5");
    f->line.used = false;
    assert_true(finds(f, "in DF", "body=$B"));
    sim_body_deinit(&f->line.message);
    assert_true(sim_body_piped(&f->line.message,
                               "35=DF|34=8|2318=5|2324=9040.00|58=a word|"
                               "60=later"));
    assert_false(finds(f, "in DF", "body=$B"));
    story_set_text(f->stage, "LEFT_OUT", "1 60");
    assert_false(finds(f, "in DF", "body=$B")); /* that has 60 */
    f->line.used = false;
    {
        const struct story_step again = {
            .actor = STORY_HUB, .what = "in DF", .text = "body=$C"};

        story_take(f->stage, &again, &f->line);
        f->line.used = false;
    }
    sim_body_deinit(&f->line.message);
    assert_true(sim_body_piped(&f->line.message,
                               "35=DF|2318=5|2324=9040.00|58=a word|60=last"));
    assert_true(finds(f, "in DF", "body=$C"));
}

/* Of lines that are no messages. */
static void test_story_finds_words(void **state)
{
    struct fixture *f = *state;
    struct story_step step = {
        .actor = STORY_HUB, .what = "listen", .text = "$PORT"};

    free(f->line.what);
    free(f->line.rest);
    sim_body_deinit(&f->line.message);
    assert_true(story_line_read(&f->line, "00:00:01.000000 listen 7101"));
    assert_true(finds(f, "listen", "$PORT"));
    assert_true(finds(f, "listen", "71"));
    assert_false(finds(f, "listen", "72"));
    step.later = true;
    f->stage->last_seen_ns = INT64_C(2000000000);
    assert_null(story_find(f->stage, &step));
    f->stage->last_seen_ns = INT64_C(1000000000);
    assert_ptr_equal(story_find(f->stage, &step), &f->line);
    story_take(f->stage, &step, &f->line);
    assert_string_equal(story_variable(f->stage, "PORT"), "7101");
    f->line.used = false;
    assert_true(finds(f, "listen", "$PORT"));
    story_set_text(f->stage, "PORT", "7102");
    assert_false(finds(f, "listen", "$PORT"));
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_story_describes_messages),
        cmocka_unit_test(test_story_reads_lines),
        CASE(test_story_finds_what_fits),
        CASE(test_story_compares_bodies),
        CASE(test_story_finds_words),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
