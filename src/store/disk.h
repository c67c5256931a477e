// Steps on disk that uploads share. Blocking: for the thread pool.
#pragma once

#include <string>
#include <string_view>

#include "base/rejected.h"

namespace chat::store {

// What a call on `what` failed with, by errno.
Rejected disk_failure(std::string_view what);

// With all above it. Throws Rejected(upload_failed).
void make_folder(const std::string& path);

// Makes the names in a folder survive a power cut. Throws Rejected(upload_failed).
void flush_folder(const std::string& path);

// Writes all of `bytes` at the descriptor's position. Throws Rejected(upload_failed).
void write_all(int file, std::string_view bytes, std::string_view name);

}  // namespace chat::store
