/*
 * Values of a configuration as text.  Must never round or shorten one: two that
 * differ are two texts.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <config_words.h>

#include <decimal.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static const char none[] = "none";

const char *cg_config_or_none(const char *text)
{
    return text[0] != '\0' ? text : none;
}

/* |number| in 1e-|digits|, without zeros at the end. */
static void decimal_words(int64_t number, int digits, char *text)
{
    int64_t unit = 1;
    size_t len;

    for (int i = 0; i < digits; i++) {
        unit *= 10;
    }
    (void)snprintf(text, CG_CONFIG_WORDS_MAX, "%" PRId64 ".%0*" PRId64,
                   number / unit, digits, number % unit);
    len = strlen(text);
    while (text[len - 1] == '0') {
        len--;
    }
    text[text[len - 1] == '.' ? len - 1 : len] = '\0';
}

void cg_config_dv01_words(cg_dv01 dv01, char text[CG_CONFIG_WORDS_MAX])
{
    decimal_words(dv01, CG_DV01_SCALE_DIGITS, text);
}

void cg_config_amount_words(const struct cg_config_limit *limit,
                            char text[CG_CONFIG_WORDS_MAX])
{
    if (!limit->has_amount) {
        (void)snprintf(text, CG_CONFIG_WORDS_MAX, "%s", none);
    } else if (limit->kind == CG_LIMIT_NOTIONAL) {
        (void)snprintf(text, CG_CONFIG_WORDS_MAX, "%" PRId64, limit->amount);
    } else {
        cg_config_dv01_words(limit->amount, text);
    }
}

void cg_config_levels_words(const uint32_t *percent,
                            uint32_t count,
                            char text[CG_CONFIG_WORDS_MAX])
{
    size_t len = 0;

    (void)snprintf(text, CG_CONFIG_WORDS_MAX, "%s", none);
    for (uint32_t i = 0; i < count; i++) {
        len += (size_t)snprintf(text + len, CG_CONFIG_WORDS_MAX - len,
                                "%s%" PRIu32, i > 0 ? "," : "", percent[i]);
    }
}

static void time_words(cg_time time, char *text)
{
    if (time == CG_TIME_NEVER) {
        (void)snprintf(text, CG_CONFIG_WORDS_MAX, "never");
        return;
    }
    (void)snprintf(text, CG_CONFIG_WORDS_MAX, "%" PRId64, time / CG_MS);
}

static void reset_words(cg_time time, char *text)
{
    int seconds = (int)(time / CG_SECOND);

    if (time == CG_RESET_NEVER || time == CG_RESET_DAY_END) {
        (void)snprintf(text, CG_CONFIG_WORDS_MAX, "%s",
                       time == CG_RESET_NEVER ? "never" : "the day's end");
        return;
    }
    (void)snprintf(text, CG_CONFIG_WORDS_MAX, "%02d:%02d:%02d", seconds / 3600,
                   seconds / 60 % 60, seconds % 60);
}

static void choice_words(const char *choices, int choice, char *text)
{
    const char *at = choices;

    for (int i = 0; i < choice; i++) {
        at += strcspn(at, "|");
        at += *at == '|' ? 1 : 0;
    }
    (void)snprintf(text, CG_CONFIG_WORDS_MAX, "%.*s", (int)strcspn(at, "|"),
                   at);
}

/* A pure table of forms; those that are kept nowhere do not come here. */
void cg_config_key_words(const struct cg_key *key,
                         const void *object,
                         char text[CG_CONFIG_WORDS_MAX])
{
    const char *at = (const char *)object + key->at;
    const struct cg_config_levels *levels = (const void *)at;

    switch (key->form) {
    case CG_KEY_TEXT:
    case CG_KEY_NAME:
    case CG_KEY_TYPES:
    case CG_KEY_CURRENCY:
        (void)snprintf(text, CG_CONFIG_WORDS_MAX, "%s", cg_config_or_none(at));
        break;
    case CG_KEY_BOOL:
        (void)snprintf(text, CG_CONFIG_WORDS_MAX, "%s",
                       *(const bool *)at ? "Y" : "N");
        break;
    case CG_KEY_NUMBER:
    case CG_KEY_TOKEN_TAG:
        (void)snprintf(text, CG_CONFIG_WORDS_MAX, "%" PRIu32,
                       *(const uint32_t *)(const void *)at);
        break;
    case CG_KEY_MS:
    case CG_KEY_AGE:
        time_words(*(const cg_time *)(const void *)at, text);
        break;
    case CG_KEY_RESET:
        reset_words(*(const cg_time *)(const void *)at, text);
        break;
    case CG_KEY_CHOICE:
        choice_words(key->choices, *(const int *)(const void *)at, text);
        break;
    case CG_KEY_RATE:
        decimal_words(*(const int64_t *)(const void *)at, CG_RATE_SCALE_DIGITS,
                      text);
        break;
    case CG_KEY_LEVELS:
        cg_config_levels_words(levels->percent, levels->count, text);
        if (!levels->given) {
            (void)snprintf(text, CG_CONFIG_WORDS_MAX, "those of its limits");
        }
        break;
    case CG_KEY_NAMES:
    case CG_KEY_CLOCK:
    case CG_KEY_DAY:
    case CG_KEY_ADDRESSES:
    case CG_KEY_PATH:
        text[0] = '\0';
        break;
    }
}
