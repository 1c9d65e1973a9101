#!/usr/bin/env bash
# Holds every catalogue of proto/po against the texts in the sources: each is there once, translated,
# not fuzzy, with the same places for what varies, and none is left that no source has.
# usage: tests/house/catalogues.sh SOURCE-FOLDER [LANGUAGE.po ...]
set -euo pipefail
export LC_ALL=C.UTF-8 LANGUAGE=
source=$1
shift
catalogues=("$@")
((${#catalogues[@]})) || catalogues=("$source"/proto/po/*.po)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

"$source/proto/po/texts.sh" >"$work/texts.pot"
[[ $(grep -c '^msgid' "$work/texts.pot") -gt 500 ]] || { echo "no texts were found" >&2; exit 1; }

bad=0
for catalogue in "${catalogues[@]}"; do
  # gettext knows {0} as Python's, and {} only by a name: what is missing or too many is an error.
  sed -e '/^msgid "/i #, python-brace-format' -e 's/{}/{it}/g' "$catalogue" >"$work/places.po"
  msgfmt --check-format --check-header --output-file=/dev/null "$work/places.po" 2>"$work/told" || {
    echo "$catalogue: places that do not fit:"; grep -v 'warning: header field' "$work/told"; bad=1; } >&2
  # Missing, empty or fuzzy.
  msgcmp "$catalogue" "$work/texts.pot" 2>"$work/told" || {
    echo "$catalogue: texts without a translation:"; cat "$work/told"; bad=1; } >&2
  msgattrib --no-obsolete --translated --no-fuzzy "$catalogue" >"$work/good.po"
  msgcomm --unique --no-location --output-file="$work/odd.po" "$work/texts.pot" "$work/good.po"
  if [[ -e $work/odd.po ]]; then  # it is written only where there are any
    { echo "$catalogue: in the catalogue or in the sources alone:"; sed '1,/^$/d' "$work/odd.po"; } >&2
    bad=1
  fi
  rm -f "$work/odd.po"
done
exit $bad
