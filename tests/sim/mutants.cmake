# Deliberate faults of the protocol, each of which the simulation has to find. A mutant is the
# simulation with a changed copy of a source or two of the client's; nothing of what ships is
# touched, and configuring fails where the text to be changed is not there exactly once.

# porchlight_mutate(NAME FILE path FROM text TO text): one change; several may be made to a mutant.
function(porchlight_mutate name)
  cmake_parse_arguments(PARSE_ARGV 1 EDIT "" "FILE;FROM;TO" "")
  set(source ${CMAKE_SOURCE_DIR}/${EDIT_FILE})
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${source})
  set(copy ${CMAKE_CURRENT_BINARY_DIR}/mutants/${name}/${EDIT_FILE})
  get_property(copies GLOBAL PROPERTY PORCHLIGHT_MUTANT_${name})
  if(copy IN_LIST copies)
    file(READ ${copy}.new text)
  else()
    file(READ ${source} text)
    set_property(GLOBAL APPEND PROPERTY PORCHLIGHT_MUTANT_${name} ${copy})
  endif()
  string(FIND "${text}" "${EDIT_FROM}" first)
  string(FIND "${text}" "${EDIT_FROM}" last REVERSE)
  if(first EQUAL -1 OR NOT first EQUAL last)
    message(FATAL_ERROR "mutant ${name}: ${EDIT_FILE} does not hold exactly once:\n${EDIT_FROM}")
  endif()
  string(REPLACE "${EDIT_FROM}" "${EDIT_TO}" text "${text}")
  file(WRITE ${copy}.new "${text}")
endfunction()

# porchlight_mutant(NAME EXPECT words [ARGS ...]): builds what was mutated, and tests that a run
# fails with these words. The mutated objects stand before the library they were copied from, whose
# own are then not taken.
function(porchlight_mutant name)
  cmake_parse_arguments(PARSE_ARGV 1 MUTANT "" "EXPECT" "ARGS")
  get_property(copies GLOBAL PROPERTY PORCHLIGHT_MUTANT_${name})
  foreach(copy IN LISTS copies)
    file(COPY_FILE ${copy}.new ${copy} ONLY_IF_DIFFERENT)
  endforeach()
  add_executable(porchlight_sim_${name} ${copies})
  # What a fault leaves unused is its own affair.
  target_compile_options(porchlight_sim_${name} PRIVATE -w)
  target_link_libraries(porchlight_sim_${name} PRIVATE porchlight_sim_main)
  target_precompile_headers(porchlight_sim_${name} REUSE_FROM porchlight_client_core)
  add_test(NAME sim_mutant_${name}
    COMMAND ${CMAKE_CURRENT_SOURCE_DIR}/expect_failure.sh ${MUTANT_EXPECT}
            $<TARGET_FILE:porchlight_sim_${name}> ${MUTANT_ARGS})
  set_tests_properties(sim_mutant_${name} PROPERTIES LABELS sim TIMEOUT 600)
endfunction()

# ---- erasure ----------------------------------------------------------------------------------
porchlight_mutate(keep_carry FILE client/core/group.cpp
  FROM "  old.carry.reset();" TO "")
porchlight_mutant(keep_carry EXPECT erasure: ARGS --seed 1 --runs 4)

porchlight_mutate(keep_day_secret FILE client/core/group.cpp
  FROM "  old.days.close();" TO "")
porchlight_mutant(keep_day_secret EXPECT erasure: ARGS --seed 1 --runs 4)

porchlight_mutate(keep_days FILE client/core/group.cpp
  FROM "if (entry.first >= day || !entry.second.complete) return false;"
  TO "if (day > 0) return false;")
porchlight_mutant(keep_days EXPECT erasure: ARGS --seed 1 --runs 6)

porchlight_mutate(keep_branches FILE client/core/days.cpp
  FROM "  branches.erase(found);" TO "")
porchlight_mutant(keep_branches EXPECT erasure: ARGS --seed 1 --runs 4)

porchlight_mutate(keep_skipped_keys FILE client/core/chain.cpp
  FROM "    skipped_.erase(step.counter);" TO "")
porchlight_mutant(keep_skipped_keys EXPECT erasure:
  ARGS --group --seed 1 --runs 6 --conduct thief)

porchlight_mutate(keep_join FILE client/core/state_welcome.cpp
  FROM "    people.erase_join(done);" TO "    (void)done;")
porchlight_mutant(keep_join EXPECT erasure: ARGS --seed 1 --runs 4)

# ---- boundaries -------------------------------------------------------------------------------
porchlight_mutate(removal_without_fresh FILE client/core/state_propose.cpp
  FROM "const bool fresh_due = !amendment.removals.empty() || group.wishes().rekey ||"
  TO "const bool fresh_due = (amendment.size() == 0 && group.wishes().rekey) ||")
porchlight_mutate(removal_without_fresh FILE client/core/epoch.cpp
  FROM "const bool needed = !change.removed.empty() || parsed.body.ops().empty();"
  TO "const bool needed = parsed.body.ops().empty();")
porchlight_mutate(removal_without_fresh FILE client/core/epoch.cpp
  FROM "PORCHLIGHT_ASSERT(fresh || (amendment.removals.empty() && amendment.size() > 0));"
  TO "")
porchlight_mutant(removal_without_fresh EXPECT boundaries: ARGS --group --seed 1 --runs 4)

porchlight_mutate(read_the_removed FILE client/core/state_frames.cpp
  FROM "if (group.was_out(header->sender, wire::seq_hour(seq))) {" TO "if (seq == 0) {")
porchlight_mutant(read_the_removed EXPECT boundaries:
  ARGS --group --seed 1 --runs 6 --conduct thief)

porchlight_mutate(talk_on FILE client/core/state_frames.cpp
  FROM "  if (group.is_mute()) return;" TO "  if (group.is_still()) return;")
porchlight_mutate(talk_on FILE client/core/state_frames.cpp
  FROM "  if (group->is_mute() || has_list_pages(entry)) return false;" TO "")
porchlight_mutant(talk_on EXPECT boundaries: ARGS --group --seed 1 --runs 8 --conduct lead)

porchlight_mutate(grant_to_the_first_card FILE client/core/grants.cpp
  FROM "seal(member.card().seal_key, fresh.reveal())"
  TO "seal(member.request.card.seal_key, fresh.reveal())")
porchlight_mutant(grant_to_the_first_card EXPECT boundaries: ARGS --healing --seed 1)

# ---- agreement --------------------------------------------------------------------------------
porchlight_mutate(last_wins FILE client/core/state_control.cpp
  FROM "  if (!epoch.succeeded && group.awaited) {" TO "  if (false) {")
porchlight_mutant(last_wins EXPECT agreement: ARGS --seed 1 --runs 10 --conduct lead)

# ---- no silent change -------------------------------------------------------------------------
porchlight_mutate(anybody_leads FILE client/core/epoch.cpp
  FROM "if (!roster.is_lead(parsed->author) || !follows(*parsed, head)) return judgement;"
  TO "if (!follows(*parsed, head)) return judgement;")
porchlight_mutant(anybody_leads EXPECT "no silent change:"
  ARGS --seed 1 --runs 6 --conduct member)

porchlight_mutate(commit_unchecked FILE client/core/state_frames.cpp
  FROM "  auto opened = open_frame(context, *header, *chain);"
  TO "  auto opened = open_frame(context, *header, *chain);
  if (auto step = chain->look(header->counter); !opened && step) {
    group.commit(epoch, day_number, header->sender, std::move(step).value());
  }")
porchlight_mutant(commit_unchecked EXPECT "no silent change:"
  ARGS --seed 1 --runs 6 --conduct member)

porchlight_mutate(believe_two_histories FILE client/core/state_cards.cpp
  FROM "same->second.head.id == epoch) return;" TO "same->second.head.number == number) return;")
porchlight_mutant(believe_two_histories EXPECT "no silent change:" ARGS --split --seed 1 --runs 2)

# ---- the relay's view, and nothing lost -------------------------------------------------------
porchlight_mutate(second_spend_id FILE client/core/wallet.cpp
  FROM "    if (!coin.spend) coin.spend = random_.fixed<SpendId>();"
  TO "    coin.spend = random_.fixed<SpendId>();")
porchlight_mutant(second_spend_id EXPECT "relay view:" ARGS --seed 1 --runs 10)

porchlight_mutate(forget_taken_back FILE client/core/state_frames.cpp
  FROM "    if (!stays) messages.set_in_flight(group.id(), me.id(), entry.message, 0);" TO "")
porchlight_mutant(forget_taken_back EXPECT "nothing lost:" ARGS --seed 1 --runs 6)

# ---- clocks -----------------------------------------------------------------------------------
porchlight_mutate(propose_by_any_clock FILE client/core/state_propose.cpp
  FROM "if (!relay.clocks_checked(now) ||" TO "if (!relay.clocks_agree() ||")
porchlight_mutant(propose_by_any_clock EXPECT "no false alarm:" ARGS --group --seed 1 --runs 2)

porchlight_mutate(erase_in_doubt FILE client/core/relay_view.cpp
  FROM "return clocks_agree() && compared_at_ && !has_leapt(now) &&" TO "return compared_at_ &&")
porchlight_mutant(erase_in_doubt EXPECT "nothing lost:" ARGS --group --seed 1 --runs 2)

# ---- channels: erasure --------------------------------------------------------------------------
porchlight_mutate(keep_announcement FILE client/core/channel_announcement.cpp
  FROM "  journal_.erase(Table::channels, channel_key(channel_record::offered, id_, {epoch}));"
  TO "")
porchlight_mutant(keep_announcement EXPECT erasure: ARGS --channel --clients 7 --seed 1 --runs 4)

porchlight_mutate(keep_audience_seed FILE client/core/state_audience.cpp
  FROM "  invite.parcel.emplace(Invite::Parcel{std::move(keys.collect), std::move(keys.drop)});"
  TO "  invite.seed = *wire::InviteSeed::from(seed.reveal());")
porchlight_mutant(keep_audience_seed EXPECT erasure: ARGS --channel --clients 7 --seed 1)

# ---- channels: boundaries -----------------------------------------------------------------------
porchlight_mutate(grant_to_the_removed FILE client/core/state_channel_propose.cpp
  FROM "  const auto readers = channel.audience.readers();"
  TO "  auto readers = channel.audience.readers();
  static std::map<TagKey, GrantReader> all;
  for (const GrantReader& reader : readers) all.insert_or_assign(reader.tag_key, reader);
  readers.clear();
  for (const auto& [tag, reader] : all) readers.push_back(reader);")
porchlight_mutant(grant_to_the_removed EXPECT boundaries:
  ARGS --channel --clients 7 --seed 1 --runs 6)

porchlight_mutate(speak_with_known_keys FILE client/core/state_channel_propose.cpp
  FROM "         epoch.post->made_under < group.removal_epoch() ||" TO "")
porchlight_mutate(speak_with_known_keys FILE client/core/state_channel_talk.cpp
  FROM "    if (epoch.post->made_under < group->removal_epoch()) return;" TO "")
porchlight_mutate(speak_with_known_keys FILE client/core/state_channel_talk.cpp
  FROM "             channel->newest().post->made_under >= group->removal_epoch() &&" TO "")
porchlight_mutate(speak_with_known_keys FILE client/core/core_channels.cpp
  FROM "(channel.awaited || channel.newest().post->made_under < group->removal_epoch());"
  TO "channel.awaited.has_value();")
porchlight_mutant(speak_with_known_keys EXPECT boundaries:
  ARGS --channel --clients 7 --seed 9 --runs 4)

porchlight_mutate(listen_after_the_change FILE client/core/state_channel_talk.cpp
  FROM "  if (epoch.is_over_by(seq)) {" TO "  if (seq == 0) {")
porchlight_mutant(listen_after_the_change EXPECT boundaries:
  ARGS --channel --clients 7 --seed 1 --runs 6 --conduct thief)

# ---- channels: the relay's view -----------------------------------------------------------------
porchlight_mutate(one_tag_for_good FILE client/core/channel_schedule.cpp
  FROM "kdf_public<Digest>(key.view(), \"tag\", {channel, number, salt});"
  TO "kdf_public<Digest>(key.view(), \"tag\", {channel});")
porchlight_mutant(one_tag_for_good EXPECT "relay view:"
  ARGS --channel --clients 7 --seed 1 --runs 6)
