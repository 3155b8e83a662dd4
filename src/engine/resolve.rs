//! From `consul://…` to an instance: at each call, with the person's policy.
//!
//! Lives here: the registries that are open, asked by whoever has such an address, and how often each target was
//! resolved (round robin goes on where it was). What is not open is opened with the settings of the environment.

use std::collections::{BTreeMap, HashMap};
use std::hash::{BuildHasher as _, Hasher as _, RandomState};
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use super::Endpoint;
use super::endpoint::at_home;
use crate::call::CallStatus;
use crate::registry::consul::{Consul, ConsulExplicit, ConsulSettings};
use crate::registry::{
    BadSetting, Health, Hidden, Instance, InstanceKey, NoInstance, Policy, Registry, RegistryError, RegistryFault,
    RegistryKind, RegistryPlace, RegistryTarget, RegistryTargetError, StaticList, choose, names_a_registry,
};

/// Turns of so many targets are remembered.
const MOST_TURNS: usize = 1024;

/// The registries that are open.
#[derive(Debug, Default)]
pub struct Registries {
    /// What was said of Consul besides its address: a token, a datacenter.
    explicit: ConsulExplicit,
    open: Mutex<Vec<Arc<dyn Registry>>>,
    turns: Mutex<HashMap<String, u64>>,
    known: Mutex<KnownEndpoints>,
}

/// Why an address leads to no instance. `Display` is English; `words` says it in other languages.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ResolveError {
    /// It is not understood.
    #[error("{0}")]
    Target(RegistryTargetError),
    /// The registry gave no answer that can be used.
    #[error("{0}")]
    Registry(Arc<RegistryError>),
    /// It named no instance, and may have left some out.
    #[error(
        "{place} shows no instance of {service}: there is none, or the access rules (ACL) hide it from this token; a \
         token comes by CONSUL_HTTP_TOKEN or --token"
    )]
    Hidden {
        /// Whom we asked.
        place: RegistryPlace,
        /// For what.
        service: String,
    },
    /// It named some, and none may be called, or it named none.
    #[error("{place}: {none}")]
    None {
        /// Whom we asked.
        place: RegistryPlace,
        /// What left none.
        none: NoInstance,
    },
    /// The person cancelled before it answered.
    #[error("cancelled before its registry named an instance")]
    Cancelled,
    /// It did not answer before the call's deadline.
    #[error("{address}: its registry did not name an instance within the deadline of {} ms", .limit.as_millis())]
    TooLate {
        /// As typed.
        address: String,
        /// The deadline.
        limit: Duration,
    },
}

/// Which instances an address stands for now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Resolved {
    /// What was asked for.
    pub target: RegistryTarget,
    /// Who answered.
    pub place: RegistryPlace,
    /// What a call tries, first to last; never empty.
    pub choices: Vec<Instance>,
    /// How many instances the registry named in all.
    pub total: usize,
    /// By which policy.
    pub policy: Policy,
    /// Settings of addresses that the person set.
    known: KnownEndpoints,
}

/// Settings of addresses that the person set, by address.
pub type KnownEndpoints = Arc<BTreeMap<String, Endpoint>>;

/// How an instance at `address` is connected to: as `endpoint` says, which is meant for its service; where that says
/// nothing, as was set for the address itself.
pub(super) fn endpoint_at(known: &BTreeMap<String, Endpoint>, endpoint: &Endpoint, address: String) -> Endpoint {
    let unset = Endpoint { connect_timeout: endpoint.connect_timeout, ..Endpoint::new(endpoint.address.clone()) };
    match known.get(&address) {
        Some(own) if *endpoint == unset => own.clone(),
        _ => Endpoint { address, ..endpoint.clone() },
    }
}

/// The instance that a call goes to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chosen {
    /// As typed, `consul://User?tag=user`.
    pub target: String,
    /// Who named it.
    pub place: RegistryPlace,
    /// Which.
    pub instance: InstanceKey,
    /// `host:port`.
    pub address: String,
    /// What the registry says of its health.
    pub health: Health,
    /// How many may be called.
    pub of: usize,
    /// How many the registry named in all.
    pub total: usize,
    /// By which policy.
    pub policy: Policy,
}

/// The fate of one attempt.
#[derive(Clone, Debug)]
pub struct Attempt {
    /// Counted from 1.
    pub number: u32,
    /// Whom it went to.
    pub instance: InstanceKey,
    /// `host:port`.
    pub address: String,
    /// When it began.
    pub began: Instant,
    /// How long it took.
    pub took: Duration,
    /// How it ended.
    pub status: Arc<CallStatus>,
    /// Another follows.
    pub goes_on: bool,
}

impl Resolved {
    /// The one that is called at an attempt, from 0; attempts after the last go round again.
    pub fn instance(&self, attempt: usize) -> Option<&Instance> {
        self.choices.get(attempt % self.choices.len().max(1))
    }

    /// How it is connected to: as `endpoint` says, at the instance's own address.
    pub fn endpoint(&self, endpoint: &Endpoint, attempt: usize) -> Endpoint {
        match self.instance(attempt) {
            Some(instance) => endpoint_at(&self.known, endpoint, instance.host_port()),
            None => endpoint.clone(),
        }
    }

    /// For who is told.
    pub fn chosen(&self, attempt: usize) -> Option<Chosen> {
        let instance = self.instance(attempt)?;
        Some(Chosen {
            target: self.target.to_string(),
            place: self.place.clone(),
            instance: instance.key.clone(),
            address: instance.host_port(),
            health: instance.health,
            of: self.choices.len(),
            total: self.total,
            policy: self.policy.clone(),
        })
    }
}

impl Registries {
    /// What is not open is opened as `explicit` and the environment say.
    pub fn new(explicit: ConsulExplicit) -> Self {
        Self { explicit, ..Self::default() }
    }

    /// The person set these settings for addresses; they count for instances at them, too.
    pub fn know(&self, endpoints: BTreeMap<String, Endpoint>) {
        *self.known.lock().unwrap_or_else(PoisonError::into_inner) = Arc::new(endpoints);
    }

    /// Settings of addresses that the person set.
    pub fn known(&self) -> KnownEndpoints {
        Arc::clone(&self.known.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Another one is open, in the place of one at the same place.
    pub fn put(&self, registry: Arc<dyn Registry>) {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        open.retain(|known| known.place() != registry.place());
        open.push(registry);
    }

    /// One is closed; another that was opened at its place meanwhile stays.
    pub fn take_out(&self, registry: &Arc<dyn Registry>) {
        self.open.lock().unwrap_or_else(PoisonError::into_inner).retain(|known| !Arc::ptr_eq(known, registry));
    }

    /// The registry of a target: one that is open, else one that is opened now and stays.
    pub fn of(&self, target: &RegistryTarget) -> Result<Arc<dyn Registry>, RegistryError> {
        let open = self.open.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let named = |place: &RegistryPlace| open.iter().find(|known| known.place() == place).cloned();
        match target.kind {
            RegistryKind::Static => {
                let path = at_home(Path::new(target.place.as_deref().unwrap_or_default()));
                let place = RegistryPlace { kind: RegistryKind::Static, address: path.display().to_string() };
                if let Some(known) = named(&place) {
                    return Ok(known);
                }
                if place.address.is_empty() {
                    let fault = RegistryFault::Settings(BadSetting::NoList);
                    return Err(RegistryError { place, asked: String::new(), fault });
                }
                // A list costs nothing to open, and its file may be another one tomorrow.
                Ok(Arc::new(StaticList::file(&path)))
            }
            RegistryKind::Consul => {
                if target.place.is_none()
                    && let Some(first) = open.iter().find(|known| known.place().kind == RegistryKind::Consul)
                {
                    return Ok(Arc::clone(first));
                }
                let settings = self.settings(target.place.as_deref())?;
                if let Some(known) = named(&settings.place()) {
                    return Ok(known);
                }
                let opened = open_consul(settings)?;
                self.put(Arc::clone(&opened));
                Ok(opened)
            }
        }
    }

    fn settings(&self, place: Option<&str>) -> Result<ConsulSettings, RegistryError> {
        let address = place.map(|place| format!("consul://{place}")).or_else(|| self.explicit.address.clone());
        let shown = place.or(self.explicit.address.as_deref()).unwrap_or_default().to_owned();
        let explicit = ConsulExplicit { address, ..self.explicit.clone() };
        ConsulSettings::read(explicit, &|name| std::env::var(name).ok()).map_err(|fault| RegistryError {
            place: RegistryPlace { kind: RegistryKind::Consul, address: shown },
            asked: String::new(),
            fault,
        })
    }

    /// Asks the registry that an address names; `None` where it is an address of another kind. `policy` is what the
    /// person set, where the address itself says nothing.
    pub async fn resolve(&self, address: &str, policy: &Policy) -> Result<Option<Resolved>, ResolveError> {
        self.ask(address, policy, true).await
    }

    /// The same without taking a turn: for a look at what would be called.
    pub async fn look(&self, address: &str, policy: &Policy) -> Result<Option<Resolved>, ResolveError> {
        self.ask(address, policy, false).await
    }

    /// As [`Registries::resolve`], within a deadline that began then.
    pub async fn resolve_within(
        &self,
        address: &str,
        policy: &Policy,
        deadline: Option<(Instant, Duration)>,
    ) -> Result<Option<Resolved>, ResolveError> {
        // So far away that the clock has no number for it is never.
        let until = deadline.and_then(|(began, limit)| Some((began.checked_add(limit)?, limit)));
        let Some((until, limit)) = until else { return self.resolve(address, policy).await };
        match tokio::time::timeout_at(until.into(), self.resolve(address, policy)).await {
            Ok(resolved) => resolved,
            Err(_) => Err(ResolveError::TooLate { address: address.to_owned(), limit }),
        }
    }

    /// All instances that an address stands for, of any health unless it says `passing=true`, in the registry's order.
    pub async fn all(
        &self,
        address: &str,
    ) -> Result<Option<(RegistryTarget, RegistryPlace, Vec<Instance>)>, ResolveError> {
        if !names_a_registry(address) {
            return Ok(None);
        }
        let target = RegistryTarget::parse(address).map_err(ResolveError::Target)?;
        let registry = self.of(&target).map_err(|error| ResolveError::Registry(Arc::new(error)))?;
        let mut instances = named(registry.as_ref(), &target, &Policy::First).await?;
        let wish = &target.wish;
        instances.retain(|one| {
            let passes = matches!(one.health, Health::Passing | Health::Unknown) || wish.passing != Some(true);
            let is_it = !matches!(&target.policy, Some(Policy::Instance(id)) if *id != one.key.id);
            passes && is_it && wish.tags.iter().all(|tag| one.tags.contains(tag))
        });
        Ok(Some((target, registry.place().clone(), instances)))
    }

    async fn ask(&self, address: &str, policy: &Policy, takes_turn: bool) -> Result<Option<Resolved>, ResolveError> {
        if !names_a_registry(address) {
            return Ok(None);
        }
        let target = RegistryTarget::parse(address).map_err(ResolveError::Target)?;
        let policy = target.policy.clone().unwrap_or_else(|| policy.clone());
        let registry = self.of(&target).map_err(|error| ResolveError::Registry(Arc::new(error)))?;
        let instances = named(registry.as_ref(), &target, &policy).await?;
        let place = registry.place().clone();
        let turn = self.turn(&target, takes_turn && policy == Policy::RoundRobin);
        let chance = RandomState::new().build_hasher().finish();
        let order = choose(&target.service, &instances, &target.wish, &policy, turn, chance)
            .map_err(|none| ResolveError::None { place: place.clone(), none })?;
        let choices = order.into_iter().filter_map(|index| instances.get(index).cloned()).collect();
        Ok(Some(Resolved { target, place, choices, total: instances.len(), policy, known: self.known() }))
    }

    fn turn(&self, target: &RegistryTarget, takes: bool) -> u64 {
        let mut turns = self.turns.lock().unwrap_or_else(PoisonError::into_inner);
        let name = target.to_string();
        if turns.len() >= MOST_TURNS && !turns.contains_key(&name) {
            turns.clear();
        }
        let turn = turns.entry(name).or_default();
        let now = *turn;
        *turn += u64::from(takes);
        now
    }
}

/// The endpoint of the instance that an address stands for, as a call would choose it first; the same endpoint where its
/// address is none of a registry. Errors in words (English).
pub(super) async fn placed(endpoint: Endpoint, registries: &Registries) -> Result<Endpoint, String> {
    let found = registries.look(&endpoint.address, &Policy::First).await.map_err(|error| error.to_string())?;
    Ok(found.map_or(endpoint.clone(), |resolved| resolved.endpoint(&endpoint, 0)))
}

/// What the registry names; an empty answer that may hide some is told from none.
async fn named(
    registry: &dyn Registry,
    target: &RegistryTarget,
    policy: &Policy,
) -> Result<Vec<Instance>, ResolveError> {
    let scope = target.scope(policy);
    let answer = registry.instances(&scope, Some(&target.service)).await;
    let answer = answer.map_err(|error| ResolveError::Registry(Arc::new(error)))?;
    if answer.value.is_empty() && answer.hidden != Hidden::Nothing {
        return Err(ResolveError::Hidden { place: registry.place().clone(), service: target.service.clone() });
    }
    Ok(answer.value)
}

/// Reads the files that the settings name.
fn open_consul(settings: ConsulSettings) -> Result<Arc<dyn Registry>, RegistryError> {
    Ok(Arc::new(Consul::new(settings)?))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests fail by panicking")]

    use super::*;

    fn list() -> Registries {
        let registries = Registries::default();
        registries.put(Arc::new(StaticList::made("", "127.0.0.1:9001 User v1\n[::1]:9002 User v2\na:1 Hello")));
        registries
    }

    #[tokio::test]
    async fn a_list_is_resolved_at_each_call() {
        let registries = list();
        let first = registries.resolve("static://#User", &Policy::First).await.unwrap().unwrap();
        assert_eq!((first.choices.len(), first.total), (2, 2));
        let endpoint = Endpoint { authority: Some("a".to_owned()), ..Endpoint::new("static://#User") };
        let second = first.endpoint(&endpoint, 1);
        assert_eq!((second.address.as_str(), second.authority.as_deref()), ("[::1]:9002", Some("a")));
        // After the last comes the first again.
        assert_eq!(first.endpoint(&endpoint, 2).address, "127.0.0.1:9001");
        for expect in ["127.0.0.1:9001", "[::1]:9002", "127.0.0.1:9001"] {
            let looked = registries.look("static://#User", &Policy::RoundRobin).await.unwrap().unwrap();
            let turn = registries.resolve("static://#User", &Policy::RoundRobin).await.unwrap().unwrap();
            assert_eq!(looked, turn, "a look takes no turn");
            // Another target has turns of its own; the address' own policy counts.
            registries.resolve("static://#User?tag=v1", &Policy::RoundRobin).await.unwrap();
            assert_eq!(turn.chosen(0).unwrap().address, expect);
            let own = registries.resolve("static://#User?policy=first", &Policy::RoundRobin).await.unwrap().unwrap();
            assert_eq!(own.chosen(0).unwrap().address, "127.0.0.1:9001");
        }
        assert_eq!(registries.resolve("127.0.0.1:9001", &Policy::First).await, Ok(None));
    }

    #[tokio::test]
    async fn why_there_is_none() {
        let registries = list();
        for (address, expect) in [
            ("static://#Nobody", "there is no instance of Nobody"),
            ("static://#User?tag=v9", "has the tag v9"),
            ("static://#User?instance=x:1", "has no instance x:1"),
            ("static:///no/such/list.txt#User", "/no/such/list.txt"),
            ("static://#User?tga=1", "tga="),
            ("etcd://h/User", "not known yet"),
        ] {
            let error = registries.resolve(address, &Policy::First).await.unwrap_err().to_string();
            assert!(error.contains(expect), "{address}: {error}");
        }
        let open = registries.open.lock().unwrap()[0].clone();
        registries.take_out(&open);
        let error = registries.resolve("static://#User", &Policy::First).await.unwrap_err().to_string();
        assert!(error.contains("name its file"), "{error}");
    }
}
