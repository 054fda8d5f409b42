package simulate

import "net/http"

// story is the life of one case: what happens to it is drawn from the case's own source of chance, so that it
// is the same whatever happens to other cases meanwhile.
type story struct {
	g        *Generator
	w        writer
	i        int
	caseID   string // empty until it is made
	closed   bool
	over     bool // nothing more happens
	watched  bool // has an SLA
	comments []string
	customs  []string
	items    int
}

// newStory begins the life of the i-th case.
func (g *Generator) newStory(i int) *story { return &story{g: g, w: g.draw(i), i: i} }

// act is one request that changes something, and what it changes in the story when it has been answered.
type act struct {
	operation, method, path string
	body                    object
	done                    func(answer)
}

// answer holds what a story needs of the answers to its requests.
type answer struct{ CaseId, RelatedItemId string }

// maxItems ends the adding to a case long before its quota of related items.
const maxItems = 120

// move is something that may happen to a case.
type move struct {
	weight int // how often, beside the others
	when   func(s *story) bool
	act    func(s *story, others []string) act
}

// always is for moves that can be made at any time.
func always(*story) bool { return true }

// room says whether the case may have one more related item.
func room(s *story) bool { return s.items < maxItems }

// whileOpen is what happens to open cases, whileClosed what happens to closed ones.
var (
	whileOpen = []move{
		{240, room, (*story).comment},
		{160, room, (*story).contact},
		{220, always, (*story).change},
		{140, always, (*story).close},
		{80, always, (*story).assign},
		{40, room, (*story).custom},
		{40, func(s *story) bool { return !s.watched && room(s) }, (*story).sla},
		{30, room, (*story).file},
		{20, room, (*story).link},
		{30, func(s *story) bool { return len(s.comments) > 0 }, (*story).editComment},
		{10, func(s *story) bool { return len(s.customs) > 0 }, (*story).editCustom},
		{10, func(s *story) bool { return len(s.comments) > 0 }, (*story).removeComment},
		{2, always, (*story).remove},
	}
	whileClosed = []move{
		{600, always, (*story).reopen},
		{250, room, (*story).comment},
		{130, room, (*story).contact},
		{20, always, (*story).remove},
	}
)

// next gives what happens next. others are the ids of cases that the case may be linked with.
func (s *story) next(others []string) act {
	if s.caseID == "" {
		return act{"CreateCase", http.MethodPost, s.path(""), s.g.newCase(s.w, s.i), func(a answer) { s.caseID = a.CaseId }}
	}
	moves, total := whileOpen, 0
	if s.closed {
		moves = whileClosed
	}
	for _, m := range moves {
		if m.when(s) {
			total += m.weight
		}
	}
	n := s.w.IntN(total)
	for _, m := range moves {
		if !m.when(s) {
			continue
		}
		if n -= m.weight; n < 0 {
			return m.act(s, others)
		}
	}
	return s.change(others) // not reached: n is below the total of the weights
}

// path is the path of the case, or of something on it.
func (s *story) path(rest string) string {
	p := "/domains/" + s.g.world.DomainID + "/cases"
	if s.caseID != "" {
		p += "/" + s.caseID
	}
	return p + rest
}

// update makes an act of new values.
func (s *story) update(done func(answer), fields ...object) act {
	in := object{"fields": fields}
	if s.w.chance(60) {
		in["performedBy"] = object{"userArn": s.g.world.agent(s.w.rank(agents))}
	}
	return act{"UpdateCase", http.MethodPut, s.path(""), in, done}
}

// changing are the fields whose values change while a case is worked on.
var changing = []string{fieldPriority, fieldAmount, fieldRefunded, fieldDue, fieldProduct, fieldQuote, fieldRating, fieldTracking, fieldOwner}

// change gives one to three fields new values, or rewrites the summary. Now and then nothing follows it: the case
// stays open and waits.
func (s *story) change([]string) act {
	waits := s.w.chance(15)
	done := func(answer) { s.over = waits }
	if s.w.chance(20) {
		return s.update(done, text("summary", s.w.summary()))
	}
	var fields []object
	from := s.w.IntN(len(changing))
	for k := range 1 + s.w.rank(3) {
		fields = append(fields, s.g.value(s.w, changing[(from+k)%len(changing)], s.i))
	}
	return s.update(done, fields...)
}

// assign hands the case to somebody.
func (s *story) assign([]string) act {
	if s.w.chance(30) {
		return s.update(nil, text("assigned_queue", s.g.world.queue(s.w.rank(queues))))
	}
	return s.update(nil, text("assigned_user", s.g.world.agent(s.w.rank(agents))))
}

// close closes the case, for good more often than not.
func (s *story) close([]string) act {
	fields := []object{text("status", "closed")}
	if s.w.chance(40) {
		fields = append(fields, s.g.value(s.w, fieldRating, s.i))
	}
	final := s.w.chance(70)
	return s.update(func(answer) { s.closed, s.over = true, final }, fields...)
}

// reopen takes the case up again.
func (s *story) reopen([]string) act {
	return s.update(func(answer) { s.closed = false }, text("status", "open"))
}

// remove deletes the case.
func (s *story) remove([]string) act {
	return act{"DeleteCase", http.MethodDelete, s.path(""), nil, func(answer) { s.over = true }}
}

// relate makes an act of a new related item.
func (s *story) relate(kind string, content object, done func(id string)) act {
	in := object{"type": kind, "content": content}
	switch {
	case s.w.chance(50):
		in["performedBy"] = object{"userArn": s.g.world.agent(s.w.rank(agents))}
	case s.w.chance(10):
		in["performedBy"] = object{"customEntity": "assistant"}
	}
	return act{"CreateRelatedItem", http.MethodPost, s.path("/related-items/"), in, func(a answer) {
		s.items++
		if done != nil {
			done(a.RelatedItemId)
		}
	}}
}

// comment leaves a comment.
func (s *story) comment([]string) act {
	return s.relate("Comment", object{"comment": s.body()}, func(id string) { s.comments = append(s.comments, id) })
}

// body is the content of a comment.
func (s *story) body() object { return object{"body": s.w.comment(), "contentType": "Text/Plain"} }

// contact links a contact.
func (s *story) contact([]string) act {
	return s.relate("Contact", object{"contact": object{"contactArn": s.g.world.InstanceARN + "/contact/" + s.w.uuid()}}, nil)
}

// custom adds values of custom fields as an item of their own.
func (s *story) custom([]string) act {
	return s.relate("Custom", object{"custom": s.customFields()}, func(id string) { s.customs = append(s.customs, id) })
}

// customFields are the content of an item of type Custom.
func (s *story) customFields() object {
	return object{"fields": []object{s.g.value(s.w, fieldAmount, s.i), s.g.value(s.w, fieldProduct, s.i)}}
}

// sla promises that the case is closed within some hours.
func (s *story) sla([]string) act {
	return s.relate("Sla", object{"sla": object{"slaInputConfiguration": object{
		"name": "Closed in time", "type": "CaseField", "fieldId": "status", "targetFieldValues": []object{{"stringValue": "closed"}},
		"targetSlaMinutes": 60 * (1 + s.w.IntN(48)),
	}}}, func(string) { s.watched = true })
}

// file attaches a file.
func (s *story) file([]string) act {
	return s.relate("File", object{"file": object{"fileArn": s.g.world.InstanceARN + "/file/" + s.w.uuid()}}, nil)
}

// link connects the case with another one, or is a comment while there is no other.
func (s *story) link(others []string) act {
	if len(others) == 0 {
		return s.comment(nil)
	}
	return s.relate("ConnectCase", object{"connectCase": object{"caseId": others[s.w.IntN(len(others))]}}, nil)
}

// item is the path of a related item.
func (s *story) item(id string) string { return s.path("/related-items/" + id) }

// editComment rewrites a comment.
func (s *story) editComment([]string) act {
	id := s.comments[s.w.IntN(len(s.comments))]
	return act{"UpdateRelatedItem", http.MethodPut, s.item(id), object{"content": object{"comment": s.body()}}, nil}
}

// editCustom replaces the fields of an item of type Custom.
func (s *story) editCustom([]string) act {
	id := s.customs[s.w.IntN(len(s.customs))]
	return act{"UpdateRelatedItem", http.MethodPut, s.item(id), object{"content": object{"custom": s.customFields()}}, nil}
}

// removeComment deletes the newest comment.
func (s *story) removeComment([]string) act {
	last := len(s.comments) - 1
	return act{"DeleteRelatedItem", http.MethodDelete, s.item(s.comments[last]), nil, func(answer) {
		s.comments = s.comments[:last]
		s.items--
	}}
}
