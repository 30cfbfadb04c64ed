# What Strata needs beside a Swift toolchain, and how to install what is missing. Sourced by ./start and ./check.

# Debian and Ubuntu packages: the screen, the line editor, compressed files, pictures, checksums, matrix products,
# drawings as pixels and their letters.
packages="libncurses-dev libreadline-dev zlib1g-dev libpng-dev libssl-dev libdnnl-dev ncurses-term librsvg2-2 \
fonts-dejavu-core"

say() { printf '%s\n' "strata: $*" >&2; }

install_missing() {
  command -v swift >/dev/null 2>&1 || {
    say "no 'swift' in PATH: install Swift 6.1 or newer from https://www.swift.org/install and try again"
    exit 1
  }
  command -v dpkg-query >/dev/null 2>&1 || {
    say "this is no Debian or Ubuntu, so nothing is installed; needed are the development files of"
    say "ncurses (wide), readline, zlib, libpng, OpenSSL and oneDNN; for PNG also librsvg and a font"
    return 0
  }
  missing=""
  for package in $packages; do
    [ "$(dpkg-query -W -f='${db:Status-Abbrev}' "$package" 2>/dev/null)" = "ii " ] || missing="$missing $package"
  done
  [ -n "$missing" ] || return 0
  say "installing$missing"
  as_root=""
  if [ "$(id -u)" -ne 0 ]; then
    command -v sudo >/dev/null 2>&1 || {
      say "this needs root: run as root, or first: apt-get install$missing"
      exit 1
    }
    as_root="sudo"
  fi
  $as_root env DEBIAN_FRONTEND=noninteractive apt-get update -q >/dev/null || say "apt-get update failed; trying all the same"
  # shellcheck disable=SC2086
  $as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends $missing >/dev/null || {
    say "could not install$missing"
    exit 1
  }
}
