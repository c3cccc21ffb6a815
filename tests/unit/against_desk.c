/*
 * SPDX-License-Identifier: Apache-2.0
 */
#include "against_desk.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

static const char desk_text[] =
    "[GATE]\nJournal=none.journal\nInstruments=instruments.csv\n"
    "MaxOrders=300\nMaxRequests=40000\nMaxWaiting=64\n"
    "MaxLimits=64\nMaxLegs=64\nMaxInstruments=64\nMaxReports=4000\n%s\n"
    "[DEFAULT]\nSenderCompID=GATE\nConnectionType=acceptor\n"
    "SocketAcceptPort=0\n"
    "[SESSION]\nName=client\nRole=client\nBeginString=FIX.4.4\n"
    "TargetCompID=CLIENT\nAccounts=ACME\n"
    "[SESSION]\nName=venue\nRole=venue\nBeginString=FIX.4.4\n"
    "TargetCompID=VENUE\n"
    "[SESSION]\nName=hub\nRole=hub\nBeginString=FIXT.1.1\nTargetCompID=HUB\n"
    "[ACCOUNT]\nAccount=ACME\nClearingFirm=FCM1\nHub=hub\nContact=the desk\n"
    "%s";

static void mistake(void *user,
                    const char *file,
                    int line,
                    const char *wrong,
                    const char *remedy)
{
    (void)user;
    fprintf(stderr, "%s:%d: %s; %s\n", file, line, wrong, remedy);
}

void desk_config(struct desk *desk,
                 enum cg_against_side side,
                 const char *gate,
                 const char *dv01,
                 const char *limits)
{
    char text[4096];
    char instruments[128];
    snprintf(text, sizeof(text), desk_text, gate, limits);
    snprintf(instruments, sizeof(instruments),
             "instrument,currency,dv01_per_million\nUSSW10,USD,%s\n", dv01);
    const struct cg_config_memory memory = {
        .name = side == CG_AGAINST_A ? "a.cfg" : "b.cfg",
        .text = text,
        .instruments = instruments,
    };
    assert_int_equal(
        cg_config_open_memory(&memory, mistake, NULL, &desk->configs[side]), 0);
}

static void desk_open(struct desk *desk)
{
    *desk = (struct desk){.against = {.hub_latency = -1}};
    snprintf(desk->path, sizeof(desk->path), "/tmp/creditgate-desk-XXXXXX");
    int fd = mkstemp(desk->path);
    assert_true(fd >= 0);
    desk->file = fdopen(fd, "w");
    assert_non_null(desk->file);
}

struct desk *desk_new(const char *a, const char *b)
{
    struct desk *desk = malloc(sizeof(*desk));
    assert_non_null(desk);
    desk_open(desk);
    if (a != NULL) {
        desk_config(desk, A, "", "904", a);
        desk_config(desk, B, "", "904", b);
    }
    return desk;
}

void desk_free(struct desk *desk)
{
    cg_replay_close(desk->replay);
    if (desk->telling != NULL) {
        fclose(desk->telling);
    }
    free(desk->told);
    unlink(desk->path);
    cg_config_close(desk->configs[0]);
    cg_config_close(desk->configs[1]);
    free(desk);
}

/* --- the log ------------------------------------------------------------ */

static void stamp(int ms, char *text, size_t len)
{
    snprintf(text, len, "20260115-%02d:%02d:%02d.%03d", 12 + ms / 3600000,
             ms / 60000 % 60, ms / 1000 % 60, ms % 1000);
}

void desk_say(struct desk *desk,
              char who,
              int ms,
              const char *type,
              const char *fields,
              ...)
{
    static const char *const names[] = {"CLIENT", "VENUE", "HUB"};
    bool from_gate = who < 'a';
    char peer = (char)(from_gate ? who - 'A' + 'a' : who);
    size_t from = peer == 'c' ? 0 : peer == 'v' ? 1 : 2;
    int seq = from_gate ? ++desk->seqs_out[from] : ++desk->seqs[from];
    char time[40];
    char rest[2048];
    char body[4096];
    va_list arguments;
    va_start(arguments, fields);
    vsnprintf(rest, sizeof(rest), fields, arguments);
    va_end(arguments);
    stamp(ms, time, sizeof(time));
    int len = snprintf(body, sizeof(body), "35=%s|34=%d|49=%s|52=%s|56=%s|%s",
                       type, seq, from_gate ? "GATE" : names[from], time,
                       from_gate ? names[from] : "GATE", rest);
    char whole[4200];
    int total = snprintf(whole, sizeof(whole), "8=%s|9=%d|%s",
                         from == 2 ? "FIXT.1.1" : "FIX.4.4", len, body);
    unsigned sum = 0;
    for (int i = 0; i < total; i++) {
        sum += whole[i] == '|' ? 1U : (unsigned char)whole[i];
    }
    total += snprintf(whole + total, sizeof(whole) - (size_t)total, "10=%03u|",
                      sum % 256);
    fprintf(desk->file, "%s : %s\n", time, whole);
    for (int i = 0; i < total; i++) {
        whole[i] = whole[i] == '|' ? '\001' : whole[i];
    }
    if (desk->hears != NULL && !from_gate) {
        desk->hears(desk->user, (cg_session)from, ms, whole, (size_t)total);
    }
}

void desk_order(struct desk *desk, int ms, const char *id, long long qty)
{
    desk_say(desk, 'c', ms, "D",
             "11=%s|1=ACME|55=USSW10|54=1|38=%lld|40=2|44=4.1|"
             "60=20260115-12:00:00|",
             id, qty);
}

void desk_report(struct desk *desk,
                 int ms,
                 const char *id,
                 const char *orig,
                 char exec,
                 char status,
                 long long qty,
                 long long cum)
{
    char origin[80] = "";
    if (orig != NULL) {
        snprintf(origin, sizeof(origin), "41=%s|", orig);
    }
    bool over = status == '4' || status == '8' || status == 'C';
    desk_say(desk, 'v', ms, "8",
             "37=V-%s|11=%s|%s17=E%d|150=%c|39=%c|55=USSW10|54=1|38=%lld|"
             "151=%lld|14=%lld|6=4.1|",
             orig != NULL ? orig : id, id, origin, desk->seqs[1], exec, status,
             qty, over ? 0 : qty - cum, cum);
}

void desk_answer(struct desk *desk,
                 int ms,
                 int number,
                 int token,
                 int status,
                 const char *amount)
{
    desk_say(desk, 'h', ms, "DG",
             "2318=%d|2319=GATE-T%d|2325=%d|2320=0|2321=0|2324=%s|2327=%s|",
             number, token, status, amount, status == 0 ? amount : "0");
}

/* --- the comparison ----------------------------------------------------- */

static void on_difference(void *user, const struct cg_against_difference *is)
{
    struct desk *desk = user;
    fprintf(desk->telling, "%s %s %s: %s\n A: %s\n B: %s\n %s\n", is->session,
            is->message, is->clordid, cg_against_kind_name(is->kind),
            is->outcome[0], is->outcome[1], is->because);
    if (desk->count == DESK_SEEN_MAX) {
        return;
    }
    struct desk_seen *seen = &desk->seen[desk->count++];
    seen->kind = is->kind;
    snprintf(seen->clordid, sizeof(seen->clordid), "%s", is->clordid);
    snprintf(seen->message, sizeof(seen->message), "%s", is->message);
    seen->qty = atoll(is->qty);
    snprintf(seen->a, sizeof(seen->a), "%s", is->outcome[0]);
    snprintf(seen->b, sizeof(seen->b), "%s", is->outcome[1]);
    snprintf(seen->because, sizeof(seen->because), "%s", is->because);
}

static bool on_trouble(void *user,
                       unsigned kind,
                       const char *file,
                       uint64_t offset,
                       const char *text)
{
    (void)user;
    fprintf(stderr, "%s:%llu: %s: %s\n", file, (unsigned long long)offset,
            cg_replay_trouble_name(kind), text);
    return false;
}

void desk_run(struct desk *desk)
{
    const char *path = desk->path;
    char error[512] = "";
    if (desk->file != NULL) {
        assert_int_equal(fclose(desk->file), 0);
        desk->file = NULL;
    }
    desk->telling = open_memstream(&desk->told, &desk->told_len);
    assert_non_null(desk->telling);
    desk->against.config = desk->configs[CG_AGAINST_B];
    desk->against.difference = desk->quiet ? NULL : on_difference;
    desk->against.user = desk;
    const struct cg_replay_options options = {
        .config = desk->configs[CG_AGAINST_A],
        .logs = &path,
        .log_count = 1,
        .against = desk->alone ? NULL : &desk->against,
        .trouble = on_trouble,
    };
    int status = cg_replay_open(&options, error, sizeof(error), &desk->replay);
    status = status != 0 ? status
                         : cg_replay_run(desk->replay, error, sizeof(error));
    if (status != 0) {
        fprintf(stderr, "%s\n", error);
    }
    assert_int_equal(status, 0);
    fflush(desk->telling);
    if (desk->alone) {
        return;
    }
    desk->totals = cg_replay_against_totals(desk->replay);
    if (!desk->totals->holds) {
        fprintf(stderr, "%s\n", desk->totals->why);
    }
    assert_true(desk->totals->holds);
}

const struct desk_seen *desk_find(const struct desk *desk,
                                  const char *clordid,
                                  enum cg_against_kind kind)
{
    for (size_t i = 0; i < desk->count; i++) {
        if (strcmp(desk->seen[i].clordid, clordid) == 0 &&
            desk->seen[i].kind == kind) {
            return &desk->seen[i];
        }
    }
    fprintf(stderr, "%s", desk->told);
    return NULL;
}

cg_dv01
desk_used(const struct desk *desk, enum cg_against_side side, const char *limit)
{
    struct cg_limit_view view;
    const struct cg_side *of = side == CG_AGAINST_A
                                   ? cg_replay_side(desk->replay)
                                   : cg_replay_against_side(desk->replay);
    for (size_t i = 0; cg_gate_limit(cg_side_gate(of), i, &view); i++) {
        if (strcmp(view.id, limit) == 0) {
            return view.used;
        }
    }
    fail_msg("there is no limit %s", limit);
    return -1;
}

void order_acked(struct desk *desk, int ms, const char *id, long long qty)
{
    desk_order(desk, ms, id, qty);
    desk_report(desk, ms + 5, id, NULL, '0', '0', qty, 0);
}
