#include "features/history.h"

#include <algorithm>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "features/answer.h"
#include "features/conversation_name.h"
#include "features/history_page.h"
#include "features/shared_file.h"
#include "protocol/message_types.h"

namespace chat::features {

using protocol::HistoryAnswer;
using protocol::HistoryCursor;
using store::Page;

namespace {

constexpr std::size_t kOlderCount = 200;
constexpr int kMostRounds = 20;                   // of so many entries that are not shown
constexpr std::uint64_t kBeyondAll = 1ULL << 53;  // Redis counts in doubles

bool is_complete(const Page& page, bool forward) {
  if (page.messages.empty()) return true;
  return forward ? page.messages.back().seq == page.newest
                 : page.messages.front().seq <= page.oldest;
}

coro::Task<Page> read_page(Services& services, store::Conversation conversation,
                           HistoryCursor cursor) {
  const std::size_t count = page_size(services.settings, cursor.count.value_or(0));
  if (cursor.after_seq) {
    const auto seq = static_cast<std::uint64_t>(std::max<std::int64_t>(*cursor.after_seq, 0));
    Page page = co_await services.messages.after_seq(conversation, seq, count);
    co_return page;
  }
  if (cursor.before_seq) {
    const auto seq = static_cast<std::uint64_t>(std::max<std::int64_t>(*cursor.before_seq, 0));
    Page page = co_await services.messages.before_seq(conversation, seq, count);
    co_return page;
  }
  // By number, as a clock that was set back may have given older messages later times.
  if (!cursor.until) {
    Page page = co_await services.messages.before_seq(conversation, kBeyondAll, count);
    co_return page;
  }
  Page page = co_await services.messages.before(conversation, *cursor.until, count);
  co_return page;
}

std::size_t bytes_of(const Page& page) {
  std::size_t bytes = 0;
  for (const store::NumberedMessage& message : page.messages) bytes += message.json.size();
  return bytes;
}

std::vector<int> types_without_legacy() {
  std::vector<int> types;
  for (const protocol::TypeInfo& info : protocol::all_types())
    if (info.v1_only) types.push_back(info.number);
  return types;
}

// What legacy clients are not shown makes their pages shorter, and an empty one is the end to them,
// as is one that only repeats the message at the time they named: they get what is before it, too;
// of what there is as much as is quickly found, but never nothing.
coro::Task<std::vector<protocol::Chat>> show_filled(Services& services, SessionPtr me, Page page,
                                                    store::Conversation conversation,
                                                    std::string name, std::size_t least) {
  std::vector<protocol::Chat> shown = show_page(*me, page, name);
  const std::size_t wanted = std::max(page.messages.size(), least);
  std::size_t bytes = bytes_of(page);
  for (int round = 0; shown.size() < wanted && !page.messages.empty(); ++round) {
    std::uint64_t first = page.messages.front().seq;
    const bool enough = shown.size() >= least;
    if (enough && (round >= kMostRounds || bytes > store::kMostPageBytes)) break;
    if (!enough) {
      const std::uint64_t seen =
          co_await services.messages.skip(conversation, first, types_without_legacy());
      first = seen;
    }
    page = co_await services.messages.before_seq(conversation, first, kOlderCount);
    bytes += bytes_of(page);
    std::vector<protocol::Chat> more = show_page(*me, page, name);
    const std::size_t missing = std::min(wanted - shown.size(), more.size());
    shown.insert(shown.begin(), more.end() - static_cast<std::ptrdiff_t>(missing), more.end());
  }
  co_return shown;
}

// Asked after the page was read, as whoever is removed meanwhile is to see nothing said since.
coro::Task<void> require_member(Services& services, store::Conversation conversation,
                                std::string user_id) {
  if (conversation.kind() != store::Conversation::Kind::group) co_return;
  const std::string& group = conversation.group_id();
  const bool member = co_await services.groups.is_member(group, std::move(user_id));
  if (!member) throw Rejected(Refusal::not_a_member, group);
}

HistoryAnswer answer_of(const Page& page, bool forward, const std::string& conversation) {
  HistoryAnswer history;
  history.complete = is_complete(page, forward);
  history.conversation = conversation;
  history.epoch = page.epoch;
  history.first_seq = static_cast<std::int64_t>(page.oldest);
  history.last_seq = static_cast<std::int64_t>(page.newest);
  return history;
}

coro::Task<void> answer_history(Services& services, SessionPtr me, protocol::Envelope request,
                                HistoryCursor cursor, store::Conversation conversation,
                                std::string name) {
  const bool forward = cursor.after_seq.has_value();
  Page page = co_await read_page(services, conversation, cursor);
  HistoryAnswer history = answer_of(page, forward, name);
  if (me->is_legacy() && !forward) {
    const std::size_t least = cursor.until ? 2 : 1;
    auto shown = co_await show_filled(services, me, std::move(page), conversation, name, least);
    history.mess = std::move(shown);
  } else {
    history.mess = show_page(*me, page, name);
  }
  co_await require_member(services, conversation, me->user_id());
  if (me->is_legacy())
    for (protocol::Chat& message : history.mess) message = for_legacy(services, message);
  history.type = request.type;
  history.sender_id = me->user_id();
  history.receiver_id = request.receiver_id;
  answer(*me, request, std::move(history));
}

}  // namespace

coro::Task<void> history_common(Services& services, SessionPtr me,
                                protocol::HistoryCommon request) {
  store::Conversation conversation = common_conversation(request.receiver_id);
  co_await answer_history(services, me, request, request.mess, std::move(conversation),
                          common_name(request.receiver_id));
}

coro::Task<void> history_personal(Services& services, SessionPtr me,
                                  protocol::HistoryPersonal request) {
  store::Conversation conversation =
      store::Conversation::direct(me->user_id(), request.receiver_id.text);
  co_await answer_history(services, me, request, request.mess, std::move(conversation),
                          direct_name(request.receiver_id));
}

}  // namespace chat::features
