//! The words of registries where they show outside their own area: the first window, the status bar, the palette,
//! notices.

use super::Lang;
use super::table::word_table;

word_table! {
    /// The words of registries outside their own area.
    DiscoveryWords, discovery:
    welcome_question: "Services in a registry?", "服务在注册中心里？";
    welcome_link: "Add Consul or a list of addresses…", "添加 Consul 或地址列表…";
    no_registries: "No registries", "没有注册中心";
    no_registry_yet: "There is no registry yet", "还没有注册中心";
    does_not_answer: "no answer", "没有应答";
    demo_consul_failed: "The demo's Consul does not run", "演示用的 Consul 没有运行";
}

impl Lang {
    /// `1 critical`.
    pub fn critical_count(self, count: usize) -> String {
        self.pick(format!("{count} critical"), format!("{count} 个 critical"))
    }

    /// What the dot at the area of registries means.
    pub fn registry_alert(self, critical: usize, away: usize) -> String {
        let mut parts = Vec::new();
        if critical > 0 {
            parts.push(self.critical_count(critical));
        }
        if away > 0 {
            let (en, zh) = (format!("{away} without an answer"), format!("{away} 个没有应答"));
            parts.push(self.pick(en, zh));
        }
        parts.join(if self == Self::En { ", " } else { "，" })
    }
}
