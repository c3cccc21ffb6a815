/*
 * Every session in sample_sessions/ again, while its configuration becomes
 * quite another one, and then the first again, and so on: at every fifth
 * commit, or at every CG_TEST_EVERY-th.  What the session expects does not
 * come; but after each exchange the facts must add up to the books, bit by bit,
 * under the configuration in force by then, and all totals must be proved.
 *
 * The linker puts __wrap_cg_gate_commit() into every turn.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "crash_sweep.h"
#include "sessions.h"
#include "wrapped.h"

#include <gate_internal.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct {
    struct crash_run *run;
    const struct cg_config *own; /* of the session being played */
    struct cg_config *twin;      /* NULL: nothing is done */
    const struct cg_rates *own_rates;
    struct cg_rates *twin_rates;
    size_t turns;
    size_t every; /* so many turns apart */
    size_t times;
    size_t told;
    char wrong[600];
} plan;

__attribute__((format(printf, 1, 2))) static void wrong(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    if (plan.wrong[0] == '\0') {
        vsnprintf(plan.wrong, sizeof(plan.wrong), format, arguments);
    }
    va_end(arguments);
}

/* --- the other configuration ---------------------------------------------- */

static void
change_levels(uint32_t *percent, uint32_t *count, uint32_t a, uint32_t b)
{
    *count = 2;
    memset(percent, 0, CG_WARNINGS_MAX * sizeof(*percent));
    percent[0] = a;
    percent[1] = b;
}

static void change_limit(struct cg_config_limit *limit)
{
    bool own = limit->owner == CG_SESSION_NONE;
    if (own) {
        limit->amount /= 2;
        snprintf(limit->owner_name, sizeof(limit->owner_name), "DESK");
    }
    if (limit->kind != CG_LIMIT_DV01) {
        return;
    }
    limit->pull = (enum cg_pull)((limit->pull + 1) % 3);
    limit->queues = !limit->queues;
    limit->allow_reducing = !limit->allow_reducing;
    limit->fallback_max_age_ns *= 2;
    change_levels(limit->warning_percent, &limit->warnings, 50, 75);
    if (!own) {
        limit->model = (enum cg_model)((limit->model + 1) % 3);
    }
}

/* One that was not there, over all of the first account. */
static void add_limit(struct cg_config *config)
{
    struct cg_config_limit *limit =
        &config->credit_limits[config->credit_limit_count];
    if (config->credit_limit_count >= config->limits.limits ||
        config->credit_limit_count == 0 || config->account_count == 0) {
        return;
    }
    *limit = (struct cg_config_limit){
        .id = "TWIN-USD",
        .owner = CG_SESSION_NONE,
        .owner_name = "TWIN",
        .model = CG_MODEL_PUSH,
        .has_amount = true,
        .amount = 30000 * CG_DV01_SCALE,
        .allow_reducing = true,
        .fallback_max_age_ns = CG_SECOND,
        .reset_time_ns = CG_RESET_DAY_END,
        .currency = "USD",
    };
    memcpy(limit->firm, config->accounts[0].firm, sizeof(limit->firm));
    memcpy(limit->account, config->accounts[0].name, sizeof(limit->account));
    config->credit_limit_count++;
}

static void change_session(struct cg_config_session *session)
{
    session->show_amounts = !session->show_amounts;
    session->clock_margin_ns *= 2;
    session->repeat_ns /= 2;
    session->token_life_ns /= 2;
    session->replace_amount = session->replace_amount == CG_REPLACE_TOTAL
                                  ? CG_REPLACE_OPEN
                                  : CG_REPLACE_TOTAL;
    session->holds_reservations = !session->holds_reservations;
    session->consumption_notices = !session->consumption_notices;
}

static void change(struct cg_config *config)
{
    config->soft_deadline_ns /= 2;
    config->hard_deadline_ns /= 2;
    config->pull_time_ns *= 2;
    config->probe_after = 1;
    config->rates.max_age_ns = CG_SECOND;
    if (config->day_end_ns >= 0) {
        config->day_end_ns = 9 * 3600 * CG_SECOND;
    }
    for (size_t i = 0; i < config->session_count; i++) {
        change_session(&config->sessions[i]);
    }
    for (size_t i = 0; i < config->account_count; i++) {
        struct cg_config_account *account = &config->accounts[i];
        snprintf(account->contact, sizeof(account->contact), "other desk");
        account->warnings.given = !account->warnings.given;
        change_levels(account->warnings.percent, &account->warnings.count, 40,
                      60);
    }
    for (size_t i = 0; i < config->credit_limit_count; i++) {
        change_limit(&config->credit_limits[i]);
    }
    if (config->credit_limit_count > 1) { /* the last one is gone */
        config->credit_limit_count--;
    } else {
        add_limit(config);
    }
    for (size_t i = 0; i < config->instrument_count; i++) {
        config->instruments[i].dv01_per_million *= 2;
        if (i % 2 == 1) {
            snprintf(config->instruments[i].product,
                     sizeof(config->instruments[i].product), "OTHER");
        }
    }
    for (size_t i = 0; i < config->fx_count; i++) {
        config->fx[i].rate *= 2;
    }
}

/* --- at a commit ---------------------------------------------------------- */

static void mistake(void *user,
                    const char *file,
                    int line,
                    const char *text,
                    const char *remedy)
{
    (void)user;
    (void)remedy;
    wrong("%s:%d: %s", file, line, text);
}

static void
on_change(void *user, enum cg_change what, int line, const char *text)
{
    (void)user;
    (void)line;
    plan.told++;
    if (what != CG_CHANGE_TAKEN) {
        wrong("%s", text);
    }
}

WRAPPED(cg_gate_commit);
WRAPPED(cg_gate_take_rates);

/* The same rates as the other configuration has them. */
static struct cg_rates *again(const struct cg_rates *rates)
{
    struct cg_rates *made = NULL;
    if (rates != NULL &&
        cg_rates_again(plan.twin, rates, mistake, NULL, &made) != 0) {
        wrong("the rates cannot be read again");
    }
    return made;
}

static void exchange(struct cg_gate *gate)
{
    struct cg_out out;
    bool to_twin = gate->config == plan.own;
    struct cg_config *next = to_twin ? plan.twin
                                     : (struct cg_config *)(uintptr_t)plan.own;
    struct cg_rates *made = NULL;
    if (to_twin) {
        plan.own_rates = gate->rates;
        made = again(gate->rates);
    }
    plan.times++;
    if (cg_gate_reconfigure(gate, next, to_twin ? made : plan.own_rates,
                            gate->engine->now, on_change, NULL) != 0) {
        wrong("it is not taken");
    }
    cg_rates_close(plan.twin_rates);
    plan.twin_rates = made;
    while (cg_gate_pull(gate, &out)) {
    }
    if (__real_cg_gate_commit(gate) != 0) {
        wrong("it cannot be committed");
    }
}

/* The books are those of the facts; the run's own mistakes do not count. */
static void look(struct cg_gate *gate)
{
    char error[256];
    if (!cg_gate_audit(gate, error, sizeof(error))) {
        wrong("the books do not add up: %s", error);
    }
    char kept[sizeof(plan.run->wrong)];
    memcpy(kept, plan.run->wrong, sizeof(kept));
    plan.run->wrong[0] = '\0';
    crash_state_same(plan.run);
    if (plan.run->wrong[0] != '\0') {
        wrong("%s", plan.run->wrong);
    }
    memcpy(plan.run->wrong, kept, sizeof(kept));
}

int __wrap_cg_gate_commit(struct cg_gate *gate)
{
    int status = __real_cg_gate_commit(gate);
    if (status == 0 && plan.twin != NULL && plan.wrong[0] == '\0' &&
        plan.run->runner.gate == gate && plan.turns++ % plan.every == 0) {
        plan.run->crashed = true; /* nothing is as the session says */
        exchange(gate);
        look(gate);
    }
    return status;
}

/* The runner reads rates by the session's configuration. */
int __wrap_cg_gate_take_rates(struct cg_gate *gate,
                              const struct cg_rates *rates,
                              cg_time now)
{
    if (plan.twin == NULL || gate->config == plan.own) {
        return __real_cg_gate_take_rates(gate, rates, now);
    }
    struct cg_rates *made = again(rates);
    if (made == NULL) {
        return CG_ERR_CONFIG;
    }
    plan.own_rates = rates;
    int status = __real_cg_gate_take_rates(gate, made, now);
    cg_rates_close(plan.twin_rates);
    plan.twin_rates = made;
    return status;
}

/* --- sessions ------------------------------------------------------------- */

static bool play(const char *path)
{
    struct cg_script script;
    struct cg_script twin;
    struct crash_run run;
    assert_int_equal(cg_script_read(path, sessions_mistake, NULL, &script), 0);
    assert_int_equal(cg_script_read(path, sessions_mistake, NULL, &twin), 0);
    change(&twin.config);
    plan.wrong[0] = '\0';
    plan.run = &run;
    plan.own = &script.config;
    plan.twin = &twin.config;
    plan.own_rates = NULL;
    crash_run_play(&run, &script, NULL, CRASH_NONE, 0);
    plan.twin = NULL;
    crash_run_deinit(&run);
    cg_rates_close(plan.twin_rates);
    plan.twin_rates = NULL;
    if (plan.wrong[0] != '\0') {
        print_error("%s: %s\n", sessions_name(path), plan.wrong);
    }
    cg_script_deinit(&script);
    cg_script_deinit(&twin);
    return plan.wrong[0] == '\0';
}

/* The facts alone make the same books, whatever changes when. */
static void test_reconfigure_wild_adds_up(void **state)
{
    const char *only = getenv("CG_TEST_SESSION");
    const char *every = getenv("CG_TEST_EVERY");
    struct sessions sessions;
    size_t played = 0;
    size_t passed = 0;
    (void)state;
    plan.every = every != NULL ? strtoul(every, NULL, 10) : 5;
    sessions_open_share(&sessions, SESSIONS_SHARE);
    for (size_t i = 0; i < sessions.count; i++) {
        if (only == NULL || strstr(sessions.paths[i], only) != NULL) {
            played++;
            passed += play(sessions.paths[i]) ? 1 : 0;
        }
    }
    print_message("%zu sessions, %zu exchanges, %zu changes\n", played,
                  plan.times, plan.told);
    assert_true(plan.told > plan.times);
    assert_int_equal(passed, played);
    sessions_deinit(&sessions);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_reconfigure_wild_adds_up),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
