// Temporary files of writers that were killed, and of those that were not.
#include "io/leftovers.hpp"
#include "files.hpp"

#include "io/atomic_file.hpp"

#include <fcntl.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <functional>

namespace whygrad::io {
namespace {

using namespace whygrad::testing;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

void save(const std::string& path, const std::string& contents) {
  AtomicFile file("save", path);
  file.write(contents.data(), contents.size());
  file.commit();
}

// A process that runs `body`; its exit status is 0 where that returned.
class Process {
 public:
  explicit Process(const std::function<void()>& body) : id_(::fork()) {
    if (id_ != 0) return;
    try {
      body();
    } catch (...) {
      ::_exit(1);
    }
    ::_exit(0);
  }
  ~Process() {
    if (!ended_) kill();
  }
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;

  int wait() {
    int status = 0;
    ended_ = ::waitpid(id_, &status, 0) == id_;
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  }
  void kill() {
    ::kill(id_, SIGKILL);
    wait();
  }

 private:
  pid_t id_;
  bool ended_ = false;
};

// A process that opens an AtomicFile, writes half of it, and goes on when told to.
class Writer {
 public:
  explicit Writer(const std::string& path) {
    if (::pipe(begun_) != 0 || ::pipe(go_) != 0) throw std::runtime_error("no pipe");
    process_ = std::make_unique<Process>([&] {
      AtomicFile file("save", path);
      file.write("half", 4);
      char byte = 0;
      if (::write(begun_[1], &byte, 1) != 1 || ::read(go_[0], &byte, 1) != 1) return;
      file.write(" and half", 9);
      file.commit();
    });
    char byte;
    EXPECT_EQ(::read(begun_[0], &byte, 1), 1);
  }
  ~Writer() {
    for (const int end : {begun_[0], begun_[1], go_[0], go_[1]}) ::close(end);
  }
  Writer(const Writer&) = delete;
  Writer& operator=(const Writer&) = delete;

  void kill() { process_->kill(); }
  int finish() { return ::write(go_[1], "", 1) == 1 ? process_->wait() : -1; }

 private:
  int begun_[2], go_[2];
  std::unique_ptr<Process> process_;
};

// Saves in a process of its own, as a program does that starts anew.
int save_in_new_process(const std::string& path) {
  return Process([&] { save(path, "new"); }).wait();
}

TEST(Leftovers, OfAKilledWriterGoesWhenTheNextProgramSavesInTheFolder) {
  const TemporaryFolder folder;
  for (const char* next : {"a", "another"}) {
    Writer(folder / "a").kill();
    ASSERT_THAT(folder.names(), SizeIs(1));
    ASSERT_EQ(save_in_new_process(folder / next), 0);
    ASSERT_THAT(folder.names(), ElementsAre(next));
    std::filesystem::remove(folder / next);
  }
}

TEST(Leftovers, OfALivingWriterStay) {
  const TemporaryFolder folder;
  Writer living(folder / "a");
  Writer(folder / "a").kill();
  ASSERT_THAT(folder.names(), SizeIs(2));
  ASSERT_EQ(save_in_new_process(folder / "b"), 0);
  ASSERT_THAT(folder.names(), SizeIs(2));  // b, and the file of the living
  EXPECT_EQ(living.finish(), 0);
  EXPECT_THAT(folder.names(), ElementsAre("a", "b"));
  EXPECT_EQ(read_bytes(folder / "a"), "half and half");
}

// A temporary file that nobody writes, last written `age` seconds ago.
std::string make(const TemporaryFolder& folder, const std::string& name, long age = 0) {
  write_bytes(folder / name, "half");
  const timespec then = {::time(nullptr) - age, 0}, times[2] = {then, then};
  EXPECT_EQ(::utimensat(AT_FDCWD, (folder / name).c_str(), times, 0), 0);
  return name;
}

constexpr long kTwoDays = 2 * 24 * 60 * 60;

// What is left of the folder when the next program has saved there and its file is gone again.
std::vector<std::string> names_after_save(const TemporaryFolder& folder) {
  EXPECT_EQ(save_in_new_process(folder / "saved"), 0);
  std::filesystem::remove(folder / "saved");
  return folder.names();
}

// In another container the writer's process id may be that of a dead process here, or of another one.
TEST(Leftovers, ALockCountsAndAProcessIdDoesNot) {
  ASSERT_NE(boot_id(), kNoBoot);
  const TemporaryFolder folder;
  const std::string nobodys = make(folder, "a.whygrad-" + boot_id() + "-999999999-0.tmp", kTwoDays);
  const std::string mine = make(folder, "a.whygrad-" + boot_id() + "-" + std::to_string(::getpid()) + "-0.tmp");
  const int lock = ::open((folder / nobodys).c_str(), O_RDWR | O_CLOEXEC);
  ASSERT_EQ(::flock(lock, LOCK_EX), 0);
  EXPECT_THAT(names_after_save(folder), ElementsAre(nobodys));
  ::close(lock);
  EXPECT_THAT(names_after_save(folder), IsEmpty());
}

// Another machine may not show its locks, and some files have none: only age tells.
TEST(Leftovers, OfAnotherMachineGoOnlyAfterADay) {
  const TemporaryFolder folder;
  const std::string other = boot_id() == "0123abcd" ? "0123abce" : "0123abcd";
  const std::string young = make(folder, "a.whygrad-" + other + "-1-0.tmp", 60), unlocked = make(folder, "a.whygrad-00000000-1-0.tmp", 60);
  make(folder, "a.whygrad-" + other + "-1-1.tmp", kTwoDays);
  make(folder, "a.whygrad-00000000-1-1.tmp", kTwoDays);
  EXPECT_THAT(names_after_save(folder), ElementsAre(unlocked, young));
}

TEST(Leftovers, WithoutLocksTheNameSaysSo) {
  const TemporaryFolder folder;
  SystemCalls calls = kSystemCalls;
  calls.lock = [](int) {
    errno = ENOLCK;
    return -1;
  };
  AtomicFile file("save", folder / "a", calls);
  ASSERT_THAT(folder.names(), SizeIs(1));
  EXPECT_THAT(folder.names()[0], ::testing::StartsWith("a.whygrad-00000000-"));
  file.commit();
  EXPECT_THAT(folder.names(), ElementsAre("a"));
}

TEST(Leftovers, FilesOfOthersStay) {
  const TemporaryFolder folder;
  const std::string boot = boot_id();
  for (const std::string& name : {std::string("a.tmp"), std::string("a.12-3.tmp"), "a.whygrad-" + boot + "-1.tmp", "a.whygrad-" + boot + "-1-x.tmp",
                                  "a.whygrad-" + boot + "-1-1.tmp.gz", "a.whygrad-" + boot + "0-1-1.tmp", std::string("a.whygrad-model-1-1.tmp")}) {
    make(folder, name, kTwoDays);
  }
  const std::string link = "a.whygrad-" + boot + "-1-1.tmp", inner = "a.whygrad-" + boot + "-1-2.tmp";
  std::filesystem::create_symlink("a.tmp", folder / link);
  std::filesystem::create_directory(folder / inner);
  const std::vector<std::string> before = folder.names();
  EXPECT_EQ(names_after_save(folder), before);
}

TEST(Leftovers, ALongNameHasRoom) {
  const TemporaryFolder folder;
  const std::string longest(255, 'n');
  save(folder / longest, "new");
  EXPECT_THAT(folder.names(), ElementsAre(longest));
}

// Programs that start and save at the same time take no file for one that was left behind, not even between its creation and its lock.
TEST(Leftovers, ManyProgramsAtOnceDisturbNobody) {
  const TemporaryFolder folder;
  std::vector<std::string> expected;
  for (int round = 0; round < 20; ++round) {
    std::vector<std::unique_ptr<Process>> programs;
    for (int i = 0; i < 12; ++i) {
      const std::string name = "file" + std::to_string(10 + i);
      if (round == 0) expected.push_back(name);
      programs.push_back(std::make_unique<Process>([&folder, name] { save(folder / name, name); }));
    }
    Writer(folder / "killed").kill();
    for (auto& program : programs) EXPECT_EQ(program->wait(), 0);
  }
  EXPECT_EQ(save_in_new_process(folder / expected[0]), 0);
  EXPECT_EQ(folder.names(), expected);
}

}  // namespace
}  // namespace whygrad::io
