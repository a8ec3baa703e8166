# Thin: each target calls one script or one tool.
.PHONY: run test check bench evaluate train peers generate

run:            ## Install what is missing, build, open the window on a demo workspace (ARGS=--fresh starts over)
	scripts/run.sh $(ARGS)

test:           ## Everything: Rust, the page, real mail servers, the journey in the real window
	scripts/test.sh

check:          ## Formatting, clippy with warnings denied, eslint
	scripts/check.sh

bench:          ## Speed, measured by criterion
	cargo bench -p planton-benches

evaluate:       ## Triage and suggestions on the corpus's dev split, and on sets of your own: make evaluate SETS="a.jsonl b.jsonl"
	scripts/evaluate.sh $(SETS)

train:          ## Learn the built-in model anew from core/corpus; the same corpus gives the same bytes
	cargo run --release -q -p planton-cli -- train

peers:          ## Triage beside the usual tools, into docs/TRIAGE.md: some minutes (needs Python 3.11 or newer)
	tests/peers/run.sh --write docs/TRIAGE.md $(ARGS)

generate:       ## Write the page's types and the documented schema anew
	PLANTON_GENERATE=1 cargo test -q -p planton-desktop --features custom-protocol types
	PLANTON_GENERATE=1 cargo test -q -p planton-tests --test tidy schema
