#include "load/sessions.h"

#include <unistd.h>

#include <ctime>
#include <fstream>
#include <stdexcept>

namespace load {

std::vector<Account> read_accounts(const std::string& path, std::size_t count) {
  std::vector<Account> accounts;
  std::ifstream file(path);
  Account account;
  while (accounts.size() < count && file >> account.name >> account.session >> account.user_id)
    accounts.push_back(account);
  const std::string run = std::to_string(std::time(nullptr)) + "." + std::to_string(::getpid());
  while (accounts.size() < count)
    accounts.push_back({"load" + run + "." + std::to_string(accounts.size()), "", ""});
  return accounts;
}

void write_accounts(const std::string& path, const std::vector<Account>& accounts) {
  if (path.empty()) return;
  std::ofstream file(path);
  for (const Account& account : accounts)
    file << account.name << ' ' << account.session << ' ' << account.user_id << '\n';
  if (!file) throw std::runtime_error("cannot write " + path);
}

}  // namespace load
