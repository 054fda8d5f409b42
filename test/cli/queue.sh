#!/usr/bin/env bash
# Looks into queues with `casestream queue`, while the real `aws` CLI, v1 or v2, sends and receives, against the built server.
#
#   test/cli/queue.sh [further flags of `casestream serve`]
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
. "$here/server.sh"

queue() { "$work/casestream" queue "$@"; }
# says FILE TEXT waits until a file has a text
says() {
  for _ in $(seq 100); do grep -qF "$2" "$1" && return; sleep 0.1; done
  printf 'no %s in\n' "$2" >&2; cat "$1" >&2; exit 1
}

step "1: queues with messages"
dead=$(sqs create-queue --queue-name dead --query QueueUrl --output text)
url=$(sqs create-queue --queue-name orders --query QueueUrl --output text \
  --attributes "{\"RedrivePolicy\":\"{\\\"deadLetterTargetArn\\\":\\\"arn:aws:sqs:$AWS_REGION:$account:dead\\\",\\\"maxReceiveCount\\\":1}\"}")
"$work/casestream" queue tail dead >"$work/letters" 2>&1 & # itself, not by the function, so that it is what is killed
tail=$!
trap 'kill "$tail" 2>/dev/null || true; cleanup' EXIT
says "$work/letters" "Waiting for messages that arrive in dead."
sqs send-message --queue-url "$url" --message-body one >/dev/null
sqs send-message --queue-url "$url" --message-body later --delay-seconds 600 >/dev/null
same "received" "$(sqs receive-message --queue-url "$url" --visibility-timeout 1 --query 'Messages[0].Body' --output text)" one
sqs send-message --queue-url "$url" --message-body two >/dev/null

step "2: what they hold"
for name in orders "$url" "arn:aws:sqs:$AWS_REGION:$account:orders"; do
  same "all of $name" "$(queue peek "$name" --json | python3 -c 'import json, sys; print(*sorted(json.loads(l)["Body"] for l in sys.stdin))')" "later one two"
done
same "delayed" "$(queue peek orders --state delayed --json | python3 -c 'import json, sys; print(*(json.loads(l)["ReceiveCount"] for l in sys.stdin))')" 0
same "a search" "$(queue peek orders --body-contains on --json | python3 -c 'import json, sys; print(*(json.loads(l)["Body"] for l in sys.stdin))')" one
same "the list" "$(queue list | awk '{print $1, $NF}')" "QUEUE LETTERS
dead orders
orders receives"

step "3: a dead letter"
for _ in $(seq 100); do
  sqs receive-message --queue-url "$url" --visibility-timeout 1 --wait-time-seconds 1 >/dev/null
  grep -q 'dead letter of orders' "$work/letters" && break
done
says "$work/letters" "one  (dead letter of orders)"
kill -TERM "$tail"
wait "$tail" || { echo "tail did not end well" >&2; exit 1; }
same "it is there still" "$(sqs get-queue-attributes --queue-url "$dead" --attribute-names ApproximateNumberOfMessages --query Attributes.ApproximateNumberOfMessages --output text)" "$(queue peek dead --json | wc -l | tr -d ' ')"

step "4: dead letters moved back"
letters=$(queue peek dead --json | wc -l | tr -d ' ')
same "moved" "$(queue redrive dead --follow 2>/dev/null | tail -1)" "All is moved: $letters messages."
same "left" "$(queue peek dead --json)" ""

step "5: purged once its name is typed"
if echo wrong | queue purge orders >/dev/null 2>&1; then echo "it was purged though the name was wrong" >&2; exit 1; fi
echo orders | queue purge orders >/dev/null 2>&1
same "what it holds" "$(queue peek orders --json)" ""
if queue purge orders --yes 2>"$work/err"; then echo "it was purged twice" >&2; exit 1; fi
says "$work/err" "less than 60 seconds ago"

finish
echo "ok"
