/*
 * The steps of a case in real time.
 *
 * A step is due when the one before it is over and as much time has gone by as
 * the script has between them.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "kit_internal.h"
#include "wire.h"

#include <stdio.h>
#include <stdlib.h>

/* In how many attempts in a row a peer may not have come before it is no longer
 * waited for, but for so long. */
#define MISSED_MAX 3
#define SHORT_NS CG_SECOND

/* Each returns true when the step is over. */

static struct kit_actor *actor_of(struct kit_play *play,
                                  const struct cg_script_step *step)
{
    return kit_actor(play->kit, step->session);
}

/* --- what came before a step -------------------------------------------- */

static bool
is_clear(struct kit_play *play, cg_session session, const char *when)
{
    const struct cg_script_message *came = kit_untaken(play, session);

    if (came == NULL) {
        return true;
    }
    kit_step_failed(play, CG_KIT_FAILED, came, NULL,
                    "%s came what no step expects: %s %s %s", when, came->type,
                    kit_is_peer(play->kit, came->session) &&
                            came >= play->runner.in.items &&
                            came < play->runner.in.items + play->runner.in.count
                        ? "from"
                        : "to",
                    play->kit->config.sessions[came->session].name);
    return false;
}

/* --- messages ----------------------------------------------------------- */

static bool send_in_memory(struct kit_play *play,
                           const struct cg_script_step *step,
                           const struct cg_script_message *message)
{
    struct cg_kit *kit = play->kit;
    size_t len = cg_script_seal(&play->runner, message, true, kit->fed,
                                CG_SCRIPT_BUFFER);

    if (len == 0) {
        kit_step_failed(play, CG_KIT_BROKEN, NULL, NULL,
                        "the message is too long");
        return false;
    }
    kit_say_message(kit, kit->config.sessions[step->session].name, false,
                    (struct cg_slice){kit->fed, len});
    kit_gate_heard(play, step->session, kit->fed, len);
    return true;
}

static bool send_over_fix(struct kit_play *play,
                          const struct cg_script_step *step,
                          const struct cg_script_message *message)
{
    struct kit_actor *actor = actor_of(play, step);
    int status;

    if (!kit_session_is_up(actor)) {
        kit_step_failed(play, actor->lost ? CG_KIT_FAILED : CG_KIT_BROKEN, NULL,
                        NULL, "%s is not logged on%s", actor->config->name,
                        actor->lost ? ": the peer broke the line" : "");
        return false;
    }
    status = kit_session_send(actor, message);
    if (status != 0) {
        kit_step_failed(play, CG_KIT_BROKEN, NULL, NULL,
                        "the message cannot be sent: %s",
                        fix8c_error_text(status));
        return false;
    }
    fix8c_transport_touch(play->kit->transport);
    return true;
}

static bool send_message(struct kit_play *play,
                         const struct cg_script_step *step)
{
    const struct cg_script_message *message;

    if (!is_clear(play, step->session, "before this step")) {
        return false;
    }
    kit_papers_use(play, step);
    message = cg_script_compose(&play->runner, step);
    if (message == NULL) {
        kit_step_failed(play, CG_KIT_BROKEN, NULL, NULL, "%s",
                        play->printed[0] != '\0'
                            ? play->printed
                            : "there is not enough memory");
        return false;
    }
    play->runner.in.items[play->runner.in.count - 1].taken = true;
    if (kit_in_memory(play, step->session)
            ? !send_in_memory(play, step, message)
            : !send_over_fix(play, step, message)) {
        return false;
    }
    kit_step_passed(play, kit_now(), NULL);
    return true;
}

/* --- sessions ----------------------------------------------------------- */

/* A peer that has never come is not waited for again and again, unless
 * somebody may see to it that it comes. */
static bool is_given_up(const struct kit_actor *actor)
{
    const struct cg_kit_options *options = &actor->kit->options;

    return !options->attended && actor->missed >= MISSED_MAX &&
           options->limits.connect_ns > SHORT_NS;
}

static cg_time patience(const struct kit_actor *actor)
{
    return is_given_up(actor) ? SHORT_NS
                              : actor->kit->options.limits.connect_ns;
}

static void not_logged_on(struct kit_play *play, struct kit_actor *actor)
{
    char text[32];
    char why[KIT_REASON_MAX];
    char before[64] = "";

    if (is_given_up(actor)) {
        (void)snprintf(before, sizeof(before),
                       ", nor in the %u attempts before", actor->missed);
    }
    kit_session_why(actor, why, sizeof(why));
    kit_step_failed(play, actor->ups > 1 ? CG_KIT_FAILED : CG_KIT_BROKEN, NULL,
                    NULL, "%s has not logged on within %s%s%s",
                    actor->config->name, kit_span(patience(actor), text),
                    before, why);
    actor->missed++;
}

/* The line is settled: the case goes on with it. */
static bool is_up(struct kit_play *play, struct kit_actor *actor)
{
    cg_time since = kit_now() - actor->logon_at;
    bool first = kit_is_peer(play->kit, actor->index) && actor->ups == 1;

    if (since < (first ? play->kit->options.limits.settle_ns : KIT_LINE_NS)) {
        return false;
    }
    actor->came = true;
    play->kit->met = true;
    if (actor->linked || !kit_is_peer(play->kit, actor->index)) {
        actor->linked = true;
        kit_step_passed(play, actor->logon_at, NULL);
        return true;
    }
    actor->linked = true;
    kit_gate_link(play, actor->index, true);
    kit_step_passed(play, kit_now(), NULL);
    return true;
}

static bool up(struct kit_play *play, const struct cg_script_step *step)
{
    struct kit_actor *actor = actor_of(play, step);

    if (kit_in_memory(play, step->session)) {
        actor->ups++;
        actor->linked = true;
        kit_gate_link(play, step->session, true);
        kit_step_passed(play, kit_now(), NULL);
        return true;
    }
    if (!play->tried) {
        play->tried = true;
        actor->ups++;
        actor->lost = false;
        actor->strange[0] = '\0';
        actor->refused[0] = '\0';
        kit_session_up(actor);
    }
    if (kit_session_is_up(actor)) {
        return is_up(play, actor);
    }
    if (kit_now() > play->first_look + patience(actor)) {
        not_logged_on(play, actor);
    }
    return false;
}

static bool down(struct kit_play *play, const struct cg_script_step *step)
{
    struct kit_actor *actor = actor_of(play, step);

    if (kit_in_memory(play, step->session)) {
        actor->linked = false;
        kit_gate_link(play, step->session, false);
        kit_step_passed(play, kit_now(), NULL);
        return true;
    }
    /* What was said before arrives; and then the peer sees that we are gone. */
    if (!play->tried && kit_now() >= play->first_look + KIT_LINE_NS) {
        bool linked = actor->linked;

        play->tried = true;
        actor->lost = false;
        kit_session_down(actor);
        if (kit_is_peer(play->kit, actor->index) && linked) {
            kit_gate_link(play, actor->index, false);
        }
    }
    if (kit_now() < play->first_look + 2 * KIT_LINE_NS) {
        return false;
    }
    kit_step_passed(play, play->due, NULL);
    return true;
}

/* --- gates -------------------------------------------------------------- */

static bool stop(struct kit_play *play)
{
    if (play->runner.gate != NULL) {
        kit_gate_drain(play, cg_gate_stop(play->runner.gate, kit_now()));
    }
    kit_step_passed(play, kit_now(), NULL);
    return true;
}

/* The peer was asked to restart it: its lines break. */
static bool crashed_peer(struct kit_play *play)
{
    struct cg_kit *kit = play->kit;
    bool over = kit_now() > play->first_look + kit->options.limits.connect_ns;

    for (cg_session i = 0; i < kit->config.session_count; i++) {
        if (kit->actors[i].linked && !over) {
            return false;
        }
        if (kit->actors[i].linked) {
            kit_step_failed(play, CG_KIT_BROKEN, NULL, NULL,
                            "%s is still logged on: the gate did not restart",
                            kit->actors[i].config->name);
            return false;
        }
        kit->actors[i].lost = false;
    }
    kit_step_passed(play, kit_now(), NULL);
    return true;
}

static bool crash(struct kit_play *play)
{
    if (play->kit->options.seat == CG_KIT_GATE) {
        return crashed_peer(play);
    }
    kit_gate_crash(play);
    if (play->stage == KIT_OVER) {
        return false;
    }
    kit_step_passed(play, kit_now(), NULL);
    return true;
}

static bool look(struct kit_play *play, const struct cg_script_step *step)
{
    if (play->kit->options.seat == CG_KIT_GATE) {
        kit_step_waived(play, "only the gate's inside would show it");
        return true;
    }
    play->printed[0] = '\0';
    play->runner.failed = false;
    cg_script_view(&play->runner, step);
    if (play->runner.error == CG_ERR_MEMORY) {
        kit_end(play, CG_KIT_BROKEN, "there is not enough memory");
        return false;
    }
    if (play->runner.failed) {
        kit_step_failed(play, CG_KIT_FAILED, NULL, NULL, "%s", play->printed);
        return false;
    }
    kit_step_passed(play, play->due, NULL);
    return true;
}

/* --- people ------------------------------------------------------------- */

enum cg_kit_asked kit_ask(struct kit_play *play,
                          const struct cg_script_step *step,
                          bool first,
                          char undone[KIT_REASON_MAX])
{
    const struct cg_kit_options *options = &play->kit->options;
    enum cg_kit_asked answer = CG_KIT_ASKED_CANNOT;
    const char *why = "there is not enough memory";
    char *words;
    char *plea;

    if (kit_is_own(play->kit, step->session)) {
        return CG_KIT_ASKED_DONE;
    }
    words = kit_expand(play, step->name);
    plea = kit_expand(play, step->plea);
    if (words != NULL && plea != NULL) {
        answer = options->ask(options->user,
                              step->session != CG_SESSION_NONE
                                  ? actor_of(play, step)->config->name
                                  : "gate",
                              words, plea, first, &why);
    }
    (void)snprintf(undone, KIT_REASON_MAX, "\"%s\" was not done: %s",
                   plea != NULL ? plea : "", why);
    free(words);
    free(plea);
    return answer;
}

bool kit_is_said(struct kit_play *play)
{
    char undone[KIT_REASON_MAX];

    if (play->left != NULL &&
        kit_ask(play, play->left, false, undone) != CG_KIT_ASKED_WAIT) {
        play->left = NULL;
    }
    return play->left == NULL;
}

/* The peer has done what it is asked for, and goes on: so must the case, as
 * whoever does it need not say so at once. */
static bool shows(struct kit_play *play, const struct cg_script_step *step)
{
    const struct cg_kit_options *options = &play->kit->options;

    if (play->at + 1 == play->script.step_count ||
        !kit_has_come(play, step + 1)) {
        return false;
    }
    if (options->shows != NULL) {
        options->shows(options->user);
    }
    play->left = step;
    (void)kit_is_said(play);
    return true;
}

static bool asked(struct kit_play *play, const struct cg_script_step *step)
{
    char undone[KIT_REASON_MAX];
    enum cg_kit_asked answer;

    if (!kit_is_said(play)) {
        return false;
    }
    answer = kit_ask(play, step, !play->tried, undone);
    play->tried = true;
    if (answer == CG_KIT_ASKED_CANNOT || answer == CG_KIT_ASKED_UNSURE) {
        play->unsure = answer == CG_KIT_ASKED_UNSURE;
        kit_step_failed(play, CG_KIT_BROKEN, NULL, NULL, "%s", undone);
        return false;
    }
    if (answer == CG_KIT_ASKED_WAIT && !shows(play, step)) {
        return false;
    }
    /* Whoever takes his time does not use up the case's. */
    play->end_by += kit_now() - play->first_look;
    kit_step_passed(play, kit_now(), NULL);
    return true;
}

/* --- the wire ----------------------------------------------------------- */

static bool on_wire(struct kit_play *play, const struct cg_script_step *step)
{
    char error[512] = "";
    enum cg_wire_done done;
    const struct cg_script_message *came = step->act == CG_SCRIPT_SEND
                                               ? cg_wire_next(play->wire, NULL)
                                               : NULL;

    if (came != NULL) {
        kit_step_failed(play, CG_KIT_FAILED, came, NULL,
                        "before this step came what no step expects: %s",
                        came->type);
        return false;
    }
    done = cg_wire_do(play->wire, &play->runner, step, error, sizeof(error));
    if (done == CG_WIRE_WAIT &&
        kit_now() <= play->first_look + play->kit->options.limits.connect_ns) {
        return false;
    }
    if (done != CG_WIRE_DONE) {
        char text[32];

        kit_step_failed(
            play, CG_KIT_BROKEN, NULL, NULL, "%s%s",
            done == CG_WIRE_FAILED ? error : "the peer is not there within ",
            done == CG_WIRE_FAILED
                ? ""
                : kit_span(play->kit->options.limits.connect_ns, text));
        return false;
    }
    kit_step_passed(play, kit_now(), NULL);
    return true;
}

/* --- the end ------------------------------------------------------------ */

/* The actor whose line the peer broke, and no step said so. */
static const struct kit_actor *lost(const struct kit_play *play)
{
    const struct cg_kit *kit = play->kit;

    for (cg_session i = 0; i < kit->config.session_count; i++) {
        if (kit->actors[i].lost) {
            return &kit->actors[i];
        }
    }
    return NULL;
}

static void end(struct kit_play *play)
{
    const struct cg_script_message *came = kit_untaken(play, CG_SESSION_NONE);
    const struct cg_script_message *wired = play->wire != NULL
                                                ? cg_wire_next(play->wire, NULL)
                                                : NULL;
    const struct kit_actor *broken = lost(play);

    came = came != NULL ? came : wired;
    if (came != NULL) {
        kit_observed(play, came, came == wired);
        kit_end(play, CG_KIT_FAILED,
                "at the end came what no step expects: %s %s %.600s",
                came == wired ? "wire"
                              : play->kit->config.sessions[came->session].name,
                kit_is_peer(play->kit, came->session) ? ">" : "<",
                play->kit->observed);
    } else if (broken != NULL) {
        kit_end(play, CG_KIT_FAILED, "the peer broke the line of %s%s%s",
                broken->config->name, broken->logout[0] != '\0' ? ": " : "",
                broken->logout);
    } else {
        kit_end(play, CG_KIT_PASSED, "%s", "");
    }
}

static bool settle(struct kit_play *play)
{
    if (play->stage == KIT_STEPS) {
        play->stage = KIT_SETTLES;
        play->due = kit_now() + play->kit->options.limits.settle_ns;
    }
    if (kit_now() < play->due) {
        return false;
    }
    end(play);
    return true;
}

/* --- all of them -------------------------------------------------------- */

static bool quiet(struct kit_play *play)
{
    if (!is_clear(play, CG_SESSION_NONE, "before this step")) {
        return false;
    }
    kit_step_passed(play, play->due, NULL);
    return true;
}

/* A table over the kinds of steps. */
static bool act(struct kit_play *play, const struct cg_script_step *step)
{
    switch (step->act) {
    case CG_SCRIPT_SEND:
        return step->wire ? on_wire(play, step) : send_message(play, step);
    case CG_SCRIPT_UP:
        return up(play, step);
    case CG_SCRIPT_DOWN:
        return down(play, step);
    case CG_SCRIPT_RESETS:
    case CG_SCRIPT_SKIPS:
        return kit_renumber(play, step);
    case CG_SCRIPT_STOP:
        return play->kit->options.seat == CG_KIT_GATE ? crashed_peer(play)
                                                      : stop(play);
    case CG_SCRIPT_CRASH:
        return crash(play);
    case CG_SCRIPT_REJECTS:
        return kit_reject(play, step);
    case CG_SCRIPT_RESEND:
        return kit_resend(play, step);
    case CG_SCRIPT_LIMIT:
    case CG_SCRIPT_TOKEN:
    case CG_SCRIPT_DIFFERENCE:
    case CG_SCRIPT_COMPARED:
        return look(play, step);
    case CG_SCRIPT_QUIET:
        return quiet(play);
    case CG_SCRIPT_ASKED:
        return asked(play, step);
    case CG_SCRIPT_WIRE_CONNECTS:
    case CG_SCRIPT_WIRE_DISCONNECTS:
    case CG_SCRIPT_WIRE_RAW:
        return on_wire(play, step);
    case CG_SCRIPT_EXPECT:
    case CG_SCRIPT_WIRE_CLOSED:
    case CG_SCRIPT_TAKES_RATES:
    case CG_SCRIPT_RATES:
        break; /* not here: waited for, or never begun */
    }
    return false;
}

/* A step of an actor that the kit neither plays nor sees. */
static bool is_somebody_elses(const struct kit_play *play,
                              const struct cg_script_step *step)
{
    return !step->wire && step->session != CG_SESSION_NONE &&
           !play->kit->actors[step->session].played &&
           step->act != CG_SCRIPT_ASKED;
}

/* Whoever it is has a little time for it, before something is said to the
 * gate. */
static bool leave(struct kit_play *play, const struct cg_script_step *step)
{
    const struct cg_script_step *next = step + 1;
    bool says = play->at + 1 < play->script.step_count &&
                next->act == CG_SCRIPT_SEND && !is_somebody_elses(play, next);

    if (says && kit_now() < play->first_look + KIT_LINE_NS) {
        return false;
    }
    kit_step_waived(play, "the kit does not play it here");
    return true;
}

bool kit_is_awaited(const struct kit_play *play,
                    const struct cg_script_step *step)
{
    if (is_somebody_elses(play, step)) {
        return false;
    }
    return step->act == CG_SCRIPT_EXPECT ||
           step->act == CG_SCRIPT_WIRE_CLOSED ||
           (step->act == CG_SCRIPT_SEND && !step->wire &&
            kit_is_peer(play->kit, step->session));
}

/* Without a wait that the script states, silence needs a little time. */
static cg_time wait_of(const struct kit_play *play,
                       const struct cg_script_step *step)
{
    cg_time before = play->at > 0 ? play->script.steps[play->at - 1].at : 0;
    cg_time wait = step->at - before;
    cg_time settle = play->kit->options.limits.settle_ns;

    return step->act == CG_SCRIPT_QUIET && wait < settle ? settle : wait;
}

static void begin(struct kit_play *play, const struct cg_script_step *step)
{
    play->begun = true;
    play->due = play->over + wait_of(play, step);
    play->first_look = 0;
}

static bool go_on(struct kit_play *play)
{
    const struct cg_script_step *step = &play->script.steps[play->at];
    cg_time now = kit_now();

    if (play->at == play->script.step_count) {
        return settle(play);
    }
    if (!play->begun) {
        begin(play, step);
    }
    play->runner.now = now;
    if (kit_is_awaited(play, step)) {
        return kit_expect(play, step);
    }
    if (now < play->due) {
        return false;
    }
    if (play->first_look == 0) {
        play->first_look = now;
    }
    return is_somebody_elses(play, step) ? leave(play, step) : act(play, step);
}

static bool is_asking(const struct kit_play *play)
{
    return play->at < play->script.step_count && play->first_look != 0 &&
           play->script.steps[play->at].act == CG_SCRIPT_ASKED;
}

void kit_advance(struct kit_play *play)
{
    const struct cg_kit_options *options = &play->kit->options;
    char text[32];

    while (play->stage != KIT_OVER) {
        if (options->stops != NULL && options->stops(options->user)) {
            kit_end(play, CG_KIT_STOPPED, "stopped by the operator");
        } else if (kit_now() > play->end_by && !is_asking(play)) {
            kit_end(play, CG_KIT_BROKEN, "the case was not over within %s",
                    kit_span(options->limits.case_ns, text));
        } else if (!go_on(play)) {
            return;
        }
    }
}

cg_time kit_wake(const struct kit_play *play)
{
    const struct cg_script_step *step = &play->script.steps[play->at];
    cg_time tolerance = play->kit->options.limits.tolerance_ns;

    if (play->at == play->script.step_count) {
        return play->due;
    }
    if (kit_is_awaited(play, step)) {
        return play->due + tolerance + 1;
    }
    return play->due > kit_now() ? play->due : CG_TIME_NEVER;
}
