/*
 * What the names in a case stand for: its own values, those that the kit gives
 * to every attempt, and a profile's, the later before the earlier.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "kit_internal.h"
#include "wire.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool set(struct kit_play *play, const char *name, const char *text)
{
    size_t index = cg_script_capture_find(&play->script, cg_slice_str(name));
    char *copy;

    if (index >= play->script.capture_count) {
        return true; /* the case does not speak of it */
    }
    copy = strdup(text);
    if (copy == NULL) {
        return false;
    }
    free(play->runner.captures[index]);
    play->runner.captures[index] = copy;
    if (play->papers != NULL) {
        play->papers[index] = NULL;
    }
    return true;
}

/* --- accounts ----------------------------------------------------------- */

static bool is_credit(struct cg_slice type)
{
    return cg_slice_is(type, "DF") || cg_slice_is(type, "DG") ||
           cg_slice_is(type, "CM") || cg_slice_is(type, "CR") ||
           cg_slice_is(type, "CS") || cg_slice_is(type, "DH");
}

/* The first actor of the role that does what |counts| wants. */
static cg_session
find_actor(const struct kit_play *play, enum cg_role role, bool credit)
{
    for (size_t i = 0; i < play->script.step_count; i++) {
        const struct cg_script_step *step = &play->script.steps[i];
        bool message = step->act == CG_SCRIPT_SEND ||
                       step->act == CG_SCRIPT_EXPECT;

        if (step->session != CG_SESSION_NONE && message &&
            play->kit->config.sessions[step->session].role == role &&
            (!credit || is_credit(step->type))) {
            return step->session;
        }
    }
    return CG_SESSION_NONE;
}

/* The hub of the account that the case has on paper. */
static cg_session hub_on_paper(const struct kit_play *play)
{
    const struct cg_config *config = &play->kit->config;
    size_t index = cg_script_capture_find(&play->script, CG_SLICE("ACCOUNT"));
    const char *name = index < play->script.capture_count
                           ? play->runner.captures[index]
                           : NULL;

    for (size_t i = 0; name != NULL && i < config->account_count; i++) {
        if (strcmp(config->accounts[i].name, name) == 0) {
            return config->accounts[i].hub;
        }
    }
    return CG_SESSION_NONE;
}

/* The hub in play: the peer, or that of the paper, or the first one that speaks
 * of credit. */
static cg_session hub_of(const struct kit_play *play)
{
    const struct cg_kit *kit = play->kit;
    cg_session hub = kit->options.seat == CG_KIT_HUB ? kit->options.hub
                                                     : hub_on_paper(play);

    if (hub == CG_SESSION_NONE) {
        hub = find_actor(play, CG_ROLE_HUB, true);
    }
    for (cg_session i = 0;
         hub == CG_SESSION_NONE && i < kit->config.session_count; i++) {
        if (kit->config.sessions[i].role == CG_ROLE_HUB) {
            hub = i;
        }
    }
    return hub;
}

/* The usual limit of an account; those of a special kind have other names. */
static bool has_usual_limit(const struct cg_config *config,
                            const struct cg_config_account *account)
{
    char id[CG_NAME_MAX + 8];

    (void)snprintf(id, sizeof(id), "%s-USD", account->name);
    for (size_t i = 0; i < config->credit_limit_count; i++) {
        if (strcmp(config->credit_limits[i].id, id) == 0) {
            return true;
        }
    }
    return false;
}

/* The next account in turn, so that no attempt finds the use of another; a
 * |usual| one, or any. */
static const struct cg_config_account *next_account(struct kit_play *play,
                                                    bool usual)
{
    struct cg_kit *kit = play->kit;
    cg_session hub = hub_of(play);
    cg_session client = find_actor(play, CG_ROLE_CLIENT, false);
    size_t count = kit->config.account_count;

    for (size_t i = 0; i < count; i++) {
        size_t at = (kit->next_account + i) % count;
        const struct cg_config_account *account = &kit->config.accounts[at];
        bool trades = client == CG_SESSION_NONE ||
                      (account->sessions >> client & 1) != 0;

        if (account->hub == hub && trades &&
            (!usual || has_usual_limit(&kit->config, account))) {
            kit->next_account = at + 1;
            return account;
        }
    }
    return NULL;
}

/* The limit of the account: the usual one, or else the first that the hub in
 * play decides about. */
static void name_limit(const struct kit_play *play,
                       const struct cg_config_account *account,
                       char *id,
                       size_t len)
{
    const struct cg_config *config = &play->kit->config;

    (void)snprintf(id, len, "%s-USD", account->name);
    if (has_usual_limit(config, account)) {
        return;
    }
    for (size_t i = 0; i < config->credit_limit_count; i++) {
        const struct cg_config_limit *limit = &config->credit_limits[i];

        if (strcmp(limit->account, account->name) == 0 &&
            limit->owner == account->hub) {
            (void)snprintf(id, len, "%s", limit->id);
            return;
        }
    }
}

static bool set_account(struct kit_play *play)
{
    const struct cg_config_account *account;
    char limit[CG_NAME_MAX + 8];

    if (cg_script_capture_find(&play->script, CG_SLICE("ACCOUNT")) >=
            play->script.capture_count &&
        cg_script_capture_find(&play->script, CG_SLICE("LIMIT")) >=
            play->script.capture_count) {
        return true;
    }
    account = next_account(play, true);
    if (account == NULL) {
        account = next_account(play, false);
    }
    if (account == NULL) {
        return true;
    }
    name_limit(play, account, limit, sizeof(limit));
    return set(play, "ACCOUNT", account->name) &&
           set(play, "FIRM", account->firm) && set(play, "LIMIT", limit);
}

/* --- values of the paper ------------------------------------------------ */

/* Those that stand for something on paper only: |papers| has their text, which
 * |captures| owns. */
static bool note_papers(struct kit_play *play)
{
    if (play->kit->options.seat != CG_KIT_HUB) {
        return true;
    }
    play->papers = calloc(play->script.capture_count + 1,
                          sizeof(*play->papers));
    for (size_t i = 0; play->papers != NULL && i < play->script.value_count;
         i++) {
        size_t index = play->script.values[i].capture;

        play->papers[index] = play->runner.captures[index];
    }
    return play->papers != NULL;
}

/* The name that a field of the step is, if it is of the paper; else NULL. */
static char **paper_of(struct kit_play *play,
                       const struct cg_script_step *step,
                       size_t field,
                       char ***capture)
{
    const struct cg_script_field *at =
        &play->script.fields[step->first_field + field];

    if (play->papers == NULL || at->match != CG_SCRIPT_CAPTURE ||
        play->papers[at->capture] == NULL) {
        return NULL;
    }
    *capture = &play->runner.captures[at->capture];
    return &play->papers[at->capture];
}

void kit_papers_hide(struct kit_play *play, const struct cg_script_step *step)
{
    char **capture = NULL;

    for (size_t i = 0; i < step->field_count; i++) {
        if (paper_of(play, step, i, &capture) != NULL) {
            *capture = NULL;
        }
    }
}

void kit_papers_show(struct kit_play *play,
                     const struct cg_script_step *step,
                     bool good)
{
    char **capture = NULL;

    for (size_t i = 0; i < step->field_count; i++) {
        char **paper = paper_of(play, step, i, &capture);

        if (paper == NULL) {
            continue;
        }
        if (good && *capture != NULL) {
            free(*paper);
            *paper = NULL;
        } else {
            *capture = *paper;
        }
    }
}

static void use_fields(struct kit_play *play, size_t first, size_t count)
{
    for (size_t i = first; i < first + count; i++) {
        const struct cg_script_field *field = &play->script.fields[i];

        if (field->match == CG_SCRIPT_CAPTURE) {
            play->papers[field->capture] = NULL;
        }
        for (size_t j = 0; j < play->script.capture_count; j++) {
            struct cg_slice name = play->script.captures[j];
            char inner[CG_NAME_MAX + 8];
            int len = snprintf(inner, sizeof(inner), "${%.*s}", (int)name.len,
                               name.data);

            if (play->papers[j] != NULL &&
                memmem(field->value.data, field->value.len, inner,
                       (size_t)len) != NULL) {
                play->papers[j] = NULL;
            }
        }
    }
}

void kit_papers_use(struct kit_play *play, const struct cg_script_step *step)
{
    if (play->papers == NULL) {
        return;
    }
    use_fields(play, step->first_field, step->field_count);
    for (size_t i = 0; step->act == CG_SCRIPT_SEND && i < step->default_count;
         i++) {
        const struct cg_script_default *from = &play->script.defaults[i];

        if (cg_slice_equal(from->type, step->type) &&
            (cg_slice_equal(from->actor, step->actor) ||
             cg_slice_is(from->actor, "*"))) {
            use_fields(play, from->first_field, from->field_count);
        }
    }
}

/* --- all of them -------------------------------------------------------- */

static bool set_wire(struct kit_play *play)
{
    struct cg_kit_value values[CG_WIRE_VALUES];
    const struct cg_kit *kit = play->kit;
    size_t count;

    if (play->wire_session == CG_SESSION_NONE) {
        return true;
    }
    count = cg_wire_values(&kit->config.sessions[play->wire_session],
                           kit->options.seat == CG_KIT_HUB, values);
    for (size_t i = 0; i < count; i++) {
        if (!set(play, values[i].name, values[i].text)) {
            return false;
        }
    }
    return true;
}

bool kit_set_values(struct kit_play *play,
                    const struct cg_kit_value *values,
                    size_t value_count)
{
    if (!cg_script_set_values(&play->runner) || !note_papers(play) ||
        !set(play, "RUN", play->run) || !set_account(play) || !set_wire(play)) {
        return false;
    }
    for (size_t i = 0; i < value_count; i++) {
        if (!set(play, values[i].name, values[i].text)) {
            return false;
        }
    }
    return true;
}

char *kit_expand(const struct kit_play *play, struct cg_slice text)
{
    char *expanded = malloc(4096);
    struct cg_script_field field = {.match = CG_SCRIPT_IS, .value = text};
    struct cg_fix_writer out = cg_fix_writer_over(expanded, 4095);

    if (expanded == NULL || !cg_script_expand(&play->runner, &field, &out)) {
        free(expanded);
        return NULL;
    }
    expanded[out.len] = '\0';
    return expanded;
}
