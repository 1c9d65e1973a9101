#!/usr/bin/env bash
# Installs, builds, and runs Porchlight's main job on the screen: a relay on loopback, an operator's
# first invite, a coordinator and a watcher who join, a sighting posted, seen, confirmed and
# answered; then a dozen volunteers who are alerted, answer and get the all-clear. After each step
# it shows what the relay could see.
# usage: deploy/demo.sh [--keep DIR] [--no-build]
#   --keep DIR   leave relay and vaults in DIR, so that you can go on by hand
#   --no-build   use what build/release holds already
set -euo pipefail
cd "$(dirname "$0")/.."

keep= build=yes
while (($#)); do
  case "$1" in
    --keep) keep=${2:?--keep needs a folder}; shift 2 ;;
    --no-build) build=; shift ;;
    *) sed -n '2,8s/^# //p' "$0"; exit 2 ;;
  esac
done

bold= dim= plain=
if [[ -t 1 && -z ${NO_COLOR:-} ]]; then bold=$'\e[1m' dim=$'\e[2m' plain=$'\e[0m'; fi
say() { printf '\n%s%s%s\n' "$bold" "$*" "$plain"; }
note() { printf '%s  %s%s\n' "$dim" "$*" "$plain"; }
fail() { printf '\nThe demo stopped: %s\n' "$*" >&2; exit 1; }

if [[ -n $build ]]; then
  deploy/packages.sh demo
  say "Building (a few minutes the first time)"
  cmake --preset release >/dev/null
  cmake --build build/release -j "$(nproc)" --target porchlight porchlightd
fi
porchlightd=$PWD/build/release/relay/porchlightd
porchlight=$PWD/build/release/client/porchlight
[[ -x $porchlightd && -x $porchlight ]] || fail "build/release holds no programs; run it without --no-build"

# ---- the stage -------------------------------------------------------------------------------
if [[ -n $keep ]]; then
  [[ ! -e $keep ]] || fail "$keep exists already; name a new folder"
  mkdir -p "$keep"
  stage=$(cd "$keep" && pwd)
else
  stage=$(mktemp -d)
fi
chmod 700 "$stage"
relay_data=$stage/relay
relay_log=$stage/relay.log
relay_pid= listen_pid=

finish() {
  [[ -z $listen_pid ]] || kill "$listen_pid" 2>/dev/null || true
  [[ -z $relay_pid ]] || { kill "$relay_pid" 2>/dev/null && wait "$relay_pid" 2>/dev/null; } || true
  [[ -n $keep ]] || rm -rf "$stage"
}
trap finish EXIT

free_port() {
  local port
  for port in $(shuf -i 20000-32000 -n 50); do
    if ! (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; then echo "$port"; return; fi
  done
  fail "no free port on loopback"
}

# Each person has a vault and a passphrase of their own.
volunteers=(Amaya Bruno Celia Dario Elena Fidel Greta Hugo Ilse Joaquin Keiko Lucho)
for person in rosa wren "${volunteers[@]}"; do
  head -c 12 /dev/urandom | base64 >"$stage/$person.passphrase"
  chmod 600 "$stage/$person.passphrase"
done
as() {
  local person=$1; shift
  PORCHLIGHT_PASSPHRASE_FILE=$stage/$person.passphrase \
    "$porchlight" --vault "$stage/$person" "$@"
}
# Shows a person's command, runs it, shows what it says.
run() {
  local person=$1; shift
  printf '\n%s%s$ porchlight %s%s\n' "$bold" "$person" "${*@Q}" "$plain"
  as "$person" "$@" 2>&1 | tee "$stage/last"
}
wait_for() {  # wait_for TEXT FILE: until a line of the file holds the text
  local deadline=$((SECONDS + 20))
  until grep -qF -- "$1" "$2" 2>/dev/null; do
    ((SECONDS < deadline)) || fail "nothing with '$1' came within 20 s"
    sleep 0.05
  done
}
link_in() { grep -o 'porchlight:j/[A-Za-z0-9_-]*' "$1" | head -n 1; }

# What the relay's database holds that it did not hold before: this is all that there is to see.
seen_up_to=0
relay_sees() {
  local rows
  rows=$(sqlite3 -readonly -separator ' ' "$relay_data/relay.db" \
    "select max(e.id), count(*), lower(hex(substr(m.name, 1, 4))), length(e.bytes)
       from envelope e join mailbox m on m.id = e.mailbox where e.id > $seen_up_to
       group by e.mailbox, length(e.bytes) order by min(e.id)")
  if [[ -z $rows ]]; then note "The relay sees: nothing new."; return; fi
  note "The relay sees:"
  while read -r id count mailbox size; do
    if ((count == 1)); then
      note "  a box of $size bytes in mailbox $mailbox…"
    else
      note "  $count boxes of $size bytes in mailbox $mailbox…"
    fi
    ((id <= seen_up_to)) || seen_up_to=$id
  done <<<"$rows"
}

# ---- the main job ----------------------------------------------------------------------------
say "1. An operator sets up a relay on loopback, with an identity of its own."
port=$(free_port)
"$porchlightd" init --data "$relay_data" --host "127.0.0.1:$port" --listen "127.0.0.1:$port"
"$porchlightd" run --data "$relay_data" >"$relay_log" 2>&1 &
relay_pid=$!
deadline=$((SECONDS + 20))
until (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; do
  kill -0 "$relay_pid" 2>/dev/null || { cat "$relay_log" >&2; fail "the relay did not start"; }
  ((SECONDS < deadline)) || fail "the relay does not answer"
  sleep 0.05
done

say "2. The operator prints a first invite. Who takes it, the relay will never know."
"$porchlightd" invite --data "$relay_data" --inviter | tee "$stage/last"
relay_sees

say "3. Rosa, a coordinator, joins from the link and makes the group 'dispatch'."
link_in "$stage/last" >"$stage/link"
run rosa join - --name Rosa <"$stage/link"
run rosa group create dispatch
relay_sees

say "4. She invites a neighbor. The link is for one person, for an hour."
run rosa invite new --to "Wren from the corner" --group dispatch
link_in "$stage/last" >"$stage/link"
relay_sees

say "5. Wren joins from the link. That is a request: Rosa decides."
run wren join - --name Wren <"$stage/link"
relay_sees
run rosa requests
request=$(grep -o 'R-[0-9A-Z]*' "$stage/last" | head -n 1)
run rosa approve "$request"
relay_sees
run wren sync

say "6. Both compare six words, on the phone or at the door. They are the same."
run rosa verify Wren
rosa_words=$(as rosa verify Wren --json | grep -o '"words":\[[^]]*\]')
run wren verify Rosa
wren_words=$(as wren verify Rosa --json | grep -o '"words":\[[^]]*\]')
[[ -n $rosa_words && $rosa_words == "$wren_words" ]] || fail "the safety words differ"

say "7. Rosa listens. Wren sees something, and posts it."
PORCHLIGHT_PASSPHRASE_FILE=$stage/rosa.passphrase "$porchlight" --vault "$stage/rosa" listen \
  >"$stage/rosa.listen" 2>"$stage/rosa.status" &
listen_pid=$!
wait_for listening "$stage/rosa.status"
began=$EPOCHREALTIME
run wren sighting post dispatch --size 3 --activity "two vans, one officer at a door" \
  --where "5th & Oak" --uniform "dark vests, no names" --equipment "radios" --first-hand
posted=$EPOCHREALTIME
sighting=$(grep -o 'S-[0-9A-Z]*' "$stage/last" | head -n 1)
wait_for "5th & Oak" "$stage/rosa.listen"
seen=$EPOCHREALTIME
printf '\n%srosa$ porchlight listen%s\n' "$bold" "$plain"
cat "$stage/rosa.listen"
ms() { echo $((${2/./} / 1000 - ${1/./} / 1000)); }
note "Posted in $(ms "$began" "$posted") ms, passphrase included; on Rosa's screen \
$(ms "$posted" "$seen") ms after that."
relay_sees

say "8. Rosa confirms it and answers."
kill "$listen_pid"; wait "$listen_pid" 2>/dev/null || true; listen_pid=
run rosa sighting claim "$sighting" --eta 5
run rosa sighting confirm "$sighting" --basis "seen by me from the corner"
run rosa post dispatch "Thank you, Wren. Legal team is told. Stay on your side of the street."
relay_sees

say "9. Wren sees both."
run wren sync
run wren sighting show "$sighting"
grep -q "confirmed" "$stage/last" || fail "Wren does not see the confirmation"
run wren listen --once
grep -q "Legal team is told" "$stage/last" || fail "Wren does not see the answer"

say "10. Rosa makes a channel for school pickups, and one link for the wall of the training room."
run rosa channel create pickup-lincoln --group dispatch
run rosa invite new --as audience --channel pickup-lincoln --to "the training room" --uses 12
link_in "$stage/last" >"$stage/link"
relay_sees

say "11. A dozen volunteers follow it. Nobody of the group is online; each reads at once."
for person in "${volunteers[@]}"; do
  as "$person" join - --name "$person" <"$stage/link" >"$stage/joined" 2>&1 \
    || { cat "$stage/joined" >&2; fail "$person could not join"; }
done
note "What $person sees:"
cat "$stage/joined"
relay_sees
run rosa channel audience pickup-lincoln

say "12. She alerts them. It rests on the confirmed sighting; any other would be refused."
run rosa alert send pickup-lincoln "Use the north gate today" \
  --text "es=Hoy por la puerta norte" --sighting "$sighting" --urgency now --expires 2h
alert=$(grep -o 'A-[0-9A-Z]*' "$stage/last" | head -n 1)
relay_sees

say "13. Eleven answer, each after a random moment. They see who asks: the channel, and no person."
for i in "${!volunteers[@]}"; do
  ((i < 11)) || break
  as "${volunteers[i]}" alert ack "$alert" $((i % 3 == 2 ? 2 : 1)) >/dev/null 2>"$stage/ack.$i" &
  acks[i]=$!
done
for i in "${!acks[@]}"; do
  wait "${acks[i]}" || { cat "$stage/ack.$i" >&2; fail "${volunteers[i]} could not answer"; }
done
run "${volunteers[0]}" alert show "$alert"
if grep -qF Rosa "$stage/last"; then fail "a volunteer sees which coordinator spoke"; fi
run rosa alert status "$alert" --missing
grep -q "silent 1" "$stage/last" || fail "not everybody who answered was counted"
run rosa alert send --again "$alert"
run Lucho listen --once
relay_sees

say "14. It is over. The all-clear stands beside the alert, on every device that had it."
run rosa alert clear "$alert" --left "Thank you all"
run Lucho alert list
grep -q "Thank you all" "$stage/last" || fail "the all-clear did not come"
relay_sees

say "15. What would a seizure of this relay give away? Its folder and log, searched for every name and text:"
kill "$relay_pid"; wait "$relay_pid" 2>/dev/null || true; relay_pid=
for text in Rosa Wren "from the corner" dispatch "two vans" "5th & Oak" "dark vests" radios \
  "Legal team" "seen by me" "$sighting" "${volunteers[@]}" pickup-lincoln "training room" \
  "north gate" "puerta norte" "on my way" "Thank you all" "$alert"; do
  if grep -rqaF -- "$text" "$relay_data" "$relay_log"; then fail "the relay holds '$text'"; fi
  printf '  not there: %s\n' "$text"
done
printf '  there:     %s boxes in %s mailboxes, %s bytes in all\n' $(sqlite3 -readonly -separator ' ' \
  "$relay_data/relay.db" "select count(*), count(distinct mailbox), sum(length(bytes)) from envelope")

say "Done."
if [[ -n $keep ]]; then
  cat <<TXT
Everything is kept in $stage. To go on by hand:
  $porchlightd run --data $relay_data &
  export PORCHLIGHT_PASSPHRASE_FILE=$stage/rosa.passphrase
  $porchlight --vault $stage/rosa listen
and as Wren, in another terminal:
  export PORCHLIGHT_PASSPHRASE_FILE=$stage/wren.passphrase
  $porchlight --vault $stage/wren post dispatch "Still here."
TXT
fi
