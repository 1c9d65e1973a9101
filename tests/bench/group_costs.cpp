// group_costs: what a group of a given size costs its members: CPU of the client's core and of its
// vault, bytes up and down, size of the vault. Members are real cores in virtual time and a relay
// in memory, whose own work is not counted; the others have made their requests and are silent.
// CPU is this thread's, medians of several changes.
#include <CLI/CLI.hpp>
#include <cstdio>

#include "tests/bench/member.hpp"
#include "tests/unit/client_core_event_scene.hpp"

namespace porchlight::client {
namespace {

/// Ana leads, Ben is a member, and the rest have asked and are let in.
class Bench : public CrowdScene {
 public:
  Bench(std::size_t size, const std::filesystem::path& folder) : size_(size), folder_(folder) {}

  void run() {
    Device& bens = asks(order(2, 2));
    ana.sync();
    bens.sync();
    author_.emplace(ana, relay, folder_ / "author");
    const Costs made = make();
    std::printf("%5zu  made     author %8.1f ms  vault %7.1f ms  up %9zu B\n", size_, made.core_ms,
                made.vault_ms, made.up_bytes);
    PORCHLIGHT_ASSERT(members() == size_);
    reader_.emplace(bens, relay, folder_ / "reader");
    (void)reader_->run();
    measure("rekey", [&] { PORCHLIGHT_ASSERT(author_->core().rekey(group, relay.now).ok()); });
    measure("remove", [&] {
      const std::string name = author_->core().group("dispatch")->members.back().name;
      PORCHLIGHT_ASSERT(author_->core().remove_member(group, name, relay.now).ok());
    });
    measure_additions();
    catch_up(2'000);
    std::printf("%5zu  vault    author %8ju B   reader %8ju B   load %6.1f ms\n", size_,
                author_->vault_bytes(), reader_->vault_bytes(), reader_->load_ms());
  }

 private:
  static constexpr int times = 7;

  wire::Link order(std::uint32_t uses, std::uint32_t auto_approve) {
    offer.reset();
    take_operator_invite(ana, relay, 130, 250);
    take_operator_invite(ana, relay, 1, 250);
    return must_make(uses, auto_approve);
  }
  /// Everything the author does from the requests to the Welcomes.
  Costs make() {
    Costs all;
    for (int number = 0; members() < size_;) {
      const auto missing = static_cast<std::uint32_t>(size_ - members());
      const std::uint32_t here = std::min<std::uint32_t>(missing, limits::epoch_operations_max);
      const wire::Link link = order(std::max(here, 2u), here);
      (void)author_->run();
      for (std::uint32_t i = 0; i < here; ++i) {
        made_up_request(link, "neighbor " + std::to_string(number++));
      }
      all += author_->run();
    }
    return all;
  }
  template <class Change>
  void measure(const char* name, Change change) {
    std::vector<double> author;
    std::vector<double> author_vault;
    std::vector<double> reader;
    std::vector<double> reader_vault;
    Costs up;
    Costs down;
    for (int i = 0; i < times; ++i) {
      up = author_->run_after(change);
      down = reader_->run();
      author.push_back(up.core_ms);
      author_vault.push_back(up.vault_ms);
      reader.push_back(down.core_ms);
      reader_vault.push_back(down.vault_ms);
      PORCHLIGHT_ASSERT(reader_->core().group("dispatch")->epoch ==
                        author_->core().group("dispatch")->epoch);
    }
    std::printf(
        "%5zu  %-7s  author %8.2f ms  vault %7.2f ms  up %9zu B | "
        "member %6.2f ms  vault %6.2f ms  down %7zu B\n",
        size_, name, median(author), median(author_vault), up.up_bytes, median(reader),
        median(reader_vault), down.down_bytes);
    std::fflush(stdout);
  }
  void measure_additions() {
    const wire::Link link = order(times, 0);
    (void)author_->run();
    (void)reader_->run();
    for (int i = 0; i < times; ++i) made_up_request(link, "newcomer " + std::to_string(i));
    (void)author_->run();
    measure("add", [&] {
      const std::vector one{author_->core().requests().at(0).id};
      PORCHLIGHT_ASSERT(author_->core().approve(one, relay.now).ok());
    });
  }
  /// The reader was away while others said so much.
  void catch_up(std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) {
      wire::Body body;
      body.mutable_text()->set_text("seen at the corner, number " + std::to_string(i));
      PORCHLIGHT_ASSERT(author_->core().post(group, body, relay.now).ok());
      if (i % 64 == 63) (void)author_->run();
    }
    (void)author_->run();
    const Costs costs = reader_->run();
    const auto n = static_cast<double>(costs.messages);
    std::printf(
        "%5zu  catch up %zu messages: %.1f ms, vault %.1f ms (%.1f + %.1f us each), %zu B\n", size_,
        costs.messages, costs.core_ms, costs.vault_ms, costs.core_ms / n * 1e3,
        costs.vault_ms / n * 1e3, costs.down_bytes);
  }

  std::size_t size_;
  std::filesystem::path folder_;
  std::optional<Member> author_;
  std::optional<Member> reader_;
};

int run(const std::vector<std::size_t>& sizes) {
  std::string folder = (std::filesystem::temp_directory_path() / "group_costs.XXXXXX").string();
  if (::mkdtemp(folder.data()) == nullptr) return std::perror("group_costs"), 2;
  for (const std::size_t size : sizes) {
    Bench(size, std::filesystem::path(folder) / std::to_string(size)).run();
  }
  std::filesystem::remove_all(folder);
  return 0;
}

}  // namespace
}  // namespace porchlight::client

int main(int argc, char** argv) {
  CLI::App app{"What groups cost their members, in virtual time."};
  std::vector<std::size_t> sizes{10, 100, 1'000};
  app.add_option("--sizes", sizes, "members, 4 to 1000")->check(CLI::Range(4, 1'000));
  CLI11_PARSE(app, argc, argv);
  return porchlight::client::run(sizes);
}
