package connectcases_test

import (
	"strings"
	"testing"
	"time"
)

// goldenEvents is a shop whose events are held to files.
type goldenEvents struct {
	*house
	shop
	id, buyer string
}

// keep holds the one event that has come to a file. Ids have names in it; the item's is the last part of its ARN.
func (g *goldenEvents) keep(name string) event {
	g.Helper()
	e := g.one()
	g.compare(name, e)
	return e
}

// compare holds an event to a file.
func (g *goldenEvents) compare(name string, e event) {
	g.Helper()
	names := []string{
		e.ID, "EVENT", g.domain, "DOMAIN", g.template, "TEMPLATE", g.id, "CASE", g.other, "OTHER", g.note, "NOTE", g.amount, "AMOUNT", g.gift, "GIFT", g.buyer, "BUYER",
	}
	if _, item, ok := strings.Cut(e.Resources[1], "/related-item/"); ok {
		names = append(names, item, "ITEM")
	}
	g.golden(name, strings.NewReplacer(names...).Replace(e.raw)+"\n")
}

// TestEventsOfItemsOnTheWire holds the events of every kind of related item to files: created, updated and deleted,
// and by whom.
func TestEventsOfItemsOnTheWire(t *testing.T) {
	each(t, func(h *house) {
		g := &goldenEvents{house: h, shop: h.shop()}
		g.buyer = h.must("POST", "/domains/"+g.domain+"/fields", `{"name":"Buyer","type":"User"}`).text("fieldId")
		h.config(g.shop, `{"enabled":true,"includedData":{"caseData":{"fields":[{"id":"status"},{"id":"next_sla_breach_datetime"}]},"relatedItemData":{"includeContent":true}}}`)
		g.id, g.other = h.create(g.shop), h.create(g.shop)
		h.events()
		remove := func(name, item string) {
			h.clock.advance(time.Second)
			h.must("DELETE", g.cases(g.id, "related-items", item), "")
			g.keep(name + "_deleted")
		}
		replace := func(name, item, content string) {
			h.clock.advance(time.Second)
			h.must("PUT", g.cases(g.id, "related-items", item), `{"performedBy":{"userArn":"`+agent+`"},"content":{`+content+`}}`)
			g.keep(name + "_updated")
		}
		put := func(name, body string) string {
			h.clock.advance(time.Second)
			item := h.relate(g.shop, g.id, strings.Replace(body, "{", `{"performedBy":{"customEntity":"billing"},`, 1))
			if name != "" {
				g.keep(name + "_created")
			} else {
				h.one()
			}
			return item
		}
		item := put("", comment("old"))
		replace("comment", item, `"comment":{"body":"Gave a $10 refund","contentType":"Text/Plain"}`)
		remove("comment", item)
		remove("contact", put("", contactItem(contact)))
		put("file", fileItem(file))
		remove("connect_case", put("connect_case", linkItem(g.other)))
		buyer := `{"id":"` + g.buyer + `","value":{"userArnValue":"` + agent + `"}}`
		item = put("custom", customItem(str(g.note, "Size \"9\""), num(g.amount, 2.5), `{"id":"`+g.gift+`","value":{"booleanValue":true}}`, buyer))
		replace("custom", item, `"custom":{"fields":[`+num(g.amount, 3)+`]}`)
		remove("custom", item)

		item = put("sla", slaItem("closed", 10))
		put("sla_met_at_once", slaItem("open", 10))
		h.clock.advance(10 * time.Minute)
		h.fire()
		g.keep("sla_overdue")
		h.setStatus(g.shop, g.id, "closed")
		list := h.events()
		g.compare("case_updated_sla_not_met", list[0])
		g.compare("sla_not_met", list[1])
		remove("sla", item)
		h.setStatus(g.shop, g.id, "open")
		h.one()
		put("", slaItem("closed", 10))
		h.must("PUT", g.cases(g.id), `{"performedBy":{"userArn":"`+agent+`"},"fields":[`+str("status", "closed")+`]}`)
		list = h.events()
		g.compare("case_updated_sla_met", list[0])
		g.compare("sla_met", list[1])
	})
}

// TestIncludedDataOnTheWire holds the events of each kind of configuration to files.
func TestIncludedDataOnTheWire(t *testing.T) {
	each(t, func(h *house) {
		g := &goldenEvents{house: h, shop: h.shop(), buyer: "no buyer", id: "no case"}
		g.other = h.create(g.shop)
		h.events()
		for _, c := range []struct{ name, included string }{
			{"bare", ``},
			{"no_fields", `,"includedData":{"caseData":{"fields":[]},"relatedItemData":{"includeContent":false}}`},
			{"only_content", `,"includedData":{"relatedItemData":{"includeContent":true}}`},
			{"only_fields", `,"includedData":{"caseData":{"fields":[{"id":"title"},{"id":"summary"}]}}`},
		} {
			h.config(g.shop, `{"enabled":true`+c.included+`}`)
			g.id = h.create(g.shop)
			g.keep("case_created_" + c.name)
			h.relate(g.shop, g.id, comment("x"))
			g.keep("comment_created_" + c.name)
		}
	})
}
