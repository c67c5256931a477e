#include "store/marks.h"

#include <algorithm>
#include <charconv>
#include <utility>

#include "store/lua_common.h"
#include "store/script.h"

namespace chat::store {
namespace {

// ARGV: bus length, user, name, key, read seq, epoch, pinned, muted (each '' to leave it), most
// marks, body.
const Script change_mark{lua::kBasics, lua::kBus, lua::kConversations, R"lua(
local user, name, key, read, numbering = ARGV[2], ARGV[3], ARGV[4], tonumber(ARGV[5]), ARGV[6]
local group, other = string.match(name, '^group:(.*)'), string.match(name, '^user:(.*)')
if group and not redis.call('ZSCORE', 'group_members:group_id:' .. group, user) then
  return refuse('not_a_member')
end
if other and redis.call('EXISTS', 'user_id:' .. other) == 0 then
  return refuse('no_such_user')
end
local marks = 'marks:user_id:' .. user
local held = redis.call('HGET', marks, name)
if not held and redis.call('HLEN', marks) >= tonumber(ARGV[9]) then
  return refuse('too_many_marks')
end

local seq, pinned, muted, epoch = string.match(held or '', '^(%d+) ([01]) ([01]) (.*)$')
if not seq then seq, pinned, muted, epoch = '0', '0', '0', '' end
if read or numbering ~= '' then
  local state = settle(key)
  local present = epoch_of(state)
  if numbering ~= '' and numbering ~= present then return refuse('bad_field') end
  if read and read > state.seq then return refuse('bad_field') end
  if read and (epoch ~= present or read > tonumber(seq)) then
    seq, epoch = string.format('%d', read), present
  end
end
if ARGV[7] ~= '' then pinned = ARGV[7] end
if ARGV[8] ~= '' then muted = ARGV[8] end
local line = table.concat({seq, pinned, muted, epoch}, ' ')
if line ~= held then redis.call('HSET', marks, name, line) end
post('u:' .. user, 'b', ARGV[10], 'm', line)
)lua"};

constexpr std::uint64_t kBeyondAll = 1ULL << 50;  // exact in Lua's doubles

std::string text_of(const std::optional<std::uint64_t>& seq) {
  return seq ? std::to_string(std::min(*seq, kBeyondAll)) : std::string();
}

std::string text_of(const std::optional<bool>& flag) {
  if (!flag) return "";
  return *flag ? "1" : "0";
}

// The next word of a line, which is cut off with the blank behind it.
std::string_view next_word(std::string_view& line) {
  const std::size_t end = std::min(line.find(' '), line.size());
  const std::string_view word = line.substr(0, end);
  line.remove_prefix(std::min(end + 1, line.size()));
  return word;
}

}  // namespace

Mark mark_of(std::string conversation, std::string_view line) {
  Mark mark;
  mark.conversation = std::move(conversation);
  const std::string_view seq = next_word(line);
  std::from_chars(seq.data(), seq.data() + seq.size(), mark.read_seq);
  mark.pinned = next_word(line) == "1";
  mark.muted = next_word(line) == "1";
  mark.epoch = line;
  return mark;
}

coro::Task<void> Marks::change(std::string user_id, MarkChange change, std::size_t most,
                               std::string body) {
  const std::string read = text_of(change.read_seq);
  const std::string pinned = text_of(change.pinned);
  const std::string muted = text_of(change.muted);
  co_await redis_.run(change_mark, bus_length_, user_id, change.name, change.conversation.key(),
                      read, change.epoch, pinned, muted, most, body);
}

coro::Task<std::vector<Mark>> Marks::of(std::string user_id) {
  const Reply hash = co_await redis_.command("HGETALL", "marks:user_id:" + user_id);
  std::vector<Mark> marks;
  marks.reserve(hash.items.size() / 2);
  for (std::size_t i = 0; i + 1 < hash.items.size(); i += 2)
    marks.push_back(mark_of(hash.items[i].text, hash.items[i + 1].text));
  co_return marks;
}

}  // namespace chat::store
