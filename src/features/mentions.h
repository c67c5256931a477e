// Whom a message calls upon.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "config/settings.h"

namespace chat::features {

using Mentions = std::optional<std::vector<std::string>>;

// An empty list is none. Throws Rejected(bad_field) when there are too many, or one is no id.
// Whether there are such users is not looked at.
Mentions checked_mentions(const config::Settings& settings, Mentions mentions);

// Whether "0", which stands for everybody in the conversation, is among them.
bool mentions_everybody(const Mentions& mentions);

}  // namespace chat::features
