/*
 * A QuickFIX gateway whose application still sends orders on by itself, past
 * the gate that was put around it: not one of them may reach the venue.
 *
 *     embed_forwarder quickfix.cfg gate.cfg
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "credit_application.hpp"

#include <csignal>

#include <quickfix/FileLog.h>
#include <quickfix/SocketAcceptor.h>
#include <quickfix/SocketInitiator.h>

class Forwarder final : public FIX::Application
{
  public:
    void onCreate(const FIX::SessionID &) override
    {
    }
    void onLogon(const FIX::SessionID &) override
    {
    }
    void onLogout(const FIX::SessionID &) override
    {
    }
    void toAdmin(FIX::Message &, const FIX::SessionID &) override
    {
    }
    void toApp(FIX::Message &,
               const FIX::SessionID &) throw(FIX::DoNotSend) override
    {
    }
    void fromAdmin(const FIX::Message &,
                   const FIX::SessionID &) throw(FIX::FieldNotFound,
                                                 FIX::IncorrectDataFormat,
                                                 FIX::IncorrectTagValue,
                                                 FIX::RejectLogon) override
    {
    }
    void
    fromApp(const FIX::Message &message,
            const FIX::SessionID &) throw(FIX::FieldNotFound,
                                          FIX::IncorrectDataFormat,
                                          FIX::IncorrectTagValue,
                                          FIX::UnsupportedMessageType) override
    {
        if (message.getHeader().getField(35) == "D") {
            FIX::Message order = message;
            order.getHeader().removeField(122);
            bool sent = FIX::Session::sendToTarget(
                order, FIX::SessionID("FIX.4.4", "GATE", "VENUE"));
            std::cout << (sent ? "forwarded\n" : "not forwarded\n")
                      << std::flush;
        }
    }
};

int main(int argc, char **argv)
{
    sigset_t signals;
    int number;
    if (argc != 3) {
        return 2;
    }
    sigemptyset(&signals);
    sigaddset(&signals, SIGTERM);
    pthread_sigmask(SIG_BLOCK, &signals, nullptr);
    FIX::SessionSettings settings(argv[1]);
    FIX::MemoryStoreFactory stores;
    FIX::FileLogFactory logs(settings);
    Forwarder forwarder;
    CreditApplication credit(forwarder, logs, argv[2]);
    FIX::SocketAcceptor acceptor(credit, stores, settings, credit.logs());
    FIX::SocketInitiator initiator(credit, stores, settings, credit.logs());
    credit.start();
    acceptor.start();
    initiator.start();
    sigwait(&signals, &number);
    credit.stop();
    acceptor.stop();
    initiator.stop();
    return 0;
}
