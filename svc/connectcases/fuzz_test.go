package connectcases_test

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"math"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/casestream/casestream/store/storetest"
	"github.com/casestream/casestream/svc/connectcases"
)

// FuzzNextToken sends what no list has given out: it is refused, or leads to a page, and never fails inside.
func FuzzNextToken(f *testing.F) {
	seal := func(parts ...string) string {
		return base64.RawURLEncoding.EncodeToString([]byte(strings.Join(parts, "\x1f")))
	}
	for _, token := range []string{"", "x", "====", seal("domains", "x"), seal("domains", "\x00"), seal("domains", "\xff"), seal("fields", "1"), seal("fields", "-1"), seal("options", "9223372036854775807"), seal("related-items", "x", "1", "y", "z"), seal("all-related-items", "", "1", "y", "z"), seal("contact-cases", "x", "-", "y", "z"), seal("audit-events", "x", "y")} {
		f.Add(token)
	}
	h := open(f, storetest.SQLite(f))
	s := h.shop()
	id := h.create(s)
	f.Fuzz(func(t *testing.T, token string) {
		h := &house{TB: t, signer: h.signer, router: h.router}
		quoted, err := json.Marshal(token)
		if err != nil {
			t.Skip()
		}
		query := "?nextToken=" + strings.NewReplacer("%", "%25", "&", "%26", "+", "%2B", "#", "%23", " ", "+", "\x00", "%00").Replace(strings.ToValidUTF8(token, ""))
		for _, r := range []struct{ path, body string }{
			{"/domains-list" + query, ""},
			{"/domains/" + s.domain + "/fields-list" + query, ""},
			{"/domains/" + s.domain + "/templates-list" + query, ""},
			{"/domains/" + s.domain + "/layouts-list" + query, ""},
			{"/domains/" + s.domain + "/rules-list" + query, ""},
			{"/domains/" + s.domain + "/fields/status/options-list" + query, ""},
			{s.cases(id, "related-items-search"), `{"nextToken":` + string(quoted) + `}`},
			{s.cases(id, "audit-history"), `{"nextToken":` + string(quoted) + `}`},
			{"/domains/" + s.domain + "/related-items-search", `{"nextToken":` + string(quoted) + `}`},
			{"/domains/" + s.domain + "/list-cases-for-contact", `{"contactArn":"x","nextToken":` + string(quoted) + `}`},
		} {
			a, err := h.try("POST", r.path, r.body)
			if err != nil && !strings.Contains(err.Error(), "parse ") { // net/url refuses control characters
				t.Errorf("%s: %v", r.path, err)
			}
			if a.err != nil && a.status != 400 {
				t.Errorf("%s: %v", r.path, a.err)
			}
		}
	})
}

// FuzzRelatedItems sends bodies with any content and any filter: what is taken is found again and can be changed and
// deleted, and what is not is refused, never with an internal failure.
func FuzzRelatedItems(f *testing.F) {
	h := open(f, storetest.SQLite(f))
	s := h.shop()
	h.config(s, `{"enabled":true,"includedData":{"relatedItemData":{"includeContent":true}}}`)
	other := h.create(s)
	for _, body := range []string{comment("x"), contactItem(contact), fileItem(file), linkItem("OTHER"), slaItem("closed", 5), slaItem("open", 1), customItem(str("NOTE", "x"), num("AMOUNT", 1)), `{"type":"Sla","content":{"sla":{}}}`} {
		f.Add(body, `{"custom":{"fields":{"not":{"orAll":[{"field":{"contains":{"id":"NOTE","value":{"stringValue":"x"}}}}]}}}}`)
		f.Add(body, `{"sla":{"status":"Active"}}`)
	}
	f.Add(`{"type":"Custom","content":{"custom":{"fields":null}}}`, `{"custom":{"fields":{"andAll":null}}}`)
	f.Fuzz(func(t *testing.T, body, filter string) {
		h := &house{TB: malformed{t}, signer: h.signer, router: h.router}
		ids := strings.NewReplacer("OTHER", other, "NOTE", s.note, "AMOUNT", s.amount)
		id := h.create(s)
		send := func(method, path, body string) answer {
			a, err := h.try(method, path, ids.Replace(body))
			if err != nil || a.err != nil && a.status != 400 && a.status != 402 && a.status != 404 {
				t.Fatalf("%s %s %s: %v %v", method, path, body, err, a.err)
			}
			return a
		}
		a := send("POST", s.items(id), body)
		send("POST", s.cases(id, "related-items-search"), `{"filters":[`+filter+`]}`)
		send("POST", "/domains/"+s.domain+"/related-items-search", `{"filters":[`+filter+`],"maxResults":1}`)
		if item := a.text("relatedItemId"); item != "" {
			h.found(s, id, item)
			send("PUT", s.cases(id, "related-items", item), body)
			send("PUT", s.cases(id), `{"fields":[`+str("status", "closed")+`]}`)
			send("POST", s.cases(id, "audit-history"), `{}`)
			send("DELETE", s.cases(id, "related-items", item), "")
		}
		send("DELETE", s.cases(id), "")
	})
}

// malformed is a test in which bodies may be malformed: the answer to them is in no operation's model.
type malformed struct{ testing.TB }

// Errorf passes on what is not about that answer.
func (m malformed) Errorf(format string, args ...any) {
	m.Helper()
	if text := fmt.Sprintf(format, args...); !strings.Contains(text, "SerializationException") {
		m.Error(text)
	}
}

// FuzzEscapedNUL compares the search for NUL characters with what a JSON decoder finds.
func FuzzEscapedNUL(f *testing.F) {
	for _, body := range []string{`"\u0000"`, `"\\u0000"`, `"\\\u0000"`, `"a\\\\u0000b\u00001"`, `{"\u0000":1}`, `"\u000"`, `""`} {
		f.Add(body)
	}
	f.Fuzz(func(t *testing.T, body string) {
		var v any
		if !utf8.ValidString(body) || json.Unmarshal([]byte(body), &v) != nil {
			t.Skip()
		}
		if got, want := connectcases.EscapedNUL([]byte(body)), holdsNUL(v); want && !got {
			t.Errorf("%q holds a NUL that was not found", body)
		} else if _, text := v.(string); text && got != want { // in an object, a member that comes twice may hide one
			t.Errorf("%q holds no NUL, and one was found", body)
		}
	})
}

// holdsNUL looks for a NUL character in decoded JSON.
func holdsNUL(v any) bool {
	switch v := v.(type) {
	case string:
		return strings.Contains(v, "\x00")
	case []any:
		for _, e := range v {
			if holdsNUL(e) {
				return true
			}
		}
	case map[string]any:
		for k, e := range v {
			if holdsNUL(k) || holdsNUL(e) {
				return true
			}
		}
	}
	return false
}

// FuzzValues writes values as rows hold them: what is read back is what was written.
func FuzzValues(f *testing.F) {
	f.Add("title", `a "b" <c> \ é`, "n", 0.1, "b", true)
	f.Add("", "\n\x01\u2028", "\\", -1e300, "\"", false)
	f.Fuzz(func(t *testing.T, id1, text, id2 string, number float64, id3 string, yes bool) {
		if math.IsNaN(number) || math.IsInf(number, 0) || id1 == id2 || id2 == id3 || id1 == id3 {
			t.Skip()
		}
		for _, s := range []string{id1, text, id2, id3} {
			if !utf8.ValidString(s) {
				t.Skip()
			}
		}
		want := map[string]connectcases.Value{
			id1: {Kind: connectcases.String, Text: text}, id2: {Kind: connectcases.Double, Number: number}, id3: {Kind: connectcases.Boolean, Bool: yes},
		}
		got, err := connectcases.RoundTrip([]connectcases.FieldValue{{ID: id1, Value: want[id1]}, {ID: id2, Value: want[id2]}, {ID: id3, Value: want[id3]}})
		if err != nil || len(got) != 3 {
			t.Fatalf("%v, %v", got, err)
		}
		for _, f := range got {
			if f.Value != want[f.ID] {
				t.Errorf("%q = %+v, want %+v", f.ID, f.Value, want[f.ID])
			}
		}
	})
}

func TestInstantsAreISO8601(t *testing.T) {
	for text, want := range map[string]bool{
		"2026-03-01T12:00:00Z": true, "2026-03-01T12:00:00.123456789Z": true, "2026-03-01T12:00:00+02:00": true, "2026-03-01T12:00:00": true,
		"2026-03-01T12:00Z": true, "2026-03-01": true, "": false, "yesterday": false, "2026-13-01T12:00:00Z": false, "1772366400": false, "2026-03-01 12:00": false,
	} {
		if got := connectcases.IsInstant(text); got != want {
			t.Errorf("%q: %t, want %t", text, got, want)
		}
	}
}
