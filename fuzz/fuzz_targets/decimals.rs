#![no_main]

fuzz::fuzz!(fuzz::database::DECIMALS);
