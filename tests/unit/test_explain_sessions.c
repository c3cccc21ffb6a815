/*
 * Every order of every sample session is explained: with words for each, and a
 * fact for each word about what was; each refusal with its reason's code; and
 * the arithmetic of each sentence is done once more.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "sessions.h"

#include <creditgate/explain.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define IDS_MAX 512

__extension__ typedef __int128 wide;

static const char *only; /* a session to print, from the command line */
/* What has to be among the words, session by session. */
static const struct {
    const char *session;
    const char *id;
    const char *part;
} words[] = {
    {"115_", "A1",
     "and the gate's own figures leave 50000.00: it was hub that "
     "said no"},
    {"116_", "A1",
     "9040.00 USD was asked for and 5000.00 was granted: 4040.00 "
     "USD too little"},
    {"123_", "A1",
     "ends at 2027-01-15T08:00:01.140Z, less the margin for "
     "clocks"},
    {"129_", "A1",
     "token GATE-T1 is invalidated: limit ACME-USD of FCM1 took "
     "it back"},
    {"132_", "A1",
     "hub has been gone since: what it was asked for cannot be "
     "granted"},
    {"207_", "A1", "limit ACME-USD of FCM1 was removed"},
    {"217_", "A2",
     "hub set limit ACME-USD of FCM1 from 100000.00 USD to "
     "10000.00 USD"},
    {"217_", "A2", "A3 9040.00 (buy, being pulled)"},
    {"307_", "A3", "(AllowReducing=N)"},
    {"313_", "A1", "another currency than the limit, GBP"},
    {"316_", "A2",
     "the order waits for room under limit ACME-USD; in use: "
     "9040.00 of 20000.00 USD"},
    {"335_", "B1",
     "the par rates in force are version 1, made at "
     "2027-01-15T08:00:00.000Z"},
    {"335_", "B1", "they were 1h old, and older than they may be (fact "},
    {"392_", "A1", "cannot be enforced as it was sent"},
    {"428_", "A1", "is too old to be taken"},
    {"433_", "A2", "venue has been gone since: new risk needs its venue"},
    {"437_", "A4", "A5, of 2027-01-15T08:00:02.000Z, has no answer yet"},
    {"511_", "A1", "the gate was restarted while this waited"},
    {"511_", "A1", "granted 9040.00 = handed back 9040.00 USD"},
    {"518_", "A2", "the gate answers in its stead"},
    {"604_", "A2",
     "limit ACME-USD of FCM1 had granted 18080.00 USD by token "
     "GATE-T1"},
    {"718_", "A2",
     "limit ACME-USD of FCM1 suspends its party: an action of "
     "its owner"},
    {"721_", "B2", "fcm has halted firm FCM2"},
    {"728_", "A2", "a warning level of the limit is reached"},
};
#define WORDS (sizeof(words) / sizeof(words[0]))

static bool met[WORDS];
static size_t explained; /* orders, in all sessions */
static size_t refusals;
static size_t pulls;

struct ids {
    char ids[IDS_MAX][CG_NAME_MAX + 1];
    uint16_t reasons[IDS_MAX]; /* of the newest refusal or pull by that id */
    size_t count;
    cg_dv01 rates[IDS_MAX]; /* per million, of the table and of facts */
    size_t rate_count;
    const char *name; /* of the session */
    const struct cg_config *config;
    size_t at;   /* the id being explained */
    size_t told; /* orders by it */
    bool coded;  /* the reason's code was among their words */
};

static bool brings_id(const struct cg_fact *fact)
{
    return fact->kind == CG_FACT_ORDER_TAKEN ||
           fact->kind == CG_FACT_ORDER_REFUSED ||
           fact->kind == CG_FACT_REQUEST_TAKEN ||
           fact->kind == CG_FACT_REQUEST_REFUSED ||
           fact->kind == CG_FACT_REQUEST_PASSED;
}

static void rate_add(struct ids *ids, cg_dv01 rate)
{
    if (rate == 0) {
        return;
    }
    assert_true(ids->rate_count < IDS_MAX);
    ids->rates[ids->rate_count++] = rate;
}

static int collect(void *user, const struct cg_fact *fact)
{
    struct ids *ids = user;
    size_t i = 0;
    rate_add(ids, fact->rate);
    if (!brings_id(fact) || fact->id_len == 0) {
        return 0;
    }
    while (i < ids->count &&
           (strlen(ids->ids[i]) != fact->id_len ||
            memcmp(ids->ids[i], fact->id, fact->id_len) != 0)) {
        i++;
    }
    assert_true(i < IDS_MAX);
    if (i == ids->count) {
        memcpy(ids->ids[i], fact->id, fact->id_len);
        ids->count++;
    }
    ids->reasons[i] = fact->reason != 0 ? fact->reason : ids->reasons[i];
    return 0;
}

static void print(const struct cg_explanation *explanation)
{
    printf("order %s %llu %s: %s %s %s\n", explanation->clordid,
           (unsigned long long)explanation->order, explanation->account,
           explanation->outcome, explanation->reason, explanation->refused);
    for (size_t i = 0; i < explanation->sentence_count; i++) {
        const struct cg_sentence *sentence = &explanation->sentences[i];
        printf("  %4llu %-8s %s\n", (unsigned long long)sentence->no,
               sentence->about, sentence->text);
    }
}

/* --- the arithmetic, once more ------------------------------------------ */

/* An amount as it is written, "9040.00 USD,", in 1/10000; what is behind it. */
static const char *read_amount(const char *text, cg_dv01 *amount)
{
    bool below = *text == '-';
    int digits = -1;
    *amount = 0;
    for (text += below ? 1 : 0;
         (*text >= '0' && *text <= '9') ||
         (*text == '.' && digits < 0 && text[1] >= '0' && text[1] <= '9');
         text++) {
        if (*text == '.') {
            digits = 0;
        } else {
            *amount = 10 * *amount + (*text - '0');
            digits += digits >= 0 ? 1 : 0;
        }
    }
    for (digits = digits < 0 ? 0 : digits; digits < 4; digits++) {
        *amount *= 10;
    }
    *amount = below ? -*amount : *amount;
    return text;
}

/* Behind |words|, or NULL. */
static const char *after(const char *text, const char *part)
{
    const char *found = text != NULL ? strstr(text, part) : NULL;
    return found != NULL ? found + strlen(part) : NULL;
}

static bool take(const char **text, const char *part, cg_dv01 *amount)
{
    *text = after(*text, part);
    if (*text != NULL) {
        *text = read_amount(*text, amount);
    }
    return *text != NULL;
}

static void wrong(const struct ids *ids, const char *text)
{
    fail_msg("%s %s: does not add up: %s", ids->name, ids->ids[ids->at], text);
}

/* "20000000 at a DV01 of 904.00 USD per million comes to 18080.00 USD". */
static void check_worth(const struct ids *ids, const char *text)
{
    const char *rest = text;
    cg_dv01 rate;
    cg_dv01 worth;
    bool known = false;
    if (!take(&rest, " at a DV01 of ", &rate) ||
        !take(&rest, " comes to ", &worth)) {
        return;
    }
    wide product = (wide)atoll(text) * rate;
    for (size_t i = 0; i < ids->rate_count; i++) {
        known = known || ids->rates[i] == rate;
    }
    if (!known || (product + 999999) / 1000000 != worth) {
        wrong(ids, text);
    }
}

/* "in use: U = fills F + open buys B b + open sells S s + use by others O". */
static void check_gross(const struct ids *ids, const char *text)
{
    const char *rest = text;
    cg_dv01 use;
    cg_dv01 parts[4];
    if (take(&rest, "in use: ", &use) && take(&rest, "= fills ", &parts[0]) &&
        take(&rest, "buys B ", &parts[1]) &&
        take(&rest, "sells S ", &parts[2]) &&
        take(&rest, "others ", &parts[3]) &&
        use != parts[0] + parts[1] + parts[2] + parts[3]) {
        wrong(ids, text);
    }
}

/* "A was asked for and B was available: C too little". */
static void check_short(const struct ids *ids, const char *text)
{
    const char *rest = text;
    cg_dv01 asked;
    cg_dv01 there;
    cg_dv01 lacks;
    (void)read_amount(text, &asked);
    if (!take(&rest, " was asked for and ", &there)) {
        return;
    }
    if (!take(&rest, ": ", &lacks) || asked - there != lacks || lacks <= 0) {
        wrong(ids, text);
    }
}

/* Of a token what came in is what went out. */
static void check_ledger(const struct ids *ids, const char *text)
{
    static const char *const names[] = {
        "granted ",  "overrun ", "reserved ",    "consumed ",
        "released ", "expired ", "invalidated ", "handed back "};
    cg_dv01 in = 0;
    cg_dv01 out = 0;
    if (strstr(text, " under limit ") == NULL || strstr(text, " = ") == NULL) {
        return;
    }
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        const char *rest = strstr(text, ": ");
        cg_dv01 amount;
        if (take(&rest, names[i], &amount)) {
            *(i < 2 ? &in : &out) += amount;
        }
    }
    if (in != out) {
        wrong(ids, text);
    }
}

static void check(const struct ids *ids, const struct cg_sentence *sentence)
{
    if (strcmp(sentence->about, "amount") == 0) {
        check_worth(ids, sentence->text);
    } else if (strcmp(sentence->about, "use") == 0) {
        check_gross(ids, sentence->text);
    } else if (strcmp(sentence->about, "so") == 0) {
        check_short(ids, sentence->text);
    } else if (strcmp(sentence->about, "token") == 0) {
        check_ledger(ids, sentence->text);
    }
}

/* --- what is said ------------------------------------------------------- */

static void look(const struct ids *ids, const char *text)
{
    for (size_t i = 0; i < WORDS; i++) {
        size_t len = strlen(words[i].session);
        met[i] = met[i] || (strncmp(ids->name, words[i].session, len) == 0 &&
                            strcmp(ids->ids[ids->at], words[i].id) == 0 &&
                            strstr(text, words[i].part) != NULL);
    }
}

static int each(void *user, const struct cg_explanation *explanation)
{
    struct ids *ids = user;
    char code[16];
    bool advised = false;
    snprintf(code, sizeof(code), "CG%u ", ids->reasons[ids->at]);
    if (only != NULL) {
        print(explanation);
    }
    if (explanation->outcome[0] == '\0') {
        fail_msg("%s: %s has no outcome", ids->name, ids->ids[ids->at]);
    }
    assert_true(explanation->sentence_count > 0);
    assert_true(explanation->outcome[0] != '\0');
    for (size_t i = 0; i < explanation->sentence_count; i++) {
        const struct cg_sentence *sentence = &explanation->sentences[i];
        assert_true(strlen(sentence->text) > 3);
        assert_true(strlen(sentence->text) < CG_SENTENCE_MAX - 1);
        bool advice = strcmp(sentence->about, "do") == 0 ||
                      strcmp(sentence->about, "call") == 0;
        assert_true(advice == (sentence->no == 0));
        assert_true(advice || sentence->utc[0] == '2');
        advised = advised || advice;
        look(ids, sentence->text);
        check(ids, sentence);
        ids->coded = ids->coded || strstr(sentence->text, code) != NULL;
    }
    assert_true(explanation->reason[0] == '\0' || advised);
    refusals += strcmp(explanation->outcome, "refused") == 0;
    pulls += strcmp(explanation->outcome, "pulled") == 0;
    ids->told++;
    return 0;
}

static void played(void *user, const struct cg_journal *journal)
{
    struct ids *ids = user;
    char error[256] = "";
    assert_int_equal(journal->load(journal->user, 0, collect, ids), 0);
    for (ids->at = 0; ids->at < ids->count; ids->at++) {
        struct cg_explain_query query = {.id = ids->ids[ids->at],
                                         .config = ids->config,
                                         .each = each,
                                         .user = ids};
        ids->told = 0;
        ids->coded = false;
        assert_int_equal(cg_gate_explain(journal, &query, error, sizeof(error)),
                         0);
        if (ids->told == 0 || (ids->reasons[ids->at] != 0 && !ids->coded)) {
            fail_msg("%s: %s: CG%u is not explained", ids->name,
                     ids->ids[ids->at], ids->reasons[ids->at]);
        }
        explained += ids->told;
    }
}

static void explain_session(const char *path)
{
    struct cg_script script;
    struct ids *ids = calloc(1, sizeof(*ids));
    struct cg_script_run_options options = {.played = played, .user = ids};
    assert_non_null(ids);
    assert_int_equal(cg_script_read(path, sessions_mistake, NULL, &script), 0);
    ids->name = sessions_name(path);
    ids->config = &script.config;
    for (size_t i = 0; i < script.config.instrument_count; i++) {
        rate_add(ids, script.config.instruments[i].dv01_per_million);
    }
    assert_int_equal(cg_script_run(&script, &options), 0);
    cg_script_deinit(&script);
    free(ids);
}

/* No order without words, no refusal without its code, no crash. */
static void test_explain_every_session(void **state)
{
    struct sessions sessions;
    (void)state;
    sessions_open(&sessions);
    for (size_t i = 0; i < sessions.count; i++) {
        if (only == NULL || strstr(sessions.paths[i], only) != NULL) {
            explain_session(sessions.paths[i]);
        }
    }
    print_message("%zu explained, %zu refused, %zu pulled\n", explained,
                  refusals, pulls);
    assert_true(only != NULL || explained > sessions.count);
    assert_true(only != NULL || refusals > 100);
    assert_true(only != NULL || pulls > 10);
    for (size_t i = 0; only == NULL && i < WORDS; i++) {
        if (!met[i]) {
            fail_msg("%s %s: no sentence has: %s", words[i].session,
                     words[i].id, words[i].part);
        }
    }
    sessions_deinit(&sessions);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_explain_every_session),
    };
    only = argc > 1 ? argv[1] : NULL;
    return cmocka_run_group_tests(tests, NULL, NULL);
}
