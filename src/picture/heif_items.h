// The items of a HEIF file, pictures and what is said of them, and where their bytes are.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string_view>
#include <vector>

#include "picture/isobmff.h"

namespace chat::picture {

// Bytes of a file.
struct Range {
  std::size_t begin = 0;
  std::size_t end = 0;
};

struct HeifItem {
  bool is_picture = false;
  std::size_t type_at = 0;  // where its type is in the file; 0: it has none
  Range name;               // what follows the type: its name, and how it is coded
  std::vector<Range> extents;
};

using HeifItems = std::map<std::uint32_t, HeifItem>;

// What the boxes `iinf` and `iloc` say; `idat` is the body of the box of that name, if there is
// one. Nothing when they cannot be read.
std::optional<HeifItems> heif_items(std::string_view file, const Box& iinf, const Box& iloc,
                                    Range idat);

}  // namespace chat::picture
