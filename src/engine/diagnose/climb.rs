//! The climb itself.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use futures_util::FutureExt as _;
use futures_util::future::{BoxFuture, join_all};

use super::{Diagnosis, Finding, Question, Rung, Step, StepState, asks, judge};
use crate::transport::{
    Channel, ConnectEvent, ConnectOptions, Failure, Observer, Pool, Security, Stage, Target, at_address, look_up,
};

/// A name may have hundreds of addresses; so many are tried, all at once.
const MOST_ADDRESSES: usize = 16;

/// Whoever wants to see steps as they end; called on a runtime's thread, must not block.
type Tell<'a> = &'a (dyn Fn(&Step) + Send + Sync);

/// Climbs the ladder; tells each step as it ends, and gives them all in order.
pub async fn climb(question: &Question, tell: Tell<'_>) -> Diagnosis {
    let began = Instant::now();
    let mut climber = Climber { question, tell, steps: Vec::new() };
    let ways = climber.name().await;
    if let Some(channel) = climber.connect(ways).await {
        climber.ask(&channel).await;
    }
    climber.fill();
    let Climber { mut steps, .. } = climber;
    steps.sort_by_key(Step::position);
    let is_spoken = steps.iter().any(|step| step.rung == Rung::Grpc && step.state.goes_on());
    let ok = is_spoken && !steps.iter().any(|step| step.state == StepState::Failed);
    Diagnosis { target: question.target.text.clone(), steps, ok, took: began.elapsed() }
}

/// One address with everything that it takes to connect to it.
struct Way {
    label: String,
    target: Target,
    options: ConnectOptions,
}

struct Climber<'a> {
    question: &'a Question,
    tell: Tell<'a>,
    steps: Vec<Step>,
}

impl Climber<'_> {
    fn add(&mut self, rung: Rung, state: StepState, took: Duration, found: Finding) {
        let step = Step { rung, address: None, place: 0, state, took, found };
        (self.tell)(&step);
        self.steps.push(step);
    }

    /// The patience of one step; none is left when the time for the whole is over.
    fn patience(&self) -> Option<Duration> {
        let patience = self.question.options.connect_timeout;
        let Some(until) = self.question.until else { return Some(patience) };
        let left = until.saturating_duration_since(Instant::now());
        (!left.is_zero()).then(|| left.min(patience))
    }

    fn options(&self) -> Option<ConnectOptions> {
        Some(ConnectOptions { connect_timeout: self.patience()?, ..self.question.options.clone() })
    }

    /// The name, and where it leads.
    async fn name(&mut self) -> Vec<Way> {
        let target = &self.question.target;
        let Some(options) = self.options() else { return Vec::new() };
        let way = |label: String, (target, options): (Target, ConnectOptions)| Way { label, target, options };
        let Some(ConnectEvent::Resolve { host, addresses, started, ended, failure }) = look_up(target, &options).await
        else {
            self.add(Rung::Name, StepState::Skipped, Duration::ZERO, Finding::UnixSocket);
            return vec![way(target.address.to_string(), (target.clone(), options))];
        };
        let took = ended.saturating_duration_since(started);
        if let Some(failure) = failure {
            self.add(Rung::Name, StepState::Failed, took, Finding::Broken(failure));
            return Vec::new();
        }
        let found = if host.parse::<std::net::IpAddr>().is_ok() {
            Finding::LiteralAddress
        } else {
            let tried = addresses.len().min(MOST_ADDRESSES);
            Finding::Addresses { host, addresses: addresses.iter().map(|one| one.ip().to_string()).collect(), tried }
        };
        self.add(Rung::Name, StepState::Passed, took, found);
        // What the lookup took is gone from the time for the whole.
        let Some(options) = self.options() else { return Vec::new() };
        let at = |address: &std::net::SocketAddr| way(address.to_string(), at_address(target, &options, *address));
        addresses.iter().take(MOST_ADDRESSES).map(at).collect()
    }

    /// Every address by itself, all at once; gives the first that speaks HTTP/2.
    async fn connect(&mut self, ways: Vec<Way>) -> Option<Channel> {
        let pool = Pool::default();
        let tell = self.tell;
        let tries: Vec<BoxFuture<'_, (Vec<Step>, Option<Channel>)>> =
            ways.iter().enumerate().map(|(place, way)| attempt(&pool, way, place, tell).boxed()).collect();
        let mut reached = None;
        for (steps, channel) in join_all(tries).await {
            self.steps.extend(steps);
            reached = reached.or(channel);
        }
        // A call goes on to the next address where one does not take it; not where one breaks later.
        let accepts = |step: &Step| step.rung == Rung::Tcp && step.state == StepState::Passed;
        if self.steps.iter().any(accepts) {
            for step in self.steps.iter_mut().filter(|step| step.rung == Rung::Tcp) {
                if step.state == StepState::Failed {
                    step.state = StepState::Warned;
                }
            }
        }
        reached
    }

    /// What the server itself is asked.
    async fn ask(&mut self, channel: &Channel) {
        let question = self.question;
        let Some(patience) = self.patience() else { return };
        let began = Instant::now();
        let (state, found) = asks::grpc(channel, &question.call_metadata, patience).await;
        self.add(Rung::Grpc, state, began.elapsed(), found);
        if state == StepState::Failed {
            return;
        }
        let Some(patience) = self.patience() else { return };
        let began = Instant::now();
        let (state, found) = asks::health(channel, &question.call_metadata, patience).await;
        self.add(Rung::Health, state, began.elapsed(), found);
        let Some(patience) = self.patience() else { return };
        let began = Instant::now();
        let (state, found) = asks::reflection(channel, &question.reflection_metadata, patience).await;
        self.add(Rung::Reflection, state, began.elapsed(), found);
    }

    /// Rungs that nobody came to.
    fn fill(&mut self) {
        let broke = self.steps.iter().any(|step| step.state == StepState::Failed);
        for rung in Rung::ALL {
            if self.steps.iter().any(|step| step.rung == rung) {
                continue;
            }
            let found = if broke { Finding::NotReached } else { Finding::NoTime };
            // Under what broke at all addresses; before what broke without it, as wrong settings do.
            let is_below = |step: &Step| step.rung.is_of_address() && step.rung > rung;
            let place = if self.steps.iter().any(is_below) { 0 } else { usize::MAX };
            let (state, took) = (StepState::NotReached, Duration::ZERO);
            self.steps.push(Step { rung, address: None, place, state, took, found });
        }
        // Time that is over is what broke, where nothing else did.
        if !broke && let Some(first) = self.steps.iter_mut().find(|step| step.found == Finding::NoTime) {
            first.state = StepState::Failed;
        }
    }
}

/// Makes steps of what happens at one address.
struct Listener<'a> {
    way: &'a Way,
    place: usize,
    tell: Tell<'a>,
    steps: Mutex<Vec<Step>>,
}

impl Listener<'_> {
    fn step(&self, rung: Rung, state: StepState, took: Duration, found: Finding) -> Step {
        Step { rung, address: Some(self.way.label.clone()), place: self.place, state, took, found }
    }
}

impl Observer for Listener<'_> {
    fn connect_event(&self, event: ConnectEvent) {
        let mut steps = self.steps.lock().unwrap_or_else(PoisonError::into_inner);
        for (rung, state, took, found) in judge::of_connecting(&event, now_s()) {
            // Plaintext after TLS takes a second socket; the first one is the step.
            let is_again = rung == Rung::Tcp && state == StepState::Passed;
            if is_again && steps.iter().any(|step| step.rung == rung) {
                continue;
            }
            let step = self.step(rung, state, took, found);
            (self.tell)(&step);
            steps.push(step);
        }
    }
}

async fn attempt(pool: &Pool, way: &Way, place: usize, tell: Tell<'_>) -> (Vec<Step>, Option<Channel>) {
    let channel = pool.channel(&way.target, &way.options);
    let listener = Listener { way, place, tell, steps: Mutex::default() };
    let result = channel.connect(&listener).await;
    let mut steps = std::mem::take(&mut *listener.steps.lock().unwrap_or_else(PoisonError::into_inner));
    let without = |steps: &mut Vec<Step>, found: Finding, state: StepState| {
        let asked = steps.iter().find(|step| step.rung == Rung::Tls).map_or(Duration::ZERO, |step| step.took);
        steps.retain(|step| !matches!(step.rung, Rung::Tls | Rung::Alpn));
        steps.push(listener.step(Rung::Tls, state, asked, found.clone()));
        steps.push(listener.step(Rung::Alpn, StepState::Skipped, Duration::ZERO, found));
    };
    let accepted = steps.iter().any(|step| step.rung == Rung::Tcp && step.state == StepState::Passed);
    let reached = match result {
        Ok(info) => {
            if way.target.security == Security::Auto && info.tls.is_none() {
                without(&mut steps, Finding::PlaintextFound, StepState::Warned);
            }
            Some(channel)
        }
        Err(failure) => {
            if !steps.iter().any(|step| step.state == StepState::Failed) {
                // It broke between two events, or before the first.
                let rung = rung_of(&failure);
                steps.retain(|step| step.rung != rung);
                steps.push(listener.step(rung, StepState::Failed, Duration::ZERO, Finding::Broken(failure)));
            }
            None
        }
    };
    if way.target.security == Security::Plaintext && accepted {
        without(&mut steps, Finding::PlaintextChosen, StepState::Skipped);
    }
    (steps, reached)
}

fn rung_of(failure: &Failure) -> Rung {
    match failure.stage {
        Stage::Queue | Stage::Resolve | Stage::Tcp => Rung::Tcp,
        Stage::Tls => Rung::Tls,
        _ => Rung::Http2,
    }
}

/// Seconds since 1970-01-01 UTC.
fn now_s() -> i64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| i64::try_from(since.as_secs()).unwrap_or(0))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::panic, reason = "tests fail by panicking")]

    use super::*;
    use crate::demo::{DemoConfig, start};

    fn question(address: &str) -> Question {
        Question {
            target: Target::parse(address).unwrap(),
            options: ConnectOptions { connect_timeout: Duration::from_secs(5), ..ConnectOptions::default() },
            call_metadata: Vec::new(),
            reflection_metadata: Vec::new(),
            until: None,
        }
    }

    /// A name with several addresses: each is tried by itself, and one that refuses keeps nobody from the next.
    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn every_address_is_tried_by_itself() {
        let free = Some("127.0.0.1:0".parse().unwrap());
        let demo = start(DemoConfig { listen: free, listen_tls: free, ..DemoConfig::default() }).await.unwrap();
        // Bound and not listened at: nobody else can take it meanwhile, and it refuses.
        let bound = tokio::net::TcpSocket::new_v4().unwrap();
        bound.bind("127.0.0.1:0".parse().unwrap()).unwrap();
        let (refuses, plain, tls) = (bound.local_addr().unwrap(), demo.plaintext_addr, demo.tls_addr);
        let (passed, warned, failed, skipped) =
            (StepState::Passed, StepState::Warned, StepState::Failed, StepState::Skipped);
        for (addresses, expect, reaches) in [
            (
                vec![refuses, plain],
                vec![
                    (0, Rung::Tcp, warned),
                    (1, Rung::Tcp, passed),
                    (1, Rung::Tls, skipped),
                    (1, Rung::Alpn, skipped),
                    (1, Rung::Http2, passed),
                ],
                true,
            ),
            (
                // The next address may well be another server.
                vec![plain, tls],
                vec![
                    (0, Rung::Tcp, passed),
                    (0, Rung::Tls, skipped),
                    (0, Rung::Alpn, skipped),
                    (0, Rung::Http2, passed),
                    (1, Rung::Tcp, passed),
                    (1, Rung::Tls, skipped),
                    (1, Rung::Alpn, skipped),
                    (1, Rung::Http2, failed),
                ],
                true,
            ),
            (vec![refuses, refuses], vec![(0, Rung::Tcp, failed), (1, Rung::Tcp, failed)], false),
        ] {
            let question = question("http://name.example:80");
            let told = Mutex::new(0);
            let tell = |_: &Step| *told.lock().unwrap() += 1;
            let mut climber = Climber { question: &question, tell: &tell, steps: Vec::new() };
            let way = |address: &std::net::SocketAddr| {
                let (target, options) = at_address(&question.target, &question.options, *address);
                Way { label: address.to_string(), target, options }
            };
            let reached = climber.connect(addresses.iter().map(way).collect()).await;
            assert_eq!(reached.is_some(), reaches);
            let mut steps = climber.steps;
            steps.sort_by_key(Step::position);
            let found: Vec<_> = steps.iter().map(|step| (step.place, step.rung, step.state)).collect();
            assert_eq!(found, expect, "{addresses:?}");
            assert!(*told.lock().unwrap() > 0, "steps are told as they end");
        }
        demo.shutdown().await;
    }

    /// Without a scheme, what speaks no TLS is spoken to in plaintext, and that is said.
    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn plaintext_that_was_found_is_worth_a_word() {
        let free = Some("127.0.0.1:0".parse().unwrap());
        let demo = start(DemoConfig { listen: free, listen_tls: free, ..DemoConfig::default() }).await.unwrap();
        let diagnosis = climb(&question(&demo.plaintext_addr.to_string()), &|_: &Step| ()).await;
        assert!(diagnosis.ok, "{diagnosis:?}");
        let tls = diagnosis.steps.iter().find(|step| step.rung == Rung::Tls).unwrap();
        assert_eq!((tls.state, &tls.found), (StepState::Warned, &Finding::PlaintextFound));
        assert_eq!(diagnosis.steps.len(), Rung::ALL.len(), "{diagnosis:?}");
        // One who is trusted by nobody is no reason to try plaintext.
        let diagnosis = climb(&question(&demo.tls_addr.to_string()), &|_: &Step| ()).await;
        assert!(!diagnosis.ok);
        let broken: Vec<_> = diagnosis.steps.iter().filter(|step| step.state == StepState::Failed).collect();
        assert_eq!(broken.len(), 1, "{broken:?}");
        assert_eq!(broken[0].rung, Rung::Tls);
        assert!(broken[0].found.tls_report().is_some_and(|report| !report.chain.is_empty()));
        demo.shutdown().await;
    }
}
