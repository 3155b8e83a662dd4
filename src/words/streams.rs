//! Words of the list of a stream's messages, of saving, and of trying again.

use std::time::Duration;

use super::table::word_table;
use super::{Lang, format};
use crate::engine::FilterFault;

word_table! {
    /// The words of streams.
    StreamWords, streams:
    filter: "Filter by text, field path, size", "按文本、字段路径、大小筛选";
    filter_help: "All words must hold, upper or lower case:\ntext or \"two words\" anywhere in the message\nname:foo, order.items.sku:tea: a field that has it\nname=foo: a field that is exactly it\n>1KB, <=100: by size in bytes\n-word: without it", "各条件须同时满足，不区分大小写：\n文本或 \"两个 词\"：消息中包含\nname:foo、order.items.sku:tea：字段包含\nname=foo：字段等于\n>1KB、<=100：按字节大小\n-词：不包含";
    all: "All", "全部";
    pause: "Pause the list; the stream goes on", "暂停列表（stream 继续）";
    resume: "Resume", "继续";
    paused: "List paused", "列表已暂停";
    copy_all: "Copy what is listed as lines of JSON", "以 JSON Lines 复制列表内容";
    save_all: "Save what is listed…", "保存列表内容…";
    no_match: "No message fits the filter", "没有符合筛选条件的消息";
    no_match_hint: "Those that come are looked at too.", "新到的消息也会参与筛选。";
    copying: "Copying what is listed", "正在复制列表内容";
    copy_json: "Copy as JSON", "复制为 JSON";
    sent_messages: "Messages that were sent", "已发送的消息";
    take_back: "Take it back into the editor", "放回编辑器";
    stop_saving: "Stop", "停止";
}

impl Lang {
    /// "1,204 of 100,000".
    pub fn some_of(self, some: u64, all: u64) -> String {
        let (some, all) = (format::count(some), format::count(all));
        self.pick(format!("{some} of {all}"), format!("{some} / {all}"))
    }

    /// "1,203 new below".
    pub fn new_below(self, count: u64) -> String {
        let count = format::count(count);
        self.pick(format!("{count} new below"), format!("下方有 {count} 条新消息"))
    }

    /// "12 messages, 243 B".
    pub fn messages_and_bytes(self, count: u64, bytes: u64) -> String {
        let (number, size) = (format::count(count), format::bytes(bytes));
        let noun = if count == 1 { "message" } else { "messages" };
        self.pick(format!("{number} {noun}, {size}"), format!("{number} 条，{size}"))
    }

    /// What was copied, of how many.
    pub fn copied(self, lines: u64, of: u64) -> String {
        let (some, all) = (format::count(lines), format::count(of));
        if lines == of {
            let noun = if lines == 1 { "message" } else { "messages" };
            return self.pick(format!("{some} {noun} copied"), format!("已复制 {some} 条消息"));
        }
        self.pick(
            format!("Copied the first {some} of {all}: the clipboard takes 16 MB. Saving takes all."),
            format!("已复制前 {some} / {all} 条：剪贴板最多 16 MB，保存可得到全部。"),
        )
    }

    /// What is not understood in a filter.
    pub fn filter_fault(self, fault: &FilterFault) -> String {
        match fault {
            FilterFault::OpenQuote(text) => {
                self.pick(format!("The quote does not end: {text}"), format!("引号没有结束：{text}"))
            }
            FilterFault::BadSize(text) => self.pick(
                format!("{text} is no size. Write >1KB, <100 or >=2MB."),
                format!("{text} 不是大小，请写成 >1KB、<100 或 >=2MB。"),
            ),
            FilterFault::NoValue(text) => self.pick(
                format!("{text} what? Write a value behind it, or \"\" for an empty one."),
                format!("{text} 后面缺少值；空值请写成 \"\"。"),
            ),
            FilterFault::NothingNegated => self.pick(
                "A minus takes away what follows it; nothing does.".to_owned(),
                "减号表示排除其后的条件，但后面没有内容。".to_owned(),
            ),
        }
    }

    /// "68 B on the wire", of a compressed message.
    pub fn compressed_to(self, size: &str) -> String {
        self.pick(format!("{size} on the wire"), format!("线上 {size}"))
    }

    /// "Save 4,812 messages".
    pub fn save_messages(self, count: u64) -> String {
        let number = format::count(count);
        let noun = if count == 1 { "message" } else { "messages" };
        self.pick(format!("Save {number} {noun}"), format!("保存 {number} 条消息"))
    }

    /// How a file of messages is made.
    pub fn save_messages_how(self) -> &'static str {
        match self {
            Self::En => "One message a line, as JSON (NDJSON). A typed path works as well as the dialog.",
            Self::ZhCn => "每行一条 JSON 消息（NDJSON）。可直接输入路径，也可用对话框选择。",
        }
    }

    /// "Save 2 certificates".
    pub fn save_certificates(self, count: usize) -> String {
        let noun = if count == 1 { "certificate" } else { "certificates" };
        self.pick(format!("Save {count} {noun}"), format!("保存 {count} 张证书"))
    }

    /// How a file of certificates is made.
    pub fn save_certificates_how(self) -> &'static str {
        match self {
            Self::En => "PEM, in the order in which the server sent them.",
            Self::ZhCn => "PEM 格式，按服务器发送的顺序。",
        }
    }

    /// "Retry after 3 s".
    pub fn retry_after(self, delay: Duration) -> String {
        let time = short(delay);
        self.pick(format!("Retry after {time}"), format!("{time} 后重试"))
    }

    /// "Sending again in 2.4 s".
    pub fn sending_again_in(self, left: Duration) -> String {
        // Rounded up, so that it does not stand at nothing.
        let tenths = left.as_millis().div_ceil(100);
        let time = format!("{}.{} s", tenths / 10, tenths % 10);
        self.pick(format!("Sending again in {time}"), format!("{time} 后重新发送"))
    }
}

/// `3 s`, `250 ms`, `2 min 5 s`: whole numbers where they say all.
fn short(time: Duration) -> String {
    if time.subsec_nanos() == 0 && time.as_secs() < 60 {
        format!("{} s", time.as_secs())
    } else if time < Duration::from_mins(1) && time.subsec_millis().is_multiple_of(100) {
        format!("{}.{} s", time.as_secs(), time.subsec_millis() / 100)
    } else if time < Duration::from_secs(1) {
        format!("{} ms", time.as_millis())
    } else {
        format::duration(time)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::Lang;

    #[test]
    fn times_until_a_retry() {
        let lang = Lang::En;
        for (ms, expect) in [(3_000, "Retry after 3 s"), (250, "Retry after 250 ms"), (1_500, "Retry after 1.5 s")] {
            assert_eq!(lang.retry_after(Duration::from_millis(ms)), expect);
        }
        assert_eq!(lang.sending_again_in(Duration::from_millis(2_301)), "Sending again in 2.4 s");
    }
}
