/*
 * Draws par rates, zero rates and DV01 by tenor as an SVG document that needs
 * nothing else: no script, no font, no other file.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "dv01_series.h"

#include <check.h>
#include <math.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#define WIDTH 1080
#define HEIGHT 860
#define LEFT 84
#define RIGHT 250  /* for the legend */
#define LETTERS 21 /* of a name in the legend */
#define TICK_GAP 32.0
#define TICKS 6

struct panel {
    const char *title;
    const char *unit;
    double top;
    double bottom;
    double low; /* values at the bottom and at the top */
    double high;
    double step;
};

struct plot {
    FILE *to;
    struct dv01_series *series;
    size_t count;
    double years; /* of the longest */
    struct panel rates;
    struct panel dv01;
};

static const char *const colors[] = {
    "#0b5cad", "#c8470b", "#007a5a", "#a3338b", "#8a6d00", "#2f9fd0",
    "#6b3fa0", "#8c4a3c", "#555555", "#5a8f00", "#d6336c", "#1f6f78",
};

__attribute__((format(printf, 2, 3))) static void
draw(const struct plot *plot, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    vfprintf(plot->to, format, arguments);
    va_end(arguments);
}

static void draw_text(const struct plot *plot, const char *text, size_t room)
{
    size_t letters = 0;

    for (; *text != '\0'; text++) {
        /* A byte that goes on with a character is no letter of its own. */
        letters += ((unsigned char)*text & 0xc0) != 0x80 ? 1 : 0;
        if (letters > room) {
            draw(plot, "\xe2\x80\xa6");
            return;
        }
        switch (*text) {
        case '<':
            draw(plot, "&lt;");
            break;
        case '>':
            draw(plot, "&gt;");
            break;
        case '&':
            draw(plot, "&amp;");
            break;
        default:
            putc(*text, plot->to);
        }
    }
}

/* --- scales --------------------------------------------------------------- */

/* Short tenors have more room than long ones. */
static double x_of(const struct plot *plot, double years)
{
    return LEFT + (WIDTH - LEFT - RIGHT) * sqrt(years / plot->years);
}

static double y_of(const struct panel *panel, double value)
{
    return panel->bottom - (panel->bottom - panel->top) * (value - panel->low) /
                               (panel->high - panel->low);
}

static double round_step(double span)
{
    static const double steps[] = {1, 2, 2.5, 5, 10};
    double power = pow(10, floor(log10(span / TICKS)));

    for (size_t i = 0; i < CG_COUNT(steps); i++) {
        if (power * steps[i] * TICKS >= span) {
            return power * steps[i];
        }
    }
    return power * 10;
}

/* From |low| to |high|, both moved out to a tick. */
static void scale(struct panel *panel, double low, double high)
{
    double least = fmax(fabs(high), 1) * 1e-3;

    panel->step = round_step(fmax(high - low, least));
    panel->low = floor(low / panel->step) * panel->step;
    panel->high = ceil(high / panel->step) * panel->step;
    if (panel->high <= panel->low) {
        panel->high = panel->low + panel->step;
    }
}

static void widen(const struct dv01_line *line, double *low, double *high)
{
    for (size_t i = 0; i < line->count; i++) {
        *low = fmin(*low, line->points[i].value);
        *high = fmax(*high, line->points[i].value);
    }
}

static void scale_all(struct plot *plot)
{
    double low = INFINITY;
    double high = -INFINITY;
    double top = 0;
    double none = 0;

    plot->years = 1;
    for (size_t i = 0; i < plot->count; i++) {
        const struct dv01_line *lines = plot->series[i].lines;

        widen(&lines[DV01_PAR], &low, &high);
        widen(&lines[DV01_ZERO], &low, &high);
        widen(&lines[DV01_DV01], &none, &top);
        for (size_t kind = 0; kind < DV01_KINDS; kind++) {
            if (lines[kind].count > 0) {
                plot->years = fmax(
                    plot->years,
                    lines[kind].points[lines[kind].count - 1].years);
            }
        }
    }
    scale(&plot->rates, low, high);
    scale(&plot->dv01, 0, top);
}

/* --- axes ----------------------------------------------------------------- */

/* 12345 as 12,345; parts of a step are shown. */
static void draw_number(const struct plot *plot, double value, double step)
{
    char text[64];
    int decimals = 0;
    size_t whole;

    for (double part = step; decimals < 6 && fabs(part - round(part)) > 1e-6;
         part *= 10) {
        decimals++;
    }
    snprintf(text, sizeof(text), "%.*f", decimals,
             fabs(value) < step / 2 ? 0.0 : value);
    whole = strcspn(text, ".");
    for (size_t i = 0; text[i] != '\0'; i++) {
        bool digit = i > 0 && text[i - 1] != '-';

        if (digit && i < whole && (whole - i) % 3 == 0) {
            putc(',', plot->to);
        }
        putc(text[i], plot->to);
    }
}

static void draw_y_axis(const struct plot *plot, const struct panel *panel)
{
    int count = (int)lround((panel->high - panel->low) / panel->step);

    for (int i = 0; i <= count; i++) {
        double value = panel->low + i * panel->step;
        double y = y_of(panel, value);
        bool zero = fabs(value) < panel->step / 2;

        draw(plot,
             "<line class=\"%s\" x1=\"%d\" y1=\"%.1f\" x2=\"%d\" "
             "y2=\"%.1f\"/><text class=\"tick\" text-anchor=\"end\" "
             "x=\"%d\" y=\"%.1f\">",
             zero ? "zero" : "grid", LEFT, y, WIDTH - RIGHT, y, LEFT - 9,
             y + 4);
        draw_number(plot, value, panel->step);
        draw(plot, "</text>\n");
    }
}

static void
draw_x_tick(const struct plot *plot, const struct panel *panel, double years)
{
    double x = x_of(plot, years);

    draw(plot,
         "<line class=\"grid\" x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" "
         "y2=\"%.1f\"/><text class=\"tick\" text-anchor=\"middle\" "
         "x=\"%.1f\" y=\"%.1f\">%.0f%c</text>\n",
         x, panel->top, x, panel->bottom + 5, x, panel->bottom + 20,
         years < 1 ? years * 12 : years, years < 1 ? 'M' : 'Y');
}

/* The tenors that people think of first have the room first. */
static void draw_x_axis(const struct plot *plot, const struct panel *panel)
{
    static const double years[] = {10, 1,  5,    2,  30,  20, 50,  3,  7,
                                   15, 40, 0.25, 25, 0.5, 12, 100, 80, 60};
    double taken[CG_COUNT(years)] = {0};
    size_t count = 0;

    for (size_t i = 0; i < CG_COUNT(years); i++) {
        double x = x_of(plot, years[i]);
        bool fits = years[i] <= plot->years * 1.0001;

        for (size_t other = 0; other < count; other++) {
            fits = fits && fabs(taken[other] - x) >= TICK_GAP;
        }
        if (fits) {
            taken[count++] = x;
            draw_x_tick(plot, panel, years[i]);
        }
    }
}

static void draw_axes(const struct plot *plot, const struct panel *panel)
{
    draw(plot,
         "<text class=\"name\" x=\"%d\" y=\"%.1f\">%s</text>"
         "<text class=\"unit\" text-anchor=\"end\" x=\"%d\" y=\"%.1f\">%s"
         "</text>\n",
         LEFT, panel->top - 14, panel->title, WIDTH - RIGHT, panel->top - 14,
         panel->unit);
    draw_x_axis(plot, panel);
    draw_y_axis(plot, panel);
    draw(plot,
         "<path class=\"axis\" d=\"M%d %.1fV%.1fH%d\"/>"
         "<text class=\"unit\" text-anchor=\"middle\" x=\"%d\" y=\"%.1f\">"
         "tenor</text>\n",
         LEFT, panel->top, panel->bottom, WIDTH - RIGHT,
         (LEFT + WIDTH - RIGHT) / 2, panel->bottom + 38);
}

/* --- lines ---------------------------------------------------------------- */

static const char *color_of(size_t series)
{
    return colors[series % CG_COUNT(colors)];
}

static void draw_line(const struct plot *plot,
                      const struct panel *panel,
                      const struct dv01_line *line,
                      size_t series,
                      const char *class)
{
    if (line->count == 0) {
        return;
    }
    draw(plot, "<polyline class=\"%s\" stroke=\"%s\" points=\"", class,
         color_of(series));
    for (size_t i = 0; i < line->count; i++) {
        draw(plot, "%s%.1f,%.1f", i > 0 ? " " : "",
             x_of(plot, line->points[i].years),
             y_of(panel, line->points[i].value));
    }
    draw(plot, "\"/>\n");
}

/* Round, and square when a color comes again. */
static void
draw_mark(const struct plot *plot, double x, double y, size_t series)
{
    if (series / CG_COUNT(colors) % 2 == 0) {
        draw(plot, "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"2.8\" fill=\"%s\">", x,
             y, color_of(series));
    } else {
        draw(plot,
             "<rect x=\"%.1f\" y=\"%.1f\" width=\"5.6\" height=\"5.6\" "
             "fill=\"%s\">",
             x - 2.8, y - 2.8, color_of(series));
    }
}

static void draw_marks(const struct plot *plot,
                       const struct panel *panel,
                       size_t series,
                       enum dv01_kind kind)
{
    const struct dv01_line *line = &plot->series[series].lines[kind];
    const char *end = series / CG_COUNT(colors) % 2 == 0 ? "circle" : "rect";

    for (size_t i = 0; i < line->count; i++) {
        const struct dv01_point *point = &line->points[i];

        draw_mark(plot, x_of(plot, point->years), y_of(panel, point->value),
                  series);
        draw(plot, "<title>");
        draw_text(plot, plot->series[series].name, SIZE_MAX);
        draw(plot, " ");
        draw_text(plot, point->name, SIZE_MAX);
        if (kind == DV01_PAR) {
            draw(plot, ": %.4f %%</title></%s>\n", point->value, end);
        } else {
            draw(plot, ": %.2f %s</title></%s>\n", point->value,
                 plot->series[series].currency, end);
        }
    }
}

/* The first convention comes last, on top of those it may cover. */
static void draw_lines(const struct plot *plot)
{
    for (size_t i = plot->count; i-- > 0;) {
        const struct dv01_line *lines = plot->series[i].lines;

        draw_line(plot, &plot->rates, &lines[DV01_ZERO], i, "dashed");
        draw_line(plot, &plot->rates, &lines[DV01_PAR], i, "solid");
        draw_marks(plot, &plot->rates, i, DV01_PAR);
        draw_line(plot, &plot->dv01, &lines[DV01_DV01], i, "solid");
        draw_marks(plot, &plot->dv01, i, DV01_DV01);
    }
}

static void draw_legend(const struct plot *plot)
{
    int x = WIDTH - RIGHT + 24;
    int y = (int)plot->rates.top + 4;

    for (size_t i = 0; i < plot->count; i++, y += 20) {
        draw(plot,
             "<line class=\"key\" stroke=\"%s\" x1=\"%d\" y1=\"%d\" "
             "x2=\"%d\" y2=\"%d\"/>",
             color_of(i), x, y, x + 26, y);
        draw_mark(plot, x + 13, y, i);
        draw(plot, "</%s><text x=\"%d\" y=\"%d\">",
             i / CG_COUNT(colors) % 2 == 0 ? "circle" : "rect", x + 34, y + 4);
        draw_text(plot, plot->series[i].name, LETTERS);
        draw(plot, "</text>\n");
    }
    y += 14;
    draw(plot,
         "<line class=\"key\" stroke=\"#1b1f24\" x1=\"%d\" y1=\"%d\" "
         "x2=\"%d\" y2=\"%d\"/><text x=\"%d\" y=\"%d\">par rate</text>\n"
         "<line class=\"key dashes\" stroke=\"#1b1f24\" x1=\"%d\" y1=\"%d\" "
         "x2=\"%d\" y2=\"%d\"/><text x=\"%d\" y=\"%d\">zero rate, "
         "continuous,</text><text x=\"%d\" y=\"%d\">ACT/365F</text>\n",
         x, y, x + 26, y, x + 34, y + 4, x, y + 20, x + 26, y + 20, x + 34,
         y + 24, x + 34, y + 39);
}

/* --- the document --------------------------------------------------------- */

static const char style[] =
    "<style>\n"
    "text { font: 12px system-ui, -apple-system, \"Segoe UI\", \"DejaVu "
    "Sans\", sans-serif; fill: #1b1f24; }\n"
    ".title { font-size: 17px; font-weight: bold; }\n"
    ".name { font-size: 13px; font-weight: bold; }\n"
    ".unit, .tick { fill: #444c56; }\n"
    ".grid { stroke: #e4e7eb; }\n"
    ".zero { stroke: #8b949e; }\n"
    ".axis { stroke: #57606a; fill: none; }\n"
    "polyline { fill: none; stroke-width: 1.8; stroke-linejoin: round; }\n"
    ".dashed { stroke-width: 1.3; stroke-dasharray: 5 4; }\n"
    ".key { stroke-width: 1.8; }\n"
    ".dashes { stroke-dasharray: 5 4; }\n"
    "</style>\n";

static void
draw_head(const struct plot *plot, const struct dv01 *dv01, int height)
{
    char date[11];

    cg_date_format(dv01->options->date, date);
    draw(plot,
         "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" "
         "width=\"%d\" height=\"%d\" role=\"img\">\n<title>Par rates, zero "
         "rates and DV01 by tenor</title>\n%s"
         "<rect width=\"100%%\" height=\"100%%\" fill=\"#fff\"/>\n"
         "<text class=\"title\" x=\"%d\" y=\"34\">Par rates, zero rates and "
         "DV01 by tenor</text>\n<text class=\"unit\" x=\"%d\" y=\"54\">set ",
         WIDTH, height, WIDTH, height, style, LEFT, LEFT);
    draw_text(plot, dv01->rates.set, 64);
    draw(plot, ", valued on %s</text>\n", date);
}

bool dv01_plot(const struct dv01 *dv01, FILE *to)
{
    struct plot plot = {
        .to = to,
        .series = calloc(dv01->chosen_count + 1, sizeof(*plot.series)),
        .count = dv01->chosen_count,
        .rates = {"Rates", "percent a year", 100, 440, 0, 0, 0},
        .dv01 = {"DV01 of a swap at par",
                 "per basis point and 1,000,000, in the swap's currency", 530,
                 800, 0, 0, 0},
    };
    bool gathered = plot.series != NULL &&
                    dv01_series_gather(dv01, plot.series);
    int legend = 180 + (int)plot.count * 20;

    if (gathered) {
        scale_all(&plot);
        draw_head(&plot, dv01, legend > HEIGHT ? legend : HEIGHT);
        draw_axes(&plot, &plot.rates);
        draw_axes(&plot, &plot.dv01);
        draw_lines(&plot);
        draw_legend(&plot);
        draw(&plot, "</svg>\n");
    }
    if (plot.series != NULL) {
        dv01_series_deinit(plot.series, plot.count);
    }
    free(plot.series);
    return gathered;
}
