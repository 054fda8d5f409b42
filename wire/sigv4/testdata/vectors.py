"""Makes vectors.json with botocore's signer. Run by hand: python3 vectors.py > vectors.json"""
import datetime, json
import botocore.auth as auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from botocore.compat import urlsplit

AT = datetime.datetime(2026, 1, 31, 12, 0, 0)
KEY = "AKIDEXAMPLE"
SECRET = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"


auth.get_current_datetime = lambda *args, **kwargs: AT

JSON = {"Content-Type": "application/x-amz-json-1.0", "X-Amz-Target": "AmazonSQS.SendMessage"}
CASES = [
    # name, signer, service, method, url, headers, body, token
    ("json", "h", "sqs", "POST", "http://localhost:4566/", JSON, '{"MessageBody":"hello"}', None),
    ("umlaut body", "h", "sqs", "POST", "http://localhost:4566/", JSON, '{"MessageBody":"ü + %2F"}', None),
    ("token", "h", "events", "POST", "http://localhost:4566/", JSON, "{}", "the/session+token=="),
    ("encoded arn", "h", "cases", "GET", "http://localhost:4566/tags/arn%3Aaws%3Acases%3Aus-east-1%3A1%3Adomain%2Fd", {}, "", None),
    ("space in path", "h", "cases", "POST", "http://localhost:4566/domains/a%20b/cases/c%2Bd~e", {"Content-Type": "application/json"}, "{}", None),
    ("umlaut in path", "h", "cases", "POST", "http://localhost:4566/domains/%C3%BC", {}, "", None),
    ("double slash", "h", "cases", "POST", "http://localhost:4566//domains//d", {}, "", None),
    ("trailing slash", "h", "cases", "POST", "http://localhost:4566/domains/d/cases/c/related-items/", {}, "{}", None),
    ("query sorted", "h", "cases", "POST", "http://localhost:4566/x?b=2&a=1&a-b=3&a=0&empty=&flag", {}, "", None),
    ("query encoded", "h", "cases", "POST", "http://localhost:4566/x?status=a%20b&plus=a%2Bb&slash=%2F&u=%C3%BC", {}, "", None),
    ("folded header", "h", "cases", "POST", "http://localhost:4566/x", {"X-Amz-Meta": "  a   b  c ", "X-Other": "\ta\t"}, "", None),
    ("form", "h", "sts", "POST", "http://localhost:4566/", {"Content-Type": "application/x-www-form-urlencoded; charset=utf-8"}, "Action=GetCallerIdentity&Version=2011-06-15", None),
    ("s3 path", "s3", "s3", "PUT", "http://localhost:4566/bucket/a%20b//c/../%C3%BC%2B", {}, "body", None),
    ("s3 token", "s3", "s3", "GET", "http://localhost:4566/bucket?list-type=2&prefix=a%2Fb", {}, "", "token"),
    ("presigned", "q", "sqs", "GET", "http://localhost:4566/123456789012/q?Action=ReceiveMessage", {}, "", None),
    ("presigned token", "q", "sts", "GET", "http://localhost:4566/?Action=GetCallerIdentity&Version=2011-06-15", {}, "", "a+b/c=="),
    ("presigned s3", "s3q", "s3", "GET", "http://localhost:4566/bucket/a%20b%2Bc", {}, "", "token"),
]
SIGNERS = {"h": auth.SigV4Auth, "q": auth.SigV4QueryAuth, "s3": auth.S3SigV4Auth, "s3q": auth.S3SigV4QueryAuth}

out = []
for name, kind, service, method, url, headers, body, token in CASES:
    r = AWSRequest(method=method, url=url, headers=dict(headers), data=body.encode())
    SIGNERS[kind](Credentials(KEY, SECRET, token), service, "us-east-1").add_auth(r)
    p = r.prepare()
    out.append({
        "name": name, "service": service, "method": method, "url": p.url, "host": urlsplit(p.url).netloc, "token": token or "", "body": body,
        "headers": {k: v for k, v in r.headers.items()},
    })
print(json.dumps(out, indent=1, ensure_ascii=False))
