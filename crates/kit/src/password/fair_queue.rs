//! A bounded queue that nobody can fill alone.

use std::collections::VecDeque;

use crate::http::client::Network;

/// What waits, in a line for each network. The lines are served in turns, one at a time: however
/// long somebody else's is, it costs a newcomer one turn at the most. When there is no room, who came
/// last in the longest line makes room for a newcomer whose own line is shorter, even with them in it:
/// an address has as much room as the others leave, and no more.
pub struct FairQueue<T> {
    /// In the order of their turns. Only the first can be empty.
    lines: VecDeque<Line<T>>,
    /// Whether the first of them just had its turn: then it goes behind all that came meanwhile.
    first_was_served: bool,
    room: usize,
}

struct Line<T> {
    network: Network,
    waiting: VecDeque<T>,
}

impl<T> FairQueue<T> {
    /// With room for so many, of all networks together.
    pub fn new(room: usize) -> Self {
        Self { lines: VecDeque::new(), first_was_served: false, room }
    }

    /// Puts `newcomer` into its network's line; returns who has to go for want of room, if anybody.
    /// The operator always finds some, and keeps it.
    #[must_use = "whoever has to go is told"]
    pub fn add(&mut self, network: Network, newcomer: T) -> Option<T> {
        let own = self.lines.iter().position(|line| line.network == network);
        let length = own.map_or(0, |own| self.lines[own].waiting.len());
        let mut displaced = None;
        if network != Network::Operator && self.is_full() {
            let others = self.lines.iter_mut().filter(|line| line.network != Network::Operator);
            let longest = others.max_by_key(|line| line.waiting.len());
            // Not from equals: two lines would take each other's places for ever.
            match longest.filter(|longest| length + 1 < longest.waiting.len()) {
                Some(longest) => displaced = longest.waiting.pop_back(),
                None => return Some(newcomer),
            }
        }
        match own {
            Some(own) => self.lines[own].waiting.push_back(newcomer),
            None => self.lines.push_back(Line { network, waiting: [newcomer].into() }),
        }
        displaced
    }

    /// Takes the next one. Those that are late are dropped, and cost their line no turn: a line that
    /// waits for longer than anybody may would otherwise be served nothing else.
    pub fn take(&mut self, is_late: impl Fn(&T) -> bool) -> Option<T> {
        if std::mem::take(&mut self.first_was_served)
            && let Some(first) = self.lines.pop_front()
            && !first.waiting.is_empty()
        {
            self.lines.push_back(first);
        }
        while let Some(line) = self.lines.front_mut() {
            while let Some(next) = line.waiting.pop_front() {
                if !is_late(&next) {
                    self.first_was_served = true;
                    return Some(next);
                }
            }
            self.lines.pop_front();
        }
        None
    }

    /// How many wait, of all networks together.
    pub fn waiting(&self) -> usize {
        self.lines.iter().map(|line| line.waiting.len()).sum()
    }

    fn is_full(&self) -> bool {
        self.waiting() >= self.room
    }
}
