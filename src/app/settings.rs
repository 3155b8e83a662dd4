//! What the person set for the whole program. Only what differs from the default is held, so that a better default
//! reaches everybody who never chose.

use std::time::Duration;

use super::{App, CaKind, ConnectionForm, UiCommand, parse_deadline, show_deadline};
use crate::call::{Encoding, Limits};
use crate::engine::Endpoint;
use crate::state::SettingsDoc;

/// The areas of the rail.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Area {
    /// Sources, and the requests that are open.
    #[default]
    Services,
    /// Registries, and the services that they know.
    Registry,
    /// Settings.
    Settings,
}

/// What was set; `None` is the default.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Settings {
    /// Scale of the window, percent.
    pub zoom_percent: Option<u16>,
    /// Size of data's text, tenths of a point.
    pub data_tenths: Option<u16>,
    /// Time limit of new unary requests, as typed.
    pub deadline: Option<String>,
    /// Largest message, sent or received, bytes.
    pub largest_bytes: Option<u64>,
    /// Compress requests.
    pub compress: Option<Encoding>,
    /// Patience for making a connection.
    pub connect_timeout: Option<Duration>,
}

impl Settings {
    /// Bounds of the scale, percent.
    pub const ZOOM: [u16; 2] = [80, 200];
    /// Its usual steps.
    const ZOOM_STEPS: [u16; 8] = [80, 90, 100, 110, 125, 150, 175, 200];
    /// Bounds of data's text, tenths of a point: lines of 20 hold no more.
    pub const DATA: [u16; 2] = [105, 150];
    /// Data's text by itself.
    pub const DATA_USUAL: u16 = 125;

    /// Scale in force, percent.
    pub fn zoom(&self) -> u16 {
        self.zoom_percent.unwrap_or(100).clamp(Self::ZOOM[0], Self::ZOOM[1])
    }

    /// The scale one step larger or smaller.
    pub fn zoom_step(&self, larger: bool) -> u16 {
        let now = self.zoom();
        let steps = Self::ZOOM_STEPS;
        let next = if larger {
            steps.into_iter().find(|step| *step > now)
        } else {
            steps.into_iter().rev().find(|step| *step < now)
        };
        next.unwrap_or(now)
    }

    /// With this scale.
    pub fn set_zoom(&mut self, percent: u16) {
        self.zoom_percent = Some(percent.clamp(Self::ZOOM[0], Self::ZOOM[1])).filter(|percent| *percent != 100);
    }

    /// Size of data's text in force, tenths of a point.
    pub fn data(&self) -> u16 {
        self.data_tenths.unwrap_or(Self::DATA_USUAL).clamp(Self::DATA[0], Self::DATA[1])
    }

    /// With this size of data's text.
    pub fn set_data(&mut self, tenths: u16) {
        let tenths = tenths.clamp(Self::DATA[0], Self::DATA[1]);
        self.data_tenths = Some(tenths).filter(|tenths| *tenths != Self::DATA_USUAL);
    }

    /// Largest message in force, bytes.
    pub fn largest(&self) -> u64 {
        self.largest_bytes.unwrap_or_else(|| wide(Limits::default().receive_bytes))
    }

    /// Patience for making a connection that is in force.
    pub fn patience(&self) -> Duration {
        self.connect_timeout.unwrap_or_else(|| Endpoint::new("").connect_timeout)
    }

    /// For the file that remembers.
    pub fn document(&self) -> SettingsDoc {
        SettingsDoc {
            zoom_percent: self.zoom_percent.map(u64::from),
            data_tenths: self.data_tenths.map(u64::from),
            deadline: self.deadline.clone(),
            largest_bytes: self.largest_bytes,
            compress: self.compress.map(|encoding| if encoding == Encoding::Gzip { "gzip" } else { "no" }.to_owned()),
            connect_timeout: self.connect_timeout,
        }
    }

    /// Reads [`Settings::document`]; what is out of bounds comes back within them.
    pub fn of_document(doc: &SettingsDoc) -> Self {
        let small = |value: u64| u16::try_from(value).unwrap_or(u16::MAX);
        let mut settings = Self {
            deadline: doc.deadline.clone().filter(|text| parse_deadline(text).is_ok()),
            largest_bytes: doc.largest_bytes.filter(|bytes| *bytes > 0),
            compress: (doc.compress.as_deref() == Some("gzip")).then_some(Encoding::Gzip),
            connect_timeout: doc.connect_timeout.filter(|time| !time.is_zero()),
            ..Self::default()
        };
        if let Some(percent) = doc.zoom_percent {
            settings.set_zoom(small(percent));
        }
        if let Some(tenths) = doc.data_tenths {
            settings.set_data(small(tenths));
        }
        settings
    }
}

fn wide(bytes: usize) -> u64 {
    u64::try_from(bytes).unwrap_or(u64::MAX)
}

impl App {
    /// The time limit of a new request, as written in its box.
    pub(super) fn usual_deadline(&self, unary: bool) -> String {
        let limit = self.settings.deadline.as_deref().filter(|_| unary).and_then(|text| parse_deadline(text).ok());
        show_deadline(limit.flatten(), self.lang.words().no_value)
    }

    /// Sizes that a call may have where its target says nothing.
    pub fn usual_limits(&self) -> Limits {
        let bytes = usize::try_from(self.settings.largest()).unwrap_or(usize::MAX);
        Limits { receive_bytes: bytes, send_bytes: bytes }
    }

    /// How to connect to an address: its own settings, and where it has none, those of the whole program.
    pub(super) fn dial_form(&self, address: &str) -> ConnectionForm {
        let form = self.form(address);
        ConnectionForm { connect_timeout: form.connect_timeout.or(self.settings.connect_timeout), ..form }
    }

    /// Patience for making a connection where its target says nothing.
    pub fn usual_connect_timeout(&self) -> std::time::Duration {
        self.settings.connect_timeout.unwrap_or(crate::engine::Endpoint::new("").connect_timeout)
    }

    /// The address is checked in the usual way again.
    pub(super) fn remove_trust(&mut self, address: &str) {
        if let Some(form) = self.forms.get_mut(address) {
            form.ca = CaKind::System;
            form.ca_path.clear();
            form.exact_path.clear();
            form.pinned = None;
            form.skip_verify = false;
        }
    }

    /// A command was used: it stands first in the palette the next time.
    pub(super) fn note_used(&mut self, command: UiCommand) {
        const KEPT: usize = 8;
        self.used.retain(|known| *known != command);
        self.used.insert(0, command);
        self.used.truncate(KEPT);
    }

    /// Commands that were used last, the newest first.
    pub fn last_used(&self) -> &[UiCommand] {
        &self.used
    }
}

#[cfg(test)]
mod tests {
    use super::Settings;

    #[test]
    fn the_scale_goes_by_steps_within_its_bounds() {
        let mut settings = Settings::default();
        let mut seen = Vec::new();
        for _ in 0..7 {
            settings.set_zoom(settings.zoom_step(true));
            seen.push(settings.zoom());
        }
        assert_eq!(seen, [110, 125, 150, 175, 200, 200, 200]);
        settings.set_zoom(1000);
        assert_eq!(settings.zoom(), 200);
        settings.set_zoom(100);
        assert_eq!(settings, Settings::default(), "the default is nothing set");
        settings.set_zoom(settings.zoom_step(false));
        assert_eq!(Settings::of_document(&settings.document()), settings);
    }
}
