#include "features/resume.h"

#include <algorithm>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "features/answer.h"
#include "features/budget.h"
#include "features/conversation_name.h"
#include "features/history_page.h"

namespace chat::features {

using protocol::Place;
using store::Conversation;
using store::Head;
using store::Page;

namespace {

constexpr const char* kLobby = "lobby";
constexpr std::size_t kPlaceBytes = 128;          // that a place takes in a message, at most
constexpr std::size_t kHeadsAtOnce = 200;         // keeps Redis free for others between them
constexpr std::uint64_t kBeyondAll = 1ULL << 53;  // Redis counts in doubles
constexpr std::size_t kClosed = SIZE_MAX;         // the place of a group that cannot be read

// One of the client's conversations, by its name for that client.
struct Thread {
  std::string name;
  Conversation conversation;
  std::optional<Place> place;  // what the client holds of it
  Head head;
};

struct Threads {
  std::vector<Thread> readable;
  std::vector<std::string> closed;  // names of groups that the client is no member of
};

// Every conversation the user has: the lobby, the groups, the latest direct ones.
coro::Task<std::vector<std::string>> names_of(Services& services, std::string user_id) {
  std::vector<std::string> names(1, kLobby);
  const auto groups = co_await services.groups.list_of(user_id);
  for (const store::Group& group : groups) names.push_back(common_name(group.id));
  const std::size_t most = most_places(services.settings);
  const auto peers = co_await services.peers.of(user_id, most);
  for (const std::string& peer : peers) names.push_back(direct_name(peer));
  co_return names;
}

// What the user has and what the client named, each once.
Threads threads_of(const std::string& me, const std::vector<std::string>& names,
                   const std::vector<Place>& places) {
  Threads threads;
  std::unordered_map<std::string_view, std::size_t> index;
  for (const std::string& name : names) {
    if (!index.emplace(name, threads.readable.size()).second) continue;
    threads.readable.push_back({name, *conversation_named(name, me), std::nullopt, Head()});
  }
  for (const Place& place : places) {
    const std::string& name = place.conversation;
    std::optional<Conversation> conversation = conversation_named(name, me);
    if (!conversation || place.seq < 0) throw Rejected(Refusal::bad_field, "places");
    const auto [known, added] = index.emplace(name, threads.readable.size());
    if (!added) {
      if (known->second != kClosed) threads.readable[known->second].place = place;
    } else if (conversation->kind() == Conversation::Kind::group) {
      known->second = kClosed;
      threads.closed.push_back(name);
    } else {
      threads.readable.push_back({name, std::move(*conversation), place, Head()});
    }
  }
  return threads;
}

coro::Task<void> read_heads(Services& services, std::vector<Thread>& threads) {
  for (std::size_t begin = 0; begin < threads.size(); begin += kHeadsAtOnce) {
    const std::size_t end = std::min(begin + kHeadsAtOnce, threads.size());
    std::vector<Conversation> some;
    for (std::size_t i = begin; i < end; ++i) some.push_back(threads[i].conversation);
    std::vector<Head> heads = co_await services.messages.heads(std::move(some));
    for (std::size_t i = begin; i < end; ++i) threads[i].head = std::move(heads[i - begin]);
  }
}

std::uint64_t rank_of(const Thread& thread) {
  return thread.name == kLobby ? UINT64_MAX : thread.head.time_us;
}

// Nobody is told of more than can be named the next time: of what was not named only what is among
// the newest of all.
void leave_out_oldest(std::vector<Thread>& threads, std::size_t most) {
  if (threads.size() <= most) return;
  std::vector<std::uint64_t> ranks;
  ranks.reserve(threads.size());
  for (const Thread& thread : threads) ranks.push_back(rank_of(thread));
  const auto last = ranks.begin() + static_cast<std::ptrdiff_t>(most) - 1;
  std::nth_element(ranks.begin(), last, ranks.end(), std::greater<>());
  std::erase_if(threads, [oldest = *last](const Thread& thread) {
    return !thread.place && rank_of(thread) < oldest;
  });
}

// Whether the place's number is one of the conversation's numbering. Number 0, with which nothing
// is held, needs no epoch: a client that saw the conversation empty was given none.
bool fits(const Place& place, const Head& head) {
  if (place.seq == 0 && place.epoch.empty()) return true;
  return place.epoch == head.epoch && static_cast<std::uint64_t>(place.seq) <= head.newest;
}

// Why the client cannot go on where it stopped; empty when it can.
std::string_view obstacle(const Thread& thread, std::size_t most_messages) {
  if (!thread.place) return "new";
  if (!fits(*thread.place, thread.head)) return "renumbered";
  const auto missed = thread.head.newest - static_cast<std::uint64_t>(thread.place->seq);
  return missed > most_messages ? "too_far" : "";
}

bool is_up_to_date(const Thread& thread) {
  if (!thread.place) return thread.head.newest == 0;
  return fits(*thread.place, thread.head) &&
         static_cast<std::uint64_t>(thread.place->seq) == thread.head.newest;
}

// Sends pages to one client and counts them.
class Pages {
 public:
  Pages(Services& services, SessionPtr me, protocol::Resume request)
      : services_(services),
        me_(std::move(me)),
        request_(std::move(request)),
        newest_(page_size(services.settings, request_.mess.count)) {}

  coro::Task<void> tell(const Thread& thread) {
    if (is_up_to_date(thread)) co_return;
    ++told_.conversations;
    const std::string_view reason = obstacle(thread, services_.settings.resume_messages);
    if (reason.empty())
      co_await tell_missed(thread);
    else
      co_await tell_newest(thread, std::string(reason));
  }

  void tell_closed(const std::string& name) {
    ++told_.conversations;
    send_closed(name);
  }

  const protocol::Resumed& told() const { return told_; }

 private:
  void send_closed(const std::string& name) {
    protocol::ResumePage page;
    page.conversation = name;
    page.state = "not_a_member";
    page.complete = true;
    answer(*me_, request_, std::move(page));
  }

  // Where the client cannot go on, it begins anew with the newest messages; history has the rest.
  coro::Task<void> tell_newest(const Thread& thread, std::string state) {
    // Up to the newest of this moment, which is the page's own last_seq, not of the head's.
    Page page = co_await services_.messages.before_seq(thread.conversation, kBeyondAll, newest_);
    co_await send(thread, std::move(page), std::move(state));
  }

  coro::Task<void> tell_missed(const Thread& thread) {
    auto seq = static_cast<std::uint64_t>(thread.place->seq);
    const std::size_t count = page_size(services_.settings, INT64_MAX);
    for (bool complete = false; !complete && !me_->closed();) {
      Page page = co_await services_.messages.after_seq(thread.conversation, seq, count);
      const bool gone = page.messages.empty() || page.messages.front().seq != seq + 1;
      if (gone || page.epoch != thread.head.epoch) {
        co_await tell_newest(thread, gone ? "trimmed" : "renumbered");
        co_return;
      }
      const std::uint64_t newest = page.newest;
      seq = co_await send(thread, std::move(page), "continued");
      complete = seq >= newest;
    }
  }

  // A client that reads slowly may have left a group, or been removed, since it began to resume.
  // Asked after the page was read: what was said after it left is in no page that it is sent.
  coro::Task<bool> may_read(const Thread& thread) {
    if (thread.conversation.kind() != Conversation::Kind::group) co_return true;
    const std::string group = thread.conversation.group_id();
    const bool member = co_await services_.groups.is_member(group, me_->user_id());
    co_return member;
  }

  // Returns the number of the last message sent, once the client has taken the page; one beyond all
  // when nothing of the conversation may be sent any more.
  coro::Task<std::uint64_t> send(const Thread& thread, Page page, std::string state) {
    const bool readable = co_await may_read(thread);
    if (!readable) {
      send_closed(thread.name);
      co_return kBeyondAll;
    }
    protocol::ResumePage told;
    told.mess = show_page(*me_, page, thread.name);
    const std::uint64_t last = page.messages.empty() ? 0 : page.messages.back().seq;
    told.conversation = thread.name;
    told.state = std::move(state);
    told.epoch = page.epoch;
    told.first_seq = static_cast<std::int64_t>(page.oldest);
    told.last_seq = static_cast<std::int64_t>(page.newest);
    told.complete = page.messages.empty() || last >= page.newest;
    told_.messages += static_cast<std::int64_t>(told.mess.size());
    answer(*me_, request_, std::move(told));
    co_await me_->drained();
    co_return last;
  }

  Services& services_;
  SessionPtr me_;
  protocol::Resume request_;
  std::size_t newest_;
  protocol::Resumed told_;
};

}  // namespace

std::size_t most_places(const config::Settings& settings) {
  const std::size_t fitting = std::max<std::size_t>(settings.max_message_size / kPlaceBytes, 1);
  return std::min<std::size_t>(settings.resume_conversations, fitting);
}

coro::Task<void> resume(Services& services, SessionPtr me, protocol::Resume request) {
  if (request.mess.places.size() > services.settings.resume_conversations)
    throw Rejected(Refusal::bad_field, "more places than resume_conversations");
  co_await spend(services, "resume", me->user_id(), rate_of(services.settings.resume_rate));
  const auto names = co_await names_of(services, me->user_id());
  Threads threads = threads_of(me->user_id(), names, request.mess.places);
  co_await read_heads(services, threads.readable);
  leave_out_oldest(threads.readable, most_places(services.settings));

  Pages pages(services, me, request);
  for (const std::string& name : threads.closed) pages.tell_closed(name);
  for (const Thread& thread : threads.readable) {
    if (me->closed()) co_return;
    co_await pages.tell(thread);
  }
  protocol::ResumeDone done;
  done.mess = pages.told();
  answer(*me, request, std::move(done));
}

}  // namespace chat::features
