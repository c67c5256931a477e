#include "load/tally.h"

#include <bit>
#include <cstdio>

namespace load {

void Histogram::add(std::uint64_t nanoseconds) {
  const std::uint64_t value = nanoseconds | (std::uint64_t{1} << kFineBits);
  const unsigned shift = static_cast<unsigned>(std::bit_width(value)) - kFineBits - 1;
  const std::uint64_t fine = (value >> shift) & ((1u << kFineBits) - 1);
  ++counts_[(std::size_t{shift} << kFineBits) | fine];
  ++total_;
}

double Histogram::milliseconds(double quantile) const {
  const auto wanted = static_cast<std::uint64_t>(quantile * static_cast<double>(total_));
  std::uint64_t passed = 0;
  for (std::size_t i = 0; i < counts_.size(); ++i) {
    passed += counts_[i];
    if (counts_[i] == 0 || passed < wanted) continue;
    const std::uint64_t fine = (i & ((1u << kFineBits) - 1)) | (1u << kFineBits);
    return static_cast<double>(fine << (i >> kFineBits)) / 1e6;
  }
  return 0;
}

Tally::Tally(std::size_t clients, std::size_t messages, bool acknowledges)
    : clients_(clients),
      messages_(messages),
      acknowledges_(acknowledges),
      sent_at_(messages),
      order_of_(messages),
      receivers_of_(messages),
      last_order_(clients),
      seen_(clients * messages) {}

void Tally::sent(std::size_t number, std::uint64_t now_ns) { sent_at_[number] = now_ns; }

void Tally::acknowledged(std::size_t number, std::uint64_t now_ns) {
  if (number >= messages_) return;
  ++acknowledged_;
  acknowledgement_times_.add(now_ns - sent_at_[number]);
}

void Tally::delivered(std::size_t client, const Delivery& delivery, std::uint64_t now_ns) {
  const auto [number, order] = delivery;
  if (number >= messages_) return;
  ++deliveries_;
  delivery_times_.add(now_ns - sent_at_[number]);
  auto seen = seen_[client * messages_ + number];
  if (seen) {
    ++doubled_;
    return;
  }
  seen = true;
  if (order_of_[number] == 0) order_of_[number] = order;
  if (order <= last_order_[client] || order != order_of_[number]) ++reordered_;
  last_order_[client] = order;
  if (++receivers_of_[number] == clients_) ++completed_;
}

std::uint64_t Tally::lost() const {
  return std::uint64_t{clients_} * messages_ - (deliveries_ - doubled_);
}

bool Tally::finished() const {
  return completed_ == messages_ && (!acknowledges_ || acknowledged_ + refused_ >= messages_);
}

bool Tally::flawless() const {
  return finished() && lost() == 0 && doubled_ == 0 && reordered_ == 0 && refused_ == 0 &&
         closed_ == 0;
}

std::string Tally::json(double seconds) const {
  char text[768];
  std::snprintf(
      text, sizeof text,
      R"({"clients":%zu,"messages":%zu,"deliveries":%llu,"acknowledged":%llu,"lost":%llu,)"
      R"("doubled":%llu,"reordered":%llu,"refused":%llu,"closed":%llu,"seconds":%.3f,)"
      R"("deliveries_per_second":%.0f,"delivery_ms":{"p50":%.3f,"p99":%.3f,"max":%.3f},)"
      R"("acknowledgement_ms":{"p50":%.3f,"p99":%.3f,"max":%.3f}})",
      clients_, messages_, static_cast<unsigned long long>(deliveries_),
      static_cast<unsigned long long>(acknowledged_), static_cast<unsigned long long>(lost()),
      static_cast<unsigned long long>(doubled_), static_cast<unsigned long long>(reordered_),
      static_cast<unsigned long long>(refused_), static_cast<unsigned long long>(closed_), seconds,
      seconds > 0 ? static_cast<double>(deliveries_) / seconds : 0,
      delivery_times_.milliseconds(.5), delivery_times_.milliseconds(.99),
      delivery_times_.milliseconds(1), acknowledgement_times_.milliseconds(.5),
      acknowledgement_times_.milliseconds(.99), acknowledgement_times_.milliseconds(1));
  return text;
}

}  // namespace load
