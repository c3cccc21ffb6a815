/*
 * A configuration while it is being read.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef CG_GATE_CONFIG_READER_H
#define CG_GATE_CONFIG_READER_H

#include <config_keys.h>
#include <config_names.h>
#include <slice.h>

struct cg_config_reader {
    struct cg_key_context context;
    struct cg_config *config;              /* being filled */
    const struct cg_config_memory *memory; /* instead of files, or NULL */
    struct cg_lines text;
    struct cg_config_sections sections;
    const struct cg_config_section *gate;     /* [GATE], or NULL */
    const struct cg_config_section *defaults; /* [DEFAULT], or NULL */
    const struct cg_config_section *rates;    /* [RATES], or NULL */
    /* Where each session, account and limit of |config| was written. */
    const struct cg_config_section **session_sections;
    const struct cg_config_section **account_sections;
    const struct cg_config_section **limit_sections;
    struct cg_config_names sessions;
    struct cg_config_names accounts;
    struct cg_config_names instruments;
    struct cg_config_names firms; /* of the accounts; twins are normal */
    char *instruments_path;
    bool instruments_read; /* whole and without mistakes */
    char *conventions_path;
    char *holidays_path;
    bool curves_asked; /* a row has a convention or a swap */
};

/* Notes whether the text of |file| ends with its last line; before that is cut
 * up. */
void cg_config_note_end(struct cg_config_reader *reader,
                        enum cg_config_file file,
                        struct cg_slice text);

/* The entry of |key| for session |index|: its own, else [DEFAULT]'s, or NULL.
 */
const struct cg_config_entry *cg_config_session_entry(
    const struct cg_config_reader *reader, size_t index, const char *key);

/* The session that |entry| names, if it has that role; else a mistake and
 * CG_SESSION_NONE. */
cg_session cg_config_session_ref(const struct cg_config_reader *reader,
                                 const struct cg_config_entry *entry,
                                 enum cg_role role);

/* False when the Role= of a session is missing or was not understood. */
bool cg_config_role_known(const struct cg_config_reader *reader, size_t index);

/* |path| up to its last '/', that one included; freed by the caller. */
char *cg_config_folder(const char *path);

/* Reads where journal and message log are; after [RATES], whether the message
 * log is a file of its own. */
void cg_config_read_own_files(struct cg_config_reader *reader);
void cg_config_check_own_files(struct cg_config_reader *reader);

/* Reads [RATES] and the files it names, but not the rates; after the
 * instruments, whether anything uses it. */
void cg_config_read_rates(struct cg_config_reader *reader);
void cg_config_check_rates(struct cg_config_reader *reader);

/* Reads the table of instruments at |instruments_path|. */
void cg_config_read_instruments(struct cg_config_reader *reader);

/* Ties sessions, accounts and limits together, and checks each against the
 * others. */
void cg_config_check_sessions(struct cg_config_reader *reader);
void cg_config_check_accounts(struct cg_config_reader *reader);
void cg_config_check_limits(struct cg_config_reader *reader);
void cg_config_check_cover(struct cg_config_reader *reader);

/* Whether it may clear there: one without clearing houses may anywhere. */
bool cg_config_has_ccp(const struct cg_config_account *account,
                       const char *ccp);

/* Reads the rules of the time zone, if anything goes by it. */
void cg_config_read_zone(struct cg_config_reader *reader);

/* Writes the FIX engine's settings; false without memory. */
bool cg_config_write_fix(struct cg_config_reader *reader);

#endif
