package connectcases

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"time"

	"github.com/casestream/casestream/base/fault"
	"github.com/casestream/casestream/store"
)

// keepTokens is how long a client token is remembered at least.
const keepTokens = 24 * time.Hour

// sweepTokens is how many tokens past that age one new token removes: more than one, so that they cannot
// pile up, and few, so that no call pays for the others.
const sweepTokens = 4

// hash gives the fingerprint of what the caller asked for. Who signed the request is not part of it: a
// session's credentials change between tries.
func (r caseRequest) hash() (string, error) {
	text, err := json.Marshal([]any{r.templateID, r.fields, r.tags, r.by.User})
	if err != nil {
		return "", err
	}
	sum := sha256.Sum256(text)
	return base64.RawStdEncoding.EncodeToString(sum[:]), nil
}

// claimToken takes a request's token for a new case. If the same request has taken it before, it gives the
// case that was made then. A transaction that is about to take the same token is waited for.
func claimToken(tx *store.Tx, r caseRequest, caseID string) (made string, err error) {
	hash, err := r.hash()
	if err != nil {
		return "", err
	}
	claimed, err := insertToken(tx, r.domainID, r.token, hash, caseID)
	if err != nil {
		return "", err
	}
	if claimed {
		return "", deleteTokens(tx, r.domainID, tx.Now().Add(-keepTokens), sweepTokens)
	}
	before, made, err := getToken(tx, r.domainID, r.token)
	if err != nil {
		return "", err
	}
	if before != hash {
		return "", fault.New(fault.Conflict, "The client token was used before with another request.")
	}
	return made, nil
}
