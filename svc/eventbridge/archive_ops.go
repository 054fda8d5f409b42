package eventbridge

import (
	"context"
	"slices"
	"strings"

	api "github.com/casestream/casestream/awsapi/eventbridge"
	"github.com/casestream/casestream/base/arn"
	"github.com/casestream/casestream/bus"
	"github.com/casestream/casestream/store"
)

// archiveEnabled is the state of every archive: here they are made and changed at once.
const archiveEnabled = "ENABLED"

// resourceOf gives what an ARN of EventBridge names of a kind: "event-bus", "archive". It is not ok when the ARN is
// of something else, and not ours when it is of another account or Region.
func (s *Service) resourceOf(text, kind string) (name string, ours, ok bool) {
	a, ok := arn.Parse(text)
	name, named := strings.CutPrefix(a.Resource, kind+"/")
	return name, s.arns.Make("events", a.Resource) == text, ok && named && name != "" && a.Service == "events"
}

// busOfARN reads a member that must be the ARN of a bus.
func (s *Service) busOfARN(member, text string) (string, error) {
	name, ours, ok := s.resourceOf(text, "event-bus")
	if !ok {
		return "", invalid("Parameter " + member + " is not valid. Reason: Must contain an event bus ARN.")
	}
	if !ours {
		return "", &api.ResourceNotFoundException{Message: "Event bus " + name + " does not exist."}
	}
	return name, nil
}

// CreateArchive makes an archive of a bus.
func (s *Service) CreateArchive(ctx context.Context, in *api.CreateArchiveInput) (*api.CreateArchiveOutput, error) {
	if value(in.KmsKeyIdentifier) != "" {
		return nil, unsupported("KmsKeyIdentifier")
	}
	name, err := s.busOfARN("EventSourceArn", in.EventSourceArn)
	if err != nil {
		return nil, err
	}
	a := bus.Archive{Name: in.ArchiveName, Bus: name, Description: value(in.Description), Pattern: value(in.EventPattern)}
	if in.RetentionDays != nil {
		a.RetentionDays = int(*in.RetentionDays)
	}
	var made bus.Archive
	err = s.db.Write(ctx, func(tx *store.Tx) (err error) {
		made, err = s.bus.CreateArchive(tx, a)
		return err
	})
	if err != nil {
		return nil, err
	}
	return &api.CreateArchiveOutput{ArchiveArn: &made.ARN, State: new(archiveEnabled), CreationTime: &made.Created}, nil
}

// UpdateArchive changes what is given of an archive.
func (s *Service) UpdateArchive(ctx context.Context, in *api.UpdateArchiveInput) (*api.UpdateArchiveOutput, error) {
	if value(in.KmsKeyIdentifier) != "" {
		return nil, unsupported("KmsKeyIdentifier")
	}
	if in.EventPattern == nil && in.RetentionDays == nil && in.Description == nil {
		return nil, invalid("At least one of EventPattern, RetentionDays or Description must be provided.")
	}
	u := bus.ArchiveUpdate{Description: in.Description, Pattern: in.EventPattern}
	if in.RetentionDays != nil {
		u.RetentionDays = new(int(*in.RetentionDays))
	}
	var a bus.Archive
	err := s.db.Write(ctx, func(tx *store.Tx) (err error) {
		a, err = s.bus.UpdateArchive(tx, in.ArchiveName, u)
		return err
	})
	if err != nil {
		return nil, err
	}
	return &api.UpdateArchiveOutput{ArchiveArn: &a.ARN, State: new(archiveEnabled), CreationTime: &a.Created}, nil
}

// DeleteArchive removes an archive with what it holds.
func (s *Service) DeleteArchive(ctx context.Context, in *api.DeleteArchiveInput) (*api.DeleteArchiveOutput, error) {
	err := s.db.Write(ctx, func(tx *store.Tx) error { return s.bus.DeleteArchive(tx, in.ArchiveName) })
	if err != nil {
		return nil, err
	}
	return &api.DeleteArchiveOutput{}, nil
}

// DescribeArchive gives one archive.
func (s *Service) DescribeArchive(ctx context.Context, in *api.DescribeArchiveInput) (*api.DescribeArchiveOutput, error) {
	var a bus.Archive
	err := s.db.Read(ctx, func(tx *store.Tx) (err error) {
		a, err = s.bus.Archive(tx, in.ArchiveName)
		return err
	})
	if err != nil {
		return nil, err
	}
	return &api.DescribeArchiveOutput{
		ArchiveArn: &a.ARN, ArchiveName: &a.Name, EventSourceArn: &a.BusARN, Description: optional(a.Description),
		EventPattern: optional(a.Pattern), State: new(archiveEnabled), RetentionDays: new(int32(a.RetentionDays)),
		SizeBytes: &a.Bytes, EventCount: &a.Events, CreationTime: &a.Created,
	}, nil
}

// ListArchives lists archives in name order: all, or those of one filter.
func (s *Service) ListArchives(ctx context.Context, in *api.ListArchivesInput) (*api.ListArchivesOutput, error) {
	if err := oneFilter("ListArchives", in.State, in.EventSourceArn, in.NamePrefix); err != nil {
		return nil, err
	}
	of := ""
	if in.EventSourceArn != nil {
		var err error
		if of, err = s.busOfARN("EventSourceArn", *in.EventSourceArn); err != nil {
			return nil, err
		}
	}
	var list []bus.Archive
	err := s.db.Read(ctx, func(tx *store.Tx) (err error) {
		if of != "" {
			if _, err = s.bus.EventBus(tx, of); err != nil {
				return err
			}
		}
		list, err = s.bus.Archives(tx, value(in.NamePrefix))
		return err
	})
	if err != nil {
		return nil, err
	}
	list = slices.DeleteFunc(list, func(a bus.Archive) bool {
		return of != "" && a.Bus != of || in.State != nil && *in.State != archiveEnabled
	})
	list, next, err := cut(list, "archives", func(a bus.Archive) string { return a.Name }, in.NextToken, in.Limit)
	if err != nil {
		return nil, err
	}
	out := &api.ListArchivesOutput{Archives: make([]api.Archive, len(list)), NextToken: next}
	for i, a := range list {
		out.Archives[i] = api.Archive{
			ArchiveName: &a.Name, EventSourceArn: &a.BusARN, State: new(archiveEnabled), RetentionDays: new(int32(a.RetentionDays)),
			SizeBytes: &a.Bytes, EventCount: &a.Events, CreationTime: &a.Created,
		}
	}
	return out, nil
}

// oneFilter refuses more than one filter of a list.
func oneFilter(op string, filters ...*string) error {
	given := 0
	for _, f := range filters {
		if f != nil {
			given++
		}
	}
	if given > 1 {
		return invalid("At most one filter is allowed for " + op + ". Use either : State, EventSourceArn, or NamePrefix.")
	}
	return nil
}
