#include "features/avatar.h"

#include "features/answer.h"
#include "features/text_rules.h"

namespace chat::features {

coro::Task<void> set_avatar(Services& services, SessionPtr me, protocol::AvatarUpload request) {
  const std::string& path = request.mess.path;
  if (!is_upload_path(path, "/upload/image/"))
    throw Rejected(Refusal::avatar_refused, "not the path of a picture");
  const bool done = co_await services.users.set_avatar(me->user_id(), path);
  if (!done) throw Rejected(Refusal::avatar_refused, "no such user");
  answer(*me, request, notice(protocol::type::avatar_success, path));
}

}  // namespace chat::features
