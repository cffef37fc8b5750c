#![no_main]

fuzz::fuzz!(fuzz::requests::LISTS);
