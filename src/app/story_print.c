/*
 * The timeline: lines of several processes in the order of their times.
 *
 * Pipes deliver late and out of order by a little; a line is held back for that
 * long before it is printed.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "story_stage.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdlib.h>
#include <time.h>

#define HOLD_NS ((int64_t)40 * 1000000)
#define DAY_NS ((int64_t)86400 * 1000000000)

int64_t story_clock(void)
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return (int64_t)(now.tv_sec % 86400) * 1000000000 + now.tv_nsec;
}

void story_print(struct story_stage *stage, int64_t time_ns, char *text)
{
    if (stage->options->quiet) {
        free(text);
        return;
    }
    if (stage->text_count == stage->text_size) {
        stage->text_size = stage->text_size * 2 + 64;
        stage->texts = sim_grow(stage->texts, stage->text_size,
                                sizeof(*stage->texts));
    }
    size_t at = stage->text_count++;
    while (at > 0 && stage->texts[at - 1].time_ns > time_ns) {
        stage->texts[at] = stage->texts[at - 1];
        at--;
    }
    stage->texts[at] = (struct story_text){time_ns, text};
}

/* The names of the two ends, from the CompIDs. */
static void print_ends(struct cg_slice message, char *buf, size_t len)
{
    struct cg_slice from = sim_field_find(message, 49);
    struct cg_slice to = sim_field_find(message, 56);
    snprintf(buf, len, "%-6.*s -> %-6.*s", (int)from.len, from.data,
             (int)to.len, to.data);
    for (char *c = buf; *c != '\0'; c++) {
        *c = (char)tolower((unsigned char)*c);
    }
}

void story_print_line(struct story_stage *stage,
                      enum story_actor actor,
                      const struct story_line *line)
{
    char *text = NULL;
    char words[600];
    char ends[80];
    struct cg_slice message = sim_body_slice(&line->message);
    if (message.len > 0 && !story_is_admin(message)) {
        struct cg_slice type = sim_field_find(message, 35);
        story_describe(message, words, sizeof(words));
        print_ends(message, ends, sizeof(ends));
        if (asprintf(&text, "%s  %-2.*s %s%s%s", ends, (int)type.len, type.data,
                     words, stage->options->verbose ? "\n          " : "",
                     stage->options->verbose ? line->rest : "") < 0) {
            return;
        }
    } else if (strcmp(line->what, "gate") == 0 ||
               strcmp(line->what, "violation") == 0 ||
               strcmp(line->what, "error") == 0) {
        if (asprintf(&text, "%-18s%s%s", story_actor_name(actor),
                     strcmp(line->what, "gate") == 0 ? "" : "!! ",
                     line->rest) < 0) {
            return;
        }
    }
    if (text != NULL) {
        story_print(stage, line->time_ns, text);
    }
}

void story_flush(struct story_stage *stage, bool all)
{
    int64_t now = story_clock();
    size_t printed = 0;
    while (printed < stage->text_count &&
           (all || stage->texts[printed].time_ns + HOLD_NS <= now)) {
        struct story_text *text = &stage->texts[printed++];
        int64_t since = text->time_ns - stage->start_ns;
        since += since < -DAY_NS / 2 ? DAY_NS : 0;
        since = since < 0 ? 0 : since;
        printf("%8.3f  %s\n", (double)(since / 1000000) / 1000.0, text->text);
        free(text->text);
    }
    stage->text_count -= printed;
    if (printed > 0) {
        memmove(stage->texts, stage->texts + printed,
                stage->text_count * sizeof(*stage->texts));
        fflush(stdout);
    }
}

void story_say(struct story_stage *stage, const char *format, ...)
{
    va_list arguments;
    if (stage->options->quiet) {
        return;
    }
    story_flush(stage, true);
    va_start(arguments, format);
    vprintf(format, arguments);
    va_end(arguments);
    putchar('\n');
    fflush(stdout);
}

void story_fail(struct story_stage *stage, const char *format, ...)
{
    va_list arguments;
    story_flush(stage, true);
    fprintf(stdout, "FAILED scene %u: ", stage->scene);
    va_start(arguments, format);
    vprintf(format, arguments);
    va_end(arguments);
    putchar('\n');
    fflush(stdout);
    stage->failed = true;
    stage->done = true;
}
