/*
 * The reconciliation of credit on the page: limit by limit what became of what
 * was granted, as each of the two sides told it.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "report_text.h"

#include <decimal.h>

#define OPEN_MAX 100 /* tokens that are told one by one */
#define FIGURES 6

static const char *const figures[FIGURES] = {"granted",  "overrun", "consumed",
                                             "released", "expired", "reserved"};

static const char *yes_or_no(const json_t *truth)
{
    return json_is_true(truth)    ? "yes"
           : json_is_false(truth) ? "no"
                                  : "unknown";
}

void cg_report_put_credit_sentence(struct cg_sheet *sheet, const json_t *credit)
{
    const json_t *returned = json_object_get(credit, "all_returned");
    const json_t *equal = json_object_get(credit, "equal");
    json_int_t tokens = cg_record_integer(credit, "tokens");
    json_int_t open = cg_record_integer(credit, "open");
    if (credit == NULL) {
        cg_sheet_add(sheet, "No reconciliation was made.");
        return;
    }
    if (tokens == 0) {
        cg_sheet_add(sheet, "Not reconciled: no message of a hub about the "
                            "credit of an order was seen.");
        return;
    }
    cg_sheet_format(sheet, "%" JSON_INTEGER_FORMAT " tokens: ", tokens);
    if (json_is_true(returned)) {
        cg_sheet_add(sheet, "all that was granted is returned or used; ");
    } else if (json_is_false(returned)) {
        cg_sheet_format(sheet,
                        "%" JSON_INTEGER_FORMAT
                        " of them still hold credit that is neither returned "
                        "nor used; ",
                        open);
    } else {
        cg_sheet_add(sheet, "not known whether all is returned; ");
    }
    cg_sheet_add(sheet,
                 json_is_true(equal)    ? "the totals of both sides are equal."
                 : json_is_false(equal) ? "the totals of the two sides differ."
                                        : "not known whether the totals of "
                                          "both sides are equal.");
}

/* --- rows --------------------------------------------------------------- */

/* A figure that may be text, a number, or not known. */
static void
put_figure(struct cg_sheet *sheet, const json_t *figure, bool differs)
{
    cg_sheet_add(sheet, differs ? "<td class=r><mark>" : "<td class=r>");
    if (json_is_string(figure)) {
        cg_sheet_string(sheet, json_string_value(figure));
    } else if (json_is_integer(figure)) {
        cg_sheet_format(sheet, "%" JSON_INTEGER_FORMAT,
                        json_integer_value(figure));
    } else if (json_is_real(figure)) {
        cg_sheet_format(sheet, "%.2f", json_real_value(figure));
    } else {
        cg_sheet_add(sheet, "\xe2\x80\x93");
    }
    cg_sheet_add(sheet, differs ? "</mark>" : "");
}

static void begin_row(struct cg_sheet *sheet,
                      const json_t *row,
                      const char *side,
                      bool wrong)
{
    cg_sheet_add(sheet, wrong ? "<tr class=y><td>" : "<tr><td>");
    cg_sheet_string(sheet, cg_record_string(row, "limit"));
    cg_sheet_add(sheet, "<td>");
    cg_sheet_string(sheet, cg_record_string(row, "currency"));
    cg_sheet_format(sheet, "<td>%s", side);
}

/* One line when the two sides say the same, else one for each. */
static void put_limit(struct cg_sheet *sheet, const json_t *row)
{
    const json_t *hub = json_object_get(row, "hub");
    const json_t *equal = json_object_get(row, "equal");
    bool wrong = json_is_false(equal);
    bool two = !json_is_true(equal) && json_is_object(hub);
    begin_row(sheet, row, json_is_true(equal) ? "both" : "the gate", wrong);
    for (size_t i = 0; i < FIGURES; i++) {
        put_figure(sheet, json_object_get(row, figures[i]), false);
    }
    cg_sheet_format(sheet, "<td>%s\n", yes_or_no(equal));
    if (!two) {
        return;
    }
    begin_row(sheet, row, "the hub", wrong);
    for (size_t i = 0; i < FIGURES; i++) {
        const json_t *theirs = json_object_get(hub, figures[i]);
        put_figure(sheet, theirs,
                   json_equal(theirs, json_object_get(row, figures[i])) == 0);
    }
    cg_sheet_format(sheet, "<td>%s\n", yes_or_no(equal));
}

/* --- totals ------------------------------------------------------------- */

static bool add_figure(cg_dv01 *sum, const json_t *figure)
{
    const char *text = json_string_value(figure);
    cg_dv01 amount = 0;
    return text != NULL && cg_dv01_parse(cg_slice_str(text), &amount) &&
           !__builtin_add_overflow(*sum, amount, sum);
}

/* The sum of one figure over all limits of a currency, if it has one. */
static void put_total(struct cg_sheet *sheet,
                      const json_t *rows,
                      const char *currency,
                      const char *side,
                      const char *figure)
{
    char text[CG_DV01_TEXT_MAX];
    cg_dv01 sum = 0;
    bool good = true;
    for (size_t i = 0; i < json_array_size(rows); i++) {
        const json_t *row = json_array_get(rows, i);
        const json_t *sums = side != NULL ? json_object_get(row, side) : row;
        if (strcmp(cg_record_string(row, "currency"), currency) == 0) {
            good = good && add_figure(&sum, json_object_get(sums, figure));
        }
    }
    (void)cg_dv01_format(sum, text);
    cg_sheet_format(sheet, "<td class=r><b>%s</b>",
                    good ? text : "\xe2\x80\x93");
}

static void
put_totals_of(struct cg_sheet *sheet, const json_t *rows, const char *currency)
{
    static const struct {
        const char *name;
        const char *key;
    } sides[] = {{"the gate", NULL}, {"the hub", "hub"}};
    for (size_t i = 0; i < sizeof(sides) / sizeof(sides[0]); i++) {
        cg_sheet_add(sheet, "<tr><td><b>All limits</b><td>");
        cg_sheet_string(sheet, currency);
        cg_sheet_format(sheet, "<td>%s", sides[i].name);
        for (size_t j = 0; j < FIGURES; j++) {
            put_total(sheet, rows, currency, sides[i].key, figures[j]);
        }
        cg_sheet_add(sheet, "<td>\n");
    }
}

static void put_totals(struct cg_sheet *sheet, const json_t *rows)
{
    for (size_t i = 0; i < json_array_size(rows); i++) {
        const char *currency = cg_record_string(json_array_get(rows, i),
                                                "currency");
        size_t before = 0;
        while (
            before < i &&
            strcmp(cg_record_string(json_array_get(rows, before), "currency"),
                   currency) != 0) {
            before++;
        }
        if (before == i) {
            put_totals_of(sheet, rows, currency);
        }
    }
}

static void put_rows(struct cg_sheet *sheet, const json_t *rows)
{
    if (json_array_size(rows) == 0) {
        return;
    }
    cg_sheet_add(
        sheet, "<p class=b>For each limit: granted + overrun (traded beyond "
               "what was granted) "
               "= consumed (traded) + released (given back) + expired + still "
               "reserved. The gate's line is what it asked for, gave back and "
               "reported (DF); the hub's is what it confirmed (DG).</p>\n"
               "<table class=k><thead><tr><th>Limit<th>Cur.<th>Told by"
               "<th class=r>Granted<th class=r>Overrun<th class=r>Consumed"
               "<th class=r>Released<th class=r>Expired<th class=r>Reserved"
               "<th>Equal</thead>\n");
    for (size_t i = 0; i < json_array_size(rows); i++) {
        put_limit(sheet, json_array_get(rows, i));
    }
    put_totals(sheet, rows);
    cg_sheet_add(sheet, "</table>\n");
}

/* --- what else the hub said --------------------------------------------- */

/* Others may use a limit, too: that it does not agree is told, not judged. */
static void put_use(struct cg_sheet *sheet, const json_t *rows)
{
    static const char *const keys[] = {"peer_used_before", "peer_used_after"};
    size_t count = 0;
    for (size_t i = 0; i < json_array_size(rows); i++) {
        const json_t *row = json_array_get(rows, i);
        const json_t *agrees = json_object_get(row, "peer_use_agrees");
        if (!json_is_string(json_object_get(row, keys[0]))) {
            continue;
        }
        if (count++ == 0) {
            cg_sheet_add(
                sheet,
                "<p class=b>What the hub itself said is used of its limits "
                "(1766). It "
                "grows by what is consumed, unless others use the limit, "
                "too.</p>\n<table class=k><thead><tr><th>Limit<th>Cur."
                "<th class=r>Use at first<th class=r>Use at last"
                "<th class=r>Consumed<th>Grew by that</thead>\n");
        }
        cg_sheet_add(sheet, "<tr><td>");
        cg_sheet_string(sheet, cg_record_string(row, "limit"));
        cg_sheet_add(sheet, "<td>");
        cg_sheet_string(sheet, cg_record_string(row, "currency"));
        put_figure(sheet, json_object_get(row, keys[0]), false);
        put_figure(sheet, json_object_get(row, keys[1]), false);
        put_figure(sheet, json_object_get(row, "consumed"), false);
        cg_sheet_format(sheet, "<td>%s\n",
                        json_is_boolean(agrees) ? yes_or_no(agrees)
                                                : "not told since");
    }
    cg_sheet_add(sheet, count > 0 ? "</table>\n" : "");
}

static void put_open(struct cg_sheet *sheet, const json_t *open)
{
    size_t count = json_array_size(open);
    size_t told = count < OPEN_MAX ? count : OPEN_MAX;
    if (count == 0) {
        return;
    }
    cg_sheet_add(sheet,
                 "<p class=b>Tokens whose credit is neither returned nor used, "
                 "nor has expired:</p>\n<table class=k><thead><tr>"
                 "<th>Token<th class=r>Reserved, by the gate"
                 "<th class=r>Reserved, by the hub</thead>\n");
    for (size_t i = 0; i < told; i++) {
        const json_t *token = json_array_get(open, i);
        cg_sheet_add(sheet, "<tr class=y><td>");
        cg_report_put_text(sheet, cg_record_string(token, "token"), 100);
        put_figure(sheet, json_object_get(token, "gate"), false);
        put_figure(sheet, json_object_get(token, "hub"), false);
        cg_sheet_add(sheet, "\n");
    }
    cg_sheet_add(sheet, "</table>\n");
    if (told < count) {
        cg_sheet_format(sheet, "<p class=m>%zu more are in report.json.</p>\n",
                        count - told);
    }
}

static void put_remarks(struct cg_sheet *sheet, const json_t *credit)
{
    json_int_t left = cg_record_integer(credit, "left");
    json_int_t unasked = cg_record_integer(credit, "unasked");
    if (left > 0) {
        cg_sheet_format(sheet,
                        "<p>Besides, %" JSON_INTEGER_FORMAT
                        " tokens were left open, or unequal, by attempts that "
                        "were repeated. They are not in the sums.</p>\n",
                        left);
    }
    if (unasked > 0) {
        cg_sheet_format(sheet,
                        "<p class=y>The hub granted %" JSON_INTEGER_FORMAT
                        " times what nobody had asked for. That is not in the "
                        "sums.</p>\n",
                        unasked);
    }
}

void cg_report_put_credit(struct cg_sheet *sheet,
                          const struct cg_report_model *model)
{
    const json_t *run = cg_report_run(model);
    const json_t *credit = model->credit;
    const json_t *rows = json_object_get(credit, "rows");
    cg_sheet_add(
        sheet,
        "<h2 id=credit>Reconciliation of credit</h2>\n<div class=keep><p>");
    cg_report_put_credit_sentence(sheet, credit);
    cg_sheet_add(sheet, "</p>\n");
    if (cg_record_integer(credit, "tokens") > 0) {
        cg_sheet_format(sheet,
                        "<table class=f><tr><th>All returned<td><b>%s</b>\n"
                        "<tr><th>Totals equal on both sides<td><b>%s</b>\n"
                        "<tr><th>Tokens<td>%" JSON_INTEGER_FORMAT
                        "\n<tr><th>Still open<td>%" JSON_INTEGER_FORMAT
                        "</table>\n",
                        yes_or_no(json_object_get(credit, "all_returned")),
                        yes_or_no(json_object_get(credit, "equal")),
                        cg_record_integer(credit, "tokens"),
                        cg_record_integer(credit, "open"));
    }
    cg_sheet_add(sheet, "</div>\n");
    put_remarks(sheet, credit);
    put_open(sheet, json_object_get(credit, "open_tokens"));
    put_rows(sheet, rows);
    /* Where the kit plays the hub its figures are the script's. */
    if (strcmp(cg_record_string(run, "seat"), "hub") == 0) {
        put_use(sheet, rows);
    }
}
