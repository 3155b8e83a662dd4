//! Diagnoses of addresses: asked for from a request or from a source that cannot be read.

use std::time::{Duration, Instant};

use super::{App, Retry, SourceOrigin};
use crate::engine::{Command, Diagnose, DiagnosisId, DiagnosisUpdate, Step};
use crate::secret::Secret;

/// How far a diagnosis is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DiagnosisStage {
    /// Climbs.
    Running,
    /// At its end.
    Ended {
        /// gRPC answered, and no step broke.
        ok: bool,
        /// From the first step to the last.
        took: Duration,
    },
    /// The person stopped it.
    Stopped,
    /// Settings that cannot be used, in words (English).
    NotBegun(String),
}

/// One diagnosis.
#[derive(Clone, Debug)]
pub struct DiagnosisRecord {
    /// Which.
    pub id: DiagnosisId,
    /// What it was asked for from.
    pub of: Retry,
    /// Which address, as typed.
    pub address: String,
    /// When it was asked for.
    pub began: Instant,
    /// What ended so far, in the ladder's order.
    pub steps: Vec<Step>,
    /// How far it is.
    pub stage: DiagnosisStage,
}

impl DiagnosisRecord {
    /// Climbs.
    pub fn is_running(&self) -> bool {
        self.stage == DiagnosisStage::Running
    }

    /// Takes in what the engine tells.
    fn take(&mut self, update: DiagnosisUpdate) {
        if !self.is_running() {
            return;
        }
        match update {
            DiagnosisUpdate::Step(step) => {
                let place = self.steps.partition_point(|known| known.position() <= step.position());
                self.steps.insert(place, step);
            }
            DiagnosisUpdate::Ended(Ok(diagnosis)) => {
                self.steps = diagnosis.steps;
                self.stage = DiagnosisStage::Ended { ok: diagnosis.ok, took: diagnosis.took };
            }
            DiagnosisUpdate::Ended(Err(why)) => self.stage = DiagnosisStage::NotBegun(why),
        }
    }
}

impl App {
    /// The diagnosis that was asked for from here, if it was not closed.
    pub fn diagnosis(&self, of: Retry) -> Option<&DiagnosisRecord> {
        self.diagnoses.iter().find(|record| record.of == of)
    }

    /// Whether what is shown climbs: its clock goes.
    pub(super) fn is_diagnosing(&self) -> bool {
        self.diagnoses.iter().any(DiagnosisRecord::is_running)
    }

    /// Begins a diagnosis of the address of a request or source; an older one from there is dropped.
    pub(super) fn diagnose(&mut self, of: Retry, now: Instant) {
        let Some((address, metadata)) = self.asked_of(of) else { return };
        self.close_diagnosis(of);
        let id = DiagnosisId(self.next_id());
        let endpoint = self.dial_form(&address).endpoint(&address);
        let (steps, stage) = (Vec::new(), DiagnosisStage::Running);
        self.diagnoses.push(DiagnosisRecord { id, of, address, began: now, steps, stage });
        self.send(Command::Diagnose(Box::new(Diagnose { id, endpoint, metadata })));
    }

    /// The address, and the metadata that goes with calls to it; nothing where there is no address.
    fn asked_of(&self, of: Retry) -> Option<(String, Vec<(String, Secret)>)> {
        let (address, metadata) = match of {
            Retry::Send(id) => self.tab(id).map(|tab| (tab.address.clone(), self.sent_metadata(tab)))?,
            Retry::Load(id) => {
                let entry = self.source(id)?;
                match &entry.origin {
                    SourceOrigin::Address { address, .. } => (address.clone(), self.reflection_metadata(entry)),
                    SourceOrigin::Files { .. } => return None,
                }
            }
        };
        let address = address.trim().to_owned();
        (!address.is_empty()).then_some((address, metadata))
    }

    /// Ends a running one; what it found stays.
    pub(super) fn stop_diagnosis(&mut self, of: Retry) {
        let running = |record: &&mut DiagnosisRecord| record.of == of && record.is_running();
        let Some(record) = self.diagnoses.iter_mut().find(running) else { return };
        record.stage = DiagnosisStage::Stopped;
        let id = record.id;
        self.send(Command::StopDiagnosis(id));
    }

    /// Forgets it.
    pub(super) fn close_diagnosis(&mut self, of: Retry) {
        self.stop_diagnosis(of);
        self.diagnoses.retain(|record| record.of != of);
    }

    pub(super) fn fold_diagnosis(&mut self, id: DiagnosisId, update: DiagnosisUpdate) {
        if let Some(record) = self.diagnoses.iter_mut().find(|record| record.id == id) {
            record.take(update);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::{Diagnosis, Finding, Rung, StepState};
    use crate::words::Lang;

    fn step(rung: Rung, place: usize) -> Step {
        let (state, found) = (StepState::Passed, Finding::LiteralAddress);
        Step { rung, address: None, place, state, took: Duration::ZERO, found }
    }

    fn record() -> DiagnosisRecord {
        DiagnosisRecord {
            id: DiagnosisId(1),
            of: Retry::Load(crate::engine::SourceId(1)),
            address: "a:1".to_owned(),
            began: Instant::now(),
            steps: Vec::new(),
            stage: DiagnosisStage::Running,
        }
    }

    #[test]
    fn steps_stand_in_order_however_they_come() {
        let mut record = record();
        for (rung, place) in
            [(Rung::Name, 0), (Rung::Tcp, 1), (Rung::Tcp, 0), (Rung::Http2, 1), (Rung::Tls, 0), (Rung::Grpc, 0)]
        {
            record.take(DiagnosisUpdate::Step(step(rung, place)));
        }
        let order: Vec<_> = record.steps.iter().map(|step| (step.rung, step.place)).collect();
        let expect =
            [(Rung::Name, 0), (Rung::Tcp, 0), (Rung::Tls, 0), (Rung::Tcp, 1), (Rung::Http2, 1), (Rung::Grpc, 0)];
        assert_eq!(order, expect);
    }

    #[test]
    fn the_end_is_the_whole_and_nothing_follows_a_stop() {
        let took = Duration::from_millis(3);
        let whole = Diagnosis { target: "a:1".to_owned(), steps: vec![step(Rung::Name, 0)], ok: true, took };
        let mut ended = record();
        ended.take(DiagnosisUpdate::Step(step(Rung::Tcp, 0)));
        ended.take(DiagnosisUpdate::Ended(Ok(whole.clone())));
        assert_eq!(ended.steps, whole.steps);
        assert_eq!(ended.stage, DiagnosisStage::Ended { ok: true, took });
        let mut stopped = DiagnosisRecord { stage: DiagnosisStage::Stopped, ..record() };
        stopped.take(DiagnosisUpdate::Ended(Ok(whole)));
        assert_eq!(stopped.stage, DiagnosisStage::Stopped);
        // What nobody asked for changes nothing.
        let mut app = App::new(Lang::En, super::super::ThemeChoice::Dark);
        app.diagnose(Retry::Load(crate::engine::SourceId(7)), Instant::now());
        assert!(app.diagnoses.is_empty() && app.take_commands().is_empty());
    }
}
