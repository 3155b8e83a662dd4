//! The rows of the table of instances: which fit the view of a service, in its order. They are worked out when something
//! of it changed, never in a frame: with thousands of instances that would be all a frame does.

use std::sync::Arc;

use super::service_entry::Heard;
use super::{Filtered, InstanceColumn, Registries, RegistryView, ServiceEntry, ServiceRef, ServiceView, UNTOUCHED};
use crate::registry::{Instance, WireFacts};

/// The rows of the service that is shown: places in the registry's list.
#[derive(Debug, Default)]
pub struct InstanceRows {
    of: Option<Of>,
    fitting: Vec<usize>,
    order: Vec<usize>,
    longest_id: usize,
}

/// What they were worked out of.
#[derive(Debug)]
struct Of {
    service: ServiceRef,
    /// Held, so that no other list can be taken for it.
    list: Arc<Vec<Instance>>,
    heard: Heard,
    view: ServiceView,
}

impl InstanceRows {
    /// The places of the instances that are shown, from top to bottom; none for a service that is not in view.
    pub fn of(&self, service: &ServiceRef) -> &[usize] {
        self.of.as_ref().filter(|of| of.service == *service).map_or(&[], |_| &self.order)
    }

    /// The most characters that an id has among them.
    pub fn longest_id(&self) -> usize {
        self.longest_id
    }

    fn settle(&mut self, service: &ServiceRef, known: &ServiceEntry, view: &ServiceView) {
        let Some(list) = known.instances.as_ref().map(|answer| &answer.value) else {
            *self = Self::default();
            return;
        };
        let before = self.of.as_ref().filter(|of| of.service == *service && Arc::ptr_eq(&of.list, list));
        let fits = before.is_some_and(|of| fit_alike(&of.view, view));
        let sorted = before.is_some_and(|of| {
            (of.heard == known.heard || !needs_wire(view.column))
                && (of.view.column, of.view.descending) == (view.column, view.descending)
        });
        if fits && sorted {
            return;
        }
        if !fits {
            self.fitting = view.fitting(list);
            let ids = self.fitting.iter().filter_map(|at| list.get(*at)).map(|one| one.key.id.chars().count());
            self.longest_id = ids.max().unwrap_or_default();
        }
        self.order = ordered(self.fitting.clone(), known, view);
        let view = ServiceView { chosen: None, ..view.clone() };
        self.of = Some(Of { service: service.clone(), list: Arc::clone(list), heard: known.heard, view });
    }
}

impl Registries {
    /// Works out anew what changed since: sums of services, and the rows of the one that is shown. Before each frame.
    pub(in crate::app) fn settle(&mut self) {
        for entry in &mut self.entries {
            let kind = entry.form.kind;
            entry.services.values_mut().for_each(|known| known.settle(kind));
        }
        let Some(RegistryView::Service(service)) = &self.shown else { return };
        let known = self.entries.iter().find(|entry| entry.id == service.registry);
        let Some(known) = known.and_then(|entry| entry.service(&service.datacenter, &service.service)) else { return };
        self.rows.settle(service, known, self.views.get(service).unwrap_or(&UNTOUCHED));
    }
}

/// What the wire says changes the order.
fn needs_wire(column: InstanceColumn) -> bool {
    matches!(column, InstanceColumn::Wire | InstanceColumn::Schema | InstanceColumn::RoundTrip)
}

/// The same instances fit both.
fn fit_alike(one: &ServiceView, other: &ServiceView) -> bool {
    let is_same = |one: &Filtered, other: &Filtered| match (one, other) {
        (Ok(one), Ok(other)) => Arc::ptr_eq(one, other),
        (Err(_), Err(_)) => true,
        _ => false,
    };
    let answered = match (&one.filtered, &other.filtered) {
        (None, None) => true,
        (Some((asked, one)), Some((again, other))) => asked == again && is_same(one, other),
        _ => false,
    };
    answered && (&one.query, &one.tags, one.passing) == (&other.query, &other.tags, other.passing)
}

fn ordered(mut order: Vec<usize>, known: &ServiceEntry, view: &ServiceView) -> Vec<usize> {
    let instances = known.instances();
    let wire = |at: &usize| known.sums().wire.get(*at).and_then(Option::as_deref);
    match view.column {
        InstanceColumn::Id => {}
        InstanceColumn::Address => order.sort_by_cached_key(|at| instances.get(*at).map(Instance::host_port)),
        InstanceColumn::Health => order.sort_by_key(|at| instances.get(*at).map(|one| one.health)),
        InstanceColumn::Wire => order.sort_by_key(|at| wire(at).map(|facts| &facts.health)),
        InstanceColumn::Schema => order.sort_by_key(|at| wire(at).and_then(WireFacts::schema_hash)),
        InstanceColumn::RoundTrip => order.sort_by_key(|at| wire(at).and_then(|facts| facts.round_trip_p50)),
    }
    if view.descending {
        order.reverse();
    }
    order
}

#[cfg(test)]
mod tests {
    use std::time::SystemTime;

    use super::*;
    use crate::engine::RegistryId;
    use crate::registry::{Answer, Health, Hidden, InstanceKey, RegistryKind, WireHealth};

    fn instance(id: &str, port: u16, tag: &str) -> Instance {
        let key = InstanceKey { service: "User".to_owned(), id: id.to_owned(), ..InstanceKey::default() };
        let tags = vec![tag.to_owned()];
        Instance { key, address: "h".to_owned(), port, tags, health: Health::Passing, ..Instance::default() }
    }

    fn list(instances: &[Instance]) -> Answer<Arc<Vec<Instance>>> {
        Answer { value: Arc::new(instances.to_vec()), hidden: Hidden::Nothing }
    }

    fn says(id: &str, health: WireHealth) -> (InstanceKey, Arc<WireFacts>) {
        let facts = WireFacts { health, ..WireFacts::unknown(SystemTime::UNIX_EPOCH) };
        (instance(id, 0, "").key, Arc::new(facts))
    }

    /// Every change is followed, and what did not change is not worked out again.
    #[test]
    fn rows_follow_what_is_heard_and_what_is_wanted() {
        let now = SystemTime::UNIX_EPOCH;
        let service = ServiceRef { registry: RegistryId(1), datacenter: String::new(), service: "User".to_owned() };
        let mut known = ServiceEntry::default();
        let mut view = ServiceView::default();
        let mut rows = InstanceRows::default();
        known.see(list(&[instance("a", 3, "x"), instance("b", 1, "y"), instance("c", 2, "x")]), now);
        let mut look = |known: &mut ServiceEntry, view: &ServiceView| {
            known.settle(RegistryKind::Consul);
            rows.settle(&service, known, view);
            rows.of(&service).to_vec()
        };
        assert_eq!(look(&mut known, &view), [0, 1, 2]);
        view.column = InstanceColumn::Address;
        assert_eq!(look(&mut known, &view), [1, 2, 0]);
        view.descending = true;
        assert_eq!(look(&mut known, &view), [0, 2, 1]);
        view.tags = vec!["x".to_owned()];
        assert_eq!(look(&mut known, &view), [0, 2]);
        view.query = "port == 2".to_owned();
        assert_eq!(look(&mut known, &view), [0, 2], "nobody has answered yet");
        let only = |id: &str| Ok(Arc::new(std::iter::once(instance(id, 0, "").key).collect()));
        view.filtered = Some((view.query.clone(), only("c")));
        assert_eq!(look(&mut known, &view), [2]);
        view.filtered = Some((view.query.clone(), only("a")));
        assert_eq!(look(&mut known, &view), [0]);
        view = ServiceView { column: InstanceColumn::Wire, ..ServiceView::default() };
        known.hear_wire(vec![says("a", WireHealth::Unreachable), says("b", WireHealth::Serving)], now);
        assert_eq!(look(&mut known, &view), [2, 1, 0]);
        assert_eq!((known.sums().asked, known.sums().serving, known.sums().disagreeing.as_slice()), (2, 1, &[0][..]));
        known.hear_wire(vec![says("c", WireHealth::NotServing)], now);
        assert_eq!(look(&mut known, &view), [1, 2, 0]);
        known.see(list(&[instance("c", 2, "x")]), now);
        assert_eq!(look(&mut known, &view), [0]);
        assert_eq!(known.sums().asked, 1, "who is gone is not asked");
        // Another registry's service of the same name, of which as much was heard.
        let mut other = ServiceEntry::default();
        other.heard = known.heard;
        other.heard.lists -= 1;
        other.see(list(&[instance("x", 1, "x"), instance("y", 2, "x")]), now);
        assert_eq!(look(&mut other, &view), [0, 1]);
    }
}
