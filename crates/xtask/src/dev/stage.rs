//! What is served at the moment.

use std::process;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use super::answer::{self, Look};
use super::program::{self, Program};

/// How long a program that was replaced may go on with what it began.
const PATIENCE: Duration = Duration::from_secs(10);

/// Why pages cannot be shown.
#[derive(Clone)]
pub struct Failure {
    pub title: &'static str,
    pub said: String,
    /// Whether it passes by itself, so that programs can wait for it.
    pub passes: bool,
}

impl Failure {
    pub fn of_build(said: &str) -> Self {
        Self { title: "The build failed", said: answer::errors_of(said), passes: false }
    }

    pub fn of_start(said: &str) -> Self {
        Self { title: "The program stopped", said: answer::plain(said), passes: false }
    }

    fn of_nothing_yet() -> Self {
        let said = "Where nothing was built before, it takes a few minutes.".to_owned();
        Self { title: "The first build is running", said, passes: true }
    }
}

/// What there is for a request.
#[derive(Clone)]
pub struct Scene {
    /// The newest program that started.
    pub program: Option<Arc<Program>>,
    /// What pages show instead.
    pub failure: Option<Failure>,
    /// Another number whenever pages are to be asked for again.
    pub number: u64,
}

pub struct Stage {
    scene: Mutex<Scene>,
    changed: Condvar,
    /// The ids of all programs that run, to be ended together.
    running: Mutex<Vec<u32>>,
    pub look: Look,
}

impl Stage {
    pub fn new(look: Look) -> Self {
        // Pages that are open since another `cargo xtask dev` are of another number, too.
        let number = u64::from(process::id()) << 32;
        let scene = Scene { program: None, failure: Some(Failure::of_nothing_yet()), number };
        let (scene, running) = (Mutex::new(scene), Mutex::default());
        Self { scene, changed: Condvar::new(), running, look }
    }

    pub fn scene(&self) -> Scene {
        self.lock().clone()
    }

    fn lock(&self) -> MutexGuard<'_, Scene> {
        self.scene.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn change(&self, change: impl FnOnce(&mut Scene)) {
        let mut scene = self.lock();
        change(&mut scene);
        scene.number += 1;
        self.changed.notify_all();
    }

    /// Lets a program answer from now on. The one of before ends when what it began is done.
    pub fn show(&self, program: Program) {
        let mut before = None;
        self.change(|scene| {
            before = scene.program.replace(Arc::new(program));
            scene.failure = None;
        });
        if let Some(before) = before {
            thread::spawn(move || retire(&before));
        }
    }

    pub fn fail(&self, failure: Failure) {
        self.change(|scene| scene.failure = Some(failure));
    }

    /// What failed is as it was before.
    pub fn mend(&self) {
        if self.scene().failure.is_some() {
            self.change(|scene| scene.failure = None);
        }
    }

    pub fn refresh(&self) {
        self.change(|_| ());
    }

    /// Waits until the scene has another number than this, and at the most for so long; whether it has.
    pub fn has_changed_since(&self, number: u64, at_most: Duration) -> bool {
        let is_old = |scene: &mut Scene| scene.number == number;
        let waited = self.changed.wait_timeout_while(self.lock(), at_most, is_old);
        !waited.unwrap_or_else(PoisonError::into_inner).1.timed_out()
    }

    /// A program runs.
    pub fn begun(&self, id: u32) {
        self.ids().push(id);
    }

    /// A program runs no more. If it was not told to end, pages show what it said.
    pub fn ended(&self, id: u32, said: &str) {
        self.ids().retain(|other| *other != id);
        if self.scene().program.is_some_and(|program| program.id == id) {
            self.change(|scene| {
                scene.program = None;
                scene.failure = Some(Failure::of_start(said));
            });
        }
    }

    fn ids(&self) -> MutexGuard<'_, Vec<u32>> {
        self.running.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Ends all of it: at Ctrl+C, and when the terminal is closed.
    pub fn end(&self) -> ! {
        self.ids().iter().for_each(|id| program::stop(*id));
        process::exit(130);
    }
}

/// Ends a program that nobody new is led to.
fn retire(program: &Arc<Program>) {
    let begun = Instant::now();
    while Arc::strong_count(program) > 1 && begun.elapsed() < PATIENCE {
        thread::sleep(Duration::from_millis(20));
    }
    program::stop(program.id);
}
