/*
 * creditgate audit: the proof of a gate's journal, from the journal alone.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "app_command.h"
#include "decimal.h"
#include "journal_file.h"
#include <creditgate/audit.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct audit_command {
    const char *path;
    bool json;
    bool terminal; /* standard error is one */
    bool said;     /* ... and how far the reading is stands on it */
    struct cg_audit audit;
    cg_seq count; /* of facts, and the chain over them */
    char head[65];
    struct cg_audit_limit *limits;
    size_t limit_count;
    bool no_memory;
};

static void print_usage(FILE *to)
{
    fputs(
        "usage: creditgate audit --journal FILE [--format text|json]\n\n"
        "Proves a gate's journal from its facts alone, with sums of its own,\n"
        "and names the first fact that breaks a rule.  The gate must not be\n"
        "running on it.\n\n"
        "  chain  no fact was edited, none is missing\n"
        "  facts  each fact can follow those before it\n"
        "  R12    the use of each limit, against the books after each fact\n"
        "  R13    no event leaves use above the amount, but for its "
        "exceptions\n"
        "  R22    what went to a venue had live cover for its worst case\n"
        "  R23    the ledger of each token, limit and side, and each life\n\n"
        "Exit status: 0 all is proved, 1 a rule is broken, 2 not readable, or\n"
        "wrong arguments.\n",
        to);
}

/* --- what was proved ----------------------------------------------------- */

/* How much of a rule was looked at. */
static void rule_extent(const struct cg_audit *audit,
                        enum cg_audit_rule rule,
                        char *text,
                        size_t len)
{
    unsigned long long facts = audit->facts;
    switch (rule) {
    case CG_AUDIT_CHAIN: /* the journal's load has checked it */
        snprintf(text, len, "%llu facts, none missing or changed",
                 (unsigned long long)audit->read);
        break;
    case CG_AUDIT_FACTS:
        snprintf(text, len, "%llu facts of %llu events", facts,
                 (unsigned long long)audit->events);
        break;
    case CG_AUDIT_R12:
        snprintf(text, len, "%llu limits, compared %llu times",
                 (unsigned long long)audit->limits,
                 (unsigned long long)audit->uses);
        break;
    case CG_AUDIT_R13:
        snprintf(text, len, "%llu limits after each of %llu events",
                 (unsigned long long)audit->limits,
                 (unsigned long long)audit->events);
        break;
    case CG_AUDIT_R22:
        snprintf(text, len, "%llu orders and replaces sent, of %llu orders",
                 (unsigned long long)audit->sends,
                 (unsigned long long)audit->orders);
        break;
    case CG_AUDIT_R23:
        snprintf(text, len, "%llu tokens, after each of %llu facts",
                 (unsigned long long)audit->tokens, facts);
        break;
    case CG_AUDIT_RULES:
        break;
    }
}

/* --- text ---------------------------------------------------------------- */

static void print_break(const struct cg_audit_break *found)
{
    const struct cg_record *record = &found->record;
    if (record->no == 0) {
        printf("BROKEN: %s\n", found->why);
        return;
    }
    printf("BROKEN by fact %llu, %s, %s", (unsigned long long)record->no,
           record->utc, record->cause);
    if (record->cause_seq != 0) {
        printf(" 34=%llu", (unsigned long long)record->cause_seq);
    }
    printf("\n       %s: %s\n       %s\n",
           record->kind != NULL ? record->kind : "unknown", record->what,
           found->why);
}

static void print_rules(const struct cg_audit *audit)
{
    for (unsigned i = 0; i < CG_AUDIT_RULES; i++) {
        char extent[128] = "";
        printf("%-6s ", cg_audit_rule_name((enum cg_audit_rule)i));
        if (audit->breaks[i].found) {
            print_break(&audit->breaks[i]);
            continue;
        }
        rule_extent(audit, (enum cg_audit_rule)i, extent, sizeof(extent));
        printf("%s%s\n", extent,
               audit->whole || i == CG_AUDIT_CHAIN
                   ? ""
                   : "; not proved beyond the fact that is broken");
    }
}

static void print_limits(const struct audit_command *command)
{
    printf("\n%-16s %-8s %-4s", "limit", "owner", "side");
    for (unsigned c = 0; c < CG_AUDIT_COLUMNS; c++) {
        printf(" %14s", cg_audit_column_name((enum cg_audit_column)c));
    }
    putchar('\n');
    for (size_t i = 0; i < command->limit_count; i++) {
        const struct cg_audit_limit *limit = &command->limits[i];
        for (unsigned side = 0; side < 2; side++) {
            printf("%-16s %-8s %-4s", limit->id,
                   limit->owner[0] != '\0' ? limit->owner : "-",
                   side == 0 ? "buy" : "sell");
            for (unsigned c = 0; c < CG_AUDIT_COLUMNS; c++) {
                char amount[CG_DV01_TEXT_MAX];
                cg_dv01_format(limit->ledger[side][c], amount);
                printf(" %14s", amount);
            }
            putchar('\n');
        }
    }
}

/* --- JSON ---------------------------------------------------------------- */

static void json_text(const char *name, const char *text)
{
    printf("\"%s\":\"", name);
    for (const char *c = text; *c != '\0'; c++) {
        if (*c == '"' || *c == '\\') {
            printf("\\%c", *c);
        } else if ((unsigned char)*c < ' ') {
            printf("\\u%04x", (unsigned)*c);
        } else {
            putchar(*c);
        }
    }
    putchar('"');
}

static void json_break(const struct cg_audit_break *found)
{
    const struct cg_record *record = &found->record;
    printf(",\"fact\":%llu,", (unsigned long long)record->no);
    json_text("time", record->utc);
    putchar(',');
    json_text("cause", record->cause);
    printf(",\"cause_seq\":%llu,", (unsigned long long)record->cause_seq);
    json_text("kind", record->kind != NULL ? record->kind : "");
    putchar(',');
    json_text("what", record->what);
    putchar(',');
    json_text("why", found->why);
}

static void json_rules(const struct cg_audit *audit)
{
    fputs("\"rules\":[", stdout);
    for (unsigned i = 0; i < CG_AUDIT_RULES; i++) {
        const struct cg_audit_break *found = &audit->breaks[i];
        char extent[128] = "";
        printf("%s{", i > 0 ? "," : "");
        json_text("rule", cg_audit_rule_name((enum cg_audit_rule)i));
        printf(",\"proved\":%s",
               !found->found && (audit->whole || i == CG_AUDIT_CHAIN)
                   ? "true"
                   : "false");
        if (found->found) {
            json_break(found);
        } else {
            rule_extent(audit, (enum cg_audit_rule)i, extent, sizeof(extent));
            putchar(',');
            json_text("checked", extent);
        }
        putchar('}');
    }
    putchar(']');
}

static void json_limit(const struct cg_audit_limit *limit)
{
    static const char *const sides[] = {"buy", "sell"};
    char amount[CG_DV01_TEXT_MAX];
    putchar('{');
    json_text("limit", limit->id);
    putchar(',');
    json_text("owner", limit->owner);
    putchar(',');
    json_text("currency", limit->currency);
    cg_dv01_format(limit->use, amount);
    putchar(',');
    json_text("used", amount);
    for (unsigned side = 0; side < 2; side++) {
        printf(",\"%s\":{", sides[side]);
        for (unsigned c = 0; c < CG_AUDIT_COLUMNS; c++) {
            cg_dv01_format(limit->ledger[side][c], amount);
            fputs(c > 0 ? "," : "", stdout);
            json_text(cg_audit_column_name((enum cg_audit_column)c), amount);
        }
        putchar('}');
    }
    putchar('}');
}

static void print_json(const struct audit_command *command, bool proved)
{
    printf("{\"proved\":%s,\"facts\":%llu,", proved ? "true" : "false",
           (unsigned long long)command->audit.facts);
    printf("\"head\":{\"no\":%llu,\"chain\":\"%s\"},",
           (unsigned long long)command->count, command->head);
    json_rules(&command->audit);
    fputs(",\"limits\":[", stdout);
    for (size_t i = 0; i < command->limit_count; i++) {
        fputs(i > 0 ? "," : "", stdout);
        json_limit(&command->limits[i]);
    }
    puts("]}");
}

/* --- the whole ----------------------------------------------------------- */

static void progress(void *user, cg_seq facts)
{
    struct audit_command *command = user;
    if (command->terminal) {
        fprintf(stderr, "\rproved: %llu facts", (unsigned long long)facts);
        fflush(stderr);
        command->said = true;
    }
}

static void limit_keep(void *user, const struct cg_audit_limit *limit)
{
    struct audit_command *command = user;
    struct cg_audit_limit *more = realloc(
        command->limits, (command->limit_count + 1) * sizeof(*more));
    if (more == NULL) {
        command->no_memory = true;
        return;
    }
    command->limits = more;
    command->limits[command->limit_count++] = *limit;
}

static int audit(struct audit_command *command)
{
    struct cg_journal journal;
    char error[512] = "";
    if (!app_journal_open("audit", command->path, &journal)) {
        return 2;
    }
    cg_journal_chain_head(journal.user, &command->count, command->head);
    int status = cg_gate_prove(&journal, &command->audit, error, sizeof(error));
    journal.close(journal.user);
    if (command->said) {
        fputs("\r\033[K", stderr);
    }
    if (status < 0 || command->no_memory) {
        fprintf(stderr, "creditgate audit: %s: %s\n", command->path,
                status < 0 ? error : "not enough memory");
        return 2;
    }
    if (command->json) {
        print_json(command, status == 0);
    } else {
        print_rules(&command->audit);
        if (!command->audit.breaks[CG_AUDIT_CHAIN].found) {
            printf("head   %llu %s\n", (unsigned long long)command->count,
                   command->head);
        }
        print_limits(command);
    }
    return status == 0 ? 0 : 1;
}

static bool
take(struct audit_command *command, const char *option, const char *value)
{
    if (value != NULL && strcmp(option, "--journal") == 0) {
        command->path = value;
        return true;
    }
    if (value != NULL && strcmp(option, "--format") == 0) {
        command->json = strcmp(value, "json") == 0;
        if (command->json || strcmp(value, "text") == 0) {
            return true;
        }
        fputs("creditgate audit: --format is text or json\n", stderr);
        return false;
    }
    fprintf(stderr, "creditgate audit: what is %s?\n", option);
    print_usage(stderr);
    return false;
}

int app_audit(int argc, char **argv)
{
    struct audit_command command = {
        .terminal = isatty(STDERR_FILENO) == 1,
        .audit = {.progress = progress, .limit = limit_keep},
    };
    command.audit.user = &command;
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--help") == 0) {
            print_usage(stdout);
            return 0;
        }
    }
    for (int i = 1; i < argc; i += 2) {
        if (!take(&command, argv[i], i + 1 < argc ? argv[i + 1] : NULL)) {
            return 2;
        }
    }
    if (command.path == NULL) {
        fputs("creditgate audit: --journal FILE is missing\n", stderr);
        print_usage(stderr);
        return 2;
    }
    int status = audit(&command);
    free(command.limits);
    return status;
}
