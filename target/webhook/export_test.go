package webhook

// What tests look at by itself.
var (
	Public     = public
	RetryAfter = retryAfter
	MergeBody  = mergeBody
	ReadToken  = readToken
)
