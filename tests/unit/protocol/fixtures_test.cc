// The recorded traffic of the PHP original: every request is read, and every answer that is read
// into its struct and written again is the same, byte for byte.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "protocol/describe.h"
#include "protocol/registry.h"
#include "support.h"

namespace chat::protocol {
namespace {

struct Recorded {
  std::vector<std::string> requests;
  std::vector<std::string> answers;
};

void keep_text(const Value& frame, std::vector<std::string>& texts) {
  if (const Value* text = frame.find("text")) texts.push_back(*text->as_string());
}

Recorded recorded_answers() {
  Recorded recorded;
  for (const Value& line : read_json_lines("tests/fixtures/legacy-answers.jsonl")) {
    keep_text(*line.find("request"), recorded.requests);
    for (const Value& answer : *line.find("answers")->as_array()) {
      keep_text(answer, recorded.answers);
    }
  }
  return recorded;
}

Recorded recorded_session() {
  Recorded recorded;
  for (const Value& frame : read_json_lines("tests/fixtures/legacy-session.jsonl")) {
    const bool from_client = text_member(frame, "dir") == "c2s";
    keep_text(frame, from_client ? recorded.requests : recorded.answers);
  }
  return recorded;
}

// The requests that the original refused, and ours refuses as badly.
bool is_refused_on_purpose(const std::string& request) {
  return request == "hello" || request == "{\"a\":1}" ||
         request.find("\"type\":4242") != std::string::npos;
}

void expect_read(const std::string& text) {
  const Value value = decode(Wire::legacy, text);
  const bool known = with_request(type_of(value), [&]<class M>(std::type_identity<M>) {
    const M request = read<M>(value);
    EXPECT_EQ(request.type, type_of(value));
    const Value* session_id = value.find("session_id");
    if (session_id != nullptr) {
      EXPECT_EQ(request.session_id, *session_id->as_string());
    }
  });
  EXPECT_TRUE(known) << text;
}

std::string written_again(const std::string& text) {
  const Value value = decode(Wire::legacy, text);
  std::string again;
  with_event(type_of(value),
             [&]<class M>(std::type_identity<M>) { again = encode(Wire::legacy, read<M>(value)); });
  return again;
}

// An event survives the way through msgpack but for what the legacy wire alone tells apart: how
// `is_active` and a repeated id are spelled.
std::string written_after_msgpack(const std::string& text) {
  const Value value = decode(Wire::legacy, text);
  std::string again;
  with_event(type_of(value), [&]<class M>(std::type_identity<M>) {
    const std::string bytes = encode(Wire::v1, read<M>(value));
    again = encode(Wire::legacy, read<M>(decode(Wire::v1, bytes)));
  });
  return again;
}

void replace(std::string& text, std::string_view from, std::string_view to) {
  if (const auto at = text.find(from); at != std::string::npos) text.replace(at, from.size(), to);
}

class Fixtures : public testing::TestWithParam<Recorded (*)()> {};

TEST_P(Fixtures, EveryRequestIsRead) {
  const Recorded recorded = GetParam()();
  ASSERT_GE(recorded.requests.size(), 59U);
  for (const std::string& request : recorded.requests) {
    if (!is_refused_on_purpose(request)) expect_read(request);
  }
}

TEST_P(Fixtures, EveryAnswerIsWrittenAsItWas) {
  const Recorded recorded = GetParam()();
  ASSERT_GE(recorded.answers.size(), 80U);
  for (const std::string& answer : recorded.answers) EXPECT_EQ(written_again(answer), answer);
}

TEST_P(Fixtures, EveryAnswerSurvivesMsgpack) {
  for (std::string answer : GetParam()().answers) {
    const std::string again = written_after_msgpack(answer);
    replace(answer, "\"is_active\":1,", "\"is_active\":\"1\",");
    replace(answer, "\"receiver_id\":0,", "\"receiver_id\":\"0\",");
    EXPECT_EQ(again, answer);
  }
}

INSTANTIATE_TEST_SUITE_P(Legacy, Fixtures, testing::Values(&recorded_answers, &recorded_session),
                         [](const auto& suite) {
                           return suite.index == 0 ? "Answers" : "Session";
                         });

TEST(Fixtures, RefusedRequestsAreRefusedAlike) {
  EXPECT_EQ(refusal_of([] { type_of(decode(Wire::legacy, "hello")); }),
            "bad_format: malformed JSON");
  EXPECT_EQ(refusal_of([] { type_of(decode(Wire::legacy, "{\"a\":1}")); }),
            "bad_format: no usable type");
  EXPECT_FALSE(with_request(4242, [](auto) {}));
}

}  // namespace
}  // namespace chat::protocol
