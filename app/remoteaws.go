package app

import (
	"context"
	"fmt"

	"github.com/casestream/casestream/base/arn"
	"github.com/casestream/casestream/target/remoteaws"
)

// remoteAWS makes the target of queues and event buses elsewhere; nil: nothing is to be carried there.
func (c *config) remoteAWS(ctx context.Context, arns arn.Maker) (*remoteaws.Target, error) {
	endpoints, err := remoteaws.ReadPlaces(c.RemoteAWSEndpoint)
	if err != nil {
		return nil, fmt.Errorf("--remote-aws-endpoint=%w", err)
	}
	for _, text := range endpoints {
		if !isURL(text) {
			return nil, fmt.Errorf("--remote-aws-endpoint: %s is not a URL", text)
		}
	}
	profiles, err := remoteaws.ReadPlaces(c.RemoteAWSProfile)
	if err != nil {
		return nil, fmt.Errorf("--remote-aws-profile=%w", err)
	}
	if !c.RemoteAWS && len(endpoints) == 0 {
		return nil, nil
	}
	t, err := remoteaws.New(ctx, remoteaws.Config{
		ARNs: arns, AWS: c.RemoteAWS, Endpoints: endpoints, Profiles: profiles, SourcePrefix: c.RemoteAWSSourcePrefix,
	})
	if err != nil {
		return nil, fmt.Errorf("--remote-aws-profile: %w", err)
	}
	return t, nil
}
