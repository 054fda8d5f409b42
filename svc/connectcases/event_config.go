package connectcases

import (
	"errors"
	"log/slog"

	"github.com/casestream/casestream/bus"
	"github.com/casestream/casestream/store"
)

// eventConfig is a domain's event configuration: whether its changes are told of, and how much of the data
// goes with them. It is stored as JSON. Pointers tell what was configured as off from what was not said.
type eventConfig struct {
	Enabled bool `json:"enabled"`
	// Included is whether the caller gave includedData at all.
	Included bool `json:"included,omitempty"`
	// Fields are the ids of the fields in case events; nil: no fields.
	Fields *[]string `json:"fields,omitempty"`
	// Content is whether the content of related items is in their events.
	Content *bool `json:"content,omitempty"`
}

// includeContent says whether the content of related items is in their events.
func (c *eventConfig) includeContent() bool { return c.Content != nil && *c.Content }

// putEventConfig replaces a domain's event configuration. It holds for the changes that come after it.
func (s *Service) putEventConfig(tx *store.Tx, cat *catalog, config eventConfig) error {
	if config.Fields != nil {
		if err := cat.liveFields(*config.Fields); err != nil {
			return err
		}
	}
	return updateEventConfig(tx, cat.domain.ID, config)
}

// The envelope of every event.
const (
	eventSource = "aws.cases"
	detailType  = "Amazon Connect Cases Change"
)

// maxDetail is how long detail may be so that the event with its envelope stays under EventBridge's 256 KiB.
// AWS promises that default quotas keep it there; with today's quotas they do not.
const maxDetail = 256<<10 - 2<<10

// event makes the event of a change; nil while the domain's events are off. full is false where detail came
// out too long with the data in it.
func (s *Service) event(cat *catalog, resource string, detail func(full bool) []byte) *bus.Event {
	if !cat.events.Enabled {
		return nil
	}
	d := detail(true)
	if len(d) > maxDetail {
		s.log.Warn("case event without its data", slog.String("resource", resource), slog.Int("bytes", len(d)), slog.Int("most", maxDetail))
		d = detail(false)
	}
	return &bus.Event{
		Source: eventSource, DetailType: detailType, Detail: d,
		Resources: []string{s.domainARN(cat.domain.ID), resource},
	}
}

// publish puts events on the default bus, in the transaction of their changes. An event that the bus does
// not take fails the transaction: there is no change without its event.
func (s *Service) publish(tx *store.Tx, events ...*bus.Event) error {
	list := make([]bus.Outgoing, 0, len(events))
	for _, e := range events {
		if e != nil {
			list = append(list, bus.Outgoing{Bus: bus.Default, Event: e})
		}
	}
	if len(list) == 0 {
		return nil
	}
	errs, err := s.bus.PublishMany(tx, list)
	if err != nil {
		return err
	}
	return errors.Join(errs...)
}
