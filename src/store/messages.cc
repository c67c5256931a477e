#include "store/messages.h"

#include <zlib.h>

#include <algorithm>
#include <utility>

#include "store/messages_scripts.h"

namespace chat::store {
namespace {

constexpr std::uint64_t kHighestSeq = 1ULL << 50;  // exact in Lua's doubles, sums included

std::string name_of(Conversation::Kind kind) {
  switch (kind) {
    case Conversation::Kind::group:
      return "group";
    case Conversation::Kind::direct:
      return "direct";
    case Conversation::Kind::lobby:
      break;
  }
  return "lobby";
}

// PHP's crc32(), by which the original spreads message ids over five hashes.
std::string index_key(const std::string& id) {
  const auto* bytes = reinterpret_cast<const Bytef*>(id.data());
  const uLong sum = crc32(0, bytes, static_cast<uInt>(id.size()));
  return "message:index:" + std::to_string(sum % 5);
}

std::uint64_t interval_us(const MessageRate& rate) {
  return rate.per_second > 0 ? static_cast<std::uint64_t>(std::max(1e6 / rate.per_second, 1.0)) : 0;
}

std::string seq_text(std::uint64_t seq) { return std::to_string(std::min(seq, kHighestSeq)); }

std::string flag_text(bool flag) { return flag ? "1" : "0"; }

// What every script that stores for a sender begins with.
std::vector<std::string> arguments_of(const Draft& draft, std::size_t bus_length) {
  const Conversation& conversation = draft.conversation;
  const bool in_group = conversation.kind() == Conversation::Kind::group;
  return {std::to_string(bus_length),
          name_of(conversation.kind()),
          conversation.key(),
          draft.sender,
          in_group ? conversation.group_id() : draft.receiver,
          draft.id,
          index_key(draft.id),
          draft.entry.head,
          draft.entry.tail,
          draft.entry.body,
          std::to_string(draft.rate.burst),
          std::to_string(interval_us(draft.rate))};
}

std::uint64_t unsigned_of(const Reply& reply) { return static_cast<std::uint64_t>(reply.number()); }

}  // namespace

coro::Task<Stored> Messages::append(Draft draft) {
  std::vector<std::string> arguments = arguments_of(draft, bus_length_);
  arguments.push_back(seq_text(draft.reply_to));
  arguments.push_back(flag_text(draft.mentions_everybody));
  arguments.push_back(draft.file);
  const Reply reply = co_await writes_.run(scripts::append_message, std::move(arguments));
  co_return stored(draft.conversation, reply);
}

coro::Task<Stored> Messages::revise(Revision revision) {
  std::vector<std::string> arguments = arguments_of(revision.draft, bus_length_);
  arguments.push_back(seq_text(revision.seq));
  arguments.push_back(std::to_string(revision.window.count()));
  arguments.push_back(std::move(revision.text));
  arguments.push_back(std::move(revision.mentions));
  arguments.push_back(flag_text(revision.draft.mentions_everybody));
  arguments.push_back(std::to_string(revision.file_age.count()));
  const Reply reply = co_await writes_.run(scripts::revise_message, std::move(arguments));
  co_return stored(revision.draft.conversation, reply);
}

Stored Messages::stored(const Conversation& conversation, const Reply& reply) {
  Stored stored;
  stored.seq = unsigned_of(reply.at(0));
  stored.timestamp = reply.at(1).real();
  stored.epoch = reply.at(2).text;
  stored.duplicate = reply.at(3).number() != 0;
  stored.receiver_online = reply.at(4).number() != 0;
  if (!stored.duplicate) newest_.note(conversation.key(), reply.at(1).text);
  return stored;
}

coro::Task<Page> Messages::before(Conversation conversation, double timestamp, std::size_t count) {
  return read(std::move(conversation), "time", std::to_string(timestamp), count);
}

coro::Task<Page> Messages::after_seq(Conversation conversation, std::uint64_t seq,
                                     std::size_t count) {
  return read(std::move(conversation), "after", seq_text(seq), count);
}

coro::Task<Page> Messages::before_seq(Conversation conversation, std::uint64_t seq,
                                      std::size_t count) {
  return read(std::move(conversation), "before", seq_text(seq), count);
}

coro::Task<Page> Messages::read(Conversation conversation, std::string mode, std::string from,
                                std::size_t count) {
  Reply reply = co_await redis_.run(scripts::read_messages, conversation.key(), mode, from, count,
                                    kMostPageBytes);
  Page page;
  page.epoch = reply.at(0).text;
  page.newest = unsigned_of(reply.at(1));
  page.oldest = unsigned_of(reply.at(2));
  std::uint64_t seq = unsigned_of(reply.at(3));
  if (reply.items.size() < 6) co_return page;
  std::vector<Reply>& members = reply.items[4].items;
  std::vector<Reply>& changed = reply.items[5].items;
  changed.resize(members.size());
  page.messages.reserve(members.size());
  for (std::size_t i = 0; i < members.size(); ++i)
    page.messages.push_back({seq++, std::move(members[i].text), std::move(changed[i].text)});
  co_return page;
}

coro::Task<std::uint64_t> Messages::skip(Conversation conversation, std::uint64_t seq,
                                         std::vector<int> types) {
  std::string list = ",";
  for (const int type : types) list += std::to_string(type) + ",";
  for (std::uint64_t from = seq + 1; from > seq;) {
    from = seq;
    const Reply lowest =
        co_await redis_.run(scripts::skip_unseen, conversation.key(), seq_text(from), list);
    seq = unsigned_of(lowest);
  }
  co_return seq;
}

coro::Task<std::vector<Head>> Messages::heads(std::vector<Conversation> conversations) {
  std::vector<std::string> keys;
  keys.reserve(conversations.size());
  for (const Conversation& conversation : conversations) keys.push_back(conversation.key());
  const Reply reply = co_await redis_.run(scripts::read_heads, std::move(keys));
  std::vector<Head> heads(conversations.size());
  for (std::size_t i = 0; i < heads.size(); ++i) {
    heads[i].newest = unsigned_of(reply.at(3 * i));
    heads[i].epoch = reply.at(3 * i + 1).text;
    heads[i].time_us = unsigned_of(reply.at(3 * i + 2));
  }
  co_return heads;
}

}  // namespace chat::store
