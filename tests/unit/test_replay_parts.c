/*
 * Parts of a replay: headers, ids, queues, messages kept, and the search for
 * each message's like.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "replay_hold.h"
#include "replay_match.h"
#include "replay_route.h"

#include <check.h>
#include <fix_message.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

static struct cg_config_session config_sessions[2] = {
    {.name = "client",
     .role = CG_ROLE_CLIENT,
     .begin_string = "FIX.4.4",
     .sender_comp_id = "GATE",
     .target_comp_id = "C"},
    {.name = "venue",
     .role = CG_ROLE_VENUE,
     .begin_string = "FIX.4.4",
     .sender_comp_id = "GATE",
     .target_comp_id = "V",
     .token_tag = 7350},
};

static struct cg_config config = {
    .gate_name = "GATE", .sessions = config_sessions, .session_count = 2};

/* "11=A|..." with SOH for bars; up to four at a time. */
static struct cg_slice fix(const char *text)
{
    static char bytes[4][1024];
    static unsigned next;
    char *out = bytes[next++ % 4];
    size_t len = strlen(text);
    assert_true(len < sizeof(bytes[0]));
    for (size_t i = 0; i <= len; i++) {
        out[i] = text[i] == '|' ? '\001' : text[i];
    }
    return (struct cg_slice){out, len};
}

/* --- headers ------------------------------------------------------------ */

static bool read_message(const char *text, struct cg_replay_message *message)
{
    struct cg_log_message log = {.bytes = fix(text), .file = "f"};
    return cg_replay_message_read(&log, message);
}

/* What stands in the header, and where the body is. */
static void test_message_header_read(void **state)
{
    struct cg_replay_message message;
    struct cg_replay_route route;
    (void)state;
    cg_replay_route_init(&route, &config);
    assert_true(read_message("8=FIX.4.4|9=1|35=D|34=12|43=Y|49=C|56=GATE|"
                             "52=20260115-12:00:00|90=3|91=a|b|11=A|10=000|",
                             &message));
    assert_true(cg_replay_is(&message, 'D'));
    assert_int_equal(message.seq, 12);
    assert_true(message.possdup);
    assert_false(message.admin);
    assert_int_equal(message.body.len, 5);
    assert_memory_equal(message.body.data, "11=A\001", 5);
    assert_true(cg_replay_route(&route, &message));
    assert_int_equal(message.session, 0);
    assert_false(message.outbound);
}

/* Both directions of each session, and nobody else's. */
static void test_message_route_by_names(void **state)
{
    struct cg_replay_message message;
    struct cg_replay_route route;
    (void)state;
    cg_replay_route_init(&route, &config);
    assert_true(read_message(
        "8=FIX.4.4|9=1|35=8|34=1|49=GATE|56=V|52=x|10=000|", &message));
    assert_true(cg_replay_route(&route, &message));
    assert_int_equal(message.session, 1);
    assert_true(message.outbound);
    assert_true(read_message(
        "8=FIX.4.2|9=1|35=8|34=1|49=GATE|56=V|52=x|10=000|", &message));
    assert_false(cg_replay_route(&route, &message));
    assert_true(read_message("8=FIX.4.4|9=1|35=8|34=1|49=V|56=C|52=x|10=000|",
                             &message));
    assert_false(cg_replay_route(&route, &message));
}

/* Without what a session needs it is none. */
static void test_message_header_lacks(void **state)
{
    struct cg_replay_message message;
    (void)state;
    assert_false(
        read_message("8=FIX.4.4|9=1|35=8|49=GATE|56=V|10=000|", &message));
    assert_false(
        read_message("8=FIX.4.4|9=1|35=8|34=1|56=V|10=000|", &message));
    assert_false(
        read_message("8=FIX.4.4|9=1|35=8|34=x|49=A|56=V|10=000|", &message));
    assert_false(read_message("8=FIX.4.4|", &message));
    assert_false(read_message("", &message));
    assert_false(read_message("9=1|35=8|34=1|49=A|56=V|10=000|", &message));
    assert_false(
        read_message("8=FIX.4.4|9=1|34=1|49=A|56=V|10=000|", &message));
    assert_false(
        read_message("8=FIX.4.4|9=1|35=8|34=1|49=A|10=000|", &message));
    assert_false(
        read_message("8=FIX.4.4|9=1|35=8|34=0|49=A|56=V|10=000|", &message));
    assert_false(read_message("8=FIX.4.4|9=1|35=8|34=1234567890123456789|49=A|"
                              "56=V|10=000|",
                              &message));
    assert_false(read_message("8=FIX.4.4|9=1|35=8|34=1|49=A|56=V|", &message));
    assert_false(read_message(
        "8=FIX.4.4|9=1|12345678901=x|35=8|34=1|49=A|56=V|10=000|", &message));
    assert_false(
        read_message("8=FIX.4.4|9=1|35|34=1|49=A|56=V|10=000|", &message));
}

/* Data in the header may hold what ends a field; where its length is not its
 * own, its fields are those that end there. */
static void test_message_header_data(void **state)
{
    struct cg_replay_message message;
    (void)state;
    assert_true(read_message("8=FIX.4.4|9=1|35=8|34=1|49=A|56=V|90=3|91=a|b|"
                             "11=A|10=000|",
                             &message));
    assert_true(cg_slice_equal(message.body, fix("11=A|")));
    assert_true(read_message("8=FIX.4.4|9=1|35=8|34=1|49=A|56=V|90=4|91=a|b|"
                             "11=A|10=000|",
                             &message));
    assert_true(cg_slice_equal(message.body, fix("b|11=A|")));
    assert_true(read_message("8=FIX.4.4|9=1|35=8|34=1|49=A|56=V|90=99|91=a|"
                             "11=A|10=000|",
                             &message));
    assert_true(cg_slice_equal(message.body, fix("11=A|")));
    assert_true(read_message("8=FIX.4.4|9=1|35=8|34=1|49=A|56=V|212=3|213=a|b|"
                             "10=000|",
                             &message));
    assert_int_equal(message.body.len, 0);
}

/* Messages of the session itself, by their type, and their numbers. */
static void test_message_of_session_read(void **state)
{
    static const struct {
        const char *type;
        bool admin;
    } types[] = {{"0", true},  {"5", true},   {"6", false}, {"A", true},
                 {"B", false}, {"AE", false}, {"/", false}};
    struct cg_replay_message message;
    char text[200];
    (void)state;
    for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
        snprintf(text, sizeof(text),
                 "8=FIX.4.4|9=1|35=%s|34=1|49=A|56=V|141=Y|123=N|36=7|45=8|7=9|"
                 "16=10|10=000|",
                 types[i].type);
        assert_true(read_message(text, &message));
        assert_int_equal(message.admin, types[i].admin);
        assert_int_equal(message.resets, types[i].admin);
        assert_false(message.fills);
        assert_int_equal(message.next, types[i].admin ? 7 : 0);
        assert_int_equal(message.about, types[i].admin ? 8 : 0);
        assert_int_equal(message.first, types[i].admin ? 9 : 0);
        assert_int_equal(message.last, types[i].admin ? 10 : 0);
    }
}

/* A field is digits, = and a value that ends. */
static void test_field_is_cut_off(void **state)
{
    static const char *const none[] = {
        "", "11", "11=A", "x=A|", "1234567890=A|", "11:A|"};
    struct cg_slice fields = fix("11=A|58=|");
    struct cg_slice value = CG_SLICE("");
    uint32_t tag = 0;
    (void)state;
    assert_true(cg_replay_field(&fields, &tag, &value));
    assert_int_equal(tag, 11);
    assert_true(cg_slice_is(value, "A"));
    assert_true(cg_replay_field(&fields, &tag, &value));
    assert_int_equal(tag, 58);
    assert_int_equal(value.len, 0);
    assert_false(cg_replay_field(&fields, &tag, &value));
    for (size_t i = 0; i < sizeof(none) / sizeof(none[0]); i++) {
        fields = fix(none[i]);
        if (cg_replay_field(&fields, &tag, &value)) {
            fail_msg("%s", none[i]);
        }
    }
}

/* --- ids ---------------------------------------------------------------- */

static bool made(const struct cg_replay_ids *ids, uint32_t tag, const char *id)
{
    return cg_replay_id_is_made(ids, tag, cg_slice_str(id));
}

static void test_ids_made_by_form(void **state)
{
    struct cg_replay_ids ids;
    (void)state;
    cg_replay_ids_init(&ids, &config);
    assert_true(made(&ids, 2319, "GATE-T8"));
    assert_true(made(&ids, 17, "GATE-E12-0"));
    assert_true(made(&ids, 2318, "17"));
    assert_false(made(&ids, 2319, "GATE-T"));
    assert_false(made(&ids, 2319, "GATE-X8"));
    assert_false(made(&ids, 11, "GATE-P8a"));
    assert_false(made(&ids, 11, "GATEWAY-P8"));
    assert_false(made(&ids, 11, ""));
    assert_true(cg_replay_is_id_tag(&ids, 7350));
    assert_false(cg_replay_is_id_tag(&ids, 7351));
    cg_replay_ids_deinit(&ids);
}

/* A message with other ids in it is whole, and its sums are right. */
static void test_ids_rewrite_sealed(void **state)
{
    static struct cg_fix_message read;
    struct cg_replay_ids ids;
    struct cg_slice bytes = fix("8=FIX.4.4|9=60|35=8|34=1|49=V|56=GATE|"
                                "11=GATE-P1|41=A|58=GATE-P1|7350=GATE-T1|"
                                "10=000|");
    struct cg_slice value;
    struct cg_slice before = bytes;
    (void)state;
    cg_replay_ids_init(&ids, &config);
    assert_int_equal(cg_replay_ids_rewrite(&ids, &bytes), 0);
    assert_ptr_equal(bytes.data, before.data);
    assert_int_equal(cg_replay_ids_learn(&ids, 11, cg_slice_str("GATE-P1"),
                                         cg_slice_str("GATE-P1234567")),
                     0);
    assert_int_equal(cg_replay_ids_rewrite(&ids, &bytes), 0);
    assert_ptr_not_equal(bytes.data, before.data);
    assert_int_equal(cg_fix_read(&read, CG_FIX44, bytes.data, bytes.len), 0);
    assert_true(cg_fix_find(&read, 11, &value));
    assert_true(cg_slice_is(value, "GATE-P1234567"));
    assert_true(cg_fix_find(&read, 58, &value));
    assert_true(cg_slice_is(value, "GATE-P1"));
    assert_true(cg_fix_find(&read, 7350, &value));
    assert_true(cg_slice_is(value, "GATE-T1"));
    cg_replay_ids_deinit(&ids);
}

/* The oldest pairs make room; what is known stands. */
static void test_ids_bounded(void **state)
{
    struct cg_replay_ids ids;
    char from[32];
    char to[32];
    (void)state;
    cg_replay_ids_init(&ids, &config);
    for (int i = 0; i < CG_REPLAY_IDS + 10; i++) {
        snprintf(from, sizeof(from), "GATE-T%d", i + 100);
        snprintf(to, sizeof(to), "GATE-T%d", i);
        assert_int_equal(cg_replay_ids_learn(&ids, 2319, cg_slice_str(from),
                                             cg_slice_str(to)),
                         0);
    }
    assert_true(
        cg_replay_ids_agree(&ids, 2319, cg_slice_str(from), cg_slice_str(to)));
    assert_false(cg_replay_ids_agree(&ids, 2319, cg_slice_str(from),
                                     cg_slice_str("GATE-T1")));
    /* Of the first ones nothing is known any more. */
    assert_true(cg_replay_ids_agree(&ids, 2319, cg_slice_str("GATE-T100"),
                                    cg_slice_str("GATE-T7")));
    cg_replay_ids_deinit(&ids);
}

/* A number is no name: the venue's order 105 is not the request 105. */
static void test_ids_numbers_are_no_names(void **state)
{
    struct cg_replay_ids ids;
    struct cg_slice bytes = fix("8=FIX.4.4|9=30|35=8|34=1|49=V|56=GATE|"
                                "11=105|37=105|10=000|");
    struct cg_slice before = bytes;
    (void)state;
    cg_replay_ids_init(&ids, &config);
    assert_int_equal(
        cg_replay_ids_learn(&ids, 2318, cg_slice_str("105"), cg_slice_str("5")),
        0);
    assert_int_equal(cg_replay_ids_rewrite(&ids, &bytes), 0);
    assert_ptr_equal(bytes.data, before.data);
    bytes = fix("8=FIX.4.4|9=30|35=DG|34=1|49=V|56=GATE|2318=105|10=000|");
    assert_int_equal(cg_replay_ids_rewrite(&ids, &bytes), 0);
    assert_non_null(strstr(bytes.data, "\0012318=5\00110="));
    cg_replay_ids_deinit(&ids);
}

/* --- queues ------------------------------------------------------------- */

/* In and out at random, against what should be there. */
static void test_queue_random_in_order(void **state)
{
    struct cg_replay_queue queue = {.items = NULL};
    char body[3000];
    uint32_t in = 0;
    uint32_t out = 0;
    uint64_t seed = 7;
    (void)state;
    memset(body, 'x', sizeof(body));
    for (int i = 0; i < 200000; i++) {
        seed = seed * 6364136223846793005u + 1442695040888963407u;
        struct cg_replay_said said = {.time = in,
                                      .type = CG_SLICE("8"),
                                      .body = {body, seed >> 40 & 2047}};
        bool adds = (seed >> 60) < (i / 20000 % 2 != 0 ? 5U : 11U);
        if (adds && cg_replay_queue_has_room(&queue, &said)) {
            memcpy(body, &in, sizeof(in));
            said.body.len += 8;
            assert_int_equal(cg_replay_queue_add(&queue, &said), 0);
            in++;
        } else if (queue.count > 0) {
            const struct cg_replay_said *first = cg_replay_queue_at(&queue, 0);
            uint32_t is;
            memcpy(&is, first->body.data, sizeof(is));
            assert_int_equal(is, out);
            assert_int_equal(first->time, out);
            assert_int_equal(first->body.data[first->body.len - 1], 'x');
            cg_replay_queue_pop(&queue);
            out++;
        }
        assert_int_equal(queue.count, in - out);
    }
    assert_true(queue.cap <= 2 * CG_REPLAY_QUEUED_BYTES);
    cg_replay_queue_deinit(&queue);
}

/* What was sent is known by its number, until newer ones need the room. */
static void test_kept_newest_found(void **state)
{
    struct cg_replay_kept kept = {.items = NULL};
    static char bytes[8192];
    struct cg_slice sent;
    uint64_t seed = 3;
    (void)state;
    for (int64_t seq = 1; seq <= 5000; seq++) {
        seed = seed * 6364136223846793005u + 1442695040888963407u;
        size_t len = 16 + (size_t)(seed >> 52);
        memcpy(bytes, &seq, sizeof(seq));
        struct cg_replay_message message = {.bytes = {bytes, len}, .seq = seq};
        assert_int_equal(cg_replay_kept_add(&kept, &message), 0);
        for (int64_t back = 0; back < 20 && back < seq; back++) {
            int64_t is;
            assert_true(cg_replay_kept_find(&kept, seq - back, &sent));
            memcpy(&is, sent.data, sizeof(is));
            assert_int_equal(is, seq - back);
        }
    }
    assert_false(cg_replay_kept_find(&kept, 1, &sent));
    assert_true(kept.count <= CG_REPLAY_KEPT);
    cg_replay_kept_deinit(&kept);
}

/* --- the search for each message's like --------------------------------- */

static char verdicts[4096];

static int judge(void *user,
                 cg_session session,
                 enum cg_replay_verdict verdict,
                 const struct cg_replay_said *recorded,
                 const struct cg_replay_said *produced)
{
    static const char letters[] = "=xrpum";
    size_t len = strlen(verdicts);
    const struct cg_replay_said *said = recorded != NULL ? recorded : produced;
    (void)user;
    (void)session;
    snprintf(verdicts + len, sizeof(verdicts) - len, "%c%.*s ",
             letters[verdict], (int)strcspn(said->body.data, "\001") - 3,
             said->body.data + 3);
    return 0;
}

struct pairing {
    struct cg_replay_ids ids;
    struct cg_replay_match match;
    cg_time now;
};

static void pairing_open(struct pairing *pairing)
{
    verdicts[0] = '\0';
    pairing->now = 0;
    cg_replay_ids_init(&pairing->ids, &config);
    assert_int_equal(
        cg_replay_match_init(&pairing->match, &pairing->ids, 2, judge, NULL),
        0);
}

static void pairing_close(struct pairing *pairing)
{
    cg_replay_match_deinit(&pairing->match);
    cg_replay_ids_deinit(&pairing->ids);
}

/* "r11=A|..." was recorded, "p11=A|..." is produced. */
static void come(struct pairing *pairing, const char *text)
{
    struct cg_replay_said said = {
        .time = pairing->now, .type = CG_SLICE("8"), .body = fix(text + 1)};
    int status = text[0] == 'r'
                     ? cg_replay_match_recorded(&pairing->match, 0, &said)
                     : cg_replay_match_produced(&pairing->match, 0, &said);
    assert_int_equal(status, 0);
}

static void pair(const char *const *texts, const char *should)
{
    struct pairing pairing;
    pairing_open(&pairing);
    for (size_t i = 0; texts[i] != NULL; i++) {
        come(&pairing, texts[i]);
    }
    assert_int_equal(cg_replay_match_end(&pairing.match), 0);
    assert_string_equal(verdicts, should);
    pairing_close(&pairing);
}

static void test_match_in_order_same(void **state)
{
    (void)state;
    pair((const char *[]){"p11=A|38=1|", "r11=A|38=1|", "p11=B|", "p11=C|",
                          "r11=B|", "r11=C|", "r11=D|", "p11=D|", NULL},
         "=A =B =C =D ");
}

/* Times, and ids of the gate's making, make no difference; all else does. */
static void test_match_fields_compared(void **state)
{
    (void)state;
    pair((const char *[]){"p11=A|60=1|17=GATE-E1-0|",
                          "r11=A|60=2|17=GATE-E7-0|", NULL},
         "=A ");
    pair((const char *[]){"p11=A|38=1|", "r11=A|38=2|", NULL}, "xA ");
    pair((const char *[]){"p11=A|38=1|", "r11=A|", NULL}, "xA ");
    pair((const char *[]){"p11=A|", "r11=A|38=1|", NULL}, "xA ");
    pair((const char *[]){"p11=A|58=GATE-E1-0|", "r11=A|58=GATE-E7-0|", NULL},
         "xA ");
}

/* An id that has stood for one of ours cannot stand for another. */
static void test_match_ids_hold(void **state)
{
    (void)state;
    pair((const char *[]){"p11=A|2319=GATE-T1|", "r11=A|2319=GATE-T5|",
                          "p11=B|2319=GATE-T1|", "r11=B|2319=GATE-T5|",
                          "p11=C|2319=GATE-T2|", "r11=C|2319=GATE-T5|", NULL},
         "=A =B xC ");
}

/* Nor can two stand for one, nor one for itself once it stands for another. */
static void test_match_ids_one_for_one(void **state)
{
    (void)state;
    pair((const char *[]){"p11=A|2319=GATE-T1|", "r11=A|2319=GATE-T5|",
                          "p11=B|2319=GATE-T1|", "r11=B|2319=GATE-T6|", NULL},
         "=A xB ");
    pair((const char *[]){"p11=A|2319=GATE-T1|", "r11=A|2319=GATE-T5|",
                          "p11=B|2319=GATE-T5|", "r11=B|2319=GATE-T5|", NULL},
         "=A xB ");
    pair((const char *[]){"p11=A|2318=1|", "r11=A|2318=5|", "p11=B|2318=1|",
                          "r11=B|2318=1|", NULL},
         "=A xB ");
}

/* Where all are kept, that holds of ids which have been the same so far. */
static void test_match_ids_all_kept(void **state)
{
    static const char *const texts[] = {
        "p11=A|2319=GATE-T1|", "r11=A|2319=GATE-T1|", "p11=B|2319=GATE-T2|",
        "r11=B|2319=GATE-T2|", "p11=A|2319=GATE-T1|", "r11=A|2319=GATE-T2|",
        "p11=C|2319=GATE-T1|", "r11=C|2319=GATE-T3|", "p11=D|2319=GATE-T4|",
        "r11=D|2319=GATE-T1|", "p11=E|5}=1|38=2|",    "r11=E|5}=1|38=2|",
        "p11=F|5}=1|38=2|",    "r11=F|5}=1|38=3|"};
    struct pairing pairing;
    (void)state;
    pairing_open(&pairing);
    pairing.ids.all = true;
    for (size_t i = 0; i < CG_COUNT(texts); i++) {
        come(&pairing, texts[i]);
    }
    assert_string_equal(verdicts, "=A =B xA xC xD =E xF ");
    pairing_close(&pairing);
}

/* Ids of clients and venues are none of a gate's, whatever its name. */
static void test_match_ids_alike(void **state)
{
    (void)state;
    pair((const char *[]){"p35=F|11=GATE-P1|", "r35=F|11=OLD-P9|", NULL},
         "=F ");
    pair((const char *[]){"p35=F|11=GATE-P1|", "r35=F|11=A2|", NULL}, "rF pF ");
    pair((const char *[]){"p35=F|11=GATE-P1|", "r35=F|11=GATE-H1|", NULL},
         "xF ");
    pair((const char *[]){"p35=F|2318=1|", "r35=F|2318=x|", NULL}, "xF ");
}

static void test_match_one_side_lacks(void **state)
{
    (void)state;
    pair((const char *[]){"p11=A|", "p11=B|", "r11=B|", "p11=C|", "r11=C|",
                          NULL},
         "=B =C pA ");
    pair((const char *[]){"r11=A|", "r11=B|", "p11=B|", "p11=C|", "r11=C|",
                          NULL},
         "=B =C rA ");
    pair((const char *[]){"r11=A|", "p11=X|", "p11=B|", "r11=B|", NULL},
         "=B rA pX ");
    pair((const char *[]){"p11=A|", NULL}, "pA ");
    pair((const char *[]){"r11=A|", NULL}, "rA ");
}

/* A message with a header, "rHEADER;BODY". */
static void come_routed(struct pairing *pairing, const char *text)
{
    static char kept[256];
    struct cg_replay_said said = {.type = CG_SLICE("DF")};
    const char *body = strchr(text, ';');
    snprintf(kept, sizeof(kept), "%s", text + 1);
    for (char *c = kept; *c != '\0'; c++) {
        *c = *c == '|' ? '\001' : *c;
    }
    said.header = (struct cg_slice){kept, (size_t)(body - text - 1)};
    said.body = cg_slice_str(kept + said.header.len + 1);
    assert_int_equal(text[0] == 'r'
                         ? cg_replay_match_recorded(&pairing->match, 0, &said)
                         : cg_replay_match_produced(&pairing->match, 0, &said),
                     0);
}

/* What the gate decides in a header counts, in any order; the engine's fields
 * do not. */
static void test_match_headers_compared(void **state)
{
    static const char *const texts[] = {
        "p115=X|97=Y|;11=A|",
        "r8=FIX.4.4|34=7|97=Y|52=t|115=X|;11=A|",
        "p97=Y|;11=B|",
        "r8=FIX.4.4|34=8|;11=B|",
        "p;11=C|",
        "r8=FIX.4.4|97=Y|34=8|;11=C|",
        "p128=Y|;11=D|",
        "r8=FIX.4.4|128=Z|;11=D|",
        "p;11=E|",
        "r8=FIX.4.4|43=Y|122=t|34=9|1128=9|;11=E|",
    };
    struct cg_replay_ids ids;
    char text[128];
    struct cg_replay_said was = {.type = CG_SLICE("DF"),
                                 .header = CG_SLICE("97=Y\00157=a\001")};
    struct cg_replay_said is = {.type = CG_SLICE("DF"),
                                .header = CG_SLICE("57=b\00150=c\001")};
    struct pairing pairing;
    (void)state;
    pairing_open(&pairing);
    for (size_t i = 0; i < CG_COUNT(texts); i++) {
        come_routed(&pairing, texts[i]);
    }
    assert_string_equal(verdicts, "=A xB xC xD =E ");
    pairing_close(&pairing);
    cg_replay_ids_init(&ids, &config);
    cg_replay_describe(&ids, &was, &is, text, sizeof(text));
    assert_string_equal(text, "97: was Y, is not there; 57: was a, is b; "
                              "50: is c, was not there");
    cg_replay_ids_deinit(&ids);
}

/* Two that come in the other order are each other's like all the same, and so
 * are their ids. */
static void test_match_other_order(void **state)
{
    (void)state;
    pair((const char *[]){"r11=A|", "r11=B|", "p11=B|", "p11=A|", NULL},
         "=B mA ");
    pair((const char *[]){"p11=A|", "p11=B|", "r11=B|", "r11=A|", NULL},
         "=B mA ");
    pair((const char *[]){"r11=A|", "p11=B|", "r11=B|", "p11=A|", "r11=C|",
                          "p11=C|", NULL},
         "=B mA =C ");
    pair((const char *[]){"r11=A|", "r11=B|", "r11=C|", "p11=C|", "p11=B|",
                          "p11=A|", NULL},
         "=C mB mA ");
    pair((const char *[]){"r11=A|2319=GATE-T5|", "r11=B|2319=GATE-T6|",
                          "p11=B|2319=GATE-T1|", "p11=A|2319=GATE-T2|",
                          "r11=C|2319=GATE-T5|", "p11=C|2319=GATE-T2|",
                          "r11=D|2319=GATE-T6|", "p11=D|2319=GATE-T2|", NULL},
         "=B mA =C xD ");
    /* The gate has given the same numbers, to others. */
    pair((const char *[]){"r11=A|2319=GATE-T1|", "r11=B|2319=GATE-T2|",
                          "p11=B|2319=GATE-T1|", "p11=A|2319=GATE-T2|",
                          "r11=C|2319=GATE-T1|", "p11=C|2319=GATE-T2|", NULL},
         "=B mA =C ");
    /* One that says something else is another one. */
    pair((const char *[]){"r11=A|38=1|", "r11=B|", "p11=B|", "p11=A|38=2|",
                          NULL},
         "=B rA pA ");
}

/* A second later it is not looked for any more. */
static void test_match_other_order_ends(void **state)
{
    struct pairing pairing;
    (void)state;
    pairing_open(&pairing);
    come(&pairing, "r11=A|");
    come(&pairing, "r11=B|");
    come(&pairing, "p11=B|");
    assert_string_equal(verdicts, "=B ");
    pairing.now = CG_SECOND;
    come(&pairing, "r11=C|");
    assert_string_equal(verdicts, "=B ");
    pairing.now = CG_SECOND + 1;
    come(&pairing, "p11=C|");
    assert_string_equal(verdicts, "=B rA =C ");
    come(&pairing, "p11=A|");
    assert_int_equal(cg_replay_match_end(&pairing.match), 0);
    assert_string_equal(verdicts, "=B rA =C pA ");
    pairing_close(&pairing);
}

/* What has waited too long goes alone, so that what comes is found. */
static void test_match_late_goes_alone(void **state)
{
    struct pairing pairing;
    (void)state;
    pairing_open(&pairing);
    come(&pairing, "r11=A|");
    come(&pairing, "p11=B|");
    assert_string_equal(verdicts, "");
    pairing.now = CG_REPLAY_LATE_NS + 1;
    come(&pairing, "p11=C|");
    assert_string_equal(verdicts, "rA ");
    come(&pairing, "r11=B|");
    assert_string_equal(verdicts, "rA =B ");
    pairing_close(&pairing);
}

/* Without an end of either side nothing grows without bound. */
static void test_match_bounded(void **state)
{
    struct pairing pairing;
    char text[64];
    (void)state;
    pairing_open(&pairing);
    for (int i = 0; i < 3 * CG_REPLAY_QUEUED; i++) {
        snprintf(text, sizeof(text), "p11=A%d|", i);
        verdicts[0] = '\0';
        come(&pairing, text);
    }
    assert_true(pairing.match.pairs[0].produced.count <= CG_REPLAY_QUEUED);
    assert_int_equal(
        pairing.match.pairs[0].produced.count +
            pairing.match.pairs[0].passed[CG_REPLAY_BY_GATE].count +
            pairing.match.pairs[0].counts[CG_REPLAY_ONLY_PRODUCED],
        3 * CG_REPLAY_QUEUED);
    pairing_close(&pairing);
}

static void
described(const char *recorded, const char *produced, const char *should)
{
    struct cg_replay_ids ids;
    char text[256];
    struct cg_replay_said was = {.type = CG_SLICE("8"), .body = fix(recorded)};
    struct cg_replay_said is = {.type = CG_SLICE("8"), .body = fix(produced)};
    cg_replay_ids_init(&ids, &config);
    cg_replay_describe(&ids, &was, &is, text, sizeof(text));
    assert_string_equal(text, should);
    cg_replay_ids_deinit(&ids);
}

static void test_compare_described(void **state)
{
    (void)state;
    described("11=A|38=1|60=1|", "11=A|38=2|60=2|", "38: was 1, is 2");
    described("11=A|38=1|", "11=A|39=2|",
              "38: was 1, is not there; 39: is 2, was not there");
    described("448=a|448=b|", "448=a|448=c|", "448: was b, is c");
    described("1=a|2=b|", "2=b|1=a|", "the order of fields is another");
}

/* A type that is another one; an id that is the same, and stands for another.
 */
static void test_compare_described_other_type(void **state)
{
    struct cg_replay_ids ids;
    char text[256];
    struct cg_replay_said was = {.type = CG_SLICE("8"),
                                 .body = fix("11=A|2319=GATE-T5|")};
    struct cg_replay_said is = {.type = CG_SLICE("9"),
                                .body = fix("11=A|2319=GATE-T5|")};
    (void)state;
    cg_replay_ids_init(&ids, &config);
    assert_int_equal(cg_replay_ids_learn(&ids, 2319, CG_SLICE("GATE-T5"),
                                         CG_SLICE("GATE-T6")),
                     0);
    cg_replay_describe(&ids, &was, &is, text, sizeof(text));
    assert_string_equal(text, "35: was 8, is 9; 2319: is GATE-T5, which stands "
                              "for another");
    cg_replay_ids_deinit(&ids);
}

/* A description that is too long is cut, not written on. */
static void test_compare_description_cut(void **state)
{
    struct cg_replay_ids ids;
    char text[16];
    struct cg_replay_said was = {.type = CG_SLICE("8"),
                                 .body = fix("58=aaaaaaaaaaaaaaaaaaaaaaaa|")};
    struct cg_replay_said is = {.type = CG_SLICE("8"),
                                .body = fix("58=b|59=c|")};
    (void)state;
    cg_replay_ids_init(&ids, &config);
    cg_replay_describe(&ids, &was, &is, text, sizeof(text));
    assert_int_equal(strlen(text), 15);
    cg_replay_ids_deinit(&ids);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_message_header_read),
        cmocka_unit_test(test_message_route_by_names),
        cmocka_unit_test(test_message_header_lacks),
        cmocka_unit_test(test_message_header_data),
        cmocka_unit_test(test_message_of_session_read),
        cmocka_unit_test(test_field_is_cut_off),
        cmocka_unit_test(test_ids_made_by_form),
        cmocka_unit_test(test_ids_rewrite_sealed),
        cmocka_unit_test(test_ids_bounded),
        cmocka_unit_test(test_ids_numbers_are_no_names),
        cmocka_unit_test(test_queue_random_in_order),
        cmocka_unit_test(test_kept_newest_found),
        cmocka_unit_test(test_match_in_order_same),
        cmocka_unit_test(test_match_fields_compared),
        cmocka_unit_test(test_match_ids_hold),
        cmocka_unit_test(test_match_ids_one_for_one),
        cmocka_unit_test(test_match_ids_alike),
        cmocka_unit_test(test_match_ids_all_kept),
        cmocka_unit_test(test_match_one_side_lacks),
        cmocka_unit_test(test_match_headers_compared),
        cmocka_unit_test(test_match_other_order),
        cmocka_unit_test(test_match_other_order_ends),
        cmocka_unit_test(test_match_late_goes_alone),
        cmocka_unit_test(test_match_bounded),
        cmocka_unit_test(test_compare_described),
        cmocka_unit_test(test_compare_described_other_type),
        cmocka_unit_test(test_compare_description_cut),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
