//! `demo`: the built-in services without a window.

use super::args::DemoArgs;
use super::report;

pub(super) fn run(args: &DemoArgs) -> u8 {
    let _ = args;
    report::not_begun("x")
}
