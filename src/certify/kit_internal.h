/*
 * What the files of a kit share.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef CG_CERTIFY_KIT_INTERNAL_H
#define CG_CERTIFY_KIT_INTERNAL_H

#include "kit.h"
#include <creditgate/gate.h>
#include <fix8c/transport.h>
#include <script_runner.h>

#define KIT_TEXT_MAX ((size_t)32 * 1024) /* bytes of a message in a report */
#define KIT_REASON_MAX 1024
#define KIT_RUN_MAX 32
#define KIT_CLOCKS 501 /* samples that are kept of the peer's clock */

/* What a peer may say in one attempt, beside the messages of its limits. */
#define KIT_FLOOD_BYTES ((size_t)8 * 1024 * 1024)

/* A FIX engine takes no message whose time is further off. */
#define KIT_CLOCK_OFF_NS (120 * CG_SECOND)

/* How long the other side of a line may take to see what became of it. */
#define KIT_LINE_NS (100 * CG_MS)

/* A session of the configuration, by its index. */
struct kit_actor {
    struct cg_kit *kit;
    cg_session index;
    const struct cg_config_session *config;
    struct fix8c_session *fix; /* NULL: played without a socket, or not */
    bool played;               /* by the kit, or it is the peer */
    bool wanted;               /* the case has it up */
    bool linked;               /* what it says and hears counts */
    bool away;                 /* it is to stay logged out */
    bool lost;                 /* the line broke, and not by us */
    cg_time logon_at;          /* 0: not logged on */
    cg_time lost_at;
    unsigned ups;      /* in this attempt */
    bool came;         /* it has logged on for it */
    unsigned missed;   /* attempts in a row that it did not log on for */
    char strange[256]; /* why what it says is no Logon of this session, or "" */
    char refused[256]; /* Text(58) of our last Logout, or "" */
    char logout[256];  /* Text(58) of the peer's last Logout, or "" */
};

struct kit_play;

struct cg_kit {
    struct cg_kit_options options;
    struct cg_config config; /* that of the options under another name */
    struct cg_config_host host;
    struct fix8c_engine *engine;
    struct fix8c_transport *transport;
    uv_timer_t timer;
    bool timer_open;
    bool timer_closed;
    bool failed; /* the FIX sessions are over */
    bool met;    /* the peer, in the last attempt */
    struct kit_actor actors[CG_SESSIONS_MAX];
    cg_session created[CG_SESSIONS_MAX]; /* of the engine's sessions */
    size_t created_count;
    char line[256]; /* what the transport said last */
    unsigned attempts;
    size_t next_account;
    int64_t next_base; /* of 2318, seat HUB */
    char run[KIT_RUN_MAX];
    cg_time clocks[KIT_CLOCKS];
    size_t clock_count;
    struct kit_play *play; /* the attempt under way */
    char *expected;        /* KIT_TEXT_MAX bytes each */
    char *observed;
    char *fed; /* CG_SCRIPT_BUFFER bytes: what its gate is told */
};

enum kit_stage {
    KIT_STEPS,
    KIT_SETTLES, /* all steps are over: nothing more may come */
    KIT_OVER,
};

/* A message that the peer is asked for again. */
enum kit_again_state {
    KIT_AGAIN_NONE,
    KIT_AGAIN_ASKED,
    KIT_AGAIN_CAME,   /* as it was */
    KIT_AGAIN_OTHER,  /* with another content */
    KIT_AGAIN_FILLED, /* a gap fill in its place */
};

struct kit_again {
    enum kit_again_state state;
    cg_session session;
    int64_t seq;
    struct cg_slice body;
};

/* One attempt. */
struct kit_play {
    struct cg_kit *kit;
    const struct cg_script *given;
    struct cg_script script; /* its steps, with the sessions of the kit */
    struct cg_script_run_options print;
    struct cg_script_runner runner;
    struct cg_wire *wire;
    cg_session wire_session;
    size_t at;    /* the step at hand */
    bool begun;   /* it was looked at before */
    bool tried;   /* its action was begun */
    bool unsure;  /* what it asks for may have been done */
    cg_time due;  /* of that step */
    cg_time over; /* when the one before it was */
    cg_time first_look;
    cg_time end_by;
    size_t heard; /* messages of the peer */
    size_t heard_bytes;
    struct kit_again again;
    /* What was asked, and shows, but was not said to be done yet. */
    const struct cg_script_step *left;
    enum kit_stage stage;
    bool cleaning;
    enum cg_kit_verdict verdict;
    char reason[KIT_REASON_MAX];
    char printed[KIT_REASON_MAX]; /* what the books of a step said */
    /* Seat HUB, by capture: the case's own text, which holds until the peer
       says something in its place. */
    char **papers;
    int64_t base; /* of 2318 */
    char run[KIT_RUN_MAX];
    unsigned made; /* ids of the kit's own, in cleaning up */
};

cg_time kit_now(void);

static inline struct kit_actor *kit_actor(struct cg_kit *kit,
                                          cg_session session)
{
    return &kit->actors[session];
}

/* The peer itself, whose steps are turned around. */
static inline bool kit_is_peer(const struct cg_kit *kit, cg_session session)
{
    return kit->options.seat == CG_KIT_HUB && session == kit->options.hub;
}

/* --- saying (kit_say.c) ------------------------------------------------- */

void kit_say_message(struct cg_kit *kit,
                     const char *actor,
                     bool to_actor,
                     struct cg_slice bytes);

__attribute__((format(printf, 3, 4))) void
kit_note(struct cg_kit *kit, const char *who, const char *format, ...);

/* What came, in words: in the kit's |observed|. */
void kit_observed(struct kit_play *play,
                  const struct cg_script_message *came,
                  bool wire);

/* The attempt is over; the first verdict counts. */
__attribute__((format(printf, 3, 4))) void kit_end(struct kit_play *play,
                                                   enum cg_kit_verdict verdict,
                                                   const char *format,
                                                   ...);

/* The step at hand is over, as it should be, at |over|. */
void kit_step_passed(struct kit_play *play,
                     cg_time over,
                     const struct cg_script_message *came);
void kit_step_waived(struct kit_play *play, const char *why);

/* It is not as it should be, which ends the attempt. */
__attribute__((format(printf, 5, 6))) void
kit_step_failed(struct kit_play *play,
                enum cg_kit_verdict verdict,
                const struct cg_script_message *came,
                const struct cg_script_differing *differing,
                const char *format,
                ...);

/* The name of a file without its folders, which are nobody else's business. */
const char *kit_file_name(const char *path);

/* "SECONDS s" of a span. */
const char *kit_span(cg_time span, char text[32]);

/* --- FIX sessions (kit_sessions.c, kit_settings.c) ---------------------- */

/* The text for fix8c_engine_open(); sessions in the order of the
 * configuration, those alone that are played over FIX.  NULL without memory. */
char *kit_settings(const struct cg_kit *kit);
bool kit_is_real(const struct cg_kit *kit, cg_session session);

int kit_sessions_open(struct cg_kit *kit, char *error, size_t error_len);
void kit_sessions_close(struct cg_kit *kit);

/* May log on, and is wanted. */
void kit_session_up(struct kit_actor *actor);

/* Breaks the line, without a Logout, and stays away. */
void kit_session_down(struct kit_actor *actor);

/* Says Logout, and stays away. */
void kit_session_logout(struct kit_actor *actor);

bool kit_session_is_up(const struct kit_actor *actor);

/* Why the peer is not logged on, as far as it is known; "" else. */
void kit_session_why(const struct kit_actor *actor, char *text, size_t len);

/* The attempt is over when the peer has said too much. */
bool kit_is_flood(struct kit_play *play, const char *who);

/* What a message of the peer says of its clock. */
void kit_take_clock(struct cg_kit *kit, struct cg_slice bytes);

/* Says |message|, which was composed; a fix8c error, or 0. */
int kit_session_send(struct kit_actor *actor,
                     const struct cg_script_message *message);

/* --- the kit's own gate, seat HUB (kit_gate.c) -------------------------- */

bool kit_gate_open(struct kit_play *play);
void kit_gate_close(struct kit_play *play);

/* After each call on the gate: takes what it has to say. */
void kit_gate_drain(struct kit_play *play, int status);

/* A message of an actor without a socket, or of the peer; not in |whole|, nor
 * in |buffer|. */
void kit_gate_heard(struct kit_play *play,
                    cg_session session,
                    const char *bytes,
                    size_t len);
void kit_gate_link(struct kit_play *play, cg_session session, bool up);
void kit_gate_tick(struct kit_play *play);
void kit_gate_crash(struct kit_play *play);

/* Whether the session of a step is in memory: seat HUB alone. */
static inline bool kit_in_memory(const struct kit_play *play,
                                 cg_session session)
{
    return play->kit->options.seat == CG_KIT_HUB &&
           !kit_is_peer(play->kit, session);
}

/* --- numbers (kit_numbers.c) -------------------------------------------- */

/* Each returns true when the step is over. */
bool kit_renumber(struct kit_play *play, const struct cg_script_step *step);
bool kit_reject(struct kit_play *play, const struct cg_script_step *step);
bool kit_resend(struct kit_play *play, const struct cg_script_step *step);

/* A whole message of a FIX session: it may be one that was asked for again. */
void kit_hear_again(struct kit_play *play,
                    cg_session session,
                    struct cg_slice bytes);

/* --- steps (kit_step.c, kit_expect.c) ----------------------------------- */

/* Goes on as far as it goes now. */
void kit_advance(struct kit_play *play);

/* Asks whoever a step asks; done at once if that is the kit itself.  What
 * CANNOT be done, and why, is told in |undone|. */
enum cg_kit_asked kit_ask(struct kit_play *play,
                          const struct cg_script_step *step,
                          bool first,
                          char undone[KIT_REASON_MAX]);

/* Whether nobody has still to say that what was asked before is done. */
bool kit_is_said(struct kit_play *play);

/* Waits for what the step expects; true when the step is over. */
bool kit_expect(struct kit_play *play, const struct cg_script_step *step);

/* Whether the step expects something, and a message of its type is there. */
bool kit_has_come(struct kit_play *play, const struct cg_script_step *step);

/* Whether the step is waited for, and not done. */
bool kit_is_awaited(const struct kit_play *play,
                    const struct cg_script_step *step);

/* The first message that no step took, for |session| or (CG_SESSION_NONE)
 * anybody, but for types that nobody need expect. */
struct cg_script_message *kit_untaken(struct kit_play *play,
                                      cg_session session);
bool kit_is_ignored(const struct cg_kit *kit, struct cg_slice type);

/*
 * Seat HUB: whether a message of the peer (|in|), or to it, is one that follows
 * each logon: the limits (CM) that it tells by itself or as the kit's gate asks
 * for them (CL), and the gate's word for them (DE).  Unless a step names the
 * CM, nobody need expect them.
 */
bool kit_is_of_logon(const struct kit_play *play,
                     const struct cg_script_message *message,
                     bool in);

/* When the step at hand has to be looked at again; CG_TIME_NEVER: when
 * something happens. */
cg_time kit_wake(const struct kit_play *play);

/* --- an attempt's head (kit_check.c, kit_values.c) ---------------------- */

/* Whether this seat can play the script; else |reason| says why not. */
bool kit_can_play(const struct cg_kit *kit,
                  const struct cg_script *script,
                  const struct cg_script *own,
                  char *reason,
                  size_t reason_len);

/* The first field of a message's body with the tag; "" when there is none. */
struct cg_slice kit_field(const struct cg_script_message *message,
                          uint32_t wanted);

/* Whether what a case asks of an actor is the kit's own to do: then it needs no
 * telling, as the steps say what it does. */
bool kit_is_own(const struct cg_kit *kit, cg_session session);

/* The session that the wire takes the place of. */
cg_session kit_wire_session(const struct cg_kit *kit);

/*
 * Seat HUB: the session of the case that stands for the peer: the one of its
 * name, or the only hub that the case speaks of, or CG_SESSION_NONE.
 */
cg_session kit_peer_on_paper(const struct cg_kit *kit,
                             const struct cg_script *given);

/*
 * Seat HUB: whether the accounts and limits that the case speaks of, once its
 * values are set, are the peer's to decide about; else |reason| says which is
 * not.  The peer must not be blamed for what the gate never asks it.
 */
bool kit_has_accounts(const struct kit_play *play,
                      char *reason,
                      size_t reason_len);

/* What names stand for: the script's, the kit's, then |values|.  False without
 * memory. */
bool kit_set_values(struct kit_play *play,
                    const struct cg_kit_value *values,
                    size_t value_count);

/*
 * Seat HUB: what a name stands for on paper is the peer's to say, if it says it
 * first.  The peer's step begins to be compared, and is: |good| takes over what
 * it said.  Any other step that has such a name makes its text hold.
 */
void kit_papers_hide(struct kit_play *play, const struct cg_script_step *step);
void kit_papers_show(struct kit_play *play,
                     const struct cg_script_step *step,
                     bool good);
void kit_papers_use(struct kit_play *play, const struct cg_script_step *step);

/* |text| with its ${NAME}, allocated; NULL without memory. */
char *kit_expand(const struct kit_play *play, struct cg_slice text);

/* --- the end of an attempt (kit_clean.c) -------------------------------- */

/* Ends what is open, as far as the peer lets it. */
void kit_clean(struct kit_play *play);

/* Turns the loop once; waits no longer than until |wake|. */
void kit_turn(struct cg_kit *kit, cg_time wake);

#endif
