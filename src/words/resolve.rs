//! Which instance a call went to, and its attempts.

use super::Lang;
use crate::engine::Chosen;

impl Lang {
    /// Which instance a call went to, and who named it: `9001 of User, 1 of 3 that may be called, by Consul h:8500`.
    pub fn chosen_instance(self, chosen: &Chosen) -> String {
        let (id, service, of) = (&chosen.instance.id, &chosen.instance.service, chosen.of);
        let kind = self.registry_kind(chosen.place.kind);
        let place = format!("{kind} {}", chosen.place.address);
        let place = place.trim_end();
        match self {
            Self::En => format!("{id} of {service}, 1 of {of} that may be called, by {place}"),
            Self::ZhCn => format!("{service} 的 {id}，{of} 个可调用实例之一，由 {place} 给出"),
        }
    }

    /// Heading over the instance that a call went to, and its attempts.
    pub fn instance_heading(self) -> &'static str {
        match self {
            Self::En => "Instance",
            Self::ZhCn => "实例",
        }
    }

    /// `Attempt 1`.
    pub fn attempt_named(self, number: u32) -> String {
        match self {
            Self::En => format!("Attempt {number}"),
            Self::ZhCn => format!("第 {number} 次尝试"),
        }
    }
}
