#include "net/file_type.h"

#include <gtest/gtest.h>

namespace chat::net {
namespace {

TEST(FileTypeTest, KnowsTheTypesOfTheClientAndOfUploads) {
  EXPECT_EQ(file_type_of("index.html").content_type, "text/html; charset=utf-8");
  EXPECT_EQ(file_type_of("a/b.JS").content_type, "text/javascript; charset=utf-8");
  EXPECT_EQ(file_type_of("photo.JPEG").content_type, "image/jpeg");
  EXPECT_EQ(file_type_of("archive.tar.zip").content_type, "application/zip");
  for (const char* unknown : {"", "noextension", "a.php", "a.exe", "a.", "html", "a.html.bak"}) {
    EXPECT_EQ(file_type_of(unknown).content_type, "application/octet-stream") << unknown;
  }
}

TEST(FileTypeTest, WhatABrowserWouldRunIsNeverPassive) {
  for (const char* active : {"a.html", "a.svg", "a.js", "a.xml", "a.pdf", "a.wasm", "a.txt", "a"}) {
    EXPECT_FALSE(file_type_of(active).passive) << active;
  }
  for (const char* passive : {"a.png", "a.gif", "a.webp", "a.mp3", "a.mp4"}) {
    EXPECT_TRUE(file_type_of(passive).passive) << passive;
  }
}

TEST(HashedNameTest, TellsHashesFromWords) {
  for (const char* hashed :
       {"index-BxK3x9Qe.js", "assets/index-BxK3x9Qe.js", "app-3f2a9b1c.css", "vendor-D_x-4kQ1.js",
        "a-b-c-Zx81Kq0_.woff2", "logo-0123456789abcdef.png"}) {
    EXPECT_TRUE(is_hashed_name(hashed)) << hashed;
  }
  for (const char* plain :
       {"index.html", "index-BxK3x9Qe.html", "service-provider.js", "photo-20240131.png",
        "jquery-3.7.1.min.js", "app-3f2a.js", "sw.js", "BxK3x9Qe.js", "-BxK3x9Qe.js", "BxK3x9Qe",
        "index-BxK3x9Qe", "dir-BxK3x9Qe/index.js"}) {
    EXPECT_FALSE(is_hashed_name(plain)) << plain;
  }
}

}  // namespace
}  // namespace chat::net
