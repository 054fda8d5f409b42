# What there is to do; `make` lists it.
GO ?= go
BIN := bin/casestream
# Where AWS's service models lie, in botocore's form: a folder of <service>.json, or botocore's own data folder.
MODELS ?= $(shell python3 -c 'import botocore, os; print(os.path.join(os.path.dirname(botocore.__file__), "data"))' 2>/dev/null)
CYCLES ?= 30
FOR ?= 80s
OPS ?= 0
SEED ?= 0
T ?= 20s
RUNS ?= 3
STORE ?=
LINT := bin/golangci-lint

.PHONY: help build run demo test test-race test-pg test-api test-cli crash model queue-model backlog search-model powercut fuzz bench bench-queues bench-backlog bench-idle bench-peers bin/bench bench-patterns gen gen-verify fmt lint check clean

help: ## List the targets.
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | column -t -s "$$(printf '\t')"

build: ## Build bin/casestream.
	CGO_ENABLED=0 $(GO) build -trimpath -o $(BIN) ./cmd/casestream

run: build ## Serve on 127.0.0.1:4566.
	$(BIN) serve

demo: build ## See a case event arrive.
	$(BIN) demo

test: ## The tests that need nothing but Go: about a minute.
	$(GO) test ./...

test-race: ## The same under the race detector.
	$(GO) test -race ./...

test-pg: ## The same on PostgreSQL too (needs its binaries; starts a server of its own).
	test/with-postgres $(GO) test ./...

test-api: ## AWS's own Go SDK against the built server, on SQLite and PostgreSQL.
	cd test/api && ../with-postgres $(GO) test -count=1 ./... # the server that it builds is nothing that the cache of results knows of

test-cli: build ## The AWS documentation's session, each operation of Cases, a log group and API destinations as targets, looking into queues, with the real aws CLI (needs aws and python3).
	test/cli/seed.sh
	test/cli/cases.sh
	test/cli/logs.sh
	test/cli/webhook.sh
	test/cli/queue.sh

crash: ## Kill the server CYCLES times under load and look for what is missing.
	$(GO) test ./test/crash -count=1 -v -run . -args -cycles=$(CYCLES)

model: ## Random calls against a model of Cases for FOR, with kills (SEED=n repeats a run; OPS=n instead of FOR).
	$(GO) test ./test/model -count=1 -timeout 30m -v -args -for=$(FOR) -ops=$(OPS) -seed=$(SEED)

queue-model: ## Random calls on queues against the rules of SQS for FOR, with kills (SEED=n repeats a run).
	$(GO) test ./test/queuemodel -count=1 -timeout 30m -v -args -for=$(FOR) -seed=$(SEED)

backlog: ## A million deliveries wait for a target that is down: memory, another target's latency, how fast they drain.
	$(GO) test ./courier -count=1 -v -timeout 30m -run Backlog -args -backlog=1000000

powercut: ## Cut the power CYCLES times: like crash, and what was not synced is lost (needs root, mkfs.ext4, mount).
	$(GO) test ./test/crash -count=1 -v -run Power -args -power -cycles=$(CYCLES)

search-model: ## Compare searches with a naive scan of 10,000 random cases.
	$(GO) test ./svc/connectcases -count=1 -v -timeout 30m -run SearchesGiveWhatANaiveScanGives -search-cases=10000 -search-searches=300

fuzz: ## Each fuzz test for T, a time (20s) or a number of inputs (3000x).
	@for f in $$(grep -rl --include='*_test.go' 'func Fuzz' . ); do \
	  for n in $$(grep -oE 'func Fuzz[A-Za-z0-9]+' $$f | cut -c6-); do \
	    echo "$$n ($$(dirname $$f))"; $(GO) test $$(dirname $$f) -run '^$$' -fuzz "^$$n\$$" -fuzztime $(T) || exit 1; \
	  done; done

bin/bench: build
	$(GO) build -o bin/bench ./bench

bench: bin/bench ## Measure the server beside the ceilings of this machine; bench/README.md has recorded runs.
	bin/bench

bench-queues: bin/bench ## Measure SQS alone, beside the other servers that are installed, in RUNS rounds.
	bin/bench -parts queues -runs $(RUNS)

bench-backlog: bin/bench ## Measure SQS with up to 5 million messages in the queue (STORE=postgres://… on PostgreSQL), minutes long.
	bin/bench -parts backlog -store "$(STORE)"

bench-idle: bin/bench ## Measure what 10,000 receivers that wait cost.
	bin/bench -parts idle

bench-peers: ## Install the servers to compare with into bin/peers (needs npm); moto is pip's: pip install 'moto[server]'.
	mkdir -p bin/peers
	npm install --prefix bin/peers fauxqs@1.9.2
	GOBIN=$(CURDIR)/bin/peers $(GO) install github.com/Admiral-Piett/goaws/app/cmd@v0.4.5
	mv bin/peers/cmd bin/peers/goaws

bench-patterns: ## Measure event matching beside encoding/json, minutes long; bench/patterns/README.md has recorded runs.
	$(GO) build -o bin/bench-patterns ./bench/patterns
	bin/bench-patterns

gen: ## Make awsapi/ and docs/coverage.md from AWS's service models (MODELS=folder).
	$(GO) run ./cmd/apigen -models "$(MODELS)" -out awsapi -coverage docs/coverage.md

gen-verify: ## Fail when gen would change anything.
	$(GO) run ./cmd/apigen -models "$(MODELS)" -out awsapi -coverage docs/coverage.md -check

$(LINT): tools/go.mod tools/go.sum
	cd tools && $(GO) build -o ../$(LINT) github.com/golangci/golangci-lint/v2/cmd/golangci-lint

fmt: $(LINT) ## Format.
	$(LINT) fmt ./...

lint: $(LINT) ## Lint.
	$(LINT) run ./...

check: gen-verify lint test-race ## What to run before a commit.

clean: ## Remove what was built.
	rm -rf bin
