//! A host that keeps no rule: random calls of everything a CLAP bundle offers, in any order, with
//! null pointers, lying sizes, broken events and broken states.
//!
//! It does what a host can do by mistake and a library can survive: it never uses an instance after
//! its end, nor passes an address that is neither null nor its own. At the end every instance must
//! still play, fall silent when told to, and have caught no panic.
//!
//! `abuse BUNDLE [--calls N] [--seed N] [--threads N] [--window]`; it prints the seed and the number
//! of calls of each kind. The same seed does the same on each thread.

#![expect(unsafe_code, reason = "a host speaks C")]
#![expect(
    clippy::print_stdout,
    clippy::multiple_unsafe_ops_per_block,
    reason = "the tally is what this program is for; C is called and read in a row"
)]

mod blocks;
mod chance;
mod events;
mod host;
mod tally;
mod victim;

use std::ffi::CString;
use std::path::PathBuf;
use std::thread;

use clap_sys::entry::clap_plugin_entry;
use clap_sys::factory::plugin_factory::{CLAP_PLUGIN_FACTORY_ID, clap_plugin_factory};

use chance::Chance;
use tally::Tally;
use victim::Victim;

type Failure = Box<dyn std::error::Error + Send + Sync>;

/// Instances of one thread at a time.
const VICTIMS: usize = 3;

/// What is asked for.
#[derive(Debug, Clone)]
struct Request {
    bundle: PathBuf,
    calls: u64,
    seed: u64,
    threads: u64,
    /// Windows are opened and closed too.
    window: bool,
}

fn main() -> Result<(), Failure> {
    let request = Request::of(std::env::args().skip(1))?;
    // SAFETY: the bundle is a plug-in; what its code does is what is being found out.
    let library = unsafe { libloading::Library::new(&request.bundle) }?;
    // SAFETY: a CLAP bundle has its entry under this name.
    let entry = unsafe { library.get::<*const clap_plugin_entry>(b"clap_entry\0") }?;
    // SAFETY: the symbol is the entry, which lives as long as the library.
    let entry = unsafe { &**entry };
    let path = CString::new(request.bundle.to_string_lossy().as_bytes())?;
    let init = entry.init.ok_or("the entry has no init")?;
    // SAFETY: a call CLAP knows, before all others.
    if !unsafe { init(path.as_ptr()) } {
        return Err("the entry refuses".into());
    }
    let total = thread::scope(|scope| {
        let workers: Vec<_> = (0..request.threads)
            .map(|number| {
                let request = &request;
                scope.spawn(move || torment(entry, request, number))
            })
            .collect();
        let mut total = Tally::default();
        for worker in workers {
            let tally = worker.join().map_err(|_| "the host itself panicked")??;
            total.add(&tally);
        }
        Ok::<_, Failure>(total)
    })?;
    // A plug-in that refuses everything would survive everything.
    if total.of("blocks that sounded") * 100 < total.of("process") {
        return Err(format!("hardly a block sounded:\n{total}").into());
    }
    println!(
        "seed {}, {} threads\n{total}",
        request.seed, request.threads
    );
    Ok(())
}

/// The calls of one thread.
fn torment(entry: &clap_plugin_entry, request: &Request, number: u64) -> Result<Tally, Failure> {
    let get_factory = entry.get_factory.ok_or("the entry has no factories")?;
    // SAFETY: a call CLAP knows.
    let factory = unsafe { get_factory(CLAP_PLUGIN_FACTORY_ID.as_ptr()) };
    // SAFETY: the name stands for the type; factories live as long as the library.
    let factory = unsafe { factory.cast::<clap_plugin_factory>().as_ref() };
    let factory = factory.ok_or("there is no plug-in factory")?;
    let mut chance = Chance::new(request.seed.wrapping_add(number));
    let mut tally = Tally::default();
    let mut victims = Vec::new();
    for _ in 0..VICTIMS {
        victims.push(Victim::create(factory, &mut tally)?);
    }
    let share = request.calls / request.threads;
    while tally.calls() < share {
        let chosen = chance.below(VICTIMS as u64);
        let Some(victim) = usize::try_from(chosen)
            .ok()
            .and_then(|index| victims.get_mut(index))
        else {
            continue;
        };
        if chance.one_in(3_000) {
            victim.judge(&mut tally)?;
            *victim = Victim::create(factory, &mut tally)?;
        } else {
            victim.suffer(&mut chance, &mut tally, request.window);
        }
    }
    for victim in &mut victims {
        victim.judge(&mut tally)?;
    }
    Ok(tally)
}

impl Request {
    fn of(mut words: impl Iterator<Item = String>) -> Result<Self, Failure> {
        let mut request = Self {
            bundle: PathBuf::from(words.next().ok_or("which bundle?")?),
            calls: 1_000_000,
            seed: 1,
            threads: 2,
            window: false,
        };
        while let Some(word) = words.next() {
            let mut number = || -> Result<u64, Failure> {
                let value = words.next().ok_or(format!("{word}: a number is needed"))?;
                Ok(value.parse()?)
            };
            match word.as_str() {
                "--calls" => request.calls = number()?,
                "--seed" => request.seed = number()?,
                "--threads" => request.threads = number()?.max(1),
                "--window" => request.window = true,
                _ => return Err(format!("{word}: not understood").into()),
            }
        }
        Ok(request)
    }
}
