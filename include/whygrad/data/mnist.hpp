// MNIST and the data sets in its format.
#pragma once

#include <whygrad/data/dataset.hpp>

#include <string>

namespace whygrad::data {

enum class Split { kTrain, kTest };

struct MnistOptions {
  Split split = Split::kTrain;
  bool flatten = false;  // images as [784] for dense layers
};

// The four IDX files train-images-idx3-ubyte, train-labels-idx1-ubyte, t10k-images-idx3-ubyte and t10k-labels-idx1-ubyte, plain or gzipped (.gz), in
// `folder`. Elements: image f32 [28, 28, 1], its bytes divided by 255; label i64 [], 0 to 9. Batches are [n, 28, 28, 1], or [n, 784] where flattened,
// and [n]. Throws IoError where the folder or a file is missing or damaged.
WG_API Dataset<2> mnist(const std::string& folder, MnistOptions options = {}, Where where = Where::here());

// Fashion-MNIST: 60,000 pictures of clothing to train on and 10,000 to test with. Debian's package dataset-fashion-mnist has it in the default
// folder.
WG_API Dataset<2> fashion_mnist(MnistOptions options = {}, const std::string& folder = "/usr/share/datasets/fashion-mnist",
                                Where where = Where::here());

}  // namespace whygrad::data
