/*
 * Logon and Logout in a log.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "replay_link.h"

#define LOGOUT_NS (2 * CG_SECOND) /* the peer's own may be in another log */

int cg_replay_link_set(struct cg_replay_sessions *sessions,
                       cg_session session,
                       bool up,
                       cg_time now)
{
    struct cg_replay_session *is = &sessions->sessions[session];
    sessions->leaving -= is->logout_at != 0;
    is->logout_at = 0;
    if (!up) {
        is->ways[0].logon = false;
        is->ways[1].logon = false;
        is->renumbered = false;
    }
    if (is->up == up) {
        return 0;
    }
    is->up = up;
    return sessions->hooks.link(sessions->hooks.user, session, up, now);
}

int cg_replay_sessions_up(struct cg_replay_sessions *sessions,
                          cg_session session,
                          cg_time now)
{
    struct cg_replay_session *is = &sessions->sessions[session];
    is->ways[0].logon = true;
    is->ways[1].logon = true;
    return cg_replay_link_set(sessions, session, true, now);
}

void cg_replay_sessions_one_sided(struct cg_replay_sessions *sessions,
                                  cg_session session)
{
    sessions->sessions[session].one_sided = true;
}

/* Who says anything else is logged on, whatever the log lacks. */
int cg_replay_link_needed(struct cg_replay_sessions *sessions,
                          const struct cg_replay_message *message)
{
    struct cg_replay_session *session = cg_replay_session_of(sessions, message);
    if (session->up) {
        return 0;
    }
    if (!session->ways[0].logon && !session->ways[1].logon) {
        return cg_replay_sessions_up(sessions, message->session, message->time);
    }
    return cg_replay_link_set(sessions, message->session, true, message->time);
}

static int renumber(struct cg_replay_sessions *sessions,
                    const struct cg_replay_message *message)
{
    struct cg_replay_session *session = cg_replay_session_of(sessions, message);
    if (session->renumbered) {
        return 0;
    }
    session->renumbered = true;
    cg_replay_kept_clear(&session->kept);
    return sessions->hooks.renumbered(sessions->hooks.user, message->session,
                                      true, message->time);
}

/* The second Logon of a connection makes it; a third one is another's. */
int cg_replay_link_logon(struct cg_replay_sessions *sessions,
                         const struct cg_replay_message *message,
                         bool anew)
{
    struct cg_replay_session *session = cg_replay_session_of(sessions, message);
    struct cg_replay_way *way = cg_replay_way_of(sessions, message);
    struct cg_replay_way *other = &session->ways[!message->outbound];
    int status = 0;
    if (way->logon) {
        status = cg_replay_link_set(sessions, message->session, false,
                                    message->time);
    }
    way->logon = true;
    session->counts.logons += message->outbound ? 0 : 1;
    if (message->resets && !other->logon) {
        other->next = 1;
        cg_replay_hold_clear(&other->hold);
    }
    if (status == 0 && (message->resets || (anew && message->outbound))) {
        status = renumber(sessions, message);
    }
    if (status == 0 && (other->logon || session->one_sided)) {
        status = cg_replay_link_set(sessions, message->session, true,
                                    message->time);
    }
    return status;
}

/* The peer's Logout ends the session at once; after ours it has a moment. */
int cg_replay_link_logout(struct cg_replay_sessions *sessions,
                          const struct cg_replay_message *message)
{
    struct cg_replay_session *session = cg_replay_session_of(sessions, message);
    if (!message->outbound) {
        return cg_replay_link_set(sessions, message->session, false,
                                  message->time);
    }
    if (session->up && session->logout_at == 0) {
        session->logout_at = message->time + LOGOUT_NS;
        sessions->leaving++;
    }
    return 0;
}

int cg_replay_logouts_end(struct cg_replay_sessions *sessions, cg_time now)
{
    int status = 0;
    for (size_t i = 0; i < sessions->config->session_count && status == 0;
         i++) {
        const struct cg_replay_session *session = &sessions->sessions[i];
        if (session->logout_at != 0 && session->logout_at <= now) {
            status = cg_replay_link_set(sessions, (cg_session)i, false,
                                        session->logout_at);
        }
    }
    return status;
}
