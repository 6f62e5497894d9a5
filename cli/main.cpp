// The command line: parses arguments, runs a command, converts errors to messages and exit statuses (commands.hpp).
#include "commands.hpp"
#include "models.hpp"
#include "nearest.hpp"

#include <whygrad/base/error.hpp>
#include <whygrad/device/device.hpp>

#include <fmt/format.h>
#include <CLI/CLI.hpp>

#include <cstdio>
#include <exception>
#include <string>
#include <vector>

namespace whygrad::cli {
namespace {

constexpr const char* kFooter =
    "\nExit status: 0 done; 1 failed (a missing or damaged file, an accuracy that was not reached); 2 wrong usage; 130 interrupted.";

struct Arguments {
  DemoOptions demo;
  TrainOptions train;
  ExplainOptions explain;
  GraphOptions graph;
  OpsOptions ops;
  int threads = 0;
};

void add_run_options(CLI::App& command, RunOptions& run, int& threads) {
  command.add_option("--epochs", run.epochs, "passes over the training images")->capture_default_str()->check(CLI::PositiveNumber);
  command.add_option("--batch", run.batch, "images in one step")->capture_default_str()->check(CLI::PositiveNumber);
  command.add_option("--learning-rate", run.learning_rate, "of Adam")->capture_default_str()->check(CLI::PositiveNumber);
  command.add_option("--schedule", run.schedule, "of the learning rate: cosine lets it fall to 0 until the end")
      ->capture_default_str()
      ->check(CLI::IsMember({"constant", "cosine"}));
  command.add_option("--model", run.model, "cnn: two 5x5 convolutions and dense 1024; mlp; small: the demo's")
      ->capture_default_str()
      ->check(CLI::IsMember(model_kinds()));
  command.add_option("--seed", run.seed, "of weights and order of images")->capture_default_str();
  command.add_option("--threads", threads, "for computing; all processors if not said. Other numbers of threads may round differently")
      ->check(CLI::PositiveNumber);
}

void add_demo(CLI::App& app, Arguments& arguments) {
  CLI::App& demo = *app.add_subcommand("demo", "Train a classifier in about a minute, then break it in three ways and explain each");
  demo.add_option("--data", arguments.demo.folder, "folder of the IDX files")->capture_default_str();
  demo.add_option("--checkpoint", arguments.demo.checkpoint, "where to save the model; a temporary file if not said");
  add_run_options(demo, arguments.demo.run, arguments.threads);
}

void add_train(CLI::App& app, Arguments& arguments) {
  CLI::App& train = *app.add_subcommand("train", "Train a classifier on images in MNIST's format");
  train.add_option("DIR", arguments.train.folder, "folder of the IDX files, such as " + std::string(kFashionMnist))->required();
  add_run_options(train, arguments.train.run, arguments.threads);
  train.add_option("--checkpoint", arguments.train.checkpoint, "file (safetensors) to save the state in after each epoch");
  train.add_option("--checkpoint-every", arguments.train.checkpoint_every, "save after so many steps as well")->check(CLI::PositiveNumber);
  train.add_flag("--resume", arguments.train.resume, "go on from the checkpoint: the numbers are those of an uninterrupted run");
  train.add_flag("--memory", arguments.train.memory, "print where memory goes in the first step: parameters, gradients, what ops keep for them");
}

void add_output(CLI::App& command, Output& output, const char* formats, const std::vector<std::string>& names) {
  command.add_option("--format", output.format, formats)->capture_default_str()->check(CLI::IsMember(names));
  command.add_option(
      "--output", output.file,
      "file to write, `-` for the standard output. If not said: FILE.whygrad.html in the present folder for html, else the standard output");
}

void add_explain(CLI::App& app, Arguments& arguments) {
  CLI::App& explain = *app.add_subcommand("explain", "Show what a program found out about its gradients and saved");
  explain.add_option("FILE", arguments.explain.file, "what save_flow wrote, such as run.wgflow")->required();
  add_output(explain, arguments.explain.output, "text; html: a page for a browser; sarif: for code hosts; json", {"text", "html", "sarif", "json"});
}

void add_graph(CLI::App& app, Arguments& arguments) {
  CLI::App& graph = *app.add_subcommand("graph", "Show the graph of a traced function that a program saved");
  graph.add_option("FILE", arguments.graph.file, "what save_graph wrote, such as step.wggraph")->required();
  graph.add_flag("--compiled", arguments.graph.compiled, "for text and dot: the graph that runs, after all passes; html and json have both");
  add_output(graph, arguments.graph.output, "text; html: a page for a browser; dot: for Graphviz; json", {"text", "html", "dot", "json"});
}

void add_ops(CLI::App& app, Arguments& arguments) {
  CLI::App& ops = *app.add_subcommand("ops", "List the operations, and what each answers about its gradient");
  ops.add_option("NAME", arguments.ops.name, "one of them, in full");
  CLI::Option* json = ops.add_flag("--json", arguments.ops.json, "for programs: all that is known of them");
  ops.add_flag("--markdown", arguments.ops.markdown, "as docs/ops.md has them")->excludes(json);
}

// The valid names: commands at the top level, options within a command.
std::vector<std::string> known_words(const CLI::App& command) {
  std::vector<std::string> words;
  for (const CLI::App* sub : command.get_subcommands([](const CLI::App*) { return true; })) words.push_back(sub->get_name());
  for (const CLI::Option* option : command.get_options()) {
    for (const std::string& name : option->get_lnames()) words.push_back("--" + name);
  }
  return words;
}

int usage_error(const std::string& command, const std::string& message, const std::string& help) {
  fmt::print(stderr, "{}: {}\nhelp: {}\n", command, message, help);
  return kUsage;
}

// Unexpected arguments, with a suggestion.
int unknown_word(const CLI::App& command, const std::string& name, const std::string& word) {
  const std::string near = nearest(word.substr(0, word.find('=')), known_words(command));
  const char* what = word.starts_with('-') ? "option" : command.get_parent() == nullptr ? "command" : "argument";
  return usage_error(name, fmt::format("unknown {} `{}`", what, word),
                     near.empty() ? fmt::format("`{} --help` lists what there is", name) : fmt::format("did you mean `{}`?", near));
}

int run_command(const CLI::App& app, const Arguments& arguments) {
  if (arguments.threads > 0) set_num_threads(arguments.threads);
  if (app.got_subcommand("demo")) return demo(arguments.demo);
  if (app.got_subcommand("train")) return train(arguments.train);
  if (app.got_subcommand("explain")) return explain(arguments.explain);
  if (app.got_subcommand("graph")) return graph(arguments.graph);
  return list_ops(arguments.ops);
}

int run(int argc, char** argv) {
  Arguments arguments;
  CLI::App app("Training with gradients that never go missing without a reason.", "whygrad");
  app.set_version_flag("--version", "whygrad " WHYGRAD_VERSION);
  app.footer(kFooter);
  app.allow_extras();
  app.require_subcommand(0, 1);
  add_demo(app, arguments);
  add_train(app, arguments);
  add_explain(app, arguments);
  add_graph(app, arguments);
  add_ops(app, arguments);
  for (CLI::App* command : app.get_subcommands([](const CLI::App*) { return true; })) command->allow_extras();

  try {
    app.parse(argc, argv);
  } catch (const CLI::Success& request) {  // --help, --version
    app.exit(request);
    return kDone;
  } catch (const CLI::ParseError& error) {
    return usage_error("whygrad", error.what(), "`whygrad --help`, `whygrad COMMAND --help`");
  }
  const std::vector<CLI::App*> chosen = app.get_subcommands();
  const CLI::App& command = chosen.empty() ? app : *chosen.front();
  const std::string name = chosen.empty() ? "whygrad" : "whygrad " + command.get_name();
  const std::vector<std::string> unknown = app.remaining(true);
  if (!unknown.empty()) return unknown_word(command, name, unknown.front());
  if (chosen.empty()) return usage_error("whygrad", "say what to do", "`whygrad demo` shows what it can; `whygrad --help` lists the commands");
  return run_command(app, arguments);
}

}  // namespace
}  // namespace whygrad::cli

int main(int argc, char** argv) {
  try {
    return whygrad::cli::run(argc, argv);
  } catch (const std::exception& error) {
    fmt::print(stderr, "whygrad: {}\n", error.what());
    return whygrad::cli::kFailed;
  }
}
