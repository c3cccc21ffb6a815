/*
 * The messages of an attempt as a sequence diagram, cut into drawings that fit
 * on a printed page.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "report_text.h"

#include <stdio.h>

#define WIDTH 680 /* of an A4 page, within its margins */
#define LEFT 64   /* for the time */
#define TOP 34
#define ROW 24
#define ROWS_MAX 17      /* of one drawing: two and more fit on a page */
#define MESSAGES_MAX 300 /* of one attempt */
#define LANES_MAX 24
#define LETTERS_MAX 60

struct lanes {
    const char *names[LANES_MAX];
    size_t count;
    size_t middle; /* the gate: the kit's own, or the peer */
    int hub;       /* the peer of seat hub; -1: none */
};

static const char *role_of(const json_t *run, const char *actor)
{
    const json_t *sessions = json_object_get(run, "sessions");
    for (size_t i = 0; i < json_array_size(sessions); i++) {
        const json_t *session = json_array_get(sessions, i);
        if (strcmp(cg_record_string(session, "name"), actor) == 0) {
            return cg_record_string(session, "role");
        }
    }
    return "";
}

/* Clients and the wire stand to the left of the gate. */
static bool stands_left(const json_t *run, const char *actor)
{
    return strcmp(actor, "wire") == 0 ||
           strcmp(role_of(run, actor), "client") == 0;
}

static int lane_find(const struct lanes *lanes, const char *name)
{
    for (size_t i = 0; i < lanes->count; i++) {
        if (i != lanes->middle && strcmp(lanes->names[i], name) == 0) {
            return (int)i;
        }
    }
    return -1;
}

static void lanes_add(struct lanes *lanes,
                      const json_t *run,
                      const struct cg_report_attempt *attempt,
                      bool left)
{
    for (size_t i = 0; i < attempt->record_count; i++) {
        const json_t *record = attempt->records[i];
        const char *actor = cg_record_string(record, "actor");
        if (cg_record_is(record, "message") && lanes->count < LANES_MAX - 2 &&
            stands_left(run, actor) == left && lane_find(lanes, actor) < 0) {
            lanes->names[lanes->count++] = actor;
        }
    }
}

static bool has_wire(const struct cg_report_attempt *attempt)
{
    for (size_t i = 0; i < attempt->record_count; i++) {
        if (strcmp(cg_record_string(attempt->records[i], "actor"), "wire") ==
            0) {
            return true;
        }
    }
    return false;
}

static void lanes_init(struct lanes *lanes,
                       const json_t *run,
                       const struct cg_report_attempt *attempt)
{
    const char *peer = cg_record_string(run, "peer");
    bool peer_hub = strcmp(cg_record_string(run, "seat"), "hub") == 0;
    *lanes = (struct lanes){.middle = LANES_MAX, .hub = -1};
    lanes_add(lanes, run, attempt, true);
    lanes->middle = lanes->count;
    lanes->names[lanes->count++] = peer_hub          ? "gate (kit)"
                                   : peer[0] != '\0' ? peer
                                                     : "gate";
    lanes_add(lanes, run, attempt, false);
    if (peer_hub) {
        /* What the wire says goes to the peer, past the kit's gate. */
        lanes->hub = lane_find(lanes, peer);
        if (lanes->hub < 0 && has_wire(attempt)) {
            lanes->hub = (int)lanes->count;
            lanes->names[lanes->count++] = peer;
        }
    }
}

static int lane_x(const struct lanes *lanes, size_t lane)
{
    int room = (WIDTH - LEFT) / (int)lanes->count;
    return LEFT + room / 2 + (int)lane * room;
}

static void
put_head(struct cg_sheet *sheet, const struct lanes *lanes, size_t rows)
{
    int height = TOP + (int)rows * ROW + 6;
    int room = (WIDTH - LEFT) / (int)lanes->count / 7;
    cg_sheet_format(sheet,
                    "<svg viewBox=\"0 0 %d %d\" width=\"%d\" height=\"%d\" "
                    "role=\"img\"><title>Messages</title>\n",
                    WIDTH, height, WIDTH, height);
    for (size_t i = 0; i < lanes->count; i++) {
        int x = lane_x(lanes, i);
        size_t len = strlen(lanes->names[i]);
        size_t max = room > 4 ? (size_t)room : 4;
        cg_sheet_format(sheet, "<text class=n x=\"%d\" y=\"14\">", x);
        cg_sheet_text(sheet, (struct cg_slice){lanes->names[i],
                                               len > max ? max - 1 : len});
        cg_sheet_add(sheet, len > max ? "\xe2\x80\xa6" : "");
        cg_sheet_format(sheet, "</text><path class=l d=\"M%d 20V%d\"/>\n", x,
                        height - 4);
    }
}

/* The type of the message that |bytes| are, or how they begin. */
static struct cg_slice type_of(const char *bytes)
{
    const char *type = strstr(bytes, "\00135=");
    if (type == NULL) {
        size_t len = strlen(bytes);
        return (struct cg_slice){bytes, len < 24 ? len : 24};
    }
    type += 4;
    return (struct cg_slice){type, strcspn(type, "\001")};
}

/* Long types are cut between characters. */
static void put_label(struct cg_sheet *sheet, const json_t *message)
{
    struct cg_slice type = type_of(cg_record_string(message, "bytes"));
    const char *name = cg_report_type_name(type.data, type.len);
    size_t len = type.len < LETTERS_MAX ? type.len : LETTERS_MAX;
    while (len > 0 && len < type.len &&
           ((unsigned char)type.data[len] & 0xc0) == 0x80) {
        len--;
    }
    cg_sheet_text(sheet, (struct cg_slice){type.data, len});
    cg_sheet_add(sheet, len < type.len ? "\xe2\x80\xa6" : "");
    cg_sheet_add(sheet, name[0] != '\0' ? " " : "");
    cg_sheet_string(sheet, name);
}

static void put_message(struct cg_sheet *sheet,
                        const struct lanes *lanes,
                        const json_t *message,
                        int y)
{
    const char *actor = cg_record_string(message, "actor");
    int lane = lane_find(lanes, actor);
    bool wire = strcmp(actor, "wire") == 0 && lanes->hub >= 0;
    bool to_actor = strcmp(cg_record_string(message, "direction"), "to") == 0;
    cg_sheet_format(sheet, "<text class=t y=\"%d\">%.1f ms</text>", y - 2,
                    cg_record_number(message, "ms"));
    if (lane < 0) {
        return;
    }
    int from = lane_x(lanes, (size_t)lane);
    int to = lane_x(lanes, wire ? (size_t)lanes->hub : lanes->middle);
    if (to_actor) {
        int other = from;
        from = to;
        to = other;
    }
    int back = to > from ? -6 : 6;
    cg_sheet_format(sheet,
                    "<path d=\"M%d %dH%dm%d-3l%d 3 %d 3\"/>"
                    "<text class=a x=\"%d\" y=\"%d\">",
                    from, y, to, back, -back, back, (from + to) / 2, y - 4);
    put_label(sheet, message);
    cg_sheet_add(sheet, "</text>\n");
}

static size_t count_messages(const struct cg_report_attempt *attempt)
{
    size_t count = 0;
    for (size_t i = 0; i < attempt->record_count; i++) {
        count += cg_record_is(attempt->records[i], "message");
    }
    return count;
}

void cg_report_put_diagram(struct cg_sheet *sheet,
                           const struct cg_report_model *model,
                           const struct cg_report_attempt *attempt)
{
    struct lanes lanes;
    size_t count = count_messages(attempt);
    size_t drawn = count < MESSAGES_MAX ? count : MESSAGES_MAX;
    size_t done = 0;
    if (count == 0) {
        cg_sheet_add(sheet, "<p class=m>No message passed.</p>\n");
        return;
    }
    lanes_init(&lanes, cg_report_run_of(model, attempt), attempt);
    for (size_t i = 0; i < attempt->record_count && done < drawn; i++) {
        const json_t *record = attempt->records[i];
        if (!cg_record_is(record, "message")) {
            continue;
        }
        size_t row = done++ % ROWS_MAX;
        if (row == 0) {
            size_t left = drawn - done + 1;
            put_head(sheet, &lanes, left < ROWS_MAX ? left : ROWS_MAX);
        }
        put_message(sheet, &lanes, record, TOP + (int)(row + 1) * ROW - 4);
        if (row == ROWS_MAX - 1 || done == drawn) {
            cg_sheet_add(sheet, "</svg>\n");
        }
    }
    if (drawn < count) {
        cg_sheet_format(sheet,
                        "<p class=m>%zu more messages are in report.json and "
                        "in the raw log.</p>\n",
                        count - drawn);
    }
}
