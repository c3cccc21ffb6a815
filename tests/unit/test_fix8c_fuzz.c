/*
 * Mutated messages, with length and checksum made right again so that they get
 * as far as they can: nothing may crash, hang or leave a session that does not
 * take the next Logon.  Under a sanitizer this is the test that matters.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "test_fix8c_pair.h"
#include <creditgate/dictionary.h>

#define ROUNDS 6000
#define TEXT_MAX 1024

static const char *const seeds[] = {
    "35=A|34=1|49=INI|52=@T|56=ACC|98=0|108=30|1137=9|",
    "35=A|34=1|49=INI|52=@T|56=ACC|95=3|96=a|b|98=0|108=30|141=Y|384=1|372=D|"
    "385=S|1137=9|",
    "35=D|34=#|49=INI|52=@T|56=ACC|11=A1|453=2|448=a|20001=b|448=c|9001=1|",
    "35=D|34=#|43=Y|49=INI|50=s|52=@T|56=ACC|97=Y|122=@T|212=3|213=x|y|627=1|"
    "628=h|11=A1|354=3|355=p|q|93=2|89=zz|",
    "35=AB|34=#|49=INI|52=@T|56=ACC|11=A1|54=1|55=X|60=@T|40=1|38=5|21=1|"
    "453=2|448=a|447=D|802=1|523=s|803=1|448=b|447=D|354=3|355=p|q|"
    "555=2|600=L|621=2|622=ab|624=1|600=M|621=4|622=a|=d|624=2|",
    "35=2|34=#|49=INI|52=@T|56=ACC|7=1|16=0|",
    "35=4|34=#|49=INI|52=@T|56=ACC|123=Y|36=9|",
    "35=3|34=#|49=INI|52=@T|56=ACC|45=1|371=5|373=0|58=x|354=2|355=ab|",
    "35=5|34=#|49=INI|52=@T|56=ACC|58=bye|",
    "35=1|34=#|49=INI|52=@T|56=ACC|112=T|",
    "35=0|34=#|49=INI|52=@T|56=ACC|",
};
#define SEEDS (sizeof(seeds) / sizeof(seeds[0]))

static uint64_t seed = 88172645463325252u;

static unsigned pick(unsigned below)
{
    seed ^= seed << 13;
    seed ^= seed >> 7;
    seed ^= seed << 17;
    return (unsigned)(seed >> 33) % below;
}

static int take_line(void *user, const char *bytes, size_t len)
{
    size_t skip = 0;
    (void)user;
    /* Whatever came in: what goes out is a whole message. */
    assert_int_equal(fix8c_frame(bytes, len, 1 << 20, &skip), (long)len);
    return 0;
}

static void end_line(void *user)
{
    (void)user;
}

static enum fix8c_verdict from_app(void *user,
                                   struct fix8c_session *session,
                                   const struct fix8c_message *message,
                                   struct fix8c_refusal *refusal)
{
    (void)user;
    (void)session;
    assert_true(message->body >= message->bytes);
    assert_true(message->body + message->body_len + 7 ==
                message->bytes + message->len);
    refusal->reason = (int)pick(20);
    refusal->tag = (int)pick(2) * 55;
    return (enum fix8c_verdict)pick(3);
}

/* A seed with the number that is due, now and then another. */
static void write_text(char *text, const char *from, int due)
{
    const char *at = strchr(from, '#');
    int seq = pick(8) == 0 ? due + (int)pick(5) : due;
    if (at == NULL)
        snprintf(text, TEXT_MAX, "%s", from);
    else
        snprintf(text, TEXT_MAX, "%.*s%d%s", (int)(at - from), from, seq,
                 at + 1);
}

static void mutate(char *text)
{
    static const char bytes[] = "0123456789=|AYN-. \177";
    for (unsigned n = pick(4); n > 0; n--) {
        size_t len = strlen(text);
        size_t at = pick((unsigned)len);
        switch (pick(4)) {
        case 0:
            text[at] = bytes[pick(sizeof(bytes) - 1)];
            break;
        case 1:
            memmove(text + at, text + at + 1, len - at);
            break;
        case 2:
            if (len + 2 < TEXT_MAX) {
                memmove(text + at + 1, text + at, len - at + 1);
                text[at] = bytes[pick(sizeof(bytes) - 1)];
            }
            break;
        default:
            text[at] = (char)(1 + pick(255));
            break;
        }
    }
}

static void
feed_text(struct fix8c_session *session, const char *begin, const char *text)
{
    char bytes[TEXT_MAX * 4];
    size_t skip = 0;
    char own[TEXT_MAX];
    snprintf(own, sizeof(own), "%s", text);
    /* 1137 is a field of FIXT alone. */
    char *fixt = strcmp(begin, "FIXT.1.1") == 0 ? NULL : strstr(own, "1137=9|");
    if (fixt != NULL)
        memmove(fixt, fixt + 7, strlen(fixt + 7) + 1);
    size_t len = pair_message(begin, own, bytes);
    long n = fix8c_frame(bytes, len, sizeof(bytes), &skip);
    if (n <= 0)
        return;
    char *exact = malloc((size_t)n);
    assert_non_null(exact);
    memcpy(exact, bytes, (size_t)n);
    int result = fix8c_session_receive(session, exact, (size_t)n);
    assert_true(result == 0 || result == FIX8C_ERR_GARBLED ||
                result == FIX8C_ERR_STATE);
    free(exact);
}

static void
fuzz(const char *begin, const char *extra, const struct fix8c_options *options)
{
    struct fix8c_wire wire = {NULL, take_line, end_line};
    struct fix8c_engine *engine = NULL;
    char settings[1024];
    char error[256];
    char text[TEXT_MAX];
    snprintf(settings, sizeof(settings),
             "[SESSION]\nBeginString=%s\nConnectionType=acceptor\n"
             "SenderCompID=ACC\nTargetCompID=INI\nResetOnLogon=Y\n"
             "GapQueueMessages=50\nMemoryStoreMessages=100\nResendPiece=20\n%s",
             begin, extra);
    assert_int_equal(
        fix8c_engine_open(settings, options, error, sizeof(error), &engine), 0);
    struct fix8c_session *session = fix8c_engine_session(engine, 0);
    for (int round = 0; round < ROUNDS; round++) {
        if (!fix8c_session_attached(session)) {
            assert_int_equal(fix8c_session_attach(session, &wire), 0);
            if (pick(4) != 0)
                feed_text(session, begin, seeds[0]);
        }
        write_text(text, seeds[pick(SEEDS)],
                   fix8c_session_next_target(session));
        mutate(text);
        feed_text(session, begin, text);
    }
    if (fix8c_session_attached(session))
        assert_int_equal(fix8c_session_detach(session), 0);
    assert_int_equal(fix8c_session_attach(session, &wire), 0);
    feed_text(session, begin, seeds[0]);
    assert_true(fix8c_session_logged_on(session));
    fix8c_engine_close(engine);
}

/* QuickFIX sees application messages whole, too. */
static void test_fuzz_validating(void **state)
{
    static const char *const begins[] = {"FIX.4.2", "FIX.4.4", "FIXT.1.1"};
    static const struct fix8c_callbacks callbacks = {.from_app = from_app};
    struct fix8c_options options = {.callbacks = &callbacks};
    (void)state;
    for (size_t v = 0; v < 3; v++) {
        char settings[512];
        pair_validation(begins[v], settings, sizeof(settings));
        fuzz(begins[v], settings, &options);
    }
}

/* With the built-in dictionary and with session dictionaries, in every
 * version. */
static void test_fuzz_mutated_messages(void **state)
{
    static const char *const begins[] = {"FIX.4.0", "FIX.4.2", "FIX.4.4",
                                         "FIXT.1.1"};
    static const struct fix8c_callbacks callbacks = {.from_app = from_app};
    struct fix8c_dictionary list[] = {
        {"FIX.4.2", cg_fix_session_dictionary(CG_FIX42)},
        {"FIX.4.4", cg_fix_session_dictionary(CG_FIX44)},
        {"FIXT.1.1", cg_fix_transport_dictionary(CG_FIX50SP2)},
        {"FIX.5.0SP2", cg_fix_session_dictionary(CG_FIX50SP2)},
    };
    struct fix8c_options options = {.callbacks = &callbacks};
    (void)state;
    for (size_t v = 0; v < 4; v++) {
        options.dictionaries = NULL;
        options.dictionaries_len = 0;
        fuzz(begins[v], "", &options);
        options.dictionaries = list;
        options.dictionaries_len = 4;
        fuzz(begins[v], "", &options);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_fuzz_mutated_messages),
        cmocka_unit_test(test_fuzz_validating),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
