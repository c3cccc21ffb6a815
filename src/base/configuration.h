/*
 * What a configuration holds, once read.
 *
 * Hosts see it as cg_config_session() and cg_config_host() show it; members may
 * come and go here.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef CG_BASE_CONFIGURATION_H
#define CG_BASE_CONFIGURATION_H

#include "zone.h"
#include <creditgate/config.h>

#define CG_WARNINGS_MAX 8     /* warning levels of one limit */
#define CG_COVER_MAX 8        /* limits that one order may have to pass */
#define CG_ACCOUNT_CCPS_MAX 8 /* clearing houses of one account */
#define CG_LEGS_MAX 32        /* legs of one package */
#define CG_BUCKET_EDGES_MAX 15
#define CG_BUCKET_LABEL_MAX 15 /* bytes of "2Y-5Y" */

/*
 * How many of each thing a gate can hold; it allocates once, at opening.  Keys
 * MaxOrders=, MaxRequests=, MaxLimits=, MaxWaiting=, MaxMessageBytes=,
 * MaxReports=, MaxScopes=, MaxLegs= and MaxInstruments=.
 */
struct cg_limits {
    uint32_t orders;      /* open orders; default 100,000 */
    uint32_t requests;    /* ClOrdIDs of the trading day; default 400,000 */
    uint32_t limits;      /* default 10,000, those pushed by a hub included */
    uint32_t waiting;     /* orders waiting for credit; default 1,000 */
    uint32_t message_max; /* bytes of one message; default 65,536 */
    uint32_t scopes;      /* entries of limits' scopes; default 10,000 */
    uint32_t reports; /* remembered, to tell a repeat; default 400,000 (R43) */
    uint32_t legs;    /* of packages; default 20,000, 0: none are taken (R5) */
    /* Made at run time, by a pattern or for dates; default 10,000 (R2) */
    uint32_t instruments;
};

enum cg_model { CG_MODEL_PING, CG_MODEL_PUSH, CG_MODEL_PING_WITH_PUSH };
enum cg_measure { CG_MEASURE_GROSS, CG_MEASURE_NET };
/* By RiskLimitType(1530): 12, 10, 11. */
enum cg_limit_kind { CG_LIMIT_DV01, CG_LIMIT_CLIP, CG_LIMIT_NOTIONAL };
/* What a breach by an update does to resting orders (R17). */
enum cg_pull { CG_PULL_FIT, CG_PULL_ALL, CG_PULL_NONE };

/* When a trading day or the use of a limit ends, if not at a time of day (R48).
 */
#define CG_RESET_NEVER ((cg_time)-1)
#define CG_RESET_DAY_END ((cg_time)-2)

/* What names a token to a hub: 2319, or the chain of 2318 and 2322 (R24). */
enum cg_identification { CG_IDENTIFIED_BY_TOKEN, CG_IDENTIFIED_BY_CHAIN };
/* What 2324 holds on 2320=2: the token's life total, or what is open of it. */
enum cg_replace_amount { CG_REPLACE_TOTAL, CG_REPLACE_OPEN };

struct cg_config_session {
    char name[CG_NAME_MAX + 1];     /* Name=, default TargetCompID */
    char fix_name[3 * CG_NAME_MAX]; /* as fix8c_session_name() */
    enum cg_role role;
    enum cg_version version;
    char begin_string[16];
    char sender_comp_id[CG_NAME_MAX + 1];
    char target_comp_id[CG_NAME_MAX + 1];
    bool initiator;
    /* client: where its orders go (Venue=, default the only venue); others:
       CG_SESSION_NONE */
    cg_session venue;
    bool plain_sp2;          /* PlainSP2=Y: 103=3 instead of 25..29 (R50) */
    bool show_amounts;       /* ShowAmounts=Y (default): req and avl in 58 */
    uint32_t token_tag;      /* venue: TokenTag=, default 7350, 0: none (R55) */
    bool packages_whole;     /* venue: PackagesWhole=Y (R5) */
    cg_time clock_margin_ns; /* hub: ExpiryMarginMs=, default 200 ms (R29) */
    enum cg_identification identification; /* hub: Identification= */
    enum cg_replace_amount replace_amount; /* hub: ReplaceAmount= */
    cg_time
        repeat_ns; /* hub: RepeatMs=, default 30 s; 0: at logon only (R28) */
    /* hub: Superior=, who may lift what it has stopped, or CG_SESSION_NONE */
    cg_session superior;
    /* hub: TokenLifeMs=, for a DG without 126; default 1 day */
    cg_time token_life_ns;
    bool holds_reservations;  /* hub: UtilisationHoldsReservations=N (R16) */
    bool consumption_notices; /* hub: ConsumptionNotices=Y (R25) */
    int line;
};

/* Warning levels in percent, rising (R52). */
struct cg_config_levels {
    bool given;
    uint32_t count;
    uint32_t percent[CG_WARNINGS_MAX];
};

struct cg_config_account {
    char name[CG_NAME_MAX + 1];
    /* ClearingFirm=; the account itself with SelfClearing=Y */
    char firm[CG_NAME_MAX + 1];
    char contact[2 * CG_NAME_MAX + 1]; /* Contact=: whom to call for a top-up */
    /* CCPs=: its clearing houses; none: it may name any */
    char ccps[CG_ACCOUNT_CCPS_MAX][CG_NAME_MAX + 1];
    uint32_t ccp_count;
    struct cg_config_levels warnings; /* Warnings=, instead of its limits' */
    uint64_t sessions; /* bit i: session i may trade for it (Accounts=) */
    /* Hub=: who may stop it and push its limits, or CG_SESSION_NONE */
    cg_session hub;
    int line;
};

struct cg_config_limit {
    char id[CG_NAME_MAX + 1]; /* RiskLimitID=, the 1670 */
    cg_session owner;         /* Hub=; CG_SESSION_NONE: the own desk's */
    /* Owner=, default the hub's name, or the gate's */
    char owner_name[CG_NAME_MAX + 1];
    char firm[CG_NAME_MAX + 1];       /* ClearingFirm=, default the account's */
    char account[CG_NAME_MAX + 1];    /* Account=, empty: any of the firm */
    char currency[4];                 /* Currency= of the amount */
    char ccp[CG_NAME_MAX + 1];        /* CCP=, empty: any */
    char instrument[CG_NAME_MAX + 1]; /* Instrument=, empty: any */
    /* Product=, SecurityType=, Tenor=, InstrumentCurrency=; empty: any */
    char product[CG_NAME_MAX + 1];
    char type[CG_NAME_MAX + 1];
    char tenor[CG_NAME_MAX + 1];
    char instrument_currency[4];
    enum cg_limit_kind kind;
    enum cg_measure measure;
    enum cg_model model; /* CG_MODEL_PUSH unless kind is CG_LIMIT_DV01 */
    enum cg_pull pull;
    bool has_amount; /* without one a ping limit leaves the amount to the hub,
                        and any other refuses until an update brings it */
    cg_dv01 amount;  /* Amount=; a CG_LIMIT_NOTIONAL's in whole units */
    bool allow_reducing; /* AllowReducing=Y (default), R13 */
    bool queues;         /* Queue=Y: orders wait for room under it, R44 */
    uint32_t warnings;   /* count; 0 unless kind is CG_LIMIT_DV01 */
    uint32_t warning_percent[CG_WARNINGS_MAX]; /* rising; 75, 90, 98 */
    cg_time fallback_max_age_ns; /* FallbackMaxAgeMs=, default 60 s (R27) */
    /* ResetTime=, after midnight; CG_RESET_DAY_END (default), CG_RESET_NEVER */
    cg_time reset_time_ns;
    int line;
};

/* Tenor buckets (R10): "0-2Y", "2Y-5Y", ..., "30Y-". */
struct cg_config_buckets {
    uint32_t count; /* of edges; there is a label more */
    uint32_t edge_months[CG_BUCKET_EDGES_MAX]; /* rising; belongs to the one
                                                  that it ends */
    char labels[CG_BUCKET_EDGES_MAX + 1][CG_BUCKET_LABEL_MAX + 1];
};

struct cg_conventions; /* kinds of swap, with their calendars */

/* [RATES]: how DV01s come from par rates. */
struct cg_config_rates {
    bool given;
    char par_rates[4096]; /* ParRates=, a path; the host reads it, and again
                             when it changes; empty without files */
    char set[CG_NAME_MAX + 1]; /* Set=, empty: the only one */
    cg_time max_age_ns;        /* MaxAgeMs=, default 1 day; CG_TIME_NEVER */
    cg_time poll_ns;           /* PollMs=, how often the host looks at it */
    uint32_t max_move_bp;      /* MaxMoveBp=, from one file to the next */
    bool stale_alarms;         /* WhenStale=alarm; default refuse */
    struct cg_config_buckets buckets;   /* TenorBuckets=2Y,5Y,10Y,30Y */
    struct cg_conventions *conventions; /* NULL unless |given| */
    int line;
};

/*
 * An instrument has its DV01 from the table, or from a curve: then it has a
 * |convention| and a |swap|.  A family stands for instruments that are made
 * when an order names them: its |symbol| has a '*', or its |swap| is "dates".
 */
struct cg_config_instrument {
    char symbol[CG_NAME_MAX + 1];
    char currency[4];
    cg_dv01 dv01_per_million;         /* > 0; 0: from a curve */
    char convention[CG_NAME_MAX + 1]; /* empty: by table */
    /* 10Y, 5Yx5Y, IMM1x5Y, 2026-03-18/2031-03-18; of a family "dates", or with
       a '*' for what the one of |symbol| stands for */
    char swap[CG_NAME_MAX + 1];
    bool family;
    /* Columns that may be left out, and cells that may be empty. */
    char security_id[CG_NAME_MAX + 1];
    char product[CG_NAME_MAX + 1];
    char type[CG_NAME_MAX + 1];
    /* of a curve and without a cell: its bucket, unless a family */
    char tenor[CG_NAME_MAX + 1];
    int line;
};

/* 1 unit of |from| is |rate| / 1e8 units of |to| (R3). */
struct cg_config_fx {
    char from[4];
    char to[4];
    int64_t rate;
    int line;
};

#define CG_PATH_LEN 4096

/* What a configuration is read from. */
enum cg_config_file {
    CG_CONFIG_ITSELF,
    CG_CONFIG_INSTRUMENTS,
    CG_CONFIG_CONVENTIONS,
    CG_CONFIG_HOLIDAYS,
    CG_CONFIG_FILES,
};

struct cg_config {
    char gate_name[CG_NAME_MAX + 1]; /* Name=, default GATE: prefix of ids */
    char journal[CG_PATH_LEN];       /* Journal= */
    char message_log[CG_PATH_LEN];   /* MessageLog=, or empty */
    cg_time soft_deadline_ns;        /* SoftDeadlineMs=, default 1000 (R26) */
    cg_time hard_deadline_ns;        /* HardDeadlineMs=, default 20000 */
    cg_time pull_time_ns;            /* PullTimeMs=, default 500 (R29) */
    cg_time stale_resend_ns;         /* StaleResendMs=, default 60 s (R40) */
    uint32_t probe_after;            /* ProbeAfter=, default 3 (R27) */
    cg_time failure_grace_ns;        /* FailureGraceMs=, default 60 s */
    uint32_t snapshot_facts;         /* SnapshotFacts=, default 1000000 */
    /* TradingDayEnd=, after midnight, default 17:00; or CG_RESET_NEVER */
    cg_time day_end_ns;
    char time_zone[CG_NAME_MAX + 1]; /* TimeZone=, default America/New_York */
    struct cg_zone zone;             /* its rules; to the end of 2079 */
    struct cg_limits limits;
    /* PassTypes=: types let through unchecked (R53), as "R,S,AJ" */
    char passed_types[256];
    struct cg_config_session *sessions;
    size_t session_count;
    struct cg_config_account *accounts;
    size_t account_count;
    struct cg_config_limit *credit_limits;
    size_t credit_limit_count;
    struct cg_config_instrument *instruments;
    size_t instrument_count;
    uint32_t *families; /* the places of those instruments that are families */
    size_t family_count;
    struct cg_config_rates rates;
    struct cg_config_fx *fx;
    size_t fx_count;
    /* Text for fix8c_engine_open(), its sessions in the order of |sessions| */
    char *fix_settings;
    /* Bit i: the last line of that enum cg_config_file has no end. */
    uint32_t unended;
};

/*
 * cg_config_open() and cg_config_open_memory() into a struct of the caller's,
 * which cg_config_deinit() empties; fine on a zeroed one.
 */
int cg_config_read(const char *path,
                   void (*report)(void *user,
                                  const char *file,
                                  int line,
                                  const char *wrong,
                                  const char *remedy),
                   void *user,
                   struct cg_config *config);
int cg_config_read_memory(const struct cg_config_memory *memory,
                          void (*report)(void *user,
                                         const char *file,
                                         int line,
                                         const char *wrong,
                                         const char *remedy),
                          void *user,
                          struct cg_config *config);
void cg_config_deinit(struct cg_config *config);

#endif
