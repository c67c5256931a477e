// The clients of the bench. Each command prints `ready` when everybody is logged in, and goes on at
// a line on standard input.
//
//   bench-client hold    --server 127.0.0.1:8080 --tls --clients 5000 --sessions FILE
//       keeps them there until the input ends
//   bench-client deliver --server 127.0.0.1:8080 --clients 1000 --rate 50 --seconds 3
//       `--rate 0 --window N` for as many as there may be; `--to partner` for private messages
//   bench-client upload  --server 127.0.0.1:8080 --wire legacy --clients 1 --seconds 3
//
// The last line of the last two is their figures as a JSON object.
#include <cstdio>
#include <exception>

#include "bench/client/crowd.h"
#include "bench/client/deliver.h"
#include "bench/client/plan.h"
#include "bench/client/upload.h"

namespace {

void hold(const bench::Plan& plan) {
  bench::Crowd crowd(plan);
  crowd.enter();
  const auto ignore = [](std::size_t, std::string_view, std::uint64_t) {};
  while (crowd.wait_for_word("ready", ignore)) {
  }
}

}  // namespace

int main(int argc, char** argv) {
  const bench::Plan plan = bench::parse_plan(argc, argv);
  try {
    if (plan.what == "hold") hold(plan);
    if (plan.what == "deliver") std::puts(bench::run_deliver(plan).c_str());
    if (plan.what == "upload") std::puts(bench::run_upload(plan).c_str());
    return 0;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "bench-client: %s\n", error.what());
    return 1;
  }
}
