// What a master hands on to the one that replaces it: descriptors by number, which the new process
// inherits, and a few words. No secret of it is ever seen in an environment or on a command line.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace chat::process {

struct Estate {
  std::int32_t master = 0;  // process id of the one that hands on
  std::string address;      // where `listener` listens, as BindAddress::text()
  int listener = -1;
  std::string pid_path;  // empty: no pid file
  int pid_file = -1;
  std::string redis_data;  // the data folder of the managed Redis; empty: there is none
  int lifeline_watch = -1;
  int lifeline_hold = -1;
  std::int32_t redis_guard = 0;
  std::string ticket_keys;  // TicketKeys::to_text()
  int ticket_seconds = 0;   // until the next one is drawn

  // One line for each; paths hold no line breaks, or options could not name them.
  std::string to_text() const;
  static Estate parse(std::string_view text);  // what it does not know is left out
};

}  // namespace chat::process
