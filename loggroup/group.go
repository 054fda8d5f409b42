package loggroup

import (
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/casestream/casestream/base/fault"
	"github.com/casestream/casestream/store"
)

// Group is a log group.
type Group struct {
	Name          string
	Class         string
	RetentionDays int // 0: for ever
	Protected     bool
	Tags          map[string]string
	Created       time.Time

	id int64
}

// Classes of log groups that differ in nothing here but their name.
const (
	Standard         = "STANDARD"
	InfrequentAccess = "INFREQUENT_ACCESS"
)

// maxTags bounds a log group's tags.
const maxTags = 50

// reserved is what no customer's log group may begin with.
const reserved = "aws/"

// retentions are the numbers of days that a retention may have.
var retentions = []int{1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653}

// isGroupName says whether a log group can have a name.
func isGroupName(s string) bool {
	for _, c := range []byte(s) {
		if (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') && (c < '0' || c > '9') && strings.IndexByte("._/#-", c) < 0 {
			return false
		}
	}
	return s != "" && len(s) <= 512
}

// missingGroup says that a log group does not exist.
func missingGroup(name string) error {
	return fault.Missing(SubjectGroup, name, "The specified log group does not exist.")
}

// Create makes a log group.
func (g *Groups) Create(tx *store.Tx, group Group) error {
	if !isGroupName(group.Name) {
		return invalid("Log group names can have letters, digits and the characters . - _ / #, 512 of them at most.")
	}
	if strings.HasPrefix(strings.ToLower(group.Name), reserved) {
		return invalid("Log groups starting with AWS/ are reserved for AWS.")
	}
	if err := checkTags(group.Tags, group.Name); err != nil {
		return err
	}
	if group.Class == "" {
		group.Class = Standard
	}
	made, err := insertGroup(tx, group)
	if err == nil && !made {
		err = &fault.Error{Kind: fault.Conflict, Subject: SubjectGroup, ID: group.Name, Msg: "The specified log group already exists"}
	}
	return err
}

// checkTags refuses tags that a log group cannot have.
func checkTags(tags map[string]string, group string) error {
	if len(tags) > maxTags {
		return &fault.Error{Kind: fault.Limit, Subject: SubjectTags, ID: group, Msg: "A resource can have no more than " + strconv.Itoa(maxTags) + " tags."}
	}
	for key, value := range tags {
		if strings.HasPrefix(strings.ToLower(key), "aws:") {
			return invalid("Tag keys must not begin with aws:, which is reserved for AWS.")
		}
		if !storable(key) || !storable(value) {
			return invalid("The tag " + strconv.Quote(key) + " has characters that are not allowed.")
		}
	}
	return nil
}

// Group gives a log group; a missing one is a fault.NotFound.
func (g *Groups) Group(tx *store.Tx, name string) (*Group, error) {
	if !isGroupName(name) {
		return nil, missingGroup(name)
	}
	group, found, err := getGroup(tx, name)
	if err == nil && !found {
		err = missingGroup(name)
	}
	if err != nil {
		return nil, err
	}
	return group, nil
}

// GroupsQuery says which log groups a list has.
type GroupsQuery struct {
	Prefix string // of their names
	Part   string // of their names
	Class  string // empty: any
	Names  []string
}

// takes says whether a list has a log group; its prefix is looked at elsewhere.
func (q *GroupsQuery) takes(group *Group) bool {
	return strings.Contains(group.Name, q.Part) && (q.Class == "" || q.Class == group.Class) &&
		(q.Names == nil || slices.Contains(q.Names, group.Name))
}

// List lists log groups by name, from behind one.
func (g *Groups) List(tx *store.Tx, q GroupsQuery, after string, limit int) (list []*Group, err error) {
	if !storable(q.Prefix) {
		return nil, nil
	}
	for len(list) < limit {
		page, err := listGroups(tx, q.Prefix, after, limit)
		if err != nil {
			return nil, err
		}
		for _, group := range page {
			if after = group.Name; len(list) < limit && q.takes(group) {
				list = append(list, group)
			}
		}
		if len(page) < limit {
			break
		}
	}
	return list, nil
}

// SetRetention says for how many days a log group keeps its events; 0 is for ever.
func (g *Groups) SetRetention(tx *store.Tx, name string, days int) error {
	if days != 0 && !slices.Contains(retentions, days) {
		list := make([]string, len(retentions))
		for i, d := range retentions {
			list[i] = strconv.Itoa(d)
		}
		return invalid("1 validation error detected: Value '" + strconv.Itoa(days) + "' at 'retentionInDays' failed to satisfy constraint: " +
			"Member must satisfy enum value set: [" + strings.Join(list, ", ") + "]")
	}
	return g.change(tx, name, func(group *Group) error {
		group.RetentionDays = days
		return nil
	})
}

// SetProtected says whether a log group can be deleted.
func (g *Groups) SetProtected(tx *store.Tx, name string, protected bool) error {
	return g.change(tx, name, func(group *Group) error {
		group.Protected = protected
		return nil
	})
}

// Tag gives a log group tags, beside those of other keys that it has.
func (g *Groups) Tag(tx *store.Tx, name string, tags map[string]string) error {
	return g.change(tx, name, func(group *Group) error {
		all := maps.Clone(group.Tags)
		if all == nil {
			all = make(map[string]string)
		}
		maps.Copy(all, tags)
		group.Tags = all
		return checkTags(all, name)
	})
}

// Untag takes tags from a log group.
func (g *Groups) Untag(tx *store.Tx, name string, keys []string) error {
	return g.change(tx, name, func(group *Group) error {
		for _, key := range keys {
			delete(group.Tags, key)
		}
		return nil
	})
}

// change changes a log group's settings while nobody else does.
func (g *Groups) change(tx *store.Tx, name string, fn func(*Group) error) error {
	group, err := g.locked(tx, name)
	if err != nil {
		return err
	}
	if err := fn(group); err != nil {
		return err
	}
	return updateGroup(tx, group)
}

// locked is Group, and holds the group until the transaction ends.
func (g *Groups) locked(tx *store.Tx, name string) (*Group, error) {
	if isGroupName(name) {
		if err := lockGroup(tx, name); err != nil {
			return nil, err
		}
	}
	return g.Group(tx, name)
}

// ErrProtected says that a log group cannot be deleted as long as it is protected.
var ErrProtected = &fault.Error{
	Kind: fault.Conflict, Subject: SubjectGroup,
	Msg: "The log group is protected from deletion. Disable its deletion protection first.",
}

// Delete removes a log group with all its streams and events.
func (g *Groups) Delete(tx *store.Tx, name string) error {
	group, err := g.locked(tx, name)
	if err != nil {
		return err
	}
	if group.Protected {
		return ErrProtected
	}
	return deleteGroup(tx, group.id)
}

// oldest is the time, in milliseconds, of the oldest events that a log group keeps at an instant.
func (group *Group) oldest(now time.Time) int64 {
	if group.RetentionDays == 0 {
		return 0
	}
	return now.AddDate(0, 0, -group.RetentionDays).UnixMilli()
}
