// The headers of the tus 1.0 protocol, read strictly.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "net/http_request.h"
#include "store/partial_file.h"

namespace chat::features {

inline constexpr char kTusVersion[] = "1.0.0";
inline constexpr char kTusExtensions[] =
    "creation,creation-with-upload,checksum,expiration,termination";
inline constexpr char kTusChecksums[] = "sha1,sha256";
inline constexpr char kTusBody[] = "application/offset+octet-stream";

// These throw Rejected(bad_field), which names the header.

// A header that is a number of bytes and must be there once.
std::uint64_t length_in(const net::HttpRequest& request, std::string_view name);

// `filename` of Upload-Metadata, or "" without one: valid UTF-8, cut to 255 bytes.
std::string file_name_in(const net::HttpRequest& request);

// Upload-Checksum; nothing when there is none.
std::optional<store::ChunkSum> checksum_in(const net::HttpRequest& request);

// The body must be a part of a file.
void check_part(const net::HttpRequest& request);

// Upload-Metadata as an answer repeats it; "" for no name.
std::string metadata_of(const std::string& file_name);

}  // namespace chat::features
