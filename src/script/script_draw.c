/*
 * Draws a session as a sequence diagram of text: lanes for the actors, one line
 * for each step.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "script_draw.h"

#include "script_runner.h"
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* --- lanes -------------------------------------------------------------- */

static bool is_drawn(const struct cg_script *script,
                     const struct cg_script_step *step)
{
    return strcmp(step->place.file, script->path) == 0;
}

static bool has_steps(const struct cg_script *script, size_t session)
{
    for (size_t i = 0; i < script->step_count; i++) {
        const struct cg_script_step *step = &script->steps[i];

        if (step->session == session && is_drawn(script, step)) {
            return true;
        }
    }
    return false;
}

static void lanes_add(struct cg_script_lanes *lanes,
                      const struct cg_script *script,
                      enum cg_role role)
{
    for (size_t i = 0; i < script->config.session_count; i++) {
        const struct cg_config_session *session = &script->config.sessions[i];

        if (session->role == role && has_steps(script, i)) {
            lanes->of_session[i] = lanes->count;
            lanes->names[lanes->count++] = session->name;
        }
    }
}

void cg_script_drawing_init(struct cg_script_drawing *drawing,
                            const struct cg_script *script)
{
    struct cg_script_lanes *lanes = &drawing->lanes;

    *drawing = (struct cg_script_drawing){.script = script, .last = -1};
    lanes_add(lanes, script, CG_ROLE_CLIENT);
    if (script->wire) {
        lanes->wire = lanes->count;
        lanes->names[lanes->count++] = "wire";
    }
    lanes->gate = lanes->count;
    lanes->names[lanes->count++] = script->wire ? "peer" : "gate";
    lanes_add(lanes, script, CG_ROLE_HUB);
    lanes_add(lanes, script, CG_ROLE_VENUE);
}

/* --- rows --------------------------------------------------------------- */

__attribute__((format(printf, 2, 3))) static void
label_add(struct cg_script_row *row, const char *format, ...)
{
    size_t len = strlen(row->label);
    va_list arguments;

    va_start(arguments, format);
    (void)vsnprintf(row->label + len, sizeof(row->label) - len, format,
                    arguments);
    va_end(arguments);
}

static void label_fields(struct cg_script_row *row,
                         const struct cg_script *script,
                         const struct cg_script_step *step)
{
    if (step->same) {
        label_add(row, " same");
    }
    for (size_t i = 0; i < step->field_count; i++) {
        const struct cg_script_field *field =
            &script->fields[step->first_field + i];

        if (field->key.len > 0) {
            label_add(row, " %.*s%c", (int)field->key.len, field->key.data,
                      field->match == CG_SCRIPT_CONTAINS ? '~' : '=');
        } else if (field->match == CG_SCRIPT_ABSENT) {
            label_add(row, " !%u", field->tag);
        } else {
            label_add(row, " %u%c", field->tag,
                      field->match == CG_SCRIPT_CONTAINS ? '~' : '=');
        }
        label_add(row, "%.*s", (int)field->value.len, field->value.data);
    }
}

/* A table over the kinds of steps; the labels are those of the session. */
static void label_step(struct cg_script_row *row,
                       const struct cg_script_step *step)
{
    const struct cg_slice *type = &step->type;
    const struct cg_slice *name = &step->name;

    switch (step->act) {
    case CG_SCRIPT_SEND:
    case CG_SCRIPT_EXPECT:
        label_add(row, "%.*s", (int)type->len, type->data);
        break;
    case CG_SCRIPT_REJECTS:
        label_add(row, "rejects %.*s", (int)type->len, type->data);
        break;
    case CG_SCRIPT_RESEND:
        label_add(row, "resend, %s: %.*s", step->kept ? "kept" : "dropped",
                  (int)type->len, type->data);
        break;
    case CG_SCRIPT_UP:
        label_add(row, "up");
        break;
    case CG_SCRIPT_DOWN:
        label_add(row, "down");
        break;
    case CG_SCRIPT_RESETS:
        label_add(row, "numbers at 1");
        break;
    case CG_SCRIPT_SKIPS:
        label_add(row, "skips numbers");
        break;
    case CG_SCRIPT_STOP:
        label_add(row, "stop");
        break;
    case CG_SCRIPT_CRASH:
        label_add(row, "crash");
        break;
    case CG_SCRIPT_LIMIT:
        label_add(row, "limit %.*s", (int)name->len, name->data);
        break;
    case CG_SCRIPT_TOKEN:
        label_add(row, "token %.*s", (int)name->len, name->data);
        break;
    case CG_SCRIPT_DIFFERENCE:
        label_add(row, "difference %.*s", (int)name->len, name->data);
        break;
    case CG_SCRIPT_COMPARED:
        label_add(row, "compared %.*s", (int)name->len, name->data);
        break;
    case CG_SCRIPT_TAKES_RATES:
        label_add(row, "takes rates");
        break;
    case CG_SCRIPT_RATES:
        label_add(row, "rates");
        break;
    case CG_SCRIPT_QUIET:
        label_add(row, "quiet");
        break;
    case CG_SCRIPT_ASKED:
        label_add(row, "asked: %.*s", (int)step->plea.len, step->plea.data);
        break;
    case CG_SCRIPT_WIRE_CONNECTS:
        label_add(row, "connects");
        break;
    case CG_SCRIPT_WIRE_DISCONNECTS:
        label_add(row, "disconnects");
        break;
    case CG_SCRIPT_WIRE_CLOSED:
        label_add(row, "is closed by the peer");
        break;
    case CG_SCRIPT_WIRE_RAW:
        label_add(row, "%.*s", (int)name->len, name->data);
        break;
    }
}

static void row_of(struct cg_script_drawing *drawing,
                   const struct cg_script_step *step,
                   struct cg_script_row *row)
{
    const struct cg_script_lanes *lanes = &drawing->lanes;
    size_t actor = step->wire ? lanes->wire
                   : step->session != CG_SESSION_NONE
                       ? lanes->of_session[step->session]
                       : lanes->gate;
    bool out = step->act == CG_SCRIPT_EXPECT;

    *row = (struct cg_script_row){
        .time = "",
        .arrow = out || step->act == CG_SCRIPT_SEND ||
                 step->act == CG_SCRIPT_REJECTS ||
                 step->act == CG_SCRIPT_WIRE_RAW,
        .from = out ? lanes->gate : actor,
        .to = out ? actor : lanes->gate,
    };
    if (step->at != drawing->last) {
        cg_script_time_text(step->at, drawing->time);
        row->time = drawing->time;
        drawing->last = step->at;
    }
    label_step(row, step);
    label_fields(row, drawing->script, step);
}

bool cg_script_drawing_next(struct cg_script_drawing *drawing,
                            struct cg_script_row *row)
{
    const struct cg_script *script = drawing->script;

    while (drawing->next < script->step_count) {
        const struct cg_script_step *step = &script->steps[drawing->next++];

        if (is_drawn(script, step)) {
            row_of(drawing, step, row);
            return true;
        }
    }
    return false;
}

/* --- text --------------------------------------------------------------- */

#define MARGIN 10 /* for the time */
#define GAP 34    /* from lane to lane */
#define GAP_MIN 20
#define SPAN 104 /* of all lanes, while that leaves GAP_MIN */
#define WIDTH ((CG_SESSIONS_MAX + 4) * GAP + MARGIN)

size_t cg_script_lane_gap(const struct cg_script_lanes *lanes,
                          size_t span,
                          size_t min,
                          size_t max)
{
    size_t gap = lanes->count > 1 ? span / (lanes->count - 1) : max;

    return gap < min ? min : gap > max ? max : gap;
}

static size_t lane_at(const struct cg_script_lanes *lanes, size_t lane)
{
    return MARGIN + lane * cg_script_lane_gap(lanes, SPAN, GAP_MIN, GAP);
}

/* A line of blanks with the lanes in it. */
static void draw_lanes(const struct cg_script_lanes *lanes, char line[WIDTH])
{
    memset(line, ' ', WIDTH - 1);
    line[WIDTH - 1] = '\0';
    for (size_t i = 0; i < lanes->count; i++) {
        line[lane_at(lanes, i)] = '|';
    }
}

/* |room| bytes of |text| at most, 2 or more, cut between characters.  Returns
 * where they end. */
static size_t put(char *line, size_t at, size_t room, const char *text)
{
    size_t len = strlen(text);
    bool cut = len > room;

    if (cut) {
        len = room - 2;
        while (len > 0 && ((unsigned char)text[len] & 0xc0) == 0x80) {
            len--;
        }
        memcpy(line + at + len, "..", 2);
    }
    memcpy(line + at, text, len);
    return at + len + (cut ? 2 : 0);
}

/* |-- D 11=A1 --------->| */
static void draw_arrow(char *line,
                       const struct cg_script_lanes *lanes,
                       const struct cg_script_row *row)
{
    bool right = row->from < row->to;
    size_t from = lane_at(lanes, right ? row->from : row->to) + 1;
    size_t to = lane_at(lanes, right ? row->to : row->from);

    memset(line + from, '-', to - from);
    line[right ? to - 1 : from] = right ? '>' : '<';
    line[from + 2] = ' ';
    line[put(line, from + 3, to - from - 6, row->label)] = ' ';
}

static void
print_line(char *line, void (*print)(void *user, const char *text), void *user)
{
    size_t len = WIDTH - 2;

    while (len > 0 && line[len - 1] == ' ') {
        len--;
    }
    line[len] = '\n';
    line[len + 1] = '\0';
    print(user, line);
}

static void print_names(const struct cg_script_lanes *lanes,
                        void (*print)(void *user, const char *text),
                        void *user)
{
    char line[WIDTH];

    memset(line, ' ', WIDTH - 1);
    for (size_t i = 0; i < lanes->count; i++) {
        (void)put(line, lane_at(lanes, i),
                  lane_at(lanes, 1) - lane_at(lanes, 0) - 1, lanes->names[i]);
    }
    print_line(line, print, user);
}

void cg_script_draw_text(const struct cg_script *script,
                         void (*print)(void *user, const char *text),
                         void *user)
{
    struct cg_script_drawing drawing;
    struct cg_script_row row;
    char line[WIDTH];

    cg_script_drawing_init(&drawing, script);
    print(user, script->title[0] != '\0' ? script->title : script->path);
    print(user, "\n\n");
    print_names(&drawing.lanes, print, user);
    while (cg_script_drawing_next(&drawing, &row)) {
        draw_lanes(&drawing.lanes, line);
        (void)put(line, 0, MARGIN - 1, row.time);
        if (row.arrow) {
            draw_arrow(line, &drawing.lanes, &row);
        } else {
            size_t at = lane_at(&drawing.lanes, row.from) + 2;

            (void)put(line, at, WIDTH - 2 - at, row.label);
        }
        print_line(line, print, user);
    }
}
