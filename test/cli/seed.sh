#!/usr/bin/env bash
# Runs AWS's documented set-up of case event streams with the real `aws` CLI, v1 or v2, against the built server:
# creates, updates, comments on, links a contact to and deletes a case, and compares the received events with
# AWS's samples, field by field (check.py). Stops at the first difference.
#
#   test/cli/seed.sh [further flags of `casestream serve`]
#
# The commands of step 4 are AWS's own, quoting and all; three slips of the documentation are corrected: a missing
# space after --domain-id, --target for --targets, and "defualt".
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
. "$here/server.sh"

step "1: an Amazon Connect instance with Customer Profiles, and a customer"
instance_arn=$(aws connect create-instance --identity-management-type CONNECT_MANAGED --instance-alias my-instance \
  --inbound-calls-enabled --outbound-calls-enabled --query Arn --output text)
instance_id=${instance_arn##*/}
same "instance status" "$(aws connect describe-instance --instance-id "$instance_id" --query Instance.InstanceStatus --output text)" ACTIVE
aws customer-profiles create-domain --domain-name my-profiles --default-expiration-days 366 >/dev/null
aws customer-profiles put-integration --domain-name my-profiles --uri "$instance_arn" --object-type-name CTR >/dev/null
profile_id=$(aws customer-profiles create-profile --domain-name my-profiles --first-name Jane --last-name Doe --query ProfileId --output text)
same "search-profiles" "$(aws customer-profiles search-profiles --domain-name my-profiles --key-name _fullName --values "Jane Doe" --query 'Items[].ProfileId' --output text)" "$profile_id"
customer="arn:aws:profile:$AWS_REGION:$account:domains/my-profiles/profiles/$profile_id"

step "2: a Cases domain on the instance"
domain_id=$(aws connectcases create-domain --name my-domain --query domainId --output text)
domain_arn=$(aws connectcases get-domain --domain-id "$domain_id" --query domainArn --output text)
same "domain ARN" "$domain_arn" "arn:aws:cases:$AWS_REGION:$account:domain/$domain_id"
aws connect create-integration-association --instance-id "$instance_id" --integration-type CASES_DOMAIN --integration-arn "$domain_arn" >/dev/null
same "associations" "$(aws connect list-integration-associations --instance-id "$instance_id" --query 'IntegrationAssociationSummaryList[].IntegrationArn' --output text)" "$domain_arn"

step "3: a case template, and a field of our own"
field_id=$(aws connectcases create-field --domain-id "$domain_id" --name "What the customer says" --type Text --query fieldId --output text)
aws connectcases batch-put-field-options --domain-id "$domain_id" --field-id case_reason --options 'name=Shipment lost,value=Shipment lost,active=true' >/dev/null
template_id=$(aws connectcases create-template --domain-id "$domain_id" --name "General inquiry" --query templateId --output text)
same "template" "$(aws connectcases list-templates --domain-id "$domain_id" --query 'templates[].templateId' --output text)" "$template_id"

step "4: event streams on; a queue; a rule; a target"
aws connectcases put-case-event-configuration --domain-id $domain_id --event-bridge enabled=true
same "configuration" "$(aws connectcases get-case-event-configuration --domain-id "$domain_id" --query eventBridge --output json | tr -d ' \n')" '{"enabled":true}'

# Create an SQS queue
sqs create-queue --queue-name case-events-queue --attributes "{\"Policy\": \"{ \\\"Version\\\": \\\"2012-10-17\\\", \\\"Statement\\\": [{ \\\"Sid\\\": \\\"case-event-subscription\\\", \\\"Effect\\\": \\\"Allow\\\", \\\"Principal\\\": { \\\"Service\\\": \\\"events.amazonaws.com\\\"}, \\\"Action\\\": \\\"SQS:SendMessage\\\", \\\"Resource\\\": \\\"*\\\"}]}\"}" >/dev/null

# Create an rule on the EventBridge default bus that represents the case events
aws events put-rule --name case-events-to-sqs-queue --event-pattern "{\"source\": [\"aws.cases\"]}" --state ENABLED >/dev/null

# Ask event bridge to publish case events to the SQS queue.
aws events put-targets --rule case-events-to-sqs-queue --targets "[{ \"Id\": \"target-1\", \"Arn\": \"arn:aws:sqs:$AWS_REGION:$account:case-events-queue\" }]" >/dev/null
same "target" "$(aws events list-targets-by-rule --rule case-events-to-sqs-queue --query 'Targets[].Arn' --output text)" "arn:aws:sqs:$AWS_REGION:$account:case-events-queue"

queue_url=$(sqs get-queue-url --queue-name case-events-queue --query QueueUrl --output text)

# check KIND [name=value…]: receives one message, deletes it and compares it with AWS's sample of the kind.
check() {
  sqs receive-message --queue-url "$queue_url" --wait-time-seconds 10 --output json >"$work/received"
  python3 "$here/check.py" "$1" "account=$account" "region=$AWS_REGION" "domain=$domain_id" "template=$template_id" "case=$case_id" \
    "principal=$principal" "field=$field_id" "customer=$customer" "${@:2}" <"$work/received" >"$work/handle"
  sqs delete-message --queue-url "$queue_url" --receipt-handle "$(cat "$work/handle")"
  echo "   $1: as documented"
}
create_case() {
  case_id=$(aws connectcases create-case --domain-id "$domain_id" --template-id "$template_id" --query caseId --output text --fields \
    "[{\"id\":\"title\",\"value\":{\"stringValue\":\"Parcel did not arrive\"}},{\"id\":\"customer_id\",\"value\":{\"stringValue\":\"$customer\"}},
      {\"id\":\"case_reason\",\"value\":{\"stringValue\":\"Shipment lost\"}},{\"id\":\"$field_id\",\"value\":{\"stringValue\":\"Customer didn't receive the product\"}}]")
}

step "5: a case, with metadata only"
create_case
check CASE.CREATED

step "5: the same with data"
aws connectcases put-case-event-configuration --domain-id $domain_id --event-bridge "{ \"enabled\": true, \"includedData\": { \"caseData\": { \"fields\": [ { \"id\": \"status\" }, { \"id\": \"title\" }, { \"id\": \"customer_id\" }, { \"id\": \"case_reason\" }, { \"id\": \"$field_id\" } ] }, \"relatedItemData\": { \"includeContent\": true } } }"
create_case
check CASE.CREATED status=open

user_arn="$instance_arn/agent/22222222-3333-4444-8555-666666666666"
aws connectcases update-case --domain-id "$domain_id" --case-id "$case_id" --fields '[{"id":"status","value":{"stringValue":"closed"}}]' --performed-by "userArn=$user_arn"
check CASE.UPDATED status=closed "user=$user_arn"

comment_id=$(aws connectcases create-related-item --domain-id "$domain_id" --case-id "$case_id" --type Comment --query relatedItemId --output text \
  --content '{"comment":{"body":"Gave a $5 refund to customer to make them happy","contentType":"Text/Plain"}}')
check RELATED_ITEM.CREATED "item=$comment_id" 'comment=Gave a $5 refund to customer to make them happy'

contact_arn="$instance_arn/contact/6a6b6c6d-0001-4000-8000-000000000001"
contact_id=$(aws connectcases create-related-item --domain-id "$domain_id" --case-id "$case_id" --type Contact --query relatedItemId --output text \
  --content "{\"contact\":{\"contactArn\":\"$contact_arn\"}}")
check RELATED_ITEM.CREATED "item=$contact_id" "contact=$contact_arn"
same "related items" "$(aws connectcases search-related-items --domain-id "$domain_id" --case-id "$case_id" --query 'relatedItems[].relatedItemId' --output text)" "$contact_id	$comment_id"

aws connectcases delete-case --domain-id "$domain_id" --case-id "$case_id"
check CASE.DELETED status=closed
if aws connectcases get-case --domain-id "$domain_id" --case-id "$case_id" --fields id=title 2>"$work/err"; then
  echo "a deleted case is still there" >&2
  exit 1
fi
grep -q ResourceNotFoundException "$work/err" || { cat "$work/err" >&2; exit 1; }

same "messages left" "$(sqs get-queue-attributes --queue-url "$queue_url" --attribute-names All --query 'Attributes.[ApproximateNumberOfMessages,ApproximateNumberOfMessagesNotVisible]' --output text)" "0	0"
finish
echo "The documented set-up runs as documented."
