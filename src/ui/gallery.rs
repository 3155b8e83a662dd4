//! Every control in every state, on two pages: the first is laid out like the picture of the parts, the second shows
//! what that picture does not hold. For `examples/gallery.rs` and the tests; the program itself does not use it.

use egui::{Align, CornerRadius, Id, Layout, Rect, Sense, Stroke, StrokeKind, Ui, UiBuilder, pos2, vec2};

use super::fonts;
use super::icons::Icon;
use super::theme::{Tone, tokens};
use super::widgets::badge::{Health, Shape, badge_ui, count_ui, health_ui, key_ui, shape_ui, status_badge_ui};
use super::widgets::button::{Button, ButtonSize, IconButton};
use super::widgets::chip::chip_ui;
use super::widgets::choice::choice_ui;
use super::widgets::code_view::{CodeView, Hit};
use super::widgets::dialog::{Question, card, question_ui, shown_question_ui};
use super::widgets::editor::{Editor, Problem};
use super::widgets::field::Field;
use super::widgets::heading::{NameValue, name_value_ui, section_head_ui};
use super::widgets::json::Language;
use super::widgets::logo::logo_ui;
use super::widgets::menu::{Combo, MenuItem, menu_line_ui, menu_ui, popup_frame, rows_ui};
use super::widgets::notice::Notice;
use super::widgets::shared::{Stand, dashed};
use super::widgets::splitter::{SplitAxis, SplitRange, split, splitter_ui};
use super::widgets::switches::{check_box_ui, radio_ui, toggle_ui};
use super::widgets::table::{Cell, Column, Table};
use super::widgets::tabs::{PaneTab, WindowTab, WindowTabsWords, pane_tabs_ui, window_tabs_ui};
use super::widgets::text::{Elide, Line};
use super::widgets::tooltip::shown_tooltip_ui;
use super::widgets::tree::{RowChoice, Tree, TreeFact, TreeMark, TreeRow, paint_tree_row};
use super::widgets::view_state::{ViewKind, ViewState};
use super::widgets::waterfall::{Axis, BarSpan, BarTone, Tick, WaterfallRow, waterfall_ui};
use super::widgets::working::{Progress, working_ui};
use crate::engine::TextLines;

/// Which part of the gallery is shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Page {
    /// The controls of the picture of the parts.
    #[default]
    Parts,
    /// Editor, views, waterfall, splitter, combo boxes and the rest.
    More,
}

/// The gallery's own state.
pub struct Gallery {
    page: Page,
    chinese: bool,
    fields: [String; 6],
    filter: String,
    target: String,
    secret: String,
    choice: u8,
    check: [bool; 2],
    toggles: [bool; 2],
    window_tab: u64,
    pane_tab: usize,
    row: Option<usize>,
    tree_row: Option<u64>,
    folded: bool,
    code: String,
    view: TextLines,
    share: f32,
    asks: bool,
    combo: usize,
}

impl Gallery {
    /// A gallery; `chinese` shows its words in Chinese.
    pub fn new(page: Page, chinese: bool) -> Self {
        let name = if chinese { "Client 微服务" } else { "Client" };
        let answer = "{\n  \"boolVal\": true,\n  \"doubleVal\": 3.14,\n  \"int32Val\": 420,\n  \"stringVal\": \
                      \"Client 微服务\",\n  \"array\": [\"grpc\"],\n  \"child\": [\n    {\n      \"uid\": 7,\n      \
                      \"name\": \"Ann\"\n    },\n    {\n      \"uid\": 8,\n      \"name\": \"李雷\"\n    }\n  ]\n}";
        Self {
            page,
            chinese,
            fields: [name, name, name, "", "abc", "v1.9-rc"].map(str::to_owned),
            filter: String::new(),
            target: "127.0.0.1:7888".to_owned(),
            secret: "101010".to_owned(),
            choice: 1,
            check: [false, true],
            toggles: [false, true],
            window_tab: 1,
            pane_tab: 0,
            row: Some(2),
            tree_row: Some(3),
            folded: false,
            code: "{\n  \"name\": \"Client 微服务 13\",\n  \"uid\": \"abc\",\n  \"tags\": [true, null, -1.5e3]\n}"
                .to_owned(),
            view: TextLines::json(answer.to_owned()),
            share: 0.5,
            asks: false,
            combo: 0,
        }
    }

    fn say(&self, english: &'static str, chinese: &'static str) -> &'static str {
        if self.chinese { chinese } else { english }
    }

    /// Shows the page.
    pub fn ui(&mut self, ui: &mut Ui) {
        let t = tokens(ui);
        let room = ui.max_rect();
        ui.painter().rect_filled(room, 0.0, t.bg2);
        match self.page {
            Page::Parts => {
                let columns = [(24.0, 420.0), (504.0, 424.0), (960.0, 456.0)];
                for (index, (left, width)) in columns.into_iter().enumerate() {
                    let rect = Rect::from_min_size(room.min + vec2(left, 20.0), vec2(width, room.height() - 20.0));
                    let mut column = ui
                        .new_child(UiBuilder::new().id_salt(index).max_rect(rect).layout(Layout::top_down(Align::Min)));
                    column.spacing_mut().item_spacing = vec2(8.0, 0.0);
                    column.spacing_mut().interact_size.y = 0.0;
                    match index {
                        0 => self.controls_ui(&mut column),
                        1 => self.lists_ui(&mut column),
                        _ => self.states_ui(&mut column),
                    }
                }
            }
            Page::More => self.more_ui(ui, room),
        }
    }

    fn head(ui: &mut Ui, words: &str) {
        let color = tokens(ui).text3;
        ui.add(Line::hint(words).color(color));
        ui.add_space(10.0);
    }

    fn controls_ui(&mut self, ui: &mut Ui) {
        const GAP: f32 = 22.0;
        Self::head(
            ui,
            self.say("Buttons 28: secondary, hover, pressed, focus, disabled", "按钮 28：次要、悬停、按下、焦点、禁用"),
        );
        ui.horizontal(|ui| {
            let save = self.say("Save", "保存");
            ui.add(Button::secondary(save));
            ui.add(Button::secondary(save).stand(Stand::Hover));
            ui.add(Button::secondary(save).stand(Stand::Pressed));
            ui.add(Button::secondary(save).stand(Stand::Focus));
            ui.add(Button::secondary(save).enabled(false));
        });
        ui.add_space(GAP);
        Self::head(
            ui,
            self.say(
                "Primary: rest, hover, focus, disabled; one in a view",
                "主要按钮：静止、悬停、焦点、禁用；每个视图一个",
            ),
        );
        ui.horizontal(|ui| {
            let send = self.say("Send", "发送");
            ui.add(Button::primary(send));
            ui.add(Button::primary(send).stand(Stand::Hover));
            ui.add(Button::primary(send).stand(Stand::Focus));
            ui.add(Button::primary(send).enabled(false));
        });
        ui.add_space(GAP);
        Self::head(
            ui,
            self.say("Danger, danger that confirms, ghost, ghost hover, link", "危险、确认危险、幽灵、幽灵悬停、链接"),
        );
        ui.horizontal(|ui| {
            ui.add(Button::danger(self.say("Clear…", "清空…")));
            ui.add(Button::danger_confirm(self.say("Deregister 9002", "注销 9002")));
            ui.add(Button::ghost(self.say("Format", "格式化")));
            ui.add(Button::ghost(self.say("Format", "格式化")).stand(Stand::Hover));
            ui.add(Button::link(self.say("Undo", "撤销")));
        });
        ui.add_space(GAP);
        Self::head(
            ui,
            self.say(
                "Large 32 with a key, small 24, icon 28 and 24, icon hover, icon on",
                "大 32 带按键、小 24、图标 28 与 24、图标悬停、图标打开",
            ),
        );
        ui.horizontal(|ui| {
            let copy = self.say("Copy", "复制");
            ui.add(Button::primary(self.say("Send", "发送")).large().key("Ctrl ⏎"));
            ui.add(Button::secondary(self.say("Go to", "前往")).small());
            ui.add(IconButton::new(Icon::Copy, copy).icon_size(14.0).key("Ctrl C"));
            ui.add(IconButton::new(Icon::Copy, copy).small());
            ui.add(IconButton::new(Icon::Copy, copy).icon_size(14.0).stand(Stand::Hover));
            ui.add(
                IconButton::new(Icon::ArrowDownToLine, self.say("Follow the tail", "跟随末尾"))
                    .icon_size(14.0)
                    .on(true),
            );
        });
        ui.add_space(GAP);
        Self::head(ui, self.say("Inputs: rest, hover, focus", "输入框：静止、悬停、焦点"));
        self.fields_ui(ui, 0);
        ui.add_space(GAP);
        Self::head(ui, self.say("Inputs: empty, wrong, disabled", "输入框：空、错误、禁用"));
        self.fields_ui(ui, 3);
        ui.add_space(6.0);
        let error = tokens(ui).error;
        ui.add(
            Line::hint(
                self.say("child[0].uid: expected int32, found string", "child[0].uid：应为 int32，实际为 string"),
            )
            .color(error)
            .height(22.0),
        );
        ui.add_space(GAP);
        Self::head(ui, self.say("Choice, check box, radio, toggle", "选项、复选框、单选、开关"));
        ui.horizontal(|ui| {
            let options = [(0, self.say("Form", "表单")), (1, "JSON"), (2, self.say("Bytes", "字节"))];
            let name = self.say("How the message is shown", "消息的显示方式");
            choice_ui(ui, name, ButtonSize::Normal, &mut self.choice, &options);
            let (follow, plain) = (self.say("Follow", "跟随"), self.say("Plaintext", "明文"));
            for on in &mut self.check {
                check_box_ui(ui, on, follow, false);
            }
            radio_ui(ui, false, plain, false);
            radio_ui(ui, true, plain, false);
            for on in &mut self.toggles {
                toggle_ui(ui, on, follow, false);
            }
            chip_ui(ui, "user", self.say("Remove user", "移除 user"));
        });
        ui.add_space(GAP);
        Self::head(ui, self.say("Method shapes, in the tree and in words", "方法类型，在树中与文字中"));
        ui.horizontal(|ui| {
            for (shape, word) in [
                (Shape::Unary, "unary"),
                (Shape::ServerStream, "server stream"),
                (Shape::ClientStream, "client stream"),
                (Shape::Bidi, "bidi"),
            ] {
                shape_ui(ui, shape, word);
                let color = tokens(ui).text2;
                ui.add(Line::new(word).color(color));
                ui.add_space(10.0);
            }
        });
        ui.add_space(GAP);
        Self::head(ui, self.say("Status: code and name; large in the result line", "状态：代码与名称；结果行中较大"));
        ui.horizontal(|ui| {
            status_badge_ui(ui, Tone::Ok, "0 OK");
            status_badge_ui(ui, Tone::Error, "14 UNAVAILABLE");
            status_badge_ui(ui, Tone::Warn, "1 CANCELLED");
            status_badge_ui(ui, Tone::Accent, self.say("Streaming", "流式传输中"));
        });
        ui.add_space(GAP);
        Self::head(ui, self.say("Health, with its icon; badges; counts; keys", "健康状态及图标；徽标；计数；按键"));
        ui.horizontal(|ui| {
            for (health, word) in [
                (Health::Passing, "passing"),
                (Health::Warning, "warning"),
                (Health::Critical, "critical"),
                (Health::Maintenance, "maintenance"),
                (Health::Unknown, "unknown"),
            ] {
                health_ui(ui, health, word);
            }
        });
        ui.add_space(10.0);
        ui.horizontal(|ui| {
            badge_ui(ui, "reflection v1", Tone::Plain);
            badge_ui(ui, self.say("folder · 12 files", "文件夹 · 12 个文件"), Tone::Plain);
            badge_ui(ui, self.say("drift", "漂移"), Tone::Warn);
            badge_ui(ui, "2 UNKNOWN", Tone::Error);
            count_ui(ui, "3");
            count_ui(ui, "4,812");
            key_ui(ui, "Ctrl K");
        });
    }

    fn fields_ui(&mut self, ui: &mut Ui, first: usize) {
        let stands = [Stand::Rest, Stand::Hover, Stand::Focus];
        let name = self.say("Name", "名称");
        let placeholder = self.say("not set", "未设置");
        ui.horizontal(|ui| {
            for (index, value) in self.fields.iter_mut().enumerate().skip(first).take(3) {
                let mut field = Field::new(Id::unique(("gallery field", index)), value, name).mono().width(132.0);
                field = match index {
                    0..=2 => field.stand(stands[index]),
                    3 => field.placeholder(placeholder),
                    4 => field.error(Some("")),
                    _ => field.enabled(false),
                };
                field.show(ui);
            }
        });
    }

    fn lists_ui(&mut self, ui: &mut Ui) {
        const GAP: f32 = 22.0;
        let t = tokens(ui);
        Self::head(
            ui,
            self.say(
                "Tree row 26: rest, hover, selected, selected without focus",
                "树行 26：静止、悬停、选中、失焦选中",
            ),
        );
        let (frame, _) = ui.allocate_exact_size(vec2(ui.available_width(), 144.0), Sense::hover());
        let inner = card(ui, frame, 7.0);
        for (index, row) in method_rows().into_iter().enumerate() {
            let place = Rect::from_min_size(inner.min + vec2(0.0, 26.0 * index as f32), vec2(inner.width(), 26.0));
            let (stand, choice) = match index {
                2 => (Stand::Hover, RowChoice::No),
                3 => (Stand::Rest, RowChoice::Chosen),
                4 => (Stand::Rest, RowChoice::Unfocused),
                _ => (Stand::Rest, RowChoice::No),
            };
            paint_tree_row(ui, &row, place, stand, choice, t);
            super::widgets::text::label_over(ui, place, ("row", index), &row.text);
        }
        ui.add_space(GAP);
        Self::head(
            ui,
            self.say(
                "Table row 30 (dense 26): head, rest, hover, selected",
                "表格行 30（紧凑 26）：表头、静止、悬停、选中",
            ),
        );
        let (frame, _) = ui.allocate_exact_size(vec2(ui.available_width(), 120.0), Sense::hover());
        let columns = [
            Column::new(self.say("Instance", "实例"), 78.0),
            Column::new(self.say("gRPC health", "gRPC 健康"), 150.0),
            Column::rest("RTT p50").right(),
        ];
        let mut inner = ui.new_child(UiBuilder::new().max_rect(frame.shrink(1.0)));
        let rows = [
            ("9001", Icon::CircleCheck, Tone::Ok, "SERVING", "1.1 ms"),
            ("9004", Icon::CircleCheck, Tone::Ok, "SERVING", "1.2 ms"),
            ("9002", Icon::CircleX, Tone::Error, "NOT_SERVING", "1.3 ms"),
        ];
        let said = Table::new(Id::unique("gallery table"), self.say("Instances", "实例"), &columns)
            .whole()
            .hover(1)
            .chosen(self.row)
            .show(&mut inner, rows.len(), |row| {
                let (port, icon, tone, word, rtt) = rows[row];
                vec![Cell::mono(port), Cell::new(word).icon(icon).tone(tone), Cell::mono(rtt).soft()]
            });
        self.row = said.chosen.or(self.row);
        outline(ui, frame);
        ui.add_space(GAP);
        Self::head(
            ui,
            self.say(
                "Tabs of the window 36: selected, unsaved, rest; tabs of a pane 36",
                "窗口标签 36：选中、未保存、静止；面板标签 36",
            ),
        );
        let (frame, _) = ui.allocate_exact_size(vec2(ui.available_width(), 74.0), Sense::hover());
        let mut inner = ui.new_child(UiBuilder::new().max_rect(frame.shrink(1.0)));
        inner.spacing_mut().item_spacing = vec2(0.0, 0.0);
        let words = WindowTabsWords {
            name: self.say("Requests", "请求"),
            close: self.say("Close", "关闭"),
            new: None,
            duplicate: self.say("Duplicate", "复制标签页"),
            reopen: None,
            move_left: self.say("Move left", "左移"),
            move_right: self.say("Move right", "右移"),
            keys: [Some("Ctrl T"), Some("Ctrl Shift T"), Some("Ctrl W")],
            more: &|count| format!("+{count}"),
        };
        let tab = |key, title, shape| WindowTab { key, title, shape: Some(shape), ..WindowTab::default() };
        let tabs = [
            tab(1, "SayHello", Shape::Unary),
            WindowTab { unsaved: true, ..tab(2, "Echo", Shape::Unary) },
            tab(3, "BidiHello", Shape::Bidi),
        ];
        let said = window_tabs_ui(&mut inner, Id::unique("gallery tabs"), words, &tabs, Some(self.window_tab));
        self.window_tab = said.chosen.unwrap_or(self.window_tab);
        inner.horizontal(|ui| {
            ui.add_space(12.0);
            let tabs = [
                PaneTab { title: self.say("Message", "消息"), count: None },
                PaneTab { title: "Metadata", count: Some("2") },
                PaneTab { title: self.say("Auth", "认证"), count: None },
                PaneTab { title: "TLS", count: None },
            ];
            let name = self.say("Request", "请求");
            if let Some(chosen) = pane_tabs_ui(ui, Id::unique("gallery pane"), name, &tabs, self.pane_tab) {
                self.pane_tab = chosen;
            }
        });
        outline(ui, frame);
        ui.add_space(GAP);
        Self::head(ui, self.say("Notices: information, good, warning, error", "通知：信息、成功、警告、错误"));
        Notice::new(
            Tone::Accent,
            self.say("Schema reloaded.", "schema 已重新加载。"),
            self.say("hello.proto changed on disk.", "hello.proto 在磁盘上已更改。"),
        )
        .show(ui);
        ui.add_space(10.0);
        Notice::new(Tone::Ok, "", self.say("Registered 9005 at 127.0.0.1:8500.", "已在 127.0.0.1:8500 注册 9005。"))
            .show(ui);
        ui.add_space(10.0);
        Notice::new(
            Tone::Warn,
            self.say("Stale since 09:12:05.", "自 09:12:05 起未更新。"),
            self.say("Consul does not answer; this is what it said then.", "Consul 没有响应；这是它当时的数据。"),
        )
        .actions(&[self.say("Try again", "重试")])
        .show(ui);
        ui.add_space(10.0);
        Notice::new(Tone::Error, self.say("Not saved.", "未保存。"), self.say("The disk is full.", "磁盘已满。"))
            .show(ui);
        ui.add_space(GAP);
        Self::head(
            ui,
            self.say("Working: after 300 ms; after 1 s it can be cancelled", "进行中：300 ms 后显示；1 s 后可取消"),
        );
        let what = self.say("Waiting for the server", "正在等待服务器");
        working_ui(ui, what, "1.3 s", Progress::Unknown, Some(self.say("Cancel", "取消")));
    }

    fn states_ui(&mut self, ui: &mut Ui) {
        const GAP: f32 = 22.0;
        let t = tokens(ui);
        Self::head(ui, self.say("The four states of a view", "视图的四种状态"));
        let (frame, _) = ui.allocate_exact_size(vec2(ui.available_width(), 356.0), Sense::hover());
        let states = [
            (
                ViewKind::Empty(Icon::Layers),
                self.say("No services yet", "还没有服务"),
                self.say("They appear here once you connect or open files.", "连接或打开文件后会显示在这里。"),
                self.say("Add a source…", "添加来源…"),
            ),
            (
                ViewKind::Loading,
                self.say("Reading the schema", "正在读取 schema"),
                self.say("127.0.0.1:7888, 3 of 5 services, 0.8 s", "127.0.0.1:7888，5 个服务中的 3 个，0.8 s"),
                self.say("Cancel", "取消"),
            ),
            (
                ViewKind::Failed,
                self.say("Connection refused", "连接被拒绝"),
                self.say(
                    "Nothing listens on 127.0.0.1:7889. Tried at the TCP stage.",
                    "127.0.0.1:7889 上没有监听。在 TCP 阶段尝试。",
                ),
                self.say("Try again", "重试"),
            ),
            (
                ViewKind::Stale,
                self.say("Stale since 09:12:05", "自 09:12:05 起未更新"),
                self.say("Consul does not answer. The last known data stays.", "Consul 没有响应。保留最后已知的数据。"),
                self.say("Try now", "立即重试"),
            ),
        ];
        for (index, (kind, title, words, action)) in states.into_iter().enumerate() {
            let corner = frame.min + vec2(234.0 * (index % 2) as f32, 184.0 * (index / 2) as f32);
            let mut inner = card(ui, Rect::from_min_size(corner, vec2(222.0, 172.0)), 17.0);
            inner.max.x += 6.0;
            ViewState::new(kind, title, words).action(action).small().card_ui(ui, inner, inner.bottom() + 1.0);
        }
        ui.add_space(GAP);
        Self::head(
            ui,
            self.say("Menu, tooltip (name, then the key), scroll bar", "菜单、提示（名称，然后按键）、滚动条"),
        );
        let (frame, _) = ui.allocate_exact_size(vec2(ui.available_width(), 136.0), Sense::hover());
        let menu = Rect::from_min_size(frame.min, vec2(236.0, 131.0));
        let mut child = ui.new_child(UiBuilder::new().id_salt("menu").max_rect(menu));
        popup_frame(t).show(&mut child, |ui| {
            ui.set_width(226.0);
            ui.spacing_mut().item_spacing = vec2(0.0, 0.0);
            rows_ui(ui, |ui| {
                ui.add(
                    MenuItem::new(self.say("Call this instance", "调用此实例")).icon(Icon::Play).key("⏎").highlighted(),
                );
                ui.add(MenuItem::new(self.say("Call all of User", "调用 User 的全部实例")).icon(Icon::Network));
                ui.add(MenuItem::new(self.say("Copy as grpcurl", "复制为 grpcurl")).icon(Icon::Copy).key("Ctrl C"));
                menu_line_ui(ui);
                ui.add(MenuItem::new(self.say("Deregister…", "注销…")).icon(Icon::Trash2).danger());
            });
        });
        let beside = Rect::from_min_max(pos2(frame.left() + 252.0, frame.top()), frame.max);
        let mut child =
            ui.new_child(UiBuilder::new().id_salt("tips").max_rect(beside).layout(Layout::top_down(Align::Min)));
        child.spacing_mut().item_spacing = vec2(0.0, 12.0);
        shown_tooltip_ui(&mut child, self.say("Registry", "注册中心"), Some("Alt 2"));
        shown_tooltip_ui(&mut child, "2026-11-22 09:14:03.120", None);
        let (sample, _) = child.allocate_exact_size(vec2(64.0, 56.0), Sense::hover());
        let edge = Stroke::new(1.0, t.line);
        child.painter().rect(sample, CornerRadius::same(6), t.bg2, edge, StrokeKind::Inside);
        let bar = Rect::from_min_size(pos2(sample.right() - 9.0, sample.top() + 7.0), vec2(6.0, 26.0));
        child.painter().rect_filled(bar, CornerRadius::same(3), t.scroll_bar);
        ui.add_space(GAP);
        Self::head(
            ui,
            self.say("A question before a destructive act names what it touches", "破坏性操作前的确认会指明对象"),
        );
        shown_question_ui(ui, self.question());
    }

    fn question(&self) -> Question<'static> {
        Question {
            title: self.say("Deregister 9002 from User?", "从 User 注销 9002？"),
            text: self.say(
                "At Consul 127.0.0.1:8500, dc1. Callers that use the registry stop finding 127.0.0.1:9002. The process \
                 itself keeps running.",
                "位于 Consul 127.0.0.1:8500，dc1。使用注册中心的调用方将找不到 127.0.0.1:9002。进程本身继续运行。",
            ),
            confirm: self.say("Deregister 9002", "注销 9002"),
            cancel: self.say("Cancel", "取消"),
            danger: true,
        }
    }

    fn more_ui(&mut self, ui: &mut Ui, room: Rect) {
        let side = Rect::from_min_size(room.min, vec2(292.0, room.height()));
        let rest = Rect::from_min_max(pos2(side.right(), room.top()), room.max);
        self.side_ui(ui, side);
        let range = SplitRange { first_min: 360.0, second_min: 360.0, rest: 0.5 };
        let (left, right) = split(rest, SplitAxis::Columns, self.share, range);
        self.left_ui(ui, left);
        self.right_ui(ui, right);
        let name = self.say("Resize", "调整大小");
        splitter_ui(ui, Id::unique("gallery split"), name, rest, SplitAxis::Columns, &mut self.share, range);
        if self.asks && question_ui(ui.ctx(), Id::unique("gallery question"), self.question()).is_some() {
            self.asks = false;
        }
    }

    fn side_ui(&mut self, ui: &mut Ui, rect: Rect) {
        let t = tokens(ui);
        ui.painter().rect_filled(rect, 0.0, t.bg1);
        let mut ui = ui.new_child(UiBuilder::new().id_salt("side").max_rect(rect.shrink(8.0)));
        let ui = &mut ui;
        ui.spacing_mut().item_spacing = vec2(8.0, 0.0);
        ui.horizontal(|ui| {
            logo_ui(ui, 18.0, "Proconsul");
            ui.add(Line::strong("Proconsul").height(28.0));
            ui.add(IconButton::new(Icon::Layers, self.say("Services", "服务")).rail(true, false).key("Alt 1"));
            ui.add(IconButton::new(Icon::Network, self.say("Registry", "注册中心")).rail(false, true).key("Alt 2"));
        });
        ui.add_space(8.0);
        let placeholder = self.say("Filter methods", "筛选方法");
        Field::new(Id::unique("gallery filter"), &mut self.filter, placeholder)
            .placeholder(placeholder)
            .leading(Icon::Search)
            .key("Ctrl F")
            .show(ui);
        ui.add_space(8.0);
        let mut rows = method_rows();
        rows.insert(
            0,
            TreeRow {
                key: 100,
                expanded: Some(true),
                text: "127.0.0.1:7888".to_owned(),
                strong: true,
                fact: TreeFact::Badge("reflection v1".to_owned(), Tone::Plain),
                ..TreeRow::default()
            },
        );
        rows[1].expanded = Some(!self.folded);
        if self.folded {
            rows.truncate(2);
        }
        rows.push(TreeRow {
            key: 200,
            mark: TreeMark::Icon(Icon::CircleAlert, Tone::Error),
            text: "legacy/a-very-long-name-of-a-folder/cart.proto".to_owned(),
            tone: Tone::Error,
            level: 1,
            fact: TreeFact::Text(self.say("1 error", "1 个错误").to_owned(), Tone::Error),
            ..TreeRow::default()
        });
        let name = self.say("Services", "服务");
        let said = Tree::new(Id::unique("gallery tree"), name, self.tree_row).show(ui, rows.as_slice());
        self.tree_row = said.chosen.or(self.tree_row);
        if said.toggled == Some(0) {
            self.folded = !self.folded;
        }
    }

    fn left_ui(&mut self, ui: &mut Ui, rect: Rect) {
        let t = tokens(ui);
        let mut ui = ui.new_child(UiBuilder::new().id_salt("left").max_rect(rect));
        let ui = &mut ui;
        ui.spacing_mut().item_spacing = vec2(0.0, 0.0);
        ui.add_space(10.0);
        ui.horizontal(|ui| {
            ui.spacing_mut().item_spacing.x = 8.0;
            ui.add_space(4.0);
            let name = self.say("Address", "地址");
            Field::new(Id::unique("gallery target"), &mut self.target, name)
                .mono()
                .large()
                .leading_colored(Icon::Lock, t.ok)
                .trailing("verified as www.eline.com")
                .width(300.0)
                .show(ui);
            let button = ui.add(Button::secondary(self.say("Template", "模板")).large().trailing(Icon::ChevronDown));
            menu_ui(&button, 160.0, |ui| {
                ui.add(MenuItem::new(self.say("From the schema", "来自 schema")).first());
                ui.add(MenuItem::new(self.say("Empty", "空")));
            });
        });
        ui.add_space(10.0);
        ui.horizontal(|ui| {
            ui.spacing_mut().item_spacing.x = 8.0;
            ui.add_space(4.0);
            let names = ["STRING", "INT32"];
            let (_, picked) =
                Combo::new("data_type", names[self.combo]).detail("= 1").mono().width(220.0).show(ui, |ui| {
                    let mut picked = None;
                    for (index, name) in names.iter().enumerate() {
                        if ui.add(MenuItem::new(name).mono().chosen(index == self.combo)).clicked() {
                            picked = Some(index);
                        }
                    }
                    picked
                });
            self.combo = picked.flatten().unwrap_or(self.combo);
            Combo::new(self.say("Workspace", "工作区"), "shop-backend").ghost().show(ui, |_| ());
            Field::new(Id::unique("gallery secret"), &mut self.secret, "token")
                .mono()
                .password(true)
                .width(120.0)
                .show(ui);
        });
        ui.add_space(10.0);
        section_head_ui(ui, self.say("Request", "请求"), "proto.Parent, 64 B", 36.0, |ui| {
            ui.add(IconButton::new(Icon::Copy, self.say("Copy", "复制")).small());
        });
        let problem = Problem {
            range: self.code.find("\"abc\"").map_or(0..0, |at| at..at + 5),
            message: self.say("expected int32, found string", "应为 int32，实际为 string").to_owned(),
        };
        let place = Rect::from_min_size(ui.cursor().min, vec2(rect.width(), 160.0));
        ui.advance_cursor_after_rect(place);
        let mut child = ui.new_child(UiBuilder::new().id_salt("editor").max_rect(place));
        let name = self.say("Message", "消息");
        let edited = Editor::new(Id::unique("gallery editor"), &self.code, name)
            .language(Language::Json)
            .problems(&[problem])
            .show(&mut child);
        if let Some(text) = edited.text {
            self.code = text;
        }
        section_head_ui(ui, "TLS", "", 32.0, |_| ());
        ui.add_space(6.0);
        ui.horizontal(|ui| {
            ui.add_space(12.0);
            ui.vertical(|ui| {
                let row = NameValue { name: self.say("Version", "版本"), value: "TLS 1.3", ..NameValue::default() };
                name_value_ui(ui, row);
                let row = NameValue {
                    name: "SHA-256",
                    value: "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
                    ..row
                };
                name_value_ui(ui, row);
            });
        });
        ui.add_space(12.0);
        let (area, _) = ui.allocate_exact_size(vec2(rect.width(), 48.0), Sense::hover());
        dashed(ui.painter(), area.shrink2(vec2(12.0, 0.0)), 8.0, t.stroke);
        let drop = self.say("Drop .proto files anywhere in this window", "将 .proto 文件拖到此窗口的任意位置");
        let mut child = ui.new_child(UiBuilder::new().id_salt("drop").max_rect(area.shrink2(vec2(24.0, 10.0))));
        child.add(Line::new(drop).color(t.text2).height(28.0).elide(Elide::End));
        ui.add_space(12.0);
        let mut child = ui.new_child(
            UiBuilder::new()
                .id_salt("standing")
                .max_rect(Rect::from_min_max(ui.cursor().min + vec2(12.0, 0.0), rect.max - vec2(12.0, 0.0))),
        );
        Notice::new(
            Tone::Error,
            self.say("Certificates are not checked.", "未校验证书。"),
            self.say("Anyone on the way can read and change this call.", "途中任何人都能读取并修改此调用。"),
        )
        .actions(&[self.say("Turn the check on", "开启校验")])
        .standing()
        .show(&mut child);
        child.add_space(12.0);
        let ask = child.add(Button::danger(self.say("Deregister…", "注销…")));
        if ask.clicked() {
            self.asks = true;
        }
    }

    fn right_ui(&mut self, ui: &mut Ui, rect: Rect) {
        let mut ui = ui.new_child(UiBuilder::new().id_salt("right").max_rect(rect));
        let ui = &mut ui;
        ui.spacing_mut().item_spacing = vec2(0.0, 0.0);
        let place = Rect::from_min_size(rect.min, vec2(rect.width(), 360.0));
        ui.advance_cursor_after_rect(place);
        let mut child = ui.new_child(UiBuilder::new().id_salt("view").max_rect(place));
        CodeView::new(Id::unique("gallery view"), self.say("Response", "响应"))
            .language(Language::Json)
            .lang(if self.chinese { crate::words::Lang::ZhCn } else { crate::words::Lang::En })
            .hits(&[Hit { line: 5, range: 12..18 }])
            .show(&mut child, &self.view);
        section_head_ui(ui, self.say("Phases", "阶段"), self.say("21.4 ms in all", "共 21.4 ms"), 36.0, |ui| {
            ui.add(IconButton::new(Icon::ChevronDown, self.say("Fold", "折叠")).small());
        });
        let row = |name, duration, from: f64, to: f64, tone, note| WaterfallRow {
            name,
            duration,
            span: BarSpan::Between(from, to),
            tone,
            note,
            critical: false,
        };
        let mut rows = vec![
            row(
                self.say("Resolve 127.0.0.1", "解析 127.0.0.1"),
                "0.1 ms",
                0.0,
                100.0,
                BarTone::Idle,
                "a literal address",
            ),
            row(self.say("TCP connect", "TCP 连接"), "0.9 ms", 100.0, 1_000.0, BarTone::Connect, ""),
            row(
                self.say("TLS 1.3 handshake", "TLS 1.3 握手"),
                "5.6 ms",
                1_000.0,
                6_600.0,
                BarTone::Tls,
                "www.eline.com · h2",
            ),
            row(self.say("HTTP/2 settings", "HTTP/2 设置"), "1.1 ms", 6_600.0, 7_700.0, BarTone::Idle, ""),
            row(
                self.say("Request, 1 message", "请求，1 条消息"),
                "0.3 ms",
                7_700.0,
                8_000.0,
                BarTone::Request,
                "64 B sent",
            ),
            row(
                self.say("Wait for the server", "等待服务器"),
                "12.4 ms",
                8_000.0,
                20_400.0,
                BarTone::Wait,
                "until the first byte",
            ),
            row(
                self.say("Response, 1 message", "响应，1 条消息"),
                "0.8 ms",
                20_400.0,
                21_200.0,
                BarTone::Response,
                "64 B received",
            ),
            row("Trailers", "0.2 ms", 21_200.0, 21_400.0, BarTone::Request, "grpc-status 0"),
            row(self.say("TLS handshake", "TLS 握手"), "3.1 ms", 1_000.0, 4_100.0, BarTone::Failed, "wrong name"),
        ];
        rows[5].critical = true;
        rows.push(WaterfallRow {
            span: BarSpan::NotReached(12_000.0, 15_000.0),
            ..row(self.say("Response", "响应"), "", 0.0, 0.0, BarTone::Response, self.say("not reached", "未到达"))
        });
        let ticks = [(0.0, "0"), (5_000.0, "5"), (10_000.0, "10"), (15_000.0, "15"), (20_000.0, "20 ms")]
            .map(|(at_us, label)| Tick { at_us, label });
        let axis = Axis { title: self.say("Phase", "阶段"), end_us: 22_000.0, ticks: &ticks };
        waterfall_ui(ui, Id::unique("gallery phases"), self.say("Phases", "阶段"), axis, &rows);
        ui.add_space(24.0);
        ViewState::new(
            ViewKind::Empty(Icon::Layers),
            self.say("No services yet", "还没有服务"),
            self.say("They appear here once you connect or open files.", "连接或打开文件后会显示在这里。"),
        )
        .action(self.say("Add a source…", "添加来源…"))
        .centered()
        .show(ui);
        let title = fonts::title();
        ui.add_space(12.0);
        ui.add(Line::new(self.say("What would you like to call?", "想调用什么？")).font(title).height(28.0));
    }
}

fn outline(ui: &Ui, rect: Rect) {
    let line = Stroke::new(1.0, tokens(ui).line);
    ui.painter().rect_stroke(rect, CornerRadius::same(6), line, StrokeKind::Inside);
}

fn method_rows() -> Vec<TreeRow> {
    let method = |key, text: &str, shape| TreeRow {
        key,
        level: 2,
        mark: TreeMark::Shape(shape),
        text: text.to_owned(),
        ..TreeRow::default()
    };
    vec![
        TreeRow { key: 0, level: 1, expanded: Some(true), text: "hello.Hello".to_owned(), ..TreeRow::default() },
        method(1, "SayHello", Shape::Unary),
        method(2, "LotsOfReplies", Shape::ServerStream),
        method(3, "LotsOfGreetings", Shape::ClientStream),
        method(4, "BidiHello", Shape::Bidi),
    ]
}
