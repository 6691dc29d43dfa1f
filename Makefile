# Targets are explained by `make help`. The scripts they call are in tools/.

# Versions of what is not in go.mod.
GOLANGCI_LINT_VERSION := v2.15.0

BIN  := $(CURDIR)/bin
LINT := $(BIN)/golangci-lint-$(GOLANGCI_LINT_VERSION)/golangci-lint

# Set these on the command line: make fuzz FUZZTIME=5m, make demo ARGS='--photos DIR'
FUZZTIME ?= 5s
ARGS ?=

.DEFAULT_GOAL := help

.PHONY: help
help: ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-12s %s\n", $$1, $$2 }' Makefile

##
## Run
##

.PHONY: run
run: build ## Build and start the server on the embedded defaults; Ctrl-C ends it in order
	@exec $(BIN)/keepsake

.PHONY: build
build: need-go ## Build the server as bin/keepsake
	@tools/heif.sh || echo "The server is built without the decoder of HEIC, and will take none." >&2
	@tools/web.sh || echo "The server is built without its pages, and serves the API alone." >&2
	CGO_ENABLED=0 go build -trimpath -o $(BIN)/keepsake .

.PHONY: demo
demo: need-go heif demo-deps ## Play the main job against a server, as clients would
	go run ./demo $(ARGS)

.PHONY: demo-deps
demo-deps: ## Install what the demo needs: ffmpeg
	@tools/demo-deps.sh

.PHONY: heif
heif: need-go ## Fetch the decoder of HEIC, which is compiled into the server
	@tools/heif.sh

.PHONY: web
web: need-node ## Build the album page and the explorer, which are compiled into the server
	@tools/web-deps.sh
	@tools/web.sh

##
## Check
##

.PHONY: test
test: need-go need-cc need-node heif web test-deps demo-deps ## Run go vet and all tests with the race detector, and those of the pages
	cd web && npm run --silent check && npm test --silent
	go vet ./...
	CGO_ENABLED=1 go test -race -timeout 30m ./...
	@go test -v -run '^TestCapabilities$$' ./internal/testenv/mongoserver | grep -m 1 -o 'engine: .*'

.PHONY: test-cluster
test-cluster: need-go need-cc heif test-deps demo-deps ## Play the demo on three nodes, then kill them and their Redis
	CGO_ENABLED=1 go test -race -count=1 -v -run 'Cluster|Balancer' ./internal/cluster ./internal/crashtest

.PHONY: chaos
chaos: need-go test-deps ## Break a cluster under many live clients for minutes; ARGS='-rate 100 -seed 7'
	go test -count=1 -v -timeout 20m ./internal/chaos -full $(ARGS)

.PHONY: attack
attack: need-go ## Attack the server in every way known, beside honest clients, for some minutes
	go test -count=1 -v -timeout 40m ./internal/attack -full $(ARGS)

.PHONY: test-deps
test-deps: ## Install what the tests start: redis-server, and a MongoDB or its stand-in
	@tools/test-deps.sh

.PHONY: check
check: lint vet archtest schema verify ## Run everything but the tests: lint, vet, archtest, schema, verify

.PHONY: lint
lint: $(LINT) ## Run golangci-lint and check the formatting
	$(LINT) run ./...

.PHONY: vet
vet: need-go ## Run go vet
	go vet ./...

.PHONY: archtest
archtest: need-go ## Check the rules of imports and the nevers
	go test -count=1 ./internal/archtest

.PHONY: schema
schema: need-go ## Check the rules of the schema, and that no change of it breaks clients unrecorded
	go test -count=1 ./graph/schema

.PHONY: verify
verify: need-go need-node ## Fail where generated code is not what its sources make
	@tools/web-deps.sh
	@tools/verify.sh

.PHONY: fuzz
fuzz: need-go heif ## Run each fuzz test for FUZZTIME
	@tools/fuzz.sh $(FUZZTIME)

##
## Change
##

.PHONY: generate
generate: need-go need-node ## Make graph/generated, graph/model, new resolvers and web/src/gql from the schema
	go run ./tools/generate
	@tools/web-deps.sh
	cd web && npm run --silent codegen

.PHONY: format
format: $(LINT) ## Format all Go files
	$(LINT) fmt

.PHONY: clean
clean: ## Remove what was built; data stays
	rm -rf $(BIN)

##
## Measure
##

.PHONY: bench-seed
bench-seed: need-go ## Make the data set for the benchmarks
	go run ./bench/seed $(ARGS)

.PHONY: bench
bench: build ## Measure the server against its floors
	go run ./bench/seed
	go run ./bench/run $(ARGS)

.PHONY: bench-media
bench-media: build ## Measure pictures, uploads, addresses and ZIP files against programs that do the same
	@tools/bench-deps.sh
	go run ./bench/media -variants
	go run ./bench/media -uploads
	go run ./bench/media -addresses
	go run ./bench/media -archive

.PHONY: bench-live
bench-live: build ## Measure live subscriptions against centrifuge and a bare fan-out
	go run ./bench/live $(ARGS)

##
## Show
##

.PHONY: screenshots
screenshots: need-go need-node web test-deps demo-deps ## Make the pictures of docs/screenshots, from the tests in a browser
	PICTURES=$(CURDIR)/docs/screenshots go test -count=1 -run '^(TestAlbum|TestAlbumLooks)$$' ./internal/browsertest

##
## Tools
##

.PHONY: need-go
need-go:
	@tools/need-go.sh

.PHONY: need-cc
need-cc:
	@tools/need-cc.sh

.PHONY: need-node
need-node:
	@tools/need-node.sh

$(LINT): | need-go
	GOBIN=$(@D) go install github.com/golangci/golangci-lint/v2/cmd/golangci-lint@$(GOLANGCI_LINT_VERSION)
