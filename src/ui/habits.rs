//! What the screen alone remembers of palette, settings, keys and notices.

use egui::{Context, Event, ImeEvent, Key};

use super::palette::Palette;
use super::settings::SettingsMemory;
use crate::app::{RequestSide, ResponseSide, TabId, UiCommand};

/// Part of [`super::context::Memory`].
#[derive(Default)]
pub(super) struct Habits {
    /// The palette, while it is open.
    pub(super) palette: Option<Palette>,
    /// The list of notices is open.
    pub(super) notices_open: bool,
    /// Where there is room for it, the side panel is folded all the same.
    pub(super) side_folded: bool,
    /// Where there is none, the side panel stands over the centre.
    pub(super) side_over: bool,
    /// The window is too narrow for a side panel; found anew each frame.
    pub(super) is_narrow: bool,
    /// What was in front when the side panel was put over it.
    pub(super) side_over_what: u64,
    /// The list of the source's methods is to open.
    pub(super) open_methods: bool,
    /// The settings' side.
    pub(super) settings: SettingsMemory,
    /// The command whose key is being typed; its keys are not heard meanwhile.
    pub(super) typing_key: Option<UiCommand>,
    /// The call whose answer was brought into view in a low window.
    pub(super) answered: Option<crate::engine::CallId>,
    /// The sides of the tab that a low window showed last.
    pub(super) sides: Option<(TabId, RequestSide, ResponseSide)>,
    /// The focus before the palette took it.
    pub(super) focus_before: Option<egui::Id>,
    /// An input method composes.
    composes: bool,
}

impl Habits {
    /// While an input method composes, Enter, Escape, Tab and the arrows are its own: nothing else may take them. The
    /// Enter that ends composing comes with its commit, before or after it.
    pub(super) fn hold_composing_keys(&mut self, ctx: &Context) {
        let composed_before = self.composes;
        let composes = &mut self.composes;
        ctx.input_mut(|input| {
            let has_ime = input.events.iter().any(|event| matches!(event, Event::Ime(_)));
            if !composed_before && !has_ime {
                return;
            }
            let mut committed = composed_before;
            for event in &input.events {
                match event {
                    Event::Ime(ImeEvent::Preedit { text, .. }) => {
                        *composes = !text.is_empty();
                        committed |= *composes;
                    }
                    Event::Ime(ImeEvent::Commit(_)) => *composes = false,
                    _ => {}
                }
            }
            if committed {
                let is_its = |key: &Key| {
                    use Key::{ArrowDown, ArrowLeft, ArrowRight, ArrowUp, Enter, Escape, PageDown, PageUp, Space, Tab};
                    [ArrowDown, ArrowLeft, ArrowRight, ArrowUp, Enter, Escape, PageDown, PageUp, Space, Tab]
                        .contains(key)
                };
                input.events.retain(|event| !matches!(event, Event::Key { key, .. } if is_its(key)));
            }
        });
    }
}
