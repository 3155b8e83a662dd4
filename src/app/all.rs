//! One request to every instance of a service: who is asked, what they answered, which answers and schemas differ.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use super::{App, Tab, TabId, parse_deadline};
use crate::call::{Code, Limits};
use crate::engine::SchemaChange;
use crate::engine::{
    AllAnswer, AllId, AllNotBegun, AllText, AllUnread, AllUpdate, AllWho, Command, MOST_AT_ONCE, ResolveError, StartAll,
};
use crate::message::{MessageError, TextDiff};
use crate::registry::{Instance, InstanceKey, RegistryPlace, WireFacts, WireSchema, names_a_registry};

/// What of the answers is in view.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum AllSide {
    /// The table of them, and how they differ.
    #[default]
    Answers,
    /// When each call ran.
    Timeline,
    /// What became of each call, stage by stage.
    Attempts,
}

/// A tab that asks all instead of one.
#[derive(Clone, Debug, Default)]
pub struct AllTab {
    /// Who is asked.
    pub who: AllWho,
    /// How many at once, as typed; empty takes all there are.
    pub at_once: String,
    /// What of the answers is in view.
    pub side: AllSide,
    /// In one column instead of side by side.
    pub one_column: bool,
    /// Paths whose values are left out of the comparison, as typed, set apart by commas.
    pub left_out: String,
    /// That list is being typed.
    pub types_left_out: bool,
    /// The newest request.
    pub run: Option<AllRun>,
}

/// Why a request to all never began.
#[derive(Clone, Debug)]
pub enum AllFault {
    /// The registry names nobody.
    NotResolved(Arc<ResolveError>),
    /// The message does not fit its type.
    Unsendable(MessageError),
    /// Before anybody was asked.
    NotBegun(AllNotBegun),
}

/// One request to all.
#[derive(Clone, Debug)]
pub struct AllRun {
    /// Which.
    pub id: AllId,
    /// The draft that was sent.
    pub revision: u64,
    /// Where it went, as typed.
    pub address: String,
    /// When the person sent it.
    pub sent: Instant,
    /// When it began, and by the clock of the wall.
    pub began: Option<(Instant, SystemTime)>,
    /// Who named the instances.
    pub place: Option<RegistryPlace>,
    /// Those that are asked, in the registry's order.
    pub rows: Vec<AllRow>,
    /// How many the registry named in all.
    pub total: usize,
    /// When the last call was over.
    pub ended: Option<Instant>,
    /// The person ended it.
    pub stopped: bool,
    /// It never began.
    pub fault: Option<AllFault>,
    /// The row that is read.
    pub chosen: usize,
}

/// One instance of it.
#[derive(Clone, Debug)]
pub struct AllRow {
    /// As the registry had it.
    pub instance: Instance,
    /// When its turn came.
    pub asked: Option<Instant>,
    /// What became of its call.
    pub answer: Option<AllAnswer>,
    /// What it answered, or why that cannot be read.
    pub text: Option<Result<AllText, AllUnread>>,
    /// What the wire says of it.
    pub facts: Option<Arc<WireFacts>>,
}

impl AllRow {
    /// Its call ended well.
    pub fn is_ok(&self) -> bool {
        self.answer.as_ref().is_some_and(|answer| answer.status.code == Code::OK)
    }

    /// The schema that it serves.
    pub fn schema(&self) -> Option<&Arc<WireSchema>> {
        self.facts.as_ref()?.schema.as_ref()
    }

    /// Its answer, where it could be read.
    pub fn read(&self) -> Option<&AllText> {
        self.text.as_ref()?.as_ref().ok()
    }
}

/// Instances that gave the same answer, or serve the same schema.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AllGroup {
    /// `A`, `B` … by the first of them in the registry's order.
    pub letter: String,
    /// The answer's or schema's short name.
    pub hash: String,
    /// Rows of it.
    pub rows: Vec<usize>,
}

impl AllRun {
    /// It goes on.
    pub fn is_running(&self) -> bool {
        self.ended.is_none() && self.fault.is_none() && !self.stopped
    }

    /// Different answers, the most frequent first.
    pub fn answers(&self) -> Vec<AllGroup> {
        groups(self.rows.iter().map(|row| row.read().map(|text| text.hash.clone())))
    }

    /// Different schemas, the most frequent first.
    pub fn schemas(&self) -> Vec<AllGroup> {
        groups(self.rows.iter().map(|row| row.schema().map(|schema| schema.hash.clone())))
    }

    /// How many ended with which status, the good ones first.
    pub fn statuses(&self) -> Vec<(Code, usize)> {
        let mut counts: BTreeMap<u32, (Code, usize)> = BTreeMap::new();
        for answer in self.rows.iter().filter_map(|row| row.answer.as_ref()) {
            let code = answer.status.code;
            counts.entry(code.0).or_insert((code, 0)).1 += 1;
        }
        counts.into_values().collect()
    }

    /// The longest that a call took.
    pub fn slowest(&self) -> Option<Duration> {
        self.rows.iter().filter_map(|row| row.answer.as_ref()).map(|answer| answer.took).max()
    }

    fn row_mut(&mut self, key: &InstanceKey) -> Option<&mut AllRow> {
        self.rows.iter_mut().find(|row| row.instance.key == *key)
    }

    fn take(&mut self, update: AllUpdate) {
        match update {
            AllUpdate::Began { at, wall, place, instances, total } => {
                self.began = Some((at, wall));
                self.place = Some(place);
                self.total = total;
                let row = |instance: &Instance| AllRow {
                    instance: instance.clone(),
                    asked: None,
                    answer: None,
                    text: None,
                    facts: None,
                };
                self.rows = instances.iter().map(row).collect();
            }
            AllUpdate::Asked { instance, at } => {
                if let Some(row) = self.row_mut(&instance) {
                    row.asked = Some(at);
                }
            }
            AllUpdate::Answered(answer) => {
                if let Some(row) = self.row_mut(&answer.instance) {
                    row.answer = Some(*answer);
                }
            }
            AllUpdate::Read { instance, text } => {
                if let Some(row) = self.row_mut(&instance) {
                    row.text = Some(text);
                }
            }
            AllUpdate::Wire { instance, facts } => {
                if let Some(row) = self.row_mut(&instance) {
                    row.facts = Some(facts);
                }
            }
            AllUpdate::Ended { at } => self.ended = Some(at),
            AllUpdate::NotResolved(error) => self.fault = Some(AllFault::NotResolved(error)),
            AllUpdate::Unsendable(error) => self.fault = Some(AllFault::Unsendable(error)),
            AllUpdate::NotBegun(why) => self.fault = Some(AllFault::NotBegun(why)),
        }
    }
}

/// Rows with the same name; letters go by the first row of each, the order by how many there are.
fn groups(names: impl Iterator<Item = Option<String>>) -> Vec<AllGroup> {
    let mut found: Vec<AllGroup> = Vec::new();
    for (index, name) in names.enumerate() {
        let Some(name) = name else { continue };
        if let Some(group) = found.iter_mut().find(|group| group.hash == name) {
            group.rows.push(index);
        } else {
            let letter = letter(found.len());
            found.push(AllGroup { letter, hash: name, rows: vec![index] });
        }
    }
    found.sort_by_key(|group| std::cmp::Reverse(group.rows.len()));
    found
}

/// `A` to `Z`, then `A1`, `B1` …
fn letter(index: usize) -> String {
    let base = char::from(b'A' + u8::try_from(index % 26).unwrap_or_default());
    if index < 26 { base.to_string() } else { format!("{base}{}", index / 26) }
}

/// One act with a tab that asks all.
#[derive(Clone, Debug, PartialEq)]
pub enum AllAct {
    /// Ask all, or one.
    AskAll(bool),
    /// Who is asked.
    Who(AllWho),
    /// One instance among those that are chosen by hand, or not.
    Tick(InstanceKey, bool),
    /// How many at once, as typed.
    AtOnce(String),
    /// What of the answers is in view.
    Side(AllSide),
    /// The row that is read.
    Choose(usize),
    /// In one column, or side by side.
    OneColumn(bool),
    /// Type paths that the comparison leaves out, or stop.
    TypeLeftOut(bool),
    /// What is typed there.
    LeftOut(String),
}

impl App {
    pub(super) fn apply_all(&mut self, id: TabId, act: AllAct) {
        if let AllAct::AskAll(is_so) = act {
            self.stop_all(id);
            self.change(id, |tab| tab.all = is_so.then(Box::default));
            return;
        }
        let Some(all) = self.tab_mut(id).and_then(|tab| tab.all.as_mut()) else { return };
        match act {
            AllAct::AskAll(_) => {}
            AllAct::Who(who) => all.who = who,
            AllAct::Tick(key, is_so) => {
                let mut keys = match std::mem::take(&mut all.who) {
                    AllWho::Chosen(keys) => keys,
                    _ => BTreeSet::new(),
                };
                if is_so {
                    keys.insert(key);
                } else {
                    keys.remove(&key);
                }
                all.who = AllWho::Chosen(keys);
            }
            AllAct::AtOnce(text) => all.at_once = text,
            AllAct::Side(side) => all.side = side,
            AllAct::Choose(row) => {
                if let Some(run) = &mut all.run {
                    run.chosen = row;
                }
            }
            AllAct::OneColumn(is_so) => all.one_column = is_so,
            AllAct::TypeLeftOut(is_so) => all.types_left_out = is_so,
            AllAct::LeftOut(text) => all.left_out = text,
        }
    }

    /// The instances that the tab's address stands for, where its registry is open and was asked for them.
    pub fn instances_of(&self, tab: &Tab) -> Option<&[Instance]> {
        let service = self.registries.service_of(&tab.address)?;
        let known = self.registries.service(&service)?;
        known.instances.as_ref().map(|answer| answer.value.as_slice())
    }

    pub(super) fn send_all(&mut self, id: TabId, now: Instant) {
        let Some(tab) = self.tab(id) else { return };
        let Some(all) = tab.all.as_deref() else { return };
        if !names_a_registry(&tab.address) {
            return;
        }
        let id_of_run = AllId(self.last_id + 1);
        let address = tab.address.trim().to_owned();
        let form = self.form(&address);
        let usual = self.usual_limits();
        let start = StartAll {
            id: id_of_run,
            ticket: tab.ticket,
            endpoint: self.dial_form(&address).endpoint(&address),
            metadata: self.sent_metadata(tab),
            message: Some(tab.message.clone()),
            deadline: parse_deadline(&tab.deadline).ok().flatten(),
            limits: Limits {
                receive_bytes: form.receive_bytes.unwrap_or(usual.receive_bytes),
                send_bytes: form.send_bytes.unwrap_or(usual.send_bytes),
            },
            compress: tab.compress.or(self.settings.compress).unwrap_or_default(),
            who: all.who.clone(),
            at_once: all.at_once.trim().parse().unwrap_or(MOST_AT_ONCE),
        };
        let revision = tab.revision;
        self.stop_all(id);
        self.last_id += 1;
        self.remember_target(&address);
        self.send(Command::StartAll(Box::new(start)));
        let run = AllRun {
            id: id_of_run,
            revision,
            address,
            sent: now,
            began: None,
            place: None,
            rows: Vec::new(),
            total: 0,
            ended: None,
            stopped: false,
            fault: None,
            chosen: 0,
        };
        self.change(id, |tab| {
            if let Some(all) = &mut tab.all {
                all.run = Some(run);
            }
        });
    }

    /// Ends the request to all of a tab, if one runs.
    pub(super) fn stop_all(&mut self, id: TabId) {
        let run = self.tab_mut(id).and_then(|tab| tab.all.as_mut()).and_then(|all| all.run.as_mut());
        if let Some(run) = run.filter(|run| run.is_running()) {
            run.stopped = true;
            let id = run.id;
            self.send(Command::StopAll(id));
        }
    }

    pub(super) fn fold_all(&mut self, id: AllId, update: AllUpdate) {
        let mut runs = self.tabs.iter_mut().filter_map(|tab| tab.all.as_mut()?.run.as_mut());
        if let Some(run) = runs.find(|run| run.id == id) {
            run.take(update);
        }
    }
}

/// Two texts that are compared: by their names, so that each pair is compared once.
#[derive(Debug, Default)]
pub struct Comparisons {
    known: BTreeMap<(String, String), Comparison>,
}

#[derive(Debug)]
enum Comparison {
    Asked(u64),
    Known(Arc<TextDiff>, Arc<Vec<SchemaChange>>),
}

/// So many are kept; the rest is compared anew when it is looked at.
const KEPT: usize = 32;

impl Comparisons {
    /// The comparison of two texts by their names, if it is there.
    pub fn of(&self, left: &str, right: &str) -> Option<&Arc<TextDiff>> {
        match self.known.get(&(left.to_owned(), right.to_owned())) {
            Some(Comparison::Known(comparison, _)) => Some(comparison),
            _ => None,
        }
    }

    /// What changed from one schema to the other, by definition.
    pub fn changes(&self, left: &str, right: &str) -> &[SchemaChange] {
        match self.known.get(&(left.to_owned(), right.to_owned())) {
            Some(Comparison::Known(_, changes)) => changes,
            _ => &[],
        }
    }

    /// It was asked for, or is there.
    pub fn is_asked(&self, left: &str, right: &str) -> bool {
        self.known.contains_key(&(left.to_owned(), right.to_owned()))
    }
}

impl App {
    pub(super) fn compare(&mut self, names: (String, String), left: Arc<str>, right: Arc<str>, is_json: bool) {
        if self.comparisons.known.contains_key(&names) {
            return;
        }
        if self.comparisons.known.len() >= KEPT {
            self.comparisons.known.clear();
        }
        let ticket = self.next_id();
        self.comparisons.known.insert(names, Comparison::Asked(ticket));
        self.send(Command::CompareTexts { ticket, left, right, is_json });
    }

    pub(super) fn fold_comparison(&mut self, ticket: u64, comparison: Arc<TextDiff>, changes: Arc<Vec<SchemaChange>>) {
        for known in self.comparisons.known.values_mut() {
            if matches!(known, Comparison::Asked(asked) if *asked == ticket) {
                *known = Comparison::Known(comparison, changes);
                return;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{groups, letter};

    #[test]
    fn equal_answers_share_a_letter() {
        let names = ["x", "", "y", "x", "y", "y"];
        let found = groups(names.iter().map(|name| (!name.is_empty()).then(|| (*name).to_owned())));
        let said: Vec<(&str, &str, &[usize])> =
            found.iter().map(|group| (group.letter.as_str(), group.hash.as_str(), group.rows.as_slice())).collect();
        assert_eq!(said, [("B", "y", &[2, 4, 5][..]), ("A", "x", &[0, 3][..])]);
        assert_eq!([letter(0), letter(25), letter(26), letter(53)], ["A", "Z", "A1", "B2"]);
    }
}
