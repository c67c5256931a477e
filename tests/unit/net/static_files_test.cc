#include "net/static_files.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <algorithm>
#include <filesystem>
#include <future>
#include <map>
#include <optional>
#include <random>
#include <system_error>

#include "http_support.h"

namespace chat::net {
namespace {

using test::Answer;
using test::Client;

class StaticFilesTest : public testing::Test {
 protected:
  StaticFilesTest() {
    html_.write("index.html", "<h1>home</h1>");
    html_.write("a b.txt", "spaces");
    html_.write("assets/app-BxK3x9Qe.js", "js");
    html_.write("sub/index.html", "sub");
    html_.write(".env", "secret");
    html_.write("odd.unknown", "?");
    std::mt19937 random(1);
    big_.resize(3'000'001);
    for (char& c : big_) c = static_cast<char>(random());
    html_.write("big.bin", big_);
    uploads_.write("image/x.png", "png");
    uploads_.write("document/x.html", "<script>");
    serve("/", html_, false);
    serve("/upload/", uploads_, true);
  }

  void serve(const std::string& prefix, const test::TempFolder& folder, bool uploads,
             std::size_t max_answers = 100) {
    StaticFilesOptions options;
    options.folder = folder.path();
    options.prefix = prefix;
    options.index = uploads ? "" : "index.html";
    options.uploads = uploads;
    options.piece = 10'000;
    options.max_answers = max_answers;
    const auto files = std::make_shared<StaticFiles>(fixture_.loop(), pool_, options);
    fixture_.server().add_route(
        {prefix, {"GET"}, 0, [files](const HttpExchangePtr& exchange) { files->serve(exchange); }});
  }

  Answer get(const std::string& path, const std::string& fields = "") {
    return fixture_.ask("GET " + path + " HTTP/1.1\r\nHost: x\r\n" + fields + "\r\n");
  }

  // Occupies the pool's only thread until the gate opens.
  std::promise<void> block_pool() {
    std::promise<void> gate;
    EXPECT_TRUE(pool_.submit([open = gate.get_future().share()] { open.wait(); }, [] {}));
    return gate;
  }

  // Sockets of this process with more than one descriptor.
  static int sockets_held_twice() {
    std::map<std::string, int> held;
    for (const auto& entry : std::filesystem::directory_iterator("/proc/self/fd")) {
      std::error_code gone;
      const std::string target = std::filesystem::read_symlink(entry, gone).string();
      if (target.starts_with("socket:")) ++held[target];
    }
    return static_cast<int>(
        std::ranges::count_if(held, [](const auto& each) { return each.second > 1; }));
  }

  test::TempFolder html_;
  test::TempFolder uploads_;
  std::string big_;
  test::HttpFixture fixture_;
  ThreadPool pool_{fixture_.loop(), {.threads = 1, .queue_limit = 4}};
};

TEST_F(StaticFilesTest, ServesFilesWithTypeAndValidators) {
  const Answer answer = get("/index.html");
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.body, "<h1>home</h1>");
  EXPECT_EQ(answer.field("Content-Type"), "text/html; charset=utf-8");
  EXPECT_EQ(answer.field("Cache-Control"), "no-cache");
  EXPECT_EQ(answer.field("Accept-Ranges"), "bytes");
  EXPECT_EQ(answer.field("Vary"), "Accept-Encoding");
  EXPECT_TRUE(answer.field("ETag").starts_with('"'));
  EXPECT_NE(answer.field("Last-Modified"), "");
  EXPECT_EQ(get("/a%20b.txt").body, "spaces");
  EXPECT_EQ(get("/odd.unknown").field("Content-Type"), "application/octet-stream");
}

TEST_F(StaticFilesTest, FoldersHaveTheirIndexOrNothing) {
  EXPECT_EQ(get("/").body, "<h1>home</h1>");
  EXPECT_EQ(get("/sub/").body, "sub");
  EXPECT_EQ(get("/sub").status, 404);
  EXPECT_EQ(get("/assets/").status, 404);
  EXPECT_EQ(get("/upload/").status, 404);
  EXPECT_EQ(get("/upload/image/").status, 404);
}

TEST_F(StaticFilesTest, HashedNamesAreImmutable) {
  EXPECT_EQ(get("/assets/app-BxK3x9Qe.js").field("Cache-Control"),
            "public, max-age=31536000, immutable");
}

TEST_F(StaticFilesTest, NothingHiddenNothingOutside) {
  for (const char* path : {"/.env", "/sub/.git", "//index.html", "/sub//index.html",
                           "/missing.html", "/index.html/", "/upload/.x"}) {
    EXPECT_EQ(get(path).status, 404) << path;
  }
  EXPECT_EQ(get("/sub/../index.html").status, 400);
  EXPECT_EQ(get("/%2e%2e/etc/passwd").status, 400);
}

TEST_F(StaticFilesTest, UploadsAreKeptFromRunning) {
  const Answer picture = get("/upload/image/x.png");
  EXPECT_EQ(picture.field("Content-Type"), "image/png");
  EXPECT_EQ(picture.field("Content-Disposition"), "");
  EXPECT_EQ(picture.field("Cache-Control"), "private, max-age=604800, immutable");
  EXPECT_EQ(picture.field("Content-Security-Policy"), "default-src 'none'; sandbox");
  EXPECT_EQ(picture.field("X-Content-Type-Options"), "nosniff");
  EXPECT_EQ(get("/upload/document/x.html").field("Content-Disposition"), "attachment");
}

TEST_F(StaticFilesTest, HeadSaysWhatGetWouldSend) {
  Client client = fixture_.connect();
  client.send("HEAD /big.bin HTTP/1.1\r\nHost: x\r\n\r\n");
  const Answer answer = fixture_.read_answer(client, false);
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.field("Content-Length"), "3000001");
  client.send("GET /index.html HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_EQ(fixture_.read_answer(client).body, "<h1>home</h1>");
}

TEST_F(StaticFilesTest, LargeFilesComeWhole) {
  const Answer answer = get("/big.bin");
  EXPECT_EQ(answer.status, 200);
  EXPECT_TRUE(answer.body == big_);
}

TEST_F(StaticFilesTest, LargeFilesComeWholeOverTls) {
  Client client = fixture_.connect_tls();
  client.send("GET /big.bin HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_TRUE(fixture_.read_answer(client).body == big_);
  EXPECT_EQ(sockets_held_twice(), 0);
}

// A thread sends from the file to a descriptor of its own, as far as the reader lets it.
TEST_F(StaticFilesTest, APlainDownloadIsSentByTheKernel) {
  std::string huge;  // more than the kernel's buffers
  while (huge.size() < 15'000'000) huge += big_;
  html_.write("huge.bin", huge);
  Client client = fixture_.connect();
  client.limit_reading(20'000);
  client.send("GET /huge.bin HTTP/1.1\r\nHost: x\r\nRange: bytes=7-\r\n\r\n");
  ASSERT_TRUE(fixture_.until([&] { return sockets_held_twice() == 1; }, client));
  for (std::size_t limit = 20'000; limit < huge.size(); limit += 777'777) {
    client.limit_reading(limit);
    ASSERT_TRUE(fixture_.until([&] { return client.received().size() >= limit; }, client));
    fixture_.turn(client, 3);
  }
  client.limit_reading(SIZE_MAX);
  EXPECT_TRUE(fixture_.read_answer(client).body == huge.substr(7));
  EXPECT_EQ(sockets_held_twice(), 0);
  client.send("GET /index.html HTTP/1.1\r\nHost: x\r\n\r\n");
  EXPECT_EQ(fixture_.read_answer(client).body, "<h1>home</h1>") << "on the same connection";
}

TEST_F(StaticFilesTest, AnEmptyFileIsAnAnswerToo) {
  html_.write("empty.txt", "");
  const Answer answer = get("/empty.txt");
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.field("Content-Length"), "0");
}

TEST_F(StaticFilesTest, Ranges) {
  const Answer middle = get("/big.bin", "Range: bytes=1000000-2000000\r\n");
  EXPECT_EQ(middle.status, 206);
  EXPECT_EQ(middle.field("Content-Range"), "bytes 1000000-2000000/3000001");
  EXPECT_TRUE(middle.body == big_.substr(1'000'000, 1'000'001));
  EXPECT_EQ(get("/big.bin", "Range: bytes=-1\r\n").body, big_.substr(3'000'000));
  const Answer outside = get("/big.bin", "Range: bytes=3000001-\r\n");
  EXPECT_EQ(outside.status, 416);
  EXPECT_EQ(outside.field("Content-Range"), "bytes */3000001");
  const std::string etag = get("/big.bin", "Range: bytes=0-0\r\n").field("ETag");
  EXPECT_EQ(get("/big.bin", "Range: bytes=0-0\r\nIf-Range: " + etag + "\r\n").status, 206);
  EXPECT_EQ(get("/index.html", "Range: bytes=0-0\r\nIf-Range: " + etag + "\r\n").status, 200);
}

TEST_F(StaticFilesTest, ConditionalRequests) {
  const Answer first = get("/index.html");
  const Answer same = get("/index.html", "If-None-Match: " + first.field("ETag") + "\r\n");
  EXPECT_EQ(same.status, 304);
  EXPECT_EQ(same.body, "");
  EXPECT_EQ(same.field("ETag"), first.field("ETag"));
  EXPECT_EQ(same.field("Cache-Control"), "no-cache");
  EXPECT_EQ(
      get("/index.html", "If-Modified-Since: " + first.field("Last-Modified") + "\r\n").status,
      304);
  html_.write("index.html", "<h1>new</h1>");
  const Answer changed = get("/index.html", "If-None-Match: " + first.field("ETag") + "\r\n");
  EXPECT_EQ(changed.status, 200);
  EXPECT_EQ(changed.body, "<h1>new</h1>");
}

TEST_F(StaticFilesTest, PrecompressedVariantsWhereAccepted) {
  html_.write("page.js", "plain");
  html_.write("page.js.br", "brotli");
  html_.write("page.js.gz", "gzip");
  html_.write("picture.png", "png");
  html_.write("picture.png.br", "never");
  const Answer plain = get("/page.js");
  EXPECT_EQ(plain.body, "plain");
  EXPECT_EQ(plain.field("Content-Encoding"), "");
  const Answer brotli = get("/page.js", "Accept-Encoding: gzip, br\r\n");
  EXPECT_EQ(brotli.body, "brotli");
  EXPECT_EQ(brotli.field("Content-Encoding"), "br");
  EXPECT_EQ(brotli.field("Content-Type"), "text/javascript; charset=utf-8");
  EXPECT_EQ(brotli.field("Vary"), "Accept-Encoding");
  const Answer gzip = get("/page.js", "Accept-Encoding: gzip\r\n");
  EXPECT_EQ(gzip.body, "gzip");
  EXPECT_EQ(gzip.field("Content-Encoding"), "gzip");
  EXPECT_NE(plain.field("ETag"), brotli.field("ETag"));
  EXPECT_NE(gzip.field("ETag"), brotli.field("ETag"));
  EXPECT_EQ(get("/picture.png", "Accept-Encoding: br\r\n").body, "png");
}

TEST_F(StaticFilesTest, AStaleVariantIsPassedOver) {
  html_.write("page.js.br", "old");
  html_.write("page.js", "newer");
  const auto now = std::filesystem::last_write_time(html_.path() + "/page.js");
  std::filesystem::last_write_time(html_.path() + "/page.js.br", now - std::chrono::hours(1));
  EXPECT_EQ(get("/page.js", "Accept-Encoding: br\r\n").body, "newer");
}

TEST_F(StaticFilesTest, AFullPoolGets503) {
  std::promise<void> gate = block_pool();
  std::vector<Client> clients;
  for (int i = 0; i < 8; ++i) {
    clients.push_back(fixture_.connect());
    clients.back().send("GET /index.html HTTP/1.1\r\nHost: x\r\n\r\n");
  }
  const auto refused = [&] {
    int count = 0;
    for (Client& client : clients) {
      client.pump();
      count += client.received().starts_with("HTTP/1.1 503") ? 1 : 0;
    }
    return count;
  };
  EXPECT_TRUE(test::run_until(fixture_.loop(), [&] { return refused() >= 4; }));
  gate.set_value();
  for (Client& client : clients) {
    const Answer answer = fixture_.read_answer(client);
    EXPECT_TRUE(answer.status == 200 || answer.field("Retry-After") == "1") << answer.status;
  }
  EXPECT_EQ(get("/index.html").status, 200);
}

TEST_F(StaticFilesTest, ADownloadWaitsForAFullPool) {
  Client client = fixture_.connect();
  client.limit_reading(5000);
  client.send("GET /big.bin HTTP/1.1\r\nHost: x\r\n\r\n");
  ASSERT_TRUE(fixture_.until([&] { return client.received().size() == 5000; }, client));
  std::promise<void> gate = block_pool();
  while (pool_.submit([] {}, [] {})) {
  }
  client.limit_reading(SIZE_MAX);
  fixture_.turn(client, 30);
  gate.set_value();
  EXPECT_TRUE(fixture_.read_answer(client).body == big_);
}

TEST_F(StaticFilesTest, AnswersAtOnceAreBounded) {
  const test::TempFolder folder;
  folder.write("big.bin", std::string(20'000'000, 'x'));
  serve("/few/", folder, false, 2);
  std::vector<Client> slow;
  for (int i = 0; i < 2; ++i) {
    slow.push_back(fixture_.connect());
    slow.back().limit_reading(100);
    slow.back().send("GET /few/big.bin HTTP/1.1\r\nHost: x\r\n\r\n");
    ASSERT_TRUE(fixture_.until(
        [&] { return slow[static_cast<std::size_t>(i)].received().size() == 100; }, slow.back()));
  }
  EXPECT_EQ(get("/few/big.bin").status, 503);
  slow.front().reset_connection();
  EXPECT_TRUE(test::run_until(
      fixture_.loop(), [&] { return get("/few/big.bin", "Range: bytes=0-0\r\n").status == 206; }));
}

TEST_F(StaticFilesTest, AFileThatShrinksBreaksTheAnswerOff) {
  Client client = fixture_.connect();
  client.limit_reading(1000);
  client.send("GET /big.bin HTTP/1.1\r\nHost: x\r\n\r\n");
  ASSERT_TRUE(fixture_.until([&] { return client.received().size() == 1000; }, client));
  std::filesystem::resize_file(html_.path() + "/big.bin", 10);
  client.limit_reading(SIZE_MAX);
  EXPECT_TRUE(fixture_.until([&] { return client.closed(); }, client));
  EXPECT_LT(client.received().size(), big_.size());
}

TEST_F(StaticFilesTest, AReaderThatTakesNothingIsLeft) {
  HttpOptions impatient;
  impatient.stall_timeout = std::chrono::milliseconds(300);
  test::HttpFixture fixture(impatient);
  ThreadPool pool(fixture.loop(), {.threads = 1, .queue_limit = 4});
  const test::TempFolder folder;
  folder.write("huge.bin", std::string(20'000'000, 'x'));
  StaticFilesOptions options;
  options.folder = folder.path();
  const StaticFiles files(fixture.loop(), pool, options);
  fixture.server().add_route(
      {"/", {"GET"}, 0, [&](const HttpExchangePtr& exchange) { files.serve(exchange); }});
  Client client = fixture.connect();
  client.limit_reading(1000);
  client.send("GET /huge.bin HTTP/1.1\r\nHost: x\r\n\r\n");
  ASSERT_TRUE(fixture.until([&] { return client.received().size() == 1000; }, client));
  EXPECT_TRUE(fixture.until([&] { return fixture.server().size() == 0; }, client));
}

TEST_F(StaticFilesTest, AnAbortedDownloadFreesItsFile) {
  const auto open_files = [] {
    return std::distance(std::filesystem::directory_iterator("/proc/self/fd"), {});
  };
  const auto before = open_files();
  for (int i = 0; i < 10; ++i) {
    Client client = fixture_.connect();
    client.limit_reading(1000);
    client.send("GET /big.bin HTTP/1.1\r\nHost: x\r\n\r\n");
    ASSERT_TRUE(fixture_.until([&] { return client.received().size() == 1000; }, client));
    client.reset_connection();
  }
  EXPECT_TRUE(test::run_until(fixture_.loop(), [&] { return open_files() == before; }));
}

}  // namespace
}  // namespace chat::net
