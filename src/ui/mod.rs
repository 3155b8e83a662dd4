//! The screen: theme, fonts, icons and widgets; paints state and queues actions. It never waits, decodes or formats a
//! body, and it is the only place (with `main.rs`) that names egui. It knows neither tokio nor sockets.

pub mod fonts;
pub mod gallery;
pub mod icons;
pub mod theme;
pub mod widgets;
