// channel_costs: what a channel with an audience of a given size costs those who run it and those
// who read it: CPU of the client's core and of its vault, bytes up and down, size of the vault. A
// group of three and one volunteer are real cores in virtual time, with a relay in memory whose own
// work is not counted. The rest of the audience stands in the group's vaults as if it had been let
// in one by one: a real entry each, with keys of its own, and nobody behind it until all answer.
// CPU is this thread's, medians of several steps.
#include <CLI/CLI.hpp>
#include <cstdio>
#include <deque>

#include "client/core/alerts.hpp"
#include "client/core/audience.hpp"
#include "client/core/bodies.hpp"
#include "client/core/channel_frame.hpp"
#include "client/core/parcel.hpp"
#include "tests/bench/member.hpp"
#include "tests/unit/client_core_channel_scene.hpp"

namespace porchlight::client {
namespace {

constexpr const char* answer_text = "on my way";

/// Costs of one step, as it was taken several times.
class Row {
 public:
  void add(const Costs& costs) {
    core_.push_back(costs.core_ms);
    vault_.push_back(costs.vault_ms);
    last_ = costs;
  }
  void print(const char* who) const {
    std::printf("  %s %8.2f ms, vault %6.2f ms,", who, median(core_), median(vault_));
    if (last_.dropped > 0) std::printf(" up %zu in %zu,", last_.up_bytes, last_.dropped);
    std::printf(" down %zu in %zu\n", last_.down_bytes, last_.messages);
  }

 private:
  std::vector<double> core_;
  std::vector<double> vault_;
  Costs last_;
};

/// Ana leads, Ben is a member, Maria a volunteer.
class Bench : ChannelScene {
 public:
  Bench(std::size_t size, std::filesystem::path folder)
      : ChannelScene(60, 240), size_(size), folder_(std::move(folder)) {}

  void run() {
    Device& marias = volunteer("Maria");
    sync_all();
    fill();
    author_.emplace(ana, relay, folder_ / "author");
    member_.emplace(ben, relay, folder_ / "member");
    reader_.emplace(marias, relay, folder_ / "reader");
    for (Member* each : {&*author_, &*member_, &*reader_}) (void)each->run();
    PORCHLIGHT_ASSERT(author_->core().channel("pickup")->people == size_);
    measure("alert", [&](int) { (void)call_out(); });
    measure("remove", [&](int number) {
      const std::string name = name_of(static_cast<std::size_t>(number));
      PORCHLIGHT_ASSERT(author_->core().remove_from_audience(channel, name, relay.now).ok());
    });
    measure_additions();
    measure_newcomer();
    measure_answers();
    for (const auto& [who, each] :
         {std::pair("coordinator", &*author_), std::pair("volunteer", &*reader_)}) {
      std::printf("%5zu  vault of a %-11s %8ju B, loads in %6.1f ms\n", size_, who,
                  each->vault_bytes(), each->load_ms());
    }
    std::fflush(stdout);
  }

 private:
  static constexpr int times = 7;
  static constexpr int additions = 5;  // fewer than removals: there has to be room

  static std::string name_of(std::size_t number) { return "Person " + std::to_string(number); }

  /// The audience but for Maria, into the vaults of the group.
  void fill() {
    std::vector<AudienceEntry> entries;
    while (entries.size() + 1 < size_) {
      people_.emplace_back(os_random().secret<SigningSeed>());
      AudienceEntry entry;
      entry.id = audience_id(os_random().fixed<RequestHash>());
      entry.name = name_of(entries.size());
      entry.identity = people_.back().verify_key();
      entry.seal_key = seal_key(os_random().secret<SealSeed>());
      entry.tag_key = os_random().fixed<TagKey>();
      entry.invite = os_random().fixed<InviteId>();
      entry.card_version = 1;
      entries.push_back(std::move(entry));
    }
    for (Device* device : {&ana, &ben, &cleo}) {
      Journal journal;
      Audience audience(journal, channel);
      for (const AudienceEntry& entry : entries) PORCHLIGHT_ASSERT(audience.add(entry));
      std::vector<Record> records = device->records();
      for (Write& write : journal.drain().writes) {
        records.push_back({write.table, std::move(write.key), *std::move(write.value)});
      }
      device->restore(std::move(records));
    }
  }
  MessageId call_out() {
    wire::Body body;
    body.mutable_alert()->set_urgency(wire::URGENCY_NOW);
    body.mutable_alert()->add_wordings()->set_text("Come to the north gate");
    body.mutable_alert()->add_answers(answer_text);
    const auto said = author_->core().say(channel, std::move(body), relay.now);
    PORCHLIGHT_ASSERT(said.ok());
    return *said;
  }
  template <class Step>
  void measure(const char* name, Step step) {
    Row author;
    Row member;
    Row reader;
    for (int i = 0; i < times; ++i) {
      author.add(author_->run_after([&] { step(i); }));
      member.add(member_->run());
      reader.add(reader_->run());
      const std::uint32_t epoch = author_->core().channel("pickup")->epoch;
      PORCHLIGHT_ASSERT(member_->core().channel("pickup")->epoch == epoch);
      PORCHLIGHT_ASSERT(reader_->core().channel("pickup")->epoch == epoch);
    }
    std::printf("%5zu  %s\n", size_, name);
    author.print("author   ");
    member.print("member   ");
    reader.print("volunteer");
  }
  /// From the invite to the entry on all lists; how often people are added is not the size's
  /// affair.
  void measure_additions() {
    Row author;
    Row member;
    std::size_t parcel_bytes = 0;
    for (int i = 0; i < additions; ++i) {
      const std::string name = "Newcomer " + std::to_string(i);
      Costs costs;
      std::optional<wire::Link> link;
      costs += author_->run_after([&] {
        auto made =
            author_->core().create_invite({channel, name, wire::ROLE_AUDIENCE, 3h, 1}, relay.now);
        PORCHLIGHT_ASSERT(made.ok());
        link = std::move(made).value();
      });
      parcel_bytes = read_parcel(*link);
      const std::size_t before = author_->core().channel("pickup")->people;
      follows(*link, name);
      costs += author_->run();
      PORCHLIGHT_ASSERT(author_->core().channel("pickup")->people == before + 1);
      author.add(costs);
      member.add(member_->run());
    }
    std::printf("%5zu  add\n", size_);
    author.print("author   ");
    member.print("member   ");
    std::printf("  newcomer's parcel %zu\n", parcel_bytes);
  }
  /// What a newcomer downloads to read the channel; keeps the channel's head that is in it.
  std::size_t read_parcel(const wire::Link& link) {
    const wire::InviteKeys keys(link.seed, link.kind());
    const auto& mailbox = relay.mailbox(keys.address().id());
    PORCHLIGHT_ASSERT(mailbox.size() == 1);
    const Bytes& envelope = mailbox.begin()->second;
    auto offer = open_parcel(envelope, keys, relay.address().identity, relay.now);
    PORCHLIGHT_ASSERT(offer.ok());
    const auto& mine = std::get<ChannelOffer>(*offer);
    auto welcome = open_channel_welcome(mine.welcome.reveal(), mine.root);
    PORCHLIGHT_ASSERT(welcome.ok());
    head_ = welcome->head;
    return envelope.size();
  }
  /// Somebody joins the group, and is told of the channel and its audience.
  void measure_newcomer() {
    Device danas{relay, 50};
    std::optional<wire::Link> link;
    (void)author_->run_after([&] {
      auto made = author_->core().create_invite({group, "Dana", wire::ROLE_MEMBER, 1h}, relay.now);
      PORCHLIGHT_ASSERT(made.ok());
      link = std::move(made).value();
    });
    ask(danas, *link, "Dana");
    (void)author_->run();
    const Costs told = author_->run_after([&] {
      const std::vector one{author_->core().requests().at(0).id};
      PORCHLIGHT_ASSERT(author_->core().approve(one, relay.now).ok());
    });
    Member dana(danas, relay, folder_ / "newcomer");
    const Costs learned = dana.run();
    const auto known = dana.core().channel("pickup");
    PORCHLIGHT_ASSERT(known.ok() && !known->waits_for_list);
    PORCHLIGHT_ASSERT(known->people == author_->core().channel("pickup")->people);
    Row author;
    Row newcomer;
    author.add(told);
    newcomer.add(learned);
    std::printf("%5zu  newcomer to the group\n", size_);
    author.print("author   ");
    newcomer.print("newcomer ");
  }
  /// Everybody whose keys are here answers one alert.
  void measure_answers() {
    MessageId alert;
    (void)author_->run_after([&] { alert = call_out(); });
    const std::uint32_t day = wire::unix_day(relay.now);
    const ChannelDayStatement* stated = head_.find_day(day);
    PORCHLIGHT_ASSERT(stated != nullptr);
    for (const SigningKey& person : people_) {
      wire::Body body;
      body.mutable_ack()->set_alert(alert.str());
      body.mutable_ack()->set_answer(answer_text);
      PORCHLIGHT_ASSERT(complete_body(body, os_random(), relay.now).ok());
      auto reply = seal_reply({channel, head_.id, day}, person, serialise_secret(body).reveal(),
                              stated->reply_seal);
      PORCHLIGHT_ASSERT(reply.ok());
      relay.put(reply_address(stated->reply), *reply);
    }
    const Costs costs = author_->run();
    const auto n = static_cast<double>(costs.messages);
    std::printf("%5zu  answers: %zu read in %.1f ms, vault %.1f ms (%.1f + %.1f us each)\n", size_,
                costs.messages, costs.core_ms, costs.vault_ms, costs.core_ms / n * 1e3,
                costs.vault_ms / n * 1e3);
    count(alert);
  }
  void count(const MessageId& id) {
    double board_ms = 0;
    double audience_ms = 0;
    double count_ms = 0;
    double list_ms = 0;
    AlertBoard board;
    std::vector<AudiencePerson> audience;
    AlertCount counted;
    timed(board_ms, [&] { board = author_->core().alerts(channel, relay.now); });
    timed(audience_ms, [&] {
      auto views = author_->core().audience(channel);
      PORCHLIGHT_ASSERT(views.ok());
      for (AudienceView& view : *views) {
        if (view.identity) audience.push_back({*view.identity, std::move(view.name)});
      }
    });
    const auto alert = std::ranges::find(board.alerts, id, &AlertView::id);
    PORCHLIGHT_ASSERT(alert != board.alerts.end());
    timed(count_ms, [&] { counted = count_answers(*alert, audience); });
    timed(list_ms, [&] { (void)author_->core().channel_messages(channel); });
    PORCHLIGHT_ASSERT(alert->answers.size() == people_.size());
    std::printf(
        "%5zu  counting: alerts %.1f ms, audience %.1f ms, count %.1f ms; all messages "
        "%.1f ms; %zu answered, %zu silent, %zu others\n",
        size_, board_ms, audience_ms, count_ms, list_ms, counted.answers[0].names.size(),
        counted.silent.size(), counted.others);
  }

  std::size_t size_;
  std::filesystem::path folder_;
  std::deque<SigningKey> people_;
  std::optional<Member> author_;
  std::optional<Member> member_;
  std::optional<Member> reader_;
  ChannelHead head_;
};

int run(const std::vector<std::size_t>& sizes) {
  std::string folder = (std::filesystem::temp_directory_path() / "channel_costs.XXXXXX").string();
  if (::mkdtemp(folder.data()) == nullptr) return std::perror("channel_costs"), 2;
  for (const std::size_t size : sizes) {
    Bench(size, std::filesystem::path(folder) / std::to_string(size)).run();
  }
  std::filesystem::remove_all(folder);
  return 0;
}

}  // namespace
}  // namespace porchlight::client

int main(int argc, char** argv) {
  CLI::App app{"What channels cost their groups and audiences, in virtual time."};
  std::vector<std::size_t> sizes{100, 1'000, 10'000};
  app.add_option("--sizes", sizes, "people in the audience, 20 to 10000")
      ->check(CLI::Range(20, 10'000));
  CLI11_PARSE(app, argc, argv);
  return porchlight::client::run(sizes);
}
