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

mod centre;
mod certificate;
mod connection_form;
mod context;
mod copy_request;
mod details;
mod diagnose;
mod dialog;
mod drain;
mod facts;
mod failure;
mod frame;
mod keys;
mod lists;
#[cfg(feature = "inspection")]
pub mod measure;
mod message;
mod metadata;
mod method_picker;
mod phases;
mod place;
mod recent;
mod remember;
mod request;
mod response;
mod run;
mod save;
mod services;
mod source_view;
mod status;
mod stream;
mod target_bar;
mod tls;
mod top_bar;
mod trace;
mod welcome;
mod window;

pub use run::{UiOptions, WindowError, run};
pub use window::{Setup, Window};
