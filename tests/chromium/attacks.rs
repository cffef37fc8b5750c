//! What other sites do to ours, and strangers to its pages, in a real browser.

mod cookies;
mod evil;
mod forgeries;
mod scripts;
mod survey;
