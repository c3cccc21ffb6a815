/*
 * FIX messages in words, for the timeline.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "story_stage.h"

#include <stdarg.h>

struct words {
    struct cg_slice message;
    char *text;
    size_t len;
    size_t size;
};

static void say(struct words *w, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static void say(struct words *w, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    int len = vsnprintf(w->text + w->len, w->size - w->len, format, arguments);
    va_end(arguments);
    if (len > 0) {
        w->len += (size_t)len;
        w->len = w->len < w->size ? w->len : w->size - 1;
    }
}

static struct cg_slice field(const struct words *w, int tag)
{
    return sim_field_find(w->message, tag);
}

static char code(const struct words *w, int tag)
{
    return sim_field_char(w->message, tag, ' ');
}

static void say_field(struct words *w, int tag)
{
    struct cg_slice value = field(w, tag);
    say(w, "%.*s", (int)value.len, value.len > 0 ? value.data : "");
}

/* 50000000 as 50,000,000. */
static void say_number(struct words *w, struct cg_slice value)
{
    const char *point = value.len > 0 ? memchr(value.data, '.', value.len) : 0;
    size_t whole = point != NULL ? (size_t)(point - value.data) : value.len;
    for (size_t i = 0; i < value.len; i++) {
        bool comma = i > 0 && i < whole && (whole - i) % 3 == 0 &&
                     value.data[i - 1] != '-';
        say(w, "%s%c", comma ? "," : "", value.data[i]);
    }
}

static void say_amount(struct words *w, int tag)
{
    say_number(w, field(w, tag));
    struct cg_slice currency = field(w, 15);
    if (currency.len > 0) {
        say(w, " %.*s", (int)currency.len, currency.data);
    }
}

static void say_side_qty(struct words *w)
{
    say(w, "%s ", code(w, 54) == '1' ? "buy" : "sell");
    say_number(w, field(w, 38));
    say(w, " ");
    say_field(w, 55);
    if (field(w, 44).len > 0) {
        say(w, " at ");
        say_field(w, 44);
    }
}

static void say_token(struct words *w)
{
    if (field(w, 7350).len > 0) {
        say(w, ", token ");
        say_field(w, 7350);
    }
}

static void describe_order(struct words *w)
{
    say(w, "order ");
    say_field(w, 11);
    say(w, ": ");
    say_side_qty(w);
    if (field(w, 1).len > 0) {
        say(w, " for ");
        say_field(w, 1);
    }
    say_token(w);
}

static void describe_replace(struct words *w)
{
    say(w, "replace ");
    say_field(w, 41);
    say(w, " by ");
    say_field(w, 11);
    say(w, ": ");
    say_side_qty(w);
    say_token(w);
}

static void describe_cancel(struct words *w)
{
    say(w, "cancel ");
    say_field(w, 41);
    say(w, " (request ");
    say_field(w, 11);
    say(w, ")");
}

static void say_filled(struct words *w)
{
    say(w, "trades ");
    say_number(w, field(w, 32));
    say(w, " at ");
    say_field(w, 31);
    say(w, ", ");
    say_number(w, field(w, 14));
    say(w, " of ");
    say_number(w, field(w, 38));
    say(w, " done");
}

static const char *status_word(char status)
{
    switch (status) {
    case '0':
        return "new";
    case '1':
        return "partly filled";
    case '2':
        return "filled";
    case '3':
        return "done for the day";
    case '4':
        return "canceled";
    case '5':
        return "replaced";
    case '6':
        return "being canceled";
    case '8':
        return "refused";
    case 'A':
        return "pending";
    case 'C':
        return "expired";
    case 'E':
        return "being replaced";
    default:
        return "in another state";
    }
}

static void describe_report(struct words *w)
{
    char kind = code(w, 150);
    say_field(w, 11);
    say(w, " ");
    if (kind == 'F' || ((kind == '1' || kind == '2') && code(w, 20) == '0')) {
        say_filled(w);
    } else if (kind == '5') {
        say(w, "replaces ");
        say_field(w, 41);
        say(w, ": ");
        say_side_qty(w);
    } else if (kind == 'I' || code(w, 20) == '3') {
        say(w, "is %s", status_word(code(w, 39)));
    } else if (kind == '0') {
        say(w, "accepted");
    } else {
        say(w, "%s", kind == 'H' ? "trade busted" : status_word(kind));
    }
    if (field(w, 58).len > 0) {
        say(w, ": ");
        say_field(w, 58);
    }
}

static void describe_refusal(struct words *w)
{
    say(w, "request ");
    say_field(w, 11);
    say(w, " on ");
    say_field(w, 41);
    say(w, " refused: ");
    say_field(w, 58);
}

static void describe_news(struct words *w)
{
    say(w, "news: ");
    say_field(w, 148);
    if (field(w, 58).len > 0) {
        say(w, " | ");
        say_field(w, 58);
    }
}

static void describe_check(struct words *w)
{
    if (code(w, 2321) == '1') {
        say(w, "consumed ");
        say_amount(w, 2324);
        say(w, " of token ");
    } else if (code(w, 2320) == '1') {
        say(w, "gives back token ");
    } else {
        say(w, "%s ",
            code(w, 2320) == '2' ? "asks for a total of" : "asks for");
        say_amount(w, 2324);
        say(w, " on ");
        say_field(w, 1670);
        say(w, ", token ");
    }
    say_field(w, 2319);
}

static void describe_answer(struct words *w)
{
    static const char *const states[] = {"grants", "grants only", "denies",
                                         "is still thinking about",
                                         "has cancelled"};
    char status = code(w, 2325);
    if (code(w, 2321) == '1') {
        say(w, "%s the consumption of ", status == '0' ? "notes" : "refuses");
    } else {
        say(w, "%s ",
            status >= '0' && status <= '4' ? states[status - '0'] : "muddles");
        if (field(w, 2327).len > 0) {
            say_amount(w, 2327);
            say(w, " to ");
        }
    }
    say(w, "token ");
    say_field(w, 2319);
    if (field(w, 1328).len > 0) {
        say(w, ": ");
        say_field(w, 1328);
    }
}

static void describe_limits(struct words *w)
{
    struct sim_reader reader;
    struct sim_field f;
    bool update = code(w, 1324) != ' ';
    const char *comma = "";
    say(w, "%s", update ? "limit changed:" : "limits:");
    sim_reader_init(&reader, w->message);
    while (sim_reader_next(&reader, &f)) {
        if (f.tag == 1531) {
            say(w, "%s ", comma);
            comma = ",";
            say_number(w, f.value);
        } else if (f.tag == 1532) {
            say(w, " %.*s", (int)f.value.len, f.value.data);
        } else if (f.tag == 1670) {
            say(w, " on %.*s", (int)f.value.len, f.value.data);
        }
    }
}

static void describe_stop(struct words *w)
{
    static const char *const actions[] = {"suspend", "halt", "reinstate"};
    static const char *const answers[] = {"will do", "done", "refused"};
    char action = code(w, 2329);
    char answer = code(w, 2332);
    struct cg_slice account = sim_field_party(w->message, 24);
    if (account.len == 0) {
        account = sim_field_party(w->message, 4);
    }
    say(w, "%s",
        action >= '0' && action <= '2' ? actions[action - '0'] : "act on");
    if (account.len > 0) {
        say(w, " %.*s", (int)account.len, account.data);
    }
    if (answer >= '0' && answer <= '2') {
        say(w, ": %s", answers[answer - '0']);
    }
    if (code(w, 2330) == 'Y') {
        say(w, " (a drill)");
    }
}

static void describe_limits_request(struct words *w)
{
    say(w, "asks for all limits");
}

static void describe_limits_answer(struct words *w)
{
    say(w, "%s the limits", code(w, 2316) == '0' ? "takes" : "refuses");
    if (field(w, 58).len > 0) {
        say(w, ": ");
        say_field(w, 58);
    }
}

static void describe_status(struct words *w)
{
    say(w, "asks how ");
    say_field(w, 11);
    say(w, " stands");
}

static void describe_reject(struct words *w)
{
    say(w, "cannot take message %.*s: ", (int)field(w, 45).len,
        field(w, 45).len > 0 ? field(w, 45).data : "");
    say_field(w, 58);
}

void story_describe(struct cg_slice message, char *text, size_t len)
{
    static const struct {
        const char *type;
        void (*describe)(struct words *w);
    } types[] = {
        {"D", describe_order},          {"G", describe_replace},
        {"F", describe_cancel},         {"8", describe_report},
        {"9", describe_refusal},        {"B", describe_news},
        {"H", describe_status},         {"DF", describe_check},
        {"DG", describe_answer},        {"CL", describe_limits_request},
        {"CM", describe_limits},        {"CR", describe_limits},
        {"DE", describe_limits_answer}, {"DH", describe_stop},
        {"DI", describe_stop},          {"3", describe_reject},
        {"j", describe_reject},
    };
    struct words w = {.message = message, .text = text, .size = len};
    struct cg_slice type = sim_field_find(message, 35);
    text[0] = '\0';
    for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
        if (cg_slice_is(type, types[i].type)) {
            types[i].describe(&w);
        }
    }
}

bool story_is_admin(struct cg_slice message)
{
    struct cg_slice type = sim_field_find(message, 35);
    return type.len == 1 && strchr("01245A", type.data[0]) != NULL;
}
