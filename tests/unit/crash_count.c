/*
 * What a run comes to: its books, and the outcomes of its order messages by the
 * wires alone.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "crash_sweep.h"

#include <stdlib.h>
#include <string.h>

struct cg_slice crash_field(struct cg_slice fields, uint32_t wanted)
{
    uint32_t tag;
    struct cg_slice value;

    while (cg_script_field_next(&fields, &tag, &value)) {
        if (tag == wanted) {
            return value;
        }
    }
    return (struct cg_slice){NULL, 0};
}

/* --- the books ----------------------------------------------------------- */

void crash_books_take(struct crash_run *run, struct crash_books *books)
{
    const struct cg_gate *gate = run->runner.gate;
    struct cg_limit_view limit;
    struct cg_token_view token;

    while (cg_gate_limit(gate, books->limit_count, &limit)) {
        books->limit_count++;
    }
    while (cg_gate_token(gate, books->token_count, &token)) {
        books->token_count++;
    }
    books->limits = calloc(books->limit_count + 1, sizeof(*books->limits));
    books->tokens = calloc(books->token_count + 1, sizeof(*books->tokens));
    for (size_t i = 0; books->limits != NULL && i < books->limit_count; i++) {
        (void)cg_gate_limit(gate, i, &books->limits[i]);
    }
    for (size_t i = 0; books->tokens != NULL && i < books->token_count; i++) {
        (void)cg_gate_token(gate, i, &books->tokens[i]);
    }
}

/* --- what the wires say of each order message ---------------------------- */

static bool is_order(const char *type)
{
    return strcmp(type, "D") == 0 || strcmp(type, "G") == 0 ||
           strcmp(type, "F") == 0 || strcmp(type, "AB") == 0 ||
           strcmp(type, "AC") == 0;
}

static struct crash_request *
request_of(struct crash_run *run, cg_session client, struct cg_slice id)
{
    for (size_t i = 0; i < run->request_count; i++) {
        struct crash_request *request = &run->requests[i];

        if (request->client == client && cg_slice_is(id, request->id)) {
            return request;
        }
    }
    return NULL;
}

static void requests_make(struct crash_run *run)
{
    const struct cg_script_messages *in = &run->runner.in;

    run->requests = calloc(in->count + 1, sizeof(*run->requests));
    for (size_t i = 0; run->requests != NULL && i < in->count; i++) {
        const struct cg_script_message *message = &in->items[i];
        struct cg_slice id = crash_field(message->body, 11);
        struct cg_slice original = crash_field(message->body, 41);
        struct crash_request *request;
        const struct cg_config_session *session =
            &run->runner.script->config.sessions[message->session];

        if (!is_order(message->type) || session->role != CG_ROLE_CLIENT ||
            id.len == 0 || id.len > CG_NAME_MAX || original.len > CG_NAME_MAX ||
            request_of(run, message->session, id) != NULL) {
            continue;
        }
        request = &run->requests[run->request_count++];
        request->client = message->session;
        memcpy(request->id, id.data, id.len);
        if (original.len > 0) {
            memcpy(request->original, original.data, original.len);
        }
    }
}

static void count_forward(struct crash_run *run,
                          const struct cg_script_message *out)
{
    const struct cg_config *config = &run->runner.script->config;
    struct cg_slice id = crash_field(out->body, 11);

    for (size_t i = 0; i < run->request_count; i++) {
        struct crash_request *request = &run->requests[i];

        if (config->sessions[request->client].venue == out->session &&
            cg_slice_is(id, request->id)) {
            request->forwarded++;
            return;
        }
    }
}

static void
count_answer(struct crash_run *run, cg_session client, struct cg_slice id)
{
    struct crash_request *request = request_of(run, client, id);

    if (request != NULL) {
        request->answered++;
    }
}

/* The gate's own 8 and 9. */
static void count_report(struct crash_run *run,
                         const struct cg_script_message *out)
{
    struct cg_slice words = crash_field(out->body, 58);
    struct cg_slice exec = crash_field(out->body, 17);
    struct cg_slice type = crash_field(out->body, 150);
    const char *name = run->runner.script->config.gate_name;
    size_t len = strlen(name);
    bool own = exec.len > len + 1 && memcmp(exec.data, name, len) == 0 &&
               memcmp(exec.data + len, "-E", 2) == 0;

    if (strcmp(out->type, "9") == 0 && words.len > 2 &&
        memcmp(words.data, "CG", 2) == 0) {
        count_answer(run, out->session, crash_field(out->body, 11));
    } else if (strcmp(out->type, "8") == 0 && own &&
               (cg_slice_is(type, "8") || cg_slice_is(type, "4"))) {
        count_answer(run, out->session, crash_field(out->body, 11));
        if (cg_slice_is(type, "4")) {
            count_answer(run, out->session, crash_field(out->body, 41));
        }
    }
}

void crash_requests_count(struct crash_run *run)
{
    const struct cg_script_messages *out = &run->runner.out;

    requests_make(run);
    for (size_t i = 0; run->requests != NULL && i < out->count; i++) {
        const struct cg_script_message *message = &out->items[i];

        if (is_order(message->type)) {
            count_forward(run, message);
        } else {
            count_report(run, message);
        }
    }
}
