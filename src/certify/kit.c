/*
 * A kit as a whole: opening, the turns of an attempt, closing.
 *
 * Must always come to an end by itself, whatever the peer does.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "kit_internal.h"
#include "wire.h"

#include <creditgate/config.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* The stops of an operator, and programs that are asked, are looked at so
 * often. */
#define POLL_NS (20 * CG_MS)

/* How long lines may take to go. */
#define GOING_NS (2 * CG_SECOND)

cg_time kit_now(void)
{
    struct timespec now;

    (void)clock_gettime(CLOCK_REALTIME, &now);
    return now.tv_sec * CG_SECOND + now.tv_nsec;
}

/* --- turns -------------------------------------------------------------- */

static void on_timer(uv_timer_t *timer)
{
    (void)timer; /* it only ends the loop's sleep */
}

/* Whoever is to stay away, and whose line is gone by now. */
static void keep_away(struct cg_kit *kit)
{
    for (cg_session i = 0; i < kit->config.session_count; i++) {
        const struct kit_actor *actor = &kit->actors[i];

        if (actor->fix != NULL && actor->away &&
            !fix8c_session_attached(actor->fix) &&
            fix8c_session_enabled(actor->fix)) {
            (void)fix8c_session_logout(actor->fix, NULL);
        }
    }
}

void kit_turn(struct cg_kit *kit, cg_time wake)
{
    cg_time now = kit_now();
    struct kit_play *play = kit->play;
    cg_time wait;

    if (play != NULL && play->runner.gate != NULL &&
        cg_gate_deadline(play->runner.gate) < wake) {
        wake = cg_gate_deadline(play->runner.gate);
    }
    wait = wake <= now ? 0 : wake - now < POLL_NS ? wake - now : POLL_NS;
    uv_update_time(kit->options.loop);
    uv_timer_start(&kit->timer, on_timer,
                   (uint64_t)((wait + CG_MS - 1) / CG_MS), 0);
    uv_run(kit->options.loop, UV_RUN_ONCE);
    keep_away(kit);
    if (play != NULL) {
        kit_gate_tick(play);
    }
}

/* Lines that are to go are gone, or take too long. */
static void await_lines(struct cg_kit *kit)
{
    cg_time end = kit_now() + GOING_NS;
    bool going = true;

    while (going && kit_now() < end && !kit->failed) {
        going = false;
        for (cg_session i = 0; i < kit->config.session_count; i++) {
            const struct kit_actor *actor = &kit->actors[i];

            going |= actor->fix != NULL && actor->away &&
                     fix8c_session_attached(actor->fix);
        }
        if (going) {
            kit_turn(kit, CG_TIME_NEVER);
        }
    }
    for (cg_session i = 0; going && i < kit->config.session_count; i++) {
        if (kit->actors[i].fix != NULL && kit->actors[i].away) {
            kit_session_down(&kit->actors[i]);
        }
    }
    if (going) {
        kit_turn(kit, 0);
    }
}

/* --- opening and closing ------------------------------------------------ */

static bool is_played(const struct cg_kit *kit, cg_session session)
{
    return kit->options.seat == CG_KIT_HUB ||
           (kit->options.played >> session & 1) != 0;
}

static void init_actors(struct cg_kit *kit)
{
    for (cg_session i = 0; i < kit->config.session_count; i++) {
        kit->actors[i] = (struct kit_actor){
            .kit = kit,
            .index = i,
            .config = &kit->config.sessions[i],
            .played = is_played(kit, i),
        };
    }
}

/* A gate tells its hub at each logon what it wants; so the hub comes when a
 * case says so, and not before. */
static void hold_hubs(struct cg_kit *kit)
{
    for (cg_session i = 0; i < kit->config.session_count; i++) {
        struct kit_actor *actor = &kit->actors[i];

        if (kit->options.seat == CG_KIT_GATE && actor->fix != NULL &&
            actor->config->role == CG_ROLE_HUB) {
            kit_session_down(actor);
        }
    }
}

static int open_all(struct cg_kit *kit, char *error, size_t error_len)
{
    int status;

    kit->expected = malloc(KIT_TEXT_MAX);
    kit->observed = malloc(KIT_TEXT_MAX);
    kit->fed = malloc(CG_SCRIPT_BUFFER);
    if (kit->expected == NULL || kit->observed == NULL || kit->fed == NULL) {
        return CG_ERR_MEMORY;
    }
    kit->expected[0] = '\0';
    kit->observed[0] = '\0';
    kit->next_account = kit->config.account_count > 0
                            ? (size_t)(kit_now() / CG_SECOND / 8) %
                                  kit->config.account_count
                            : 0;
    uv_timer_init(kit->options.loop, &kit->timer);
    kit->timer.data = kit;
    kit->timer_open = true;
    status = kit_sessions_open(kit, error, error_len);
    if (status == 0) {
        hold_hubs(kit);
    }
    return status;
}

static const char no_memory[] = "there is not enough memory";

int cg_kit_open(const struct cg_kit_options *options,
                char *error,
                size_t error_len,
                struct cg_kit **out)
{
    struct cg_kit *kit = calloc(1, sizeof(*kit));
    int status;

    *out = NULL;
    (void)snprintf(error, error_len, "%s", no_memory);
    if (kit == NULL) {
        return CG_ERR_MEMORY;
    }
    kit->options = *options;
    kit->config = *options->config;
    cg_config_host(options->config, &kit->host);
    init_actors(kit);
    status = open_all(kit, error, error_len);
    if (status != 0) {
        if (status == CG_ERR_MEMORY) {
            (void)snprintf(error, error_len, "%s", no_memory);
        }
        cg_kit_close(kit);
        return status;
    }
    *out = kit;
    return 0;
}

static void on_timer_closed(uv_handle_t *handle)
{
    struct cg_kit *kit = handle->data;

    kit->timer_closed = true;
}

void cg_kit_close(struct cg_kit *kit)
{
    if (kit == NULL) {
        return;
    }
    kit_sessions_close(kit);
    if (kit->timer_open) {
        uv_close((uv_handle_t *)&kit->timer, on_timer_closed);
        while (!kit->timer_closed) {
            uv_run(kit->options.loop, UV_RUN_ONCE);
        }
    }
    free(kit->expected);
    free(kit->observed);
    free(kit->fed);
    free(kit);
}

/* --- an attempt --------------------------------------------------------- */

static cg_session session_named(const struct cg_kit *kit, const char *name)
{
    for (cg_session i = 0; i < kit->config.session_count; i++) {
        if (strcmp(kit->config.sessions[i].name, name) == 0) {
            return i;
        }
    }
    return CG_SESSION_NONE;
}

/* A copy of the script's steps, with sessions as the kit's configuration has
 * them. */
static bool adopt(struct kit_play *play)
{
    struct cg_kit *kit = play->kit;
    const struct cg_script *given = play->given;
    cg_session peer = kit_peer_on_paper(kit, given);
    struct cg_script_step *steps = calloc(given->step_count + 1,
                                          sizeof(*steps));

    if (steps == NULL) {
        return false;
    }
    play->script = *given;
    play->script.config = kit->config;
    play->script.start = kit_now();
    play->script.steps = steps;
    for (size_t i = 0; i < given->step_count; i++) {
        steps[i] = given->steps[i];
        if (steps[i].wire) {
            steps[i].session = kit_wire_session(kit);
        } else if (steps[i].session != CG_SESSION_NONE &&
                   steps[i].session == peer) {
            steps[i].session = kit->options.hub;
        } else if (steps[i].session != CG_SESSION_NONE) {
            steps[i].session = session_named(
                kit, given->config.sessions[steps[i].session].name);
        }
        if (steps[i].act == CG_SCRIPT_SEND && !steps[i].wire &&
            kit_is_peer(kit, steps[i].session)) {
            steps[i].more = true; /* what else it says is its own affair */
        }
    }
    return true;
}

/* What the books of a step, or a message that cannot be made, have to say. */
static void on_print(void *user, const char *text)
{
    struct kit_play *play = user;
    size_t len = strlen(play->printed);

    (void)snprintf(play->printed + len, sizeof(play->printed) - len, "%s",
                   text);
    len = strlen(play->printed);
    if (len > 0 && play->printed[len - 1] == '\n') {
        play->printed[len - 1] = '\0';
    }
}

static bool open_runner(struct kit_play *play)
{
    struct cg_script_runner *runner = &play->runner;

    play->print = (struct cg_script_run_options){.print = on_print,
                                                 .user = play};
    runner->script = &play->script;
    runner->options = &play->print;
    runner->now = kit_now();
    runner->captures = calloc(play->script.capture_count + 1,
                              sizeof(*runner->captures));
    runner->buffer = malloc(CG_SCRIPT_BUFFER);
    runner->header = malloc(CG_SCRIPT_BUFFER);
    runner->whole = malloc(CG_SCRIPT_BUFFER);
    return runner->captures != NULL && runner->buffer != NULL &&
           runner->header != NULL && runner->whole != NULL;
}

static void close_runner(struct kit_play *play)
{
    struct cg_script_runner *runner = &play->runner;

    cg_script_messages_deinit(&runner->in);
    cg_script_messages_deinit(&runner->out);
    for (size_t i = 0;
         runner->captures != NULL && i < play->script.capture_count; i++) {
        free(runner->captures[i]);
    }
    free(runner->captures);
    free(play->papers);
    free(runner->buffer);
    free(runner->header);
    free(runner->whole);
    free(play->script.steps);
}

/* A text that no other attempt has, and that may begin an id. */
static void name_run(struct kit_play *play)
{
    static const char digits[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";
    uint64_t number = (uint64_t)(kit_now() / CG_MS) * 8 +
                      play->kit->attempts++ % 8;
    char text[KIT_RUN_MAX];
    size_t at = sizeof(text) - 1;

    text[at] = '\0';
    for (int i = 0; i < 9; i++) {
        text[--at] = digits[number % 36];
        number /= 36;
    }
    text[--at] = 'R';
    (void)snprintf(play->run, sizeof(play->run), "%s", text + at);
    (void)snprintf(play->kit->run, sizeof(play->kit->run), "%s", text + at);
}

static void on_wire_message(void *user, bool to_peer, struct cg_slice bytes)
{
    struct kit_play *play = user;

    if (!to_peer) {
        kit_take_clock(play->kit, bytes);
        play->heard_bytes += bytes.len;
        play->kit->met = true;
    }
    kit_say_message(play->kit, "wire", !to_peer, bytes);
}

static void on_wire_note(void *user, const char *text)
{
    struct kit_play *play = user;

    kit_note(play->kit, "wire", "%s", text);
}

/* What our Logon has besides, "553=me|554=x|". */
static void logon_fields(const struct kit_actor *actor, char *text, size_t len)
{
    size_t at = 0;

    text[0] = '\0';
    for (int i = 0; i < 32; i++) {
        char key[16];
        const char *value;

        (void)snprintf(key, sizeof(key), i == 0 ? "LogonTag" : "LogonTag%d", i);
        value = fix8c_session_setting(actor->fix, key);
        if (value != NULL && at < len) {
            at += (size_t)snprintf(text + at, len - at, "%s|", value);
        }
    }
}

/* The engine's session leaves the line to the wire. */
static bool open_wire(struct kit_play *play)
{
    struct cg_kit *kit = play->kit;
    struct kit_actor *actor = kit_actor(kit, play->wire_session);
    const char *port = fix8c_session_setting(actor->fix, "SocketConnectPort");
    char logon[512];
    char error[512] = "";
    struct cg_wire_options options = {
        .loop = kit->options.loop,
        .script = &play->script,
        .session = actor->config,
        .as_gate = kit->options.seat == CG_KIT_HUB,
        .host = fix8c_session_setting(actor->fix, "SocketConnectHost"),
        .port = port != NULL ? (int)strtol(port, NULL, 10) : 0,
        .logon = logon,
        .message = on_wire_message,
        .note = on_wire_note,
        .user = play,
    };

    logon_fields(actor, logon, sizeof(logon));
    kit_session_logout(actor);
    await_lines(kit);
    if (cg_wire_open(&options, error, sizeof(error), &play->wire) != 0) {
        kit_end(play, CG_KIT_BROKEN, "the wire cannot be opened: %s", error);
        return false;
    }
    return true;
}

static bool uses_wire(const struct cg_script *script)
{
    for (size_t i = 0; i < script->step_count; i++) {
        if (script->steps[i].wire) {
            return true;
        }
    }
    return false;
}

static void run(struct kit_play *play)
{
    const struct cg_kit_limits *limits = &play->kit->options.limits;

    play->over = kit_now();
    play->end_by = play->over + limits->case_ns;
    play->script.start = play->over;
    for (;;) {
        kit_advance(play);
        if (play->stage == KIT_OVER) {
            return;
        }
        if (kit_is_flood(play, "the peer")) {
            return;
        }
        kit_turn(play->kit, kit_wake(play));
    }
}

/* Everybody of the attempt that is over is forgotten; hubs go, as the next
 * attempt begins with their logon. */
static void forget_actors(struct cg_kit *kit)
{
    for (cg_session i = 0; i < kit->config.session_count; i++) {
        struct kit_actor *actor = &kit->actors[i];

        actor->wanted = false;
        actor->linked = false;
        actor->lost = false;
        actor->ups = 0;
        actor->came = false;
    }
    hold_hubs(kit);
    await_lines(kit);
}

/* Whether the case has the actor up before anything else is done with it. */
static bool begins_up(const struct kit_play *play, cg_session session)
{
    for (size_t i = 0; i < play->script.step_count; i++) {
        const struct cg_script_step *step = &play->script.steps[i];

        if (step->session == session && !step->wire &&
            (step->act == CG_SCRIPT_UP || step->act == CG_SCRIPT_DOWN)) {
            return step->act == CG_SCRIPT_UP;
        }
    }
    return false;
}

/* On paper everybody is down at first: those that the case has not up are. */
static void rest(struct kit_play *play)
{
    struct cg_kit *kit = play->kit;
    cg_time end = 0;

    for (cg_session i = 0; i < kit->config.session_count; i++) {
        struct kit_actor *actor = &kit->actors[i];

        if (actor->fix != NULL && !begins_up(play, i)) {
            end = kit_session_is_up(actor) ? kit_now() + 2 * KIT_LINE_NS : end;
            kit_session_down(actor);
        }
    }
    await_lines(kit);
    while (kit_now() < end) {
        kit_turn(kit, end);
    }
}

/* Else the case is waived, with the reason. */
static bool is_playable(struct kit_play *play,
                        const struct cg_kit_value *values,
                        size_t value_count)
{
    if (!kit_can_play(play->kit, play->given, &play->script, play->reason,
                      sizeof(play->reason))) {
        return false;
    }
    if (!kit_set_values(play, values, value_count)) {
        play->runner.error = CG_ERR_MEMORY;
        return false;
    }
    return kit_has_accounts(play, play->reason, sizeof(play->reason));
}

static void play_all(struct kit_play *play,
                     const struct cg_kit_value *values,
                     size_t value_count)
{
    struct cg_kit *kit = play->kit;

    if (kit->failed) {
        kit_end(play, CG_KIT_BROKEN, "the FIX sessions have failed before");
        return;
    }
    if (!is_playable(play, values, value_count)) {
        play->stage = KIT_OVER;
        play->verdict = CG_KIT_WAIVED;
        return;
    }
    if ((kit->options.seat == CG_KIT_HUB && !kit_gate_open(play)) ||
        (play->wire_session != CG_SESSION_NONE && !open_wire(play))) {
        if (play->stage != KIT_OVER) {
            play->runner.error = CG_ERR_MEMORY;
        }
        return;
    }
    rest(play);
    run(play);
    cg_wire_close(play->wire);
    play->wire = NULL;
    kit_clean(play);
}

static bool open_play(struct kit_play *play)
{
    name_run(play);
    if (uses_wire(play->given)) {
        play->wire_session = kit_wire_session(play->kit);
    }
    if (!adopt(play) || !open_runner(play)) {
        play->runner.error = CG_ERR_MEMORY;
        return false;
    }
    return true;
}

int cg_kit_play(struct cg_kit *kit,
                const struct cg_script *script,
                const struct cg_kit_value *values,
                size_t value_count,
                enum cg_kit_verdict *verdict,
                char *reason,
                size_t reason_len)
{
    struct kit_play play = {.kit = kit,
                            .given = script,
                            .wire_session = CG_SESSION_NONE,
                            .verdict = CG_KIT_BROKEN};
    int status;

    kit->met = false;
    if (open_play(&play)) {
        kit->play = &play;
        play_all(&play, values, value_count);
        kit->play = NULL;
    }
    kit_gate_close(&play);
    forget_actors(kit);
    status = play.runner.error == CG_ERR_MEMORY ? CG_ERR_MEMORY : 0;
    close_runner(&play);
    *verdict = play.verdict;
    (void)snprintf(reason, reason_len, "%s", play.reason);
    return status;
}

/* --- looking ------------------------------------------------------------ */

int cg_kit_foresee(const struct cg_kit_options *options,
                   const struct cg_script *script,
                   const struct cg_kit_value *values,
                   size_t value_count,
                   struct cg_kit_foreseen *foreseen)
{
    struct cg_kit *kit = calloc(1, sizeof(*kit));
    struct kit_play play = {
        .kit = kit, .given = script, .wire_session = CG_SESSION_NONE};

    *foreseen = (struct cg_kit_foreseen){0};
    if (kit == NULL) {
        return CG_ERR_MEMORY;
    }
    kit->options = *options;
    kit->config = *options->config;
    init_actors(kit);
    if (open_play(&play)) {
        foreseen->waived = !is_playable(&play, values, value_count);
        (void)snprintf(foreseen->reason, sizeof(foreseen->reason), "%s",
                       play.reason);
        for (size_t i = 0; i < play.script.step_count; i++) {
            const struct cg_script_step *step = &play.script.steps[i];

            foreseen->hands += step->act == CG_SCRIPT_ASKED &&
                                       !kit_is_own(kit, step->session)
                                   ? 1
                                   : 0;
        }
    }
    close_runner(&play);
    free(kit);
    return play.runner.error == CG_ERR_MEMORY ? CG_ERR_MEMORY : 0;
}

static int by_time(const void *a, const void *b)
{
    cg_time left = *(const cg_time *)a;
    cg_time right = *(const cg_time *)b;

    return (left > right) - (left < right);
}

bool cg_kit_met(const struct cg_kit *kit)
{
    return kit->met;
}

size_t cg_kit_clock(const struct cg_kit *kit, cg_time *offset_ns)
{
    cg_time sorted[KIT_CLOCKS];
    size_t count = kit->clock_count < KIT_CLOCKS ? kit->clock_count
                                                 : KIT_CLOCKS;

    *offset_ns = 0;
    if (count > 0) {
        memcpy(sorted, kit->clocks, count * sizeof(*sorted));
        qsort(sorted, count, sizeof(*sorted), by_time);
        *offset_ns = sorted[count / 2];
    }
    return kit->clock_count;
}

int cg_kit_port(const struct cg_kit *kit, size_t index)
{
    if (index >= kit->config.session_count || kit->actors[index].fix == NULL) {
        return FIX8C_ERR_UNKNOWN;
    }
    return fix8c_transport_port(kit->transport, kit->actors[index].fix);
}
