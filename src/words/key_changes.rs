//! The words of what was changed of keys, of taking it back, and of what is kept of it.

use super::table::word_table;
use super::{KeysAct, Lang, format};

word_table! {
    /// The words of changes of keys.
    KeyChangeWords, key_changes:
    undo_all: "Undo all…", "全部撤销…";
    after_restart: "cannot be undone after a restart", "重启后无法撤销";
    too_old: "too old to be undone", "已太旧，无法撤销";
    already_back: "nothing left to undo", "没有可撤销的内容";
    undo_each: "Each key gets back what it had, only if it is still as it is listed here.", "仅当每个键仍与此列表一致时，才会恢复之前的内容。";
    is_deleted: "is deleted", "将被删除";
    is_created: "is created again", "将重新创建";
    unknown_written: "The registry was opened anew before it answered: it is not known whether this was written.", "注册中心在应答之前被重新打开：不知道是否已写入。";
    new_unsent: "A new key was typed and not created.", "有一个新键已输入但尚未创建。";
    go_on: "Go on…", "继续…";
    no_text_kept: "Bytes that are no text: not kept for the next start", "不是文本的字节：不会保留到下次启动";
    formatted: "formatted", "已格式化";
    secret_new: "Looks like a secret: the value is not kept for the next start", "看起来是机密：值不会保留到下次启动";
}

impl Lang {
    /// `1 unsaved edit`: of the keys below a folder.
    pub fn unsaved_edits(self, count: usize) -> String {
        let edits = if count == 1 { "unsaved edit" } else { "unsaved edits" };
        self.pick(format!("{count} {edits}"), format!("{count} 处未保存"))
    }

    /// What the first key of a move becomes.
    pub fn first_moved(self, old: &str, new: &str, copy: bool) -> String {
        if copy {
            self.pick(format!("{old} is copied to {new}"), format!("{old} 会复制为 {new}"))
        } else {
            self.pick(format!("{old} becomes {new}"), format!("{old} 会变为 {new}"))
        }
    }

    /// An act on many keys that was done: `19 keys below user/ deleted`.
    pub fn keys_act_done(self, act: KeysAct<'_>, count: usize) -> String {
        let keys = self.keys_count(count);
        match act {
            KeysAct::Delete(path) => {
                let below = self.keys_below(&keys, path);
                self.pick(format!("{below} deleted"), format!("已删除{}{below}", gap(self, &below)))
            }
            KeysAct::Move(from, to) => {
                self.pick(format!("{keys}: {from} renamed to {to}"), format!("{keys}：{from} 重命名为 {to}"))
            }
            KeysAct::Copy(from, to) => {
                self.pick(format!("{keys}: {from} copied to {to}"), format!("{keys}：{from} 复制到 {to}"))
            }
            KeysAct::Import => self.pick(format!("{keys} imported"), format!("已导入 {keys}")),
            KeysAct::UndoAct(path) | KeysAct::Undo(path) => {
                let below = self.keys_below(&keys, path);
                self.pick(format!("{below} put back"), format!("已恢复{}{below}", gap(self, &below)))
            }
            KeysAct::Create(_) => self.pick(format!("{keys} created"), format!("已创建 {keys}")),
        }
    }

    /// The same in two lines: where, and what was done there.
    pub fn keys_act_lines(self, act: KeysAct<'_>, count: usize) -> [String; 2] {
        let keys = self.keys_count(count);
        let (place, [en, zh]) = match act {
            KeysAct::Delete(path) => (path.to_owned(), ["deleted", "已删除"]),
            KeysAct::Move(from, to) => (format!("{from} → {to}"), ["renamed", "已重命名"]),
            KeysAct::Copy(from, to) => (format!("{from} → {to}"), ["copied", "已复制"]),
            KeysAct::Import => (String::new(), ["imported", "已导入"]),
            KeysAct::UndoAct(path) | KeysAct::Undo(path) => (path.to_owned(), ["put back", "已恢复"]),
            KeysAct::Create(path) => (path.to_owned(), ["created", "已创建"]),
        };
        let place = if place.is_empty() { self.key_values().import_title.to_owned() } else { place };
        [place, self.pick(format!("{keys} {en}"), format!("{zh} {keys}"))]
    }

    fn keys_below(self, keys: &str, path: &str) -> String {
        if path.is_empty() {
            return keys.to_owned();
        }
        self.pick(format!("{keys} below {path}"), format!("{path} 下的 {keys}"))
    }

    /// The name of what unfolds an act into its changes.
    pub fn show_each(self, count: usize, is_open: bool) -> String {
        let count = format::count(count as u64);
        if is_open {
            self.pick(format!("Show these {count} keys as one"), format!("将这 {count} 个键合并显示"))
        } else {
            self.pick(format!("Show these {count} keys one by one"), format!("逐个显示这 {count} 个键"))
        }
    }

    /// `Undo 19 changes below user/?`
    pub fn undo_act_title(self, count: usize, path: &str) -> String {
        let number = format::count(count as u64);
        let changes = if count == 1 { "change" } else { "changes" };
        if path.is_empty() {
            return self.pick(format!("Undo {number} {changes}?"), format!("撤销 {number} 处变更？"));
        }
        self.pick(format!("Undo {number} {changes} below {path}?"), format!("撤销 {path} 下的 {number} 处变更？"))
    }

    /// The button that does so.
    pub fn undo_act_confirm(self, count: usize) -> String {
        let number = format::count(count as u64);
        let changes = if count == 1 { "change" } else { "changes" };
        self.pick(format!("Undo {number} {changes}"), format!("撤销 {number} 处变更"))
    }

    /// So many changes of an act cannot be taken back.
    pub fn undo_left(self, count: usize) -> String {
        let number = format::count(count as u64);
        self.pick(
            format!("{number} more cannot be undone: what was there before is not kept."),
            format!("另有 {number} 处无法撤销：没有保留之前的内容。"),
        )
    }

    /// What a key gets back.
    pub fn gets_back(self, bytes: usize) -> String {
        let size = format::bytes(bytes as u64);
        self.pick(format!("gets {size} back"), format!("恢复为 {size}"))
    }

    /// The same where somebody's later value is replaced.
    pub fn replaces_later(self, what: &str, index: u64) -> String {
        self.pick(format!("{what}, over a later write at {index}"), format!("{what}，覆盖之后在 {index} 的写入"))
    }

    /// What taking a change back does where the key was written again since: `now` and `before` are values or sizes.
    pub fn undo_later_said(self, key: &str, index: u64, now: &str, before: Option<&str>) -> String {
        match before {
            Some(before) => self.pick(
                format!("{key} was written again since that change: it is at index {index} now, with {now}. That is replaced by {before}, which it had before the change, if nobody writes it meanwhile."),
                format!("那次变更之后 {key} 又被写入：现在是 index {index}，内容为 {now}。若期间没有人再写入，它会被替换为变更之前的 {before}。"),
            ),
            None => self.pick(
                format!("{key} was written again since that change: it is at index {index} now, with {now}. It is deleted, if nobody writes it meanwhile."),
                format!("那次变更之后 {key} 又被写入：现在是 index {index}，内容为 {now}。若期间没有人再写入，它会被删除。"),
            ),
        }
    }

    /// The same where it was deleted since.
    pub fn undo_gone_said(self, key: &str) -> String {
        self.pick(
            format!("{key} was deleted since that change. It is created again with the value that it had before, if nobody else has created it."),
            format!("那次变更之后 {key} 被删除。如果没有其他人创建它，会用之前的值重新创建。"),
        )
    }
}

/// Chinese stands apart from Latin letters and digits.
fn gap(lang: Lang, next: &str) -> &'static str {
    if lang == Lang::ZhCn && next.starts_with(|c: char| c.is_ascii()) { " " } else { "" }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn acts_are_named_with_their_keys() {
        let check = |act: KeysAct<'_>, count: usize, en: &str, zh: &str| {
            assert_eq!(Lang::En.keys_act_done(act, count), en);
            assert_eq!(Lang::ZhCn.keys_act_done(act, count), zh);
        };
        check(KeysAct::Delete("user/"), 19, "19 keys below user/ deleted", "已删除 user/ 下的 19 个键");
        check(KeysAct::Delete("用户/"), 2, "2 keys below 用户/ deleted", "已删除用户/ 下的 2 个键");
        check(KeysAct::Move("a/", "b/"), 1, "1 key: a/ renamed to b/", "1 个键：a/ 重命名为 b/");
        check(KeysAct::Import, 3, "3 keys imported", "已导入 3 个键");
        check(KeysAct::UndoAct(""), 3, "3 keys put back", "已恢复 3 个键");
        let lines = |lang: Lang, act| lang.keys_act_lines(act, 2).join("|");
        assert_eq!(lines(Lang::En, KeysAct::Move("a/", "b/")), "a/ → b/|2 keys renamed");
        assert_eq!(lines(Lang::ZhCn, KeysAct::Delete("a/")), "a/|已删除 2 个键");
        assert_eq!(lines(Lang::En, KeysAct::Import), "Import keys|2 keys imported");
    }
}
