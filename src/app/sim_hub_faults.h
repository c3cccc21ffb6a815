/*
 * Planted faults: ways in which the simulated hub breaks its word, one by one,
 * so that what is to catch them can be shown to do so.
 *
 * A fault is a row of one table: it changes a message on its way out, swallows
 * one on its way in, or turns one decision of the hub.  While none is on, all
 * goes through as it is.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef SIM_HUB_FAULTS_H
#define SIM_HUB_FAULTS_H

#include "sim_port.h"

struct sim_hub;

#define SIM_FAULTS_MAX 80

/* The hub's decisions that a fault may turn. */
enum sim_hook {
    SIM_HOOK_NONE,
    SIM_HOOK_LIMIT_EXCEEDED, /* grants all the same */
    SIM_HOOK_PARTY_STOPPED,  /* the same for a stopped party */
    SIM_HOOK_RAISE_EXCEEDED, /* the same for a higher total */
    SIM_HOOK_FALL_KEEPS,     /* confirmed, but the reservation stays */
    SIM_HOOK_LAPSED_KEEPS,   /* the same of a token whose time has come */
    SIM_HOOK_CANCEL_DENIED,
    SIM_HOOK_CANCEL_KEEPS, /* confirmed, but the reservation stays */
    SIM_HOOK_NOTICE_DENIED,
    SIM_HOOK_NOTICE_FORGOTTEN, /* confirmed, but not booked */
    SIM_HOOK_NOTICE_BESIDE,    /* booked, but the reservation stays */
    SIM_HOOK_NOTICE_AS_TOTAL,  /* booked as all that was used so far */
    SIM_HOOK_REPEAT_ANEW,      /* a 2318 that is known is booked again */
    SIM_HOOK_LOGON_FORGETS,
    SIM_HOOK_LIMIT_LEFT_OUT, /* of a snapshot */
    SIM_HOOK_LIMIT_OLD,      /* a snapshot has its amount of before */
};

/* What a fault is, for people. */
struct sim_fault_about {
    const char *name;
    const char *does;
    const char *breaks; /* rules and fields */
    int64_t ms;         /* of NAME=MS; 0: it has none */
};

struct sim_fault_switch {
    bool on;
    uint64_t from; /* the first occasion on which it strikes, from 1 */
    uint64_t met;  /* occasions so far */
    int64_t ms;
};

struct sim_faults {
    struct sim_fault_switch switches[SIM_FAULTS_MAX];
    size_t on_count;
    struct sim_inbox late;    /* messages out, held back */
    struct sim_inbox unheard; /* messages in, not looked at so far */
    struct sim_body token;    /* 2319 of the answer before, as a field */
    struct sim_body until;    /* 126 of the grant before, as a field */
    struct sim_body stop;     /* the last DH, until it was sent again */
    int64_t last_update_ns;   /* 60 of the last CM or CR; 0: none */
};

void sim_faults_deinit(struct sim_faults *faults);

/* The rows of the table, from 0; NULL behind the last one. */
const struct sim_fault_about *sim_faults_about(size_t at);

/*
 * Switches faults on: "NAME[=MS][:N]", with commas between; from the N-th
 * occasion on, 1 if there is no N.  "none" switches all off.  False when that
 * is not understood: then nothing changes, and |*wrong| says why.
 */
bool sim_faults_set(struct sim_faults *faults,
                    const char *words,
                    const char **wrong);

/* One line for each fault, and how it is switched. */
void sim_faults_say(const struct sim_faults *faults, struct sim_port *port);

/* Whether a fault strikes that turns |hook|; this is one occasion of it. */
bool sim_faults_strike(struct sim_hub *hub, enum sim_hook hook);

/* A message has come.  True when a fault has taken it: the hub never sees it.
 */
bool sim_faults_take(struct sim_hub *hub,
                     struct sim_peer *peer,
                     const struct sim_message *message);

/* Sends and hears what is due of the messages held back. */
void sim_faults_tick(struct sim_hub *hub);
int64_t sim_faults_due(const struct sim_faults *faults);
/* Forgets messages held back, in and out. */
void sim_faults_forget(struct sim_faults *faults);

#endif
