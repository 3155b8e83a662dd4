//! One request to every instance of a service: who is asked, and what a person does with the answers. `run.rs` keeps
//! what they answered, `comparisons.rs` which of it is compared.

mod comparisons;
mod run;

use std::collections::BTreeSet;
use std::time::Instant;

use super::{App, Tab, TabId, parse_deadline};
use crate::call::Limits;
use crate::engine::{AllId, AllUpdate, AllWho, Command, MOST_AT_ONCE, StartAll};
use crate::registry::{Instance, InstanceKey, Policy, RegistryTarget, names_a_registry};

pub use comparisons::Comparisons;
pub use run::{AllFailure, AllFault, AllGroup, AllRow, AllRun};

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

/// Why all cannot be asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AllBlock {
    /// How many at once is no number, or none that is allowed.
    AtOnce,
    /// By hand nobody was chosen.
    Nobody,
}

impl AllTab {
    /// How many are asked at once; `None` where what is typed is no such number.
    pub fn count_at_once(&self) -> Option<usize> {
        let typed = self.at_once.trim();
        if typed.is_empty() {
            return Some(MOST_AT_ONCE);
        }
        typed.parse().ok().filter(|count| (1..=MOST_AT_ONCE).contains(count))
    }

    /// Why it cannot be sent.
    pub fn block(&self) -> Option<AllBlock> {
        match &self.who {
            _ if self.count_at_once().is_none() => Some(AllBlock::AtOnce),
            AllWho::Chosen(keys) if keys.is_empty() => Some(AllBlock::Nobody),
            AllWho::Chosen(_) | AllWho::Registered | AllWho::Passing => None,
        }
    }
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
    /// All answers, to the clipboard.
    Copy,
    /// The same request to this instance alone, in a tab of its own.
    CallOne(InstanceKey),
}

impl App {
    pub(super) fn apply_all(&mut self, id: TabId, act: AllAct, now: Instant) {
        if let AllAct::AskAll(is_so) = act {
            self.stop_all(id);
            // What was asked and answered waits until the person comes back to it, or closes the tab.
            self.change(id, |tab| {
                if is_so && tab.all.is_none() {
                    tab.all = Some(tab.all_aside.take().unwrap_or_default());
                } else if !is_so && tab.all.is_some() {
                    tab.all_aside = tab.all.take();
                }
            });
            return;
        }
        match act {
            AllAct::Copy => {
                let run = self.tab(id).and_then(|tab| tab.all.as_ref()?.run.as_ref());
                if let Some(copies) = run.map(AllRun::copies) {
                    self.send(Command::CopyAnswers(copies));
                }
                return;
            }
            AllAct::CallOne(key) => return self.call_one_of_all(id, &key, now),
            _ => {}
        }
        let Some(all) = self.tab_mut(id).and_then(|tab| tab.all.as_mut()) else { return };
        match act {
            AllAct::AskAll(_) | AllAct::Copy | AllAct::CallOne(_) => {}
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
            at_once: all.count_at_once().unwrap_or(MOST_AT_ONCE),
        };
        let revision = tab.revision;
        self.stop_all(id);
        self.last_id += 1;
        self.remember_target(&address);
        self.send(Command::StartAll(Box::new(start)));
        let run = AllRun::new(id_of_run, revision, address, now);
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

    /// The same request to one of the instances, which the registry is asked for by its id.
    fn call_one_of_all(&mut self, id: TabId, key: &InstanceKey, now: Instant) {
        let Some(tab) = self.tab(id) else { return };
        let address = tab.all.as_ref().and_then(|all| all.run.as_ref()).map_or(&tab.address, |run| &run.address);
        let Ok(mut target) = RegistryTarget::parse(address) else { return };
        target.policy = Some(Policy::Instance(key.id.clone()));
        // It is asked whatever its health, as it was among all.
        target.wish.passing = Some(false);
        self.duplicate_tab(id, now);
        let Some(copy) = self.active.filter(|copy| *copy != id) else { return };
        self.change(copy, |tab| {
            tab.all = None;
            tab.all_aside = None;
        });
        self.set_address(copy, target.to_string());
    }

    pub(super) fn fold_all(&mut self, id: AllId, update: AllUpdate) {
        // What was on its way when a run was set aside still belongs to it.
        let alls = self.tabs.iter_mut().flat_map(|tab| [tab.all.as_mut(), tab.all_aside.as_mut()]);
        let mut runs = alls.filter_map(|all| all?.run.as_mut());
        if let Some(run) = runs.find(|run| run.id == id) {
            run.take(update);
        }
    }
}
