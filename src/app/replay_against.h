/*
 * creditgate replay --against: what other settings would have decided.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef APP_REPLAY_AGAINST_H
#define APP_REPLAY_AGAINST_H

#include "configuration.h"
#include "replay.h"
#include "replay_table.h"
#include <creditgate/rates.h>

struct replay_against {
    const char *config_path; /* --against; NULL: the same as --config */
    bool wanted;             /* something of this was asked for */
    bool assumes;            /* what is not known in the log */
    struct cg_against_options options;
    struct cg_config *config;
    struct cg_rates *rates;
    FILE *to;
    enum replay_format format;
    unsigned long max; /* of differences that are printed */
    uint64_t printed;
    struct replay_table table;
    bool first; /* nothing was printed yet */
};

/* Whether |option| is one of these. */
bool replay_against_is_option(const char *option);
/* False after saying what is wrong with its |value|. */
bool replay_against_take(struct replay_against *against,
                         const char *option,
                         const char *value);
/* All options are there.  False after saying what is wrong with them. */
bool replay_against_check(const struct replay_against *against);

/* Reads what it needs beside |config| and |rates|, those of --config.  False
 * after its mistakes were told. */
bool replay_against_open(struct replay_against *against,
                         const struct cg_config *config,
                         const struct cg_rates *rates);
void replay_against_close(struct replay_against *against);

/* What was found, after the differences: those are printed as they are found.
 */
void replay_against_begin(struct replay_against *against,
                          FILE *to,
                          enum replay_format format);
void replay_against_print(struct replay_against *against,
                          const struct cg_replay *replay,
                          const struct cg_config *config);

/* --- of replay.c -------------------------------------------------------- */

/* False after its mistakes were told. */
bool replay_read_rates(const struct cg_config *config, struct cg_rates **rates);

#endif
