/*
 * Reads the configuration: one file of sections, one table of instruments.
 *
 * Must never stop at the first mistake, nor start a gate on half an
 * understanding: what is not known is refused, with its line and a remedy.
 * Serves R2, R3, R4, R6 and R10.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include <config_reader.h>

#include <convention.h>
#include <slice.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <text.h>

#define COUNT_OF(member) (reader->config->member##_count)

_Static_assert(sizeof(enum cg_role) == sizeof(int),
               "choices are stored as int");

static const struct cg_config gate_defaults = {
    .gate_name = "GATE",
    .soft_deadline_ns = CG_SECOND,
    .hard_deadline_ns = 20 * CG_SECOND,
    .pull_time_ns = 500 * CG_MS,
    .stale_resend_ns = 60 * CG_SECOND,
    .probe_after = 3,
    .failure_grace_ns = 60 * CG_SECOND,
    .snapshot_facts = 1000000,
    .day_end_ns = 17 * 3600 * CG_SECOND,
    .time_zone = "America/New_York",
    .rates = {.max_age_ns = 86400 * CG_SECOND,
              .poll_ns = CG_SECOND,
              .max_move_bp = 200},
    .limits = {.orders = 100000,
               .requests = 400000,
               .limits = 10000,
               .scopes = 10000,
               .waiting = 1000,
               .message_max = 65536,
               .reports = 400000,
               .legs = 20000,
               .instruments = 10000},
};

static const struct cg_config_session session_defaults = {
    .venue = CG_SESSION_NONE,
    .superior = CG_SESSION_NONE,
    .show_amounts = true,
    .token_tag = 7350,
    .clock_margin_ns = 200 * CG_MS,
    .token_life_ns = 86400 * CG_SECOND,
    .repeat_ns = 30 * CG_SECOND,
    .consumption_notices = true,
};

static const struct cg_config_limit limit_defaults = {
    .owner = CG_SESSION_NONE,
    .allow_reducing = true,
    .warnings = 3,
    .warning_percent = {75, 90, 98},
    .fallback_max_age_ns = 60 * CG_SECOND,
    .reset_time_ns = CG_RESET_DAY_END,
};

static void mistake(const struct cg_config_reader *reader,
                    int line,
                    const char *remedy,
                    const char *wrong)
{
    cg_mistakes_add(reader->context.mistakes, reader->context.file, line,
                    remedy, "%s", wrong);
}

void cg_config_note_end(struct cg_config_reader *reader,
                        enum cg_config_file file,
                        struct cg_slice text)
{
    if (text.len > 0 && text.data[text.len - 1] != '\n') {
        reader->config->unended |= 1U << file;
    }
}

const struct cg_config_entry *cg_config_session_entry(
    const struct cg_config_reader *reader, size_t index, const char *key)
{
    const struct cg_config_entry *entry = cg_config_section_find(
        reader->session_sections[index], key);

    return entry != NULL ? entry
                         : cg_config_section_find(reader->defaults, key);
}

bool cg_config_role_known(const struct cg_config_reader *reader, size_t index)
{
    const struct cg_config_entry *entry = cg_config_session_entry(reader, index,
                                                                  "Role");

    return entry != NULL && (strcmp(entry->value, "client") == 0 ||
                             strcmp(entry->value, "venue") == 0 ||
                             strcmp(entry->value, "hub") == 0);
}

/* The sections that may come only once. */
static void take_single(struct cg_config_reader *reader,
                        const struct cg_config_section **place,
                        const struct cg_config_section *section)
{
    if (*place == NULL) {
        *place = section;
        return;
    }
    cg_mistakes_add(reader->context.mistakes, reader->context.file,
                    section->line, "move its lines to the first one",
                    "a second [%s]; the first is in line %d", section->name,
                    (*place)->line);
}

static void unknown_section(struct cg_config_reader *reader,
                            const struct cg_config_section *section)
{
    static const char *const names[] = {
        "GATE", "DEFAULT", "SESSION", "ACCOUNT", "LIMIT", "RATES", "FX"};
    const char *nearest = NULL;
    char remedy[96] = "use [GATE], [DEFAULT], [SESSION], [ACCOUNT], "
                      "[LIMIT], [RATES] or [FX]";

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        if (nearest == NULL && cg_text_is_near(section->name, names[i])) {
            nearest = names[i];
            (void)snprintf(remedy, sizeof(remedy), "did you mean [%s] ?",
                           nearest);
        }
    }
    cg_mistakes_add(reader->context.mistakes, reader->context.file,
                    section->line, remedy, "[%.40s] is not a known section",
                    section->name);
}

/* Counts the sections of each kind, and finds those that come once. */
static void sort_sections(struct cg_config_reader *reader)
{
    for (size_t i = 0; i < reader->sections.count; i++) {
        const struct cg_config_section *section = &reader->sections.items[i];

        if (strcmp(section->name, "GATE") == 0) {
            take_single(reader, &reader->gate, section);
        } else if (strcmp(section->name, "DEFAULT") == 0) {
            take_single(reader, &reader->defaults, section);
        } else if (strcmp(section->name, "RATES") == 0) {
            take_single(reader, &reader->rates, section);
        } else if (strcmp(section->name, "SESSION") == 0) {
            COUNT_OF(session)++;
        } else if (strcmp(section->name, "ACCOUNT") == 0) {
            COUNT_OF(account)++;
        } else if (strcmp(section->name, "LIMIT") == 0) {
            COUNT_OF(credit_limit)++;
        } else if (strcmp(section->name, "FX") == 0) {
            COUNT_OF(fx)++;
        } else {
            unknown_section(reader, section);
        }
    }
}

static bool allocate(struct cg_config_reader *reader)
{
    struct cg_config *config = reader->config;
    size_t section = sizeof(struct cg_config_section *);

    config->sessions = calloc(config->session_count + 1,
                              sizeof(*config->sessions));
    config->accounts = calloc(config->account_count + 1,
                              sizeof(*config->accounts));
    config->credit_limits = calloc(config->credit_limit_count + 1,
                                   sizeof(*config->credit_limits));
    config->fx = calloc(config->fx_count + 1, sizeof(*config->fx));
    reader->session_sections = calloc(config->session_count + 1, section);
    reader->account_sections = calloc(config->account_count + 1, section);
    reader->limit_sections = calloc(config->credit_limit_count + 1, section);
    return config->sessions != NULL && config->accounts != NULL &&
           config->credit_limits != NULL && config->fx != NULL &&
           reader->session_sections != NULL &&
           reader->account_sections != NULL && reader->limit_sections != NULL;
}

static void check_deadlines(struct cg_config_reader *reader)
{
    const struct cg_config *config = reader->config;
    const struct cg_config_entry *soft = cg_config_section_find(
        reader->gate, "SoftDeadlineMs");
    const struct cg_config_entry *hard = cg_config_section_find(
        reader->gate, "HardDeadlineMs");

    if (config->soft_deadline_ns >= config->hard_deadline_ns) {
        /* At least one was given: the defaults are in order. */
        mistake(reader,
                soft != NULL ? soft->line
                             : (hard != NULL ? hard->line : reader->gate->line),
                "make SoftDeadlineMs= smaller than HardDeadlineMs= (without "
                "them they are 1000 and 20000)",
                "the soft deadline is not before the hard one");
    }
}

static void read_gate(struct cg_config_reader *reader)
{
    const struct cg_config_entry *entry;

    if (reader->gate == NULL) {
        mistake(reader, 0, "add [GATE] with Journal= and Instruments=",
                "there is no [GATE] section");
        return;
    }
    cg_keys_apply(&reader->context, &cg_gate_keys, reader->gate,
                  reader->config);
    cg_keys_require(&reader->context, &cg_gate_keys, reader->gate, NULL);
    check_deadlines(reader);
    cg_config_read_own_files(reader);
    entry = cg_config_section_find(reader->gate, "Instruments");
    if (entry != NULL && *entry->value != '\0') {
        reader->instruments_path = cg_key_path(&reader->context, entry->value);
        reader->context.mistakes->no_memory |= reader->instruments_path == NULL;
    }
}

/* An unknown version leaves both members empty, and is reported already. */
static void set_version(struct cg_config_session *session, const char *text)
{
    static const char *const versions[] = {
        [CG_FIX42] = "FIX.4.2",
        [CG_FIX44] = "FIX.4.4",
        [CG_FIX50SP2] = "FIXT.1.1",
    };

    for (size_t i = 0; i < CG_VERSIONS; i++) {
        if (strcmp(text, versions[i]) == 0) {
            session->version = (enum cg_version)i;
            (void)snprintf(session->begin_string, sizeof(session->begin_string),
                           "%s", text);
        }
    }
}

/* What follows from a session's keys. */
static void finish_session(struct cg_config_reader *reader, size_t index)
{
    struct cg_config_session *session = &reader->config->sessions[index];
    const struct cg_config_entry *type = cg_config_session_entry(
        reader, index, "ConnectionType");
    const struct cg_config_entry *begin = cg_config_session_entry(
        reader, index, "BeginString");

    session->initiator = type != NULL && strcmp(type->value, "initiator") == 0;
    set_version(session, begin != NULL ? begin->value : "");
    if (session->name[0] == '\0') {
        memcpy(session->name, session->target_comp_id, sizeof(session->name));
    }
    if (session->begin_string[0] != '\0' &&
        session->sender_comp_id[0] != '\0' &&
        session->target_comp_id[0] != '\0') {
        (void)snprintf(session->fix_name, sizeof(session->fix_name),
                       "%s:%s->%s", session->begin_string,
                       session->sender_comp_id, session->target_comp_id);
    }
}

static void read_session(struct cg_config_reader *reader,
                         const struct cg_config_session *base,
                         const struct cg_config_section *section,
                         size_t index)
{
    struct cg_config_session *session = &reader->config->sessions[index];

    *session = *base;
    session->line = section->line;
    reader->session_sections[index] = section;
    cg_keys_apply(&reader->context, &cg_session_keys, section, session);
    cg_keys_require(&reader->context, &cg_session_keys, section,
                    reader->defaults);
    finish_session(reader, index);
}

static void read_sections(struct cg_config_reader *reader)
{
    const struct cg_key_context *context = &reader->context;
    struct cg_config *config = reader->config;
    struct cg_config_session base = session_defaults;
    size_t sessions = 0;
    size_t accounts = 0;
    size_t limits = 0;
    size_t rates = 0;

    if (reader->defaults != NULL) {
        cg_keys_apply(context, &cg_session_keys, reader->defaults, &base);
    }
    for (size_t i = 0; i < reader->sections.count; i++) {
        const struct cg_config_section *section = &reader->sections.items[i];

        if (strcmp(section->name, "SESSION") == 0) {
            read_session(reader, &base, section, sessions++);
        } else if (strcmp(section->name, "ACCOUNT") == 0) {
            struct cg_config_account *account = &config->accounts[accounts];

            *account = (struct cg_config_account){.hub = CG_SESSION_NONE,
                                                  .line = section->line};
            reader->account_sections[accounts++] = section;
            cg_keys_apply(context, &cg_account_keys, section, account);
            cg_keys_require(context, &cg_account_keys, section, NULL);
        } else if (strcmp(section->name, "LIMIT") == 0) {
            config->credit_limits[limits] = limit_defaults;
            config->credit_limits[limits].line = section->line;
            reader->limit_sections[limits] = section;
            cg_keys_apply(context, &cg_limit_keys, section,
                          &config->credit_limits[limits++]);
            cg_keys_require(context, &cg_limit_keys, section, NULL);
        } else if (strcmp(section->name, "FX") == 0) {
            config->fx[rates].line = section->line;
            cg_keys_apply(context, &cg_fx_keys, section, &config->fx[rates++]);
            cg_keys_require(context, &cg_fx_keys, section, NULL);
        }
    }
}

/* Sorts the names of one kind, and reports twins. */
#define INDEX(reader, names, things, type, member, what)                       \
    index_names(reader, names, (reader)->config->things##s,                    \
                (reader)->config->things##_count, sizeof(struct type),         \
                offsetof(struct type, member), offsetof(struct type, line),    \
                what)

static void index_names(struct cg_config_reader *reader,
                        struct cg_config_names *names,
                        const void *things,
                        size_t count,
                        size_t size,
                        size_t name_at,
                        size_t line_at,
                        const char *what)
{
    if (!cg_config_names_init(names, things, count, size, name_at, line_at)) {
        reader->context.mistakes->no_memory = true;
        return;
    }
    cg_config_names_report_twins(names, reader->context.file, what,
                                 reader->context.mistakes);
}

static void index_all(struct cg_config_reader *reader)
{
    struct cg_config_names limits = {0};
    struct cg_config_names fix_names = {0};

    INDEX(reader, &reader->sessions, session, cg_config_session, name,
          "session");
    INDEX(reader, &fix_names, session, cg_config_session, fix_name,
          "FIX session");
    INDEX(reader, &reader->accounts, account, cg_config_account, name,
          "account");
    INDEX(reader, &limits, credit_limit, cg_config_limit, id, "limit");
    cg_config_names_deinit(&fix_names);
    cg_config_names_deinit(&limits);
}

static void check_fx(struct cg_config_reader *reader)
{
    const struct cg_config *config = reader->config;

    for (size_t i = 0; i < config->fx_count; i++) {
        const struct cg_config_fx *fx = &config->fx[i];

        if (fx->from[0] != '\0' && strcmp(fx->from, fx->to) == 0) {
            mistake(reader, fx->line, "remove it, or correct one of them",
                    "From= and To= are the same currency");
        }
        for (size_t j = 0; j < i; j++) {
            if (fx->from[0] != '\0' &&
                strcmp(fx->from, config->fx[j].from) == 0 &&
                strcmp(fx->to, config->fx[j].to) == 0) {
                cg_mistakes_add(reader->context.mistakes, reader->context.file,
                                fx->line, "keep one of the two",
                                "%s to %s is given in line %d already",
                                fx->from, fx->to, config->fx[j].line);
                break;
            }
        }
    }
}

/* Everything between the file's text and a filled configuration. */
static void read_config(struct cg_config_reader *reader)
{
    struct cg_mistakes *mistakes = reader->context.mistakes;

    cg_config_note_end(reader, CG_CONFIG_ITSELF,
                       (struct cg_slice){reader->text.text, reader->text.len});
    if (!cg_config_sections_init(&reader->sections, &reader->text, mistakes)) {
        mistakes->no_memory = true;
        return;
    }
    sort_sections(reader);
    if (!allocate(reader)) {
        mistakes->no_memory = true;
        return;
    }
    read_gate(reader);
    cg_config_read_rates(reader);
    cg_config_check_own_files(reader);
    read_sections(reader);
    index_all(reader);
    if (reader->instruments_path != NULL) {
        cg_config_read_instruments(reader);
    }
    if (mistakes->no_memory) {
        return;
    }
    cg_config_check_rates(reader);
    cg_config_check_sessions(reader);
    cg_config_check_accounts(reader);
    cg_config_check_limits(reader);
    check_fx(reader);
    cg_config_read_zone(reader);
    cg_config_check_cover(reader);
    if (!cg_config_write_fix(reader)) {
        mistakes->no_memory = true;
    }
}

static void reader_deinit(struct cg_config_reader *reader)
{
    cg_config_names_deinit(&reader->sessions);
    cg_config_names_deinit(&reader->accounts);
    cg_config_names_deinit(&reader->instruments);
    cg_config_names_deinit(&reader->firms);
    cg_config_sections_deinit(&reader->sections);
    cg_lines_deinit(&reader->text);
    free(reader->session_sections);
    free(reader->account_sections);
    free(reader->limit_sections);
    free(reader->instruments_path);
    free(reader->conventions_path);
    free(reader->holidays_path);
}

static int read_all(struct cg_config_reader *reader,
                    void (*report)(void *user,
                                   const char *file,
                                   int line,
                                   const char *wrong,
                                   const char *remedy),
                    void *user)
{
    struct cg_mistakes *mistakes = reader->context.mistakes;
    const char *path = reader->context.file;
    const struct cg_config_memory *memory = reader->memory;
    int result = 0;

    *reader->config = gate_defaults;
    if (reader->context.folder == NULL) {
        mistakes->no_memory = true;
    } else if (memory != NULL
                   ? cg_config_text_copy(&reader->text, path,
                                         cg_slice_str(memory->text), mistakes)
                   : cg_config_text_open(&reader->text, path, mistakes)) {
        read_config(reader);
    }
    if (mistakes->no_memory) {
        result = CG_ERR_MEMORY;
    } else if (mistakes->count > 0) {
        cg_mistakes_report(mistakes, path, report, user);
        result = CG_ERR_CONFIG;
    }
    if (result != 0) {
        cg_config_deinit(reader->config);
    }
    reader_deinit(reader);
    cg_mistakes_deinit(mistakes);
    return result;
}

int cg_config_read(const char *path,
                   void (*report)(void *user,
                                  const char *file,
                                  int line,
                                  const char *wrong,
                                  const char *remedy),
                   void *user,
                   struct cg_config *config)
{
    struct cg_mistakes mistakes = {0};
    char *folder = cg_config_folder(path);
    struct cg_config_reader reader = {
        .context = {path, folder, &mistakes},
        .config = config,
    };
    int result = read_all(&reader, report, user);

    free(folder);
    return result;
}

int cg_config_read_memory(const struct cg_config_memory *memory,
                          void (*report)(void *user,
                                         const char *file,
                                         int line,
                                         const char *wrong,
                                         const char *remedy),
                          void *user,
                          struct cg_config *config)
{
    struct cg_mistakes mistakes = {0};
    struct cg_config_reader reader = {
        .context = {memory->name, "", &mistakes},
        .config = config,
        .memory = memory,
    };

    return read_all(&reader, report, user);
}

void cg_config_deinit(struct cg_config *config)
{
    free(config->sessions);
    free(config->accounts);
    free(config->credit_limits);
    free(config->instruments);
    free(config->families);
    if (config->rates.conventions != NULL) {
        cg_conventions_deinit(config->rates.conventions);
    }
    free(config->rates.conventions);
    free(config->fx);
    free(config->fix_settings);
    free(config->zone.shifts);
    memset(config, 0, sizeof(*config));
}
