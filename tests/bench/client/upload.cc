#include "bench/client/upload.h"

#include <cstdio>
#include <stdexcept>

#include "bench/client/crowd.h"
#include "load/clock.h"
#include "load/frames.h"

namespace bench {

std::string run_upload(const Plan& plan) {
  constexpr int kUploaded = 903;
  Crowd crowd(plan);
  std::size_t kept = 0;
  const Crowd::OnPayload on_payload = [&](std::size_t, std::string_view payload, std::uint64_t) {
    const int type = load::type_of(load::Wire::legacy, payload);
    if (type == kUploaded)
      ++kept;
    else if (type >= 900 && type < 1000)
      throw std::runtime_error("an upload is refused: " + std::string(payload));
  };
  crowd.enter();
  // Plain text is a type that every server of this protocol takes.
  std::string file;
  while (file.size() < plan.file_size) file += "All work and no play makes Jack a dull boy.\n";
  const std::string frames = load::client_frame(load::kBinary, file);
  if (!crowd.wait_for_word("ready", on_payload)) return {};

  std::puts("begin");
  std::fflush(stdout);
  const std::uint64_t begun = load::now_ns();
  while (load::seconds_since(begun) < plan.seconds) {
    const std::size_t before = kept;
    crowd.send_frames(0, frames);
    while (kept == before) {
      crowd.turn(1000, on_payload);
      if (load::seconds_since(begun) > plan.seconds + plan.options.patience)
        throw std::runtime_error("no answer to an upload");
    }
  }
  const double seconds = load::seconds_since(begun);
  std::puts("end");
  std::fflush(stdout);
  return "{\"files\":" + std::to_string(kept) + ",\"bytes\":" + std::to_string(kept * file.size()) +
         ",\"seconds\":" + std::to_string(seconds) + "}";
}

}  // namespace bench
