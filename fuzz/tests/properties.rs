//! Every parser, tried with made-up inputs: for machines without a C++ compiler.

#[path = "../../crates/actix-login/tests/login/inputs.rs"]
mod inputs;
use fuzz::parser;

/// One test, and one thread: what reads `.env` writes the environment.
#[test]
fn every_parser_keeps_its_promises() {
    for parser in fuzz::PARSERS {
        inputs::try_all(parser);
    }
}
