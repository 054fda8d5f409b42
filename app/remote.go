package app

import (
	"errors"
	"fmt"
	"io/fs"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"time"

	"github.com/casestream/casestream/client"
	"github.com/casestream/casestream/wire/sigv4"
)

// remote is the server that a command calls, and the key that it calls it with: what AWS's own tools would take.
type remote struct {
	Endpoint     string        `default:"http://127.0.0.1:4566" env:"AWS_ENDPOINT_URL" help:"The server's URL, or 'aws' for AWS itself."`
	Region       string        `default:"us-east-1" env:"AWS_REGION,AWS_DEFAULT_REGION" help:"The AWS Region to sign for."`
	AccessKey    string        `name:"access-key-id" env:"AWS_ACCESS_KEY_ID" help:"The access key to sign with. Default: that of --profile in AWS's shared credentials file; for a server on this machine, the one in --data."`
	SecretKey    string        `name:"secret-access-key" env:"AWS_SECRET_ACCESS_KEY" help:"The secret of --access-key-id."`
	SessionToken string        `env:"AWS_SESSION_TOKEN" help:"The token of a temporary --access-key-id."`
	Profile      string        `env:"AWS_PROFILE" help:"Profile in AWS's shared credentials file (AWS_SHARED_CREDENTIALS_FILE, ~/.aws/credentials)."`
	Data         string        `default:"${data}" env:"CASESTREAM_DATA" type:"path" help:"Folder of a server on this machine, which keeps its access key there."`
	Patience     time.Duration `default:"5m" help:"How long a call that is throttled is tried again."`
}

// client makes the client, with room for so many connections.
func (r *remote) client(connections int) (*client.Client, error) {
	if connections < 1 {
		return nil, errors.New("--connections: want at least 1")
	}
	base := r.Endpoint
	if base == "aws" {
		base = ""
	} else if !isURL(base) {
		return nil, fmt.Errorf("--endpoint=%s: want a URL, or aws", base)
	}
	if !regionForm.MatchString(r.Region) {
		return nil, fmt.Errorf("--region=%s: not an AWS Region", r.Region)
	}
	key, err := r.key()
	if err != nil {
		return nil, err
	}
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.MaxIdleConnsPerHost, transport.MaxIdleConns = connections, connections
	return &client.Client{
		Base: base, Region: r.Region, Key: key, Patience: r.Patience, HTTP: &http.Client{Transport: transport, Timeout: 2 * time.Minute},
	}, nil
}

// isURL says whether a text is an http or https URL.
func isURL(text string) bool {
	u, err := url.Parse(text)
	return err == nil && (u.Scheme == "http" || u.Scheme == "https") && u.Host != ""
}

// key finds the access key: what was given, else a profile that was named, else what a server on this machine
// has made, else the default profile.
func (r *remote) key() (sigv4.Credentials, error) {
	if (r.AccessKey == "") != (r.SecretKey == "") {
		return sigv4.Credentials{}, errors.New("--access-key-id and --secret-access-key go together")
	}
	// A profile from the command line goes before a key from the environment, as with AWS's own CLI.
	asked := r.Profile != "" && r.Profile != os.Getenv("AWS_PROFILE") && r.AccessKey == os.Getenv("AWS_ACCESS_KEY_ID")
	if r.AccessKey != "" && !asked {
		return sigv4.Credentials{AccessKeyID: r.AccessKey, SecretKey: r.SecretKey, SessionToken: r.SessionToken}, nil
	}
	if r.Profile == "" && r.local() {
		key, err := readCredentials(filepath.Join(r.Data, credentialsFile), "default")
		if !errors.Is(err, fs.ErrNotExist) {
			return key, err
		}
	}
	path := os.Getenv("AWS_SHARED_CREDENTIALS_FILE")
	if path == "" {
		home, err := os.UserHomeDir()
		if err != nil {
			return sigv4.Credentials{}, err
		}
		path = filepath.Join(home, ".aws", "credentials")
	}
	profile := r.Profile
	if profile == "" {
		profile = "default"
	}
	key, err := readCredentials(path, profile)
	if errors.Is(err, fs.ErrNotExist) {
		return key, errors.New("no access key: give --access-key-id and --secret-access-key, AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, --profile, or --data of a server on this machine")
	}
	return key, err
}

// local says whether the server is on this machine.
func (r *remote) local() bool {
	u, err := url.Parse(r.Endpoint)
	if err != nil {
		return false
	}
	ip := net.ParseIP(u.Hostname())
	return u.Hostname() == "localhost" || ip != nil && ip.IsLoopback()
}
