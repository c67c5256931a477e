// What attackers do to a server, and what guests notice of it meanwhile.
//
//   siege slow   --server 127.0.0.1:8080 --tls --sockets 5000 --seconds 60 --sources 50
//   siege abort  --server 127.0.0.1:8080 --tls --stage tcp|tls|upgrade --count 100000 --parallel 64
//   siege visits --server 127.0.0.1:8080 --tls --rate 30 --seconds 60 --accounts 20
//
// Each prints its figures as one JSON object.
#include <cstdio>
#include <exception>
#include <string_view>

#include "load/siege/abort.h"
#include "load/siege/plan.h"
#include "load/siege/slow.h"
#include "load/siege/visits.h"

int main(int argc, char** argv) {
  const siege::Plan plan = siege::parse_plan(argc, argv);
  try {
    if (plan.what == "slow") std::puts(siege::run_slow(plan).c_str());
    if (plan.what == "abort") std::puts(siege::run_abort(plan).c_str());
    if (plan.what == "visits") std::puts(siege::run_visits(plan).c_str());
    return 0;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "siege: %s\n", error.what());
    return 1;
  }
}
