/*
 * creditgate explain: why an order was refused, pulled, or is where it is, in
 * sentences from the journal alone.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "app_command.h"
#include "journal_file.h"
#include "print_cell.h"
#include "print_mistake.h"
#include <creditgate/explain.h>

#include <stdio.h>
#include <string.h>
#include <unistd.h>

struct explain_command {
    const char *path;
    const char *config_path;
    bool json;
    struct cg_config *config;
    struct cg_explain_query query;
    size_t told;
    struct app_progress reading;
};

static void print_usage(FILE *to)
{
    fputs("usage: creditgate explain --journal FILE --order ID\n"
          "           [--config FILE] [--format text|json]\n\n"
          "Tells from a gate's journal why an order, or a replace of it, was\n"
          "refused or pulled, or is where it is: what it needed, whose limit\n"
          "had how much, what the hub answered, what to do and whom to call.\n"
          "Each sentence names the fact it follows from, which `creditgate\n"
          "records` shows.  The gate must not be running on the journal.\n\n"
          "  --order   any ClOrdID of the order, of its replaces and cancels\n"
          "  --config  the gate's configuration: the names of owners (Owner=)\n"
          "            and whom to call (Contact=) are only there\n\n"
          "Exit status: 0 told, 1 no such id, 2 not readable, or wrong\n"
          "arguments.\n",
          to);
}

/* --- arguments ---------------------------------------------------------- */

static bool take_format(struct explain_command *command, const char *name)
{
    command->json = strcmp(name, "json") == 0;
    if (command->json || strcmp(name, "text") == 0) {
        return true;
    }
    fputs("creditgate explain: --format is text or json\n", stderr);
    return false;
}

static bool
take(struct explain_command *command, const char *option, const char *value)
{
    if (value != NULL && strcmp(option, "--format") == 0) {
        return take_format(command, value);
    }
    if (value != NULL && strcmp(option, "--journal") == 0) {
        command->path = value;
    } else if (value != NULL && strcmp(option, "--order") == 0) {
        command->query.id = value;
    } else if (value != NULL && strcmp(option, "--config") == 0) {
        command->config_path = value;
    } else {
        fprintf(stderr, "creditgate explain: what is %s?\n", option);
        print_usage(stderr);
        return false;
    }
    return true;
}

static bool
read_arguments(struct explain_command *command, int argc, char **argv)
{
    for (int i = 1; i < argc; i += 2) {
        if (!take(command, argv[i], i + 1 < argc ? argv[i + 1] : NULL)) {
            return false;
        }
    }
    if (command->path == NULL || command->query.id == NULL) {
        fprintf(stderr, "creditgate explain: %s is missing\n",
                command->path == NULL ? "--journal FILE" : "--order ID");
        print_usage(stderr);
        return false;
    }
    return true;
}

/* --- printing ----------------------------------------------------------- */

/* A heading for all sentences of one moment and one message behind them. */
static void print_moment(const struct cg_sentence *sentence)
{
    if (sentence->no == 0) {
        puts("  what now");
        return;
    }
    printf("  %s, ", sentence->utc);
    app_print_plain(sentence->cause, 0);
    if (sentence->cause_seq > 0) {
        printf(" 34=%llu", (unsigned long long)sentence->cause_seq);
    }
    putchar('\n');
}

static bool is_of_moment(const struct cg_sentence *sentence,
                         const struct cg_sentence *before)
{
    return (sentence->no == 0) == (before->no == 0) &&
           strcmp(sentence->utc, before->utc) == 0 &&
           strcmp(sentence->cause, before->cause) == 0 &&
           sentence->cause_seq == before->cause_seq;
}

static void print_sentence(const struct cg_sentence *sentence)
{
    char fact[32] = "";
    if (sentence->no != 0) {
        snprintf(fact, sizeof(fact), "fact %llu",
                 (unsigned long long)sentence->no);
    }
    printf("    %-10s %-8s ", fact, sentence->about);
    app_print_plain(sentence->text, 0);
    putchar('\n');
}

static void print_head(const struct cg_explanation *explanation)
{
    fputs("order ", stdout);
    app_print_plain(explanation->clordid, 0);
    if (explanation->order != 0) {
        printf(", number %llu of the journal, account ",
               (unsigned long long)explanation->order);
        app_print_plain(explanation->account, 0);
    }
    fputs(": ", stdout);
    app_print_plain(explanation->outcome, 0);
    if (explanation->refused[0] != '\0') {
        fputs("; ", stdout);
        app_print_plain(explanation->refused, 0);
        fputs(" refused", stdout);
    }
    printf("%s%s\n", explanation->reason[0] != '\0' ? ", " : "",
           explanation->reason);
}

static void print_text(const struct explain_command *command,
                       const struct cg_explanation *explanation)
{
    if (command->told > 0) {
        putchar('\n');
    }
    print_head(explanation);
    for (size_t i = 0; i < explanation->sentence_count; i++) {
        const struct cg_sentence *sentence = &explanation->sentences[i];
        if (i == 0 || !is_of_moment(sentence, sentence - 1)) {
            print_moment(sentence);
        }
        print_sentence(sentence);
    }
}

static void print_member(const char *name, const char *text)
{
    printf("\"%s\":", name);
    app_print_json_text(text);
}

static void print_json_sentence(const struct cg_sentence *sentence)
{
    putchar('{');
    print_member("about", sentence->about);
    putchar(',');
    print_member("text", sentence->text);
    if (sentence->no == 0) {
        fputs(",\"fact\":null,\"time\":null,\"cause\":null,\"cause_seq\":null}",
              stdout);
        return;
    }
    printf(",\"fact\":%llu,", (unsigned long long)sentence->no);
    print_member("time", sentence->utc);
    putchar(',');
    print_member("cause", sentence->cause);
    if (sentence->cause_seq > 0) {
        printf(",\"cause_seq\":%llu}", (unsigned long long)sentence->cause_seq);
    } else {
        fputs(",\"cause_seq\":null}", stdout);
    }
}

static void print_json(const struct explain_command *command,
                       const struct cg_explanation *explanation)
{
    fputs(command->told == 0 ? "{\"explanations\":[\n{" : ",\n{", stdout);
    print_member("clordid", explanation->clordid);
    if (explanation->order != 0) {
        printf(",\"order\":%llu,", (unsigned long long)explanation->order);
    } else {
        fputs(",\"order\":null,", stdout);
    }
    print_member("account", explanation->account);
    putchar(',');
    print_member("outcome", explanation->outcome);
    putchar(',');
    print_member("reason", explanation->reason);
    putchar(',');
    print_member("refused", explanation->refused);
    fputs(",\"sentences\":[\n", stdout);
    for (size_t i = 0; i < explanation->sentence_count; i++) {
        fputs(i > 0 ? ",\n" : "", stdout);
        print_json_sentence(&explanation->sentences[i]);
    }
    fputs("]}", stdout);
}

/* --- reading ------------------------------------------------------------ */

static int each(void *user, const struct cg_explanation *explanation)
{
    struct explain_command *command = user;
    app_progress_clear(&command->reading);
    if (command->json) {
        print_json(command, explanation);
    } else {
        print_text(command, explanation);
    }
    command->told++;
    return 0;
}

static void progress(void *user, cg_seq facts)
{
    struct explain_command *command = user;
    app_progress_say(&command->reading, facts);
}

static int read_journal(struct explain_command *command)
{
    struct cg_journal journal;
    char error[512] = "";
    if (!app_journal_open("explain", command->path, &journal)) {
        return 2;
    }
    int status = cg_gate_explain(&journal, &command->query, error,
                                 sizeof(error));
    journal.close(journal.user);
    app_progress_clear(&command->reading);
    if (status == CG_RECORDS_E_UNKNOWN) {
        app_say_unknown("explain", command->path, "order", command->query.id,
                        command->query.near, command->query.near_count);
        return 1;
    }
    if (status != 0) {
        fflush(stdout);
        fprintf(stderr, "creditgate explain: %s: %s\n", command->path, error);
        return 2;
    }
    if (command->json) {
        puts("\n]}");
    }
    return 0;
}

int app_explain(int argc, char **argv)
{
    struct explain_command command = {
        .query = {.each = each, .progress = progress},
        .reading = app_progress(),
    };
    command.query.user = &command;
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--help") == 0) {
            print_usage(stdout);
            return 0;
        }
    }
    if (!read_arguments(&command, argc, argv)) {
        return 2;
    }
    if (command.config_path == NULL) {
        return read_journal(&command);
    }
    if (cg_config_open(command.config_path, app_print_mistake, NULL,
                       &command.config) != 0) {
        return 2;
    }
    command.query.config = command.config;
    int status = read_journal(&command);
    cg_config_close(command.config);
    return status;
}
