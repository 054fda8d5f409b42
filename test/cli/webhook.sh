#!/usr/bin/env bash
# Has a rule send events to HTTP services by API destinations, with the real `aws` CLI, v1 or v2, against the built server:
# one authorized by a key, one by OAuth.
#
#   test/cli/webhook.sh [further flags of `casestream serve`]
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
set -- --allow-private-targets "$@"
. "$here/server.sh"

# A service that writes down what it is sent, and gives tokens at /token. It prints its port.
cat >"$work/service.py" <<'PY'
import http.server, json, sys
class Service(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        text = self.rfile.read(int(self.headers.get("Content-Length", 0))).decode()
        answer = b"{}"
        if self.path == "/token":
            answer = b'{"access_token":"t0ken","expires_in":3600}'
        else:
            with open(sys.argv[1], "a") as f:
                f.write(json.dumps({"path": self.path, "key": self.headers.get("X-Key"), "auth": self.headers.get("Authorization"),
                                    "agent": self.headers["User-Agent"], "own": self.headers.get("X-Case"), "body": json.loads(text)}) + "\n")
        self.send_response(200)
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)
    def log_message(self, *args): pass
s = http.server.HTTPServer(("127.0.0.1", 0), Service)
print(s.server_port, flush=True)
s.serve_forever()
PY
: >"$work/got"
python3 "$work/service.py" "$work/got" >"$work/service.port" &
service=$!
trap 'kill "$service" 2>/dev/null || true; cleanup' EXIT
for _ in $(seq 100); do [ -s "$work/service.port" ] && break; sleep 0.1; done
url="http://127.0.0.1:$(cat "$work/service.port")"

step "1: connections"
aws events create-connection --name key --authorization-type API_KEY --auth-parameters \
  '{"ApiKeyAuthParameters":{"ApiKeyName":"X-Key","ApiKeyValue":"k3y"},"InvocationHttpParameters":{"BodyParameters":[{"Key":"from","Value":"casestream","IsValueSecret":true}]}}' >/dev/null
aws events create-connection --name oauth --authorization-type OAUTH_CLIENT_CREDENTIALS --auth-parameters \
  "{\"OAuthParameters\":{\"ClientParameters\":{\"ClientID\":\"id\",\"ClientSecret\":\"s3cret\"},\"AuthorizationEndpoint\":\"$url/token\",\"HttpMethod\":\"POST\"}}" >/dev/null
for name in key oauth; do
  for _ in $(seq 100); do
    state=$(aws events describe-connection --name "$name" --query ConnectionState --output text)
    [ "$state" = AUTHORIZING ] || break
  done
  same "state of $name" "$state" AUTHORIZED
done
if aws events describe-connection --name key | grep -E 'k3y|"casestream"'; then echo "a secret is shown" >&2; exit 1; fi

step "2: API destinations, and a rule that sends events there"
for name in key oauth; do
  arn=$(aws events describe-connection --name "$name" --query ConnectionArn --output text)
  # As JSON, because CLI v1 would fetch what a parameter that is a URL leads to.
  aws events create-api-destination --cli-input-json \
    "{\"Name\":\"$name\",\"ConnectionArn\":\"$arn\",\"InvocationEndpoint\":\"$url/$name/*\",\"HttpMethod\":\"POST\"}" >/dev/null
  same "state" "$(aws events describe-api-destination --name "$name" --query ApiDestinationState --output text)" ACTIVE
done
aws events put-rule --name to-web --event-pattern '{"source":["my.app"]}' >/dev/null
targets=()
for name in key oauth; do
  arn=$(aws events describe-api-destination --name "$name" --query ApiDestinationArn --output text)
  targets+=("{\"Id\":\"$name\",\"Arn\":\"$arn\",\"RoleArn\":\"arn:aws:iam::$account:role/r\",\"HttpParameters\":{\"PathParameterValues\":[\"\$.detail.n\"],\"HeaderParameters\":{\"X-Case\":\"\$.detail.n\"}}}")
done
same "failed targets" "$(aws events put-targets --rule to-web --targets "[${targets[0]},${targets[1]}]" --query FailedEntryCount)" 0
same "parameters" "$(aws events list-targets-by-rule --rule to-web --query 'Targets[0].HttpParameters.PathParameterValues[0]' --output text)" '$.detail.n'

step "3: events"
for n in 1 2; do
  same "failed entries" "$(aws events put-events --entries "Source=my.app,DetailType=t,Detail='{\"n\":$n}'" --query FailedEntryCount)" 0
done
for _ in $(seq 100); do [ "$(wc -l <"$work/got")" -ge 4 ] && break; sleep 0.1; done
same "what came" "$(python3 - "$work/got" <<'PY'
import json, sys
for r in sorted((json.loads(l) for l in open(sys.argv[1])), key=lambda r: r["path"]):
    print(r["path"], r["own"], r["key"], r["auth"], r["agent"], r["body"]["detail"]["n"], r["body"].get("from"))
PY
)" "/key/1 1 k3y None Amazon/EventBridge/ApiDestinations 1 casestream
/key/2 2 k3y None Amazon/EventBridge/ApiDestinations 2 casestream
/oauth/1 1 None Bearer t0ken Amazon/EventBridge/ApiDestinations 1 None
/oauth/2 2 None Bearer t0ken Amazon/EventBridge/ApiDestinations 2 None"

step "4: what is taken away"
same "deauthorized" "$(aws events deauthorize-connection --name oauth --query ConnectionState --output text)" DEAUTHORIZING
same "inactive" "$(aws events describe-api-destination --name oauth --query ApiDestinationState --output text)" INACTIVE
for name in key oauth; do
  aws events delete-api-destination --name "$name"
  aws events delete-connection --name "$name" >/dev/null
done
same "left" "$(aws events list-connections --query 'length(Connections)')" 0
same "mode of the key" "$(stat -c %a "$work/data/secret-key" 2>/dev/null || stat -f %Lp "$work/data/secret-key")" 600
if grep -aE 'k3y|s3cret|t0ken' "$work"/log "$work"/data/*; then echo "a secret lies in clear in the data folder or the log" >&2; exit 1; fi

finish
echo "ok"
