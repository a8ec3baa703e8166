//! `demo`: fills an empty workspace with a sample day.

use super::runtime;
use crate::args::Args;
use crate::output::{Outcome, Output};
use planton_core::clock::SystemClock;
use planton_core::error::Result;
use std::sync::Arc;

/// Runs it.
pub(crate) fn run(args: &Args, output: &Output) -> Result<Outcome> {
    runtime()?.block_on(planton_core::demo::fill(
        &args.data()?,
        Arc::new(SystemClock),
        None,
    ))?;
    output.say(output.say_in(
        "L'espace d'essai est prêt : --as alex (community manager) ou --as camille (supervision), sans mot de passe.",
        "The sample workspace is ready: --as alex (community manager) or --as camille (supervisor), no password.",
    ));
    Ok(Outcome::Done)
}
