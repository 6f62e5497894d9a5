// Tables of numbers in text files.
#pragma once

#include <whygrad/tensor/tensor.hpp>

#include <optional>
#include <string>
#include <vector>

namespace whygrad::io {

struct CsvOptions {
  bool header = true;  // the first line names the columns; without it they are called "0", "1", ...
  char delimiter = ',';
  std::vector<std::string> columns;  // which columns to read, in this order; none named: all
  DType dtype = float32;             // float32 or float64
  std::optional<double> empty;       // what an empty field stands for; not set: an empty field is an error
};

struct Csv {
  std::vector<std::string> columns;  // their names
  Tensor values;                     // [rows, columns]
};

// The numbers in a text file: fields apart by the delimiter, in "quotes" where they hold a delimiter, a line end or a quote (then doubled). Blank
// lines are passed over. Throws IoError, naming file, line and column, for a field that is no number and for a line with too many or too few fields;
// ValueError for a column that is not there and DTypeError for another dtype.
WG_API Csv load_csv(const std::string& path, const CsvOptions& options = {}, Where where = Where::here());

}  // namespace whygrad::io
