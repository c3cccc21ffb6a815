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

/* The hub in play: the peer, or the first one that speaks of credit. */
static cg_session hub_of(const struct kit_play *play)
{
    const struct cg_kit *kit = play->kit;
    cg_session hub = kit->options.seat == CG_KIT_HUB
                         ? kit->options.hub
                         : find_actor(play, CG_ROLE_HUB, true);

    for (cg_session i = 0;
         hub == CG_SESSION_NONE && i < kit->config.session_count; i++) {
        if (kit->config.sessions[i].role == CG_ROLE_HUB) {
            hub = i;
        }
    }
    return hub;
}

/* The next account in turn, so that no attempt finds the use of another. */
static const struct cg_config_account *next_account(struct kit_play *play)
{
    struct cg_kit *kit = play->kit;
    cg_session hub = hub_of(play);
    cg_session client = find_actor(play, CG_ROLE_CLIENT, false);
    size_t count = kit->config.account_count;

    for (size_t i = 0; i < count; i++) {
        size_t at = (kit->next_account + i) % count;
        const struct cg_config_account *account = &kit->config.accounts[at];

        if (account->hub == hub && (client == CG_SESSION_NONE ||
                                    (account->sessions >> client & 1) != 0)) {
            kit->next_account = at + 1;
            return account;
        }
    }
    return NULL;
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
    account = next_account(play);
    if (account == NULL) {
        return true;
    }
    (void)snprintf(limit, sizeof(limit), "%s-USD", account->name);
    return set(play, "ACCOUNT", account->name) &&
           set(play, "FIRM", account->firm) && set(play, "LIMIT", limit);
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
    if (!cg_script_set_values(&play->runner) || !set(play, "RUN", play->run) ||
        !set_account(play) || !set_wire(play)) {
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
