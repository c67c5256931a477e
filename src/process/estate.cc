#include "process/estate.h"

#include <algorithm>
#include <charconv>

namespace chat::process {
namespace {

// Calls visit(name, member) for every member: the one list of what is handed on.
template <class Any, class Visit>
void each_member(Any& estate, Visit visit) {
  visit("master", estate.master);
  visit("address", estate.address);
  visit("listener", estate.listener);
  visit("pid_path", estate.pid_path);
  visit("pid_file", estate.pid_file);
  visit("redis_data", estate.redis_data);
  visit("lifeline_watch", estate.lifeline_watch);
  visit("lifeline_hold", estate.lifeline_hold);
  visit("redis_guard", estate.redis_guard);
  visit("ticket_keys", estate.ticket_keys);
  visit("ticket_seconds", estate.ticket_seconds);
}

std::string written(const std::string& value) { return value; }
std::string written(int value) { return std::to_string(value); }

void read(std::string& member, std::string_view text) { member = text; }
void read(int& member, std::string_view text) {
  std::from_chars(text.data(), text.data() + text.size(), member);
}

}  // namespace

std::string Estate::to_text() const {
  std::string text;
  each_member(*this, [&](std::string_view name, const auto& member) {
    text.append(name).append("=").append(written(member)).append("\n");
  });
  return text;
}

Estate Estate::parse(std::string_view text) {
  Estate estate;
  while (!text.empty()) {
    const std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(text.size(), line.size() + 1));
    const std::size_t equals = line.find('=');
    if (equals == std::string_view::npos) continue;
    each_member(estate, [&](std::string_view name, auto& member) {
      if (name == line.substr(0, equals)) read(member, line.substr(equals + 1));
    });
  }
  return estate;
}

}  // namespace chat::process
