package app

import (
	"errors"
	"fmt"
	"io/fs"
	"net"
	"path/filepath"
	"regexp"
	"strings"
)

// envCmd is `casestream env`.
type envCmd struct {
	Config config `embed:""`
}

// Run prints the exports.
func (c *envCmd) Run(s streams) error {
	if err := c.Config.check(); err != nil {
		return err
	}
	text, err := c.Config.exports()
	if err != nil {
		return err
	}
	_, err = fmt.Fprint(s.out, text)
	return err
}

// exports gives the shell lines by which AWS clients find a server with these settings.
func (c *config) exports() (string, error) {
	id, secret := c.AccessKey, c.SecretKey
	if id == "" && c.Dev {
		id, secret = "dev", "dev"
	}
	if id == "" {
		path := filepath.Join(c.Data, credentialsFile)
		key, err := readCredentials(path, "default")
		if errors.Is(err, fs.ErrNotExist) {
			return "", fmt.Errorf("%s does not exist: `casestream serve` makes it at its first run", path)
		}
		if err != nil {
			return "", err
		}
		id, secret = key.AccessKeyID, key.SecretKey
	}
	return fmt.Sprintf("export AWS_ENDPOINT_URL=%s\nexport AWS_ACCESS_KEY_ID=%s\nexport AWS_SECRET_ACCESS_KEY=%s\nexport AWS_REGION=%s\nexport AWS_DEFAULT_REGION=%s\nunset AWS_SESSION_TOKEN AWS_PROFILE\n",
		quoted(c.url()), quoted(id), quoted(secret), c.Region, c.Region), nil
}

// plain is a word that a shell takes as it is.
var plain = regexp.MustCompile(`^[\w@%+=:,./-]+$`)

// quoted gives a word in the form in which a shell reads it back.
func quoted(word string) string {
	if plain.MatchString(word) {
		return word
	}
	return "'" + strings.ReplaceAll(word, "'", `'\''`) + "'"
}

// url is the address under which a client on this machine reaches the server.
func (c *config) url() string {
	scheme := "http"
	if c.TLSCert != "" {
		scheme = "https"
	}
	host, port, err := net.SplitHostPort(c.Listen)
	if err != nil || net.ParseIP(host).IsUnspecified() || host == "" {
		host = "127.0.0.1"
	}
	return scheme + "://" + net.JoinHostPort(host, port)
}
