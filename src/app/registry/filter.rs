//! Filter expressions of a registry's own language, which it answers itself: asked again whenever the service changes, at
//! most one question a service at a time, and only the answer to what is in the field now counts.

use std::sync::Arc;

use super::ServiceRef;
use super::hear::Asked;
use crate::app::App;
use crate::engine::{RegistryQuestion, RegistryReply};
use crate::registry::RegistryError;

/// A question that is on its way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::app) struct FilterAsked {
    ticket: u64,
    query: String,
    /// The service or the field changed since: ask again once it is answered.
    again: bool,
}

impl App {
    /// Asks the registry which instances fit the query of a service's view, where it is an expression.
    pub(super) fn ask_filter(&mut self, service: &ServiceRef) {
        let Some(view) = self.registries.views.get(service).filter(|view| view.is_expression()) else { return };
        let query = view.query.trim().to_owned();
        let understands = self.registries.entry(service.registry).is_some_and(|entry| entry.capabilities.filter);
        if query.is_empty() || !understands {
            return;
        }
        if let Some(asked) = self.registries.filter_asked.get_mut(service) {
            asked.again = true;
            return;
        }
        let question = RegistryQuestion::Filter {
            datacenter: service.datacenter.clone(),
            service: service.service.clone(),
            filter: query.clone(),
        };
        let ticket = self.ask_registry(service.registry, Asked::Filter(service.clone()), question);
        self.registries.filter_asked.insert(service.clone(), FilterAsked { ticket, query, again: false });
    }

    pub(super) fn fold_filter(
        &mut self,
        service: &ServiceRef,
        ticket: u64,
        result: Result<RegistryReply, RegistryError>,
    ) {
        let Some(asked) = self.registries.filter_asked.get(service).filter(|asked| asked.ticket == ticket).cloned()
        else {
            return;
        };
        self.registries.filter_asked.remove(service);
        let found = match result {
            Ok(RegistryReply::Instances(answer)) => {
                Ok(Arc::new(answer.value.into_iter().map(|instance| instance.key).collect()))
            }
            Ok(_) => return,
            Err(error) => Err(Arc::new(error)),
        };
        if let Some(view) = self.registries.views.get_mut(service)
            && view.query.trim() == asked.query
        {
            view.filtered = Some((asked.query, found));
        }
        if asked.again {
            self.ask_filter(service);
        }
    }
}

impl super::Registries {
    /// Whether the registry has not answered yet for what is in the field of a service's view.
    pub fn is_filtering(&self, service: &ServiceRef) -> bool {
        let Some(view) = self.views.get(service).filter(|view| view.is_expression()) else { return false };
        let query = view.query.trim();
        let is_answered = view.filtered.as_ref().is_some_and(|(asked, _)| asked == query);
        !is_answered && self.filter_asked.contains_key(service)
    }
}
