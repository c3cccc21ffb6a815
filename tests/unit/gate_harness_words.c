/*
 * What tests of the harness have to say and to look at again and again.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "gate_harness.h"

#include "fix_writer.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

/* --- what is said -------------------------------------------------------- */

void harness_order(struct harness *harness,
                   const char *id,
                   char side,
                   long millions)
{
    char fields[512];
    snprintf(fields, sizeof(fields),
             "35=D|11=%s|1=ACME|55=USD10Y|54=%c|38=%ld000000|40=2|44=4.1|"
             "60=20270115-08:00:00",
             id, side, millions);
    harness_in(harness, CLIENT, fields);
}

/* Grants what |ask|, a DF, asks for. */
void harness_grant(struct harness *harness, const char *ask)
{
    char fields[512];
    char number[32];
    char token[64];
    char trans[8];
    char type[8];
    char amount[32];
    snprintf(number, sizeof(number), "%s", harness_field(ask, 2318));
    snprintf(token, sizeof(token), "%s", harness_field(ask, 2319));
    snprintf(trans, sizeof(trans), "%s", harness_field(ask, 2320));
    snprintf(type, sizeof(type), "%s", harness_field(ask, 2321));
    snprintf(amount, sizeof(amount), "%s", harness_field(ask, 2324));
    snprintf(fields, sizeof(fields),
             "35=DG|2318=%s|2319=%s|2325=%s|2320=%s|2321=%s|2324=%s|2327=%s",
             number, token, trans[0] == '1' ? "4" : "0", trans, type, amount,
             amount);
    harness_in(harness, HUB, fields);
}

void harness_work(struct harness *harness,
                  const char *id,
                  char side,
                  long millions)
{
    char fields[512];
    harness_order(harness, id, side, millions);
    harness_grant(harness, harness_expect(harness, HUB, "35=DF|2320=0"));
    harness_expect(harness, VENUE, "35=D");
    snprintf(fields, sizeof(fields),
             "35=8|37=V-%s|11=%s|17=E-%s|150=0|39=0|55=USD10Y|54=%c|"
             "38=%ld000000|151=%ld000000|14=0|6=0",
             id, id, id, side, millions, millions);
    harness_in(harness, VENUE, fields);
    harness_expect(harness, CLIENT, "35=8|150=0");
}

void harness_replace(struct harness *harness,
                     const char *id,
                     const char *orig,
                     long millions)
{
    char fields[512];
    snprintf(fields, sizeof(fields),
             "35=G|11=%s|41=%s|1=ACME|55=USD10Y|54=1|38=%ld000000|40=2|44=4.1|"
             "60=20270115-08:00:00",
             id, orig, millions);
    harness_in(harness, CLIENT, fields);
}

void harness_cancel(struct harness *harness, const char *id, const char *orig)
{
    char fields[256];
    snprintf(fields, sizeof(fields),
             "35=F|11=%s|41=%s|55=USD10Y|54=1|60=20270115-08:00:00|"
             "38=10000000",
             id, orig);
    harness_in(harness, CLIENT, fields);
}

void harness_links_up(struct harness *harness)
{
    for (size_t i = 0; i < harness->config.session_count; i++) {
        harness_link(harness, (int)i, true);
    }
}

void harness_reopen_up(struct harness *harness)
{
    harness_reopen(harness);
    harness_links_up(harness);
}

/* --- what is looked at --------------------------------------------------- */

const char *harness_keep(const char *message)
{
    static char kept[8][4096];
    static int next = 0;
    char *copy = kept[next++ % 8];
    snprintf(copy, sizeof(kept[0]), "%s", message);
    return copy;
}

int harness_count_out(const struct harness *harness, const char *what)
{
    int n = 0;
    for (int i = 0; i < harness->out_count; i++) {
        n += strstr(harness->out[i], what) != NULL;
    }
    return n;
}

const char *
harness_came(const struct harness *harness, int session, const char *part)
{
    for (int i = 0; i < harness->out_count; i++) {
        if (harness->out[i][0] == '0' + session &&
            strstr(harness->out[i], part) != NULL) {
            return harness->out[i];
        }
    }
    return NULL;
}

int harness_noted(const struct harness *harness, const char *part)
{
    int count = 0;
    for (size_t i = 0; i < harness->facts.count; i++) {
        const struct cg_fact *fact = &harness->facts.facts[i];
        count += fact->kind == CG_FACT_NOTED && fact->text != NULL &&
                 strstr(fact->text, part) != NULL;
    }
    return count;
}

struct cg_limit_view harness_limit(const struct harness *harness,
                                   const char *id)
{
    struct cg_limit_view view;
    for (size_t i = 0; cg_gate_limit(harness->gate, i, &view); i++) {
        if (strcmp(view.id, id) == 0) {
            return view;
        }
    }
    fail_msg("no limit %s", id);
    return view;
}

void harness_expect_books(const struct harness *harness,
                          cg_dv01 used,
                          cg_dv01 reserved,
                          cg_dv01 consumed)
{
    struct cg_limit_view limit;
    struct cg_token_view token;
    cg_dv01 r = 0;
    cg_dv01 c = 0;
    assert_true(cg_gate_limit(harness->gate, 0, &limit));
    for (size_t i = 0; cg_gate_token(harness->gate, i, &token); i++) {
        r += token.reserved;
        c += token.consumed;
    }
    assert_int_equal(limit.used, used * 10000);
    assert_int_equal(r, reserved * 10000);
    assert_int_equal(c, consumed * 10000);
}

bool harness_may_resend(const struct harness *harness,
                        const char *type,
                        const char *id)
{
    char bytes[512];
    char head[256];
    char body[256];
    struct cg_fix_writer header = cg_fix_writer_over(head, sizeof(head));
    struct cg_fix_writer out = cg_fix_writer_over(body, sizeof(body));
    cg_fix_put_str(&header, 49, "GATE");
    cg_fix_put_str(&header, 56, "VENUE");
    cg_fix_put_int(&header, 34, 7);
    cg_fix_put_time(&header, 52, harness->now);
    cg_fix_put_str(&out, 11, id);
    size_t len = cg_fix_seal(bytes, sizeof(bytes), CG_FIX44, cg_slice_str(type),
                             cg_fix_written(&header), cg_fix_written(&out));
    return cg_gate_may_resend(harness->gate, VENUE, bytes, len);
}
