// The accounts of a run: new names, or those of an earlier run with their sessions, which spares
// the server their passwords.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "load/message.h"

namespace load {

// As many accounts as asked for: first those in the file, if it is there, then new ones.
std::vector<Account> read_accounts(const std::string& path, std::size_t count);

// Keeps the sessions for the next run; does nothing when `path` is empty.
void write_accounts(const std::string& path, const std::vector<Account>& accounts);

}  // namespace load
