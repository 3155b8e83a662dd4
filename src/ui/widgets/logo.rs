//! The project's sign: a rounded square with the bars of a trace.

use egui::{Color32, CornerRadius, Mesh, Pos2, Rect, Response, Role, Sense, Shape, Ui, Vec2, WidgetInfo, pos2, vec2};

use crate::ui::theme::tokens;

/// The sign, `size` points wide and high; `name` is the program's.
pub fn logo_ui(ui: &mut Ui, size: f32, name: &str) -> Response {
    let (rect, response) = ui.allocate_exact_size(Vec2::splat(size), Sense::hover());
    response.widget_info(|| WidgetInfo::labeled(Role::Image, true, name));
    if ui.is_rect_visible(rect) {
        paint_logo(ui, rect);
    }
    response
}

fn paint_logo(ui: &Ui, rect: Rect) {
    const CORNER_STEPS: u8 = 8;
    let t = tokens(ui);
    let painter = ui.painter();
    let radius = rect.width() * 0.25;
    let mut outline: Vec<Pos2> = Vec::new();
    for (sx, sy, start) in [(1.0, -1.0, -90.0_f32), (1.0, 1.0, 0.0), (-1.0, 1.0, 90.0), (-1.0, -1.0, 180.0)] {
        let half = rect.width() / 2.0 - radius;
        let center = rect.center() + vec2(sx * half, sy * half);
        for i in 0..=CORNER_STEPS {
            let (sin, cos) = (start + 90.0 * f32::from(i) / f32::from(CORNER_STEPS)).to_radians().sin_cos();
            outline.push(pos2(center.x + radius * cos, center.y + radius * sin));
        }
    }
    // From the accent at the upper left to violet at the lower right.
    let shade = |p: Pos2| {
        let share = ((p.x - rect.left()) + (p.y - rect.top())) / (rect.width() + rect.height());
        mix(t.accent, t.violet, share.clamp(0.0, 1.0))
    };
    let mut mesh = Mesh::default();
    mesh.colored_vertex(rect.center(), shade(rect.center()));
    for point in &outline {
        mesh.colored_vertex(*point, shade(*point));
    }
    let count = outline.len() as u32;
    for i in 0..count {
        mesh.add_triangle(0, 1 + i, 1 + (i + 1) % count);
    }
    painter.add(Shape::mesh(mesh));
    let unit = rect.width() / 18.0;
    for (left, top, width) in [(4.0, 4.75, 5.5), (6.5, 8.0, 6.5), (9.5, 11.25, 4.5)] {
        let bar = Rect::from_min_size(rect.min + vec2(left, top) * unit, vec2(width, 2.0) * unit);
        painter.rect_filled(bar, CornerRadius::same(1), t.on_fill);
    }
}

fn mix(from: Color32, to: Color32, share: f32) -> Color32 {
    from.lerp_to_gamma(to, share)
}
