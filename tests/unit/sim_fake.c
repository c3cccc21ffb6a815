/*
 * A port for the simulators' logic that keeps what is sent and said, and holds
 * every message against the dictionary of its version.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "sim_fake.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>
#include <fix_validate.h>

/* Header and trailer around |body|: the dictionary wants a whole message. */
static size_t whole(const struct sim_fake *fake,
                    const char *type,
                    struct cg_slice body,
                    char *bytes,
                    size_t size)
{
    static const char *const begin[] = {"FIX.4.2", "FIX.4.4", "FIXT.1.1"};
    char header[128];
    unsigned sum = 0;
    int head = snprintf(header, sizeof(header),
                        "35=%s\x01"
                        "49=S\x01"
                        "56=T\x01"
                        "34=2\x01"
                        "52=20261120-18:00:00\x01",
                        type);
    int len = snprintf(bytes, size,
                       "8=%s\x01"
                       "9=%zu\x01"
                       "%s%.*s",
                       begin[fake->peer.version], (size_t)head + body.len,
                       header, (int)body.len, body.data);
    for (int i = 0; i < len; i++) {
        sum += (unsigned char)bytes[i];
    }
    return (size_t)len + (size_t)snprintf(bytes + len, size - (size_t)len,
                                          "10=%03u\x01", sum % 256);
}

/* Counts what is wrong when that is on purpose, else fails the test. */
static void check(struct sim_fake *fake, const char *type, struct cg_slice body)
{
    static const enum cg_version versions[] = {CG_FIX42, CG_FIX44, CG_FIX50SP2};
    static struct cg_fix_message message;
    struct cg_fix_fault fault;
    char bytes[4096];
    size_t len = whole(fake, type, body, bytes, sizeof(bytes));
    int read = cg_fix_read(&message, versions[fake->peer.version], bytes, len);
    if (fake->wrong) {
        bool fine = read == 0 && message.layout != NULL &&
                    cg_fix_validate(&message, &fault) == 0;
        fake->wrong_count += fine ? 0 : 1;
        return;
    }
    assert_int_equal(read, 0);
    if (message.layout == NULL) {
        fail_msg("%s is no message of this version", type);
    }
    if (cg_fix_validate(&message, &fault) != 0) {
        fail_msg("%s: %s, field %u", type, fault.text, fault.tag);
    }
}

static void fake_send(void *user,
                      struct sim_peer *peer,
                      const char *type,
                      struct cg_slice body)
{
    struct sim_fake *fake = user;
    assert_ptr_equal(peer, &fake->peer);
    assert_true(fake->sent_count < SIM_FAKE_MAX);
    check(fake, type, body);
    char *text = fake->sent[fake->sent_count++];
    assert_true(body.len + 16 < sizeof(fake->sent[0]));
    int len = snprintf(text, sizeof(fake->sent[0]), "%s %.*s", type,
                       (int)body.len, body.data);
    for (int i = 0; i < len; i++) {
        text[i] = text[i] == SIM_SOH ? '|' : text[i];
    }
}

static void fake_drop(void *user, struct sim_peer *peer)
{
    struct sim_fake *fake = user;
    assert_ptr_equal(peer, &fake->peer);
    fake->drops++;
}

static void fake_say(void *user, const char *line)
{
    struct sim_fake *fake = user;
    assert_true(fake->said_count < SIM_FAKE_MAX);
    snprintf(fake->said[fake->said_count++], sizeof(fake->said[0]), "%s", line);
}

void sim_fake_init(struct sim_fake *fake, enum sim_version version)
{
    memset(fake, 0, sizeof(*fake));
    fake->peer = (struct sim_peer){.name = "S", .version = version, .up = true};
    fake->peers[0] = &fake->peer;
    fake->port = (struct sim_port){.now_ns = INT64_C(1795197600) * 1000000000,
                                   .user = fake,
                                   .peers = fake->peers,
                                   .peer_count = 1,
                                   .send = fake_send,
                                   .drop = fake_drop,
                                   .say = fake_say};
}

void sim_fake_clear(struct sim_fake *fake)
{
    fake->sent_count = 0;
    fake->said_count = 0;
}

struct sim_message
sim_fake_message(struct sim_body *body, const char *type, const char *fields)
{
    sim_body_clear(body);
    assert_true(sim_body_piped(body, fields));
    return (struct sim_message){.type = type, .body = sim_body_slice(body)};
}

void sim_fake_expect(const struct sim_fake *fake,
                     size_t at,
                     const char *type,
                     const char *fields)
{
    char head[16];
    if (at >= fake->sent_count) {
        fail_msg("message %zu of %zu: %s %s", at, fake->sent_count, type,
                 fields);
    }
    snprintf(head, sizeof(head), "%s ", type);
    if (strncmp(fake->sent[at], head, strlen(head)) != 0) {
        fail_msg("not a %s: %s", type, fake->sent[at]);
    }
    while (*fields != '\0') {
        char field[256];
        size_t len = strcspn(fields, "|");
        /* A field starts after the type or another field, and ends whole. */
        snprintf(field, sizeof(field), "|%.*s|", (int)len, fields);
        const char *found = strstr(fake->sent[at], field);
        bool first = strncmp(fake->sent[at] + strlen(head), field + 1,
                             strlen(field) - 1) == 0;
        if (found == NULL && !first) {
            fail_msg("no %.*s in %s", (int)len, fields, fake->sent[at]);
        }
        fields += len + (fields[len] == '|' ? 1 : 0);
    }
}

void sim_fake_expect_absent(const struct sim_fake *fake, size_t at, int tag)
{
    char field[16];
    assert_true(at < fake->sent_count);
    snprintf(field, sizeof(field), "|%d=", tag);
    if (strstr(fake->sent[at], field) != NULL) {
        fail_msg("%d is in %s", tag, fake->sent[at]);
    }
}

/* --- a venue -------------------------------------------------------------- */

static int venue_open(void **state, enum sim_version version)
{
    struct venue_test *f = sim_grow(NULL, 1, sizeof(*f));
    memset(f, 0, sizeof(*f));
    sim_fake_init(&f->fake, version);
    sim_venue_init(&f->venue, &f->fake.port);
    *state = f;
    return 0;
}

int venue_setup(void **state)
{
    return venue_open(state, SIM_FIX44);
}

int venue_setup_42(void **state)
{
    return venue_open(state, SIM_FIX42);
}

int venue_teardown(void **state)
{
    struct venue_test *f = *state;
    sim_venue_deinit(&f->venue);
    sim_body_deinit(&f->body);
    free(f);
    return 0;
}

void venue_in(struct venue_test *f, const char *type, const char *fields)
{
    struct sim_message message = sim_fake_message(&f->body, type, fields);
    sim_venue_receive(&f->venue, &f->fake.peer, &message);
}

void venue_tell(struct venue_test *f, const char *line)
{
    if (!sim_venue_command(&f->venue, line)) {
        fail_msg("refused: %s", line);
    }
}

/* --- a hub ---------------------------------------------------------------- */

int hub_setup(void **state)
{
    struct hub_test *f = sim_grow(NULL, 1, sizeof(*f));
    memset(f, 0, sizeof(*f));
    sim_fake_init(&f->fake, SIM_FIX50SP2);
    sim_hub_init(&f->hub, &f->fake.port);
    assert_true(sim_hub_limit(&f->hub, "ACME-USD FCM1 ACME USD 100000.00 gross",
                              false));
    *state = f;
    return 0;
}

int hub_teardown(void **state)
{
    struct hub_test *f = *state;
    /* R23: both ledgers add up after every test, whatever it did. */
    struct sim_ledger *ledger = &f->hub.ledger;
    for (size_t i = 0; i < ledger->limit_count; i++) {
        int64_t open = 0;
        for (size_t t = 0; t < ledger->token_count; t++) {
            int64_t reserved = sim_account_reserved(&ledger->tokens[t].sums);
            assert_true(reserved >= 0);
            open += ledger->tokens[t].limit == i ? reserved : 0;
        }
        const struct sim_limit *limit = &ledger->limits[i];
        assert_int_equal(sim_account_reserved(&limit->sums), open);
        assert_int_equal(limit->open_buy + limit->open_sell, open);
    }
    sim_hub_deinit(&f->hub);
    sim_body_deinit(&f->body);
    free(f);
    return 0;
}

void hub_in(struct hub_test *f, const char *type, const char *fields)
{
    struct sim_message message = sim_fake_message(&f->body, type, fields);
    sim_hub_receive(&f->hub, &f->fake.peer, &message);
}

void hub_tell(struct hub_test *f, const char *line)
{
    if (!sim_hub_command(&f->hub, line)) {
        fail_msg("refused: %s", line);
    }
}
