// The one way to refuse what a client asked for: `throw Rejected(Refusal::not_allowed, "why")`.
//
// Caught at the edge of each request (the dispatcher, the resources of HTTP, what runs by itself),
// which answers with the stable code and logs the detail. A broken invariant of the server itself
// is no refusal: it aborts.
#pragma once

#include <chrono>
#include <exception>
#include <string>
#include <string_view>

namespace chat {

enum class Refusal {
#define REFUSAL(code, legacy_type, text, meaning) code,
#include "base/refusals.def"
#undef REFUSAL
};

// What clients are told of a refusal; the texts are static.
struct RefusalInfo {
  std::string_view code;     // stable, for programs
  int type;                  // the message type that carries it
  std::string_view text;     // `mess`, for people
  std::string_view meaning;  // for the protocol page
};

const RefusalInfo& info_of(Refusal refusal);

class Rejected : public std::exception {
 public:
  // `detail` goes to the log only: it may name ids and sizes, never secrets or message text.
  // `wait`: after which time it may be tried again; zero: not known.
  explicit Rejected(Refusal refusal, std::string detail = {}, std::chrono::milliseconds wait = {})
      : refusal_(refusal), detail_(std::move(detail)), wait_(wait) {}

  Refusal refusal() const { return refusal_; }
  const std::string& detail() const { return detail_; }
  std::chrono::milliseconds wait() const { return wait_; }
  const char* what() const noexcept override;

 private:
  Refusal refusal_;
  std::string detail_;
  std::chrono::milliseconds wait_;
};

}  // namespace chat
