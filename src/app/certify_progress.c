/*
 * What a certification prints while it runs, and at its end.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "certify_progress.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <text.h>

#define LINE_MAX_SHOWN 160 /* of a reason in a list */

/* --- text of others ------------------------------------------------------ */

/* The bytes of the printable character at |text|; 0: it is none. */
static size_t printable(const char *text)
{
    struct cg_slice rest = cg_slice_str(text);
    size_t len = 1;
    unsigned char first = (unsigned char)text[0];

    if (first < 0x80) {
        return first >= ' ' && first != 0x7f ? 1 : 0;
    }
    while (len < 4 && ((unsigned char)text[len] & 0xc0) == 0x80) {
        len++;
    }
    rest.len = len;
    /* U+0080 to U+009F are orders to a terminal, too. */
    return cg_text_utf8_span(rest) == len &&
                   !(first == 0xc2 && (unsigned char)text[1] < 0xa0)
               ? len
               : 0;
}

void certify_print(const char *text, size_t max)
{
    size_t at = 0;

    while (at < max && text[at] != '\0') {
        size_t len = printable(text + at);

        if (len > 0) {
            (void)fwrite(text + at, 1, len, stdout);
            at += len;
        } else {
            printf("\\x%02X", (unsigned char)text[at++]);
        }
    }
    if (text[at] != '\0') {
        fputs(" ...", stdout);
    }
}

static void print_slice(struct cg_slice text)
{
    char copy[512];

    (void)snprintf(copy, sizeof(copy), "%.*s", (int)text.len, text.data);
    certify_print(copy, sizeof(copy));
}

void certify_progress_break(struct certify_progress *progress)
{
    if (progress->in_line) {
        putchar('\n');
    }
    progress->in_line = false;
}

/* --- a case --------------------------------------------------------------- */

void certify_progress_begin(struct certify_progress *progress,
                            const struct cg_case *kase,
                            size_t number,
                            size_t total,
                            unsigned attempt)
{
    const struct cg_slice id = kase->script.kase.id;
    const char *title = kase->script.title;
    size_t len = strlen(title);

    len -= len > 0 && title[len - 1] == '.' ? 1 : 0;
    printf("[%*zu/%zu] %-6.*s ", total > 99 ? 3 : 2, number, total, (int)id.len,
           id.data);
    print_slice((struct cg_slice){title, len});
    if (attempt > 1) {
        printf(" (attempt %u)", attempt);
    }
    fflush(stdout);
    progress->in_line = true;
    progress->expected[0] = '\0';
    progress->observed[0] = '\0';
    progress->wrong[0] = '\0';
    progress->differing_count = 0;
}

void certify_progress_explain(struct certify_progress *progress)
{
    certify_progress_break(progress);
    if (progress->wrong[0] != '\0') {
        fputs("        the case has ended: ", stdout);
        certify_print(progress->wrong, CERTIFY_SHOWN_MAX);
        puts("\n        what was done for it is to be undone:");
        progress->wrong[0] = '\0';
    }
}

/* What will be printed once the verdict is known. */
static void keep(struct certify_progress *progress,
                 const struct cg_kit_event *event)
{
    size_t max = sizeof(progress->differing) / sizeof(progress->differing[0]);

    (void)snprintf(progress->expected, sizeof(progress->expected), "%s",
                   event->expected);
    (void)snprintf(progress->observed, sizeof(progress->observed), "%s",
                   event->observed);
    (void)snprintf(progress->wrong, sizeof(progress->wrong), "%s",
                   event->wrong);
    progress->differing_count = event->differing_count < max
                                    ? event->differing_count
                                    : max;
    for (size_t i = 0; i < progress->differing_count; i++) {
        progress->differing[i] = event->differing[i];
    }
}

void certify_progress_event(struct certify_progress *progress,
                            const struct cg_kit_event *event)
{
    bool note = event->kind == CG_KIT_NOTE;

    if (event->kind == CG_KIT_STEP &&
        (event->verdict == CG_KIT_FAILED || event->verdict == CG_KIT_BROKEN)) {
        keep(progress, event);
    }
    if (note && strcmp(event->actor, "left to do") == 0) {
        certify_progress_break(progress);
        fputs("        left to do: ", stdout);
        certify_print(event->note, CERTIFY_SHOWN_MAX);
        putchar('\n');
        return;
    }
    if (!progress->verbose || event->kind == CG_KIT_MESSAGE) {
        return;
    }
    certify_progress_break(progress);
    printf("        %s%s%s", note ? "# " : "", event->actor, note ? ": " : " ");
    certify_print(note ? event->note : event->text, CERTIFY_SHOWN_MAX);
    putchar('\n');
    fflush(stdout);
}

/* --- a step that failed ----------------------------------------------------
 */

/* Whether a field begins at |at| of a message in words: "38=5", "!20",
 * "58~CG301"; |*len| of its tag. */
static bool is_field(const char *at, size_t *len)
{
    size_t sign = at[0] == '!' ? 1 : 0;

    *len = sign;
    while (isdigit((unsigned char)at[*len])) {
        (*len)++;
    }
    return *len > sign && (sign == 1 || at[*len] == '=' || at[*len] == '~');
}

/* How many fields of |text| have |tag|, and the value of the last one. */
static size_t
find_fields(const char *text, const char *tag, struct cg_slice *value)
{
    size_t count = 0;
    size_t len;

    for (const char *at = strchr(text, ' '); at != NULL; at = strchr(at, ' ')) {
        const char *end;

        at++;
        if (!is_field(at, &len) || strlen(tag) != len ||
            strncmp(at, tag, len) != 0) {
            continue;
        }
        count++;
        value->data = at + len + 1;
        end = value->data;
        while (*end != '\0' && !(*end == ' ' && (is_field(end + 1, &len) ||
                                                 strcmp(end, " ...") == 0))) {
            end++;
        }
        value->len = (size_t)(end - value->data);
    }
    return count;
}

static void print_differing(const struct certify_progress *progress,
                            uint32_t tag)
{
    char name[16];
    struct cg_slice expected = CG_SLICE("nothing");
    struct cg_slice observed = CG_SLICE("nothing");
    size_t here;
    size_t there;

    (void)snprintf(name, sizeof(name), "%u", tag);
    here = find_fields(progress->expected, name, &expected);
    there = find_fields(progress->observed, name, &observed);
    if (here > 1 || there > 1 || here + there == 0) {
        return; /* of a group, or the type: the texts below show it */
    }
    printf("        %-9s ", name);
    print_slice(expected);
    fputs(" expected, ", stdout);
    print_slice(observed);
    fputs(" observed\n", stdout);
}

/* What was expected is printed where something was. */
static void print_step(const struct certify_progress *progress)
{
    if (progress->expected[0] == '\0' && progress->observed[0] == '\0') {
        return;
    }
    for (size_t i = 0; i < progress->differing_count; i++) {
        print_differing(progress, progress->differing[i]);
    }
    fputs("        expected  ", stdout);
    certify_print(progress->expected[0] != '\0' ? progress->expected
                                                : "nothing",
                  CERTIFY_SHOWN_MAX);
    fputs("\n        observed  ", stdout);
    certify_print(progress->observed[0] != '\0' ? progress->observed
                                                : "nothing",
                  CERTIFY_SHOWN_MAX);
    putchar('\n');
}

static const char *const words[] = {
    [CG_KIT_PASSED] = "passed", [CG_KIT_FAILED] = "FAILED",
    [CG_KIT_BROKEN] = "BROKEN", [CG_KIT_SKIPPED] = "skipped",
    [CG_KIT_WAIVED] = "waived", [CG_KIT_STOPPED] = "stopped",
};

void certify_progress_end(struct certify_progress *progress,
                          const struct cg_case *kase,
                          enum cg_kit_verdict verdict,
                          const char *reason,
                          cg_time took_ns)
{
    const struct cg_slice id = kase->script.kase.id;

    if (progress->in_line) {
        fputs(": ", stdout);
    } else { /* something was printed behind its title */
        printf("        %.*s ", (int)id.len, id.data);
    }
    progress->in_line = false;
    fputs(words[verdict], stdout);
    if (verdict == CG_KIT_SKIPPED || verdict == CG_KIT_WAIVED) {
        fputs(": ", stdout);
        certify_print(reason, CERTIFY_SHOWN_MAX);
    } else {
        printf(", %.1f s", (double)took_ns / 1e9);
    }
    putchar('\n');
    if (verdict == CG_KIT_FAILED || verdict == CG_KIT_BROKEN) {
        fputs("        ", stdout);
        certify_print(reason, CERTIFY_SHOWN_MAX);
        putchar('\n');
        print_step(progress);
    }
    fflush(stdout);
}

/* --- the end ----------------------------------------------------------------
 */

void certify_progress_stands(struct certify_progress *progress,
                             const struct cg_case *kase,
                             bool decided,
                             enum cg_kit_verdict verdict,
                             const char *reason)
{
    const struct cg_script_case *what = &kase->script.kase;

    if (!decided || verdict == CG_KIT_PASSED || verdict == CG_KIT_WAIVED) {
        return;
    }
    if (!progress->lists) {
        puts("\nnot passed:");
        progress->lists = true;
    }
    printf("  %-6.*s %-7s %s", (int)what->id.len, what->id.data, words[verdict],
           what->optional ? "(optional) " : "");
    certify_print(reason, LINE_MAX_SHOWN);
    putchar('\n');
}

bool certify_progress_good(const struct cg_certification_counts *counts)
{
    return counts->open == 0 && counts->mandatory_open == 0 &&
           counts->passed > 0;
}

static void print_next(const struct cg_certification_counts *counts,
                       const char *dir)
{
    if (counts->open > 0 || counts->broken > 0) {
        printf("next: the same command plays what has no verdict on the peer: "
               "%zu\n",
               counts->open + counts->broken);
    }
    if (counts->failed > 0) {
        puts("next: with --again failed it plays those that failed once more; "
             "the page says what is wrong with each");
    }
    if (counts->skipped > 0) {
        puts("next: with --again ID it plays one that was skipped");
    }
    if (certify_progress_good(counts)) {
        printf("next: print the page and sign it; creditgate certify verify "
               "%s\nshows either side that nothing was changed\n",
               dir);
    }
}

void certify_progress_sum(const struct cg_certification_counts *counts,
                          const char *dir,
                          const char *head,
                          bool named)
{
    bool good = certify_progress_good(counts);

    printf("\n%zu passed, %zu failed, %zu broken, %zu skipped, %zu waived, %zu "
           "without a verdict\n",
           counts->passed, counts->failed, counts->broken, counts->skipped,
           counts->waived, counts->open);
    if (good) {
        puts("certified: every mandatory case has passed or is waived");
    } else if (counts->mandatory_open > 0) {
        printf(
            "not certified: mandatory cases that have neither passed nor are "
            "waived: %zu\n",
            counts->mandatory_open);
    } else {
        puts(counts->open > 0 ? "not certified: not all cases were played"
                              : "not certified: no case has passed");
    }
    printf("page     %s/report.html\nevidence %s/evidence.jsonl\nSHA-256  %s\n",
           dir, dir, head);
    if (!named) {
        puts("The page does not name both firms; Firm= and Counterparty= of a "
             "--profile do.");
    }
    print_next(counts, dir);
}
