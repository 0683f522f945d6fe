//! Plays a song through the bundle without a window and writes what was heard.
//!
//! `demo --plugin PATH -o OUT.wav [--bank FILE] [--song FILE] [--rate HZ] [--block FRAMES]
//! [--picture OUT.png]`. Exit code 0: all is well. 1: something was lost. 2: not done as asked.

#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "the program's output"
)]

use std::env;
use std::process::ExitCode;

use anyhow::Result;
use dmus_host_tests::demo::{Outcome, Request, USAGE, run};

fn main() -> ExitCode {
    let arguments: Vec<_> = env::args_os().skip(1).collect();
    if arguments.is_empty() || arguments.iter().any(|argument| argument == "--help") {
        println!("{USAGE}");
        return ExitCode::from(u8::from(arguments.is_empty()) * 2);
    }
    let request = match Request::parse(arguments) {
        Ok(request) => request,
        Err(error) => {
            eprintln!("error: {error:#}\n\n{USAGE}");
            return ExitCode::from(2);
        }
    };
    match perform(&request) {
        Ok(outcome) => {
            print!("{}", outcome.page(&request));
            for fault in dmus_host_tests::demo::faults(&outcome.report) {
                eprintln!("error: lost: {fault}");
            }
            for notice in outcome.report.notices().iter().chain(&outcome.complaints) {
                eprintln!("error: the plug-in says: {notice}");
            }
            ExitCode::from(outcome.exit_code())
        }
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::from(2)
        }
    }
}

/// Names the bank as a user would and plays.
fn perform(request: &Request) -> Result<Outcome> {
    if let Some(bank) = &request.bank {
        #[expect(
            unsafe_code,
            reason = "the plug-in reads its bank's name from the environment"
        )]
        // SAFETY: this process has one thread, and no library has been loaded yet.
        unsafe {
            env::set_var("DMUS_BANK", bank);
        }
    }
    run(request)
}
