#include "features/login.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "base/clock.h"
#include "base/ids.h"
#include "base/rejected.h"
#include "features/budget.h"
#include "features/text_rules.h"
#include "store/offload.h"
#include "store/passwords.h"

namespace chat::features {

using std::chrono::milliseconds;
using store::User;
using store::Visitor;

namespace {

// A refusal that follows from name and password comes no sooner than this after they were looked
// at: hashes of the PHP original take another time than ours, or than none.
constexpr milliseconds kRefusalTime{600};

std::string group_of(const net::IpAddress& address) { return address.limit_group().text(); }

// How long to wait for a token of that address; zero took it.
coro::Task<milliseconds> take_token(Services& services, std::string what, net::IpAddress address,
                                    config::Rate rate) {
  if (!services.settings.rate_limits) co_return milliseconds(0);
  const std::string who = group_of(address);
  const store::Rate limit = rate_of(rate);
  const milliseconds wait = co_await services.limits.take(what, who, limit);
  co_return wait;
}

coro::Task<milliseconds> wait_to_register(Services& services, net::IpAddress address) {
  if (!services.settings.rate_limits) co_return milliseconds(0);
  const std::string who = group_of(address);
  const store::Rate limit = rate_of(services.settings.registrations_per_address);
  const milliseconds wait = co_await services.limits.wait("register", who, limit);
  co_return wait;
}

coro::Task<store::Verdict> verify(Services& services, std::string password, std::string hash) {
  auto work = [password = std::move(password), hash = std::move(hash)] {
    return store::verify_password(password, hash);
  };
  const store::Verdict verdict = co_await store::offload(services.hashing, std::move(work));
  co_return verdict;
}

coro::Task<void> pretend_to_verify(Services& services, std::string password) {
  auto work = [password = std::move(password)] {
    store::pretend_to_verify(password);
    return true;
  };
  co_await store::offload(services.hashing, std::move(work));
}

// Throws what is the same for every name of that form, known or not, and no sooner for one of them.
coro::Task<void> refuse(Services& services, Credentials credentials, net::IpAddress address,
                        std::uint64_t begun_ms) {
  Refusal refusal = Refusal::wrong_password;
  milliseconds wait(0);
  const std::size_t most = services.settings.max_username_length;
  if (credentials.may_register && !is_presentable_name(credentials.name, most)) {
    refusal = Refusal::invalid_name;
  } else if (credentials.may_register) {
    wait = co_await wait_to_register(services, address);
    if (wait.count() > 0) refusal = Refusal::login_limited;
  }
  const milliseconds passed(monotonic_ms() - begun_ms);
  if (passed < kRefusalTime) co_await services.pauses.sleep(kRefusalTime - passed);
  throw Rejected(refusal, "a name and password from " + address.text(), wait);
}

// Nothing when the name may not be registered, now or ever, or was taken meanwhile.
coro::Task<std::optional<User>> register_user(Services& services, Credentials credentials,
                                              Visitor visitor) {
  const config::Settings& settings = services.settings;
  bool allowed = credentials.may_register &&
                 is_presentable_name(credentials.name, settings.max_username_length);
  if (allowed) {
    const milliseconds wait = co_await take_token(services, "register", visitor.address,
                                                  settings.registrations_per_address);
    allowed = wait.count() == 0;
  }
  if (!allowed) {
    co_await pretend_to_verify(services, std::move(credentials.password));
    co_return std::nullopt;
  }
  const std::string hashed = co_await hash_password(services, std::move(credentials.password));
  auto user = co_await services.users.create(credentials.name, hashed, visitor.address.text(),
                                             visitor.agent);
  co_return user;
}

struct Found {
  std::optional<User> user;
  bool registered = false;
};

coro::Task<Found> find_or_register(Services& services, Credentials credentials, Visitor visitor) {
  Found found;
  auto known = co_await services.users.find_by_name(credentials.name);
  if (!known) {
    found.user = co_await register_user(services, credentials, visitor);
    found.registered = found.user.has_value();
    if (found.registered) co_return found;
    known = co_await services.users.find_by_name(credentials.name);
    if (!known) co_return found;
  }
  found.user = co_await check_password(services, std::move(*known), credentials.password);
  co_return found;
}

void check_form(const Services& services, const Credentials& credentials) {
  if (credentials.name.empty() || credentials.password.empty())
    throw Rejected(Refusal::login_required, "empty login");
  if (credentials.password.size() > services.settings.max_password_length)
    throw Rejected(Refusal::invalid_password);
}

coro::Task<Admission> admit(Services& services, std::optional<store::LoginSession> session) {
  if (!session) throw Rejected(Refusal::login_required, "unknown session");
  auto user = co_await services.users.find(session->user_id);
  if (!user) throw Rejected(Refusal::login_required, "the session's user is gone");
  if (!user->active) throw Rejected(Refusal::disabled);
  Admission admission;
  admission.user = std::move(*user);
  admission.session = std::move(*session);
  co_return admission;
}

}  // namespace

coro::Task<std::string> hash_password(Services& services, std::string password) {
  auto work = [password = std::move(password)] { return store::hash_password(password); };
  std::string hashed = co_await store::offload(services.hashing, std::move(work));
  co_return hashed;
}

coro::Task<std::optional<User>> check_password(Services& services, User user,
                                               std::string password) {
  while (true) {
    const store::Verdict verdict = co_await verify(services, password, user.password);
    if (verdict == store::Verdict::no) co_return std::nullopt;
    if (verdict == store::Verdict::yes) co_return user;
    const std::string hashed = co_await hash_password(services, password);
    user.password = co_await services.users.rehash(user.id, user.password, hashed);
    if (user.password == hashed) co_return user;
    // Somebody else's login, or a change of the password, came first: what is kept now counts.
  }
}

coro::Task<void> begin_password_try(Services& services, std::string name, net::IpAddress address) {
  if (!services.settings.rate_limits) co_return;
  const std::string who = group_of(address);
  const milliseconds wait = co_await services.limits.begin_login(name, who);
  if (wait.count() > 0) throw Rejected(Refusal::login_limited, "after wrong passwords", wait);
}

coro::Task<void> end_password_tries(Services& services, std::string name, net::IpAddress address) {
  if (!services.settings.rate_limits) co_return;
  const std::string who = group_of(address);
  co_await services.limits.login_succeeded(name, who);
}

coro::Task<Admission> admit_by_password(Services& services, Credentials credentials,
                                        Visitor visitor) {
  check_form(services, credentials);
  const milliseconds wait =
      co_await take_token(services, "login", visitor.address, services.settings.logins_per_address);
  if (wait.count() > 0)
    throw Rejected(Refusal::login_limited, "login from " + visitor.address.text(), wait);
  co_await begin_password_try(services, credentials.name, visitor.address);
  const std::uint64_t begun_ms = monotonic_ms();
  Found found = co_await find_or_register(services, credentials, visitor);
  if (!found.user) co_await refuse(services, credentials, visitor.address, begun_ms);
  co_await end_password_tries(services, credentials.name, visitor.address);
  if (!found.user->active) throw Rejected(Refusal::disabled);
  Admission admission;
  admission.token = random_token();
  admission.session = co_await services.sessions.create(admission.token, found.user->id,
                                                        found.user->password, visitor);
  admission.user = std::move(*found.user);
  admission.registered = found.registered;
  co_return admission;
}

coro::Task<Admission> admit_by_token(Services& services, std::string token, Visitor visitor) {
  auto session = co_await services.sessions.find(std::move(token), std::move(visitor));
  co_return co_await admit(services, std::move(session));
}

coro::Task<Admission> admit_by_session(Services& services, std::string session_id,
                                       Visitor visitor) {
  auto session = co_await services.sessions.find_id(std::move(session_id), std::move(visitor));
  co_return co_await admit(services, std::move(session));
}

protocol::LoggedIn logged_in_of(const Admission& admission) {
  const User& user = admission.user;
  protocol::LoggedIn logged_in;
  protocol::Account& account = logged_in.user;
  account.user_id = user.id;
  account.username = user.name;
  account.is_active = protocol::Flag(user.active, admission.registered);
  account.avatar = user.avatar;
  account.is_super_admin = user.role > 0;
  if (admission.registered) {
    account.reg_time = user.registered;
    account.ip = user.address;
    account.agent = user.agent;
  }
  return logged_in;
}

}  // namespace chat::features
