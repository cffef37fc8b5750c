#![no_main]

fuzz::fuzz!(fuzz::people::KINDS);
