//! What the wire says, as signs and words.

use crate::registry::{TcpFact, WireHealth};
use crate::ui::widgets::badge::Health;
use crate::words::Lang;

/// The wire's word as the badge of it.
pub(in crate::ui) fn of_wire(health: &WireHealth) -> Health {
    match health {
        WireHealth::Serving => Health::Passing,
        WireHealth::NotServing | WireHealth::Unreachable => Health::Critical,
        WireHealth::Other(_) => Health::Warning,
        WireHealth::Unimplemented | WireHealth::Status(_) => Health::Unknown,
    }
}

/// Whether the port is open.
pub(super) fn tcp_word(lang: Lang, tcp: &TcpFact) -> String {
    let words = lang.registry();
    match tcp {
        TcpFact::NotTried => words.not_asked.to_owned(),
        TcpFact::Open => words.open.to_owned(),
        TcpFact::Refused => words.refused.to_owned(),
        TcpFact::TimedOut => words.timed_out.to_owned(),
        TcpFact::Unreachable => words.unreachable.to_owned(),
        TcpFact::NoSuchName => words.no_such_name.to_owned(),
        TcpFact::NoPort => words.no_port.to_owned(),
        TcpFact::Failed(why) => lang.wire_fault(why),
    }
}
