//! The words of how a registry stands: away since when, a token that is missing or refused, what access rules hide; of
//! the question how it is reached; and of a filter that it answers itself.

use std::time::SystemTime;

use super::Lang;
use super::table::word_table;

word_table! {
    /// The words of how a registry stands.
    RegistryStateWords, registry_state:
    away_lead: "The registry does not answer.", "注册中心没有应答。";
    unusable_lead: "It cannot be asked with these settings.", "无法用这些设置查询。";
    set_token: "Set a token…", "设置 token…";
    ask_without: "Ask without it", "不带 token 查询";
    token_awaited: "The token has to be typed again.", "需要重新输入 token。";
    token_awaited_title: "The token has to be typed again", "需要重新输入 token";
    token_awaited_text: "Secrets are never kept in a file. Until the token is here the registry is not asked: to somebody without it, it would say something else.", "敏感值不会存到磁盘。在输入 token 之前不会查询该注册中心：不带 token 得到的结果可能不同。";
    asked_without_text: "The registry is asked without it, and may say something else than with it.", "当前不带 token 查询，结果可能与带 token 时不同。";
    no_token: "no token", "缺少 token";
    token_refused: "token refused", "token 被拒绝";
    acl_lead: "Access rules (ACL) are on.", "注册中心启用了访问控制（ACL）。";
    acl_text: "What is asked is answered with nothing: there is nothing, or it may not be seen without another token.", "查询结果为空：可能确实没有内容，也可能当前 token 没有查看权限。";
    hidden_by_acl: "hidden by ACL", "被 ACL 隐藏";
    nodes_failed: "The nodes could not be read", "无法读取节点";
    left_here: "This was left here, and not taken.", "这是上次填写但未应用的内容。";
    add_registry_dots: "Add a registry…", "添加注册中心…";
    known_lead: "This registry is open already.", "该注册中心已经打开。";
    take_for_known: "Take these settings for it", "对它应用这些设置";
    show_known: "Show it as it is", "按现有设置查看";
    removed_title: "Registry removed", "已移除注册中心";
    list_empty_hint: "Nothing registers itself in a list: write a line for each address in its settings.", "静态列表不支持自行注册：请在设置中为每个地址填写一行。";
    file_empty_hint: "Its file has no line with an address yet; it is read again when it changes.", "文件中还没有地址行；文件更改后会重新读取。";
    filter_asked: "The registry is asked which instances fit; until then all are shown.", "正在查询匹配的实例；在此之前显示全部实例。";
    filter_refused: "The filter is not applied, and all instances are shown.", "过滤未生效，当前显示全部实例。";
    filter_not_yet: "Not an expression yet that the registry understands: all instances are shown.", "注册中心尚无法理解该表达式：当前显示全部实例。";
}

impl Lang {
    /// Why the agent says nothing of itself.
    pub fn agent_unknown(self, why: &str) -> String {
        self.pick(format!("The agent says nothing of itself: {why}"), format!("无法获取 agent 信息：{why}"))
    }

    /// `stale since 09:13:52`: a badge.
    pub fn stale_badge(self, since: SystemTime) -> String {
        let time = self.clock(since);
        self.pick(format!("stale since {time}"), format!("{time} 起未更新"))
    }

    /// `Registry 127.0.0.1:8500 is there already, as Staging.`
    pub fn known_registry(self, place: &str, title: &str) -> String {
        self.pick(
            format!("{place} is in the tree as {title}, with other settings than these."),
            format!("{place} 已在列表中（{title}），但设置与此不同。"),
        )
    }

    /// What was removed: its name, where it is, and the lines of a list that was made by hand.
    pub fn removed_registry(self, title: &str, place: &str, lines: usize) -> String {
        let whole = if place.is_empty() { title.to_owned() } else { format!("{title} {place}") };
        match (self, lines) {
            (_, 0) => whole,
            (Self::En, 1) => format!("{whole}, with its 1 line"),
            (Self::En, _) => format!("{whole}, with its {lines} lines"),
            (Self::ZhCn, _) => format!("{whole}，含 {lines} 行"),
        }
    }
}
