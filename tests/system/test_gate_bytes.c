/*
 * R54 over sockets: what the gate forwards is what came in, byte by byte.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "gate_story.h"
#include "raw_fix.h"

#include <demo_story.h>
#include <sim_fields.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Groups in groups, with fields that no dictionary has in them. */
#define PARTIES                                                                \
    "453=2|448=TRADER|447=D|452=11|802=2|523=desk a|803=4|523=seat\\x7c7|"     \
    "803=25|7777=in the group|448=FCM1|447=D|452=4|"
#define ALLOCATIONS                                                            \
    "78=2|79=ACME|80=600000|7777=in the group|79=ACME|80=400000|"

/* A group that no dictionary knows, out of order, and data that looks like
 * fields of the order. */
#define CUSTOM "9001=2|9003=b|9002=a|9003=d|9002=c|20001=\xc3\xa9|"
#define DATA "95=16|96=x\\x0138=9\\x0111=Z\\x01y=\\x7c\\x0a|"
#define ROUTING "50=DESK1|57=SOR|115=END|128=DEST|"

#define ORDER(parties)                                                         \
    "11=N1|1=ACME|" parties "21=1|55=USD-SOFR-10Y|54=1|"                       \
    "60=20260105-10:00:00.000|38=1000000.0|40=2|44=4.1250|" CUSTOM DATA        \
    "58=last \\x5c field|59=0"

#define REPORT(kind, parties)                                                  \
    "37=V1|11=N1|17=X1|" kind "39=1|1=ACME|" parties "55=USD-SOFR-10Y|54=1|"   \
    "38=1000000|40=2|44=4.125|32=400000|31=4.125|151=600000|14=400000|"        \
    "6=4.125|60=20260105-10:00:00.000|" CUSTOM DATA "58=done"

/* No dictionary: it takes what none has heard of. */
#define START_OPEN_VENUE(version)                                              \
    START(VENUE, "venuesim --listen 0 --token-tag 7350 --version " version),   \
        SEE(VENUE, "listen", "$VENUE_PORT")

#define STORY(begin, version, parties, kind, token)                            \
    {                                                                          \
        SET("LEFT_OUT", "7350 2334 2335"), START_HUB,                          \
            START_OPEN_VENUE(version),                                         \
            WRITE("gate.cfg",                                                  \
                  GATE_SECTION DEFAULT_SECTION CLIENT_SECTION("CLIENT", begin, \
                                                              "ACME")          \
                      VENUE_SECTION(begin) HUB_SECTION ACCOUNT_SECTION("ACME") \
                          LIMIT_SECTION("ACME-USD", "ACME", "ping")),          \
            INSTRUMENTS, START_GATE, SEE(HUB, "in DE", "2316=0"),              \
            VENUE_IS_UP(begin),                                                \
            START(CLIENT,                                                      \
                  "clientsim --connect $GATE_PORT --version " version),        \
            SEE(CLIENT, "logon", ""), SCENE("an order and a report"),          \
            TELL(CLIENT, "send D " ROUTING ORDER(parties)),                    \
            SEE(CLIENT, "out D", "11=N1|body=$ORDER"),                         \
            SEE(HUB, "in DF", "2320=0|2324=904.00|2319=$T"),                   \
            SEE(VENUE, "in D",                                                 \
                "11=N1|7350=$T|50=DESK1|57=SOR|115=END|128=DEST|body=$ORDER"), \
            SEE(VENUE, "out 8", "11=N1|39=0|body=$NEW"),                       \
            SEE(CLIENT, "in 8", "11=N1|39=0|body=$NEW"),                       \
            TELL(VENUE, "send 8 " ROUTING REPORT(kind, parties)),              \
            SEE(VENUE, "out 8", "17=X1|body=$REPORT"),                         \
            SEE(CLIENT, "in 8", "17=X1|body=$REPORT|50=DESK1|115=END|" token), \
            SEE(HUB, "in DF", "2319=$T|2321=1|2324=361.60"),                   \
            SCENE("a token of the client's own making does not pass"),         \
            TELL(CLIENT,                                                       \
                 "order N2 USD-SOFR-10Y buy 1000000 4 ACME 7350=FAKE"),        \
            SEE(HUB, "in DF", "2320=0|2319=$U"),                               \
            SEE(VENUE, "in D", "11=N2|7350=$U"), NONE(VENUE, "violation", ""), \
            END(CLIENT), END(GATE), END(HUB), END(VENUE),                      \
    }

static void test_gate_bytes_42_pass_untouched(void **state)
{
    static const struct story_step steps[] = STORY(
        "FIX.4.2", "FIX.4.2", ALLOCATIONS, "20=0|150=1|", "!2334");
    (void)state;
    assert_int_equal(PLAY(steps), 0);
}

static void test_gate_bytes_44_pass_untouched(void **state)
{
    static const struct story_step steps[] = STORY("FIX.4.4", "FIX.4.4",
                                                   PARTIES, "150=F|", "!2334");
    (void)state;
    assert_int_equal(PLAY(steps), 0);
}

static void test_gate_bytes_50_pass_untouched(void **state)
{
    static const struct story_step steps[] = STORY(
        "FIXT.1.1", "FIX.5.0SP2", PARTIES, "150=F|", "2334=$T|2335=1");
    (void)state;
    assert_int_equal(PLAY(steps), 0);
}

/* A venue by hand: it reads an order, breaks the line, and asks again. */
static int listener = -1;
static struct raw_fix venue = {.fd = -1};
static char order[8192];
static char order_seq[16];

static const char *venue_listens(struct story_stage *stage)
{
    int port = 0;
    char text[16];
    listener = raw_fix_listen(&port);
    snprintf(text, sizeof(text), "%d", port);
    story_set_text(stage, "VENUE_PORT", text);
    return listener >= 0 ? NULL : "the venue cannot listen";
}

static const char *log_on(const char *seq)
{
    char fields[100];
    if (!raw_fix_accept(&venue, listener) ||
        raw_fix_await(&venue, "A").len == 0) {
        return "the gate does not log on";
    }
    snprintf(fields, sizeof(fields), "34=%s|49=VENUE|56=GATE|98=0|108=30|",
             seq);
    return raw_fix_send(&venue, "A", fields) ? NULL : "no Logon can be sent";
}

static const char *venue_logs_on(struct story_stage *stage)
{
    (void)stage;
    return log_on("1");
}

/* From the first field of the body to the end of the last. */
static struct cg_slice body_of(struct cg_slice message)
{
    const char *from = memmem(message.data, message.len, "\00111=", 4);
    const char *to = message.data + message.len - strlen("10=000\001");
    return from != NULL ? (struct cg_slice){from, (size_t)(to - from)}
                        : (struct cg_slice){0};
}

static const char *venue_reads_and_breaks(struct story_stage *stage)
{
    struct cg_slice message = raw_fix_await(&venue, "D");
    struct cg_slice body = body_of(message);
    struct cg_slice seq = sim_field_find(message, 34);
    (void)stage;
    if (body.len == 0 || body.len >= sizeof(order)) {
        return "no order came";
    }
    snprintf(order_seq, sizeof(order_seq), "%.*s", (int)seq.len, seq.data);
    memcpy(order, body.data, body.len);
    order[body.len] = '\0';
    raw_fix_close(&venue);
    return strstr(order, "\0017350=GATE-T") != NULL ? NULL : "it has no token";
}

static const char *venue_asks_again(struct story_stage *stage)
{
    char fields[100];
    const char *wrong = log_on("2");
    (void)stage;
    snprintf(fields, sizeof(fields), "34=3|49=VENUE|56=GATE|7=%s|16=0|",
             order_seq);
    if (wrong == NULL && !raw_fix_send(&venue, "2", fields)) {
        wrong = "no ResendRequest can be sent";
    }
    struct cg_slice message = raw_fix_await(&venue, "D");
    if (wrong == NULL &&
        (!cg_slice_is(sim_field_find(message, 43), "Y") ||
         !cg_slice_is(sim_field_find(message, 34), order_seq))) {
        wrong = "it was not resent";
    }
    if (wrong == NULL && !cg_slice_is(body_of(message), order)) {
        wrong = "it was resent with other bytes";
    }
    return wrong;
}

/* R22 R54: a resend after a broken line has the bytes of the first sending. */
static void test_gate_bytes_resent_order_is_the_same(void **state)
{
    static const struct story_step steps[] = {
        CHECK(venue_listens),
        START_HUB,
        WRITE("gate.cfg", SETTINGS("ping")),
        INSTRUMENTS,
        START_GATE,
        SEE(HUB, "in DE", "2316=0"),
        CHECK(venue_logs_on),
        VENUE_IS_UP("FIX.4.4"),
        START(CLIENT, "clientsim --connect $GATE_PORT"),
        SEE(CLIENT, "logon", ""),
        TELL(CLIENT, "send D " ROUTING ORDER(PARTIES)),
        CHECK(venue_reads_and_breaks),
        CHECK(venue_asks_again),
        END(CLIENT),
        END(HUB),
    };
    (void)state;
    int status = PLAY(steps);
    raw_fix_close(&venue);
    close(listener);
    assert_int_equal(status, 0);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        CASE(test_gate_bytes_42_pass_untouched),
        CASE(test_gate_bytes_44_pass_untouched),
        CASE(test_gate_bytes_50_pass_untouched),
        CASE(test_gate_bytes_resent_order_is_the_same),
    };
    return story_test_begin(argc, argv)
               ? cmocka_run_group_tests(tests, NULL, NULL)
               : 2;
}
