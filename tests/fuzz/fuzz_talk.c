/*
 * Conversations around a gate, as the sample sessions have them, and otherwise:
 * what it says is FIX, its books add up after every turn, and its journal is
 * proved at the end.
 *
 * The input is a configuration and its instruments, each up to a NUL, and
 * events: a kind, a session, the milliseconds since the one before in 3 bytes,
 * and a length in 2 bytes of what follows, a message without 8, 9 and 10.
 *
 * In the environment, CG_FUZZ_TRACE prints what is said.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "fuzz.h"
#include "sizes.h"

#include <configuration.h>
#include <creditgate/audit.h>
#include <creditgate/gate.h>
#include <fix_validate.h>
#include <stdio.h>
#include <stdlib.h>

enum kind {
    KIND_MESSAGE,
    KIND_UP,
    KIND_DOWN,
    KIND_RESETS,
    KIND_SKIPS,
    KIND_STOP,
    KIND_CRASH,
    KIND_REJECTED, /* of a message of the gate's */
    KIND_RESEND,   /* likewise */
    KINDS,
};

enum { EVENTS_MAX = 300, TICKS_MAX = 100000 };
enum { SEALED_MAX = 140000 };

struct talk {
    struct cg_config *config;
    struct cg_journal journal;
    struct cg_gate *gate;
    cg_time now;
    int seq;
    bool trace;
    /* Types of messages that were not valid: those are passed on as they are.
     */
    char strange[4096];
    size_t strange_len;
};

static struct cg_fix_message message;
static char sealed[SEALED_MAX];

static void no_report(
    void *user, const char *file, int line, const char *wrong, const char *to)
{
    (void)user;
    (void)file;
    (void)line;
    (void)wrong;
    (void)to;
}

static void
trace(const struct talk *talk, cg_session session, char way, size_t len)
{
    if (!talk->trace) {
        return;
    }
    printf("%lld.%03d %s %c ", (long long)(talk->now / CG_SECOND),
           (int)(talk->now / (CG_SECOND / 1000) % 1000),
           talk->config->sessions[session].name, way);
    for (size_t i = 0; i < len; i++) {
        putchar(sealed[i] == '\001' ? '|' : sealed[i]);
    }
    putchar('\n');
}

static void
on_log(void *user, enum cg_log_level level, cg_time now, const char *text)
{
    const struct talk *talk = user;
    (void)level;
    (void)now;
    if (talk->trace) {
        printf("    # %s\n", text);
    }
}

/* --- what the gate says
 * --------------------------------------------------------- */

static bool is_strange(const struct talk *talk, const char *type)
{
    char word[16];
    snprintf(word, sizeof(word), ",%.10s,", type);
    return strstr(talk->strange, word) != NULL;
}

static void add_strange(struct talk *talk, struct cg_slice type)
{
    char word[16];
    snprintf(word, sizeof(word), "%.*s", (int)(type.len < 10 ? type.len : 10),
             type.data);
    if (!is_strange(talk, word) &&
        talk->strange_len + 16 < sizeof(talk->strange)) {
        talk->strange_len += (size_t)snprintf(
            talk->strange + talk->strange_len,
            sizeof(talk->strange) - talk->strange_len, ",%s,", word);
    }
}

/* A message of the gate's, whole, in |sealed|. */
static size_t
compose(struct talk *talk, cg_session session, const struct cg_out *out)
{
    static char rest[SEALED_MAX];
    const struct cg_config_session *of = &talk->config->sessions[session];
    size_t len = (size_t)snprintf(
        rest, sizeof(rest),
        "35=%s\00149=%s\00156=%s\00134=%d\00152=20270115-08:00:00.000\001",
        out->type, of->sender_comp_id, of->target_comp_id, ++talk->seq);
    if (len + out->header_len + out->body_len > sizeof(rest)) {
        return 0;
    }
    memcpy(rest + len, out->header, out->header_len);
    len += out->header_len;
    memcpy(rest + len, out->body, out->body_len);
    len += out->body_len;
    return fuzz_seal((int)of->version, rest, len, sealed, sizeof(sealed));
}

static void check_out(struct talk *talk, const struct cg_out *out)
{
    struct cg_fix_fault fault;
    if (out->session >= talk->config->session_count) {
        fuzz_fail("a message for nobody");
    }
    enum cg_version version = talk->config->sessions[out->session].version;
    size_t len = compose(talk, out->session, out);
    trace(talk, out->session, '<', len);
    if (len == 0 || is_strange(talk, out->type)) {
        return;
    }
    if (cg_fix_read(&message, version, sealed, len) != 0) {
        fuzz_fail("the gate says what cannot be read: %.*s", (int)len, sealed);
    }
    if (cg_fix_validate(&message, &fault) != 0) {
        fuzz_fail("the gate says what is not valid: %u %s: %.*s", fault.tag,
                  fault.text, (int)len, sealed);
    }
}

/* The end of a turn. */
static void turn_end(struct talk *talk, int status)
{
    struct cg_out out;
    char error[512];
    if (status != 0) {
        fuzz_fail("the gate ends with %d", status);
    }
    while (cg_gate_pull(talk->gate, &out)) {
        check_out(talk, &out);
    }
    if (cg_gate_commit(talk->gate) != 0) {
        fuzz_fail("the turn is not kept");
    }
    if (!cg_gate_audit(talk->gate, error, sizeof(error))) {
        fuzz_fail("the books do not add up: %s", error);
    }
}

/* False when the configuration contradicts itself. */
static bool open_gate(struct talk *talk)
{
    char error[1024] = "";
    struct cg_gate_options options = {
        .config = talk->config,
        .journal = &talk->journal,
        .now = talk->now,
        .log = on_log,
        .user = talk,
    };
    int rc = cg_gate_open(&options, error, sizeof(error), &talk->gate);
    if (rc == 0) {
        turn_end(talk, 0);
    } else if (rc != CG_ERR_CONFIG) {
        fuzz_fail("the gate does not open: %d %s", rc, error);
    }
    return rc == 0;
}

/* --- what happens
 * ----------------------------------------------------------------- */

static void pass(struct talk *talk, cg_time ms)
{
    cg_time to = talk->now + ms * (CG_SECOND / 1000);
    for (int i = 0; cg_gate_deadline(talk->gate) <= to; i++) {
        cg_time due = cg_gate_deadline(talk->gate);
        talk->now = due > talk->now ? due : talk->now;
        turn_end(talk, cg_gate_tick(talk->gate, talk->now));
        if (i == TICKS_MAX) {
            fuzz_fail("time does not go on");
        }
    }
    talk->now = to;
}

static size_t
seal(const struct talk *talk, cg_session session, struct cg_slice bytes)
{
    return fuzz_seal((int)talk->config->sessions[session].version, bytes.data,
                     bytes.len, sealed, sizeof(sealed));
}

static void hear(struct talk *talk, cg_session session, struct cg_slice bytes)
{
    struct cg_fix_fault fault;
    enum cg_version version = talk->config->sessions[session].version;
    size_t len = seal(talk, session, bytes);
    trace(talk, session, '>', len);
    const char *edge = fuzz_at_end(sealed, len);
    int rc = cg_fix_read(&message, version, edge, len);
    if (rc != 0) {
        return; /* the FIX session takes it for none */
    }
    if (message.layout == NULL || cg_fix_validate(&message, &fault) != 0) {
        add_strange(talk, message.type);
    }
    turn_end(talk, cg_gate_recv(talk->gate, session, edge, len, talk->now));
}

static void crash(struct talk *talk)
{
    cg_gate_close(talk->gate);
    talk->gate = NULL;
    cg_journal_capture_crash(&talk->journal);
    if (!open_gate(talk)) {
        fuzz_fail("the gate does not open again");
    }
}

static void act(struct talk *talk,
                enum kind kind,
                cg_session session,
                struct cg_slice bytes)
{
    struct cg_gate *gate = talk->gate;
    size_t len;
    switch (kind) {
    case KIND_UP:
    case KIND_DOWN:
        turn_end(talk, cg_gate_link(gate, session, kind == KIND_UP, talk->now));
        break;
    case KIND_RESETS:
    case KIND_SKIPS:
        turn_end(talk, cg_gate_renumbered(gate, session, kind == KIND_RESETS,
                                          talk->now));
        break;
    case KIND_STOP:
        turn_end(talk, cg_gate_stop(gate, talk->now));
        break;
    case KIND_CRASH:
        crash(talk);
        break;
    case KIND_REJECTED:
        len = seal(talk, session, bytes);
        turn_end(talk, cg_gate_rejected(gate, session, sealed, len, talk->now));
        break;
    case KIND_RESEND:
        len = seal(talk, session, bytes);
        (void)cg_gate_may_resend(gate, session, sealed, len);
        turn_end(talk, 0);
        break;
    case KIND_MESSAGE:
    case KINDS:
        hear(talk, session, bytes);
        break;
    }
}

static void talk_all(struct talk *talk, struct fuzz_bytes *bytes)
{
    for (int i = 0; i < EVENTS_MAX && bytes->left > 0; i++) {
        enum kind kind = (enum kind)(fuzz_take(bytes, 1) % KINDS);
        cg_session session = (cg_session)(fuzz_take(bytes, 1) %
                                          talk->config->session_count);
        cg_time ms = (cg_time)(fuzz_take(bytes, 3) % (3600 * 1000 * 4));
        size_t len = (size_t)fuzz_take(bytes, 2);
        len = len < bytes->left ? len : bytes->left;
        struct cg_slice rest = {(const char *)bytes->at, len};
        bytes->at += len;
        bytes->left -= len;
        pass(talk, ms);
        act(talk, kind, session, rest);
    }
}

/* --- the proof
 * ---------------------------------------------------------------------- */

static void prove(const struct cg_journal *journal)
{
    char error[512] = "";
    struct cg_audit audit = {0};
    int rc = cg_gate_prove(journal, &audit, error, sizeof(error));
    for (int i = 0; i < CG_AUDIT_RULES && rc != 0; i++) {
        if (audit.breaks[i].found) {
            fuzz_fail("%s, fact %llu: %s",
                      cg_audit_rule_name((enum cg_audit_rule)i),
                      (unsigned long long)audit.breaks[i].record.no,
                      audit.breaks[i].why);
        }
    }
    if (rc != 0) {
        fuzz_fail("the journal cannot be proved: %d %s", rc, error);
    }
}

static struct cg_config *read_config(struct fuzz_bytes *bytes)
{
    struct cg_config *config = NULL;
    struct cg_slice text = fuzz_take_text(bytes, '\0');
    struct cg_slice table = fuzz_take_text(bytes, '\0');
    char *texts[] = {strndup(text.len > 0 ? text.data : "", text.len),
                     strndup(table.len > 0 ? table.data : "", table.len)};
    struct cg_config_memory memory = {
        .name = "gate.cfg", .text = texts[0], .instruments = texts[1]};
    if (texts[0] != NULL && texts[1] != NULL) {
        (void)cg_config_open_memory(&memory, no_report, NULL, &config);
    }
    free(texts[0]);
    free(texts[1]);
    return config;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz_bytes bytes = {data, size};
    struct talk talk = {
        .config = read_config(&bytes),
        .now = 1800000000 * CG_SECOND,
        .trace = getenv("CG_FUZZ_TRACE") != NULL,
    };
    if (talk.config == NULL || talk.config->session_count == 0 ||
        !sizes_are_small(&talk.config->limits)) {
        cg_config_close(talk.config);
        return -1; /* nothing to keep */
    }
    if (cg_journal_open_capture(&talk.journal) != 0) {
        fuzz_fail("no journal");
    }
    if (open_gate(&talk)) {
        talk_all(&talk, &bytes);
        cg_gate_close(talk.gate);
        prove(&talk.journal);
    }
    talk.journal.close(talk.journal.user);
    cg_config_close(talk.config);
    return 0;
}
