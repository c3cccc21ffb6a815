/*
 * SPDX-License-Identifier: Apache-2.0
 */
#include "small_engine.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>
#include <gate_internal.h>

struct cg_config_limit small_limit(const char *id,
                                   enum cg_measure measure,
                                   enum cg_model model,
                                   cg_dv01 amount,
                                   bool eur)
{
    struct cg_config_limit limit = {
        .owner = SMALL_HUB,
        .owner_name = "FCM1",
        .firm = "FCM1",
        .account = "ACME",
        .kind = CG_LIMIT_DV01,
        .measure = measure,
        .model = model,
        .pull = CG_PULL_FIT,
        .has_amount = true,
        .amount = amount,
        .allow_reducing = true,
        .fallback_max_age_ns = 60 * CG_SECOND,
    };
    snprintf(limit.id, sizeof(limit.id), "%s", id);
    snprintf(limit.currency, sizeof(limit.currency), "%s", eur ? "EUR" : "USD");
    return limit;
}

static int sink(void *user, const struct cg_fact *fact)
{
    struct small_engine *small = user;
    small->facts++;
    small->changes += fact->kind != CG_FACT_NOTED;
    return 0;
}

static void configure_sessions(struct small_engine *small)
{
    static const char *const names[SMALL_SESSIONS] = {"client", "venue", "hub"};
    static const enum cg_role roles[SMALL_SESSIONS] = {
        CG_ROLE_CLIENT, CG_ROLE_VENUE, CG_ROLE_HUB};
    for (int i = 0; i < SMALL_SESSIONS; i++) {
        struct cg_config_session *session = &small->sessions[i];
        *session = (struct cg_config_session){
            .role = roles[i],
            .version = i == SMALL_HUB ? CG_FIX50SP2 : CG_FIX44,
            .venue = i == SMALL_CLIENT ? SMALL_VENUE : CG_SESSION_NONE,
            .show_amounts = true,
            .consumption_notices = true,
            .clock_margin_ns = 200 * CG_MS,
            .token_life_ns = 86400 * CG_SECOND,
        };
        snprintf(session->name, sizeof(session->name), "%s", names[i]);
    }
}

static void configure(struct small_engine *small, size_t limits)
{
    configure_sessions(small);
    small->account = (struct cg_config_account){.name = "ACME",
                                                .firm = "FCM1",
                                                .sessions = 1u << SMALL_CLIENT,
                                                .hub = SMALL_HUB};
    small->instrument = (struct cg_config_instrument){
        .symbol = "USD10Y", .currency = "USD", .dv01_per_million = SMALL_RATE};
    small->fx = (struct cg_config_fx){
        .from = "USD", .to = "EUR", .rate = SMALL_FX};
    small->config = (struct cg_config){
        .gate_name = "GATE",
        .soft_deadline_ns = CG_SECOND,
        .hard_deadline_ns = 20 * CG_SECOND,
        .pull_time_ns = 500 * CG_MS,
        .stale_resend_ns = 60 * CG_SECOND,
        .probe_after = 3,
        .limits = {.orders = 16,
                   .requests = 64,
                   .limits = 8,
                   .waiting = 8,
                   .reports = 16},
        .sessions = small->sessions,
        .session_count = SMALL_SESSIONS,
        .accounts = &small->account,
        .account_count = 1,
        .credit_limits = small->limits,
        .credit_limit_count = limits,
        .instruments = &small->instrument,
        .instrument_count = 1,
        .fx = &small->fx,
        .fx_count = 1,
    };
}

void small_open(struct small_engine *small,
                const struct cg_config_limit *limits,
                size_t count)
{
    small_open_sized(small, limits, count, NULL);
}

void small_open_sized(struct small_engine *small,
                      const struct cg_config_limit *limits,
                      size_t count,
                      const struct cg_limits *sizes)
{
    static struct cg_gate gate; /* for cg_gate_configure() alone */
    char error[256] = "";
    *small = (struct small_engine){.waiting_max = 8};
    assert_true(count <= SMALL_LIMITS);
    memcpy(small->limits, limits, count * sizeof(*limits));
    configure(small, count);
    if (sizes != NULL) {
        small->config.limits = *sizes;
    }
    struct cg_engine_config config = {
        .sizes = small->config.limits,
        .soft_deadline_ns = small->config.soft_deadline_ns,
        .hard_deadline_ns = small->config.hard_deadline_ns,
        .pull_time_ns = small->config.pull_time_ns,
        .stale_resend_ns = small->config.stale_resend_ns,
        .probe_after = small->config.probe_after,
        .update_sets = 1,
        .gate_name = small->config.gate_name,
        .fx = small->config.fx,
        .fx_count = small->config.fx_count,
        .sink = sink,
        .user = small,
    };
    assert_int_equal(cg_engine_open(&config, 2, 2, &small->engine), 0);
    cg_engine_begin(small->engine, SMALL_START, CG_SESSION_NONE, 0);
    gate = (struct cg_gate){.config = &small->config, .engine = small->engine};
    if (cg_gate_configure(&gate, error, sizeof(error)) != 0) {
        fail_msg("configuration: %s", error);
    }
    for (int i = 0; i < SMALL_SESSIONS; i++) {
        small_begin(small, i, SMALL_START);
        cg_engine_link(small->engine, true);
        small_end(small);
    }
}

void small_close(struct small_engine *small)
{
    cg_engine_close(small->engine);
    small->engine = NULL;
}

uint32_t small_waiting(const struct small_engine *small)
{
    const struct cg_state *state = &small->engine->state;
    uint32_t count = 0;
    for (uint32_t i = 0; i < state->order_top; i++) {
        const struct cg_order *order = &state->orders[i];
        count += order->state == CG_ORDER_WAITING ||
                 (order->state != CG_ORDER_FREE && order->raise != CG_NONE);
    }
    return count;
}

void small_begin(struct small_engine *small, int session, cg_time now)
{
    uint32_t waiting = small_waiting(small);
    cg_engine_begin(small->engine, now, (cg_session)session, small->facts + 1);
    small->engine->park_room = small->waiting_max > waiting
                                   ? small->waiting_max - waiting
                                   : 0;
}

void small_end(struct small_engine *small)
{
    cg_engine_end(small->engine);
}

struct cg_order_event
small_order(const char *id, const char *orig, char side, cg_qty qty)
{
    return (struct cg_order_event){
        .clordid = cg_slice_str(id),
        .orig_clordid = cg_slice_str(orig),
        .account = CG_SLICE("ACME"),
        .symbol = CG_SLICE("USD10Y"),
        .side = side,
        .time_in_force = '0',
        .qty = qty,
        .sent_at = SMALL_START,
        .body_hash = 1,
        .terms_hash = 1,
        .bad = {.limit = CG_NONE},
    };
}
