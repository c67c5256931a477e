#include "features/mentions.h"

#include <algorithm>

#include "base/rejected.h"
#include "features/text_rules.h"

namespace chat::features {
namespace {

constexpr char kEverybody[] = "0";

}  // namespace

Mentions checked_mentions(const config::Settings& settings, Mentions mentions) {
  if (!mentions || mentions->empty()) return std::nullopt;
  if (mentions->size() > settings.max_mentions || !std::ranges::all_of(*mentions, is_id))
    throw Rejected(Refusal::bad_field, "mentions must be user ids, at most max_mentions");
  return mentions;
}

bool mentions_everybody(const Mentions& mentions) {
  return mentions && std::ranges::find(*mentions, kEverybody) != mentions->end();
}

}  // namespace chat::features
