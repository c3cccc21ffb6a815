/*
 * Names for names: each old one has one new one, whatever it names, so that
 * what was equal stays equal.
 *
 * Must never let a value pass that it does not know to be public: a word of a
 * dictionary, a number, a time, an instrument.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "session_record_hide.h"

#include <fix_dictionary.h>
#include <fix_value.h>
#include <stdlib.h>

#define GATE "GATE" /* the gate's name in every session with other names */
#define TRAILER 7

enum kind {
    CLIENT,
    VENUE,
    HUB,
    CLIENT_ID,
    VENUE_ID,
    HUB_ID,
    OURS,
    ACCOUNT,
    FIRM,
    CCP,
    LIMIT,
    OWNER,
    CONTACT,
    REQUEST,
    ORDER,
    REPORT,
    THING,
    KINDS,
};

_Static_assert((size_t)KINDS <= CG_HIDE_KINDS, "a count for each kind");

/* --- names -------------------------------------------------------------- */

static bool grow(struct cg_hide *hide)
{
    if (hide->words.count < hide->room) {
        return true;
    }
    size_t room = hide->room * 2 + 256;
    char **more = realloc(hide->names, room * sizeof(*more));
    if (more == NULL) {
        return false;
    }
    hide->names = more;
    hide->room = room;
    return true;
}

/* One of |kind| for a word of |len| bytes: what is too long for a name of the
 * gate stays so. */
static char *make_name(const char *kind, size_t count, size_t len)
{
    size_t size = len > CG_NAME_MAX ? len + 1 : CG_NAME_MAX + 1;
    char *name = malloc(size);
    if (name == NULL) {
        return NULL;
    }
    size_t made = (size_t)snprintf(name, size, "%s%zu", kind, count);
    while (len > CG_NAME_MAX && made < len) {
        name[made++] = 'x';
    }
    name[made] = '\0';
    return name;
}

/* The new name of |word|, which gets one of |kind| if it has none; NULL
 * without memory. */
static const char *
name_of(struct cg_hide *hide, enum kind kind, struct cg_slice word)
{
    static const char *const names[KINDS] = {
        [CLIENT] = "client",    [VENUE] = "venue",    [HUB] = "hub",
        [CLIENT_ID] = "CLIENT", [VENUE_ID] = "VENUE", [HUB_ID] = "HUB",
        [OURS] = "OURS",        [ACCOUNT] = "ACC",    [FIRM] = "FIRM",
        [CCP] = "CCP",          [LIMIT] = "LIM",      [OWNER] = "OWNER",
        [CONTACT] = "contact ", [REQUEST] = "A",      [ORDER] = "V",
        [REPORT] = "E",         [THING] = "X",
    };
    size_t found = cg_words_find(&hide->words, word);
    if (found != CG_WORDS_NONE) {
        return hide->names[found];
    }
    char *name = grow(hide)
                     ? make_name(names[kind], ++hide->counts[kind], word.len)
                     : NULL;
    if (name == NULL) {
        return NULL;
    }
    found = cg_words_add(&hide->words, word);
    if (found == CG_WORDS_NONE || found + 1 != hide->words.count) {
        free(name);
        return NULL;
    }
    hide->names[found] = name;
    return name;
}

static bool give(struct cg_hide *hide, enum kind kind, const char *word)
{
    return word[0] == '\0' || name_of(hide, kind, cg_slice_str(word)) != NULL;
}

static bool give_gate(struct cg_hide *hide)
{
    size_t found = cg_words_add(&hide->words,
                                cg_slice_str(hide->config->gate_name));
    if (found != 0 || !grow(hide)) {
        return false;
    }
    hide->names[0] = strdup(GATE);
    return hide->names[0] != NULL;
}

static bool give_sessions(struct cg_hide *hide)
{
    static const enum kind names[] = {[CG_ROLE_CLIENT] = CLIENT,
                                      [CG_ROLE_VENUE] = VENUE,
                                      [CG_ROLE_HUB] = HUB};
    static const enum kind ids[] = {[CG_ROLE_CLIENT] = CLIENT_ID,
                                    [CG_ROLE_VENUE] = VENUE_ID,
                                    [CG_ROLE_HUB] = HUB_ID};
    bool given = true;
    for (size_t i = 0; i < hide->config->session_count && given; i++) {
        const struct cg_config_session *is = &hide->config->sessions[i];
        given = give(hide, names[is->role], is->name) &&
                give(hide, ids[is->role], is->target_comp_id) &&
                give(hide, OURS, is->sender_comp_id);
    }
    return given;
}

static bool give_accounts(struct cg_hide *hide)
{
    bool given = true;
    for (size_t i = 0; i < hide->config->account_count && given; i++) {
        const struct cg_config_account *is = &hide->config->accounts[i];
        given = give(hide, ACCOUNT, is->name) && give(hide, FIRM, is->firm) &&
                give(hide, CONTACT, is->contact);
        for (size_t j = 0; j < is->ccp_count && given; j++) {
            given = give(hide, CCP, is->ccps[j]);
        }
    }
    return given;
}

static bool give_limits(struct cg_hide *hide)
{
    bool given = true;
    for (size_t i = 0; i < hide->config->credit_limit_count && given; i++) {
        const struct cg_config_limit *is = &hide->config->credit_limits[i];
        given = give(hide, LIMIT, is->id) && give(hide, FIRM, is->firm) &&
                give(hide, OWNER, is->owner_name) &&
                give(hide, ACCOUNT, is->account) && give(hide, CCP, is->ccp);
    }
    return given;
}

int cg_hide_init(struct cg_hide *hide, const struct cg_config *config)
{
    *hide = (struct cg_hide){.config = config};
    cg_replay_ids_init(&hide->kind, config);
    return grow(hide) && give_gate(hide) && give_accounts(hide) &&
                   give_limits(hide) && give_sessions(hide)
               ? 0
               : CG_ERR_MEMORY;
}

void cg_hide_deinit(struct cg_hide *hide)
{
    for (size_t i = 0; i < hide->words.count; i++) {
        free(hide->names[i]);
    }
    cg_replay_ids_deinit(&hide->kind);
    cg_words_deinit(&hide->words);
    cg_words_deinit(&hide->prices);
    free(hide->names);
    free(hide->bytes);
    *hide = (struct cg_hide){.config = NULL};
}

/* --- the configuration -------------------------------------------------- */

/* Between commas, with blanks around them. */
static int
put_list(struct cg_hide *hide, enum kind kind, const char *value, FILE *out)
{
    const char *between = "";
    size_t len;
    for (const char *at = value + strspn(value, ", "); *at != '\0';
         at += len + strspn(at + len, ", ")) {
        len = strcspn(at, ",");
        struct cg_slice word = {at, len};
        while (at[word.len - 1] == ' ') { /* its first byte is none */
            word.len--;
        }
        const char *name = name_of(hide, kind, word);
        if (name == NULL) {
            return CG_ERR_MEMORY;
        }
        fprintf(out, "%s%s", between, name);
        between = ",";
    }
    return 0;
}

int cg_hide_entry(struct cg_hide *hide,
                  const char *section,
                  const char *key,
                  const char *value,
                  FILE *out)
{
    static const struct {
        const char *key;
        enum kind kind;
    } names[] = {
        {"Name", THING},        {"Venue", VENUE},
        {"Hub", HUB},           {"Superior", HUB},
        {"SenderCompID", OURS}, {"TargetCompID", CLIENT_ID},
        {"Account", ACCOUNT},   {"ClearingFirm", FIRM},
        {"Owner", OWNER},       {"RiskLimitID", LIMIT},
        {"Contact", CONTACT},   {"CCP", CCP},
        {"Accounts", ACCOUNT},  {"CCPs", CCP},
    };
    if (strcmp(section, "GATE") == 0 && strcmp(key, "Name") == 0) {
        fputs(GATE, out);
        return 0;
    }
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        if (strcmp(names[i].key, key) == 0 && value[0] != '\0') {
            bool list = key[strlen(key) - 1] == 's';
            if (list) {
                return put_list(hide, names[i].kind, value, out);
            }
            const char *name = name_of(hide, names[i].kind,
                                       cg_slice_str(value));
            fputs(name != NULL ? name : "", out);
            return name != NULL ? 0 : CG_ERR_MEMORY;
        }
    }
    fputs(value, out);
    return 0;
}

/* --- fields ------------------------------------------------------------- */

static bool ends_with(const char *text, const char *end)
{
    size_t len = strlen(text);
    size_t tail = strlen(end);
    return len >= tail && strcmp(text + len - tail, end) == 0;
}

static bool has_word(const char *name, const char *const *words)
{
    for (; *words != NULL; words++) {
        if (strstr(name, *words) != NULL) {
            return true;
        }
    }
    return false;
}

/* What is traded is public, and what a message is about in FIX's own terms. */
static bool is_public(const struct cg_fix_tag *tag)
{
    static const char *const words[] = {
        "Symbol",     "SecurityID", "SecurityType",  "SecuritySubType",
        "CFICode",    "Maturity",   "SecurityGroup", "ProductComplex",
        "RefMsgType", "RefTagID",   "ApplVerID",     "MsgType",
        NULL};
    return ends_with(tag->name, "Currency") || has_word(tag->name, words);
}

static bool is_price(const struct cg_fix_tag *tag)
{
    static const char *const words[] = {
        "Px", "Price", "Yield", "Spread", "SpotRate", "ForwardPoints", NULL};
    return tag->type == CG_FIX_TYPE_DECIMAL && has_word(tag->name, words);
}

static bool is_text(const struct cg_fix_tag *tag)
{
    static const char *const words[] = {"Text", "Headline", "Subject", NULL};
    return has_word(tag->name, words);
}

/* As the session's version has it, else any. */
static const struct cg_fix_tag *find_tag(enum cg_version version,
                                         uint32_t tag,
                                         const struct cg_fix_dictionary **from)
{
    *from = &cg_fix_dictionaries[version];
    const struct cg_fix_tag *found = cg_fix_tag_find(*from, tag);
    if (found == NULL) {
        *from = &cg_fix_dictionaries[CG_FIX50SP2];
        found = cg_fix_tag_find(*from, tag);
    }
    return found;
}

/* Whether a value is written as its type has it, so that it says nothing but a
 * number or a time; a table. */
static bool is_plain(const struct cg_fix_tag *tag, struct cg_slice value)
{
    int64_t number;
    switch ((enum cg_fix_type)tag->type) {
    case CG_FIX_TYPE_CHAR:
        return value.len == 1;
    case CG_FIX_TYPE_INT:
    case CG_FIX_TYPE_UINT:
        return cg_fix_int(value, &number);
    case CG_FIX_TYPE_DECIMAL:
        return cg_fix_is_decimal(value);
    case CG_FIX_TYPE_BOOLEAN:
        return value.len == 1 && (*value.data == 'Y' || *value.data == 'N');
    case CG_FIX_TYPE_TIME:
    case CG_FIX_TYPE_DATE:
        break;
    case CG_FIX_TYPE_LIST:
        for (size_t i = 1; i < value.len; i += 2) {
            if (value.data[i] != ' ') {
                return false;
            }
        }
        return true;
    case CG_FIX_TYPE_STRING:
    case CG_FIX_TYPE_DATA:
        return false;
    }
    for (size_t i = 0; i < value.len; i++) {
        if (strchr("0123456789-:.", value.data[i]) == NULL) {
            return false;
        }
    }
    return true;
}

/* --- values ------------------------------------------------------------- */

static void put(struct cg_fix_writer *out, const char *text)
{
    cg_fix_put_raw(out, cg_slice_str(text));
}

/* 4.10 is 4.1: both are the same price of another table. */
static bool put_price(struct cg_hide *hide,
                      struct cg_slice value,
                      struct cg_fix_writer *out)
{
    char text[32];
    bool minus = value.len > 0 && value.data[0] == '-';
    value.data += minus;
    value.len -= minus;
    while (value.len > 1 && value.data[0] == '0' && value.data[1] != '.') {
        value.data++;
        value.len--;
    }
    if (memchr(value.data, '.', value.len) != NULL) {
        while (value.data[value.len - 1] == '0') {
            value.len--;
        }
        value.len -= value.data[value.len - 1] == '.';
    }
    if (cg_slice_is(value, "0") || value.len == 0) {
        put(out, "0");
        return true;
    }
    size_t number = cg_words_add(&hide->prices, value);
    snprintf(text, sizeof(text), "%s%zu.%02zu", minus ? "-" : "",
             1 + number / 100, number % 100 + 1);
    put(out, text);
    return number != CG_WORDS_NONE;
}

/* "BANK-T8" is GATE-T8. */
static bool
put_id(struct cg_hide *hide, struct cg_slice value, struct cg_fix_writer *out)
{
    size_t at = hide->kind.prefix_len;
    if (value.len <= at || !cg_replay_id_is_made(&hide->kind, 0, value)) {
        return false;
    }
    put(out, GATE "-");
    cg_fix_put_raw(out, (struct cg_slice){value.data + at, value.len - at});
    return true;
}

static enum kind kind_of(const struct cg_fix_tag *tag)
{
    static const struct {
        const char *word;
        enum kind kind;
    } kinds[] = {
        {"ClOrdID", REQUEST}, {"OrderID", ORDER},     {"ExecID", REPORT},
        {"Account", ACCOUNT}, {"RiskLimitID", LIMIT},
    };
    for (size_t i = 0; tag != NULL && i < sizeof(kinds) / sizeof(kinds[0]);
         i++) {
        if (strstr(tag->name, kinds[i].word) != NULL) {
            return kinds[i].kind;
        }
    }
    return THING;
}

static bool put_name(struct cg_hide *hide,
                     const struct cg_fix_tag *tag,
                     struct cg_slice value,
                     struct cg_fix_writer *out)
{
    const char *name = name_of(hide, kind_of(tag), value);
    put(out, name != NULL ? name : "");
    return name != NULL;
}

/* The value of one field; false without memory. */
static bool put_value(struct cg_hide *hide,
                      enum cg_version version,
                      uint32_t number,
                      struct cg_slice value,
                      struct cg_fix_writer *out)
{
    const struct cg_fix_dictionary *dictionary;
    const struct cg_fix_tag *tag = find_tag(version, number, &dictionary);
    if (value.len == 0 || put_id(hide, value, out)) {
        return true;
    }
    if (tag != NULL && is_text(tag) && tag->type == CG_FIX_TYPE_STRING) {
        put(out, "text");
        return true;
    }
    if (tag != NULL && is_price(tag) && cg_fix_is_decimal(value)) {
        return put_price(hide, value, out);
    }
    if (tag != NULL && tag->type == CG_FIX_TYPE_DATA) {
        for (size_t i = 0; i < value.len; i++) {
            put(out, "x");
        }
        return true;
    }
    /* The gate counts its requests in 2318, and names them in 2322. */
    bool counted = (number == 2318 || number == 2322) &&
                   cg_replay_number(value) > 0;
    if (number == 35 || counted || cg_slice_is(value, "NONE") ||
        (tag != NULL &&
         (is_public(tag) || is_plain(tag, value) ||
          (tag->value_count > 0 &&
           cg_fix_value_find(dictionary, tag, value) != NULL)))) {
        cg_fix_put_raw(out, value);
        return true;
    }
    return put_name(hide, tag, value, out);
}

/* --- messages ----------------------------------------------------------- */

/* Of a length: its data may hold SOH. */
static bool take_data(struct cg_slice *fields,
                      const struct cg_fix_tag *tag,
                      struct cg_slice length,
                      struct cg_slice *data)
{
    int64_t len = 0;
    const char *equals = memchr(fields->data, '=', fields->len);
    size_t head = equals != NULL ? (size_t)(equals - fields->data) + 1 : 0;
    char text[16];
    int digits = snprintf(text, sizeof(text), "%u=", (unsigned)tag->data);
    if (!cg_fix_int(length, &len) || len < 1 || head != (size_t)digits ||
        memcmp(fields->data, text, head) != 0 ||
        (uint64_t)len >= fields->len - head ||
        fields->data[head + (size_t)len] != '\001') {
        return false;
    }
    *data = (struct cg_slice){fields->data + head, (size_t)len};
    fields->data += head + (size_t)len + 1;
    fields->len -= head + (size_t)len + 1;
    return true;
}

static bool put_field(struct cg_hide *hide,
                      enum cg_version version,
                      uint32_t tag,
                      struct cg_slice value,
                      struct cg_fix_writer *out)
{
    char text[16];
    snprintf(text, sizeof(text), "%u=", tag);
    put(out, text);
    bool done = put_value(hide, version, tag, value, out);
    put(out, "\001");
    return done;
}

/* All fields behind BodyLength and before CheckSum. */
static bool put_fields(struct cg_hide *hide,
                       enum cg_version version,
                       struct cg_slice fields,
                       struct cg_fix_writer *out)
{
    const struct cg_fix_dictionary *dictionary = &cg_fix_dictionaries[version];
    struct cg_slice value;
    uint32_t tag;
    bool done = true;
    while (done && cg_replay_field(&fields, &tag, &value)) {
        const struct cg_fix_tag *is = cg_fix_tag_find(dictionary, tag);
        struct cg_slice data;
        done = put_field(hide, version, tag, value, out);
        if (is != NULL && (is->flags & CG_FIX_TAG_LENGTH) != 0 &&
            take_data(&fields, is, value, &data)) {
            done = done && put_field(hide, version, is->data, data, out);
        }
    }
    if (fields.len > 0) {
        put(out, "x\001"); /* what is no field stays none */
    }
    return done;
}

static bool make_room(struct cg_hide *hide, size_t len)
{
    size_t max = len * 16 + 1024; /* each field may grow */
    if (max > hide->bytes_max) {
        char *more = realloc(hide->bytes, max);
        if (more == NULL) {
            return false;
        }
        hide->bytes = more;
        hide->bytes_max = max;
    }
    return true;
}

/* Head and trailer around the |len| bytes at |body|, which has room before. */
static struct cg_slice seal(char *body, size_t len, struct cg_slice begin)
{
    char head[64];
    unsigned sum = 0;
    int before = snprintf(head, sizeof(head), "8=%.*s\0019=%zu\001",
                          (int)(begin.len < 16 ? begin.len : 16), begin.data,
                          len);
    char *from = body - before;
    memcpy(from, head, (size_t)before);
    size_t total = (size_t)before + len;
    for (size_t i = 0; i < total; i++) {
        sum += (unsigned char)from[i];
    }
    snprintf(from + total, TRAILER + 1, "10=%03u\001", sum % 256);
    return (struct cg_slice){from, total + TRAILER};
}

int cg_hide_message(struct cg_hide *hide, struct cg_replay_message *message)
{
    const struct cg_replay_message old = *message;
    struct cg_slice fields = old.bytes;
    struct cg_slice value;
    uint32_t tag;
    if (!cg_replay_field(&fields, &tag, &value) ||
        !cg_replay_field(&fields, &tag, &value) || fields.len < TRAILER ||
        !make_room(hide, old.bytes.len)) {
        return CG_ERR_MEMORY;
    }
    fields.len -= TRAILER;
    struct cg_fix_writer out = cg_fix_writer_over(hide->bytes + 64,
                                                  hide->bytes_max - 128);
    if (!put_fields(hide, hide->config->sessions[old.session].version, fields,
                    &out) ||
        out.full) {
        return CG_ERR_MEMORY;
    }
    const struct cg_log_message log = {
        .bytes = seal(hide->bytes + 64, out.len, old.begin),
        .time = old.time,
        .file = old.file,
        .offset = old.offset,
    };
    (void)cg_replay_message_read(&log, message);
    message->session = old.session;
    message->outbound = old.outbound;
    return 0;
}
