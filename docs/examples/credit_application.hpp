/*
 * A credit check for a gateway that has a FIX::Application already:
 *
 *     CreditApplication credit(application, logs, "gate.cfg");
 *     FIX::SocketAcceptor acceptor(credit, stores, settings, credit.logs());
 *     credit.start();
 *
 * Sessions that gate.cfg names are the gate's: it takes their messages and
 * sends them on.  All others are the application's, as before.
 *
 * Threads.  The callbacks come on QuickFIX's threads.  A mutex guards the gate;
 * under it nothing of QuickFIX is called, as QuickFIX holds a session's lock
 * while it calls toApp() or onLogout().  One thread of our own commits, then
 * sends, then lets fromApp() return: so QuickFIX counts a message as received
 * when all that it caused is in the stores.
 *
 * Two stores.  What the gate says is an entry of the journal, in one
 * transaction with its facts; QuickFIX's store comes after it.  After a crash
 * start() finds what QuickFIX never had and sends it, orders only while they
 * are covered.
 *
 * Bytes.  A FIX::Message has lost the order of its fields.  So the bytes are
 * taken from QuickFIX's log, and a body is sent as one field: its first tag,
 * and as its value all the rest.
 *
 * Use SocketAcceptor and SocketInitiator: the Threaded ones block in send() on
 * a peer that does not read.  C++14, as QuickFIX's headers ask for.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef CREDIT_APPLICATION_HPP
#define CREDIT_APPLICATION_HPP

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <deque>
#include <iostream>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include <quickfix/Application.h>
#include <quickfix/Session.h>

#include <creditgate/gate.h>

#include "byte_log.hpp"

class CreditApplication final : public FIX::Application
{
  public:
    /* Throws std::runtime_error with what is wrong.  |user| and |logs| must
     * outlive this; this must outlive acceptors and initiators. */
    CreditApplication(FIX::Application &user,
                      FIX::LogFactory &logs,
                      const std::string &path)
        : user_(user), bytes_(logs)
    {
        open_config(path);
        open_journal();
        struct cg_gate_options options = {};
        char error[1024] = "";
        struct cg_gate *gate = nullptr;
        options.config = config_.get();
        options.journal = &journal_;
        options.now = now();
        options.log = on_decision;
        if (cg_gate_open(&options, error, sizeof(error), &gate) != 0) {
            throw std::runtime_error(error);
        }
        gate_.reset(gate);
        std::lock_guard<std::mutex> lock(mutex_);
        collect(0);
    }

    ~CreditApplication() override
    {
        {
            std::lock_guard<std::mutex> lock(mutex_);
            ending_ = true;
            wake_.notify_all();
        }
        if (worker_.joinable()) {
            worker_.join();
        }
    }

    /* For acceptors and initiators: their logs, seen by the gate. */
    FIX::LogFactory &logs()
    {
        return bytes_;
    }

    /* When acceptors and initiators are made, before they start. */
    void start()
    {
        std::deque<Out> again;
        for (const Out &out : unsent_) {
            if (!is_stored(out) && may_go(out)) {
                again.push_back(out);
            }
        }
        outbox_.insert(outbox_.begin(), again.begin(), again.end());
        asked_ = 1;
        worker_ = std::thread([this] { work(); });
    }

    /* What waits is answered, no new risk is taken; waits a little for what
     * venue and hub still owe.  Before acceptors and initiators stop. */
    void stop()
    {
        const cg_time until = now() + host_.stop_grace_ns;
        turn(true, [this] { return cg_gate_stop(gate_.get(), now()); });
        while (now() < until && is_owed()) {
            std::this_thread::sleep_for(std::chrono::milliseconds(10));
        }
    }

    /* The journal could not be written, its spare could: no new risk is taken,
     * and after FailureGraceMs= the process should end. */
    bool failing() const
    {
        std::lock_guard<std::mutex> lock(mutex_);
        return end_ != CG_TIME_NEVER;
    }

    bool ended() const
    {
        std::lock_guard<std::mutex> lock(mutex_);
        return end_ <= now();
    }

    /* --- FIX::Application ------------------------------------------------ */

    void onCreate(const FIX::SessionID &id) override
    {
        user_.onCreate(id);
    }

    void onLogon(const FIX::SessionID &id) override
    {
        user_.onLogon(id);
        link(id, true);
    }

    void onLogout(const FIX::SessionID &id) override
    {
        user_.onLogout(id);
        link(id, false);
    }

    /* A Logon with number 1: what was sent before can be resent no more.
     * A Reject by QuickFIX of what a venue or hub said: it may be a fill, so
     * the gate hears of it all the same. */
    void toAdmin(FIX::Message &message, const FIX::SessionID &id) override
    {
        user_.toAdmin(message, id);
        const Peer *peer = find(id);
        std::string type = text(message.getHeader(), 35);
        if (peer != nullptr && type == "A" &&
            (text(message, 141) == "Y" ||
             text(message.getHeader(), 34) == "1")) {
            turn(false, [&] {
                return cg_gate_renumbered(gate_.get(), peer->index, true,
                                          now());
            });
        } else if (peer != nullptr && type == "3" &&
                   peer->role != CG_ROLE_CLIENT && !is_worker()) {
            std::string bytes = bytes_.take(id, number(text(message, 45)));
            if (!bytes.empty()) {
                say("ALARM: QuickFIX rejects a message that the gate takes: " +
                    text(message, 58));
                receive(*peer, bytes, false);
            }
        }
    }

    void fromAdmin(const FIX::Message &message,
                   const FIX::SessionID &id) throw(FIX::FieldNotFound,
                                                   FIX::IncorrectDataFormat,
                                                   FIX::IncorrectTagValue,
                                                   FIX::RejectLogon) override
    {
        user_.fromAdmin(message, id);
        const Peer *peer = find(id);
        std::string type = text(message.getHeader(), 35);
        if (peer != nullptr && type == "3") {
            rejected(*peer, number(text(message, 45)));
        } else if (peer != nullptr && type == "4" &&
                   text(message, 123) != "Y" &&
                   number(text(message, 36)) >
                       session(*peer)->getExpectedTargetNum()) {
            turn(true, [&] {
                return cg_gate_renumbered(gate_.get(), peer->index, false,
                                          now());
            });
        }
    }

    /* R22: a resend is asked about, and goes out with its own bytes.  Whoever
     * else sends an order to a gated venue is stopped here. */
    void toApp(FIX::Message &message,
               const FIX::SessionID &id) throw(FIX::DoNotSend) override
    {
        const Peer *peer = find(id);
        std::string type = text(message.getHeader(), 35);
        if (peer != nullptr && text(message.getHeader(), 43) == "Y") {
            resend(*peer, message);
        } else if (peer != nullptr && peer->role == CG_ROLE_VENUE &&
                   needs_cover(type) && !is_worker()) {
            say("ALARM: an order that did not come from the gate is not sent");
            throw FIX::DoNotSend();
        }
        user_.toApp(message, id);
    }

    /* A client's message: the application is asked first, and may refuse.
     * Others: the gate must not miss them, the application hears after it. */
    void fromApp(const FIX::Message &message, const FIX::SessionID &id) throw(
        FIX::FieldNotFound,
        FIX::IncorrectDataFormat,
        FIX::IncorrectTagValue,
        FIX::UnsupportedMessageType) override
    {
        const Peer *peer = find(id);
        if (peer == nullptr || peer->role == CG_ROLE_CLIENT) {
            user_.fromApp(message, id);
        }
        if (peer != nullptr) {
            std::string bytes = bytes_.take(
                id, number(text(message.getHeader(), 34)));
            receive(*peer, bytes.empty() ? message.toString() : bytes, true);
            if (peer->role != CG_ROLE_CLIENT) {
                user_.fromApp(message, id);
            }
        }
    }

  private:
    struct Peer {
        cg_session index;
        cg_role role;
        FIX::SessionID id;
    };

    /* A message of the gate, with its number in the journal. */
    struct Out {
        int no;
        cg_session session;
        cg_time at;
        std::string type;
        std::string header;
        std::string body;
    };

    struct Journal : cg_journal {
        Journal() : cg_journal()
        {
        }
        Journal(const Journal &) = delete;
        Journal &operator=(const Journal &) = delete;
        ~Journal()
        {
            if (close != nullptr) {
                close(user);
            }
        }
    };

    struct Closer {
        void operator()(struct cg_config *config) const
        {
            cg_config_close(config);
        }
        void operator()(struct cg_gate *gate) const
        {
            cg_gate_close(gate);
        }
    };

    static constexpr const char *OUTBOX = "outbox";
    static const int OUTBOX_MAX = 10000; /* then it is emptied */
    static const int LOOK_BACK = 10000;  /* messages of QuickFIX's store */

    static cg_time now()
    {
        using namespace std::chrono;
        return duration_cast<nanoseconds>(
                   system_clock::now().time_since_epoch())
            .count();
    }

    static void say(const std::string &words)
    {
        std::clog << words + "\n" << std::flush;
    }

    static void
    on_decision(void *, enum cg_log_level, cg_time, const char *words)
    {
        say(std::string("gate ") + words);
    }

    static std::string text(const FIX::FieldMap &map, int tag)
    {
        return map.isSetField(tag) ? map.getField(tag) : std::string();
    }

    static int number(const std::string &digits)
    {
        return std::atoi(digits.c_str());
    }

    static bool needs_cover(const std::string &type)
    {
        return type == "D" || type == "G" || type == "AB" || type == "AC";
    }

    const Peer *find(const FIX::SessionID &id) const
    {
        for (const Peer &peer : peers_) {
            if (peer.id == id) {
                return &peer;
            }
        }
        return nullptr;
    }

    static FIX::Session *session(const Peer &peer)
    {
        FIX::Session *found = FIX::Session::lookupSession(peer.id);
        if (found == nullptr) {
            throw std::runtime_error("QuickFIX has no session " +
                                     peer.id.toString());
        }
        return found;
    }

    /* Whether this thread is one that sends for a gate. */
    static bool &is_worker()
    {
        static thread_local bool is = false;
        return is;
    }

    bool is_owed() const
    {
        std::lock_guard<std::mutex> lock(mutex_);
        return cg_gate_is_owed(gate_.get());
    }

    /* --- turns ----------------------------------------------------------- */

    /* The process must end: the sessions have moved on, the journal has not.
     * What is not durable was not sent, nor counted as received. */
    [[noreturn]] void die()
    {
        say(std::string("FATAL: the journal failed, nothing goes out: ") +
            journal_.error(journal_.user));
        std::_Exit(1);
    }

    void must(int status)
    {
        if (status != 0) {
            die();
        }
    }

    /* Under the mutex, after each call on the gate. */
    void collect(int status)
    {
        struct cg_out out;
        must(status);
        while (cg_gate_pull(gate_.get(), &out)) {
            Out kept = {next_++,
                        out.session,
                        now(),
                        out.type,
                        std::string(out.header, out.header_len),
                        std::string(out.body, out.body_len)};
            std::string entry = kept.type + " " + std::to_string(kept.session) +
                                " " + std::to_string(kept.at) + " " +
                                std::to_string(kept.header.size()) + "\n" +
                                kept.header + kept.body;
            must(cg_journal_message_set(
                journal_.user, OUTBOX, kept.no, entry.data(), entry.size(),
                entry.size() - kept.body.size(), kept.body.size()));
            must(cg_journal_session_set_sender(journal_.user, OUTBOX, next_));
            outbox_.push_back(kept);
        }
    }

    /* |wait| until it is durable and sent: never where QuickFIX holds a lock.
     */
    template <typename Call> void turn(bool wait, Call call)
    {
        std::unique_lock<std::mutex> lock(mutex_);
        collect(call());
        const unsigned long mine = ++asked_;
        wake_.notify_all();
        if (wait) {
            done_.wait(lock, [&] { return finished_ >= mine; });
        }
    }

    void link(const FIX::SessionID &id, bool up)
    {
        const Peer *peer = find(id);
        if (peer != nullptr) {
            turn(false, [&] {
                return cg_gate_link(gate_.get(), peer->index, up, now());
            });
        }
    }

    void receive(const Peer &peer, const std::string &bytes, bool wait)
    {
        turn(wait, [&] {
            return cg_gate_recv(gate_.get(), peer.index, bytes.data(),
                                bytes.size(), now());
        });
    }

    /* The turns so far are durable after this. */
    void commit()
    {
        int status = cg_gate_commit(gate_.get());
        if (status == CG_GATE_E_SPARE && end_ == CG_TIME_NEVER) {
            end_ = now() + host_.failure_grace_ns;
            say(std::string("FATAL: ") + journal_.error(journal_.user));
            collect(cg_gate_stop(gate_.get(), now()));
            status = cg_gate_commit(gate_.get());
        }
        must(status == CG_GATE_E_SPARE ? 0 : status);
    }

    void work()
    {
        is_worker() = true;
        std::unique_lock<std::mutex> lock(mutex_);
        while (!ending_) {
            cg_time due = cg_gate_deadline(gate_.get());
            if (due <= now()) {
                collect(cg_gate_tick(gate_.get(), now()));
            }
            const unsigned long turns = asked_;
            commit();
            std::deque<Out> batch;
            batch.swap(outbox_);
            lock.unlock();
            for (const Out &out : batch) {
                send(out);
            }
            lock.lock();
            finished_ = turns;
            done_.notify_all();
            if (!batch.empty()) {
                sent(batch.back().no);
            } else if (turns == asked_ && !ending_) {
                cg_time wait = std::min(cg_gate_deadline(gate_.get()) - now(),
                                        CG_SECOND);
                wake_.wait_for(lock, std::chrono::nanoseconds(wait));
            }
        }
        commit();
    }

    /* On record with the next commit, which comes at once. */
    void sent(int last)
    {
        if (outbox_.empty() && next_ > OUTBOX_MAX) {
            must(cg_journal_session_reset(journal_.user, OUTBOX, now()));
            next_ = 1;
        } else {
            must(
                cg_journal_session_set_target(journal_.user, OUTBOX, last + 1));
        }
    }

    /* --- messages of the gate --------------------------------------------- */

    FIX::Message build(const Out &out) const
    {
        FIX::Message message;
        message.setSessionID(peers_[out.session].id);
        message.getHeader().setField(35, out.type);
        for (size_t at = 0; at < out.header.size();) {
            size_t stop = out.header.find('\001', at);
            size_t is = out.header.find('=', at);
            message.getHeader().setField(
                number(out.header.substr(at, is - at)),
                out.header.substr(is + 1, stop - is - 1));
            at = stop + 1;
        }
        set_one_field_body(message, out.body);
        return message;
    }

    void send(const Out &out)
    {
        FIX::Message message = build(out);
        if (!session(peers_[out.session])->send(message)) {
            say("ALARM: QuickFIX did not send a message of the gate");
        }
    }

    /* --- after a crash ---------------------------------------------------- */

    /* Whether QuickFIX has it, and resends it when asked. */
    bool is_stored(const Out &out) const
    {
        FIX::Session *to = session(peers_[out.session]);
        int last = to->getExpectedSenderNum() - 1;
        std::vector<std::string> messages;
        to->getStore()->get(std::max(1, last - LOOK_BACK), last, messages);
        for (const std::string &message : messages) {
            if (message.find("\00135=" + out.type + "\001") !=
                    std::string::npos &&
                message.find("\001" + out.body + "10=") != std::string::npos) {
                return true;
            }
        }
        return false;
    }

    bool may_go(const Out &out)
    {
        if (!needs_cover(out.type)) {
            return true;
        }
        FIX::Message message = build(out);
        FIX::UtcTimeStamp at(static_cast<time_t>(out.at / CG_SECOND),
                             static_cast<int>(out.at % CG_SECOND / CG_MS), 3);
        message.getHeader().setField(FIX::MsgSeqNum(1));
        message.getHeader().setField(FIX::SendingTime(at, 3));
        std::string bytes = message.toString();
        bool may = cg_gate_may_resend(gate_.get(), out.session, bytes.data(),
                                      bytes.size());
        say(may ? "an order that QuickFIX never had is sent now"
                : "an order whose cover has died is not sent");
        return may;
    }

    static void on_unsent(void *context,
                          int no,
                          const char *bytes,
                          size_t len,
                          size_t body_at,
                          size_t body_len)
    {
        auto *list = static_cast<std::vector<Out> *>(context);
        std::string entry(bytes, len);
        size_t stop = entry.find('\n') + 1;
        char type[8] = "";
        unsigned index = 0;
        long long at = 0;
        std::sscanf(entry.c_str(), "%7s %u %lld", type, &index, &at);
        list->push_back(Out{no, static_cast<cg_session>(index), at, type,
                            entry.substr(stop, body_at - stop),
                            entry.substr(body_at, body_len)});
    }

    /* --- messages of the peers -------------------------------------------- */

    /* What was sent under a number, or "". */
    static std::string stored(const Peer &peer, int seq)
    {
        std::vector<std::string> messages;
        if (seq > 0) {
            session(peer)->getStore()->get(seq, seq, messages);
        }
        return messages.empty() ? std::string() : messages.front();
    }

    void rejected(const Peer &peer, int seq)
    {
        std::string bytes = stored(peer, seq);
        say("ALARM: " + peer.id.toString() + " sent a Reject");
        if (!bytes.empty()) {
            turn(true, [&] {
                return cg_gate_rejected(gate_.get(), peer.index, bytes.data(),
                                        bytes.size(), now());
            });
        }
    }

    void resend(const Peer &peer, FIX::Message &message)
    {
        std::string bytes = stored(peer, number(text(message.getHeader(), 34)));
        {
            std::lock_guard<std::mutex> lock(mutex_);
            if (!cg_gate_may_resend(gate_.get(), peer.index, bytes.data(),
                                    bytes.size())) {
                commit(); /* before the gap is filled */
                wake_.notify_all();
                throw FIX::DoNotSend();
            }
        }
        FIX::FieldMap &fields = message;
        fields.clear();
        set_one_field_body(fields, body_of_bytes(bytes));
    }

    /* --- opening -----------------------------------------------------------
     */

    static void on_mistake(void *user,
                           const char *file,
                           int line,
                           const char *wrong,
                           const char *remedy)
    {
        *static_cast<std::string *>(user) += std::string(file) + ":" +
                                             std::to_string(line) + ": " +
                                             wrong + "; " + remedy + "\n";
    }

    void open_config(const std::string &path)
    {
        std::string mistakes;
        struct cg_config *config = nullptr;
        if (cg_config_open(path.c_str(), on_mistake, &mistakes, &config) != 0) {
            throw std::runtime_error(mistakes);
        }
        config_.reset(config);
        cg_config_host(config, &host_);
        if (host_.par_rates != nullptr) {
            throw std::runtime_error("par rates are not read here: leave "
                                     "[RATES] out");
        }
        struct cg_config_session_view view;
        for (cg_session i = 0; cg_config_session(config, i, &view); i++) {
            FIX::SessionID id(view.begin_string, view.our_comp_id,
                              view.peer_comp_id);
            peers_.push_back(Peer{i, view.role, id});
            bytes_.watch(id);
        }
    }

    void open_journal()
    {
        char error[1024] = "";
        int sent = 1;
        int64_t creation = now();
        if (cg_journal_open_sqlite(host_.journal, &journal_, error,
                                   sizeof(error)) != 0) {
            throw std::runtime_error(error);
        }
        if (cg_journal_session_load(journal_.user, OUTBOX, &next_, &sent,
                                    &creation) != 0 ||
            cg_journal_message_get(journal_.user, OUTBOX, sent, next_ - 1,
                                   on_unsent, &unsent_) != 0) {
            throw std::runtime_error(journal_.error(journal_.user));
        }
    }

    FIX::Application &user_;
    ByteLogs bytes_;
    std::unique_ptr<struct cg_config, Closer> config_;
    struct cg_config_host host_;
    Journal journal_;
    std::unique_ptr<struct cg_gate, Closer> gate_;
    std::vector<Peer> peers_;
    std::vector<Out> unsent_; /* of the process before */

    mutable std::mutex mutex_; /* the gate, the journal, and all below */
    std::condition_variable wake_;
    std::condition_variable done_;
    std::deque<Out> outbox_; /* to be committed, then sent */
    int next_ = 1;
    unsigned long asked_ = 0;
    unsigned long finished_ = 0;
    bool ending_ = false;
    cg_time end_ = CG_TIME_NEVER; /* set when the journal has failed */
    std::thread worker_;
};

#endif
