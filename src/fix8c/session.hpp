/*
 * One FIX session: QuickFIX's Session with our own responder, store and
 * application around it, and application bodies kept out of QuickFIX's sight,
 * but for a session with ValidateBodies=Y.
 *
 * Must never let an exception out that QuickFIX does not expect at that place,
 * nor hand a byte to the wire after the store has failed.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef FIX8C_SESSION_HPP
#define FIX8C_SESSION_HPP

#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include <quickfix/Session.h>
#include <quickfix/SessionFactory.h>

#include <fix8c/fix8c.h>

#include "dictionary.hpp"
#include "framing.h"
#include "message_store.hpp"
#include "outgoing.hpp"
#include "settings.hpp"

namespace fix8c
{

/* The user-defined field that carries a whole message through QuickFIX. */
const int RAW = 99999;

/* What the sessions of an engine share. */
struct Shared {
    struct fix8c_callbacks callbacks;
    struct fix8c_store store;
    bool own_store = false; /* each session has a ring in memory */
    void *user = nullptr;
    bool store_failed = false;
};

/* The caller's view of a message that lies at |bytes|. */
void describe(struct fix8c_message *message,
              const struct framing_parts &parts,
              const char *bytes,
              size_t len);

/* Puts whole fields into a message; false when they are not whole fields. */
bool set_body(FIX::Message &message, const char *body, size_t len);

/* Hands QuickFIX the store that the session owns. */
class StoreFactory final : public FIX::MessageStoreFactory
{
  public:
    explicit StoreFactory(std::unique_ptr<StoreAdapter> &store) : store_(store)
    {
    }
    FIX::MessageStore *create(const FIX::SessionID &) override
    {
        return store_.get();
    }
    void destroy(FIX::MessageStore *) override
    {
    }

  private:
    std::unique_ptr<StoreAdapter> &store_;
};

/* Passes QuickFIX's events on. */
class EventLog final : public FIX::Log, public FIX::LogFactory
{
  public:
    explicit EventLog(struct fix8c_session &session) : session_(session)
    {
    }
    FIX::Log *create() override
    {
        return this;
    }
    FIX::Log *create(const FIX::SessionID &) override
    {
        return this;
    }
    void destroy(FIX::Log *) override
    {
    }
    void clear() override
    {
    }
    void backup() override
    {
    }
    void onIncoming(const std::string &) override
    {
    }
    void onOutgoing(const std::string &) override
    {
    }
    void onEvent(const std::string &text) override;

  private:
    struct fix8c_session &session_;
};

} // namespace fix8c

struct fix8c_session final : public FIX::Application, public FIX::Responder {
  public:
    /* Throws SettingsError. */
    fix8c_session(fix8c::Shared &shared, const fix8c::Settings &settings);
    ~fix8c_session() override;
    fix8c_session(const fix8c_session &) = delete;
    fix8c_session &operator=(const fix8c_session &) = delete;

    /*
     * Reads the store and makes the QuickFIX session.  Throws SettingsError or
     * a FIX::Exception; returns 0 or FIX8C_ERR_STORE.
     */
    int open(const struct fix8c_dictionary *given, size_t given_len);
    /* Ends the session without a Logout. */
    void close();

    int attach(const struct fix8c_wire &wire);
    int detach();
    int receive(const char *bytes, size_t len);
    int tick();
    int send(const std::string &type,
             struct framing_text header,
             struct framing_text body);
    int logout(const std::string &text);
    void logon();
    int reset();
    /* Once after each reset, when no call into QuickFIX is under way. */
    void tell_reset();

    const std::string &name() const
    {
        return name_;
    }
    const fix8c::Settings &settings() const
    {
        return settings_;
    }
    bool initiator() const
    {
        return initiator_;
    }
    bool attached() const
    {
        return attached_;
    }
    int next_sender() const
    {
        return store_->getNextSenderMsgSeqNum();
    }
    int next_target() const
    {
        return store_->getNextTargetMsgSeqNum();
    }
    bool logged_on() const;
    bool enabled() const;
    bool in_gap() const;
    int64_t deadline() const;
    void event(const std::string &text);

    void *user = nullptr; /* the caller's own */

    /* What QuickFIX calls. */
    void onCreate(const FIX::SessionID &) override;
    void onLogon(const FIX::SessionID &) override;
    void onLogout(const FIX::SessionID &) override;
    void toAdmin(FIX::Message &message, const FIX::SessionID &) override;
    void toApp(FIX::Message &message,
               const FIX::SessionID &) throw(FIX::DoNotSend) override;
    void fromAdmin(const FIX::Message &message,
                   const FIX::SessionID &) throw(FIX::FieldNotFound,
                                                 FIX::IncorrectDataFormat,
                                                 FIX::IncorrectTagValue,
                                                 FIX::RejectLogon) override;
    void
    fromApp(const FIX::Message &message,
            const FIX::SessionID &) throw(FIX::FieldNotFound,
                                          FIX::IncorrectDataFormat,
                                          FIX::IncorrectTagValue,
                                          FIX::UnsupportedMessageType) override;
    bool send(const std::string &bytes) override;
    void disconnect() override;

  private:
    /* What waits in QuickFIX behind a gap, and how much may. */
    struct Gap {
        long messages_max = 0;
        size_t bytes_max = 0;
        int end = 0; /* the highest number that arrived early; 0: no gap */
        long messages = 0;
        size_t bytes = 0;
        bool told = false;
    };

    /* What a long ResendRequest has still to get. */
    struct Owed {
        int next = 0; /* 0: nothing */
        int last = 0;
    };

    /* The message that receive() is feeding. */
    struct Fed {
        const char *bytes = nullptr;
        size_t len = 0;
        struct framing_parts parts;
        bool passed = false; /* it reached the application */
    };

    FIX::Dictionary quickfix_settings() const;
    void read_limits();
    int guarded_end(int result);
    template <typename Call> int guarded(Call call);

    int feed(const char *bytes, size_t len);
    bool may_come_first(const struct framing_parts &parts) const;
    const char *logon_fault() const;
    int refuse_line(const char *text);
    bool keep_early();
    bool is_out_of_turn() const;
    bool is_sound(bool app) const;
    bool feed_long_request();
    void resend_piece();
    bool is_data(int tag) const;
    void feed_app();
    void fill_incoming();
    bool type_is_known(struct framing_text type) const;
    bool same_field(const struct framing_field &field,
                    const struct framing_field &old) const;
    bool need_not_ask(int64_t now_ns) const;
    void take_directly();
    enum fix8c_verdict ask_from_app(const char *bytes,
                                    size_t len,
                                    const struct framing_parts &parts,
                                    struct fix8c_refusal *refusal);
    void refuse(const FIX::Message &message,
                const struct framing_parts &parts,
                enum fix8c_verdict verdict,
                const struct fix8c_refusal &refusal);
    void learn_type();

    bool body_parts(const std::string &raw, struct framing_parts *parts);
    bool original(const FIX::Message &message, std::string *raw);
    void refuse_session(const FIX::Message &message,
                        const struct framing_parts &parts,
                        const struct fix8c_refusal &refusal);
    void refuse_business(const FIX::Message &message,
                         const struct framing_parts &parts,
                         const struct fix8c_refusal &refusal);
    bool post(FIX::Message &message, struct framing_text body);
    int send_directly(const std::string &type,
                      struct framing_text header,
                      struct framing_text body,
                      bool possresend);
    bool hand_out(const char *bytes, size_t len);
    void put_back_body(FIX::Message &message);
    bool ask_to_app(const struct fix8c_message &message);
    void check_numbers(const FIX::Message &message) const;
    void check_resend(const FIX::Message &message) const;

    fix8c::Shared &shared_;
    fix8c::Settings settings_;
    std::string name_;
    FIX::SessionID id_;
    bool initiator_;
    bool fixt_;
    bool non_stop_;
    bool validates_; /* QuickFIX sees application messages whole */
    long heartbeat_min_ = 0;
    long heartbeat_max_ = 0;
    std::vector<std::pair<int, std::string>> logon_fields_;
    fix8c::Dictionaries dictionaries_;
    size_t types_learned_ = 0;

    fix8c::MemoryRing ring_;
    std::unique_ptr<fix8c::StoreAdapter> store_;
    fix8c::StoreFactory store_factory_;
    fix8c::EventLog log_;
    FIX::SessionFactory factory_;
    FIX::Session *quickfix_ = nullptr;
    std::unique_ptr<fix8c::OutgoingWriter> writer_;
    std::string outgoing_; /* these two are kept for their memory */
    std::string header_;

    struct fix8c_wire wire_;
    bool attached_ = false;
    bool detaching_ = false;
    bool busy_ = false;    /* a call that feeds QuickFIX is under way */
    bool posting_ = false; /* a message is being built and numbered */
    bool told_logon_ = false;
    int64_t ticked_ns_ = 0;
    Gap gap_;
    Owed owed_;
    int piece_max_ = 0;  /* 0: all at once */
    int piece_left_ = 0; /* until the next tick */
    Fed fed_;
    /* With |validates_|, the bytes of what waits behind the gap. */
    std::map<int, std::string> early_;
    FIX::Message incoming_;
    std::string passed_; /* the last header that QuickFIX passed */
    int64_t passed_second_ = 0;
    struct framing_text posted_body_ = {nullptr, 0};
    std::string logout_text_;
};

#endif
