#include "process/file_command.h"

#include <fmt/format.h>

#include <filesystem>
#include <utility>

#include "coro/task.h"
#include "process/desk.h"
#include "process/start_error.h"
#include "store/file_check.h"
#include "store/kept_files.h"

namespace chat::process {
namespace {

std::string said_of(const store::FileCheck::Report& report, bool mend) {
  std::string said;
  for (const std::string& finding : report.findings) said += finding + '\n';
  said += fmt::format("looked at: {} files, {} contents, {} unfinished uploads, {} old paths\n",
                      report.files, report.contents, report.uploads, report.paths);
  if (report.findings.empty()) return said + "all of it fits\n";
  if (!mend) return said + "to put it right: the same with --mend\n";
  return said + (report.unmended == 0 ? "all of it is mended\n" : "not all of it is mended\n");
}

coro::Task<std::string> run(Desk& desk, store::FileCheck& files, bool mend, bool& fits) {
  co_await desk.ready();
  const store::FileCheck::Report report = co_await files.run(mend);
  fits = report.findings.empty() || (mend && report.unmended == 0);
  co_return said_of(report, mend);
}

}  // namespace

FileCheckOutcome check_files(const config::Settings& settings, bool mend) {
  // With another folder by mistake everything would seem to be lost.
  if (!std::filesystem::is_directory(store::KeptFiles::folder(settings.upload)))
    throw StartError(
        ExitCode::configuration,
        fmt::format("{} is no server's upload folder: name that with --upload", settings.upload));
  Desk desk(settings);
  store::FileCheck files(desk.redis(), desk.settings().upload);
  FileCheckOutcome outcome;
  outcome.said = desk.run(run(desk, files, mend, outcome.fits));
  return outcome;
}

}  // namespace chat::process
