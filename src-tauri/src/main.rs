//! Planton's window.
//!
//! What comes in: a workspace's folder and what a person does. What goes out: a window on the desk, and the service that works beside it
//! in the same process. Deliberately absent: decisions. Every command asks the `Desk`, which checks what the person may do.

#![cfg_attr(not(debug_assertions), windows_subsystem = "windows")]

mod ipc;
mod state;
mod worker;

use planton_core::error::Result;
use state::Window;
use std::path::PathBuf;
use std::process::ExitCode;
use tauri::Manager as _;

fn main() -> ExitCode {
    tracing_subscriber::fmt()
        .with_env_filter(
            tracing_subscriber::EnvFilter::try_from_env("PLANTON_LOG")
                .unwrap_or_else(|_| tracing_subscriber::EnvFilter::new("warn,planton_core=info")),
        )
        .with_writer(std::io::stderr)
        .init();
    match open() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("planton-desktop: {}\n  {}", error.message, error.hint);
            ExitCode::from(2)
        }
    }
}

fn open() -> Result<()> {
    let data = data_folder()?;
    let window = Window::open(&data)?;
    let builder = tauri::Builder::default();
    // Two windows on one workspace would only confuse; tests open several workspaces side by side.
    let builder = if std::env::var_os("PLANTON_SEVERAL_WINDOWS").is_some() {
        builder
    } else {
        builder.plugin(tauri_plugin_single_instance::init(|app, _arguments, _folder| {
            if let Some(window) = app.get_webview_window("main") {
                let _shown = window.show().and_then(|()| window.set_focus());
            }
        }))
    };
    let app = builder
        .plugin(tauri_plugin_window_state::Builder::default().build())
        .plugin(tauri_plugin_dialog::init())
        .manage(window)
        .invoke_handler(ipc::handler())
        .setup(|app| {
            worker::start(app.handle().clone());
            Ok(())
        })
        .build(tauri::generate_context!())
        .map_err(|error| {
            planton_core::error::Error::internal(format!("The window cannot be opened: {error}"))
                .hint("Planton needs a graphical session; without one use the command line: planton --help")
        })?;
    app.run(|handle, event| {
        if let tauri::RunEvent::Exit = event {
            worker::stop(handle);
        }
    });
    Ok(())
}

/// The workspace: `--data DIR`, else `PLANTON_DATA`, else the platform's folder.
fn data_folder() -> Result<PathBuf> {
    let mut arguments = std::env::args_os().skip(1);
    while let Some(argument) = arguments.next() {
        if argument == "--data"
            && let Some(folder) = arguments.next()
        {
            return Ok(PathBuf::from(folder));
        }
    }
    match std::env::var_os("PLANTON_DATA") {
        Some(folder) => Ok(PathBuf::from(folder)),
        None => planton_core::store::DataDir::default_path(),
    }
}
