//! Changes that can be taken back: what is set for the whole program, trust in certificates, and sources that were
//! removed.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use super::{
    Action, App, CaKind, ConnectionForm, Happened, Keys, MetadataRow, PinnedCertificate, Settings, SourceEntry,
    SourceOrigin, ThemeChoice,
};
use crate::engine::{Command, SourceId};
use crate::words::Lang;

/// So many changes can be taken back.
const STEPS: usize = 100;
/// What is typed again so soon belongs to the same step.
const TOGETHER: Duration = Duration::from_secs(1);

/// What a step changed; equal ones that follow each other soon are one.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Part {
    Theme,
    Lang,
    /// Which of the settings differ, in the order of the struct.
    Settings([bool; 6]),
    Keys,
    Trust(String),
}

/// How an address was trusted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Trusted {
    ca: CaKind,
    ca_path: String,
    exact_path: String,
    pinned: Option<PinnedCertificate>,
    skip_verify: bool,
}

impl Trusted {
    fn of(form: &ConnectionForm) -> Self {
        Self {
            ca: form.ca,
            ca_path: form.ca_path.clone(),
            exact_path: form.exact_path.clone(),
            pinned: form.pinned.clone(),
            skip_verify: form.skip_verify,
        }
    }

    fn put(self, form: &mut ConnectionForm) {
        form.ca = self.ca;
        form.ca_path = self.ca_path;
        form.exact_path = self.exact_path;
        form.pinned = self.pinned;
        form.skip_verify = self.skip_verify;
    }
}

/// Everything that Settings shows, as it was before a change.
#[derive(Clone, Debug, PartialEq)]
struct Mark {
    settings: Settings,
    theme: Option<ThemeChoice>,
    lang: Option<Lang>,
    keys: Keys,
    /// Of the address that the step is about.
    trusted: Option<(String, Trusted)>,
}

/// A step that can be taken back, or done again.
#[derive(Debug)]
struct Step {
    mark: Mark,
    part: Part,
    at: Instant,
}

/// Steps back and forth through what was set.
#[derive(Debug, Default)]
pub(super) struct Changes {
    back: Vec<Step>,
    forth: Vec<Step>,
}

/// A source that was removed, for as long as its notice stands.
#[derive(Debug)]
pub(super) struct Removed {
    entry: SourceEntry,
    /// Where it stood.
    place: usize,
    /// Rows of its target that went with it.
    rows: Vec<MetadataRow>,
}

/// Removed sources by the number that their notices carry.
pub(super) type RemovedSources = BTreeMap<u64, Removed>;

/// A certificate that is being trusted from Settings.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AddTrust {
    /// For which address, as typed.
    pub address: String,
    /// The file, as typed.
    pub path: String,
    /// It is the server's own certificate rather than a CA.
    pub is_own: bool,
    /// It was confirmed with something missing.
    pub missing: bool,
}

/// What is about to change, and as it was.
pub(super) struct Before(Mark, Option<String>);

impl App {
    fn mark(&self, address: Option<&str>) -> Mark {
        Mark {
            settings: self.settings.clone(),
            theme: self.theme_chosen.then_some(self.theme),
            lang: self.lang_chosen.then_some(self.lang),
            keys: self.keys.clone(),
            trusted: address.map(|address| (address.to_owned(), Trusted::of(&self.form(address)))),
        }
    }

    /// To be called before an act; `None` for one that changes nothing that Settings shows.
    pub(super) fn before_change(&self, action: &Action) -> Option<Before> {
        let address = match action {
            Action::SetSettings(_)
            | Action::SetTheme(_)
            | Action::FollowTheme
            | Action::SetLang(_)
            | Action::FollowLang
            | Action::GiveKey(..)
            | Action::ClearKey(_)
            | Action::ResetKey(_) => None,
            Action::RemoveTrust(address) => Some(address.clone()),
            Action::ConfirmTrust => Some(self.adding_trust.as_ref()?.address.trim().to_owned()),
            _ => return None,
        };
        Some(Before(self.mark(address.as_deref()), address))
    }

    /// To be called after it.
    pub(super) fn after_change(&mut self, Before(mark, address): Before, now: Instant) {
        let after = self.mark(address.as_deref());
        if after == mark {
            return;
        }
        let (one, other) = (&mark.settings, &after.settings);
        let part = match address {
            Some(address) => Part::Trust(address),
            None if mark.theme != after.theme => Part::Theme,
            None if mark.lang != after.lang => Part::Lang,
            None if mark.keys != after.keys => Part::Keys,
            None => Part::Settings([
                one.zoom_percent != other.zoom_percent,
                one.data_tenths != other.data_tenths,
                one.deadline != other.deadline,
                one.largest_bytes != other.largest_bytes,
                one.compress != other.compress,
                one.connect_timeout != other.connect_timeout,
            ]),
        };
        self.setting_steps.forth.clear();
        let back = &mut self.setting_steps.back;
        // A word is typed letter by letter; what is pressed, a reset too, is a step of its own.
        let is_typed = match &part {
            Part::Settings([.., deadline, largest, _, patience]) => {
                (*deadline && other.deadline.is_some())
                    || (*largest && other.largest_bytes.is_some())
                    || (*patience && other.connect_timeout.is_some())
            }
            _ => false,
        };
        if let Some(last) = back.last_mut()
            && is_typed
            && last.part == part
            && now.saturating_duration_since(last.at) < TOGETHER
        {
            last.at = now;
            return;
        }
        back.push(Step { mark, part, at: now });
        if back.len() > STEPS {
            back.remove(0);
        }
    }

    /// Something in Settings can be taken back, and something done again.
    pub fn setting_steps(&self) -> (bool, bool) {
        (!self.setting_steps.back.is_empty(), !self.setting_steps.forth.is_empty())
    }

    /// Takes the last change in Settings back, or does it again.
    pub(super) fn step_settings(&mut self, forth: bool) {
        let steps = &mut self.setting_steps;
        let from = if forth { &mut steps.forth } else { &mut steps.back };
        let Some(Step { mark, part, at }) = from.pop() else { return };
        let address = mark.trusted.as_ref().map(|(address, _)| address.clone());
        let now = self.mark(address.as_deref());
        let steps = &mut self.setting_steps;
        let to = if forth { &mut steps.back } else { &mut steps.forth };
        to.push(Step { mark: now, part, at });
        self.settings = mark.settings;
        self.keys = mark.keys;
        self.theme_chosen = mark.theme.is_some();
        self.theme = mark.theme.unwrap_or(self.theme);
        self.set_lang(mark.lang.unwrap_or(self.system_lang));
        self.lang_chosen = mark.lang.is_some();
        if let Some((address, trusted)) = mark.trusted {
            trusted.put(self.forms.entry(address).or_default());
        }
    }

    /// The file is trusted for the address; what is missing is said instead.
    pub(super) fn confirm_trust(&mut self) {
        let Some(adding) = &mut self.adding_trust else { return };
        let (address, path) = (adding.address.trim().to_owned(), adding.path.trim().to_owned());
        let is_unreadable = matches!(self.certificates.get(std::path::Path::new(&path)), Some(Some(Err(_))));
        if address.is_empty() || path.is_empty() || is_unreadable {
            adding.missing = true;
            return;
        }
        let is_own = adding.is_own;
        self.adding_trust = None;
        let form = self.forms.entry(address).or_default();
        form.skip_verify = false;
        if is_own {
            form.ca = CaKind::Exact;
            form.exact_path = path;
        } else {
            form.ca = CaKind::File;
            form.ca_path = path;
        }
    }

    /// Something that is there, or can come back, sends to this address.
    fn is_used(&self, address: &str) -> bool {
        let of_entry = |entry: &SourceEntry| {
            let is_origin =
                matches!(&entry.origin, SourceOrigin::Address { address: known, .. } if known.trim() == address);
            is_origin || entry.target.as_deref().map(str::trim) == Some(address)
        };
        let of_tabs = self.tabs.iter().chain(self.closed.iter().map(|(_, tab)| tab));
        self.recent_targets.iter().any(|known| known == address)
            || self.sources.iter().any(of_entry)
            || of_tabs.map(|tab| tab.address.trim()).any(|known| known == address)
    }

    pub(super) fn remove_source(&mut self, id: SourceId, now: Instant) {
        let Some(place) = self.sources.iter().position(|entry| entry.id == id) else { return };
        let entry = self.sources.remove(place);
        self.close_diagnosis(super::Retry::Load(id));
        self.send(Command::CloseSource(id));
        self.problem = self.problem.filter(|(source, _)| *source != id);
        self.shown_source = self.shown_source.filter(|source| *source != id);
        self.tree.rebuild(&self.sources);
        // Rows of its target stay only where something shows them.
        let address = match &entry.origin {
            SourceOrigin::Address { address, .. } => address.trim().to_owned(),
            SourceOrigin::Files { .. } => String::new(),
        };
        let used = self.is_used(&address);
        let rows = if used { Vec::new() } else { self.targets.remove(&address).unwrap_or_default() };
        let kept = if used { self.target_rows(&address).len() } else { 0 };
        let number = self.next_id();
        self.tell(Happened::Removed { number, title: entry.title(), address, dropped: rows.len(), kept }, now);
        self.removed.insert(number, Removed { entry, place, rows });
    }

    /// A source that was removed comes back where it stood, with its rows.
    pub(super) fn bring_back_source(&mut self, number: u64, now: Instant) {
        let Some(Removed { mut entry, place, rows }) = self.removed.remove(&number) else { return };
        self.told.retain(|notice| !matches!(notice.what, Happened::Removed { number: known, .. } if known == number));
        if let SourceOrigin::Address { address, .. } = &entry.origin
            && !rows.is_empty()
        {
            // What was typed there since wins.
            self.targets.entry(address.trim().to_owned()).or_insert(rows);
        }
        entry.restored = true;
        let id = entry.id;
        self.sources.insert(place.min(self.sources.len()), entry);
        self.remember_source(id);
        self.load(id, now);
    }

    /// A registry that was removed is back: its notice goes.
    pub(super) fn drop_removed_registry_notice(&mut self, number: u64) {
        let is_it =
            |what: &Happened| matches!(what, Happened::RegistryRemoved { number: known, .. } if *known == number);
        self.told.retain(|notice| !is_it(&notice.what));
    }

    /// What was removed is forgotten with its notice.
    pub(super) fn forget_removed(&mut self) {
        let told = &self.told;
        self.registries.removed.retain(|number, _| {
            let is_it =
                |what: &Happened| matches!(what, Happened::RegistryRemoved { number: known, .. } if known == number);
            told.iter().any(|notice| is_it(&notice.what))
        });
        self.removed.retain(|number, _| {
            told.iter().any(|notice| matches!(&notice.what, Happened::Removed { number: known, .. } if known == number))
        });
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::panic, reason = "tests may end by panicking")]

    use std::time::{Duration, Instant};

    use super::{AddTrust, App, Happened, Lang, ThemeChoice};
    use crate::app::{Action, CaKind, Chord, RowsOf, Settings, UiCommand};

    fn limit(text: &str) -> Action {
        Action::SetSettings(Box::new(Settings { deadline: Some(text.to_owned()), ..Settings::default() }))
    }

    fn settings(zoom: u16) -> Action {
        let mut settings = Settings::default();
        settings.set_zoom(zoom);
        Action::SetSettings(Box::new(settings))
    }

    #[test]
    fn changes_of_settings_are_taken_back_and_done_again() {
        let mut app = App::new(Lang::En, ThemeChoice::Dark);
        let mut now = Instant::now();
        assert_eq!(app.setting_steps(), (false, false));
        let later = Duration::from_secs(2);
        let add = AddTrust { address: " a:1 ".to_owned(), path: "/ca.pem".to_owned(), ..AddTrust::default() };
        for action in [
            settings(110),
            Action::SetTheme(ThemeChoice::Light),
            Action::SetLang(Lang::ZhCn),
            Action::GiveKey(UiCommand::Send, Chord::parse("F9").unwrap()),
            Action::SetTrust(Some(Box::new(add))),
            Action::ConfirmTrust,
            Action::RemoveTrust("a:1".to_owned()),
            Action::ResetKey(None),
        ] {
            app.apply(action, now);
            now += later;
        }
        let seen = |app: &App| {
            let theme = app.theme_chosen.then_some(app.theme);
            (app.settings.zoom(), theme, app.lang, app.keys.any_changed(), app.form("a:1").ca)
        };
        let stands = [
            (100, None, Lang::En, false, CaKind::System),
            (110, None, Lang::En, false, CaKind::System),
            (110, Some(ThemeChoice::Light), Lang::En, false, CaKind::System),
            (110, Some(ThemeChoice::Light), Lang::ZhCn, false, CaKind::System),
            (110, Some(ThemeChoice::Light), Lang::ZhCn, true, CaKind::System),
            (110, Some(ThemeChoice::Light), Lang::ZhCn, true, CaKind::File),
            (110, Some(ThemeChoice::Light), Lang::ZhCn, true, CaKind::System),
            (110, Some(ThemeChoice::Light), Lang::ZhCn, false, CaKind::System),
        ];
        for expect in stands.iter().rev() {
            assert_eq!(seen(&app), *expect);
            app.apply(Action::StepSettings(false), now);
        }
        assert_eq!(app.setting_steps(), (false, true));
        for expect in &stands {
            assert_eq!(seen(&app), *expect);
            app.apply(Action::StepSettings(true), now);
        }
        // A new change leaves nothing to do again.
        app.apply(Action::StepSettings(false), now);
        app.apply(settings(150), now);
        assert_eq!(app.setting_steps(), (true, false));
    }

    #[test]
    fn what_is_typed_at_once_is_one_step() {
        let mut app = App::new(Lang::En, ThemeChoice::Dark);
        let now = Instant::now();
        for (text, millis) in [("1 s", 0), ("12 s", 300), ("120 s", 1_200)] {
            app.apply(limit(text), now + Duration::from_millis(millis));
        }
        app.apply(limit("5 s"), now + Duration::from_secs(9));
        app.apply(limit("5 s"), now + Duration::from_secs(19));
        app.apply(Action::SetSettings(Box::default()), now + Duration::from_secs(19));
        for expect in [Some("5 s"), Some("120 s"), None] {
            app.apply(Action::StepSettings(false), now);
            assert_eq!(app.settings.deadline.as_deref(), expect);
        }
    }

    #[test]
    fn trust_is_not_added_without_address_or_file() {
        for (address, path) in [("", "/ca.pem"), ("a:1", " "), ("", "")] {
            let mut app = App::new(Lang::En, ThemeChoice::Dark);
            let add = AddTrust { address: address.to_owned(), path: path.to_owned(), ..AddTrust::default() };
            app.apply(Action::SetTrust(Some(Box::new(add))), Instant::now());
            app.apply(Action::ConfirmTrust, Instant::now());
            assert!(app.adding_trust.as_ref().is_some_and(|adding| adding.missing) && app.forms.is_empty());
            assert_eq!(app.setting_steps(), (false, false));
        }
    }

    #[test]
    fn rows_of_a_target_go_with_its_source_unless_they_are_used() {
        let now = Instant::now();
        for (is_recent, dropped, kept) in [(false, 1, 0), (true, 0, 1)] {
            let mut app = App::new(Lang::En, ThemeChoice::Dark);
            app.apply(Action::OpenAddress("a:1".to_owned()), now);
            let target = RowsOf::Target("a:1".to_owned());
            app.apply(Action::AddRow(target, "token".to_owned(), "t".to_owned()), now);
            if is_recent {
                app.recent_targets.push("a:1".to_owned());
            }
            let id = app.sources[0].id;
            app.apply(Action::RemoveSource(id), now);
            let Happened::Removed { number, dropped: said_dropped, kept: said_kept, .. } = app.told()[0].what else {
                panic!("{:?}", app.told());
            };
            assert_eq!((said_dropped, said_kept, app.target_rows("a:1").len()), (dropped, kept, kept));
            app.apply(Action::RestoreSource(number), now);
            assert_eq!((app.sources.len(), app.target_rows("a:1").len()), (1, 1));
            assert!(app.told().is_empty(), "its notice goes");
        }
    }

    #[test]
    fn a_removed_source_is_forgotten_with_its_notice() {
        let now = Instant::now();
        let mut app = App::new(Lang::En, ThemeChoice::Dark);
        app.apply(Action::OpenAddress("a:1".to_owned()), now);
        let id = app.sources[0].id;
        app.apply(Action::RemoveSource(id), now);
        app.apply(Action::DropNotice(None), now);
        assert!(app.removed.is_empty());
    }
}
