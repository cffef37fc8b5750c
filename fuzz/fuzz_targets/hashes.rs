#![no_main]

fuzz::fuzz!(fuzz::settings::HASHES);
