package connectcases

import (
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// A search term's words are looked for in a case's words: all of them must be there, each as a whole word, in
// whichever fields, without regard to case.

// Bounds on words, so that a case of any size fits into the tables of the search.
const (
	maxWord  = 64     // bytes; longer ones are cut
	maxWords = 10_000 // of a case: the first in the order of its fields' ids
)

// words gives the words of a text, in lower case: runs of letters, marks and digits. Of an ARN these are the
// words behind the last slash: what stands before is the same in most ARNs of an account.
func words(s string) []string {
	if strings.HasPrefix(s, "arn:") {
		s = s[strings.LastIndexByte(s, '/')+1:]
	}
	list := strings.FieldsFunc(strings.ToLower(s), func(r rune) bool {
		if r < utf8.RuneSelf {
			return !('a' <= r && r <= 'z' || '0' <= r && r <= '9')
		}
		return !unicode.In(r, unicode.Letter, unicode.Mark, unicode.Digit)
	})
	for i, w := range list {
		list[i] = cutWord(w)
	}
	return list
}

// cutWord cuts a word that is too long, between characters.
func cutWord(w string) string {
	if len(w) <= maxWord {
		return w
	}
	end := maxWord
	for !utf8.RuneStart(w[end]) {
		end--
	}
	return w[:end]
}

// moreWords is a word that no text has: it marks cases that have more words than are kept.
const moreWords = ""

// texts calls yield with each text of a case that has words: its id and its values that are text or numbers, in
// the order of their fields' ids.
func (c *Case) texts(cat *catalog, yield func(text string) bool) {
	if !yield(c.ID) {
		return
	}
	for _, v := range c.Values {
		f, text := cat.fieldByID[v.ID], v.Value.Text
		if v.Value.Kind == Double {
			text = strconv.FormatFloat(v.Value.Number, 'f', -1, 64)
		}
		if f != nil && f.Type != typeDateTime && v.Value.Kind != Boolean && !yield(text) {
			return
		}
	}
}

// words gives the words of a case, sorted, each once.
func (c *Case) words(cat *catalog) (list []string) {
	c.texts(cat, func(text string) bool {
		list = append(list, words(text)...)
		if len(list) > 2*maxWords { // words that come again must not crowd out others behind them
			list = distinct(list)
		}
		return len(list) <= maxWords*3/2 || len(distinct(slices.Clone(list))) <= maxWords
	})
	if list = distinct(list); len(list) > maxWords {
		list = append(list[:maxWords], moreWords)
	}
	slices.Sort(list)
	return list
}

// hasWords says whether a case has all of some words, as words gives them.
func (c *Case) hasWords(cat *catalog, wanted []string) bool {
	missing, count := slices.Clone(wanted), 0
	c.texts(cat, func(text string) bool {
		found := words(text)
		count += len(found)
		missing = slices.DeleteFunc(missing, func(w string) bool { return slices.Contains(found, w) })
		return len(missing) > 0 && count <= maxWords
	})
	if count <= maxWords {
		return len(missing) == 0
	}
	all := c.words(cat)
	return !slices.ContainsFunc(wanted, func(w string) bool {
		_, ok := slices.BinarySearch(all, w)
		return !ok
	})
}

// distinct leaves the first of each of the words, in their order.
func distinct(list []string) []string {
	seen := make(map[string]bool, len(list))
	return slices.DeleteFunc(list, func(w string) bool {
		if seen[w] {
			return true
		}
		seen[w] = true
		return false
	})
}

// domainWord gives the form that a word has in cases_words, where all domains' words are in one index: no two
// domains have a word in common.
func domainWord(d Domain, word string) string { return strconv.FormatInt(d.No, 10) + "x" + word }
