#![no_main]

fuzz::fuzz!(fuzz::login::PERSONAL_TOKENS);
