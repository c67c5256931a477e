#include "bench/client/plan.h"

#include <algorithm>
#include <span>

#include "load/flags.h"
#include "load/message.h"

namespace bench {

Plan parse_plan(int argc, char** argv) {
  Plan plan;
  load::Flags flags("bench-client", "see the head of tests/bench/client/main.cc\n");
  load::Options& options = plan.options;
  flags.endpoint("--server", [&](load::Endpoint server) { options.servers.push_back(server); });
  flags.present("--tls", options.tls);
  flags.wire("--wire", options.wire);
  flags.count("--clients", options.clients);
  flags.count("--logins", options.logins);
  flags.text("--sessions", options.sessions);
  flags.number("--patience", options.patience);
  flags.count("--senders", plan.senders);
  flags.text("--to", plan.to);
  flags.count("--text-size", plan.text_size);
  flags.number("--rate", plan.rate);
  flags.count("--window", plan.window);
  flags.number("--warm-up", plan.warm_up);
  flags.number("--seconds", plan.seconds);
  flags.count("--file-size", plan.file_size);
  flags.count("--sources", plan.sources);
  if (argc < 2) flags.refuse("hold, deliver or upload?");
  plan.what = argv[1];
  flags.parse(std::span(argv, static_cast<std::size_t>(argc)).subspan(2));
  if (options.servers.empty()) flags.refuse("no --server given");
  if (options.clients == 0 || options.logins == 0 || plan.senders == 0 || plan.sources == 0)
    flags.refuse("--clients, --logins, --senders and --sources are at least 1");
  if (plan.to == "partner" && options.clients % 2 != 0) flags.refuse("a partner for everybody");
  plan.senders = std::min(plan.senders, options.clients);
  plan.text_size = std::max(plan.text_size, load::kMinTextSize);
  return plan;
}

}  // namespace bench
