#include "features/budget.h"

#include <chrono>
#include <utility>

#include "base/rejected.h"

namespace chat::features {

store::Rate rate_of(const config::Rate& rate) {
  const auto count = static_cast<double>(rate.count);
  return {count, rate.per_second() * 60};
}

store::UploadAllowance allowance_of(const config::Settings& settings) {
  store::UploadAllowance allowance;
  allowance.most_open = settings.max_open_uploads;
  allowance.quota = settings.upload_quota;
  allowance.pause = std::chrono::duration_cast<std::chrono::seconds>(settings.upload_pause);
  return allowance;
}

coro::Task<void> spend(Services& services, std::string what, std::string user_id,
                       store::Rate rate) {
  if (!services.settings.rate_limits) co_return;
  const auto wait = co_await services.limits.take(what, std::move(user_id), rate);
  if (wait.count() > 0) throw Rejected(Refusal::rate_limited, std::move(what));
}

coro::Task<void> spend_of_address(Services& services, std::string what, net::IpAddress address,
                                  store::Rate rate) {
  if (!services.settings.rate_limits) co_return;
  const std::string who = address.limit_group().text();
  const auto wait = co_await services.limits.take(what, who, rate);
  if (wait.count() > 0) throw Rejected(Refusal::rate_limited, std::move(what), wait);
}

}  // namespace chat::features
