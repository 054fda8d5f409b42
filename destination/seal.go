package destination

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strings"
)

// KeyLength is how many bytes a key has: those of AES-256.
const KeyLength = 32

// Key encrypts secrets at rest. The zero Key encrypts nothing and opens nothing.
type Key struct {
	id   string // tells keys apart, and nothing about them
	aead cipher.AEAD
}

// Failures of keys.
var (
	errOtherKey = errors.New("the store holds secrets of connections that are sealed with another secret key: put that key's file back, the same for each server on the store (--secret-key-file)")
	errNoKey    = errors.New("there is no secret key")
	errForged   = errors.New("the sealed authorization of a connection does not open: it was changed, or sealed with another secret key")
)

// NewKey makes a key of its bytes.
func NewKey(raw []byte) (Key, error) {
	if len(raw) != KeyLength {
		return Key{}, fmt.Errorf("a secret key has %d bytes, not %d", KeyLength, len(raw))
	}
	block, err := aes.NewCipher(raw)
	if err != nil {
		return Key{}, err
	}
	aead, err := cipher.NewGCMWithRandomNonce(block)
	if err != nil {
		return Key{}, err
	}
	sum := sha256.Sum256(append([]byte("casestream secret key id\x00"), raw...))
	return Key{id: hex.EncodeToString(sum[:8]), aead: aead}, nil
}

// GenerateKey gives the text of a new key.
func GenerateKey() string {
	var raw [KeyLength]byte
	rand.Read(raw[:]) // never fails: it ends the process when the system has no randomness
	return base64.StdEncoding.EncodeToString(raw[:])
}

// ParseKey reads the text of a key: its bytes in base64.
func ParseKey(text string) (Key, error) {
	raw, err := base64.StdEncoding.DecodeString(strings.TrimSpace(text))
	if err != nil {
		return Key{}, errors.New("a secret key is 32 bytes in base64")
	}
	return NewKey(raw)
}

// LogValue hides the key from slog.
func (Key) LogValue() slog.Value { return slog.StringValue(hidden) }

// String hides the key from fmt.
func (Key) String() string { return hidden }

// GoString hides the key from fmt's %#v.
func (Key) GoString() string { return hidden }

// seal encrypts an authorization; what it belongs to is bound to it, so that it opens nowhere else.
func (k Key) seal(owner string, a *Auth) ([]byte, error) {
	if k.aead == nil {
		return nil, errNoKey
	}
	plain, err := json.Marshal(a)
	if err != nil {
		return nil, err
	}
	return k.aead.Seal(nil, nil, plain, []byte(owner)), nil
}

// open decrypts what seal made.
func (k Key) open(owner string, sealed []byte) (*Auth, error) {
	if k.aead == nil {
		return nil, errNoKey
	}
	plain, err := k.aead.Open(nil, nil, sealed, []byte(owner))
	if err != nil {
		return nil, errForged
	}
	a := new(Auth)
	if err := json.Unmarshal(plain, a); err != nil {
		return nil, errForged
	}
	return a, nil
}
