//! The words of keys and values.

use super::table::word_table;
use super::{Lang, format};
use crate::engine::{FileFault, JsonFault, KeyDelta};

word_table! {
    /// The words of keys and values.
    KeyWords, key_values:
    key_field: "Key", "键名";
    value_field: "Value", "内容";
    import: "Import…", "导入…";
    export: "Export…", "导出…";
    new_key: "New key…", "新建键…";
    new_here: "New key here…", "在此新建键…";
    search: "Search keys and values", "搜索键和值";
    tree: "Keys", "键列表";
    face: "Show the value as", "值的显示方式";
    text: "Text", "文本";
    json: "JSON", "JSON";
    hex: "Hex", "十六进制";
    writes_if: "Writes only if the index is still the one you saw", "仅当 index 仍是你看到的那个时才会写入";
    creates_if: "Writes only if there is no such key yet", "仅当还没有这个键时才会写入";
    is_read_only: "Read-only: nothing is written here", "只读：不会写入任何内容";
    make_writable: "Allow writing", "允许写入";
    discard: "Discard", "放弃";
    changed: "changed", "已变更";
    deleted: "deleted", "已删除";
    unsaved: "not saved", "未保存";
    mine: "Mine", "我的";
    theirs: "Theirs", "对方的";
    compare: "Compare the two", "对比两者";
    edit_again: "Go on editing", "继续编辑";
    take_theirs: "Take theirs", "采用对方的";
    create_again: "Create it again…", "重新创建…";
    leave_mine: "Discard mine", "放弃我的";
    changed_lead: "Someone else changed this key while you were editing.", "在你编辑期间，有人修改了这个键。";
    deleted_lead: "Someone else deleted this key while you were editing.", "在你编辑期间，有人删除了这个键。";
    refused_lead: "Someone else was first: nothing was written.", "有人抢先写入：你的内容没有写入。";
    refused_said: "The key is being read again. Your text is kept here.", "正在重新读取这个键。你的文本保留在这里。";
    not_written: "Not written.", "没有写入。";
    all_same: "Both are the same", "两者相同";
    this_key: "This key", "此键";
    which_changes: "Which changes", "哪些变更";
    show_changes: "Show the changes", "显示变更";
    undo: "Undo…", "撤销…";
    by_us: "by Proconsul, this machine", "由本机 Proconsul 写入";
    by_others: "written by someone else", "由其他人写入";
    first_seen: "first seen", "首次看到";
    before_look: "created before you looked", "在你查看之前创建";
    no_changes: "No changes yet", "还没有变更";
    no_changes_hint: "What this window writes is listed here, and what others write while you look.", "本窗口的写入，以及查看期间其他人的写入，都会列在这里。";
    no_key: "No key is chosen", "没有选择键";
    no_key_hint: "Choose one in the tree to read and edit its value.", "在树中选择一个键，即可查看和编辑它的值。";
    no_keys: "No keys yet", "还没有键";
    no_keys_hint: "Create the first one, or import what consul kv export wrote.", "创建第一个键，或导入 consul kv export 导出的文件。";
    no_hits: "No key and no value has this text", "没有键或值包含这段文本";
    no_hits_hint: "Keys and values are searched without regard to case.", "搜索键和值时不区分大小写。";
    perhaps_hidden: "No keys, or none that may be read", "没有键，或没有读取权限";
    failed: "The keys could not be read", "无法读取键";
    denied: "Access rules (ACL) forbid reading the keys", "访问控制（ACL）不允许读取键";
    stale: "The registry cannot be asked: these keys are old.", "无法查询注册中心：这些键是旧数据。";
    flags: "Flags", "Flags";
    created: "Created", "创建于";
    modified: "Modified", "修改于";
    holder: "Lock holder", "锁持有者";
    gone: "This key is not there any more", "这个键已不存在";
    gone_hint: "It was deleted. What this window saw of it is in the changes.", "它已被删除。本窗口看到过的内容在变更列表中。";
    copy_key: "Copy the key", "复制键";
    save_file: "Save to a file…", "保存到文件…";
    load_file: "Load from a file…", "从文件载入…";
    copy_to: "Copy to…", "复制到…";
    delete: "Delete…", "删除…";
    hidden: "The value is hidden", "值已隐藏";
    hidden_hint: "Its key says that it is a secret.", "从键名看，它是机密。";
    not_kept: "Looks like a secret: not kept for the next start", "看起来是机密：不会保留到下次启动";
    kept: "Typed before the last end of the program", "上次退出前输入的内容";
    dropped_lead: "Your text was put aside.", "你的文本已搁置。";
    bring_back: "Bring it back", "恢复";
    new_title: "New key", "新建键";
    create: "Create", "创建";
    folder_hint: "Folders are made by / in the key.", "键中的 / 会形成文件夹。";
    new_name: "New key name", "新的键名";
    new_folder: "New folder", "新的文件夹";
    no_key_typed: "Type a key", "请输入键";
    same_key: "It is the same name", "名称相同";
    no_path: "Type a path, or choose a file", "请输入路径或选择文件";
    delete_condition: "Each is deleted only if it is still as listed. Keys that appear later stay.", "仅当每个键仍与列表一致时才会删除。之后出现的键会保留。";
    overwrite_title: "Write over someone else's change?", "覆盖其他人的修改？";
    import_title: "Import keys", "导入键";
    import_how: "A file that consul kv export wrote. Nothing is written before you have seen what it would change.", "由 consul kv export 导出的文件。在你看到将要变更的内容之前，不会写入。";
    import_again: "Another file", "另选文件";
    is_new: "new", "新增";
    is_same: "the same", "相同";
    differs: "different", "不同";
    write_differing: "Also write the keys that differ", "同时写入不同的键";
    nothing_to_write: "Nothing to write", "没有要写入的内容";
    export_title: "Export keys", "导出键";
    export_how: "As consul kv export writes it: values in base64, secrets among them.", "格式与 consul kv export 相同：值为 base64，其中也包括机密。";
    prefix: "Prefix", "前缀";
    load_title: "Load the value from a file", "从文件载入值";
    load_how: "The file's bytes become your text; nothing is written before you save.", "文件内容会成为你的文本；保存之前不会写入。";
    nothing_to_save: "Nothing is typed that could be saved", "没有可保存的内容";
    edge: "Edge of the keys", "键列表边缘";
    back_to_tree: "Back to the keys", "返回键列表";
    more_acts: "More about this key", "此键的更多操作";
}

impl Lang {
    /// `14 keys`.
    pub fn keys_count(self, count: usize) -> String {
        let number = format::count(count as u64);
        self.pick(format!("{number} {}", if count == 1 { "key" } else { "keys" }), format!("{number} 个键"))
    }

    /// `14 keys, 3.2 kB`.
    pub fn keys_and_size(self, count: usize, bytes: u64) -> String {
        let (keys, size) = (self.keys_count(count), format::bytes(bytes));
        self.pick(format!("{keys}, {size}"), format!("{keys}，{size}"))
    }

    /// `index 231`.
    pub fn index(self, index: u64) -> String {
        format!("index {index}")
    }

    /// `not saved, began at 214`.
    pub fn mine_began(self, base: Option<u64>) -> String {
        match base {
            Some(base) => self.pick(format!("not saved, began at {base}"), format!("未保存，始于 index {base}")),
            None => self.pick("not saved, a new key", "未保存，新键"),
        }
    }

    /// What came of editing while somebody else wrote, after the first sentence.
    pub fn changed_said(self, base: Option<u64>, now: u64, time: Option<&str>) -> String {
        let written =
            time.map_or_else(String::new, |time| self.pick(format!(", written at {time}"), format!("，写入于 {time}")));
        match base {
            Some(base) => self.pick(
                format!("You began at index {base}, it is now at {now}{written}. Your text is kept here and nothing has been written."),
                format!("你从 index {base} 开始编辑，现在是 {now}{written}。你的文本保留在这里，没有写入任何内容。"),
            ),
            None => self.pick(
                format!("There was no such key; now it is there at index {now}{written}. Your text is kept here and nothing has been written."),
                format!("之前没有这个键，现在它的 index 是 {now}{written}。你的文本保留在这里，没有写入任何内容。"),
            ),
        }
    }

    /// The same where it was deleted.
    pub fn deleted_said(self, base: u64) -> String {
        self.pick(
            format!("You began at index {base}. Your text is kept here and nothing has been written."),
            format!("你从 index {base} 开始编辑。你的文本保留在这里，没有写入任何内容。"),
        )
    }

    /// `Write mine over 231…`.
    pub fn write_over(self, now: u64) -> String {
        self.pick(format!("Write mine over {now}…"), format!("用我的覆盖 {now}…"))
    }

    /// What writing over somebody's change does.
    pub fn overwrite_said(self, key: &str, index: Option<u64>) -> String {
        match index {
            Some(index) => self.pick(
                format!("{key} is replaced by your text, if it is still at index {index}. What is there now is lost in the registry; the changes keep that it was."),
                format!("如果 {key} 仍在 index {index}，它会被你的文本替换。注册中心里现有的内容将丢失；变更列表会记录这次写入。"),
            ),
            None => self.pick(
                format!("{key} is created again with your text, if nobody else has created it."),
                format!("如果没有其他人创建 {key}，将用你的文本重新创建它。"),
            ),
        }
    }

    /// The button that does so.
    pub fn overwrite_confirm(self, index: Option<u64>) -> String {
        match index {
            Some(index) => self.pick(format!("Write over {index}"), format!("覆盖 {index}")),
            None => self.key_values().create.to_owned(),
        }
    }

    /// `70 B mine, 48 B theirs`.
    pub fn both_sizes(self, mine: usize, theirs: usize) -> String {
        let (mine, theirs) = (format::bytes(mine as u64), format::bytes(theirs as u64));
        self.pick(format!("{mine} mine, {theirs} theirs"), format!("我的 {mine}，对方的 {theirs}"))
    }

    /// What changed of a key, in a line.
    pub fn key_delta(self, delta: &KeyDelta) -> String {
        let size = |bytes: usize| format::bytes(bytes as u64);
        match delta {
            KeyDelta::Created(bytes) => {
                self.pick(format!("created, {}", size(*bytes)), format!("已创建，{}", size(*bytes)))
            }
            KeyDelta::Deleted(bytes) => {
                self.pick(format!("deleted, {}", size(*bytes)), format!("已删除，{}", size(*bytes)))
            }
            KeyDelta::Member { name, before: Some(before), after: Some(after) } => format!("{name} {before} → {after}"),
            KeyDelta::Member { name, before: None, after } => {
                format!("+ {name} {}", after.as_deref().unwrap_or_default())
            }
            KeyDelta::Member { name, before: Some(before), after: None } => format!("− {name} {before}"),
            KeyDelta::Text { before, after } => format!("{before} → {after}"),
            KeyDelta::Size { before, after } => format!("{} → {}", size(*before), size(*after)),
            KeyDelta::Flags { before, after } => format!("flags {before} → {after}"),
            KeyDelta::Holder(Some(holder)) => self.pick(format!("locked by {holder}"), format!("被 {holder} 锁定")),
            KeyDelta::Holder(None) => self.pick("unlocked", "已解锁"),
            KeyDelta::Value => self.pick("another value, hidden", "新的值，已隐藏"),
            KeyDelta::Same => self.pick("written with the same value", "写入了相同的值"),
        }
    }

    /// The same of a secret: nothing of what it says.
    pub fn key_delta_hidden(self, delta: &KeyDelta) -> String {
        match delta {
            KeyDelta::Member { .. } | KeyDelta::Text { .. } => self.key_delta(&KeyDelta::Value),
            other => self.key_delta(other),
        }
    }

    /// What of JSON is wrong, and where.
    pub fn json_fault(self, fault: &JsonFault) -> String {
        let (line, column, why) = (fault.line, fault.column, &fault.why);
        self.pick(
            format!("Not JSON: {why}, line {line}, column {column}"),
            format!("不是有效的 JSON：{why}，第 {line} 行第 {column} 列"),
        )
    }

    /// Since when the registry cannot be asked.
    pub fn away_since(self, time: &str) -> String {
        self.pick(format!("Since {time}."), format!("自 {time} 起。"))
    }

    /// So many changes came at once that they are not listed.
    pub fn changes_unlisted(self, count: usize) -> String {
        let number = format::count(count as u64);
        self.pick(format!("{number} more at once are not listed"), format!("另有 {number} 个同时发生的变更未列出"))
    }

    /// `Delete 5 keys below user/?`, `Delete user/motd?`
    pub fn delete_title(self, path: &str, is_folder: bool, count: usize) -> String {
        let keys = self.keys_count(count);
        match (is_folder, path.is_empty()) {
            (true, true) => self.pick(format!("Delete all {keys}?"), format!("删除全部 {keys}？")),
            (true, false) => self.pick(format!("Delete {keys} below {path}?"), format!("删除 {path} 下的 {keys}？")),
            (false, _) => self.pick(format!("Delete {path}?"), format!("删除 {path}？")),
        }
    }

    /// The button that does so.
    pub fn delete_confirm(self, count: usize) -> String {
        let keys = self.keys_count(count);
        self.pick(format!("Delete {keys}"), format!("删除 {keys}"))
    }

    /// `Rename user/motd`, `Copy user/`.
    pub fn move_title(self, from: &str, copy: bool) -> String {
        if copy {
            self.pick(format!("Copy {from}"), format!("复制 {from}"))
        } else {
            self.pick(format!("Rename {from}"), format!("重命名 {from}"))
        }
    }

    /// What a move does.
    pub fn move_said(self, count: usize, copy: bool) -> String {
        let keys = self.keys_count(count);
        if copy {
            self.pick(
                format!("{keys} written under the new name, only where there is none yet."),
                format!("以新名称写入 {keys}，仅当新名称尚不存在时写入。"),
            )
        } else {
            self.pick(
                format!("{keys} written under the new name, only where there is none yet; then each old one is deleted, if nobody has changed it."),
                format!("以新名称写入 {keys}，仅当新名称尚不存在时写入；之后删除旧键，前提是没有人修改过它。"),
            )
        }
    }

    /// So many keys are in the way.
    pub fn keys_exist(self, count: usize) -> String {
        match count {
            1 => self.pick("This key is there already; nothing is written over it", "这个键已存在，不会覆盖"),
            _ => self.pick(
                format!("{count} of these keys are there already; nothing is written over them"),
                format!("其中 {count} 个键已存在，不会覆盖"),
            ),
        }
    }

    /// What taking a change back does.
    pub fn undo_said(self, key: &str, deletes: bool) -> String {
        if deletes {
            self.pick(
                format!("{key} is deleted again, if it is still as it is shown now."),
                format!("如果 {key} 仍与当前显示一致，它会被删除。"),
            )
        } else {
            self.pick(
                format!("{key} gets the value that it had before, if it is still as it is shown now."),
                format!("如果 {key} 仍与当前显示一致，它会恢复为之前的值。"),
            )
        }
    }

    /// `Undo the change of user/motd?`
    pub fn undo_title(self, key: &str) -> String {
        self.pick(format!("Undo the change of {key}?"), format!("撤销对 {key} 的变更？"))
    }

    /// The button that does so.
    pub fn undo_confirm(self, deletes: bool) -> String {
        if deletes {
            self.pick("Delete the key", "删除该键")
        } else {
            self.pick("Write the old value", "写回旧值")
        }
    }

    /// `Write 12 keys`.
    pub fn import_confirm(self, count: usize) -> String {
        let keys = self.keys_count(count);
        self.pick(format!("Write {keys}"), format!("写入 {keys}"))
    }

    /// `3 new, 2 different, 5 the same`.
    pub fn import_plan(self, new: usize, differ: usize, same: usize) -> String {
        self.pick(
            format!("{new} new, {differ} different, {same} the same"),
            format!("新增 {new} 个，不同 {differ} 个，相同 {same} 个"),
        )
    }

    /// `Export 14 keys…`
    pub fn export_confirm(self, count: usize) -> String {
        let keys = self.keys_count(count);
        self.pick(format!("Export {keys}…"), format!("导出 {keys}…"))
    }

    /// Where keys are saved.
    pub fn save_keys(self, count: usize) -> String {
        let keys = self.keys_count(count);
        self.pick(format!("Save {keys}"), format!("保存 {keys}"))
    }

    /// Where a value is saved.
    pub fn save_key(self, key: &str) -> String {
        self.pick(format!("Save the value of {key}"), format!("保存 {key} 的值"))
    }

    /// Why a file was not taken.
    pub fn file_fault(self, fault: &FileFault) -> String {
        match fault {
            FileFault::Relative => self.pick("Type the whole path, from / or ~ on", "请输入完整路径，以 / 或 ~ 开头"),
            FileFault::Unreadable(why) => {
                self.pick(format!("The file cannot be read: {why}"), format!("无法读取文件：{why}"))
            }
            FileFault::TooLarge(bytes) => {
                let size = format::bytes(*bytes);
                self.pick(format!("The file has {size}: too large"), format!("文件有 {size}，过大"))
            }
            FileFault::NoList(why) => self.pick(
                format!("This is nothing that consul kv export wrote: {why}"),
                format!("这不是 consul kv export 导出的文件：{why}"),
            ),
            FileFault::BadValue(key) => {
                self.pick(format!("The value of {key} is no base64"), format!("{key} 的值不是 base64"))
            }
            FileFault::LargeValue(key, bytes) => {
                let size = format::bytes(*bytes as u64);
                self.pick(
                    format!("The value of {key} has {size}; a key holds 524.3 kB at most"),
                    format!("{key} 的值有 {size}；一个键最多 524.3 kB"),
                )
            }
            FileFault::Twice(key) => {
                self.pick(format!("{key} stands in it twice"), format!("{key} 在文件中出现了两次"))
            }
            FileFault::NoKey(number) => {
                self.pick(format!("Entry {number} has no key"), format!("第 {number} 项没有键"))
            }
        }
    }

    /// An act's name before what became of it.
    pub fn keys_act_lead(self, what: &str) -> String {
        self.pick(format!("{what}."), format!("{what}。"))
    }

    /// A key that was not written, and why.
    pub fn key_not_written(self, key: &str, why: &str) -> String {
        self.pick(format!("{key}: {why}"), format!("{key}：{why}"))
    }

    /// An act on keys that goes on: what, and how far.
    pub fn keys_going_on(self, what: &str, done: usize, total: usize) -> String {
        let (done, total) = (format::count(done as u64), format::count(total as u64));
        self.pick(format!("{what}: {done} of {total}"), format!("{what}：{done} / {total}"))
    }

    /// What of an act was done, and what was not.
    pub fn keys_done(self, done: usize, changed: usize, failed: usize, left: usize) -> String {
        let mut parts =
            vec![self.pick(
                format!("{} done", format::count(done as u64)),
                format!("完成 {} 步", format::count(done as u64)),
            )];
        if changed > 0 {
            parts.push(self.pick(
                format!("{changed} left as they are, since somebody else changed them"),
                format!("{changed} 个保持原样，因为有人修改了它们"),
            ));
        }
        if failed > 0 {
            parts.push(self.pick(format!("{failed} failed"), format!("{failed} 个失败")));
        }
        if left > 0 {
            parts.push(self.pick(format!("{left} not begun"), format!("{left} 步未开始")));
        }
        parts.join(self.pick_join())
    }

    fn pick_join(self) -> &'static str {
        match self {
            Self::En => ", ",
            Self::ZhCn => "，",
        }
    }

    /// What an act on keys is called: its kind as `(create, delete, move, copy, import, undo)` names it.
    pub fn keys_act(self, act: KeysAct<'_>) -> String {
        match act {
            KeysAct::Create(key) => self.pick(format!("Create {key}"), format!("创建 {key}")),
            KeysAct::Delete(path) => self.pick(format!("Delete {path}"), format!("删除 {path}")),
            KeysAct::Move(from, to) => self.pick(format!("Rename {from} to {to}"), format!("将 {from} 重命名为 {to}")),
            KeysAct::Copy(from, to) => self.pick(format!("Copy {from} to {to}"), format!("将 {from} 复制到 {to}")),
            KeysAct::Import => self.key_values().import_title.to_owned(),
            KeysAct::Undo(key) => self.pick(format!("Undo the change of {key}"), format!("撤销对 {key} 的变更")),
            KeysAct::UndoAct("") => self.pick("Undo the import", "撤销导入"),
            KeysAct::UndoAct(path) => {
                self.pick(format!("Undo the changes below {path}"), format!("撤销 {path} 下的变更"))
            }
        }
    }
}

/// An act on keys, to be named.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeysAct<'a> {
    /// Of this key.
    Create(&'a str),
    /// Of this key or folder.
    Delete(&'a str),
    /// From one name to another.
    Move(&'a str, &'a str),
    /// The same, and the old one stays.
    Copy(&'a str, &'a str),
    /// Out of a file.
    Import,
    /// Of a change of this key.
    Undo(&'a str),
    /// Of all changes of an act, on keys that begin with this.
    UndoAct(&'a str),
}
