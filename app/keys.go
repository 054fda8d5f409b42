package app

import (
	"crypto/rand"
	"encoding/base32"
	"encoding/base64"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/casestream/casestream/destination"
	"github.com/casestream/casestream/wire/sigv4"
)

// credentialsFile lies in the data folder. It has the form of AWS's shared credentials file, so that
// AWS_SHARED_CREDENTIALS_FILE may name it.
const credentialsFile = "credentials"

// credentials gives the access key of the settings, else the one in the data folder, else a new one that
// it writes there. It says whether the key is new.
func (c *config) credentials() (key sigv4.Credentials, made bool, err error) {
	if c.AccessKey != "" {
		return sigv4.Credentials{AccessKeyID: c.AccessKey, SecretKey: c.SecretKey}, false, nil
	}
	path := filepath.Join(c.Data, credentialsFile)
	key, err = readCredentials(path, "default")
	if !errors.Is(err, fs.ErrNotExist) {
		return key, false, err
	}
	key = newCredentials()
	return key, true, writeCredentials(path, key)
}

// newCredentials makes an access key of AWS's form.
func newCredentials() sigv4.Credentials {
	var raw [40]byte
	rand.Read(raw[:]) // never fails: it ends the process when the system has no randomness
	return sigv4.Credentials{
		AccessKeyID: "AKIA" + base32.StdEncoding.EncodeToString(raw[:10]),
		SecretKey:   base64.StdEncoding.EncodeToString(raw[10:40]),
	}
}

// writeCredentials makes the file of an access key.
func writeCredentials(path string, key sigv4.Credentials) error {
	return writeKeyFile(path, fmt.Sprintf("[default]\naws_access_key_id = %s\naws_secret_access_key = %s\n", key.AccessKeyID, key.SecretKey))
}

// writeKeyFile makes a file for its owner's eyes only. It never overwrites one, and whoever looks sees
// the whole of it or none: a server that was killed half-way would find a file without a key.
func writeKeyFile(path, text string) error {
	dir := filepath.Dir(path)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	f, err := os.CreateTemp(dir, filepath.Base(path)+".*") // which only its owner can read
	if err != nil {
		return err
	}
	_, err = f.WriteString(text)
	if err = errors.Join(err, f.Sync(), f.Close()); err == nil {
		if err = os.Link(f.Name(), path); err != nil && !errors.Is(err, fs.ErrExist) {
			return os.Rename(f.Name(), path) // a file system without links
		}
	}
	return errors.Join(err, os.Remove(f.Name()))
}

// readKeyFile reads a file that only its owner may read, and refuses others.
func readKeyFile(path string) ([]byte, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if info.Mode().Perm()&0o077 != 0 && os.PathSeparator == '/' {
		return nil, fmt.Errorf("%s is readable by others: chmod 600 %s", path, path)
	}
	return os.ReadFile(path)
}

// secretKeyFile lies in the data folder: the key that secrets of connections are encrypted with.
const secretKeyFile = "secret-key"

// secretKey gives the key in the file of the settings, which must be there, else the one in the data folder, else a
// new one that it writes there.
func (c *config) secretKey() (destination.Key, error) {
	path := c.SecretKeyFile
	if path == "" {
		path = filepath.Join(c.Data, secretKeyFile)
		if !exists(path) {
			if err := writeKeyFile(path, destination.GenerateKey()+"\n"); err != nil {
				return destination.Key{}, err
			}
		}
	}
	text, err := readKeyFile(path)
	if err != nil {
		return destination.Key{}, err
	}
	key, err := destination.ParseKey(string(text))
	if err != nil {
		return destination.Key{}, fmt.Errorf("%s: %w", path, err)
	}
	return key, nil
}

// readCredentials reads a profile of a credentials file, and refuses a file that others may read.
func readCredentials(path, profile string) (sigv4.Credentials, error) {
	text, err := readKeyFile(path)
	if err != nil {
		return sigv4.Credentials{}, err
	}
	var key sigv4.Credentials
	section := ""
	for line := range strings.Lines(string(text)) {
		line = strings.TrimSpace(line)
		if strings.HasPrefix(line, "[") {
			section = strings.TrimSpace(strings.Trim(line, "[]"))
		}
		if section != profile {
			continue
		}
		name, value, _ := strings.Cut(line, "=")
		switch strings.TrimSpace(name) {
		case "aws_access_key_id":
			key.AccessKeyID = strings.TrimSpace(value)
		case "aws_secret_access_key":
			key.SecretKey = strings.TrimSpace(value)
		case "aws_session_token":
			key.SessionToken = strings.TrimSpace(value)
		}
	}
	if key.AccessKeyID == "" || key.SecretKey == "" {
		return sigv4.Credentials{}, fmt.Errorf("%s holds no access key of the profile %s", path, profile)
	}
	return key, nil
}
