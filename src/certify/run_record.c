/*
 * What is put on record of a run before its cases: who, with whom, with what.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "run_record.h"

#include "json_put.h"
#include "records.h"

#include <creditgate/config.h>
#include <creditgate/dictionary.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

const char *cg_run_seat(enum cg_kit_seat seat)
{
    return seat == CG_KIT_HUB ? "hub" : "gate";
}

const char *cg_run_peer(const struct cg_certification_options *options)
{
    return options->seat == CG_KIT_HUB
               ? options->config->sessions[options->peer].name
               : "gate";
}

/* The value of |key| in the lines of a session, up to the next one, or "". */
static struct cg_slice setting(const char *text, const char *key)
{
    size_t len = strlen(key);

    while (*text != '\0' && *text != '[') {
        size_t line = strcspn(text, "\n");

        if (line > len && strncasecmp(text, key, len) == 0 &&
            text[len] == '=') {
            return (struct cg_slice){text + len + 1, line - len - 1};
        }
        text += line + (text[line] == '\n');
    }
    return CG_SLICE("");
}

/* The lines behind the next "[SESSION]". */
static const char *next_session(const char *text)
{
    const char *at = strstr(text, "[SESSION]\n");

    return at != NULL ? at + strlen("[SESSION]\n") : text + strlen(text);
}

/* Where a session listens, or connects to. */
static json_t *put_address(json_t *session, const char *text, bool initiator)
{
    struct cg_slice host = setting(text, initiator ? "SocketConnectHost"
                                                   : "SocketAcceptAddress");
    struct cg_slice port = setting(text, initiator ? "SocketConnectPort"
                                                   : "SocketAcceptPort");

    session = json_put_key(session, "host", json_stringn(host.data, host.len));
    return json_put_key(session, "port", json_stringn(port.data, port.len));
}

static json_t *sessions_json(const struct cg_certification_options *options)
{
    static const char *const roles[] = {"client", "venue", "hub"};
    const struct cg_config *config = options->config;
    json_t *array = json_array();
    struct cg_config_host host;
    const char *text;

    cg_config_host(config, &host);
    text = host.fix_settings;
    for (size_t i = 0; i < config->session_count; i++) {
        const struct cg_config_session *session = &config->sessions[i];
        char digest[CG_DIGEST_HEX + 1] = "";
        json_t *made;

        (void)cg_digest(
            cg_slice_str(cg_fix_session_dictionary(session->version)), digest);
        made = json_pack("{ss ss ss ss ss ss}", "name", session->name, "role",
                         roles[session->role], "begin_string",
                         session->version == CG_FIX50SP2
                             ? "FIXT.1.1/FIX.5.0SP2"
                             : session->begin_string,
                         "sender", session->sender_comp_id, "target",
                         session->target_comp_id, "dictionary", digest);
        text = next_session(text);
        array = json_put_item(array,
                              put_address(made, text, session->initiator));
    }
    return array;
}

static json_t *case_ids(const struct cg_cases *cases)
{
    json_t *array = json_array();

    for (size_t i = 0; i < cases->count; i++) {
        const struct cg_slice id = cases->items[i].script.kase.id;

        array = json_put_item(array, json_stringn(id.data, id.len));
    }
    return array;
}

/* Whether no case before |at| includes the file, too. */
static bool is_first(const struct cg_cases *cases, size_t at, size_t included)
{
    const char *path = cases->items[at].script.included[included];

    for (size_t i = 0; i < at; i++) {
        const struct cg_script *script = &cases->items[i].script;

        for (size_t j = 0; j < script->included_count; j++) {
            if (strcmp(script->included[j], path) == 0) {
                return false;
            }
        }
    }
    return true;
}

/* The text of each file that cases include. */
static json_t *included(const struct cg_cases *cases)
{
    json_t *array = json_array();

    for (size_t i = 0; i < cases->count; i++) {
        const struct cg_script *script = &cases->items[i].script;

        for (size_t j = 0; j < script->included_count; j++) {
            const char *path = script->included[j];
            char digest[CG_DIGEST_HEX + 1] = "";

            if (is_first(cases, i, j)) {
                (void)cg_file_digest(path, digest);
                array = json_put_item(array, json_pack("{so ss so}", "file",
                                                       cg_records_text(path),
                                                       "digest", digest, "text",
                                                       cg_records_file(path)));
            }
        }
    }
    return array;
}

/* The sessions that the kit plays at a gate; of a hub it plays all others. */
static void put_played(const struct cg_certification_options *options,
                       char *text,
                       size_t len)
{
    size_t at = 0;

    text[0] = '\0';
    for (size_t i = 0; options->seat == CG_KIT_GATE &&
                       i < options->config->session_count && at < len;
         i++) {
        if ((options->played >> i & 1) != 0) {
            at += (size_t)snprintf(text + at, len - at, "%s%s",
                                   at > 0 ? "," : "",
                                   options->config->sessions[i].name);
        }
    }
}

json_t *cg_run_record(const struct cg_certification_options *options)
{
    const struct cg_profile *profile = options->profile;
    char played[2048];
    char kit[CG_DIGEST_HEX + 1] = "";
    char config[CG_DIGEST_HEX + 1] = "";

    (void)cg_file_digest("/proc/self/exe", kit);
    (void)cg_file_digest(options->config_path, config);
    put_played(options, played, sizeof(played));
    return json_pack(
        "{ss so so so ss ss ss so s{so ss} s{so ss so so} so so ss}", "version",
        options->version, "operator", cg_records_text(options->operator_name),
        "firm", cg_records_text(profile->firm), "counterparty",
        cg_records_text(profile->counterparty), "seat",
        cg_run_seat(options->seat), "peer", cg_run_peer(options), "played",
        played, "sessions", sessions_json(options), "config", "path",
        cg_records_text(options->config_path), "digest", config, "profile",
        "path", cg_records_text(profile->path), "digest", profile->digest,
        "name", cg_records_text(profile->name), "text",
        cg_records_file(profile->path != NULL ? profile->path : ""), "cases",
        case_ids(options->cases), "included", included(options->cases),
        "kit_digest", kit);
}
