/*
 * What an attempt has left open is ended: clients cancel, venues confirm, hubs
 * confirm what is given back and deny what is asked for.
 *
 * Nothing here has to do with the verdict, which stands.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "kit_internal.h"

#include <fix_value.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#define CLEAN_NS (3 * CG_SECOND) /* then it is left as it is */
#define CALM_NS (200 * CG_MS)
#define BODY_MAX 2048
#define ORDERS_MAX 256

/* An order of a client, as far as the messages of the attempt tell. */
struct order {
    size_t first;  /* its D or AB, in |in| */
    size_t newest; /* that, or the G or AC that the venue took */
    bool over;
    bool cancelled; /* by the cleaning, or a case that ended before it was
                       answered */
};

struct cleaning {
    struct kit_play *play;
    struct order orders[ORDERS_MAX];
    size_t order_count;
    size_t said; /* of |out|: up to here all was looked at */
    cg_time begun;
    cg_time last; /* when something came or was said */
};

static bool is_one_of(const char *type, const char *const *types)
{
    for (; *types != NULL; types++) {
        if (strcmp(type, *types) == 0) {
            return true;
        }
    }
    return false;
}

static enum cg_role role_of(const struct cleaning *cleaning, cg_session session)
{
    return cleaning->play->kit->config.sessions[session].role;
}

/* --- saying ------------------------------------------------------------- */

/* Fields with | for SOH. */
struct body {
    char text[BODY_MAX];
    size_t len;
};

static void put(struct body *body, uint32_t tag, struct cg_slice value)
{
    int size;

    if (value.len == 0 || body->len >= BODY_MAX - 1) {
        return;
    }
    size = snprintf(body->text + body->len, BODY_MAX - body->len, "%u=%.*s\001",
                    tag, (int)value.len, value.data);
    if (size > 0 && body->len + (size_t)size < BODY_MAX) {
        body->len += (size_t)size;
    }
}

static void put_str(struct body *body, uint32_t tag, const char *text)
{
    put(body, tag, cg_slice_str(text));
}

static void
put_same(struct body *body, uint32_t tag, const struct cg_script_message *from)
{
    put(body, tag, kit_field(from, tag));
}

static void put_now(struct body *body, uint32_t tag)
{
    char text[40];
    struct cg_fix_writer time = cg_fix_writer_over(text, sizeof(text));

    cg_fix_put_time(&time, 1, kit_now());
    put(body, tag, (struct cg_slice){text + 2, time.len - 3});
}

static void put_made(struct cleaning *cleaning, struct body *body, uint32_t tag)
{
    char text[64];

    (void)snprintf(text, sizeof(text), "%sZ%u", cleaning->play->run,
                   ++cleaning->play->made);
    put_str(body, tag, text);
}

static void say(struct cleaning *cleaning,
                cg_session session,
                const char *type,
                const struct body *body)
{
    struct kit_play *play = cleaning->play;
    struct cg_kit *kit = play->kit;
    struct kit_actor *actor = kit_actor(kit, session);
    struct cg_script_message *message;
    size_t len;

    play->runner.now = kit_now();
    cleaning->last = play->runner.now;
    message = cg_script_message_add(&play->runner, &play->runner.in, session,
                                    cg_slice_str(type), CG_SLICE(""),
                                    (struct cg_slice){body->text, body->len});
    if (message == NULL) {
        return;
    }
    message->taken = true;
    if (actor->fix != NULL) {
        if (kit_session_is_up(actor)) {
            (void)kit_session_send(actor, message);
        }
        return;
    }
    message->seq = ++play->runner.seq_in[session];
    len = cg_script_seal(&play->runner, message, true, kit->fed,
                         CG_SCRIPT_BUFFER);
    kit_say_message(kit, actor->config->name, false,
                    (struct cg_slice){kit->fed, len});
    kit_gate_heard(play, session, kit->fed, len);
}

/* --- orders ------------------------------------------------------------- */

static const char *const news[] = {"D", "AB", NULL};
static const char *const changes[] = {"G", "AC", NULL};

static struct order *
find_order(struct cleaning *cleaning, cg_session session, struct cg_slice id)
{
    const struct cg_script_messages *in = &cleaning->play->runner.in;

    for (size_t i = 0; i < cleaning->order_count && id.len > 0; i++) {
        struct order *order = &cleaning->orders[i];
        const struct cg_script_message *first = &in->items[order->first];

        if (first->session == session &&
            (cg_slice_equal(kit_field(first, 11), id) ||
             cg_slice_equal(kit_field(&in->items[order->newest], 11), id))) {
            return order;
        }
    }
    return NULL;
}

static void find_orders(struct cleaning *cleaning)
{
    const struct cg_script_messages *in = &cleaning->play->runner.in;

    for (size_t i = 0; i < in->count; i++) {
        const struct cg_script_message *message = &in->items[i];

        if (role_of(cleaning, message->session) == CG_ROLE_CLIENT &&
            is_one_of(message->type, news) &&
            cleaning->order_count < ORDERS_MAX &&
            find_order(cleaning, message->session, kit_field(message, 11)) ==
                NULL) {
            cleaning->orders[cleaning->order_count++] = (struct order){
                .first = i, .newest = i};
        }
    }
}

/* The client's replace with this id. */
static size_t find_change(const struct cleaning *cleaning,
                          cg_session session,
                          struct cg_slice id)
{
    const struct cg_script_messages *in = &cleaning->play->runner.in;

    for (size_t i = 0; i < in->count; i++) {
        if (in->items[i].session == session &&
            is_one_of(in->items[i].type, changes) &&
            cg_slice_equal(kit_field(&in->items[i], 11), id)) {
            return i;
        }
    }
    return SIZE_MAX;
}

/* A client hears of its order. */
static void report(struct cleaning *cleaning,
                   const struct cg_script_message *message)
{
    struct cg_slice status = kit_field(message, 39);
    struct order *order = find_order(cleaning, message->session,
                                     kit_field(message, 11));
    size_t change = find_change(cleaning, message->session,
                                kit_field(message, 11));

    if (order == NULL) {
        order = find_order(cleaning, message->session, kit_field(message, 41));
    }
    if (order == NULL || strcmp(message->type, "8") != 0) {
        return;
    }
    if (change != SIZE_MAX && cg_slice_is(kit_field(message, 150), "5")) {
        order->newest = change;
    }
    if (status.len == 1 && strchr("2348C", status.data[0]) != NULL) {
        order->over = true;
    }
}

static void cancel(struct cleaning *cleaning, struct order *order)
{
    const struct cg_script_message *newest =
        &cleaning->play->runner.in.items[order->newest];
    cg_session session = newest->session;
    struct body body = {.len = 0};

    order->cancelled = true;
    put_made(cleaning, &body, 11);
    put(&body, 41, kit_field(newest, 11));
    put_same(&body, 1, newest);
    put_same(&body, 55, newest);
    put_same(&body, 54, newest);
    put_same(&body, 38, newest);
    put_now(&body, 60);
    say(cleaning, session, "F", &body);
}

/* --- venues ------------------------------------------------------------- */

/* Whether the actor has answered a message with the value of |tag|; what is
 * said again wants another answer. */
static bool was_answered(const struct cleaning *cleaning,
                         const struct cg_script_message *message,
                         uint32_t tag,
                         const char *const *types)
{
    const struct cg_script_messages *in = &cleaning->play->runner.in;
    struct cg_slice id = kit_field(message, tag);

    for (size_t i = 0; i < in->count; i++) {
        if (in->items[i].session == message->session &&
            is_one_of(in->items[i].type, types) &&
            in->items[i].time >= message->time &&
            cg_slice_equal(kit_field(&in->items[i], tag), id)) {
            return true;
        }
    }
    return false;
}

/* The last report of the venue about an order, by one of its ids. */
static const struct cg_script_message *last_report(
    const struct cleaning *cleaning, cg_session venue, struct cg_slice id)
{
    const struct cg_script_messages *in = &cleaning->play->runner.in;

    for (size_t i = in->count; i-- > 0;) {
        if (in->items[i].session == venue &&
            strcmp(in->items[i].type, "8") == 0 &&
            cg_slice_equal(kit_field(&in->items[i], 11), id)) {
            return &in->items[i];
        }
    }
    return NULL;
}

static void venue_reports(struct cleaning *cleaning,
                          const struct cg_script_message *request,
                          const char *what)
{
    cg_session venue = request->session;
    struct cg_slice original = kit_field(request, 41);
    const struct cg_script_message *last = last_report(
        cleaning, venue, original.len > 0 ? original : kit_field(request, 11));
    struct body body = {.len = 0};

    put_same(&body, 11, request);
    put_same(&body, 41, request);
    if (last != NULL) {
        put_same(&body, 37, last);
    } else {
        put(&body, 37, kit_field(request, 11));
    }
    put_made(cleaning, &body, 17);
    if (role_of(cleaning, venue) == CG_ROLE_VENUE &&
        kit_actor(cleaning->play->kit, venue)->config->version == CG_FIX42) {
        put_str(&body, 20, "0");
    }
    put_str(&body, 150, what);
    put_str(&body, 39, what);
    put_same(&body, 55, request);
    put_same(&body, 54, request);
    put_same(&body, 38, last != NULL ? last : request);
    put(&body, 14, last != NULL ? kit_field(last, 14) : CG_SLICE("0"));
    put_str(&body, 151, "0");
    put_str(&body, 6, "0");
    say(cleaning, venue, "8", &body);
}

static void venue_refuses(struct cleaning *cleaning,
                          const struct cg_script_message *request)
{
    struct body body = {.len = 0};

    put_same(&body, 11, request);
    put_same(&body, 41, request);
    put(&body, 37, CG_SLICE("NONE"));
    put_str(&body, 39, "8");
    put_str(&body, 434, "2");
    put_str(&body, 102, "2");
    say(cleaning, request->session, "9", &body);
}

static void venue(struct cleaning *cleaning,
                  const struct cg_script_message *request)
{
    static const char *const answers[] = {"8", "9", NULL};

    if (was_answered(cleaning, request, 11, answers)) {
        return;
    }
    if (is_one_of(request->type, news)) {
        venue_reports(cleaning, request, "8");
    } else if (is_one_of(request->type, changes)) {
        venue_refuses(cleaning, request);
    } else if (strcmp(request->type, "F") == 0 ||
               strcmp(request->type, "H") == 0) {
        venue_reports(cleaning, request, "4");
    }
}

/* --- hubs --------------------------------------------------------------- */

static void hub(struct cleaning *cleaning, const struct cg_script_message *ask)
{
    static const char *const answers[] = {"DG", NULL};
    struct body body = {.len = 0};
    bool told = cg_slice_is(kit_field(ask, 2321), "1");
    bool given_back = !told && cg_slice_is(kit_field(ask, 2320), "1");

    if (strcmp(ask->type, "DF") != 0 ||
        was_answered(cleaning, ask, 2318, answers)) {
        return;
    }
    put_same(&body, 2318, ask);
    put_same(&body, 2319, ask);
    put_same(&body, 2320, ask);
    put_same(&body, 2321, ask);
    put_same(&body, 2322, ask);
    put_same(&body, 2324, ask);
    put_str(&body, 2325, told ? "0" : given_back ? "4" : "2");
    if (told) {
        put(&body, 2327, kit_field(ask, 2324));
    } else if (!given_back) {
        put_str(&body, 2326, "99");
    }
    say(cleaning, ask->session, "DG", &body);
}

/* --- all of it ---------------------------------------------------------- */

static void look(struct cleaning *cleaning)
{
    const struct cg_script_messages *out = &cleaning->play->runner.out;

    for (; cleaning->said < out->count; cleaning->said++) {
        struct cg_script_message message = out->items[cleaning->said];

        out->items[cleaning->said].taken = true;
        cleaning->last = kit_now();
        switch (role_of(cleaning, message.session)) {
        case CG_ROLE_CLIENT:
            report(cleaning, &message);
            break;
        case CG_ROLE_VENUE:
            venue(cleaning, &message);
            break;
        case CG_ROLE_HUB:
            if (!kit_is_peer(cleaning->play->kit, message.session)) {
                hub(cleaning, &message);
            }
            break;
        }
    }
}

static bool has_tokens(const struct kit_play *play)
{
    struct cg_token_view token;

    for (size_t i = 0; play->runner.gate != NULL &&
                       cg_gate_token(play->runner.gate, i, &token);
         i++) {
        if (strcmp(token.state, "closed") != 0) {
            return true;
        }
    }
    return false;
}

static bool has_orders(const struct cleaning *cleaning)
{
    for (size_t i = 0; i < cleaning->order_count; i++) {
        if (!cleaning->orders[i].over) {
            return true;
        }
    }
    return false;
}

/* Everybody is there: those in memory at once, the others if they come. */
static void bring_up(struct cleaning *cleaning)
{
    struct kit_play *play = cleaning->play;
    struct cg_kit *kit = play->kit;

    for (cg_session i = 0; i < kit->config.session_count; i++) {
        struct kit_actor *actor = &kit->actors[i];

        bool unknown = actor->ups == 0 && actor->config->role == CG_ROLE_HUB;

        if (!actor->played || actor->linked || unknown) {
            continue;
        }
        if (actor->fix == NULL) {
            actor->linked = true;
            kit_gate_link(play, i, true);
        } else if (actor->came) {
            actor->ups++; /* it counts from its logon on */
            actor->linked = kit_session_is_up(actor);
            kit_session_up(actor);
        }
    }
}

static void cancel_all(struct cleaning *cleaning)
{
    for (size_t i = 0; i < cleaning->order_count; i++) {
        if (!cleaning->orders[i].over && !cleaning->orders[i].cancelled) {
            cancel(cleaning, &cleaning->orders[i]);
        }
    }
}

/* Whoever was there is there again, and has had time to speak. */
static bool are_there(const struct cleaning *cleaning)
{
    const struct cg_kit *kit = cleaning->play->kit;

    for (cg_session i = 0; i < kit->config.session_count; i++) {
        const struct kit_actor *actor = &kit->actors[i];

        if (actor->fix != NULL && actor->came &&
            (!kit_session_is_up(actor) ||
             kit_now() - actor->logon_at < CALM_NS)) {
            return false;
        }
    }
    return true;
}

static bool is_done(const struct cleaning *cleaning)
{
    return are_there(cleaning) && !has_orders(cleaning) &&
           !has_tokens(cleaning->play) && kit_now() - cleaning->last > CALM_NS;
}

/* Orders that the attempt's messages tell of, and what became of them. */
static void begin(struct cleaning *cleaning)
{
    const struct cg_script_messages *out = &cleaning->play->runner.out;

    find_orders(cleaning);
    for (size_t i = 0; i < out->count; i++) {
        if (role_of(cleaning, out->items[i].session) == CG_ROLE_CLIENT) {
            report(cleaning, &out->items[i]);
        }
    }
}

static void clean(struct cleaning *cleaning)
{
    struct kit_play *play = cleaning->play;

    kit_note(play->kit, "kit", "ends what is open");
    cleaning->begun = cleaning->last = kit_now();
    bring_up(cleaning);
    while (!play->kit->failed && play->runner.error == 0 &&
           kit_now() < cleaning->begun + CLEAN_NS) {
        look(cleaning);
        if (kit_now() - cleaning->begun > KIT_LINE_NS) {
            cancel_all(cleaning);
        }
        if (is_done(cleaning)) {
            return;
        }
        kit_turn(play->kit, kit_now() + KIT_LINE_NS / 2);
    }
    kit_note(play->kit, "kit", "not all that is open could be ended");
}

/* --- what was asked of somebody ----------------------------------------- */

static void ask(struct kit_play *play, const struct cg_script_step *step)
{
    char undone[KIT_REASON_MAX];
    enum cg_kit_asked answer = kit_ask(play, step, true, undone);

    while (answer == CG_KIT_ASKED_WAIT) {
        kit_turn(play->kit, CG_TIME_NEVER);
        answer = kit_ask(play, step, false, undone);
    }
    if (answer != CG_KIT_ASKED_DONE) {
        kit_note(play->kit, "left to do", "%s", undone);
    }
}

/* Where the kit itself plays who is asked, what that says next is what is done:
 * a limit that was lowered is raised again. */
static void say_next(struct kit_play *play, const struct cg_script_step *step)
{
    const struct cg_script_step *next = step + 1;
    const struct cg_script_message *message;
    struct kit_actor *actor;

    if (next == play->script.steps + play->script.step_count ||
        next->act != CG_SCRIPT_SEND || next->wire ||
        next->session == CG_SESSION_NONE || next->session != step->session ||
        kit_is_peer(play->kit, next->session)) {
        return;
    }
    actor = kit_actor(play->kit, next->session);
    play->runner.now = kit_now();
    message = actor->fix != NULL && kit_session_is_up(actor)
                  ? cg_script_compose(&play->runner, next)
                  : NULL;
    if (message != NULL) {
        (void)kit_session_send(actor, message);
        fix8c_transport_touch(play->kit->transport);
    }
}

/* What a case has somebody do, it has undone at its end; so when it ends
 * earlier, or is stopped, all that it would still ask for is asked for. */
static void ask_the_rest(struct kit_play *play)
{
    bool any = false;
    /* It may have been done already when somebody wanted to end. */
    bool begun = play->unsure ||
                 (play->verdict == CG_KIT_STOPPED && play->tried);
    size_t done = play->at + (begun ? 1 : 0);

    for (size_t i = 0; i < done && i < play->script.step_count; i++) {
        any |= play->script.steps[i].act == CG_SCRIPT_ASKED;
    }
    for (size_t i = play->at; any && i < play->script.step_count; i++) {
        if (play->script.steps[i].act == CG_SCRIPT_ASKED &&
            !(i == play->at && play->tried)) {
            ask(play, &play->script.steps[i]);
            say_next(play, &play->script.steps[i]);
        }
    }
}

/* A program may take longer than what it does takes to show. */
static void await_hands(struct kit_play *play)
{
    while (!kit_is_said(play)) {
        kit_turn(play->kit, CG_TIME_NEVER);
    }
}

void kit_clean(struct kit_play *play)
{
    struct cleaning *cleaning = calloc(1, sizeof(*cleaning));

    await_hands(play);
    if (play->verdict != CG_KIT_PASSED) {
        ask_the_rest(play);
    }

    if (cleaning == NULL) {
        return;
    }
    cleaning->play = play;
    begin(cleaning);
    if (play->wire_session == CG_SESSION_NONE &&
        (play->verdict != CG_KIT_PASSED || has_orders(cleaning) ||
         has_tokens(play))) {
        play->heard = 0; /* this is no flood */
        play->heard_bytes = 0;
        play->cleaning = true;
        clean(cleaning);
    }
    free(cleaning);
}
