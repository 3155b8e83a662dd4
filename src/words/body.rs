//! The words of texts that are read: bodies and messages, what their values mean, and how they are saved.

use super::table::word_table;
use super::{Lang, format};
use crate::engine::{NotSaved, SaveFault};

word_table! {
    /// The words of texts that are read.
    BodyWords, body:
    find: "Find", "查找";
    find_in_text: "Find in this text", "在文本中查找";
    fold_all: "Fold all", "全部折叠";
    unfold_all: "Unfold all", "全部展开";
    copy_selected: "Copy the selection", "复制选中内容";
    copy_value: "Copy value", "复制值";
    copy_path: "Copy path", "复制路径";
    copy_line: "Copy line", "复制整行";
    copy_all: "Copy all", "复制全部";
    wrap: "Wrap long lines", "长行自动换行";
    show_less: "Show less", "收起";
    save: "Save…", "保存…";

    save_title: "Save the message", "保存消息";
    save_as: "Save as", "保存为";
    save_json: "JSON as shown", "显示的 JSON";
    save_bytes: "Protobuf bytes", "protobuf 字节";
    save_only_bytes: "Its JSON was not made, so its protobuf bytes are saved.", "没有生成 JSON，因此保存 protobuf 字节。";
    save_file: "File", "文件";
    save_replace: "Replace it", "替换";
    save_missing: "Type where to save it.", "请输入保存位置。";
    save_done: "Saved", "已保存";

    given_up: "Formatting was given up", "已放弃格式化";
    show_it: "Show it", "显示";
    cutting: "Preparing the text", "正在准备文本";
    cutting_given_up: "The text was not prepared", "文本没有准备完成";
    cutting_given_up_why: "You stopped it. The draft itself is unchanged and can be sent.", "已按你的要求停止。草稿没有改动，仍可发送。";

    said_hex: "hex", "十六进制";
    said_bytes: "as a size", "作为大小";
    said_seconds: "as Unix s", "按 Unix 秒";
    said_millis: "as Unix ms", "按 Unix 毫秒";
    said_micros: "as Unix µs", "按 Unix 微秒";
    said_nanos: "as Unix ns", "按 Unix 纳秒";
    said_local: "local", "本地时间";
    said_relative: "relative", "相对时间";
    said_utc: "UTC", "UTC";
    said_unix: "Unix", "Unix 时间";
    said_length: "length", "长度";
    said_text: "text", "文本";
    said_kind: "kind", "类型";
    said_span: "in words", "时长";
    said_number: "number", "编号";
    said_grouped: "value", "数值";
    empty_bytes: "no bytes", "没有字节";
}

impl Lang {
    /// "Show all 3.1 MB": the rest of a very long line.
    pub fn show_all(self, bytes: usize) -> String {
        let size = format::bytes(bytes as u64);
        self.pick(format!("Show all {size}"), format!("显示全部 {size}"))
    }

    /// "12 items": what a folded bracket holds.
    pub fn items(self, count: u32) -> String {
        let number = format::count(u64::from(count));
        let en = if count == 1 { "1 item".to_owned() } else { format!("{number} items") };
        self.pick(en, format!("{number} 项"))
    }

    /// "Fold line 8": counts from 1.
    pub fn fold_line(self, line: usize, is_folded: bool) -> String {
        if is_folded {
            self.pick(format!("Unfold line {line}"), format!("展开第 {line} 行"))
        } else {
            self.pick(format!("Fold line {line}"), format!("折叠第 {line} 行"))
        }
    }

    /// "3 of 1,204"; `at` counts from 1, `and_more` says that there are more than were counted.
    pub fn hits(self, at: Option<usize>, all: usize, and_more: bool) -> String {
        let number = format::count(all as u64);
        let all = if and_more { format!("{number}+") } else { number };
        match at {
            Some(at) => {
                let at = format::count(at as u64);
                self.pick(format!("{at} of {all}"), format!("第 {at} 个，共 {all} 个"))
            }
            None => self.pick(all.clone(), format!("共 {all} 个")),
        }
    }

    /// "3 min ago", "in 2 days": from a moment to now, in seconds; negative ahead.
    pub fn ago(self, seconds: i64) -> String {
        let length = seconds.unsigned_abs();
        let (count, en, zh) = match length {
            0..60 => (length, "s", "秒"),
            60..3_600 => (length / 60, "min", "分钟"),
            3_600..86_400 => (length / 3_600, "h", "小时"),
            86_400..5_184_000 => (length / 86_400, "days", "天"),
            5_184_000..63_072_000 => (length / 2_592_000, "months", "个月"),
            _ => (length / 31_536_000, "years", "年"),
        };
        let en = if count == 1 { en.trim_end_matches('s') } else { en };
        let en = if en.is_empty() { "s" } else { en };
        match (seconds, count) {
            (_, 0) => self.pick("just now".to_owned(), "刚刚".to_owned()),
            (0.., _) => self.pick(format!("{count} {en} ago"), format!("{count} {zh}前")),
            _ => self.pick(format!("in {count} {en}"), format!("{count} {zh}后")),
        }
    }

    /// "1 h 2 min 3.5 s": a span of time, in seconds and nanoseconds.
    pub fn span(self, seconds: u64, nanos: u32) -> String {
        let (days, hours, minutes, rest) = (seconds / 86_400, seconds / 3_600 % 24, seconds / 60 % 60, seconds % 60);
        let mut parts = Vec::new();
        for (count, en, zh) in [(days, "d", "天"), (hours, "h", "小时"), (minutes, "min", "分钟")] {
            if count > 0 {
                parts.push(self.pick(format!("{count} {en}"), format!("{count} {zh}")));
            }
        }
        let second = self.pick("s".to_owned(), "秒".to_owned());
        if rest > 0 || nanos > 0 || parts.is_empty() {
            let fraction = format!("{nanos:09}");
            let fraction = fraction.trim_end_matches('0');
            let dot = if fraction.is_empty() { "" } else { "." };
            parts.push(format!("{rest}{dot}{fraction} {second}"));
        }
        parts.join(" ")
    }

    /// "300 bytes".
    pub fn byte_count(self, count: usize) -> String {
        let number = format::count(count as u64);
        let en = if count == 1 { "1 byte".to_owned() } else { format!("{number} bytes") };
        self.pick(en, format!("{number} 字节"))
    }

    /// Where it was saved.
    pub fn saved(self, path: &str, bytes: u64) -> String {
        let size = format::bytes(bytes);
        self.pick(format!("{size} in {path}"), format!("{size}，位于 {path}"))
    }

    /// Why it could not be saved, and what to do.
    pub fn not_saved(self, not: &NotSaved) -> String {
        let (path, detail) = (not.path.display(), &not.detail);
        match not.fault {
            SaveFault::Exists => self.pick(
                format!("{path} is there already. Replace it, or type another name."),
                format!("{path} 已存在。可以替换它，或换一个文件名。"),
            ),
            SaveFault::Relative => self.pick(
                format!("{path} does not say in which folder. Type the whole path, from / or ~ on."),
                format!("{path} 没有指明目录。请输入完整路径（以 / 或 ~ 开头）。"),
            ),
            SaveFault::NoFolder => self.pick(
                format!("{path} was not written: its folder does not exist. Make it, or choose another."),
                format!("无法写入 {path}：所在目录不存在。请先创建目录，或选择其他位置。"),
            ),
            SaveFault::Forbidden => self.pick(
                format!("{path} was not written: you may not write there. Choose another folder."),
                format!("无法写入 {path}：没有写入权限。请选择其他目录。"),
            ),
            SaveFault::IsFolder => self.pick(
                format!("{path} is a folder. Add a name for the file."),
                format!("{path} 是目录。请补上文件名。"),
            ),
            SaveFault::Full => self.pick(
                format!("{path} was not written: the disk is full. Free some room, or choose another disk."),
                format!("无法写入 {path}：磁盘已满。请清理空间，或选择其他磁盘。"),
            ),
            SaveFault::Stopped => self.pick("It was stopped.".to_owned(), "已停止。".to_owned()),
            SaveFault::Gone => self.pick(
                format!("There is nothing to save any more: {detail}. Send the request again."),
                format!("内容已不存在：{detail}。请重新发送请求。"),
            ),
            SaveFault::Other => self.pick(
                format!("{path} was not written: {detail}. Choose another place."),
                format!("无法写入 {path}：{detail}。请选择其他位置。"),
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_word_is_there_in_both_languages() {
        for ((name, en), (_, zh)) in Lang::En.body().all().into_iter().zip(Lang::ZhCn.body().all()) {
            assert!(!en.is_empty() && !zh.is_empty(), "{name}");
            assert!(name == "said_utc" || en != zh, "{name} is not translated");
        }
    }

    #[test]
    fn counts_and_times_read_well() {
        let check = |seconds, en: &str, zh: &str| {
            assert_eq!((Lang::En.ago(seconds).as_str(), Lang::ZhCn.ago(seconds).as_str()), (en, zh));
        };
        check(0, "just now", "刚刚");
        check(1, "1 s ago", "1 秒前");
        check(45, "45 s ago", "45 秒前");
        check(-90, "in 1 min", "1 分钟后");
        check(86_400, "1 day ago", "1 天前");
        check(-86_400 * 40, "in 40 days", "40 天后");
        check(86_400 * 365 * 17, "17 years ago", "17 年前");
        assert_eq!(Lang::En.span(3_723, 500_000_000), "1 h 2 min 3.5 s");
        assert_eq!(Lang::ZhCn.span(86_400, 0), "1 天");
        assert_eq!(Lang::En.span(0, 0), "0 s");
        assert_eq!(Lang::En.hits(Some(3), 1204, false), "3 of 1,204");
        assert_eq!(Lang::En.hits(None, 100_000, true), "100,000+");
        assert_eq!(Lang::ZhCn.items(12), "12 项");
        assert_eq!(Lang::En.items(1), "1 item");
    }
}
