//! How a person looks at the instances of one service: filtered, sorted, one of them chosen.

use std::collections::HashSet;
use std::sync::Arc;

use crate::registry::{Health, Instance, InstanceKey, RegistryError};

/// What a table of instances is sorted by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum InstanceColumn {
    /// As the registry gives them: by id.
    #[default]
    Id,
    /// Address and port.
    Address,
    /// The registry's word.
    Health,
    /// The wire's word.
    Wire,
    /// Schema hash.
    Schema,
    /// Round-trip time.
    RoundTrip,
}

/// What of the chosen instance is in view.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum InstanceSide {
    /// Its checks.
    #[default]
    Checks,
    /// Methods that it serves.
    Methods,
    /// Its metadata, tags, weights.
    Metadata,
    /// Its machine.
    Node,
}

/// The instances that fit a filter expression, or why it is none.
pub type Filtered = Result<Arc<HashSet<InstanceKey>>, Arc<RegistryError>>;

/// The view of one service.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ServiceView {
    /// As typed: text, or a filter expression of the registry's own.
    pub query: String,
    /// All of these tags.
    pub tags: Vec<String>,
    /// Only what passes.
    pub passing: bool,
    /// Sorted by this.
    pub column: InstanceColumn,
    /// From large to small.
    pub descending: bool,
    /// The instance that is read.
    pub chosen: Option<InstanceKey>,
    /// What of it.
    pub side: InstanceSide,
    /// The schemas of drifting instances are read side by side.
    pub compares: bool,
    /// The answer to the query as a filter expression: the query, and the instances that fit or why it is none.
    pub filtered: Option<(String, Filtered)>,
}

impl ServiceView {
    /// The query is an expression in the registry's own language rather than text: it has an operator of it.
    pub fn is_expression(&self) -> bool {
        const OPERATORS: [&str; 7] = ["==", "!=", " in ", " contains ", " matches ", " is empty", " is not empty"];
        OPERATORS.iter().any(|operator| self.query.contains(operator))
    }

    /// The places of the instances that are shown, in the registry's order.
    pub(super) fn fitting(&self, instances: &[Instance]) -> Vec<usize> {
        let query = self.query.trim();
        let words: Vec<String> = query.split_whitespace().map(str::to_lowercase).collect();
        let is_expression = self.is_expression();
        let fits = |instance: &Instance| {
            if self.passing && instance.health != Health::Passing {
                return false;
            }
            if !self.tags.iter().all(|tag| instance.tags.contains(tag)) {
                return false;
            }
            if is_expression {
                return match &self.filtered {
                    Some((asked, Ok(keys))) if asked == query => keys.contains(&instance.key),
                    // Until the registry has answered, and where it does not understand it, nothing is hidden.
                    _ => true,
                };
            }
            words.iter().all(|word| fits(instance, word))
        };
        instances.iter().enumerate().filter(|(_, instance)| fits(instance)).map(|(at, _)| at).collect()
    }
}

/// A word, in small letters, is found in what is known of an instance.
fn fits(instance: &Instance, word: &str) -> bool {
    let has = |text: &str| text.to_lowercase().contains(word);
    has(&instance.key.id)
        || has(&instance.host_port())
        || has(&instance.key.node)
        || has(instance.health.name())
        || instance.tags.iter().any(|tag| has(tag))
        || instance.meta.iter().any(|(key, value)| has(&format!("{key}={value}")))
        || instance.checks.iter().any(|check| has(&check.output) || has(&check.name))
}
