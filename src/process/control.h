// The channel between the master and one of its workers, or the master that replaces it: a pair of
// sockets, made before fork.
//
// Each side owns its end. Nothing blocks: a message is either there or not, whole. When the other
// process is gone its end closes, which the receiver sees as Word::gone.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "base/unique_fd.h"
#include "config/settings.h"

namespace chat::process {

enum class Word : char {
  // To a worker:
  accept = 'a',    // take connections from now on
  drain = 'd',     // accept no more, close 1001, finish queued writes, end
  replaced = 'p',  // the same for a new server's sake: close 1012, spread over upgrade_drain
  quit = 'q',      // end at once
  reload = 'l',    // the text holds new settings; certificates are to be read again
  reopen = 'o',    // open the log file again
  // To the master:
  ready = 'r',     // connections can be accepted, and users of dead_ids are off the online list
  failed = 'f',    // cannot start; the text says why
  violated = 'v',  // made a system call that it may not, and dies of it; the text is its number
  // Asks for another process that cleans pictures; to a worker: the text is empty, and the
  // descriptor its channel.
  pictures = 'i',
  // Between an old master and the one that replaces it, which answers `ready` or `failed`:
  estate = 'e',  // the text is what is handed on
  yours = 'y',   // all is let go: take over. The text is the id of the Redis guard, or 0
  // Made by the receiver: the other end is closed. To a worker it means the same as `drain`.
  gone = 'g',
};

struct Message {
  Word word;
  std::string text;
  UniqueFd descriptor{};  // that came with it
};

class ControlChannel {
 public:
  // The master's end and the worker's end. Throws std::system_error.
  static std::pair<ControlChannel, ControlChannel> make_pair();

  // An end that was inherited from another program.
  static ControlChannel adopt(UniqueFd socket) { return ControlChannel(std::move(socket)); }

  // Readable when a message waits or the other end is gone; for poll or an event loop.
  int fd() const { return socket_.get(); }

  // False when the other end is gone or does not read what is sent to it. The receiver gets a
  // `descriptor` of its own; below 0 there is none.
  bool send(Word word, std::string_view text = {}, int descriptor = -1);

  // The next message, or nothing when none waits. After Word::gone there is nothing to wait for.
  std::optional<Message> receive();

 private:
  explicit ControlChannel(UniqueFd socket) : socket_(std::move(socket)) {}

  UniqueFd socket_;
};

// The options that HUP may change, as the text of Word::reload.
std::string encode_reload(const config::Settings& settings);

// Takes such a text over into `settings`; all other options stay.
void apply_reload(config::Settings& settings, std::string_view text);

}  // namespace chat::process
