#include "store/place_check.h"

#include <fmt/format.h>

#include <set>
#include <thread>

#include "store/kept_files.h"
#include "store/place_check_scripts.h"

namespace chat::store {
namespace {

constexpr std::size_t kPage = 1000;  // messages that one script looks at
constexpr char kOpen[] = "open";
constexpr char kStart[] = "0";
// A picture of somebody is opened a moment before it is one.
constexpr std::chrono::seconds kMoment{1};

std::string finding(const std::string& file, const std::string& place, std::int64_t right,
                    std::int64_t noted) {
  if (right < 0) return fmt::format("file {} is noted in {}, but is none", file, place);
  return fmt::format("file {} is shown {} times in {}, {} are noted", file, right, place, noted);
}

}  // namespace

coro::Task<std::vector<std::string>> PlaceCheck::run(bool mend) {
  // Notes come with messages in one script, so that whatever moves between the two is looked at
  // once more.
  Counts differences = co_await noted();
  const Counts seen = co_await shown();
  for (const auto& [where, count] : seen) differences[where] -= count;
  std::erase_if(differences, [](const auto& each) {
    return each.second == 0 || each.first.second == KeptFiles::kLegacy;
  });
  if (!differences.empty()) std::this_thread::sleep_for(kMoment);
  std::vector<std::string> findings;
  for (const auto& [where, difference] : differences) {
    const auto& [file, place] = where;
    const Reply reply =
        co_await redis_.run(scripts::recount, file, place, mend ? 1 : 0, left_.count());
    const std::int64_t right = reply.at(0).number();
    const std::int64_t held = reply.at(1).number();
    // A message may show a file that is gone: nothing can be said of it any more.
    if (right != held && !(right < 0 && held == 0))
      findings.push_back(finding(file, place, right, held));
  }
  co_return findings;
}

coro::Task<PlaceCheck::Counts> PlaceCheck::noted() {
  Counts counts;
  std::string cursor = kStart;
  do {
    const Reply reply = co_await redis_.run(scripts::noted_places, cursor);
    cursor = reply.at(0).text;
    const std::vector<std::string> words = reply.at(1).texts();
    for (std::size_t i = 0; i + 2 < words.size(); i += 3)
      counts[{words[i], words[i + 1]}] = reply.at(1).at(i + 2).number();
  } while (cursor != kStart);
  co_return counts;
}

coro::Task<PlaceCheck::Counts> PlaceCheck::shown() {
  Counts counts;
  const std::vector<std::string> keys = co_await conversations();
  for (const std::string& key : keys) {
    std::size_t looked_at = kPage;
    for (std::size_t first = 0; looked_at == kPage; first += kPage) {
      const Reply reply = co_await redis_.run(scripts::files_shown, key, first, first + kPage - 1);
      looked_at = static_cast<std::size_t>(reply.at(0).number());
      for (std::string& file : reply.at(1).texts()) ++counts[{std::move(file), key}];
    }
  }
  const Reply open = co_await redis_.run(scripts::files_open);
  for (std::string& file : open.texts()) ++counts[{std::move(file), kOpen}];
  co_return counts;
}

// SCAN may yield a key twice.
coro::Task<std::vector<std::string>> PlaceCheck::conversations() {
  std::set<std::string> keys;
  std::string cursor = kStart;
  do {
    const Reply reply = co_await redis_.run(scripts::conversations, cursor);
    cursor = reply.at(0).text;
    for (std::string& key : reply.at(1).texts()) keys.insert(std::move(key));
  } while (cursor != kStart);
  co_return std::vector<std::string>(keys.begin(), keys.end());
}

}  // namespace chat::store
