#include "files.hpp"

#include <whygrad/io/csv.hpp>

#include <cmath>

namespace whygrad::io {
namespace {

using namespace whygrad::testing;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

class CsvTest : public ::testing::Test {
 protected:
  Csv load(const std::string& text, const CsvOptions& options = {}) {
    write_bytes(path_, text);
    return load_csv(path_, options);
  }
  std::string message_of(const std::string& text, const CsvOptions& options = {}) {
    try {
      load(text, options);
    } catch (const IoError& error) {
      EXPECT_THAT(error.what(), HasSubstr("[load_csv] " + path_));
      return error.what();
    }
    return "no error";
  }

  TemporaryFolder folder_;
  std::string path_ = folder_ / "table.csv";
};

TEST_F(CsvTest, ReadsNumbersAndNames) {
  const Csv csv = load("width,height\n1,2.5\n-3e2,+0.125\n");
  EXPECT_THAT(csv.columns, ElementsAre("width", "height"));
  EXPECT_THAT(csv.values, SameTensorAs(tensor_of<float>({2, 2}, {1, 2.5f, -300, 0.125f})));
}

TEST_F(CsvTest, ReadsDoublesToTheLastBit) {
  const Csv csv = load("x\n0.1\n1e-310\n", {.dtype = float64});
  EXPECT_THAT(csv.values, SameTensorAs(tensor_of<double>({2, 1}, {0.1, 1e-310})));
}

TEST_F(CsvTest, WithoutAHeaderColumnsHaveNumbers) {
  EXPECT_THAT(load("1,2\n3,4", {.header = false}).columns, ElementsAre("0", "1"));
  const Csv csv = load("1,a\n3,b", {.header = false, .columns = {"0"}});
  EXPECT_THAT(csv.values, SameTensorAs(tensor_of<float>({2, 1}, {1, 3})));
}

TEST_F(CsvTest, TakesTheColumnsThatWereNamedInTheirOrder) {
  const Csv csv = load("name,x,y\nanna,1,2\n\"Li, Wei\",3,4\n", {.columns = {"y", "x"}});
  EXPECT_THAT(csv.columns, ElementsAre("y", "x"));
  EXPECT_THAT(csv.values, SameTensorAs(tensor_of<float>({2, 2}, {2, 1, 4, 3})));
}

TEST_F(CsvTest, TakesQuotedFieldsApart) {
  const Csv csv = load("\"a \"\"quoted\"\" name\",\"two\nlines\",c\r\n\"1\",\"2\",3\r\n");
  EXPECT_THAT(csv.columns, ElementsAre("a \"quoted\" name", "two\nlines", "c"));
  EXPECT_THAT(csv.values, SameTensorAs(tensor_of<float>({1, 3}, {1, 2, 3})));
}

TEST_F(CsvTest, TakesOtherDelimitersBlankLinesAndAByteOrderMark) {
  const Csv csv = load("\xef\xbb\xbfx;y\n\n 1 ;\t2\n\r\n3;4\n\n", {.delimiter = ';'});
  EXPECT_THAT(csv.columns, ElementsAre("x", "y"));
  EXPECT_THAT(csv.values, SameTensorAs(tensor_of<float>({2, 2}, {1, 2, 3, 4})));
}

TEST_F(CsvTest, KeepsColumnsOfOneNameApart) { EXPECT_THAT(load("x,x\n1,2\n").values, SameTensorAs(tensor_of<float>({1, 2}, {1, 2}))); }

TEST_F(CsvTest, AHeaderAloneIsATableWithoutRows) { EXPECT_EQ(load("x,y\n").values.signature(), "f32[0, 2]"); }

TEST_F(CsvTest, AnEmptyFieldStandsForWhatWasSaid) {
  EXPECT_THAT(message_of("x,y\n1,\n"), HasSubstr("line 2: column 2 (y): expected a number, found \"\""));
  EXPECT_THAT(load("x,y\n1,\n,2\n", {.empty = -1}).values, SameTensorAs(tensor_of<float>({2, 2}, {1, -1, -1, 2})));
  EXPECT_TRUE(std::isnan(load("x,y\n1,\n", {.empty = NAN}).values.to_vector<float>()[1]));
}

TEST_F(CsvTest, NamesLineAndColumn) {
  EXPECT_THAT(message_of(""), HasSubstr("line 1: expected a table"));
  EXPECT_THAT(message_of("x,y\n1,2\n\n3,4\n5,six\n"), HasSubstr("line 5: column 2 (y): expected a number, found \"six\""));
  EXPECT_THAT(message_of("x,y\n1,2 3\n"), HasSubstr("line 2: column 2 (y): expected a number, found \"2 3\""));
  EXPECT_THAT(message_of("x,y\n1,+-2\n"), HasSubstr("found \"+-2\""));
  EXPECT_THAT(message_of("x,y\n1,2\n3\n"), HasSubstr("line 3: expected 2 fields, found 1"));
  EXPECT_THAT(message_of("x,y\n1,2,3\n"), HasSubstr("line 2: expected 2 fields, found 3"));
  EXPECT_THAT(message_of("x\n1e50\n"), HasSubstr("line 2: column 1 (x): 1e50 does not fit f32"));
  EXPECT_THAT(message_of("x,y\n1,\"2\n3\n"), HasSubstr("line 2: column 2: expected a closing quote"));
  EXPECT_THAT(message_of("x,y\n\"1\"2,3\n"), HasSubstr("line 2: column 1: expected ',' or the line's end after a closing quote"));
  EXPECT_THAT(message_of("\"a\nb\",y\n1,2\n3,z\n"), HasSubstr("line 4: column 2 (y)"));
}

TEST_F(CsvTest, RefusesOptionsThatDoNotFit) {
  EXPECT_THROW(load("x\n1\n", {.columns = {"z"}}), ValueError);
  EXPECT_THROW(load("x\n1\n", {.delimiter = '"'}), ValueError);
  EXPECT_THROW(load("x\n1\n", {.dtype = int32}), DTypeError);
  EXPECT_THROW(load_csv(folder_ / "missing.csv"), IoError);
}

}  // namespace
}  // namespace whygrad::io
