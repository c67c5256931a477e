// Takes a client's message from bytes to its feature: decodes, checks who asks, routes, and turns
// every refusal into the answer that tells why.
//
// Owned by the worker; the one place that catches Rejected for requests.
#pragma once

#include <string>

#include "features/route.h"
#include "features/services.h"
#include "features/uploads.h"
#include "protocol/envelope.h"
#include "protocol/limits.h"
#include "session/application.h"

namespace chat::features {

class Dispatcher final : public session::Application {
 public:
  explicit Dispatcher(Services& services) : services_(services), uploads_(services) {}

  coro::Task<void> on_message(session::SessionPtr session, std::string payload) override;
  void on_upload_piece(session::Session& session, std::string_view piece, bool first,
                       bool last) override;
  void on_login_over(session::Session& session) override;
  void on_closed(session::SessionPtr session) override;

 private:
  coro::Task<void> dispatch(session::SessionPtr session, const protocol::Value& value,
                            const protocol::Envelope& envelope);
  coro::Task<void> authenticate(session::SessionPtr session, const protocol::Envelope& envelope);
  coro::Task<void> check_standing(std::string user_id);

  Services& services_;
  Uploads uploads_;
  protocol::DecodeLimits decode_limits_;
};

}  // namespace chat::features
