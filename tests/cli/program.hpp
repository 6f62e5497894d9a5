// Runs the command line program as users do.
#pragma once

#include "files.hpp"

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <string>
#include <vector>

namespace whygrad::testing {

struct Finished {
  int status = -1;  // exit status; 128 + the signal that ended it
  std::string out, err;
};

// A run of the program whose standard input is empty and whose output goes to files.
class Program {
 public:
  explicit Program(const std::vector<std::string>& arguments) {
    process_ = ::fork();
    if (process_ != 0) return;
    redirect("/dev/null", O_RDONLY, STDIN_FILENO);
    redirect((folder_ / "out").c_str(), O_WRONLY | O_CREAT, STDOUT_FILENO);
    redirect((folder_ / "err").c_str(), O_WRONLY | O_CREAT, STDERR_FILENO);
    std::vector<char*> argv = {const_cast<char*>("whygrad")};
    for (const std::string& argument : arguments) argv.push_back(const_cast<char*>(argument.c_str()));
    argv.push_back(nullptr);
    ::execv(WG_CLI, argv.data());
    ::_exit(127);
  }
  Program(const Program&) = delete;
  Program& operator=(const Program&) = delete;

  void send(int signal) const { ::kill(process_, signal); }
  Finished wait() {
    int status = 0;
    ::waitpid(process_, &status, 0);
    return {WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status), read_bytes(folder_ / "out"), read_bytes(folder_ / "err")};
  }

 private:
  static void redirect(const char* path, int flags, int descriptor) {
    const int file = ::open(path, flags, 0600);
    if (file < 0 || ::dup2(file, descriptor) < 0) ::_exit(126);
  }

  TemporaryFolder folder_;
  pid_t process_;
};

inline Finished run(const std::vector<std::string>& arguments) { return Program(arguments).wait(); }

}  // namespace whygrad::testing
