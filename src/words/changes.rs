//! Words of what can be taken back and of what is added beside it: settings, removed sources, trust; and the name of the
//! line of facts, which no picture writes out.

use super::Lang;
use super::table::word_table;

word_table! {
    /// The words of changes that can be taken back, and of trust that is added.
    ChangeWords, changes:
    facts: "Facts of the response", "响应概要";
    // Settings.
    applies_at_once: "Changes apply at once.", "更改立即生效。";
    // A trust that is added.
    add_trust: "Add…", "添加…";
    add_trust_name: "Add a certificate", "添加证书";
    add_trust_title: "Trust a certificate for an address", "为某个地址信任证书";
    trust_as: "The file is", "文件内容";
    trust_as_ca: "a CA that signs for it", "为其签发证书的 CA";
    trust_as_own: "the server's own certificate", "服务器自己的证书";
    trust_no_address: "Type the address that this is for.", "请输入此证书对应的地址。";
    trust_no_path: "Type the path of a PEM or DER file, or choose one.", "请输入 PEM 或 DER 文件路径，或选择文件。";
    trust_hint: "Goes with every request to this address, from its next connection on.", "从下一次建立连接起，用于发往该地址的所有请求。";
    // Sources that were removed.
    removed_title: "Source removed", "来源已移除";
    // What goes with reflection alone.
    reflection_rows: "Only for reflection", "仅用于 reflection";
    reflection_hint: "Sent when the schema is read, never with calls.", "仅在读取 schema 时发送，不随调用发送。";
}

impl Lang {
    /// Under the list of settings: that changes apply at once, and how they are taken back.
    pub fn settings_note(self, undo_key: Option<&str>) -> String {
        let at_once = self.changes().applies_at_once;
        match (self, undo_key) {
            (_, None) => at_once.to_owned(),
            (Self::En, Some(key)) => format!("{} and can be undone with {key}.", at_once.trim_end_matches('.')),
            (Self::ZhCn, Some(key)) => format!("{}，可按 {key} 撤销。", at_once.trim_end_matches('。')),
        }
    }

    /// What became of the rows of metadata of a source that was removed.
    pub fn removed_source(self, title: &str, address: &str, dropped_rows: usize, kept_rows: usize) -> String {
        match (self, dropped_rows, kept_rows) {
            (_, 0, 0) => title.to_owned(),
            (Self::En, 0, kept) => {
                format!("{title}. {} of {address} stay: requests or recent targets use that address.", rows(kept))
            }
            (Self::En, dropped, _) => {
                format!("{title}, and with it {} of {address}: nothing else uses it.", rows(dropped))
            }
            (Self::ZhCn, 0, kept) => {
                format!("{title}。{address} 的 {kept} 行 metadata 已保留：仍有请求或最近目标使用该地址。")
            }
            (Self::ZhCn, dropped, _) => {
                format!("{title}。{address} 的 {dropped} 行 metadata 一并移除：没有其他地方使用该地址。")
            }
        }
    }
}

fn rows(count: usize) -> String {
    if count == 1 { "1 row of metadata".to_owned() } else { format!("{count} rows of metadata") }
}

#[cfg(test)]
mod tests {
    use super::Lang;

    #[test]
    fn a_removed_source_says_what_became_of_its_metadata() {
        for (lang, dropped, kept, expect) in [
            (Lang::En, 0, 0, "shop"),
            (Lang::En, 1, 0, "shop, and with it 1 row of metadata of a:1: nothing else uses it."),
            (Lang::En, 0, 2, "shop. 2 rows of metadata of a:1 stay: requests or recent targets use that address."),
            (Lang::ZhCn, 1, 0, "shop。a:1 的 1 行 metadata 一并移除：没有其他地方使用该地址。"),
        ] {
            assert_eq!(lang.removed_source("shop", "a:1", dropped, kept), expect);
        }
    }

    #[test]
    fn the_note_names_the_key_that_is_set() {
        assert_eq!(Lang::En.settings_note(Some("Ctrl Z")), "Changes apply at once and can be undone with Ctrl Z.");
        assert_eq!(Lang::ZhCn.settings_note(Some("F9")), "更改立即生效，可按 F9 撤销。");
        assert_eq!(Lang::En.settings_note(None), "Changes apply at once.");
    }
}
