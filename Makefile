# Thin: each target calls one script or one tool.
.PHONY: run test check bench generate

run:            ## Install what is missing, build, open the window on a demo workspace (ARGS=--fresh starts over)
	scripts/run.sh $(ARGS)

test:           ## Everything: Rust, the page, real mail servers, the journey in the real window
	scripts/test.sh

check:          ## Formatting, clippy with warnings denied, eslint
	scripts/check.sh

bench:          ## Speed, measured by criterion
	cargo bench -p planton-benches

generate:       ## Write the page's types and the documented schema anew
	PLANTON_GENERATE=1 cargo test -q -p planton-desktop --features custom-protocol types
	PLANTON_GENERATE=1 cargo test -q -p planton-tests --test tidy schema
