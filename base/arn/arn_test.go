package arn_test

import (
	"testing"

	"github.com/casestream/casestream/base/arn"
)

func TestParseGivesThePartsThatStringJoins(t *testing.T) {
	for text, want := range map[string]arn.ARN{
		"arn:aws:sqs:us-east-1:111122223333:q":          {"aws", "sqs", "us-east-1", "111122223333", "q"},
		"arn:aws:iam::111122223333:role/a:b":            {"aws", "iam", "", "111122223333", "role/a:b"},
		"arn:aws-cn:cases:cn-north-1:1:domain/d/case/c": {"aws-cn", "cases", "cn-north-1", "1", "domain/d/case/c"},
	} {
		got, ok := arn.Parse(text)
		if !ok || got != want || got.String() != text {
			t.Errorf("Parse(%q) = %+v, %v", text, got, ok)
		}
	}
	for _, text := range []string{"", "arn", "arn:aws:sqs:us-east-1:1", "arn:aws:sqs:us-east-1:1:", "arn::sqs:r:a:x", "arn:aws::r:a:x", "urn:aws:sqs:r:a:x"} {
		if got, ok := arn.Parse(text); ok {
			t.Errorf("Parse(%q) = %+v", text, got)
		}
	}
}

func TestPartitionFollowsTheRegion(t *testing.T) {
	for region, want := range map[string]string{
		"eu-west-2":      "arn:aws:sqs:eu-west-2:111122223333:q",
		"cn-north-1":     "arn:aws-cn:sqs:cn-north-1:111122223333:q",
		"us-gov-west-1":  "arn:aws-us-gov:sqs:us-gov-west-1:111122223333:q",
		"ap-southeast-1": "arn:aws:sqs:ap-southeast-1:111122223333:q",
	} {
		if got := arn.NewMaker("111122223333", region).Make("sqs", "q"); got != want {
			t.Errorf("%s: %s, want %s", region, got, want)
		}
	}
	if got := arn.NewMaker("111122223333", "us-east-1").MakeGlobal("iam", "root"); got != "arn:aws:iam::111122223333:root" {
		t.Error(got)
	}
}

func FuzzParse(f *testing.F) {
	f.Add("arn:aws:sqs:us-east-1:111122223333:q")
	f.Add("arn:::::")
	f.Fuzz(func(t *testing.T, text string) {
		if a, ok := arn.Parse(text); ok && a.String() != text {
			t.Errorf("%q parses to %+v", text, a)
		}
	})
}
