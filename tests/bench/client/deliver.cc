#include "bench/client/deliver.h"

#include <cstdio>

#include "bench/client/crowd.h"
#include "load/clock.h"
#include "load/tally.h"

namespace bench {
namespace {

// Type numbers of chatd's wires.
constexpr int kLobbyText = 100, kTextFromOther = 102, kStored = 110;
constexpr int kError = 900, kWarning = 901;

class Delivery {
 public:
  explicit Delivery(const Plan& plan)
      : plan_(plan),
        is_chat_(plan.options.wire == load::Wire::msgpack ||
                 plan.options.wire == load::Wire::legacy),
        to_partner_(plan.to == "partner"),
        crowd_(plan) {}

  std::string run() {
    crowd_.enter();
    if (!crowd_.wait_for_word("ready", on_payload_)) return {};
    begun_ = load::now_ns();
    pass(plan_.warm_up);
    figures_ = {};
    say("begin");
    const std::uint64_t counted_from = load::now_ns();
    pass(plan_.warm_up + plan_.seconds);
    const double seconds = load::seconds_since(counted_from);
    say("end");
    return json(seconds);
  }

 private:
  struct Figures {
    std::uint64_t sent = 0, delivered = 0, acknowledged = 0, refused = 0;
    load::Histogram deliveries, acknowledgements;
  };

  static void say(const char* word) {
    std::puts(word);
    std::fflush(stdout);
  }

  // Goes on until so many seconds after the begin.
  void pass(double until) {
    for (double now = 0; now < until; now = load::seconds_since(begun_)) {
      send_what_is_due(now);
      crowd_.turn(1, on_payload_);
    }
  }

  void send_what_is_due(double now) {
    const std::uint64_t receivers = to_partner_ ? 1 : crowd_.size();
    while (plan_.rate > 0 ? static_cast<double>(sent_) <= now * plan_.rate
                          : sent_ < delivered_ / receivers + plan_.window)
      send(sent_++ % plan_.senders);
  }

  // A message's number is the time at which it is sent.
  void send(std::size_t client) {
    ++figures_.sent;
    crowd_.send(client, message(client, load::now_ns()));
  }

  std::string message(std::size_t client, std::size_t number) const {
    const load::Wire wire = plan_.options.wire;
    const load::Account& sender = crowd_.account(client);
    if (to_partner_)
      return load::personal_message(wire, sender, crowd_.account(client ^ 1).user_id, number,
                                    plan_.text_size);
    if (is_chat_) return load::lobby_message(wire, sender, number, plan_.text_size);
    const std::string text = load::message_text(number, plan_.text_size);
    return wire == load::Wire::raw ? text : R"(42["m",")" + text + "\"]";
  }

  void take(std::string_view payload, std::uint64_t now) {
    const int type = is_chat_ ? load::type_of(plan_.options.wire, payload) : kLobbyText;
    if (type == (to_partner_ ? kTextFromOther : kLobbyText)) {
      if (const auto number = load::read_number(payload)) {
        ++delivered_;
        ++figures_.delivered;
        figures_.deliveries.add(now - *number);
      }
    } else if (type == kStored) {
      if (const auto number = load::read_acknowledged(payload)) {
        ++figures_.acknowledged;
        figures_.acknowledgements.add(now - *number);
      }
    } else if (type == kError || type == kWarning) {
      ++figures_.refused;
    }
  }

  std::string json(double seconds) const {
    char text[512];
    const auto number = [](std::uint64_t value) { return static_cast<unsigned long long>(value); };
    std::snprintf(text, sizeof text,
                  R"({"seconds":%.3f,"sent":%llu,"delivered":%llu,"acknowledged":%llu,)"
                  R"("refused":%llu,"delivery_ms":{"p50":%.3f,"p99":%.3f,"max":%.3f},)"
                  R"("acknowledgement_ms":{"p50":%.3f,"p99":%.3f,"max":%.3f}})",
                  seconds, number(figures_.sent), number(figures_.delivered),
                  number(figures_.acknowledged), number(figures_.refused),
                  figures_.deliveries.milliseconds(.5), figures_.deliveries.milliseconds(.99),
                  figures_.deliveries.milliseconds(1), figures_.acknowledgements.milliseconds(.5),
                  figures_.acknowledgements.milliseconds(.99),
                  figures_.acknowledgements.milliseconds(1));
    return text;
  }

  const Plan& plan_;
  bool is_chat_;
  bool to_partner_;
  Crowd crowd_;
  Crowd::OnPayload on_payload_ = [this](std::size_t, std::string_view payload, std::uint64_t now) {
    take(payload, now);
  };
  std::uint64_t begun_ = 0;
  std::uint64_t sent_ = 0, delivered_ = 0;  // since the begin
  Figures figures_;                         // of the seconds that count
};

}  // namespace

std::string run_deliver(const Plan& plan) { return Delivery(plan).run(); }

}  // namespace bench
