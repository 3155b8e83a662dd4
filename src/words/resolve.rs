//! Why an address that names a service in a registry leads to no instance, and which one a call went to.

use super::Lang;
use crate::engine::{Chosen, ResolveError};
use crate::registry::{Health, NoInstance, RegistryPlace};

impl Lang {
    /// Why there is no instance to call.
    pub fn not_resolved(self, error: &ResolveError) -> String {
        match (self, error) {
            // English is what the error itself says, but for the registry's own, which has words already.
            (_, ResolveError::Registry(error)) => self.registry_error(error),
            (Self::En, error) => error.to_string(),
            // What a person typed and how to write it: the parts are the same in both languages.
            (Self::ZhCn, ResolveError::Target(error)) => format!("地址无法识别：{error}"),
            (Self::ZhCn, ResolveError::Hidden { place, service }) => format!(
                "{} 没有列出 {service} 的任何实例：可能本来就没有，也可能被访问规则（ACL）对此 token 隐藏了。",
                self.place(place)
            ),
            (Self::ZhCn, ResolveError::None { place, none }) => format!("{}：{}", self.place(place), none_zh(none)),
            (Self::ZhCn, ResolveError::TooLate { address, limit }) => {
                format!("{address}：在 {} ms 的 deadline 内，注册中心没有给出实例。", limit.as_millis())
            }
        }
    }

    /// Which instance a call goes to: `9001 of User, 1 of 3`.
    pub fn chosen_instance(self, chosen: &Chosen) -> String {
        let (id, service, of) = (&chosen.instance.id, &chosen.instance.service, chosen.of);
        match self {
            Self::En => format!("{id} of {service}, 1 of {of}"),
            Self::ZhCn => format!("{service} 的 {id}，共 {of} 个可选"),
        }
    }

    fn place(self, place: &RegistryPlace) -> String {
        let kind = self.registry_kind(place.kind);
        if place.address.is_empty() { kind.to_owned() } else { format!("{kind} {}", place.address) }
    }
}

fn none_zh(none: &NoInstance) -> String {
    let (service, total, tags) = (&none.service, none.total, none.wish.tags.join("、"));
    if total == 0 {
        return format!("没有 {service} 的实例");
    }
    if let Some(id) = &none.id {
        return format!("{service} 的 {total} 个实例中没有 {id}");
    }
    if none.tagged == 0 {
        return format!("{service} 的 {total} 个实例都没有 tag {tags}");
    }
    let among = if tags.is_empty() {
        format!("{service} 的 {total} 个实例")
    } else {
        format!("{service} 带 tag {tags} 的 {} 个实例", none.tagged)
    };
    if none.healthy == 0 {
        return if none.wish.passing == Some(true) {
            format!("{among}都不是 {}（{}）；去掉 passing=true 可放宽条件", Health::Passing.name(), none.found)
        } else {
            format!(
                "{among}既不是 {} 也不是 {}（{}）；写上 passing=false 仍可调用",
                Health::Passing.name(),
                Health::Warning.name(),
                none.found
            )
        };
    }
    format!("{among}都没有注册端口（{}）", none.found)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::registry::{RegistryKind, RegistryTargetError, Wish};

    /// Each has words in both languages, with what it is about.
    #[test]
    fn nobody_to_call_in_both_languages() {
        let place = || RegistryPlace { kind: RegistryKind::Consul, address: "127.0.0.1:8500".to_owned() };
        let none = |change: fn(&mut NoInstance)| {
            let wish = Wish { tags: vec!["v2".to_owned()], passing: None };
            let mut none = NoInstance { service: "User".to_owned(), total: 4, wish, ..NoInstance::default() };
            change(&mut none);
            ResolveError::None { place: place(), none }
        };
        for (error, parts) in [
            (none(|none| none.total = 0), &["User", "127.0.0.1:8500"][..]),
            (none(|_| {}), &["User", "v2", "4"]),
            (none(|none| none.id = Some("9009".to_owned())), &["User", "9009"]),
            (
                none(|none| {
                    none.tagged = 2;
                    none.found = "2 critical".to_owned();
                }),
                &["v2", "2 critical", "passing=false"],
            ),
            (
                none(|none| {
                    (none.tagged, none.wish.passing) = (2, Some(true));
                }),
                &["passing=true"],
            ),
            (none(|none| (none.tagged, none.healthy) = (2, 2)), &["User"]),
            (ResolveError::Hidden { place: place(), service: "User".to_owned() }, &["User", "ACL", "token"]),
            (ResolveError::Target(RegistryTargetError("tga= is not known".to_owned())), &["tga="]),
            (
                ResolveError::TooLate { address: "consul://User".to_owned(), limit: Duration::from_secs(1) },
                &["consul://User", "1000 ms"],
            ),
        ] {
            let (english, chinese) = (Lang::En.not_resolved(&error), Lang::ZhCn.not_resolved(&error));
            for part in parts {
                assert!(english.contains(part), "{part}: {english}");
                assert!(chinese.contains(part), "{part}: {chinese}");
            }
            assert_ne!(english, chinese);
        }
    }
}
