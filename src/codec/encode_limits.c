/*
 * What the gate says of limits: CT.
 *
 * Rules: R15, R19.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "codec.h"

#include "check.h"

/* RejectText(1328) of a 1764; a table. */
static const char *result_text(enum cg_result result)
{
    switch (result) {
    case CG_RESULT_INVALID_PARTY:
        return "the party is not known here";
    case CG_RESULT_INVALID_TYPE:
        return "a limit of this type is not enforced, or it is of another type";
    case CG_RESULT_INVALID_ID:
        return "RiskLimitID is missing, not known, or given twice";
    case CG_RESULT_INVALID_AMOUNT:
        return "the amount is missing or no amount";
    case CG_RESULT_INVALID_SCOPE:
        return "an instrument scope that means nothing";
    case CG_RESULT_ACTION_UNSUPPORTED:
        return "the action is not enforced";
    case CG_RESULT_WARNINGS_UNSUPPORTED:
        return "warning levels are rising percentages, 8 at most";
    case CG_RESULT_WARNING_ACTION_UNSUPPORTED:
        return "the warning action is not enforced";
    case CG_RESULT_SCOPE_UNSUPPORTED:
        return "a field of the instrument scope is not enforced";
    case CG_RESULT_NOT_FOR_PARTY:
        return "the limit is another party's";
    case CG_RESULT_ALREADY_DEFINED:
        return "the limit is there already";
    case CG_RESULT_NOT_AUTHORIZED:
        return "the party or limit is not the sender's to set";
    case CG_RESULT_OTHER:
    case CG_RESULT_OK: /* has no text */
        break;
    }
    return "currency, age or room does not allow it";
}

/* The responder may not alter parties: they go back byte by byte. */
static void put_parties_of(const struct cg_fix_group *entry,
                           struct cg_fix_writer *out)
{
    const struct cg_fix_message *message = entry->message;
    for (uint32_t i = entry->entry; i < entry->entry_end; i++) {
        if (message->fields[i].tag != 1671) {
            continue;
        }
        uint32_t end = cg_fix_skip(message, entry->levels, entry->depth, i,
                                   entry->entry_end);
        for (; i < end; i++) {
            cg_fix_put(out, message->fields[i].tag,
                       cg_fix_field_value(message, i));
        }
        return;
    }
}

static void put_definition(const struct cg_fix_group *entry,
                           enum cg_result result,
                           struct cg_fix_writer *out)
{
    struct cg_slice value = {NULL, 0};
    (void)cg_fix_group_find(entry, 1324, &value); /* begins the entry */
    cg_fix_put(out, 1324, value);
    cg_fix_put_int(out, 1763, result == CG_RESULT_OK ? 0 : 2);
    cg_fix_put_int(out, 1764, result);
    put_parties_of(entry, out);
    if (cg_fix_group_find(entry, 1670, &value)) {
        cg_fix_put(out, 1670, value);
    }
    if (result != CG_RESULT_OK) {
        cg_fix_put_str(out, 1328, result_text(result));
    }
}

/* An update that could not be read is refused without its entries. */
void cg_encode_definition_ack(const struct cg_context *context,
                              const struct cg_effect *effect,
                              struct cg_fix_writer *out)
{
    const struct cg_fix_message *message = context->message;
    struct cg_fix_group entry;
    struct cg_slice value = {NULL, 0};
    uint32_t count = 0;
    (void)cg_fix_find(message, 1666, &value);
    cg_fix_put(out, 1666, value);
    cg_fix_put_int(out, 1761, effect->reject);
    cg_fix_put_int(out, 1762, effect->value);
    if (effect->whole || !cg_fix_group(message, 1677, &entry)) {
        return;
    }
    while (cg_fix_group_next(&entry)) {
        count++;
    }
    cg_fix_put_int(out, 1677, count);
    (void)cg_fix_group(message, 1677, &entry);
    for (uint32_t i = 0; cg_fix_group_next(&entry); i++) {
        CG_ASSERT(i < CG_DEFINITIONS_MAX);
        put_definition(&entry, context->engine->results[i], out);
    }
}
