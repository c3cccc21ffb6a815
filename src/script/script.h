/*
 * Sessions on paper: what the actors around a gate say and must hear, as
 * docs/sessions.md describes it.  Read, run on a gate without sockets in
 * virtual time, or drawn.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef CG_SCRIPT_H
#define CG_SCRIPT_H

#include <configuration.h>
#include <creditgate/journal.h>
#include <slice.h>

/* What one session may hold; more is a mistake. */
#define CG_SCRIPT_DEPTH_MAX 8       /* files that include each other */
#define CG_SCRIPT_FILES_MAX 64      /* files in all */
#define CG_SCRIPT_LINE_MAX 65536    /* bytes of a line with its continuations */
#define CG_SCRIPT_FIELDS_MAX 1024   /* fields of one line */
#define CG_SCRIPT_STEPS_MAX 10000   /* steps in all */
#define CG_SCRIPT_CAPTURES_MAX 1000 /* names of captured values */
#define CG_SCRIPT_MESSAGES_MAX 20000 /* that a gate may answer in one run */
#define CG_SCRIPT_TIME_MAX ((cg_time)1000 * 86400 * CG_SECOND)

struct cg_script_place {
    const char *file;
    int line;
};

/* How a field is written or compared. */
enum cg_script_match {
    CG_SCRIPT_IS,       /* TAG=value */
    CG_SCRIPT_CAPTURE,  /* TAG=$NAME */
    CG_SCRIPT_TIME,     /* TAG=@+30s */
    CG_SCRIPT_ANY,      /* TAG=* */
    CG_SCRIPT_CONTAINS, /* TAG~part */
    CG_SCRIPT_ABSENT,   /* !TAG */
};

struct cg_script_field {
    uint32_t tag;
    enum cg_script_match match;
    struct cg_slice key;   /* "used" of a limit or token, "USD_SOFR:10Y" of
                              rates; else empty */
    struct cg_slice value; /* as written, behind the = or ~ */
    uint32_t capture;      /* of CG_SCRIPT_CAPTURE */
    cg_time offset;        /* of CG_SCRIPT_TIME */
};

enum cg_script_act {
    CG_SCRIPT_SEND,
    CG_SCRIPT_EXPECT,
    CG_SCRIPT_UP,
    CG_SCRIPT_DOWN,
    CG_SCRIPT_RESETS,
    CG_SCRIPT_SKIPS,
    CG_SCRIPT_STOP,
    CG_SCRIPT_CRASH,
    CG_SCRIPT_REJECTS,
    CG_SCRIPT_RESEND,
    CG_SCRIPT_LIMIT,
    CG_SCRIPT_TOKEN,
    CG_SCRIPT_DIFFERENCE,
    CG_SCRIPT_COMPARED,
    CG_SCRIPT_QUIET,
    CG_SCRIPT_TAKES_RATES,
    CG_SCRIPT_RATES,
    /* Of certification alone: */
    CG_SCRIPT_ASKED, /* somebody is asked to do what no message does */
    /* The actor "wire" is a socket without a FIX session; it sends and expects,
       too. */
    CG_SCRIPT_WIRE_CONNECTS,
    CG_SCRIPT_WIRE_DISCONNECTS,
    CG_SCRIPT_WIRE_CLOSED, /* by the peer */
    CG_SCRIPT_WIRE_RAW,    /* bytes as they are */
};

struct cg_script_step {
    enum cg_script_act act;
    struct cg_script_place place;
    cg_time at;            /* since the start */
    struct cg_slice actor; /* the name of |session| */
    cg_session session;    /* or CG_SESSION_NONE */
    struct cg_slice type;  /* MsgType; empty: any */
    struct cg_slice name;  /* of a limit or token, or of what differs; the words
                              of CG_SCRIPT_ASKED for a program, the bytes of
                              CG_SCRIPT_WIRE_RAW with | for SOH */
    struct cg_slice plea;  /* of CG_SCRIPT_ASKED: the sentence for a person */
    size_t first_field;    /* in the script's fields */
    size_t field_count;
    size_t default_count; /* those that stand before it */
    size_t ignore_count;
    bool same; /* the body is another actor's */
    bool more; /* further fields may follow */
    bool kept; /* of CG_SCRIPT_RESEND */
    bool wire; /* the actor is "wire" */
};

/* What NAME of "value NAME TEXT" stands for until somebody says otherwise. */
struct cg_script_value {
    uint32_t capture;
    struct cg_slice text;
};

#define CG_SCRIPT_NOTES_MAX 16 /* preconditions, and references, of a case */

/* A session that certifies a counterparty: docs/certification.md. */
struct cg_script_case {
    struct cg_script_place place; /* of its "case" line */
    struct cg_slice id;           /* "T-104"; empty: this is no case */
    struct cg_slice purpose;
    bool optional;
    bool certifies_hub; /* or an FCM's own engine */
    bool certifies_gate;
    struct cg_slice needs; /* words that a profile may rule out */
    struct cg_slice preconditions[CG_SCRIPT_NOTES_MAX];
    size_t precondition_count;
    struct cg_slice references[CG_SCRIPT_NOTES_MAX];
    size_t reference_count;
};

struct cg_script_default {
    struct cg_script_place place;
    struct cg_slice actor; /* "*": every one */
    struct cg_slice type;
    size_t first_field;
    size_t field_count;
};

/* One par rate of the file that the session's host reads. */
struct cg_script_rate {
    struct cg_script_place place;
    struct cg_slice curve;
    struct cg_slice tenor;
    struct cg_slice rate;
};

/* One session, read.  Text in it belongs to |store|. */
struct cg_script {
    const char *path;
    char title[256]; /* the first line of its prose, or "" */
    struct cg_config config;
    cg_time start;
    struct cg_script_step *steps;
    size_t step_count;
    struct cg_script_field *fields;
    size_t field_count;
    struct cg_script_default *defaults;
    size_t default_count;
    uint32_t *ignores; /* tags */
    size_t ignore_count;
    struct cg_slice *captures; /* names */
    size_t capture_count;
    struct cg_script_value *values;
    size_t value_count;
    struct cg_script_case kase;
    bool wire; /* it has steps of the actor "wire", which only a certification
                  can play */
    struct cg_script_rate *rates; /* taken at the start */
    size_t rate_count;
    struct cg_slice valuation; /* their date; empty: the day of the start */
    /* What the gate's reader read: its sections, and the table. */
    const char *config_text;
    const char *instruments_text;
    /* The files that it includes, once each, in the order of reading. */
    const char *included[CG_SCRIPT_FILES_MAX];
    size_t included_count;
    struct cg_script_store *store;
};

typedef void cg_script_report(void *user,
                              const char *file,
                              int line,
                              const char *wrong,
                              const char *remedy);

/*
 * Reads the session at |path| and the files it includes.  |report| is called
 * for every mistake, in the order of the lines: |file|, |line| (0: the file as
 * a whole), what is wrong, and what to do.
 *
 * Returns 0 and fills |script|, or CG_ERR_CONFIG after at least one report, or
 * CG_ERR_MEMORY.  On failure nothing is held.
 */
int cg_script_read(const char *path,
                   cg_script_report *report,
                   void *user,
                   struct cg_script *script);

/* The same for |text| that stands for the file |path|. */
int cg_script_read_text(const char *path,
                        struct cg_slice text,
                        cg_script_report *report,
                        void *user,
                        struct cg_script *script);

/* Fine on a zeroed struct. */
void cg_script_deinit(struct cg_script *script);

/* The index of a captured name, or CG_SCRIPT_CAPTURES_MAX. */
size_t cg_script_capture_find(const struct cg_script *script,
                              struct cg_slice name);

/* One step as it was played: a message, or what happened to a session. */
struct cg_script_passed {
    /* CG_SCRIPT_SEND: a message to the gate, CG_SCRIPT_EXPECT: one of the
       gate's; else the step itself, but for those that only look. */
    enum cg_script_act act;
    cg_session session;
    cg_time time;
    /* Whole; of CG_SCRIPT_REJECTS and CG_SCRIPT_RESEND the one they name. */
    struct cg_slice bytes;
    bool kept; /* of CG_SCRIPT_RESEND */
};

struct cg_script_run_options {
    bool verbose; /* print all that is said */
    /* Gets whole lines, each with its newline; may be NULL. */
    void (*print)(void *user, const char *text);
    /* Gets all that passes, in its order; may be NULL. */
    void (*passed)(void *user, const struct cg_script_passed *passed);
    /* Gets the journal once all is played, for the call; may be NULL. */
    void (*played)(void *user, const struct cg_journal *journal);
    void *user;
};

/*
 * Plays |script| on a gate of its own, with a journal in memory.  Returns 0
 * when all came as the session says, 1 when not, after that was printed; or
 * CG_ERR_MEMORY.
 */
int cg_script_run(const struct cg_script *script,
                  const struct cg_script_run_options *options);

/* Prints the steps as a sequence diagram: text, or an SVG document. */
void cg_script_draw_text(const struct cg_script *script,
                         void (*print)(void *user, const char *text),
                         void *user);
void cg_script_draw_svg(const struct cg_script *script,
                        void (*print)(void *user, const char *text),
                        void *user);

#endif
