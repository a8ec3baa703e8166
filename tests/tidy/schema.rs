//! `docs/schema.sql` is the schema that a fresh database has.

use planton_core::clock::SystemClock;
use planton_core::desk::Desk;
use std::path::Path;
use std::sync::Arc;

const HEAD: &str =
    "-- The schema of a fresh workspace, written by `make generate` and compared by a test. Do not edit.\n\n";

#[test]
fn the_documented_schema_is_the_real_one() {
    let folder = tempfile::tempdir().unwrap();
    let desk = Desk::open(folder.path(), Arc::new(SystemClock)).unwrap();
    let schema = format!("{HEAD}{}", desk.store().schema().unwrap());
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/schema.sql");
    if std::env::var_os("PLANTON_GENERATE").is_some() {
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, &schema).unwrap();
    }
    let documented = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        documented == schema,
        "docs/schema.sql is out of date: run `make generate`"
    );
}
