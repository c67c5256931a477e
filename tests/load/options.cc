#include "load/options.h"

#include <algorithm>
#include <span>

#include "load/flags.h"
#include "load/message.h"

namespace load {
namespace {

constexpr char kUsage[] =
    "usage: load --server HOST:PORT [--server …] [--tls] [--wire msgpack|legacy] [--clients N]\n"
    "            [--senders N] [--stalled N] [--messages N] [--text-size BYTES] [--rate "
    "PER_SECOND]\n"
    "            [--window N] [--logins N] [--patience SECONDS] [--sessions FILE]\n";

}  // namespace

Options parse_options(int argc, char** argv) {
  Options options;
  Flags flags("load", kUsage);
  flags.endpoint("--server", [&](Endpoint server) { options.servers.push_back(server); });
  flags.present("--tls", options.tls);
  flags.wire("--wire", options.wire);
  flags.count("--clients", options.clients);
  flags.count("--senders", options.senders);
  flags.count("--stalled", options.stalled);
  flags.count("--messages", options.messages);
  flags.count("--text-size", options.text_size);
  flags.number("--rate", options.rate);
  flags.count("--window", options.window);
  flags.count("--logins", options.logins);
  flags.number("--patience", options.patience);
  flags.text("--sessions", options.sessions);
  flags.parse(std::span(argv, static_cast<std::size_t>(argc)).subspan(1));
  if (options.servers.empty()) flags.refuse("no --server given");
  if (options.wire != Wire::msgpack && options.wire != Wire::legacy)
    flags.refuse("--wire is one of chatd's");
  if (options.clients == 0 || options.senders == 0 || options.window == 0 || options.logins == 0)
    flags.refuse("--clients, --senders, --window and --logins are at least 1");
  if (options.stalled >= options.clients) flags.refuse("--stalled leaves nobody to read");
  options.senders = std::min(options.senders, options.clients - options.stalled);
  options.text_size = std::max(options.text_size, kMinTextSize);
  return options;
}

}  // namespace load
