#include "process/port.h"

#include <chrono>
#include <cstdint>
#include <stdexcept>
#include <thread>

#include "base/clock.h"
#include "net/address.h"
#include "process/signals.h"
#include "process/start_error.h"

namespace chat::process {
namespace {

// Workers of a killed master give the port up within a moment.
constexpr std::uint64_t kPatience = 1'000;  // ms
constexpr std::chrono::milliseconds kPause{50};

template <class Bind>
net::Listener bind_patiently(const Bind& bind) {
  const std::uint64_t deadline = monotonic_ms() + kPatience;
  for (;;) {
    try {
      return bind();
    } catch (const std::runtime_error& failure) {
      if (monotonic_ms() > deadline || Signals::stop_pending())
        throw StartError(ExitCode::port, failure.what());
    }
    std::this_thread::sleep_for(kPause);
  }
}

}  // namespace

net::Listener open_port(const config::Settings& settings, Predecessor* predecessor) {
  const auto address =
      net::BindAddress::parse(settings.bind, static_cast<std::uint16_t>(settings.port));
  if (predecessor == nullptr) return bind_patiently([&] { return net::Listener::bind(address); });
  net::Listener inherited = predecessor->take_listener();
  if (predecessor->estate().address == address.text()) return inherited;
  return bind_patiently([&] { return net::Listener::bind_beside(address, inherited); });
}

}  // namespace chat::process
