//! The words of the palette, settings, the list of keys, and notices.

use super::table::word_table;
use super::{Lang, format};

word_table! {
    /// The words of palette, settings, keys and notices.
    HabitWords, habits:
    // The top bar and the rail.
    areas: "Areas", "区域";
    search_everything: "Search methods, services, commands…", "搜索方法、服务、命令…";
    find_anything: "find anything", "查找任何内容";
    new_request: "new request", "新建请求";
    keys_all: "all keys", "全部快捷键";
    find_method: "Find a method…", "查找方法…";
    dialog_waits: "The system's file dialog is open. None to be seen? Type the path instead.", "系统文件对话框已打开。看不到的话，请直接输入路径。";
    // Groups of commands.
    group_general: "General", "通用";
    group_sources: "Sources", "来源";
    group_tabs: "Tabs", "标签页";
    // Why a command cannot run.
    no_call: "No call is running", "没有正在进行的调用";
    no_stream: "No stream takes messages", "没有可发送消息的 stream";
    no_answer: "There is no response yet", "还没有响应";
    no_source: "No source is chosen in the tree", "没有在树中选择来源";
    no_sources: "There are no sources yet", "还没有来源";
    no_closed_tab: "No tab was closed", "没有关闭过的标签页";
    one_tab: "There is no other tab", "没有其他标签页";
    demo_runs: "The demo is running", "演示服务已在运行";
    cannot_send: "The request cannot be sent as it is", "请求目前无法发送";
    is_calling: "The call is running", "调用正在进行";
    no_address: "Type a target first", "请先输入目标地址";
    nothing_to_undo: "There is nothing to take back", "没有可撤销的操作";
    nothing_to_redo: "There is nothing to do again", "没有可重做的操作";
    // The palette.
    palette: "Command palette", "命令面板";
    palette_methods: "Methods", "方法";
    palette_targets: "Targets", "目标地址";
    palette_tabs: "Open tabs", "打开的标签页";
    palette_commands: "Commands", "命令";
    palette_hint: "Search methods, targets, commands, settings", "搜索方法、目标地址、命令、设置";
    palette_recent: "Used last", "最近使用";
    palette_move: "move", "移动";
    palette_open: "open", "打开";
    palette_send: "open and send", "打开并发送";
    palette_only: "commands only", "仅命令";
    palette_run: "run", "执行";
    palette_none: "Nothing is called so", "没有匹配的内容";
    palette_none_hint: "Letters may be left out; their order counts.", "可以省略字母，但顺序要一致。";
    searching: "Searching", "正在搜索";
    // Keys.
    keys_title: "Keys", "快捷键";
    find_key: "Search commands and keys", "搜索命令和快捷键";
    change_key: "Change…", "更改…";
    no_key: "no key", "无快捷键";
    press_key: "Press the new key", "请按下新的快捷键";
    press_key_hint: "Escape leaves it as it is.", "按 Esc 保持不变。";
    remove_key: "Without a key", "不设快捷键";
    reset_all_keys: "Reset all…", "全部重置…";
    reset_all_confirm: "Reset all keys", "重置全部快捷键";
    reset_all_text: "Every command gets the keys again that it came with.", "所有命令恢复为默认快捷键。";
    take_over: "Take it over", "改为用于此命令";
    keep_key: "Leave it", "保持不变";
    refused_types: "This key types a character. Hold Ctrl or Alt with it.", "这个键用于输入字符，请同时按住 Ctrl 或 Alt。";
    refused_moves: "This key moves the caret, the focus or a choice.", "这个键用于移动光标、焦点或选择。";
    refused_clipboard: "This key copies, cuts, pastes or selects text.", "这个键用于复制、剪切、粘贴或全选。";
    refused_closes: "Escape closes what is open, and cancels.", "Esc 用于关闭弹出内容和取消。";
    all_keys: "All keys", "全部快捷键";
    fixed_keys: "Always", "固定";
    fixed_move: "Move in lists, trees and tabs", "在列表、树和标签中移动";
    fixed_open: "Open what is chosen", "打开所选项";
    fixed_next: "Next or previous control", "下一个或上一个控件";
    fixed_menu: "Menu of what is chosen", "所选项的菜单";
    fixed_close: "Close what is open", "关闭弹出内容";
    fixed_clipboard: "Copy, cut, paste, select all", "复制、剪切、粘贴、全选";
    fixed_suggest: "Suggestions in the message", "消息中的建议";
    fixed_hits: "Next or previous hit", "下一处或上一处匹配";
    no_key_hits: "No command or key fits", "没有匹配的命令或快捷键";
    in_editor: "in the message", "在消息中";
    // Settings.
    settings: "Settings", "设置";
    search_settings: "Search settings", "搜索设置";
    settings_none: "No setting is called so", "没有匹配的设置";
    clear_search: "Clear the search", "清除搜索";
    appearance: "Appearance", "外观";
    requests: "Requests", "请求";
    certificates: "Certificates", "证书";
    storage: "Storage", "存储";
    theme: "Theme", "主题";
    follow_system: "Follow system", "跟随系统";
    light: "Light", "浅色";
    dark: "Dark", "深色";
    language: "Language", "语言";
    english: "English", "English";
    chinese: "简体中文", "简体中文";
    scale: "Scale", "缩放";
    scale_hint: "80 to 200 %", "80–200 %";
    data_text: "Text of data", "数据字号";
    data_text_hint: "JSON, metadata, addresses", "JSON、metadata、地址";
    smaller: "Smaller", "缩小";
    larger: "Larger", "放大";
    deadline_hint: "for new unary requests", "用于新的 unary 请求";
    largest_message: "Largest message", "最大消息";
    largest_hint: "sent or received", "发送或接收";
    largest_bad: "Write a size like 64 MiB, 4 MB or 100000.", "请写成 64 MiB、4 MB 或 100000。";
    compress: "Compress requests", "压缩请求";
    compress_no: "No", "否";
    connect_timeout: "Connecting", "建立连接";
    connect_timeout_hint: "at most, per attempt at an address", "每次尝试一个地址的上限";
    time_bad: "Write a time like 10 s or 250 ms.", "请写成 10 s 或 250 ms。";
    proxies: "Proxies", "代理";
    proxies_text: "System proxies are not used: calls go straight to the target.", "不使用系统代理：调用直接发往目标地址。";
    no_certificates: "No target has a trust of its own. The system's roots are used.", "没有单独设置信任的目标地址，使用系统根证书。";
    trusts_pinned: "exactly one certificate", "仅信任一张证书";
    skips: "skips verification", "跳过验证";
    expired: "expired", "已过期";
    remove_trust: "Remove the trust", "移除信任设置";
    copy_fingerprint: "Copy the fingerprint", "复制指纹";
    copy_path: "Copy the path", "复制路径";
    state_file: "Tabs, drafts, settings", "标签页、草稿、设置";
    cache: "Cache and compiler", "缓存与编译器";
    secrets: "Secrets", "敏感值";
    secrets_until_end: "until the program ends", "仅保留到程序结束";
    open_folder: "Open folder", "打开文件夹";
    not_kept: "nothing is kept", "不保存";
    no_file_manager: "No file manager answered. Copy the path and open it yourself.", "没有可用的文件管理器，请复制路径自行打开。";
    // Notices.
    notices: "Notices", "通知";
    no_notices: "Nothing to tell", "没有通知";
    no_notices_hint: "What happens in the background is listed here.", "后台发生的事情会列在这里。";
    clear_notices: "Clear", "清空";
    show: "Show", "查看";
    reloaded_title: "Schema loaded again", "schema 已重新加载";
    reload_failed_title: "Schema not loaded", "schema 加载失败";
    demo_failed_title: "The demo did not start", "演示服务未能启动";
    call_failed_title: "Call failed", "调用失败";
    call_ended_title: "Call ended", "调用结束";
    copy_name: "Copy the name", "复制名称";
    copy_full_name: "Copy the full name", "复制完整名称";
    copy_problem: "Copy the fault", "复制错误";
    show_services: "Show services", "显示服务";
}

impl Lang {
    /// `9 of 1,802`.
    pub fn hits_of(self, hits: usize, all: usize) -> String {
        let (hits, all) = (format::count(hits as u64), format::count(all as u64));
        match self {
            Self::En => format!("{hits} of {all}"),
            Self::ZhCn => format!("{hits} / {all}"),
        }
    }

    /// Another command has this key.
    pub fn key_clash(self, key: &str, other: &str) -> String {
        match self {
            Self::En => format!("{key} is the key of “{other}”."),
            Self::ZhCn => format!("{key} 已用于“{other}”。"),
        }
    }

    /// What an address trusts: exactly what a file holds.
    pub fn trusts_exactly(self, file: &str) -> String {
        match self {
            Self::En => format!("exactly {file}"),
            Self::ZhCn => format!("仅限 {file} 中的证书"),
        }
    }

    /// What an address trusts: what a CA file signed.
    pub fn trusts_file(self, file: &str) -> String {
        match self {
            Self::En => format!("CA file {file}"),
            Self::ZhCn => format!("CA 文件 {file}"),
        }
    }

    /// The question before a trust is removed.
    pub fn remove_trust_title(self, address: &str) -> String {
        match self {
            Self::En => format!("Remove the trust for {address}?"),
            Self::ZhCn => format!("移除 {address} 的信任设置？"),
        }
    }

    /// What follows from it.
    pub fn remove_trust_text(self, what: &str) -> String {
        match self {
            Self::En => format!("It was: {what}. The next connection is checked against the system's roots."),
            Self::ZhCn => format!("原设置：{what}。下次连接将使用系统根证书验证。"),
        }
    }

    /// The bell's name.
    pub fn notices_named(self, count: usize) -> String {
        match (self, count) {
            (_, 0) => self.habits().notices.to_owned(),
            (Self::En, _) => format!("Notices, {count} new"),
            (Self::ZhCn, _) => format!("通知，{count} 条未读"),
        }
    }

    /// A source was read anew, by itself.
    pub fn reloaded(self, source: &str) -> String {
        match self {
            Self::En => format!("{source} changed on disk."),
            Self::ZhCn => format!("{source} 在磁盘上有改动。"),
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::words::Lang;

    #[test]
    fn sentences_hold_their_numbers() {
        for (found, expect) in [(Lang::En.hits_of(9, 1802), "9 of 1,802"), (Lang::ZhCn.hits_of(9, 1802), "9 / 1,802")] {
            assert_eq!(found, expect);
        }
    }
}
