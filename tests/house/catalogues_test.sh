#!/usr/bin/env bash
# catalogues.sh finds what it is for: each fault below is made in a copy of the Spanish catalogue.
# usage: tests/house/catalogues_test.sh SOURCE-FOLDER
set -euo pipefail
source=$(cd "$1" && pwd)
check=$source/tests/house/catalogues.sh
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# A text that every version of the programs has, with a place in it.
text='there is no invite {}'
good='msgid "there is no invite {}"\nmsgstr "no hay ninguna invitación {}"'
must_find() {  # FAULT NEW-ENTRY
  perl -0pe "BEGIN { \$new = shift } s/\Q$(printf "$good")\E/\$new/ or die" "$(printf "$2")" \
    "$source/proto/po/es.po" >"$work/es.po"
  if "$check" "$source" "$work/es.po" 2>"$work/told"; then
    echo "not found: $1" >&2
    exit 1
  fi
  grep -qF "$3" "$work/told" || { echo "found for another reason: $1"; cat "$work/told"; exit 1; } >&2
}

must_find "a missing text" '' "without a translation"
must_find "an empty translation" "msgid \"$text\"\nmsgstr \"\"" "without a translation"
must_find "a fuzzy one" "#, fuzzy\n$good" "without a translation"
must_find "one that no source has" "$good\n\nmsgid \"there was an invite\"\nmsgstr \"hubo una\"" "alone"
must_find "a lost place" "msgid \"$text\"\nmsgstr \"no hay ninguna\"" "places that do not fit"
must_find "a place too many" "msgid \"$text\"\nmsgstr \"no hay {} {1}\"" "places that do not fit"
