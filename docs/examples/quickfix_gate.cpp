/*
 * A QuickFIX gateway with a credit check: clients on an acceptor, venue and hub
 * on an initiator.
 *
 *     quickfix_gate quickfix.cfg gate.cfg
 *
 * quickfix.cfg is QuickFIX's own; gate.cfg names the same sessions and says who
 * they are.  Without what the comment in run() says this is the gateway as it
 * was.
 *
 * SPDX-License-Identifier: Apache-2.0
 */
#include "credit_application.hpp"

#include <csignal>
#include <ctime>

#include <quickfix/FileLog.h>
#include <quickfix/FileStore.h>
#include <quickfix/SocketAcceptor.h>
#include <quickfix/SocketInitiator.h>

/* The application that was there before.  What it does with messages of the
 * gate's sessions are checks of its own; sending them on is the gate's job. */
class Gateway final : public FIX::Application
{
  public:
    void onCreate(const FIX::SessionID &) override
    {
    }
    void onLogon(const FIX::SessionID &id) override
    {
        std::cout << id.toString() + " logged on\n" << std::flush;
    }
    void onLogout(const FIX::SessionID &id) override
    {
        std::cout << id.toString() + " logged out\n" << std::flush;
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
        if (message.isSetField(55) && message.getField(55) == "CLOSED") {
            throw FIX::IncorrectTagValue(55);
        }
    }
};

/* Until SIGTERM or SIGINT, or until the journal has failed for a while. */
static void wait(const CreditApplication &credit, const sigset_t &signals)
{
    const timespec now_and_then = {0, 200000000};
    while (!credit.ended() &&
           sigtimedwait(&signals, nullptr, &now_and_then) < 0) {
    }
}

static int run(const char *settings_path, const char *gate_path)
{
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGTERM);
    sigaddset(&signals, SIGINT);
    signal(SIGXFSZ, SIG_IGN); /* a full file is an error, not the end */
    pthread_sigmask(SIG_BLOCK, &signals, nullptr); /* threads inherit it */

    FIX::SessionSettings settings(settings_path);
    FIX::FileStoreFactory stores(settings);
    FIX::FileLogFactory logs(settings);
    Gateway gateway;
    /* The three lines: credit goes around the application, acceptors and
     * initiators are given it and its logs, and it is started first. */
    CreditApplication credit(gateway, logs, gate_path);
    FIX::SocketAcceptor acceptor(credit, stores, settings, credit.logs());
    FIX::SocketInitiator initiator(credit, stores, settings, credit.logs());
    credit.start();
    acceptor.start();
    initiator.start();
    wait(credit, signals);
    credit.stop();
    acceptor.stop();
    initiator.stop();
    return credit.failing() ? 1 : 0;
}

int main(int argc, char **argv)
{
    if (argc != 3) {
        std::cerr << "usage: quickfix_gate quickfix.cfg gate.cfg\n";
        return 2;
    }
    try {
        return run(argv[1], argv[2]);
    } catch (const std::exception &e) {
        std::cerr << "quickfix_gate: " << e.what() << "\n";
        return 2;
    }
}
