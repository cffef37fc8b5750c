//! How many passwords a second this machine verifies, with as many threads as cores: `argon2 SECONDS`.
//! Each thread keeps its memory, as the app's do.

use std::error::Error;
use std::thread;
use std::time::{Duration, Instant};

use argon2::{Algorithm, Argon2, Block, Params, Version};
use benches::PASSWORD;

fn main() -> Result<(), Box<dyn Error>> {
    let seconds = std::env::args().nth(1).ok_or("for how many seconds?")?.parse()?;
    let threads = thread::available_parallelism()?.get();
    // The app's defaults: 19456 KiB, 2 passes, 1 lane (OWASP's minimum).
    let params = Params::new(19_456, 2, 1, None)?;
    let (started, span) = (Instant::now(), Duration::from_secs(seconds));
    let workers: Vec<_> = (0..threads)
        .map(|_| {
            let params = params.clone();
            thread::spawn(move || work(&params, started, span))
        })
        .collect();
    let mut done = 0;
    for worker in workers {
        done += worker.join().map_err(|_| "a thread panicked")??;
    }
    println!("{:.2}", f64::from(done) / started.elapsed().as_secs_f64());
    Ok(())
}

fn work(params: &Params, started: Instant, span: Duration) -> Result<u32, argon2::Error> {
    let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params.clone());
    let mut memory = vec![Block::default(); params.block_count()];
    let (mut output, mut done) = ([0; 32], 0);
    while started.elapsed() < span {
        let salt = b"sixteen bytes of";
        argon2.hash_password_into_with_memory(
            PASSWORD.as_bytes(),
            salt,
            &mut output,
            &mut memory,
        )?;
        done += 1;
    }
    Ok(done)
}
