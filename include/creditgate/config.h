/*
 * What a gate is told at its start: sessions, accounts, limits, instruments.
 *
 * One INI-style file in QuickFIX's manner, and one CSV of instruments.  Every
 * mistake is found and reported at once, with file, line and remedy.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef CREDITGATE_CONFIG_H
#define CREDITGATE_CONFIG_H

#include <creditgate/types.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Immutable once read, but for cg_gate_reconfigure(); several gates, of several
 * threads, may share one. */
struct cg_config;

/*
 * Reads the configuration file at |path|, and the files it names (relative to
 * it).  |report| is called for every mistake, in the order of the lines:
 * |file|, |line| (0: the file as a whole), what is wrong, and what to do; its
 * texts are borrowed for the call.
 *
 * Returns 0 and in |*config| what was read, for cg_config_close(); or
 * CG_ERR_CONFIG after at least one report, or CG_ERR_MEMORY.
 */
CG_API int cg_config_open(const char *path,
                          void (*report)(void *user,
                                         const char *file,
                                         int line,
                                         const char *wrong,
                                         const char *remedy),
                          void *user,
                          struct cg_config **config);

/*
 * The same without files: |text| is the configuration, reported as |name|;
 * |instruments| is the table, reported by what Instruments= says.  Conventions
 * and holidays are those given here, or NULL: those that come with the gate.
 * All texts are borrowed for the call.
 */
struct cg_config_memory {
    const char *name;
    const char *text;
    const char *instruments;
    const char *conventions;
    const char *holidays;
};

CG_API int cg_config_open_memory(const struct cg_config_memory *memory,
                                 void (*report)(void *user,
                                                const char *file,
                                                int line,
                                                const char *wrong,
                                                const char *remedy),
                                 void *user,
                                 struct cg_config **config);

/* NULL is fine; not while a gate or rates borrow it. */
CG_API void cg_config_close(struct cg_config *config);

/* A FIX session, as the host has to serve it.  Texts live as long as the
 * configuration. */
struct cg_config_session_view {
    const char *name; /* as the gate's words and facts call it */
    enum cg_role role;
    enum cg_version version;
    const char *begin_string; /* 8 */
    const char *our_comp_id;  /* 49 of what the gate sends */
    const char *peer_comp_id; /* 56 of it */
    bool initiator;           /* the gate's side connects */
};

/* The session |index|, the number that cg_gate_recv() and struct cg_out name it
 * by; false past the last. */
CG_API bool cg_config_session(const struct cg_config *config,
                              cg_session index,
                              struct cg_config_session_view *view);

/*
 * The session that a message with these fields comes from: BeginString(8),
 * SenderCompID(49) of the peer, TargetCompID(56).  CG_SESSION_NONE when there
 * is none.  A FIX engine that tells its sessions apart by these needs no other
 * table.
 */
CG_API cg_session cg_config_find(const struct cg_config *config,
                                 const char *begin_string,
                                 const char *sender_comp_id,
                                 const char *target_comp_id);

/* What of the configuration is the host's business.  Texts live as long as the
 * configuration. */
struct cg_config_host {
    const char *gate_name;
    const char *journal;       /* a path for cg_journal_open_sqlite() */
    const char *message_log;   /* where to write all messages; NULL: nowhere */
    const char *fix_settings;  /* text for fix8c_engine_open(): its sessions in
                                  the order of the indexes */
    const char *par_rates;     /* a path for cg_rates_read(); NULL: none */
    cg_time par_rates_poll_ns; /* how often to look at it */
    cg_time failure_grace_ns;  /* from CG_GATE_E_SPARE to the end */
    cg_time stop_grace_ns;     /* after cg_gate_stop(), for cg_gate_is_owed() */
    uint32_t snapshot_facts;   /* between two cg_gate_save(); 0: none */
    uint32_t message_max;      /* bytes of the longest message it takes */
};

CG_API void cg_config_host(const struct cg_config *config,
                           struct cg_config_host *host);

/* How much there is of everything. */
struct cg_config_counts {
    size_t sessions;
    size_t accounts;
    size_t limits;
    size_t instruments; /* rows of the table */
    size_t conventions; /* 0 without [RATES] */
};

CG_API void cg_config_counts(const struct cg_config *config,
                             struct cg_config_counts *counts);

/* A row of the table of instruments.  Texts live as long as the configuration.
 */
struct cg_config_instrument_view {
    const char *symbol; /* or a pattern, that stands for many */
    const char *currency;
    const char *convention; /* NULL: its DV01 is the table's; else by rates */
    const char *swap;       /* NULL likewise */
};

/* The row |index|, the number that cg_rates_dv01() names it by; false past the
 * last. */
CG_API bool cg_config_instrument(const struct cg_config *config,
                                 size_t index,
                                 struct cg_config_instrument_view *view);

/* A kind of swap, by which instruments are priced.  Texts likewise. */
struct cg_config_convention_view {
    const char *name;
    const char *currency;
    const char *par_curve;     /* whose par rates make its curve */
    const char *discounted_by; /* the convention whose curve discounts */
};

/* False past the last. */
CG_API bool cg_config_convention(const struct cg_config *config,
                                 size_t index,
                                 struct cg_config_convention_view *view);

#ifdef __cplusplus
}
#endif
#endif
