/*
 * Rules of holidays.  Must never half understand one: each word counts.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <calendar_rule.h>

#include <check.h>
#include <stdio.h>
#include <text.h>

#define WORDS_MAX 6
#define RULE_MAX 63 /* bytes */

/* The formula below is good for these years. */
#define EQUINOX_FIRST 1980
#define EQUINOX_LAST 2099

/* Days: no rule by Easter leaves its year. */
#define EASTER_OFFSET_MAX 60

static const char *const months[] = {
    "january", "february", "march",     "april",   "may",      "june",
    "july",    "august",   "september", "october", "november", "december",
};

static const char *const weekdays[] = {
    "monday", "tuesday",  "wednesday", "thursday",
    "friday", "saturday", "sunday",
};

static const char *const ordinals[] = {"first",  "second", "third",
                                       "fourth", "fifth",  "last"};

/* --- words ---------------------------------------------------------------- */

struct words {
    char text[RULE_MAX + 1];
    const char *items[WORDS_MAX];
    size_t count;
};

static bool cut_words(const char *text, struct words *words)
{
    char *rest = words->text;
    char *word;

    words->count = 0;
    if (strlen(text) > RULE_MAX) {
        return false;
    }
    memcpy(words->text, text, strlen(text) + 1);
    while ((word = strtok_r(rest, " ", &rest)) != NULL) {
        if (words->count == WORDS_MAX) {
            return false;
        }
        words->items[words->count++] = word;
    }
    return true;
}

static bool is_word(const struct words *words, size_t at, const char *word)
{
    return at < words->count && strcmp(words->items[at], word) == 0;
}

/* The place of a word in |list|, or |count|. */
static size_t find_word(const struct words *words,
                        size_t at,
                        const char *const *list,
                        size_t count)
{
    size_t i = 0;

    while (i < count && !is_word(words, at, list[i])) {
        i++;
    }
    return i;
}

/* A number without sign, of at most three digits. */
static bool read_number(const char *text, int *number)
{
    size_t len = strspn(text, "0123456789");

    if (len == 0 || len > 3 || text[len] != '\0') {
        return false;
    }
    *number = 0;
    for (size_t i = 0; i < len; i++) {
        *number = *number * 10 + (text[i] - '0');
    }
    return true;
}

/* --- forms ---------------------------------------------------------------- */

static bool parse_date(const struct words *words, struct cg_rule *rule)
{
    rule->form = CG_RULE_DATE;
    return words->count == 1 &&
           cg_date_parse(cg_slice_str(words->items[0]), &rule->date);
}

/* December 25; a leap year is among the years that a rule is for. */
static bool parse_fixed(const struct words *words, struct cg_rule *rule)
{
    size_t month = find_word(words, 0, months, CG_COUNT(months));

    rule->form = CG_RULE_FIXED;
    rule->month = (int)month + 1;
    return words->count == 2 && month < CG_COUNT(months) &&
           read_number(words->items[1], &rule->day) && rule->day >= 1 &&
           rule->day <= cg_date_month_length(2000, rule->month);
}

static bool parse_weekday(const struct words *words, struct cg_rule *rule)
{
    size_t nth = find_word(words, 0, ordinals, CG_COUNT(ordinals));
    size_t weekday = find_word(words, 1, weekdays, CG_COUNT(weekdays));
    size_t month = find_word(words, 3, months, CG_COUNT(months));

    rule->form = CG_RULE_WEEKDAY;
    rule->nth = nth == CG_COUNT(ordinals) - 1 ? -1 : (int)nth + 1;
    rule->weekday = (enum cg_weekday)weekday;
    rule->month = (int)month + 1;
    return words->count == 4 && is_word(words, 2, "of") &&
           nth < CG_COUNT(ordinals) && weekday < CG_COUNT(weekdays) &&
           month < CG_COUNT(months);
}

static bool parse_easter(const struct words *words, struct cg_rule *rule)
{
    bool before = is_word(words, 1, "-");

    rule->form = CG_RULE_EASTER;
    rule->offset = 0;
    if (!is_word(words, 0, "easter") || words->count == 1) {
        return is_word(words, 0, "easter");
    }
    if (words->count != 3 || (!before && !is_word(words, 1, "+")) ||
        !read_number(words->items[2], &rule->offset) ||
        rule->offset > EASTER_OFFSET_MAX) {
        return false;
    }
    rule->offset = before ? -rule->offset : rule->offset;
    return true;
}

static bool parse_equinox(const struct words *words, struct cg_rule *rule)
{
    bool march = is_word(words, 0, "march");

    rule->form = march ? CG_RULE_MARCH_EQUINOX : CG_RULE_SEPTEMBER_EQUINOX;
    return words->count == 4 && (march || is_word(words, 0, "september")) &&
           is_word(words, 1, "equinox") && is_word(words, 2, "in") &&
           is_word(words, 3, "japan");
}

static bool parse_between(const struct words *words, struct cg_rule *rule)
{
    rule->form = CG_RULE_BETWEEN;
    return words->count == 2 && is_word(words, 0, "between") &&
           is_word(words, 1, "holidays");
}

/* --- what was meant ------------------------------------------------------- */

/* The known word nearest to one that is none, or NULL; |*known| when it is
 * one. */
static const char *nearest_word(const char *word, bool *known)
{
    static const char *const others[] = {"easter",  "equinox",  "in",   "of",
                                         "between", "holidays", "japan"};
    static const struct {
        const char *const *words;
        size_t count;
    } lists[] = {{months, CG_COUNT(months)},
                 {weekdays, CG_COUNT(weekdays)},
                 {ordinals, CG_COUNT(ordinals)},
                 {others, CG_COUNT(others)}};
    const char *nearest = NULL;

    *known = false;
    for (size_t i = 0; i < CG_COUNT(lists); i++) {
        for (size_t j = 0; j < lists[i].count; j++) {
            const char *other = lists[i].words[j];

            *known = *known || strcmp(word, other) == 0;
            if (cg_text_is_near(word, other) &&
                (nearest == NULL || cg_text_distance(word, other) <
                                        cg_text_distance(word, nearest))) {
                nearest = other;
            }
        }
    }
    return nearest;
}

static void say_remedy(const struct words *words,
                       char remedy[CG_RULE_REMEDY_MAX])
{
    for (size_t i = 0; i < words->count; i++) {
        bool known;
        const char *nearest = nearest_word(words->items[i], &known);

        if (!known && nearest != NULL && strlen(words->items[i]) > 2) {
            (void)snprintf(remedy, CG_RULE_REMEDY_MAX, "did you mean %s?",
                           nearest);
            return;
        }
    }
    (void)snprintf(remedy, CG_RULE_REMEDY_MAX, "%s",
                   "write december 25, third monday of may, last monday of "
                   "may, easter - 2, march equinox in japan, 2026-12-25 or "
                   "between holidays");
}

bool cg_rule_parse(const char *text,
                   struct cg_rule *rule,
                   char remedy[CG_RULE_REMEDY_MAX])
{
    static bool (*const forms[])(const struct words *, struct cg_rule *) = {
        parse_date,   parse_fixed,   parse_weekday,
        parse_easter, parse_equinox, parse_between};
    struct words words;

    if (cut_words(text, &words)) {
        for (size_t i = 0; i < CG_COUNT(forms); i++) {
            *rule = (struct cg_rule){.date = CG_DATE_NONE};
            if (forms[i](&words, rule)) {
                return true;
            }
        }
    }
    say_remedy(&words, remedy);
    return false;
}

/* --- days ----------------------------------------------------------------- */

/*
 * The Gregorian computus: the Sunday behind the first full moon, of the
 * church's table, on or behind March 21.
 */
cg_date cg_easter(int year)
{
    int golden = year % 19;
    int century = year / 100;
    int solar = century - century / 4;
    int lunar = (8 * century + 13) / 25;
    int epact = (solar - lunar + 19 * golden + 15) % 30;
    int moon = epact - (epact > 28 || (epact == 28 && golden > 10) ? 1 : 0);
    cg_date full_moon = cg_date_of(year, 3, 21);

    if (full_moon == CG_DATE_NONE) {
        return CG_DATE_NONE;
    }
    full_moon += moon;
    return full_moon + CG_SUNDAY - (int)cg_date_weekday(full_moon) +
           (cg_date_weekday(full_moon) == CG_SUNDAY ? 7 : 0);
}

/*
 * Civil days of the equinoxes in Japan, by the usual interpolation: |day|, in
 * units of 1e-6 days, is where it lay in 1980.
 */
static int equinox_day(int64_t day, int year)
{
    int years = year - EQUINOX_FIRST;

    return (int)((day + INT64_C(242194) * years) / 1000000 - years / 4);
}

bool cg_rule_knows(const struct cg_rule *rule, int year)
{
    bool equinox = rule->form == CG_RULE_MARCH_EQUINOX ||
                   rule->form == CG_RULE_SEPTEMBER_EQUINOX;

    return !equinox || (year >= EQUINOX_FIRST && year <= EQUINOX_LAST);
}

cg_date cg_rule_day(const struct cg_rule *rule, int year)
{
    CG_ASSERT(cg_rule_knows(rule, year));
    switch (rule->form) {
    case CG_RULE_FIXED:
        return cg_date_of(year, rule->month, rule->day);
    case CG_RULE_WEEKDAY:
        return cg_date_nth_weekday(year, rule->month, rule->weekday, rule->nth);
    case CG_RULE_EASTER:
        return cg_date_add_days(cg_easter(year), rule->offset);
    case CG_RULE_MARCH_EQUINOX:
        return cg_date_of(year, 3, equinox_day(20843100, year));
    case CG_RULE_SEPTEMBER_EQUINOX:
        return cg_date_of(year, 9, equinox_day(23248800, year));
    case CG_RULE_DATE:
        return cg_date_year(rule->date) == year ? rule->date : CG_DATE_NONE;
    case CG_RULE_BETWEEN:
        return CG_DATE_NONE;
    }
    CG_ASSERT(false);
    return CG_DATE_NONE;
}
