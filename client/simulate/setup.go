package simulate

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/casestream/casestream/client"
)

// Names that the set-up gives to what it makes.
const (
	domainName     = "simulation"
	profilesDomain = "simulation-profiles"
)

// Setup makes what simulated cases need, or finds it where an earlier run has made it: fields, options and
// templates go by their names, customers by their account numbers. Without a domain it makes one, on an instance
// of its own and with event streams on. What a run has left undone that was interrupted, the next one does.
func (s *Simulation) Setup(ctx context.Context) error {
	w := &World{DomainID: s.cfg.DomainID}
	if err := s.domain(ctx, w); err != nil {
		return fmt.Errorf("domain: %w", err)
	}
	if err := s.fields(ctx, w); err != nil {
		return fmt.Errorf("fields: %w", err)
	}
	if err := s.templates(ctx, w); err != nil {
		return fmt.Errorf("templates: %w", err)
	}
	if err := s.events(ctx, w); err != nil {
		return fmt.Errorf("event configuration: %w", err)
	}
	if err := s.customers(ctx, w); err != nil {
		return fmt.Errorf("customers: %w", err)
	}
	s.World = w
	return nil
}

// rest calls an operation of a REST service.
func (s *Simulation) rest(ctx context.Context, service, method, path string, in, out any) error {
	return s.cfg.Client.REST(ctx, service, method, path, in, out)
}

// domain finds or makes the Cases domain, and the Connect instance that contacts and agents belong to.
func (s *Simulation) domain(ctx context.Context, w *World) error {
	if w.DomainID == "" {
		s.own = true
		if err := s.ownDomain(ctx, w); err != nil {
			return err
		}
	}
	var got struct{ DomainArn string }
	if err := s.rest(ctx, "cases", http.MethodPost, w.cases(""), nil, &got); err != nil {
		return err
	}
	w.DomainARN = got.DomainArn
	alias := domainName + "-" + w.DomainID[max(0, len(w.DomainID)-12):] // no two instances of AWS's have the same
	if err := s.findInstance(ctx, w, alias); err != nil {
		return err
	}
	switch {
	case s.own:
		return s.ownInstance(ctx, w, alias)
	case w.InstanceARN == "":
		return errors.New("the account has no Connect instance: contacts and agents would belong to none")
	}
	return nil
}

// ownDomain finds the domain of an earlier run, or makes one.
func (s *Simulation) ownDomain(ctx context.Context, w *World) error {
	err := s.pages(ctx, "/domains-list", 10, func(p *listed) {
		for _, d := range p.Domains {
			if d.Name == domainName {
				w.DomainID = d.DomainId
			}
		}
	})
	if err != nil || w.DomainID != "" {
		return err
	}
	var made struct{ DomainId string }
	err = s.rest(ctx, "cases", http.MethodPost, "/domains", object{"name": domainName}, &made)
	w.DomainID = made.DomainId
	return err
}

// findInstance looks for an instance: for a domain of our own the one with the alias, else the account's first.
func (s *Simulation) findInstance(ctx context.Context, w *World, alias string) error {
	for query := ""; ; {
		var p struct {
			InstanceSummaryList []struct{ Arn, InstanceAlias string }
			NextToken           string
		}
		if err := s.rest(ctx, "connect", http.MethodGet, "/instance"+query, nil, &p); err != nil {
			return err
		}
		for _, i := range p.InstanceSummaryList {
			if !s.own || i.InstanceAlias == alias {
				w.InstanceARN = i.Arn
				return nil
			}
		}
		if p.NextToken == "" {
			return nil
		}
		query = "?" + url.Values{"nextToken": {p.NextToken}}.Encode()
	}
}

// ownInstance makes the instance of a domain of our own, unless it is there, and has the domain on it.
func (s *Simulation) ownInstance(ctx context.Context, w *World, alias string) error {
	if w.InstanceARN == "" {
		var made struct{ Arn string }
		err := s.rest(ctx, "connect", http.MethodPut, "/instance", object{
			"IdentityManagementType": "CONNECT_MANAGED", "InstanceAlias": alias, "InboundCallsEnabled": true, "OutboundCallsEnabled": true,
		}, &made)
		if err != nil {
			return err
		}
		w.InstanceARN = made.Arn
	}
	id := w.InstanceARN[strings.LastIndexByte(w.InstanceARN, '/')+1:]
	err := s.rest(ctx, "connect", http.MethodPut, "/instance/"+id+"/integration-associations", object{
		"IntegrationType": "CASES_DOMAIN", "IntegrationArn": w.DomainARN,
	}, nil)
	if client.Code(err) == "DuplicateResourceException" { // it was on it
		return nil
	}
	return err
}

// listed is a page of any of the lists.
type listed struct {
	Domains   []struct{ DomainId, Name string }
	Fields    []struct{ FieldId, Name, Type, Namespace string }
	Templates []struct{ TemplateId, Name string }
	NextToken *string
}

// pages hands each page of a list to take.
func (s *Simulation) pages(ctx context.Context, path string, size int, take func(*listed)) error {
	token := ""
	for {
		query := url.Values{"maxResults": {fmt.Sprint(size)}}
		if token != "" {
			query.Set("nextToken", token)
		}
		var p listed
		if err := s.rest(ctx, "cases", http.MethodPost, path+"?"+query.Encode(), nil, &p); err != nil {
			return err
		}
		take(&p)
		if p.NextToken == nil || *p.NextToken == "" {
			return nil
		}
		token = *p.NextToken
	}
}

// cases is the path of something in the domain.
func (w *World) cases(rest string) string { return "/domains/" + url.PathEscape(w.DomainID) + rest }

// fields makes the fields that lack, and puts the options of all.
func (s *Simulation) fields(ctx context.Context, w *World) error {
	w.Fields = make(map[string]string)
	err := s.pages(ctx, w.cases("/fields-list"), 100, func(p *listed) {
		for _, f := range p.Fields {
			if f.Namespace == "Custom" {
				w.Fields[f.Name] = f.FieldId
			}
		}
	})
	if err != nil {
		return err
	}
	for _, f := range Fields() {
		if w.Fields[f.Name] == "" {
			in := object{"name": f.Name, "type": f.Type, "description": f.Description}
			if f.Multiline {
				in["attributes"] = object{"text": object{"isMultiline": true}}
			}
			var made struct{ FieldId string }
			if err := s.rest(ctx, "cases", http.MethodPost, w.cases("/fields"), in, &made); err != nil {
				return err
			}
			w.Fields[f.Name] = made.FieldId
		}
		if err := s.options(ctx, w, w.Fields[f.Name], f.Options); err != nil {
			return err
		}
	}
	return s.options(ctx, w, "case_reason", reasons)
}

// maxOptions is how many options BatchPutFieldOptions takes at once.
const maxOptions = 50

// options puts the options of a field.
func (s *Simulation) options(ctx context.Context, w *World, field string, list []Option) error {
	for len(list) > 0 {
		n := min(len(list), maxOptions)
		var batch []object
		for _, o := range list[:n] {
			batch = append(batch, object{"name": o.Name, "value": o.Value, "active": true})
		}
		list = list[n:]
		var put struct{ Errors []struct{ Message string } }
		if err := s.rest(ctx, "cases", http.MethodPut, w.cases("/fields/"+field+"/options"), object{"options": batch}, &put); err != nil {
			return err
		}
		if len(put.Errors) > 0 {
			return errors.New(put.Errors[0].Message)
		}
	}
	return nil
}

// templates makes the templates that lack.
func (s *Simulation) templates(ctx context.Context, w *World) error {
	w.Templates = make(map[string]string)
	err := s.pages(ctx, w.cases("/templates-list"), 100, func(p *listed) {
		for _, t := range p.Templates {
			w.Templates[t.Name] = t.TemplateId
		}
	})
	if err != nil {
		return err
	}
	for _, t := range Templates() {
		if w.Templates[t.Name] != "" {
			continue
		}
		var required []object
		for _, name := range t.Required {
			required = append(required, object{"fieldId": w.Fields[name]})
		}
		in := object{"name": t.Name, "description": t.Description}
		if required != nil {
			in["requiredFields"] = required
		}
		var made struct{ TemplateId string }
		if err := s.rest(ctx, "cases", http.MethodPost, w.cases("/templates"), in, &made); err != nil {
			return err
		}
		w.Templates[t.Name] = made.TemplateId
	}
	return nil
}

// events has the events of a domain of our own published, with all that they can tell, unless they are published
// already. Somebody else's domain stays as it is.
func (s *Simulation) events(ctx context.Context, w *World) error {
	if !s.own {
		return nil
	}
	var have struct{ EventBridge struct{ Enabled bool } }
	if err := s.rest(ctx, "cases", http.MethodPost, w.cases("/case-event-configuration"), nil, &have); err != nil || have.EventBridge.Enabled {
		return err
	}
	var included []object
	for _, id := range []string{"title", "status", "summary", "case_reason", "customer_id", "assigned_queue", "assigned_user"} {
		included = append(included, object{"id": id})
	}
	for _, f := range Fields() {
		included = append(included, object{"id": w.Fields[f.Name]})
	}
	return s.rest(ctx, "cases", http.MethodPut, w.cases("/case-event-configuration"), object{"eventBridge": object{
		"enabled":      true,
		"includedData": object{"caseData": object{"fields": included}, "relatedItemData": object{"includeContent": true}},
	}}, nil)
}

// customers makes customer profiles, or finds those of an earlier run.
func (s *Simulation) customers(ctx context.Context, w *World) error {
	const domain = "/domains/" + profilesDomain
	err := s.rest(ctx, "profile", http.MethodGet, domain, nil, nil)
	fresh := client.Code(err) == "ResourceNotFoundException"
	if fresh {
		err = s.rest(ctx, "profile", http.MethodPost, domain, object{"DefaultExpirationDays": 366}, nil)
	}
	if err != nil {
		return err
	}
	err = s.rest(ctx, "profile", http.MethodPut, domain+"/integrations", object{"Uri": w.InstanceARN, "ObjectTypeName": "CTR"}, nil)
	if err != nil {
		return err
	}
	region, account, err := place(w.DomainARN)
	if err != nil {
		return err
	}
	w.Customers = make([]string, s.cfg.Customers)
	return s.parallel(ctx, len(w.Customers), func(ctx context.Context, i int) error {
		id, err := s.customer(ctx, i, fresh)
		w.Customers[i] = profileARN(region, account, profilesDomain, id)
		return err
	})
}

// place takes Region and account out of an ARN.
func place(arn string) (region, account string, err error) {
	parts := strings.Split(arn, ":")
	if len(parts) < 6 {
		return "", "", fmt.Errorf("%q is no ARN", arn)
	}
	return parts[3], parts[4], nil
}

// customer gives the id of the i-th customer.
func (s *Simulation) customer(ctx context.Context, i int, fresh bool) (string, error) {
	const domain = "/domains/" + profilesDomain
	number := fmt.Sprintf("SIM-%06d", i)
	if !fresh {
		var found struct{ Items []struct{ ProfileId string } }
		err := s.rest(ctx, "profile", http.MethodPost, domain+"/profiles/search", object{"KeyName": "_account", "Values": []string{number}}, &found)
		if err != nil {
			return "", err
		}
		if len(found.Items) > 0 {
			return found.Items[0].ProfileId, nil
		}
	}
	w := (&Generator{seed: customerSeed}).draw(i)
	first, last := w.of(firstNames), w.of(lastNames)
	var made struct{ ProfileId string }
	err := s.rest(ctx, "profile", http.MethodPost, domain+"/profiles", object{
		"AccountNumber": number, "FirstName": first, "LastName": last, "PhoneNumber": fmt.Sprintf("+1555%07d", i),
		"EmailAddress": strings.ToLower(first) + fmt.Sprintf(".%d@customer.example", i), "Address": object{"City": w.of(cities)},
	}, &made)
	return made.ProfileId, err
}

// customerSeed makes the same customers whatever the seed of the cases: they stay from run to run.
const customerSeed = 1

// parallel does n things over the simulation's connections, until one fails.
func (s *Simulation) parallel(ctx context.Context, n int, do func(ctx context.Context, i int) error) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	var next atomic.Int64
	var group sync.WaitGroup
	for range min(s.cfg.Connections, n) {
		group.Go(func() {
			for i := int(next.Add(1)) - 1; i < n && ctx.Err() == nil; i = int(next.Add(1)) - 1 {
				if err := do(ctx, i); err != nil {
					cancel(err)
					return
				}
			}
		})
	}
	group.Wait()
	return context.Cause(ctx)
}
