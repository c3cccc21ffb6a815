/*
 * The keys of each section: name, form, range, and where the value goes.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef CG_GATE_CONFIG_KEYS_H
#define CG_GATE_CONFIG_KEYS_H

#include <config_text.h>
#include <configuration.h>

enum cg_key_form {
    CG_KEY_TEXT,      /* anything; kept in its entry only */
    CG_KEY_NAME,      /* printable ASCII, char[max + 1] */
    CG_KEY_NAMES,     /* names between commas; kept in its entry only */
    CG_KEY_BOOL,      /* Y or N, bool */
    CG_KEY_NUMBER,    /* uint32_t */
    CG_KEY_MS,        /* milliseconds, cg_time */
    CG_KEY_AGE,       /* the same, or never: CG_TIME_NEVER */
    CG_KEY_CHOICE,    /* one of |choices|, an enum by its place there */
    CG_KEY_CURRENCY,  /* char[4] */
    CG_KEY_RATE,      /* above 0, int64_t in 1e-8 */
    CG_KEY_LEVELS,    /* struct cg_config_levels, or a limit's own members */
    CG_KEY_TYPES,     /* message types, char[max + 1] */
    CG_KEY_TOKEN_TAG, /* a tag that may be added to an order, uint32_t */
    CG_KEY_CLOCK,     /* HH:MM:SS; kept in its entry only */
    CG_KEY_RESET,     /* HH:MM:SS or never, cg_time after midnight */
    CG_KEY_DAY,       /* a day's name or its first letters; entry only */
    CG_KEY_ADDRESSES, /* numeric addresses between commas; entry only */
    CG_KEY_PATH,      /* of a file that must be there; entry only */
};

#define CG_KEY_NOWHERE ((size_t)-1)

struct cg_key {
    const char *name;
    enum cg_key_form form;
    size_t at; /* offset in the section's object, or CG_KEY_NOWHERE */
    int64_t min;
    int64_t max;
    const char *choices; /* "a|b|c" */
    unsigned only;       /* bits of the deciding key's choices; 0: all */
    bool required;
    bool restart;         /* a gate that runs keeps what it has of it */
    bool fix;             /* handed on to the FIX engine ... */
    const char *fallback; /* ... with this value when absent, if any */
};

struct cg_key_table {
    const char *section;
    const struct cg_key *keys;
    size_t count;
    const char *decider; /* the key that |only| goes by, or NULL */
};

extern const struct cg_key_table cg_gate_keys;
extern const struct cg_key_table cg_session_keys; /* and [DEFAULT]'s */
extern const struct cg_key_table cg_account_keys;
extern const struct cg_key_table cg_limit_keys;
extern const struct cg_key_table cg_rates_keys;
extern const struct cg_key_table cg_fx_keys;

/* Where mistakes go, and the folder that relative paths start from. */
struct cg_key_context {
    const char *file;
    const char *folder; /* ends with a '/', or is empty */
    struct cg_mistakes *mistakes;
};

/*
 * Reads every entry of |section| into |object|.  Unknown keys and bad values
 * become mistakes; members of bad values are left alone.
 */
void cg_keys_apply(const struct cg_key_context *context,
                   const struct cg_key_table *table,
                   const struct cg_config_section *section,
                   void *object);

/* Reports required keys that neither |section| nor |defaults| (may be NULL)
 * has. */
void cg_keys_require(const struct cg_key_context *context,
                     const struct cg_key_table *table,
                     const struct cg_config_section *section,
                     const struct cg_config_section *defaults);

/* Reports keys of |section| that mean nothing where the decider chose |choice|.
 */
void cg_keys_restrict(const struct cg_key_context *context,
                      const struct cg_key_table *table,
                      const struct cg_config_section *section,
                      unsigned choice);

/* The name nearest to |word| among |count| in a table of key names, or NULL. */
const char *cg_keys_nearest(const struct cg_key_table *table, const char *word);

/* True for LogonTag, LogonTag1, LogonTag2 ... */
bool cg_key_is_logon_tag(const char *name);

/* Reads the value of |entry| into |object|; one that is wrong is a mistake. */
void cg_value_apply(const struct cg_key_context *context,
                    const struct cg_key *key,
                    const struct cg_config_entry *entry,
                    void *object);

/* |path| as seen from the folder of the configuration; freed by the caller. */
char *cg_key_path(const struct cg_key_context *context, const char *path);

#endif
