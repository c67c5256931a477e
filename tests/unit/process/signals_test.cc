#include "process/signals.h"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <functional>

namespace chat::process {
namespace {

// The exit code of a process that does `work`, or minus the signal that killed it.
int in_process(const std::function<int()>& work) {
  const pid_t pid = ::fork();
  if (pid == 0) std::_Exit(work());
  int status = 0;
  ::waitpid(pid, &status, 0);
  return WIFSIGNALED(status) ? -WTERMSIG(status) : WEXITSTATUS(status);
}

TEST(Signals, WaitInTheQueueUntilTheyAreRead) {
  EXPECT_EQ(in_process([] {
              Signals signals;
              if (signals.next()) return 1;
              ::raise(SIGHUP);
              ::raise(SIGUSR1);
              if (signals.next() != SIGHUP && signals.next() != SIGUSR1) return 2;
              return 0;
            }),
            0);
}

TEST(Signals, AStopIsSeenBeforeItIsRead) {
  EXPECT_EQ(in_process([] {
              Signals signals;
              ::raise(SIGHUP);
              if (Signals::stop_pending()) return 1;
              ::raise(SIGQUIT);
              if (!Signals::stop_pending()) return 2;
              return 0;
            }),
            0);
}

TEST(Signals, AMasterToBeIsNotEndedByWhatAMasterObeys) {
  EXPECT_EQ(in_process([] {
              {
                const Signals of_the_old_one;
                ::raise(SIGUSR1);
                Signals::restore_for_master();
              }
              ::raise(SIGUSR2);
              Signals signals;
              if (signals.next()) return 1;
              ::raise(SIGHUP);
              return signals.next() == SIGHUP ? 0 : 2;
            }),
            0);
}

TEST(Signals, AbsorbsTheSameSignalOnly) {
  EXPECT_EQ(in_process([] {
              Signals signals;
              ::raise(SIGTERM);
              ::raise(SIGINT);
              Signals::absorb(SIGTERM, std::chrono::seconds(5));
              if (signals.next() != SIGINT) return 1;
              Signals::absorb(SIGTERM, std::chrono::milliseconds(1));
              return signals.next() ? 2 : 0;
            }),
            0);
}

TEST(Signals, AWorkerIgnoresWhatIsMeantForItsMaster) {
  EXPECT_EQ(in_process([] {
              const Signals signals;
              Signals::leave_to_master();
              for (const int number : {SIGTERM, SIGINT, SIGQUIT, SIGHUP, SIGUSR1}) ::raise(number);
              return 7;
            }),
            7);
}

TEST(Signals, AProgramStartsWithTheDefaults) {
  EXPECT_EQ(in_process([] {
              const Signals signals;
              Signals::leave_to_master();
              Signals::restore();
              ::raise(SIGTERM);
              return 0;
            }),
            -SIGTERM);
}

}  // namespace
}  // namespace chat::process
