#!/usr/bin/env bash
# Installs the Debian 12 packages that building (and testing) Porchlight needs. What is there
# already is left alone, so it can be run again at any time and without a network.
# usage: deploy/packages.sh build|demo|test
set -euo pipefail

build_packages=(
  g++ cmake gettext ninja-build pkg-config protobuf-compiler
  libboost1.81-dev libcli11-dev libfmt-dev libgdk-pixbuf-2.0-dev libhowardhinnant-date-dev
  libncurses-dev libprotobuf-dev libqrencode-dev libsodium-dev libspdlog-dev libsqlite3-dev
  libsqlitecpp-dev libssl-dev libtomlplusplus-dev nlohmann-json3-dev tzdata
)
demo_packages=("${build_packages[@]}" sqlite3)
test_packages=(
  "${build_packages[@]}"
  ca-certificates clang-14 groff-base libclang-rt-14-dev libgmock-dev libgtest-dev openssl rapidjson-dev
  systemd
)

case "${1:-}" in
  build) wanted=("${build_packages[@]}") ;;
  demo) wanted=("${demo_packages[@]}") ;;
  test) wanted=("${test_packages[@]}") ;;
  *) echo "usage: deploy/packages.sh build|demo|test" >&2; exit 2 ;;
esac

missing=()
for package in "${wanted[@]}"; do
  state=$(dpkg-query -W -f '${Status}' "$package" 2>/dev/null || true)
  [[ $state == "install ok installed" ]] || missing+=("$package")
done
if ((${#missing[@]} == 0)); then exit 0; fi

as_root=()
if ((EUID != 0)); then as_root=(sudo); fi
echo "Installing from Debian: ${missing[*]}" >&2
log=$(mktemp)
trap 'rm -f "$log"' EXIT
if ! { "${as_root[@]}" apt-get update &&
       "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
         apt-get install -y --no-install-recommends "${missing[@]}"; } >"$log" 2>&1; then
  tail -n 20 "$log" >&2
  echo "apt-get could not install the packages; its last words are above." >&2
  exit 1
fi
