#include "session/registry.h"

#include <algorithm>
#include <utility>

#include "session/session.h"

namespace chat::session {

void Registry::add(std::shared_ptr<Session> session) {
  const std::uint64_t id = session->id();
  sessions_.emplace(id, std::move(session));
}

void Registry::log_in(Session& session) {
  session.set_place(logged_in_.size());
  logged_in_.push_back(&session);
  add_to(by_user_, session.user_id(), session);
}

void Registry::log_out(Session& session) {
  Session* const last = logged_in_.back();
  logged_in_[session.place()] = last;
  last->set_place(session.place());
  logged_in_.pop_back();
  remove_from(by_user_, session.user_id(), session);
  for (const std::string& group_id : session.groups()) remove_from(by_group_, group_id, session);
  session.groups().clear();
  left_meanwhile_.erase(&session);
}

void Registry::remove(Session& session) {
  if (session.logged_in()) log_out(session);
  sessions_.erase(session.id());
}

void Registry::begin_groups(Session& session) { left_meanwhile_[&session].clear(); }

void Registry::finish_groups(Session& session, const std::vector<std::string>& group_ids) {
  const auto loading = left_meanwhile_.find(&session);
  if (loading == left_meanwhile_.end()) return;
  const std::vector<std::string> left = std::move(loading->second);
  left_meanwhile_.erase(loading);
  for (const std::string& group_id : group_ids) {
    if (std::find(left.begin(), left.end(), group_id) == left.end()) join_group(session, group_id);
  }
}

void Registry::join_group(Session& session, const std::string& group_id) {
  std::vector<std::string>& groups = session.groups();
  if (std::find(groups.begin(), groups.end(), group_id) != groups.end()) return;
  groups.push_back(group_id);
  add_to(by_group_, group_id, session);
}

void Registry::leave_group(Session& session, const std::string& group_id) {
  const auto loading = left_meanwhile_.find(&session);
  if (loading != left_meanwhile_.end()) loading->second.push_back(group_id);
  if (std::erase(session.groups(), group_id) == 0) return;
  remove_from(by_group_, group_id, session);
}

std::shared_ptr<Session> Registry::find(std::uint64_t id) const {
  const auto found = sessions_.find(id);
  return found == sessions_.end() ? nullptr : found->second;
}

const Sessions& Registry::of_user(std::string_view user_id) const {
  return find_in(by_user_, user_id);
}

const Sessions& Registry::of_group(std::string_view group_id) const {
  return find_in(by_group_, group_id);
}

void Registry::for_each(const std::function<void(Session&)>& visit) const {
  std::vector<std::shared_ptr<Session>> all;
  all.reserve(sessions_.size());
  for (const auto& [id, session] : sessions_) all.push_back(session);
  for (const std::shared_ptr<Session>& session : all) visit(*session);
}

const Sessions& Registry::find_in(const Index& index, std::string_view key) {
  static const Sessions kNone;
  const auto found = index.find(key);
  return found == index.end() ? kNone : found->second;
}

void Registry::add_to(Index& index, const std::string& key, Session& session) {
  index[key].push_back(&session);
}

void Registry::remove_from(Index& index, const std::string& key, Session& session) {
  const auto found = index.find(key);
  if (found == index.end()) return;
  std::erase(found->second, &session);
  if (found->second.empty()) index.erase(found);
}

}  // namespace chat::session
