/*
 * What the simulated hub can be told to do, one line each.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "sim_hub.h"

#include <stdio.h>

const char sim_hub_help[] =
    "limit ID FIRM ACCOUNT CURRENCY AMOUNT [gross|net] [OPTION...]\n"
    "limit ID AMOUNT [OPTION...]   change a limit; both send CR\n"
    "    options: used=AMOUNT warn=75/90/98 model=0..3 action=0..10 "
    "status=0|1\n"
    "    ACCOUNT - is any account of the firm\n"
    "remove ID                     CR with 1324=D\n"
    "snapshot                      CM with all limits to every session\n"
    "fragment N                    at most N parties in one CM (0: all)\n"
    "books                         print limits and tokens\n"
    "slow MS                       answer that much later (0: at once)\n"
    "silent                        keep asks unanswered\n"
    "deaf                          forget asks\n"
    "speak                         end silent or deaf; answer what was kept\n"
    "pending MS                    2325=3 first, the answer later (0: off)\n"
    "partial PCT                   grant PCT percent, 2325=1 (0: off)\n"
    "deny RESULT                   2325=2 with 2326=RESULT to every ask\n"
    "                              (none: off)\n"
    "wrong KIND                    status, amount, above, token, duplicate or\n"
    "                              no-echo in every DG\n"
    "fault NAME[=MS][:N][,...]     plant faults, from the N-th occasion on;\n"
    "                              MS only where --fault help says so\n"
    "fault none                    end all of them\n"
    "faults                        all faults, and how they are switched\n"
    "normal                        end slow, silent, deaf, pending, partial,\n"
    "                              deny, wrong and faults\n"
    "expire MS                     life of tokens granted from now (0: no "
    "126)\n"
    "cancel TOKEN                  unsolicited DG 2325=4\n"
    "suspend|halt|reinstate ACCOUNT [drill]   DH\n"
    "restart                       break the line and forget all tokens\n";

static bool read_count(const char *text, int64_t max, int64_t *value)
{
    struct cg_slice word = sim_word(&text);
    return sim_number_read(word, 0, value) && *value >= 0 && *value <= max &&
           *sim_rest(text) == '\0';
}

static bool set_ms(const char *text, int64_t *value_ns)
{
    int64_t ms = 0;
    if (!read_count(text, 86400000, &ms)) {
        return false;
    }
    *value_ns = ms * SIM_MS;
    return true;
}

static bool do_limit(struct sim_hub *hub, const char *text)
{
    return sim_hub_limit(hub, text, true);
}

static bool do_remove(struct sim_hub *hub, const char *text)
{
    size_t at = sim_ledger_limit(&hub->ledger, sim_word(&text));
    if (at == SIM_NONE) {
        return false;
    }
    hub->ledger.limits[at].removed = true;
    sim_hub_update(hub, at, 'D');
    return true;
}

static bool do_snapshot(struct sim_hub *hub, const char *text)
{
    (void)text;
    for (size_t i = 0; i < hub->port->peer_count; i++) {
        if (hub->port->peers[i]->up) {
            sim_hub_snapshot(hub, hub->port->peers[i], (struct cg_slice){0});
        }
    }
    return true;
}

static bool do_fragment(struct sim_hub *hub, const char *text)
{
    int64_t count = 0;
    if (!read_count(text, 100000, &count)) {
        return false;
    }
    hub->fragment = (size_t)count;
    return true;
}

static void say_sums(struct sim_port *port,
                     const char *what,
                     const char *id,
                     const struct sim_account *sums,
                     const char *state)
{
    const int64_t amounts[] = {
        sums->granted,  sums->overrun,  sim_account_reserved(sums),
        sums->consumed, sums->released, sums->expired};
    char text[6][SIM_NUMBER_MAX];
    for (int i = 0; i < 6; i++) {
        sim_number_write(amounts[i], SIM_AMOUNT_DIGITS, 2, text[i]);
    }
    sim_port_say(port,
                 "books %s %s granted=%s overrun=%s reserved=%s consumed=%s "
                 "released=%s expired=%s %s",
                 what, id, text[0], text[1], text[2], text[3], text[4], text[5],
                 state);
}

static bool do_books(struct sim_hub *hub, const char *text)
{
    static const char *const states[] = {"live", "cancelled", "expired"};
    const struct sim_ledger *ledger = &hub->ledger;
    char amount[SIM_NUMBER_MAX];
    char use[SIM_NUMBER_MAX];
    (void)text;
    for (size_t i = 0; i < ledger->token_count; i++) {
        const struct sim_token *token = &ledger->tokens[i];
        say_sums(hub->port, "token", token->id, &token->sums,
                 states[token->state]);
    }
    for (size_t i = 0; i < ledger->limit_count; i++) {
        const struct sim_limit *limit = &ledger->limits[i];
        char state[96];
        sim_number_write(limit->amount, SIM_AMOUNT_DIGITS, 2, amount);
        sim_number_write(sim_limit_use(limit), SIM_AMOUNT_DIGITS, 2, use);
        (void)snprintf(state, sizeof(state), "amount=%s use=%s", amount, use);
        say_sums(hub->port, "limit", limit->id, &limit->sums, state);
    }
    sim_port_say(hub->port, "books end");
    return true;
}

static bool do_slow(struct sim_hub *hub, const char *text)
{
    return set_ms(text, &hub->slow_ns);
}

static bool do_pending(struct sim_hub *hub, const char *text)
{
    return set_ms(text, &hub->pending_ns);
}

static bool do_expire(struct sim_hub *hub, const char *text)
{
    return set_ms(text, &hub->life_ns);
}

static bool do_partial(struct sim_hub *hub, const char *text)
{
    return read_count(text, 100, &hub->partial_percent);
}

static bool do_deny(struct sim_hub *hub, const char *text)
{
    int64_t result = 0;
    const char *rest = text;
    if (cg_slice_is(sim_word(&rest), "none") && *sim_rest(rest) == '\0') {
        hub->deny = -1;
        return true;
    }
    if (!read_count(text, 999, &result)) {
        return false;
    }
    hub->deny = (int)result;
    return true;
}

static bool do_silent(struct sim_hub *hub, const char *text)
{
    (void)text;
    hub->silent = true;
    return true;
}

static bool do_deaf(struct sim_hub *hub, const char *text)
{
    (void)text;
    hub->deaf = true;
    return true;
}

static bool do_speak(struct sim_hub *hub, const char *text)
{
    (void)text;
    sim_hub_speak(hub);
    return true;
}

static bool do_wrong(struct sim_hub *hub, const char *text)
{
    static const char *const kinds[] = {"right", "status",    "amount", "above",
                                        "token", "duplicate", "no-echo"};
    struct cg_slice kind = sim_word(&text);
    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        if (cg_slice_is(kind, kinds[i])) {
            hub->wrong = (enum sim_wrong)i;
            return true;
        }
    }
    return false;
}

static bool do_fault(struct sim_hub *hub, const char *text)
{
    const char *wrong;
    if (!sim_faults_set(&hub->faults, text, &wrong)) {
        sim_port_say(hub->port, "error fault: %s; faults lists them", wrong);
        return false;
    }
    return true;
}

static bool do_faults(struct sim_hub *hub, const char *text)
{
    (void)text;
    sim_faults_say(&hub->faults, hub->port);
    return true;
}

static bool do_normal(struct sim_hub *hub, const char *text)
{
    const char *wrong;
    (void)text;
    sim_faults_set(&hub->faults, "none", &wrong);
    hub->slow_ns = 0;
    hub->pending_ns = 0;
    hub->partial_percent = 0;
    hub->deny = -1;
    hub->wrong = SIM_RIGHT;
    sim_hub_speak(hub);
    return true;
}

static bool do_cancel(struct sim_hub *hub, const char *text)
{
    return sim_hub_cancel(hub, sim_word(&text));
}

static bool stop(struct sim_hub *hub, const char *text, char action)
{
    struct cg_slice account = sim_word(&text);
    struct cg_slice drill = sim_word(&text);
    if (drill.len > 0 && !cg_slice_is(drill, "drill")) {
        return false;
    }
    return sim_hub_stop(hub, action, account, drill.len > 0);
}

static bool do_suspend(struct sim_hub *hub, const char *text)
{
    return stop(hub, text, '0');
}

static bool do_halt(struct sim_hub *hub, const char *text)
{
    return stop(hub, text, '1');
}

static bool do_reinstate(struct sim_hub *hub, const char *text)
{
    return stop(hub, text, '2');
}

static bool do_restart(struct sim_hub *hub, const char *text)
{
    (void)text;
    sim_port_drop(hub->port);
    sim_hub_forget(hub);
    return true;
}

bool sim_hub_command(struct sim_hub *hub, const char *line)
{
    static const struct {
        const char *name;
        bool (*run)(struct sim_hub *hub, const char *text);
    } commands[] = {
        {"books", do_books},       {"cancel", do_cancel},
        {"deaf", do_deaf},         {"deny", do_deny},
        {"expire", do_expire},     {"fault", do_fault},
        {"faults", do_faults},     {"fragment", do_fragment},
        {"halt", do_halt},         {"limit", do_limit},
        {"normal", do_normal},     {"partial", do_partial},
        {"pending", do_pending},   {"reinstate", do_reinstate},
        {"remove", do_remove},     {"restart", do_restart},
        {"silent", do_silent},     {"slow", do_slow},
        {"snapshot", do_snapshot}, {"speak", do_speak},
        {"suspend", do_suspend},   {"wrong", do_wrong},
    };
    struct cg_slice name = sim_word(&line);
    for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
        if (cg_slice_is(name, commands[i].name)) {
            return commands[i].run(hub, line);
        }
    }
    return false;
}
