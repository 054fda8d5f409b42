package connectcases

import (
	"strconv"
)

// signature is a summary of what a case can be found by: a Bloom filter of 512 bits. Each term sets three bits of
// one of the eight parts. A case that has all terms of a search has all their bits, so that a row without them
// need not be looked at; a case that has the bits may still lack the terms.
type signature [8]uint64

// add puts a term into the signature.
func (s *signature) add(hash uint64) {
	part, first, second, third := hash&7, hash>>3&63, hash>>9&63, hash>>15&63
	s[part] |= 1<<first | 1<<second | 1<<third
}

// addWord puts a word into the signature.
func (s *signature) addWord(word string) { s.add(hashOf("w", word)) }

// addValue puts into the signature that a field has a value with a key. Long keys are not in it, and instants,
// for which nobody asks exactly, would only fill it.
func (s *signature) addValue(f *Field, key []byte) {
	if len(key) <= maxKey && f.Type != typeDateTime && f.ID != fieldCaseID {
		s.add(hashOf("v"+strconv.FormatInt(f.Position, 10)+"=", string(key)))
	}
}

// addTag puts into the signature that there is a tag with a key and a value.
func (s *signature) addTag(key, value string) { s.add(hashOf("t"+key+"\x00", value)) }

// addTagKey puts into the signature that there is a tag with a key.
func (s *signature) addTagKey(key string) { s.add(hashOf("k", key)) }

// hashOf spreads the two parts of a term's name over 64 bits: FNV-1a, finished so that every bit depends on all of them.
// It is stored in tables: it must never change.
func hashOf(a, b string) uint64 {
	h := uint64(14695981039346656037)
	for _, s := range [2]string{a, b} {
		for i := range len(s) {
			h = (h ^ uint64(s[i])) * 1099511628211
		}
	}
	h = (h ^ h>>33) * 0xff51afd7ed558ccd
	h = (h ^ h>>33) * 0xc4ceb9fe1a85ec53
	return h ^ h>>33
}

// signature gives the signature of a case whose words are known.
func (c *Case) signature(cat *catalog, words []string) (s signature) {
	for _, v := range c.Values {
		if f := cat.fieldByID[v.ID]; f != nil {
			s.addValue(f, f.key(v.Value))
		}
	}
	for _, w := range words {
		s.addWord(w)
	}
	for k, v := range c.Tags {
		s.addTag(k, v)
		s.addTagKey(k)
	}
	return s
}
