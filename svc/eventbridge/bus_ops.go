package eventbridge

import (
	"cmp"
	"context"
	"time"

	api "github.com/casestream/casestream/awsapi/eventbridge"
	"github.com/casestream/casestream/bus"
	"github.com/casestream/casestream/store"
)

// CreateEventBus makes a bus. Partners have no event sources here, so none of theirs can be made.
func (s *Service) CreateEventBus(ctx context.Context, in *api.CreateEventBusInput) (*api.CreateEventBusOutput, error) {
	if source := value(in.EventSourceName); source != "" {
		return nil, &api.ResourceNotFoundException{Message: "Event source " + source + " does not exist."}
	}
	if value(in.KmsKeyIdentifier) != "" {
		return nil, unsupported("KmsKeyIdentifier")
	}
	var settings bus.BusSettings
	setBus(&settings, in.Description, in.DeadLetterConfig, in.LogConfig)
	var e bus.EventBus
	err := s.db.Write(ctx, func(tx *store.Tx) (err error) {
		e, err = s.bus.CreateEventBus(tx, in.Name, settings, readTags(in.Tags))
		return err
	})
	if err != nil {
		return nil, err
	}
	return &api.CreateEventBusOutput{
		EventBusArn: &e.ARN, Description: optional(e.Settings.Description),
		DeadLetterConfig: showDeadLetters(&e), LogConfig: showLog(&e),
	}, nil
}

// UpdateEventBus changes the settings of a bus that are given, and leaves the others.
func (s *Service) UpdateEventBus(ctx context.Context, in *api.UpdateEventBusInput) (*api.UpdateEventBusOutput, error) {
	if value(in.KmsKeyIdentifier) != "" {
		return nil, unsupported("KmsKeyIdentifier")
	}
	var e bus.EventBus
	err := s.db.Write(ctx, func(tx *store.Tx) (err error) {
		e, err = s.bus.UpdateEventBus(tx, cmp.Or(value(in.Name), bus.Default), func(settings *bus.BusSettings) {
			setBus(settings, in.Description, in.DeadLetterConfig, in.LogConfig)
		})
		return err
	})
	if err != nil {
		return nil, err
	}
	return &api.UpdateEventBusOutput{
		Arn: &e.ARN, Name: &e.Name, Description: optional(e.Settings.Description),
		DeadLetterConfig: showDeadLetters(&e), LogConfig: showLog(&e),
	}, nil
}

// setBus takes over what is given of a bus's settings.
func setBus(settings *bus.BusSettings, description *string, letters *api.DeadLetterConfig, log *api.LogConfig) {
	if description != nil {
		settings.Description = *description
	}
	if letters != nil {
		settings.DeadLetterARN = value(letters.Arn)
	}
	if log != nil {
		settings.Log = &bus.LogConfig{IncludeDetail: value(log.IncludeDetail), Level: value(log.Level)}
	}
}

// showDeadLetters gives the shape of a bus's dead-letter queue, nil where it has none.
func showDeadLetters(e *bus.EventBus) *api.DeadLetterConfig {
	if e.Settings.DeadLetterARN == "" {
		return nil
	}
	return &api.DeadLetterConfig{Arn: &e.Settings.DeadLetterARN}
}

// showLog gives the shape of what a bus logs, nil where nobody has said.
func showLog(e *bus.EventBus) *api.LogConfig {
	if e.Settings.Log == nil {
		return nil
	}
	return &api.LogConfig{IncludeDetail: optional(e.Settings.Log.IncludeDetail), Level: optional(e.Settings.Log.Level)}
}

// DeleteEventBus removes a bus that has no rules.
func (s *Service) DeleteEventBus(ctx context.Context, in *api.DeleteEventBusInput) (*api.DeleteEventBusOutput, error) {
	err := s.db.Write(ctx, func(tx *store.Tx) error { return s.bus.DeleteEventBus(tx, in.Name) })
	if err != nil {
		return nil, err
	}
	return &api.DeleteEventBusOutput{}, nil
}

// DescribeEventBus describes one bus, the default one where no name is given.
func (s *Service) DescribeEventBus(ctx context.Context, in *api.DescribeEventBusInput) (*api.DescribeEventBusOutput, error) {
	name, err := s.busName(in.Name)
	if err != nil {
		return nil, err
	}
	var e bus.EventBus
	err = s.db.Read(ctx, func(tx *store.Tx) error {
		e, err = s.bus.EventBus(tx, name)
		return err
	})
	if err != nil {
		return nil, err
	}
	return &api.DescribeEventBusOutput{
		Name: &e.Name, Arn: &e.ARN, Description: optional(e.Settings.Description), Policy: optional(e.Policy),
		DeadLetterConfig: showDeadLetters(&e), LogConfig: showLog(&e),
		CreationTime: since(e.Created), LastModifiedTime: since(e.Modified),
	}, nil
}

// ListEventBuses lists the buses of the account.
func (s *Service) ListEventBuses(ctx context.Context, in *api.ListEventBusesInput) (*api.ListEventBusesOutput, error) {
	var list []bus.EventBus
	err := s.db.Read(ctx, func(tx *store.Tx) (err error) {
		list, err = s.bus.EventBuses(tx, value(in.NamePrefix))
		return err
	})
	if err != nil {
		return nil, err
	}
	list, next, err := cut(list, "buses", func(e bus.EventBus) string { return e.Name }, in.NextToken, in.Limit)
	if err != nil {
		return nil, err
	}
	out := &api.ListEventBusesOutput{EventBuses: make([]api.EventBus, len(list)), NextToken: next}
	for i := range list {
		e := &list[i]
		out.EventBuses[i] = api.EventBus{
			Name: &e.Name, Arn: &e.ARN, Description: optional(e.Settings.Description), Policy: optional(e.Policy),
			CreationTime: since(e.Created), LastModifiedTime: since(e.Modified),
		}
	}
	return out, nil
}

// since makes an optional time, absent for what was always there.
func since(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}
