#![no_main]

fuzz::fuzz!(fuzz::dotenv::DOTENV);
