#!/usr/bin/env bash
# Calls each operation of Amazon Connect Cases with the real `aws` CLI, v1 or v2, against the built server, and looks
# at the answers; then makes calls that must fail, and looks at the CLI's exit code and message. Stops at the first
# difference. At the end every operation of docs/coverage.md must have been called.
#
#   test/cli/cases.sh [further flags of `casestream serve`]
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
. "$here/server.sh"

# cases OPERATION [option…] calls an operation on the domain, and takes note of it.
cases() {
  echo "$1" >>"$work/called"
  case $1 in
    create-domain | list-domains | *-resource) aws connectcases "$@" ;;
    *) aws connectcases "$1" --domain-id "$domain_id" "${@:2}" ;;
  esac
}
# ask QUERY OPERATION [option…] gives a part of the answer as text.
ask() { cases "${@:2}" --query "$1" --output text; }
# like NAME GOT PATTERN, the pattern one of bash's [[ =~ ]].
like() { [[ $2 =~ ^($3)$ ]] || { printf '%s:\n  got  %s\n  want %s\n' "$1" "$2" "$3" >&2; exit 1; }; }
# fails CODE TEXT OPERATION [option…]: the CLI must end as it does when a service refuses, which is with 254, and
# with 255 in version 1, and show the code, and the text in its message.
refused=254
[[ $(aws --version 2>&1) != aws-cli/1.* ]] || refused=255
fails() {
  local rc=0
  cases "${@:3}" >"$work/out" 2>"$work/err" || rc=$?
  same "$3: exit code" "$rc" "$refused"
  grep -qF "An error occurred ($1) when calling" "$work/err" && grep -qF -- "$2" "$work/err" ||
    { printf '%s:\n  got  %s\n  want %s, saying: %s\n' "$3" "$(cat "$work/err")" "$1" "$2" >&2; exit 1; }
}
id='[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}'
time='[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]+([+]00:00|Z)'
nowhere=00000000-0000-4000-8000-000000000000
customer="arn:aws:profile:$AWS_REGION:$account:domains/my-profiles/profiles/0123456789abcdef0123456789abcdef"
agent="arn:aws:connect:$AWS_REGION:$account:instance/11111111-2222-4333-8444-555555555555/agent/22222222-3333-4444-8555-666666666666"
contact="${agent%/agent/*}/contact/6a6b6c6d-0001-4000-8000-000000000001"

step "domains"
read -r domain_id domain_arn status <<<"$(ask '[domainId,domainArn,domainStatus]' create-domain --name support)"
like "domain id" "$domain_id" "$id"
same "domain" "$domain_arn $status" "arn:aws:cases:$AWS_REGION:$account:domain/$domain_id Active"
like "get-domain" "$(ask '[name,domainStatus,createdTime,length(tags)]' get-domain)" "support	Active	$time	0"
other_id=$(ask domainId create-domain --name other)
read -r first token <<<"$(ask '[domains[].name|join(`,`,@),nextToken]' list-domains --max-results 1)"
same "list-domains, pages of one" "$first $(ask '[domains[].name|join(`,`,@),nextToken]' list-domains --max-results 1 --next-token "$token")" "support other	None"
(domain_id=$other_id && cases delete-domain >"$work/out")
same "delete-domain says nothing" "$(cat "$work/out")" ""
same "list-domains" "$(ask 'domains[].name' list-domains)" support

step "fields and options"
field_id=$(ask fieldId create-field --name "Carrier" --type Text --description "Who carries it" --attributes 'text={isMultiline=false}')
choice_id=$(ask fieldId create-field --name "Kind" --type SingleSelect)
cases update-field --field-id "$field_id" --name "Carrier's name"
like "batch-get-field" "$(ask 'fields[].[name,type,namespace,description,deleted,attributes.text.isMultiline,createdTime]' batch-get-field --fields "id=$field_id" "id=$nowhere")" \
  "Carrier's name	Text	Custom	Who carries it	False	False	$time"
like "batch-get-field: a miss" "$(ask 'errors[].[id,errorCode]' batch-get-field --fields "id=$field_id" "id=$nowhere")" "$nowhere	[A-Z_]+"
same "batch-put-field-options" "$(ask 'errors' batch-put-field-options --field-id "$choice_id" --options name=Lost,value=lost,active=true name=Late,value=late,active=true name=Old,value=old,active=false)" None
same "list-field-options" "$(ask 'options[].[value,name,active]' list-field-options --field-id "$choice_id")" "$(printf 'lost\tLost\tTrue\nlate\tLate\tTrue\nold\tOld\tFalse')"
same "list-field-options: one value" "$(ask 'options[].name' list-field-options --field-id "$choice_id" --values late)" Late
gone_id=$(ask fieldId create-field --name "Gone" --type Number)
cases delete-field --field-id "$gone_id"
same "list-fields" "$(ask 'fields[?namespace==`Custom`].fieldId' list-fields)" "$field_id	$choice_id"
same "a deleted field" "$(ask 'fields[].deleted' batch-get-field --fields "id=$gone_id")" True

step "layouts"
content="{\"basic\":{\"topPanel\":{\"sections\":[{\"fieldGroup\":{\"name\":\"Top\",\"fields\":[{\"id\":\"$field_id\"}]}}]}}}"
layout_id=$(ask layoutId create-layout --name wide --content "$content")
cases update-layout --layout-id "$layout_id" --name wider
like "get-layout" "$(ask '[name,deleted,content.basic.topPanel.sections[0].fieldGroup.fields[0].id,createdTime]' get-layout --layout-id "$layout_id")" "wider	False	$field_id	$time"
gone_id=$(ask layoutId create-layout --name narrow --content '{"basic":{}}')
cases delete-layout --layout-id "$gone_id"
same "list-layouts" "$(ask 'layouts[].[layoutId,name]' list-layouts)" "$layout_id	wider"
same "a deleted layout" "$(ask deleted get-layout --layout-id "$gone_id")" True

step "case rules"
rule="{\"required\":{\"defaultValue\":false,\"conditions\":[{\"equalTo\":{\"operandOne\":{\"fieldId\":\"$choice_id\"},\"operandTwo\":{\"stringValue\":\"lost\"},\"result\":true}}]}}"
rule_id=$(ask caseRuleId create-case-rule --name "lost needs a carrier" --rule "$rule")
cases update-case-rule --case-rule-id "$rule_id" --description "Who lost it"
like "batch-get-case-rule" "$(ask 'caseRules[].[name,description,rule.required.conditions[0].equalTo.operandTwo.stringValue,deleted,createdTime]' batch-get-case-rule --case-rules "id=$rule_id")" \
  "lost needs a carrier	Who lost it	lost	False	$time"
gone_id=$(ask caseRuleId create-case-rule --name "never" --rule '{"hidden":{"defaultValue":false,"conditions":[]}}')
cases delete-case-rule --case-rule-id "$gone_id"
same "list-case-rules" "$(ask 'caseRules[].[caseRuleId,name,ruleType]' list-case-rules)" "$rule_id	lost needs a carrier	Required"

step "templates"
template_id=$(ask templateId create-template --name general --layout-configuration "defaultLayout=$layout_id" --required-fields fieldId=summary \
  --rules "caseRuleId=$rule_id,fieldId=$field_id" --tag-propagation-configurations '[{"resourceType":"Cases","tagMap":{"team":"refunds"}}]')
cases update-template --template-id "$template_id" --description "For all else"
like "get-template" "$(ask '[name,description,status,layoutConfiguration.defaultLayout,requiredFields[0].fieldId,rules[0].caseRuleId,tagPropagationConfigurations[0].tagMap.team,deleted,createdTime]' get-template --template-id "$template_id")" \
  "general	For all else	Active	$layout_id	summary	$rule_id	refunds	False	$time"
gone_id=$(ask templateId create-template --name "gone" --status Inactive)
same "list-templates of two states" "$(ask 'templates[].name' list-templates --status Active Inactive)" "general	gone"
cases delete-template --template-id "$gone_id"
same "list-templates" "$(ask 'templates[].[templateId,status]' list-templates)" "$template_id	Active"

step "the event configuration"
cases put-case-event-configuration --event-bridge "{\"enabled\":true,\"includedData\":{\"caseData\":{\"fields\":[{\"id\":\"status\"}]},\"relatedItemData\":{\"includeContent\":true}}}"
same "get-case-event-configuration" "$(ask 'eventBridge.[enabled,includedData.caseData.fields[0].id,includedData.relatedItemData.includeContent]' get-case-event-configuration)" "True	status	True"

step "cases"
fields() { printf '[{"id":"title","value":{"stringValue":"%s"}},{"id":"customer_id","value":{"stringValue":"%s"}},{"id":"summary","value":{"stringValue":"It is late"}}]' "$1" "$customer"; }
case_id=$(ask caseId create-case --template-id "$template_id" --fields "$(fields "Parcel late")" --tags tier=gold --performed-by "userArn=$agent")
other_id=$(ask caseId create-case --template-id "$template_id" --fields "$(fields "Invoice wrong")")
cases update-case --case-id "$case_id" --fields "[{\"id\":\"$choice_id\",\"value\":{\"stringValue\":\"late\"}},{\"id\":\"summary\",\"value\":{\"stringValue\":\"It came\"}}]" --performed-by "customEntity=a robot"
same "get-case" "$(ask '[templateId,tags.team,tags.tier,fields[?id==`summary`].value.stringValue|[0],fields[?id==`status`].value.stringValue|[0]]' get-case --case-id "$case_id" --fields id=summary id=status)" \
  "$template_id	refunds	gold	It came	open"
same "search-cases, pages of one" "$(ask 'cases[].caseId' search-cases --page-size 1)" "$(printf '%s\n%s' "$case_id" "$other_id")" # the CLI writes a line a page
same "search-cases by words" "$(ask '[totalCount,cases[0].caseId,cases[0].tags.team,cases[0].fields[0].value.stringValue]' search-cases --search-term invoice --fields id=title)" "1	$other_id	refunds	Invoice wrong"
filter="{\"andAll\":[{\"field\":{\"equalTo\":{\"id\":\"$choice_id\",\"value\":{\"stringValue\":\"late\"}}}},{\"not\":{\"tag\":{\"equalTo\":{\"key\":\"tier\",\"value\":\"silver\"}}}}]}"
same "search-cases by a filter" "$(ask 'cases[].caseId' search-cases --filter "$filter" --sorts fieldId=created_datetime,sortOrder=Asc)" "$case_id"

step "related items"
comment_id=$(ask relatedItemId create-related-item --case-id "$case_id" --type Comment --content '{"comment":{"body":"Called back","contentType":"Text/Plain"}}' --performed-by "userArn=$agent")
same "update-related-item" "$(ask '[relatedItemId,type,content.comment.body,createdBy.userArn,lastUpdatedUser.customEntity]' update-related-item --case-id "$case_id" --related-item-id "$comment_id" \
  --content '{"comment":{"body":"Called twice","contentType":"Text/Plain"}}' --performed-by "customEntity=a robot")" "$comment_id	Comment	Called twice	$agent	a robot"
contact_id=$(ask relatedItemId create-related-item --case-id "$case_id" --type Contact --content "{\"contact\":{\"contactArn\":\"$contact\"}}")
sla_id=$(ask relatedItemId create-related-item --case-id "$case_id" --type Sla \
  --content '{"sla":{"slaInputConfiguration":{"name":"Answer","type":"CaseField","fieldId":"status","targetFieldValues":[{"stringValue":"closed"}],"targetSlaMinutes":60}}}')
same "search-related-items" "$(ask 'relatedItems[].relatedItemId' search-related-items --case-id "$case_id" --page-size 2)" "$(printf '%s\t%s\n%s' "$sla_id" "$contact_id" "$comment_id")"
like "search-related-items by type" "$(ask 'relatedItems[].content.sla.slaConfiguration.[name,status,targetTime]' search-related-items --case-id "$case_id" --filters '[{"sla":{"status":"Active"}},{"contact":{"channel":["CHAT"]}}]')" "Answer	Active	$time"
linked_id=$(ask relatedItemId create-related-item --case-id "$other_id" --type ConnectCase --content "{\"connectCase\":{\"caseId\":\"$case_id\"}}")
same "search-all-related-items" "$(ask 'relatedItems[].[caseId,relatedItemId]' search-all-related-items --filters '[{"comment":{}},{"connectCase":{}}]' --sorts sortProperty=AssociationTime,sortOrder=Asc)" \
  "$(printf '%s\t%s\n%s\t%s' "$case_id" "$comment_id" "$other_id" "$linked_id")"
same "list-cases-for-contact" "$(ask 'cases[].[caseId,templateId]' list-cases-for-contact --contact-arn "$contact")" "$case_id	$template_id"
cases update-case --case-id "$case_id" --fields '[{"id":"status","value":{"stringValue":"closed"}}]'
same "an SLA that is met" "$(ask 'relatedItems[0].content.sla.slaConfiguration.status' search-related-items --case-id "$case_id" --filters '[{"sla":{}}]')" Met
cases delete-related-item --case-id "$case_id" --related-item-id "$contact_id"
same "the history" "$(ask 'auditEvents[].type' get-case-audit-events --case-id "$case_id")" \
  "RelatedItem.Deleted	RelatedItem.Updated	Case.Updated	RelatedItem.Created	RelatedItem.Created	RelatedItem.Updated	RelatedItem.Created	Case.Updated	Case.Created"
like "an event of the history" "$(ask 'auditEvents[-2].[performedBy.user.customEntity,performedBy.iamPrincipalArn,performedTime,fields[?eventFieldId==`summary`].[oldValue.stringValue,newValue.stringValue][]|join(`>`,@)]' get-case-audit-events --case-id "$case_id")" \
  "a robot	$principal	$time	It is late>It came"

step "tags"
for arn in "$domain_arn" "$domain_arn/case/$case_id/related-item/$comment_id"; do
  cases tag-resource --arn "$arn" --tags colour=red,size=big,gone=soon
  cases untag-resource --arn "$arn" --tag-keys size gone
  same "list-tags-for-resource $arn" "$(ask 'tags.[colour,size]' list-tags-for-resource --arn "$arn")" "red	None"
done

step "what fails"
fails ConflictException "support" create-domain --name support
fails ValidationException "maxResults" list-domains --max-results 11
fails ResourceNotFoundException "$nowhere" get-case --case-id "$nowhere" --fields id=title
fails ResourceNotFoundException "$nowhere" get-template --template-id "$nowhere"
fails ResourceNotFoundException "does not exist" list-tags-for-resource --arn "$domain_arn/case/$nowhere"
fails ValidationException "$nowhere" update-case --case-id "$case_id" --fields "[{\"id\":\"$nowhere\",\"value\":{\"stringValue\":\"x\"}}]"
fails ValidationException "$field_id" update-case --case-id "$case_id" --fields "[{\"id\":\"$choice_id\",\"value\":{\"stringValue\":\"lost\"}}]"
fails ConflictException "" delete-case-rule --case-rule-id "$rule_id"
fails ValidationException "" delete-field --field-id title
for i in 1 2 3 4; do other_id=$(ask domainId create-domain --name "more-$i"); done
fails ServiceQuotaExceededException "" create-domain --name one-too-many
(domain_id=$other_id && cases delete-domain)
(export AWS_SECRET_ACCESS_KEY=guessed && fails InvalidSignatureException "signature" get-domain)

step "a case is deleted with all that is on it"
cases delete-case --case-id "$case_id"
fails ResourceNotFoundException "$case_id" search-related-items --case-id "$case_id"

# coverage.md names operations as the model does; the CLI writes them in small letters.
sed -n '/^## ConnectCases$/,/^## Customer/ s/^| \([A-Z][A-Za-z]*\) | .*/\1/p' "$root/docs/coverage.md" | sed 's/\([A-Z]\)/-\L\1/g; s/^-//' | sort >"$work/operations"
same "operations" "$(wc -l <"$work/operations")" 43
same "operations that were not called" "$(sort -u "$work/called" | comm -13 - "$work/operations")" ""

if python3 -c 'import sys, botocore.session as s; sys.exit("DeleteCaseRule" not in s.get_session().get_service_model("connectcases").operation_names)' 2>/dev/null; then
  step "what botocore sends that the CLI does not"
  python3 "$here/cases.py"
else
  echo "botocore with the model of 43 operations is not here: cases.py not run"
fi
finish
echo "Each operation of Amazon Connect Cases answers the CLI."
