/*
 * Counterparties for a kit, and a kit that is watched.
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

#include "kit_peer.h"
#include <signal.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

uv_loop_t loop;
struct peer peer;
struct watch watch;

#define DESK                                                                   \
    "[SESSION]\nName=client\nRole=client\nBeginString=FIX.4.4\n"               \
    "SenderCompID=GATE\nTargetCompID=CLIENT\nConnectionType=acceptor\n"        \
    "SocketAcceptPort=0\nVenue=venue\nAccounts=ACME\n\n"                       \
    "[SESSION]\nName=venue\nRole=venue\nBeginString=FIX.4.4\n"                 \
    "SenderCompID=GATE\nTargetCompID=VENUE\nConnectionType=acceptor\n"         \
    "SocketAcceptPort=0\n\n"                                                   \
    "[SESSION]\nName=hub\nRole=hub\nBeginString=FIXT.1.1\n"                    \
    "SenderCompID=GATE\nTargetCompID=HUB\nConnectionType=acceptor\n"           \
    "SocketAcceptPort=0\n\n"                                                   \
    "[SESSION]\nName=other\nRole=hub\nBeginString=FIXT.1.1\n"                  \
    "SenderCompID=GATE\nTargetCompID=OTHER\nConnectionType=acceptor\n"         \
    "SocketAcceptPort=0\n\n"                                                   \
    "[ACCOUNT]\nAccount=ACME\nClearingFirm=FCM1\nHub=hub\n\n"                  \
    "[LIMIT]\nRiskLimitID=ACME-USD\nAccount=ACME\nHub=hub\nOwner=FCM1\n"       \
    "Currency=USD\nModel=ping\n\n"                                             \
    "[GATE]\nMaxOrders=64\n\n"                                                 \
    "instrument USSW10,USD,904\n"                                              \
    "value RUN R\nvalue ACCOUNT ACME\nvalue LIMIT ACME-USD\n"                  \
    "value PROBE CL\nvalue ANSWER CM\n"                                        \
    "default client > D 1=$ACCOUNT 55=USSW10 54=1 40=2 44=4.1 60=@\n"          \
    "default client > F 1=$ACCOUNT 55=USSW10 54=1 60=@\n"                      \
    "default venue > 8 55=USSW10 54=1 6=0\n"                                   \
    "default hub > DG 2325=0 2320=0 2321=0\n"                                  \
    "default wire > A 98=0 108=30 141=Y 1137=9\n"                              \
    "ignore 60\n"

/* --- a hub --------------------------------------------------------------- */

/* "TAG=" of the body, or "". */
static void field(const struct fix8c_message *message,
                  const char *tag,
                  char *out,
                  size_t len)
{
    const char *end = message->body + message->body_len;
    const char *at = message->body;

    *out = '\0';
    while (at < end) {
        const char *stop = memchr(at, '\001', (size_t)(end - at));

        if (stop == NULL) {
            return;
        }
        if (strncmp(at, tag, strlen(tag)) == 0) {
            at += strlen(tag);
            snprintf(out, len, "%.*s", (int)(stop - at), at);
            return;
        }
        at = stop + 1;
    }
}

static void say(const char *type, const char *body)
{
    char bytes[512];
    size_t len = strlen(body);

    memcpy(bytes, body, len);
    for (size_t i = 0; i < len; i++) {
        bytes[i] = bytes[i] == '|' ? '\001' : bytes[i];
    }
    (void)fix8c_session_send(peer.session, type, NULL, 0, bytes, len);
}

static void on_later(uv_timer_t *timer)
{
    (void)timer;
    if (peer.mood == PEER_SLOW) {
        say("DG", peer.later);
    } else {
        fix8c_session_logon(peer.session);
    }
}

static void news(void)
{
    say("B", "148=hello|33=1|58=world|");
}

static void answer(const char *body, int seq)
{
    char reject[64];

    switch (peer.mood) {
    case PEER_SILENT:
        break;
    case PEER_TWICE:
        say("DG", body);
        say("DG", body);
        break;
    case PEER_SLOW:
        snprintf(peer.later, sizeof(peer.later), "%s", body);
        uv_timer_start(&peer.timer, on_later, 600, 0);
        break;
    case PEER_BREAKS:
        fix8c_transport_drop(peer.transport, peer.session);
        break;
    case PEER_LOGS_OUT:
        (void)fix8c_session_logout(peer.session, "no more");
        uv_timer_start(&peer.timer, on_later, 300, 0);
        break;
    case PEER_FLOODS:
        for (int i = 0; i < 3000; i++) {
            news();
        }
        break;
    case PEER_REJECTS:
        snprintf(reject, sizeof(reject), "45=%d|373=99|58=not so|", seq);
        say("3", reject);
        break;
    case PEER_OTHER_WORDS:
        news();
        say("DG", body);
        break;
    case PEER_GRANTS:
    case PEER_WRONG_AMOUNT:
        say("DG", body);
        break;
    }
}

static void check(const struct fix8c_message *message)
{
    char request[32];
    char token[64];
    char amount[32];
    char trans[8];
    char kind[8];
    char body[512];

    field(message, "2318=", request, sizeof(request));
    field(message, "2319=", token, sizeof(token));
    field(message, "2324=", amount, sizeof(amount));
    field(message, "2320=", trans, sizeof(trans));
    field(message, "2321=", kind, sizeof(kind));
    snprintf(peer.requests + strlen(peer.requests),
             sizeof(peer.requests) - strlen(peer.requests), " %s", request);
    if (peer.mood == PEER_OTHER_WORDS) {
        snprintf(amount, sizeof(amount), "9040");
    }
    snprintf(body, sizeof(body),
             "2318=%s|2319=%s|2320=%s|2321=%s|2324=%s|2325=%s|%s%s%s1328=UP-7|",
             request, token, trans, kind, amount,
             strcmp(trans, "1") == 0 ? "4" : "0",
             strcmp(trans, "1") == 0 ? "" : "2327=",
             strcmp(trans, "1") == 0          ? ""
             : peer.mood == PEER_WRONG_AMOUNT ? "1"
                                              : amount,
             strcmp(trans, "1") == 0 ? "" : "|");
    if (strcmp(trans, "1") == 0) {
        peer.withdrawals++;
        say("DG", body);
        return;
    }
    peer.asks++;
    answer(body, message->seq);
}

static enum fix8c_verdict on_app(void *user,
                                 struct fix8c_session *session,
                                 const struct fix8c_message *message,
                                 struct fix8c_refusal *refusal)
{
    (void)user;
    (void)session;
    (void)refusal;
    if (message->type_len == 2 && memcmp(message->type, "DF", 2) == 0) {
        check(message);
    }
    return FIX8C_ACCEPT;
}

void peer_open(int port)
{
    static const struct fix8c_callbacks callbacks = {.from_app = on_app};
    struct fix8c_options options = {.callbacks = &callbacks};
    struct fix8c_transport_options transport = {0};
    char settings[512];
    char error[512];

    peer = (struct peer){0};
    snprintf(settings, sizeof(settings),
             "[SESSION]\nBeginString=FIXT.1.1\nSenderCompID=HUB\n"
             "TargetCompID=GATE\nConnectionType=acceptor\n"
             "SocketAcceptPort=%d\nDefaultApplVerID=9\n",
             port);
    if (fix8c_engine_open(settings, &options, error, sizeof(error),
                          &peer.engine) != 0 ||
        fix8c_transport_open(&loop, peer.engine, &transport, error,
                             sizeof(error), &peer.transport) != 0) {
        fail_msg("%s", error);
    }
    peer.session = fix8c_engine_session(peer.engine, 0);
    peer.port = fix8c_transport_port(peer.transport, peer.session);
    uv_timer_init(&loop, &peer.timer);
}

static void on_closed(void *user)
{
    (void)user;
    peer.closed = true;
}

static void on_timer_closed(uv_handle_t *handle)
{
    (void)handle;
    peer.timer_closed = true;
}

void peer_close(void)
{
    uv_close((uv_handle_t *)&peer.timer, on_timer_closed);
    fix8c_transport_close(peer.transport, on_closed);
    while (!peer.closed || !peer.timer_closed) {
        uv_run(&loop, UV_RUN_ONCE);
    }
    fix8c_engine_close(peer.engine);
}

/* --- no FIX engine ------------------------------------------------------- */

static void on_line_closed(uv_handle_t *handle)
{
    struct raw_peer *raw = handle->data;

    raw->open--;
}

static void on_written(uv_write_t *write, int status)
{
    struct raw_peer *raw = write->data;

    (void)status;
    raw->writing = false;
}

static void speak(struct raw_peer *raw)
{
    static const char other[] =
        "8=FIX.4.2\0019=59\00135=A\00134=1\00149=HUB\001"
        "52=20261129-17:00:00\00156=GATE\00198=0\001"
        "108=30\00110=000\001";
    uv_buf_t buf = uv_buf_init(raw->bytes, sizeof(raw->bytes));

    memset(raw->bytes, '\001', sizeof(raw->bytes));
    for (size_t i = 0; i < sizeof(raw->bytes); i++) {
        raw->bytes[i] = (char)(i * 37 % 251);
    }
    if (raw->mood == RAW_OTHER_VERSION) {
        memcpy(raw->bytes, other, sizeof(other) - 1);
        buf.len = sizeof(other) - 1;
    }
    if (!raw->writing && raw->has_line) {
        raw->writing = true;
        raw->write.data = raw;
        if (uv_write(&raw->write, (uv_stream_t *)&raw->line, &buf, 1,
                     on_written) != 0) {
            raw->writing = false;
        }
    }
}

static void on_raw_timer(uv_timer_t *timer)
{
    struct raw_peer *raw = timer->data;

    if (raw->mood == RAW_NOISE || raw->mood == RAW_OTHER_VERSION) {
        speak(raw);
    }
}

static void drop_line(struct raw_peer *raw)
{
    if (raw->has_line) {
        raw->has_line = false;
        uv_close((uv_handle_t *)&raw->line, on_line_closed);
    }
}

static void on_connection(uv_stream_t *stream, int status)
{
    struct raw_peer *raw = stream->data;

    if (status != 0 || raw->has_line || raw->open > 2) {
        return; /* one is enough */
    }
    raw->open++;
    uv_tcp_init(&loop, &raw->line);
    raw->line.data = raw;
    raw->has_line = true;
    assert_int_equal(uv_accept(stream, (uv_stream_t *)&raw->line), 0);
    if (raw->mood == RAW_CLOSES) {
        drop_line(raw);
    }
}

void raw_peer_open(struct raw_peer *raw, enum raw_mood mood)
{
    struct sockaddr_in address;
    int len = sizeof(address);

    *raw = (struct raw_peer){.mood = mood, .open = 2};
    uv_tcp_init(&loop, &raw->listener);
    uv_timer_init(&loop, &raw->timer);
    raw->listener.data = raw;
    raw->timer.data = raw;
    uv_ip4_addr("127.0.0.1", 0, &address);
    assert_int_equal(
        uv_tcp_bind(&raw->listener, (struct sockaddr *)&address, 0), 0);
    assert_int_equal(uv_listen((uv_stream_t *)&raw->listener, 8, on_connection),
                     0);
    assert_int_equal(
        uv_tcp_getsockname(&raw->listener, (struct sockaddr *)&address, &len),
        0);
    raw->port = ntohs(address.sin_port);
    uv_timer_start(&raw->timer, on_raw_timer, 1, 1);
}

void raw_peer_close(struct raw_peer *raw)
{
    drop_line(raw);
    uv_close((uv_handle_t *)&raw->listener, on_line_closed);
    uv_close((uv_handle_t *)&raw->timer, on_line_closed);
    while (raw->open > 0) {
        uv_run(&loop, UV_RUN_ONCE);
    }
}

/* --- a kit that is watched ----------------------------------------------- */

static void add_bytes(const struct cg_kit_event *event)
{
    size_t room = sizeof(watch.bytes) - watch.bytes_len;
    int len;

    if (room < event->bytes.len + 64) {
        return;
    }
    len = snprintf(watch.bytes + watch.bytes_len, room, "%s %c %.*s\n",
                   event->actor, event->to_actor ? '<' : '>',
                   (int)event->bytes.len, event->bytes.data);
    for (int i = 0; i < len; i++) {
        char *at = &watch.bytes[watch.bytes_len + (size_t)i];

        *at = *at == '\001' ? '|' : *at;
    }
    watch.bytes_len += (size_t)len;
}

static void fail_step(const struct cg_kit_event *event)
{
    watch.failed++;
    snprintf(watch.expected, sizeof(watch.expected), "%s", event->expected);
    snprintf(watch.observed, sizeof(watch.observed), "%s", event->observed);
    snprintf(watch.wrong, sizeof(watch.wrong), "%s", event->wrong);
    for (size_t i = 0; i < event->differing_count && i < 16; i++) {
        watch.differing[watch.differing_count++] = event->differing[i];
    }
}

static void on_event(void *user, const struct cg_kit_event *event)
{
    (void)user;
    if (event->kind == CG_KIT_MESSAGE) {
        watch.messages++;
        add_bytes(event);
    } else if (event->kind == CG_KIT_NOTE) {
        size_t len = strlen(watch.notes);

        snprintf(watch.notes + len, sizeof(watch.notes) - len, "%s: %s\n",
                 event->actor, event->note);
    } else if (event->kind == CG_KIT_STEP) {
        assert_non_null(event->step);
        assert_non_null(event->text);
        if (event->verdict == CG_KIT_PASSED) {
            watch.passed++;
        } else if (event->verdict == CG_KIT_WAIVED) {
            watch.waived++;
        } else {
            fail_step(event);
        }
    }
}

static enum cg_kit_asked on_ask(void *user,
                                const char *actor,
                                const char *words,
                                const char *plea,
                                bool first,
                                const char **why)
{
    (void)user;
    uint64_t now = uv_hrtime() / 1000000;

    *why = "they refuse";

    assert_non_null(actor);
    assert_true(strlen(plea) > 0);
    if (first) {
        watch.asked++;
        watch.asked_at = now;
        snprintf(watch.words, sizeof(watch.words), "%s", words);
    }
    if (watch.obey != NULL) {
        return watch.obey(watch.user, first);
    }
    return now < watch.asked_at + watch.answer_after ? CG_KIT_ASKED_WAIT
                                                     : watch.answer;
}

static void on_shows(void *user)
{
    (void)user;
    watch.shown++;
}

static bool on_stops(void *user)
{
    (void)user;
    return watch.stopped;
}

void watch_open(const char *text)
{
    const struct cg_config_memory memory = {
        .name = "kit.cfg",
        .text = text,
        .instruments = INSTRUMENTS,
    };
    char error[512];

    if (cg_config_read_memory(&memory, mistake_print, NULL, &watch.config) !=
        0) {
        fail_msg("the configuration is wrong");
    }
    watch.options.loop = &loop;
    watch.options.config = &watch.config;
    watch.options.event = on_event;
    watch.options.ask = on_ask;
    watch.options.shows = on_shows;
    watch.options.stops = on_stops;
    watch.answer = CG_KIT_ASKED_DONE;
    if (cg_kit_open(&watch.options, error, sizeof(error), &watch.kit) != 0) {
        fail_msg("%s", error);
    }
}

void watch_close(void)
{
    cg_kit_close(watch.kit);
    watch.kit = NULL;
    cg_config_deinit(&watch.config);
}

static void forget(void)
{
    watch.passed = 0;
    watch.failed = 0;
    watch.waived = 0;
    watch.messages = 0;
    watch.expected[0] = '\0';
    watch.observed[0] = '\0';
    watch.wrong[0] = '\0';
    watch.differing_count = 0;
    watch.bytes_len = 0;
    watch.bytes[0] = '\0';
    watch.asked = 0;
    watch.shown = 0;
    watch.notes[0] = '\0';
}

void hub_open(int port, const char *version)
{
    char text[4096];

    snprintf(text, sizeof(text),
             GATE_LINES("none") CLIENT_LINES("%s") ACCEPTS VENUE_LINES("%s")
                 ACCEPTS HUB_LINES CONNECTS ACCOUNTS,
             version, version, port);
    watch.options.seat = CG_KIT_HUB;
    watch.options.hub = 2;
    watch_open(text);
}

void watch_play(const char *steps)
{
    struct cg_script script;
    char *text = NULL;
    uint64_t begun = uv_hrtime();

    forget();
    watch.steps = steps;
    assert_true(asprintf(&text, "%s\n%s", DESK, steps) > 0);
    assert_int_equal(cg_script_read_text("kit.session", cg_slice_str(text),
                                         mistake_print, NULL, &script),
                     0);
    assert_int_equal(cg_kit_play(watch.kit, &script, NULL, 0, &watch.verdict,
                                 watch.reason, sizeof(watch.reason)),
                     0);
    watch.took = (cg_time)(uv_hrtime() - begun);
    cg_script_deinit(&script);
    free(text);
}

void expect(enum cg_kit_verdict verdict, const char *reason)
{
    if (watch.verdict != verdict || strstr(watch.reason, reason) == NULL) {
        print_error("%s\n", watch.bytes);
        fail_msg("%s\nverdict %d: %s; expected %d: %s", watch.steps,
                 (int)watch.verdict, watch.reason, (int)verdict, reason);
    }
}

int kit_setup(void **state)
{
    (void)state;
    signal(SIGPIPE, SIG_IGN);
    assert_int_equal(uv_loop_init(&loop), 0);
    memset(&watch, 0, sizeof(watch));
    watch.options.limits = (struct cg_kit_limits){
        .tolerance_ns = 300 * CG_MS,
        .early_ns = 100 * CG_MS,
        .settle_ns = 150 * CG_MS,
        .connect_ns = 4 * CG_SECOND,
        .case_ns = 10 * CG_SECOND,
        .flood_max = 500,
    };
    peer_open(0);
    return 0;
}

int kit_teardown(void **state)
{
    (void)state;
    if (watch.kit != NULL) {
        watch_close();
    }
    peer_close();
    uv_run(&loop, UV_RUN_NOWAIT);
    assert_int_equal(uv_loop_close(&loop), 0);
    return 0;
}
