//! A host that keeps no rule: random calls of everything a CLAP and VST3 library offers, in any
//! order, with null pointers, lying sizes, broken events and broken states.
//!
//! It does what a host can do by mistake and a library can survive: it never uses an instance after
//! its end, nor passes an address that is neither null nor its own. At the end every instance must
//! still play, fall silent when told to, and have caught no panic. Now and then it answers what the
//! plug-in asks of it at once, from within the request.
//!
//! `abuse LIBRARY [--calls N] [--seed N] [--threads N] [--window]`; it prints the seed and the
//! number of calls of each kind, as many of each format. The same seed does the same on each thread.

#![expect(unsafe_code, reason = "a host speaks C")]
#![expect(
    clippy::print_stdout,
    clippy::multiple_unsafe_ops_per_block,
    reason = "the tally is what this program is for; C is called and read in a row"
)]

mod blocks;
mod chance;
mod component;
mod events;
mod host;
mod marks;
#[path = "../../tests/vst3/objects.rs"]
#[expect(
    dead_code,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::undocumented_unsafe_blocks,
    clippy::cast_possible_truncation,
    clippy::cast_possible_wrap,
    clippy::cast_sign_loss,
    reason = "the objects of the tests' host, whose rules these are"
)]
mod objects;
mod ports;
mod tally;
mod victim;

use std::ffi::{CString, c_void};
use std::path::PathBuf;
use std::ptr;
use std::thread;

use clap_sys::entry::clap_plugin_entry;
use clap_sys::factory::plugin_factory::{CLAP_PLUGIN_FACTORY_ID, clap_plugin_factory};
use vst3::ComPtr;
use vst3::Steinberg::IPluginFactory;

use chance::Chance;
use component::Component;
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
    let mut total = on_threads(&request, |number| torment(entry, &request, number))?;
    total.add(&vst3(&library, &request)?);
    // A plug-in that refuses everything would survive everything.
    for (sounded, all) in [
        ("blocks that sounded", "process"),
        ("vst3 blocks that sounded", "vst3 process"),
    ] {
        if total.of(sounded) * 100 < total.of(all) {
            return Err(format!("hardly a block sounded:\n{total}").into());
        }
    }
    if request.calls > 10_000 && total.of("on_main_thread at once") == 0 {
        return Err(format!("the plug-in asked for no call on the main thread:\n{total}").into());
    }
    println!(
        "seed {}, {} threads\n{total}",
        request.seed, request.threads
    );
    // What a library keeps for good would look lost to a leak check if it were unloaded.
    std::mem::forget(library);
    Ok(())
}

/// What each thread counted, together.
fn on_threads(
    request: &Request,
    work: impl Fn(u64) -> Result<Tally, Failure> + Sync,
) -> Result<Tally, Failure> {
    thread::scope(|scope| {
        let work = &work;
        let workers: Vec<_> = (0..request.threads)
            .map(|number| scope.spawn(move || work(number)))
            .collect();
        let mut total = Tally::default();
        for worker in workers {
            let tally = worker.join().map_err(|_| "the host itself panicked")??;
            total.add(&tally);
        }
        Ok(total)
    })
}

/// As many calls of the other format.
fn vst3(library: &libloading::Library, request: &Request) -> Result<Tally, Failure> {
    type Enter = unsafe extern "C" fn(*mut c_void) -> bool;
    type Factory = unsafe extern "system" fn() -> *mut c_void;
    if cfg!(target_os = "linux") {
        // SAFETY: a VST3 library has this function.
        let enter = unsafe { library.get::<Enter>(b"ModuleEntry\0") }?;
        // SAFETY: the first call; the handle is not looked at.
        if !unsafe { enter(ptr::null_mut()) } {
            return Err("the module refuses".into());
        }
    }
    // SAFETY: a VST3 library has this function.
    let factory = unsafe { library.get::<Factory>(b"GetPluginFactory\0") }?;
    on_threads(request, |number| {
        // SAFETY: a call VST3 knows, which gives a reference.
        let raw = unsafe { factory() }.cast::<IPluginFactory>();
        // SAFETY: null, or the factory with one reference for us.
        let factory = unsafe { ComPtr::from_raw(raw) }.ok_or("there is no factory")?;
        torment_components(&factory, request, number)
    })
}

/// The calls of one thread.
fn torment_components(
    factory: &ComPtr<IPluginFactory>,
    request: &Request,
    number: u64,
) -> Result<Tally, Failure> {
    let mut chance = Chance::new(request.seed.wrapping_add(number));
    let mut tally = Tally::default();
    let mut components = Vec::new();
    for _ in 0..VICTIMS {
        components.push(Component::create(factory, &mut tally)?);
    }
    // Beside what each lists at its begin, more than eight thousand parameters.
    let share = tally.calls() + request.calls / request.threads;
    while tally.calls() < share {
        let chosen = usize::try_from(chance.below(VICTIMS as u64)).unwrap_or(0);
        let Some(component) = components.get_mut(chosen) else {
            continue;
        };
        if chance.one_in(100_000) {
            component.judge(&mut tally)?;
            *component = Component::create(factory, &mut tally)?;
        } else {
            component.suffer(&mut chance, &mut tally);
        }
    }
    for component in &mut components {
        component.judge(&mut tally)?;
    }
    Ok(tally)
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
