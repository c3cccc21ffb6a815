/*
 * What a replay by a journal needs, and what it says.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "replay_journal.h"

#include "file_text.h"
#include <configuration.h>
#include <digest.h>
#include <inttypes.h>
#include <string.h>

#define PAR_RATES_BYTES_MAX ((size_t)16 * 1024 * 1024)

/* --- par rates ------------------------------------------------------------ */

static void on_mistake(void *user,
                       const char *file,
                       int line,
                       const char *wrong,
                       const char *remedy)
{
    (void)user;
    fprintf(stderr, "%s:%d: %s; %s\n", file, line, wrong, remedy);
}

static bool has_digest(const struct cg_file_text *file, const char *digest)
{
    char hex[CG_DIGEST_HEX + 1];
    return cg_digest((struct cg_slice){file->text, file->len}, hex) &&
           strcmp(hex, digest) == 0;
}

const struct cg_rates *
replay_rates_of(struct replay_rates *rates, const char *digest, cg_time made_at)
{
    const char *path = rates->config->rates.par_rates;
    struct cg_file_text file;
    struct cg_rates *read = NULL;
    if (!rates->config->rates.given || path[0] == '\0' ||
        rates->count == REPLAY_RATES_MAX) {
        return NULL;
    }
    if (cg_file_text_read(path, PAR_RATES_BYTES_MAX, &file) == CG_FILE_READ &&
        has_digest(&file, digest)) {
        const struct cg_rates_text text = {
            .file = path,
            .text = file.text,
            .len = file.len,
            .made_at = made_at != 0 ? made_at : file.stamp.written_ns,
        };
        if (cg_rates_read(rates->config, &text, NULL, on_mistake, NULL,
                          &read) == 0) {
            rates->kept[rates->count++] = read;
        }
    }
    cg_file_text_deinit(&file);
    return read;
}

void replay_rates_deinit(struct replay_rates *rates)
{
    while (rates->count > 0) {
        cg_rates_close(rates->kept[--rates->count]);
    }
}

/* --- what it came to --------------------------------------------------------
 */

static void
print_fact(FILE *to, const char *which, bool is, const struct cg_record *record)
{
    if (!is) {
        fprintf(to, "  %s no fact\n", which);
        return;
    }
    fprintf(to, "  %s %s %s: %s (", which, record->utc, record->kind,
            record->what);
    if (record->cause_seq > 0) {
        fprintf(to, "%s 34=%" PRIu64 ")\n", record->cause, record->cause_seq);
    } else {
        fprintf(to, "%s)\n", record->cause);
    }
}

static void print_difference(FILE *to,
                             const struct cg_exact_difference *difference)
{
    fprintf(to, "fact %" PRIu64 " is another one", difference->no);
    if (difference->column[0] != '\0') {
        fprintf(to, ", first in column %s: was %s, is %s", difference->column,
                difference->was, difference->is);
    }
    fputc('\n', to);
    print_fact(to, "was", difference->recorded, &difference->was_record);
    print_fact(to, "is ", difference->made, &difference->is_record);
}

void replay_print_exactness(FILE *to, const struct cg_exactness *exactness)
{
    bool differs = exactness->end == CG_EXACT_DIFFERS;
    uint64_t made = exactness->same +
                    (differs && exactness->difference.made ? 1 : 0);
    fprintf(to,
            "journal: %" PRIu64 " facts made again, %" PRIu64
            " the same (from fact %" PRIu64 " on, %u starts of the gate)\n",
            made, exactness->same, exactness->first, exactness->starts);
    if (exactness->before > 0) {
        fprintf(to,
                "%" PRIu64 " messages of the logs are in the books that it "
                "began with\n",
                exactness->before);
    }
    if (exactness->lost > 0) {
        fprintf(to,
                "%" PRIu64 " facts, from fact %" PRIu64 " on, stand before a "
                "start of the gate without their messages, as when it was "
                "killed: taken as they are\n",
                exactness->lost, exactness->lost_from);
    }
    if (differs) {
        print_difference(to, &exactness->difference);
    }
    if (exactness->end != CG_EXACT_WHOLE) {
        fprintf(to,
                "exact up to there only: %s; %" PRIu64
                " facts of the journal were not made again\n",
                exactness->why, exactness->left);
    }
}

bool replay_is_exact(const struct cg_exactness *exactness)
{
    return exactness->end == CG_EXACT_WHOLE ||
           exactness->end == CG_EXACT_JOURNAL ||
           exactness->end == CG_EXACT_LOGS;
}
