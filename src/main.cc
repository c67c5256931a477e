// chatd: reads the command line and hands over to the master.
#include <fmt/format.h>

#include <cstdio>
#include <exception>
#include <optional>
#include <utility>

#include "config/command_line.h"
#include "config/configuration.h"
#include "process/daemon.h"
#include "process/file_command.h"
#include "process/master.h"
#include "process/predecessor.h"
#include "process/preflight.h"
#include "process/start_error.h"
#include "process/successor.h"
#include "process/user_command.h"
#include "process/version.h"
#include "process/worker.h"

namespace {

using ExitCode = chat::process::ExitCode;
using Predecessor = chat::process::Predecessor;

int run(int argc, char** argv, std::optional<Predecessor>& predecessor) {
  chat::config::CommandLine line = chat::config::parse_command_line(argc, argv);
  if (line.help) {
    fmt::print("{}", *line.help);
    return 0;
  }
  if (line.version) {
    fmt::print("chatd {}\n", chat::process::kVersion);
    return 0;
  }
  chat::config::Configuration configuration = chat::config::load(line);
  if (line.print_config) {
    fmt::print("{}", chat::config::print_config(configuration));
    return 0;
  }
  if (line.test_config) {
    chat::process::test_configuration(configuration, line);
    fmt::print("the configuration is good\n");
    return 0;
  }
  if (line.reset_password) {
    fmt::print("{}", chat::process::reset_password(configuration.settings, *line.reset_password));
    return 0;
  }
  if (line.end_sessions) {
    fmt::print("{}", chat::process::end_sessions(configuration.settings, *line.end_sessions));
    return 0;
  }
  if (line.check_files) {
    const auto outcome = chat::process::check_files(configuration.settings, line.mend);
    fmt::print("{}", outcome.said);
    return static_cast<int>(outcome.fits ? ExitCode::ok : ExitCode::unfit);
  }
  chat::process::Background background;
  // One that takes a server's place is where that one was.
  if (line.daemon && !predecessor) background = chat::process::Background::detach();
  chat::process::Master master(std::move(line), std::move(configuration), chat::process::run_worker,
                               {chat::process::Invocation::of(argc, argv), std::move(predecessor)});
  return master.run(background);
}

}  // namespace

int main(int argc, char** argv) {
  std::optional<Predecessor> predecessor;
  try {
    predecessor = Predecessor::find();
    return run(argc, argv, predecessor);
  } catch (const chat::process::StartError& failure) {
    if (predecessor) predecessor->send(chat::process::Word::failed, failure.what());
    fmt::print(stderr, "chatd: {}\n", failure.what());
    return static_cast<int>(failure.code());
  } catch (const std::exception& failure) {
    if (predecessor) predecessor->send(chat::process::Word::failed, failure.what());
    fmt::print(stderr, "chatd: {}\n", failure.what());
    return static_cast<int>(ExitCode::configuration);
  }
}
