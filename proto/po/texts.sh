#!/usr/bin/env bash
# Writes every text of the programs that a person reads, as a template for msginit and msgmerge.
# usage: proto/po/texts.sh > texts.pot
set -euo pipefail
cd "$(dirname "$0")/../.."
find client relay proto -name '*.[ch]pp' | LC_ALL=C sort |
  xgettext --files-from=- --language=C++ --from-code=UTF-8 --keyword --keyword=tr:1 \
           --keyword=tr:1,2 --keyword=mark:1 --no-location --sort-output --output=- 2>/dev/null |
  sed 's/charset=CHARSET/charset=UTF-8/'
