// MNIST from the files in which it is distributed.
#include "data/stage.hpp"

#include <whygrad/base/error.hpp>
#include <whygrad/data/idx.hpp>
#include <whygrad/data/mnist.hpp>

#include <fmt/format.h>
#include <unistd.h>

#include <cstring>

namespace whygrad::data {
namespace {

void bytes_to_unit_interval(const char* stored, char* out, std::int64_t count) {
  auto* to = reinterpret_cast<float*>(out);
  for (std::int64_t i = 0; i < count; ++i) to[i] = static_cast<float>(static_cast<unsigned char>(stored[i])) / 255.0f;
}

void bytes_to_int64(const char* stored, char* out, std::int64_t count) {
  auto* to = reinterpret_cast<std::int64_t*>(out);
  for (std::int64_t i = 0; i < count; ++i) to[i] = static_cast<unsigned char>(stored[i]);
}

bool exists(const std::string& path) { return ::access(path.c_str(), F_OK) == 0; }

// Where the four files come from, and what to do where they are not.
struct Origin {
  const char* op;
  const std::string& folder;
  const char* remedy;
};

std::string find_file(const Origin& origin, const std::string& name) {
  if (!exists(origin.folder)) throw IoError(origin.op, fmt::format("there is no folder {}", origin.folder), origin.remedy);
  std::string plain = origin.folder + '/' + name, gzipped = plain + ".gz";
  if (exists(plain)) return plain;
  if (exists(gzipped)) return gzipped;
  throw IoError(origin.op, fmt::format("{} has neither {} nor {}.gz", origin.folder, name, name), origin.remedy);
}

Tensor load(const Origin& origin, const std::string& name, int rank, const Where& where) {
  const std::string path = find_file(origin, name);
  Tensor tensor = load_idx(path, where);
  if (tensor.dtype() != DType::kU8 || tensor.rank() != rank) {
    throw IoError(origin.op, fmt::format("{} holds {}, expected u8 of {} axes", path, tensor.signature(), rank), origin.remedy);
  }
  return tensor;
}

Dataset<2> load_pair(const Origin& origin, const MnistOptions& options, const Where& where) {
  const std::string prefix = options.split == Split::kTrain ? "train" : "t10k";
  const Tensor images = load(origin, prefix + "-images-idx3-ubyte", 3, where);
  const Tensor labels = load(origin, prefix + "-labels-idx1-ubyte", 1, where);
  const Shape& shape = images.shape();
  if (shape[0] != labels.shape()[0]) {
    throw IoError(origin.op, fmt::format("{} has {} images and {} labels of the {} set", origin.folder, shape[0], labels.shape()[0], prefix),
                  origin.remedy);
  }
  const Shape image = options.flatten ? Shape{shape[1] * shape[2]} : Shape{shape[1], shape[2], 1};
  return Dataset<2>(Pipeline(rows_stage(Rows({{images, image, DType::kF32, bytes_to_unit_interval}, {labels, {}, DType::kI64, bytes_to_int64}}))));
}

}  // namespace

Dataset<2> mnist(const std::string& folder, MnistOptions options, Where where) {
  return load_pair({"mnist", folder, "give the folder with the four IDX files, train-images-idx3-ubyte and so on, plain or gzipped"}, options, where);
}

Dataset<2> fashion_mnist(MnistOptions options, const std::string& folder, Where where) {
  return load_pair(
      {"fashion_mnist", folder,
       "Debian's package dataset-fashion-mnist has the four files in /usr/share/datasets/fashion-mnist: sudo apt install dataset-fashion-mnist; "
       "or give the folder that holds them"},
      options, where);
}

}  // namespace whygrad::data
