// The server's log: one line an event, JSON when a program reads it, text on a terminal.
//
// One log per process, set up after fork. Lines carry who (worker, connection, user), never secrets
// and never the text of messages. Levels: `error` an operator must act; `warn` something was lost
// or refused for the whole server; `info` life of processes; `debug` life of connections, refusals.
#pragma once

#include <fmt/format.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

namespace chat::log {

enum class Level { debug, info, warn, error };

struct Options {
  std::string file;  // empty: standard error
  Level level = Level::info;
  std::string process;  // "master" or the worker's id: in every line
};

// Opens the log; throws std::runtime_error with one clear line when the file cannot be opened.
void open(const Options& options);

// Closes and opens the file again (USR1, after logrotate moved it). Keeps the old one on failure,
// says so there, and returns false.
bool reopen();

void set_level(Level level);
bool enabled(Level level);

// Parses "debug", "info", "warn" or "error"; false leaves `level` as it is.
bool parse_level(std::string_view text, Level& level);

// Whom a line is about; empty fields are left out.
struct Subject {
  std::uint64_t connection = 0;
  std::string_view user;
};

void write(Level level, const Subject& subject, std::string_view text);

template <class... Args>
void debug(const Subject& subject, fmt::format_string<Args...> text, Args&&... args) {
  if (enabled(Level::debug))
    write(Level::debug, subject, fmt::format(text, std::forward<Args>(args)...));
}
template <class... Args>
void debug(fmt::format_string<Args...> text, Args&&... args) {
  if (enabled(Level::debug))
    write(Level::debug, {}, fmt::format(text, std::forward<Args>(args)...));
}
template <class... Args>
void info(fmt::format_string<Args...> text, Args&&... args) {
  if (enabled(Level::info)) write(Level::info, {}, fmt::format(text, std::forward<Args>(args)...));
}
template <class... Args>
void warn(fmt::format_string<Args...> text, Args&&... args) {
  if (enabled(Level::warn)) write(Level::warn, {}, fmt::format(text, std::forward<Args>(args)...));
}
template <class... Args>
void error(fmt::format_string<Args...> text, Args&&... args) {
  if (enabled(Level::error))
    write(Level::error, {}, fmt::format(text, std::forward<Args>(args)...));
}

}  // namespace chat::log
