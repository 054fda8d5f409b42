package transfer

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/casestream/casestream/client"
)

// object is a JSON object.
type object = client.Object

// Domain is a Cases domain on a server, or on AWS.
type Domain struct {
	Client *client.Client
	ID     string
}

// Bounds of the API.
const (
	pageOfLists  = 100 // entries of a list
	pageOfItems  = 25  // related items
	pageOfCases  = 100 // cases of a search
	maxValues    = 220 // field values of a request
	maxBatch     = 50  // fields, rules and options of a request
	namespaceOwn = "Custom"
)

// setByService are the fields that no caller may set.
var setByService = map[string]bool{
	"case_id": true, "reference_number": true, "created_datetime": true, "last_updated_datetime": true, "last_closed_datetime": true,
	"last_reopened_datetime": true, "last_updated_user": true, "next_sla_breach_datetime": true,
}

// call calls an operation on something in the domain.
func (d *Domain) call(ctx context.Context, method, path string, in, out any) error {
	return d.Client.REST(ctx, "cases", method, "/domains/"+url.PathEscape(d.ID)+path, in, out)
}

// post calls an operation with POST.
func (d *Domain) post(ctx context.Context, path string, in, out any) error {
	return d.call(ctx, http.MethodPost, path, in, out)
}

// arn gives the domain's ARN, and fails when it is not there.
func (d *Domain) arn(ctx context.Context) (string, error) {
	var got struct {
		ARN string `json:"domainArn"`
	}
	err := d.post(ctx, "", nil, &got)
	return got.ARN, err
}

// tag puts tags on a resource. Those of AWS's own are not for others to put.
func (d *Domain) tag(ctx context.Context, arn string, tags map[string]string) error {
	own := ownTags(tags)
	if len(own) == 0 {
		return nil
	}
	return d.Client.REST(ctx, "cases", http.MethodPost, "/tags/"+url.PathEscape(arn), object{"tags": own}, nil)
}

// ownTags leaves out those that AWS puts itself.
func ownTags(tags map[string]string) map[string]string {
	own := make(map[string]string, len(tags))
	for k, v := range tags {
		if !strings.HasPrefix(k, "aws:") {
			own[k] = v
		}
	}
	return own
}

// listed is a page of any of the lists of a domain's configuration.
type listed struct {
	Fields []struct {
		FieldID   string `json:"fieldId"`
		Name      string `json:"name"`
		Type      string `json:"type"`
		Namespace string `json:"namespace"`
	} `json:"fields"`
	Options []Option `json:"options"`
	Layouts []struct {
		LayoutID string `json:"layoutId"`
		Name     string `json:"name"`
	} `json:"layouts"`
	Rules []struct {
		RuleID string `json:"caseRuleId"`
		Name   string `json:"name"`
	} `json:"caseRules"`
	Templates []struct {
		TemplateID string `json:"templateId"`
		Name       string `json:"name"`
		Status     string `json:"status"`
	} `json:"templates"`
	NextToken string `json:"nextToken"`
}

// list hands each page of a list to take.
func (d *Domain) list(ctx context.Context, path string, take func(*listed)) error {
	for token := ""; ; {
		query := url.Values{"maxResults": {strconv.Itoa(pageOfLists)}}
		if token != "" {
			query.Set("nextToken", token)
		}
		var p listed
		if err := d.post(ctx, path+"?"+query.Encode(), nil, &p); err != nil {
			return err
		}
		take(&p)
		if token = p.NextToken; token == "" {
			return nil
		}
	}
}

// options lists the options of a field.
func (d *Domain) options(ctx context.Context, field string) (list []Option, err error) {
	err = d.list(ctx, "/fields/"+url.PathEscape(field)+"/options-list", func(p *listed) { list = append(list, p.Options...) })
	return list, err
}

// items gives what is related to a case, oldest first.
func (d *Domain) items(ctx context.Context, caseID string) ([]Item, error) {
	var list []Item
	for token := ""; ; {
		in := object{"maxResults": pageOfItems}
		if token != "" {
			in["nextToken"] = token
		}
		var p struct {
			Items     []*Item `json:"relatedItems"` // null where the API says nothing of one
			NextToken string  `json:"nextToken"`
		}
		if err := d.post(ctx, casePath(caseID)+"/related-items-search", in, &p); err != nil {
			return nil, err
		}
		for _, i := range p.Items {
			if i != nil {
				list = append(list, *i)
			}
		}
		if token = p.NextToken; token == "" {
			break
		}
	}
	slices.Reverse(list) // the search gives the newest first
	return list, nil
}

// casePath is the path of a case.
func casePath(id string) string { return "/cases/" + url.PathEscape(id) }

// idMembers are the members that hold the id of a field, in layouts, rules and templates.
var idMembers = map[string]bool{"id": true, "fieldId": true, "parentFieldId": true, "childFieldId": true}

// remap changes the ids of fields in a piece of configuration.
func remap(text json.RawMessage, id func(string) (string, error)) (json.RawMessage, error) {
	if len(text) == 0 {
		return nil, nil
	}
	var v any
	if err := json.Unmarshal(text, &v); err != nil {
		return nil, err
	}
	if err := walk(v, id); err != nil {
		return nil, err
	}
	return json.Marshal(v)
}

// walk changes the ids in v in place.
func walk(v any, id func(string) (string, error)) error {
	switch v := v.(type) {
	case []any:
		for _, e := range v {
			if err := walk(e, id); err != nil {
				return err
			}
		}
	case map[string]any:
		for k, e := range v {
			old, isText := e.(string)
			if !isText || !idMembers[k] {
				if err := walk(e, id); err != nil {
					return err
				}
				continue
			}
			new, err := id(old)
			if err != nil {
				return err
			}
			v[k] = new
		}
	}
	return nil
}
