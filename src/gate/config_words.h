/*
 * What a configuration holds, in the words of its file.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef CG_GATE_CONFIG_WORDS_H
#define CG_GATE_CONFIG_WORDS_H

#include <config_keys.h>

/* Room for any of them. */
#define CG_CONFIG_WORDS_MAX 320

/*
 * The value of |key| in |object|, of the struct that its section is read into.
 * What has no value is "none".  Not for keys that are kept nowhere.
 */
void cg_config_key_words(const struct cg_key *key,
                         const void *object,
                         char text[CG_CONFIG_WORDS_MAX]);

/* An amount of |limit|: 80000 or 80000.25; "none" without one. */
void cg_config_amount_words(const struct cg_config_limit *limit,
                            char text[CG_CONFIG_WORDS_MAX]);

/* "75,90,98", or "none". */
void cg_config_levels_words(const uint32_t *percent,
                            uint32_t count,
                            char text[CG_CONFIG_WORDS_MAX]);

/* "904", "904.0125". */
void cg_config_dv01_words(cg_dv01 dv01, char text[CG_CONFIG_WORDS_MAX]);

/* |text|, or "none" for an empty one. */
const char *cg_config_or_none(const char *text);

#endif
