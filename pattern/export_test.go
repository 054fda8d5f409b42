package pattern

// Complexity is how many positions the wildcards of one field occupy at most, for the test vectors.
func Complexity(operands []string) int {
	var matchers []matcher
	for _, o := range operands {
		c := compiler{}
		matchers = append(matchers, c.wildcard(o))
	}
	budget := 1 << 30
	return complexity(matchers, 1<<30, &budget)
}
