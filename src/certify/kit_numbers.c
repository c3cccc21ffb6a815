/*
 * Steps about the numbers of a session: it sets them anew, rejects a message by
 * its number, or asks for one again.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "kit_internal.h"

#include <fix_value.h>
#include <stdlib.h>
#include <string.h>

/* The first field |wanted| of |bytes|, or |absent|. */
static struct cg_slice
field_of(struct cg_slice bytes, uint32_t wanted, struct cg_slice absent)
{
    struct cg_slice value;
    uint32_t tag;

    while (cg_script_field_next(&bytes, &tag, &value)) {
        if (tag == wanted) {
            return value;
        }
    }
    return absent;
}

/* The number of the message that |play|'s buffer holds. */
static struct cg_slice seq_of(const struct kit_play *play, size_t len)
{
    return field_of((struct cg_slice){play->runner.buffer, len}, 34,
                    CG_SLICE("0"));
}

/* --- set anew ----------------------------------------------------------- */

/* SequenceReset (4) without GapFillFlag (123): the next number is the one that
 * comes anyway, but what was said before it may be lost. */
static bool skip_over_fix(struct kit_actor *actor)
{
    char body[32];
    int len = snprintf(body, sizeof(body), "36=%d\001",
                       fix8c_session_next_sender(actor->fix) + 1);

    return kit_session_is_up(actor) &&
           fix8c_session_send(actor->fix, "4", NULL, 0, body, (size_t)len) == 0;
}

/* Over FIX both numbers begin anew at each logon, unless they are to be kept.
 */
bool kit_renumber(struct kit_play *play, const struct cg_script_step *step)
{
    bool resets = step->act == CG_SCRIPT_RESETS;

    if (kit_in_memory(play, step->session)) {
        kit_gate_drain(play,
                       cg_gate_renumbered(play->runner.gate, step->session,
                                          resets, kit_now()));
    } else if (!resets && !skip_over_fix(kit_actor(play->kit, step->session))) {
        kit_step_failed(play, CG_KIT_BROKEN, NULL, NULL,
                        "the SequenceReset cannot be sent");
        return false;
    }
    kit_step_passed(play, kit_now(), NULL);
    return true;
}

/* --- rejected ----------------------------------------------------------- */

static bool
reject_over_fix(struct kit_play *play, struct kit_actor *actor, size_t len)
{
    struct cg_slice seq = seq_of(play, len);
    char body[128];
    int size = snprintf(body, sizeof(body),
                        "45=%.*s\001"
                        "373=%s\001"
                        "58=rejected\001",
                        (int)seq.len, seq.data,
                        actor->config->version == CG_FIX42 ? "5" : "99");

    return fix8c_session_send(actor->fix, "3", NULL, 0, body, (size_t)size) ==
           0;
}

/* A Reject (3) of the last such message. */
bool kit_reject(struct kit_play *play, const struct cg_script_step *step)
{
    size_t len = cg_script_sent_before(&play->runner, step);
    bool good = len > 0;

    if (good && kit_in_memory(play, step->session)) {
        memcpy(play->kit->fed, play->runner.buffer, len);
        kit_gate_drain(play, cg_gate_rejected(play->runner.gate, step->session,
                                              play->kit->fed, len, kit_now()));
    } else if (good) {
        good = reject_over_fix(play, kit_actor(play->kit, step->session), len);
    }
    if (!good) {
        kit_step_failed(play, CG_KIT_BROKEN, NULL, NULL, "%s",
                        len == 0 ? play->printed : "the Reject cannot be sent");
        return false;
    }
    kit_step_passed(play, kit_now(), NULL);
    return true;
}

/* --- asked for again ---------------------------------------------------- */

void kit_hear_again(struct kit_play *play,
                    cg_session session,
                    struct cg_slice bytes)
{
    struct kit_again *again = &play->again;
    struct cg_slice type = field_of(bytes, 35, CG_SLICE(""));
    int64_t seq = 0;

    if (again->state != KIT_AGAIN_ASKED || again->session != session ||
        !cg_slice_is(field_of(bytes, 43, CG_SLICE("N")), "Y") ||
        !cg_fix_int(field_of(bytes, 34, CG_SLICE("0")), &seq) ||
        seq != again->seq) {
        return;
    }
    if (cg_slice_is(type, "4")) {
        again->state = KIT_AGAIN_FILLED;
    } else {
        again->state = memmem(bytes.data, bytes.len, again->body.data,
                              again->body.len) != NULL
                           ? KIT_AGAIN_CAME
                           : KIT_AGAIN_OTHER;
    }
}

/* The newest message to the actor with this number. */
static const struct cg_script_message *
find_out(const struct kit_play *play, cg_session session, int64_t seq)
{
    for (size_t i = play->runner.out.count; i-- > 0;) {
        const struct cg_script_message *message = &play->runner.out.items[i];

        if (message->session == session && message->seq == seq) {
            return message;
        }
    }
    return NULL;
}

/* A ResendRequest (2) of the last such message alone. */
static bool ask_again(struct kit_play *play, const struct cg_script_step *step)
{
    struct kit_actor *actor = kit_actor(play->kit, step->session);
    size_t len = cg_script_sent_before(&play->runner, step);
    const struct cg_script_message *message;
    int64_t seq = 0;
    char body[64];
    int size;

    if (len == 0 || !cg_fix_int(seq_of(play, len), &seq)) {
        kit_step_failed(play, CG_KIT_BROKEN, NULL, NULL, "%s", play->printed);
        return false;
    }
    message = find_out(play, step->session, seq);
    play->again = (struct kit_again){
        .state = KIT_AGAIN_ASKED,
        .session = step->session,
        .seq = seq,
        .body = message != NULL ? message->body : CG_SLICE(""),
    };
    size = snprintf(body, sizeof(body), "7=%d\00116=%d\001", (int)seq,
                    (int)seq);
    if (!kit_session_is_up(actor) ||
        fix8c_session_send(actor->fix, "2", NULL, 0, body, (size_t)size) != 0) {
        kit_step_failed(play, CG_KIT_BROKEN, NULL, NULL,
                        "the ResendRequest cannot be sent");
        return false;
    }
    return true;
}

static bool resend_over_fix(struct kit_play *play,
                            const struct cg_script_step *step)
{
    cg_time tolerance = play->kit->options.limits.tolerance_ns;
    enum kit_again_state wanted = step->kept ? KIT_AGAIN_CAME
                                             : KIT_AGAIN_FILLED;
    const char *wrong;

    if (!play->tried) {
        play->tried = true;
        play->again.state = KIT_AGAIN_NONE;
        (void)ask_again(play, step);
        return false;
    }
    if (play->again.state == KIT_AGAIN_ASKED &&
        kit_now() <= play->first_look + tolerance) {
        return false;
    }
    if (play->again.state == wanted) {
        play->again.state = KIT_AGAIN_NONE;
        kit_step_passed(play, kit_now(), NULL);
        return true;
    }
    wrong = play->again.state == KIT_AGAIN_ASKED
                ? "the ResendRequest was not answered"
            : play->again.state == KIT_AGAIN_OTHER
                ? "it was sent again with another content"
            : step->kept ? "a gap fill came in its place"
                         : "it was sent again";
    play->again.state = KIT_AGAIN_NONE;
    kit_step_failed(play, CG_KIT_FAILED, NULL, NULL, "%s", wrong);
    return false;
}

/* What the kit's own gate would do is looked at; a peer is asked. */
bool kit_resend(struct kit_play *play, const struct cg_script_step *step)
{
    size_t len;
    bool kept;

    if (!kit_in_memory(play, step->session)) {
        return resend_over_fix(play, step);
    }
    len = cg_script_sent_before(&play->runner, step);
    kept = len > 0 && cg_gate_may_resend(play->runner.gate, step->session,
                                         play->runner.buffer, len);
    if (len == 0 || kept != step->kept) {
        kit_step_failed(play, CG_KIT_BROKEN, NULL, NULL, "%s",
                        len == 0 ? play->printed
                        : kept   ? "the kit's gate would send it again"
                                 : "the kit's gate would not send it again");
        return false;
    }
    kit_step_passed(play, kit_now(), NULL);
    return true;
}
