//! The words of a request to every instance at once.

use super::table::word_table;
use super::{Lang, format};
use crate::call::Code;
use crate::engine::{AllCut, AllProblem, ResolveError};
use crate::registry::{Health, NoInstance};

word_table! {
    /// The words of a request to all.
    AllWords, all:
    instances: "Instances", "实例";
    one: "Just one", "单个";
    registered: "All that are registered", "全部已注册实例";
    by_hand: "Chosen by hand…", "手动选择…";
    at_once: "At once", "并发数";
    at_once_hint: "all", "全部";
    nobody_chosen: "Choose at least one instance.", "请至少选择一个实例。";
    show_in_registry: "Show in the registry", "在注册中心查看";
    read_in_part: "read in part", "仅读取部分";
    at_once_bad: "Write a number from 1 to 64.", "请输入 1 到 64 之间的数字。";
    policy: "Which one", "选择方式";
    policy_first: "first", "第一个";
    policy_round: "round robin", "轮询";
    policy_random: "random", "随机";
    policy_near: "near", "就近";
    retries: "Retries", "重试";
    retries_off: "off", "关闭";
    retries_same: "only where it was not reached, at the same instance", "仅在未连上时，对同一实例重试";
    retries_hint: "only where nobody was reached, at the next instance", "仅在未连上任何实例时，换下一个实例重试";
    answers: "Answers", "响应";
    timeline: "Timeline", "时间线";
    attempts: "Attempts", "尝试";
    instance: "Instance", "实例";
    status: "Status", "状态";
    latency: "Latency, log scale", "延迟（对数刻度）";
    time: "Time", "用时";
    answer: "Answer", "响应";
    schema: "Schema", "Schema";
    health: "Registry", "注册中心";
    wire: "gRPC health", "gRPC health";
    reached: "Connected after", "建立连接";
    detail: "What happened", "详情";
    waiting: "waiting", "等待中";
    running: "asked…", "调用中…";
    side_by_side: "Side by side", "并排";
    one_column: "One column", "单列";
    leave_out: "Leave out paths…", "忽略路径…";
    leave_out_hint: "requestId, items.updatedAt", "requestId, items.updatedAt";
    leave_out_name: "Paths that are left out of the comparison", "比较时忽略的路径";
    equal: "All answers are the same.", "所有响应相同。";
    two_schemas: "Two schemas", "两个 schema";
    no_schemas: "No instance serves a schema by reflection.", "没有实例通过反射提供 schema。";
    comparing: "Comparing…", "正在比较…";
    copy_answers: "Copy the answers as JSON", "以 JSON 复制全部响应";
    not_asked: "Nobody has been asked yet", "还没有发送";
    not_asked_hint: "Send asks every instance at once; equal answers share a letter.", "发送后会同时请求所有实例，相同的响应使用同一字母。";
    nobody: "Nobody was asked", "没有可请求的实例";
    unary_only: "Client streams go to one instance at a time", "客户端 stream 只能发往单个实例";
}

impl Lang {
    /// The button that sends to all.
    pub fn send_to_all(self, count: Option<usize>) -> String {
        match (self, count) {
            (Self::En, Some(count)) => format!("Send to all {count}"),
            (Self::En, None) => "Send to all".to_owned(),
            (Self::ZhCn, Some(count)) => format!("发送给全部 {count} 个"),
            (Self::ZhCn, None) => "发送给全部".to_owned(),
        }
    }

    /// `Welcome, all of User`: a tab's title.
    pub fn all_of(self, method: &str, service: &str) -> String {
        self.pick(format!("{method}, all of {service}"), format!("{method}，{service} 全部实例"))
    }

    /// `3 OK`: a badge.
    pub fn status_count(self, count: usize, code: Code) -> String {
        format!("{count} {}", code.name())
    }

    /// `2 different answers, 2 schemas`.
    pub fn differing(self, answers: usize, schemas: usize) -> String {
        let en = match (answers, schemas) {
            (0, _) => String::new(),
            (1, 0 | 1) => "all answers are the same".to_owned(),
            (1, schemas) => format!("all answers are the same, {schemas} schemas"),
            (answers, 0 | 1) => format!("{answers} different answers"),
            (answers, schemas) => format!("{answers} different answers, {schemas} schemas"),
        };
        let zh = match (answers, schemas) {
            (0, _) => String::new(),
            (1, 0 | 1) => "所有响应相同".to_owned(),
            (1, schemas) => format!("所有响应相同，{schemas} 种 schema"),
            (answers, 0 | 1) => format!("{answers} 种不同响应"),
            (answers, schemas) => format!("{answers} 种不同响应，{schemas} 种 schema"),
        };
        self.pick(en, zh)
    }

    /// `sent at 09:14:03, done after 1.00 s`.
    pub fn sent_and_done(self, sent: &str, took: Option<&str>) -> String {
        match took {
            Some(took) => self.pick(format!("sent at {sent}, done after {took}"), format!("{sent} 发送，用时 {took}")),
            None => self.pick(format!("sent at {sent}"), format!("{sent} 发送")),
        }
    }

    /// `Two answers`, `3 answers`.
    pub fn answers_count(self, count: usize) -> String {
        match (self, count) {
            (Self::En, 2) => "Two answers".to_owned(),
            (Self::En, _) => format!("{count} answers"),
            (Self::ZhCn, _) => format!("{count} 种响应"),
        }
    }

    /// `2 lines differ`.
    pub fn lines_differ(self, count: usize) -> String {
        match (self, count) {
            (Self::En, 1) => "1 line differs".to_owned(),
            (Self::En, _) => format!("{count} lines differ"),
            (Self::ZhCn, _) => format!("{count} 行不同"),
        }
    }

    /// `27 B, schema 9f3c61`.
    pub fn answer_note(self, size: &str, schema: Option<&str>) -> String {
        match schema {
            Some(schema) => self.pick(format!("{size}, schema {schema}"), format!("{size}，schema {schema}")),
            None => size.to_owned(),
        }
    }

    /// Which instances failed how: `9002, 9004: 5 NOT_FOUND, no such user.`
    pub fn all_failed(self, ids: &[&str], said: &str) -> String {
        let (ids, said) = (self.few_of(ids), said.trim_end_matches(['.', '。']));
        self.pick(format!("{ids}: {said}."), format!("{ids}：{said}。"))
    }

    /// A further fact behind others.
    pub fn and_besides(self, fact: &str) -> String {
        self.pick(format!(", {fact}"), format!("，{fact}"))
    }

    /// A heading as a sentence.
    pub fn ended(self, heading: &str) -> String {
        self.pick(format!("{heading}."), format!("{heading}。"))
    }

    /// `2 more instances failed otherwise.`
    pub fn more_failed(self, count: usize) -> String {
        let en =
            if count == 1 { "1 more instance failed".to_owned() } else { format!("{count} more instances failed") };
        self.pick(
            format!("{en} otherwise: choose a row of the table to read how."),
            format!("另有 {count} 个实例以其他方式失败，在表格中选中即可查看原因。"),
        )
    }

    /// `1 read in part`: a badge.
    pub fn cut_count(self, count: usize) -> String {
        self.pick(format!("{count} read in part"), format!("{count} 个仅读取部分"))
    }

    /// What is there of an answer that was not read to its end.
    pub fn cut_said(self, cut: AllCut) -> String {
        match cut {
            AllCut::Messages(count) => {
                let count = format::count(count);
                self.pick(format!("only the first {count} messages"), format!("仅前 {count} 条消息"))
            }
            AllCut::Bytes(size) => {
                let size = format::bytes(size as u64);
                self.pick(format!("only the first {size}"), format!("仅前 {size}"))
            }
        }
    }

    /// Why nobody, or one instance, was not asked, or its answer cannot be read.
    pub fn all_problem(self, problem: &AllProblem) -> String {
        match (self, problem) {
            (_, AllProblem::Unreadable(error)) => self.misfit_at(error),
            (_, AllProblem::Metadata(error)) => self.metadata_error(error),
            (Self::En, other) => other.to_string(),
            (Self::ZhCn, AllProblem::NoService) => "该地址不是注册中心里的服务".to_owned(),
            (Self::ZhCn, AllProblem::NotReady) => "方法尚未就绪：仍在读取其 schema".to_owned(),
            (Self::ZhCn, AllProblem::NoStatus) => "调用结束时没有 status".to_owned(),
            (Self::ZhCn, AllProblem::Settings(why)) => format!("该地址的连接设置无法使用：{why}"),
            (Self::ZhCn, AllProblem::Broken(why)) => format!("内部错误：{why}"),
        }
    }

    /// Names of many things, of which a few are named and the others counted: `a, b, c, d, e, f and 12 more`.
    pub fn few_of<T: AsRef<str>>(self, names: &[T]) -> String {
        /// One more is named rather than counted.
        const NAMED: usize = 6;
        let join = self.pick(", ".to_owned(), "、".to_owned());
        let all = |names: &[T]| names.iter().map(AsRef::as_ref).collect::<Vec<_>>().join(&join);
        match names.get(..NAMED) {
            Some(first) if names.len() > NAMED + 1 => {
                let (first, rest) = (all(first), names.len() - NAMED);
                self.pick(format!("{first} and {rest} more"), format!("{first} 等 {} 个", names.len()))
            }
            _ => all(names),
        }
    }

    /// Which instance of a service answered, after how many attempts: `instance 9001 (127.0.0.1:9001)`,
    /// `9001, 3 attempts (127.0.0.1:9001)`.
    pub fn instance_answered(self, id: &str, address: &str, attempts: usize) -> String {
        let place = if id == address { String::new() } else { format!(" ({address})") };
        format!("{}{place}", self.instance_answered_briefly(id, attempts))
    }

    /// The same where there is no room for the address.
    pub fn instance_answered_briefly(self, id: &str, attempts: usize) -> String {
        match (self, attempts) {
            (Self::En, 0 | 1) => format!("instance {id}"),
            (Self::En, _) => format!("{id}, {attempts} attempts"),
            (Self::ZhCn, 0 | 1) => format!("实例 {id}"),
            (Self::ZhCn, _) => format!("{id}，{attempts} 次尝试"),
        }
    }

    /// A policy that means one instance.
    pub fn only_instance(self, id: &str) -> String {
        self.pick(format!("always {id}"), format!("始终 {id}"))
    }

    /// `9f3c61 and a71e04`.
    pub fn two_hashes(self, left: &str, right: &str) -> String {
        self.pick(format!("{left} and {right}"), format!("{left} 与 {right}"))
    }

    /// A comment behind a line of one schema.
    pub fn only_in(self, hash: &str, ids: &str) -> String {
        self.pick(format!("// only in {hash}, served by {ids}"), format!("// 仅在 {hash} 中，由 {ids} 提供"))
    }

    /// How far calls came before they failed; of one of them in which time.
    pub fn got_so_far(self, connected: bool, after: Option<&str>) -> String {
        match (connected, after) {
            (true, Some(time)) => {
                self.pick(format!("The connection stood after {time}."), format!("连接在 {time} 后建立。"))
            }
            (true, None) => self.pick("The connections stood.".to_owned(), "连接均已建立。".to_owned()),
            (false, _) => self.pick("No connection came to be.".to_owned(), "未能建立连接。".to_owned()),
        }
    }

    /// Which instances did not answer in time.
    pub fn all_late(self, ids: &[&str], took: &str) -> String {
        let ids = self.few_of(ids);
        self.pick(format!("{ids} did not answer within {took}."), format!("{ids} 在 {took} 内没有应答。"))
    }

    /// How far calls came that were not answered; of one of them in which time.
    pub fn nothing_came(self, after: Option<&str>) -> String {
        match after {
            Some(time) => self.pick(
                format!("The connection stood after {time}, then nothing came."),
                format!("连接在 {time} 后建立，此后没有任何响应。"),
            ),
            None => self.pick(
                "The connections stood, then nothing came.".to_owned(),
                "连接均已建立，此后没有任何响应。".to_owned(),
            ),
        }
    }

    /// What the registry (its name and word, where it has one) and the wire say of instances that failed, after a
    /// sentence.
    pub fn said_of_failed(self, says: Option<(&str, &str)>, wire: Option<&str>) -> String {
        match (says, wire) {
            (Some((registry, health)), Some(wire)) => self.pick(
                format!(" {registry} calls it {health}, its own health says {wire}."),
                format!("{registry} 显示 {health}，其自身 health 为 {wire}。"),
            ),
            (Some((registry, health)), None) => {
                self.pick(format!(" {registry} calls it {health}."), format!("{registry} 显示 {health}。"))
            }
            (None, Some(wire)) => {
                self.pick(format!(" Its own health says {wire}."), format!("其自身 health 为 {wire}。"))
            }
            (None, None) => String::new(),
        }
    }
}

impl Lang {
    /// Why an address leads to no instance.
    pub fn resolve_error(self, error: &ResolveError) -> String {
        match (self, error) {
            (_, ResolveError::Registry(error)) => self.registry_error(error),
            (Self::En, other) => other.to_string(),
            (Self::ZhCn, ResolveError::Target(error)) => format!("目标地址无法理解：{}", self.target_error(error)),
            (Self::ZhCn, ResolveError::Hidden { place, service }) => {
                let place = self.registry_place(place);
                format!("{place} 没有返回 {service} 的实例：要么没有注册，要么被访问控制（ACL）隐藏")
            }
            (Self::ZhCn, ResolveError::Cancelled) => "在注册中心给出实例之前已取消".to_owned(),
            (Self::ZhCn, ResolveError::TooLate { address, limit }) => {
                format!("{address}：注册中心未能在 {} 毫秒的超时内给出实例", limit.as_millis())
            }
            (Self::ZhCn, ResolveError::None { place, none }) => {
                format!("{}：{}", self.registry_place(place), no_instance_zh(none))
            }
        }
    }
}

fn no_instance_zh(none: &NoInstance) -> String {
    let service = &none.service;
    if none.total == 0 {
        return format!("没有 {service} 的实例");
    }
    if let Some(id) = &none.id {
        return format!("{service} 的 {} 个实例中没有 {id}", none.total);
    }
    if none.tagged == 0 {
        return format!("{service} 的 {} 个实例都没有 tag {}", none.total, none.wish.tags.join("、"));
    }
    if none.healthy == 0 {
        let (wanted, way) = match none.wish.passing {
            Some(true) => ("passing", "去掉 passing=true"),
            _ => ("passing 或 warning", "写上 passing=false 即可仍然调用"),
        };
        return format!("{service} 没有 {wanted} 的实例：{}（{way}）", found_zh(&none.found));
    }
    format!("{service} 的实例都没有注册端口：{}", found_zh(&none.found))
}

/// `2 个 critical、1 个维护中`.
fn found_zh(found: &[(Health, usize)]) -> String {
    let parts: Vec<String> = found.iter().map(|(health, count)| Lang::ZhCn.health_count(*count, *health)).collect();
    parts.join("、")
}

#[cfg(test)]
mod tests {
    use super::Lang;

    #[test]
    fn a_few_are_named_and_the_others_counted() {
        let names: Vec<String> = (1..=9).map(|number| format!("n{number}")).collect();
        let check = |count: usize, en: &str, zh: &str| {
            assert_eq!(Lang::En.few_of(&names[..count]), en);
            assert_eq!(Lang::ZhCn.few_of(&names[..count]), zh);
        };
        check(0, "", "");
        check(2, "n1, n2", "n1、n2");
        check(7, "n1, n2, n3, n4, n5, n6, n7", "n1、n2、n3、n4、n5、n6、n7");
        check(9, "n1, n2, n3, n4, n5, n6 and 3 more", "n1、n2、n3、n4、n5、n6 等 9 个");
    }

    #[test]
    fn who_answered_comes_before_where_it_is() {
        assert_eq!(Lang::En.instance_answered("9001", "h:9001", 1), "instance 9001 (h:9001)");
        assert_eq!(Lang::En.instance_answered("inv-4", "h:9004", 3), "inv-4, 3 attempts (h:9004)");
        assert_eq!(Lang::ZhCn.instance_answered("h:1", "h:1", 2), "h:1，2 次尝试");
    }
}
