/*
 * Par rates in a session: what its `rate` lines say, and what steps change.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "script_rates.h"

#include "script_reader.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <text.h>

#define SET "session"

/* --- reading ------------------------------------------------------------- */

void cg_script_rate_line(struct cg_script_reader *reader, char *text)
{
    struct cg_script *script = reader->script;
    char *curve = cg_script_word(&text);
    char *tenor = cg_script_word(&text);
    char *rate = cg_script_word(&text);
    struct cg_script_rate *more;

    if (*rate == '\0' || *cg_script_word(&text) != '\0') {
        cg_script_mistake(reader, "write: rate USD_SOFR 10Y 3.703",
                          "this is no rate");
        return;
    }
    more = cg_script_grow(reader, script->rates, script->rate_count,
                          &reader->rate_room, sizeof(*more));
    if (more == NULL) {
        return;
    }
    script->rates = more;
    more[script->rate_count++] = (struct cg_script_rate){
        .place = reader->place,
        .curve = cg_slice_str(curve),
        .tenor = cg_slice_str(tenor),
        .rate = cg_slice_str(rate),
    };
}

/* CURVE:TENOR=RATE, date=..., age=...; false when it is none. */
static bool read_change(const char *word, struct cg_script_field *field)
{
    const char *equals = strchr(word, '=');
    const char *colon = strchr(word, ':');
    cg_time span;

    if (equals == NULL || equals[1] == '\0') {
        return false;
    }
    field->key = (struct cg_slice){word, (size_t)(equals - word)};
    field->value = cg_slice_str(equals + 1);
    if (cg_slice_is(field->key, "age")) {
        return cg_script_span(field->value.data, field->value.len, &span);
    }
    return cg_slice_is(field->key, "date") ||
           (colon != NULL && colon > word && colon < equals - 1);
}

static void change_add(struct cg_script_reader *reader,
                       struct cg_script_step *step,
                       const struct cg_script_field *change)
{
    struct cg_script_field *field = cg_script_field_new(reader, step);

    if (field != NULL) {
        *field = *change;
    }
}

/* takes rates CURVE:TENOR=RATE ... date=2027-01-18 age=2h refused~words */
void cg_script_takes_rates(struct cg_script_reader *reader,
                           char *text,
                           struct cg_script_step *step)
{
    char *refused = strstr(text, "refused~");
    struct cg_script_field refusal = {.match = CG_SCRIPT_CONTAINS,
                                      .key = CG_SLICE("refused")};

    step->act = CG_SCRIPT_TAKES_RATES;
    step->first_field = reader->script->field_count;
    if (refused != NULL) {
        *refused = '\0';
        refusal.value = cg_slice_str(cg_text_trim(refused + 8));
    }
    for (char *word = cg_script_word(&text); *word != '\0';
         word = cg_script_word(&text)) {
        struct cg_script_field change = {.match = CG_SCRIPT_IS};

        if (read_change(word, &change)) {
            change_add(reader, step, &change);
        } else {
            cg_script_mistake(reader,
                              "write USD_SOFR:10Y=3.80, USD_SOFR:10Y=none, "
                              "date=2027-01-18, age=2h or refused~WORDS",
                              "'%.60s' says nothing of rates", word);
        }
    }
    if (refused != NULL) {
        change_add(reader, step, &refusal);
    }
}

/* --- the file that a host would read ------------------------------------- */

int cg_script_rates_copy(struct cg_script_rates *rates,
                         const struct cg_script_rates *from)
{
    *rates = *from;
    rates->items = calloc(from->room + 1, sizeof(*rates->items));
    if (rates->items == NULL) {
        return CG_ERR_MEMORY;
    }
    if (from->count > 0) {
        memcpy(rates->items, from->items, from->count * sizeof(*from->items));
    }
    return 0;
}

int cg_script_rates_init(struct cg_script_rates *rates,
                         const struct cg_script *script)
{
    struct cg_script_rates head = {.items = script->rates,
                                   .count = script->rate_count,
                                   .room = script->rate_count +
                                           CG_SCRIPT_RATES_MORE,
                                   .valuation = script->valuation};

    return cg_script_rates_copy(rates, &head);
}

void cg_script_rates_deinit(struct cg_script_rates *rates)
{
    free(rates->items);
    *rates = (struct cg_script_rates){0};
}

static void remove_at(struct cg_script_rates *rates, size_t at)
{
    rates->count--;
    memmove(&rates->items[at], &rates->items[at + 1],
            (rates->count - at) * sizeof(*rates->items));
}

bool cg_script_rates_change(struct cg_script_rates *rates,
                            struct cg_slice key,
                            struct cg_slice value)
{
    const char *colon = memchr(key.data, ':', key.len);
    size_t before = colon != NULL ? (size_t)(colon - key.data) : 0;
    struct cg_script_rate rate = {
        .curve = {key.data, before},
        .tenor = {key.data + before + 1, key.len - before - 1},
        .rate = value};

    for (size_t i = 0; i < rates->count; i++) {
        if (!cg_slice_equal(rates->items[i].curve, rate.curve) ||
            !cg_slice_equal(rates->items[i].tenor, rate.tenor)) {
            continue;
        }
        if (cg_slice_is(value, "none")) {
            remove_at(rates, i);
        } else {
            rates->items[i].rate = value;
        }
        return true;
    }
    if (rates->count == rates->room) {
        return false;
    }
    rates->items[rates->count++] = rate;
    return true;
}

char *cg_script_rates_text(const struct cg_script_rates *rates, size_t *len)
{
    char *text = NULL;
    FILE *out = open_memstream(&text, len);

    if (out == NULL) {
        return NULL;
    }
    (void)fputs("set,curve,tenor,rate_pct", out);
    (void)fputs(rates->valuation.len > 0 ? ",valuation_date\n" : "\n", out);
    for (size_t i = 0; i < rates->count; i++) {
        const struct cg_script_rate *rate = &rates->items[i];

        (void)fprintf(out, SET ",%.*s,%.*s,%.*s", (int)rate->curve.len,
                      rate->curve.data, (int)rate->tenor.len, rate->tenor.data,
                      (int)rate->rate.len, rate->rate.data);
        if (rates->valuation.len > 0) {
            (void)fprintf(out, ",%.*s", (int)rates->valuation.len,
                          rates->valuation.data);
        }
        (void)fputc('\n', out);
    }
    if (fclose(out) != 0) {
        free(text);
        return NULL;
    }
    return text;
}

/* --- the rates of the head are read with the session --------------------- */

/* Line 1 is the header, and then there is one for each rate. */
static void on_mistake(void *user,
                       const char *file,
                       int line,
                       const char *wrong,
                       const char *remedy)
{
    struct cg_script_reader *reader = user;
    const struct cg_script *script = reader->script;

    (void)file;
    if (line >= 2 && (size_t)line - 2 < script->rate_count) {
        reader->place = script->rates[line - 2].place;
    } else {
        reader->place = script->rates[0].place;
    }
    cg_script_mistake(reader, remedy, "%s", wrong);
}

static int check(struct cg_script_reader *reader,
                 const struct cg_script_rates *rates)
{
    struct cg_rates_text text = {.file = reader->script->path,
                                 .made_at = reader->script->start};
    struct cg_rates *read = NULL;
    char *bytes = cg_script_rates_text(rates, &text.len);
    int status = CG_ERR_MEMORY;

    if (bytes != NULL) {
        text.text = bytes;
        status = cg_rates_read(&reader->script->config, &text, NULL, on_mistake,
                               reader, &read);
        cg_rates_close(read);
    }
    free(bytes);
    return status;
}

void cg_script_rates_check(struct cg_script_reader *reader)
{
    struct cg_script_rates rates;
    int status;

    if (reader->script->rate_count == 0) {
        return;
    }
    if (!reader->script->config.rates.given) {
        reader->place = reader->script->rates[0].place;
        cg_script_mistake(reader, "add a section [RATES]",
                          "there are rates, and no [RATES] that takes them");
        return;
    }
    status = cg_script_rates_init(&rates, reader->script);
    if (status == 0) {
        status = check(reader, &rates);
        cg_script_rates_deinit(&rates);
    }
    reader->mistakes->no_memory |= status == CG_ERR_MEMORY;
}
