# Sourced by the scripts here: starts the built server on a free port, points the `aws` CLI at it, and has what
# the scripts share. The caller has set `set -euo pipefail`, and `here` to this folder; its arguments are further
# flags of `casestream serve`.
#
# Sets: work (a folder that goes with the script), server (the process), AWS_ENDPOINT_URL and the other variables of
# `casestream env`, account, principal.
root=$(cd "$here/../.." && pwd)

for tool in aws python3 go; do
  command -v "$tool" >/dev/null || { echo "$(basename "$0"): needs $tool on the PATH (the AWS CLI: pip install awscli)" >&2; exit 1; }
done

work=$(mktemp -d "${TMPDIR:-/tmp}/casestream-cli.XXXXXX")
server=""
cleanup() {
  if [ -n "$server" ]; then kill "$server" 2>/dev/null || true; wait "$server" 2>/dev/null || true; fi
  rm -rf "$work"
}
trap cleanup EXIT

# The server, on a free port, as a stranger would start it.
(cd "$root" && go build -o "$work/casestream" ./cmd/casestream)
port=$(python3 -c 'import socket; s=socket.socket(); s.bind(("127.0.0.1",0)); print(s.getsockname()[1])')
"$work/casestream" serve --listen "127.0.0.1:$port" --data "$work/data" --log-level error "$@" >"$work/log" 2>&1 &
server=$!
ready() { python3 -c 'import sys, urllib.request as u; sys.exit(u.urlopen(sys.argv[1], timeout=2).status != 200)' "http://127.0.0.1:$port/readyz" 2>/dev/null; }
for _ in $(seq 100); do
  ready && break
  kill -0 "$server" 2>/dev/null || { cat "$work/log" >&2; exit 1; }
  sleep 0.1
done
ready || { echo "$(basename "$0"): the server did not get ready" >&2; cat "$work/log" >&2; exit 1; }

# Nothing of the caller's own AWS set-up may leak in, and the CLI may not open a pager or prompt.
export AWS_CONFIG_FILE=/dev/null AWS_SHARED_CREDENTIALS_FILE=/dev/null AWS_PAGER="" AWS_EC2_METADATA_DISABLED=true
unset AWS_ENDPOINT_URL AWS_ENDPOINT_URL_SQS AWS_CA_BUNDLE AWS_CLI_AUTO_PROMPT 2>/dev/null || true
eval "$("$work/casestream" env --listen "127.0.0.1:$port" --data "$work/data")"
echo "$(aws --version 2>&1), server at $AWS_ENDPOINT_URL"

# CLI v1 ignores AWS_ENDPOINT_URL for sqs; v2 takes the option as well.
sqs() { aws --endpoint-url "$AWS_ENDPOINT_URL" sqs "$@"; }
step() { echo "== $*"; }
# same NAME GOT WANT
same() { [ "$2" = "$3" ] || { printf '%s:\n  got  %s\n  want %s\n' "$1" "$2" "$3" >&2; exit 1; }; }

# finish stops the server, which must end well.
finish() {
  kill -TERM "$server"
  wait "$server" || { echo "the server did not end well" >&2; cat "$work/log" >&2; exit 1; }
  server=""
}

account=$(aws sts get-caller-identity --query Account --output text)
principal=$(aws sts get-caller-identity --query Arn --output text)
