//! The ways on from a failure of the transport: what a person can do about it with one press, on the card of a failed
//! call or source and under the verdict of a diagnosis. What happened and why is told there.

use super::context::Cx;
use crate::app::{Action, PinnedCertificate, RequestSide, Retry};
use crate::engine::Scheme;
use crate::transport::{Failure, FailureKind, Stage};
use crate::words::Lang;

/// One way on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Way {
    /// Expect this name, which the certificate holds, in place of the address'.
    Name(String),
    /// Speak TLS, or plaintext.
    Speak(Scheme),
    /// Trust exactly the certificate that was shown; asks first.
    Trust(Box<PinnedCertificate>),
    /// Open the request's TLS settings.
    Settings,
}

impl Way {
    /// What its button says.
    pub(super) fn label(&self, lang: Lang) -> String {
        let words = lang.words();
        match self {
            Self::Name(name) => lang.use_as_server_name(name),
            Self::Speak(Scheme::Plaintext) => words.use_plaintext.to_owned(),
            Self::Speak(_) => words.use_tls.to_owned(),
            Self::Trust(_) => words.trust_certificate.to_owned(),
            Self::Settings => words.open_tls.to_owned(),
        }
    }

    /// Goes it.
    pub(super) fn go(self, cx: &mut Cx<'_>, of: Retry) {
        match (self, of) {
            (Self::Name(name), _) => cx.act(Action::UseServerName(of, name)),
            (Self::Speak(scheme), _) => cx.act(Action::Speak(of, scheme)),
            (Self::Trust(certificate), _) => cx.act(Action::AskTrust(of, certificate)),
            (Self::Settings, Retry::Send(tab)) => cx.act(Action::ShowRequestSide(tab, RequestSide::Tls)),
            (Self::Settings, Retry::Load(source)) => cx.act(Action::OpenDialogFor(source)),
        }
    }
}

/// The ways on that fit a failure.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Ways {
    /// What most likely helps.
    pub(super) primary: Option<Way>,
    /// Trust in the certificate that was shown.
    pub(super) trust: Option<Way>,
    /// The settings, of a request; a source has its own.
    pub(super) settings: Option<Way>,
}

impl Ways {
    /// Of a failure, as it was met by a request or a source.
    pub(super) fn of(failure: &Failure, of: Retry) -> Self {
        let primary = match &failure.kind {
            // Whoever cancelled wants no ways on.
            FailureKind::Cancelled => return Self::default(),
            FailureKind::PlaintextServer => Some(Way::Speak(Scheme::Plaintext)),
            FailureKind::TlsServer => Some(Way::Speak(Scheme::Tls)),
            kind => server_name(kind).map(Way::Name),
        };
        let leaf = failure.tls.as_ref().and_then(|report| report.chain.first()).filter(|_| can_be_pinned(failure));
        let trust = leaf.map(|leaf| Way::Trust(Box::new(leaf.into())));
        // With two ways at hand that need no settings, the button to the settings only takes room.
        let needs_settings = failure.stage == Stage::Tls && !matches!(primary, Some(Way::Name(_)));
        let settings = (needs_settings && matches!(of, Retry::Send(_))).then_some(Way::Settings);
        Self { primary, trust, settings }
    }

    /// There is none.
    pub(super) fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// Whether trust in the shown certificate would help.
fn can_be_pinned(failure: &Failure) -> bool {
    failure.stage == Stage::Tls
        && matches!(
            failure.kind,
            FailureKind::WrongName { .. }
                | FailureKind::Expired { .. }
                | FailureKind::NotYetValid { .. }
                | FailureKind::UnknownIssuer
                | FailureKind::PinMismatch
                | FailureKind::BadCertificate { .. }
        )
}

/// The name that a certificate of another name holds.
fn server_name(kind: &FailureKind) -> Option<String> {
    match kind {
        FailureKind::WrongName { presented, .. } => {
            presented.iter().find(|name| !name.starts_with('*') && name.parse::<std::net::IpAddr>().is_err()).cloned()
        }
        _ => None,
    }
}
