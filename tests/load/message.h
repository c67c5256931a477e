// The little of both wires that the load client needs: a login, one lobby message and what tells
// frames apart. Payloads are scanned, not decoded: a client sees hundreds of thousands a second.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "load/options.h"

namespace load {

struct Account {
  std::string name;
  std::string session;  // empty: register by name
  std::string user_id;
};

// The room that a message's number needs in its text.
inline constexpr std::size_t kMinTextSize = 24;

// The text of message `number`, at least kMinTextSize bytes long.
std::string message_text(std::size_t number, std::size_t size);

// The number in a text of message_text(), wherever in the payload that is.
std::optional<std::size_t> read_number(std::string_view payload);

std::string login_request(Wire wire, const Account& account);

// Message `number` to the lobby, its text `text_size` bytes long.
std::string lobby_message(Wire wire, const Account& account, std::size_t number,
                          std::size_t text_size);

// The same to one user.
std::string personal_message(Wire wire, const Account& account, const std::string& receiver_id,
                             std::size_t number, std::size_t text_size);

// The type number of a message from the server, or 0.
int type_of(Wire wire, std::string_view payload);

struct Delivery {
  std::size_t number;   // as given to lobby_message()
  std::uint64_t order;  // rises from message to message: `seq`, or microseconds on the legacy wire
};

// A lobby message that lobby_message() made, or nothing for any other.
std::optional<Delivery> read_delivery(Wire wire, std::string_view payload);

// The number of the message that an acknowledgement (type 110) is for.
std::optional<std::size_t> read_acknowledged(std::string_view payload);

// Fills `session` and `user_id` in from a login's answer (type 205); false when they are missing.
bool read_login(Wire wire, std::string_view payload, Account& account);

}  // namespace load
