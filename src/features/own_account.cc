#include "features/own_account.h"

#include <utility>

#include "base/rejected.h"
#include "features/answer.h"
#include "features/login.h"

namespace chat::features {

using session::SessionPtr;

coro::Task<void> change_password(Services& services, SessionPtr me,
                                 protocol::PasswordChange request) {
  const std::string& new_password = request.mess.new_password.text;
  if (new_password.empty() || new_password.size() > services.settings.max_password_length)
    throw Rejected(Refusal::invalid_password);
  co_await begin_password_try(services, me->user_name(), me->address());
  auto known = co_await services.users.find(me->user_id());
  if (!known) throw Rejected(Refusal::login_required, "the user is gone");
  const auto user =
      co_await check_password(services, std::move(*known), request.mess.old_password.text);
  if (!user) throw Rejected(Refusal::wrong_password);
  co_await end_password_tries(services, user->name, me->address());
  const std::string hashed = co_await hash_password(services, new_password);
  const std::size_t ended =
      co_await services.sessions.change_password(user->id, user->password, hashed, me->login());
  protocol::PasswordChanged changed;
  changed.mess = static_cast<std::int64_t>(ended);
  answer(*me, request, changed);
}

coro::Task<void> list_sessions(Services& services, SessionPtr me, protocol::SessionList request) {
  const auto records = co_await services.sessions.list(me->user_id());
  protocol::SessionListAnswer list;
  for (const store::SessionRecord& record : records)
    list.mess.push_back({record.id, record.agent, record.address, record.created, record.used,
                         record.id == me->login()});
  answer(*me, request, std::move(list));
}

coro::Task<void> end_session(Services& services, SessionPtr me, protocol::SessionEnd request) {
  const bool live = co_await services.sessions.end(me->user_id(), request.mess);
  if (!live) throw Rejected(Refusal::no_such_session);
  protocol::SessionEnded ended;
  ended.mess = request.mess;
  answer(*me, request, std::move(ended));
}

}  // namespace chat::features
