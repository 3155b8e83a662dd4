//! Status codes in words (grpc/doc/statuscodes.md), and the labels of rich error details.

use super::Lang;
use super::table::word_table;
use crate::call::{Code, Origin};

word_table! {
    /// The labels of rich error details.
    DetailWords, details:
    bad_request: "Fields that are wrong", "有误的字段";
    field: "Field", "字段";
    reason: "Reason", "原因";
    retry: "Try again later", "稍后重试";
    debug: "For whoever debugs the server", "服务端调试信息";
    quota: "A quota is used up", "配额已用尽";
    precondition: "What has to be so first", "需要先满足的条件";
    subject: "Subject", "对象";
    error_info: "Cause", "错误原因";
    domain: "Domain", "域";
    request_info: "Request", "请求信息";
    request_id: "Request id", "请求 ID";
    serving_data: "Serving data", "服务数据";
    resource: "Resource", "资源";
    resource_type: "Type", "类型";
    owner: "Owner", "所有者";
    description: "Description", "说明";
    help: "Where to read on", "参考链接";
    localized: "In other words", "说明文字";
    unknown: "Detail", "详情";
    as_bytes: "Its type is not known here, so these are its bytes as base64", "类型未知，以下是 base64 字节";
    show_json: "Show as JSON", "查看 JSON";
    hide_json: "Hide the JSON", "收起 JSON";
    open_link: "Opens in the browser", "在浏览器中打开";
    no_link: "Only http and https are opened", "只会打开 http 和 https 链接";
}

impl Lang {
    /// What a code means, as the second part of "5 NOT_FOUND — …".
    pub fn status_meaning(self, code: Code) -> &'static str {
        let (en, zh) = match code.0 {
            0 => ("all went well", "一切正常"),
            1 => ("the call was cancelled, mostly by the caller", "调用被取消，通常由调用方取消"),
            2 => ("an error that says nothing of its kind", "未说明类型的错误"),
            3 => ("what was sent can never be right, whatever the state", "请求本身有误，与系统状态无关"),
            4 => (
                "the time ran out before it was done; it may have been done all the same",
                "在完成之前超时，操作仍可能已生效",
            ),
            5 => ("what was asked for does not exist", "请求的对象不存在"),
            6 => ("what was to be made is there already", "要创建的对象已存在"),
            7 => ("the caller is known, but may not do this", "身份已确认，但没有权限"),
            8 => ("a limit is reached: a quota, a size, the disk", "达到上限：配额、大小或磁盘空间"),
            9 => (
                "the system is not in the state that this needs; trying again does not help",
                "系统状态不满足要求，直接重试没有用",
            ),
            10 => {
                ("it met with another change; the whole of it may be tried again", "与其他修改冲突，可从头重试整个操作")
            }
            11 => ("past the end of what there is", "超出有效范围"),
            12 => ("the server does not have this method", "服务器没有这个方法"),
            13 => ("something inside broke a rule that must hold", "内部错误，违反了必须成立的约束"),
            14 => ("the service cannot be had now; it may be tried again", "服务暂时不可用，可以重试"),
            15 => ("data is lost or damaged beyond repair", "数据丢失或损坏，无法恢复"),
            16 => ("the server does not know who calls", "服务器无法确认调用方身份"),
            _ => ("a number that gRPC does not know", "gRPC 未定义的状态码"),
        };
        match self {
            Self::En => en,
            Self::ZhCn => zh,
        }
    }

    /// "5 NOT_FOUND — what was asked for does not exist".
    pub fn status_line(self, code: Code) -> String {
        format!("{} {} — {}", code.0, code.name(), self.status_meaning(code))
    }

    /// Who decided it, as a sentence.
    pub fn who_said(self, origin: Origin, peer: &str) -> String {
        match origin {
            Origin::Server if peer.is_empty() => {
                self.pick("The server said so.".to_owned(), "由服务器返回。".to_owned())
            }
            Origin::Server => self.pick(
                format!("{peer} said so: the server, or a proxy in its name."),
                format!("由 {peer} 返回：服务器或其代理。"),
            ),
            Origin::Transport => self.pick(
                "The connection broke or never came to be; no server said this.".to_owned(),
                "连接中断或未能建立，并非服务器返回。".to_owned(),
            ),
            Origin::Local => {
                self.pick("Decided here, not by the server.".to_owned(), "由本机决定，并非服务器返回。".to_owned())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::{Code, Lang};

    #[test]
    fn every_code_has_its_own_meaning_in_both_languages() {
        for lang in [Lang::En, Lang::ZhCn] {
            let meanings: BTreeSet<&str> = (0..=17).map(|code| lang.status_meaning(Code(code))).collect();
            assert_eq!(meanings.len(), 18);
        }
        assert_eq!(Lang::En.status_line(Code(5)), "5 NOT_FOUND — what was asked for does not exist");
    }
}
