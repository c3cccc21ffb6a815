/*
 * The life of a session: opening, its connection, what arrives.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "session.hpp"

#include <cctype>
#include <cstring>
#include <ctime>

using namespace fix8c;

/*
 * A session that never ends by the clock: a day that starts where the last one
 * stopped.  QuickFIX then compares the distance of two times, not two dates,
 * and StoreAdapter::getCreationTime() keeps that distance small.
 */
static const char ALWAYS_START[] = "12:00:00";
static const char ALWAYS_END[] = "11:59:59.999999999";

/* How many application types the built-in dictionary may learn. */
static const size_t TYPES_MAX = 1024;

static const int64_t TICK_NS = 1000000000;

/* YYYYMMDD-HH:MM:SS */
static const size_t STAMP_LEN = 17;

static int64_t clock_ns()
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return static_cast<int64_t>(now.tv_sec) * 1000000000 + now.tv_nsec;
}

/* A peer may ask for all again, as often as it likes: that it asked is told,
 * not each message that it gets. */
static const char RESENDING[] = "Resending Message: ";

void EventLog::onEvent(const std::string &text)
{
    if (text.compare(0, sizeof(RESENDING) - 1, RESENDING) != 0)
        session_.event(text);
}

static FIX::SessionID session_id(const Settings &settings)
{
    return FIX::SessionID(
        settings.need("BeginString"), settings.need("SenderCompID"),
        settings.need("TargetCompID"), settings.get("SessionQualifier", ""));
}

fix8c_session::fix8c_session(Shared &shared, const Settings &settings)
    : shared_(shared), settings_(settings), id_(session_id(settings)),
      initiator_(settings.need("ConnectionType") == "initiator"),
      fixt_(id_.isFIXT()), ring_(static_cast<size_t>(settings.number(
                               "MemoryStoreMessages", 131072, 1, 100000000))),
      store_factory_(store_), log_(*this),
      factory_(*this, store_factory_, &log_)
{
    name_ = id_.toString();
    std::memset(&wire_, 0, sizeof(wire_));
    bool hours = settings_.has("StartTime") || settings_.has("EndTime");
    non_stop_ = settings_.yes("NonStopSession", !hours);
    validates_ = settings_.yes("ValidateBodies", false);
    if (fixt_ && !settings_.has("DefaultApplVerID"))
        settings_.set("DefaultApplVerID", "FIX.5.0SP2");
    if (initiator_ && !settings_.has("HeartBtInt"))
        settings_.set("HeartBtInt", "30");
    read_limits();
}

fix8c_session::~fix8c_session()
{
    close();
}

/* "553=me": a field of our Logon. */
static std::pair<int, std::string> logon_field(const std::string &text)
{
    std::string::size_type equals = text.find('=');
    struct framing_text number = {text.data(),
                                  equals == std::string::npos ? 0 : equals};
    int tag = 0;
    if (!framing_number(number, &tag) || tag == 0)
        throw SettingsError("LogonTag=" + text + " must be tag=value");
    return std::make_pair(tag, text.substr(equals + 1));
}

void fix8c_session::read_limits()
{
    heartbeat_min_ = settings_.number("HeartBtMin", 1, 0, 86400);
    heartbeat_max_ = settings_.number("HeartBtMax", 3600, 1, 86400);
    gap_.messages_max = settings_.number("GapQueueMessages", 8192, 1,
                                         100000000);
    gap_.bytes_max = static_cast<size_t>(
        settings_.number("GapQueueBytes", 16777216, 1, 1L << 40));
    piece_max_ = static_cast<int>(
        settings_.number("ResendPiece", 0, 0, 100000000));
    piece_left_ = piece_max_;
    for (const auto &setting : settings_.all()) {
        if (setting.first.compare(0, 8, "LOGONTAG") == 0)
            logon_fields_.push_back(logon_field(setting.second));
    }
}

FIX::Dictionary fix8c_session::quickfix_settings() const
{
    FIX::Dictionary result;
    for (const auto &setting : settings_.all())
        result.setString(setting.first, setting.second);
    if (non_stop_) {
        result.setString("StartTime", ALWAYS_START);
        result.setString("EndTime", ALWAYS_END);
    }
    /* fix8c_frame() has looked at length and checksum; the dictionaries are
     * given to the session below; resending needs the messages. */
    result.setString("ValidateLengthAndChecksum", "N");
    result.setString("UseDataDictionary", "N");
    result.setString("PersistMessages", "Y");
    return result;
}

int fix8c_session::open(const struct fix8c_dictionary *given, size_t given_len)
{
    const std::string &begin = settings_.need("BeginString");
    dictionaries_ = open_dictionaries(settings_, given, given_len);
    struct fix8c_store store = shared_.store;
    if (shared_.own_store)
        store = MemoryRing::vtable(&ring_);
    store_.reset(new StoreAdapter(store, name_, non_stop_));
    if (!store_->load())
        return FIX8C_ERR_STORE;
    quickfix_ = factory_.create(id_, quickfix_settings());
    FIX::DataDictionaryProvider provider;
    provider.addTransportDataDictionary(begin, dictionaries_.transport);
    if (dictionaries_.application != nullptr)
        provider.addApplicationDataDictionary(
            FIX::Message::toApplVerID(settings_.need("DefaultApplVerID")),
            dictionaries_.application);
    quickfix_->setDataDictionaryProvider(provider);
    int precision = begin < "FIX.4.2" ? 0 : quickfix_->getTimestampPrecision();
    writer_.reset(new OutgoingWriter(begin, settings_.need("SenderCompID"),
                                     settings_.need("TargetCompID"),
                                     precision));
    return store_->failed() ? FIX8C_ERR_STORE : 0;
}

void fix8c_session::close()
{
    if (quickfix_ == nullptr)
        return;
    if (guarded([this] { quickfix_->disconnect(); }) != 0)
        disconnect();
    factory_.destroy(quickfix_);
    quickfix_ = nullptr;
}

/* Events of a session that is still being made have no one to go to. */
void fix8c_session::event(const std::string &text)
{
    if (quickfix_ != nullptr && shared_.callbacks.event != nullptr)
        shared_.callbacks.event(shared_.user, this, text.c_str());
}

void fix8c_session::tell_reset()
{
    if (store_->take_reset() && !shared_.store_failed &&
        shared_.callbacks.reset != nullptr)
        shared_.callbacks.reset(shared_.user, this);
}

/* After each call into QuickFIX: the store's failure outranks the result. */
int fix8c_session::guarded_end(int result)
{
    if (store_->failed())
        shared_.store_failed = true;
    return shared_.store_failed ? FIX8C_ERR_STORE : result;
}

/*
 * Runs a call that QuickFIX works in.  What escapes from it ends the line; an
 * InvalidMessage is a garbled message.
 */
template <typename Call> int fix8c_session::guarded(Call call)
{
    int result = 0;
    if (shared_.store_failed)
        return FIX8C_ERR_STORE;
    if (busy_)
        return FIX8C_ERR_STATE;
    busy_ = true;
    store_->now(FIX::UtcTimeStamp());
    try {
        call();
    } catch (FIX::InvalidMessage &) {
        result = FIX8C_ERR_GARBLED;
    } catch (std::bad_alloc &) {
        result = FIX8C_ERR_MEMORY;
    } catch (std::exception &e) {
        event(e.what());
        result = FIX8C_ERR_STATE;
    }
    if (result != 0 && result != FIX8C_ERR_GARBLED) {
        try {
            quickfix_->disconnect();
        } catch (std::exception &e) {
            event(e.what());
        }
    }
    busy_ = false;
    result = guarded_end(result);
    tell_reset();
    return result;
}

bool fix8c_session::logged_on() const
{
    return quickfix_->isLoggedOn();
}

bool fix8c_session::enabled() const
{
    const FIX::UtcTimeStamp now;
    return quickfix_->isEnabled() && quickfix_->isLogonTime(now);
}

bool fix8c_session::in_gap() const
{
    return gap_.end != 0 && next_target() <= gap_.end;
}

int64_t fix8c_session::deadline() const
{
    return attached_ ? ticked_ns_ + TICK_NS : INT64_MAX;
}

int fix8c_session::attach(const struct fix8c_wire &wire)
{
    if (attached_ || busy_ || !quickfix_->isEnabled())
        return shared_.store_failed ? FIX8C_ERR_STORE : FIX8C_ERR_STATE;
    return guarded([&] {
        quickfix_->setResponder(this);
        wire_ = wire;
        attached_ = true;
        ticked_ns_ = clock_ns();
        if (initiator_)
            quickfix_->next();
    });
}

int fix8c_session::detach()
{
    if (busy_)
        return FIX8C_ERR_STATE;
    detaching_ = true;
    int result = guarded([this] { quickfix_->disconnect(); });
    detaching_ = false;
    attached_ = false;
    return result;
}

int fix8c_session::tick()
{
    if (!attached_)
        return shared_.store_failed ? FIX8C_ERR_STORE : 0;
    ticked_ns_ = clock_ns();
    return guarded([this] {
        quickfix_->next();
        resend_piece();
    });
}

int fix8c_session::logout(const std::string &text)
{
    quickfix_->logout(text);
    if (busy_ || !attached_)
        return shared_.store_failed ? FIX8C_ERR_STORE : 0;
    return guarded([this] { quickfix_->next(); });
}

void fix8c_session::logon()
{
    quickfix_->logon();
}

int fix8c_session::reset()
{
    return guarded([this] { quickfix_->reset(); });
}

/* The line is over, whoever said so.  QuickFIX forgets its responder. */
void fix8c_session::disconnect()
{
    if (!attached_)
        return;
    attached_ = false;
    passed_.clear();
    early_.clear();
    owed_ = Owed();
    piece_left_ = piece_max_;
    gap_.end = 0;
    gap_.messages = 0;
    gap_.bytes = 0;
    if (!detaching_)
        wire_.close(wire_.user);
}

int fix8c_session::receive(const char *bytes, size_t len)
{
    if (!attached_ || busy_)
        return shared_.store_failed ? FIX8C_ERR_STORE : FIX8C_ERR_STATE;
    int outcome = 0;
    int result = guarded([&] { outcome = feed(bytes, len); });
    fed_.bytes = nullptr;
    return result != 0 ? result : outcome;
}

/* Before a session is logged on, only these may arrive. */
bool fix8c_session::may_come_first(const struct framing_parts &parts) const
{
    if (framing_equal(parts.type, "A"))
        return true;
    return initiator_ &&
           (framing_equal(parts.type, "5") || framing_equal(parts.type, "3"));
}

static bool
find_field(const char *bytes, size_t len, int tag, struct framing_text *value)
{
    struct framing_walk walk;
    struct framing_field field;
    framing_walk_init(&walk, bytes, len);
    while (framing_next(&walk, &field)) {
        if (field.tag == tag) {
            *value = field.value;
            return true;
        }
    }
    return false;
}

/*
 * QuickFIX takes a Logon with 108=0 (no heartbeats at all) and 108=-5, and
 * gives no answer to one without 108.
 */
const char *fix8c_session::logon_fault() const
{
    struct framing_text value;
    int seconds = 0;
    if (!find_field(fed_.bytes + fed_.parts.body_at, fed_.parts.body_len, 108,
                    &value))
        return "HeartBtInt (108) is missing";
    if (!framing_number(value, &seconds) || seconds < heartbeat_min_ ||
        seconds > heartbeat_max_)
        return "HeartBtInt (108) is out of bounds";
    return nullptr;
}

/* Says Logout, whatever the state, and ends the line. */
int fix8c_session::refuse_line(const char *text)
{
    FIX::Message message;
    event(text);
    message.getHeader().setField(FIX::MsgType("5"));
    message.setField(FIX::Text(text));
    quickfix_->send(message);
    quickfix_->disconnect();
    return FIX8C_ERR_STATE;
}

/*
 * A message ahead of its number waits in QuickFIX until the gap is filled. That
 * queue has no bound; what is not fed now will be asked for again.
 */
bool fix8c_session::keep_early()
{
    const struct framing_parts &parts = fed_.parts;
    int expected = next_target();
    early_.erase(early_.begin(), early_.lower_bound(expected));
    if (expected > gap_.end)
        gap_ = Gap{gap_.messages_max, gap_.bytes_max, 0, 0, 0, false};
    if (parts.seq <= expected)
        return true;
    struct framing_text fill;
    bool fills = framing_equal(parts.type, "4") &&
                 find_field(fed_.bytes + parts.body_at, parts.body_len, 123,
                            &fill) &&
                 framing_equal(fill, "Y");
    if (parts.admin && !fills && !framing_equal(parts.type, "0") &&
        !framing_equal(parts.type, "1"))
        return true;
    if (gap_.messages < gap_.messages_max &&
        fed_.len <= gap_.bytes_max - gap_.bytes) {
        gap_.messages++;
        gap_.bytes += fed_.len;
        if (validates_ && !parts.admin)
            early_[parts.seq].assign(fed_.bytes, fed_.len);
        if (gap_.end != 0 && parts.seq > gap_.end)
            gap_.end = parts.seq;
        return true;
    }
    if (!gap_.told)
        event("Too much waits behind a gap: later messages are dropped and "
              "will be asked for again");
    gap_.told = true;
    return false;
}

bool fix8c_session::is_data(int tag) const
{
    return tag > 0 && (dictionaries_.transport->isDataField(tag) ||
                       (dictionaries_.application != nullptr &&
                        dictionaries_.application->isDataField(tag)));
}

static int length_tag_of(int data_tag)
{
    return data_tag == 89 ? 93 : data_tag - 1;
}

/*
 * The length in front of |data| must be right.  QuickFIX may believe another
 * one of the same tag: in an admin message there must be none, and in an
 * application message, whose groups may repeat it, none that leaves the bytes.
 */
static bool length_is_sound(const char *bytes,
                            size_t len,
                            const struct framing_field &before,
                            const struct framing_field &data,
                            bool app)
{
    struct framing_walk walk;
    struct framing_field field;
    int number = 0;
    int seen = 0;
    size_t left = static_cast<size_t>(bytes + len - data.value.at);
    if (before.tag != length_tag_of(data.tag) ||
        !framing_number(before.value, &number) ||
        static_cast<size_t>(number) != data.value.len)
        return false;
    framing_walk_init(&walk, bytes, len);
    while (framing_next(&walk, &field)) {
        if (field.tag != before.tag)
            continue;
        if (!framing_number(field.value, &number) ||
            static_cast<size_t>(number) >= left)
            return false;
        seen++;
    }
    return app || seen == 1;
}

/*
 * QuickFIX believes the length in front of a data field.  Here it must be the
 * very field before, and be right.  It also keeps the length of "0112=T" when
 * it copies the field into its answer as "112=T", and sends a wrong BodyLength:
 * no tag may start with a zero.
 */
bool fix8c_session::is_sound(bool app) const
{
    struct framing_walk walk;
    struct framing_field field;
    struct framing_field before = {0, nullptr, {nullptr, 0}};
    /* No data reaches over the CheckSum. */
    size_t len = fed_.len - FRAMING_TRAILER;
    framing_walk_init(&walk, fed_.bytes, len);
    while (framing_next(&walk, &field)) {
        if (field.start[0] == '0')
            return false;
        if (is_data(field.tag) &&
            !length_is_sound(fed_.bytes, len, before, field, app))
            return false;
        before = field;
    }
    return walk.at == walk.end;
}

/* The built-in dictionary gets to know application types as they come. */
void fix8c_session::learn_type()
{
    if (!dictionaries_.any_type || types_learned_ == TYPES_MAX)
        return;
    std::string type(fed_.parts.type.at, fed_.parts.type.len);
    if (dictionaries_.transport->isMsgType(type))
        return;
    dictionaries_.transport->addMsgType(type);
    types_learned_++;
}

/*
 * An application message: its header as fields, and the whole of it as one.
 * Header fields inside the body are there too, so that repeated ones are seen;
 * hops would need a group and are not looked at.
 */
void fix8c_session::fill_incoming()
{
    struct framing_walk walk;
    struct framing_field field;
    const struct framing_parts &parts = fed_.parts;
    size_t end = parts.stray != 0 ? fed_.len - FRAMING_TRAILER : parts.body_at;
    incoming_.clear();
    FIX::Header &header = incoming_.getHeader();
    framing_walk_init(&walk, fed_.bytes, end);
    while (framing_next(&walk, &field)) {
        if (framing_is_header(field.tag) && !framing_is_hop(field.tag))
            header.setField(
                FIX::FieldBase(field.tag,
                               std::string(field.value.at, field.value.len)),
                false);
    }
    incoming_.setField(FIX::FieldBase(RAW, std::string(fed_.bytes, fed_.len)),
                       false);
    incoming_.getTrailer().setField(
        FIX::FieldBase(10, std::string(fed_.bytes + fed_.len - 4, 3)), false);
}

bool fix8c_session::type_is_known(struct framing_text type) const
{
    const FIX::DataDictionary *dictionary =
        fixt_ ? dictionaries_.application.get() : dictionaries_.transport.get();
    if (dictionary == nullptr)
        return true;
    return dictionary->isMsgType(std::string(type.at, type.len));
}

/* Digits behind the second, or nothing. */
static bool is_fraction(const char *at, size_t len)
{
    if (len == 0)
        return true;
    if (at[0] != '.' || len < 2 || len > 10)
        return false;
    for (size_t i = 1; i < len; i++) {
        if (at[i] < '0' || at[i] > '9')
            return false;
    }
    return true;
}

/* Whether QuickFIX, which passed |old|, must pass |field| in its place. */
bool fix8c_session::same_field(const struct framing_field &field,
                               const struct framing_field &old) const
{
    if (field.tag != old.tag)
        return false;
    if (field.tag == 9 || field.tag == 34)
        return true;
    if (field.tag == 52 && field.value.len >= STAMP_LEN &&
        old.value.len >= STAMP_LEN)
        return std::memcmp(field.value.at, old.value.at, STAMP_LEN) == 0 &&
               is_fraction(field.value.at + STAMP_LEN,
                           field.value.len - STAMP_LEN);
    if (field.value.len == old.value.len &&
        std::memcmp(field.value.at, old.value.at, field.value.len) == 0)
        return true;
    return field.tag == 35 && type_is_known(field.value);
}

/*
 * An application message in sequence, whose header differs in nothing that
 * matters from one that QuickFIX has passed in this very second, need not go
 * through QuickFIX: it would pass, too.  QuickFIX still sees one message a
 * second and type of header, so it knows that the peer is alive.
 */
bool fix8c_session::need_not_ask(int64_t now_ns) const
{
    struct framing_walk walk;
    struct framing_walk old_walk;
    struct framing_field field;
    struct framing_field old;
    const struct framing_parts &parts = fed_.parts;
    if (passed_.empty() || passed_second_ != now_ns / TICK_NS ||
        gap_.end != 0 || parts.admin || parts.stray != 0 || parts.possdup ||
        parts.seq != next_target())
        return false;
    framing_walk_init(&walk, fed_.bytes, parts.body_at);
    framing_walk_init(&old_walk, passed_.data(), passed_.size());
    while (framing_next(&walk, &field)) {
        if (!framing_next(&old_walk, &old) || !same_field(field, old))
            return false;
    }
    return old_walk.at == old_walk.end;
}

/* What QuickFIX does with a message that passes: ask, then count. */
void fix8c_session::take_directly()
{
    struct fix8c_refusal refusal;
    enum fix8c_verdict verdict = ask_from_app(fed_.bytes, fed_.len, fed_.parts,
                                              &refusal);
    if (verdict != FIX8C_ACCEPT) {
        fill_incoming();
        refuse(incoming_, fed_.parts, verdict, refusal);
    }
    store_->incrNextTargetMsgSeqNum();
    if (!quickfix_->isEnabled())
        quickfix_->next();
}

void fix8c_session::feed_app()
{
    int64_t now = clock_ns();
    if (need_not_ask(now)) {
        take_directly();
        return;
    }
    learn_type();
    fill_incoming();
    fed_.passed = false;
    quickfix_->next(incoming_, FIX::UtcTimeStamp());
    passed_.clear();
    if (fed_.passed && gap_.end == 0 && !fed_.parts.possdup) {
        passed_.assign(fed_.bytes, fed_.parts.body_at);
        passed_second_ = now / TICK_NS;
    }
}

/*
 * QuickFIX takes a Reject that is ahead of its number, and any Logout, and then
 * awaits one number more: the message that is missing would be lost for good.
 */
bool fix8c_session::is_out_of_turn() const
{
    const struct framing_parts &parts = fed_.parts;
    return parts.seq != next_target() &&
           (framing_equal(parts.type, "3") || framing_equal(parts.type, "5"));
}

int fix8c_session::feed(const char *bytes, size_t len)
{
    bool was_on = quickfix_->isLoggedOn();
    if (!framing_split(bytes, len, true, &fed_.parts) || fed_.parts.seq < 0)
        return FIX8C_ERR_GARBLED;
    fed_.bytes = bytes;
    fed_.len = len;
    store_->target_stays(false);
    const struct framing_parts &parts = fed_.parts;
    if (!was_on && !may_come_first(parts)) {
        event("The first message is not a Logon");
        quickfix_->disconnect();
        return FIX8C_ERR_STATE;
    }
    if (framing_equal(parts.type, "A")) {
        if (was_on && parts.possdup && parts.seq < next_target())
            return 0;
        const char *fault = was_on ? "Logon received while logged on"
                                   : logon_fault();
        if (fault != nullptr)
            return refuse_line(fault);
    }
    if (was_on && !keep_early())
        return 0;
    if (parts.admin || validates_) {
        if (!is_sound(!parts.admin))
            return FIX8C_ERR_GARBLED;
        store_->target_stays(is_out_of_turn());
        if (!feed_long_request())
            quickfix_->next(std::string(bytes, len), FIX::UtcTimeStamp());
        store_->target_stays(false);
    } else {
        feed_app();
    }
    if (!was_on && framing_equal(parts.type, "A") && !quickfix_->isLoggedOn()) {
        quickfix_->disconnect();
        return FIX8C_ERR_STATE;
    }
    return 0;
}
