/*
 * QuickFIX's message store on top of the caller's, and a store in memory for
 * callers without one.
 *
 * QuickFIX parses and sorts again what it resends.  So application messages are
 * handed to it without their bodies; kept_body() gives a body back.
 *
 * Must never let another exception than FIX::IOException out: QuickFIX ends the
 * process at any other.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#ifndef FIX8C_MESSAGE_STORE_HPP
#define FIX8C_MESSAGE_STORE_HPP

#include <string>
#include <vector>

#include <quickfix/MessageStore.h>

#include <fix8c/fix8c.h>

#include "framing.h"

namespace fix8c
{

/* One stored message. */
struct Kept {
    int seq = 0; /* 0: nothing here */
    std::string bytes;
    size_t body_at = 0;
    size_t body_len = 0;
};

/* The store in memory, for one session: the newest messages, in a ring. */
class MemoryRing
{
  public:
    explicit MemoryRing(size_t limit) : limit_(limit)
    {
    }
    /* The C functions; |user| is the ring. */
    static struct fix8c_store vtable(MemoryRing *ring);
    void set(int seq,
             const char *bytes,
             size_t len,
             size_t body_at,
             size_t body_len);
    const Kept *find(int seq) const;
    void clear();

  private:
    void grow();

    size_t limit_;
    std::vector<Kept> slots_;
};

class StoreAdapter final : public FIX::MessageStore
{
  public:
    /* |non_stop|: the session never ends by the clock. */
    StoreAdapter(const struct fix8c_store &store,
                 const std::string &name,
                 bool non_stop);

    /* Reads the numbers.  False when the store failed. */
    bool load();
    bool failed() const
    {
        return failed_;
    }
    /* Whether it was emptied since the last call of this. */
    bool take_reset()
    {
        bool was = was_reset_;
        was_reset_ = false;
        return was;
    }
    /* The time of the API call that is under way. */
    void now(const FIX::UtcTimeStamp &time)
    {
        now_ = time;
    }
    /* Whether the message that comes in leaves the number that is awaited. */
    void target_stays(bool stays)
    {
        target_stays_ = stays;
    }
    /* How long the body of the next application message to be set is. */
    void body_len(size_t len)
    {
        body_len_ = len;
    }
    /*
     * The stored message |seq|, for a resend; NULL if it is not kept.  Lives
     * until the next call.
     */
    const Kept *kept(int seq);

    /* Keeps a message whose parts are known; throws as set() does. */
    void keep(int seq,
              const char *bytes,
              size_t len,
              size_t body_at,
              size_t body_len);

    bool set(int seq,
             const std::string &bytes) throw(FIX::IOException) override;
    void get(int first, int last, std::vector<std::string> &messages) const
        throw(FIX::IOException) override;
    int getNextSenderMsgSeqNum() const throw(FIX::IOException) override;
    int getNextTargetMsgSeqNum() const throw(FIX::IOException) override;
    void setNextSenderMsgSeqNum(int seq) throw(FIX::IOException) override;
    void setNextTargetMsgSeqNum(int seq) throw(FIX::IOException) override;
    void incrNextSenderMsgSeqNum() throw(FIX::IOException) override;
    void incrNextTargetMsgSeqNum() throw(FIX::IOException) override;
    FIX::UtcTimeStamp getCreationTime() const throw(FIX::IOException) override;
    void reset() throw(FIX::IOException) override;
    void refresh() throw(FIX::IOException) override;

  private:
    void check(int result) const;

    struct fix8c_store store_;
    std::string name_;
    bool non_stop_;
    mutable bool failed_ = false;
    bool was_reset_ = false;
    bool target_stays_ = false;
    int sender_ = 1;
    int target_ = 1;
    size_t body_len_ = 0;
    FIX::UtcTimeStamp creation_;
    FIX::UtcTimeStamp now_;
    std::vector<Kept> window_; /* what a resend has read ahead */
};

} // namespace fix8c
#endif
