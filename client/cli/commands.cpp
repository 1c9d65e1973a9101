#include "client/cli/commands.hpp"

namespace porchlight::client {
namespace {

constexpr Command table[] = {
    {"join", "Follow an invite; without a link, go on with the one followed last",
     "porchlight join - --name Ana   (then paste the link)", define_join},
    {"group create", "Make a group that you lead", "porchlight group create dispatch --name Carla",
     define_group_create},
    {"group list", "The groups you are in", "porchlight group list", define_group_list},
    {"group show", "Who is in a group", "porchlight group show dispatch", define_group_show},
    {"group rekey", "Give everybody in a group new keys", "porchlight group rekey dispatch",
     define_group_rekey},
    {"group leave", "Be taken out of a group", "porchlight group leave dispatch",
     define_group_leave},
    {"member remove", "Take somebody out of a group", "porchlight member remove \"Ana (2)\"",
     define_member_remove},
    {"member keep", "Settle that somebody stays whom a lead wanted out",
     "porchlight member keep Ana", define_member_keep},
    {"member role", "Make somebody a lead, or a member again", "porchlight member role Ana lead",
     define_member_role},
    {"invite new", "Make a link that lets one person ask to join, or all who come to an evening",
     "porchlight invite new --to \"Ana, 5th & Oak\" --group dispatch --expires 2h\n"
     "         porchlight invite new --to \"Training on Thursday\" --group dispatch --uses 40 "
     "--auto-approve 40\n           --expires 3h --qr",
     define_invite_new},
    {"invite list", "Invites you made, and what became of them", "porchlight invite list",
     define_invite_list},
    {"invite revoke", "Take an invite back", "porchlight invite revoke I-7QK",
     define_invite_revoke},
    {"channel create", "Make a channel, by which a group speaks to many",
     "porchlight channel create pickup-lincoln --group dispatch", define_channel_create},
    {"channel list", "Your channels, on either side", "porchlight channel list",
     define_channel_list},
    {"channel show", "How a channel stands", "porchlight channel show pickup-lincoln",
     define_channel_show},
    {"channel audience", "Whom a channel reaches, for the group",
     "porchlight channel audience pickup-lincoln", define_channel_audience},
    {"channel audience remove", "Take somebody out of the audience; the others get new keys",
     "porchlight channel audience remove pickup-lincoln \"Dan\"", define_channel_audience_remove},
    {"requests", "Who asks to join, with the words to compare", "porchlight requests",
     define_requests},
    {"approve", "Let people in who asked", "porchlight approve R-7QK", define_approve},
    {"deny", "Turn a request down", "porchlight deny R-7QK", define_deny},
    {"post", "Say something to a group", "porchlight post dispatch \"Use the north gate\"",
     define_post},
    {"sighting post", "Report what you see (SALUTE)",
     "porchlight sighting post dispatch --where \"5th & Oak\" --activity \"two vans\" --size 3",
     define_sighting_post},
    {"sighting list", "Sightings and how they stand", "porchlight sighting list dispatch",
     define_sighting_list},
    {"sighting show", "All about one sighting", "porchlight sighting show S-4K7",
     define_sighting_show},
    {"sighting claim", "Say that you go and look", "porchlight sighting claim S-4K7 --eta 10",
     define_sighting_claim},
    {"sighting confirm", "Say that it is so",
     "porchlight sighting confirm S-4K7 --basis \"seen by me\"", define_sighting_confirm},
    {"sighting dismiss", "Say that it is not, or not any more",
     "porchlight sighting dismiss S-4K7 --as not-enforcement --basis \"a delivery van\"",
     define_sighting_dismiss},
    {"sighting close", "Put a sighting away", "porchlight sighting close S-4K7 --note \"all left\"",
     define_sighting_close},
    {"alert send", "Tell a channel's whole audience, and ask it",
     "porchlight alert send pickup-lincoln \"Use the north gate\" --sighting S-4K7 --ack \"on my "
     "way,can't\" --expires 2h",
     define_alert_send},
    {"alert ack", "Answer an alert", "porchlight alert ack A-9QX \"on my way\"", define_alert_ack},
    {"alert list", "Alerts and how they stand", "porchlight alert list", define_alert_list},
    {"alert show", "All about one alert", "porchlight alert show A-9QX", define_alert_show},
    {"alert status", "Who answered what, and who is silent",
     "porchlight alert status A-9QX --missing", define_alert_status},
    {"alert clear", "Say that it is over, to everybody who had the alert",
     "porchlight alert clear A-9QX --left \"Thank you all\"", define_alert_clear},
    {"listen", "Stay connected and print what comes", "porchlight listen --since 2h",
     define_listen},
    {"watch", "The board to run a night from, on the whole terminal", "porchlight watch",
     define_watch},
    {"sync", "Send what is queued, fetch what is there", "porchlight sync", define_sync},
    {"outbox list", "What is queued here and not yet at the relay", "porchlight outbox list",
     define_outbox_list},
    {"verify", "The six words to compare with somebody", "porchlight verify Ana", define_verify},
    {"doctor", "How things stand, and what to do about it", "porchlight doctor", define_doctor},
    {"vault backup", "Write a copy of the vault, under the same passphrase",
     "porchlight vault backup /media/stick/porchlight.backup", define_vault_backup},
    {"vault restore", "Make a vault of a backup, where there is none",
     "porchlight vault restore /media/stick/porchlight.backup", define_vault_restore},
    {"vault wipe", "Destroy the vault for good; needs no passphrase", "porchlight vault wipe --yes",
     define_vault_wipe},
};

struct Family {
  std::string_view name;
  std::string_view summary;
};
constexpr Family families[] = {
    {"group", "Groups: people who know each other"},
    {"member", "Who is in a group, as leads change it"},
    {"invite", "Invites: links that let people ask to join"},
    {"channel", "Channels: a group speaks to an audience"},
    {"alert", "Alerts, from the call to the all-clear"},
    {"sighting", "Sightings, from report to closure"},
    {"outbox", "What is queued here"},
    {"vault", "The vault on this device: backups, and its end"},
};

}  // namespace

std::span<const Command> all_commands() { return table; }

std::string_view family_summary(std::string_view family) {
  for (const Family& known : families) {
    if (known.name == family) return known.summary;
  }
  return "";
}

}  // namespace porchlight::client
