//! Inputs made up for a [`Parser`]: of its pieces, of odd characters, of bytes.

use std::cell::Cell;

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};

use crate::parser::Parser;

/// Tries four times as many as `PROPTEST_CASES` says, or 1024: the same at every run.
pub fn try_all(parser: &Parser) {
    let piece = select(parser.pieces).prop_map(|piece| piece.as_bytes().to_vec());
    let character = any::<char>().prop_map(|c| c.to_string().into_bytes());
    let part = prop_oneof![12 => piece, 1 => character, 1 => vec(any::<u8>(), 1..5)];
    let input = vec(part, 0..9).prop_map(|parts| parts.concat());
    // What failed becomes a test by itself, and not a file of seeds.
    let config = Config::default();
    let config = Config { cases: 4 * config.cases, failure_persistence: None, ..config };
    let numbers = TestRng::deterministic_rng(RngAlgorithm::ChaCha);
    let taken = Cell::new(0);
    let result = TestRunner::new_with_rng(config, numbers).run(&input, |input| {
        taken.set(taken.get() + usize::from((parser.holds)(&input)));
        Ok(())
    });
    assert_eq!(result, Ok(()), "{}", parser.name);
    assert!(taken.get() > 0, "{}: nothing was taken, so nothing was tried", parser.name);
}
