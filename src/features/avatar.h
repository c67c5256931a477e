// Changing one's picture.
#pragma once

#include "coro/task.h"
#include "features/services.h"
#include "protocol/messages.h"
#include "session/session.h"

namespace chat::features {

// 210: an uploaded picture becomes the avatar. Refuses: avatar_refused.
coro::Task<void> set_avatar(Services& services, session::SessionPtr me,
                            protocol::AvatarUpload request);

}  // namespace chat::features
