#![no_main]

fuzz::fuzz!(fuzz::login::BEARER);
