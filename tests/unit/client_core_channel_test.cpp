// Channels from the group that makes one to the volunteer who answers (clause 14).
#include <gmock/gmock.h>

#include "tests/unit/client_core_channel_scene.hpp"

namespace porchlight::client {
namespace {

using Texts = std::vector<std::string>;

TEST(Channel, IsSharedWithTheWholeGroupAndNobodyElse) {
  ChannelScene scene;
  for (Device* device : {&scene.ana, &scene.ben, &scene.cleo}) {
    const auto view = device->core().channel("pickup");
    ASSERT_TRUE(view.ok()) << view.error().what;
    EXPECT_EQ(view->side, ChannelView::Side::group);
    EXPECT_EQ(view->group_name, "dispatch");
    EXPECT_EQ(view->leads, device == &scene.ana);
    EXPECT_FALSE(view->waits_for_list);
    EXPECT_FALSE(view->waits_for_keys);
    EXPECT_EQ(view->epoch, 0u);
  }
  scene.alert(scene.ben, "Use the north gate");
  scene.sync_all();
  EXPECT_EQ(scene.alerts(scene.ana), Texts{"Use the north gate"});
  EXPECT_EQ(scene.alerts(scene.cleo), Texts{"Use the north gate"});
  const auto messages = scene.cleo.core().channel_messages(scene.channel);
  ASSERT_EQ(messages.size(), 1u);
  EXPECT_EQ(messages[0].sender_name, "Ben");
  EXPECT_EQ(messages[0].voice, MessageView::Voice::channel);
  scene.expect_no_warnings();
}

TEST(Channel, IsReadByAVolunteerAtOnceWithNobodyOfTheGroupThere) {
  ChannelScene scene;
  const wire::Link link = scene.invite("Maria");
  Device& maria = scene.follows(link, "Maria");
  const auto view = maria.core().channel("pickup");
  ASSERT_TRUE(view.ok()) << view.error().what;
  EXPECT_EQ(view->side, ChannelView::Side::audience);
  EXPECT_TRUE(view->group_name.empty());
  EXPECT_TRUE(maria.has_notice(Notice::Kind::channel_joined));
  scene.alert(scene.ben, "Use the north gate");
  maria.sync();
  EXPECT_EQ(scene.alerts(maria), Texts{"Use the north gate"});
  const auto messages = maria.core().channel_messages(scene.channel);
  ASSERT_EQ(messages.size(), 1u);
  EXPECT_EQ(messages[0].sender_name, "pickup");  // never who of the group it was
  EXPECT_EQ(messages[0].sender, VerifyKey{});
  // The list follows, on every device of the group.
  scene.sync_all();
  for (Device* device : {&scene.ana, &scene.ben, &scene.cleo}) {
    const auto audience = device->core().audience(scene.channel);
    ASSERT_TRUE(audience.ok());
    ASSERT_EQ(audience->size(), 1u);
    EXPECT_EQ(audience->at(0).name, "Maria");
    EXPECT_FALSE(audience->at(0).invite);
  }
  EXPECT_EQ(maria.core().audience(scene.channel).error().code, Errc::not_permitted);
  scene.expect_no_warnings();
}

TEST(Channel, ShowsVolunteersTheSameSafetyWordsAsTheGroup) {
  ChannelScene scene;
  const wire::Link link = scene.invite("Maria");
  Device& maria = *scene.volunteers.emplace_back(std::make_unique<Device>(scene.relay, 100));
  ASSERT_TRUE(maria.core().follow(link, maria.now()).ok());
  maria.sync();
  const auto words = maria.core().accept_offer("Maria", maria.now());
  ASSERT_TRUE(words.ok() && words->has_value());
  maria.keep();
  scene.sync_all();
  EXPECT_EQ(scene.ben.core().audience(scene.channel)->at(0).words, *words);
}

TEST(Channel, CarriesAnswersToTheGroupAndToNobodyElse) {
  ChannelScene scene;
  Device& maria = scene.volunteer("Maria");
  Device& noor = scene.volunteer("Noor");
  const MessageId alert = scene.alert(scene.ben, "Come to the gate", {"on my way", "can't"});
  maria.sync();
  noor.sync();
  ASSERT_TRUE(scene.answer(maria, alert, "on my way").ok());
  EXPECT_EQ(scene.answer(noor, alert, "perhaps").error().code, Errc::usage);
  scene.sync_all();
  for (Device* device : {&scene.ana, &scene.ben, &scene.cleo}) {
    const auto board = device->core().alerts(scene.channel, device->now());
    ASSERT_EQ(board.alerts.size(), 1u);
    ASSERT_EQ(board.alerts[0].answers.size(), 1u);
    EXPECT_EQ(board.alerts[0].answers[0].name, "Maria");
    EXPECT_EQ(board.alerts[0].answers[0].answer, "on my way");
  }
  const auto seen = noor.core().alerts(scene.channel, noor.now());
  ASSERT_EQ(seen.alerts.size(), 1u);
  EXPECT_TRUE(seen.alerts[0].answers.empty());
  // The last one counts.
  ASSERT_TRUE(scene.answer(maria, alert, "can't").ok());
  scene.sync_all();
  const auto board = scene.cleo.core().alerts(scene.channel, scene.cleo.now());
  ASSERT_EQ(board.alerts[0].answers.size(), 1u);
  EXPECT_EQ(board.alerts[0].answers[0].answer, "can't");
  scene.expect_no_warnings();
}

TEST(Channel, AnswersNothingButWhatTheChannelAsks) {
  ChannelScene scene;
  Device& maria = scene.volunteer("Maria");
  const MessageId alert = scene.alert(scene.ana, "For your information");
  maria.sync();
  EXPECT_EQ(scene.answer(maria, alert, "on my way").error().code, Errc::not_permitted);
  EXPECT_EQ(scene.answer(maria, MessageId{}, "on my way").error().code, Errc::not_found);
  wire::Body body;
  body.mutable_alert()->set_urgency(wire::URGENCY_NOW);
  body.mutable_alert()->add_wordings()->set_text("Not mine to say");
  EXPECT_EQ(maria.core().say(scene.channel, body, maria.now()).error().code, Errc::not_permitted);
}

TEST(Channel, LetsAnAnswerWaitForAMoment) {
  ChannelScene scene;
  Device& maria = scene.volunteer("Maria");
  std::set<std::int64_t> delays;
  for (int i = 0; i < 12; ++i) {
    const MessageId alert = scene.alert(scene.ana, "Come", {"yes"});
    maria.sync();
    wire::Body body;
    body.mutable_ack()->set_alert(alert.str());
    body.mutable_ack()->set_answer("yes");
    ASSERT_TRUE(maria.core().say(scene.channel, body, maria.now()).ok());
    maria.keep();
    const auto next = maria.core().next_tick_at(maria.now());
    if (!next) {  // it left at once
      delays.insert(0);
      continue;
    }
    const auto delay = (*next - maria.now()).count();
    EXPECT_LE(delay, limits::answer_delay_seconds_small);
    delays.insert(delay);
    scene.relay.now = *next;
    maria.sync();
    EXPECT_FALSE(maria.core().next_tick_at(maria.now()).has_value());
  }
  EXPECT_GT(delays.size(), 2u);
}

TEST(Channel, TakesAnAlertBackWhereItWasShown) {
  ChannelScene scene;
  Device& maria = scene.volunteer("Maria");
  const MessageId alert = scene.alert(scene.ben, "Come", {"yes"});
  wire::Body body;
  body.mutable_all_clear()->set_alert(alert.str());
  body.mutable_all_clear()->set_kind(wire::CLEAR_FALSE_ALARM);
  scene.say(scene.cleo, std::move(body));
  maria.sync();
  const auto board = maria.core().alerts(scene.channel, maria.now());
  ASSERT_EQ(board.alerts.size(), 1u);
  ASSERT_TRUE(board.alerts[0].clear.has_value());
  EXPECT_EQ(board.alerts[0].clear->kind(), wire::CLEAR_FALSE_ALARM);
}

TEST(Channel, OfAnEventIsReadByAllWhoScanTheLinkAndListsThemLater) {
  ChannelScene scene;
  const wire::Link link = scene.invite("Gate", 5);
  std::vector<Device*> crowd;
  for (int i = 0; i < 5; ++i) {
    crowd.push_back(&scene.follows(*wire::Link::parse(link.str()), "V" + std::to_string(i)));
  }
  scene.alert(scene.ben, "Use the north gate");
  for (Device* device : crowd) {
    device->sync();
    EXPECT_EQ(scene.alerts(*device), Texts{"Use the north gate"});
    EXPECT_FALSE(device->core().health(device->now()).enroll_due.has_value());
  }
  scene.sync_all();
  EXPECT_EQ(scene.cleo.core().channel("pickup")->people, 5u);
  for (Device* device : crowd) {
    EXPECT_TRUE(device->core().health(device->now()).enroll_due.has_value());
  }
  // Nobody beyond those it is for has the means to take part.
  Device& late = *scene.volunteers.emplace_back(std::make_unique<Device>(scene.relay, 300));
  EXPECT_TRUE(late.core().follow(link, late.now()).ok());
  late.sync();
  EXPECT_TRUE(late.core().offer_refused().has_value() || !late.core().offer().has_value());
  EXPECT_TRUE(late.core().channels().empty());
  scene.volunteers.pop_back();
  scene.expect_no_warnings();
}

TEST(Channel, WhoComesWhenAnEventIsUsedUpIsToldAndKeepsNothing) {
  ChannelScene scene;
  const wire::Link link = scene.invite("Gate", 2);
  Device& late = *scene.volunteers.emplace_back(std::make_unique<Device>(scene.relay, 300));
  ASSERT_TRUE(late.core().follow(link, late.now()).ok());
  late.sync();
  ASSERT_TRUE(late.core().offer().has_value());
  scene.follows(link, "V1");
  scene.follows(link, "V2");
  ASSERT_TRUE(late.core().accept_offer("Late", late.now()).ok());
  late.keep();
  late.sync();
  ASSERT_TRUE(late.core().offer_refused().has_value());
  EXPECT_EQ(late.core().offer_refused()->code, Errc::used);
  EXPECT_TRUE(late.core().channels().empty());
  late.reload();
  EXPECT_TRUE(late.core().channels().empty());
}

TEST(Channel, WhoFollowsALinkThatSomebodyUsedIsToldOfAndLosesTheChannelWithinADay) {
  ChannelScene scene;
  const wire::Link link = scene.invite("Dan");
  Device& dan = scene.follows(link, "Dan");
  // Before any of the group was there; the link's own tokens are spent, she has others.
  Device& second = *scene.volunteers.emplace_back(std::make_unique<Device>(scene.relay, 300));
  take_operator_invite(second, scene.relay, 0, 40);
  ask(second, link, "Eve");
  scene.ana.sync();
  ASSERT_EQ(scene.ana.core().warnings().size(), 1u);
  EXPECT_THAT(scene.ana.core().warnings()[0].text, testing::HasSubstr("the link by which Dan"));
  const auto said = scene.ana.core().audience(scene.channel);
  ASSERT_TRUE(said.ok());
  ASSERT_EQ(said->size(), 1u);
  EXPECT_EQ(said->front().name, "Dan");
  const std::uint32_t before = scene.epoch(scene.ana);
  scene.ana.reload();
  scene.relay.now += 24h;
  scene.sync_all();
  EXPECT_EQ(scene.epoch(scene.ana), before + 1);
  scene.alert(scene.ana, "after");
  dan.sync();
  second.sync();
  EXPECT_THAT(scene.alerts(dan), testing::ElementsAre("after"));
  EXPECT_THAT(scene.alerts(second), testing::IsEmpty());
  scene.relay.now += 24h;
  scene.sync_all();
  EXPECT_EQ(scene.epoch(scene.ana), before + 1) << "once is enough";
}

TEST(Channel, IsChangedByWhoeverTookSomebodyOutAndByTheOthersWhereThatDoesNotCome) {
  ChannelScene scene;
  Device& maria = scene.volunteer("Maria");
  Device& noor = scene.volunteer("Noor");
  ASSERT_TRUE(scene.ana.core().set_role(scene.group, "Ben", wire::ROLE_LEAD, scene.ana.now()).ok());
  scene.ana.keep();
  scene.sync_all();
  ASSERT_TRUE(scene.ana.core().remove_from_audience(scene.channel, "Noor", scene.ana.now()).ok());
  scene.ana.keep();
  // Nothing but the word of it leaves her device.
  const auto items = scene.ana.core().outbox(Lane::drop);
  const auto word = std::ranges::find(items, limits::envelope_sizes_bytes[0],
                                      [](const auto& item) { return item.envelope.size(); });
  ASSERT_NE(word, items.end());
  scene.relay.put(word->address, word->envelope);
  scene.ben.collect(Lane::collect);
  EXPECT_EQ(scene.ben.core().channel("pickup")->people, 1u);
  EXPECT_TRUE(scene.ben.core().outbox(Lane::drop).empty());
  scene.relay.now += limits::tick_interval;
  scene.ben.sync();
  maria.sync();
  noor.sync();
  EXPECT_EQ(scene.epoch(scene.ben), 1u);
  EXPECT_EQ(scene.epoch(maria), 1u);
  EXPECT_EQ(scene.epoch(noor), 0u);
}

}  // namespace
}  // namespace porchlight::client
