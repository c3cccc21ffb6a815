/*
 * Draws a session as an SVG document that needs nothing else, for readers in
 * the light and in the dark.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "script_draw.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MARGIN 90 /* for the time */
#define GAP 300   /* from lane to lane */
#define GAP_MIN 200
#define SPAN 1000 /* of all lanes, while that leaves GAP_MIN */
#define ROW 30
#define TOP 76
#define LETTER 7 /* the width of one, rounded up to what is left of the gap */
#define NAME_LETTER 9

struct canvas {
    void (*print)(void *user, const char *text);
    void *user;
    int gap;
};

__attribute__((format(printf, 2, 3))) static void
draw(const struct canvas *canvas, const char *format, ...)
{
    char *text = NULL;
    va_list arguments;

    va_start(arguments, format);
    if (vasprintf(&text, format, arguments) >= 0) {
        canvas->print(canvas->user, text);
        free(text);
    }
    va_end(arguments);
}

/* Text between tags; |room| letters of it at most, cut between characters. */
static void
draw_text(const struct canvas *canvas, const char *text, size_t room)
{
    size_t len = strlen(text);
    bool cut = len > room;

    if (cut) {
        len = room - 1;
        while (len > 0 && ((unsigned char)text[len] & 0xc0) == 0x80) {
            len--;
        }
    }
    for (size_t i = 0; i < len; i++) {
        switch (text[i]) {
        case '<':
            draw(canvas, "&lt;");
            break;
        case '>':
            draw(canvas, "&gt;");
            break;
        case '&':
            draw(canvas, "&amp;");
            break;
        default:
            draw(canvas, "%c", text[i]);
        }
    }
    if (cut) {
        draw(canvas, "\xe2\x80\xa6");
    }
}

static int lane_at(const struct canvas *canvas, size_t lane)
{
    return MARGIN + (int)lane * canvas->gap + 10;
}

static const char style[] =
    "<style>\n"
    "svg { background: #fff; color: #1b1f24; }\n"
    "text { font: 11.5px ui-monospace, Menlo, Consolas, monospace; "
    "fill: currentColor; }\n"
    ".title { font: bold 15px system-ui, sans-serif; }\n"
    ".name { font: bold 13px system-ui, sans-serif; }\n"
    ".time, .note { fill: #57606a; }\n"
    "line { stroke: currentColor; }\n"
    ".lane { stroke: #c5cbd3; }\n"
    "polygon { fill: currentColor; }\n"
    "@media (prefers-color-scheme: dark) {\n"
    "svg { background: #0d1117; color: #e6edf3; }\n"
    ".time, .note { fill: #9da7b3; }\n"
    ".lane { stroke: #3d444d; }\n"
    "}\n"
    "</style>\n";

static void draw_head(const struct canvas *canvas,
                      const struct cg_script_drawing *drawing,
                      size_t rows,
                      int width)
{
    const struct cg_script *script = drawing->script;
    int height = TOP + (int)rows * ROW + 20;

    draw(canvas,
         "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" "
         "width=\"%d\" height=\"%d\" role=\"img\">\n<title>",
         width, height, width, height);
    draw_text(canvas, script->title, SIZE_MAX);
    draw(canvas, "</title>\n%s<text class=\"title\" x=\"10\" y=\"24\">", style);
    draw_text(canvas, script->title, SIZE_MAX);
    draw(canvas, "</text>\n");
    for (size_t i = 0; i < drawing->lanes.count; i++) {
        int x = lane_at(canvas, i);

        draw(canvas,
             "<text class=\"name\" text-anchor=\"middle\" x=\"%d\" "
             "y=\"56\">",
             x);
        draw_text(canvas, drawing->lanes.names[i],
                  (size_t)canvas->gap / NAME_LETTER);
        draw(canvas,
             "</text>\n<line class=\"lane\" x1=\"%d\" y1=\"64\" x2=\"%d\" "
             "y2=\"%d\"/>\n",
             x, x, height - 10);
    }
}

static void
draw_arrow(const struct canvas *canvas, const struct cg_script_row *row, int y)
{
    int from = lane_at(canvas, row->from);
    int to = lane_at(canvas, row->to);
    int back = to > from ? -7 : 7;
    int left = from < to ? from : to;
    int length = from < to ? to - from : from - to;

    draw(canvas,
         "<line x1=\"%d\" y1=\"%d\" x2=\"%d\" y2=\"%d\"/>"
         "<polygon points=\"%d,%d %d,%d %d,%d\"/>"
         "<text x=\"%d\" y=\"%d\">",
         from, y, to, y, to, y, to + back, y - 4, to + back, y + 4, left + 10,
         y - 5);
    draw_text(canvas, row->label, (size_t)(length - 20) / LETTER);
    draw(canvas, "<title>");
    draw_text(canvas, row->label, SIZE_MAX);
    draw(canvas, "</title></text>\n");
}

static void
draw_note(const struct canvas *canvas, const struct cg_script_row *row, int y)
{
    draw(canvas, "<text class=\"note\" x=\"%d\" y=\"%d\">",
         lane_at(canvas, row->from) + 10, y - 5);
    draw_text(canvas, row->label, SIZE_MAX);
    draw(canvas, "</text>\n");
}

/* The rows, and how wide they are. */
static size_t
measure(struct canvas *canvas, const struct cg_script *script, int *width)
{
    struct cg_script_drawing drawing;
    struct cg_script_row row;
    size_t count = 0;

    cg_script_drawing_init(&drawing, script);
    canvas->gap = (int)cg_script_lane_gap(&drawing.lanes, SPAN, GAP_MIN, GAP);
    *width = lane_at(canvas, drawing.lanes.count - 1) + 60;
    while (cg_script_drawing_next(&drawing, &row)) {
        int end = lane_at(canvas, row.from) + 20 +
                  (int)strlen(row.label) * LETTER;

        count++;
        *width = !row.arrow && end > *width ? end : *width;
    }
    return count;
}

void cg_script_draw_svg(const struct cg_script *script,
                        void (*print)(void *user, const char *text),
                        void *user)
{
    struct canvas canvas = {print, user, GAP};
    struct cg_script_drawing drawing;
    struct cg_script_row row;
    int y = TOP;
    int width;
    size_t rows = measure(&canvas, script, &width);

    cg_script_drawing_init(&drawing, script);
    draw_head(&canvas, &drawing, rows, width);
    while (cg_script_drawing_next(&drawing, &row)) {
        y += ROW;
        if (row.time[0] != '\0') {
            draw(&canvas, "<text class=\"time\" x=\"10\" y=\"%d\">%s</text>\n",
                 y - 5, row.time);
        }
        if (row.arrow) {
            draw_arrow(&canvas, &row, y);
        } else {
            draw_note(&canvas, &row, y);
        }
    }
    draw(&canvas, "</svg>\n");
}
