// Package arn builds and parses Amazon Resource Names. ARNs are made here and nowhere else, so that
// partition, Region and account are right everywhere at once.
package arn

import "strings"

// ARN is arn:partition:service:region:account:resource, split at its first five colons.
type ARN struct {
	Partition, Service, Region, Account, Resource string
}

// Parse splits s and says whether it has the six parts of an ARN. Region and account may be empty, as
// they are for IAM and S3; partition, service and resource may not.
func Parse(s string) (ARN, bool) {
	p := strings.SplitN(s, ":", 6)
	if len(p) != 6 || p[0] != "arn" || p[1] == "" || p[2] == "" || p[5] == "" {
		return ARN{}, false
	}
	return ARN{Partition: p[1], Service: p[2], Region: p[3], Account: p[4], Resource: p[5]}, true
}

// String joins the parts.
func (a ARN) String() string {
	return "arn:" + a.Partition + ":" + a.Service + ":" + a.Region + ":" + a.Account + ":" + a.Resource
}

// Maker makes the ARNs of one account in one Region.
type Maker struct {
	Partition, Region, Account string
}

// NewMaker derives the partition from the Region, as AWS's endpoint rules do.
func NewMaker(account, region string) Maker {
	return Maker{Partition: PartitionOf(region), Region: region, Account: account}
}

// PartitionOf gives the partition that a Region lies in.
func PartitionOf(region string) string {
	switch {
	case strings.HasPrefix(region, "cn-"):
		return "aws-cn"
	case strings.HasPrefix(region, "us-gov-"):
		return "aws-us-gov"
	}
	return "aws"
}

// Make gives the ARN of a resource of a regional service.
func (m Maker) Make(service, resource string) string {
	return "arn:" + m.Partition + ":" + service + ":" + m.Region + ":" + m.Account + ":" + resource
}

// MakeGlobal gives the ARN of a resource of a service without Regions, such as IAM and STS.
func (m Maker) MakeGlobal(service, resource string) string {
	return "arn:" + m.Partition + ":" + service + "::" + m.Account + ":" + resource
}

// MakeGlobalOf is MakeGlobal for a resource of another account of the partition.
func (m Maker) MakeGlobalOf(account, service, resource string) string {
	m.Account = account
	return m.MakeGlobal(service, resource)
}
