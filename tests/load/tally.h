// What was sent and what every client saw of it: nothing lost, nothing twice, one order for all.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "load/message.h"

namespace load {

// Times from a microsecond to an hour, in steps of about one percent.
class Histogram {
 public:
  void add(std::uint64_t nanoseconds);
  double milliseconds(double quantile) const;

 private:
  static constexpr unsigned kFineBits = 6;

  std::array<std::uint64_t, 64 << kFineBits> counts_{};
  std::uint64_t total_ = 0;
};

class Tally {
 public:
  // `acknowledges`: the server acknowledges each message to its sender.
  Tally(std::size_t clients, std::size_t messages, bool acknowledges);

  void sent(std::size_t number, std::uint64_t now_ns);
  void acknowledged(std::size_t number, std::uint64_t now_ns);
  void delivered(std::size_t client, const Delivery& delivery, std::uint64_t now_ns);
  void refused() { ++refused_; }
  void closed() { ++closed_; }

  // Messages that are with every client.
  std::size_t completed() const { return completed_; }

  // Whether every client has every message and every sender its answers.
  bool finished() const;

  // Whether every client saw every message once, in one order, and kept its connection, and every
  // sender was told that its messages are stored.
  bool flawless() const;

  // The figures as one JSON object; `seconds` is the time of the sending and receiving.
  std::string json(double seconds) const;

 private:
  std::uint64_t lost() const;

  std::size_t clients_;
  std::size_t messages_;
  bool acknowledges_;
  std::vector<std::uint64_t> sent_at_;       // by message
  std::vector<std::uint64_t> order_of_;      // by message; 0 until somebody saw it
  std::vector<std::uint32_t> receivers_of_;  // by message
  std::vector<std::uint64_t> last_order_;    // by client
  std::vector<bool> seen_;                   // by client and message
  std::size_t completed_ = 0;
  std::uint64_t deliveries_ = 0;
  std::uint64_t acknowledged_ = 0;
  std::uint64_t doubled_ = 0;
  std::uint64_t reordered_ = 0;
  std::uint64_t refused_ = 0;
  std::uint64_t closed_ = 0;
  Histogram delivery_times_;
  Histogram acknowledgement_times_;
};

}  // namespace load
