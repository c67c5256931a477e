#include "coro/task.h"

#include <gtest/gtest.h>

#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "coro/completion.h"
#include "coro/spawn.h"

namespace chat::coro {
namespace {

Task<int> number(int value) { co_return value; }

Task<int> sum_of(int count) {
  int sum = 0;
  for (int i = 0; i < count; ++i) sum += co_await number(1);
  co_return sum;
}

Task<void> store_into(Task<int> task, std::optional<int>* result) { *result = co_await task; }

TEST(Task, LongLoopsOfTasksThatFinishAtOnceUseNoStack) {
  std::optional<int> result;
  spawn(store_into(sum_of(1'000'000), &result));
  EXPECT_EQ(result, 1'000'000);
}

Task<int> await_value(Completion<int>* completion) {
  const int value = co_await *completion;
  co_return value * 2;
}

TEST(Task, ResumesTheWholeChainWhenTheCallbackComes) {
  Completion<int> completion;
  std::optional<int> result;
  spawn(store_into(await_value(&completion), &result));
  EXPECT_FALSE(result.has_value());
  completion.complete(21);
  EXPECT_EQ(result, 42);
}

TEST(Task, TakesAValueThatCameBeforeTheWaiter) {
  Completion<int> completion;
  completion.complete(4);
  std::optional<int> result;
  spawn(store_into(await_value(&completion), &result));
  EXPECT_EQ(result, 8);
}

Task<int> interleaved(std::vector<Completion<int>>* completions) {
  int sum = 0;
  for (Completion<int>& completion : *completions) {
    sum += co_await number(1);
    sum += co_await await_value(&completion);
  }
  co_return sum;
}

TEST(Task, MixesTasksThatSuspendWithTasksThatDoNot) {
  std::vector<Completion<int>> completions(1000);
  std::optional<int> result;
  spawn(store_into(interleaved(&completions), &result));
  for (Completion<int>& completion : completions) completion.complete(1);
  EXPECT_EQ(result, 3000);
}

Task<int> failing(Completion<int>* completion) {
  co_await *completion;
  throw std::runtime_error("refused");
}

Task<void> catching(Task<int> task, std::string* message) {
  try {
    co_await task;
  } catch (const std::runtime_error& error) {
    *message = error.what();
  }
}

TEST(Task, CarriesExceptionsToTheOneWhoAwaits) {
  Completion<int> completion;
  std::string message;
  spawn(catching(failing(&completion), &message));
  EXPECT_EQ(message, "");
  completion.complete(0);
  EXPECT_EQ(message, "refused");
}

Task<std::unique_ptr<int>> owned() { co_return std::make_unique<int>(7); }

Task<void> take_owned(int* result) {
  const std::unique_ptr<int> value = co_await owned();
  *result = *value;
}

TEST(Task, MovesValuesThatCannotBeCopied) {
  int result = 0;
  spawn(take_owned(&result));
  EXPECT_EQ(result, 7);
}

TEST(Task, ATaskNeverStartedIsFreed) {
  auto witness = std::make_shared<int>(1);
  {
    auto body = [](std::shared_ptr<int> held) -> Task<void> {
      *held = 2;
      co_return;
    };
    Task<void> task = body(witness);
    EXPECT_EQ(witness.use_count(), 2);
  }
  EXPECT_EQ(witness.use_count(), 1);
  EXPECT_EQ(*witness, 1);
}

}  // namespace
}  // namespace chat::coro
