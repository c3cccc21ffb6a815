/*
 * The peers of the gate that is killed.
 *
 * Must never answer for the gate nor spare it: what the simulators do is what
 * they do as processes.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "kill_peers.h"

#include <link/transport_line.h>
#include <stdarg.h>
#include <stdlib.h>
#include <time.h>

int64_t kill_now(void)
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

static void write_down(struct kill_peers *peers, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static void write_down(struct kill_peers *peers, const char *format, ...)
{
    int64_t now = kill_now();
    va_list arguments;
    va_start(arguments, format);
    fprintf(peers->wire, "%lld.%06lld ", (long long)(now / 1000000000),
            (long long)(now / 1000 % 1000000));
    vfprintf(peers->wire, format, arguments);
    fputc('\n', peers->wire);
    va_end(arguments);
}

static void judge(struct kill_session *session, const struct kill_event *event)
{
    struct kill_peers *peers = session->peers;
    kill_ledger_take(&peers->ledger, event);
    if (peers->watch != NULL) {
        peers->watch(peers->user, event);
    }
}

/* --- the ports of the simulators ---------------------------------------- */

static void send_on(struct kill_session *session,
                    const char *type,
                    struct cg_slice body,
                    bool again)
{
    struct kill_event event = {.peer = session->peer,
                               .possresend = again,
                               .type = type,
                               .body = body,
                               .at_ns = kill_now()};
    judge(session, &event);
    int error = fix8c_session_send(session->sim.session, type,
                                   again ? "97=Y\001" : NULL, again ? 5 : 0,
                                   body.data, body.len);
    if (error != 0) {
        write_down(session->peers, "error %s was not sent: %d", type, error);
    }
}

static struct kill_session *session_of(struct sim_peer *peer)
{
    return fix8c_session_user(peer->session);
}

static void port_send(void *user,
                      struct sim_peer *peer,
                      const char *type,
                      struct cg_slice body)
{
    (void)user;
    send_on(session_of(peer), type, body, false);
}

static void port_drop(void *user, struct sim_peer *peer)
{
    struct kill_peers *peers = user;
    fix8c_transport_drop(peers->transport, peer->session);
}

static void port_say(void *user, const char *line)
{
    write_down(user, "says %s", line);
}

void kill_peers_send(struct kill_peers *peers,
                     int client,
                     const char *type,
                     struct cg_slice body,
                     bool again)
{
    send_on(&peers->sessions[KILL_CLIENT_A + client], type, body, again);
}

/* --- what the sessions hear --------------------------------------------- */

/* 20261120-12:00:00.123 as ns since 1970. */
static int64_t time_of(struct cg_slice text)
{
    struct tm tm = {0};
    char copy[32];
    int ms = 0;
    snprintf(copy, sizeof(copy), "%.*s", (int)text.len,
             text.data != NULL ? text.data : "");
    if (sscanf(copy, "%4d%2d%2d-%2d:%2d:%2d.%3d", &tm.tm_year, &tm.tm_mon,
               &tm.tm_mday, &tm.tm_hour, &tm.tm_min, &tm.tm_sec, &ms) < 6) {
        return 0;
    }
    tm.tm_year -= 1900;
    tm.tm_mon -= 1;
    return (int64_t)timegm(&tm) * 1000000000 + ms * SIM_MS;
}

/* Field |tag|, or SendingTime(52). */
static int64_t sent_time(const struct fix8c_message *message, int tag)
{
    struct cg_slice bytes = {message->bytes, message->len};
    struct cg_slice time = sim_field_find(bytes, tag);
    return time_of(time.len > 0 ? time : sim_field_find(bytes, 52));
}

static enum fix8c_verdict on_app(void *user,
                                 struct fix8c_session *session,
                                 const struct fix8c_message *message,
                                 struct fix8c_refusal *refusal)
{
    struct kill_peers *peers = user;
    struct kill_session *own = fix8c_session_user(session);
    char type[8];
    (void)refusal;
    snprintf(type, sizeof(type), "%.*s", (int)message->type_len, message->type);
    struct kill_event event = {.peer = own->peer,
                               .from_gate = true,
                               .possresend = message->possresend,
                               .type = type,
                               .body = {message->body, message->body_len},
                               .at_ns = kill_now(),
                               .sent_ns = sent_time(message, 122),
                               .left_ns = sent_time(message, 52)};
    struct sim_message heard = {.type = type,
                                .body = event.body,
                                .possdup = message->possdup,
                                .possresend = message->possresend};
    judge(own, &event);
    if (own->peer == KILL_VENUE) {
        peers->venue_port.now_ns = event.at_ns;
        sim_venue_receive(&peers->venue, peers->venue_peer, &heard);
    } else if (own->peer == KILL_HUB) {
        peers->hub_port.now_ns = event.at_ns;
        sim_hub_receive(&peers->hub, peers->hub_peer, &heard);
    }
    return FIX8C_ACCEPT;
}

static void write_message(struct kill_peers *peers,
                          const char *direction,
                          struct fix8c_session *session,
                          const struct fix8c_message *message)
{
    char *text = sim_piped((struct cg_slice){message->bytes, message->len});
    write_down(peers, "%s %s %s", direction, fix8c_session_name(session), text);
    free(text);
}

static enum fix8c_verdict on_app_shown(void *user,
                                       struct fix8c_session *session,
                                       const struct fix8c_message *message,
                                       struct fix8c_refusal *refusal)
{
    write_message(user, "in", session, message);
    return on_app(user, session, message, refusal);
}

/* A session that the gate cannot go on with after a crash is a failure. */
static void check_admin(struct kill_peers *peers,
                        const struct fix8c_message *message)
{
    struct cg_slice bytes = {message->bytes, message->len};
    struct cg_slice text = sim_field_find(bytes, 58);
    char type = message->type_len == 1 ? message->type[0] : 0;
    bool farewell = text.len == 0 || cg_slice_is(text, "the gate is stopping");
    if ((type == '3' || (type == '5' && !farewell)) &&
        peers->ledger.failure[0] == '\0') {
        snprintf(peers->ledger.failure, sizeof(peers->ledger.failure),
                 "a session message says: 35=%c 58=%.*s", type, (int)text.len,
                 text.data != NULL ? text.data : "");
    }
}

static enum fix8c_verdict on_admin(void *user,
                                   struct fix8c_session *session,
                                   const struct fix8c_message *message,
                                   struct fix8c_refusal *refusal)
{
    (void)refusal;
    write_message(user, "in", session, message);
    check_admin(user, message);
    return FIX8C_ACCEPT;
}

static void on_sent(void *user,
                    struct fix8c_session *session,
                    const struct fix8c_message *message)
{
    write_message(user, "out", session, message);
    if (message->admin) {
        check_admin(user, message);
    }
}

static void on_logon(void *user, struct fix8c_session *session)
{
    struct kill_peers *peers = user;
    struct kill_session *own = fix8c_session_user(session);
    own->sim.up = true;
    write_down(peers, "logon %s", fix8c_session_name(session));
    if (own->peer == KILL_HUB) {
        peers->hub_port.now_ns = kill_now();
        sim_hub_logon(&peers->hub, peers->hub_peer);
    }
}

static void on_logout(void *user, struct fix8c_session *session)
{
    struct kill_session *own = fix8c_session_user(session);
    own->sim.up = false;
    write_down(user, "logout %s", fix8c_session_name(session));
}

static void
on_event(void *user, struct fix8c_session *session, const char *text)
{
    write_down(user, "event %s %s", fix8c_session_name(session), text);
}

static void on_connection(void *user, const char *text)
{
    write_down(user, "connection %s", text);
}

/* --- opening and closing ------------------------------------------------ */

static void port_init(struct kill_peers *peers,
                      struct sim_port *port,
                      struct sim_peer **peer)
{
    *port = (struct sim_port){.user = peers,
                              .now_ns = kill_now(),
                              .peers = peer,
                              .peer_count = 1,
                              .send = port_send,
                              .drop = port_drop,
                              .say = port_say};
}

static void sims_init(struct kill_peers *peers)
{
    peers->venue_peer = &peers->sessions[KILL_END_VENUE].sim;
    peers->hub_peer = &peers->sessions[KILL_END_HUB].sim;
    port_init(peers, &peers->venue_port, &peers->venue_peer);
    port_init(peers, &peers->hub_port, &peers->hub_peer);
    sim_venue_init(&peers->venue, &peers->venue_port);
    sim_hub_init(&peers->hub, &peers->hub_port);
    for (size_t i = 0; i < KILL_LIMITS; i++) {
        char words[128];
        char amount[SIM_NUMBER_MAX];
        snprintf(words, sizeof(words), "%s FCM1 %s USD %s gross",
                 kill_limits[i].id, kill_limits[i].account,
                 sim_number_write(kill_limits[i].amount, SIM_AMOUNT_DIGITS, 2,
                                  amount));
        sim_hub_limit(&peers->hub, words, false);
    }
}

static bool sessions_open(struct kill_peers *peers, int gate_port)
{
    static const struct fix8c_callbacks callbacks = {.logon = on_logon,
                                                     .logout = on_logout,
                                                     .from_admin = on_admin,
                                                     .from_app = on_app_shown,
                                                     .sent = on_sent,
                                                     .event = on_event};
    struct fix8c_options options = {.callbacks = &callbacks, .user = peers};
    struct fix8c_transport_options transport = {.event = on_connection,
                                                .user = peers};
    char settings[1024];
    char error[512] = "";
    snprintf(settings, sizeof(settings),
             "[DEFAULT]\nTargetCompID=GATE\nHeartBtInt=30\n"
             "SocketAcceptPort=0\nSocketConnectHost=127.0.0.1\n"
             "SocketConnectPort=%d\n"
             "[SESSION]\nBeginString=FIX.4.4\nSenderCompID=VENUE\n"
             "ConnectionType=acceptor\n"
             "[SESSION]\nBeginString=FIXT.1.1\nSenderCompID=HUB\n"
             "ConnectionType=acceptor\n"
             "[SESSION]\nBeginString=FIX.4.4\nSenderCompID=CLIENTA\n"
             "ConnectionType=initiator\n"
             "[SESSION]\nBeginString=FIX.4.4\nSenderCompID=CLIENTB\n"
             "ConnectionType=initiator\n",
             gate_port);
    int status = fix8c_engine_open(settings, &options, error, sizeof(error),
                                   &peers->engine);
    for (size_t i = 0; status == 0 && i < KILL_ENDS; i++) {
        static const enum kill_peer roles[KILL_ENDS] = {
            KILL_VENUE, KILL_HUB, KILL_CLIENT, KILL_CLIENT};
        struct fix8c_session *session = fix8c_engine_session(peers->engine, i);
        peers->sessions[i] = (struct kill_session){
            .peers = peers,
            .peer = roles[i],
            .sim = {.name = fix8c_session_name(session),
                    .version = i == KILL_END_HUB ? SIM_FIX50SP2 : SIM_FIX44,
                    .session = session}};
        fix8c_session_set_user(session, &peers->sessions[i]);
    }
    if (status == 0) {
        status = fix8c_transport_open(peers->loop, peers->engine, &transport,
                                      error, sizeof(error), &peers->transport);
    }
    if (status != 0) {
        fprintf(stderr, "kill_gate: the peers: %s\n", error);
    }
    return status == 0;
}

bool kill_peers_open(struct kill_peers *peers,
                     uv_loop_t *loop,
                     int gate_port,
                     const char *wire)
{
    *peers = (struct kill_peers){.loop = loop};
    peers->wire = fopen(wire, "we");
    if (peers->wire == NULL) {
        perror(wire);
        return false;
    }
    kill_ledger_init(&peers->ledger);
    if (!sessions_open(peers, gate_port)) {
        return false;
    }
    sims_init(peers);
    peers->port = fix8c_transport_port(
        peers->transport, peers->sessions[KILL_END_VENUE].sim.session);
    return true;
}

static void on_closed(void *user)
{
    struct kill_peers *peers = user;
    peers->closed = true;
}

void kill_peers_close(struct kill_peers *peers)
{
    fix8c_transport_close(peers->transport, on_closed);
    while (peers->transport != NULL && !peers->closed) {
        uv_run(peers->loop, UV_RUN_ONCE);
    }
    fix8c_engine_close(peers->engine);
    sim_venue_deinit(&peers->venue);
    sim_hub_deinit(&peers->hub);
    kill_ledger_deinit(&peers->ledger);
    if (peers->wire != NULL) {
        fclose(peers->wire);
    }
}

/* --- turns -------------------------------------------------------------- */

/* A client does not wait its second: a killed gate is back at once. */
static void connect_now(struct kill_peers *peers, enum kill_end end)
{
    struct station *station = transport_station(
        peers->transport, peers->sessions[end].sim.session);
    uint64_t soon = uv_now(peers->loop) + 3;
    if (station->line == NULL && station->due > soon) {
        station->due = soon;
        transport_watch(peers->transport);
    }
}

void kill_peers_tick(struct kill_peers *peers, bool connect)
{
    peers->hub_port.now_ns = kill_now();
    sim_hub_tick(&peers->hub);
    peers->venue_port.now_ns = kill_now();
    sim_venue_tick(&peers->venue);
    if (connect) {
        connect_now(peers, KILL_CLIENT_A);
        connect_now(peers, KILL_CLIENT_B);
    }
    fix8c_transport_touch(peers->transport);
}

bool kill_peers_all_up(const struct kill_peers *peers)
{
    for (size_t i = 0; i < KILL_ENDS; i++) {
        if (!peers->sessions[i].sim.up) {
            return false;
        }
    }
    return true;
}

bool kill_peers_all_down(const struct kill_peers *peers)
{
    for (size_t i = 0; i < KILL_ENDS; i++) {
        if (fix8c_session_attached(peers->sessions[i].sim.session)) {
            return false;
        }
    }
    return true;
}
