#include "features/account.h"

#include <utility>

#include "base/rejected.h"
#include "features/answer.h"
#include "features/login.h"
#include "features/presence.h"
#include "session/held_sending.h"

namespace chat::features {

using session::SessionPtr;

namespace {

store::Visitor visitor_of(const session::Session& me) { return {me.address(), me.agent()}; }

coro::Task<void> enter(Services& services, SessionPtr me, Admission admission, std::string token,
                       protocol::Envelope request) {
  session::HeldSending held(me);
  co_await come_online(services, me, admission.user, admission.session, request.trace_id);
  held.let_through();
  protocol::LoggedIn logged_in = logged_in_of(admission);
  if (!token.empty()) logged_in.session_id = std::move(token);
  answer(*me, request, std::move(logged_in));
}

}  // namespace

coro::Task<void> register_or_log_in(Services& services, SessionPtr me, protocol::Register request) {
  Credentials credentials;
  credentials.name = request.username.text;
  credentials.password = request.password.text;
  credentials.may_register = !request.login_only;
  Admission admission = co_await admit_by_password(services, credentials, visitor_of(*me));
  std::string token = admission.token;
  co_await enter(services, me, std::move(admission), std::move(token), request);
}

coro::Task<void> log_in(Services& services, SessionPtr me, protocol::Login request) {
  const bool by_cookie = request.session_id.empty() && !me->cookie_login().empty();
  Admission admission;
  if (by_cookie)
    admission = co_await admit_by_session(services, me->cookie_login(), visitor_of(*me));
  else
    admission = co_await admit_by_token(services, request.session_id, visitor_of(*me));
  co_await enter(services, me, std::move(admission), request.session_id, request);
}

// The bus brings the end to this connection as to all others of the session.
coro::Task<void> log_out(Services& services, SessionPtr me, protocol::Logout request) {
  protocol::Notice over = protocol::notice_of(Refusal::login_required);
  over.trace_id = request.trace_id;
  over.timestamp = unix_now();
  const std::string notice = protocol::encode(protocol::Wire::v1, over);
  const bool live = co_await services.sessions.end(me->user_id(), me->login(), notice);
  if (!live) end_login(*me, request.trace_id);
}

coro::Task<void> adopt_session(Services& services, SessionPtr me, std::string token) {
  const Admission admission = co_await admit_by_token(services, std::move(token), visitor_of(*me));
  if (me->logged_in() && me->user_id() != admission.user.id)
    throw Rejected(Refusal::not_allowed, "somebody else is logged in here");
  co_await come_online(services, me, admission.user, admission.session, std::string());
}

}  // namespace chat::features
