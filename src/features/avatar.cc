#include "features/avatar.h"

#include "features/answer.h"
#include "features/shared_file.h"
#include "features/text_rules.h"

namespace chat::features {

coro::Task<void> set_avatar(Services& services, SessionPtr me, protocol::AvatarUpload request) {
  const std::string id = file_in(request.mess.path);
  const std::string path = id.empty() ? request.mess.path : file_path(id);
  if (id.empty() && !is_upload_path(path, "/upload/image/"))
    throw Rejected(Refusal::avatar_refused, "not the path of a picture");
  co_await open_picture(services, path, me->user_id());
  const auto before = co_await services.users.find(me->user_id());
  const bool done = co_await services.users.set_avatar(me->user_id(), path);
  if (!done) throw Rejected(Refusal::avatar_refused, "no such user");
  if (before) co_await hide_picture(services, before->avatar);
  answer(*me, request, notice(protocol::type::avatar_success, path));
}

}  // namespace chat::features
