//! The migrations are built into the program, and cargo sees those that it knows: this names the folder, so
//! that a new one is built in, too.

fn main() {
    println!("cargo::rerun-if-changed=migrations");
}
