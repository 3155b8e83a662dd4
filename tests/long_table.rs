//! A table of millions of rows: its last row stands as exactly as its first, and only rows in view are asked for.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests may end by panicking")]

use std::cell::Cell as Counter;
use std::rc::Rc;

use egui::accesskit::Role;
use egui::{Event, Id, Key, Modifiers, MouseWheelUnit, TouchPhase, pos2, vec2};
use egui_kittest::Harness;
use egui_kittest::kittest::{NodeT as _, Queryable as _};
use proconsul::ui::theme;
use proconsul::ui::widgets::table::{Cell, Column, Table};

/// 78 million points: 32-bit points are 8 apart there.
const ROWS: usize = 3_000_000;

#[derive(Default)]
struct State {
    chosen: Option<usize>,
    followed: Vec<bool>,
    visible: std::ops::Range<usize>,
}

fn harness(asked: Rc<Counter<usize>>) -> Harness<'static, State> {
    let mut installed = false;
    Harness::builder().with_size([600.0, 400.0]).build_ui_state(
        move |ui, state: &mut State| {
            if !installed {
                // The harness has painted nothing yet: fonts are there for the first text of the next frame.
                theme::install(ui.ctx());
                installed = true;
                ui.ctx().request_repaint();
                return;
            }
            let columns = [Column::new("No.", 90.0).right(), Column::rest("Text")];
            let response = Table::new(Id::unique("long"), "Rows", &columns)
                .dense()
                .chosen(state.chosen)
                .follow_tail(state.followed.last() == Some(&true))
                .show_long(ui, ROWS, |row| {
                    asked.set(asked.get() + 1);
                    vec![Cell::mono(row.to_string()), Cell::new("text")]
                });
            state.chosen = response.table.chosen.or(state.chosen);
            state.followed.extend(response.followed);
            state.visible = response.visible;
        },
        State::default(),
    )
}

fn places(harness: &Harness<'_, State>) -> Vec<(usize, f32, f32)> {
    let rows = harness.query_all_by_role(Role::Row).filter_map(|row| {
        let label = row.accesskit_node().label()?;
        let number = label.split(',').next()?.parse().ok()?;
        Some((number, row.rect().top(), row.rect().bottom()))
    });
    rows.filter(|(_, top, _)| *top > 0.0).collect()
}

#[test]
fn the_end_is_as_exact_as_the_beginning() {
    let asked = Rc::new(Counter::new(0));
    let mut harness = harness(Rc::clone(&asked));
    harness.run();
    let first = places(&harness);
    assert_eq!(first.first().map(|row| row.0), Some(0));
    asked.set(0);
    harness.step();
    assert!(asked.get() < 20, "{} rows were made for one frame", asked.get());

    harness.query_all_by_role(Role::Row).next().expect("a row").click();
    harness.run();
    harness.key_press(Key::End);
    harness.run();
    let last = places(&harness);
    assert_eq!(last.last().map(|row| row.0), Some(ROWS - 1));
    // The harness leaves 8 around its content.
    assert!((last.last().expect("rows").2 - 392.0).abs() < 1.0, "the last row ends at the foot: {last:?}");
    for rows in last.windows(2) {
        assert!((rows[1].1 - rows[0].1 - 26.0).abs() < 0.01, "rows stand 26 apart: {rows:?}");
    }
    assert_eq!(harness.state().followed.last(), Some(&true), "who goes to the end follows it");

    // A single turn of the wheel moves by points, here too.
    harness.hover_at(pos2(300.0, 200.0));
    harness.event(Event::MouseWheel {
        unit: MouseWheelUnit::Point,
        delta: vec2(0.0, 5.0),
        phase: TouchPhase::Move,
        source: egui::MouseWheelSource::Unknown,
        modifiers: Modifiers::NONE,
    });
    harness.run();
    let moved = places(&harness);
    assert_eq!(harness.state().followed.last(), Some(&false), "who scrolls away no longer follows");
    let of = |rows: &[(usize, f32, f32)], number| rows.iter().find(|row| row.0 == number).map(|row| row.1);
    let shift = of(&moved, ROWS - 5).expect("in view") - of(&last, ROWS - 5).expect("in view");
    assert!((shift - 5.0).abs() < 1.1, "moved by {shift}");

    harness.key_press(Key::PageUp);
    harness.run();
    harness.key_press(Key::Home);
    harness.run();
    assert_eq!(places(&harness).first().map(|row| row.0), Some(0));
}

#[test]
fn the_bar_leads_anywhere() {
    let mut harness = harness(Rc::new(Counter::new(0)));
    harness.run();
    harness.drag_at(pos2(587.0, 40.0));
    harness.hover_at(pos2(587.0, 214.0));
    harness.run();
    harness.drop_at(pos2(587.0, 214.0));
    harness.run();
    let middle = harness.state().visible.start as f64 / ROWS as f64;
    assert!((0.4..0.6).contains(&middle), "the middle of the bar is the middle of the rows: {middle}");
}
