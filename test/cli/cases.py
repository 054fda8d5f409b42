"""Calls each operation of Amazon Connect Cases with botocore and holds every answer to AWS's model: the members that
it requires are there, no other members are, and values have the model's types and forms. Looks as well at what
botocore sends otherwise than the Go SDK: POSTs without a body, query parameters that come more than once, ids and
ARNs that are percent-encoded in the path. Endpoint and credentials come from the environment (`casestream env`).
"""

import datetime
import json
import re
import sys

import botocore.config
import botocore.exceptions
import botocore.session

TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z")
CUSTOMER = "arn:aws:profile:us-east-1:111122223333:domains/my-profiles/profiles/0123456789abcdef0123456789abcdef"
CONTACT = "arn:aws:connect:us-east-1:111122223333:instance/11111111-2222-4333-8444-555555555555/contact/c-1"
FILE = "arn:aws:connect:us-east-1:111122223333:instance/11111111-2222-4333-8444-555555555555/file/f-1"
called = set()
problems = []


def check(what, got, want):
    """Notes a difference."""
    if got != want:
        problems.append(f"{what}: got {got!r}, want {want!r}")


def conform(shape, value, path):
    """Holds a value as it was sent to a shape of the model."""
    kinds = {"string": str, "boolean": bool, "list": list, "map": dict, "structure": dict, "timestamp": str}
    kinds |= {"integer": int, "long": int, "double": (int, float)}
    if not isinstance(value, kinds[shape.type_name]):
        problems.append(f"{path}: {value!r} is no {shape.type_name}")
        return
    if shape.type_name == "timestamp" and not TIME.fullmatch(value):
        problems.append(f"{path}: {value!r} has another form")
    if getattr(shape, "enum", None) and value not in shape.enum:
        problems.append(f"{path}: {value!r} is none of {shape.enum}")
    size = value if shape.type_name in ("integer", "long") else len(value) if hasattr(value, "__len__") else None
    if size is not None and not shape.metadata.get("min", size) <= size <= shape.metadata.get("max", size):
        problems.append(f"{path}: {size} is out of range {shape.metadata}")
    if shape.type_name == "list":
        for i, item in enumerate(value):
            conform(shape.member, item, f"{path}[{i}]")
    elif shape.type_name == "map":
        for key, item in value.items():
            conform(shape.value, item, f"{path}.{key}")
    elif shape.type_name == "structure":
        for name in set(shape.required_members) - value.keys():
            problems.append(f"{path}: {name} is missing")
        if shape.is_tagged_union and len(value) != 1:
            problems.append(f"{path}: a union with {sorted(value)}")
        for name, item in value.items():
            if name in shape.members:
                conform(shape.members[name], item, f"{path}.{name}")
            else:
                problems.append(f"{path}: {name} is not in the model")


def received(http_response, parsed, model, **_):
    """Looks at each answer, before anyone else does."""
    called.add(model.name)
    check(model.name + ": Content-Type", http_response.headers.get("Content-Type"), "application/json")
    if http_response.status_code >= 300:
        return
    check(model.name + ": status", http_response.status_code, 200)
    body = json.loads(http_response.content)
    if model.output_shape:
        conform(model.output_shape, body, model.name)
    else:
        check(model.name + ": body", body, {})


def fails(code, status, call, **params):
    """Makes a call that must fail, and gives what the error says beside its code."""
    try:
        call(**params)
    except botocore.exceptions.ClientError as e:
        check(f"{call.__name__}: code", e.response["Error"]["Code"], code)
        check(f"{call.__name__}: status", e.response["ResponseMetadata"]["HTTPStatusCode"], status)
        if not e.response["Error"]["Message"]:
            problems.append(f"{call.__name__}: no message")
        return e.response
    problems.append(f"{call.__name__}: succeeded, want {code}")
    return {}


def text(field, value):
    """A field with a string."""
    return {"id": field, "value": {"stringValue": value}}


def fields(*more):
    """What every case has, and more."""
    return [text("title", "Parcel late"), text("customer_id", CUSTOMER), *more]


def configure(c, d):
    """Makes, changes, reads, lists and deletes what a domain has for its cases."""
    field = c.create_field(domainId=d, name="Carrier", type="Text", attributes={"text": {"isMultiline": True}})["fieldId"]
    count = c.create_field(domainId=d, name="Count", type="Number")["fieldId"]
    kind = c.create_field(domainId=d, name="Kind", type="SingleSelect")["fieldId"]
    c.update_field(domainId=d, fieldId=field, description="")
    c.batch_put_field_options(domainId=d, fieldId=kind, options=[{"name": n, "value": n, "active": True} for n in ("a", "b", "c")])
    c.batch_put_field_options(domainId=d, fieldId="status", options=[{"name": "Offen", "value": "open", "active": False}, {"name": "Pending", "value": "pending", "active": True}])
    check("values", c.list_field_options(domainId=d, fieldId=kind, values=["b"])["options"], [{"name": "b", "value": "b", "active": True}])
    c.batch_get_field(domainId=d, fields=[{"id": i} for i in ("title", "status", field, count, kind, "no such field")])
    spare = c.create_field(domainId=d, name="Spare", type="Url")["fieldId"]
    c.delete_field(domainId=d, fieldId=spare)
    c.list_fields(domainId=d)
    panel = {"sections": [{"fieldGroup": {"fields": [{"id": field}, {"id": "status"}]}}]}
    layout = c.create_layout(domainId=d, name="wide", content={"basic": {"topPanel": panel, "moreInfo": {"sections": []}}})["layoutId"]
    c.update_layout(domainId=d, layoutId=layout, name="wider")
    spare = c.create_layout(domainId=d, name="spare", content={"basic": {}})["layoutId"]
    c.delete_layout(domainId=d, layoutId=spare)
    for one in (layout, spare):
        c.get_layout(domainId=d, layoutId=one)
    c.list_layouts(domainId=d)
    condition = {"operandOne": {"fieldId": kind}, "operandTwo": {"emptyValue": {}}, "result": False}
    rules = [
        {"required": {"defaultValue": False, "conditions": [{"notEqualTo": condition | {"operandTwo": {"stringValue": "a"}}}]}},
        {"hidden": {"defaultValue": False, "conditions": [{"orAll": {"conditions": [{"equalTo": condition}, {"equalTo": condition | {"operandOne": {"fieldId": count}, "operandTwo": {"doubleValue": 0}}}]}}]}},
        {"fieldOptions": {"parentFieldId": "status", "childFieldId": kind, "parentChildFieldOptionsMappings": [{"parentFieldOptionValue": "open", "childFieldOptionValues": ["a", "b"]}]}},
    ]
    made = [c.create_case_rule(domainId=d, name=f"rule {i}", description="x", rule=r)["caseRuleId"] for i, r in enumerate(rules)]
    c.update_case_rule(domainId=d, caseRuleId=made[0], name="other")
    c.delete_case_rule(domainId=d, caseRuleId=made[2])
    back = c.batch_get_case_rule(domainId=d, caseRules=[{"id": i} for i in [*made, "no such rule"]])
    check("rules", [r["rule"] for r in back["caseRules"]], rules)
    c.list_case_rules(domainId=d)
    template = c.create_template(
        domainId=d, name="general", layoutConfiguration={"defaultLayout": layout}, requiredFields=[{"fieldId": "title"}], rules=[{"caseRuleId": made[1], "fieldId": field}],
        tagPropagationConfigurations=[{"resourceType": "Cases", "tagMap": {"team": "refunds"}}],
    )["templateId"]
    c.update_template(domainId=d, templateId=template, description="For all")
    spare = c.create_template(domainId=d, name="spare", status="Inactive")["templateId"]
    check("states", [t["name"] for t in c.list_templates(domainId=d, status=["Active", "Inactive"])["templates"]], ["general", "spare"])
    c.delete_template(domainId=d, templateId=spare)
    for one in (template, spare):
        c.get_template(domainId=d, templateId=one)
    c.get_case_event_configuration(domainId=d)
    wanted = {"enabled": True, "includedData": {"caseData": {"fields": [{"id": field}]}, "relatedItemData": {"includeContent": True}}}
    c.put_case_event_configuration(domainId=d, eventBridge=wanted)
    check("configuration", c.get_case_event_configuration(domainId=d)["eventBridge"], wanted)
    return template, field, count, kind, layout, made[0]


def work(c, d, template, field, count, kind):
    """Lives the life of cases."""
    case, other = [c.create_case(domainId=d, templateId=template, fields=fields(text(field, "DHL"), {"id": count, "value": {"doubleValue": 2}}))["caseId"] for _ in range(2)]
    c.update_case(domainId=d, caseId=case, fields=[text(kind, "b"), {"id": count, "value": {"emptyValue": {}}}], performedBy={"customEntity": "a robot"})
    every = [{"id": f["fieldId"]} for f in c.list_fields(domainId=d)["fields"]]
    c.get_case(domainId=d, caseId=case, fields=every)
    contents = {
        "Comment": {"comment": {"body": "ü", "contentType": "Text/Plain"}}, "Contact": {"contact": {"contactArn": CONTACT}}, "File": {"file": {"fileArn": FILE}},
        "ConnectCase": {"connectCase": {"caseId": other}}, "Custom": {"custom": {"fields": [text(field, "x"), {"id": count, "value": {"doubleValue": -1.5}}]}},
        "Sla": {"sla": {"slaInputConfiguration": {"name": "Answer", "type": "CaseField", "fieldId": "status", "targetFieldValues": [{"stringValue": "closed"}], "targetSlaMinutes": 5}}},
    }
    made = {t: c.create_related_item(domainId=d, caseId=case, type=t, content=content)["relatedItemId"] for t, content in contents.items()}
    c.update_related_item(domainId=d, caseId=case, relatedItemId=made["Custom"], content={"custom": {"fields": [text(field, "y")]}}, performedBy={"customEntity": "a robot"})
    c.search_related_items(domainId=d, caseId=case)
    c.update_case(domainId=d, caseId=case, fields=[text("status", "closed")])
    items = c.search_all_related_items(domainId=d, filters=[{"sla": {}}, {"custom": {"fields": {"field": {"contains": text(field, "Y")}}}}], sorts=[{"sortProperty": "CaseId", "sortOrder": "Desc"}])
    check("related items", sorted(i["type"] for i in items["relatedItems"]), ["Custom", "Sla"])
    check("times", {i["associationTime"].utcoffset() for i in items["relatedItems"]}, {datetime.timedelta(0)})
    c.list_cases_for_contact(domainId=d, contactArn=CONTACT)
    c.get_case_audit_events(domainId=d, caseId=case)
    found = c.search_cases(domainId=d, searchTerm="dhl", filter={"field": {"equalTo": {"id": count, "value": {"doubleValue": 2}}}}, fields=every[:25])
    check("found", ([i["caseId"] for i in found["cases"]], found["totalCount"]), ([other], 1))
    return case, made


def page(c, d, case, kind):
    """Goes through each list one by one, with botocore's paginators too where it has them."""
    named = {"list_cases_for_contact": {"contactArn": CONTACT}, "list_field_options": {"fieldId": kind}}
    for operation, result in {
        "list_domains": "domains", "list_fields": "fields", "list_field_options": "options", "list_layouts": "layouts", "list_templates": "templates", "list_case_rules": "caseRules",
        "list_cases_for_contact": "cases", "get_case_audit_events": "auditEvents", "search_cases": "cases", "search_related_items": "relatedItems", "search_all_related_items": "relatedItems",
    }.items():
        params = {} if operation == "list_domains" else {"domainId": d} | named.get(operation, {})
        if operation in ("get_case_audit_events", "search_related_items"):
            params["caseId"] = case
        whole = getattr(c, operation)(**params)[result]
        if c.can_paginate(operation):
            ones = [item for p in c.get_paginator(operation).paginate(**params, PaginationConfig={"PageSize": 1}) for item in p[result]]
            check(operation + " with botocore's paginator", ones, whole)
        ones, token = [], {}
        for _ in range(len(whole) + 1):
            answer = getattr(c, operation)(**params, **token, maxResults=1)
            ones += answer[result]
            if "nextToken" not in answer:
                break
            token = {"nextToken": answer["nextToken"]}
        check(operation + " in pages of one", ones, whole)


def main():
    session = botocore.session.get_session()
    c = session.create_client("connectcases", config=botocore.config.Config(retries={"total_max_attempts": 1}))
    c.meta.events.register("after-call.connectcases", received)
    sent = []
    c.meta.events.register("before-send.connectcases", lambda request, **_: sent.append(request))
    made = c.create_domain(name="botocore")
    d, arn = made["domainId"], made["domainArn"]
    c.get_domain(domainId=d)
    check("get_domain sends", (sent[-1].body or b"", sent[-1].headers.get("Content-Type")), (b"", None))
    template, field, count, kind, layout, rule = configure(c, d)
    case, items = work(c, d, template, field, count, kind)
    page(c, d, case, kind)
    for path in ("", "/field/" + field, "/field/status", "/layout/" + layout, "/template/" + template, "/case-rule/" + rule, "/case/" + case, f"/case/{case}/related-item/{items['Comment']}"):
        c.tag_resource(arn=arn + path, tags={"a": "1", "b": "", "c:/=+-@ .": "2"})
        c.untag_resource(arn=arn + path, tagKeys=["a", "b", "never"])
        check("tags of " + path, c.list_tags_for_resource(arn=arn + path)["tags"].get("c:/=+-@ ."), "2")
    odd = "ü a/b%2F?c=d&e#f+g"
    for call, kind_of, params in (
        (c.get_template, "Template", {"templateId": odd}), (c.get_layout, "Layout", {"layoutId": odd}), (c.list_field_options, "Field", {"fieldId": odd}),
        (c.delete_case, "Case", {"caseId": odd}), (c.delete_case_rule, "CaseRule", {"caseRuleId": odd}),
        (c.delete_related_item, "RelatedItem", {"caseId": case, "relatedItemId": odd}), (c.get_domain, "Domain", {"domainId": odd}),
    ):
        said = fails("ResourceNotFoundException", 404, call, **({"domainId": d} | params))
        check(call.__name__ + ": what is missing", (said.get("resourceId"), said.get("resourceType")), (odd, kind_of))
    fails("ValidationException", 400, c.get_case, domainId=d, caseId=case, fields=[{"id": "x" * 501}])
    fails("ConflictException", 409, c.create_field, domainId=d, name="Carrier", type="Text")
    c.delete_related_item(domainId=d, caseId=case, relatedItemId=items["Comment"])
    c.delete_case(domainId=d, caseId=case)
    c.delete_domain(domainId=d)
    fails("ResourceNotFoundException", 404, c.get_domain, domainId=d)
    check("operations that were not called", sorted(set(c.meta.service_model.operation_names) - called), [])
    for p in problems:
        print("cases.py:", p, file=sys.stderr)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
