// Who is connected to this worker: every session, by connection, by user and by group.
//
// Owned by the worker; owns the sessions. Nothing here is shared with other workers.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace chat::session {

class Session;

// A set of sessions in no order that means anything. Adding is O(1), removing as well from those
// logged in, and linear in the set elsewhere. Walking it calls plain functions that may send to a
// session but never remove one: sessions that overflow while they are sent to close at the end of
// the loop's turn.
using Sessions = std::vector<Session*>;

class Registry {
 public:
  Registry() = default;
  Registry(const Registry&) = delete;
  Registry& operator=(const Registry&) = delete;

  // Takes a new connection's session in; `session->id()` must be unique in this worker.
  void add(std::shared_ptr<Session> session);

  // Forgets a session, its user and its groups. Sessions still running a request keep it alive.
  void remove(Session& session);

  // Files a session under its user once that user has logged in on it; log_out() takes it back.
  void log_in(Session& session);
  void log_out(Session& session);

  // A new login hears of its groups once they are read from the store. Whoever leaves a group while
  // the list is under way stays out, although the list may still name it.
  void begin_groups(Session& session);
  void finish_groups(Session& session, const std::vector<std::string>& group_ids);

  void join_group(Session& session, const std::string& group_id);
  void leave_group(Session& session, const std::string& group_id);

  // The session of a connection, or nullptr.
  std::shared_ptr<Session> find(std::uint64_t id) const;

  const Sessions& logged_in() const { return logged_in_; }
  const Sessions& of_user(std::string_view user_id) const;
  const Sessions& of_group(std::string_view group_id) const;

  std::size_t size() const { return sessions_.size(); }

  // Calls `visit` for every session, logged in or not; the copy makes closing in `visit` safe.
  void for_each(const std::function<void(Session&)>& visit) const;

 private:
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const {
      return std::hash<std::string_view>()(text);
    }
  };
  using Index = std::unordered_map<std::string, Sessions, Hash, std::equal_to<>>;

  static const Sessions& find_in(const Index& index, std::string_view key);
  static void add_to(Index& index, const std::string& key, Session& session);
  static void remove_from(Index& index, const std::string& key, Session& session);

  std::unordered_map<std::uint64_t, std::shared_ptr<Session>> sessions_;
  Sessions logged_in_;
  Index by_user_;
  Index by_group_;
  std::unordered_map<Session*, std::vector<std::string>> left_meanwhile_;
};

}  // namespace chat::session
