// What a program calls its values, and reports about several sources at once.
#include "explain/explain_test.hpp"

#include "flow/groups.hpp"
#include "flow/source_names.hpp"

#include <whygrad/base/foreign_place.hpp>
#include <whygrad/explain/diagnosis.hpp>
#include <whygrad/flow/render.hpp>

namespace whygrad::testing {
namespace {

using internal::declared_name;

TEST(SourceNames, a_line_names_what_it_declares) {
  EXPECT_EQ(declared_name("  const Tensor h = tanh(x * w1);", "tanh"), "h");
  EXPECT_EQ(declared_name("auto h = whygrad::tanh(x);", "tanh"), "h");
  EXPECT_EQ(declared_name("h = tanh(x);", "tanh"), "h");
  EXPECT_EQ(declared_name("model.h = tanh(x);", "tanh"), "model.h");
  EXPECT_EQ(declared_name("const Tensor y = w * x + b;", "add"), "y");
  EXPECT_EQ(declared_name("const Tensor y = w * x;  // a = b", "multiply"), "y");
  EXPECT_EQ(declared_name("Tensor y = where(a > 0, a, b);", "where"), "y");
}

TEST(SourceNames, what_a_line_does_not_say_plainly_has_no_name) {
  EXPECT_EQ(declared_name("const Tensor h = my_loss(tanh(x));", "tanh"), "");
  EXPECT_EQ(declared_name("const Tensor h = tanh(x * w1);", "multiply"), "");
  EXPECT_EQ(declared_name("const Tensor y = w * x + b;", "multiply"), "");
  EXPECT_EQ(declared_name("if (h == tanh(x)) return;", "tanh"), "");
  EXPECT_EQ(declared_name("h += tanh(x);", "tanh"), "");
  EXPECT_EQ(declared_name("return tanh(x);", "tanh"), "");
  EXPECT_EQ(declared_name("const Tensor h = tanh(", "tanh"), "");
  EXPECT_EQ(declared_name("const float h = tanh(x).item<float>();", "tanh"), "");
  EXPECT_EQ(declared_name("Tensor a = tanh(x), b = tanh(y);", "tanh"), "");
  EXPECT_EQ(declared_name("", "tanh"), "");
  EXPECT_EQ(declared_name("print(\"h = tanh(x);\");", "tanh"), "");
}

std::vector<std::string> names_of_sources(const std::vector<Finding>& findings) {
  std::vector<std::string> names;
  for (const Finding& f : findings) names.push_back(f.source);
  return names;
}

TEST(SourceNames, variables_are_called_as_the_program_calls_them) {
  Diagnosis report;
  const Variable w(1.5f);
  const Variable named(1.5f, "kernel");
  const Variable b = Variable(2.5f);
  const Variable c(3.5f), d(4.5f);
  const int line = __LINE__ - 1;
  GradientTape tape;
  tape.gradient(floor(w * b * c * d * named), {w, b, c, d, named});
  EXPECT_EQ(names_of_sources(report.findings()),
            (std::vector<std::string>{"variable `w`", "variable `b`", "variable `variable` (line " + std::to_string(line) + ", no. 1 of 2)",
                                      "variable `variable` (line " + std::to_string(line) + ", no. 2 of 2)", "variable `kernel`"}));
}

TEST(SourceNames, variables_of_one_name_are_told_apart) {
  Diagnosis report;
  const Variable w(1.5f, "kernel");
  const Variable v(2.5f, "kernel");
  const int line = __LINE__ - 1;
  GradientTape tape;
  tape.gradient(floor(w * v), {w, v});
  EXPECT_EQ(names_of_sources(report.findings()), (std::vector<std::string>{"variable `kernel` (line " + std::to_string(line - 1) + ")",
                                                                           "variable `kernel` (line " + std::to_string(line) + ")"}));
  for (const Finding& f : report.findings()) EXPECT_EQ(f.source_name, "kernel");
}

TEST(Groups, one_cause_is_one_paragraph) {
  Diagnosis report;
  const Variable w(1.5f), b(2.5f), c(3.5f), fine(1.0f);
  GradientTape tape;
  const Tensor h = w * b;
  const Tensor y = floor(h * c);
  const int line = __LINE__ - 1;
  tape.gradient(y * fine, {Variable(w), b, c, fine});
  const std::string text = report.to_string();
  EXPECT_THAT(text, HasSubstr(" for 3 of 4 variables, all at line " + std::to_string(line)));
  EXPECT_THAT(text, HasSubstr("3 variables"));
  EXPECT_THAT(text, HasSubstr("by ways that meet here"));
  const std::string fix = "\nfix     ";
  EXPECT_EQ(text.find(fix), text.rfind(fix)) << text;
}

Finding absent(const char* name, const char* why) {
  Finding f;
  f.source = std::string("variable `") + name + "`";
  f.source_name = name;
  f.source_signature = "f32[]";
  f.why = why;
  f.evidence = {"seen once"};
  f.remedy = std::string("use `") + name + "`";
  return f;
}

TEST(Groups, texts_that_differ_by_the_source_alone_are_said_once) {
  const std::string text = to_text(Explanation({absent("a", "no op used `a`"), absent("b", "no op used `b`"), absent("c", "another reason")}));
  EXPECT_THAT(text, HasSubstr("no gradient for 3 variables"));
  EXPECT_THAT(text, HasSubstr("`a` f32[], `b` f32[], `c` f32[]"));
  EXPECT_THAT(text, HasSubstr("why     no op used `a`; the same holds for `b`\nwhy     another reason\nseen    seen once\n"));
  EXPECT_THAT(text, HasSubstr("fix     use `a`; the same holds for `b`, `c`\n"));
  EXPECT_THAT(text, Not(HasSubstr("no op used `b`")));
}

TEST(Groups, ways_that_have_no_stop_in_common_are_shown_by_one_of_them) {
  Finding a = absent("a", "why"), b = absent("b", "why");
  a.path = {{.status = Step::Status::kSource, .name = "a"}, {.status = Step::Status::kStops, .name = "floor"}, {.name = "add"}};
  b.path = {{.status = Step::Status::kSource, .name = "b"}, {.status = Step::Status::kStops, .name = "round"}, {.name = "add"}};
  EXPECT_THAT(to_text(Explanation({a, b})), HasSubstr("this is the way of variable `a`"));
  b.path[1].name = "floor";
  EXPECT_THAT(to_text(Explanation({a, b})), HasSubstr("all in the same way"));
}

TEST(Render, a_name_that_is_cut_keeps_both_ends) {
  Finding f = absent("w", "why");
  f.path = {{.status = Step::Status::kSource, .name = "first_encoder/block_3/attention/query/kernel"}};
  EXPECT_THAT(to_text(Explanation({f})), HasSubstr("  first_encoder...n/query/kernel  "));
}

TEST(Render, who_called_is_shown_beneath_the_line) {
  Finding f = absent("w", "why");
  f.place = {"a.py", "helper", 3, 0, {{"a.py", "step", 12, 0}, {"main.py", "main", 2, 0}}, {{"core.py", "scale", 7, 0}}};
  f.path = {{.status = Step::Status::kStops, .name = "floor", .place = f.place}};
  const std::string text = to_text(Explanation({f}));
  EXPECT_THAT(text, HasSubstr("a.py:3 from line 12\n"));
  EXPECT_THAT(text, HasSubstr("called from a.py:12\n"));
  EXPECT_THAT(text, HasSubstr("called from main.py:2\n"));
  EXPECT_THAT(text, HasSubstr("inside of core.py:7\n"));
}

}  // namespace
}  // namespace whygrad::testing
