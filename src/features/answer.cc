#include "features/answer.h"

#include "base/log.h"
#include "websocket/close_code.h"

namespace chat::features {

protocol::Notice notice(int type, std::string text) {
  protocol::Notice notice(type);
  notice.mess = std::move(text);
  return notice;
}

void refuse(session::Session& me, const std::string& trace_id, const Rejected& rejected) {
  log::debug({me.id(), me.user_id()}, "refused: {} ({})", rejected.what(), rejected.detail());
  protocol::Notice notice = protocol::notice_of(rejected);
  notice.trace_id = trace_id;
  notice.timestamp = unix_now();
  if (rejected.refusal() == Refusal::disabled)
    dismiss(me, notice, kCloseDisabled);
  else
    me.send(notice);
}

void end_login(session::Session& session, const std::string& trace_id) {
  protocol::Notice notice = protocol::notice_of(Refusal::login_required);
  notice.trace_id = trace_id;
  notice.timestamp = unix_now();
  dismiss(session, notice, kCloseLoginOver);
}

void dismiss(session::Session& session, const protocol::Notice& notice, std::uint16_t close_code) {
  session.send(notice);
  if (session.is_legacy()) close_code = websocket::kNormal;
  session.close(close_code, notice.code.value_or(""));
}

}  // namespace chat::features
