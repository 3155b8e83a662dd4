//! What each command is called, in menus, hovers, the palette and the list of keys.

use super::table::word_table;

word_table! {
    /// The commands' names; a field is the command's tag.
    CommandWords, commands:
    show_palette: "Find anything…", "查找任何内容…";
    show_keys: "Show all keys", "显示全部快捷键";
    explain: "Explain what has the focus", "说明当前焦点所在项";
    show_settings: "Settings", "设置";
    show_services: "Services", "服务";
    show_registry: "Registry", "注册中心";
    show_notices: "Notices", "通知";
    toggle_side_panel: "Show or fold the side panel", "显示或折叠侧栏";
    find: "Find in the view", "在当前视图中查找";
    save_key: "Save the value of the key", "保存键的值";
    add_source: "Add a source…", "添加来源…";
    open_files: "Open .proto files…", "打开 .proto 文件…";
    paste_grpcurl: "Paste a grpcurl command…", "粘贴 grpcurl 命令…";
    start_demo: "Start the demo", "启动演示";
    reload_all: "Load all sources again", "重新加载全部来源";
    rename_source: "Rename the source…", "重命名来源…";
    filter_methods: "Filter methods", "筛选方法";
    add_registry: "Add a registry…", "添加注册中心…";
    refresh_registries: "Look again at all registries", "重新查询全部注册中心";
    filter_services: "Filter services of registries", "筛选注册中心的服务";
    new_tab: "New tab", "新建标签页";
    close_tab: "Close tab", "关闭标签页";
    reopen_tab: "Reopen the closed tab", "重新打开关闭的标签页";
    next_tab: "Next tab", "下一个标签页";
    previous_tab: "Previous tab", "上一个标签页";
    move_tab_left: "Move the tab left", "左移标签页";
    move_tab_right: "Move the tab right", "右移标签页";
    send: "Send", "发送";
    cancel: "Cancel the call", "取消调用";
    half_close: "Half-close the stream", "半关闭 stream";
    focus_target: "Go to the target", "转到目标地址";
    focus_message: "Go to the message", "转到消息";
    focus_response: "Go to the response", "转到响应";
    choose_method: "Choose another method", "选择其他方法";
    show_message: "Show the message", "显示消息";
    show_metadata: "Show the metadata", "显示 metadata";
    show_tls: "Show the TLS settings", "显示 TLS 设置";
    diagnose: "Diagnose the target", "诊断目标地址";
    reconnect: "Reconnect to the target", "重新连接目标地址";
    show_call_settings: "Deadline, limits, compression, keepalive", "超时、限制、压缩、keepalive";
    copy_grpcurl: "Copy as grpcurl", "复制为 grpcurl 命令";
    copy_grpcurl_secrets: "Copy as grpcurl, with secrets", "复制为 grpcurl 命令（含密钥）";
    format: "Format the message", "格式化消息";
    undo: "Undo", "撤销";
    redo: "Redo", "重做";
    replace: "Find and replace", "查找并替换";
    show_response: "Show the response", "显示响应";
    show_headers: "Show the headers", "显示头部";
    show_trailers: "Show the trailers", "显示 trailers";
    show_trace: "Show the trace", "显示 trace";
    toggle_phases: "Show or fold the phases", "展开或折叠阶段";
    copy_response: "Copy the response", "复制响应";
    save_response: "Save the response…", "保存响应…";
    zoom_in: "Larger", "放大";
    zoom_out: "Smaller", "缩小";
    zoom_reset: "Actual size", "实际大小";
    theme_system: "Theme as the system", "主题跟随系统";
    theme_light: "Light theme", "浅色主题";
    theme_dark: "Dark theme", "深色主题";
    language_system: "Language as the system", "语言跟随系统";
    language_english: "English", "English";
    language_chinese: "简体中文", "简体中文";
}
