// Package pattern compiles EventBridge event patterns and matches events against them.
//
// It is pure: no I/O, no clock, nothing but the standard library. It knows no bus, no target and no rule
// state; a rule is an id of the caller's and a compiled pattern. It does not check an event's envelope
// either: an event is any JSON object.
//
// A pattern is read once by Compile, which answers with AWS's own words when the text is refused. $or is
// expanded there: a Pattern is a list of alternatives, each a list of constraints in path order, each a list
// of matchers of which one must hold. A Set files many patterns by what they ask for, reads an event once,
// keeping only the leaves that some pattern names, and compares it with the patterns that are filed under what it
// has: see docs/adr/0007-matching.md. Explain tells which path of a pattern an event fails first, and why.
//
// The language, with an example for each of its rules, is described in docs/event-patterns.md.
//
// Patterns are untrusted: Compile takes no text of more than 64 KiB, no objects more than 1,000 deep, no number
// of more than 1,000 digits, 256 fields, 1,000 combinations of $or and 100,000 fields of all combinations
// together, paths of 1 MiB in all. Within that it takes less than half a second and 100 MB.
//
// Files:
//
//	pattern.go        Pattern, its alternatives and constraints
//	error.go          Error and its "at [Source: …]" tail
//	lexer.go          the streaming JSON reader whose positions the error texts show
//	lexer_scalar.go   its strings, numbers and literals
//	compile.go        objects, fields, match lists
//	expression.go     {"prefix": …} and its fellows: from tokens to matchers
//	or.go             $or, its expansion and limits
//	exact.go          strings and literals
//	affix.go          prefix and suffix
//	fold.go           equals-ignore-case (fold_table.go: the characters that fold to several)
//	anything_but.go   anything-but in all its forms
//	numeric.go        numeric; number.go: when two numbers are equal
//	cidr.go           cidr, and addresses spelled in different ways
//	wildcard.go       wildcard; complexity.go: which wildcards are refused
//	set.go            Set: rules come and go
//	tree.go           the tree of the paths that patterns name
//	index.go          alternatives filed under one of their constraints; keys.go: under what
//	ranges.go         numeric ranges that are filed
//	trie.go           the map that all these are made of: changing it gives another map
//	event.go          what is an event
//	match.go          Match: from an event to the alternatives that it is compared with
//	flatten.go        an event becomes leaves; scan.go: passing over what nobody asks for; shape.go: events look alike
//	elements.go       constraints may not be met by different elements of one array
//	arrays.go         the same where arrays are nested in more than one way
//	explain.go        why an event does not match: verdicts on parts of the pattern
//	explain_event.go  what the event has at the paths in question; explain_text.go: it in words
//	describe.go       matchers in words
package pattern
