/*
 * Names for the numbers in the messages.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "report_text.h"

#include "fix_dictionary.h"
#include <stdlib.h>

static void take_tags(bool seen[CG_FIX_TAGS], const char *bytes)
{
    for (const char *at = bytes; at != NULL; at = strchr(at, '\001')) {
        at += *at == '\001';
        char *end;
        unsigned long tag = *at >= '1' && *at <= '9' ? strtoul(at, &end, 10)
                                                     : 0;
        if (tag > 0 && tag < CG_FIX_TAGS && *end == '=') {
            seen[tag] = true;
        }
    }
}

void cg_report_put_glossary(struct cg_sheet *sheet,
                            const struct cg_report_model *model)
{
    bool seen[CG_FIX_TAGS] = {false};
    bool any = false;
    for (size_t i = 0; i < model->record_count; i++) {
        const json_t *record = json_array_get(model->records, i);
        if (cg_record_is(record, "message")) {
            take_tags(seen, cg_record_string(record, "bytes"));
        }
    }
    for (unsigned long tag = 1; tag < CG_FIX_TAGS; tag++) {
        const char *name = seen[tag] ? cg_report_tag_name(tag) : "";
        if (name[0] != '\0') {
            cg_sheet_add(sheet,
                         any ? " \xc2\xb7 " : "<h2>Fields</h2>\n<p class=g>");
            cg_sheet_format(sheet, "<b>%lu</b> %s\n", tag, name);
            any = true;
        }
    }
    cg_sheet_add(sheet, any ? "</p>\n" : "");
}
