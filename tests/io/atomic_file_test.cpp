#include "io/atomic_file.hpp"
#include "files.hpp"

#include <whygrad/io/safetensors.hpp>

#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <random>

namespace whygrad::io {
namespace {

using namespace whygrad::testing;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

// Calls that count down and then fail once with `error`; they note what was called. Plain functions, so their state is static.
struct Faults {
  static inline int calls_left;
  static inline int error;
  static inline std::size_t most_at_once;  // longest write
  static inline std::vector<std::string> log;

  static void reset(int calls, int e) {
    calls_left = calls;
    error = e;
    most_at_once = 3;
    log.clear();
  }
  static bool fails(const char* call) {
    log.emplace_back(call);
    if (calls_left-- != 0) return false;
    errno = error;
    return true;
  }
  static int open(const char* path, int flags, mode_t mode) { return fails("open") ? -1 : ::open(path, flags, mode); }
  static ssize_t write(int descriptor, const void* data, std::size_t bytes) {
    return fails("write") ? -1 : ::write(descriptor, data, std::min(bytes, most_at_once));
  }
  static int fsync(int descriptor) { return fails("fsync") ? -1 : ::fsync(descriptor); }
  static int close(int descriptor) {
    const bool failed = fails("close");
    return ::close(descriptor) != 0 || failed ? -1 : 0;
  }
  static int rename(const char* from, const char* to) { return fails("rename") ? -1 : ::rename(from, to); }
  static int lock(int descriptor) { return fails("lock") ? -1 : kSystemCalls.lock(descriptor); }
};
constexpr SystemCalls kFaulty = {Faults::open, Faults::write, Faults::fsync, Faults::close, Faults::rename, Faults::lock};

void save(const std::string& path, const std::string& contents) {
  AtomicFile file("save", path, kFaulty);
  file.write(contents.data(), contents.size());
  file.commit();
}

TEST(AtomicFile, ComesToTheDiskBeforeItTakesItsName) {
  const TemporaryFolder folder;
  Faults::reset(-1, 0);
  save(folder / "a", "12345678");
  EXPECT_EQ(read_bytes(folder / "a"), "12345678");
  EXPECT_THAT(Faults::log, ElementsAre("open", "lock", "write", "write", "write", "fsync", "close", "rename", "open", "fsync", "close"));
}

TEST(AtomicFile, AFailureAtAnyStepLeavesTheOldFileOrTheNew) {
  const TemporaryFolder folder;
  const std::string path = folder / "a";
  Faults::reset(-1, 0);
  save(path, "12345678");
  const int steps = static_cast<int>(Faults::log.size());
  const auto step_of = [](const char* call) {
    return static_cast<int>(std::find(Faults::log.begin(), Faults::log.end(), call) - Faults::log.begin());
  };
  const int rename = step_of("rename"), lock = step_of("lock");
  for (const int error : {ENOSPC, EIO, EACCES, EROFS, EDQUOT}) {
    for (int step = 0; step < steps - 1; ++step) {  // the last is the folder's close, whose failure means nothing
      SCOPED_TRACE("step " + std::to_string(step) + ", error " + std::to_string(error));
      write_bytes(path, "old");
      Faults::reset(step, error);
      if (step == lock) {  // a file system without locks is no reason not to save
        save(path, "12345678");
        EXPECT_EQ(read_bytes(path), "12345678");
        EXPECT_THAT(folder.names(), ElementsAre("a"));
        continue;
      }
      try {
        save(path, "12345678");
        ADD_FAILURE() << "no error";
      } catch (const IoError& e) {
        EXPECT_THAT(e.what(), HasSubstr(path));
        EXPECT_THAT(e.what(), HasSubstr(std::strerror(error)));
        EXPECT_FALSE(e.help().empty());
      }
      EXPECT_EQ(read_bytes(path), step <= rename ? "old" : "12345678");
      EXPECT_THAT(folder.names(), ElementsAre("a"));
    }
  }
}

TEST(AtomicFile, GoesOnAfterAnInterruption) {
  const TemporaryFolder folder;
  for (const int step : {0, 1, 2, 3}) {
    Faults::reset(step, EINTR);
    save(folder / "a", "12345678");
    EXPECT_EQ(read_bytes(folder / "a"), "12345678");
  }
}

TEST(AtomicFile, WithoutCommitNothingHappened) {
  const TemporaryFolder folder;
  {
    AtomicFile file("save", folder / "a");
    file.write("new", 3);
  }
  EXPECT_THAT(folder.names(), ElementsAre());
}

TEST(AtomicFile, SaysWhatIsWrongWithTheFolder) {
  const TemporaryFolder folder;
  const auto message_of = [](const std::string& path) -> std::string {
    try {
      save_safetensors(path, {{"t", ramp<float>({3})}});
    } catch (const IoError& error) {
      return error.what();
    }
    return "no error";
  };
  EXPECT_THAT(message_of(folder / "missing/a"),
              HasSubstr("cannot be created after 0 bytes: No such file or directory\nhelp: create the folder first"));
  std::filesystem::create_directory(folder / "b");
  EXPECT_THAT(message_of(folder / "b"), HasSubstr("Is a directory\nhelp: the path names a folder; give a file name"));
  if (::geteuid() == 0) {
    // Root may write anywhere but to a file system that is mounted read-only, as /proc in effect is.
    EXPECT_THAT(message_of("/proc/a"), HasSubstr("cannot be created"));
  } else {
    ::chmod(folder.path().c_str(), 0500);
    EXPECT_THAT(message_of(folder / "a"), HasSubstr("Permission denied\nhelp: choose a folder that this program may write to"));
    ::chmod(folder.path().c_str(), 0700);
  }
}

// A limit on the file's size ends the write at any byte, as a full disk does.
TEST(AtomicFile, AFullDiskLeavesTheOldFile) {
  const TemporaryFolder folder;
  const std::string path = folder / "a";
  const std::map<std::string, Tensor> small = {{"t", ramp<float>({3})}}, large = {{"t", ramp<float>({100})}};
  save_safetensors(path, large);
  const auto bytes = static_cast<rlim_t>(read_bytes(path).size());
  save_safetensors(path, small);
  const std::string old = read_bytes(path);

  const auto previous = ::signal(SIGXFSZ, SIG_IGN);
  rlimit before{};
  ASSERT_EQ(::getrlimit(RLIMIT_FSIZE, &before), 0);
  for (rlim_t limit = 0; limit < bytes; limit += 7) {
    const rlimit limited = {limit, before.rlim_max};
    ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &limited), 0);
    try {
      save_safetensors(path, large);
      ADD_FAILURE() << "no error";
    } catch (const IoError& error) {
      EXPECT_THAT(error.what(), HasSubstr("cannot be written after " + std::to_string(limit) + " bytes"));
    }
    ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &before), 0);
    EXPECT_EQ(read_bytes(path), old);
    EXPECT_THAT(folder.names(), ElementsAre("a"));
  }
  ::signal(SIGXFSZ, previous);
}

// A child saves one version after the other until it is killed; whatever stands there then is one version in full.
TEST(AtomicFile, AKillAtAnyMomentLeavesOneWholeFile) {
  const TemporaryFolder folder;
  const std::string path = folder / "model.safetensors";
  const auto version = [](float number) {
    return std::map<std::string, Tensor>{{"a", tensor_of<float>({3000}, std::vector<float>(3000, number))},
                                         {"b", tensor_of<float>({50, 400}, std::vector<float>(20000, number))}};
  };
  std::mt19937 random(1);
  for (int round = 0; round < 60; ++round) {
    int saved[2];  // the child says here that it has saved a version
    ASSERT_EQ(::pipe(saved), 0);
    const pid_t child = ::fork();
    ASSERT_GE(child, 0);
    if (child == 0) {
      for (int number = 1;; ++number) {
        save_safetensors(path, version(static_cast<float>(number)), {{"version", std::to_string(number)}});
        if (number == 1 && ::write(saved[1], "", 1) != 1) ::_exit(1);
      }
    }
    ::close(saved[1]);
    char byte;
    ASSERT_EQ(::read(saved[0], &byte, 1), 1);
    ::close(saved[0]);
    ::usleep(random() % 5000);
    ASSERT_EQ(::kill(child, SIGKILL), 0);
    int status = 0;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    ASSERT_TRUE(WIFSIGNALED(status)) << "the child ended on its own";

    const SafeTensors loaded = load_safetensors(path);
    const float number = std::stof(loaded.metadata.at("version"));
    for (const auto& [name, tensor] : version(number)) EXPECT_THAT(loaded.tensors.at(name), SameTensorAs(tensor));
    EXPECT_LE(folder.names().size(), 2u) << "the next round removes what the one before left";
  }
}

}  // namespace
}  // namespace whygrad::io
