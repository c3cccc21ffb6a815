/*
 * The message store.  See message_store.hpp for what must never happen here.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "message_store.hpp"

#include <climits>

namespace fix8c
{

/* How many messages a resend reads ahead from the caller's store. */
static const int WINDOW = 256;
static const size_t RING_FIRST = 256;
static const int64_t SECOND = 1000000000;

/* What a resent message is cut off at: the header, and a trailer that QuickFIX
 * writes anew. */
static const char CUT_TRAILER[] = "10=000\001";

void MemoryRing::grow()
{
    size_t size = slots_.empty() ? RING_FIRST : slots_.size() * 2;
    if (size > limit_)
        size = limit_;
    std::vector<Kept> bigger(size);
    for (Kept &kept : slots_) {
        if (kept.seq != 0)
            bigger[static_cast<size_t>(kept.seq) % size] = std::move(kept);
    }
    slots_.swap(bigger);
}

void MemoryRing::set(
    int seq, const char *bytes, size_t len, size_t body_at, size_t body_len)
{
    while (slots_.empty() ||
           (slots_.size() < limit_ &&
            slots_[static_cast<size_t>(seq) % slots_.size()].seq != 0 &&
            slots_[static_cast<size_t>(seq) % slots_.size()].seq != seq))
        grow();
    Kept &kept = slots_[static_cast<size_t>(seq) % slots_.size()];
    kept.seq = seq;
    kept.bytes.assign(bytes, len);
    kept.body_at = body_at;
    kept.body_len = body_len;
}

const Kept *MemoryRing::find(int seq) const
{
    if (slots_.empty() || seq <= 0)
        return nullptr;
    const Kept &kept = slots_[static_cast<size_t>(seq) % slots_.size()];
    return kept.seq == seq ? &kept : nullptr;
}

void MemoryRing::clear()
{
    slots_.clear();
}

static int ring_load(void *, const char *, int *sender, int *target, int64_t *)
{
    *sender = 1;
    *target = 1;
    return 0;
}

static int ring_number(void *, const char *, int)
{
    return 0;
}

static int ring_set(void *user,
                    const char *,
                    int seq,
                    const char *bytes,
                    size_t len,
                    size_t body_at,
                    size_t body_len)
{
    static_cast<MemoryRing *>(user)->set(seq, bytes, len, body_at, body_len);
    return 0;
}

static int
ring_get(void *user,
         const char *,
         int first,
         int last,
         void (*found)(void *, int, const char *, size_t, size_t, size_t),
         void *context)
{
    const MemoryRing *ring = static_cast<MemoryRing *>(user);
    for (int seq = first; seq <= last; seq++) {
        const Kept *kept = ring->find(seq);
        if (kept != nullptr)
            found(context, seq, kept->bytes.data(), kept->bytes.size(),
                  kept->body_at, kept->body_len);
    }
    return 0;
}

static int ring_reset(void *user, const char *, int64_t)
{
    static_cast<MemoryRing *>(user)->clear();
    return 0;
}

struct fix8c_store MemoryRing::vtable(MemoryRing *ring)
{
    struct fix8c_store store;
    store.user = ring;
    store.load = ring_load;
    store.set_sender = ring_number;
    store.set_target = ring_number;
    store.set = ring_set;
    store.get = ring_get;
    store.reset = ring_reset;
    return store;
}

static int64_t to_ns(const FIX::UtcTimeStamp &time)
{
    return static_cast<int64_t>(time.getTimeT()) * SECOND +
           static_cast<int64_t>(time.getNanosecond());
}

static FIX::UtcTimeStamp from_ns(int64_t ns)
{
    return FIX::UtcTimeStamp(static_cast<time_t>(ns / SECOND),
                             static_cast<int>(ns % SECOND), 9);
}

StoreAdapter::StoreAdapter(const struct fix8c_store &store,
                           const std::string &name,
                           bool non_stop)
    : store_(store), name_(name), non_stop_(non_stop)
{
}

void StoreAdapter::check(int result) const
{
    if (result == 0 && !failed_)
        return;
    failed_ = true;
    throw FIX::IOException("the message store failed");
}

bool StoreAdapter::load()
{
    int64_t creation = to_ns(FIX::UtcTimeStamp());
    int sender = 1;
    int target = 1;
    failed_ = failed_ || store_.load(store_.user, name_.c_str(), &sender,
                                     &target, &creation) != 0;
    if (failed_)
        return false;
    sender_ = sender;
    target_ = target;
    creation_ = from_ns(creation);
    window_.clear();
    return true;
}

bool StoreAdapter::set(int seq,
                       const std::string &bytes) throw(FIX::IOException)
{
    struct framing_parts parts;
    size_t body_at = bytes.size() - FRAMING_TRAILER - body_len_;
    size_t body_len = body_len_;
    body_len_ = 0;
    if (body_len == 0 &&
        framing_split(bytes.data(), bytes.size(), false, &parts)) {
        body_at = parts.body_at;
        body_len = parts.body_len;
    }
    keep(seq, bytes.data(), bytes.size(), body_at, body_len);
    return true;
}

void StoreAdapter::keep(
    int seq, const char *bytes, size_t len, size_t body_at, size_t body_len)
{
    check(store_.set(store_.user, name_.c_str(), seq, bytes, len, body_at,
                     body_len));
}

/* Collects what get() is asked for: admin messages whole, others cut off. */
static void collect_cut(
    void *context, int, const char *bytes, size_t len, size_t body_at, size_t)
{
    struct framing_parts parts;
    std::vector<std::string> &messages =
        *static_cast<std::vector<std::string> *>(context);
    if (body_at > len || !framing_split(bytes, len, false, &parts))
        return;
    if (parts.admin) {
        messages.emplace_back(bytes, len);
        return;
    }
    messages.emplace_back(bytes, body_at);
    messages.back().append(CUT_TRAILER);
}

void StoreAdapter::get(int first,
                       int last,
                       std::vector<std::string> &messages) const
    throw(FIX::IOException)
{
    messages.clear();
    if (first < 1)
        first = 1;
    if (last >= sender_)
        last = sender_ - 1;
    if (first <= last)
        check(store_.get(store_.user, name_.c_str(), first, last, collect_cut,
                         &messages));
}

static void collect_whole(void *context,
                          int seq,
                          const char *bytes,
                          size_t len,
                          size_t body_at,
                          size_t body_len)
{
    std::vector<Kept> &window = *static_cast<std::vector<Kept> *>(context);
    if (body_at > len || body_len > len - body_at)
        return;
    window.emplace_back();
    Kept &kept = window.back();
    kept.seq = seq;
    kept.bytes.assign(bytes, len);
    kept.body_at = body_at;
    kept.body_len = body_len;
}

const Kept *StoreAdapter::kept(int seq)
{
    if (window_.empty() || seq < window_.front().seq ||
        seq > window_.back().seq) {
        window_.clear();
        int last = seq > sender_ - WINDOW ? sender_ - 1 : seq + WINDOW - 1;
        failed_ = failed_ || store_.get(store_.user, name_.c_str(), seq,
                                        last < seq ? seq : last, collect_whole,
                                        &window_) != 0;
    }
    if (window_.empty())
        return nullptr;
    size_t at = static_cast<size_t>(seq - window_.front().seq);
    if (at < window_.size() && window_[at].seq == seq)
        return &window_[at];
    for (const Kept &kept : window_) {
        if (kept.seq == seq)
            return &kept;
    }
    return nullptr;
}

int StoreAdapter::getNextSenderMsgSeqNum() const throw(FIX::IOException)
{
    return sender_;
}

int StoreAdapter::getNextTargetMsgSeqNum() const throw(FIX::IOException)
{
    return target_;
}

void StoreAdapter::setNextSenderMsgSeqNum(int seq) throw(FIX::IOException)
{
    sender_ = seq;
    check(store_.set_sender(store_.user, name_.c_str(), seq));
}

void StoreAdapter::setNextTargetMsgSeqNum(int seq) throw(FIX::IOException)
{
    target_ = seq;
    check(store_.set_target(store_.user, name_.c_str(), seq));
}

/* A peer can push its number to the end of the range: there it stays. */
static int after(int seq)
{
    return seq == INT_MAX ? seq : seq + 1;
}

void StoreAdapter::incrNextSenderMsgSeqNum() throw(FIX::IOException)
{
    setNextSenderMsgSeqNum(after(sender_));
}

void StoreAdapter::incrNextTargetMsgSeqNum() throw(FIX::IOException)
{
    if (!target_stays_)
        setNextTargetMsgSeqNum(after(target_));
}

/*
 * QuickFIX compares this with the time of the call to see whether the session's
 * day has changed.  For a session that never ends it is a little ahead of the
 * call, so the session's range (see session.cpp) always holds both.
 */
FIX::UtcTimeStamp StoreAdapter::getCreationTime() const throw(FIX::IOException)
{
    if (!non_stop_)
        return creation_;
    FIX::UtcTimeStamp ahead(now_);
    ahead += 3600;
    return ahead;
}

void StoreAdapter::reset() throw(FIX::IOException)
{
    creation_ = FIX::UtcTimeStamp();
    sender_ = 1;
    target_ = 1;
    window_.clear();
    was_reset_ = true;
    check(store_.reset(store_.user, name_.c_str(), to_ns(creation_)));
}

void StoreAdapter::refresh() throw(FIX::IOException)
{
    check(load() ? 0 : 1);
}

} // namespace fix8c
