package app

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"github.com/casestream/casestream/base/arn"
	"github.com/casestream/casestream/destination"
	"github.com/casestream/casestream/target"
	"github.com/casestream/casestream/target/remoteaws"
	"github.com/casestream/casestream/target/webhook"
)

// remotes lists the kinds of targets outside our store; the first that takes an ARN is the one for it.
func (s *server) remotes(ctx context.Context, arns arn.Maker) ([]target.Remote, error) {
	if err := s.openDestinations(ctx, arns); err != nil {
		return nil, err
	}
	list := []target.Remote{s.webhooks}
	remote, err := s.cfg.remoteAWS(ctx, arns)
	if err != nil {
		return nil, err
	}
	if remote != nil {
		list = append(list, remote)
	}
	return list, nil
}

// openDestinations makes the room of connections and API destinations, and what carries events there.
func (s *server) openDestinations(ctx context.Context, arns arn.Maker) error {
	if path := filepath.Join(s.cfg.Data, secretKeyFile); s.cfg.SecretKeyFile == "" && !exists(path) {
		// No new key is made where one was lost: that would hide which file is missing.
		if err := destination.New(s.db, destination.Config{ARNs: arns, Log: s.log}).CheckKey(ctx); err != nil {
			return fmt.Errorf("%s is missing: %w", path, err)
		}
	}
	key, err := s.cfg.secretKey()
	if err != nil {
		return err
	}
	s.destinations = destination.New(s.db, destination.Config{ARNs: arns, Key: key, Log: s.log, AllowHTTP: s.cfg.AllowPrivateTargets})
	if s.cfg.AllowPrivateTargets {
		s.log.Warn("API destinations may reach private addresses of this network, and need no TLS: --allow-private-targets")
	}
	s.webhooks = webhook.New(webhook.Config{Destinations: s.destinations, AllowPrivate: s.cfg.AllowPrivateTargets})
	return s.destinations.CheckKey(ctx)
}

// exists says whether there is a file; one that cannot be looked for counts, so that nothing takes its place.
func exists(path string) bool {
	_, err := os.Stat(path)
	return !errors.Is(err, fs.ErrNotExist)
}

// outside makes of kinds of targets what says whether a target is of one of them.
func outside(remotes []target.Remote) func(a arn.ARN) bool {
	return func(a arn.ARN) bool {
		return slices.ContainsFunc(remotes, func(r target.Remote) bool { return r.Takes(a) })
	}
}

// remotePlaces reads the settings of queues and event buses elsewhere.
func (c *config) remotePlaces() (endpoints, profiles remoteaws.Places, err error) {
	if endpoints, err = remoteaws.ReadPlaces(c.RemoteAWSEndpoint); err != nil {
		return nil, nil, fmt.Errorf("--remote-aws-endpoint=%w", err)
	}
	for _, text := range endpoints {
		if !isURL(text) {
			return nil, nil, fmt.Errorf("--remote-aws-endpoint: %s is not a URL", text)
		}
	}
	if profiles, err = remoteaws.ReadPlaces(c.RemoteAWSProfile); err != nil {
		return nil, nil, fmt.Errorf("--remote-aws-profile=%w", err)
	}
	return endpoints, profiles, nil
}

// remoteAWS makes the target of queues and event buses elsewhere; nil: nothing is to be carried there.
func (c *config) remoteAWS(ctx context.Context, arns arn.Maker) (*remoteaws.Target, error) {
	endpoints, profiles, err := c.remotePlaces()
	if err != nil || !c.RemoteAWS && len(endpoints) == 0 {
		return nil, err
	}
	t, err := remoteaws.New(ctx, remoteaws.Config{
		ARNs: arns, AWS: c.RemoteAWS, Endpoints: endpoints, Profiles: profiles, SourcePrefix: c.RemoteAWSSourcePrefix,
	})
	if err != nil {
		return nil, fmt.Errorf("--remote-aws-profile: %w", err)
	}
	return t, nil
}
