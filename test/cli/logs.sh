#!/usr/bin/env bash
# Has a rule deliver events to a log group, and reads them, with the real `aws` CLI, v1 or v2, against the built server.
#
#   test/cli/logs.sh [further flags of `casestream serve`]
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
. "$here/server.sh"

step "1: a log group that EventBridge may write to"
group=/aws/events/cases
aws logs create-log-group --log-group-name "$group"
aws logs put-retention-policy --log-group-name "$group" --retention-in-days 7
aws logs put-resource-policy --policy-name events --policy-document "{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\",
  \"Principal\":{\"Service\":[\"events.amazonaws.com\",\"delivery.logs.amazonaws.com\"]},\"Action\":[\"logs:CreateLogStream\",\"logs:PutLogEvents\"],
  \"Resource\":\"arn:aws:logs:$AWS_REGION:$account:log-group:/aws/events/*:*\"}]}" >/dev/null
same "retention" "$(aws logs describe-log-groups --log-group-name-prefix "$group" --query 'logGroups[0].retentionInDays')" 7
arn=$(aws logs describe-log-groups --log-group-name-prefix "$group" --query 'logGroups[0].logGroupArn' --output text)

step "2: a rule that delivers to it"
aws events put-rule --name to-logs --event-pattern '{"source":["my.app"]}' >/dev/null
same "failed targets" "$(aws events put-targets --rule to-logs --targets "Id=logs,Arn=$arn" --query FailedEntryCount)" 0
for n in 1 2 3; do
  same "failed entries" "$(aws events put-events --entries "Source=my.app,DetailType=t,Detail='{\"n\":$n}'" --query FailedEntryCount)" 0
done

step "3: what it holds"
same "all, in pages of one" "$(aws logs filter-log-events --log-group-name "$group" --page-size 1 --query 'length(events)')" 3
same "one by a JSON pattern" "$(aws logs filter-log-events --log-group-name "$group" --filter-pattern '{ $.detail.n >= 2 && $.detail.n != 3 }' --query 'events[].message' --output text |
  python3 -c 'import json, sys; print(json.load(sys.stdin)["detail"]["n"])')" 2
stream=$(aws logs describe-log-streams --log-group-name "$group" --query 'logStreams[0].logStreamName' --output text)
same "the stream" "$(aws logs get-log-events --log-group-name "$group" --log-stream-name "$stream" --start-from-head --query 'length(events)')" 3
if aws --version 2>&1 | grep -q '^aws-cli/2'; then
  same "tail" "$(aws logs tail "$group" --format short | wc -l | tr -d ' ')" 3
fi

finish
echo "ok"
