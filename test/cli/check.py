#!/usr/bin/env python3
"""Compares one received case event with AWS's sample of its kind.

    check.py KIND name=value... <receive-message.json >receipt-handle

Standard input is the answer of `aws sqs receive-message`. The names say what the set-up knows: account, region,
domain, template, case, principal, field, customer; user (who did it), status (data is included), item with comment or
contact (a related item). Everything is compared: the order of the keys, every literal, every ARN, the form of ids and
times, and that there is no key beyond the sample's. The first difference ends the program with exit code 1; else it
prints the receipt handle.
"""

import hashlib
import json
import re
import sys

UUID = r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
MILLISECONDS = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z"
SECONDS = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ"


class Form(str):
    """A regular expression that a string must match as a whole."""


class Unordered(dict):
    """An object whose keys may come in any order: its sample calls it a section of configured fields."""


def differ(path, got, want):
    """Ends the program with a difference."""
    sys.exit(f"check.py: {path}:\n  got  {json.dumps(got)}\n  want {json.dumps(want)}")


def compare(path, got, want):
    """Compares a value with its sample."""
    if isinstance(want, dict):
        if not isinstance(got, dict):
            differ(path, got, want)
        keys, wanted = list(got), list(want)
        if isinstance(want, Unordered):
            keys, wanted = sorted(keys), sorted(wanted)
        if keys != wanted:
            differ(f"{path} (its keys)", keys, wanted)
        for key, value in want.items():
            compare(f"{path}.{key}", got[key], value)
    elif isinstance(want, list):
        if not isinstance(got, list) or len(got) != len(want):
            differ(path, got, want)
        for i, value in enumerate(want):
            compare(f"{path}[{i}]", got[i], value)
    elif isinstance(want, Form):
        if not isinstance(got, str) or not re.fullmatch(want, got):
            differ(path, got, f"a text of the form {want}")
    elif type(got) is not type(want) or got != want:
        differ(path, got, want)


def without_duplicates(pairs):
    """Makes an object, and refuses a key that comes twice."""
    keys = [key for key, _ in pairs]
    if len(set(keys)) != len(keys):
        sys.exit(f"check.py: a key comes twice: {keys}")
    return dict(pairs)


def performed_by(known):
    """The sample's performedBy."""
    by = {}
    if "user" in known:
        by["user"] = {"userArn": known["user"]}
    by["iamPrincipalArn"] = known["principal"]
    return by


def case_detail(kind, known):
    """The sample's detail of a case event."""
    changed = {
        "CASE.CREATED": ["title", "customer_id", "case_reason", known["field"], "status", "reference_number",
                         "created_datetime", "last_updated_datetime", "case_id"],
        "CASE.UPDATED": ["status", "last_updated_datetime", "last_closed_datetime", "last_updated_user"],
        "CASE.DELETED": [],
    }[kind]
    case = {"caseId": known["case"], "templateId": known["template"], "createdDateTime": Form(MILLISECONDS)}
    if "status" in known:
        values = {
            "status": known["status"], "title": "Parcel did not arrive", "customer_id": known["customer"],
            "case_reason": "Shipment lost", known["field"]: "Customer didn't receive the product",
        }
        case["fields"] = Unordered((name, {"value": {"stringValue": value}}) for name, value in values.items())
    return {
        "version": "0", "eventType": kind, "approximateChangeTime": Form(MILLISECONDS), "changedFieldIds": changed,
        "performedBy": performed_by(known), "case": case,
    }


def item_detail(kind, known, got):
    """The sample's detail of a related item's event."""
    item = {
        "relatedItemType": "Comment" if "comment" in known else "Contact", "relatedItemId": known["item"],
        "caseId": known["case"], "createdDateTime": Form(MILLISECONDS),
    }
    if "comment" in known:
        changed = ["comment.commentText"]
        item["comment"] = {"body": known["comment"]}
    else:
        changed = ["contact.contactArn"]
        item["contact"] = {"contactArn": known["contact"]}
        # The sample shows the ARN only; consumers of the real service read the channel as well. No other member may come.
        contact = got.get("detail", {}).get("relatedItem", {}).get("contact", {})
        for name, form in (("channel", "VOICE|CHAT|TASK|EMAIL"), ("connectedToSystemTime", MILLISECONDS)):
            if name in contact:
                item["contact"][name] = Form(form)
        if "channel" in contact and "contact.channel" in got["detail"].get("changedAttributes", []):
            changed.append("contact.channel")
    return {
        "version": "0", "eventType": kind, "approximateChangeTime": Form(MILLISECONDS), "changedAttributes": changed,
        "performedBy": performed_by(known), "relatedItem": item,
    }


def main():
    kind, known = sys.argv[1], dict(pair.split("=", 1) for pair in sys.argv[2:])
    text = sys.stdin.read()
    messages = json.loads(text).get("Messages", []) if text.strip() else []
    if len(messages) != 1:
        sys.exit(f"check.py: {kind}: received {len(messages)} messages, want 1")
    body = messages[0]["Body"]
    digest = hashlib.md5(body.encode()).hexdigest()
    if messages[0]["MD5OfBody"] != digest:
        differ("MD5OfBody", messages[0]["MD5OfBody"], digest)
    got = json.loads(body, object_pairs_hook=without_duplicates)
    domain = f"arn:aws:cases:{known['region']}:{known['account']}:domain/{known['domain']}"
    resource = f"{domain}/case/{known['case']}"
    if kind.startswith("CASE."):
        detail = case_detail(kind, known)
    else:
        resource += f"/related-item/{known['item']}"
        detail = item_detail(kind, known, got)
    compare("event", got, {
        "version": "0", "id": Form(UUID), "detail-type": "Amazon Connect Cases Change", "source": "aws.cases",
        "account": known["account"], "time": Form(SECONDS), "region": known["region"], "resources": [domain, resource],
        "detail": detail,
    })
    if body != json.dumps(got, separators=(",", ":"), ensure_ascii=False):
        sys.exit(f"check.py: {kind}: the body is not compact JSON: {body}")
    print(messages[0]["ReceiptHandle"])


if __name__ == "__main__":
    main()
