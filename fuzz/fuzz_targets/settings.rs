#![no_main]

fuzz::fuzz!(fuzz::settings::SETTINGS);
