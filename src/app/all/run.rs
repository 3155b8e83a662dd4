//! One request to all: its rows as answers come in, which answers and schemas are equal, which failures.

use std::collections::{BTreeMap, HashMap};
use std::hash::Hash;
use std::mem::{Discriminant, discriminant};
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant, SystemTime};

use crate::call::{Code, Origin};
use crate::engine::{AllAnswer, AllId, AllProblem, AllText, AllUpdate, AnswerCopy, ResolveError};
use crate::message::MessageError;
use crate::registry::{Health, Instance, InstanceKey, RegistryPlace, WireFacts, WireSchema};
use crate::transport::{FailureKind, Stage};

/// Why a request to all never began.
#[derive(Clone, Debug)]
pub enum AllFault {
    /// The registry names nobody.
    NotResolved(Arc<ResolveError>),
    /// The message does not fit its type.
    Unsendable(MessageError),
    /// Something else.
    NotBegun(AllProblem),
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
    /// Where each instance stands in `rows`.
    places: HashMap<InstanceKey, usize>,
    /// What is equal, made when it is looked at after `rows` changed.
    sorted: OnceLock<Sorted>,
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
    pub text: Option<Result<AllText, AllProblem>>,
    /// What the wire says of it.
    pub facts: Option<Arc<WireFacts>>,
}

impl AllRow {
    /// Its call ended well, or was ended by us because there was more than is read.
    pub fn is_ok(&self) -> bool {
        self.answer.as_ref().is_some_and(|answer| answer.status.code == Code::OK || answer.cut.is_some())
    }

    /// The schema that it serves.
    pub fn schema(&self) -> Option<&Arc<WireSchema>> {
        self.facts.as_ref()?.schema.as_ref()
    }

    /// Its answer, where it could be read.
    pub fn read(&self) -> Option<&AllText> {
        self.text.as_ref()?.as_ref().ok()
    }

    /// How its call failed, for telling which failures are the same.
    fn failing(&self) -> Option<Failing<'_>> {
        let answer = self.answer.as_ref().filter(|_| !self.is_ok())?;
        let status = &answer.status;
        let failure = status.failure.as_deref();
        // Where the transport failed, the text holds the instance's own address.
        let message = if failure.is_some() { "" } else { status.message.as_str() };
        let is_transport = failure.is_some()
            || status.origin != Origin::Server
            || matches!(status.code, Code::UNAVAILABLE | Code::DEADLINE_EXCEEDED);
        // What others say of its health explains why nobody answered; of a refusal in order it is noise.
        let said = is_transport.then(|| {
            let wire = self.facts.as_ref().map(|facts| facts.health.word());
            (answer.connected.is_some(), self.instance.health, wire)
        });
        let failed = failure.map(|failure| (failure.stage, discriminant(&failure.kind)));
        Some(Failing { is_transport, code: status.code, message, failed, said })
    }
}

/// What two failures have in common.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct Failing<'a> {
    is_transport: bool,
    code: Code,
    message: &'a str,
    failed: Option<(Stage, Discriminant<FailureKind>)>,
    said: Option<(bool, Health, Option<&'a str>)>,
}

/// Instances that gave the same answer, or serve the same schema.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AllGroup {
    /// `A`, `B` … by the first of them in the registry's order.
    pub letter: String,
    /// The answer's or schema's hash.
    pub hash: String,
    /// Rows of it.
    pub rows: Vec<usize>,
}

/// Instances whose calls failed in the same way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AllFailure {
    /// Rows of it, in the registry's order.
    pub rows: Vec<usize>,
    /// Nobody spoke the last word, or it was that nobody serves: it says something of the instance, not of the request.
    pub is_transport: bool,
}

/// What of the rows is equal.
#[derive(Clone, Debug, Default)]
struct Sorted {
    answers: Vec<AllGroup>,
    /// Which of `answers` a row's is.
    answer_of: Vec<Option<usize>>,
    schemas: Vec<AllGroup>,
    failures: Vec<AllFailure>,
    /// Letters of the longest id.
    longest_id: usize,
}

impl AllRun {
    /// One that was sent and has not begun.
    pub(super) fn new(id: AllId, revision: u64, address: String, sent: Instant) -> Self {
        Self {
            id,
            revision,
            address,
            sent,
            began: None,
            place: None,
            rows: Vec::new(),
            total: 0,
            ended: None,
            stopped: false,
            fault: None,
            chosen: 0,
            places: HashMap::new(),
            sorted: OnceLock::new(),
        }
    }

    /// It goes on.
    pub fn is_running(&self) -> bool {
        self.ended.is_none() && self.fault.is_none() && !self.stopped
    }

    fn sorted(&self) -> &Sorted {
        self.sorted.get_or_init(|| {
            let answers = groups(self.rows.iter().map(|row| row.read().map(|text| text.hash.as_str())));
            let mut answer_of = vec![None; self.rows.len()];
            for (index, group) in answers.iter().enumerate() {
                for row in &group.rows {
                    answer_of[*row] = Some(index);
                }
            }
            let schemas = groups(self.rows.iter().map(|row| row.schema().map(|schema| schema.hash.as_str())));
            let failures = failures(self.rows.iter().map(AllRow::failing));
            let longest_id = self.rows.iter().map(|row| row.instance.key.id.chars().count()).max().unwrap_or_default();
            Sorted { answers, answer_of, schemas, failures, longest_id }
        })
    }

    /// Different answers, the most frequent first.
    pub fn answers(&self) -> &[AllGroup] {
        &self.sorted().answers
    }

    /// The answer of a row among [`AllRun::answers`].
    pub fn answer_of(&self, row: usize) -> Option<&AllGroup> {
        let sorted = self.sorted();
        sorted.answers.get((*sorted.answer_of.get(row)?)?)
    }

    /// Different schemas, the most frequent first.
    pub fn schemas(&self) -> &[AllGroup] {
        &self.sorted().schemas
    }

    /// Letters of the longest id.
    pub fn longest_id(&self) -> usize {
        self.sorted().longest_id
    }

    /// The failures that are told, `most` of them at most, each with the row that stands for it: first that of the row
    /// that is read, then those of the transport, then what servers refused. And how many instances failed otherwise.
    pub fn told_failures(&self, most: usize) -> (Vec<(&AllFailure, usize)>, usize) {
        let all = &self.sorted().failures;
        let own = all.iter().find(|failure| failure.rows.contains(&self.chosen));
        let others = all.iter().filter(|failure| own != Some(*failure));
        let told: Vec<(&AllFailure, usize)> = own
            .map(|failure| (failure, self.chosen))
            .into_iter()
            .chain(others.filter_map(|failure| Some((failure, *failure.rows.first()?))))
            .take(most)
            .collect();
        let count: usize = all.iter().map(|failure| failure.rows.len()).sum();
        let left_out = count - told.iter().map(|(failure, _)| failure.rows.len()).sum::<usize>();
        (told, left_out)
    }

    /// How many ended with which status, the good ones first; those that we ended are none of them.
    pub fn statuses(&self) -> Vec<(Code, usize)> {
        let mut counts: BTreeMap<u32, (Code, usize)> = BTreeMap::new();
        for answer in self.rows.iter().filter_map(|row| row.answer.as_ref()).filter(|answer| answer.cut.is_none()) {
            let code = answer.status.code;
            counts.entry(code.0).or_insert((code, 0)).1 += 1;
        }
        counts.into_values().collect()
    }

    /// How many answers were not read to their end.
    pub fn cut(&self) -> usize {
        self.rows.iter().filter(|row| row.answer.as_ref().is_some_and(|answer| answer.cut.is_some())).count()
    }

    /// The longest that a call took.
    pub fn slowest(&self) -> Option<Duration> {
        self.rows.iter().filter_map(|row| row.answer.as_ref()).map(|answer| answer.took).max()
    }

    /// All rows as they are copied.
    pub(super) fn copies(&self) -> Vec<AnswerCopy> {
        let copy = |row: &AllRow| {
            let answer = row.answer.as_ref();
            AnswerCopy {
                instance: row.instance.key.id.clone(),
                address: row.instance.host_port(),
                status: answer.map(|answer| (answer.status.code, answer.status.message.clone())),
                took: answer.map(|answer| answer.took),
                schema: row.schema().map(|schema| schema.hash.clone()),
                text: row.read().map(|text| Arc::clone(&text.text)),
                is_cut: answer.is_some_and(|answer| answer.cut.is_some()),
            }
        };
        self.rows.iter().map(copy).collect()
    }

    fn row_mut(&mut self, key: &InstanceKey) -> Option<&mut AllRow> {
        self.rows.get_mut(*self.places.get(key)?)
    }

    pub(super) fn take(&mut self, update: AllUpdate) {
        self.sorted = OnceLock::new();
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
                self.places =
                    instances.iter().enumerate().map(|(index, instance)| (instance.key.clone(), index)).collect();
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

/// Which of `names` are equal, by the first of each.
fn alike<K: Hash + Eq + Copy>(names: impl Iterator<Item = Option<K>>) -> Vec<(K, Vec<usize>)> {
    let mut known: HashMap<K, usize> = HashMap::new();
    let mut found: Vec<(K, Vec<usize>)> = Vec::new();
    for (index, name) in names.enumerate().filter_map(|(index, name)| Some((index, name?))) {
        let at = *known.entry(name).or_insert(found.len());
        match found.get_mut(at) {
            Some((_, rows)) => rows.push(index),
            None => found.push((name, vec![index])),
        }
    }
    found
}

/// Rows with the same name; letters go by the first row of each, the order by how many there are.
fn groups<'a>(names: impl Iterator<Item = Option<&'a str>>) -> Vec<AllGroup> {
    let group = |(index, (hash, rows)): (usize, (&str, Vec<usize>))| AllGroup {
        letter: letter(index),
        hash: hash.to_owned(),
        rows,
    };
    let mut found: Vec<AllGroup> = alike(names).into_iter().enumerate().map(group).collect();
    found.sort_by_key(|group| std::cmp::Reverse(group.rows.len()));
    found
}

/// `A` to `Z`, then `A1`, `B1` …
fn letter(index: usize) -> String {
    let base = char::from(b'A' + u8::try_from(index % 26).unwrap_or_default());
    if index < 26 { base.to_string() } else { format!("{base}{}", index / 26) }
}

/// Failures that are the same, those of the transport first.
fn failures<'a>(failing: impl Iterator<Item = Option<Failing<'a>>>) -> Vec<AllFailure> {
    let told = |(how, rows): (Failing<'_>, Vec<usize>)| AllFailure { rows, is_transport: how.is_transport };
    let mut found: Vec<AllFailure> = alike(failing).into_iter().map(told).collect();
    found.sort_by_key(|failure| !failure.is_transport);
    found
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests may end by panicking")]

    use super::*;
    use crate::call::CallStatus;
    use crate::engine::AllCut;

    #[test]
    fn equal_answers_share_a_letter() {
        let names = ["x", "", "y", "x", "y", "y"];
        let found = groups(names.iter().map(|name| (!name.is_empty()).then_some(*name)));
        let said: Vec<(&str, &str, &[usize])> =
            found.iter().map(|group| (group.letter.as_str(), group.hash.as_str(), group.rows.as_slice())).collect();
        assert_eq!(said, [("B", "y", &[2, 4, 5][..]), ("A", "x", &[0, 3][..])]);
        assert_eq!([letter(0), letter(25), letter(26), letter(53)], ["A", "Z", "A1", "B2"]);
    }

    const NOT_FOUND: Code = Code(5);

    fn instance(id: usize) -> Instance {
        let key = InstanceKey { id: id.to_string(), ..InstanceKey::default() };
        Instance { key, health: Health::Passing, ..Instance::default() }
    }

    fn run(count: usize) -> AllRun {
        let mut run = AllRun::new(AllId(1), 0, String::new(), Instant::now());
        run.take(AllUpdate::Began {
            at: Instant::now(),
            wall: SystemTime::now(),
            place: RegistryPlace { kind: crate::registry::RegistryKind::Consul, address: String::new() },
            instances: Arc::new((0..count).map(instance).collect()),
            total: count,
        });
        run
    }

    fn answer(run: &mut AllRun, row: usize, code: Code, message: &str, cut: Option<AllCut>) {
        let status = CallStatus {
            code,
            message: message.to_owned(),
            details: Vec::new(),
            origin: if cut.is_some() { Origin::Local } else { Origin::Server },
            failure: None,
        };
        run.take(AllUpdate::Answered(Box::new(AllAnswer {
            instance: instance(row).key,
            began: Instant::now(),
            took: Duration::ZERO,
            connected: None,
            status: Arc::new(status),
            details: Vec::new(),
            messages: 0,
            size: 0,
            cut,
        })));
    }

    #[test]
    fn the_worst_failure_is_told_and_equal_ones_once() {
        let mut run = run(8);
        answer(&mut run, 0, NOT_FOUND, "no item", None);
        answer(&mut run, 1, Code::OK, "", None);
        answer(&mut run, 2, NOT_FOUND, "no item", None);
        answer(&mut run, 3, NOT_FOUND, "no shelf", None);
        answer(&mut run, 4, Code::INTERNAL, "", None);
        answer(&mut run, 5, Code::INTERNAL, "", None);
        answer(&mut run, 6, Code::UNAVAILABLE, "", None);
        let rows = |run: &AllRun, most| {
            let (told, left_out) = run.told_failures(most);
            let told: Vec<(Vec<usize>, usize)> =
                told.into_iter().map(|(failure, lead)| (failure.rows.clone(), lead)).collect();
            (told, left_out)
        };
        run.chosen = 1;
        assert_eq!(rows(&run, 3), (vec![(vec![6], 6), (vec![0, 2], 0), (vec![3], 3)], 2), "transport first");
        run.chosen = 5;
        assert_eq!(rows(&run, 2), (vec![(vec![4, 5], 5), (vec![6], 6)], 3), "what is read comes before all");
        assert_eq!(run.statuses().len(), 4);
    }

    #[test]
    fn an_answer_that_was_cut_is_no_failure() {
        let mut run = run(2);
        answer(&mut run, 0, Code::CANCELLED, "", Some(AllCut::Messages(1000)));
        answer(&mut run, 1, Code::OK, "", None);
        assert!(run.rows[0].is_ok());
        assert_eq!((run.cut(), run.statuses()), (1, vec![(Code::OK, 1)]));
        assert_eq!(run.told_failures(3).0.len(), 0);
        assert!(run.copies()[0].is_cut && !run.copies()[1].is_cut);
    }

    #[test]
    fn answers_are_sorted_anew_when_one_comes() {
        let mut run = run(3);
        let text = |hash: &str| AllText { hash: hash.to_owned(), text: Arc::default() };
        let read = |run: &mut AllRun, row: usize, hash: &str| {
            run.take(AllUpdate::Read { instance: instance(row).key, text: Ok(text(hash)) });
        };
        read(&mut run, 2, "x");
        assert_eq!((run.answers().len(), run.answer_of(2).map(|group| group.letter.as_str())), (1, Some("A")));
        read(&mut run, 0, "y");
        assert_eq!(run.answer_of(2).map(|group| group.letter.as_str()), Some("B"));
        assert_eq!(run.answer_of(1), None);
    }
}
