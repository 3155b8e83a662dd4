//! The colours of both themes, by role.

use egui::Color32;

/// `0xRRGGBB` as a colour.
const fn rgb(hex: u32) -> Color32 {
    Color32::from_rgb((hex >> 16) as u8, (hex >> 8) as u8, hex as u8)
}

/// Every colour there is, by role.
#[derive(Clone, Debug, PartialEq)]
pub struct Tokens {
    /// Whether these are the dark theme's.
    pub dark: bool,
    /// Behind everything.
    pub bg0: Color32,
    /// Bars, rail, side panel, cards, dialogs.
    pub bg1: Color32,
    /// The centre.
    pub bg2: Color32,
    /// Inputs, buttons, hover, popups.
    pub bg3: Color32,
    /// Badges, the chosen part of a choice, pressed.
    pub bg4: Color32,
    /// Between things.
    pub line: Color32,
    /// Around buttons, popups, dialogs.
    pub stroke: Color32,
    /// What is read first.
    pub text1: Color32,
    /// What is read second.
    pub text2: Color32,
    /// Labels, hints, units.
    pub text3: Color32,
    /// Disabled, line numbers; never for what must be read.
    pub faint: Color32,
    /// The one accent.
    pub accent: Color32,
    /// Behind the accent.
    pub accent_bg: Color32,
    /// Primary buttons.
    pub accent_fill: Color32,
    /// Primary buttons under the pointer.
    pub accent_fill_hover: Color32,
    /// Text on a filled button.
    pub on_fill: Color32,
    /// Good, unary.
    pub ok: Color32,
    /// Behind good.
    pub ok_bg: Color32,
    /// Take care, client stream.
    pub warn: Color32,
    /// Behind take care.
    pub warn_bg: Color32,
    /// Wrong.
    pub error: Color32,
    /// Behind wrong.
    pub error_bg: Color32,
    /// The button that confirms a destructive act.
    pub error_fill: Color32,
    /// Bidi, TLS, maintenance.
    pub violet: Color32,
    /// Behind violet.
    pub violet_bg: Color32,
    /// Keys of JSON, the answer.
    pub cyan: Color32,
    /// Behind cyan.
    pub cyan_bg: Color32,
    /// The sixth of the services in a trace.
    pub pink: Color32,
    /// The edge of an information.
    pub edge_accent: Color32,
    /// The edge of a good notice.
    pub edge_ok: Color32,
    /// The edge of a warning.
    pub edge_warn: Color32,
    /// The edge of an error.
    pub edge_error: Color32,
    /// Bars of waiting without meaning.
    pub bar_idle: Color32,
    /// Text on bars.
    pub bar_text: Color32,
    /// The scroll bar.
    pub scroll_bar: Color32,
    /// Behind a hit of the search.
    pub find_hit: Color32,
    /// Over what lies under a dialog.
    pub scrim: Color32,
}

/// The dark theme.
pub const DARK: Tokens = Tokens {
    dark: true,
    bg0: rgb(0x000d_1014),
    bg1: rgb(0x0012_161b),
    bg2: rgb(0x0018_1d24),
    bg3: rgb(0x001f_262f),
    bg4: rgb(0x0029_323d),
    line: rgb(0x0023_2b35),
    stroke: rgb(0x0033_404e),
    text1: rgb(0x00e3_e8ee),
    text2: rgb(0x00a3_afbc),
    text3: rgb(0x008c_99a8),
    faint: rgb(0x0065_7386),
    accent: rgb(0x005b_9dff),
    accent_bg: rgb(0x001c_3357),
    accent_fill: rgb(0x002a_66d9),
    accent_fill_hover: rgb(0x002f_6ade),
    on_fill: rgb(0x00ff_ffff),
    ok: rgb(0x003e_cf8e),
    ok_bg: rgb(0x0015_332a),
    warn: rgb(0x00f2_b84b),
    warn_bg: rgb(0x0038_2d17),
    error: rgb(0x00ff_6b6f),
    error_bg: rgb(0x003b_1f25),
    error_fill: rgb(0x00c8_363b),
    violet: rgb(0x00b5_8cff),
    violet_bg: rgb(0x002b_2345),
    cyan: rgb(0x004c_cbd8),
    cyan_bg: rgb(0x0014_3338),
    pink: rgb(0x00ef_7fb8),
    edge_accent: rgb(0x002f_5a96),
    edge_ok: rgb(0x0022_6b4e),
    edge_warn: rgb(0x006b_5524),
    edge_error: rgb(0x007d_363b),
    bar_idle: rgb(0x004a_5868),
    bar_text: rgb(0x000d_1014),
    scroll_bar: rgb(0x0033_404e),
    find_hit: rgb(0x004d_3f16),
    scrim: Color32::from_rgba_premultiplied(3, 4, 6, 158),
};

/// The light theme.
pub const LIGHT: Tokens = Tokens {
    dark: false,
    bg0: rgb(0x00ee_f1f4),
    bg1: rgb(0x00f7_f8fa),
    bg2: rgb(0x00ff_ffff),
    bg3: rgb(0x00f0_f3f6),
    bg4: rgb(0x00e1_e6ec),
    line: rgb(0x00dd_e3ea),
    stroke: rgb(0x00c6_cfd9),
    text1: rgb(0x0017_202a),
    text2: rgb(0x0046_5462),
    text3: rgb(0x005f_6d7b),
    faint: rgb(0x0084_92a1),
    accent: rgb(0x001a_63d6),
    accent_bg: rgb(0x00db_e9ff),
    accent_fill: rgb(0x001a_63d6),
    accent_fill_hover: rgb(0x0016_56bd),
    on_fill: rgb(0x00ff_ffff),
    ok: rgb(0x000f_734b),
    ok_bg: rgb(0x00d8_f1e5),
    warn: rgb(0x008f_5a00),
    warn_bg: rgb(0x00fb_eccb),
    error: rgb(0x00c4_2b28),
    error_bg: rgb(0x00fc_e3e2),
    error_fill: rgb(0x00c4_2b28),
    violet: rgb(0x0073_47c9),
    violet_bg: rgb(0x00eb_e3fb),
    cyan: rgb(0x000b_7380),
    cyan_bg: rgb(0x00d6_eef1),
    pink: rgb(0x00b8_347d),
    edge_accent: rgb(0x009d_bff5),
    edge_ok: rgb(0x008f_d1b1),
    edge_warn: rgb(0x00e0_bd70),
    edge_error: rgb(0x00ed_a5a2),
    bar_idle: rgb(0x0084_92a1),
    bar_text: rgb(0x00ff_ffff),
    scroll_bar: rgb(0x00c6_cfd9),
    find_hit: rgb(0x00ff_e9a8),
    scrim: Color32::from_rgba_premultiplied(8, 12, 15, 97),
};

/// What a colour says; never alone, always beside a word, a sign or an icon.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Tone {
    /// Nothing in particular.
    #[default]
    Plain,
    /// Information, server stream, what is live.
    Accent,
    /// Good, unary.
    Ok,
    /// Take care, client stream.
    Warn,
    /// Wrong.
    Error,
    /// Bidi, maintenance.
    Violet,
    /// The answer's.
    Cyan,
}

/// A tone's three colours.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Tint {
    /// Text and icons.
    pub fg: Color32,
    /// What lies behind them.
    pub bg: Color32,
    /// The edge around.
    pub edge: Color32,
}

impl Tokens {
    /// The colours of a tone.
    pub const fn tint(&self, tone: Tone) -> Tint {
        match tone {
            Tone::Plain => Tint { fg: self.text2, bg: self.bg4, edge: self.stroke },
            Tone::Accent => Tint { fg: self.accent, bg: self.accent_bg, edge: self.edge_accent },
            Tone::Ok => Tint { fg: self.ok, bg: self.ok_bg, edge: self.edge_ok },
            Tone::Warn => Tint { fg: self.warn, bg: self.warn_bg, edge: self.edge_warn },
            Tone::Error => Tint { fg: self.error, bg: self.error_bg, edge: self.edge_error },
            Tone::Violet => Tint { fg: self.violet, bg: self.violet_bg, edge: self.violet_bg },
            Tone::Cyan => Tint { fg: self.cyan, bg: self.cyan_bg, edge: self.cyan_bg },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Color32, DARK, LIGHT, Tokens};

    /// Relative luminance by WCAG 2.
    fn luminance(color: Color32) -> f64 {
        let linear = |v: u8| {
            let v = f64::from(v) / 255.0;
            if v <= 0.04045 { v / 12.92 } else { ((v + 0.055) / 1.055).powf(2.4) }
        };
        0.2126 * linear(color.r()) + 0.7152 * linear(color.g()) + 0.0722 * linear(color.b())
    }

    fn contrast(a: Color32, b: Color32) -> f64 {
        let (a, b) = (luminance(a), luminance(b));
        (a.max(b) + 0.05) / (a.min(b) + 0.05)
    }

    #[test]
    fn what_must_be_read_has_contrast() {
        let check = |name: &str, t: &Tokens| {
            for (what, text, behind) in [
                ("text1 on bg4", t.text1, t.bg4),
                ("text2 on bg4", t.text2, t.bg4),
                ("text2 on accent", t.text2, t.accent_bg),
                ("text3 on bg1", t.text3, t.bg1),
                ("text3 on bg2", t.text3, t.bg2),
                ("text3 on bg3", t.text3, t.bg3),
                ("accent", t.accent, t.accent_bg),
                ("ok", t.ok, t.ok_bg),
                ("warn", t.warn, t.warn_bg),
                ("error", t.error, t.error_bg),
                ("violet", t.violet, t.violet_bg),
                ("cyan", t.cyan, t.cyan_bg),
                ("primary", t.on_fill, t.accent_fill),
                ("primary, hover", t.on_fill, t.accent_fill_hover),
                ("danger", t.on_fill, t.error_fill),
            ] {
                let found = contrast(text, behind);
                assert!(found >= 4.5, "{name}: {what} has a contrast of {found:.2}");
            }
        };
        check("dark", &DARK);
        check("light", &LIGHT);
    }
}
