/*
 * The credit cases of a certification, on paper: each plays on a gate of ours,
 * says what it certifies, and leaves nothing behind, so that cases can follow
 * each other in any order and be repeated.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "sessions.h"

#include <creditgate/gate.h>

#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#define CASES SAMPLES "/certification"
#define CASES_MAX 300
#define ASKS_MAX 100

static char *paths[CASES_MAX];
static size_t path_count;

/* Limits, tokens, orders, links and alerts: "T104_partial.session". */
static int is_credit_case(const struct dirent *entry)
{
    size_t len = strlen(entry->d_name);

    return len > 8 && strcmp(entry->d_name + len - 8, ".session") == 0 &&
           strchr("LTOKA", entry->d_name[0]) != NULL;
}

static int open_cases(void **state)
{
    struct dirent **entries = NULL;
    int count = scandir(CASES, &entries, is_credit_case, alphasort);
    (void)state;

    assert_true(count > 0 && count <= CASES_MAX);
    for (int i = 0; i < count; i++) {
        assert_true(asprintf(&paths[i], "%s/%s", CASES, entries[i]->d_name) >
                    0);
        free(entries[i]);
    }
    free(entries);
    path_count = (size_t)count;
    return 0;
}

static int close_cases(void **state)
{
    (void)state;
    for (size_t i = 0; i < path_count; i++) {
        free(paths[i]);
    }
    return 0;
}

static void print(void *user, const char *text)
{
    (void)user;
    fputs(text, stderr);
}

/* --- what is left when a case is over ----------------------------------- */

/* What the gate has told a hub, and whether the hub has said something to it.
 */
struct told {
    char request[64]; /* 2318 */
    char token[64];   /* 2319 */
    bool withdraws;   /* 2320=1 */
    bool trade;       /* 2321=1 */
    bool answered;
};

struct left {
    const struct cg_script *script;
    struct told told[ASKS_MAX];
    size_t count;
    size_t open_tokens;
};

/* Field |tag| of a whole message, or "". */
static void field(struct cg_slice bytes, const char *tag, char value[64])
{
    char start[16];
    const char *at;
    size_t len = 0;

    (void)snprintf(start, sizeof(start), "\001%s=", tag);
    at = memmem(bytes.data, bytes.len, start, strlen(start));
    if (at != NULL) {
        at += strlen(start);
        len = strcspn(at, "\001");
    }
    assert_true(len < 64);
    (void)snprintf(value, 64, "%.*s", (int)len, at != NULL ? at : "");
}

static void gate_said(struct left *left, struct cg_slice bytes)
{
    struct told *told = &left->told[left->count];
    char value[64];

    assert_true(left->count < ASKS_MAX);
    field(bytes, "2318", told->request);
    field(bytes, "2319", told->token);
    field(bytes, "2320", value);
    told->withdraws = strcmp(value, "1") == 0;
    field(bytes, "2321", value);
    told->trade = strcmp(value, "1") == 0;
    told->answered = false;
    left->count++;
}

/* Pending (2325=3) is no answer. */
static void hub_said(struct left *left, struct cg_slice bytes)
{
    char request[64];
    char token[64];
    char status[64];

    field(bytes, "2318", request);
    field(bytes, "2319", token);
    field(bytes, "2325", status);
    for (size_t i = 0; i < left->count && strcmp(status, "3") != 0; i++) {
        struct told *told = &left->told[i];

        told->answered |= request[0] != '\0'
                              ? strcmp(request, told->request) == 0
                              : strcmp(token, told->token) == 0;
    }
}

static void passed(void *user, const struct cg_script_passed *passed)
{
    struct left *left = user;
    char type[64];

    if ((passed->act != CG_SCRIPT_SEND && passed->act != CG_SCRIPT_EXPECT) ||
        left->script->config.sessions[passed->session].role != CG_ROLE_HUB) {
        return;
    }
    field(passed->bytes, "35", type);
    if (passed->act == CG_SCRIPT_EXPECT && strcmp(type, "DF") == 0) {
        gate_said(left, passed->bytes);
    } else if (passed->act == CG_SCRIPT_SEND && strcmp(type, "DG") == 0) {
        hub_said(left, passed->bytes);
    }
}

/* An open order has a token that is open, too. */
static void played(void *user, const struct cg_journal *journal)
{
    struct left *left = user;
    struct cg_gate *books = NULL;
    struct cg_token_view view;
    char error[256] = "";

    assert_int_equal(cg_gate_open_books(journal, error, sizeof(error), &books),
                     0);
    for (size_t i = 0; cg_gate_token(books, i, &view); i++) {
        if (strcmp(view.state, "closed") != 0) {
            print_error("%s: token %s of order %s is %s at the end\n",
                        left->script->path, view.id, view.order, view.state);
            left->open_tokens++;
        }
    }
    cg_gate_close(books);
}

/* An ask that was not answered, but whose withdrawal was, is over. */
static bool is_over(const struct left *left, const struct told *told)
{
    if (told->answered || told->trade || told->withdraws) {
        return told->answered;
    }
    for (size_t i = 0; i < left->count; i++) {
        const struct told *other = &left->told[i];

        if (other->withdraws && other->answered &&
            strcmp(other->token, told->token) == 0) {
            return true;
        }
    }
    return false;
}

static size_t unanswered(const struct left *left)
{
    size_t count = 0;

    for (size_t i = 0; i < left->count; i++) {
        if (!is_over(left, &left->told[i])) {
            print_error("%s: DF 2318=%s has no answer at the end\n",
                        left->script->path, left->told[i].request);
            count++;
        }
    }
    return count;
}

/* --- the cases ---------------------------------------------------------- */

static void read_case(const char *path, struct cg_script *script)
{
    if (cg_script_read(path, sessions_mistake, NULL, script) != 0) {
        fail_msg("%s cannot be read", path);
    }
}

static bool plays(const char *path)
{
    struct cg_script script;
    struct left left = {.script = &script};
    struct cg_script_run_options options = {
        .print = print, .passed = passed, .played = played, .user = &left};
    bool good;

    read_case(path, &script);
    good = cg_script_run(&script, &options) == 0 && left.open_tokens == 0 &&
           unanswered(&left) == 0;
    cg_script_deinit(&script);
    return good;
}

/* Each plays, and no token, order or notice is open when it is over. */
static void test_certification_paper_cases_play(void **state)
{
    size_t good = 0;
    (void)state;

    for (size_t i = 0; i < path_count; i++) {
        good += plays(paths[i]) ? 1 : 0;
    }
    assert_int_equal(good, path_count);
}

/* "T-104" is in T104_words.session. */
static bool id_fits_name(struct cg_slice id, const char *name)
{
    return id.len > 2 && id.data[0] == name[0] && id.data[1] == '-' &&
           strncmp(id.data + 2, name + 1, id.len - 2) == 0 &&
           name[id.len - 1] == '_';
}

/* Has a reference to a rule, and one to FIX. */
static bool is_referenced(const struct cg_script_case *kase)
{
    bool rule = false;
    bool fix = false;

    for (size_t i = 0; i < kase->reference_count; i++) {
        const struct cg_slice *text = &kase->references[i];

        rule |= text->len > 1 && text->data[0] == 'R' && text->data[1] >= '0' &&
                text->data[1] <= '9';
        fix |= memmem(text->data, text->len, "FIX", 3) != NULL;
    }
    return rule && fix;
}

/* Each says what it is; there are enough of them for either seat. */
static void test_certification_paper_cases_say_what_they_are(void **state)
{
    size_t hub = 0;
    size_t gate = 0;
    size_t bad = 0;
    (void)state;

    for (size_t i = 0; i < path_count; i++) {
        struct cg_script script;
        const struct cg_script_case *kase = &script.kase;

        read_case(paths[i], &script);
        if (!id_fits_name(kase->id, sessions_name(paths[i])) ||
            (i > 0 &&
             strncmp(paths[i], paths[i - 1], sizeof(CASES "/T101") - 1) == 0) ||
            !is_referenced(kase) || kase->purpose.len == 0 ||
            kase->precondition_count == 0) {
            print_error("%s: its id is its own and the start of its name, and "
                        "it has a purpose, preconditions, and references to a "
                        "rule and to FIX\n",
                        paths[i]);
            bad++;
        }
        hub += kase->certifies_hub ? 1 : 0;
        gate += kase->certifies_gate ? 1 : 0;
        cg_script_deinit(&script);
    }
    assert_int_equal(bad, 0);
    assert_true(path_count >= 60);
    assert_true(hub >= 25);
    assert_true(gate >= 60);
}

/* --- the gate of paper and the gate of the wire ------------------------- */

/* What only a gate with sockets and files needs. */
static bool is_of_the_wire(const char *line)
{
    static const char *const keys[] = {
        "Journal=",           "Instruments=",  "ConnectionType=",
        "SocketAcceptPort=",  "ResetOnLogon=", "SocketConnectHost=",
        "SocketConnectPort=", "HeartBtInt=",   "ReconnectInterval=",
    };

    for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
        if (strncmp(line, keys[i], strlen(keys[i])) == 0) {
            return true;
        }
    }
    return false;
}

/* The next line of a section, or its head; false at the end. */
static bool next_line(FILE *file, char *line, size_t size)
{
    while (fgets(line, (int)size, file) != NULL) {
        const char *equals = strchr(line, '=');
        const char *blank = strpbrk(line, " #");
        bool key = equals != NULL && (blank == NULL || equals < blank);

        if ((line[0] == '[' || key) && !is_of_the_wire(line)) {
            return true;
        }
    }
    return false;
}

/* desk.inc says of the gate what gate.cfg says. */
static void test_certification_paper_gate_is_that_of_the_wire(void **state)
{
    FILE *desk = fopen(CASES "/desk.inc", "r");
    FILE *wire = fopen(CASES "/gate.cfg", "r");
    char desk_line[4096];
    char wire_line[4096];
    size_t lines = 0;
    (void)state;

    assert_non_null(desk);
    assert_non_null(wire);
    for (;;) {
        bool more = next_line(desk, desk_line, sizeof(desk_line));

        assert_int_equal(more, next_line(wire, wire_line, sizeof(wire_line)));
        if (!more) {
            break;
        }
        assert_string_equal(desk_line, wire_line);
        lines++;
    }
    assert_true(lines > 500);
    fclose(desk);
    fclose(wire);
}

/* And instruments.csv has the instruments of desk.inc. */
static void test_certification_paper_instruments_are_the_same(void **state)
{
    FILE *file = fopen(CASES "/instruments.csv", "r");
    char table[4096] = "";
    struct cg_script script;
    (void)state;

    assert_non_null(file);
    assert_true(fread(table, 1, sizeof(table) - 1, file) > 0);
    fclose(file);
    read_case(paths[0], &script);
    assert_string_equal(script.instruments_text, table);
    cg_script_deinit(&script);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_certification_paper_cases_play),
        cmocka_unit_test(test_certification_paper_cases_say_what_they_are),
        cmocka_unit_test(test_certification_paper_gate_is_that_of_the_wire),
        cmocka_unit_test(test_certification_paper_instruments_are_the_same),
    };
    return cmocka_run_group_tests(tests, open_cases, close_cases);
}
