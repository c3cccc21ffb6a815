/*
 * The configuration as hosts see it.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "configuration.h"

#include "convention.h"

#include <stdlib.h>
#include <string.h>

/* What was read into |config| becomes the caller's, or goes. */
static int
hand_over(int status, struct cg_config *config, struct cg_config **to)
{
    if (status != 0) {
        free(config);
        config = NULL;
    }
    *to = config;
    return status;
}

int cg_config_open(const char *path,
                   void (*report)(void *user,
                                  const char *file,
                                  int line,
                                  const char *wrong,
                                  const char *remedy),
                   void *user,
                   struct cg_config **config)
{
    struct cg_config *made = calloc(1, sizeof(*made));
    int status = made != NULL ? cg_config_read(path, report, user, made)
                              : CG_ERR_MEMORY;
    return hand_over(status, made, config);
}

int cg_config_open_memory(const struct cg_config_memory *memory,
                          void (*report)(void *user,
                                         const char *file,
                                         int line,
                                         const char *wrong,
                                         const char *remedy),
                          void *user,
                          struct cg_config **config)
{
    struct cg_config *made = calloc(1, sizeof(*made));
    int status = made != NULL
                     ? cg_config_read_memory(memory, report, user, made)
                     : CG_ERR_MEMORY;
    return hand_over(status, made, config);
}

void cg_config_close(struct cg_config *config)
{
    if (config != NULL) {
        cg_config_deinit(config);
        free(config);
    }
}

bool cg_config_session(const struct cg_config *config,
                       cg_session index,
                       struct cg_config_session_view *view)
{
    if (index >= config->session_count) {
        return false;
    }
    const struct cg_config_session *session = &config->sessions[index];
    *view = (struct cg_config_session_view){
        .name = session->name,
        .role = session->role,
        .version = session->version,
        .begin_string = session->begin_string,
        .our_comp_id = session->sender_comp_id,
        .peer_comp_id = session->target_comp_id,
        .initiator = session->initiator,
    };
    return true;
}

cg_session cg_config_find(const struct cg_config *config,
                          const char *begin_string,
                          const char *sender_comp_id,
                          const char *target_comp_id)
{
    for (size_t i = 0; i < config->session_count; i++) {
        const struct cg_config_session *session = &config->sessions[i];
        if (strcmp(session->target_comp_id, sender_comp_id) == 0 &&
            strcmp(session->sender_comp_id, target_comp_id) == 0 &&
            strcmp(session->begin_string, begin_string) == 0) {
            return (cg_session)i;
        }
    }
    return CG_SESSION_NONE;
}

void cg_config_host(const struct cg_config *config, struct cg_config_host *host)
{
    const struct cg_config_rates *rates = &config->rates;
    bool files = rates->given && rates->par_rates[0] != '\0';
    *host = (struct cg_config_host){
        .gate_name = config->gate_name,
        .journal = config->journal,
        .message_log = config->message_log[0] != '\0' ? config->message_log
                                                      : NULL,
        .fix_settings = config->fix_settings,
        .par_rates = files ? rates->par_rates : NULL,
        .par_rates_poll_ns = files ? rates->poll_ns : 0,
        .failure_grace_ns = config->failure_grace_ns,
        .stop_grace_ns = config->pull_time_ns > config->soft_deadline_ns
                             ? config->pull_time_ns
                             : config->soft_deadline_ns,
        .snapshot_facts = config->snapshot_facts,
        .message_max = config->limits.message_max,
    };
}

void cg_config_counts(const struct cg_config *config,
                      struct cg_config_counts *counts)
{
    const struct cg_conventions *conventions = config->rates.conventions;
    *counts = (struct cg_config_counts){
        .sessions = config->session_count,
        .accounts = config->account_count,
        .limits = config->credit_limit_count,
        .instruments = config->instrument_count,
        .conventions = conventions != NULL ? conventions->count : 0,
    };
}

bool cg_config_instrument(const struct cg_config *config,
                          size_t index,
                          struct cg_config_instrument_view *view)
{
    if (index >= config->instrument_count) {
        return false;
    }
    const struct cg_config_instrument *row = &config->instruments[index];
    bool priced = row->convention[0] != '\0';
    *view = (struct cg_config_instrument_view){
        .symbol = row->symbol,
        .currency = row->currency,
        .convention = priced ? row->convention : NULL,
        .swap = priced ? row->swap : NULL,
    };
    return true;
}

bool cg_config_convention(const struct cg_config *config,
                          size_t index,
                          struct cg_config_convention_view *view)
{
    const struct cg_conventions *all = config->rates.conventions;
    if (all == NULL || index >= all->count) {
        return false;
    }
    const struct cg_convention *convention = &all->items[index];
    *view = (struct cg_config_convention_view){
        .name = convention->name,
        .currency = convention->currency,
        .par_curve = convention->par_curve,
        .discounted_by = all->items[convention->discount].name,
    };
    return true;
}
