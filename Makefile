# sigtransit: everything a contributor runs. `make help` lists the targets.
GO        ?= go
FUZZTIME  ?= 20s
BENCHDIR  ?= bench
SHELL     := /bin/bash

.PHONY: help
help: ## list the targets
	@grep -hE '^[a-z0-9-]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 16

.PHONY: build
build: ## build bin/sigtransit
	$(GO) build -trimpath -o bin/sigtransit ./cmd/sigtransit

# VERSION (from git describe), SOURCE_DATE_EPOCH (the time of the commit) and NFPM may be given.
.PHONY: packages
packages: ## static programs, Debian and RPM packages for amd64 and arm64 in dist/
	@GO='$(GO)' deploy/packaging/build

.PHONY: test-packages
test-packages: ## install, run and purge the Debian package (root, a machine to throw away)
	deploy/packaging/test.sh

.PHONY: test
test: ## all tests; tests of optional tools skip where the tool is missing
	$(GO) test ./...

.PHONY: test-sctp
test-sctp: ## the canary over a real association; needs SCTP in the kernel, or user-mode-linux
	$(GO) test -count=1 -exec $(CURDIR)/.ci/with-sctp -run SCTP ./pkg/canary

# What these look at is another program's reading, or what hostile input costs, which
# the race detector multiplies: goroutines have no part in either. Nor have they in the
# measurement and in the alerting of a real Prometheus, which are minutes of waiting.
NO_RACE := Chromium|Tshark|TestCorpus|Arguments|TestVectors|TestReference|TestHostileCost|TestHalfOpen|TestUnanswered

.PHONY: test-race
test-race: ## the tests under the race detector, but for those that compare with another program or bound a cost
	$(GO) test -race -skip '$(NO_RACE)' $$($(GO) list ./... | grep -vE '/(cmd/bench|deploy/prometheus)$$')

# Longer than the seconds of `make test`: hostile traffic at full rate over virtual interfaces.
SOAK ?= 30m

.PHONY: soak
soak: ## the daemon under hostile traffic for SOAK (default 30m): memory, descriptors, goroutines (root)
	CI=true $(GO) test ./cmd/sigtransit -run '^TestCaptureSoak$$' -soak $(SOAK) -timeout 0 -count 1 -v

.PHONY: test-pgo
test-pgo: ## what must not allocate, compiled by the profile as the program is
	$(GO) test -pgo=$(CURDIR)/cmd/sigtransit/default.pgo ./decoders/... ./pkg/dialogue ./pkg/reassembly ./pkg/roaming ./rules
	$(GO) test -pgo=$(CURDIR)/cmd/sigtransit/default.pgo ./pkg/dissect ./pkg/exposure ./pkg/pipeline -run 'Alloc'

.PHONY: test-32bit
test-32bit: ## decoders and state on a 32-bit target
	GOARCH=386 CGO_ENABLED=0 $(GO) test ./decoders/... ./pkg/reassembly ./pkg/dialogue ./pkg/capture/... ./pkg/roaming ./pkg/exposure ./rules

.PHONY: portable
portable: ## build without cgo and for other systems
	CGO_ENABLED=0 $(GO) build ./...
	GOOS=darwin $(GO) build -o /dev/null ./cmd/sigtransit && GOOS=darwin $(GO) build ./pkg/capture/... ./cmd/bench

.PHONY: fuzz
fuzz: ## every fuzz target for FUZZTIME (default 20s)
	@GO='$(GO)' .ci/fuzz $(FUZZTIME)

# BENCH_FLAGS: -keep (the captures), -markdown, -no-memory, -lists ...: go run ./cmd/bench -h
BENCH_MESSAGES ?= 1000000
BENCH_RUNS     ?= 5
# Some seconds of traffic: a ledger writes what is new once a second, and the rest at the end.
BENCH_EXPOSURE_MESSAGES ?= 3000000
BENCH_FLAGS    ?=

.PHONY: bench
bench: ## speed and memory of a replay beside tshark and tcpdump, on a capture made for it
	$(GO) build -trimpath -o bin/sigtransit ./cmd/sigtransit
	$(GO) run ./cmd/bench -dir $(BENCHDIR) -bin bin/sigtransit -messages $(BENCH_MESSAGES) -runs $(BENCH_RUNS) $(BENCH_FLAGS)

# BASE: the git revision to compare with.
.PHONY: bench-against
bench-against: ## CPU time of a message beside a build of the git revision BASE
	@test -n '$(BASE)' || { echo 'want BASE=<git revision>'; exit 2; }
	$(GO) build -trimpath -o bin/sigtransit ./cmd/sigtransit
	tree=$$(mktemp -d) && trap "git worktree remove --force $$tree" EXIT && git worktree add --quiet --detach "$$tree" '$(BASE)' && \
		$(GO) build -C "$$tree" -trimpath -o '$(CURDIR)/bin/sigtransit-base' ./cmd/sigtransit
	$(GO) run ./cmd/bench -dir $(BENCHDIR) -bin bin/sigtransit -against bin/sigtransit-base -messages $(BENCH_MESSAGES) -runs $(BENCH_RUNS) $(BENCH_FLAGS)

.PHONY: bench-exposure
bench-exposure: ## what attribution, rules and ledger cost a replay, and the import of 1,000 IR.21 documents
	$(GO) build -trimpath -o bin/sigtransit ./cmd/sigtransit
	$(GO) run ./cmd/bench -exposure -dir $(BENCHDIR) -bin bin/sigtransit -messages $(BENCH_EXPOSURE_MESSAGES) -runs $(BENCH_RUNS) $(BENCH_FLAGS)

# Needs root, iproute2 and tcpreplay. BENCH_LIVE_FLAGS: -pps 425000, -keep, -markdown, ...
BENCH_LIVE_FLAGS ?=

.PHONY: bench-live
bench-live: ## speed of a live capture beside tcpdump, over virtual interfaces (root)
	$(GO) build -trimpath -pgo=cmd/sigtransit/default.pgo -o bin/bench ./cmd/bench
	bin/bench live -dir $(BENCHDIR) -messages $(BENCH_MESSAGES) $(BENCH_LIVE_FLAGS)

.PHONY: bench-workers
bench-workers: ## what a second worker is worth, with frames out of memory (two idle cores)
	$(GO) test -trimpath -pgo=$(CURDIR)/cmd/sigtransit/default.pgo ./pkg/capture/live -run '^$$' -bench '^BenchmarkWorkers$$' -benchtime 9x

# The Go tool uses the profile for every build of the command (-pgo=auto).
.PHONY: profile
profile: ## record cmd/sigtransit/default.pgo anew, for profile-guided optimisation
	mkdir -p bin
	$(GO) test -trimpath ./pkg/pipeline -run '^$$' -bench 'BenchmarkReplay/(nothing-matches|findings=none)' -benchtime 15s -cpuprofile $(CURDIR)/bin/replay.prof -o /dev/null
	$(GO) test -trimpath ./pkg/capture/live -run '^$$' -bench '^BenchmarkWorkers$$' -benchtime 15x -cpuprofile $(CURDIR)/bin/workers.prof -o /dev/null
	$(GO) tool pprof -proto -output cmd/sigtransit/default.pgo bin/replay.prof bin/workers.prof

.PHONY: bench-go
bench-go: ## the Go benchmarks of all packages, one package at a time
	$(GO) test -p 1 -run '^$$' -bench . -benchmem ./...

.PHONY: golden
golden: ## rewrite the expected events of testdata (read the diff)
	$(GO) test ./cmd/sigtransit -run Golden -update

.PHONY: fmt
fmt: ## format the code
	gofmt -w $$(git ls-files '*.go')

.PHONY: lint
lint: ## formatting and go vet
	@test -z "$$(gofmt -l $$(git ls-files '*.go'))" || { echo 'gofmt would change:'; gofmt -l $$(git ls-files '*.go'); exit 1; }
	$(GO) vet ./...

STATICCHECK ?= honnef.co/go/tools/cmd/staticcheck@v0.8.2

.PHONY: staticcheck
staticcheck: ## staticcheck with the settings of staticcheck.conf (fetched when missing)
	$(GO) run $(STATICCHECK) ./...

.PHONY: check
check: lint staticcheck portable test test-race test-32bit fuzz ## all that .ci/run checks

.PHONY: clean
clean: ## remove what the targets made
	rm -rf bin dist $(BENCHDIR)
