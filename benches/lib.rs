//! Nothing to use from here: see `benches/`.
