package customerprofiles_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// instanceARN is a Connect instance's.
const instanceARN = "arn:aws:connect:us-west-2:111122223333:instance/0193f4a0-0000-7000-8000-000000000000"

func TestIntegrationIsKeptAsGiven(t *testing.T) {
	each(t, func(t *testing.T, d door) {
		d.newDomain("shop")
		given := object{
			"Uri": instanceARN, "ObjectTypeName": "CTR", "Tags": object{"a": "b"}, "ObjectTypeNames": object{"x": "CTR"},
			"RoleArn": "arn:aws:iam::111122223333:role/r", "EventTriggerNames": []any{"t"}, "Scope": "DOMAIN",
		}
		put := d.Do(in("shop", "PutIntegration", given))
		got := d.Do(in("shop", "GetIntegration", object{"Uri": instanceARN}))
		listed := d.Do(in("shop", "ListIntegrations", nil))["Items"].([]any)
		if len(listed) != 1 {
			t.Fatalf("integrations %v, want one", listed)
		}
		given["DomainName"] = "shop"
		for _, answer := range []object{put, got, listed[0].(object)} {
			recent(t, answer, "CreatedAt")
			recent(t, answer, "LastUpdatedAt")
			if diff := cmp.Diff(given, answer); diff != "" {
				t.Errorf("-want +got\n%s", diff)
			}
		}
	})
}

func TestPutIntegrationAgainReplacesIt(t *testing.T) {
	each(t, func(t *testing.T, d door) {
		d.newDomain("shop")
		first := d.Do(in("shop", "PutIntegration", object{"Uri": instanceARN, "ObjectTypeName": "CTR", "Tags": object{"a": "b"}}))
		second := d.Do(in("shop", "PutIntegration", object{"Uri": instanceARN, "ObjectTypeName": "Other"}))
		if second["CreatedAt"] != first["CreatedAt"] || second["LastUpdatedAt"].(float64) < first["LastUpdatedAt"].(float64) {
			t.Errorf("times %v, then %v", first, second)
		}
		if second["ObjectTypeName"] != "Other" || second["Tags"] != nil {
			t.Errorf("integration = %v", second)
		}
		if got := d.Do(in("shop", "ListIntegrations", nil))["Items"].([]any); len(got) != 1 {
			t.Errorf("integrations %v, want one", got)
		}
	})
}

func TestInstanceHasOneDomain(t *testing.T) {
	each(t, func(t *testing.T, d door) {
		d.newDomain("first")
		d.newDomain("second")
		d.Do(in("first", "PutIntegration", object{"Uri": instanceARN}))
		d.Do(in("first", "PutIntegration", object{"Uri": instanceARN + "2"})) // a domain may serve several instances
		d.Refuse(in("second", "PutIntegration", object{"Uri": instanceARN}), "BadRequestException", 400, "another domain")
		for _, domain := range []string{"first", "second"} {
			d.Do(in(domain, "PutIntegration", object{"Uri": "arn:aws:s3:::bucket"})) // other sources may be shared
		}
	})
}

func TestIntegrationsComeInPages(t *testing.T) {
	each(t, func(t *testing.T, d door) {
		d.newDomain("shop")
		for _, uri := range []string{"s3://c", "s3://a", "s3://b"} {
			d.Do(in("shop", "PutIntegration", object{"Uri": uri}))
		}
		all := in("shop", "ListIntegrations", nil)
		var got []string
		token := []string{}
		for range 2 {
			page := d.Do(paged(all, append([]string{"max-results", "2", "include-hidden", "true"}, token...)...))
			for _, i := range page["Items"].([]any) {
				got = append(got, i.(object)["Uri"].(string))
			}
			if next, ok := page["NextToken"].(string); ok {
				token = []string{"next-token", next}
			} else {
				token = nil
			}
		}
		if !slices.Equal(got, []string{"s3://a", "s3://b", "s3://c"}) || token != nil {
			t.Errorf("pages give %v, then token %v", got, token)
		}
		d.Refuse(paged(all, "next-token", "ZG9tYWlucy9h"), "BadRequestException", 400, "NextToken")
	})
}

func TestIntegrationsThatAreRefused(t *testing.T) {
	each(t, func(t *testing.T, d door) {
		d.newDomain("shop")
		flow := object{
			"FlowName": "flow", "KmsArn": "arn:aws:kms:us-west-2:111122223333:key/1", "Tasks": []any{}, "TriggerConfig": object{"TriggerType": "OnDemand"},
			"SourceFlowConfig": object{"ConnectorType": "S3", "SourceConnectorProperties": object{"S3": object{"BucketName": "bucket"}}},
		}
		for _, c := range []struct {
			name, message string
			body          object
		}{
			{"no uri", "Uri is required", object{}},
			{"a flow", "AppFlow", object{"FlowDefinition": flow}},
			{"uri too long", "less than or equal to 255", object{"Uri": strings.Repeat("a", 256)}},
			{"NUL in the uri", "not allowed", object{"Uri": "a\x00"}},
			{"object type with a space", "objectTypeName", object{"Uri": "a", "ObjectTypeName": "a b"}},
			{"unknown scope", "scope", object{"Uri": "a", "Scope": "WORLD"}},
		} {
			t.Run(c.name, func(t *testing.T) {
				d.On(t).Refuse(in("shop", "PutIntegration", c.body), "BadRequestException", 400, c.message)
			})
		}
		d.Refuse(in("shop", "GetIntegration", object{"Uri": "a"}), "ResourceNotFoundException", 404, "Integration a")
		d.Refuse(in("shop", "GetIntegration", object{"Uri": "\x00"}), "BadRequestException", 400, "not allowed")
		d.Refuse(in("shop", "GetIntegration", object{}), "BadRequestException", 400, "uri")
	})
}
