/*
 * Two engines joined by a wire in memory.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "test_fix8c_pair.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

static void *copy_of(const char *bytes, size_t len)
{
    char *copy = malloc(len + 1);
    assert_non_null(copy);
    memcpy(copy, bytes, len);
    copy[len] = '\0';
    return copy;
}

static void keep(struct pair_seen *list,
                 size_t *list_len,
                 const struct fix8c_message *message)
{
    assert_true(*list_len < PAIR_SEEN);
    struct pair_seen *seen = &list[(*list_len)++];
    seen->bytes = copy_of(message->bytes, message->len);
    seen->len = message->len;
    seen->body_at = (size_t)(message->body - message->bytes);
    seen->body_len = message->body_len;
    seen->message = *message;
    seen->message.bytes = seen->bytes;
    seen->message.body = seen->bytes + seen->body_at;
    seen->message.type = NULL;
    if (message->type >= message->bytes &&
        message->type < message->bytes + message->len)
        seen->message.type = seen->bytes + (message->type - message->bytes);
}

static void on_logon(void *user, struct fix8c_session *session)
{
    struct pair_end *end = user;
    assert_true(fix8c_session_logged_on(session));
    end->logons++;
}

static void on_logout(void *user, struct fix8c_session *session)
{
    struct pair_end *end = user;
    (void)session;
    end->logouts++;
}

static void on_reset(void *user, struct fix8c_session *session)
{
    struct pair_end *end = user;
    (void)session;
    end->resets++;
}

static enum fix8c_verdict from_admin(void *user,
                                     struct fix8c_session *session,
                                     const struct fix8c_message *message,
                                     struct fix8c_refusal *refusal)
{
    struct pair_end *end = user;
    (void)session;
    assert_true(message->admin);
    assert_memory_equal(message->bytes, "8=FIX", 5);
    *refusal = end->refusal;
    return end->admin_verdict;
}

/* The calls that a callback must not make. */
static void meddle(struct fix8c_session *session,
                   const struct fix8c_message *message)
{
    struct fix8c_wire wire = {0};
    assert_int_equal(
        fix8c_session_receive(session, message->bytes, message->len),
        FIX8C_ERR_STATE);
    assert_int_equal(fix8c_session_attach(session, &wire), FIX8C_ERR_STATE);
    assert_int_equal(fix8c_session_detach(session), FIX8C_ERR_STATE);
    assert_int_equal(fix8c_session_tick(session), FIX8C_ERR_STATE);
    assert_int_equal(fix8c_session_reset(session), FIX8C_ERR_STATE);
}

static enum fix8c_verdict from_app(void *user,
                                   struct fix8c_session *session,
                                   const struct fix8c_message *message,
                                   struct fix8c_refusal *refusal)
{
    struct pair_end *end = user;
    assert_ptr_equal(session, end->session);
    assert_false(message->admin);
    end->quiet_app++;
    end->quiet_last = message->seq;
    if (!end->quiet)
        keep(end->app, &end->app_len, message);
    if (end->reply)
        assert_int_equal(pair_send(end, "8", "37=1|"), 0);
    if (end->leave)
        assert_int_equal(fix8c_session_logout(session, "enough"), 0);
    if (end->meddle)
        meddle(session, message);
    *refusal = end->refusal;
    return end->verdict;
}

static enum fix8c_verdict to_app(void *user,
                                 struct fix8c_session *session,
                                 const struct fix8c_message *message)
{
    struct pair_end *end = user;
    (void)session;
    assert_true(message->seq > 0);
    if (message->possdup) {
        end->resent++;
        end->resent_last = message->seq;
    }
    if (end->nested)
        end->nested_result = pair_send(end, "B", "148=x|");
    return end->to_verdict;
}

static void on_sent(void *user,
                    struct fix8c_session *session,
                    const struct fix8c_message *message)
{
    struct pair_end *end = user;
    (void)session;
    if (!end->quiet)
        keep(end->sent, &end->sent_len, message);
}

static void
on_event(void *user, struct fix8c_session *session, const char *text)
{
    struct pair_end *end = user;
    (void)session;
    size_t len = strlen(end->events);
    snprintf(end->events + len, sizeof(end->events) - len, "%s\n", text);
}

static const struct fix8c_callbacks callbacks = {
    .logon = on_logon,
    .logout = on_logout,
    .from_admin = from_admin,
    .from_app = from_app,
    .to_app = to_app,
    .sent = on_sent,
    .reset = on_reset,
    .event = on_event,
};

static int wire_send(void *user, const char *bytes, size_t len)
{
    struct pair_end *end = user;
    if (end->cut)
        return 0;
    end->out = realloc(end->out, end->out_len + len);
    assert_non_null(end->out);
    memcpy(end->out + end->out_len, bytes, len);
    end->out_len += len;
    return 0;
}

static void wire_close(void *user)
{
    struct pair_end *end = user;
    end->closed = true;
}

static void open_end(struct pair_end *end,
                     const char *type,
                     const char *version,
                     const char *extra,
                     const struct fix8c_store *store)
{
    char settings[4096];
    char error[256];
    bool acceptor = strcmp(type, "acceptor") == 0;
    snprintf(settings, sizeof(settings),
             "[DEFAULT]\nBeginString=%s\n%s\n[SESSION]\nConnectionType=%s\n"
             "SenderCompID=%s\nTargetCompID=%s\n",
             version, extra, type, acceptor ? "ACC" : "INI",
             acceptor ? "INI" : "ACC");
    struct fix8c_options options = {
        .callbacks = &callbacks, .store = store, .user = end};
    int result = fix8c_engine_open(settings, &options, error, sizeof(error),
                                   &end->engine);
    if (result != 0)
        fail_msg("open: %d %s", result, error);
    assert_int_equal(fix8c_engine_sessions(end->engine), 1);
    end->session = fix8c_engine_session(end->engine, 0);
}

void pair_open(struct pair *pair,
               const char *version,
               const char *extra,
               const struct fix8c_store *a_store,
               const struct fix8c_store *i_store)
{
    memset(pair, 0, sizeof(*pair));
    pair->a.peer = &pair->i;
    pair->i.peer = &pair->a;
    open_end(&pair->a, "acceptor", version, extra, a_store);
    open_end(&pair->i, "initiator", version, extra, i_store);
}

void pair_validation(const char *version, char *settings, size_t size)
{
    const char *folder = getenv("FIXSPEC");
    assert_non_null(folder);
    if (strcmp(version, "FIXT.1.1") == 0)
        snprintf(settings, size,
                 "ValidateBodies=Y\nTransportDataDictionary=%s/FIXT11.xml\n"
                 "AppDataDictionary=%s/FIX50SP2.xml\n",
                 folder, folder);
    else
        snprintf(settings, size,
                 "ValidateBodies=Y\nDataDictionary=%s/FIX%c%c.xml\n", folder,
                 version[4], version[6]);
}

void pair_open_validating(struct pair *pair,
                          const char *version,
                          const char *extra)
{
    char settings[2048];
    pair_validation(version, settings, sizeof(settings));
    size_t len = strlen(settings);
    snprintf(settings + len, sizeof(settings) - len, "%s", extra);
    pair_open(pair, version, settings, NULL, NULL);
}

void pair_connect(struct pair *pair)
{
    struct fix8c_wire a = {&pair->a, wire_send, wire_close};
    struct fix8c_wire i = {&pair->i, wire_send, wire_close};
    pair->a.closed = pair->i.closed = false;
    pair->a.out_len = pair->i.out_len = 0;
    assert_int_equal(fix8c_session_attach(pair->a.session, &a), 0);
    assert_int_equal(fix8c_session_attach(pair->i.session, &i), 0);
    pair_pump(pair);
}

void pair_break(struct pair *pair)
{
    pair->a.out_len = pair->i.out_len = 0;
    assert_int_equal(fix8c_session_detach(pair->a.session), 0);
    assert_int_equal(fix8c_session_detach(pair->i.session), 0);
}

/* Moves the first message of |from| to its peer. */
static bool move_one(struct pair_end *from)
{
    size_t skip = 0;
    long len = fix8c_frame(from->out, from->out_len, 1 << 20, &skip);
    if (from->out_len == 0 || len == 0)
        return false;
    if (len < 0)
        fail_msg("not a frame: %ld", len);
    char *message = copy_of(from->out, (size_t)len);
    from->out_len -= (size_t)len;
    memmove(from->out, from->out + len, from->out_len);
    if (fix8c_session_attached(from->peer->session))
        (void)fix8c_session_receive(from->peer->session, message, (size_t)len);
    free(message);
    return true;
}

void pair_pump(struct pair *pair)
{
    bool moved = true;
    while (moved) {
        moved = move_one(&pair->a);
        moved = move_one(&pair->i) || moved;
    }
    if (pair->a.closed && fix8c_session_attached(pair->i.session))
        (void)fix8c_session_detach(pair->i.session);
    if (pair->i.closed && fix8c_session_attached(pair->a.session))
        (void)fix8c_session_detach(pair->a.session);
}

static void to_soh(char *text)
{
    for (; *text != '\0'; text++) {
        if (*text == '|')
            *text = '\001';
    }
}

/* "@T" in the text becomes the time, in 52's format. */
static void put_time(char *text)
{
    char stamp[32];
    time_t now = time(NULL);
    struct tm tm;
    gmtime_r(&now, &tm);
    strftime(stamp, sizeof(stamp), "%Y%m%d-%H:%M:%S", &tm);
    char *at = strstr(text, "@T");
    while (at != NULL) {
        memmove(at + 17, at + 2, strlen(at + 2) + 1);
        memcpy(at, stamp, 17);
        at = strstr(text, "@T");
    }
}

size_t pair_message(const char *begin_string, const char *text, char *out)
{
    char body[4096];
    snprintf(body, sizeof(body), "%s", text);
    put_time(body);
    to_soh(body);
    size_t len = (size_t)sprintf(out, "8=%s\0019=%zu\001%s", begin_string,
                                 strlen(body), body);
    unsigned sum = 0;
    for (size_t i = 0; i < len; i++)
        sum += (unsigned char)out[i];
    return len + (size_t)sprintf(out + len, "10=%03u\001", sum % 256);
}

int pair_feed(struct pair_end *end, const char *text)
{
    char message[8192];
    size_t skip = 0;
    const char *begin = fix8c_session_setting(end->session, "BeginString");
    size_t len = pair_message(begin, text, message);
    long framed = fix8c_frame(message, len, sizeof(message), &skip);
    if (framed < 0)
        return (int)framed;
    assert_int_equal(framed, (long)len);
    return fix8c_session_receive(end->session, message, len);
}

const struct pair_seen *
pair_offer(struct pair_end *end, const char *type, const char *fields)
{
    char text[4096];
    char message[8192];
    bool acceptor = !fix8c_session_initiator(end->session);
    pair_clear(end);
    int len = snprintf(text, sizeof(text), "35=%s|34=%d|49=%s|56=%s|52=@T|%s",
                       type, fix8c_session_next_target(end->session),
                       acceptor ? "INI" : "ACC", acceptor ? "ACC" : "INI",
                       fields);
    assert_true(len > 0 && (size_t)len < sizeof(text) - 64);
    put_time(text);
    size_t message_len = pair_message(
        fix8c_session_setting(end->session, "BeginString"), text, message);
    int result = fix8c_session_receive(end->session, message, message_len);
    if (result != 0)
        fail_msg("%s: %d for %s", type, result, fields);
    if (strcmp(type, "3") == 0 && end->sent_len == 0)
        return NULL;
    if (end->app_len == 0 && end->sent_len == 0)
        fail_msg("%s: neither taken nor refused: %s", type, end->events);
    if (end->app_len == 0)
        return &end->sent[0];
    assert_int_equal(end->app[0].len, message_len);
    assert_memory_equal(end->app[0].bytes, message, message_len);
    return NULL;
}

/* Turns SOH into '|', to be read by people. */
static const char *readable(const struct pair_seen *seen)
{
    for (size_t i = 0; i < seen->len; i++) {
        if (seen->bytes[i] == '\001')
            seen->bytes[i] = '|';
    }
    return seen->bytes;
}

void pair_expect_reject(struct pair_end *end,
                        const char *type,
                        const char *fields,
                        int tag,
                        int reason)
{
    char tag_field[32];
    char reason_field[32];
    const struct pair_seen *reject = pair_offer(end, type, fields);
    if (reject == NULL)
        fail_msg("%s is taken: %s", type, fields);
    snprintf(tag_field, sizeof(tag_field), "371=%d", tag);
    snprintf(reason_field, sizeof(reason_field), "373=%d", reason);
    if (!pair_has(reject, "35=3") || !pair_has(reject, tag_field) ||
        !pair_has(reject, reason_field))
        fail_msg("no 3 with %s and %s: %s for %s", tag_field, reason_field,
                 readable(reject), fields);
}

void pair_expect_taken(struct pair_end *end,
                       const char *type,
                       const char *fields)
{
    const struct pair_seen *refusal = pair_offer(end, type, fields);
    if (refusal != NULL)
        fail_msg("%s is refused: %s for %s", type, readable(refusal), fields);
}

int pair_send(struct pair_end *end, const char *type, const char *body)
{
    char bytes[4096];
    snprintf(bytes, sizeof(bytes), "%s", body);
    to_soh(bytes);
    return fix8c_session_send(end->session, type, NULL, 0, bytes,
                              strlen(bytes));
}

bool pair_has(const struct pair_seen *seen, const char *field)
{
    char text[256];
    if (seen == NULL)
        return false;
    snprintf(text, sizeof(text), "\001%s\001", field);
    return memmem(seen->bytes, seen->len, text, strlen(text)) != NULL;
}

const struct pair_seen *pair_last_sent(const struct pair_end *end,
                                       const char *type)
{
    char field[16];
    snprintf(field, sizeof(field), "35=%s", type);
    for (size_t i = end->sent_len; i > 0; i--) {
        if (pair_has(&end->sent[i - 1], field))
            return &end->sent[i - 1];
    }
    return NULL;
}

static void free_seen(struct pair_seen *list, size_t *len)
{
    for (size_t i = 0; i < *len; i++)
        free(list[i].bytes);
    *len = 0;
}

void pair_clear(struct pair_end *end)
{
    free_seen(end->app, &end->app_len);
    free_seen(end->sent, &end->sent_len);
    end->events[0] = '\0';
}

void pair_close(struct pair *pair)
{
    fix8c_engine_close(pair->a.engine);
    fix8c_engine_close(pair->i.engine);
    pair_clear(&pair->a);
    pair_clear(&pair->i);
    free(pair->a.out);
    free(pair->i.out);
}
