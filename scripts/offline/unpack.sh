#!/bin/sh
# Makes soarlab of the parts beside this file, without a network: sh unpack.sh [FOLDER]
# FOLDER is made, by default ./soarlab-offline. PYTHON names the Python @PYTHON@ to use.
set -eu
parts=$(cd "$(dirname "$0")" && pwd)
target=${1:-soarlab-offline}

fail() {
  echo "unpack: $*" >&2
  exit 1
}

ready() {
  echo "soarlab is ready in $target. Try it:"
  echo "  $target/bin/soarlab run gym --set outerSteps=1 --out runs/first"
  exit 0
}

[ ! -e "$target/.unpacked" ] || ready
[ ! -e "$target" ] || fail "$target exists and is no whole installation: remove it, or name another folder"
[ "$(uname -sm)" = "@PLATFORM@" ] || fail "the bundle is for @PLATFORM@; this is $(uname -sm)"

python=${PYTHON:-python@PYTHON@}
"$python" -c 'import sys; sys.exit(sys.version.split(".")[:2] != "@PYTHON@".split("."))' ||
  fail "$python is not Python @PYTHON@, which the bundle's wheels are for; set PYTHON to one"
"$python" -c 'import @MODULES@' || fail "$python lacks a module; the bundle needs @MODULES@"

if command -v sha256sum >/dev/null; then sum=sha256sum; else sum="shasum -a 256"; fi
wrong=
while read -r hash name; do
  if [ ! -e "$parts/$name" ]; then
    wrong="$wrong $name (missing)"
  elif [ "$($sum <"$parts/$name" | cut -c 1-64)" != "$hash" ]; then
    wrong="$wrong $name (damaged)"
  fi
done <"$parts/SHA256SUMS"
[ -z "$wrong" ] || fail "copy these again to $parts:$wrong"

mkdir -p "$(dirname "$target")"
free=$(df -Pk "$(dirname "$target")" | awk 'NR == 2 { print int($4 / 1024) }')
[ "$free" -ge "@MEGABYTES@" ] || fail "$free MB are free where $target goes; @MEGABYTES@ MB are needed"

mkdir "$target"
(cd "$parts" && cut -c 67- SHA256SUMS | xargs cat) | tar -xzf - -C "$target" ||
  fail "the parts could not be unpacked: remove $target, see to what tar says, and run this again"

venv=$target/toolkit/.venv
# shellcheck disable=SC2086 # options, not a name
"$python" -m venv @VENV_OPTIONS@ "$venv" &&
  PIP_CONFIG_FILE=/dev/null "$venv/bin/python" -m pip install --quiet --disable-pip-version-check \
    --no-index --no-cache-dir --find-links "$target/wheels" -r "$target/requirements.txt" ||
  fail "the Python environment could not be made: remove $target, see to the above, and run this again"
rm -r "$target/wheels"
touch "$target/.unpacked"
ready
