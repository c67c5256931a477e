#include "base/log.h"

#include <spdlog/logger.h>
#include <spdlog/pattern_formatter.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <memory>

#include "base/log_sink.h"
#include "base/log_text.h"

namespace chat::log {
namespace {

// A longer text is cut: a line fits into what a pipe takes at once.
constexpr std::size_t kLongestText = 3072;

constexpr std::array<std::string_view, 4> kLevelNames = {"debug", "info", "warn", "error"};

std::atomic<Level> least_level{Level::info};

struct Output {
  std::shared_ptr<LogSink> sink;
  std::unique_ptr<spdlog::logger> logger;
  bool json;
};

Output make_output(const Options& options) {
  Output output;
  output.json = !options.file.empty() || ::isatty(STDERR_FILENO) == 0;
  output.sink = std::make_shared<LogSink>(options.file);
  output.logger = std::make_unique<spdlog::logger>(options.process, output.sink);
  output.logger->set_level(spdlog::level::trace);
  output.logger->set_error_handler([](const std::string&) {});
  if (output.json) {
    output.logger->set_pattern(R"({"time":"%Y-%m-%dT%H:%M:%S.%fZ","process":"%n",%v})",
                               spdlog::pattern_time_type::utc);
  } else {
    output.logger->set_pattern("%H:%M:%S.%e %n %v");
  }
  return output;
}

Output& output() {
  static Output current = make_output({});
  return current;
}

std::string json_line(Level level, const Subject& subject, std::string_view text) {
  std::string line = fmt::format("\"level\":\"{}\",", kLevelNames[static_cast<std::size_t>(level)]);
  if (subject.connection != 0) line += fmt::format("\"connection\":{},", subject.connection);
  if (!subject.user.empty()) {
    line += "\"user\":\"";
    append_json_text(line, subject.user);
    line += "\",";
  }
  line += "\"text\":\"";
  append_json_text(line, text);
  return line + '"';
}

std::string text_line(Level level, const Subject& subject, std::string_view text) {
  std::string line = fmt::format("{:<5} ", kLevelNames[static_cast<std::size_t>(level)]);
  append_plain_text(line, text);
  if (subject.connection != 0) line += fmt::format(" connection={}", subject.connection);
  if (!subject.user.empty()) {
    line += " user=";
    append_plain_text(line, subject.user);
  }
  return line;
}

}  // namespace

void open(const Options& options) {
  output() = make_output(options);
  set_level(options.level);
}

bool reopen() try {
  output().sink->reopen();
  return true;
} catch (const std::exception& failure) {
  warn("{}; going on with the old one", failure.what());
  return false;
}

void set_level(Level level) { least_level.store(level, std::memory_order_relaxed); }

bool enabled(Level level) { return level >= least_level.load(std::memory_order_relaxed); }

bool parse_level(std::string_view text, Level& level) {
  for (std::size_t index = 0; index < kLevelNames.size(); ++index) {
    if (kLevelNames[index] != text) continue;
    level = static_cast<Level>(index);
    return true;
  }
  return false;
}

void write(Level level, const Subject& subject, std::string_view text) try {
  const std::string_view shown = text.substr(0, kLongestText);
  Output& current = output();
  current.logger->log(spdlog::level::info, current.json ? json_line(level, subject, shown)
                                                        : text_line(level, subject, shown));
  const std::size_t lost = current.sink->claim_lost();
  if (lost > 0) error("{} log lines before this one could not be written", lost);
} catch (...) {
  // Out of memory: the line is lost, the server goes on.
}

}  // namespace chat::log
