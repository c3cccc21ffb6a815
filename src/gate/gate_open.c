/*
 * Opening a gate, or only its books: the journal is read, and then what the
 * configuration says is taken over.
 *
 * Rules: R45, R47.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "gate_instrument.h"
#include "gate_setup.h"
#include "image.h"

#include <digest.h>
#include <stdio.h>
#include <stdlib.h>

static int sink(void *user, const struct cg_fact *fact)
{
    struct cg_gate *gate = user;
    return gate->journal->append(gate->journal->user, fact);
}

static int recover(void *context, const struct cg_fact *fact)
{
    struct cg_gate *gate = context;
    return cg_engine_recover(gate->engine, fact);
}

/* Room beyond the configuration, for names that only the journal knows. */
static uint32_t names_spare(const struct cg_limits *sizes)
{
    return sizes->requests < 4096 ? sizes->requests : 4096;
}

static int engine_open(struct cg_gate *gate,
                       const struct cg_limits *sizes,
                       uint32_t accounts,
                       uint32_t instruments)
{
    const struct cg_config *config = gate->config;
    struct cg_engine_config engine = {.rates_max_age_ns = CG_TIME_NEVER};
    if (config != NULL) {
        engine = cg_gate_engine_config(config);
        for (size_t i = 0; i < config->session_count; i++) {
            engine.update_sets += config->sessions[i].role == CG_ROLE_HUB;
        }
    }
    engine.sizes = *sizes;
    engine.gate_name = gate->name;
    engine.sink = sink;
    engine.user = gate;
    return cg_engine_open(&engine, accounts, instruments, &gate->engine);
}

static int buffers_open(struct cg_gate *gate)
{
    const struct cg_limits *sizes = &gate->config->limits;
    gate->body_max = (size_t)sizes->message_max + CG_SPARE_MAX;
    gate->update_limits = calloc(CG_UPDATE_LIMITS_MAX,
                                 sizeof(*gate->update_limits));
    gate->update_scopes = calloc(CG_UPDATE_SCOPES_MAX,
                                 sizeof(*gate->update_scopes));
    gate->body = malloc(gate->body_max);
    gate->header = malloc(gate->body_max);
    gate->type = malloc(gate->body_max);
    if (cg_park_init(&gate->park, sizes->waiting, sizes->message_max) != 0 ||
        !gate->update_limits || !gate->update_scopes || !gate->body ||
        !gate->header || !gate->type) {
        return CG_ERR_MEMORY;
    }
    return 0;
}

int cg_gate_explain_error(int status,
                          const struct cg_journal *journal,
                          char *error,
                          size_t error_len)
{
    const char *why = journal->error != NULL ? journal->error(journal->user)
                                             : "";
    if (status == CG_ERR_MEMORY) {
        snprintf(error, error_len, "not enough memory: lower MaxOrders=");
    } else if (why[0] != '\0') {
        snprintf(error, error_len, "%s", why);
    } else if (status == CG_ERR_CORRUPT) {
        snprintf(error, error_len,
                 "the journal holds a fact that does not fit: it was made with "
                 "larger Max...= settings (raise them), or it was changed "
                 "(restore it from a copy)");
    }
    return status;
}

static struct cg_gate *gate_new(const struct cg_journal *journal)
{
    struct cg_gate *gate = calloc(1, sizeof(*gate));
    if (gate != NULL) {
        gate->journal = journal;
        snprintf(gate->name, sizeof(gate->name), "GATE");
    }
    return gate;
}

static void say(const struct cg_gate *gate, cg_time now, const char *text)
{
    if (gate->log != NULL) {
        gate->log(gate->user, CG_LOG_NOTICE, now, text);
    }
}

/* Whether the picture is the one that the journal names. */
static bool is_named(const struct cg_gate_options *options,
                     const struct cg_snapshot_mark *mark)
{
    char digest[CG_DIGEST_HEX + 1];
    struct cg_slice bytes = {options->snapshot, options->snapshot_len};
    return cg_image_no(options->snapshot, options->snapshot_len) == mark->no &&
           cg_digest(bytes, digest) && strcmp(digest, mark->digest) == 0;
}

/* Takes the picture up to fact |*saved|, if there is one that can be had. */
static int restore(struct cg_gate *gate,
                   const struct cg_gate_options *options,
                   cg_seq *saved)
{
    struct cg_snapshot_mark mark = {.no = 0};
    const struct cg_journal *journal = options->journal;
    int status = journal->snapshot != NULL
                     ? journal->snapshot(journal->user, &mark)
                     : 0;
    if (status != 0 || mark.no == 0) {
        return status;
    }
    if (options->snapshot == NULL || !is_named(options, &mark)) {
        say(gate, options->now,
            "the snapshot is missing or damaged: all facts are read");
        return 0;
    }
    status = cg_engine_restore(gate->engine, options->snapshot,
                               options->snapshot_len);
    if (status == CG_IMAGE_E_OTHER) {
        say(gate, options->now,
            "the snapshot is of another version, or does not fit the Max...= "
            "settings: all facts are read");
        return 0;
    }
    gate->saved_no = mark.no;
    *saved = mark.no;
    return status;
}

int cg_gate_prepare(const struct cg_gate_options *options,
                    struct cg_gate **result)
{
    struct cg_gate *gate = gate_new(options->journal);
    if (gate == NULL) {
        return CG_ERR_MEMORY;
    }
    gate->config = options->config;
    gate->log = options->log;
    gate->user = options->user;
    gate->answering = CG_SESSION_NONE;
    snprintf(gate->name, sizeof(gate->name), "%s", options->config->gate_name);
    int status = buffers_open(gate);
    uint32_t spare = names_spare(&gate->config->limits);
    uint32_t accounts = spare + (uint32_t)gate->config->account_count;
    uint32_t instruments = spare + (uint32_t)gate->config->instrument_count +
                           gate->config->limits.instruments;
    status = status != 0 ? status
                         : engine_open(gate, &gate->config->limits, accounts,
                                       instruments);
    status = status != 0 ? status : cg_gate_rows_open(gate, instruments);
    if (status != 0) {
        cg_gate_close(gate);
        return status;
    }
    *result = gate;
    return 0;
}

int cg_gate_open(const struct cg_gate_options *options,
                 char *error,
                 size_t error_len,
                 struct cg_gate **result)
{
    const struct cg_journal *journal = options->journal;
    struct cg_gate *gate = NULL;
    int status = cg_gate_prepare(options, &gate);
    cg_seq saved = 0;
    status = status != 0 ? status : restore(gate, options, &saved);
    status = status != 0 ? status
                         : journal->load(journal->user, saved, recover, gate);
    if (status != 0) {
        cg_gate_close(gate);
        return cg_gate_explain_error(status, journal, error, error_len);
    }
    cg_engine_begin(gate->engine, options->now, CG_SESSION_NONE, 0);
    status = cg_gate_configure(gate, error, error_len);
    if (status != 0) {
        cg_gate_close(gate);
        return status;
    }
    cg_engine_restart(gate->engine);
    cg_engine_breaches_pull(gate->engine);
    cg_engine_end(gate->engine);
    if (gate->engine->error != 0) {
        status = gate->engine->error;
        cg_gate_close(gate);
        return cg_gate_explain_error(status, journal, error, error_len);
    }
    *result = gate;
    return 0;
}

/* How much of each thing the facts of a journal speak of. */
struct extent {
    const struct cg_books_reader *reader;
    struct cg_limits sizes;
    cg_seq no; /* of the newest fact */
    uint32_t accounts;
    uint32_t firms; /* at most */
    uint32_t instruments;
};

/* Slots are taken in order, each by a fact of its own: one beyond the fact's
 * number can only be wrong, and needs no room. */
static void
reach(const struct extent *extent, uint32_t *size, uint32_t slot, uint32_t per)
{
    if (slot != CG_NONE && slot <= extent->no && slot / per >= *size) {
        *size = slot / per + 1;
    }
}

static int measure(void *context, const struct cg_fact *fact)
{
    struct extent *extent = context;
    extent->no = fact->no;
    reach(extent, &extent->sizes.orders, fact->order, 1);
    reach(extent, &extent->sizes.orders, fact->token, 2);
    reach(extent, &extent->sizes.orders, fact->ask, 4);
    if (fact->kind == CG_FACT_TOKEN_PRICED) {
        reach(extent, &extent->sizes.orders, fact->value, 2);
    }
    if (fact->kind == CG_FACT_ORDER_QUEUED) {
        reach(extent, &extent->sizes.waiting, fact->value, CG_QUEUE_PLACES);
    }
    reach(extent, &extent->sizes.requests, fact->request, 1);
    if (fact->kind == CG_FACT_LEG_TAKEN && fact->number < CG_NONE) {
        reach(extent, &extent->sizes.legs, (uint32_t)fact->number, 1);
    }
    reach(extent, &extent->sizes.limits, fact->limit, 1);
    extent->sizes.scopes += fact->kind == CG_FACT_LIMIT_SCOPED;
    reach(extent, &extent->accounts, fact->account, 1);
    extent->firms += fact->kind == CG_FACT_ACCOUNT_NAMED;
    reach(extent, &extent->instruments, fact->instrument, 1);
    return extent->reader->first(extent->reader->user, fact);
}

struct books {
    struct cg_gate *gate;
    const struct cg_books_reader *reader;
};

static int fold(void *context, const struct cg_fact *fact)
{
    const struct books *books = context;
    return books->reader->second(books->reader->user, books->gate, fact);
}

int cg_gate_read_books(const struct cg_journal *journal,
                       const struct cg_books_reader *reader,
                       char *error,
                       size_t error_len,
                       struct cg_gate **result)
{
    struct cg_gate *gate = gate_new(journal);
    struct extent extent = {
        .reader = reader,
        .sizes = {.orders = 1, .requests = 1, .limits = 1, .reports = 1}};
    int status = gate != NULL ? 0 : CG_ERR_MEMORY;
    status = status != 0 ? status
                         : journal->load(journal->user, 0, measure, &extent);
    if (extent.firms > extent.accounts) {
        extent.accounts = extent.firms;
    }
    status = status != 0 ? status
                         : engine_open(gate, &extent.sizes, extent.accounts + 1,
                                       extent.instruments + 1);
    struct books books = {gate, reader};
    status = status != 0 ? status
                         : journal->load(journal->user, 0, fold, &books);
    if (status != 0) {
        cg_gate_close(gate);
        return cg_gate_explain_error(status, journal, error, error_len);
    }
    *result = gate;
    return 0;
}

static int first_ignore(void *user, const struct cg_fact *fact)
{
    (void)user;
    (void)fact;
    return 0;
}

static int
second_recover(void *user, struct cg_gate *gate, const struct cg_fact *fact)
{
    (void)user;
    int status = recover(gate, fact);
    return status != 0 ? status : cg_gate_difference_take(gate, fact);
}

int cg_gate_open_books(const struct cg_journal *journal,
                       char *error,
                       size_t error_len,
                       struct cg_gate **result)
{
    static const struct cg_books_reader reader = {first_ignore, second_recover,
                                                  NULL};
    return cg_gate_read_books(journal, &reader, error, error_len, result);
}

void cg_gate_close(struct cg_gate *gate)
{
    if (gate == NULL) {
        return;
    }
    cg_engine_close(gate->engine);
    cg_park_deinit(&gate->park);
    cg_map_deinit(&gate->ids);
    free(gate->differences.views);
    free(gate->rows);
    free(gate->update_limits);
    free(gate->update_scopes);
    free(gate->body);
    free(gate->header);
    free(gate->type);
    free(gate);
}

/* --- pictures ------------------------------------------------------------ */

int cg_gate_save(const struct cg_gate *gate,
                 int (*write)(void *user, const void *bytes, size_t len),
                 void *user)
{
    return cg_engine_save(gate->engine, write, user);
}

cg_seq cg_gate_facts(const struct cg_gate *gate)
{
    return gate->engine->state.fact_no;
}

cg_seq cg_gate_unsaved(const struct cg_gate *gate)
{
    return gate->engine->state.fact_no - gate->saved_no;
}
