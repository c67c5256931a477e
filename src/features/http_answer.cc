#include "features/http_answer.h"

#include <algorithm>
#include <utility>

#include "base/log.h"
#include "protocol/refusal_notice.h"

namespace chat::features {
namespace {

constexpr std::int64_t kBusySeconds = 2;

struct Status {
  Refusal refusal;
  int status;
};

constexpr Status kStatuses[] = {
    {Refusal::login_required, 401},
    {Refusal::wrong_password, 401},
    {Refusal::disabled, 403},
    {Refusal::not_allowed, 403},
    {Refusal::no_such_file, 404},
    {Refusal::upload_moved, 409},
    {Refusal::file_too_large, 413},
    {Refusal::quota_exceeded, 413},
    {Refusal::bad_picture, 415},
    {Refusal::unsupported_file, 415},
    {Refusal::upload_busy, 423},
    {Refusal::login_limited, 429},
    {Refusal::rate_limited, 429},
    {Refusal::too_many_uploads, 429},
    {Refusal::bad_checksum, 460},
    {Refusal::busy, 503},
    {Refusal::storage_unavailable, 503},
    {Refusal::upload_failed, 507},
};

}  // namespace

int status_of(Refusal refusal) {
  const auto* const found = std::ranges::find(kStatuses, refusal, &Status::refusal);
  return found == std::end(kStatuses) ? 400 : found->status;
}

void respond_json(const net::HttpExchangePtr& exchange, net::HttpResponse response,
                  std::string_view body) {
  response.add("Content-Type", "application/json").add("Cache-Control", "no-store");
  exchange->respond(response, body);
}

void refuse_http(const net::HttpExchangePtr& exchange, const Rejected& rejected,
                 net::HttpResponse response) {
  log::debug("refused over HTTP: {} ({})", rejected.what(), rejected.detail());
  protocol::Notice notice = protocol::notice_of(rejected);
  notice.timestamp = unix_now();
  const int status = response.status();
  if (status == 401) response.add("WWW-Authenticate", "Cookie realm=\"chatd\"");
  if (status == 429 || status == 503) {
    const std::int64_t seconds = notice.retry_after.value_or(kBusySeconds);
    response.add("Retry-After", static_cast<std::uint64_t>(seconds));
  }
  respond_json(exchange, std::move(response), json_of(notice));
}

void refuse_http(const net::HttpExchangePtr& exchange, const Rejected& rejected) {
  refuse_http(exchange, rejected, net::HttpResponse(status_of(rejected.refusal())));
}

}  // namespace chat::features
