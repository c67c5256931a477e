#include "process/control.h"

#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <system_error>

#include "config/options.h"

namespace chat::process {
namespace {

constexpr std::size_t kLongestMessage = 64 * 1024;

// Cuts the next line off `text`.
std::string_view next_line(std::string_view& text) {
  const std::size_t end = text.find('\n');
  const std::string_view line = text.substr(0, end);
  text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  return line;
}

}  // namespace

std::pair<ControlChannel, ControlChannel> ControlChannel::make_pair() {
  std::array<int, 2> ends{};
  if (::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends.data()) != 0)
    throw std::system_error(errno, std::generic_category(), "socketpair");
  return {ControlChannel(UniqueFd(ends[0])), ControlChannel(UniqueFd(ends[1]))};
}

bool ControlChannel::send(Word word, std::string_view text) {
  std::string message(1, static_cast<char>(word));
  message += text;
  const ssize_t sent = ::send(socket_.get(), message.data(), message.size(), MSG_NOSIGNAL);
  return sent == static_cast<ssize_t>(message.size());
}

std::optional<Message> ControlChannel::receive() {
  std::string message(kLongestMessage, '\0');
  const ssize_t size = ::recv(socket_.get(), message.data(), message.size(), 0);
  if (size < 0 && (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR)) return std::nullopt;
  if (size <= 0) return Message{Word::gone, {}};
  message.resize(static_cast<std::size_t>(size));
  return Message{static_cast<Word>(message.front()), message.substr(1)};
}

std::string encode_reload(const config::Settings& settings) {
  std::string text;
  for (const config::Option& option : config::options()) {
    if (!option.reloads) continue;
    text += option.name;
    text += '=';
    text += option.print(settings);
    text += '\n';
  }
  return text;
}

void apply_reload(config::Settings& settings, std::string_view text) {
  while (!text.empty()) {
    const std::string_view line = next_line(text);
    const std::size_t equals = line.find('=');
    const config::Option* option = config::find_option(line.substr(0, equals));
    if (option != nullptr && option->reloads)
      config::assign(*option, settings, line.substr(equals + 1), option->name);
  }
}

}  // namespace chat::process
