/*
 * Planted faults of the simulated hub: how they are switched, and when they
 * strike.
 *
 * Must never decide about credit: the few decisions that a fault turns are the
 * hub's own, and it asks here whether to (enum sim_hook).
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "sim_fault_table.h"

#include <stdlib.h>

#define MS_MAX 86400000

static bool has(struct cg_slice fields, int tag)
{
    return sim_field_find(fields, tag).data != NULL;
}

static struct cg_slice fields_of(const struct sim_out *out)
{
    return sim_body_slice(&out->body);
}

const struct sim_fault_about *sim_faults_about(size_t at)
{
    const struct sim_fault *fault = sim_fault_row(at);
    return fault != NULL ? &fault->about : NULL;
}

void sim_faults_deinit(struct sim_faults *faults)
{
    sim_inbox_deinit(&faults->late);
    sim_inbox_deinit(&faults->unheard);
    sim_body_deinit(&faults->token);
    sim_body_deinit(&faults->until);
    sim_body_deinit(&faults->stop);
}

void sim_faults_forget(struct sim_faults *faults)
{
    sim_inbox_forget(&faults->late);
    sim_inbox_forget(&faults->unheard);
    sim_body_clear(&faults->token);
    sim_body_clear(&faults->until);
    sim_body_clear(&faults->stop);
}

static size_t find(struct cg_slice name)
{
    for (size_t i = 0; sim_fault_row(i) != NULL; i++) {
        if (cg_slice_is(name, sim_fault_row(i)->about.name)) {
            return i;
        }
    }
    return SIM_NONE;
}

/* Cuts |*text| at |mark|; what is behind it, or nothing. */
static struct cg_slice cut(struct cg_slice *text, char mark)
{
    const char *at = text->len > 0 ? memchr(text->data, mark, text->len) : NULL;
    if (at == NULL) {
        return (struct cg_slice){0};
    }
    size_t before = (size_t)(at - text->data);
    struct cg_slice behind = {at + 1, text->len - before - 1};
    text->len = before;
    return behind;
}

static bool
read_positive(struct cg_slice text, int64_t max, int64_t absent, int64_t *value)
{
    *value = absent;
    return text.data == NULL ||
           (sim_number_read(text, 0, value) && *value >= 1 && *value <= max);
}

/* NAME[=MS][:N]; what is wrong with it, or NULL. */
static const char *set_one(struct sim_fault_switch *switches,
                           struct cg_slice name)
{
    struct cg_slice number = cut(&name, ':');
    struct cg_slice late = cut(&name, '=');
    size_t at = find(name);
    int64_t ms = 0;
    int64_t from = 0;
    if (at == SIM_NONE) {
        return "no fault has this name";
    }
    const struct sim_fault_about *about = &sim_fault_row(at)->about;
    if (late.data != NULL && about->ms == 0) {
        return "this fault takes no milliseconds";
    }
    if (!read_positive(late, MS_MAX, about->ms, &ms)) {
        return "milliseconds are a number from 1 to 86400000";
    }
    if (!read_positive(number, INT64_MAX, 1, &from)) {
        return "the first occasion is a number from 1";
    }
    switches[at] = (struct sim_fault_switch){
        .on = true, .from = (uint64_t)from, .ms = ms};
    return NULL;
}

bool sim_faults_set(struct sim_faults *faults,
                    const char *words,
                    const char **wrong)
{
    struct sim_fault_switch switches[SIM_FAULTS_MAX] = {0};
    struct cg_slice list = sim_word(&words);
    *wrong = NULL;
    if (list.len == 0 || *sim_rest(words) != '\0') {
        *wrong = "names with commas between are wanted";
        return false;
    }
    if (!cg_slice_is(list, "none")) {
        memcpy(switches, faults->switches, sizeof(switches));
        while (list.data != NULL && *wrong == NULL) {
            struct cg_slice rest = cut(&list, ',');
            *wrong = set_one(switches, list);
            list = rest;
        }
    }
    if (*wrong != NULL) {
        return false;
    }
    memcpy(faults->switches, switches, sizeof(switches));
    faults->on_count = 0;
    for (size_t i = 0; sim_fault_row(i) != NULL; i++) {
        faults->on_count += switches[i].on ? 1 : 0;
    }
    return true;
}

void sim_faults_say(const struct sim_faults *faults, struct sim_port *port)
{
    for (size_t i = 0; sim_fault_row(i) != NULL; i++) {
        const struct sim_fault_switch *this = &faults->switches[i];
        const char *name = sim_fault_row(i)->about.name;
        if (this->on) {
            sim_port_say(port, "faults %s on from=%llu met=%llu", name,
                         (unsigned long long)this->from,
                         (unsigned long long)this->met);
        } else {
            sim_port_say(port, "faults %s off", name);
        }
    }
    sim_port_say(port, "faults end");
}

/* An occasion of fault |at|: whether it strikes. */
static bool strike(struct sim_hub *hub, size_t at)
{
    struct sim_fault_switch *it = &hub->faults.switches[at];
    if (!it->on || ++it->met < it->from) {
        return false;
    }
    sim_port_say(hub->port, "fault %s", sim_fault_row(at)->about.name);
    return true;
}

bool sim_faults_strike(struct sim_hub *hub, enum sim_hook hook)
{
    for (size_t i = 0; sim_fault_row(i) != NULL && hub->faults.on_count > 0;
         i++) {
        if (sim_fault_row(i)->hook == hook && strike(hub, i)) {
            return true;
        }
    }
    return false;
}

static unsigned kinds_of_answer(struct cg_slice body)
{
    char status = sim_field_char(body, 2325, 0);
    char trans = sim_field_char(body, 2320, 0);
    if (sim_field_char(body, 2321, 0) == '1') {
        return ANY_DG | NOTED;
    }
    if (trans == '1') {
        bool asked = status == '4' && has(body, 2318);
        return asked ? ANY_DG | WITHDRAWN : ANY_DG;
    }
    switch (status) {
    case '0':
    case '1':
        return ANY_DG | GRANT | (unsigned)(trans == '2' ? RENEWAL : 0);
    case '2':
        return ANY_DG | DENIAL;
    default:
        return ANY_DG;
    }
}

static unsigned kinds_of(const char *type, struct cg_slice body)
{
    if (strcmp(type, "DG") == 0) {
        return kinds_of_answer(body);
    }
    if (strcmp(type, "CM") == 0) {
        bool last = sim_field_char(body, 893, 'Y') == 'Y';
        bool pushed = sim_field_char(body, 325, 'N') == 'Y';
        return REPORT | (unsigned)(last ? REPORT_END : 0) |
               (unsigned)(pushed ? PUSHED : 0);
    }
    if (strcmp(type, "CR") == 0) {
        return UPDATE;
    }
    if (strcmp(type, "DH") == 0) {
        bool drill = sim_field_char(body, 2330, 'N') == 'Y';
        bool lifts = sim_field_char(body, 2329, 0) == '2';
        return STOP | (unsigned)(lifts ? REINSTATED : drill ? 0 : STOPPED);
    }
    return 0;
}

static unsigned kinds_of_incoming(const struct sim_hub *hub,
                                  const struct sim_message *message)
{
    if (strcmp(message->type, "CL") == 0) {
        return REQUEST;
    }
    if (strcmp(message->type, "DI") == 0) {
        struct cg_slice stop = sim_body_slice(&hub->faults.stop);
        struct cg_slice asked = sim_field_find(stop, 2328);
        struct cg_slice answered = sim_field_find(message->body, 2328);
        bool it_is = asked.len > 0 && asked.len == answered.len &&
                     memcmp(asked.data, answered.data, asked.len) == 0;
        return it_is ? STOP_ANSWER : 0;
    }
    if (strcmp(message->type, "DF") != 0 ||
        sim_field_char(message->body, 2321, 0) != '0') {
        return 0;
    }
    return sim_field_char(message->body, 2320, 0) == '1' ? WITHDRAWAL
                                                         : SUBMISSION;
}

static void deliver(struct sim_out *out)
{
    struct sim_hub *hub = out->hub;
    struct sim_message message = {.type = out->type, .body = fields_of(out)};
    if (out->lost) {
        return;
    }
    if (out->late_ns > 0) {
        sim_inbox_keep(&hub->faults.late, out->peer,
                       hub->port->now_ns + out->late_ns, &message);
        return;
    }
    hub->port->send(hub->port->user, out->peer, out->type, message.body);
}

static bool strikes_on(struct sim_out *out, size_t at, unsigned kinds)
{
    const struct sim_fault *fault = sim_fault_row(at);
    if (!out->hub->faults.switches[at].on || (fault->on & kinds) == 0 ||
        (fault->tag != 0 && !has(fields_of(out), fault->tag))) {
        return false;
    }
    out->ms = out->hub->faults.switches[at].ms;
    return strike(out->hub, at);
}

static void send_again(const struct sim_out *out, const struct sim_fault *fault)
{
    struct sim_out again = *out;
    again.body = (struct sim_body){.data = sim_copy(fields_of(out)),
                                   .len = out->body.len,
                                   .size = out->body.len + 1};
    fault->change(&again, fault->tag, fault->text);
    deliver(&again);
    sim_body_deinit(&again.body);
}

/* What later faults have to know of what was sent. */
static void remember(struct sim_faults *faults,
                     unsigned kinds,
                     struct cg_slice meant,
                     struct cg_slice sent)
{
    if ((kinds & LIMITS) != 0) {
        int64_t dated = sim_fault_time(sim_field_find(sent, 60));
        faults->last_update_ns = dated > faults->last_update_ns
                                     ? dated
                                     : faults->last_update_ns;
    }
    if ((kinds & ANSWER) != 0) {
        sim_body_clear(&faults->token);
        sim_body_same(&faults->token, 2319, meant);
    }
    if ((kinds & GRANT) != 0 && has(sent, 126)) {
        sim_body_clear(&faults->until);
        sim_body_same(&faults->until, 126, sent);
    }
    if ((kinds & STOP) != 0) {
        struct sim_reader reader;
        struct sim_field field;
        sim_body_clear(&faults->stop);
        sim_reader_init(&reader, sent);
        while (sim_reader_next(&reader, &field)) {
            sim_body_add(&faults->stop, field.tag, field.value);
        }
    }
}

void sim_hub_send(struct sim_hub *hub,
                  struct sim_peer *peer,
                  const char *type,
                  struct cg_slice body)
{
    unsigned kinds = kinds_of(type, body);
    struct sim_out out = {.hub = hub, .peer = peer, .type = type};
    out.body = (struct sim_body){
        .data = sim_copy(body), .len = body.len, .size = body.len + 1};
    for (size_t i = 0; sim_fault_row(i) != NULL; i++) {
        if (!sim_fault_row(i)->again && strikes_on(&out, i, kinds)) {
            sim_fault_row(i)->change(&out, sim_fault_row(i)->tag,
                                     sim_fault_row(i)->text);
        }
    }
    deliver(&out);
    for (size_t i = 0; sim_fault_row(i) != NULL; i++) {
        if (sim_fault_row(i)->again && strikes_on(&out, i, kinds)) {
            send_again(&out, sim_fault_row(i));
        }
    }
    remember(&hub->faults, kinds, body, fields_of(&out));
    sim_body_deinit(&out.body);
}

bool sim_faults_take(struct sim_hub *hub,
                     struct sim_peer *peer,
                     const struct sim_message *message)
{
    unsigned kinds = kinds_of_incoming(hub, message);
    struct sim_out out = {.hub = hub, .peer = peer, .type = message->type};
    bool taken = false;
    out.body = (struct sim_body){.data = sim_copy(message->body),
                                 .len = message->body.len,
                                 .size = message->body.len + 1};
    for (size_t i = 0; sim_fault_row(i) != NULL && !taken; i++) {
        if (strikes_on(&out, i, kinds)) {
            sim_fault_row(i)->change(&out, sim_fault_row(i)->tag,
                                     sim_fault_row(i)->text);
            if (out.late_ns > 0) {
                sim_inbox_keep(&hub->faults.unheard, peer,
                               hub->port->now_ns + out.late_ns, message);
            } else {
                deliver(&out);
            }
            taken = true;
        }
    }
    sim_body_deinit(&out.body);
    return taken;
}

void sim_faults_tick(struct sim_hub *hub)
{
    struct sim_kept kept;
    while (sim_inbox_take(&hub->faults.late, hub->port->now_ns, &kept)) {
        struct sim_message message = sim_kept_message(&kept);
        hub->port->send(hub->port->user, kept.peer, message.type, message.body);
        sim_kept_deinit(&kept);
    }
    while (sim_inbox_take(&hub->faults.unheard, hub->port->now_ns, &kept)) {
        struct sim_message message = sim_kept_message(&kept);
        sim_hub_answer(hub, kept.peer, &message);
        sim_kept_deinit(&kept);
    }
}

int64_t sim_faults_due(const struct sim_faults *faults)
{
    int64_t late = sim_inbox_due(&faults->late);
    int64_t unheard = sim_inbox_due(&faults->unheard);
    return unheard < late ? unheard : late;
}
