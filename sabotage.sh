#!/usr/bin/env bash
# Proves that tests can fail:  ./sabotage.sh [name…]
# Makes the small changes of Portal.Tests/Sabotage/sabotages.json one at a time, each of which must turn its test red.
# Works on HEAD in a git worktree of its own, so the checkout is never touched; SABOTAGE_FOLDER keeps that worktree (and
# what was built there) for the next time.
set -uo pipefail
cd "$(dirname "$0")"
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1
list=$PWD/Portal.Tests/Sabotage/sabotages.json
folder=${SABOTAGE_FOLDER:-$(mktemp -d)}
tree=$folder/tree
mkdir -p "$folder"
exec 8> "$folder/lock"
flock -n 8 || { echo "another run uses $folder"; exit 2; }
[ -n "$(git status --porcelain -- Portal Portal.Core Portal.Sandbox Portal.Tests)" ] && echo "note: what is not committed is not in it"

leave() { [ -n "${SABOTAGE_FOLDER:-}" ] || { git worktree remove --force "$tree" 2> /dev/null; rm -rf "$folder"; }; }
trap leave EXIT
trap 'exit 130' INT TERM

if [ -d "$tree" ]; then git -C "$tree" checkout -q --force --detach "$(git rev-parse HEAD)"
else git worktree add -q --detach "$tree" HEAD; fi || exit 2
# Recordings lie beside the checkout, where there are any.
[ -d ../shared ] && ln -sfn "$(realpath ../shared)" "$folder/shared"

# ask NAME FIELD: a field of an entry; without a name all names.
ask() { python3 -c 'import json,sys
entries = json.load(open(sys.argv[1]))
print("\n".join(e[sys.argv[3]] for e in entries if e["name"] == sys.argv[2] or not sys.argv[2]), end="")' "$list" "$1" "$2"; }

# spoil NAME: makes the change.
spoil() { python3 -c 'import json,sys
entry = next(e for e in json.load(open(sys.argv[1])) if e["name"] == sys.argv[2])
path = sys.argv[3] + "/" + entry["file"]
text = open(path, newline="").read()
assert text.count(entry["find"]) == 1, "the text to find is not there once"
open(path, "w", newline="").write(text.replace(entry["find"], entry["replace"]))' "$list" "$1" "$tree"; }

# Style is of no interest in what is thrown away.
build() { (cd "$tree" && dotnet build Portal.Tests -v q --nologo -p:RunAnalyzers=false -p:TreatWarningsAsErrors=false -p:EnforceCodeStyleInBuild=false) > "$folder/build.log" 2>&1; }
# Whatever lane a test is of: it was asked for by its name.
tests() { (cd "$tree" && dotnet test Portal.Tests --no-build --nologo -p:RunSettingsFilePath= --filter "$1") > "$folder/test.log" 2>&1; }

# Read whole before it runs: the file may change meanwhile.
run() {
  if [ $# -gt 0 ]; then names=("$@"); else mapfile -t names < <(ask "" name; echo); fi
  filter=
  for name in "${names[@]}"; do
    test=$(ask "$name" test)
    [ -n "$test" ] || { echo "$name: no such sabotage"; exit 2; }
    filter+="${filter:+|}FullyQualifiedName~$test"
  done

  build || { tail -n 20 "$folder/build.log"; echo "HEAD does not build"; exit 2; }
  tests "$filter" || { grep -E '^ +Failed |error' "$folder/test.log" | head -n 20; echo "these tests are red without any sabotage"; exit 2; }

  wrong=0
  for name in "${names[@]}"; do
    start=$SECONDS
    if ! spoil "$name" 2> /dev/null; then verdict="CANNOT BE MADE: the text to find is not there once"
    elif ! build; then verdict="DOES NOT BUILD: $(grep -m1 -oE 'error [A-Z]+[0-9]+: .*' "$folder/build.log" | cut -c1-160)"
    elif tests "FullyQualifiedName~$(ask "$name" test)"; then
      if grep -qE '^Passed!' "$folder/test.log"; then verdict="STILL GREEN"; else verdict="NO TEST RAN"; fi
    elif grep -qE '^ +Failed ' "$folder/test.log"; then verdict="red as it must be"
    else verdict="BROKE OFF: $(tail -n 1 "$folder/test.log" | cut -c1-160)"; fi
    git -C "$tree" checkout -q --force -- .
    [ "$verdict" = "red as it must be" ] || wrong=$((wrong + 1))
    printf '%-40s %s (%ss)\n' "$name" "$verdict" $((SECONDS - start))
  done
  printf '%d sabotages, %d not noticed\n' ${#names[@]} $wrong
  [ $wrong -eq 0 ]
}

run "$@"; exit
