#!/usr/bin/env bash
# The one command that checks everything. It needs Go and a way to the package
# registries; on Debian, as root, it installs what else is missing.
#
#   e2e/test.sh             all checks and all tests
#   CI=true e2e/test.sh     the same, and no browser is a failure
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

tools=$PWD/e2e/out/bin
mkdir -p "$tools"
export GOFLAGS="${GOFLAGS:+$GOFLAGS }-buildvcs=false"

# install puts the Debian packages in place that are missing: a browser, fonts
# with Chinese characters, and the C compiler that the race detector needs.
install() {
  local missing=()
  command -v gcc >/dev/null || missing+=(gcc libc6-dev)
  command -v "${CHROMIUM:-chromium}" >/dev/null || missing+=(chromium)
  local font
  for font in fonts-noto-cjk fonts-noto-color-emoji; do
    dpkg -s "$font" >/dev/null 2>&1 || missing+=("$font")
  done
  [ ${#missing[@]} -gt 0 ] || return 0
  if ! command -v apt-get >/dev/null || [ "$(id -u)" != 0 ]; then
    echo "Missing here: ${missing[*]}. Not root on Debian, so nothing is installed."
    return 0
  fi
  local try
  for try in 1 2 3; do
    apt-get -o DPkg::Lock::Timeout=300 -qq update &&
      DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=300 -qq install -y --no-install-recommends "${missing[@]}" && return 0
    echo "apt-get failed, try $try of 3"
    DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=300 -qq -f install -y
  done
  return 1
}

formatted() {
  local files
  files=$(gofmt -l $(git ls-files --cached --others --exclude-standard '*.go' 2>/dev/null || find . -name '*.go' -not -path './e2e/out/*')) || return 1
  [ -z "$files" ] || { echo "gofmt would change:"; echo "$files"; return 1; }
}

# tool installs one version of a Go tool once and runs it.
tool() {
  local module=$1 name=$2
  shift 2
  local at="$tools/$name-${module##*@}"
  [ -x "$at" ] || { GOBIN=$at.new go install "$module" && mv "$at.new/$name" "$at" && rmdir "$at.new"; } || return 200
  "$at" "$@"
}

# verified: every module of go.mod, also those that no package of ours needs, for
# their licences are read.
verified() { go mod download && go mod verify; }

static() { tool honnef.co/go/tools/cmd/staticcheck@v0.8.2 staticcheck ./...; }

# vulnerabilities fails for a known vulnerability that our code calls (govulncheck
# then exits with 3). Where the database cannot be had, it says so and goes on.
vulnerabilities() {
  tool golang.org/x/vuln/cmd/govulncheck@v1.8.0 govulncheck ./...
  case $? in
  0) return 0 ;;
  3) return 1 ;;
  esac
  echo "#############################################################"
  echo "# KNOWN VULNERABILITIES WERE NOT CHECKED: govulncheck or its #"
  echo "# database (vuln.go.dev) could not be had from here.         #"
  echo "#############################################################"
}

units() { go test -race -timeout 20m $(go list ./... | grep -vE '/e2e(/chaos)?$'); }

# broken: the program is killed, cut off and starved; nothing else runs beside it.
broken() { go test -timeout 15m ./e2e/chaos; }

# fuzzed tells whether a target that failed has only run out of time in the midst of
# a slow input, which Go takes for a failure.
fuzzed() { grep -q 'context deadline exceeded' "$1" && ! grep -qE 'Failing input|seed corpus entry|panic' "$1"; }

# fuzz runs every fuzz target for some seconds, beside the seeds that run with the
# tests. Where SQLite is linked, without coverage: to build all of it for that takes
# longer than all the rest.
fuzz() {
  local pkg name bin out=$PWD/e2e/out/fuzz bad=0
  mkdir -p "$out"
  for pkg in $(grep -rl --include='*_test.go' '^func Fuzz' . | xargs -n1 dirname | sort -u); do
    bin=$out/$(basename "$pkg").test
    local cover=(-fuzz=^$)
    if go list -deps "$pkg" | grep -q '^modernc.org/sqlite$'; then cover=(); fi
    go test -c "${cover[@]}" -o "$bin" "$pkg" || return 1
    for name in $(grep -ho --include='*_test.go' '^func Fuzz[A-Za-z0-9_]*' "$pkg"/*_test.go | cut -d' ' -f2); do
      (cd "$pkg" && "$bin" -test.run '^$' -test.fuzz "^$name\$" -test.fuzztime "${FUZZTIME:-5s}" -test.fuzzminimizetime 10x -test.fuzzcachedir "$out/cache" -test.parallel 1 >"$out/log" 2>&1) ||
        fuzzed "$out/log" || { echo "$pkg $name"; cat "$out/log"; bad=1; }
    done
  done
  return $bad
}

browser() {
  if [ "${CI:-}" = true ]; then export E2E=${E2E:-require}; fi
  go test -timeout 70m -parallel 2 ./e2e
}

failed=()
step() {
  local name=$1 start=$SECONDS
  shift
  echo "== $name"
  if "$@"; then echo "-- $name: $((SECONDS - start)) s"; else
    failed+=("$name")
    echo "!! $name failed after $((SECONDS - start)) s"
  fi
}

step "what is needed" install
step "gofmt" formatted
step "go mod tidy" go mod tidy -diff
step "go mod verify" verified
step "go vet" go vet ./...
step "staticcheck" static
step "govulncheck" vulnerabilities
step "tests" units
step "chaos" broken
step "fuzz" fuzz
step "browser" browser

if [ ${#failed[@]} -gt 0 ]; then
  printf 'FAILED: %s\n' "${failed[@]}"
  exit 1
fi
echo "all passed in $SECONDS s"
