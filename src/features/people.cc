#include "features/people.h"

#include <algorithm>
#include <utility>

#include "features/answer.h"
#include "features/budget.h"

namespace chat::features {
namespace {

constexpr std::int64_t kFarthestOffset = 1'000'000'000;
constexpr std::size_t kMostIds = 100;
constexpr std::int64_t kMostFound = 50;

protocol::ListedUser listed(const store::Profile& profile) {
  return {profile.id, profile.name, profile.avatar, profile.online};
}

std::vector<protocol::ListedUser> listed(const std::vector<store::Profile>& profiles) {
  std::vector<protocol::ListedUser> users;
  users.reserve(profiles.size());
  for (const store::Profile& profile : profiles) users.push_back(listed(profile));
  return users;
}

void check(const protocol::PeopleSought& sought) {
  if (sought.ids.has_value() == sought.prefix.has_value())
    throw Rejected(Refusal::bad_field, "either ids or prefix");
  if (sought.ids && sought.ids->size() > kMostIds) throw Rejected(Refusal::bad_field, "ids");
  // No name holds a NUL; in the index of names it stands before the user's id.
  const auto unfit = [](const std::string& prefix) {
    return prefix.empty() || prefix.find('\0') != std::string::npos;
  };
  if (sought.prefix && unfit(*sought.prefix)) throw Rejected(Refusal::bad_field, "prefix");
}

coro::Task<std::vector<store::Profile>> profiles_of(Services& services,
                                                    protocol::PeopleSought sought) {
  if (sought.ids) return services.users.profiles(std::move(*sought.ids));
  const std::int64_t count = sought.count <= 0 ? kMostFound : std::min(sought.count, kMostFound);
  return services.names.find(std::move(*sought.prefix), static_cast<std::size_t>(count));
}

}  // namespace

coro::Task<void> list_online(Services& services, SessionPtr me, protocol::UserList request) {
  const protocol::Page asked = request.mess.value_or(protocol::Page());
  const auto most = static_cast<std::int64_t>(services.settings.online_page_size);
  const std::int64_t offset = std::clamp(asked.offset, std::int64_t{0}, kFarthestOffset);
  const std::int64_t count = asked.count <= 0 ? most : std::min(asked.count, most);
  const auto profiles = co_await services.presence.page(static_cast<std::size_t>(offset),
                                                        static_cast<std::size_t>(count));
  const auto total = static_cast<std::int64_t>(co_await services.presence.total());
  protocol::UserListAnswer list;
  list.users = listed(profiles);
  list.total = total;
  const std::int64_t end = offset + count;
  if (end < total) list.next_offset = end;
  answer(*me, request, std::move(list));
}

coro::Task<void> query_user(Services& services, SessionPtr me, protocol::UserQuery request) {
  const std::vector<std::string> ids(1, request.receiver_id.text);
  const auto profiles = co_await services.users.profiles(ids);
  protocol::UserInfo info;
  if (!profiles.empty()) info.user.value = listed(profiles.front());
  answer(*me, request, std::move(info));
}

coro::Task<void> find_people(Services& services, SessionPtr me, protocol::People request) {
  check(request.mess);
  co_await spend(services, "search", me->user_id(), rate_of(services.settings.search_rate));
  const auto profiles = co_await profiles_of(services, request.mess);
  protocol::PeopleFound found;
  found.users = listed(profiles);
  answer(*me, request, std::move(found));
}

coro::Task<void> count_online(Services& services, SessionPtr me, protocol::OnlineTotal request) {
  protocol::OnlineCount count;
  count.mess = static_cast<std::int64_t>(co_await services.presence.total());
  answer(*me, request, std::move(count));
}

}  // namespace chat::features
