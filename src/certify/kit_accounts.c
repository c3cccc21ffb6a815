/*
 * Seat HUB: which session of a case is the peer, and whether the accounts and
 * limits of the case are the peer's.
 *
 * The gate of the kit asks the hub of an account, and nobody else: a case with
 * an account of another hub would show nothing of the peer.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "kit_internal.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* --- the peer ----------------------------------------------------------- */

static bool speaks(const struct cg_script *script, cg_session session)
{
    for (size_t i = 0; i < script->step_count; i++) {
        if (script->steps[i].session == session && !script->steps[i].wire) {
            return true;
        }
    }
    return false;
}

cg_session kit_peer_on_paper(const struct cg_kit *kit,
                             const struct cg_script *given)
{
    const struct cg_config *paper = &given->config;
    cg_session only = CG_SESSION_NONE;
    size_t hubs = 0;

    for (cg_session i = 0;
         kit->options.seat == CG_KIT_HUB && i < paper->session_count; i++) {
        const struct cg_config_session *session = &paper->sessions[i];

        if (session->role != CG_ROLE_HUB || !speaks(given, i)) {
            continue;
        }
        if (strcmp(session->name,
                   kit->config.sessions[kit->options.hub].name) == 0) {
            return i;
        }
        only = i;
        hubs++;
    }
    return hubs == 1 ? only : CG_SESSION_NONE;
}

/* --- whose an account is ------------------------------------------------ */

struct check {
    const struct kit_play *play;
    const struct cg_config *config;
    cg_session peer;
    char *reason;
    size_t len;
};

__attribute__((format(printf, 2, 3))) static bool
cannot(const struct check *check, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    (void)vsnprintf(check->reason, check->len, format, arguments);
    va_end(arguments);
    return false;
}

static bool is_others(const struct check *check,
                      const char *what,
                      const char *text,
                      cg_session owner)
{
    return cannot(check,
                  "the %s %s is for %s to decide about, not for %s, who is "
                  "certified; [VALUES] of a profile can name another",
                  what, text,
                  owner == CG_SESSION_NONE
                      ? "no hub"
                      : check->config->sessions[owner].name,
                  check->config->sessions[check->peer].name);
}

/* The peer decides about the account, or about one of its limits. */
static bool is_peers(const struct check *check,
                     const struct cg_config_account *account)
{
    bool peers = account->hub == check->peer;

    for (size_t i = 0; i < check->config->credit_limit_count; i++) {
        const struct cg_config_limit *limit = &check->config->credit_limits[i];

        peers |= limit->owner == check->peer &&
                 strcmp(limit->account, account->name) == 0;
    }
    return peers;
}

static const struct cg_config_account *find_account(const struct check *check,
                                                    const char *name)
{
    for (size_t i = 0; i < check->config->account_count; i++) {
        if (strcmp(check->config->accounts[i].name, name) == 0) {
            return &check->config->accounts[i];
        }
    }
    return NULL;
}

/* A value of the case, if it is an account or a limit. */
static bool check_value(const struct check *check, const char *text)
{
    const struct cg_config_account *account = find_account(check, text);

    if (account != NULL && !is_peers(check, account)) {
        return is_others(check, "account", text, account->hub);
    }
    for (size_t i = 0; i < check->config->credit_limit_count; i++) {
        const struct cg_config_limit *limit = &check->config->credit_limits[i];

        if (strcmp(limit->id, text) == 0 && limit->owner != CG_SESSION_NONE &&
            limit->owner != check->peer) {
            return is_others(check, "limit", text, limit->owner);
        }
    }
    return true;
}

/* What the case's own gate has as an account or a limit. */
static bool is_on_paper(const struct cg_config *paper, const char *text)
{
    bool found = false;

    for (size_t i = 0; i < paper->account_count; i++) {
        found |= strcmp(paper->accounts[i].name, text) == 0;
    }
    for (size_t i = 0; i < paper->credit_limit_count; i++) {
        found |= strcmp(paper->credit_limits[i].id, text) == 0;
    }
    return found;
}

/* What the peer is asked to do with an account or a limit must show at the
 * kit's gate. */
static bool check_asked(const struct check *check, const char *text)
{
    return !is_on_paper(&check->play->given->config, text) ||
           is_on_paper(check->config, text) ||
           cannot(check,
                  "the configuration has no account or limit %s; add it, or "
                  "name another in [VALUES] of a profile",
                  text);
}

/* --- values that the steps name ----------------------------------------- */

/* "$NAME", or "${NAME}" inside |text|. */
static bool has_name(struct cg_slice text, struct cg_slice name)
{
    char inner[CG_NAME_MAX + 8];
    int len = snprintf(inner, sizeof(inner), "${%.*s}", (int)name.len,
                       name.data);
    bool whole = text.len == name.len + 1 && text.data[0] == '$' &&
                 memcmp(text.data + 1, name.data, name.len) == 0;

    return whole || (text.len > 0 && len < (int)sizeof(inner) &&
                     memmem(text.data, text.len, inner, (size_t)len) != NULL);
}

static bool names(const struct check *check,
                  const struct cg_script_step *step,
                  struct cg_slice name)
{
    bool found = has_name(step->name, name) || has_name(step->plea, name);

    for (size_t i = 0; i < step->field_count; i++) {
        found |= has_name(
            check->play->script.fields[step->first_field + i].value, name);
    }
    return found;
}

/* Whether the peer says what the name stands for, whatever it is on paper. */
static bool says(const struct check *check,
                 const struct cg_script_step *step,
                 uint32_t capture)
{
    for (size_t i = 0; i < step->field_count; i++) {
        const struct cg_script_field *field =
            &check->play->script.fields[step->first_field + i];

        if (step->act == CG_SCRIPT_SEND && step->session == check->peer &&
            field->match == CG_SCRIPT_CAPTURE && field->capture == capture) {
            return true;
        }
    }
    return false;
}

static bool check_values(const struct check *check)
{
    const struct cg_script *script = &check->play->script;

    for (uint32_t i = 0; i < script->capture_count; i++) {
        const char *text = check->play->runner.captures[i];
        bool named = false;
        bool said = false;
        bool asked = false;

        for (size_t j = 0; text != NULL && j < script->step_count; j++) {
            const struct cg_script_step *step = &script->steps[j];
            bool here = names(check, step, script->captures[i]);

            named |= here;
            asked |= here && step->act == CG_SCRIPT_ASKED;
            said |= says(check, step, i);
        }
        if (asked && !check_asked(check, text)) {
            return false;
        }
        if (named && !said && !check_value(check, text)) {
            return false;
        }
    }
    return true;
}

/* --- accounts of orders ------------------------------------------------- */

static const struct cg_script_field *
account_in(const struct check *check, size_t first, size_t count)
{
    for (size_t i = first; i < first + count; i++) {
        if (check->play->script.fields[i].tag == 1) {
            return &check->play->script.fields[i];
        }
    }
    return NULL;
}

/* The Account (1) of what a client says: its own, or that of the newest default
 * line, the actor's before everybody's. */
static const struct cg_script_field *
account_of(const struct check *check, const struct cg_script_step *step)
{
    const struct cg_script *script = &check->play->script;
    const struct cg_script_field *found = account_in(check, step->first_field,
                                                     step->field_count);

    for (int any = 0; any < 2; any++) {
        for (size_t i = step->default_count; i-- > 0 && found == NULL;) {
            const struct cg_script_default *from = &script->defaults[i];

            if (cg_slice_equal(from->type, step->type) &&
                (any == 0 ? cg_slice_equal(from->actor, step->actor)
                          : cg_slice_is(from->actor, "*"))) {
                found = account_in(check, from->first_field, from->field_count);
            }
        }
    }
    return found;
}

static bool check_order(const struct check *check,
                        const struct cg_script_step *step)
{
    const struct cg_script_field *field = account_of(check, step);
    const struct cg_config_session *client =
        &check->config->sessions[step->session];
    const struct cg_config_account *account;
    char text[CG_NAME_MAX + 1] = "";
    struct cg_fix_writer out = cg_fix_writer_over(text, sizeof(text) - 1);

    if (field == NULL || field->match == CG_SCRIPT_ABSENT ||
        !cg_script_expand(&check->play->runner, field, &out) || out.len == 0) {
        return true;
    }
    text[out.len] = '\0';
    account = find_account(check, text);
    if (account == NULL) {
        return cannot(check,
                      "the configuration has no account %s; add it, or name "
                      "another in [VALUES] of a profile",
                      text);
    }
    if ((account->sessions >> step->session & 1) == 0) {
        return cannot(check,
                      "%s does not trade for the account %s; add it to its "
                      "Accounts=, or name another in [VALUES] of a profile",
                      client->name, text);
    }
    return is_peers(check, account) ||
           is_others(check, "account", text, account->hub);
}

static bool is_order(const struct check *check,
                     const struct cg_script_step *step)
{
    return step->act == CG_SCRIPT_SEND && !step->wire &&
           check->config->sessions[step->session].role == CG_ROLE_CLIENT;
}

bool kit_has_accounts(const struct kit_play *play,
                      char *reason,
                      size_t reason_len)
{
    const struct check check = {
        .play = play,
        .config = &play->kit->config,
        .peer = play->kit->options.hub,
        .reason = reason,
        .len = reason_len,
    };
    const struct cg_script *script = &play->script;

    if (play->kit->options.seat != CG_KIT_HUB) {
        return true;
    }
    for (size_t i = 0; i < script->step_count; i++) {
        if (is_order(&check, &script->steps[i]) &&
            !check_order(&check, &script->steps[i])) {
            return false;
        }
    }
    return check_values(&check);
}
