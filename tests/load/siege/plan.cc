#include "load/siege/plan.h"

#include <span>

#include "load/flags.h"

namespace siege {

Plan parse_plan(int argc, char** argv) {
  Plan plan;
  load::Flags flags("siege", "see the head of tests/load/siege/main.cc\n");
  flags.endpoint("--server", [&](load::Endpoint server) { plan.server = server; });
  flags.present("--tls", plan.tls);
  flags.present("--resume", plan.resume);
  flags.present("--passwords", plan.passwords);
  flags.wire("--wire", plan.wire);
  flags.text("--stage", plan.stage);
  flags.text("--sessions", plan.sessions);
  flags.count("--sockets", plan.sockets);
  flags.count("--count", plan.count);
  flags.count("--parallel", plan.parallel);
  flags.count("--sources", plan.sources);
  flags.count("--accounts", plan.accounts);
  flags.count("--most", plan.most);
  flags.number("--rate", plan.rate);
  flags.number("--seconds", plan.seconds);
  if (argc < 2) flags.refuse("slow, abort or visits?");
  plan.what = argv[1];
  flags.parse(std::span(argv, static_cast<std::size_t>(argc)).subspan(2));
  if (plan.server.port == 0) flags.refuse("no --server given");
  return plan;
}

load::Endpoint from_source(const Plan& plan, std::size_t number) {
  load::Endpoint server = plan.server;
  if (plan.sources == 0) return server;
  const std::size_t source = number % plan.sources;
  const char* side = plan.what == "visits" ? "127.1." : "127.0.";
  server.from = side + std::to_string(1 + source / 250) + "." + std::to_string(1 + source % 250);
  return server;
}

}  // namespace siege
