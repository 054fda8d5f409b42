package sigv4

import (
	"crypto/hmac"
	"crypto/sha256"
	"hash"
	"strings"
	"sync"
)

// signingKey is a derived key, good for one day, Region and service. Its pool keeps keyed hashes, whose
// setting up costs more than their use.
type signingKey struct {
	key    [sha256.Size]byte
	hashes sync.Pool
}

// derive computes the key of a scope.
func derive(secret string, s Scope) *signingKey {
	k := &signingKey{}
	step := mac([]byte("AWS4"+secret), s.Date)
	step = mac(step, s.Region)
	step = mac(step, s.Service)
	copy(k.key[:], mac(step, terminator))
	k.hashes.New = func() any { return hmac.New(sha256.New, k.key[:]) }
	return k
}

// mac is HMAC-SHA256 of a short text.
func mac(key []byte, text string) []byte {
	h := hmac.New(sha256.New, key)
	h.Write([]byte(text))
	return h.Sum(nil)
}

// appendMAC appends the HMAC of a text.
func (k *signingKey) appendMAC(b, text []byte) []byte {
	h := k.hashes.Get().(hash.Hash)
	h.Reset()
	h.Write(text)
	b = h.Sum(b)
	k.hashes.Put(h)
	return b
}

// keyID is what a signing key depends on. The secret is part of it: a key whose secret was changed must
// not live on here.
type keyID struct{ secret, date, region, service string }

// maxKeys bounds a cache. A server has a few access keys, a few services and two days at a time.
const maxKeys = 1024

// keyCache keeps signing keys. Its zero value is ready.
type keyCache struct {
	mu   sync.RWMutex
	keys map[keyID]*signingKey
}

// get gives the key for a secret and a scope. A full cache is emptied: that is rare and cheap to repair.
func (c *keyCache) get(secret string, s Scope) *signingKey {
	id := keyID{secret, s.Date, s.Region, s.Service}
	c.mu.RLock()
	k := c.keys[id]
	c.mu.RUnlock()
	if k != nil {
		return k
	}
	k = derive(secret, s)
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.keys == nil || len(c.keys) >= maxKeys {
		c.keys = make(map[keyID]*signingKey)
	}
	// The scope's parts are slices of the request's header; a key outlives it.
	id.date, id.region, id.service = strings.Clone(s.Date), strings.Clone(s.Region), strings.Clone(s.Service)
	c.keys[id] = k
	return k
}
