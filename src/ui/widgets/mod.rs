//! Every control once, by the measures of the look; everything on screen is made of them. Words come from the caller,
//! colours from [`crate::ui::theme`]. No widget knows what a call, a service or a registry is.
//!
//! What is shown by `ui.add(..)` is a builder; what is shown by `.show(ui)` or a function returns what the person did.
//! Every control has an accessible name; lists, tabs and choices are one Tab stop, arrows move within.
//!
//! | file | what |
//! |---|---|
//! | [`text`] | `ui.add(Line::new("text").font(..).color(..).height(28.0).elide(Elide::Middle))`, also `Line::hint`, `code`, `strong`; `paragraph_ui(ui, text, font, color, line_height)`; `rich_paragraph_ui(ui, job)` with `append(&mut job, ..)`; for painted rows `paint_text(painter, left, middle, text, &font, color)`, `paint_text_right`, `paint_text_center`, `elide_middle`, and `label_over(ui, rect, salt, name)` to make them known |
//! | [`button`] | `ui.add(Button::secondary("Save"))`, `primary`, `danger`, `danger_confirm`, `ghost`, `link`; `.large() .small() .icon(Icon) .trailing(Icon) .key("Ctrl ⏎") .key_if(Option<&str>) .enabled(bool) .min_width(f32) .name(..)`, `.width(&ui)`; `ui.add(IconButton::new(Icon::Copy, "Copy").small().on(bool).key("Ctrl C"))`, `.rail(chosen, alert)` |
//! | [`field`] | `Field::new(id, &mut text, name).placeholder(..).leading(Icon).key(..).trailing(..).error(Option<&str>).mono().large().enabled(..).password(..).width(..).show(ui) -> Response` |
//! | [`editor`] | `Editor::new(id, &text, name).language(Language::Json).problems(&[Problem]).find(FindWords).show(ui) -> EditorOutput`; `go_to(ctx, id, byte)`, `forget(ctx, id)` |
//! | [`code_view`] | `CodeView::new(id, name).language(..).lang(..).explain(&..).path(&..).command(Option<ViewCommand>).can_save().hits(&[Hit]).scroll_to(Option<usize>).show(ui, &TextLines) -> ViewOutput`, whose text is shared and never copied; `holds_focus(ctx)`, `wants_escape(ctx)`, `is_folded(ctx, id)` |
//! | [`choice`] | `choice_ui(ui, name, ButtonSize::Small, &mut chosen, &[(value, label)]) -> bool` |
//! | [`switches`] | `check_box_ui(ui, &mut on, label, show_label)`, `radio_ui(ui, on, label, show_label)`, `toggle_ui(ui, &mut on, label, show_label)` |
//! | [`chip`] | `chip_ui(ui, label, remove_name) -> bool` (removed) |
//! | [`menu`] | `menu_ui(&button_response, width, \|ui\| { ui.add(MenuItem::new("Copy").icon(..).key(..)) })`, `context_menu_ui(&response, ..)`, `menu_line_ui(ui)`; `copy_menu_ui(&response, radius, text)`, `copyable(ui, rect, salt, (role, name), text)` for what is only read; `scrolled_ui(ui, \|ui\| ..)` for other popups; `Combo::new(name, text).detail(..).mono().large().ghost().show(ui, \|ui\| ..) -> (Response, Option<R>)` |
//! | [`badge`] | `shape_ui(ui, Shape::of(client_streams, server_streams), name)`, `badge_ui(ui, label, Tone)`, `status_badge_ui(ui, Tone, "0 OK")`, `health_ui(ui, Health, word)`, `icon_word_ui`, `dot_word_ui(ui, Tone, word)`, `count_ui(ui, "3")`, `key_ui(ui, "Ctrl K")` |
//! | [`tree`] | `Tree::new(id, name, chosen_key).active(bool).scroll_to_chosen(bool).show(ui, &TreeRows) -> TreeResponse { chosen, toggled, opened, menu }` |
//! | [`table`] | `Table::new(id, name, &[Column]).dense().chosen(row).follow_tail(bool).show(ui, count, \|row\| vec![Cell::mono(..)]) -> TableResponse { chosen, opened, menu }` |
//! | `lines` | `Lines::new(id, name, height).opens().sideways().show(ui, count, \|ui, line\| ..) -> LinesResponse { opened, went }`: what is read line by line |
//! | [`long_table`] | `table.show_long(ui, count, \|row\| vec![..]) -> LongResponse { table, visible, followed }`: rows without end, exact at any place |
//! | [`tabs`] | `window_tabs_ui(ui, id, WindowTabsWords, &[WindowTab], chosen_key) -> WindowTabsResponse { chosen, closed, new, moved, duplicated, reopened }`; `pane_tabs_ui(ui, id, name, &[PaneTab], chosen) -> Option<usize>` |
//! | [`notice`] | `Notice::new(Tone, lead, text).actions(&["Try again"]).standing().show(ui) -> Option<usize>` |
//! | [`working`] | `waiting_ui(ui, what, since, cancel) -> bool`, `working_ui(ui, what, elapsed, Progress, cancel: Option<&str>) -> bool`, `progress_bar(painter, rect, Progress, tokens)` |
//! | [`view_state`] | `ViewState::new(ViewKind::Empty(Icon), title, text).action(label).centered().show(ui) -> bool` |
//! | [`tooltip`] | `tooltip_ui(&response, name, key: Option<&str>)`, `disabled_tooltip_ui(&response, reason)` |
//! | [`splitter`] | `split(area, SplitAxis, share, SplitRange) -> (Rect, Rect)`, then after the panes `splitter_ui(ui, id, name, area, axis, &mut share, range)` |
//! | [`dialog`] | `dialog_ui(ctx, id, width, title, \|ui\| body, \|ui\| foot) -> (B, F, close: bool)`, `question_ui(ctx, id, Question) -> Option<Answer>`, `card(ui, rect, padding) -> Rect` |
//! | [`suggest`] | `Suggest::before(ui, field_id, count)`, then behind the field `.after(ui, &field, opens, name, &[Suggestion]) -> Option<usize>` |
//! | [`heading`] | `section_head_ui(ui, title, note, height, \|ui\| buttons)`, `name_value_ui(ui, NameValue)` |
//! | [`waterfall`] | `waterfall_ui(ui, id, name, Axis, &[WaterfallRow]) -> Option<usize>` |
//! | [`logo`] | `logo_ui(ui, size, name)` |
//! | [`shared`] | `line_below(painter, rect, color)`, `line_right`, `dashed(painter, rect, radius, color)`, `Stand` |

pub mod badge;
pub mod button;
pub mod chip;
pub mod choice;
pub mod code_view;
pub mod dialog;
pub mod editor;
pub mod field;
pub mod heading;
pub mod json;
pub(in crate::ui) mod lines;
pub mod logo;
pub mod long_table;
pub mod menu;
pub mod notice;
pub(in crate::ui) mod rows;
pub mod shared;
pub mod splitter;
pub mod suggest;
pub mod switches;
pub mod table;
pub mod tabs;
pub mod text;
pub mod tooltip;
pub mod tree;
pub mod view_state;
pub mod waterfall;
pub mod working;
