#!/usr/bin/env bash
# Everything, from installing what is missing to the last test:  ./test.sh [fast] [judge] [browser] [real]
# Without a word all lanes run. The last line is the sum: "12 passed, 0 failed, 0 skipped".
set -uo pipefail
cd "$(dirname "$0")"
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1 MSBUILDDISABLENODEREUSE=1

lanes=("$@")
[ ${#lanes[@]} -gt 0 ] || lanes=(fast judge browser real)
passed=0 failed=0 skipped=0
broken=()
why=()
results=$(mktemp -d)
trap 'rm -rf "$results"' EXIT

say() { printf '\n== %s\n' "$*"; }

# check NAME COMMAND...: one check of the build floor counts as one test.
check() {
  local name=$1 start=$SECONDS; shift
  if "$@" > "$results/check.log" 2>&1; then
    passed=$((passed + 1)); printf 'ok    %s (%ss)\n' "$name" $((SECONDS - start))
  else
    failed=$((failed + 1)); broken+=("$name"); printf 'FAIL  %s (%ss)\n' "$name" $((SECONDS - start)); tail -n 40 "$results/check.log"
    return 1
  fi
}

# install PACKAGE...: brings Debian packages that are missing.
install() {
  local missing=()
  for package in "$@"; do dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q 'install ok installed' || missing+=("$package"); done
  [ ${#missing[@]} -eq 0 ] && return 0
  command -v apt-get > /dev/null || { echo "missing: ${missing[*]}"; return 1; }
  apt-get update -qq > /dev/null 2>&1
  DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" > "$results/apt.log" 2>&1 || { tail -n 20 "$results/apt.log"; return 1; }
}

# run LANE: the tests of one lane; their numbers are added to the sum.
run() {
  local log="$results/$1.log"
  dotnet test Portal.Tests --no-build --nologo --settings "Portal.Tests/$1.runsettings" --logger "console;verbosity=normal" > "$log" 2>&1
  local code=$? line
  grep -vE '^\s+(Passed|Standard Output Messages)|^\s*$|^\[xUnit' "$log" | tail -n 150
  line=$(grep -aE '^(Passed!|Failed!|Skipped!|Total tests:)|^ +(Passed|Failed|Skipped): ' "$log" | tail -n 5 | tr '\n' ' ')
  local p f s
  p=$(grep -aoE '^ +Passed: [0-9]+' "$log" | tail -1 | grep -oE '[0-9]+'); f=$(grep -aoE '^ +Failed: [0-9]+' "$log" | tail -1 | grep -oE '[0-9]+'); s=$(grep -aoE '^ +Skipped: [0-9]+' "$log" | tail -1 | grep -oE '[0-9]+')
  passed=$((passed + ${p:-0})); failed=$((failed + ${f:-0})); skipped=$((skipped + ${s:-0}))
  while IFS= read -r name; do broken+=("$1: $name"); done < <(grep -aoE '^  Failed [^ ].*' "$log" | sed 's/^  Failed //')
  # A cut log still says at its end what each one said.
  why+=("$(awk '/^  Failed [^ ]/ { print; left = 0 } /^  Error Message:/ { left = 9 } left-- > 0 { print substr($0, 1, 300) }' "$log")")
  if [ $code -ne 0 ] && [ "${f:-0}" -eq 0 ]; then broken+=("$1: the lane ended with code $code"); failed=$((failed + 1)); echo "the $1 lane ended with code $code: $line"; fi
}

build() { dotnet build Portal.sln --nologo -v q; }

fresh_assets() {
  (cd wwwroot-assets && npm ci --ignore-scripts --no-audit --no-fund && node build.mjs) && git diff --exit-code --stat -- Portal/wwwroot/lib && [ -z "$(git status --porcelain -- Portal/wwwroot/lib)" ]
}

lane() {
  local start=$SECONDS
  say "$1"
  case $1 in
    fast)
      check "the front-end files are what wwwroot-assets builds" fresh_assets
      check "formatting" dotnet format whitespace Portal.sln --verify-no-changes --no-restore
      check "a release build has no sandbox in it" dotnet build Portal -c Release --nologo -v q
      run fast ;;
    judge) run judge ;;
    browser)
      check "Chromium is there" install chromium && run browser ;;
    real)
      check "Chromium is there" install chromium
      # Without network this fails here, and the lab's tests with it: they are never left out in silence.
      check "real clients and servers are there" deploy/lab/install.sh clients base openstack && check "the lab is up" deploy/lab/up.sh
      run real
      deploy/lab/stop.sh > /dev/null ;;
    *) echo "unknown lane $1: fast, judge, browser or real"; failed=$((failed + 1)) ;;
  esac
  printf '%s lane: %d min %02d s\n' "$1" $(((SECONDS - start) / 60)) $(((SECONDS - start) % 60))
}

if check "the solution builds without a warning" build; then
  for name in "${lanes[@]}"; do lane "$name"; done
fi

# Named once more where a cut log still shows them.
[ ${#broken[@]} -eq 0 ] || { printf '\nwhat they said:\n'; [ ${#why[@]} -eq 0 ] || printf '%s\n' "${why[@]}"; printf '\nfailed:\n'; printf '  %s\n' "${broken[@]}"; }
printf '\nall lanes: %d min %02d s\n%d passed, %d failed, %d skipped\n' $((SECONDS / 60)) $((SECONDS % 60)) "$passed" "$failed" "$skipped"
[ "$failed" -eq 0 ]
