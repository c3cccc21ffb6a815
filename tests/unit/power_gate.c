/*
 * SPDX-License-Identifier: Apache-2.0
 */
#include "power_gate.h"

#include "gate_internal.h"

#include <string.h>

/* The FIX sessions' numbers as they are in the journal. */
struct numbers {
    cg_seq facts;
    int seq_out[CG_SESSIONS_MAX];
};

static size_t session_count(const struct crash_run *run)
{
    return run->runner.script->config.session_count;
}

static const char *session_name(const struct crash_run *run, size_t session)
{
    return run->runner.script->config.sessions[session].fix_name;
}

static uint64_t draw(struct power *power, uint64_t below)
{
    power->seed = power->seed * UINT64_C(6364136223846793005) + 1442695041;
    return (power->seed >> 33) % below;
}

static int count_fact(void *context, const struct cg_fact *fact)
{
    (void)fact;
    ++*(cg_seq *)context;
    return 0;
}

/* Opens the journal on the disk, and reads what is in it. */
static int open_journal(struct crash_run *run, struct numbers *numbers)
{
    struct power *power = run->journal_user;
    struct cg_journal *journal = &run->runner.journal;
    char error[512] = "";
    int target;
    int64_t created = 0;
    int result;

    *numbers = (struct numbers){0};
    faulty_disk_use(power->disk);
    result = cg_journal_open_sqlite("gate.journal", journal, error,
                                    sizeof(error));
    if (result != 0) {
        *journal = (struct cg_journal){0};
        crash_wrong(run, "the journal does not open: %s", error);
        return result;
    }
    for (size_t i = 0; i < session_count(run) && result == 0; i++) {
        result = cg_journal_session_load(journal->user, session_name(run, i),
                                         &numbers->seq_out[i], &target,
                                         &created);
        numbers->seq_out[i]--;
    }
    return result != 0
               ? result
               : journal->load(journal->user, 0, count_fact, &numbers->facts);
}

static void set_fault(struct crash_run *run)
{
    struct power *power = run->journal_user;

    if (power->fault.at != 0 && !run->crashed && run->commits + 1 == run->at) {
        faulty_disk_fail(power->disk, &power->fault);
    }
}

static int power_open(struct crash_run *run)
{
    struct power *power = run->journal_user;
    struct numbers numbers;
    int result;

    power->disk = faulty_disk_open();
    if (power->lies) {
        faulty_disk_lie(power->disk);
    }
    result = open_journal(run, &numbers);
    power->moment = faulty_disk_now(power->disk);
    set_fault(run);
    return result;
}

/* The whole message is in the store of its session, as the gateway does it. */
static int power_sent(struct crash_run *run,
                      const struct cg_script_message *message)
{
    static char bytes[CG_SCRIPT_BUFFER]; /* the runner's are in use */
    const char *name = session_name(run, message->session);
    void *user = run->runner.journal.user;
    size_t len = cg_script_seal(&run->runner, message, false, bytes,
                                sizeof(bytes));
    int error = cg_journal_message_set(user, name, message->seq, bytes, len, 0,
                                       len);

    return error != 0
               ? error
               : cg_journal_session_set_sender(user, name, message->seq + 1);
}

static void power_committed(struct crash_run *run)
{
    struct power *power = run->journal_user;

    power->moment = faulty_disk_now(power->disk);
    power->facts = run->runner.gate->engine->state.fact_no;
    memcpy(power->seq_out, run->runner.seq_out, sizeof(power->seq_out));
    set_fault(run);
}

/* The power goes at a moment of the commit, or, after a fault, at one of the
 * process's end.  Returns whether the commit had returned by then. */
static bool cut(struct power *power, size_t end, bool in_commit)
{
    size_t now = faulty_disk_now(power->disk);
    size_t at = end;
    struct faulty_disk *after;

    if (power->fault.at != 0 && in_commit) {
        at += (size_t)draw(power, now - end + 1);
    } else if (in_commit && end > power->moment) {
        at = power->moment + 1 + (size_t)draw(power, end - power->moment);
    }
    after = faulty_disk_cut(power->disk, at, draw(power, 1000000));
    faulty_disk_close(power->disk);
    power->disk = after;
    return at >= end;
}

static bool
same(const struct numbers *numbers, cg_seq facts, const int *seq_out)
{
    return numbers->facts == facts &&
           memcmp(numbers->seq_out, seq_out, sizeof(numbers->seq_out)) == 0;
}

static bool power_crash(struct crash_run *run, bool in_commit)
{
    struct power *power = run->journal_user;
    struct cg_journal *journal = &run->runner.journal;
    size_t end = faulty_disk_now(power->disk);
    struct numbers is;
    bool durable = run->result >= 0 || !in_commit;
    bool before;
    bool after;

    if (in_commit && run->result < 0 &&
        strchr(journal->error(journal->user), ';') == NULL) {
        crash_wrong(run, "it is not said what to do: %s",
                    journal->error(journal->user));
    }
    journal->close(journal->user);
    *journal = (struct cg_journal){0};
    faulty_disk_fail(power->disk, NULL);
    if (power->fault.at == 0 || !power->again) {
        durable = cut(power, end, in_commit) && durable;
    }
    if (open_journal(run, &is) != 0) {
        crash_wrong(run, "the journal cannot be read");
        return false;
    }
    before = same(&is, power->facts, power->seq_out);
    after = in_commit ? same(&is, run->facts, run->runner.seq_out) : before;
    if (!before && !after) {
        crash_wrong(run, "%llu facts, of %llu before the turn and %llu after",
                    (unsigned long long)is.facts,
                    (unsigned long long)power->facts,
                    (unsigned long long)run->facts);
    } else if (durable && !after) {
        crash_wrong(run, "a turn whose commit returned %d is lost",
                    run->result);
    }
    return after;
}

const struct crash_journal power_journal = {
    .open = power_open,
    .sent = power_sent,
    .committed = power_committed,
    .crash = power_crash,
};

void power_deinit(struct power *power)
{
    faulty_disk_close(power->disk);
    faulty_disk_use(NULL);
}
