package connect

import (
	"maps"
	"strings"
	"time"

	"github.com/casestream/casestream/base/fault"
	"github.com/casestream/casestream/store"
)

// existingDirectory is the identity type of an instance whose users are in an AWS directory of the account.
const existingDirectory = "EXISTING_DIRECTORY"

// An instance is one contact centre. It is active as soon as it is there.
type instance struct {
	ID                string
	Alias             string // empty: none
	Token             string // of the request that made it; empty: none
	Identity          string
	Directory         string // empty: none
	Inbound, Outbound bool
	Created           time.Time
	Tags              map[string]string
}

// check finds what the model's constraints do not say.
func (i *instance) check() error {
	switch {
	case i.Identity == existingDirectory && i.Directory == "":
		return fault.New(fault.Invalid, "DirectoryId is required when IdentityManagementType is EXISTING_DIRECTORY.")
	case i.Identity != existingDirectory && i.Alias == "":
		return fault.New(fault.Invalid, "InstanceAlias is required when IdentityManagementType is "+i.Identity+".")
	}
	if err := checkText(i.Token); err != nil {
		return err
	}
	return checkTags(i.Tags)
}

// asked says whether two instances were asked for in the same words.
func (i *instance) asked(as *instance) bool {
	return i.Alias == as.Alias && i.Identity == as.Identity && i.Directory == as.Directory &&
		i.Inbound == as.Inbound && i.Outbound == as.Outbound && maps.Equal(i.Tags, as.Tags)
}

// host is the alias as part of a host name, which knows no case.
func (i *instance) host() string { return strings.ToLower(i.Alias) }

// accessURL is where agents would go; empty without an alias.
func (i *instance) accessURL() string {
	if i.Alias == "" {
		return ""
	}
	return "https://" + i.host() + ".my.connect.aws"
}

// instanceARN names an instance.
func (s *Service) instanceARN(id string) string { return s.arns.Make("connect", "instance/"+id) }

// roleARN names the service-linked role of an instance. AWS ends its name in a random text; here it is
// drawn from the id, so that it need not be stored.
func (s *Service) roleARN(id string) string {
	plain := strings.ReplaceAll(id, "-", "")
	return s.arns.MakeGlobal("iam", "role/aws-service-role/connect.amazonaws.com/AWSServiceRoleForAmazonConnect_"+plain[max(0, len(plain)-20):])
}

// createInstance stores a new instance, or gives the one that the same request made before.
func (s *Service) createInstance(tx *store.Tx, i *instance) (*instance, error) {
	old, err := repeated(tx, i)
	if old != nil || err != nil {
		return old, err
	}
	// Creations on several nodes may pass this together; a quota is no promise that needs a lock.
	n, err := countInstances(tx)
	if err != nil {
		return nil, err
	}
	if n >= s.quotas.Instances {
		return nil, fault.New(fault.Limit, "The limit of instances in this account is reached.")
	}
	i.Created = tx.Now()
	added, err := insertInstance(tx, i)
	if added || err != nil {
		return i, err
	}
	// The token or the alias is taken. The token counts first: it may be that of another try of this very
	// request, which was faster by a moment.
	old, err = repeated(tx, i)
	if old != nil || err != nil {
		return old, err
	}
	// CreateInstance has no exception for duplicates in AWS's model: this is what it answers.
	return nil, fault.New(fault.Invalid, "Invalid Input. Instance alias is already used.")
}

// repeated gives the instance that a request with the same client token made, nil when there is none.
func repeated(tx *store.Tx, i *instance) (*instance, error) {
	if i.Token == "" {
		return nil, nil
	}
	old, err := instanceOfToken(tx, i.Token)
	if old == nil || err != nil {
		return nil, err
	}
	if !old.asked(i) {
		return nil, fault.New(fault.Invalid, "The ClientToken was used before, with other parameters.")
	}
	return old, nil
}

// noInstance says that an instance does not exist.
func noInstance(id string) error {
	return fault.Missing("Instance", id, "Could not find an instance with the ID "+id+".")
}
