//! The screen: theme, fonts, icons and widgets; paints state and queues actions. It never waits, decodes or formats a
//! body, and it is the only place (with `main.rs`) that names egui. It knows neither tokio nor sockets.
//!
//! [`run`] opens the window. `window.rs` drains events and does what was asked, `frame.rs` parts the screen, and each
//! pane has its file; what they are made of is in [`widgets`].

pub mod fonts;
pub mod gallery;
pub mod icons;
pub mod theme;
pub mod widgets;

mod add_trust;
mod all;
mod body;
mod call_settings;
mod centre;
mod certificate;
mod commands;
mod connection_form;
mod connection_menu;
mod context;
mod copy_request;
mod desktop_theme;
mod details;
mod diagnose;
mod dialog;
mod drain;
mod explain;
mod facts;
mod failure;
mod frame;
mod habits;
mod keys;
mod keys_page;
mod lists;
#[cfg(feature = "inspection")]
pub mod measure;
mod message;
mod metadata;
mod method_picker;
mod notices;
mod palette;
mod palette_row;
mod palette_search;
mod paste;
mod phases;
mod place;
mod recent;
mod registry;
mod remember;
mod request;
mod response;
mod run;
mod save;
mod services;
mod settings;
mod settings_rows;
mod settings_trust;
mod source_view;
mod status;
mod stream;
mod target_bar;
mod tls;
mod top_bar;
mod trace;
mod ways;
mod welcome;
mod window;

pub use run::{UiOptions, WindowError, run};
pub use window::{Setup, Window};
