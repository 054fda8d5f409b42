package simulate

import (
	"fmt"
	"strings"
)

// World is what there must be before the first case: whoever has it otherwise than from Setup fills it in.
type World struct {
	DomainID    string
	DomainARN   string
	InstanceARN string            // of the Connect instance whose contacts and agents appear
	Fields      map[string]string // name -> id of each field in Fields()
	Templates   map[string]string // name -> id of each template in Templates()
	Customers   []string          // ARNs of customer profiles
}

// Field is a custom field that simulated cases use.
type Field struct {
	Name, Type, Description string
	Multiline               bool
	Options                 []Option // of a SingleSelect field
}

// Option is a choice of a SingleSelect field.
type Option struct{ Name, Value string }

// The names of the fields.
const (
	fieldProduct  = "Product"
	fieldRegion   = "Region"
	fieldPriority = "Priority"
	fieldOrder    = "Order number"
	fieldQuote    = "What the customer says"
	fieldAmount   = "Amount"
	fieldRating   = "Satisfaction"
	fieldRefunded = "Refunded"
	fieldDue      = "Due"
	fieldTracking = "Tracking page"
	fieldOwner    = "Owner"
)

// priorities are the options of Priority, the usual one first.
var priorities = words("normal low high urgent")

// reasons are the options of the system field case_reason.
var reasons = []Option{
	{"Delivery", "delivery"},
	{"Billing", "billing"},
	{"Return", "return"},
	{"Technical problem", "technical"},
	{"Account", "account"},
	{"Complaint", "complaint"},
	{"Warranty", "warranty"},
	{"Question before a purchase", "presales"},
	{"Data protection", "privacy"},
	{"Other", "other"},
}

// Fields lists the custom fields: one of every type at least.
func Fields() []Field {
	return []Field{
		{Name: fieldProduct, Type: "SingleSelect", Description: "What the case is about", Options: options(things)},
		{Name: fieldRegion, Type: "SingleSelect", Description: "Where the customer lives", Options: regions},
		{Name: fieldPriority, Type: "SingleSelect", Description: "How soon it must be dealt with", Options: options(priorities)},
		{Name: fieldOrder, Type: "Text", Description: "The number on the confirmation"},
		{Name: fieldQuote, Type: "Text", Description: "In the customer's own words", Multiline: true},
		{Name: fieldAmount, Type: "Number", Description: "What it is worth"},
		{Name: fieldRating, Type: "Number", Description: "1 to 5, asked at the end"},
		{Name: fieldRefunded, Type: "Boolean", Description: "Whether money was given back"},
		{Name: fieldDue, Type: "DateTime", Description: "When the customer expects an answer"},
		{Name: fieldTracking, Type: "Url", Description: "The carrier's page"},
		{Name: fieldOwner, Type: "User", Description: "Who looks after the case"},
	}
}

// options makes choices of names.
func options(names []string) []Option {
	list := make([]Option, len(names))
	for i, n := range names {
		list[i] = Option{Name: strings.ToUpper(n[:1]) + n[1:], Value: strings.ToLower(n)}
	}
	return list
}

// Template is a template that simulated cases are made from.
type Template struct {
	Name, Description string
	Required          []string // names of custom fields
	reason            string   // the value of case_reason that goes with it
}

// Templates lists the templates, the commonest first.
func Templates() []Template {
	return []Template{
		{"Delivery problem", "Late, lost and damaged parcels", []string{fieldOrder, fieldProduct}, "delivery"},
		{"General inquiry", "Whatever fits nowhere else", nil, "other"},
		{"Billing", "Invoices, payments and refunds", []string{fieldAmount}, "billing"},
		{"Return", "Goods that come back", []string{fieldOrder}, "return"},
		{"Technical support", "Things that do not work", []string{fieldProduct}, "technical"},
		{"Complaint", "For the complaints team", []string{fieldQuote, fieldPriority}, "complaint"},
	}
}

// Agents and queues of the contact centre.
const (
	agents = 25
	queues = 6
)

// agent gives an agent's ARN.
func (w *World) agent(i int) string {
	return fmt.Sprintf("%s/agent/00000000-0000-4000-8000-%012d", w.InstanceARN, i)
}

// queue gives the ARN of a queue of contacts.
func (w *World) queue(i int) string {
	return fmt.Sprintf("%s/queue/00000000-0000-4000-9000-%012d", w.InstanceARN, i)
}

// FakeCustomers makes ARNs of n customers that need not exist: for loads in which Customer Profiles has no part.
func FakeCustomers(region, account string, n int) []string {
	list := make([]string, n)
	for i := range list {
		list[i] = profileARN(region, account, profilesDomain, fmt.Sprintf("%032x", i))
	}
	return list
}

// profileARN is the ARN of a customer profile.
func profileARN(region, account, domain, id string) string {
	return "arn:aws:profile:" + region + ":" + account + ":domains/" + domain + "/profiles/" + id
}
